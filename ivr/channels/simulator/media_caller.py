"""When the caller on a media stream speaks: after playback has run out, to a new turn that asks, as a person would."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import Future
from typing import NamedTuple, Protocol

from ivr.channels.simulator.caller import HangsUp, Presses, Reply, Says
from ivr.channels.simulator.line import RefusedError
from ivr.channels.simulator.media_faults import FRAME_S
from ivr.channels.simulator.media_line import Act, Phase, Sounding
from ivr.channels.simulator.media_sound import Frames, LineNoise
from ivr.channels.simulator.scripted import ScriptedCaller
from ivr.domain.call import Ask, Ears, HangUp, TakeMessage, Transfer
from ivr.ports import StoredTurn, Turns

HUMAN_S = (0.3, 0.6)  # until a person answers
BEFORE_MESSAGE_S = 2.0  # a desk that goes on elsewhere to take a message has done so by then
DEAD_S = 20.0
LOOKS_EVERY_S = 0.1
KEY_EVERY_S = 0.25


class Speaks(Protocol):
    """The caller's voice; `ivr.channels.simulator.media_sound.Utterances` is one."""

    def begin(self, says: Says) -> Future[Frames]:
        """Start making the frames of `says`."""
        ...


class _Turn(NamedTuple):
    """A turn that waits for the caller. `sounds`: how much the caller had heard when it was noticed."""

    stored: StoredTurn
    sounds: int


class MediaCaller:
    """One caller on one stream. All times are line seconds since the stream began."""

    def __init__(
        self,
        script: ScriptedCaller,
        turns: Turns,
        sid: str,
        utterances: Speaks,
        noise: LineNoise,
        dice: random.Random,
    ) -> None:
        self._script, self._turns, self._sid = script, turns, sid
        self._utterances, self._noise, self._dice = utterances, noise, dice
        self._seen = 0
        self._turn: _Turn | None = None
        self._heard = 0  # frames with sound in them
        self._quiet_since: float | None = None
        self._alive_at = 0.0
        self._looks_at = 0.0
        self._human_s = dice.uniform(*HUMAN_S)
        self._making: tuple[str, Future[Frames]] | None = None
        self._acts: Iterator[Act] | None = None

    def tick(self, at_s: float, sounding: Sounding) -> Act | None:
        """What the caller does in the 20 ms from `at_s`; None: he hangs up.

        Raises RefusedError when the line is dead, CannotPlayError, audio.recording.NotSound.
        """
        self._look(at_s)
        self._listen(at_s, sounding)
        if self._acts is None and not self._begins(at_s):
            return None
        act = next(self._acts, None) if self._acts is not None else None
        if act is not None:
            self._alive_at = at_s
            return act
        self._acts = None
        if at_s - self._alive_at > DEAD_S:
            raise RefusedError(f"silence: the desk has said and done nothing for {DEAD_S:.0f} s")
        return Act(self._noise.frame())

    def _look(self, at_s: float) -> None:
        """Take the latest turn out of the store, where it waits for a reply."""
        if at_s < self._looks_at:
            return
        self._looks_at = at_s + LOOKS_EVERY_S
        while (stored := self._turns.turn(self._sid, self._seen + 1)) is not None:
            self._seen += 1
            self._alive_at = at_s
            if _spoken_last(stored) is not None:
                self._turn = _Turn(stored, self._heard) if self._script.awaited(stored.seq) else None

    def _listen(self, at_s: float, sounding: Sounding) -> None:
        if sounding.heard:
            self._heard += 1
            self._alive_at = at_s
        if sounding.queued:
            self._quiet_since = None
        elif self._quiet_since is None:
            self._quiet_since = at_s

    def _begins(self, at_s: float) -> bool:
        """Begin the reply if it is time for it; False when the reply is to hang up."""
        if self._making is not None:
            to, frames = self._making
            if frames.done():
                self._making, self._acts = None, _speaking(to, frames.result())
            return True
        match self._due(at_s):
            case HangsUp(), _:
                return False
            case Says() as says, to:
                self._making = (to, self._utterances.begin(says))
            case Presses(keys=keys), _:
                self._acts = self._pressing(keys)
        return True

    def _due(self, at_s: float) -> tuple[Reply, str] | None:
        """The reply to the turn that waits and what it replies to, once the question was heard to the end.

        None: not yet, or there is nothing to reply to. Keeping silent is a reply too: it lasts until the next turn.
        """
        if self._turn is None or self._quiet_since is None or self._heard == self._turn.sounds:
            return None
        stored = self._turn.stored
        asked = _spoken_last(stored)
        wait_s = BEFORE_MESSAGE_S if isinstance(asked, TakeMessage) else self._human_s
        if at_s - self._quiet_since < wait_s:
            return None
        self._turn, self._human_s = None, self._dice.uniform(*HUMAN_S)
        if isinstance(asked, Ask):
            by_keys = stored.call.ears is Ears.KEYS
            return self._script.reply(asked.question, by_keys=by_keys, seq=stored.seq), asked.question.value
        if isinstance(asked, TakeMessage):
            return self._script.message(stored.seq), "message"
        return None

    def _pressing(self, keys: str) -> Iterator[Act]:
        for key in keys:
            yield Act(self._noise.frame(), key)
            for _ in range(round(KEY_EVERY_S / FRAME_S) - 1):
                yield Act(self._noise.frame())


def _spoken_last(turn: StoredTurn) -> Ask | TakeMessage | Transfer | HangUp | None:
    """What the caller is left with after a turn; None: it is no turn to his ear."""
    return next((action for action in turn.actions if isinstance(action, Ask | TakeMessage | Transfer | HangUp)), None)


def _speaking(to: str, frames: Frames) -> Iterator[Act]:
    for left, frame in zip(range(len(frames) - 1, -1, -1), frames, strict=True):
        yield Act(frame, phase=Phase.SPEAKS if left else Phase.ENDS, to=to)
