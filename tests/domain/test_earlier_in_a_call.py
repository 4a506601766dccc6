"""A caller who changes an earlier report: it is found, offered once, and taken over; nobody hears of a stranger's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.domain.call import (
    Ask,
    Call,
    Event,
    HungUp,
    NotifyStaff,
    PhoneSource,
    Pressed,
    Question,
    Report,
    Spoke,
    State,
    StayedSilent,
    StoreTicket,
    TouchEarlier,
    Transfer,
    Turn,
)
from ivr.domain.dialog import step
from ivr.domain.earlier import EarlierReport
from ivr.domain.script import Script
from nlu.meaning import Act, Category, Change, Earlier, Place
from tests.domain.events import DAY, IZUMINO, NIGHT, arrived, said, spoke, urgent

OWN = "0760000000"
PLACE = Place("寺町二丁目5", town="寺町", town_yomi="てらまち", chome=2, banchi="5")
MINE = EarlierReport("0012", NIGHT - timedelta(minutes=40), Category.ROAD_LEAK, PLACE, OWN)
STRANGERS = replace(MINE, reference="0013", phone="0760000009")
NAGASAKA = Place("長坂二丁目14の3", town="長坂", town_yomi="ながさか", chome=2, banchi="14-3")


def about(event: Spoke, *earlier: EarlierReport, change: Change | None = None, reference: str | None = None) -> Spoke:
    """The utterance with what it says of an earlier report, and the reports that may be meant."""
    assert event.meaning is not None
    meaning = replace(event.meaning, earlier=Earlier(change, reference))
    return replace(event, meaning=meaning, earlier=earlier)


def changes(
    *earlier: EarlierReport,
    change: Change | None = Change.CANCEL,
    reference: str | None = None,
    place: Place | None = None,
    at: object = NIGHT,
) -> Spoke:
    event = urgent("さっきの件です", at, Category.REPAIR_CANCEL_CHANGE, place)  # type: ignore[arg-type]
    return about(event, *earlier, change=change, reference=reference)


def play(script: Script, *events: Event, caller: str | None = OWN, at: object = NIGHT) -> Turn:
    turn = Turn(Call("CA1"))
    for event in (arrived(at, caller=caller), *events):  # type: ignore[arg-type]
        turn = step(script, turn.call, event)
    return turn


def words(script: Script, turn: Turn) -> str:
    return "".join(script.text(line, "ja") for action in turn.actions for line in getattr(action, "lines", ()))


def taken(turn: Turn) -> Report:
    assert turn.call.report is not None
    return turn.call.report


def kinds(turn: Turn) -> list[type]:
    return [type(action) for action in turn.actions]


def test_the_report_of_this_telephone_is_offered_in_one_question_by_time_town_and_matter(script: Script) -> None:
    turn = play(script, changes(MINE))
    assert kinds(turn) == [StoreTicket, Ask]
    assert turn.call.state is State.EARLIER
    assert "午後8時30分ごろの、寺町の水もれのご通報でしょうか" in words(script, turn)
    assert not {"二丁目", "0 7 6"} & {word for word in ("二丁目", "0 7 6") if word in words(script, turn)}


@pytest.mark.parametrize("reply", [said(Act.YES), Pressed(NIGHT, "1"), spoke("寺町です", NIGHT, place=PLACE)])
def test_yes_takes_everything_over_and_asks_nothing_more(script: Script, reply: Event) -> None:
    turn = play(script, changes(MINE), reply)
    report = taken(turn)
    assert (report.earlier, report.action, report.place) == ("0012", Change.CANCEL, PLACE)
    assert (report.phone, report.phone_source) == (OWN, PhoneSource.CALLER_ID)
    assert turn.call.state is State.ENDED
    assert kinds(turn)[:2] == [StoreTicket, TouchEarlier]
    assert NotifyStaff in kinds(turn)
    assert turn.actions[1] == TouchEarlier("0012", "cancel", "0037")
    assert "取消しのご連絡を、職員に伝えます。先の通報の受付番号は0 0 1 2です" in words(script, turn)


@pytest.mark.parametrize("reply", [said(Act.NO), Pressed(NIGHT, "2"), StayedSilent(NIGHT), spoke("ええと", NIGHT)])
def test_no_or_no_answer_goes_on_with_the_ordinary_form_and_offers_nothing_again(script: Script, reply: Event) -> None:
    turn = play(script, changes(MINE), reply)
    assert turn.call.question is Question.PLACE
    assert taken(turn).earlier is None
    again = play(script, changes(MINE), reply, about(spoke("長坂", NIGHT, place=NAGASAKA), MINE))
    assert again.call.question is Question.READ_BACK
    assert TouchEarlier not in kinds(again)


def test_of_several_one_is_offered_and_once(script: Script) -> None:
    older = replace(MINE, reference="0011", opened_at=NIGHT - timedelta(minutes=300))
    turn = play(script, changes(older, MINE))
    assert turn.call.offered == MINE
    assert play(script, changes(older, MINE), said(Act.NO)).call.question is Question.PLACE


def test_nobody_hears_of_a_report_from_another_telephone(script: Script) -> None:
    turn = play(script, changes(STRANGERS))
    assert turn.call.question is Question.PLACE
    assert "寺町" not in words(script, turn)


def test_who_names_the_place_is_offered_the_report_there_and_hears_no_number_of_it(script: Script) -> None:
    first = play(script, changes(STRANGERS), caller=None)
    assert first.call.question is Question.PLACE
    named = about(spoke("寺町です", NIGHT, place=replace(PLACE, chome=None, banchi=None)), STRANGERS)
    turn = play(script, changes(STRANGERS), named, caller=None)
    assert turn.call.question is Question.CONFIRM_EARLIER
    done = play(script, changes(STRANGERS), named, said(Act.YES), caller=None)
    report = taken(done)
    assert (report.phone, report.phone_source, report.place) == ("0760000009", PhoneSource.EARLIER, PLACE)
    for heard in (turn, done):
        assert "二丁目" not in words(script, heard)
        assert "0 0 0 9" not in words(script, heard)


def test_who_says_the_number_is_asked_nothing(script: Script) -> None:
    turn = play(script, changes(STRANGERS, change=Change.WORSE, reference="13"))
    assert turn.call.state is State.ENDED
    assert kinds(turn)[:2] == [StoreTicket, TouchEarlier]
    assert (taken(turn).earlier, taken(turn).action) == ("0013", Change.WORSE)
    assert "様子が変わったことを" in words(script, turn)
    assert turn.call.questions == 1  # the greeting's


@pytest.mark.parametrize(
    ("earlier", "question"), [(MINE, None), (STRANGERS, Question.CONFIRM_EARLIER)], ids=["own", "another's"]
)
def test_a_number_alone_from_another_telephone_calls_nobody_off(
    script: Script, earlier: EarlierReport, question: Question | None
) -> None:
    turn = play(script, changes(earlier, reference=earlier.reference))
    assert turn.call.question is question
    assert (TouchEarlier in kinds(turn)) is (question is None)


def test_a_wrong_place_is_asked_for_once_the_report_is_found(script: Script) -> None:
    turn = play(script, changes(MINE, change=Change.PLACE), said(Act.YES))
    assert turn.call.question is Question.PLACE
    assert "正しい場所は、どちらでしょうか" in words(script, turn)
    assert TouchEarlier("0012", "place", "0037") in turn.actions
    read_back = step(script, turn.call, spoke("長坂二丁目14の3", NIGHT, place=NAGASAKA))
    assert read_back.call.question is Question.READ_BACK
    done = step(script, read_back.call, said(Act.YES))
    assert (taken(done).place, taken(done).earlier) == (NAGASAKA, "0012")
    assert "場所の訂正を" in words(script, done)


def test_a_right_place_said_with_the_first_words_is_only_read_back(script: Script) -> None:
    turn = play(script, changes(MINE, change=Change.PLACE, place=NAGASAKA), said(Act.YES))
    assert turn.call.question is Question.READ_BACK
    number = Place("12の3じゃなくて13の2", banchi="13-2")
    turn = play(script, changes(MINE, change=Change.PLACE, place=number), said(Act.YES))
    heard = taken(turn).place
    assert heard is not None
    assert (heard.town, heard.chome, heard.banchi) == ("寺町", 2, "13-2")


def test_a_caller_who_leaves_before_the_answer_has_a_ticket_that_touches_nothing(script: Script) -> None:
    turn = play(script, changes(MINE), HungUp(NIGHT))
    assert NotifyStaff in kinds(turn)
    assert TouchEarlier not in kinds(turn)
    assert (taken(turn).earlier, taken(turn).action) == (None, Change.CANCEL)


def test_by_day_the_caller_reaches_the_repair_desk_with_the_place_of_the_report(script: Script) -> None:
    mine = replace(MINE, opened_at=DAY - timedelta(minutes=40))
    turn = play(script, changes(mine, at=DAY), said(Act.YES, DAY), at=DAY)
    transfer = turn.actions[-1]
    assert isinstance(transfer, Transfer)
    assert transfer.desk == "repair"
    assert taken(turn).place == PLACE
    assert TouchEarlier in kinds(turn)


def test_a_change_found_by_nobody_still_says_what_is_to_become_of_the_report(script: Script) -> None:
    turn = play(script, changes(), spoke("泉野出町四丁目12の3", NIGHT, place=IZUMINO), said(Act.YES))
    assert (taken(turn).action, taken(turn).earlier) == (Change.CANCEL, None)
    assert "受付番号は0 0 3 7です" in words(script, turn)


def test_a_new_report_is_never_taken_for_an_earlier_one(script: Script) -> None:
    turn = play(script, about(urgent(), MINE, change=Change.WORSE))
    assert turn.call.question is Question.PLACE
    assert taken(turn).action is None
