"""Make the night desk's monthly report (R21): its figures from the records, as data and as a table for Excel."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from ivr.domain.duty_log import LogLine
from ivr.domain.hours import Calendar, tokyo
from ivr.domain.night_report import Month, NightReceipt, NightReport, Spread, night_report, with_disasters
from ivr.domain.night_words import NightWords
from ivr.ports import Switches
from nlu.meaning import Category

MOST_SWITCHES = 1000
UNKNOWN = "unknown"
BOM = b"\xef\xbb\xbf"
"""Excel takes a CSV file without it for Shift_JIS."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Row = list[str]


class NightRecords(Protocol):
    """What the desk kept of its calls and of its staff on duty."""

    def receipts(self, since: datetime, until: datetime) -> Sequence[NightReceipt]:
        """Every call that arrived from `since` on and before `until`, in order."""
        ...

    def happened(self, since: datetime, until: datetime) -> Sequence[LogLine]:
        """What was done with reports from `since` on and before `until`, in order."""
        ...


def lived(calendar: Calendar, switches: Switches) -> Calendar:
    """The calendar with the hours that disasters added. Raises StoreUnavailable."""
    return with_disasters(calendar, switches.recent(MOST_SWITCHES))


def report_month(records: NightRecords, calendar: Calendar, month: Month) -> NightReport:
    """The report of `month` from the records as they stand now. Raises StoreUnavailable."""
    return night_report(month, records.receipts(month.begins, month.ends), calendar)


# --- as data ---------------------------------------------------------------------------------------


def as_json(report: NightReport) -> dict[str, Any]:
    """Plain values: names as in the code, times ISO in Japanese time, waits in seconds (null: there was none)."""
    return {
        "month": str(report.month),
        "calls": len(report.receipts),
        "urgent": report.urgent,
        "not_urgent": report.not_urgent,
        "abandoned": report.abandoned,
        "outside_hours": report.outside,
        "classes": _classes(report.classes.items()),
        "outcomes": {kind.value if kind else "none": count for kind, count in report.outcomes.items()},
        "redirects": {redirect.value: count for redirect, count in report.redirects.items()},
        "languages": dict(report.languages),
        "notified": report.notified,
        "acknowledged": report.acknowledged,
        "unacknowledged": list(report.unacknowledged),
        "seconds_to_ring": _spread(report.to_ring),
        "seconds_to_acknowledgement": _spread(report.to_acknowledgement),
        "alarms": report.alarms,
        "alarmed": list(report.alarmed),
        "cancelled": report.cancelled,
        "duplicates": report.duplicates,
        "incidents": {str(number): calls for number, calls in report.incidents.items()},
        "days": [
            {
                "day": day.day.isoformat(),
                "calls": day.calls,
                "urgent": day.urgent,
                "not_urgent": day.not_urgent,
                "classes": _classes(day.classes.items()),
            }
            for day in report.days
        ],
        "receipts": [_receipt(one) for one in report.receipts],
    }


def _classes(counts: Iterable[tuple[Category | None, int]]) -> dict[str, int]:
    return {category.value if category else UNKNOWN: count for category, count in counts}


def _spread(spread: Spread | None) -> dict[str, float] | None:
    if spread is None:
        return None
    return {"count": spread.count, "median": spread.median, "p95": spread.p95, "longest": spread.longest}


