"""What the harness writes down while it runs: what the carrier placed, what was sent when, what was said."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

_ORDER = re.compile(r"/twilio/duty/(?P<reference>[0-9A-Za-z-]+)/(?P<order>[0-9]+)$")


@dataclass(frozen=True, slots=True)
class NightClock:
    """The machine's clock moved into a night, so that a run by day finds the night's roster. One in every process."""

    offset_s: float

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.offset_s)


@dataclass(slots=True)
class Placed:
    """A call the carrier placed. `at`: monotonic seconds; `twin`: the carrier's own second call for one request."""

    sid: str
    to: str
    url: str
    status_url: str
    created: datetime
    at: float
    twin: bool = False
    status: str = "queued"
    hung_up: threading.Event = field(default_factory=threading.Event)

    @property
    def reference(self) -> str | None:
        """The ticket it is about; None for a call that is about none."""
        found = _ORDER.search(self.url)
        return found["reference"] if found else None


@dataclass(frozen=True, slots=True)
class Text:
    """A text the carrier took."""

    sid: str
    to: str
    body: str
    created: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """A person on duty heard that a ticket is theirs."""

    reference: str
    number: str
    at: float


@dataclass(slots=True)
class Remembered:
    """What a caller remembers of one call: whether urgent words were taken, and what was promised."""

    sid: str
    urgent: bool
    tries: int
    accepted: bool = False
    promised: bool = False
    ended: str = ""


class Books:
    """Written by many threads, read at the end. Times are monotonic seconds of this process."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.placed: dict[str, Placed] = {}
        self.texts: list[Text] = []
        self.sent: dict[tuple[str, str], float] = {}
        self.told: list[Told] = []
        self.calls: list[Remembered] = []
        self.count: Counter[str] = Counter()
        self.faults: list[tuple[float, float]] = []

    def first_sent(self, sid: str, key: str) -> None:
        """The moment a webhook leaves the carrier for the first time."""
        with self.lock:
            self.sent.setdefault((sid, key), time.monotonic())

    def counted(self, what: str) -> None:
        with self.lock:
            self.count[what] += 1

    def fault(self, begun: float, ended: float) -> None:
        """A stretch of time that is not without a fault."""
        with self.lock:
            self.faults.append((begun, ended))
