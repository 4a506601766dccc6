"""What the scripted caller replies to which question."""

from __future__ import annotations

import pytest

from ivr.channels.simulator.call_file import Answers, CallerTurn
from ivr.channels.simulator.caller import (
    Caller,
    HangsUp,
    KeepsSilent,
    Presses,
    Reply,
    Says,
    foreseeable,
    hangs_up_waiting,
    message_of,
    reply_to,
)
from ivr.domain.call import Question
from tests.simulator.tiny_desk import a_call

Q = Question
ONE, TWO = CallerTurn(say="one"), CallerTurn(say="two")
HANG_UP = CallerTurn(hangup=True)
SILENT, YES = KeepsSilent(), Says("はい")
ALL = Answers(place="place", phone="0765550100", name="name", situation="what", confirm="いいえ")
NONE = Answers()

REPLIES: list[tuple[str, tuple[CallerTurn, ...], Answers, list[Q], list[Reply]]] = [
    ("open questions take the script in order", (ONE, TWO), NONE, [Q.OPEN, Q.MENU], [Says("one"), Says("two")]),
    ("then the situation once, then silence", (ONE,), ALL, [Q.OPEN] * 3, [Says("one"), Says("what"), SILENT]),
    ("a situation already told is not told again", (), ALL, [Q.SITUATION, Q.OPEN], [Says("what"), SILENT]),
    ("the place, and again for its detail", (ONE,), ALL, [Q.PLACE, Q.PLACE_DETAIL], [Says("place"), Says("place")]),
    (
        "each question its own answer, in any order",
        (ONE,),
        ALL,
        [Q.NAME, Q.PHONE, Q.SITUATION, Q.OPEN],
        [Says("name"), Says("0765550100"), Says("what"), Says("one")],
    ),
    ("confirmations take the answer", (ONE,), ALL, [Q.READ_BACK, Q.CONFIRM_PLACE], [Says("いいえ"), Says("いいえ")]),
    (
        "several confirmations are given one after another",
        (ONE,),
        Answers(confirm=("いいえ", "はい")),
        [Q.READ_BACK, Q.READ_BACK, Q.READ_BACK],
        [Says("いいえ"), Says("はい"), Says("はい")],
    ),
    ("confirmations are yes by default", (ONE,), NONE, [Q.READ_BACK, Q.CONFIRM_PLACE], [YES, YES]),
    ("first or second: the script, then what was said before", (ONE,), NONE, [Q.CHOICE, Q.CHOICE], [Says("one")] * 2),
    ("did it help: the script first, then yes", (ONE,), NONE, [Q.HELPED, Q.HELPED], [Says("one"), YES]),
    ("did it help: the answer when the script is used up", (), ALL, [Q.HELPED], [Says("いいえ")]),
    ("without an answer the next scripted turn, then silence", (ONE,), NONE, [Q.PLACE, Q.PLACE], [Says("one"), SILENT]),
    ("is it urgent: the script first", (ONE,), ALL, [Q.CLARIFY], [Says("one")]),
    ("is it urgent: then the situation", (), ALL, [Q.CLARIFY], [Says("what")]),
    ("is it urgent: else the same words again", (ONE,), NONE, [Q.OPEN, Q.CLARIFY], [Says("one"), Says("one")]),
    ("is it urgent: else silence", (), NONE, [Q.CLARIFY], [SILENT]),
    ("keys, silences and hanging up come in turn", (CallerTurn(dtmf="1#"), CallerTurn(silence_s=3), HANG_UP), NONE,
     [Q.OPEN, Q.OPEN, Q.OPEN], [Presses("1#"), KeepsSilent(3), HangsUp()]),
    ("hanging up waits while there is an answer", (HANG_UP,), ALL, [Q.PLACE, Q.OPEN], [Says("place"), HangsUp()]),
    ("hanging up comes where there is none", (HANG_UP,), NONE, [Q.PLACE], [HangsUp()]),
    ("hanging up comes before a yes nobody wrote", (HANG_UP,), NONE, [Q.READ_BACK], [HangsUp()]),
    ("silent twice, silent for ever", (), Answers(place="place"), [Q.OPEN, Q.OPEN, Q.PLACE], [SILENT] * 3),
    ("a detail takes its own answer", (ONE,), Answers(detail="two", situation="what"), [Q.DETAIL], [Says("two")]),
    ("a detail takes the situation", (ONE,), Answers(situation="what"), [Q.DETAIL, Q.OPEN],
     [Says("what"), Says("one")]),
    ("no answer to a detail is no silence, and no other turn", (ONE,), NONE, [Q.DETAIL] * 3 + [Q.OPEN],
     [SILENT] * 3 + [Says("one")]),
    ("hanging up comes instead of a detail", (HANG_UP,), NONE, [Q.DETAIL], [HangsUp()]),
    ("one silence is forgotten after an answer", (), Answers(place="place"), [Q.OPEN, Q.PLACE, Q.OPEN, Q.PLACE],
     [SILENT, Says("place"), SILENT, Says("place")]),
    ("scripted silences do not count", (CallerTurn(silence_s=9), CallerTurn(silence_s=9), ONE), NONE, [Q.OPEN] * 3,
     [KeepsSilent(9), KeepsSilent(9), Says("one")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("script", "answers", "questions", "replies"), [row[1:] for row in REPLIES], ids=[row[0] for row in REPLIES]
)
def test_the_caller(script: tuple[CallerTurn, ...], answers: Answers, questions: list[Q], replies: list[Reply]) -> None:
    caller, given = Caller(script, answers), []
    for question in questions:
        reply, caller = reply_to(caller, question)
        given.append(reply)
    assert given == replies


@pytest.mark.parametrize("question", list(Q))
def test_every_question_has_a_reply(question: Q) -> None:
    assert reply_to(Caller((), NONE), question)[0] in (SILENT, YES)


@pytest.mark.parametrize(
    ("question", "answers", "reply"),
    [
        (Q.PHONE, Answers(phone="090-0000-0001"), Presses("09000000001#")),
        (Q.PHONE, Answers(phone="this one"), Says("this one")),
        (Q.READ_BACK, NONE, Presses("1")),
        (Q.READ_BACK, Answers(confirm="いいえ"), Presses("2")),
        (Q.PLACE, Answers(place="place"), Says("place")),
    ],
)
def test_a_desk_that_hears_keys_only_gets_keys(question: Q, answers: Answers, reply: Reply) -> None:
    assert reply_to(Caller((), answers), question, by_keys=True)[0] == reply


@pytest.mark.parametrize(
    ("script", "answers", "reply"),
    [
        ((ONE,), ALL, Says("one")),
        ((), ALL, Says("what、place、name、0765550100")),
        ((), NONE, SILENT),
        ((HANG_UP,), ALL, HangsUp()),
    ],
)
def test_a_message_is_the_next_turn_or_all_there_is_to_tell(
    script: tuple[CallerTurn, ...], answers: Answers, reply: Reply
) -> None:
    assert message_of(Caller(script, answers))[0] == reply


def test_a_message_without_anything_new_repeats_the_last_words() -> None:
    assert message_of(Caller((), NONE, last_words="one"))[0] == Says("one")


def test_a_caller_gives_up_waiting_when_hanging_up_is_next() -> None:
    gives_up, after = hangs_up_waiting(Caller((HANG_UP, ONE), NONE))
    assert gives_up
    assert after.script == (ONE,)
    assert not hangs_up_waiting(Caller((ONE, HANG_UP), NONE))[0]


def test_everything_a_call_file_has_its_caller_say_can_be_foreseen_once_each() -> None:
    call = a_call(ONE, CallerTurn(dtmf="1"), ONE, HANG_UP, answers=Answers(place="place", confirm=("いいえ", "one")))
    assert foreseeable(call) == (Says("one"), Says("place"), Says("いいえ"), YES)


def test_yes_is_said_in_the_callers_language() -> None:
    assert reply_to(Caller((), NONE, "en"), Q.READ_BACK)[0] == Says("yes")
