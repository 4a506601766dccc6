"""Digits as they are spoken: a text as tokens of one language's phones.yaml, and what a stretch of them may be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from rapidfuzz.distance import Levenshtein

from nlu.reading import to_katakana
from nlu.source import BadDataError, pattern, read_mapping, strings

FORMS = ("kana", "words", "characters")
_LOOKAROUND = re.compile(r"\(\?<?[=!][^)]*\)|[?*+(){}|\[\]\\]")
_FLAGS = re.IGNORECASE
_MOST_READINGS = 12
_DROPPED = 0.8  # cost of taking a short word for a particle
_DOUBLED = 1.2  # of taking one long vowel for two digits
_MISHEARD = 1.0
_LIKE = 1.6  # of taking a stretch for the digit word that it resembles
_SKIPPED = 1.3
_TEN, _HUNDRED, _LARGEST = 10, 100, 10_000


class Kind(StrEnum):
    """What a token is. In this order they are tried where two of them begin at the same character."""

    NOT_PHONE = "not_phone"
    WITHOUT = "without"
    FIX = "fix"
    AGAIN = "again"
    LAST_AFTER = "last_after"
    MIDDLE_AFTER = "middle_after"
    FIRST_AFTER = "first_after"
    LAST = "last"
    MIDDLE = "middle"
    FIRST = "first"
    OPENS = "opens"
    NOT = "not"
    MAYBE = "maybe"
    PLUS = "plus"
    ENDS = "ends"
    UNIT = "units"
    TIMES = "times"
    BEFORE = "times_before"
    PAIR = "pairs"
    TEN = "tens"
    DIGIT = "digits"
    SCALE = "scales"
    GAP = "gaps"
    JUNK = "junk"


class Line(StrEnum):
    """Which of several numbers is meant, where the caller says so."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    EARLIER = "earlier"
    LATER = "later"


_LISTS = (
    Kind.NOT_PHONE, Kind.WITHOUT, Kind.FIX, Kind.AGAIN, Kind.LAST, Kind.MIDDLE, Kind.FIRST, Kind.LAST_AFTER,
    Kind.MIDDLE_AFTER, Kind.FIRST_AFTER, Kind.OPENS, Kind.MAYBE,
    Kind.NOT, Kind.PLUS, Kind.ENDS, Kind.UNIT, Kind.GAP,
)  # fmt: skip
_TABLES = (Kind.TIMES, Kind.BEFORE, Kind.PAIR, Kind.TEN, Kind.DIGIT, Kind.SCALE)
NUMERIC = frozenset({Kind.PAIR, Kind.TEN, Kind.DIGIT, Kind.SCALE, Kind.BEFORE, Kind.TIMES, Kind.PLUS})
COUNTRY = "+81"
"""What a token of Kind.PLUS stands for."""


@dataclass(frozen=True, slots=True)
class Token:
    """`value`: the digits of a digit, a pair or a ten; the factor of a scale or of a count; "" of all others."""

    kind: Kind
    said: str
    value: str = ""


Readings = tuple[tuple[str, float], ...]
"""What a stretch of sound may be as digits, each with what it costs to believe it."""


