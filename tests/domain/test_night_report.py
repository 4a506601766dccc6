"""The night desk's month: which calls belong to it, and every figure of one month worked out by hand (R21)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from ivr.domain.call import Dialled
from ivr.domain.disaster import Switch, switched_off
from ivr.domain.duty_log import night_after, night_before, night_of
from ivr.domain.hours import TOKYO, Calendar, Duty, Shift, SpecialHours, duty_at
from ivr.domain.night_report import (
    FollowUp,
    Month,
    NightReceipt,
    NightReport,
    Spread,
    night_report,
    spread,
    with_disasters,
)
from ivr.domain.outcome import OutcomeKind
from ivr.domain.ticket import TicketStatus
from nlu.meaning import Category, Redirect

CALENDAR = Calendar(
    ordinary=Shift(time(8, 45), time(18)),
    busy=Shift(time(8), time(19)),
    closed_days=frozenset({(1, 1), (1, 2), (1, 3)}),
)
JANUARY = Month(2027, 1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


def call(when: str, outcome: OutcomeKind | None = OutcomeKind.TOLD_HOURS, **more: object) -> NightReceipt:
    return replace(NightReceipt(at(when), Dialled.NIGHT_LINE, outcome), **more)  # type: ignore[arg-type]


def report(
    when: str, reference: str, category: Category | None, status: TicketStatus, *waits: float | None, **more: object
) -> NightReceipt:
    """An urgent call, handed to staff a minute after it arrived. `waits`: seconds to the ring, to the confirmation."""
    handed = at(when) + timedelta(minutes=1)
    rung, taken = (None if wait is None else handed + timedelta(seconds=wait) for wait in waits)
    follow = replace(
        FollowUp(status, handed, rung, rung, taken),
        **{name: value for name, value in more.items() if name in ("alarms", "same_as", "incident", "handed_at")},  # type: ignore[arg-type]
    )
    language = str(more.get("language", "ja"))
    return NightReceipt(
        at(when), Dialled.NIGHT_LINE, OutcomeKind.EMERGENCY_TICKET, None, language, True, category, "泉野出町",
        reference, follow,
    )  # fmt: skip


LEAK, HOLE, BURST = Category.ROAD_LEAK, Category.ROAD_COLLAPSE, Category.BURST_PIPE
HELD, TOLD, GONE, SAME = (
    TicketStatus.ACKNOWLEDGED, TicketStatus.NOTIFIED, TicketStatus.CANCELLED, TicketStatus.DUPLICATE,
)  # fmt: skip
CALLS = [
    # --- not of this month, or not the night desk's
    call("2026-12-31 23:59:59"),
    report("2026-12-31 20:00:00", "0001", LEAK, HELD, 1, 1),
    call("2027-01-05 08:45:00", dialled=Dialled.CENTRE),  # the centre is open
    call("2027-01-05 17:59:59"),  # on the night line, and the centre is open
    call("2027-02-01 00:00:00"),
    # --- 1 January: a holiday, the night desk's all day
    report("2027-01-01 00:00:00", "0002", LEAK, HELD, 2, 30),
    call("2027-01-01 12:00:00", language="en"),
    # --- 5 January, an ordinary day
    call("2027-01-05 08:44:59", OutcomeKind.ABANDONED),
    report("2027-01-05 18:00:00", "0003", HOLE, HELD, 4, 90, incident=7),
    report("2027-01-05 18:10:00", "0004", HOLE, SAME, None, None, incident=7, same_as="0003", handed_at=None),
    report("2027-01-05 18:20:00", "0005", HOLE, SAME, None, None, incident=7, same_as="0003", handed_at=None),
    call("2027-01-05 19:00:00", OutcomeKind.SAFETY_REDIRECT, redirect=Redirect.GAS, dialled=Dialled.CENTRE),
    # --- 6 to 30 January
    report("2027-01-06 03:00:00", "0006", None, TOLD, 3, None, alarms=2, language="zh"),
    report("2027-01-20 22:00:00", "0007", BURST, GONE, 10, None, incident=8),
    report("2027-01-30 02:00:00", "0008", LEAK, TicketStatus.CLOSED, 6, 600, alarms=1),
    call("2027-01-30 02:30:00", None),  # going on, or lost
    # --- the last second of the month; somebody has it in February
    report("2027-01-31 23:59:59", "0009", LEAK, HELD, 5, 86400),
]


@pytest.fixture(scope="module")
def january() -> NightReport:
    return night_report(JANUARY, reversed(CALLS), CALENDAR)


def test_every_call_of_the_month_is_in_it_once_in_the_order_of_arrival(january: NightReport) -> None:
    assert [one.at for one in january.receipts] == [one.at for one in CALLS[5:]]
    assert (january.urgent, january.not_urgent) == (8, 4)


def test_days_and_classes_are_those_of_the_arrival(january: NightReport) -> None:
    assert [day.day for day in january.days] == [date(2027, 1, number) for number in range(1, 32)]
    busy = {
        day.day.day: (day.calls, day.urgent, day.not_urgent, dict(day.classes)) for day in january.days if day.calls
    }
    assert busy == {
        1: (2, 1, 1, {LEAK: 1}),
        5: (5, 3, 2, {HOLE: 3}),
        6: (1, 1, 0, {None: 1}),
        20: (1, 1, 0, {BURST: 1}),
        30: (2, 1, 1, {LEAK: 1}),
        31: (1, 1, 0, {LEAK: 1}),
    }
    assert january.classes == {LEAK: 3, HOLE: 3, BURST: 1, None: 1}


def test_every_call_has_one_outcome(january: NightReport) -> None:
    assert january.outcomes == {
        OutcomeKind.EMERGENCY_TICKET: 8,
        OutcomeKind.TOLD_HOURS: 1,
        OutcomeKind.ABANDONED: 1,
        OutcomeKind.SAFETY_REDIRECT: 1,
        None: 1,
    }
    assert january.abandoned == 1
    assert january.redirects == {Redirect.GAS: 1}
    assert january.languages == {"ja": 10, "en": 1, "zh": 1}


def test_calls_on_the_night_line_in_the_hours_of_the_centre_are_counted_apart(january: NightReport) -> None:
    assert january.outside == 1


def test_staff_were_told_of_six_and_confirmed_four_and_one_report_nobody_has(january: NightReport) -> None:
    assert (january.notified, january.acknowledged) == (6, 4)
    assert january.unacknowledged == ("0006",)
    assert (january.alarms, january.alarmed) == (3, ("0006", "0008"))
    assert (january.cancelled, january.duplicates) == (1, 2)


def test_waits_count_from_the_end_of_the_report_also_into_the_next_month(january: NightReport) -> None:
    assert january.to_ring == Spread(count=6, median=4.5, p95=10, longest=10)  # 2 3 4 5 6 10
    assert january.to_acknowledgement == Spread(count=4, median=345, p95=86400, longest=86400)  # 30 90 600 86400


def test_an_event_is_named_when_several_calls_told_of_it(january: NightReport) -> None:
    assert january.incidents == {7: 3}


BOUNDARIES = [  # arrival, counts in the report of its month
    ("2027-02-10 08:44:59", True),
    ("2027-02-10 08:45:00", False),
    ("2027-02-10 17:59:59", False),
    ("2027-02-10 18:00:00", True),
    ("2027-01-01 12:00:00", True),
    ("2027-01-03 17:59:59", True),
    ("2027-01-04 08:44:59", True),
    ("2027-01-04 08:45:00", False),
]


@pytest.mark.parametrize(("when", "counts"), BOUNDARIES)
def test_a_call_counts_when_the_night_desk_was_on_duty(when: str, counts: bool) -> None:
    month = Month(at(when).year, at(when).month)
    assert len(night_report(month, [call(when)], CALENDAR).receipts) == counts


MONTH_ENDS = [
    ("2026-11-30 23:59:59", "2026-11"),
    ("2026-12-01 00:00:00", "2026-12"),
    ("2026-12-31 23:59:59", "2026-12"),
    ("2027-01-01 00:00:00", "2027-01"),
    ("2027-02-28 23:59:59", "2027-02"),
    ("2027-03-01 00:00:00", "2027-03"),
    ("2028-02-29 23:59:59", "2028-02"),
]


@pytest.mark.parametrize(("when", "month"), MONTH_ENDS)
def test_a_call_belongs_to_the_month_of_its_arrival_in_japan_whatever_the_zone_of_its_time(
    when: str, month: str
) -> None:
    one = replace(call(when), at=at(when).astimezone(UTC))
    months = ["2026-11", "2026-12", "2027-01", "2027-02", "2027-03", "2028-02"]
    assert [text for text in months if night_report(Month.read(text), [one], CALENDAR).receipts] == [month]


@pytest.mark.parametrize(("text", "days"), [("2027-02", 28), ("2028-02", 29), ("2026-11", 30), ("2026-12", 31)])
def test_a_month_has_all_its_days(text: str, days: int) -> None:
    assert len(night_report(Month.read(text), [], CALENDAR).days) == days


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-1", "2026-13", "2026-00", "26-01", "2026-11-01", "２０２６-11", "0000-01", "9999-12"]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"month|year"):
        Month.read(text)


WAITS = [
    ([7.0], Spread(1, 7, 7, 7)),
    ([3.0, 1.0], Spread(2, 2, 3, 3)),
    ([float(wait) for wait in range(1, 21)], Spread(20, 10.5, 19, 20)),  # 19 of 20 are 95 %
    ([float(wait) for wait in range(1, 22)], Spread(21, 11, 20, 21)),
    ([], None),
]


@pytest.mark.parametrize(("waits", "expected"), WAITS)
def test_how_waits_are_summed_up(waits: list[float], expected: Spread | None) -> None:
    assert spread(waits) == expected


def test_a_report_confirmed_at_a_screen_before_it_was_handed_over_has_waited_for_nobody() -> None:
    early = report("2027-01-20 22:00:00", "0001", LEAK, HELD, None, -20)
    found = night_report(JANUARY, [early], CALENDAR)
    assert found.to_acknowledgement == Spread(1, 0, 0, 0)
    assert found.to_ring is None
    assert found.notified == 1


# --- disasters -------------------------------------------------------------------------------------


def switch(starts: str, ends: str, recorded: str | None = None, *, extended: bool = True) -> Switch:
    return Switch(at(starts), at(ends), "見本の責任者", "見本", at(recorded or starts), extended=extended)


NEXT_NIGHT = "2027-01-20 22:00:00"
LIVED = [  # what was recorded, who was on duty at 22:00 on 20 January
    ((), Duty.NIGHT),
    ((switch("2027-01-20 20:00:00", "2027-01-21 06:00:00"),), Duty.CENTRE),
    ((switch("2027-01-20 20:00:00", "2027-01-21 06:00:00", extended=False),), Duty.NIGHT),
    ((switch("2027-01-20 20:00:00", "2027-01-20 22:00:00"),), Duty.NIGHT),
    (
        (
            switch("2027-01-20 20:00:00", "2027-01-21 06:00:00"),
            switched_off("見本の責任者", "見本", at("2027-01-20 21:00:00")),
        ),
        Duty.NIGHT,
    ),
    (
        (
            switched_off("見本の責任者", "見本", at("2027-01-20 22:00:01")),
            switch("2027-01-20 20:00:00", "2027-01-21 06:00:00"),
        ),
        Duty.CENTRE,
    ),
    ((switch("2027-01-20 20:00:00", "2027-01-21 06:00:00", "2027-01-20 23:00:00"),), Duty.NIGHT),  # written too late
    (
        (
            switch("2027-01-20 20:00:00", "2027-01-21 06:00:00"),
            switch("2027-01-20 21:00:00", "2027-01-21 06:00:00", extended=False),
        ),
        Duty.NIGHT,
    ),
]


@pytest.mark.parametrize(("switches", "duty"), LIVED)
def test_calls_that_operators_answered_in_a_disaster_are_not_the_night_desks(
    switches: tuple[Switch, ...], duty: Duty
) -> None:
    calendar = with_disasters(CALENDAR, switches)
    assert duty_at(calendar, at(NEXT_NIGHT)) is duty
    assert len(night_report(JANUARY, [call(NEXT_NIGHT)], calendar).receipts) == (duty is not Duty.CENTRE)


# --- which night -----------------------------------------------------------------------------------

NIGHTS = [  # asked at, begin and end
    ("2026-11-24 21:10:00", "2026-11-24 18:00:00", "2026-11-25 08:45:00"),
    ("2026-11-24 18:00:00", "2026-11-24 18:00:00", "2026-11-25 08:45:00"),
    ("2026-11-24 17:59:59", "2026-11-23 18:00:00", "2026-11-24 08:45:00"),
    ("2026-11-25 08:44:59", "2026-11-24 18:00:00", "2026-11-25 08:45:00"),
    ("2026-11-25 08:45:00", "2026-11-24 18:00:00", "2026-11-25 08:45:00"),
    ("2027-01-02 12:00:00", "2026-12-31 18:00:00", "2027-01-04 08:45:00"),
]


@pytest.mark.parametrize(("asked", "begins", "ends"), NIGHTS)
def test_the_night_of_an_instant_is_the_one_that_is_or_was_last(asked: str, begins: str, ends: str) -> None:
    assert night_of(CALENDAR, at(asked)) == (at(begins), at(ends))


def test_nights_follow_each_other() -> None:
    begins, ends = night_of(CALENDAR, at("2027-01-02 12:00:00"))
    assert night_before(CALENDAR, begins) == (at("2026-12-30 18:00:00"), at("2026-12-31 08:45:00"))
    assert night_after(CALENDAR, ends) == (at("2027-01-04 18:00:00"), at("2027-01-05 08:45:00"))


def test_an_operation_on_request_cuts_a_night_in_two() -> None:
    operation = SpecialHours(at("2026-11-24 20:00:00"), at("2026-11-24 22:00:00"), "見本", "見本")
    calendar = replace(CALENDAR, special=(operation,))
    assert night_of(calendar, at("2026-11-24 21:00:00")) == (at("2026-11-24 18:00:00"), at("2026-11-24 20:00:00"))
    assert night_of(calendar, at("2026-11-24 23:00:00")) == (at("2026-11-24 22:00:00"), at("2026-11-25 08:45:00"))


def test_where_there_was_no_night_for_weeks_it_is_the_last_day() -> None:
    always = SpecialHours(at("2026-10-01 00:00:00"), at("2026-12-31 00:00:00"), "見本", "見本")
    now = at("2026-11-24 21:00:00")
    assert night_of(replace(CALENDAR, special=(always,)), now) == (now - timedelta(days=1), now)
