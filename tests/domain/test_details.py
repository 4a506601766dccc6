"""The one question about a detail: when it is asked, what answers it, what it never costs a caller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ivr.domain import details
from ivr.domain.call import (
    Ask,
    Call,
    Dialled,
    Event,
    HungUp,
    Pressed,
    Question,
    Report,
    Spoke,
    StayedSilent,
    StoreTicket,
    Turn,
)
from ivr.domain.dialog import step
from ivr.domain.disaster import Disaster, Switch
from ivr.domain.script import Script
from ivr.storage.incident_files import read_incidents
from nlu.meaning import Act, Category, Intent, Level, Phone, Redirect, Urgency
from tests.domain.conftest import PROMPTS
from tests.domain.events import (
    BY_SOUND,
    DAY,
    IZUMINO,
    NIGHT,
    TOWN_ONLY,
    arrived,
    later,
    redirected,
    said,
    spoke,
    unsure,
    urgent,
)

Play = Callable[..., Turn]
NIGHT_CALL = arrived(NIGHT, Dialled.NIGHT_LINE)
WITHHELD = arrived(NIGHT, Dialled.NIGHT_LINE, caller=None)
GUSHING = (("flow", "gushing"),)
RULE = read_incidents(PROMPTS / "incidents.yaml")
WHERE = spoke("泉野出町四丁目12の3", NIGHT, place=IZUMINO)


def leak(*details: tuple[str, str], category: Category = Category.ROAD_LEAK, **more: object) -> Spoke:
    """An urgent matter, of which so much is told at once."""
    return urgent("大変です", category=category, details=tuple(details), **more)  # type: ignore[arg-type]


@pytest.fixture
def play(script: Script) -> Play:
    def run(*events: Event, script: Script = script) -> Turn:
        turn = Turn(Call("CA1"))
        for event in events:
            turn = step(script, turn.call, event)
        return turn

    return run


def report_of(turn: Turn) -> Report:
    assert turn.call.report is not None
    return turn.call.report


def asked_line(turn: Turn) -> str:
    assert isinstance(turn.call.asked, Ask)
    return turn.call.asked.lines[-1].key


# --- when it is asked ----------------------------------------------------------------------------


def test_it_comes_after_the_place_and_before_the_read_back_and_makes_four_questions_of_the_call(play: Play) -> None:
    assert play(NIGHT_CALL, leak()).call.question is Question.PLACE
    asked = play(NIGHT_CALL, leak(), WHERE)
    assert (asked.call.question, asked_line(asked)) == (Question.DETAIL, "detail.flow")
    told = play(NIGHT_CALL, leak(), WHERE, spoke("噴き出してます", NIGHT, details=GUSHING))
    assert (told.call.question, told.call.questions) == (Question.READ_BACK, 4)
    assert report_of(told).details == GUSHING


@pytest.mark.parametrize(
    ("category", "told", "asks"),
    [
        (Category.ROAD_LEAK, (), "detail.flow"),
        (Category.ROAD_LEAK, (("surface", "soil"),), "detail.flow"),
        (Category.ROAD_LEAK, (("flow", "gushing"),), None),
        (Category.ROAD_LEAK, (("flow", "oozing"),), None),
        (Category.ROAD_COLLAPSE, (), "detail.hole"),
        (Category.ROAD_COLLAPSE, (("hole", "large"),), "detail.people"),
        (Category.ROAD_COLLAPSE, (("hole", "large"), ("people", "nobody")), "detail.traffic"),
        (Category.ROAD_COLLAPSE, (("lid", "missing"),), None),
        (Category.SEWER_BLOCKAGE, (), "detail.houses"),
        (Category.SEWER_BLOCKAGE, (("houses", "several"),), None),
        (Category.BURST_PIPE, (), "detail.stops"),
        (Category.DIRTY_WATER, (("houses", "several"),), "detail.illness"),
        (Category.NO_WATER_AREA, (("houses", "several"),), None),
        (Category.POLICE_FIRE_REPORT, (), None),
        (Category.REPAIR_CANCEL_CHANGE, (), None),
    ],
)
def test_the_most_important_detail_of_the_class_is_asked_for_unless_it_was_told(
    script: Script, category: Category, told: tuple[tuple[str, str], ...], asks: str | None
) -> None:
    wanted = details.wanted(script, Report("emergency", True, category, details=told))
    assert (wanted.question if wanted else None) == asks


def test_police_and_fire_are_asked_for_no_detail(play: Play) -> None:
    turn = play(NIGHT_CALL, leak(category=Category.POLICE_FIRE_REPORT, place=IZUMINO))
    assert turn.call.question is None


def test_a_matter_of_no_class_has_no_details_to_ask_for(play: Play) -> None:
    unclear = play(NIGHT_CALL, unsure(), said(Act.YES), WHERE)
    assert report_of(unclear).category is None
    assert unclear.call.question is not Question.DETAIL


@pytest.mark.parametrize(
    "events",
    [
        pytest.param((leak(), spoke("泉野出町", NIGHT, place=TOWN_ONLY), StayedSilent(NIGHT)), id="the lot was asked"),
        pytest.param((leak(), spoke("カンダ", NIGHT, place=BY_SOUND), said(Act.YES), StayedSilent(NIGHT)), id="town"),
        pytest.param((leak(), StayedSilent(NIGHT), WHERE), id="the place was asked twice"),
        pytest.param((Pressed(NIGHT, "1"), WHERE, spoke("水が出ています", NIGHT)), id="the situation was asked"),
    ],
)
def test_a_call_that_took_its_four_questions_is_asked_for_no_detail(play: Play, events: tuple[Event, ...]) -> None:
    turn = play(NIGHT_CALL, *events)
    assert turn.call.question is Question.READ_BACK
    assert turn.call.questions >= 4


def test_a_number_that_is_still_to_be_asked_for_has_its_room_kept(play: Play) -> None:
    assert play(WITHHELD, leak(), WHERE).call.question is Question.PHONE
    early = play(WITHHELD, leak(place=IZUMINO))
    assert early.call.question is Question.DETAIL
    number = spoke("09000000000", NIGHT, phone=Phone("09000000000", complete=True))
    last = play(WITHHELD, leak(place=IZUMINO), said(Act.UNKNOWN), number)
    assert (last.call.question, last.call.questions) == (Question.READ_BACK, 4)


def test_by_day_a_person_asks_for_the_details(play: Play) -> None:
    turn = play(arrived(DAY), replace(leak(place=IZUMINO), at=DAY))
    assert turn.call.question is None
    assert turn.call.desk == "repair"


def test_in_a_disaster_nobody_is_asked_for_a_detail(play: Play, script: Script) -> None:
    now = script.in_disaster(Disaster(NIGHT, Switch(NIGHT, later(NIGHT, 3600), "見本", "見本", NIGHT), RULE, ()))
    assert play(NIGHT_CALL, leak(), WHERE).call.question is Question.DETAIL
    assert play(NIGHT_CALL, leak(), WHERE, script=now).call.question is not Question.DETAIL


def test_a_caller_in_danger_is_told_what_is_safe_first_and_kept_for_no_detail(play: Play) -> None:
    hurt = play(NIGHT_CALL, leak(("people", "danger"), category=Category.ROAD_COLLAPSE, place=IZUMINO))
    assert hurt.call.question is Question.READ_BACK
    sent = play(NIGHT_CALL, redirected(Redirect.FIRE_AMBULANCE, water_too=True), WHERE)
    assert sent.call.question is Question.READ_BACK
    both = play(NIGHT_CALL, leak(), redirected(Redirect.FIRE_AMBULANCE, level=Level.CALM), WHERE)
    assert both.call.question is Question.READ_BACK
    safe = play(NIGHT_CALL, leak(place=IZUMINO))
    lines = next(action for action in safe.actions if isinstance(action, Ask)).lines
    assert [line.key for line in lines] == ["report.taken_as_urgent", "safety.road", "detail.flow"]


# --- what answers it -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (spoke("噴き出してます", NIGHT, details=GUSHING), "gushing"),
        (spoke("二番です", NIGHT, option=2), "flowing"),
        (Pressed(NIGHT, "3"), "gushing"),
        (Pressed(NIGHT, "4"), None),
        (Pressed(NIGHT, "#"), None),
        (spoke("四番です", NIGHT, option=4), None),
        (said(Act.YES), None),
        (said(Act.UNKNOWN, text="わかりません"), None),
        (spoke("えーと、なんと言うか", NIGHT), None),
        (StayedSilent(NIGHT), None),
    ],
)
def test_a_word_a_number_or_a_key_answers_and_whatever_was_said_it_is_asked_once(
    play: Play, reply: Event, told: str | None
) -> None:
    turn = play(NIGHT_CALL, leak(), WHERE, reply)
    assert dict(report_of(turn).details).get("flow") == told
    assert turn.call.question is Question.READ_BACK


@pytest.mark.parametrize(
    ("reply", "told"),
    [(said(Act.YES), "stops"), (said(Act.NO), "unstoppable"), (Pressed(NIGHT, "2"), "unstoppable")],
)
def test_a_yes_or_no_answers_where_the_question_takes_one(play: Play, reply: Event, told: str) -> None:
    turn = play(NIGHT_CALL, leak(category=Category.BURST_PIPE), WHERE, reply)
    assert report_of(turn).details == (("stops", told),)


def test_words_that_name_no_option_are_kept_for_staff_and_a_bare_reply_is_not(play: Play) -> None:
    free = play(NIGHT_CALL, leak(), WHERE, spoke("水たまりが大きいです", NIGHT))
    assert report_of(free).situation == "大変です 水たまりが大きいです"
    for bare in (said(Act.UNKNOWN, text="わかりません"), spoke("二番です", NIGHT, option=2)):
        assert report_of(play(NIGHT_CALL, leak(), WHERE, bare)).situation == "大変です"


def test_what_was_told_before_it_was_known_to_be_urgent_counts_too(play: Play) -> None:
    doubt = Urgency(Level.UNSURE, 0.4)
    told = spoke("水が噴いています", NIGHT, intent=Intent.REPAIR, urgency=doubt, details=GUSHING)
    turn = play(NIGHT_CALL, told, said(Act.YES))
    assert report_of(turn).details == GUSHING


def test_what_is_told_last_counts_and_the_rest_is_kept(play: Play) -> None:
    better = spoke("にじむ程度です", NIGHT, details=(("flow", "oozing"),), place=IZUMINO)
    turn = play(NIGHT_CALL, leak(("flow", "gushing"), ("houses", "several")), better)
    assert report_of(turn).details == (("flow", "oozing"), ("houses", "several"))


def test_a_detail_nobody_wrote_down_is_left_out(script: Script) -> None:
    report = Report("emergency", True, Category.ROAD_LEAK)
    assert details.noted(script, report, (("mood", "bad"), ("flow", "purple"), ("flow", "oozing"))).details == (
        ("flow", "oozing"),
    )


def test_the_last_words_of_a_caller_who_hung_up_reach_the_ticket(play: Play) -> None:
    late = replace(spoke("二番です", NIGHT, option=2), question=Question.DETAIL)
    turn = play(NIGHT_CALL, leak(), WHERE, HungUp(NIGHT), late)
    stored = next(action for action in turn.actions if isinstance(action, StoreTicket))
    assert stored.report.details == (("flow", "flowing"),)


def test_another_language_is_asked_for_the_same_detail_again(play: Play) -> None:
    events = (NIGHT_CALL, leak(), WHERE, spoke("英語でお願いします", NIGHT, wish="en"))
    turn = play(*events)
    assert (turn.call.language, turn.call.question, asked_line(turn)) == ("en", Question.DETAIL, "detail.flow")
    assert report_of(play(*events, Pressed(NIGHT, "1"))).details == (("flow", "oozing"),)


# --- how bad it is -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("category", "told", "severity"),
    [
        (None, (), 0),
        (Category.ROAD_LEAK, (), 0),
        (Category.ROAD_LEAK, (("flow", "oozing"),), 0),
        (Category.ROAD_LEAK, (("flow", "flowing"),), 1),
        (Category.ROAD_LEAK, (("flow", "gushing"),), 2),
        (Category.ROAD_LEAK, (("flow", "oozing"), ("traffic", "blocked")), 3),
        (Category.ROAD_COLLAPSE, (), 3),
        (Category.ROAD_COLLAPSE, (("hole", "small"),), 3),
        (Category.ROAD_LEAK, (("flow", "flowing"), ("people", "danger")), details.DANGER),
        (Category.ROAD_LEAK, (("unheard", "of"),), 0),
    ],
)
def test_it_is_as_bad_as_the_worst_that_is_known_of_it(
    script: Script, category: Category | None, told: tuple[tuple[str, str], ...], severity: int
) -> None:
    assert details.severity(script, Report("emergency", True, category, details=told)) == severity


def test_the_ticket_says_how_bad_it_is(play: Play) -> None:
    turn = play(NIGHT_CALL, leak(("traffic", "blocked")))
    assert next(action for action in turn.actions if isinstance(action, StoreTicket)).severity == 3


def test_staff_read_what_matters_to_the_class_first(script: Script) -> None:
    report = Report("emergency", True, Category.ROAD_LEAK, details=(("colour", "brown"), ("flow", "gushing")))
    assert details.names(script, report) == (("水の出方", "噴き出し・大量"), ("水の色", "茶・赤・黄"))
