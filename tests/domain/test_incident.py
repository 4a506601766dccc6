"""One event, many callers: what is counted together, what stays apart, and when staff are rung."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.domain.incident import (
    NEXT_IN_LINE,
    Assigned,
    Incident,
    News,
    Rule,
    Sighting,
    Spot,
    assign,
    joined,
    milestone,
    must_ring,
    news,
    opened,
    revised,
    same_event,
    without_one,
)
from ivr.storage.incident_files import read_incidents
from nlu.meaning import Category, Place
from tests.domain.events import NIGHT

RULE: Rule = read_incidents(Path(__file__).parents[2] / "prompts" / "incidents.yaml")
LEAK, COLLAPSE, BURST = Category.ROAD_LEAK, Category.ROAD_COLLAPSE, Category.BURST_PIPE
DRY, DIRTY, POLICE = Category.NO_WATER_AREA, Category.DIRTY_WATER, Category.POLICE_FIRE_REPORT
OVERFLOW, METER = Category.SEWER_OVERFLOW, Category.METER_LEAK
STATION = "見本駅"


def at_place(
    town: str | None = "泉野出町",
    chome: int | None = 4,
    lot: str | None = "12-3",
    landmark: str | None = None,
    *,
    certain: bool = True,
) -> Place:
    return Place("見本", town=town, chome=chome, banchi=lot, landmark=landmark, certain=certain)


def seen(
    category: Category | None = LEAK,
    place: Place | None = None,
    minutes: float = 0,
    severity: int = 1,
    reference: str = "0001",
) -> Sighting:
    return Sighting(reference, category, place or at_place(), severity, NIGHT + timedelta(minutes=minutes))


def event(sighting: Sighting | None = None) -> Incident:
    found = opened(sighting or seen())
    assert found is not None
    return found


# --- the same, or not the same ---------------------------------------------------------------------

ORDINARY = [
    # class, place, minutes after, the same?
    (LEAK, at_place(), 5, True),
    (LEAK, at_place(), 15, True),
    (LEAK, at_place(), 16, True),  # the very lot: for hours
    (DIRTY, at_place(), 350, True),
    (LEAK, at_place(), 360, True),
    (LEAK, at_place(), 361, False),  # nobody told of it for more than six hours
    (LEAK, at_place(), -5, True),  # reports need not come in order
    (DRY, at_place(), 5, True),  # another face of the same main, at the same lot
    (DRY, at_place(lot="13"), 5, False),  # another class, another lot
    (LEAK, at_place(lot="15"), 5, True),  # three lots on, minutes later
    (LEAK, at_place(lot="16"), 5, False),  # four lots on: perhaps another leak
    (LEAK, at_place(lot="9-1"), 15, True),
    (LEAK, at_place(lot="9-1"), 16, False),
    (LEAK, at_place(lot="イ12"), 5, False),  # letters name another part of the town
    (LEAK, at_place(lot=None), 5, True),
    (LEAK, at_place(lot=None), 16, False),
    (LEAK, at_place(chome=5), 1, False),
    (LEAK, at_place(chome=None), 1, False),  # 泉野出町 12 may be any of its chome
    (LEAK, at_place(town="神田"), 1, False),
    (LEAK, at_place(certain=False), 1, False),  # a town that was guessed is no town
    (LEAK, at_place(town=None), 1, False),
    (COLLAPSE, at_place(), 1, False),  # a hole is rung for, whatever made it
    (OVERFLOW, at_place(), 1, False),
    (METER, at_place(), 1, False),
    (POLICE, at_place(), 1, False),
    (BURST, at_place(), 1, True),
    (BURST, at_place(lot="13"), 1, False),  # perhaps the neighbour's own pipe
    (None, at_place(), 1, False),
]


@pytest.mark.parametrize(("category", "place", "minutes", "same"), ORDINARY)
def test_on_an_ordinary_day_only_what_is_certainly_the_same_is_one_event(
    category: Category | None, place: Place, minutes: float, same: bool
) -> None:
    assert same_event(event(), category, place, NIGHT + timedelta(minutes=minutes), RULE) is same


DISASTER = [
    (LEAK, at_place(lot="99"), 60, True),  # a main feeds the whole chome
    (DRY, at_place(lot="99"), 60, True),
    (DIRTY, at_place(lot=None), 60, True),
    (LEAK, at_place(chome=None, lot=None), 60, True),
    (LEAK, at_place(lot="99"), 24 * 60, True),
    (LEAK, at_place(lot="99"), 24 * 60 + 1, False),
    (LEAK, at_place(chome=5), 1, False),  # the next chome is a new place
    (LEAK, at_place(town="神田"), 1, False),
    (LEAK, at_place(certain=False), 1, False),
    (BURST, at_place(lot=None), 1, True),
    (BURST, at_place(lot="13"), 1, False),  # in a hard frost every house has its own
    (COLLAPSE, at_place(), 1, False),
    (OVERFLOW, at_place(), 1, False),
    (POLICE, at_place(), 1, False),
]


@pytest.mark.parametrize(("category", "place", "minutes", "same"), DISASTER)
def test_in_a_disaster_one_family_in_one_chome_is_one_event(
    category: Category, place: Place, minutes: float, same: bool
) -> None:
    assert same_event(event(), category, place, NIGHT + timedelta(minutes=minutes), RULE, disaster=True) is same


def test_a_house_whose_pipe_burst_takes_in_no_leak_of_the_road() -> None:
    house = event(seen(BURST, at_place(lot="7")))
    assert not same_event(house, LEAK, at_place(lot="12"), NIGHT, RULE, disaster=True)
    assert same_event(house, LEAK, at_place(lot="7"), NIGHT, RULE)


def test_two_holes_of_one_chome_stay_two_also_in_a_disaster() -> None:
    hole = event(seen(COLLAPSE, at_place(lot="1")))
    assert not same_event(hole, COLLAPSE, at_place(lot="2"), NIGHT, RULE, disaster=True)
    assert same_event(hole, COLLAPSE, at_place(lot="1"), NIGHT, RULE, disaster=True)


def test_the_same_landmark_is_the_same_spot_where_the_chome_was_not_told() -> None:
    at_station = event(seen(LEAK, at_place(lot=None, landmark=STATION)))
    assert same_event(at_station, DIRTY, at_place(chome=None, lot=None, landmark=STATION), NIGHT, RULE)
    assert not same_event(at_station, LEAK, at_place(chome=None, lot=None, landmark="見本橋"), NIGHT, RULE)


def test_no_water_is_told_of_from_every_lot_of_a_chome() -> None:
    assert same_event(event(seen(DRY)), DRY, at_place(lot="80"), NIGHT, RULE)


def test_an_event_does_not_creep_along_a_road_from_lot_to_lot() -> None:
    road = joined(event(seen(place=at_place(lot="12"))), seen(place=at_place(lot="15")))
    assert not same_event(road, LEAK, at_place(lot="17"), NIGHT, RULE)
    assert same_event(road, LEAK, at_place(lot="13"), NIGHT, RULE)


def test_an_event_that_was_first_told_without_a_chome_belongs_to_one_chome_once_it_is_known() -> None:
    vague = event(seen(place=at_place(chome=None, lot=None)))
    known = joined(vague, seen(place=at_place(chome=4)))
    assert known.spot.chome == 4
    assert not same_event(known, LEAK, at_place(chome=5), NIGHT, RULE, disaster=True)


@pytest.mark.parametrize(("hours", "same"), [(-6, True), (-6.01, False), (5, True), (11, True), (11.01, False)])
def test_an_event_goes_on_for_hours_after_the_last_report_not_after_the_first(hours: float, same: bool) -> None:
    told_for_long = joined(event(), seen(minutes=5 * 60))
    assert same_event(told_for_long, LEAK, at_place(), NIGHT + timedelta(hours=hours), RULE) is same


def test_what_is_over_is_joined_by_nobody() -> None:
    over = without_one(event())
    assert not over.open
    assert not same_event(over, LEAK, at_place(), NIGHT, RULE, disaster=True)


# --- counting, and whether staff are rung ------------------------------------------------------------


def test_a_new_event_rings_and_one_more_caller_does_not() -> None:
    first = event()
    second = joined(first, seen(minutes=3))
    assert news(None, first) is News.NEW
    assert news(first, second) is News.MORE
    assert (must_ring(News.NEW), must_ring(News.WORSE), must_ring(News.MORE)) == (True, True, False)
    assert (second.reports, second.reference, second.number) == (2, "0001", None)


def test_worse_than_what_was_told_rings_once_and_no_better_report_undoes_it() -> None:
    mild = event(seen(severity=1))
    worse = joined(mild, seen(severity=3))
    calmer = joined(worse, seen(severity=1))
    as_bad = joined(calmer, seen(severity=3))
    assert news(mild, worse) is News.WORSE
    assert (news(worse, calmer), news(calmer, as_bad)) == (News.MORE, News.MORE)


def test_a_report_that_changes_is_not_counted_again_and_rings_when_it_got_worse() -> None:
    first = event()
    again = revised(first, seen(place=at_place(lot="14"), severity=2))
    assert (again.reports, again.severity, again.spot.lots) == (1, 2, ("12-3", "14"))
    assert news(first, again) is News.WORSE
    assert news(again, revised(again, seen(severity=2))) is News.MORE


def test_a_report_about_something_else_is_taken_out_and_the_last_one_ends_the_event() -> None:
    two = joined(event(), seen())
    one = without_one(two)
    assert (one.reports, one.open) == (1, True)
    assert (without_one(one).reports, without_one(one).open) == (0, False)


@pytest.mark.parametrize(
    ("reports", "told"), [(1, None), (4, None), (5, 5), (6, None), (19, None), (20, 20), (99, None), (100, 100)]
)
def test_the_count_is_told_at_its_milestones(reports: int, told: int | None) -> None:
    growing: list[Incident | None] = [None, event()]
    for _ in range(reports - 1):
        last = growing[-1]
        assert last is not None
        growing.append(joined(last, seen()))
    after = growing[-1]
    assert after is not None
    assert milestone(growing[-2], after, RULE) == told


def test_new_places_come_before_more_of_what_is_known() -> None:
    waiting = sorted([News.MORE, News.NEW, News.WORSE, News.MORE], key=NEXT_IN_LINE.__getitem__)
    assert waiting == [News.NEW, News.WORSE, News.MORE, News.MORE]


@pytest.mark.parametrize(
    ("category", "place"),
    [(LEAK, Place("見本", town=None)), (LEAK, at_place(certain=False)), (POLICE, at_place()), (None, at_place())],
)
def test_what_cannot_be_counted_with_others_stands_alone(category: Category | None, place: Place) -> None:
    assert assign([event()], seen(category, place), RULE, disaster=True) is None


def test_of_two_events_that_fit_the_report_goes_to_the_one_at_its_spot() -> None:
    here = event(seen(place=at_place(lot="12-3"), reference="0001"))
    later = event(seen(place=at_place(lot="80"), minutes=9, reference="0002"))
    found = assign([here, later], seen(minutes=10), RULE, disaster=True)
    assert found is not None
    assert found.incident.reference == "0001"


# --- many callers --------------------------------------------------------------------------------------


def counted(sightings: Iterable[Sighting], *, disaster: bool = True) -> tuple[list[Incident], list[Assigned]]:
    """The events after all reports, as a store would number them, and what each report came to."""
    known: dict[int, Incident] = {}
    given = []
    for sighting in sightings:
        found = assign(known.values(), sighting, RULE, disaster=disaster)
        assert found is not None
        number = found.incident.number or len(known) + 1
        known[number] = replace(found.incident, number=number)
        given.append(found)
    return list(known.values()), given


def test_three_hundred_reports_of_one_burst_main_are_one_event_and_ring_once_for_each_thing_worse() -> None:
    """Ten minutes, every face of the main, every lot of the chome; the 51st and 201st caller tell of worse."""
    faces = (LEAK, DRY, DIRTY)
    reports = [
        seen(
            faces[number % 3],
            at_place(lot=str(1 + number % 60), chome=None if number % 7 == 6 else 4),
            minutes=number / 30,
            severity=1 + (number >= 50) + (number >= 200),
            reference=f"{number:04}",
        )
        for number in range(300)
    ]
    events, given = counted(reports)
    assert len(events) == 1
    assert (events[0].reports, events[0].severity, events[0].reference) == (300, 3, "0000")
    rung = [number for number, found in enumerate(given) if must_ring(found.news)]
    assert rung == [0, 50, 200]
    told = {number + 1: found.milestone for number, found in enumerate(given) if found.milestone}
    assert told == {5: 5, 20: 20, 100: 100}


SPOTS = st.builds(
    at_place,
    town=st.just("泉野出町"),
    chome=st.just(4),
    lot=st.sampled_from(["1", "12-3", "40", "イ41", None]),
    landmark=st.sampled_from([None, STATION]),
)
REPORTS = st.lists(
    st.builds(
        seen,
        category=st.sampled_from([LEAK, DRY, DIRTY]),
        place=SPOTS,
        minutes=st.floats(0, 60),
        severity=st.integers(0, 4),
        reference=st.just("0001"),
    ),
    min_size=1,
    max_size=12,
)


def what_counts(incident: Incident) -> tuple[int, int, Spot, object, object]:
    return incident.reports, incident.severity, incident.spot, incident.opened_at, incident.last_at


@settings(deadline=None)
@given(REPORTS, st.randoms(use_true_random=False))
def test_the_order_of_reports_changes_nothing_that_is_counted(reports: list[Sighting], chance: object) -> None:
    shuffled = list(reports)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a Random
    (one,), _ = counted(reports)
    (other,), _ = counted(shuffled)
    assert what_counts(one) == what_counts(other)


ANYWHERE = st.lists(
    st.builds(
        seen,
        category=st.sampled_from([LEAK, DRY, DIRTY, BURST, COLLAPSE, OVERFLOW]),
        place=st.builds(
            at_place,
            town=st.sampled_from(["泉野出町", "神田"]),
            chome=st.sampled_from([None, 1, 2]),
            lot=st.sampled_from(["1", "2", "90", None]),
        ),
        minutes=st.floats(0, 3000),
        severity=st.integers(0, 4),
    ),
    max_size=15,
)


@settings(deadline=None)
@given(ANYWHERE, st.booleans())
def test_every_report_is_counted_once_whatever_comes_in_whatever_order(
    reports: Sequence[Sighting], disaster: bool
) -> None:
    events, given = counted(reports, disaster=disaster)
    assert sum(one.reports for one in events) == len(reports)
    assert sum(found.news is News.NEW for found in given) == len(events)
    for report, found in zip(reports, given, strict=True):
        assert RULE.family(report.category) is RULE.family(found.incident.category)


@pytest.mark.parametrize(("before", "joins"), [(4, False), (5, True)])
def test_so_many_reports_of_one_chome_at_once_are_one_event_without_the_switch(before: int, joins: bool) -> None:
    """On 1 January 2024 nobody had set a switch when the telephones began to ring."""
    found = assign([replace(event(), reports=before)], seen(place=at_place(lot="99"), minutes=5), RULE)
    assert found is not None
    assert (found.news is not News.NEW) is joins


@pytest.mark.parametrize(
    "sighting",
    [
        seen(place=at_place(lot="99"), minutes=RULE.minutes + 0.1),
        seen(place=at_place(chome=9, lot="99"), minutes=5),
        seen(OVERFLOW, at_place(lot="99"), minutes=5),
    ],
    ids=["long after", "another chome", "another family"],
)
def test_many_reports_of_something_else_are_no_surge(sighting: Sighting) -> None:
    found = assign([replace(event(), reports=50)], sighting, RULE)
    assert found is not None
    assert found.news is News.NEW
