"""Two answers that lie close are offered as a choice: by voice, by key, or by words of one of the two."""

from __future__ import annotations

import pytest

from faq_index.candidates import Candidate, Ranking
from ivr.domain.call import (
    Call,
    EarsFailed,
    Event,
    HungUp,
    Pressed,
    Question,
    RecordAnswer,
    Spoke,
    State,
    StayedSilent,
    Transfer,
    Turn,
)
from ivr.domain.choices import CLEARLY, meant
from ivr.domain.dialog import step
from ivr.domain.outcome import OutcomeKind
from ivr.domain.script import Script
from nlu.meaning import Act, Intent, Pick
from tests.domain.events import DAY, NIGHT, arrived, said, spoke, unsure, urgent

TWO = ("start", "meter_cycle")
ASKED = "何か月ごとですか"
DAY_CALL = arrived(DAY)


def unclear(intent: Intent = Intent.QUESTION, choices: tuple[str, ...] = TWO) -> Spoke:
    return spoke(ASKED, DAY, intent=intent, choices=choices)


def found(*scores: tuple[str, float], answer: str | None = None, choices: tuple[str, ...] = ()) -> Ranking:
    return Ranking(tuple(Candidate(topic, score) for topic, score in scores), answer, 0.0, choices)


def play(script: Script, *events: Event) -> Turn:
    turn = Turn(Call("CA1"))
    for event in events:
        turn = step(script, turn.call, event)
    return turn


def words(script: Script, turn: Turn) -> str:
    return "".join(
        script.text(line, turn.call.language) for action in turn.actions for line in getattr(action, "lines", ())
    )


def test_two_close_answers_are_named_by_their_questions_the_first_before_the_second(script: Script) -> None:
    turn = play(script, DAY_CALL, unclear())
    assert turn.call.question is Question.CHOICE
    heard = words(script, turn)
    places = [
        heard.index(part) for part in ("一つ目。", "見本の一つ目の質問", "二つ目。", "見本の二つ目の質問", "いいえ")
    ]
    assert places == sorted(places)


def test_an_answer_may_lie_between_two_though_the_matter_was_not_clear(script: Script) -> None:
    assert play(script, DAY_CALL, unclear(Intent.UNCLEAR)).call.question is Question.CHOICE


@pytest.mark.parametrize(
    ("reply", "topic"),
    [
        (spoke("一つ目", DAY, pick=Pick.FIRST), "start"),
        (spoke("あとの", DAY, pick=Pick.SECOND), "meter_cycle"),
        (Pressed(DAY, "1"), "start"),
        (Pressed(DAY, "2"), "meter_cycle"),
        (spoke("検針のことです", DAY, answer="meter_cycle"), "meter_cycle"),
    ],
)
def test_the_one_chosen_is_answered_to_the_question_that_was_asked(script: Script, reply: Event, topic: str) -> None:
    turn = play(script, DAY_CALL, unclear(), reply)
    assert turn.actions[0] == RecordAnswer(topic, ASKED)
    assert turn.call.question is Question.HELPED
    assert (turn.call.topics, turn.call.choices) == ((topic,), ())
    assert isinstance(play(script, DAY_CALL, unclear(), reply, said(Act.NO, DAY)).actions[-1], Transfer)


@pytest.mark.parametrize(
    "reply",
    [
        spoke("どちらでもありません", DAY, pick=Pick.NEITHER),
        said(Act.NO, DAY, "いいえ"),
        said(Act.UNKNOWN, DAY, "わかりません"),
    ],
)
def test_neither_goes_to_the_desk_as_if_there_were_no_answer(script: Script, reply: Event) -> None:
    transfer = play(script, DAY_CALL, unclear(Intent.BILLING), reply).actions[-1]
    assert isinstance(transfer, Transfer)
    assert transfer.desk == "billing"


@pytest.mark.parametrize("reply", [spoke("もごもご", DAY), said(Act.YES, DAY), Pressed(DAY, "3"), StayedSilent(DAY)])
def test_a_reply_that_chooses_nothing_is_asked_once_more_then_a_person(script: Script, reply: Event) -> None:
    again = play(script, DAY_CALL, unclear(), reply)
    assert again.call.question is Question.CHOICE
    assert "見本の二つ目の質問" in words(script, again)
    assert isinstance(play(script, DAY_CALL, unclear(), reply, reply).actions[-1], Transfer)
    assert play(script, DAY_CALL, unclear(), reply, Pressed(DAY, "1")).call.topics == ("start",)


