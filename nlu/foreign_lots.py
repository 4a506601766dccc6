"""Lots in English, Chinese or Korean: the numbers of an address and how they belong together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from nlu.digits import NUMERIC, DigitWords, Token
from nlu.digits import Kind as DigitKind
from nlu.foreign_towns import Found

_MOST_LOT = 99_999
_TWENTY, _TWO = 20, 2
_MOST_NUMBERS = 3  # of a lot
_USUAL_CHOME = 8  # a larger first number without the word is a lot
_HANGUL = re.compile(r"[가-힣]{2}")  # a syllable within a word is no number


@dataclass(frozen=True, slots=True)
class Number:
    """A number at [start, end). `sure`: its words are nothing but numbers (not 2 for "to", 2 for 이)."""

    value: str
    start: int
    end: int
    sure: bool


@dataclass(frozen=True, slots=True)
class ForeignLots:
    """The numbers of one language and the words around lots (`lot_*`, `units`, `fix`, `alone` of places.yaml)."""

    digits: DigitWords
    words: Mapping[str, re.Pattern[str]]
    divided: frozenset[str]
    letters: Mapping[str, str]
    instead: Mapping[str, str]

    def numbers(self, text: str) -> list[Number]:
        """All numbers of `text`, 12 and "twelve" alike, in order."""
        found: list[Number] = []
        group: list[Token] = []
        start = at = 0
        mended = _mended(text, self.instead)
        for token in (*self.digits.tokens(mended), Token(DigitKind.JUNK, "")):
            numeric = token.kind in NUMERIC
            written = token.said.isdigit() and token.said.isascii()
            if group and (not numeric or written != group[-1].said.isdigit()):
                joins = self.digits.form == "words" and token.said in (" ", "-") and group[-1].said[-1:].isalpha()
                if joins and not numeric:
                    at += len(token.said)
                    continue
                self._add(found, group, start, mended)
                group = []
            if numeric:
                start = start if group else at
                group.append(token)
            at += len(token.said)
        return found

    def _add(self, found: list[Number], group: list[Token], start: int, text: str) -> None:
        unsure = [token.said.lower() in self.digits.optional for token in group]
        begins = self.digits.form == "characters" and not text[max(0, start - 1) : start].isalpha()
        # 东山一丁目: within a word 山 is no 三; 이십삼 begins one
        first = 0 if begins or all(unsure) else unsure.index(False)
        for part in _apart(group[first:]) if self.digits.form == "words" else [group[first:]]:
            value = self.digits.readings(part)[0][0]
            start = text.find(part[0].said, start if part[0] is group[0] else start + 1 if first else start)
            end = start
            for token in part:
                end = text.find(token.said, end) + len(token.said)
            if value.isdigit() and int(value) <= _MOST_LOT:
                found.append(Number(str(int(value)), start, end, sure=not all(unsure)))
            start = end

    def find(
        self, text: str, numbers: list[Number], chome: tuple[int, int, int] | None, town: Found | None, *, asked: bool
    ) -> tuple[int | None, str | None]:
        """Returns (chome, lot) of the numbers beside the town: of 3-30-3 the first is a chome where it has them."""
        start = max(chome[2] if chome else 0, town.end if town else 0)
        row = self._row(text, numbers, start, anywhere=asked and not (chome or town))
        if not row and town and self.digits.form == "words":
            row = self._row_before(text, numbers, town.start)
        if not row and (named := [n for n in numbers if self.words["lot_named"].search(text[: n.start])]):
            row = self._row(text, numbers, named[-1].start, anywhere=False, named=True)
        if not row and asked:
            row = self._row_apart(text, numbers)
        if not row:
            return None, None
        row = self._corrected(text, numbers, row)
        divided = town is not None and any(name in self.divided for name in town.names)
        values = self._values(text, row, spelt=_TWO + (divided and chome is None))
        letter = self._letter(text, row[0].start) if not (chome or divided) else ""
        beside = self._is_chome(text, town, row)
        if chome is None and divided and int(values[0]) <= _USUAL_CHOME and (len(values) > 1 or beside):
            return int(values[0]), "-".join(values[1:]) or None
        return None, letter + "-".join(values[:3])

    def _values(self, text: str, row: list[Number], *, spelt: int) -> list[str]:
        """The numbers of a row: number 4 of block 7 is 7-4; more than `spelt` single figures are one number."""
        gaps = [text[one.end : other.start] for one, other in pairwise(row)]
        values = [number.value for number in row]
        if len(row) == _TWO and self.words["lot_within"].fullmatch(gaps[0]):
            return values[::-1]
        figures = all(len(value) == 1 for value in values) and all(gap == " " for gap in gaps)
        return ["".join(values)] if figures and len(row) > spelt else values

    def _letter(self, text: str, start: int) -> str:
        """The letter of the land register right before a number: ho 31."""
        match = self.words["lot_letter"].search(text, 0, start)
        return self.letters.get(match["letter"], "") if match else ""

    def _corrected(self, text: str, numbers: list[Number], row: list[Number]) -> list[Number]:
        """After a correction the numbers count that come last: 12-3, no, sorry, 13-3."""
        for match in self.words["fix"].finditer(text, row[-1].end):
            row = self._row(text, numbers, match.end(), anywhere=False) or row
        return row

    def _row_apart(self, text: str, numbers: list[Number]) -> list[Number]:
        """In a reply, numbers that are tied to each other or called a lot are one, wherever they stand: the last."""
        rows: list[list[Number]] = []
        for number in numbers:
            if number.value == "0" or text[number.start] == "0":
                return []  # a telephone number
            if rows and self.words["lot_tied"].fullmatch(text, rows[-1][-1].end, number.start):
                rows[-1].append(number)
            else:
                rows.append([number])
        for row in reversed(rows):
            counted = any(self.words["units"].match(text, number.end) for number in row)
            called = self.words["lot_called"].match(text, row[-1].end) is not None
            if not counted and len(row) <= _MOST_NUMBERS and (len(row) > 1 or called):
                return row
        return []

    def _is_chome(self, text: str, town: Found | None, row: list[Number]) -> bool:
        """Teramachi five: in words, a number right behind a town that is called nothing."""
        if town is None or self.digits.form != "words" or row[0].start < town.end:
            return False
        apart = text[town.end : row[0].start].strip(" ,-")
        return not apart and self.words["alone"].match(text, row[-1].end) is not None

    def _row(
        self, text: str, numbers: list[Number], start: int, *, anywhere: bool, named: bool = False
    ) -> list[Number]:
        """Numbers joined to each other, the first right after `start`."""
        row: list[Number] = []
        for at, number in enumerate(numbers):
            if number.start < start or self.words["units"].match(text, number.end):
                continue
            if not row:
                letter = self.words["lot_letter"].search(text, start, number.start) if start else None
                until = letter.start("letter") if letter else number.start
                near = start > 0 and self.words["lot_skip"].fullmatch(text, start, until) is not None
                closed = (
                    named
                    or (near and self._goes_on(text, number, numbers[at + 1 : at + 2]))
                    or self.words["lot_close"].match(text, number.end) is not None
                )
                inside = anywhere and _HANGUL.match(text[max(0, number.start - 1) : number.start + 1])
                if inside or not (near or anywhere) or not (number.sure or closed):
                    if near or not anywhere:
                        break
                    continue
                row.append(number)
            elif self.words["lot_joint"].fullmatch(text, row[-1].end, number.start):
                row.append(number)
            else:
                break
        return row

    def _goes_on(self, text: str, number: Number, after: list[Number]) -> bool:
        """Whether the next number is joined to this one: then even a short word is a number (이 다시 오)."""
        joint = self.words["lot_tied" if self.digits.form == "words" else "lot_joint"]
        return any(
            joint.fullmatch(text, number.end, one.start) and not self.words["units"].match(text, one.end)
            for one in after
        )

    def _row_before(self, text: str, numbers: list[Number], end: int) -> list[Number]:
        """12-3 Izumino-machi: Western order."""
        row: list[Number] = []
        for number in reversed(numbers):
            if number.end > end or not number.sure:
                continue
            gap = text[number.end : row[0].start if row else end]
            if not self.words["lot_joint"].fullmatch(gap) if row else gap.strip(" ,"):
                break
            row.insert(0, number)
        return row if len(row) > 1 or (row and text[row[0].start].isdigit()) else []


def _apart(tokens: list[Token]) -> list[list[Token]]:
    """The numbers of a row of words: eleven two, five seventeen. More than two single digits are one number."""
    parts: list[list[Token]] = []
    for token in tokens:
        last = parts[-1][-1] if parts else None
        tens = last is not None and last.kind is DigitKind.TEN and int(last.value) >= _TWENTY
        goes_on = last is not None and (
            DigitKind.SCALE in (token.kind, last.kind) or (tens and token.kind is DigitKind.DIGIT)
        )
        nought = bool(parts) and token.kind is DigitKind.DIGIT and token.value == "0"  # no number begins so
        if goes_on or nought or (parts and token.kind not in (DigitKind.TEN, DigitKind.DIGIT)) or token.said.isdigit():
            parts = parts or [[]]
            parts[-1].append(token)
        else:
            parts.append([token])
    single = all(token.kind is DigitKind.DIGIT for token in tokens)
    return [tokens] if single and len(tokens) > _TWO else parts


def _mended(text: str, instead: Mapping[str, str]) -> str:
    """`text` with other words for numbers, as long as they were."""
    for words, other in instead.items():
        text = re.sub(words, other, text)
    return text
