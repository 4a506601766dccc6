"""What a caller on a media line notices: how soon the desk speaks, whether it cuts in, how often the line is lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ReplyMeasured:
    """One utterance of the caller, as a reply `to` a question. Times in ms of line time after his last voiced frame.

    `received_ms`: when the first sound of the desk arrived; `heard_ms`: when the caller heard it, which is later by
    the silence it begins with; `closed_ms`: when the desk, without a word, closed the stream to go on elsewhere. None:
    it did not come to that before he spoke again. `cut_off`: the desk spoke before he was done.
    """

    to: str
    received_ms: float | None
    heard_ms: float | None
    cut_off: bool
    closed_ms: float | None = None


@dataclass(frozen=True, slots=True)
class MediaReport:
    """A call's media. `barge_ins`: `clear` was received. `late_ms`: the most this carrier's own sending was behind."""

    replies: tuple[ReplyMeasured, ...]
    streams: int
    barge_ins: int
    sockets_lost: int
    late_ms: float

    @property
    def cut_offs(self) -> int:
        return sum(reply.cut_off for reply in self.replies)


@dataclass(slots=True)
class _Open:
    to: str
    end_ms: float | None = None
    received_ms: float | None = None
    heard_ms: float | None = None
    closed_ms: float | None = None
    cut_off: bool = False


@dataclass(slots=True)
class Measures:
    """Collects over all streams of a call. `at_ms` is line time of the stream in hand."""

    late_ms: float = 0.0
    _counts: Counter[str] = field(default_factory=Counter)
    _replies: list[_Open] = field(default_factory=list)
    _waits: bool = False  # the last utterance still waits for sound

    def began(self) -> None:
        """A stream began: times of the one before mean nothing any more."""
        self._counts["streams"] += 1
        self._waits = False

    def cleared(self) -> None:
        self._counts["clear"] += 1

    def lost(self) -> None:
        self._counts["lost"] += 1

    def lateness(self, ms: float) -> None:
        self.late_ms = max(self.late_ms, ms)

    def speaks(self, to: str) -> None:
        """The caller's first voiced frame leaves."""
        self._replies.append(_Open(to))
        self._waits = True

    def ended(self, at_ms: float) -> None:
        """The caller's last voiced frame leaves."""
        if self._waits:
            self._replies[-1].end_ms = at_ms

    def received(self, at_ms: float) -> None:
        """Sound of the desk arrives."""
        if not self._waits:
            return
        reply = self._replies[-1]
        if reply.end_ms is None:
            reply.cut_off = True
        elif reply.received_ms is None and not reply.cut_off:
            reply.received_ms = at_ms - reply.end_ms

    def heard(self, at_ms: float) -> None:
        """The caller hears sound of the desk."""
        if not self._waits:
            return
        reply = self._replies[-1]
        if reply.received_ms is not None and reply.end_ms is not None:
            reply.heard_ms = at_ms - reply.end_ms
            self._waits = False

    def closed(self, at_ms: float) -> None:
        """The desk closes the stream."""
        reply = self._replies[-1] if self._waits else None
        if reply is not None and reply.end_ms is not None and reply.received_ms is None and not reply.cut_off:
            reply.closed_ms = at_ms - reply.end_ms

    def report(self) -> MediaReport | None:
        """None when the call had no stream."""
        if not self._counts["streams"]:
            return None
        return MediaReport(
            replies=tuple(
                ReplyMeasured(one.to, one.received_ms, one.heard_ms, one.cut_off, one.closed_ms)
                for one in self._replies
            ),
            streams=self._counts["streams"],
            barge_ins=self._counts["clear"],
            sockets_lost=self._counts["lost"],
            late_ms=self.late_ms,
        )
