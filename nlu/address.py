"""Numbers of an address as written or as heard: chome and lot (banchi). Patterns are those of addresses.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nlu.reading import to_katakana
from nlu.source import BadDataError, pattern, read_mapping

FILE = "addresses.yaml"
_KANJI_DIGITS = {char: value for value, char in enumerate("〇一二三四五六七八九")}
_POWERS = {"十": 10, "百": 100, "千": 1000}
_WRITTEN_NUMBER = "(?:[0-9]{1,4}(?![0-9])|[〇一二三四五六七八九十百千]+)"
_MOST_CHOME = 20
_NUMBERS = ("a", "b", "b2", "c")
_WITH_CHOME = 3  # numbers
_MOST_ANCHORS = 8
_MOST_CLAUSES = 40
_TELEPHONE = 1000  # the second number of a lot is smaller
_PAUSE = "、"
_BEFORE_LETTER = ("", "の", "ノ", "、", " ")
_BEFORE_LOT = 6  # characters of の and letters before the first number of a lot


@dataclass(frozen=True, slots=True)
class Chome:
    """`value` at [start, end) of the text."""

    value: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Lot:
    """`letter` as written in the land register ("イ", "上丁", "北イ", or ""), up to three numbers, at [start, end).

    `named`: it is called a lot (番地, 番, 号).
    """

    letter: str
    numbers: tuple[int, ...]
    start: int
    end: int
    named: bool = False

    @property
    def begins_with_chome(self) -> bool:
        """Three numbers without a letter: where there are chome, the first is one."""
        return not self.letter and len(self.numbers) == _WITH_CHOME and self.numbers[0] <= _MOST_CHOME

    def __str__(self) -> str:
        return self.letter + "-".join(str(number) for number in self.numbers)


@dataclass(frozen=True, slots=True)
class Grammar:
    """How addresses stand in one kind of text. `values`: of each word for a number; empty where digits are written."""

    values: Mapping[str, tuple[int, int]]
    chome: re.Pattern[str]
    misheard_chome: Mapping[str, int]
    lot: re.Pattern[str]
    core: re.Pattern[str]
    asked: re.Pattern[str]
    named: re.Pattern[str]
    bare: re.Pattern[str]
    too_short: re.Pattern[str]
    sure: re.Pattern[str]
    units: re.Pattern[str]
    letters: Mapping[str, str]
    heard_as: Mapping[str, str]
    kana_letters: str
    corrections: re.Pattern[str]
    negated: re.Pattern[str]
    clause: re.Pattern[str]
    alone: re.Pattern[str]
    beside: frozenset[str]
    no_lot: re.Pattern[str]

    def chomes(self, text: str) -> list[Chome]:
        """Returns every 〜丁目 in `text`, in order."""
        found = []
        for match in self.chome.finditer(text):
            said, start = match["number"] or "", match.start()
            value = self.misheard_chome.get(match["slip"] or "") or self.number(said)
            while value and value > _MOST_CHOME and not (self.values or said.isascii()):
                said, start = said[1:], start + 1  # 彦三二丁目: a numeral may end the town
                value = self.number(said)
            if value and value <= _MOST_CHOME and not self.negated.match(text[match.end() :]):
                found.append(Chome(value, start, match.end()))
        return found

    def number(self, said: str) -> int | None:
        """Returns the value of digits, kanji numerals or words for a number (12, 十二, 一二, ジューニ), or None."""
        if said.isascii() and said.isdigit():
            return int(said)
        return self._spoken(said) if self.values else _numerals(said)

    def _spoken(self, said: str) -> int | None:
        total = ones = 0
        at = 0
        while at < len(said):
            word = next((said[at : at + size] for size in (4, 3, 2, 1) if said[at : at + size] in self.values), None)
            if word is None:
                return None
            value, power = self.values[word]
            # 三八八: digit by digit
            total, ones = (total + max(ones, 1) * power, 0) if power > 1 else (total, 10 * ones + value)
            at += len(word)
        return total + ones or None

    def lot_at(self, text: str, start: int, *, after_chome: bool = False) -> Lot | None:
        """Returns the lot that stands at `start` (right after town, chome or a word that announces it)."""
        match = self.lot.match(text, start)
        if match is None or self.units.match(text, match.end()):
            return None
        said, closed = [name for name in _NUMBERS if match[name]], match["close"] is not None
        if (
            len(said) > 1
            and self.too_short.fullmatch(match[said[-1]])
            and not self.sure.match(text, match.end(said[-1]))
        ):
            particle = said.pop()  # 番地になります
            closed = closed or text[match.end(said[-1]) : match.start(particle)] not in ("の", "ノ")
        numbers = tuple(self.number(match[name]) for name in said)
        if None in numbers or any((match[name] or "").startswith("0") for name in _NUMBERS):
            return None  # a telephone number
        letter = self._letter(match)
        if after_chome and letter and letter in self.kana_letters and not match["tie"]:
            return None  # chome have no イロハ
        alone = len(numbers) == 1 and not closed
        if alone and not (self._is_lettered(text, match) if letter else self._is_bare(text, match)):
            return None
        start = match.start("letter" if match["letter"] else "block" if letter else "a")
        return Lot(letter, tuple(n for n in numbers if n), start, match.end(), closed)

    def _letter(self, match: re.Match[str]) -> str:
        if match["block"]:
            return _numeral(self.number(match["of_block"]) or 0) + "番丁"
        first, second = (self._register(match[name] or "") for name in ("letter", "second"))
        both = first != second and bool(self.beside & {first, second})
        return first + second if both else second or first  # ト、ト十五 is one ト; 北、イの四 is 北イ

    def _register(self, said: str) -> str:
        return self.letters.get(said) or self.heard_as.get(said) or to_katakana(said)

    def _is_bare(self, text: str, match: re.Match[str]) -> bool:
        """A single number that is not called a lot: only where nothing else could be counted with it."""
        return self.bare.match(text, match.end()) is not None and self._is_long(text, match)

    def _is_lettered(self, text: str, match: re.Match[str]) -> bool:
        """ホゴデス is no ホ5: a number of one kana needs something between it and its letter."""
        return self._is_long(text, match) and (match["tie"] is not None or not self.too_short.fullmatch(match["a"]))

    def _is_long(self, text: str, match: re.Match[str]) -> bool:
        """A number of one kana is one only where nothing else can be meant: トイシ is no ト, イ, 4."""
        return not self.too_short.fullmatch(match["a"]) or self.sure.match(text, match.end()) is not None

    def lot_places(self, text: str) -> Iterator[int]:
        """Yields the positions right behind which a lot stands."""
        for core in self.core.finditer(text):
            yield from (
                at for at in range(max(1, core.start() - _BEFORE_LOT), core.start() + 1) if self.lot_at(text, at)
            )

    def numbers_in(self, text: str) -> list[tuple[int, int]]:
        """Returns the stretches of `text` that are numbers of a lot: nothing else can be heard there."""
        cores = (core for core in self.core.finditer(text) if not self.too_short.fullmatch(core[0]))
        return [(core.start(), core.end()) for core in cores]

    def named_lots(self, text: str) -> Iterator[Lot]:
        """Yields the numbers that are called a lot (十二番地), wherever they stand."""
        for word in self.named.finditer(text):
            for start in range(max(0, word.start() - 12), word.start()):
                lot = self.lot_at(text, start)
                begins = (
                    lot is not None
                    and lot.start == start
                    and (not lot.letter or text[start - 1 : start] in _BEFORE_LETTER)
                )
                if lot and begins and lot.start <= word.start() <= lot.end:
                    yield lot
                    break

    def pairs(self, text: str) -> Iterator[Lot]:
        """Yields 〜の〜 anywhere: only for replies to the question where."""
        at = 0
        while at < len(text):
            lot = self.lot_at(text, at)
            if lot and lot.start == at and len(lot.numbers) > 1 and not lot.letter and not text[at - 1 : at].isdigit():
                yield lot
                at = lot.end
            else:
                at += 1

    def last_lot(self, text: str, anchors: list[int], chome_ends: list[int], *, asked: bool) -> Lot | None:
        """Returns the lot after the last of the anchors that has one; else the last that begins a clause, is named so,
        or, when `asked`, a pair.

        `anchors` are ends of towns, `chome_ends` of chome; both are blanked in `text`, for no lot stands within them.
        After a correction the numbers count that come last: every correction is an anchor too.
        """
        here = {*anchors, *chome_ends}
        corrected = {match.end() for match in self.corrections.finditer(text)} if here or asked else set()
        named = {match.end() for match in self.asked.finditer(text)}
        lots = []
        for start in sorted({*here, *named, *corrected}, reverse=True)[:_MOST_ANCHORS]:
            lot = self.lot_at(text, start, after_chome=start in chome_ends)
            if lot and not (lot.letter and start in corrected - here):
                lots.append(lot)
        later = self._in_clauses(text, asked=asked)
        after = max(corrected, default=len(text))
        if later and (not lots or lots[0].start < after <= later[-1].start):
            lots.insert(0, later[-1])
        if lots:
            # ワの83、あ違う、84: the letter stays
            others = (lot.letter for lot in lots if lot.letter and lot.end <= lots[0].start)
            letter = lots[0].letter or next(others, "")
            return replace(lots[0], letter=letter)
        found = list(self.named_lots(text)) or (list(self.pairs(text)) if asked else [])
        return found[-1] if found else None

    def _in_clauses(self, text: str, *, asked: bool) -> list[Lot]:
        """The lots that begin a clause, apart from their town; those that are a mere number only where there are no
        others, and only when `asked`: 丁目のない方、ニの四十八."""
        full: list[Lot] = []
        mere: list[Lot] = []
        for clause in list(self.clause.finditer(text))[:_MOST_CLAUSES]:
            lot = self.lot_at(text, clause.end())
            if lot is None or lot.start < max(clause.end(), full[-1].end if full else 0):
                continue
            if len(lot.numbers) == 1 and not self._stands_alone(text, lot):
                continue
            if lot.letter[:1] in self.beside and _PAUSE in text[lot.start : lot.start + len(lot.letter) + 1]:
                continue  # 公園の下、二の六
            if lot.letter or lot.named or (len(lot.numbers) > 1 and lot.numbers[1] < _TELEPHONE):
                full.append(lot)
            elif asked and not clause["joint"] and self.alone.match(text, lot.end):
                mere.append(lot)
        return full or mere

    def _stands_alone(self, text: str, lot: Lot) -> bool:
        """Whether one number apart from its town is a lot: not モーイチド, a room (205号) or who to call (110番)."""
        if not lot.named:
            return not lot.letter or self.alone.match(text, lot.end) is not None
        return self.no_lot.match(text, lot.end - 1) is None or bool(lot.letter)

    def only_lot(self, text: str) -> bool:
        """Tells whether `text` is nothing but numbers, as in 十二の三です."""
        lot = self.lot_at(text, 0)
        return lot is not None and bool(self.bare.match(text, lot.end)) and lot.start <= 1


def _numerals(written: str) -> int | None:
    total = current = 0
    for char in written:
        if char in _KANJI_DIGITS:
            current = current * 10 + _KANJI_DIGITS[char]
        elif char in _POWERS:
            total, current = total + max(current, 1) * _POWERS[char], 0
        else:
            return None
    return total + current or None


def _numeral(value: int) -> str:
    return "".join(char for char, digit in _KANJI_DIGITS.items() if digit == value) or str(value)


def load_addresses(path: Path) -> tuple[Grammar, Grammar]:
    """Reads addresses.yaml: the grammar of written numbers and that of heard ones. Raises BadDataError."""
    data = read_mapping(path)
    for key in ("numbers", "chome", "lot", "corrections", "negated"):
        if not isinstance(data.get(key), dict):
            raise BadDataError(path, key, "must be a mapping; restore it")
    try:
        return _grammar(path, data, "written"), _grammar(path, data, "heard")
    except (KeyError, TypeError, AttributeError) as error:
        raise BadDataError(
            path, "numbers, chome, lot", f"lacks a key or has a wrong kind of value ({error!r})"
        ) from error
    except re.error as error:
        raise BadDataError(path, "lot", f"does not make a regular expression: {error}") from error


def _grammar(path: Path, data: Mapping[str, Any], kind: str) -> Grammar:
    numbers, lot = data["numbers"], data["lot"]
    heard = kind == "heard"

    def one(table: Mapping[str, Any], key: str) -> re.Pattern[str]:
        words = table[key].get(kind, r"(?!)")
        return pattern(path, key, (str(words),))

    number = _heard_number(numbers) if heard else _WRITTEN_NUMBER
    short = _heard_number(numbers, by_digit=False) if heard else number
    after_block = _heard_number(numbers, after_block=True) if heard else number
    slips = {word: int(value) for value, words in data["chome"]["misheard"].items() for word in words} if heard else {}
    also = {} if heard else lot["letters"]["in_hiragana"]
    letters = {
        str(letter): str(how) if heard else "|".join((str(letter), *also.get(letter, ())))
        for letter, how in lot["letters"]["words"].items()
    }
    return Grammar(
        values=_values(numbers) if heard else {},
        chome=re.compile(rf"(?:(?P<number>{short})|(?P<slip>{_any(slips) or '(?!)'}))(?:{data['chome'][kind]})"),
        misheard_chome=slips,
        lot=_lot(lot, kind, number, after_block, letters),
        core=re.compile(rf"{number}(?=(?:{lot['joint'][kind]}){number}|{lot['close'][kind]}|{lot['bare'][kind]})"),
        asked=one(lot, "asked"),
        named=one(lot, "named"),
        bare=one(lot, "bare"),
        too_short=one(lot, "too_short"),
        sure=pattern(path, "sure", (str(lot["too_short"]["sure"]),)),
        units=one(lot, "units"),
        letters={re.sub(r"\(.*?\)", "", said): letter for letter, how in letters.items() for said in how.split("|")},
        heard_as=lot["letters"]["heard_as"] if heard else {},
        kana_letters=lot["letters"]["kana"] + lot["letters"]["kana_after_no"] if heard else "",
        corrections=one(data, "corrections"),
        negated=one(data, "negated"),
        clause=one(lot, "clause"),
        alone=one(lot, "alone"),
        no_lot=one(lot, "no_lot"),
        beside=frozenset(str(lot["letters"]["beside"])),
    )


def _lot(
    lot: Mapping[str, Any], kind: str, number: str, after_block: str, letters: Mapping[str, str]
) -> re.Pattern[str]:
    """`after_block`: a number behind 番, where a last ゴー is 号."""
    skip, joint, of_block, close, block = (lot[key][kind] for key in ("skip", "joint", "of_block", "close", "block"))
    free, bound = [lot["letters"]["kana"]], [lot["letters"]["kana_after_no"]]
    if kind == "written":
        # a particle is hiragana: a katakana ニ is a letter
        free += bound
        bound = [lot["letters"]["hiragana_after_no"]]
    words, no_room = "|".join(letters.values()), rf"(?!{number}(?:{lot['rooms'][kind]}))"
    hiragana = rf"[{lot['letters']['hiragana']}](?!{_PAUSE})"  # とね、: a particle
    letter = rf"{words}|(?!{number})(?:[{''.join(free)}]|{hiragana}|(?<=[のノ])[{''.join(bound)}])"
    tie, between = (lot["letters"][key][kind] for key in ("tie", "between"))
    second = rf"{letter}|(?<=、)[{''.join(bound)}]"
    letters_of = rf"(?P<letter>{letter})(?:{between}(?P<second>{second}))?(?P<tie>{tie})?"
    return re.compile(
        rf"{skip}(?:(?P<block>(?P<of_block>{number})(?:{block})(?:の|ノ)?)|{letters_of})?"
        rf"(?P<a>{number})(?:(?:{of_block})(?P<b>{after_block})|(?:{joint})(?P<b2>{no_room}{number})(?:(?:{joint})(?P<c>{no_room}{number}))?)?"
        rf"(?P<close>{close})?"
    )


def _any(words: Mapping[str, Any]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


def _values(numbers: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """Word -> (its value, its power of ten)."""
    slips = numbers["misheard"]
    values = {word: (int(value), 1) for value, words in numbers["ones"].items() for word in words}
    values |= dict.fromkeys(numbers["noughts"], (0, 1))
    values |= {_word(word): (int(key), 1) for key, words in slips.items() if isinstance(key, int) for word in words}
    for key, power in (("tens", 10), ("hundreds", 100), ("thousands", 1000)):
        values |= {_word(word): (1, power) for word in (*numbers[key], *slips.get(key, ()))}
    return values


def _word(pattern: str) -> str:
    """A word without what must follow it."""
    return re.sub(r"\(.*", "", pattern)


def _heard_number(numbers: Mapping[str, Any], *, after_block: bool = False, by_digit: bool = True) -> str:
    """The pattern of a spoken number below 10,000; slips only inside one (リュー in サンリューニ), hardly ever alone.

    `after_block`: behind 番, where a last ゴー is 号 (サンバンジューゴー is 3-10) and not a five.
    `by_digit`: it may be said 三八八.
    """
    slips, ones = numbers["misheard"], [word for words in numbers["ones"].values() for word in words]
    fives = slips[5]
    plain = f"(?:{_any(dict.fromkeys(ones))})(?!ー)"
    behind = [word for word in ones if not (after_block and word in numbers["never_before_go"])]
    after_ten = f"(?:{_any(dict.fromkeys(behind))})(?!ー)"
    slipped = "|".join([_any(dict.fromkeys(ones)), *(word for key in (6, 7, 9) for word in slips[key])])
    tens, hundreds, thousands = ("|".join(numbers[key]) for key in ("tens", "hundreds", "thousands"))
    noughts = "|".join(numbers["noughts"])
    any_ten, any_hundred = ("|".join([*numbers[key], *slips[key]]) for key in ("tens", "hundreds"))
    alone = "|".join(slips["hundreds"][:3])
    many = rf"(?!シ(?!チ)|ク|ヨ(?!ン)|ゴー)(?:{slipped})"
    ten = rf"(?:{many}(?:{any_ten})|{tens}|リュー(?={after_ten}))"
    hundred = rf"(?:{many}(?:{any_hundred})|{hundreds}|(?:{alone})(?={after_ten}|{tens}|デス|バン))"
    thousand = rf"(?:(?:{plain})?(?:{thousands})(?={plain}|{tens}|{hundreds}))"
    begins = rf"(?={plain}|{tens}|リュー|{hundreds}|{alone}|{thousands}|{many}(?:{any_ten}|{any_hundred}))"
    larger = rf"{thousand}?{hundred}?{ten}(?:{after_ten})?|{thousand}?{hundred}(?:{plain})?|{thousand}(?:{plain})?"
    larger = rf"{larger}|(?:{plain}){{3,4}}|(?:{plain}){{1,2}}(?:{noughts}){plain}" if by_digit else larger
    return rf"(?:{begins}(?:{larger}|{plain})|(?<=ノ)(?:{'|'.join(fives)})|(?<=バン)(?:{'|'.join(fives)}))"
