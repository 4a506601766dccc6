"""One event, many callers: which reports tell of the same thing, and what of it staff are told. Pure.

Laws of this file:
1. Every report is kept whole and for itself; an incident only counts those of one event. Nothing here drops a report.
2. Merging wrongly hides an emergency, ringing once too often costs a minute: whatever is not the same stays apart. A
   report without a place that is certain joins nothing; so does a class without a family (police, a meter, a change).
3. On an ordinary day only what is certainly the same is one event: the same lot or landmark, or the same class out of
   the same chome within minutes and with no lot far from those heard. Where many callers are expected (a disaster), one
   family in one chome is one event: a main feeds the whole of it, and each caller names his own lot, so lots tell
   nothing. Two chomes are two events even then.
4. What may be of one house alone (a burst pipe) is counted with others only at its lot or landmark, or where no lot was
   told and callers are many. A collapse stays apart from the leak that may have caused it: a hole is rung for at once.
5. Staff are rung for what is new and for what got worse; for more of the same the count is told, at milestones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from nlu.meaning import Category, Place

_LOT = re.compile(r"([^0-9]*)([0-9]+)")


class News(StrEnum):
    """What a report adds to what staff were told."""

    NEW = "new"  # an event nobody told of before
    WORSE = "worse"  # worse than what was told
    MORE = "more"  # one more caller


NEXT_IN_LINE = {News.NEW: 0, News.WORSE: 1, News.MORE: 2}
"""A new place goes before everything that somebody is told of already."""


@dataclass(frozen=True, slots=True)
class Family:
    """Classes that one event can show itself as. `wide`: it may be told of from all over a chome (a main feeds it).

    `said`: the line by which a caller hears it named.
    """

    id: str
    classes: frozenset[Category]
    wide: bool
    said: str


@dataclass(frozen=True, slots=True)
class Rule:
    """How reports are counted together (`prompts/incidents.yaml`).

    `houses`: classes that may be of one house alone; `spread`: classes that are of many houses by their nature, so that
    a lot is only where the caller is. `minutes`: on an ordinary day, how soon after the last report the same class of
    the same chome is the same; `hours`, `disaster_hours`: how long after the last report an event goes on. `near_lots`:
    lots whose numbers differ by no more lie beside each other. `many`: so many reports of one family in one chome
    within `minutes` are counted as in a disaster, although nobody has set the switch. `grave`: the severity from which
    a caller is heard to the end, whatever is known. `milestones`: counts that are told.
    """

    families: tuple[Family, ...]
    houses: frozenset[Category]
    spread: frozenset[Category]
    minutes: int
    hours: int
    disaster_hours: int
    near_lots: int
    many: int
    grave: int
    milestones: tuple[int, ...]

    def family(self, category: Category | None) -> Family | None:
        """The family of a class; None for one whose reports always stand alone."""
        return next((family for family in self.families if category in family.classes), None)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where it is, as all its callers told it; lots and landmarks are sorted, so that their order tells nothing."""

    town: str
    chome: int | None = None
    lots: tuple[str, ...] = ()
    landmarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sighting:
    """One report as far as it can be counted with others. `place` counts only where it is certain."""

    reference: str
    category: Category | None
    place: Place | None
    severity: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Incident:
    """An event that one or more reports are about. `number` is None until the store has given one.

    `category` and `reference` are those of the first report; `severity` is the worst that was told.
    """

    number: int | None
    category: Category
    spot: Spot
    opened_at: datetime
    last_at: datetime
    severity: int
    reference: str
    reports: int = 1
    open: bool = True


@dataclass(frozen=True, slots=True)
class Assigned:
    """A report and its event. `milestone`: the count that was just reached and is told without ringing."""

    incident: Incident
    news: News
    milestone: int | None = None


def spot_of(place: Place | None) -> Spot | None:
    """Where a report says it is; None when that is not known for certain."""
    if place is None or place.town is None or not place.certain:
        return None
    lots = (place.banchi,) if place.banchi else ()
    return Spot(place.town, place.chome, lots, (place.landmark,) if place.landmark else ())


def same_event(
    incident: Incident,
    category: Category | None,
    place: Place | None,
    at: datetime,
    rule: Rule,
    *,
    disaster: bool = False,
) -> bool:
    """Whether a report is about `incident`. `disaster`: many callers about one event are to be expected."""
    family, spot = rule.family(category), spot_of(place)
    if spot is None or family is None or family is not rule.family(incident.category) or not incident.open:
        return False
    known, quiet = incident.spot, _quiet(incident, at)
    other_chome = None not in (spot.chome, known.chome) and spot.chome != known.chome
    if spot.town != known.town or other_chome:
        return False
    if quiet > timedelta(hours=rule.disaster_hours if disaster else rule.hours):
        return False
    if _same_spot(known, spot):
        return True
    of_houses = category in rule.houses or incident.category in rule.houses
    if not family.wide or (of_houses and not disaster):
        return False
    if disaster:
        own_lot = (category in rule.houses and spot.lots) or (incident.category in rule.houses and known.lots)
        return not own_lot
    soon = category is incident.category and quiet <= timedelta(minutes=rule.minutes)
    beside = category in rule.spread or _near(known.lots, spot.lots, rule.near_lots)
    return soon and spot.chome == known.chome and beside


