"""Plays a call file in-process: no telephone, no sound; every reply is an event for take_turn."""

from __future__ import annotations

import uuid

from ivr.channels.simulator.call_file import CallFile
from ivr.channels.simulator.caller import (
    Caller,
    HangsUp,
    KeepsSilent,
    Presses,
    Reply,
    Says,
    caller_of,
    hangs_up_waiting,
    message_of,
    reply_to,
)
from ivr.channels.simulator.clock import SimulatedClock, seconds_to_say
from ivr.channels.simulator.desk_ports import InProcessDesk
from ivr.channels.simulator.journal import lines_of
from ivr.domain.call import (
    Arrived,
    Ask,
    Dialled,
    Ears,
    Event,
    HangUp,
    HungUp,
    LeftMessage,
    NobodyAnswered,
    PersonAnswered,
    Pressed,
    Spoke,
    StayedSilent,
    TakeMessage,
    TalkEnded,
    Transfer,
)
from ivr.ports import StoredTurn

MOST_TURNS = 40
TALK_S = 60.0
PICK_UP_S = 5.0
_VOICE = Ask | TakeMessage | Transfer | HangUp


class CannotPlayError(Exception):
    """The call cannot be played to its end; the message says why. The call counts as failed."""


def dialled_of(call: CallFile) -> Dialled:
    """Which number the call file's caller rings."""
    return Dialled.CENTRE if call.desk == "day" else Dialled.NIGHT_LINE


def new_call_sid() -> str:
    """An id of Twilio's shape for a simulated call: CA and 32 hex digits."""
    return f"CA{uuid.uuid4().hex}"


class TextCall:
    """One call in text mode. `play` once."""

    def __init__(self, call: CallFile, desk: InProcessDesk, clock: SimulatedClock) -> None:
        self.sid = new_call_sid()
        self._call = call
        self._desk = desk
        self._clock = clock
        self._caller: Caller = caller_of(call)
        self._messages = 0

    def play(self) -> None:
        """From ringing to the end of the line. Raises CannotPlayError."""
        arrived = Arrived(
            at=self._clock.now(),
            dialled=dialled_of(self._call),
            caller_id=self._call.context.digits,
            reference="",  # given by the store
            ears=Ears.GATHER,
        )
        turn: StoredTurn | None = self._take("arrived", arrived)
        for _ in range(MOST_TURNS):
            if turn is None:
                break
            turn = self._next(turn)
        else:
            raise CannotPlayError(f"the call does not end: {MOST_TURNS} turns and no hang-up")
        self._take("hangup", HungUp(self._clock.now()))

    def _take(self, key: str, event: Event) -> StoredTurn:
        turn = self._desk.take(self.sid, key, event)
        for line in lines_of(turn.actions):
            self._clock.advance(seconds_to_say(self._desk.books.speak(line, turn.call.language)))
        return turn

    def _next(self, turn: StoredTurn) -> StoredTurn | None:
        """What follows a turn; None when the line is dead."""
        voice = next((action for action in turn.actions if isinstance(action, _VOICE)), None)
        match voice:
            case Ask():
                return self._reply(turn, voice)
            case TakeMessage():
                return self._message(turn)
            case Transfer():
                return self._transfer(turn)
            case HangUp():
                return None
        raise CannotPlayError(f"turn {turn.seq} has no question, transfer or hang-up: the caller hears nothing")

    def _reply(self, turn: StoredTurn, ask: Ask) -> StoredTurn | None:
        by_keys = turn.call.ears is Ears.KEYS
        reply, self._caller = reply_to(self._caller, ask.question, by_keys=by_keys)
        if isinstance(reply, HangsUp):
            return None
        self._clock.advance(seconds_of(reply))
        return self._take(f"turn:{turn.seq}", self._event(reply, hears_speech=not by_keys))

    def _event(self, reply: Reply, *, hears_speech: bool) -> Event:
        now = self._clock.now()
        match reply:
            case Says(text=None):
                raise CannotPlayError("a turn has audio only: text mode needs `say` beside it with the words")
            case Says(text=str(text)) if hears_speech:
                return Spoke(now, text)
            case Presses(keys=keys) if keys.rstrip("#"):
                return Pressed(now, keys.rstrip("#"))
        return StayedSilent(now)

    def _message(self, turn: StoredTurn) -> StoredTurn | None:
        reply, self._caller = message_of(self._caller)
        if isinstance(reply, HangsUp):
            return None
        self._clock.advance(seconds_of(reply))
        event: Event = StayedSilent(self._clock.now())
        if isinstance(reply, Says):
            self._messages += 1
            event = LeftMessage(self._clock.now(), f"sim:{self._messages}", round(seconds_of(reply)))
        return self._take(f"message:{turn.seq}", event)

    def _transfer(self, turn: StoredTurn) -> StoredTurn | None:
        if self._call.carrier.queue_full:
            return self._take(f"queue:{turn.seq}", NobodyAnswered(self._clock.now(), "queue-full"))
        if self._call.context.queue == "congested":
            gives_up, self._caller = hangs_up_waiting(self._caller)
            if gives_up:
                return None
            self._clock.advance(self._desk.max_wait_s)
            return self._take(f"queue:{turn.seq}", NobodyAnswered(self._clock.now(), "timeout"))
        self._clock.advance(PICK_UP_S)
        self._take(f"bridge:{turn.seq}", PersonAnswered(self._clock.now()))
        self._clock.advance(TALK_S)
        after = self._take(f"queue:{turn.seq}", TalkEnded(self._clock.now()))
        return after if any(isinstance(action, _VOICE) for action in after.actions) else None


def seconds_of(reply: Reply) -> float:
    """How long a reply takes, in seconds."""
    match reply:
        case Says(text=text):
            return seconds_to_say(text or "")
        case KeepsSilent(seconds=seconds):
            return seconds
        case Presses(keys=keys):
            return float(len(keys))
    return 0.0
