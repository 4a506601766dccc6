"""A ladder goes on whatever becomes of the process that climbs it: by a thread, or by a durable workflow (R18)."""

from __future__ import annotations

import logging
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from dbos import DBOS

from ivr.domain.escalation import PassedOn, Policy
from ivr.domain.roster import Crew
from ivr.domain.ticket import Deed
from ivr.jobs.durable_ladders import OVERDUE_S, DurableLadders, system_url
from ivr.jobs.ladder import Ladders
from ivr.jobs.polled_ladders import PolledLadders
from ivr.storage.sql import Store
from tests.contracts.conftest import sqlite
from tests.jobs.duty import CREW
from tests.jobs.night_line import FileCarrier, RealClock, ladder_on
from tests.stores import put_tickets, sqlite_url

__all__ = ["sqlite"]

ROOT = Path(__file__).parents[2]
PATIENT = Policy(rounds=1, listen_s=600, alarm_every_s=600, reachable_s=600)
HURRIED = Policy(rounds=1, listen_s=1, alarm_every_s=1, reachable_s=1)
EVERYBODY = ["a", "b", "c", "chief"]


def soon(what: Callable[[], bool]) -> bool:
    """Whether it came true in a time that is long on any machine."""
    until = time.monotonic() + 20
    while not what() and time.monotonic() < until:
        time.sleep(0.02)
    return what()


@dataclass
class Desk:
    """A desk with one ticket, whose ladders are climbed in the way `kind`. One after another may run over one store."""

    store: Store
    folder: Path
    kind: str
    policy: Policy = PATIENT
    crew: Crew = CREW
    clock: RealClock = field(default_factory=RealClock)
    running: list[Ladders] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.carrier = FileCarrier(self.folder / "carrier.txt")

    def start(self, executor: str = "desk-1") -> Ladders:
        ladder = ladder_on(self.store, self.carrier, self.clock, self.crew, self.policy, lease_s=1.0)
        ladders: Ladders = (
            PolledLadders(ladder, every_s=0.1)
            if self.kind == "polled"
            else DurableLadders(ladder, self.store.escalations, self.clock, sqlite_url(self.folder), executor)
        )
        ladders.start()
        self.running.append(ladders)
        return ladders

    def stop(self) -> None:
        while self.running:
            self.running.pop().stop()

    def rings(self, *people: str) -> bool:
        """Whether these and nobody else were rung, sooner or later."""
        return soon(lambda: self.carrier.rung() == list(people))

    def rests(self) -> bool:
        return soon(lambda: not self.store.escalations.climbing())

    def do(self, deed: Deed, who: str = "a") -> None:
        assert self.store.deeds.do("N-1", deed, who=who, at=self.clock.now()).done


@pytest.fixture(params=["polled", "durable"])
def desk(request: pytest.FixtureRequest, sqlite: Store, tmp_path: Path) -> Iterator[Desk]:
    put_tickets(sqlite, ["N-1"])
    opened = Desk(sqlite, tmp_path, request.param)
    yield opened
    opened.stop()


@pytest.fixture
def durable(sqlite: Store, tmp_path: Path) -> Iterator[Desk]:
    put_tickets(sqlite, ["N-1"])
    opened = Desk(sqlite, tmp_path, "durable")
    yield opened
    opened.stop()


# --- in either way ----------------------------------------------------------------------------------


def test_a_ladder_is_climbed_when_woken_up_to_who_has_it_and_again_when_given_back(desk: Desk) -> None:
    ladders = desk.start()
    assert desk.rings("a")
    desk.store.deeds.happened("N-1", PassedOn(desk.clock.now(), "a"))
    ladders.wake("N-1")
    assert desk.rings("a", "b")
    desk.do(Deed.ACKNOWLEDGE, "b")
    ladders.wake("N-1")
    assert desk.rests()
    desk.do(Deed.RELEASE, "b")
    ladders.wake("N-1")
    assert soon(lambda: len(desk.carrier.rung()) > 2)  # both passed: everybody


def test_time_alone_leads_up_the_ladder_to_the_alarm(desk: Desk) -> None:
    desk.policy = HURRIED
    desk.start()
    assert soon(lambda: len(desk.carrier.rung()) >= 6)
    assert desk.carrier.rung()[:6] == ["a", "b", *EVERYBODY]


def test_a_ladder_that_nobody_woke_is_found(desk: Desk) -> None:
    ladders = desk.start()
    assert desk.rings("a")
    put_tickets(desk.store, ["N-2"])
    ladders.reconcile()
    assert desk.rings("a", "a")


