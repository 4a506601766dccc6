"""The disaster switch: when it holds, what may be set, and whose event is known by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ivr.domain.disaster import Area, Disaster, Switch, in_force, known, problems, switched_off
from ivr.domain.incident import Incident, Rule, opened
from ivr.storage.incident_files import read_incidents
from nlu.meaning import Category, Place
from tests.domain.events import BY_SOUND, IZUMINO, NIGHT
from tests.domain.test_incident import seen

RULE: Rule = read_incidents(Path(__file__).parents[2] / "prompts" / "incidents.yaml")
HOUR = timedelta(hours=1)
KANDA = Area("神田", "かんだ")
WHO, WHY = "見本の責任者", "見本の訓練"


def switch(
    starts: datetime = NIGHT - HOUR,
    ends: datetime = NIGHT + 12 * HOUR,
    recorded: datetime | None = None,
    *areas: Area,
    extended: bool = False,
) -> Switch:
    return Switch(starts, ends, WHO, WHY, recorded or starts, areas, extended)


def incident(category: Category = Category.ROAD_LEAK, place: Place = IZUMINO, severity: int = 1) -> Incident:
    found = opened(replace(seen(category, place, severity=severity), reference="0001"))
    assert found is not None
    return found


def disaster(*incidents: Incident, at: datetime = NIGHT, areas: tuple[Area, ...] = (KANDA,), **more: bool) -> Disaster:
    return Disaster(at, switch(at - HOUR, at + 12 * HOUR, None, *areas, **more), RULE, incidents)


# --- when it holds -----------------------------------------------------------------------------------

FIRST = switch(NIGHT, NIGHT + 10 * HOUR)
LATER = switch(NIGHT + 5 * HOUR, NIGHT + 7 * HOUR, NIGHT + HOUR)
OFF = switched_off(WHO, WHY, NIGHT + 3 * HOUR)


@pytest.mark.parametrize(
    ("hours", "recorded", "holds"),
    [
        (-0.01, (FIRST,), None),
        (0, (FIRST,), FIRST),
        (9.99, (FIRST,), FIRST),
        (10, (FIRST,), None),
        (4.99, (FIRST, LATER), FIRST),  # set for later: until then the earlier one holds
        (5, (FIRST, LATER), LATER),
        (5, (LATER, FIRST), LATER),  # in whatever order the store gives them
        (7, (FIRST, LATER), None),  # what was set last is over, and so is the disaster
        (2.99, (FIRST, LATER, OFF), FIRST),
        (3, (FIRST, LATER, OFF), None),
        (5, (FIRST, LATER, OFF), None),  # also what was set for later
        (3, (FIRST, replace(OFF, ends=NIGHT + 9 * HOUR)), None),  # an end is an end, whatever its times
        (0.5, (LATER,), None),
        (6, (), None),
    ],
)
def test_the_last_record_that_has_begun_holds_until_its_end_or_until_it_is_ended(
    hours: float, recorded: tuple[Switch, ...], holds: Switch | None
) -> None:
    assert in_force(recorded, NIGHT + hours * HOUR) == holds


def test_a_record_is_not_known_before_it_was_made() -> None:
    made_later = switch(NIGHT, NIGHT + HOUR, NIGHT + HOUR / 2)
    assert in_force([made_later], NIGHT + HOUR / 4) is None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (switch(NIGHT, NIGHT), "ends before it starts"),
        (switch(NIGHT - 2 * HOUR, NIGHT - HOUR, NIGHT), "is over already"),
        (switch(NIGHT, NIGHT + timedelta(days=14, seconds=1)), "longer than 14 days"),
        (replace(switch(), who="  "), "there is no name"),
        (replace(switch(), why=""), "there is no reason"),
        (replace(switch(), why="あ" * 201), "more than 200"),
        (switch(NIGHT, NIGHT + HOUR, None, Area("見本町")), "no town '見本町'"),
        (replace(switch(), ends=NIGHT.replace(tzinfo=None)), "no time zone"),
        (switched_off("", WHY, NIGHT), "there is no name"),
    ],
)
def test_what_cannot_be_set_is_refused_and_says_what_to_do(wrong: Switch, words: str) -> None:
    (problem,) = problems(wrong, {"神田"})
    assert words in problem
    assert ": " in problem


def test_a_switch_in_order_has_no_problem_and_several_are_told_together() -> None:
    assert problems(switch(NIGHT, NIGHT + timedelta(days=14), None, KANDA), {"神田"}) == ()
    assert problems(switched_off(WHO, WHY, NIGHT), ()) == ()
    assert len(problems(replace(switch(NIGHT, NIGHT), who="", why=""), ())) == 3


# --- whose event is known -----------------------------------------------------------------------------

LEAK = incident()


@pytest.mark.parametrize(
    ("category", "place", "severity", "by"),
    [
        (Category.ROAD_LEAK, IZUMINO, 1, LEAK),
        (Category.NO_WATER_AREA, replace(IZUMINO, banchi="80"), 1, LEAK),
        (Category.ROAD_LEAK, IZUMINO, 2, None),  # worse than what was told
        (Category.ROAD_LEAK, replace(IZUMINO, chome=1), 0, None),
        (Category.ROAD_COLLAPSE, IZUMINO, 0, None),
        (Category.POLICE_FIRE_REPORT, IZUMINO, 0, None),
        (Category.BURST_PIPE, replace(IZUMINO, banchi="80"), 0, None),
        (Category.DIRTY_WATER, replace(BY_SOUND, certain=True), 0, KANDA),
        (Category.DIRTY_WATER, replace(BY_SOUND, certain=True), RULE.grave, None),
        (Category.DIRTY_WATER, BY_SOUND, 0, None),  # 神田 was guessed
        (Category.ROAD_COLLAPSE, replace(BY_SOUND, certain=True), 0, None),  # nobody knows of a hole by the town
        (Category.BURST_PIPE, replace(BY_SOUND, certain=True), 0, None),
        (Category.METER_LEAK, replace(BY_SOUND, certain=True), 0, None),
        (None, replace(BY_SOUND, certain=True), 0, None),
        (Category.ROAD_LEAK, None, 0, None),
    ],
)
def test_a_report_is_known_by_its_event_or_by_a_town_that_staff_named(
    category: Category | None, place: Place | None, severity: int, by: Incident | Area | None
) -> None:
    assert known(disaster(LEAK), category, place, severity=severity) == by


def test_what_is_grave_is_heard_to_the_end_although_as_grave_was_told_before() -> None:
    grave = incident(severity=RULE.grave)
    assert known(disaster(grave), Category.ROAD_LEAK, IZUMINO, severity=RULE.grave) is None
    assert known(disaster(grave), Category.ROAD_LEAK, IZUMINO, severity=RULE.grave - 1) == grave


def test_nobody_hears_of_his_own_report() -> None:
    assert known(disaster(LEAK), Category.ROAD_LEAK, IZUMINO, own="0001") is None
    two = replace(LEAK, reports=2)
    assert known(disaster(two), Category.ROAD_LEAK, IZUMINO, own="0001") == two
