"""Places for live sound: how many callers are heard at once, some kept for the night line. Refuse, do not degrade."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

RESERVED_S = 20.0
"""How long a place waits for its socket: Twilio opens one within a second or two of the document."""


class Places:
    """Atomic: webhooks ask from several threads, sockets from the event loop. A call has one place, not more.

    `limit`: places in all; `kept`: of these, only for calls that are urgent by the number they dialled. `keeps_up`:
    whether those who are heard now are heard in time; while they are not, nobody else is let in.
    """

    def __init__(
        self,
        limit: int,
        kept: int,
        clock: Callable[[], float] = time.monotonic,
        keeps_up: Callable[[], bool] = lambda: True,
    ) -> None:
        self._limit, self._kept, self._clock, self._keeps_up = limit, min(kept, limit), clock, keeps_up
        self._lock = threading.Lock()
        self._reserved: dict[str, float] = {}
        self._live: set[str] = set()

    @property
    def live(self) -> int:
        """Callers who are heard now."""
        with self._lock:
            return len(self._live)

    def reserve(self, sid: str, *, urgent: bool) -> bool:
        """Keep a place for the socket of `sid`; False when there is none."""
        if not self._keeps_up():
            return False
        with self._lock:
            return self._take(sid, self._limit if urgent else self._limit - self._kept)

    def enter(self, sid: str) -> bool:
        """The socket of `sid` is there. False when a socket of that call lives already, or no place is left at all."""
        with self._lock:
            if sid in self._live or not self._take(sid, self._limit):
                return False
            del self._reserved[sid]
            self._live.add(sid)
            return True

    def leave(self, sid: str) -> None:
        with self._lock:
            self._live.discard(sid)
            self._reserved.pop(sid, None)

    def _take(self, sid: str, limit: int) -> bool:
        now = self._clock()
        self._reserved = {one: until for one, until in self._reserved.items() if until > now}
        if sid not in self._reserved and len(self._live | self._reserved.keys()) >= limit and sid not in self._live:
            return False
        self._reserved[sid] = now + RESERVED_S
        return True
