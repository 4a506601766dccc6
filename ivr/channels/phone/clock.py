"""The clock of a trial call: it begins where staff want it and runs on."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta


class RunningClock:
    """A Clock (ivr.ports). `elapsed`: seconds that only grow."""

    def __init__(self, start: datetime, elapsed: Callable[[], float] = time.monotonic) -> None:
        if start.tzinfo is None:
            raise ValueError(f"a time without a time zone: {start!r}")
        self._start, self._elapsed = start, elapsed
        self._began = elapsed()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed() - self._began)
