"""Commands about the duty roster: whether it is in order, and who is on duty."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from ivr.cli.options import JSON_FLAG, print_row
from ivr.settings import read_settings

if TYPE_CHECKING:
    from ivr.domain.roster import Crew, Roster

DAYS_AHEAD = 60


def _instant(_context: click.Context, _parameter: click.Parameter, given: str | None) -> datetime:
    """An ISO time, on Japan's wall clock unless it names a zone; the present without one."""
    from ivr.app import SystemClock
    from ivr.domain.hours import TOKYO, tokyo

    if given is None:
        return tokyo(SystemClock().now())
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        raise click.BadParameter(f"{given!r} is no time; write 2026-11-24T21:10") from None
    return at.replace(tzinfo=TOKYO) if at.tzinfo is None else tokyo(at)


AT = click.option("--at", callback=_instant, metavar="ISO", help="another time than now, in Japan, as 2026-11-24T21:10")


@click.group()
def duty() -> None:
    """The duty roster: who of the bureau's staff is rung."""


@duty.command()
@AT
def check(at: datetime) -> None:
    """Everything that is wrong with the roster, or what it holds and who is missing in the next 60 days."""
    from ivr.domain.roster import gaps

    roster = _roster()
    silent = sum(person.phone is None for person in roster.people.values())
    click.echo(
        f"{len(roster.people)} people ({silent} without a number), {len(roster.groups)} groups, "
        f"{len(roster.shifts)} shifts and {len(roster.entries)} entries are in order"
    )
    last = at.date() + timedelta(days=DAYS_AHEAD)
    for group in roster.groups:
        for begins, ends in gaps(roster, group, at.date(), last):
            if ends > at:
                click.echo(f"{group}: nobody from {max(begins, at):%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M}")


@duty.command()
@AT
@JSON_FLAG
def show(at: datetime, as_json: bool) -> None:
    """Who is on duty for each group, in the order in which they are rung, and whom an alarm tells."""
    from ivr.domain.roster import crew

    roster = _roster()
    if not as_json:
        click.echo(f"{at:%Y-%m-%d %H:%M}")
    for group in roster.groups:
        found = crew(roster, group, at)
        if as_json:
            print_row(_row(found, at))
        else:
            click.echo(f"{group:18} {_names(found)}")


def _roster() -> Roster:
    from ivr.storage.roster_files import read_roster

    return read_roster(read_settings().duty)


def _names(found: Crew) -> str:
    people = (f"{one.id} {one.name}{'' if one.phone else ' (no number)'}" for one in found.on_duty)
    return ", ".join(people) or "nobody: a report is an alarm at once"


def _row(found: Crew, at: datetime) -> dict[str, object]:
    """As the crew stands, numbers left out: the row may be piped on."""
    people = [
        {"id": one.id, "name": one.name, "has_number": one.phone is not None, "sms": one.sms} for one in found.on_duty
    ]
    everyone = [one.id for one in found.everyone]
    supervisor = found.supervisor and found.supervisor.id
    return {
        "group": found.group,
        "at": at.isoformat(),
        "on_duty": people,
        "everyone": everyone,
        "supervisor": supervisor,
    }


COMMANDS = (duty,)
