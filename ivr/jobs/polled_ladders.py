"""Ladders looked at by a thread of this process: for trials and simulations, whose clock may be a simulated one."""

from __future__ import annotations

from ivr.jobs.ladder import Ladder
from ivr.jobs.worker import Worker


class PolledLadders:
    """The same as `DurableLadders` for one process and one run: what is stored is looked at again when it starts."""

    def __init__(self, ladder: Ladder, every_s: float = 1.0) -> None:
        self._worker = Worker("ladders", [ladder.climb_all], every_s)

    def start(self) -> None:
        self._worker.start()

    def wake(self, reference: str) -> None:
        del reference  # all of them are looked at: there are few
        self._worker.wake()

    def reconcile(self) -> int:
        self._worker.wake()
        return 0

    def stop(self) -> None:
        self._worker.stop()