def _quiet(incident: Incident, at: datetime) -> timedelta:
    """How long the event was not told of; reports need not come in order."""
    return max(at - incident.last_at, incident.opened_at - at, timedelta())


def _same_spot(known: Spot, spot: Spot) -> bool:
    """The same landmark; or the same lot, which is another one in every chome."""
    lot = known.chome == spot.chome and not set(known.lots).isdisjoint(spot.lots)
    return lot or not set(known.landmarks).isdisjoint(spot.landmarks)


def _near(known: Iterable[str], lots: Iterable[str], most: int) -> bool:
    """Whether every lot lies beside every lot known: from all, so that no event creeps along a road."""
    return all(_distance(one, other) <= most for one in known for other in lots)


def _distance(one: str, other: str) -> float:
    first, second = _LOT.match(one), _LOT.match(other)
    if first is None or second is None or first[1] != second[1]:
        return float("inf")  # letters name another part of the town
    return abs(int(first[2]) - int(second[2]))


def opened(sighting: Sighting) -> Incident | None:
    """The event that a first report opens; None for one that cannot be counted with others."""
    spot = spot_of(sighting.place)
    if spot is None or sighting.category is None:
        return None
    at = sighting.at
    return Incident(None, sighting.category, spot, at, at, sighting.severity, sighting.reference)


def joined(incident: Incident, sighting: Sighting) -> Incident:
    """The event with one more report: counted, and known a little better."""
    return replace(
        incident,
        spot=_both(incident.spot, spot_of(sighting.place)),
        opened_at=min(incident.opened_at, sighting.at),
        last_at=max(incident.last_at, sighting.at),
        severity=max(incident.severity, sighting.severity),
        reports=incident.reports + 1,
    )


def revised(incident: Incident, sighting: Sighting) -> Incident:
    """The event after one of its reports changed: known better, perhaps worse, and not counted again."""
    return replace(joined(incident, sighting), reports=incident.reports)


def without_one(incident: Incident) -> Incident:
    """The event after one of its reports turned out to be about something else; without any it is over."""
    return replace(incident, reports=max(incident.reports - 1, 0), open=incident.open and incident.reports > 1)


def _both(known: Spot, spot: Spot | None) -> Spot:
    if spot is None:
        return known
    return replace(
        known,
        chome=known.chome if known.chome is not None else spot.chome,
        lots=tuple(sorted({*known.lots, *spot.lots})),
        landmarks=tuple(sorted({*known.landmarks, *spot.landmarks})),
    )


def news(before: Incident | None, after: Incident) -> News:
    if before is None:
        return News.NEW
    return News.WORSE if after.severity > before.severity else News.MORE


def must_ring(told: News) -> bool:
    """Whether somebody's telephone rings: never for one more caller alone."""
    return told is not News.MORE


def milestone(before: Incident | None, after: Incident, rule: Rule) -> int | None:
    """The count that was reached with this report, None when nothing is to be told of it."""
    past = before.reports if before is not None else 0
    return max((count for count in rule.milestones if past < count <= after.reports), default=None)


def surging(incidents: Iterable[Incident], sighting: Sighting, rule: Rule) -> bool:
    """Whether so many ring about one chome at once that they tell of one event, although nobody has set the switch."""
    family, spot = rule.family(sighting.category), spot_of(sighting.place)
    if family is None or spot is None or spot.chome is None:
        return False
    lately = timedelta(minutes=rule.minutes)
    here = [
        one
        for one in incidents
        if rule.family(one.category) is family
        and (one.spot.town, one.spot.chome) == (spot.town, spot.chome)
        and _quiet(one, sighting.at) <= lately
    ]
    return sum(one.reports for one in here) >= rule.many


def assign(incidents: Iterable[Incident], sighting: Sighting, rule: Rule, *, disaster: bool = False) -> Assigned | None:
    """The event of a report, counted with it: one of `incidents`, or a new one without a number.

    None: the report stands alone (no certain place, or a class of no family), and staff are rung for it as such. Of
    several that fit, the one at the very spot counts, then that of the same chome, then the one told of last.
    """
    if rule.family(sighting.category) is None:
        return None
    known = tuple(incidents)
    wide = disaster or surging(known, sighting, rule)
    fit = [one for one in known if same_event(one, sighting.category, sighting.place, sighting.at, rule, disaster=wide)]
    spot = spot_of(sighting.place)
    if spot is not None and fit:
        before = max(fit, key=lambda one: (_same_spot(one.spot, spot), one.spot.chome == spot.chome, one.last_at))
        after = joined(before, sighting)
        return Assigned(after, news(before, after), milestone(before, after, rule))
    new = opened(sighting)
    return None if new is None else Assigned(new, News.NEW, milestone(None, new, rule))
