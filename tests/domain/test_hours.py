"""Who is on duty when (R01, R02): literal tables at every boundary, in Japanese time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from ivr.domain.hours import TOKYO, Calendar, Duty, Shift, SpecialHours, duty_at, next_opening, tokyo

CALENDAR = Calendar(
    ordinary=Shift(time(8, 45), time(18, 0)),
    busy=Shift(time(8, 0), time(19, 0)),
    busy_days=frozenset({date(2027, 3, 28), date(2027, 4, 1)}),
    closed_days=frozenset({(1, 1), (1, 2), (1, 3)}),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


@pytest.mark.parametrize(
    ("instant", "duty"),
    [
        # an ordinary day
        ("2026-11-24T00:00:00", Duty.NIGHT),
        ("2026-11-24T08:44:59", Duty.NIGHT),
        ("2026-11-24T08:45:00", Duty.CENTRE),
        ("2026-11-24T17:59:59", Duty.CENTRE),
        ("2026-11-24T18:00:00", Duty.NIGHT),
        # Saturdays, Sundays and national holidays are ordinary days
        ("2026-11-21T10:00:00", Duty.CENTRE),
        ("2026-11-22T10:00:00", Duty.CENTRE),
        ("2026-11-23T10:00:00", Duty.CENTRE),
        # a designated day, and the day before it
        ("2027-03-28T07:59:59", Duty.NIGHT),
        ("2027-03-28T08:00:00", Duty.CENTRE),
        ("2027-03-28T18:59:59", Duty.CENTRE),
        ("2027-03-28T19:00:00", Duty.NIGHT),
        ("2027-03-27T08:00:00", Duty.NIGHT),
        ("2027-03-27T18:00:00", Duty.NIGHT),
        # the turn of the year
        ("2026-12-31T17:59:59", Duty.CENTRE),
        ("2026-12-31T18:00:00", Duty.NIGHT),
        ("2026-12-31T23:59:59", Duty.NIGHT),
        ("2027-01-01T00:00:00", Duty.HOLIDAY),
        ("2027-01-02T12:00:00", Duty.HOLIDAY),
        ("2027-01-03T23:59:59", Duty.HOLIDAY),
        ("2027-01-04T00:00:00", Duty.NIGHT),
        ("2027-01-04T08:44:59", Duty.NIGHT),
        ("2027-01-04T08:45:00", Duty.CENTRE),
    ],
)
def test_who_is_on_duty(instant: str, duty: Duty) -> None:
    assert duty_at(CALENDAR, at(instant)) is duty


@pytest.mark.parametrize(
    ("instant", "opens"),
    [
        ("2026-11-24T08:44:59", "2026-11-24T08:45:00"),
        ("2026-11-24T08:45:00", "2026-11-25T08:45:00"),
        ("2026-11-24T21:10:00", "2026-11-25T08:45:00"),
        ("2026-12-31T17:59:59", "2027-01-04T08:45:00"),
        ("2026-12-31T18:00:00", "2027-01-04T08:45:00"),
        ("2027-01-01T16:10:00", "2027-01-04T08:45:00"),
        ("2027-03-27T20:00:00", "2027-03-28T08:00:00"),
        ("2027-03-28T20:00:00", "2027-03-29T08:45:00"),
    ],
)
def test_the_next_opening(instant: str, opens: str) -> None:
    assert next_opening(CALENDAR, at(instant)) == at(opens)


def test_out_of_hours_operation_opens_the_centre_and_ends_by_itself() -> None:
    special = SpecialHours(at("2027-01-01T17:00:00"), at("2027-01-01T22:00:00"), "課長", "地震")
    calendar = replace(CALENDAR, special=(special,))
    assert duty_at(calendar, at("2027-01-01T16:59:59")) is Duty.HOLIDAY
    assert duty_at(calendar, at("2027-01-01T17:00:00")) is Duty.CENTRE
    assert duty_at(calendar, at("2027-01-01T21:59:59")) is Duty.CENTRE
    assert duty_at(calendar, at("2027-01-01T22:00:00")) is Duty.HOLIDAY
    assert next_opening(calendar, at("2027-01-01T16:00:00")) == at("2027-01-01T17:00:00")
    assert next_opening(calendar, at("2027-01-01T17:00:00")) == at("2027-01-04T08:45:00")


def test_the_bureaus_clock_is_japanese_wherever_the_server_stands() -> None:
    assert duty_at(CALENDAR, datetime(2026, 11, 23, 23, 45, tzinfo=UTC)) is Duty.CENTRE
    assert duty_at(CALENDAR, datetime(2026, 11, 23, 23, 44, 59, tzinfo=UTC)) is Duty.NIGHT


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        tokyo(datetime(2026, 11, 24, 12, 0))  # noqa: DTZ001 - the point of the test


def test_a_centre_that_never_opens_is_an_error_not_an_endless_search() -> None:
    every_day = frozenset((month, day) for month in range(1, 13) for day in range(1, 32))
    with pytest.raises(ValueError, match="never opens"):
        next_opening(replace(CALENDAR, closed_days=every_day), at("2026-11-24T12:00:00"))
