"""What the telephone edge needs from the rest of the desk: one frozen value, filled by the composition root."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ivr.domain.call import Call, EarsFailed, Event, Line, Question, Spoke, StayedSilent
from ivr.domain.listening import Listening, Listenings
from ivr.domain.script import DeskEntry
from ivr.ports import Clock, StoredTurn, Turns
from ivr.settings import Settings


class Wording(Protocol):
    """The words of the desk; `ivr.domain.script.Script` is one."""

    @property
    def desks(self) -> Mapping[str, DeskEntry]: ...

    @property
    def listening(self) -> Listenings: ...

    @property
    def uninterruptible(self) -> frozenset[str]:
        """Keys of the lines that are spoken to their end."""
        ...

    def listening_to(self, call: Call) -> Listening:
        """How patiently the reply to the open question of `call` is waited for. Raises KeyError when none is open."""
        ...

    def text(self, line: Line, language: str) -> str:
        """The sentence as it is spoken. Raises KeyError for an unknown line or a missing slot."""
        ...


class Clip(Protocol):
    """A line as sound."""

    @property
    def etag(self) -> str:
        """Strong entity tag, quotation marks included."""
        ...

    @property
    def wav(self) -> bytes:
        """8 kHz mono µ-law WAV."""
        ...


class Voice(Protocol):
    """The desk's own voice; `audio.voice.Voice` is one."""

    def line(self, text: str, language: str) -> Clip: ...


class Streams(Protocol):
    """Places for live sound; `ivr.channels.stream.places.Places` is one."""

    def reserve(self, sid: str, *, urgent: bool) -> bool:
        """Keep a place for a call that is about to connect; False when there is none. Never raises."""
        ...


class Hear(Protocol):
    """What was said in a recording of the carrier's: `ivr.channels.recorded_speech.RecordedSpeech` is one."""

    def __call__(
        self, url: str, recording: str, at: datetime, question: Question | None = None, language: str = "ja"
    ) -> Spoke | StayedSilent | EarsFailed:
        """`question`: what was asked, a hint for the recogniser; `language`: in which the call is held."""
        ...


SORRY = Line("fallback.sorry")
Hints = Mapping[str, Mapping[Question, tuple[str, ...]]]
"""Language -> question -> words that the reply may hold."""


def _nothing(turn: StoredTurn) -> None:
    """No one to wake for `turn`."""


def _ready() -> bool:
    """Nobody knows better."""
    return True


def _keep(recording: str) -> None:
    """No one to delete `recording`."""


@dataclass(frozen=True, slots=True)
class Edge:
    """`take_turn`: (call id, idempotency key, event) -> the stored turn; may raise StoreUnavailable.

    `handover`: (call, desk id) -> the line a person hears before taking the caller. `hear` None: no recogniser, calls
    begin on the rung of the keys. `streams` None: nobody listens to live sound. `ears_ready`: whether the
    recogniser works now; while it does not, calls begin on the keys too. `voice_languages`: what the own voice
    speaks, other languages get Twilio's <Say>; `heard_languages`: what the own recogniser understands. `hints`: words a
    carrier's recogniser should expect, by language. `after_commit`
    wakes the jobs that a turn has work for; `forget` takes the id of a recording that has been read and is of no use
    any more (it must return at once and never raise). `apology`: the last words when everything here is broken.
    """

    settings: Settings
    clock: Clock
    wording: Wording
    turns: Turns
    take_turn: Callable[[str, str, Event], StoredTurn]
    handover: Callable[[Call, str], Line]
    hear: Hear | None = None
    streams: Streams | None = None
    ears_ready: Callable[[], bool] = _ready
    voice: Voice | None = None
    voice_languages: frozenset[str] = frozenset({"ja"})
    heard_languages: frozenset[str] = frozenset({"ja"})
    hints: Hints = field(default_factory=dict)
    after_commit: Callable[[StoredTurn], None] = _nothing
    forget: Callable[[str], None] = _keep
    apology: Line = SORRY

    def commit(self, sid: str, key: str, event: Event) -> StoredTurn:
        """Decide and store, then wake whoever carries out what was decided. Raises StoreUnavailable."""
        turn = self.take_turn(sid, key, event)
        self.after_commit(turn)
        return turn
