"""What turn taking is told of an utterance, and what it orders: values, nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from nlu.completeness import Completeness


@dataclass(frozen=True, slots=True)
class Reading:
    """What the recogniser and the understanding make of an utterance so far. `text` is "" when nobody spoke."""

    text: str
    completeness: Completeness = Completeness.OPEN
    backchannel: bool = False
    morae: int = 0
    answers: bool = False
    """Whether it says yes or no."""
    sentence: bool = False
    """Whether a sentence is over with it: what follows begins a new one."""


# --- commands: what to do, imperative ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Recognise:
    """Write down the sound from `begin_ms` to `end_ms`; `before` is what the same utterance said until then."""

    job: int
    begin_ms: int
    end_ms: int
    before: str = ""


@dataclass(frozen=True, slots=True)
class Drop:
    """The result of `job` is not wanted any more."""

    job: int


@dataclass(frozen=True, slots=True)
class Clear:
    """Stop speaking now."""


@dataclass(frozen=True, slots=True)
class SpeakOn:
    """The interruption was nothing: say what was not heard once more."""


@dataclass(frozen=True, slots=True)
class AskToWait:
    """The caller hears nothing while we think: a filler."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The turn is over: the caller said `text`, and fell silent at `ended_ms`."""

    text: str
    ended_ms: int


@dataclass(frozen=True, slots=True)
class Keys:
    keys: str


@dataclass(frozen=True, slots=True)
class NoReply:
    """Nothing was said or pressed in the time given."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The recogniser failed twice on one utterance."""

    why: str


Command = Recognise | Drop | Clear | SpeakOn | AskToWait | Reply | Keys | NoReply | GiveUp
Commands = list[Command]
