"""The duty log as a page to print: one night, or the span that is asked for. For a browser on this machine only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from flask import Blueprint, Response, abort, render_template, request
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ivr.console.now import HEADERS, as_date
from ivr.domain.duty_log import night_after, night_before, night_of
from ivr.domain.hours import TOKYO, Calendar, tokyo
from ivr.domain.night_words import NightWords
from ivr.ports import Clock
from ivr.security.loopback import from_this_machine
from ivr.usecases.read_duty_log import LogRow, Named, duty_log, log_row
from ivr.usecases.report_night import NightRecords

HERE = Path(__file__).resolve().parent
LONGEST = timedelta(days=31)
"""More is no log to print; the monthly report has the figures."""


@dataclass(frozen=True, slots=True)
class DutyLogDesk:
    """What the page reads. `calendar`: with the hours that disasters added; `named`: id of a person -> the name."""

    records: NightRecords
    calendar: Callable[[], Calendar]
    words: NightWords
    named: Named
    clock: Clock


@dataclass(frozen=True, slots=True)
class Sheet:
    """A span of the log in words. `at`: when it was read."""

    since: datetime
    until: datetime
    at: datetime
    rows: Sequence[LogRow]
    words: NightWords


class BadSpan(ValueError):
    """The span asked for is none. Says which of the page's reasons: "both", "time", "order", "long"."""


def duty_log_blueprint(desk: DutyLogDesk) -> Blueprint:
    """GET /duty-log?from=&to= (ISO, Japanese time; without them the night that is or was)."""
    blueprint = Blueprint("duty_log", __name__, template_folder="templates")
    blueprint.add_app_template_filter(as_day, "as_day")

    @blueprint.before_request
    def only_from_here() -> None:
        if not from_this_machine(request.headers.get, request.remote_addr):
            abort(403)

    @blueprint.after_request
    def sealed(response: Response) -> Response:
        response.headers.update(HEADERS)
        return response

    @blueprint.get("/duty-log")
    def log() -> tuple[str, int]:
        calendar, now = desk.calendar(), tokyo(desk.clock.now())
        wrong = None
        try:
            since, until = span(request.args.get("from"), request.args.get("to"), calendar, now)
        except BadSpan as bad:
            wrong = str(bad)
            since, until = night_of(calendar, now)
        sheet = read_sheet(desk, calendar, since, until)
        before, after = night_before(calendar, since), night_after(calendar, until)
        after = after if after is not None and after[0] <= now else None  # nothing stands there yet
        page = render_template("duty_log.html", sheet=sheet, before=before, after=after, wrong=wrong)
        return page, 400 if wrong else 200

    return blueprint


def span(since: str | None, until: str | None, calendar: Calendar, now: datetime) -> tuple[datetime, datetime]:
    """The span asked for; the night of now when nothing is. Raises BadSpan."""
    if not since and not until:
        return night_of(calendar, now)
    if not since or not until:
        raise BadSpan("both")
    begins, ends = _instant(since), _instant(until)
    if ends <= begins:
        raise BadSpan("order")
    if ends - begins > LONGEST:
        raise BadSpan("long")
    return begins, ends


def read_sheet(desk: DutyLogDesk, calendar: Calendar, since: datetime, until: datetime) -> Sheet:
    """The log of a span, as a sheet. Raises StoreUnavailable."""
    lines = duty_log(desk.records, calendar, since, until)
    rows = [log_row(line, desk.words, desk.named) for line in lines]
    return Sheet(tokyo(since), tokyo(until), tokyo(desk.clock.now()), rows, desk.words)


def sheet_file(sheet: Sheet) -> str:
    """The sheet as one HTML file that needs nothing beside it."""
    templates = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined)
    templates.filters |= {"as_date": as_date, "as_day": as_day}
    style = (HERE / "static" / "duty_log.css").read_text(encoding="utf-8")
    return templates.get_template("duty_log_file.html").render(sheet=sheet, style=style)


def as_day(at: datetime) -> str:
    """2026年11月24日（火）, in Japanese time."""
    return as_date(at).partition("）")[0] + "）"


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=TOKYO) if at.tzinfo is None else tokyo(at)
    except (ValueError, OverflowError):
        raise BadSpan("time") from None
