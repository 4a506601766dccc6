"""Commands about the nights that were: the monthly report of what was received, and the duty log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ivr.cli.options import JSON_FLAG, print_row
from ivr.settings import Settings, read_settings

if TYPE_CHECKING:
    from ivr.console.duty_log import DutyLogDesk
    from ivr.domain.night_report import Month


def _month(_context: click.Context, _parameter: click.Parameter, given: str) -> Month:
    from ivr.domain.night_report import Month

    try:
        return Month.read(given)
    except ValueError:
        raise click.BadParameter(f"{given!r} is no month; write 2026-11") from None


@click.group()
def night() -> None:
    """The nights that were: the monthly report, and the duty log."""


@night.command()
@click.option("--month", required=True, callback=_month, metavar="YYYY-MM", help="the month, as 2026-11")
@JSON_FLAG
@click.option("--csv", "as_csv", is_flag=True, help="a table for Excel (UTF-8 with a mark)")
def report(month: Month, as_json: bool, as_csv: bool) -> None:
    """What the night desk received in a month, and what became of it. No name and no number of a caller is in it."""
    from ivr.usecases import report_night

    if as_json and as_csv:
        raise click.UsageError("choose --json or --csv")
    with _desk(read_settings()) as desk:
        found = report_night.report_month(desk.records, desk.calendar(), month)
    if as_json:
        print_row(report_night.as_json(found))
    elif as_csv:
        click.echo(report_night.as_csv(found, desk.words), nl=False)
    else:
        for row in report_night.csv_rows(found, desk.words):
            click.echo("\t".join(row))


@night.command()
@click.option("--from", "since", metavar="ISO", help="its beginning, in Japan, as 2026-11-24T18:00")
@click.option("--to", "until", metavar="ISO", help="its end; without both: the night that is, or the last one")
@click.option("--html", "file", type=click.Path(dir_okay=False, path_type=Path), help="write it as a page to print")
def log(since: str | None, until: str | None, file: Path | None) -> None:
    """The duty log: who was rung when, who has what, and what was received. Everything in order."""
    from ivr.console.duty_log import BadSpan, read_sheet, sheet_file, span
    from ivr.domain.hours import tokyo

    with _desk(read_settings()) as desk:
        calendar = desk.calendar()
        try:
            begins, ends = span(since, until, calendar, tokyo(desk.clock.now()))
        except BadSpan as bad:
            raise click.UsageError(_REMEDIES[str(bad)]) from None
        sheet = read_sheet(desk, calendar, begins, ends)
    if file is not None:
        try:
            file.write_text(sheet_file(sheet), encoding="utf-8")
        except OSError as error:
            raise click.ClickException(f"{file} cannot be written ({error.strerror})") from error
        click.echo(f"{len(sheet.rows)} lines are in {file}", err=True)
        return
    for row in sheet.rows:
        click.echo("  ".join((f"{row.at:%Y-%m-%d %H:%M:%S}", f"{row.reference or '-':8}", row.what, row.who, row.note)))


_REMEDIES = {
    "both": "give --from and --to, or neither",
    "time": "a time cannot be read: write one such as 2026-11-24T18:00",
    "order": "--to must be later than --from",
    "long": "a log has at most 31 days; `mizumado night report` has the figures of a month",
}


@contextmanager
def _desk(settings: Settings) -> Iterator[DutyLogDesk]:
    """What report and log read, from the store and the words of `settings`."""
    from ivr.app import SystemClock
    from ivr.console.duty_log import DutyLogDesk
    from ivr.ports import StoreUnavailable
    from ivr.storage.night_words import read_night_words
    from ivr.storage.roster_files import RosterFiles
    from ivr.storage.script_files import read_script
    from ivr.storage.sql import open_store
    from ivr.usecases.report_night import lived

    script = read_script(settings.prompts, {})
    words, rosters = read_night_words(settings.prompts, script), RosterFiles(settings.duty)
    store = open_store(settings.database)
    try:
        yield DutyLogDesk(
            records=store.nights,
            calendar=partial(lived, script.calendar, store.switches),
            words=words,
            named=lambda who: person.name if (person := rosters.person(who)) else None,
            clock=SystemClock(),
        )
    except StoreUnavailable as error:
        raise click.ClickException(f"the store cannot be reached, try again: {error}") from error
    finally:
        store.close()


COMMANDS = (night,)
