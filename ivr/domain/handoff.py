"""A caller on the way to a person: what was tried, how it ended, and the ringing of a desk's telephone. Pure values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ivr.domain.call import Event, HungUp, NobodyAnswered, TalkEnded


class HandoffResult(StrEnum):
    """How a transfer ended. Only TALKED reached a person; the middle ones are `NobodyAnswered.why`, word for word."""

    TALKED = "talked"
    TIMEOUT = "timeout"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    QUEUE_FULL = "queue-full"
    REJECTED = "rejected"
    ERROR = "error"
    CALLER_LEFT = "caller_left"
    REPLACED = "replaced"  # another transfer began while this one was open


@dataclass(frozen=True, slots=True)
class Handoff:
    """One transfer, written down before anything is dialled. Open while `result` is None."""

    call_sid: str
    seq: int
    desk: str
    urgent: bool
    created_at: datetime
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    result: HandoffResult | None = None

    @property
    def talked_s(self) -> float | None:
        """Seconds with a person, None when nobody answered or the talk goes on: a cut after a moment is no success."""
        if self.answered_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.answered_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Ring:
    """The wish that `desk` be rung for the caller of (call_sid, seq), who waits since `waiting_since`.

    `attempts` counts this one; it also tells a worker's claim from that of the one who took the work over.
    """

    id: int
    call_sid: str
    seq: int
    desk: str
    urgent: bool
    waiting_since: datetime
    attempts: int = 0


def result_of(event: Event, *, answered: bool) -> HandoffResult | None:
    """How `event` ends an open transfer, None when it does not. `answered`: a person had accepted before."""
    match event:
        case TalkEnded():
            return HandoffResult.TALKED
        case HungUp():
            return HandoffResult.TALKED if answered else HandoffResult.CALLER_LEFT
        case NobodyAnswered(why=why):
            return HandoffResult(why) if why in _REASONS else HandoffResult.ERROR
        case _:
            return None


_REASONS = frozenset(
    {
        HandoffResult.TIMEOUT,
        HandoffResult.BUSY,
        HandoffResult.NO_ANSWER,
        HandoffResult.QUEUE_FULL,
        HandoffResult.REJECTED,
    }
)
