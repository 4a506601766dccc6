"""A thread that does stored work: at once when woken, and every second in case a wake-up was lost."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from ivr.ports import StoreUnavailable

Pass = Callable[[], object]
"""One pass over the work that is due. What it gives back is not looked at."""

log = logging.getLogger(__name__)


class Worker:
    """Runs `passes` one after another. A pass that raises is logged and run again next time; the others go on."""

    def __init__(self, name: str, passes: Sequence[Pass], every_s: float = 1.0) -> None:
        self._passes = tuple(passes)
        self._every_s = every_s
        self._woken = threading.Event()
        self._stopping = threading.Event()
        # A daemon: the work is in the store, and a process that must end is not held up by it.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin. A worker is started once."""
        self._thread.start()

    def wake(self) -> None:
        """There may be work: look now."""
        self._woken.set()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Finish the pass at hand and end. False if that took longer than `timeout_s`."""
        self._stopping.set()
        self._woken.set()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()  # before the work, not after it: a wake-up during a pass counts for the next one
            for run in self._passes:
                self._survive(run)
            self._woken.wait(self._every_s)

    def _survive(self, run: Pass) -> None:
        try:
            run()
        except StoreUnavailable as error:
            log.warning("%s: the store is unavailable (%s); tried again", self._thread.name, error)
        except Exception:  # the thread must live: without it nobody is told of anything any more
            log.exception("%s: a pass failed; tried again", self._thread.name)


def at_most_every(seconds: float, run: Pass, monotonic: Callable[[], float] = time.monotonic) -> Pass:
    """`run` as a pass that does nothing until `seconds` have gone by since it last ran without raising."""
    last: float | None = None

    def now_and_then() -> object:
        nonlocal last
        now = monotonic()
        if last is not None and now - last < seconds:
            return None
        result = run()
        last = now
        return result

    return now_and_then