def _receipt(one: NightReceipt) -> dict[str, Any]:
    follow = one.follow
    return {
        "at": tokyo(one.at).isoformat(),
        "dialled": one.dialled.value,
        "reference": one.reference,
        "urgent": one.urgent,
        "class": one.category and one.category.value,
        "town": one.town,
        "language": one.language,
        "outcome": one.outcome and one.outcome.value,
        "redirect": one.redirect and one.redirect.value,
        "status": follow and follow.status.value,
        "handed_at": _iso(follow.handed_at) if follow else None,
        "rung_at": _iso(follow.rung_at) if follow else None,
        "acknowledged_at": _iso(follow.acknowledged_at) if follow else None,
        "alarms": follow.alarms if follow else 0,
        "same_as": follow and follow.same_as,
        "incident": follow and follow.incident,
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else tokyo(at).isoformat()


# --- as a table ------------------------------------------------------------------------------------


def as_csv(report: NightReport, words: NightWords) -> bytes:
    """The tables below each other, for Excel: UTF-8 with a mark, lines ended as Excel ends them."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_harmless(cell) for cell in row] for row in csv_rows(report, words))
    return BOM + text.getvalue().encode("utf-8")


def csv_rows(report: NightReport, words: NightWords) -> list[Row]:
    """The sums, the days by class, and every call; a row without cells between two tables."""
    head = [[words("report", "title")], [words("report", "month"), str(report.month)], []]
    return [*head, *_summary(report, words), [], *_by_day(report, words), [], *_receipts(report, words)]


def _harmless(cell: str) -> str:
    """A name that begins like a formula would be computed."""
    return "'" + cell if cell.startswith(_FORMULA) else cell


def _summary(report: NightReport, words: NightWords) -> list[Row]:
    def row(key: str, count: object, *more: str) -> Row:
        return [words("report", key), str(count), *more]

    rows = [
        [words("report", "summary")],
        [words("report", "item"), words("report", "count")],
        row("calls", len(report.receipts)),
        row("urgent", report.urgent),
        row("not_urgent", report.not_urgent),
        *(
            [f"{words('report', 'outcomes')}: {words.outcome(kind)}", str(count)]
            for kind, count in sorted(report.outcomes.items(), key=lambda one: -one[1])
        ),
        *(
            [f"{words('report', 'redirects')}: {words('redirects', redirect.value)}", str(count)]
            for redirect, count in sorted(report.redirects.items())
        ),
        row("outside", report.outside),
        *(
            [f"{words('report', 'languages')}: {words.language(language)}", str(count)]
            for language, count in sorted(report.languages.items(), key=lambda one: -one[1])
        ),
        row("notified", report.notified),
        row("acknowledged", report.acknowledged),
        row("unacknowledged", len(report.unacknowledged), *report.unacknowledged),
        row("alarms", report.alarms),
        row("alarmed", len(report.alarmed), *report.alarmed),
        row("cancelled", report.cancelled),
        row("duplicates", report.duplicates),
        row("incidents", len(report.incidents), *(str(calls) for calls in report.incidents.values())),
    ]
    return [
        *rows,
        *_waits("to_ring", report.to_ring, words),
        *_waits("to_acknowledgement", report.to_acknowledgement, words),
    ]


def _waits(key: str, spread: Spread | None, words: NightWords) -> list[Row]:
    none = words("report", "none")
    cells = (
        [none, none, none]
        if spread is None
        else [f"{wait:.0f}" for wait in (spread.median, spread.p95, spread.longest)]
    )
    name, unit = words("report", key), words("report", "unit_s")
    parts = ("median", "p95", "longest")
    return [[f"{name} {words('report', part)}{unit}", cell] for part, cell in zip(parts, cells, strict=True)]


def _by_day(report: NightReport, words: NightWords) -> list[Row]:
    classes = [*Category, None] if None in report.classes else list(Category)
    names = [words.category(category) for category in classes]
    heads = [words("report", key) for key in ("day", "calls", "urgent")]
    rows = [
        [
            str(day.day),
            str(day.calls),
            str(day.urgent),
            *(str(day.classes.get(one, 0)) for one in classes),
            str(day.not_urgent),
        ]
        for day in report.days
    ]
    sums = [len(report.receipts), report.urgent, *(report.classes.get(one, 0) for one in classes), report.not_urgent]
    total = [words("report", "total"), *(str(count) for count in sums)]
    return [[words("report", "by_day")], [*heads, *names, words("report", "not_urgent")], *rows, total]


_COLUMNS = (
    "at", "reference", "urgency", "class", "town", "language", "outcome", "status", "handed", "rung",
    "acknowledged_at", "alarms", "same_as",
)  # fmt: skip


def _receipts(report: NightReport, words: NightWords) -> list[Row]:
    rows = [_receipt_row(one, words) for one in report.receipts]
    return [[words("report", "receipts")], [words("report", column) for column in _COLUMNS], *rows]


def _receipt_row(one: NightReceipt, words: NightWords) -> Row:
    follow = one.follow
    outcome = words.outcome(one.outcome)
    if one.redirect is not None:
        outcome = f"{outcome} {words('redirects', one.redirect.value)}"
    return [
        _time(one.at),
        one.reference or "",
        words("report", "yes" if one.urgent else "no"),
        words.category(one.category) if one.urgent else "",
        one.town or "",
        words.language(one.language),
        outcome,
        words("statuses", follow.status.value) if follow else "",
        _time(follow.handed_at) if follow else "",
        _time(follow.rung_at) if follow else "",
        _time(follow.acknowledged_at) if follow else "",
        str(follow.alarms) if follow else "",
        (follow.same_as or "") if follow else "",
    ]


def _time(at: datetime | None) -> str:
    return "" if at is None else f"{tokyo(at):%Y-%m-%d %H:%M:%S}"
