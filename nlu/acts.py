"""What the caller does to the conversation: yes, no, again, a person please, never mind …"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

from nlu.meaning import Act, Expecting
from nlu.source import BadDataError, read_mapping, sound_pattern, strings

_PLACES = ("whole", "within", "opening", "unasked", "near")
_MISHEARD = 80  # of 100, rapidfuzz partial ratio: one mora of six may be wrong
_OPEN = (Expecting.ANYTHING, Expecting.SITUATION)
_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Patterns:
    """How one act sounds: as the whole utterance, anywhere in it, or at the opening of an answer to yes/no.

    `unasked`: as the whole utterance where no answer was asked for.
    `near`: long words that are recognised also when one of their morae was misheard.
    """

    whole: re.Pattern[str]
    within: re.Pattern[str]
    opening: re.Pattern[str] = _NEVER
    unasked: re.Pattern[str] = _NEVER
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """`whole` is True when nothing but the act was said: there is no further content to understand."""

    act: Act | None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Acts:
    """All acts in the order in which they are tried."""

    table: tuple[tuple[Act, Patterns], ...]
    ambiguous: re.Pattern[str]

    def find(self, sound: str, expecting: Expecting) -> Found:
        """Returns the act in a canonical reading. Ambiguous replies (いいです) give no act, but count as whole."""
        if not sound:
            return Found(None)
        if self.ambiguous.fullmatch(sound) and not _ends_the_call(sound, expecting):
            return Found(None, whole=True)
        for act, patterns in self.table:
            if _is_answer(act, expecting) and patterns.whole.fullmatch(sound):
                return Found(act, whole=True)
            if expecting in _OPEN and patterns.unasked.fullmatch(sound):
                return Found(act, whole=True)
        for act, patterns in self.table:
            if patterns.within.search(sound) or _nearly(sound, patterns.near):
                return Found(act)
        if expecting is Expecting.YES_NO:
            # NO stands before YES in the table: 「はい、違います」 is a no
            for act, patterns in self.table:
                if patterns.opening.match(sound):
                    return Found(act)
        return Found(None)


def _nearly(sound: str, words: tuple[str, ...]) -> bool:
    return any(len(sound) >= len(word) and fuzz.partial_ratio(word, sound) >= _MISHEARD for word in words)


def _ends_the_call(sound: str, expecting: Expecting) -> bool:
    """結構です asked for nothing is a farewell; after a question it may be either."""
    return expecting is not Expecting.YES_NO and sound.startswith("ケッコー")


def _is_answer(act: Act, expecting: Expecting) -> bool:
    """これで is a number only where a number was asked."""
    return act is not Act.THIS_NUMBER or expecting in (Expecting.PHONE, Expecting.YES_NO, Expecting.ANYTHING)


def load_acts(path: Path) -> Acts:
    """Reads acts.yaml. Raises BadDataError."""
    data = read_mapping(path)
    tails, openers = (_one(path, data, key) for key in ("tails", "openers"))
    order = strings(path, data, "order")
    if sorted(order) != sorted(act.value for act in Act):
        raise BadDataError(path, "order", f"must name each act once: {', '.join(act.value for act in Act)}")
    table = []
    for name in order:
        rows = data.get(name)
        if not isinstance(rows, dict) or not set(rows) <= set(_PLACES):
            raise BadDataError(path, name, "must be a mapping with whole, within and maybe opening, unasked and near")
        read = {key: strings(path, rows, key) for key in _PLACES if key in rows or key in _PLACES[:2]}
        alone = {
            key: tuple(f"{openers}(?:{item}){tails}" for item in read.get(key, ())) for key in ("whole", "unasked")
        }
        table.append(
            (
                Act(name),
                Patterns(
                    sound_pattern(path, f"{name}.whole", alone["whole"]),
                    sound_pattern(path, f"{name}.within", read["within"]),
                    sound_pattern(path, f"{name}.opening", read.get("opening", ())),
                    sound_pattern(path, f"{name}.unasked", alone["unasked"]),
                    read.get("near", ()),
                ),
            )
        )
    return Acts(tuple(table), sound_pattern(path, "ambiguous", strings(path, data, "ambiguous")))


def _one(path: Path, data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str):
        raise BadDataError(path, key, "must be one regular expression")
    return value
