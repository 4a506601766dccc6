"""Ladders run by DBOS: one durable workflow for each, resumed at its next step by whatever process comes up again.

The truth is in the desk's own tables: the workflow only sees to it that a ladder is looked at when something happened
or its time has come. A workflow ends when its ladder comes to rest; the next one has the next number.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from dbos import DBOS, SetWorkflowID
from sqlalchemy import make_url

from ivr.jobs.ladder import Ladder
from ivr.ports import Clock, Escalations, Standing
from ivr.security.redaction import where

APPLICATION_VERSION = "ladder-1"
"""Pinned: a deployment resumes what the one before has begun. Count up when the steps of the workflow change."""

NEWS = "news"
AGAIN_S = 5.0  # a step that broke is tried again after so long
LONGEST_SLEEP_S = 3600.0
POLL_S = 0.25  # how soon news is seen where the database cannot call (SQLite)
MOST_RECOVERIES = 1_000_000  # a ladder is never given up, however often its process dies
STOP_S = 5.0  # the steps at hand may take so long to end; what takes longer is taken up at the next start
OVERDUE_S = 120.0  # a ladder not looked at for so long has a workflow that nobody runs: its process is gone for good
MOST_AT_ONCE = 3  # workflows of one ladder: more would not help it
RUNNING = ["PENDING", "ENQUEUED", "DELAYED"]

log = logging.getLogger(__name__)


class _Stopped(BaseException):
    """Ends a workflow here and now, its step unrecorded: as if the process had died. Not an Exception: those count."""


class DurableLadders:
    """`url`: SQLAlchemy URL of the desk's store; `executor`: this process, stable over restarts, unique among those up.

    One at a time in a process: the library keeps one registry.
    """

    def __init__(self, ladder: Ladder, escalations: Escalations, clock: Clock, url: str, executor: str) -> None:
        self._ladder, self._escalations, self._clock = ladder, escalations, clock
        self._url, self._executor = system_url(url), executor
        self._climbing: Callable[[str], None] | None = None
        self._stopping = threading.Event()
        self._counting = threading.Lock()
        self._inside = 0

    def start(self) -> None:
        """Take up what was begun, and what has no workflow yet."""
        _quiet()
        _keep_private(self._url)
        self._stopping.clear()
        DBOS(
            config={
                "name": "mizumado",
                "system_database_url": self._url,
                "application_version": APPLICATION_VERSION,
                "executor_id": self._executor,
                "notification_listener_polling_interval_sec": POLL_S,
                "log_level": "WARNING",
            }
        )

        @DBOS.step(name="climb")
        def climb_step(reference: str) -> float | None:  # a function: the library marks it, and a method takes no mark
            return self._climb(reference)

        @DBOS.workflow(name="escalate", max_recovery_attempts=MOST_RECOVERIES)
        def escalate(reference: str) -> None:
            with self._counted():
                while (wait_s := climb_step(reference)) is not None:
                    DBOS.recv(NEWS, timeout_seconds=wait_s)

        self._climbing = escalate
        DBOS.launch()
        self.reconcile()

    def wake(self, reference: str) -> None:
        """Something happened to `reference`: look now. What cannot be told is found by `reconcile`."""
        try:
            self._wake(reference)
        except Exception as error:  # noqa: BLE001 - the caller's turn is committed, and a reconciler comes by
            log.warning("ticket %s: its ladder could not be woken: %s", reference, where(error))

    def reconcile(self) -> int:
        """Start what a crash between a ticket and its workflow left out: how many ladders were looked at."""
        found = self._escalations.climbing()
        for reference in found:
            self.wake(reference)
        return len(found)

    def stop(self) -> None:
        """End this process's part; what was begun is taken up again later."""
        if self._climbing is None:
            return
        self._climbing = None
        self._stopping.set()
        self._end_waits()
        DBOS.destroy(destroy_registry=True)

    def _end_waits(self) -> None:
        """A workflow that waits would keep the process from ending until its time comes: each is told to look, once."""
        until = time.monotonic() + STOP_S
        try:
            for running in DBOS.list_workflows(
                status=RUNNING, executor_id=self._executor, load_input=False, load_output=False
            ):
                DBOS.send(running.workflow_id, NEWS, NEWS)
        except Exception as error:  # noqa: BLE001 - the end must come all the same
            log.warning("ladders may take long to end: %s", where(error))
        while self._inside and time.monotonic() < until:
            time.sleep(POLL_S / 5)

    def _wake(self, reference: str) -> None:
        standing = self._escalations.standing(reference)
        if standing is None or self._climbing is None:
            return
        prefix = f"{reference}:{standing.rests}:"
        known = DBOS.list_workflows(workflow_id_prefix=prefix, load_input=False, load_output=False)
        running = [workflow.workflow_id for workflow in known if workflow.status in RUNNING]
        for workflow in running:
            DBOS.send(workflow, NEWS, NEWS)
        if not running or (self._is_overdue(standing) and len(running) < MOST_AT_ONCE):
            # The first one, or one that goes on with a ladder whose workflow ended (or is run by nobody) too early.
            with SetWorkflowID(f"{prefix}{len(known)}"):
                DBOS.start_workflow(self._climbing, reference)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        """How many workflows this process is in the middle of."""
        with self._counting:
            self._inside += 1
        try:
            yield
        finally:
            with self._counting:
                self._inside -= 1

    def _is_overdue(self, standing: Standing) -> bool:
        return standing.next_at is not None and standing.next_at < self._clock.now() - timedelta(seconds=OVERDUE_S)

    def _climb(self, reference: str) -> float | None:
        """A step: seconds until the ladder is to be looked at again, None when it rests. Raises _Stopped alone."""
        if self._stopping.is_set():
            raise _Stopped
        try:
            standing = self._ladder.climb(reference)
        except Exception as error:  # noqa: BLE001 - a workflow that fails would be a report nobody hears of
            log.error("ticket %s: a step broke: %s", reference, where(error))
            return AGAIN_S
        return self._wait_s(standing)

    def _wait_s(self, standing: Standing | None) -> float | None:
        if standing is None or (standing.resting and standing.next_at is None):
            return None
        if standing.next_at is None:
            return LONGEST_SLEEP_S
        wait = (standing.next_at - self._clock.now()).total_seconds()
        return min(max(wait, 0.05), LONGEST_SLEEP_S)


def system_url(url: str) -> str:
    """Where the engine keeps its own records: a file beside the desk's (SQLite), or a schema in its database."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return url
    return str(parsed.set(database=f"{parsed.database}.workflows").render_as_string(hide_password=False))


def _keep_private(url: str) -> None:
    """The engine's file holds references of tickets: for the desk's own user only, as the desk's own."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(parsed.database, os.O_RDWR | os.O_CREAT, 0o600))


def _quiet() -> None:
    """The library would tell of every launch, past the desk's own log: with a handler there, it brings none."""
    engine = logging.getLogger("dbos")
    engine.setLevel(logging.WARNING)
    if not engine.handlers:
        engine.addHandler(logging.NullHandler())
