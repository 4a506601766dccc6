"""Which earlier report a caller means: by its number, by telephone, by place; time tells several apart. Pure.

The rules, strongest first. None of them is a score: who reads a ticket can say why it was found.
1. The number of the report was said: it is that one, and no other.
2. The telephone is the one the report was made from. Certain if it made only one, or the place agrees as well; one
   of several otherwise. A place that was said and is another one speaks against it, unless the place is what is wrong.
3. The place that was said: certain down to the lot or a landmark, likely with the town alone.
Time alone finds nothing: two callers an hour are usual, and a stranger's report is nobody's business. Of several the
one made when the caller says comes first, then one that is still open, then the newest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from enum import StrEnum

from nlu.meaning import Category, Change, Earlier, Place

WITHIN = timedelta(hours=72)
"""Tonight's reports are seen to tonight, those of a long weekend by its end; what is older is a new matter."""
MOST = 3
"""So many at most are kept with a turn: whoever reads the record of a call sees what was considered, and no more."""
FEWEST_ALIKE = 3  # characters that two names of a landmark share
_SLACK_MIN = 20  # nobody looks at the clock when reporting a leak
_ENDED = frozenset({"closed", "cancelled", "duplicate"})
_MINUTES = 60


@dataclass(frozen=True, slots=True)
class EarlierReport:
    """A stored report as far as it can be found again by. `phone`: digits; `status`: where its ticket stands."""

    reference: str
    opened_at: datetime
    category: Category | None = None
    place: Place | None = None
    phone: str | None = None
    status: str = "open"


@dataclass(frozen=True, slots=True)
class Sought:
    """What is known of the report that a caller means. `phones`: the caller's, shown or said; `told`: what was said.

    `reference`: of the caller's own ticket, which is never the one meant.
    """

    reference: str = ""
    phones: frozenset[str] = frozenset()
    place: Place | None = None
    told: Earlier = Earlier()  # noqa: RUF009 - frozen

    @property
    def misplaced(self) -> bool:
        """The place told before was wrong: the one said now is another one, of course."""
        return self.told.change is Change.PLACE


@dataclass(frozen=True, slots=True)
class Match:
    """A report that may be meant. `by_number`: its number was said; `proven`: telephone or place agrees (as well)."""

    report: EarlierReport
    certain: bool
    by_number: bool = False
    proven: bool = True


class Tie(StrEnum):
    """How a place that was said stands to that of a report."""

    UNKNOWN = "unknown"
    APART = "apart"
    TOWN = "town"  # nothing speaks against it
    WHOLE = "whole"  # down to the lot or a landmark


def matches(earlier: Sequence[EarlierReport], sought: Sought, at: datetime) -> tuple[Match, ...]:
    """The reports that may be meant at `at`, the likeliest first; empty when none is."""
    known = [report for report in earlier if _may_be_meant(report, sought, at)]
    numbered = [report for report in known if _numbered(report, sought)]
    if numbered:
        return tuple(Match(report, True, True, _proven(report, sought)) for report in _ranked(numbered, sought, at))
    own = [report for report in known if report.phone in sought.phones and not _elsewhere(report, sought)]
    found = [
        Match(report, certain=len(own) == 1 or tie(sought.place, report.place) is Tie.WHOLE)
        if report in own
        else Match(report, certain=tie(sought.place, report.place) is Tie.WHOLE)
        for report in _ranked(known, sought, at)
        if report in own or tie(sought.place, report.place) in (Tie.TOWN, Tie.WHOLE)
    ]
    return tuple(sorted(found, key=lambda match: not match.certain))


def shortlist(earlier: Sequence[EarlierReport], sought: Sought, at: datetime) -> tuple[EarlierReport, ...]:
    """The few of `earlier` that a turn has to know."""
    return tuple(match.report for match in matches(earlier, sought, at)[:MOST])


def tie(said: Place | None, known: Place | None) -> Tie:
    """How the place that was `said` stands to the `known` one of a report."""
    if said is None or known is None:
        return Tie.UNKNOWN
    landmark = _alike(said.landmark, known.landmark)
    if said.town is None or known.town is None:
        return Tie.TOWN if landmark else Tie.UNKNOWN
    if known.town != said.town and (said.certain or known.town not in said.candidates):
        return Tie.APART if said.certain else Tie.UNKNOWN
    if said.chome is not None and known.chome is not None and said.chome != known.chome:
        return Tie.APART
    if said.banchi and known.banchi:
        return Tie.WHOLE if _same_lot(said.banchi, known.banchi) else Tie.APART
    return Tie.WHOLE if landmark else Tie.TOWN


def merged(before: Earlier | None, now: Earlier | None) -> Earlier | None:
    """What was said of the earlier report so far: what is said later counts, what it leaves out stays."""
    if before is None or now is None:
        return now or before
    return Earlier(
        change=now.change or before.change,
        reference=now.reference or before.reference,
        ago=now.ago if now.ago is not None else before.ago,
        hours=now.hours or before.hours,
        days=now.days if now.days is not None else before.days,
    )


def _may_be_meant(report: EarlierReport, sought: Sought, at: datetime) -> bool:
    """A change is no report of its own: what a caller changes is the report behind it."""
    own = report.reference == sought.reference
    recent = at - WITHIN <= report.opened_at <= at
    return recent and not own and report.category is not Category.REPAIR_CANCEL_CHANGE


def _numbered(report: EarlierReport, sought: Sought) -> bool:
    """Callers leave out the zeros in front."""
    said = sought.told.reference
    return said is not None and bool(said.strip("0")) and report.reference.lstrip("0") == said.lstrip("0")


def _proven(report: EarlierReport, sought: Sought) -> bool:
    return report.phone in sought.phones or tie(sought.place, report.place) in (Tie.TOWN, Tie.WHOLE)


def _elsewhere(report: EarlierReport, sought: Sought) -> bool:
    return not sought.misplaced and tie(sought.place, report.place) is Tie.APART


def _ranked(reports: Sequence[EarlierReport], sought: Sought, at: datetime) -> list[EarlierReport]:
    def rank(report: EarlierReport) -> tuple[bool, bool, datetime]:
        return timely(report.opened_at, sought.told, at), report.status not in _ENDED, report.opened_at

    return sorted(reports, key=rank, reverse=True)


def timely(opened_at: datetime, told: Earlier, at: datetime) -> bool:
    """Whether a report was made when the caller says; False when nothing was said of it."""
    opened = opened_at.astimezone(at.tzinfo)
    minutes = (at - opened_at).total_seconds() / _MINUTES
    if told.ago is not None:
        return abs(minutes - told.ago) <= max(_SLACK_MIN, told.ago / 2)
    if told.days is not None and (at.date() - opened.date()).days != told.days:
        return False
    hour = opened.hour + opened.minute / _MINUTES
    if told.hours:
        return any(first <= hour <= last for first, last in told.hours)
    return told.days is not None


def _same_lot(one: str, other: str) -> bool:
    """12 may be all that is said of 12-3."""
    return one == other or one.startswith(f"{other}-") or other.startswith(f"{one}-")


def _alike(one: str | None, other: str | None) -> bool:
    """Whether two names are of one landmark: the greater part of the shorter stands in the other."""
    if not one or not other:
        return False
    shared = SequenceMatcher(None, one, other, autojunk=False).find_longest_match().size
    return shared >= FEWEST_ALIKE and shared * 2 >= min(len(one), len(other))
