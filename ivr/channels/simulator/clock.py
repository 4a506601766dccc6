"""The simulated clock: it stands still until a call takes time."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

CHARACTERS_PER_SECOND = 7.0  # ordinary Japanese telephone speech; only the order of size matters
SHORTEST_S = 1.0


class SimulatedClock:
    """A Clock (ivr.ports) that is set and moved by hand. Safe to read from the server's threads."""

    def __init__(self, start: datetime) -> None:
        self._lock = threading.Lock()
        self._now = _aware(start)

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def set(self, instant: datetime) -> None:
        """Jump to `instant`, backwards too. Raises ValueError for a time without a zone."""
        with self._lock:
            self._now = _aware(instant)

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass. Raises ValueError for a negative number: time does not run backwards during a call."""
        if seconds < 0:
            raise ValueError(f"time cannot pass backwards: {seconds} s")
        with self._lock:
            self._now += timedelta(seconds=seconds)


def seconds_to_say(text: str) -> float:
    """About how long a sentence takes to say, in seconds; the same in every mode, so that boundaries fall alike."""
    return max(SHORTEST_S, len(text) / CHARACTERS_PER_SECOND)


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"a time without a time zone: {instant!r}")
    return instant
