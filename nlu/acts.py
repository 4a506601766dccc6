"""What the caller does to the conversation: yes, no, again, a person please, never mind …, in any language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

from nlu.meaning import Act, Expecting
from nlu.sounds import plain
from nlu.source import BadDataError, pattern, read_mapping, sound_pattern, strings
from nlu.spelling import simplified

FORMS = ("kana", "words", "characters")
_ALONE = ("whole", "reply", "asked", "unasked")
_REQUIRED = ("whole", "within")
_PLACES = (*_ALONE, "within", "opening", "answer", "near")
_MISHEARD = 80  # of 100, rapidfuzz partial ratio: one mora of six may be wrong
_OPEN = (Expecting.ANYTHING, Expecting.SITUATION)
_NEVER = re.compile(r"(?!)")
# after another vowel a canonical reading keeps only its length: ソレデイー is ソレデー, ヒトオオネガイ is ヒトーネガイ
_LONG_I, _ASKED_FOR = re.compile(r"イー"), re.compile(r"オネガイ")


def plain_of(text: str, language: str) -> str:
    """Returns normalised `text` in the form that acts are looked for in.

    "ja": its canonical reading (nlu.sounds). "en": lower-case words, single spaces. "zh": simplified characters without
    spaces and punctuation. "ko": syllables without spaces and punctuation.
    """
    form = plain(text, language)
    return simplified(form) if language == "zh" else form


@dataclass(frozen=True, slots=True)
class Patterns:
    """How one act sounds. Anywhere: `whole` as the whole utterance, `within` in it. After a yes/no question: `reply` as
    the whole utterance, `opening` at its beginning, `answer` in it.

    `asked`: as the whole utterance where a place, number, name or day was asked; `unasked`: where nothing was.
    `near`: long words that are recognised also when one of their morae was misheard.
    """

    whole: re.Pattern[str]
    within: re.Pattern[str]
    reply: re.Pattern[str] = _NEVER
    opening: re.Pattern[str] = _NEVER
    answer: re.Pattern[str] = _NEVER
    asked: re.Pattern[str] = _NEVER
    unasked: re.Pattern[str] = _NEVER
    near: tuple[str, ...] = ()

    def alone(self, expecting: Expecting) -> re.Pattern[str]:
        """Returns what counts as the whole utterance beside `whole`, by what was asked."""
        if expecting is Expecting.YES_NO:
            return self.reply
        return self.unasked if expecting in _OPEN else self.asked


@dataclass(frozen=True, slots=True)
class Found:
    """`whole` is True when nothing but the act was said: there is no further content to understand."""

    act: Act | None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Acts:
    """All acts in the order in which they are tried. `farewell`: ambiguous replies that end a call nobody asked in."""

    table: tuple[tuple[Act, Patterns], ...]
    ambiguous: re.Pattern[str]
    farewell: re.Pattern[str]

    def find(self, sound: str, expecting: Expecting) -> Found:
        """Returns the act in `plain_of(text, language)`. Ambiguous replies (いいです): no act, but whole."""
        if not sound:
            return Found(None)
        if self.ambiguous.fullmatch(sound):
            return self._ambiguous(sound, expecting)
        for act, patterns in self.table:
            if _is_answer(act, expecting) and patterns.whole.fullmatch(sound):
                return Found(act, whole=True)
            if patterns.alone(expecting).fullmatch(sound):
                return Found(act, whole=True)
        for act, patterns in self.table:
            if patterns.within.search(sound) or _nearly(sound, patterns.near):
                return Found(act)
        if expecting is Expecting.YES_NO:
            # NO stands before YES in the table: 「はい、違います」 is a no
            for act, patterns in self.table:
                if patterns.opening.match(sound):
                    return Found(act)
            for act, patterns in self.table:
                if patterns.answer.search(sound):
                    return Found(act)
        return Found(None)

    def _ambiguous(self, sound: str, expecting: Expecting) -> Found:
        """結構です asked for nothing is a farewell, asked for a number a refusal; after a question it may be either."""
        if expecting is Expecting.YES_NO:
            return Found(None, whole=True)
        asked = next((act for act, patterns in self.table if patterns.alone(expecting).fullmatch(sound)), None)
        return Found(asked or (Act.STOP if self.farewell.fullmatch(sound) else None), whole=True)


def _nearly(sound: str, words: tuple[str, ...]) -> bool:
    return any(len(sound) >= len(word) and fuzz.partial_ratio(word, sound) >= _MISHEARD for word in words)


def _is_answer(act: Act, expecting: Expecting) -> bool:
    """これで is a number only where a number was asked."""
    return act is not Act.THIS_NUMBER or expecting in (Expecting.PHONE, Expecting.YES_NO, Expecting.ANYTHING)


def load_acts(path: Path) -> Acts:
    """Reads acts.yaml, whose patterns run over what `plain_of` gives for the language of its folder.

    Raises BadDataError.
    """
    data = read_mapping(path)
    form = _one(path, data, "form")
    if form not in FORMS:
        raise BadDataError(path, "form", f"must be one of {', '.join(FORMS)}")
    tails, openers, farewell = (_one(path, data, key) for key in ("tails", "openers", "farewell"))
    order = strings(path, data, "order")
    if sorted(order) != sorted(act.value for act in Act):
        raise BadDataError(path, "order", f"must name each act once: {', '.join(act.value for act in Act)}")
    table = tuple((Act(name), _patterns(path, data, name, form, (openers, tails))) for name in order)
    ambiguous = _joined(path, "ambiguous", strings(path, data, "ambiguous"), form)
    return Acts(table, ambiguous, _joined(path, "farewell", (farewell,), form))


def _patterns(path: Path, data: Mapping[str, Any], name: str, form: str, around: tuple[str, str]) -> Patterns:
    rows = data.get(name)
    if not isinstance(rows, dict) or not set(rows) <= set(_PLACES):
        raise BadDataError(path, name, f"must be a mapping with {', '.join(_REQUIRED)} and maybe {', '.join(_PLACES)}")
    read = {key: strings(path, rows, key) for key in _PLACES if key in rows or key in _REQUIRED}
    opener, tail = around
    joined = {
        key: _joined(
            path,
            f"{name}.{key}",
            tuple(f"{opener}(?:{item}){tail}" for item in items) if key in _ALONE else items,
            form,
        )
        for key, items in read.items()
        if key != "near"
    }
    return Patterns(**joined, near=read.get("near", ()))


def _joined(path: Path, key: str, items: tuple[str, ...], form: str) -> re.Pattern[str]:
    if form != "kana":
        return pattern(path, key, items)
    items = tuple(_ASKED_FOR.sub("オ?ネガイ", _LONG_I.sub("(?:イー|ー)", item)) for item in items)
    return sound_pattern(path, key, items)


def _one(path: Path, data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str):
        raise BadDataError(path, key, "must be one regular expression")
    return value
