"""What an utterance says of a report made before: what is to become of it, its number, and when it was made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nlu.digits import NUMERIC, DigitWords, Kind, Token, load_digit_words
from nlu.meaning import Category, Change, Earlier, Expecting, Level, Urgency
from nlu.reading import to_katakana
from nlu.source import BadDataError, pattern, read_mapping, sound_pattern, strings
from nlu.spelling import simplified

FILE = "changes.yaml"
CHANGES = (Change.WORSE, Change.PLACE, Change.CANCEL)
"""In this order where two begin at the same place: nobody is called off by a doubtful word."""
MOST_DIGITS = 8
_SHORTEST = 4  # digits with which the desk writes a number; up to there they may be said with pauses
_HALF_DAY, _DAY = 12, 24
_CERTAIN = 0.99
_LISTENED_TO = frozenset({Expecting.ANYTHING, Expecting.YES_NO})
"""What was asked where a number of a report says what the call is about; elsewhere it is only an answer."""

Timed = tuple[tuple[re.Pattern[str], int], ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """How one language speaks of an earlier report. Build with `load_changes`.

    `ago`: minutes; `clock`: an hour as it is said, of the morning or the evening; `parts`: hours of the day, from and
    to; `days`: how many days ago.
    """

    language: str
    number: re.Pattern[str]
    digits: DigitWords
    words: tuple[tuple[Change, re.Pattern[str]], ...]
    ago: Timed
    clock: Timed
    parts: tuple[tuple[re.Pattern[str], tuple[int, int]], ...]
    days: Timed

    def find(self, text: str, plain: str) -> Earlier | None:
        """Returns what normalised `text`, of which `nlu.acts.plain_of` is `plain`, says; None where it says nothing.

        Of two things said the later one counts: "it had stopped, and now it comes again". Pure; never raises.
        """
        said = [(match.start(), -CHANGES.index(change), change) for change, match in self._changes(plain)]
        clock = _first(self.clock, plain)
        hours = () if clock is None else tuple((hour - 1, hour + 1) for hour in (clock, clock + _HALF_DAY))
        part = next((hours for words, hours in self.parts if words.search(plain)), None)
        found = Earlier(
            change=max(said)[2] if said else None,
            reference=self.reference(text),
            ago=_first(self.ago, plain),
            hours=hours or ((part,) if part else ()),
            days=_first(self.days, plain),
        )
        return found if found != Earlier() else None

    def reference(self, text: str) -> str | None:
        """Returns the digits of the number of a report that is named as such in normalised `text`."""
        written = {"ja": to_katakana, "zh": simplified}.get(self.language, str.lower)(text)
        named = self.number.search(written)
        if named is None:
            return None
        tokens = list(self._number(written[named.end() :]))
        readings = self.digits.readings(tokens) if tokens else ()
        digits = readings[0][0] if readings else ""
        return digits if digits.isdigit() and len(digits) <= MOST_DIGITS else None

    def _changes(self, plain: str) -> Iterator[tuple[Change, re.Match[str]]]:
        for change, words in self.words:
            for match in words.finditer(plain):
                yield change, match

    def _number(self, text: str) -> Iterator[Token]:
        """Yields the tokens of the number at the beginning of `text`; a pause may part it while it is short."""
        known = 0
        for token in self.digits.tokens(text):
            if token.kind in NUMERIC and known < MOST_DIGITS:
                known += 1
                yield token
            elif token.kind is not Kind.GAP or known >= _SHORTEST:
                return


def _first(table: Timed, plain: str) -> int | None:
    return next((value for words, value in table if words.search(plain)), None)


def judged_by(urgency: Urgency, earlier: Earlier | None, expecting: Expecting) -> Urgency:
    """The judgement, once the number of a report was named: then the call is about that report.

    With a change of it for tonight's staff it is urgent; without one, a question tells. A redirect stands.
    """
    if earlier is None or earlier.reference is None or urgency.redirect or expecting not in _LISTENED_TO:
        return urgency
    if earlier.change is None and urgency.level is Level.URGENT:
        return replace(urgency, category=Category.REPAIR_CANCEL_CHANGE)
    level = Level.URGENT if earlier.change is not None else Level.UNSURE
    score = max(urgency.score, _CERTAIN) if level is Level.URGENT else urgency.score
    return replace(urgency, level=level, score=score, category=Category.REPAIR_CANCEL_CHANGE)


def load_changes(data_dir: Path, language: str) -> Changes:
    """Reads changes.yaml and the digits of phones.yaml of `language` below `data_dir`. Raises BadDataError."""
    path = data_dir / language / FILE
    data = read_mapping(path)
    join = sound_pattern if language == "ja" else pattern
    return Changes(
        language=language,
        number=pattern(path, "number", strings(path, data, "number")),
        digits=load_digit_words(data_dir / language / "phones.yaml"),
        words=tuple((change, join(path, change, strings(path, data, change))) for change in CHANGES),
        ago=_timed(path, data, "ago", language),
        clock=_timed(path, data, "clock", language),
        parts=tuple(
            (join(path, f"parts.{name}", strings(path, {name: words}, name)), _hours(path, name))
            for name, words in _table(path, data, "parts").items()
        ),
        days=_timed(path, data, "days", language),
    )


def _timed(path: Path, data: Mapping[str, Any], key: str, language: str) -> Timed:
    """The longest first: half past one is not one."""
    join = sound_pattern if language == "ja" else pattern
    rows = []
    for value, words in _table(path, data, key).items():
        if not isinstance(value, int):
            raise BadDataError(path, f"{key}.{value}", "must be a whole number")
        rows.append((join(path, f"{key}.{value}", strings(path, {"words": words}, "words")), value))
    return tuple(rows)


def _table(path: Path, data: Mapping[str, Any], key: str) -> Mapping[Any, Any]:
    table = data.get(key)
    if not isinstance(table, dict):
        raise BadDataError(path, key, "must be a mapping of value: words")
    return table


def _hours(path: Path, name: object) -> tuple[int, int]:
    first, _, last = str(name).partition("-")
    if not (first.isdigit() and last.isdigit() and int(first) < int(last) <= _DAY):
        raise BadDataError(path, f"parts.{name}", "must be hours, from and to, such as 16-19")
    return int(first), int(last)