def test_the_same_two_found_once_more_is_no_choice(script: Script) -> None:
    assert isinstance(play(script, DAY_CALL, unclear(), unclear(), unclear()).actions[-1], Transfer)


def test_another_matter_in_reply_is_taken_as_one(script: Script) -> None:
    transfer = play(
        script, DAY_CALL, unclear(), spoke("引っ越すので止めたい", DAY, intent=Intent.STOP_SERVICE)
    ).actions[-1]
    assert isinstance(transfer, Transfer)
    assert transfer.desk == "open_close"


@pytest.mark.parametrize("event", [said(Act.OPERATOR, DAY), Pressed(DAY, "0")])
def test_a_person_may_be_asked_for_instead(script: Script, event: Event) -> None:
    assert isinstance(play(script, DAY_CALL, unclear(), event).actions[-1], Transfer)


def test_again_repeats_the_choice_word_for_word(script: Script) -> None:
    assert play(script, DAY_CALL, unclear(), said(Act.REPEAT, DAY)).actions == play(script, DAY_CALL, unclear()).actions


def test_without_ears_the_choice_is_made_by_key(script: Script) -> None:
    asked = (DAY_CALL, unclear(), EarsFailed(DAY, "late"))
    assert play(script, *asked).call.question is Question.CHOICE
    assert play(script, *asked, Pressed(DAY, "2")).call.topics == ("meter_cycle",)


def test_an_urgent_word_in_reply_comes_first(script: Script) -> None:
    assert play(script, DAY_CALL, unclear(), urgent(at=DAY)).call.question is Question.PLACE
    assert play(script, DAY_CALL, unclear(), unsure(at=DAY)).call.question is Question.CLARIFY


def test_a_choice_waits_until_it_is_clear_that_nothing_is_urgent(script: Script) -> None:
    doubt = unsure("水がちょっと", DAY)
    doubt = Spoke(doubt.at, doubt.text, doubt.meaning, Ranking(choices=TWO))
    assert play(script, DAY_CALL, doubt, said(Act.NO, DAY)).call.question is Question.CHOICE


def test_a_topic_that_is_a_wish_to_be_done_is_never_offered(script: Script) -> None:
    slip = unclear(Intent.BILLING, ("start", "lost_slip"))
    assert isinstance(play(script, DAY_CALL, slip).actions[-1], Transfer)


def test_a_language_that_cannot_name_both_goes_on_as_without_an_answer(script: Script) -> None:
    english = spoke("what do I have to do to start", DAY, intent=Intent.QUESTION, choices=TWO, language="en")
    transfer = play(script, DAY_CALL, english).actions[-1]
    assert isinstance(transfer, Transfer)
    assert transfer.desk == "interpreter"
    assert isinstance(play(script, DAY_CALL, unclear(), Pressed(DAY, "5")).actions[-1], Transfer)


def test_who_closes_the_line_at_the_choice_leaves_no_ticket(script: Script) -> None:
    turn = play(script, DAY_CALL, unclear(), HungUp(DAY))
    assert (turn.call.state, turn.actions) == (State.ENDED, ())


def test_at_night_neither_is_told_the_hours(script: Script) -> None:
    asked = spoke(ASKED, NIGHT, intent=Intent.QUESTION, choices=TWO)
    outcome = play(script, arrived(NIGHT), asked, said(Act.NO, NIGHT)).call.outcome
    assert outcome is not None
    assert outcome.kind is OutcomeKind.TOLD_HOURS


@pytest.mark.parametrize(
    ("answers", "topic"),
    [
        (found(("meter_cycle", 0.6), ("start", 0.6 - CLEARLY)), "meter_cycle"),
        (found(("meter_cycle", 0.6), ("start", 0.59)), None),
        (found(("meter_cycle", 0.6), ("bill_addr", 0.59)), "meter_cycle"),
        (found(("bill_addr", 0.6), ("start", 0.5)), None),
        (found(("start", 0.6), answer="start"), "start"),
        (found(), None),
    ],
)
def test_words_decide_when_one_of_the_two_lies_nearest_and_clearly_before_the_other(
    answers: Ranking, topic: str | None
) -> None:
    assert meant(TWO, None, answers) == topic


def test_what_was_picked_counts_whatever_a_search_finds() -> None:
    assert meant(TWO, Pick.SECOND, found(("start", 0.9), answer="start")) == "meter_cycle"
    assert meant(TWO, Pick.NEITHER, found(("start", 0.9), answer="start")) is None
