"""Telephone numbers as they are said, in any of the four languages: digits, corrections, seven digits, parts.

A text becomes runs of digits; a run ends where other words stand between two digits, unless they are about the number
itself ("no, the last four are"). How a run becomes a number: nlu/groups.py. The words: data/<language>/phones.yaml.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nlu.digits import NUMERIC, DigitWords, Kind, Line, Token, load_digit_words
from nlu.groups import MARKS, NAMED_AFTER, PARTS, Group, Item, put_together
from nlu.meaning import Phone
from nlu.normalise import MAX_CHARS
from nlu.numbering import AREA_CODE, LOCAL, complete, groups_of, mobile, whole

_SHORT = 3  # fewer digits than this are no beginning of a number
_STRETCH = 4  # characters between digits that may be a misheard digit
_COUNT = 4  # digits; a longer number counts nothing that callers count
_REMARK = 30  # characters between a number and its correction
_WITHIN = (" ", "-")
_ANNOUNCE = frozenset({Kind.OPENS, Kind.NOT_PHONE})


@dataclass(slots=True)
class _Run:
    """Groups and marks of one number. `opened`: it was announced as a telephone number, `other`: as another one.

    `counted`: it stands beside a count (三丁目の…). `marked`: words about a piece of it stand in it.
    `backwards`: its end was said first.
    """

    opened: bool = False
    other: bool = False
    counted: bool = False
    marked: bool = False
    backwards: bool = False
    items: list[Item] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Phones:
    """Finds telephone numbers in one language. Build with `load_phones`."""

    words: DigitWords

    def find(self, text: str, *, asked: bool, read_back: bool = False) -> Phone | None:
        """Returns the telephone number in normalised `text`, the corrected one when the caller corrects.

        A part of a number counts only when a number was `asked`; else only a whole one is believed. `read_back`: what
        was asked is whether something is right; then a part counts with words about it only (the last four are …).
        Pure; never raises.
        """
        runs = [run for run in self._runs(text[:MAX_CHARS], asked=asked) if run.items]
        found = [(run, put_together(run.items, guess=asked)) for run in runs]
        numbers = [(run, digits) for run, digits in found if complete(digits) and _believed(run, digits, asked=asked)]
        if len(numbers) > 1 and (wish := self.words.wished(text)) and (wished := _wished(numbers, wish)):
            return Phone(wished, complete=True)
        best = max(numbers, key=_credit, default=None)
        usable = [run.items for run in runs if not (run.other or run.counted)]
        if asked and len(usable) > 1 and (best is None or _is_local(*best)):
            joined = put_together([item for items in usable for item in items], guess=True)
            if complete(joined):
                return Phone(joined, complete=True)
            if best and any(digits.startswith("0") and not complete(digits) for _, digits in found):
                best = None  # 080…、577の8670: a mobile number of which something was lost, and no number of Kanazawa
        if best:
            return Phone(best[1], complete=True)
        parts = [digits for run, digits in found if asked and _is_part(run, digits) and (run.marked or not read_back)]
        return Phone(max(parts, key=len), complete=False) if parts else None

    def _runs(self, text: str, *, asked: bool) -> Iterator[_Run]:
        run, group, between = _Run(), list[Token](), list[Token]()
        for token in self.words.tokens(text):
            if token.kind in NUMERIC:
                if between and not self._joins(run, group, between, asked=asked):
                    self._close(run, group)
                    yield run
                    run, group = _Run(other=run.other, counted=run.counted), []
                    _announce(run, between)
                if run.backwards and run.items and not group and token.value.startswith("0"):
                    run.items.append(Kind.FIRST)  # what follows an end stands before it
                    run.backwards = False
                between = []
                group.append(token)
            elif token.kind is Kind.UNIT and group and all(other.said in _WITHIN for other in between):
                between = []
                if _counts(token, group):
                    # 三丁目, 九時: neither this nor what is joined to it is a telephone number
                    if _stands(run):
                        yield run
                    run, group = _Run(other=run.other, counted=True), []
                else:
                    between.append(token)
            elif group and token.kind in NAMED_AFTER:
                self._name(run, group, NAMED_AFTER[token.kind])
            else:
                between.append(token)
        if asked and between and len(between[0].said) > 1 and between[0].said in self.words.misheard:
            group.append(between[0])
        self._close(run, group)
        yield run

    def _joins(self, run: _Run, group: list[Token], between: list[Token], *, asked: bool) -> bool:
        """Whether digits go on after `between`; then `run` and `group` are where they go on."""
        kinds = {token.kind for token in between}
        rest = sum(len(token.said) for token in between if token.kind is not Kind.GAP and token.kind not in MARKS)
        marks = [token.kind for token in between if token.kind in MARKS]
        if not group and not run.items:
            _announce(run, between)
            run.counted = run.counted and _junk(between) <= 1
            if marks and marks[-1] is Kind.NOT and not _words_after(between):
                run.items.append(Kind.NOT)
            run.backwards = Kind.LAST in marks
            return True
        if (
            Kind.NOT_PHONE in kinds
            or Kind.UNIT in kinds
            or (rest > _REMARK if marks else kinds & {Kind.OPENS, Kind.ENDS})
        ):
            return False
        if marks:
            self._close(run, group)
            run.items += marks
            run.marked = run.marked or not PARTS.isdisjoint(marks)
            group.clear()
            return True
        if rest and not (asked and rest <= _STRETCH and self.words.form == "kana" and _sounds(between)):
            return False
        for token in between:
            if token.kind is Kind.JUNK:
                group.append(token)
            elif self.words.form == "words" and token.said in _WITHIN and group and group[-1].said[-1].isalpha():
                continue  # forty-four, zero nine zero
            else:
                self._close(run, group)
                group.clear()
        return True

    def _name(self, run: _Run, group: list[Token], part: Kind) -> None:
        """Marks `group` as the `part` that the words behind it say."""
        if not run.items:
            run.backwards = part is Kind.LAST
        elif run.items[-1] is not Kind.NOT and part not in run.items:
            run.items.append(part)
            self._close(run, group)
            group.clear()
        run.marked = True

    def _close(self, run: _Run, group: list[Token]) -> None:
        if group:
            run.items.append(Group(self.words.readings(group)))


def _sounds(between: list[Token]) -> bool:
    """Whether what stands between may be misheard digits: a word in kanji never is one."""
    return all("ァ" <= char <= "ー" for token in between if token.kind is Kind.JUNK for char in token.said)


def _announce(run: _Run, between: list[Token]) -> None:
    said = [token.kind for token in between if token.kind in _ANNOUNCE]
    if said:
        run.opened, run.other, run.counted = said[-1] is Kind.OPENS, said[-1] is Kind.NOT_PHONE, False
    run.marked = run.marked or any(token.kind in PARTS for token in between)


def _junk(between: list[Token]) -> int:
    """How many characters of other words: a count goes on behind a の, not behind 五時までは."""
    return sum(len(token.said) for token in between if token.kind is Kind.JUNK)


def _words_after(between: list[Token]) -> bool:
    """Whether words stand between the last mark and the digits: not the one on the bill, it's …"""
    last = max(at for at, token in enumerate(between) if token.kind in MARKS)
    return any(token.kind is not Kind.GAP for token in between[last + 1 :])


