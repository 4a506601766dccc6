"""A night on duty for the tests of the ladder: an invented crew, a carrier that fails as it is told, a clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from ivr.domain.escalation import Policy
from ivr.domain.roster import Crew, Person
from ivr.jobs.ladder import Ladder
from ivr.ports import Claimed
from ivr.storage.sql import Store
from tests.stores import HandClock, at

A, B, C, CHIEF = (
    Person(name, f"見本 {name}", f"+8100000000{number}") for number, name in enumerate(("a", "b", "c", "chief"))
)
UNLISTED = Person("unlisted", "見本 unlisted", None)
CREW = Crew("water", on_duty=(A, B), everyone=(A, B, C), supervisor=CHIEF)
POLICY = Policy(rounds=1, listen_s=90, alarm_every_s=300, reachable_s=40)
NAMES = {person.phone: person.id for person in (A, B, C, CHIEF)}


@dataclass(frozen=True)
class Rung:
    """A call as the carrier heard of it. `to`: the person's id."""

    to: str
    answer_url: str
    status_url: str
    tried_at: datetime | None
    at: datetime


@dataclass
class Carrier:
    """The ports Telephone and Texts: each failure is raised once, then it works. Nothing is placed twice.

    `lost`: the next call is placed, but the reply to it does not come.
    """

    clock: HandClock
    failures: list[Exception] = field(default_factory=list)
    lost: list[Exception] = field(default_factory=list)
    tries: list[Rung] = field(default_factory=list)
    placed: list[Rung] = field(default_factory=list)
    texts: list[tuple[str, str, datetime | None]] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    before_ringing: Callable[[], object] = lambda: None

    def ring(
        self,
        number: str,
        answer_url: str,
        status_url: str,
        *,
        tried_at: datetime | None = None,
        others: Callable[[str], bool] = lambda _sid: False,
        answered: bool = False,
    ) -> str:
        assert answered, "whoever picks up needs more time: the ladder must hear of it"
        call = Rung(NAMES[number], answer_url, status_url, tried_at, self.clock.now())
        self.before_ringing()
        self.tries.append(call)
        if self.failures:
            raise self.failures.pop(0)
        if tried_at is not None:
            for index, earlier in enumerate(self.placed, 1):
                if earlier.to == call.to and earlier.at >= tried_at and not others(f"CA{index}"):
                    return f"CA{index}"
        self.placed.append(call)
        if self.lost:
            raise self.lost.pop(0)
        return f"CA{len(self.placed)}"

    def hang_up(self, sid: str) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.ended.append(sid)

    def text(self, number: str, body: str, *, tried_at: datetime | None = None) -> str:
        self.texts.append((NAMES[number], body, tried_at))
        return f"SM{len(self.texts)}"

    def prepare_queue(self, name: str, max_size: int) -> None:
        raise AssertionError(f"a ladder prepares no queue: {name}, {max_size}")

    @property
    def rung(self) -> list[str]:
        return [call.to for call in self.placed]


@dataclass
class Roster:
    """The port Rosters: one crew, whatever the class and the time."""

    crew_now: Crew = CREW
    asked: list[tuple[str | None, datetime]] = field(default_factory=list)

    def crew(self, category: str | None, at: datetime) -> Crew:
        self.asked.append((category, at))
        return self.crew_now


@dataclass
class Night:
    """The store, the ladder over it, and all that it reaches."""

    store: Store
    clock: HandClock = field(default_factory=lambda: HandClock(at(1)))
    roster: Roster = field(default_factory=Roster)
    policy: Policy = POLICY
    waited: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.carrier = Carrier(self.clock)

    @property
    def ladder(self) -> Ladder:
        return Ladder(
            escalations=self.store.escalations,
            rosters=self.roster,
            telephone=self.carrier,
            texts=self.carrier,
            clock=self.clock,
            policy=self.policy,
            public_url="https://desk.example.jp",
            body=lambda reference, alarm: f"{reference} {'alarm' if alarm else 'call'}",
            wait=self.wait,
        )

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.clock.pass_by(seconds)

    def climb(self, *references: str, after_s: float = 0) -> None:
        self.clock.pass_by(after_s)
        for reference in references or ("N-1",):
            self.ladder.climb(reference)


class Dying:
    """Escalations whose worker dies when it would tell of the first order that was carried out."""

    def __init__(self, store: Store) -> None:
        self._escalations = store.escalations
        self.advance, self.claim = self._escalations.advance, self._escalations.claim
        self.postponed, self.given_up = self._escalations.postponed, self._escalations.given_up
        self.placed, self.standing = self._escalations.placed, self._escalations.standing
        self.unfinished, self.climbing = self._escalations.unfinished, self._escalations.climbing
        self.is_known = self._escalations.is_known
        self.take_slot, self.put_back = self._escalations.take_slot, self._escalations.put_back

    def carried_out(self, claimed: Claimed, now: datetime, placed_sid: str | None = None) -> None:
        raise Died


class Died(BaseException):
    """The process ends here: nothing may catch it."""
