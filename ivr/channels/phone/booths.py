"""The trials that run: how many at once, for how long, and that nothing of them is left behind."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable
from typing import Any

from ivr.channels.phone.admission import stranger
from ivr.channels.phone.feed import EventStream
from ivr.channels.phone.trial import OpenDesk, Trial
from ivr.channels.phone.wish import Wish
from ivr.channels.twiml import MEDIA_PATH
from ivr.security.redaction import where

logger = logging.getLogger(__name__)

MOST_TRIALS = 4
LONGEST_S = 30 * 60.0
ALONE_S = 20.0
"""Seconds without a page, after which a trial is dropped: a page that lost the server is back within two."""

_PATH = re.compile(r"/phone/(?P<trial>[A-Za-z0-9_-]{24})(?P<rest>/.*)")


class NoBooth(Exception):
    """As many trials as may be run already."""


class Booths:
    """Safe from several threads. `elapsed`: seconds that only grow."""

    def __init__(self, open_desk: OpenDesk, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._open_desk, self._elapsed = open_desk, elapsed
        self._lock = threading.Lock()
        self._trials: dict[str, Trial] = {}
        self._seen: dict[str, float] = {}
        self._begun: dict[str, float] = {}
        self._opening = 0
        self._closed = False

    def __len__(self) -> int:
        with self._lock:
            return len(self._trials)

    def open(self, wish: Wish, page: str) -> Trial:
        """A trial for the page of origin `page`. Raises NoBooth, and what the composition root raises."""
        with self._lock:
            if self._closed or len(self._trials) + self._opening >= MOST_TRIALS:
                raise NoBooth
            self._opening += 1
        try:
            trial = Trial(wish, page, self._open_desk)
        except BaseException:
            with self._lock:
                self._opening -= 1
            raise
        with self._lock:
            self._opening -= 1
            self._trials[trial.id] = trial
            self._begun[trial.id] = self._seen[trial.id] = self._elapsed()
        return trial

    def trial(self, name: str) -> Trial | None:
        with self._lock:
            trial = self._trials.get(name)
            if trial is not None:
                self._seen[name] = self._elapsed()
            return trial

    def drop(self, name: str) -> None:
        """Free a trial; one that is gone already is fine."""
        with self._lock:
            trial = self._trials.pop(name, None)
            self._seen.pop(name, None)
            self._begun.pop(name, None)
        if trial is None:
            return
        try:
            trial.close()
        except Exception as error:  # noqa: BLE001  # one that cannot be freed must not keep the others
            logger.error("a trial could not be freed: %s", where(error))

    def sweep(self) -> None:
        """Drop what is too old, and what no page watches any more. Called every second or so."""
        now = self._elapsed()
        with self._lock:
            for name, trial in self._trials.items():
                if trial.feed.attended:
                    self._seen[name] = now
            done = [
                name for name in self._trials if now - self._begun[name] > LONGEST_S or now - self._seen[name] > ALONE_S
            ]
            alive = [trial for name, trial in self._trials.items() if name not in done]
        for name in done:
            self.drop(name)
        for trial in alive:
            trial.tell()  # what no webhook told: a notice that left

    def close(self) -> None:
        """Drop all, take no more."""
        with self._lock:
            self._closed = True
            names = list(self._trials)
        for name in names:
            self.drop(name)

    def socket(self, path: str) -> Any:
        """Who serves a media socket at `path`, None for nobody."""
        trial = self._at(path, MEDIA_PATH)
        return trial.socket if trial is not None else None

    def events(self, path: str) -> Any:
        """Who serves the events of `path`, None for nobody."""
        trial = self._at(path, "/events")
        return EventStream(trial.feed, stranger) if trial is not None else None

    def _at(self, path: str, rest: str) -> Trial | None:
        found = _PATH.fullmatch(path)
        return self.trial(found["trial"]) if found is not None and found["rest"] == rest else None