def _stands(run: _Run) -> bool:
    """Whether what was said before a count may be a number of its own: several groups, or a whole one."""
    groups = [item for item in run.items if isinstance(item, Group)]
    return len(groups) > 1 or any(complete(whole(group.readings[0][0])) for group in groups)


def _counts(unit: Token, group: list[Token]) -> bool:
    """Whether `unit` counts the digits before it.

    Kana are believed after a short number or a cardinal only: ニン may be a misheard 2.
    """
    written = any("一" <= char <= "鿿" for char in unit.said) or unit.said.isascii()
    short = sum(len(token.value) for token in group) <= _COUNT
    return written or short or any(token.kind is Kind.SCALE for token in group)


def _believed(run: _Run, digits: str, *, asked: bool) -> bool:
    """Whether a whole number is one. Seven digits may be a postal code or a lot as well."""
    if run.other:
        return False
    return run.opened or not _is_local(run, digits) or (asked and not run.counted)


def _credit(found: tuple[_Run, str]) -> tuple[bool, bool]:
    """Of several numbers the one that was announced, then one said with its area code, then the first."""
    run, digits = found
    return run.opened, not _is_local(run, digits)


def _wished(numbers: list[tuple[_Run, str]], line: Line) -> str:
    """Of several numbers the one that the caller wants to be rung at; "" where there is none such."""
    if line in (Line.EARLIER, Line.LATER):
        return numbers[0 if line is Line.EARLIER else -1][1]
    return next((digits for _, digits in numbers if mobile(digits) is (line is Line.MOBILE)), "")


def _is_local(run: _Run, digits: str) -> bool:
    """Whether the area code was added: seven digits may be a postal code as well."""
    said = sum(len(item.readings[0][0]) for item in run.items if isinstance(item, Group))
    return digits.startswith(AREA_CODE) and said <= LOCAL + 1


def _is_part(run: _Run, digits: str) -> bool:
    believed = not run.other and not run.counted
    return believed and (len(digits) >= _SHORT or (run.marked and bool(digits)))


def completed(before: Phone, after: Phone) -> Phone:
    """Returns the number that two replies make together: a part and its rest, or a whole number and its correction.

    A whole `after` replaces `before`. After a whole `before`, a part corrects the group of its length that it resembles
    most, the later one of equals. Two parts that make no number: the longer they get the better, a new 0 begins anew.
    """
    if after.complete:
        return _continued_locally(before, after)
    if before.complete:
        return Phone(_with_part(before.digits, after.digits), complete=True)
    items = [Group(((part.digits, 0.0),)) for part in (before, after) if part.digits]
    joined = put_together(items, guess=False)
    if complete(joined):
        return Phone(joined, complete=True)
    restarted = after.digits.startswith("0") and len(after.digits) >= len(before.digits)
    return after if restarted or len(joined) > LOCAL + len("0900") else Phone(joined, complete=False)


def _continued_locally(before: Phone, after: Phone) -> Phone:
    """The rest of a mobile number may have seven digits (0901 234 5678), and was taken for one of Kanazawa."""
    joined = before.digits + after.digits.removeprefix(AREA_CODE)
    if not before.complete and complete(joined) and len(joined) > len(after.digits):
        return Phone(joined, complete=True)
    return after


def _with_part(number: str, part: str) -> str:
    if not part or len(part) >= len(number):
        return number
    spans = [span for span in groups_of(number) if span[1] - span[0] == len(part)] or [
        (len(number) - len(part), len(number))
    ]
    start, end = max(spans, key=lambda span: (sum(map(str.__eq__, number[slice(*span)], part)), span))
    changed = number[:start] + part + number[end:]
    return changed if complete(changed) else number


def load_phones(path: Path) -> Phones:
    """Reads phones.yaml. Raises BadDataError."""
    return Phones(load_digit_words(path))
