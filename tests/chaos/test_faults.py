"""The plan of faults: the same for the same seed, with as many kills as asked for; and how it is carried out."""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path

from tests.chaos.books import Books
from tests.chaos.faults import MOMENTS, Faults, Full, Kill, Lock, planned


class Victim:
    def __init__(self) -> None:
        self.done: list[str] = []
        self.killed = threading.Event()

    def begin(self) -> float:
        self.done.append("begin")
        return 0.0

    def kill(self) -> None:
        self.done.append("kill")
        self.killed.set()

    def fill_disk(self, seconds: float) -> None:
        self.done.append("full")


def test_one_seed_is_one_plan_and_another_seed_another() -> None:
    assert planned(50, 1) == planned(50, 1)
    assert planned(50, 1) != planned(50, 2)


def test_the_plan_has_every_kind_of_kill_and_locks_of_both_files_and_a_full_disk() -> None:
    plan = planned(200, 1)
    kills = [fault for fault in plan if isinstance(fault, Kill)]
    assert len(kills) == 200
    assert {kill.moment for kill in kills} == {name for name, _ in MOMENTS}
    assert all(kill.after_s <= 0.05 for kill in kills if kill.moment != "resuming")
    assert {fault.file for fault in plan if isinstance(fault, Lock)} == {"desk.db", "desk.db.workflows"}
    assert all(0.5 <= fault.seconds <= 6.0 for fault in plan if isinstance(fault, Lock))
    assert any(isinstance(fault, Full) for fault in plan)


def test_a_calm_night_has_no_faults() -> None:
    assert planned(0, 1) == []


def test_a_kill_comes_at_the_moment_it_is_meant_for_and_a_new_life_begins(tmp_path: Path) -> None:
    victim, books = Victim(), Books()
    faults = Faults([Kill("turn", 0.0, 0.0, 0.0), Full(0.0)], victim, tmp_path, books)
    faults.thread.start()
    while not victim.killed.wait(0.01):
        faults.moment("webhook")
        faults.moment("turn")
    faults.thread.join()
    assert victim.done == ["kill", "begin", "full"]
    assert (faults.killed, books.count["kill: turn"]) == (1, 1)


def test_a_desk_that_does_not_come_up_again_is_told() -> None:
    class Dead(Victim):
        def begin(self) -> float:
            raise RuntimeError("it does not open")

    faults = Faults([Kill("any", 0.0, 0.0, 0.0)], Dead(), Path(), Books())
    faults.thread.start()
    faults.thread.join()
    assert isinstance(faults.broke, RuntimeError)


def test_a_lock_keeps_others_from_writing(tmp_path: Path) -> None:
    file = tmp_path / "desk.db"
    with sqlite3.connect(file, timeout=0.0, isolation_level=None) as other:
        other.execute("CREATE TABLE rows (id INTEGER)")
        faults = Faults([Lock("desk.db", 0.3)], Victim(), tmp_path, Books())
        faults.thread.start()
        refused = False
        until = time.monotonic() + 10
        while not refused and time.monotonic() < until:
            time.sleep(0.02)  # a writer without a pause would keep the lock from being taken
            try:
                other.execute("INSERT INTO rows VALUES (1)")
            except sqlite3.OperationalError as error:
                refused = "locked" in str(error)
        faults.thread.join()
    assert refused
    other.close()
