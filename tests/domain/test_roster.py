"""Who is on duty for which group, to the second (R18): literal tables in Japanese time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from ivr.domain.hours import TOKYO
from ivr.domain.roster import (
    DutyShift,
    Entry,
    Group,
    Person,
    Roster,
    crew,
    everyone,
    gaps,
    group_of,
    person_with,
)
from nlu.meaning import Category

NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))
A, B, C, D, CHIEF = (Person(one, one.upper()) for one in ("a", "b", "c", "d", "chief"))
ROSTER = Roster(
    people={one.id: one for one in (A, B, C, D, CHIEF)},
    groups={
        "water": Group("water", "W", ("a", "b"), frozenset({Category.ROAD_LEAK})),
        "sewer": Group("sewer", "S", ("c",), frozenset({Category.SEWER_OVERFLOW})),
    },
    shifts={
        "day": DutyShift("day", "D", time(8, 45), time(18)),
        "night": DutyShift("night", "N", time(18), time(8, 45)),
    },
    otherwise="water",
    supervisor="chief",
    entries=(
        Entry(*NOVEMBER, "day", "water", ("a", "b")),
        Entry(*NOVEMBER, "night", "water", ("b",)),
        Entry(*NOVEMBER, "night", "sewer", ("c",)),
    ),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


def on_duty(roster: Roster, group: str, instant: str) -> str:
    return "".join(person.id for person in crew(roster, group, at(instant)).on_duty)


def also(*entries: Entry) -> Roster:
    return replace(ROSTER, entries=(*ROSTER.entries, *entries))


@pytest.mark.parametrize(
    ("group", "instant", "people"),
    [
        ("water", "2026-11-24T08:44:59", "b"),
        ("water", "2026-11-24T08:45:00", "ab"),
        ("water", "2026-11-24T17:59:59.999999", "ab"),
        ("water", "2026-11-24T18:00:00", "b"),
        ("water", "2026-11-25T00:00:00", "b"),
        ("sewer", "2026-11-24T08:44:59", "c"),
        ("sewer", "2026-11-24T08:45:00", ""),
        ("sewer", "2026-11-24T18:00:00", "c"),
        # the night before the first day belongs to October, the night of the last day goes on into December
        ("water", "2026-11-01T00:00:00", ""),
        ("water", "2026-11-01T08:44:59", ""),
        ("water", "2026-11-01T08:45:00", "ab"),
        ("water", "2026-12-01T08:44:59", "b"),
        ("water", "2026-12-01T08:45:00", ""),
    ],
)
def test_who_is_on_duty(group: str, instant: str, people: str) -> None:
    assert on_duty(ROSTER, group, instant) == people


@pytest.mark.parametrize(
    ("instant", "people"),
    [
        ("2026-11-24T17:59:59", "ab"),
        ("2026-11-24T18:00:00", "ca"),
        ("2026-11-25T08:44:59", "ca"),
        ("2026-11-25T08:45:00", "ab"),
        ("2026-11-24T08:44:59", "b"),  # still the night before
        ("2026-11-25T18:00:00", "b"),
    ],
)
def test_a_night_swapped_within_a_months_rota_is_that_whole_night_and_nothing_else(instant: str, people: str) -> None:
    swap = Entry(date(2026, 11, 24), date(2026, 11, 24), "night", "water", ("c", "a"))
    assert on_duty(also(swap), "water", instant) == people
    first = replace(ROSTER, entries=(swap, *ROSTER.entries))
    assert on_duty(first, "water", instant) == people, "the shorter entry counts wherever it stands"


def test_a_swap_within_a_swapped_week_counts_and_the_general_entry_counts_around_them() -> None:
    week = Entry(date(2026, 11, 23), date(2026, 11, 29), "day", "water", ("c",))
    day = Entry(date(2026, 11, 25), date(2026, 11, 25), "day", "water", ("d",))
    days = [on_duty(also(week, day), "water", f"2026-11-{number}T12:00:00") for number in (22, 23, 24, 25, 26, 29, 30)]
    assert days == ["ab", "c", "c", "d", "c", "c", "ab"]


def test_of_two_entries_over_as_many_days_the_later_counts() -> None:
    assert on_duty(also(Entry(*NOVEMBER, "day", "water", ("d",))), "water", "2026-11-24T12:00:00") == "d"


def test_a_swap_in_one_group_leaves_the_other_as_it_was() -> None:
    swap = Entry(date(2026, 11, 24), date(2026, 11, 24), "night", "water", ("d",))
    assert on_duty(also(swap), "sewer", "2026-11-24T21:00:00") == "c"


def test_where_two_shifts_run_at_once_both_are_on_duty_and_nobody_twice() -> None:
    shifts = {**ROSTER.shifts, "evening": DutyShift("evening", "E", time(17), time(0))}
    both = replace(also(Entry(*NOVEMBER, "evening", "water", ("b", "d"))), shifts=shifts)
    assert on_duty(both, "water", "2026-11-24T16:59:59") == "ab"
    assert on_duty(both, "water", "2026-11-24T17:00:00") == "abd"
    assert on_duty(both, "water", "2026-11-24T23:59:59") == "bd"
    assert on_duty(both, "water", "2026-11-25T00:00:00") == "b"


def test_the_duty_clock_is_japanese_wherever_the_server_stands() -> None:
    assert crew(ROSTER, "water", datetime(2026, 11, 23, 23, 45, tzinfo=UTC)).on_duty == (A, B)
    assert crew(ROSTER, "water", datetime(2026, 11, 23, 23, 44, 59, tzinfo=UTC)).on_duty == (B,)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        crew(ROSTER, "water", datetime(2026, 11, 24, 12, 0))  # noqa: DTZ001 - the point of the test


def test_an_alarm_tells_every_member_on_duty_or_not_a_substitute_too_and_the_supervisor() -> None:
    swap = Entry(date(2026, 11, 24), date(2026, 11, 24), "night", "water", ("d", "b"))
    found = crew(also(swap), "water", at("2026-11-24T21:00:00"))
    assert (found.group, found.on_duty, found.everyone, found.supervisor) == ("water", (D, B), (A, B, D), CHIEF)
    assert everyone(ROSTER, "water") == (A, B)


def test_a_group_that_is_gone_from_the_data_has_nobody_and_still_a_supervisor() -> None:
    found = crew(ROSTER, "gas", at("2026-11-24T21:00:00"))
    assert (found.group, found.on_duty, found.everyone, found.supervisor) == ("gas", (), (), CHIEF)
    assert crew(replace(ROSTER, supervisor=None), "gas", at("2026-11-24T21:00:00")).supervisor is None


@pytest.mark.parametrize(
    ("category", "group"),
    [
        (Category.ROAD_LEAK, "water"),
        (Category.SEWER_OVERFLOW, "sewer"),
        ("sewer_overflow", "sewer"),
        (Category.ROAD_COLLAPSE, "water"),
        ("no such class", "water"),
        (None, "water"),
    ],
)
def test_a_report_goes_to_the_group_that_takes_its_class_and_else_to_the_one_that_takes_the_rest(
    category: Category | str | None, group: str
) -> None:
    assert group_of(ROSTER, category) == group


@pytest.mark.parametrize(
    ("group", "first", "last", "free"),
    [
        ("water", "2026-11-02", "2026-11-30", []),
        ("water", "2026-11-01", "2026-11-01", [("2026-11-01T00:00", "2026-11-01T08:45")]),
        ("water", "2026-11-30", "2026-12-02", [("2026-12-01T08:45", "2026-12-03T00:00")]),
        (
            "sewer",
            "2026-11-24",
            "2026-11-25",
            [("2026-11-24T08:45", "2026-11-24T18:00"), ("2026-11-25T08:45", "2026-11-25T18:00")],
        ),
        ("gas", "2026-11-24", "2026-11-24", [("2026-11-24T00:00", "2026-11-25T00:00")]),
        ("water", "2026-12-31", "2027-01-01", [("2026-12-31T00:00", "2027-01-02T00:00")]),
    ],
)
def test_the_stretches_without_anybody(group: str, first: str, last: str, free: list[tuple[str, str]]) -> None:
    found = gaps(ROSTER, group, date.fromisoformat(first), date.fromisoformat(last))
    assert list(found) == [(at(begins), at(ends)) for begins, ends in free]


def test_an_entry_that_swaps_everybody_out_leaves_a_stretch_without_anybody() -> None:
    nobody = Entry(date(2026, 11, 24), date(2026, 11, 24), "day", "water", ())
    found = gaps(also(nobody), "water", *NOVEMBER)
    assert found[1:] == ((at("2026-11-24T08:45"), at("2026-11-24T18:00")),)


@pytest.mark.parametrize(
    ("number", "person"),
    [
        ("+819000000001", "a"),
        ("09000000001", "a"),
        ("090-0000-0001", "a"),
        ("+81 90 0000 0001", "a"),
        ("+81760000002", "b"),
        ("0760000002", "b"),
        ("+12025550100", "c"),
        ("01012025550100", "c"),  # as a Japanese telephone dials it
        ("9000000001", None),
        ("+819000000009", None),
        ("12025550100", None),
        ("", None),
        ("anonymous", None),
        ("+", None),
        (None, None),
    ],
)
def test_staff_are_known_by_the_number_they_ring_from(number: str | None, person: str | None) -> None:
    numbers = {"a": "+819000000001", "b": "+81760000002", "c": "+12025550100", "d": None, "chief": None}
    people = {one.id: replace(one, phone=numbers[one.id]) for one in ROSTER.people.values()}
    found = person_with(replace(ROSTER, people=people), number)
    assert (found and found.id) == person
