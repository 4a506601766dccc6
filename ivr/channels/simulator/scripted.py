"""One scripted caller in one call, asked by TwiML verbs and on media streams alike: state around the pure `caller`."""

from __future__ import annotations

from collections.abc import Callable

from ivr.channels.simulator.call_file import CallFile
from ivr.channels.simulator.caller import (
    Caller,
    HangsUp,
    KeepsSilent,
    Reply,
    caller_of,
    hangs_up_waiting,
    message_of,
    reply_to,
)
from ivr.channels.simulator.text_mode import MOST_TURNS, CannotPlayError
from ivr.domain.call import Question

TookDown = Callable[[int], bool]
"""Whether the desk took down anything the caller did after turn number so and so."""


class ScriptedCaller:
    """`replies` counts what the caller was waited for.

    A turn on a stream gets one reply. But when that stream has ended and the desk took nothing down since, the reply
    was lost with the line, and the caller says the same again when he is asked again.
    """

    def __init__(self, call: CallFile, took_down: TookDown) -> None:
        self.replies = 0
        self._caller: Caller = caller_of(call)
        self._took_down = took_down
        self._last: tuple[int, Reply] | None = None
        self._stream_over = False

    def awaited(self, seq: int) -> bool:
        """Whether turn `seq` still wants a reply."""
        return self._last is None or seq > self._last[0] or self._lost() is not None

    def stream_ended(self) -> None:
        """What was said last may not have arrived."""
        self._stream_over = True

    def reply(self, question: Question, *, by_keys: bool, seq: int | None = None) -> Reply:
        """The reply to `question` of turn `seq` (None: not on a stream).

        Raises CannotPlayError: the call goes on and on.
        """
        return self._next(seq, lambda caller: reply_to(caller, question, by_keys=by_keys))

    def message(self, seq: int | None = None) -> Reply:
        """What is left on a recording for staff. Raises CannotPlayError."""
        return self._next(seq, message_of)

    def gives_up_waiting(self) -> bool:
        """Whether the caller hangs up while nobody answers."""
        gives_up, self._caller = hangs_up_waiting(self._caller)
        return gives_up

    def _next(self, seq: int | None, decide: Callable[[Caller], tuple[Reply, Caller]]) -> Reply:
        self.replies += 1
        if self.replies > MOST_TURNS:
            raise CannotPlayError(f"the call does not end: {MOST_TURNS} turns and no hang-up")
        reply = self._lost()
        if reply is None:
            reply, self._caller = decide(self._caller)
        self._last = None if seq is None else (seq, reply)
        self._stream_over = False
        return reply

    def _lost(self) -> Reply | None:
        if not self._stream_over or self._last is None:
            return None
        seq, reply = self._last
        return None if isinstance(reply, KeepsSilent | HangsUp) or self._took_down(seq) else reply
