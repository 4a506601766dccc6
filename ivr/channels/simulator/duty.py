"""Staff on duty as the simulator plays them: what each does when rung, what they heard, and what came of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ivr.domain.roster import Person
from ivr.usecases.answer_duty import CANNOT, HAVE_IT


class Manner(StrEnum):
    """What a person on duty does when rung."""

    NO_ANSWER = "no_answer"  # lets it ring
    BUSY = "busy"
    VOICEMAIL = "voicemail"  # a machine picks up, hears all and presses nothing
    PASS_ON = "pass_on"  # noqa: S105  # picks up and presses 5; no password
    HAVE_IT = "have_it"  # picks up and presses 4


ORDINARY = (Manner.HAVE_IT,)
UNANSWERED = frozenset({Manner.NO_ANSWER, Manner.BUSY})
KEYS: Mapping[Manner, str] = {Manner.PASS_ON: CANNOT, Manner.HAVE_IT: HAVE_IT}
"""The one key that is pressed."""


@dataclass(slots=True)
class DutyLeg:
    """One call to a person on duty, as it goes. `key`: what was pressed, after so many lines (`key_after`)."""

    person: Person
    number: str
    manner: Manner
    heard: list[str] = field(default_factory=list)
    key: str = ""
    key_after: int = 0
    over: bool = False

    def presses(self) -> str:
        """The key that is pressed now: one key a call, then the person only listens. "" for none."""
        if self.key or self.manner not in KEYS:
            return ""
        self.key, self.key_after = KEYS[self.manner], len(self.heard)
        return self.key


@dataclass(frozen=True, slots=True)
class LegFacts:
    """One call to a person on duty, when it is over. `name` is for people to read, never for a log."""

    person: str
    name: str
    manner: Manner
    heard: tuple[str, ...]
    key: str
    key_after: int


@dataclass(frozen=True, slots=True)
class DutyFacts:
    """What came of a ladder. `rung`: ids, one for every call; `status`: the ticket's; `legs` in the order of `rung`."""

    reference: str
    status: str
    acknowledged_by: str | None
    alarms: int
    texts: int
    legs: tuple[LegFacts, ...] = ()

    @property
    def rung(self) -> tuple[str, ...]:
        return tuple(leg.person for leg in self.legs)

    @property
    def heard(self) -> tuple[str, ...]:
        return tuple(line for leg in self.legs for line in leg.heard)


class DutyStaff:
    """The people of one simulated roster. `person_with`: whose number this is. May be told from any thread."""

    def __init__(self, person_with: Callable[[str], Person | None]) -> None:
        self._person_with = person_with
        self._lock = threading.Lock()
        self._manners: Sequence[Manner] = ORDINARY
        self._met: dict[str, Manner] = {}
        self._legs: list[DutyLeg] = []
        self._texts: list[str] = []

    def begin(self, manners: Sequence[Manner]) -> None:
        """A new call file: what the first, second … person rung does; whoever comes after the last does as the last."""
        with self._lock:
            self._manners, self._met, self._legs, self._texts = manners or ORDINARY, {}, [], []

    def rings(self, number: str) -> DutyLeg | None:
        """The telephone `number` rings: whose it is and what they do, the same each time. None: nobody's on duty."""
        person = self._person_with(number)
        if person is None:
            return None
        with self._lock:
            following = self._manners[min(len(self._met), len(self._manners) - 1)]
            leg = DutyLeg(person, number, self._met.setdefault(person.id, following))
            self._legs.append(leg)
        return leg

    def texted(self, number: str, body: str) -> None:
        """A text came; one to anybody else is not theirs."""
        if self._person_with(number) is not None:
            with self._lock:
                self._texts.append(body)

    @property
    def quiet(self) -> bool:
        """Whether no telephone rings and nobody speaks."""
        with self._lock:
            return all(leg.over for leg in self._legs)

    @property
    def texts(self) -> tuple[str, ...]:
        with self._lock:
            return tuple(self._texts)

    def facts(self) -> tuple[LegFacts, ...]:
        """Every call so far, in the order in which they were placed."""
        with self._lock:
            return tuple(
                LegFacts(leg.person.id, leg.person.name, leg.manner, tuple(leg.heard), leg.key, leg.key_after)
                for leg in self._legs
            )
