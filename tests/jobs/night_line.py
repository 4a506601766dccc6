"""A carrier that is a file: every call and text is a line, which outlives the process that placed it."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ivr.domain.escalation import Policy
from ivr.domain.roster import Crew
from ivr.jobs.ladder import Ladder
from ivr.storage.sql import Store
from tests.jobs.duty import NAMES, Roster


@dataclass
class RealClock:
    """The time of day, moved on at will."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass(frozen=True)
class FileCarrier:
    """The ports Telephone and Texts. What was tried before is looked for, as the real carrier's is.

    `before`, `after`: what happens around the writing of a line (a process may die there).
    """

    file: Path
    before: Callable[[], object] = lambda: None
    after: Callable[[], object] = lambda: None
    looked_for: list[str] = field(default_factory=list)

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
        return self._place(f"ring {NAMES[number]} {'/'.join(answer_url.split('/')[-2:])}", tried_at)

    def text(self, number: str, body: str, *, tried_at: datetime | None = None) -> str:
        return self._place(f"text {NAMES[number]} {body}", tried_at)

    def hang_up(self, sid: str) -> None:
        self._place(f"hang-up {sid}", None)

    def prepare_queue(self, name: str, max_size: int) -> None:
        raise AssertionError(f"a ladder prepares no queue: {name}, {max_size}")

    def lines(self) -> list[str]:
        return self.file.read_text().splitlines() if self.file.exists() else []

    def rung(self) -> list[str]:
        return [line.split()[1] for line in self.lines() if line.startswith("ring ")]

    def _place(self, line: str, tried_at: datetime | None) -> str:
        if tried_at is not None:
            self.looked_for.append(line)
            if line in self.lines():
                return f"CA{self.lines().index(line)}"
        self.before()
        with self.file.open("a") as out:
            fcntl.flock(out, fcntl.LOCK_EX)
            out.write(f"{line}\n")
            out.flush()
        self.after()
        return f"CA{len(self.lines()) - 1}"


def ladder_on(
    store: Store, carrier: FileCarrier, clock: RealClock, crew: Crew, policy: Policy, lease_s: float
) -> Ladder:
    """A ladder in real time whose line is free at every moment."""
    return Ladder(
        escalations=store.escalations,
        rosters=Roster(crew),
        telephone=carrier,
        texts=carrier,
        clock=clock,
        policy=policy,
        public_url="https://desk.example.jp",
        body=lambda reference, _alarm: reference,
        wait=lambda _seconds: None,
        lease_s=lease_s,
    )
