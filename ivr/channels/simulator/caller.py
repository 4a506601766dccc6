"""The scripted caller: what he replies to which question. Pure: (caller, question) -> (reply, the caller after it).

Open questions take the next scripted turn. A question for one thing takes the answer given for that thing; without
one the next scripted turn, then silence. A hang-up is obeyed when its turn has come, unless the thing asked for has an
answer. Somebody who has fallen silent twice running, with nothing left to say, stays silent to the end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ivr.channels.simulator.call_file import Answers, CallerTurn, CallFile
from ivr.domain.call import Question

MOST_SILENCES = 2
SILENCE_S = 8.0  # longer than any timeout of a question
_YES = {"ja": "はい", "en": "yes", "zh": "是", "ko": "네"}


@dataclass(frozen=True, slots=True)
class Says:
    """Words; `audio` is the recording to be used instead of a synthesised voice. Text is None for a bare recording."""

    text: str | None
    audio: Path | None = None


@dataclass(frozen=True, slots=True)
class Presses:
    keys: str


@dataclass(frozen=True, slots=True)
class KeepsSilent:
    seconds: float = SILENCE_S


@dataclass(frozen=True, slots=True)
class HangsUp:
    pass


Reply = Says | Presses | KeepsSilent | HangsUp

OPEN_QUESTIONS = frozenset({Question.OPEN, Question.MENU})
_ANSWER_TO = {
    Question.PLACE: "place",
    Question.PLACE_DETAIL: "place",
    Question.SITUATION: "situation",
    Question.PHONE: "phone",
    Question.NAME: "name",
    Question.CONFIRM_PLACE: "confirm",
    Question.READ_BACK: "confirm",
    Question.CONFIRM_EARLIER: "confirm",
    Question.LEAVE_DETAILS: "confirm",
}
_MESSAGE = ("situation", "place", "name", "phone")


@dataclass(frozen=True, slots=True)
class Caller:
    """Where the caller stands in his script. `silences`: how often running he had nothing to say."""

    script: tuple[CallerTurn, ...]
    answers: Answers
    language: str = "ja"
    situation_said: bool = False
    last_words: str | None = None
    silences: int = 0


def caller_of(call: CallFile) -> Caller:
    return Caller(call.caller, call.answers, call.lang)


def foreseeable(call: CallFile) -> tuple[Says, ...]:
    """Everything the call file has its caller say, each once, so that a voice can be made beforehand."""
    confirm = call.answers.confirm or ()
    answers = (getattr(call.answers, name) for name in (*_MESSAGE, "detail", "date"))
    texts = (*answers, *((confirm,) if isinstance(confirm, str) else confirm), _YES[call.lang])
    scripted = (Says(turn.say, turn.audio) for turn in call.caller if turn.say or turn.audio)
    return tuple(dict.fromkeys((*scripted, *(Says(text) for text in texts if text))))


def reply_to(caller: Caller, question: Question, *, by_keys: bool = False) -> tuple[Reply, Caller]:
    """The reply to `question`. `by_keys`: the desk listens to keys only, so a number is keyed instead of said."""
    if caller.silences >= MOST_SILENCES:
        return KeepsSilent(), caller
    if question in OPEN_QUESTIONS:
        return _scripted(caller) or _situation(caller) or _nothing(caller)
    if question is Question.CLARIFY:
        return _scripted(caller) or _answer(caller, "situation") or _again(caller) or _nothing(caller)
    if question is Question.CHOICE:
        return _scripted(caller) or _again(caller) or _nothing(caller)
    if question is Question.HELPED:
        return _scripted(caller) or _answer(caller, "confirm") or _says(caller, _YES[caller.language])
    if question is Question.DETAIL:
        return _detail(caller)
    wanted = _ANSWER_TO[question]
    answered = _answer(caller, wanted)
    if answered is None and wanted == "confirm" and not _hangs_up_next(caller):
        answered = _says(caller, _YES[caller.language])
    if answered is None:
        return _scripted(caller) or _nothing(caller)
    says, after = answered
    return (_keyed(says, wanted, caller.language) if by_keys else says), after


def message_of(caller: Caller) -> tuple[Reply, Caller]:
    """What the caller leaves on a recording: the next scripted turn, else all he has to tell, else silence."""
    scripted = _scripted(caller)
    if scripted:
        return scripted
    parts = [part for part in (getattr(caller.answers, name) for name in _MESSAGE) if part]
    if not parts:
        return _again(caller) or _nothing(caller)
    return _says(replace(caller, situation_said=True), "、".join(parts))


def hangs_up_waiting(caller: Caller) -> tuple[bool, Caller]:
    """Whether the caller gives up while nobody answers: his next scripted turn is to hang up."""
    if _hangs_up_next(caller):
        return True, replace(caller, script=caller.script[1:])
    return False, caller


def _detail(caller: Caller) -> tuple[Reply, Caller]:
    """Of one detail a caller tells what he has to tell of it or of the situation; nothing else is an answer to it.

    Silence here is no sign of having fallen silent.
    """
    if answered := _answer(caller, "detail") or _answer(caller, "situation"):
        return answered
    if _hangs_up_next(caller):
        return HangsUp(), replace(caller, script=caller.script[1:])
    return KeepsSilent(), caller


def _hangs_up_next(caller: Caller) -> bool:
    return bool(caller.script) and caller.script[0].hangup is True


def _scripted(caller: Caller) -> tuple[Reply, Caller] | None:
    if not caller.script:
        return None
    turn, rest = caller.script[0], replace(caller, script=caller.script[1:], silences=0)
    if turn.hangup:
        return HangsUp(), rest
    if turn.dtmf is not None:
        return Presses(turn.dtmf), rest
    if turn.silence_s is not None:
        return KeepsSilent(turn.silence_s), rest
    return Says(turn.say, turn.audio), replace(rest, last_words=turn.say or rest.last_words)


def _keyed(says: Says, wanted: str, language: str) -> Reply:
    """The same answer on the keypad, as far as it can be keyed: a number, or 1 for yes and 2 for no."""
    if wanted == "confirm":
        return Presses("1" if says.text == _YES[language] else "2")
    digits = "".join(character for character in says.text or "" if character.isdigit())
    return Presses(digits + "#") if wanted == "phone" and digits else says


def _situation(caller: Caller) -> tuple[Reply, Caller] | None:
    return None if caller.situation_said else _answer(caller, "situation")


def _answer(caller: Caller, name: str) -> tuple[Says, Caller] | None:
    given: str | tuple[str, ...] | None = getattr(caller.answers, name)
    if not given:
        return None
    text = given if isinstance(given, str) else given[0]
    if not isinstance(given, str) and len(given) > 1:
        caller = replace(caller, answers=replace(caller.answers, confirm=given[1:]))
    says, after = _says(caller, text)
    return says, replace(after, situation_said=True) if name == "situation" else after


def _again(caller: Caller) -> tuple[Reply, Caller] | None:
    return None if caller.last_words is None else _says(caller, caller.last_words)


def _says(caller: Caller, text: str) -> tuple[Says, Caller]:
    return Says(text), replace(caller, silences=0, last_words=text)


def _nothing(caller: Caller) -> tuple[Reply, Caller]:
    return KeepsSilent(), replace(caller, silences=caller.silences + 1)
