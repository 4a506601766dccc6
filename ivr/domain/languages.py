"""Which language a call is held in: as chosen by key or wish, else as spoken. Pure.

Laws of this file:
1. What was chosen stays, until the caller chooses again.
2. A short word never switches (PAINS 12): not a yes, not a brand, not a name or an address of which only a part is
   foreign. Words understood as urgent, or as a case for 119, 110 or the gas company, do: their meaning is the proof.
   Whoever speaks another language than Japanese may mix it in: in the middle of a report nothing leads back.
3. A language that the ears do not understand is served by keys and recordings. That is no failure: back in a language
   that they understand, the call is heard as before.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ivr.domain.call import Call, Ears, Event, Line, Pressed, Question, Spoke, State
from ivr.domain.script import Script
from nlu.meaning import Act, Intent, Level, Meaning

JAPANESE = "ja"
"""The language of staff, and the one in which a call is answered."""

ENOUGH_LETTERS = {"en": 8, "zh": 5, "ko": 5, "ja": 8}
"""Letters by which an utterance shows its language; in a reply to a question for a place or a name, twice as many."""
FEWEST_WORDS = {"en": 2}  # one word may be a brand; languages without an entry write no blanks
_LETTERS = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+")
_NAMES = frozenset({Question.PLACE, Question.PLACE_DETAIL, Question.CONFIRM_PLACE, Question.PHONE, Question.NAME})
_FREE = frozenset({None, Question.OPEN, Question.MENU, Question.HELPED})
"""Questions at which a caller says what he likes."""
_SHORT = frozenset({Act.YES, Act.NO, Act.THIS_NUMBER, Act.DECLINE, Act.UNKNOWN})
"""Replies that everybody knows in several languages."""


def foreign(call: Call) -> bool:
    """Whether the caller needs an interpreter to talk with staff."""
    return call.language != JAPANESE


def expected(call: Call | None) -> str | None:
    """The language in which a reply is to be understood; None while nothing but the greeting speaks for one."""
    if call is None or (call.language == JAPANESE and not call.chosen):
        return None
    return call.language


def after(script: Script, call: Call, event: Event) -> Call:
    """The call in the language that `event` settles on, before anything is decided about it."""
    if not isinstance(event, Spoke) or event.meaning is None or call.state is State.TALKING:
        return call
    meaning = event.meaning
    if meaning.wish is not None and meaning.wish in script.lines:
        return _held_in(call, meaning.wish, chosen=True)
    if call.chosen or meaning.language == call.language or meaning.language not in script.lines:
        return call
    proven = _is_proof(meaning, event.question or call.question, back=foreign(call))
    return _held_in(call, meaning.language, chosen=False) if proven else call


def _is_proof(meaning: Meaning, question: Question | None, *, back: bool) -> bool:
    """Whether an utterance shows that the caller speaks its language. `back`: out of one that was proven before."""
    if back and question not in _FREE:
        return False
    if meaning.urgency.level is Level.URGENT or meaning.urgency.redirect is not None:
        return True
    if meaning.act in _SHORT:
        return False
    fewest = ENOUGH_LETTERS.get(meaning.language, 0) * (2 if question in _NAMES else 1)
    words = len(_WORD.findall(meaning.text))
    return len(_LETTERS.findall(meaning.text)) >= fewest and words >= FEWEST_WORDS.get(meaning.language, 1)


def chosen_by(script: Script, event: Event) -> str | None:
    """The language that a key chooses (menu.yaml), None for every other event."""
    target = script.menu.get(event.keys) if isinstance(event, Pressed) else None
    return target if target in script.lines else None


def only_wishes(event: Event) -> bool:
    """Whether the caller said nothing but in which language: the question is put again, in that language."""
    if not isinstance(event, Spoke) or event.meaning is None or event.meaning.wish is None:
        return False
    meaning = event.meaning
    nothing_else = meaning.intent in (Intent.UNCLEAR, Intent.QUESTION, Intent.OTHER_SECTION, Intent.OPINION)
    told = meaning.slots.place is not None or meaning.slots.phone is not None
    return (
        meaning.act is None
        and nothing_else
        and not told
        and meaning.urgency.level is Level.CALM
        and meaning.urgency.redirect is None
        and event.answers.answer is None
    )


def choose(call: Call, language: str) -> Call:
    """The caller asked for `language`."""
    return _held_in(call, language, chosen=True)


def _held_in(call: Call, language: str, *, chosen: bool) -> Call:
    heard = call.hears is None or language in call.hears
    rung = call.rung or call.ears
    return replace(
        call,
        language=language,
        chosen=chosen,
        ears=rung if heard else Ears.KEYS,
        rung=None if heard else rung,
        report=replace(call.report, language=language) if call.report is not None else None,
    )


def offers(script: Script, call: Call, only: tuple[str, ...] | None = None) -> tuple[Line, ...]:
    """One line each, in the language itself, for every language (of `only`) a caller might rather speak.

    Once a caller has chosen nothing is offered; in a language that was guessed, only the way back.
    """
    if call.chosen:
        return ()
    wanted = [target for target in script.menu.values() if target in script.lines and target != call.language]
    if foreign(call):
        wanted = [language for language in wanted if language == JAPANESE]
    return tuple(Line("language.offer", language=language) for language in wanted if only is None or language in only)
