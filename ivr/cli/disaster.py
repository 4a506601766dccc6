"""Commands of the disaster switch: set it, end it early, and see what holds and who decided it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import click

from ivr.cli.options import JSON_FLAG, print_row
from ivr.settings import read_settings

if TYPE_CHECKING:
    from ivr.domain.disaster import Switch
    from ivr.storage.switches import SqlSwitches

BY = click.option("--by", "who", required=True, help="who decided it")
WHY = click.option("--why", required=True, help="why, for the record")


@click.group()
def disaster() -> None:
    """The disaster switch: fewest questions, the towns staff know about, and operators at any hour."""


@disaster.command("on")
@click.option("--until", required=True, help="its end, such as 2027-01-01T20:00 (time of Japan)")
@click.option("--from", "starts", help="its beginning, when it is not now")
@BY
@WHY
@click.option("--area", "areas", multiple=True, help="a town that staff know about; may be given several times")
@click.option("--extended", is_flag=True, help="operators answer meanwhile, whatever the hour")
def switch_on(until: str, starts: str | None, who: str, why: str, areas: tuple[str, ...], extended: bool) -> None:
    """Set the switch, until a time, by name and with the reason."""
    from ivr.domain.disaster import Area, Switch, problems
    from nlu.gazetteer import town_names

    now, towns = _now(), town_names()
    switch = Switch(
        starts=_instant("--from", starts) if starts else now,
        ends=_instant("--until", until),
        who=who,
        why=why,
        recorded_at=now,
        areas=tuple(Area(town, towns.get(town)) for town in dict.fromkeys(areas)),
        extended=extended,
    )
    wrong = problems(switch, towns)
    if wrong:
        near = [like for town in areas if town not in towns for like in get_close_matches(town, towns, 3, 0.5)]
        raise click.ClickException("; ".join((*wrong, *((f"near to it: {', '.join(near)}",) if near else ()))))
    with _switches() as switches:
        switches.record(switch)
    click.echo(_text(switch, now))


@disaster.command("off")
@BY
@WHY
def switch_off(who: str, why: str) -> None:
    """End it now, also what was set for later. What was set stays on record."""
    from ivr.domain.disaster import problems, switched_off

    off = switched_off(who, why, _now())
    if wrong := problems(off, ()):
        raise click.ClickException("; ".join(wrong))
    with _switches() as switches:
        if not any(switch.on and switch.ends > off.recorded_at for switch in _since_last_off(switches)):
            raise click.ClickException("no disaster is set: there is nothing to end (see `mizumado disaster show`)")
        switches.record(off)
    click.echo("the disaster switch is off")


@disaster.command("show")
@JSON_FLAG
def show(as_json: bool) -> None:
    """What holds now, and everything that was set, the last first."""
    now = _now()
    with _switches() as switches:
        holds, recorded = switches.in_force(now), switches.recent()
    if as_json:
        for switch in recorded:
            print_row({**_row(switch), "in_force": switch == holds})
        return
    click.echo(_text(holds, now) if holds else "no disaster is on")
    for switch in recorded:
        click.echo(f"  {_tokyo(switch.recorded_at)}  {_text(switch, now)}")


@contextmanager
def _switches() -> Iterator[SqlSwitches]:
    from ivr.ports import StoreUnavailable
    from ivr.storage.sql import open_store

    store = open_store(read_settings().database)
    try:
        yield store.switches
    except StoreUnavailable as error:
        raise click.ClickException(f"the store cannot be reached, try again: {error}") from error
    finally:
        store.close()


def _now() -> datetime:
    from ivr.app import SystemClock

    return SystemClock().now()


def _since_last_off(switches: SqlSwitches) -> Iterator[Switch]:
    for switch in switches.recent():
        if not switch.on:
            return
        yield switch


def _instant(option: str, text: str) -> datetime:
    """A time as it was typed; without a zone it is that of Japan."""
    from ivr.domain.hours import TOKYO

    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise click.ClickException(f"{option} {text!r} is no time: write one such as 2027-01-01T20:00") from None
    return at if at.tzinfo else at.replace(tzinfo=TOKYO)


def _tokyo(at: datetime) -> str:
    from ivr.domain.hours import tokyo

    return f"{tokyo(at):%Y-%m-%d %H:%M}"


def _text(switch: Switch, now: datetime) -> str:
    if not switch.on:
        return f"off, by {switch.who}: {switch.why}"
    begins = "" if switch.starts <= now else f" from {_tokyo(switch.starts)}"
    hours = ", operators at any hour" if switch.extended else ""
    towns = f", known in {', '.join(area.town for area in switch.areas)}" if switch.areas else ""
    return f"on{begins} until {_tokyo(switch.ends)}{hours}{towns}, by {switch.who}: {switch.why}"


def _row(switch: Switch) -> dict[str, Any]:
    return {
        "on": switch.on,
        "recorded_at": switch.recorded_at.isoformat(),
        "starts": switch.starts.isoformat(),
        "ends": switch.ends.isoformat(),
        "by": switch.who,
        "why": switch.why,
        "areas": [area.town for area in switch.areas],
        "extended": switch.extended,
    }


COMMANDS = (disaster,)
