"""The plan of faults, drawn from a seed, and whoever carries it out: kills at bad moments, locks, a full disk."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.chaos.books import Books

MOMENTS: Sequence[tuple[str, int]] = (
    ("create arrives", 20),
    ("create answered", 20),
    ("turn", 20),
    ("webhook", 15),
    ("resuming", 15),
    ("any", 10),
)
"""When a kill comes: just after such a moment; `resuming`: while the new life takes up its ladders."""
LONGEST_WAIT_S = 1.5  # for the moment a kill is meant for; then it comes anyway
LOCKS_EVERY, FULL_EVERY = 14, 28  # kills


@dataclass(frozen=True, slots=True)
class Kill:
    """`lives_s`: what the life is granted before; `after_s`: after the moment; `down_s`: before the next life."""

    moment: str
    lives_s: float
    after_s: float
    down_s: float


@dataclass(frozen=True, slots=True)
class Lock:
    """Another process holds the write lock of `file` (the desk's, or its ladders' engine's)."""

    file: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Full:
    """No file can grow."""

    seconds: float


Fault = Kill | Lock | Full


class Victim(Protocol):
    """`tests.chaos.lives.Desk` is one."""

    def begin(self) -> float: ...

    def kill(self) -> None: ...

    def fill_disk(self, seconds: float) -> None: ...


def planned(kills: int, seed: int) -> list[Fault]:
    """So many kills, and the rest between them. The same for the same seed."""
    chance, plan = random.Random(seed), list[Fault]()
    names, weights = zip(*MOMENTS, strict=True)
    for number in range(1, kills + 1):
        moment = str(chance.choices(names, weights)[0])
        lives = 0.0 if moment == "resuming" else chance.uniform(0.3, 2.0)
        after = chance.uniform(0.0, 0.6) if moment == "resuming" else chance.uniform(0.0, 0.05)
        plan.append(Kill(moment, lives, after, chance.choice((0.0, 0.0, chance.uniform(0.0, 1.0)))))
        if number % LOCKS_EVERY == 0:
            file = "desk.db" if chance.random() < 0.8 else "desk.db.workflows"
            plan.append(Lock(file, chance.uniform(0.5, 6.0)))
        if number % FULL_EVERY == FULL_EVERY // 2:
            plan.append(Full(chance.uniform(1.0, 4.0)))
    return plan


class Faults:
    """Carries the plan out, in a thread of its own. `moment` may be told from any thread, and costs nothing."""

    def __init__(self, plan: Sequence[Fault], victim: Victim, folder: Path, books: Books) -> None:
        self._plan, self._victim, self._folder, self._books = plan, victim, folder, books
        self._awaited: str | None = None
        self._came = threading.Event()
        self._stop = threading.Event()
        self.killed = 0
        self.broke: Exception | None = None
        self.thread = threading.Thread(target=self._run, name="faults", daemon=True)

    def moment(self, kind: str) -> None:
        if kind == self._awaited:
            self._came.set()

    def stop(self) -> None:
        """No more faults; the desk lives on."""
        self._stop.set()
        self.thread.join()

    def _run(self) -> None:
        try:
            for fault in self._plan:
                if self._stop.is_set():
                    return
                self._carry_out(fault)
        except Exception as error:  # noqa: BLE001 - told by the main thread, which would wait for ever
            self.broke = error

    def _carry_out(self, fault: Fault) -> None:
        match fault:
            case Kill():
                self._kill(fault)
            case Lock():
                self._books.counted("locks")
                threading.Thread(target=self._lock, args=(fault,), daemon=True).start()
            case Full():
                self._books.counted("disk full")
                self._victim.fill_disk(fault.seconds)

    def _kill(self, kill: Kill) -> None:
        self._stop.wait(kill.lives_s)
        kind = kill.moment
        if kind not in ("resuming", "any"):
            self._came.clear()
            self._awaited = kind
            if not self._came.wait(LONGEST_WAIT_S):
                kind = "any"
            self._awaited = None
        time.sleep(kill.after_s)
        self._victim.kill()
        self.killed += 1
        self._books.counted(f"kill: {kind}")
        time.sleep(kill.down_s)
        self._victim.begin()

    def _lock(self, lock: Lock) -> None:
        begun = time.monotonic()
        connection = sqlite3.connect(self._folder / lock.file, timeout=2.0, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            time.sleep(lock.seconds)
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError:
            self._books.counted("locks not got")
        finally:
            connection.close()
            self._books.fault(begun, time.monotonic())