@dataclass(frozen=True, slots=True)
class DigitWords:
    """How one language says digits, and what is said around them. `optional`: words that may also be particles."""

    form: str
    token: re.Pattern[str]
    kinds: Mapping[str, tuple[Kind, str]]
    optional: frozenset[str]
    either: Mapping[str, str]
    misheard: Mapping[str, str]
    known: tuple[tuple[str, str], ...]
    wishes: Mapping[Line, re.Pattern[str]]

    def tokens(self, text: str) -> Iterator[Token]:
        """Yields the tokens of normalised `text`; every character is in one of them."""
        if self.form == "kana":
            text = to_katakana(text)
        end = 0
        for match in self.token.finditer(text):
            if match.start() > end:
                yield Token(Kind.JUNK, text[end : match.start()])
            kind, value = self.kinds[match.lastgroup or ""]
            yield Token(kind, match[0], value)
            end = match.end()
        if end < len(text):
            yield Token(Kind.JUNK, text[end:])

    def wished(self, text: str) -> Line | None:
        """Returns which of several numbers the caller of normalised `text` wants to be rung at; none when unclear."""
        if self.form == "kana":
            text = to_katakana(text)
        lines = [line for line, words in self.wishes.items() if words.search(text)]
        return lines[0] if len(lines) == 1 else None

    def readings(self, tokens: list[Token]) -> Readings:
        """Returns what neighbouring numeric and junk tokens may be as digits, the cheapest first."""
        found: list[tuple[str, float]] = [("", 0.0)]
        for options in self._pieces(tokens):
            grown: dict[str, float] = {}
            for before, cost in found:
                for piece, more in options:
                    digits = before + piece
                    grown[digits] = min(cost + more, grown.get(digits, 99.0))
            found = sorted(grown.items(), key=lambda item: item[1])[:_MOST_READINGS]
        return tuple(found)

    def _pieces(self, tokens: list[Token]) -> Iterator[Readings]:
        """Yields the readings of one word after the other; cardinals (ニジューゴ, twenty-five) become their figures."""
        at = 0
        while at < len(tokens):
            end, number = _cardinal(tokens, at)
            if number:
                at = end
                yield number
                continue
            token = tokens[at]
            at += 1
            if token.kind is Kind.BEFORE and at < len(tokens) and tokens[at].kind is Kind.DIGIT:
                yield ((tokens[at].value * int(token.value), 0.0),)
                at += 1
            elif token.kind in (Kind.DIGIT, Kind.PAIR):
                if at < len(tokens) and tokens[at].kind is Kind.TIMES:
                    yield ((token.value * int(tokens[at].value), 0.0),)
                    at += 1
                else:
                    yield self._digit(token, edge=at in (1, len(tokens)))
            elif token.kind is Kind.PLUS:
                yield ((COUNTRY, 0.0),)
            elif token.kind is Kind.JUNK:
                yield self._guesses(token.said)

    def _digit(self, token: Token, *, edge: bool) -> Readings:
        if token.said.lower() in self.optional and (edge or self.form == "kana"):
            return ((token.value, 0.0), ("", _DROPPED))
        if token.said in self.either:
            return ((token.value, 0.0), (self.either[token.said], _DOUBLED))
        return ((token.value, 0.0),)

    def _guesses(self, said: str) -> Readings:
        options: dict[str, float] = {"": _SKIPPED}
        if said in self.misheard:
            options[self.misheard[said]] = _MISHEARD
        for word, digit in self.known:
            if abs(len(word) - len(said)) <= 1 and Levenshtein.distance(word, said, score_cutoff=1) <= 1 < len(said):
                options.setdefault(digit, _LIKE)
        return tuple(options.items())


def _cardinal(tokens: list[Token], start: int) -> tuple[int, Readings]:
    """Returns (end, readings) of a number said with tens, hundreds or thousands at `start`; (start, ()) when none is.

    ニヒャクロク is 206, and 200 6 where only that makes a number.
    """
    total, at, least = 0, start, _LARGEST
    readings: Readings = ()
    while at < len(tokens):
        token, after = tokens[at], tokens[at + 1 : at + 2]
        value = int(token.value or 0)
        factor = int(after[0].value) if after and after[0].kind is Kind.SCALE else 0
        if token.kind is Kind.SCALE and value < least:
            total, least, at = total + value, value, at + 1
        elif token.kind is Kind.DIGIT and value and factor and factor < least:
            total, least, at = total + value * factor, factor, at + 2
        elif token.kind is Kind.TEN and value < least:
            # a ten takes a digit, a teen does not
            total, least, at = total + value, (0 if value % _TEN or value == _TEN else _TEN), at + 1
        elif token.kind is Kind.DIGIT and value and factor == _HUNDRED and least == _TEN and start < at:
            return at + 2, ((str((total + value) * factor), 0.0),)  # eighty-three hundred
        elif token.kind is Kind.DIGIT and value and not factor and _TEN <= least < _LARGEST:
            apart = () if least == _TEN else ((f"{total}{value}", _DROPPED),)
            return at + 1, ((str(total + value), 0.0), *apart)
        else:
            break
        readings = ((str(total), 0.0),)
    return at if readings else start, readings


