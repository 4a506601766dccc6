"""What the night desk's report and duty log call things, in the language of staff: headings and names, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.domain.duty_log import LogKind
from ivr.domain.escalation import Unheard
from ivr.domain.outcome import OutcomeKind
from ivr.domain.ticket import ALARMS, TicketStatus
from nlu.meaning import Category, Redirect

REPORT = (
    "title", "month", "summary", "item", "count", "unit_s", "none", "calls", "urgent", "not_urgent", "abandoned",
    "redirects", "outside", "notified", "acknowledged", "unacknowledged", "alarms", "alarmed", "cancelled",
    "duplicates", "to_ring", "to_acknowledgement", "median", "p95", "longest", "outcomes", "languages", "incidents",
    "by_day", "day", "total", "receipts", "at", "reference", "class", "town", "language", "outcome", "status",
    "handed", "rung", "acknowledged_at", "same_as", "yes", "no", "urgency",
)  # fmt: skip
"""The headings of the monthly report."""
LOG = ("title", "at", "reference", "what", "who", "note", "unknown_class", "language_note", "other_note")
"""The headings of the duty log. `language_note` has {language}, `other_note` has {reference}."""
DOERS = ("notice", "ladder", "counted", "caller")
CHANGES = ("cancel", "worse", "place", "change")
NO_OUTCOME = "none"

KEYS: Mapping[str, frozenset[str]] = {
    "report": frozenset(REPORT),
    "log": frozenset(LOG),
    "kinds": frozenset(LogKind),
    "outcomes": frozenset({*OutcomeKind, NO_OUTCOME}),
    "redirects": frozenset(Redirect),
    "statuses": frozenset(TicketStatus),
    "unheard": frozenset(Unheard),
    "alarms": ALARMS,
    "doers": frozenset(DOERS),
    "changes": frozenset(CHANGES),
    "refusals": frozenset({"not-their-number", "held", "over"}),
}
"""What each section of the catalogue must name, no more and no less."""


@dataclass(frozen=True, slots=True)
class NightWords:
    """`sections`: those of KEYS; `classes` and `languages` are called as everywhere else on the screens of staff."""

    sections: Mapping[str, Mapping[str, str]]
    classes: Mapping[Category, str]
    languages: Mapping[str, str]

    def __call__(self, section: str, key: str) -> str:
        """Raises KeyError for what no catalogue has."""
        return self.sections[section][key]

    def category(self, category: Category | None) -> str:
        return self.classes[category] if category is not None else self("log", "unknown_class")

    def language(self, language: str) -> str:
        return self.languages.get(language, language)

    def outcome(self, outcome: OutcomeKind | None) -> str:
        return self("outcomes", outcome.value if outcome is not None else NO_OUTCOME)
