"""The disaster switch: who set it, until when and why, and what it tells a call. Pure values and their rules.

Every setting is kept as a record of its own: switching off early is another record, never a deletion (R02).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ivr.domain.hours import SpecialHours
from ivr.domain.incident import Incident, Rule, same_event, spot_of
from nlu.meaning import Category, Place

LONGEST = timedelta(days=14)
"""A switch that is still needed after that is set anew, by somebody who looks at it."""
LONGEST_WORDS = 200  # characters of a name or a reason


@dataclass(frozen=True, slots=True)
class Area:
    """A town that staff know about. `yomi` is its hiragana, for voices in other languages."""

    town: str
    yomi: str | None = None


@dataclass(frozen=True, slots=True)
class Switch:
    """One setting of the switch. `extended`: operators answer meanwhile, whatever the hour. `on` is False for the
    record that ends everything set before it, also what was set for later.
    """

    starts: datetime
    ends: datetime
    who: str
    why: str
    recorded_at: datetime
    areas: tuple[Area, ...] = ()
    extended: bool = False
    on: bool = True


def switched_off(who: str, why: str, at: datetime) -> Switch:
    """The record that ends the disaster at `at`."""
    return Switch(at, at, who, why, at, on=False)


def in_force(switches: Iterable[Switch], at: datetime) -> Switch | None:
    """What holds at `at`: the last record that has begun by then, unless it is over or ends what was before it.

    A record that begins later leaves the earlier one in force until then.
    """
    recorded = [switch for switch in switches if switch.recorded_at <= at and switch.starts <= at]
    last = max(enumerate(recorded), key=lambda numbered: (numbered[1].recorded_at, numbered[0]), default=None)
    if last is None:
        return None
    switch = last[1]
    return switch if switch.on and at < switch.ends else None


def problems(switch: Switch, towns: Collection[str]) -> tuple[str, ...]:
    """Everything that keeps `switch` from being recorded, each with what to do; empty when it is in order.

    `towns`: the official names of the gazetteer.
    """
    found = []
    if None in (switch.starts.tzinfo, switch.ends.tzinfo, switch.recorded_at.tzinfo):
        return ("a time has no time zone: write one such as 2027-01-01T20:00+09:00",)
    if switch.on and switch.ends <= switch.starts:
        found.append("it ends before it starts: give an end after the start")
    elif switch.on and switch.ends <= switch.recorded_at:
        found.append("it is over already: give an end that is still to come")
    if switch.ends - switch.starts > LONGEST:
        found.append(
            f"it lasts longer than {LONGEST.days} days: give an earlier end, and set it anew when it is needed"
        )
    for name, text, remedy in (
        ("name", switch.who, "say who decided it"),
        ("reason", switch.why, "say why, for the record"),
    ):
        if not text.strip():
            found.append(f"there is no {name}: {remedy}")
        if len(text) > LONGEST_WORDS:
            found.append(f"the {name} has more than {LONGEST_WORDS} characters: say it shorter")
    unknown = [area.town for area in switch.areas if area.town not in towns]
    found += [f"there is no town {town!r}: write its official name, without chome" for town in unknown]
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Disaster:
    """What a turn knows of the disaster that is on at `at`: the switch, and the events that callers told of."""

    at: datetime
    switch: Switch
    rule: Rule
    incidents: tuple[Incident, ...] = ()

    @property
    def special(self) -> tuple[SpecialHours, ...]:
        """The hours of operators while it lasts, empty when they stay as they are."""
        switch = self.switch
        if not switch.extended:
            return ()
        return (SpecialHours(switch.starts, switch.ends, switch.who, switch.why),)


def known(
    disaster: Disaster, category: Category | None, place: Place | None, *, severity: int = 0, own: str = ""
) -> Incident | Area | None:
    """What a caller's report is already known by: the event itself, or the area that staff named; None = not known.

    What is grave or worse than what was told is taken down whole; so is, in a town that staff named, whatever is not of
    a wide family (a collapse, a house's own pipe, a call from the police). `own`: the caller's reference, for nobody
    hears of his own report.
    """
    if severity >= disaster.rule.grave:
        return None
    for incident in disaster.incidents:
        if incident.reference == own and incident.reports == 1:
            continue
        same = same_event(incident, category, place, disaster.at, disaster.rule, disaster=True)
        if same and severity <= incident.severity:
            return incident
    family, spot = disaster.rule.family(category), spot_of(place)
    if family is None or not family.wide or category in disaster.rule.houses or spot is None:
        return None
    return next((area for area in disaster.switch.areas if area.town == spot.town), None)