def test_the_next_process_goes_on_where_the_last_one_stopped(desk: Desk) -> None:
    desk.start()
    assert desk.rings("a")
    desk.stop()
    desk.store.deeds.happened("N-1", PassedOn(desk.clock.now(), "a"))
    desk.start()
    assert desk.rings("a", "b")


def test_what_happens_after_the_end_of_a_process_wakes_nobody_and_breaks_nothing(desk: Desk) -> None:
    ladders = desk.start()
    assert desk.rings("a")
    desk.stop()
    ladders.wake("N-1")
    ladders.wake("N-9")


# --- durable ----------------------------------------------------------------------------------------


def workflows(*, status: str | None = None) -> list[str]:
    return [workflow.workflow_id for workflow in DBOS.list_workflows(workflow_id_prefix="N-1:", status=status)]


def test_a_workflow_waits_through_the_end_of_its_process_and_goes_on_in_the_next(durable: Desk) -> None:
    durable.start()
    assert durable.rings("a")
    durable.stop()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("dbos")]
    durable.start()
    assert workflows() == ["N-1:0:0"]  # the same one, and not a second
    durable.do(Deed.CANCEL)
    durable.running[0].wake("N-1")
    assert durable.rests()
    assert soon(lambda: workflows(status="SUCCESS") == workflows())


def test_a_workflow_that_was_cancelled_is_replaced(durable: Desk) -> None:
    ladders = durable.start()
    assert durable.rings("a")
    DBOS.cancel_workflow("N-1:0:0")
    durable.store.deeds.happened("N-1", PassedOn(durable.clock.now(), "a"))
    ladders.reconcile()
    assert durable.rings("a", "b")
    assert workflows(status="PENDING") == ["N-1:0:1"]


def test_a_ladder_at_rest_that_hears_much_is_still_woken_when_given_back(durable: Desk) -> None:
    ladders = durable.start()
    assert durable.rings("a")
    durable.do(Deed.ACKNOWLEDGE)
    ladders.wake("N-1")
    assert durable.rests()
    for _ in range(25):
        ladders.wake("N-1")
        assert soon(lambda: not workflows(status="PENDING"))
    durable.do(Deed.RELEASE)
    ladders.wake("N-1")
    assert durable.rings("a", "b")


def test_the_ladder_of_a_process_that_never_comes_back_is_taken_up_by_another(durable: Desk) -> None:
    durable.start("gone")
    assert durable.rings("a")
    durable.stop()
    durable.clock.ahead = timedelta(seconds=PATIENT.reachable_s + OVERDUE_S + 1)
    durable.start("another")
    assert durable.rings("a", "b")


def test_nobody_is_told_of_a_start_and_the_library_brings_no_log_of_its_own(
    durable: Desk, capfd: pytest.CaptureFixture[str]
) -> None:
    durable.start()
    assert durable.rings("a")
    durable.stop()
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger("dbos").propagate  # what it must tell is in the desk's own log


def test_the_file_of_the_workflows_is_for_the_desk_alone(durable: Desk) -> None:
    durable.start()
    assert durable.rings("a")
    beside = list(durable.folder.glob("desk.db.workflows*"))
    assert beside
    assert {stat.S_IMODE(file.stat().st_mode) for file in beside} == {0o600}


@pytest.mark.parametrize(
    ("url", "system"),
    [
        ("sqlite:////folder/desk.db", "sqlite:////folder/desk.db.workflows"),
        ("postgresql+psycopg://desk:見本@host/name", "postgresql+psycopg://desk:見本@host/name"),
    ],
)
def test_the_engine_keeps_its_records_beside_the_desks(url: str, system: str) -> None:
    assert system_url(url) == system


def test_killed_at_every_call_the_desk_carries_every_order_out_and_none_twice(sqlite: Store, tmp_path: Path) -> None:
    put_tickets(sqlite, ["N-1"])
    carrier = FileCarrier(tmp_path / "carrier.txt")
    program = [sys.executable, "-m", "tests.jobs.dying_desk", sqlite_url(tmp_path), str(carrier.file)]
    ended = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert (ended.returncode, ended.stderr) == (0, "ticket N-1: nobody has it: alarm\n")
    assert sorted(carrier.lines()) == ["ring a N-1/2", "ring b N-1/3", "text a N-1"]
    # Every process died, half of them before they wrote their line: three lines, six deaths at most.
    assert 3 < int(ended.stdout) <= 6
    told = sqlite.notices.claim(RealClock().now(), 60)
    assert [notice.alarm for notice in told] == [None, "nobody_on_duty"]