def load_digit_words(path: Path) -> DigitWords:
    """Reads phones.yaml. Raises BadDataError."""
    data = read_mapping(path)
    form = data.get("form")
    if form not in FORMS:
        raise BadDataError(path, "form", f"must be one of {', '.join(FORMS)}")
    if not data.get("digits"):
        raise BadDataError(path, "digits", "must be a mapping of digit: words")
    table = _table(path, data, form)
    kinds = {f"k{number}": (kind, value) for number, (kind, value, _) in enumerate(table)}
    token = "|".join(f"(?P<k{number}>{words})" for number, (_, _, words) in enumerate(table))
    return DigitWords(
        form=form,
        token=re.compile(token, _FLAGS),
        kinds=kinds,
        optional=frozenset(strings(path, data, "optional")) if "optional" in data else frozenset(),
        either={str(word): str(digits) for word, digits in _mapping(path, data, "either").items()},
        misheard={
            word: str(digit)
            for digit, words in reversed(list(_mapping(path, data, "misheard").items()))
            for word in words
        },
        known=tuple(
            (word, str(digit))
            for digit, words in _mapping(path, data, "digits").items()
            for word in words
            if len(word) > 1 and not _LOOKAROUND.search(word)
        ),
        wishes=_wishes(path, data, form),
    )


def _wishes(path: Path, data: Mapping[str, Any], form: str) -> dict[Line, re.Pattern[str]]:
    table = _mapping(path, data, "wishes")
    return {
        line: re.compile(_joined(path, line.value, strings(path, table, line.value), form), _FLAGS)
        for line in Line
        if line.value in table
    }


def _misheard(table: Mapping[Any, Any]) -> dict[str, str]:
    """A word in two lines stands for the first."""
    return {word: str(digit) for digit, words in reversed(list(table.items())) for word in words}


def _table(path: Path, data: Mapping[str, Any], form: str) -> list[tuple[Kind, str, str]]:
    """Returns (kind, value, pattern) in the order in which they are tried."""
    rows: list[tuple[Kind, str, str]] = []
    for kind in Kind:
        if kind in _LISTS and (kind.value in data or kind in (Kind.GAP, Kind.FIX)):
            rows.append((kind, "", _joined(path, kind.value, strings(path, data, kind.value), form)))
        elif kind in _TABLES and kind.value in data:
            words = [
                (word, str(value))
                for value, row in _mapping(path, data, kind.value).items()
                for word in strings(path, {kind.value: row}, kind.value)
            ]
            words.sort(key=lambda item: -len(_LOOKAROUND.sub("", item[0])))
            rows += [(kind, value, _joined(path, kind.value, (word,), form)) for word, value in words]
            if kind is Kind.DIGIT:
                rows += [(kind, str(digit), str(digit)) for digit in range(10)]
    return rows


def _joined(path: Path, key: str, words: tuple[str, ...], form: str) -> str:
    if form == "kana":
        words = tuple(map(to_katakana, words))
    joined = pattern(path, key, words).pattern
    if form == "words" and key != Kind.GAP.value:
        return rf"(?<![^\W\d_])(?:{joined})(?![^\W\d_])"
    return joined


def _mapping(path: Path, data: Mapping[str, Any], key: str) -> Mapping[Any, Any]:
    table = data.get(key, {})
    if not isinstance(table, dict):
        raise BadDataError(path, key, "must be a mapping")
    return table
