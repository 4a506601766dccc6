"""Where, in English, Chinese or Korean: town, chome, lot, landmark, another municipality, as far as it was said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nlu.digits import DigitWords, load_digit_words
from nlu.foreign_lots import ForeignLots, Number
from nlu.foreign_towns import ForeignTowns, Found, load_foreign_towns
from nlu.meaning import Expecting, Place
from nlu.normalise import MAX_CHARS
from nlu.source import BadDataError, pattern, read_mapping, strings
from nlu.spelling import simplified

_SAID = 60  # characters kept for the operator's eye
_ASKED, _UNASKED = 74.0, 84.0  # percent of similarity from which a town is believed
_SHORT = 4  # letters or syllables of a Latin name that may be an ordinary word
_MOST_CHOME = 30
_BESIDE = " ,.-，。、"
_EDGES = " ,.，。、"
_HAN = re.compile(r"[㐀-鿿]")


@dataclass(frozen=True, slots=True)
class ForeignPlaces:
    """The towns and the words around addresses of one language (places.yaml). Build with `load_foreign_places`."""

    towns: ForeignTowns
    digits: DigitWords
    lots: ForeignLots
    words: Mapping[str, re.Pattern[str]]
    chome_words: Mapping[int, re.Pattern[str]]
    out_of_city: Mapping[str, re.Pattern[str]]

    def find(self, text: str, reading: str, expecting: Expecting, *, guess: bool = True) -> Place | None:  # noqa: ARG002
        """Returns the place in normalised `text`; None when none was said. Never raises. Like `nlu.place.Places.find`.

        `reading` is not needed: names are compared by how they are written abroad.
        """
        said = text[:MAX_CHARS]
        text = _plain(said)
        numbers = self.lots.numbers(text)
        chome = self._chome(text, numbers)
        town = self._town((text, said), numbers, chome, expecting, guess=guess)
        other = self._other_city(text)
        if town and other and (town.similar or (other[1] <= town.start and town.end <= other[2])):
            town = None
        mark = self._mark(text, town, chome, asked=expecting is Expecting.PLACE)
        if mark and expecting is not Expecting.PLACE and not self._related(text, mark):
            mark = None  # a school that is merely spoken of is no place
        if town and mark and self._named_after(text, town, mark, numbers):
            town = None
        landmark = said[mark[0] : mark[1]].strip(_EDGES) if mark else None
        said = said[:_SAID]
        lot_asked = expecting is Expecting.PLACE
        if mark:
            numbers = [one for one in numbers if one.end < mark[0] or mark[1] <= one.start]  # 兼六园
        block, lot = self.lots.find(text, numbers, chome, town, asked=lot_asked)
        if town is None and other is None and landmark is None and chome is None and (lot is None or not lot_asked):
            return None
        number = chome[0] if chome else block
        city = other[0] if other and town is None else None
        if town is None:
            return Place(said, chome=number, banchi=lot, landmark=landmark, out_of_city=city)
        names = town.names
        if number is not None:
            names = tuple(name for name in names if name in self.towns.chome) or names
        certain = len(names) == 1 and not town.similar
        candidates = () if certain else names
        return Place(said, names[0], self.towns.readings[names[0]], number, lot, landmark, None, certain, candidates)

    def _chome(self, text: str, numbers: list[Number]) -> tuple[int, int, int] | None:
        """Returns (chome, start, end) of the last one: after a correction the last one counts."""
        after, before = self.words["chome_after"], self.words["chome_before"]
        found = [
            (int(n.value), n.start, match.end()) for n in numbers if (match := after.match(text, n.end)) is not None
        ] or [
            (int(n.value), match.start(), n.end)
            for n in numbers
            if (match := before.search(text, 0, n.start)) is not None
        ]
        for value, words in self.chome_words.items():
            found += [(value, match.start(), match.end()) for match in words.finditer(text)]
        found = [one for one in found if 0 < one[0] <= _MOST_CHOME]
        return max(found, key=lambda one: one[2]) if found else None

    def _town(
        self,
        texts: tuple[str, str],
        numbers: list[Number],
        chome: tuple[int, int, int] | None,
        expecting: Expecting,
        *,
        guess: bool,
    ) -> Found | None:
        text, original = texts
        asked = expecting is Expecting.PLACE
        exact = [_without_number(text, one, numbers) for one in self.towns.exact(text)]
        believed = [one for one in exact if self._believed(text, original, one, numbers, asked=asked)]
        best = max(believed, key=lambda one: (self._numbered(text, one, numbers), self._rank(text, one)), default=None)
        mark = self._landmark(text, best)
        blanked = text[: mark[0]] + "|" * (mark[1] - mark[0]) + text[mark[1] :] if mark else text
        blanked = self.words["ignored"].sub(lambda match: "|" * len(match[0]), blanked)
        closed = best is not None and self._closed(blanked, best, numbers)
        if closed or not guess or expecting in (Expecting.NAME, Expecting.PHONE) or not (asked or chome):
            return best
        end = chome[1] if chome and chome[1] > 1 else len(text)
        similar = self.towns.similar(blanked, end, _ASKED if asked else _UNASKED)
        if best is None or (similar and similar.start <= best.start and best.end <= similar.end):
            # Minami hirookaachi: a long name with a slip explains more than the short name inside it
            return similar
        return replace(best, similar=True)

    def _closed(self, blanked: str, one: Found, numbers: list[Number]) -> bool:
        """Whether nothing unexplained stands beside a name: inside a longer word it may be half of another name."""
        before, after = blanked[: one.start].rstrip(_BESIDE), blanked[one.end :].lstrip(_BESIDE)
        at = len(blanked) - len(after)
        right = not after[:1].isalpha() or any(number.start == at for number in numbers)
        return not before[-1:].isalpha() and (right or self.words["follows"].match(blanked, one.end) is not None)

    def _rank(self, text: str, one: Found) -> tuple[bool, int, int]:
        """After a correction the last town, else the one said in full, then the longest."""
        corrected = self.words["fix"].search(text[: one.start]) is not None
        return corrected, one.start if corrected else 0, (one.end - one.start) + (2 if one.full else 0)

    def _believed(self, text: str, original: str, one: Found, numbers: list[Number], *, asked: bool) -> bool:
        """A name may be an ordinary word as well: then it needs a number, an address word or a question about it."""
        said = text[one.start : one.end]
        named = one.full or (one.start > 1 and original[one.start].isupper() and text[one.start - 2] not in ".!?")
        if self.words["denied_before"].search(text, 0, one.start) or self.words["denied_after"].match(text, one.end):
            return False
        if self.words["not_towns"].fullmatch(said) and not self._numbered(text, one, numbers):
            return False
        around = self._numbered(text, one, numbers) or self.words["follows"].match(text, one.end) is not None
        if asked or around or self.words["leads"].search(text[: one.start]):
            return True
        return named and len(said) >= (3 if _HAN.search(said) else _SHORT)

    def _numbered(self, text: str, one: Found, numbers: list[Number]) -> bool:
        return any(
            (one.end <= number.start <= one.end + 2 and not text[one.end : number.start].strip(" ,-"))
            or (self.digits.form == "words" and 0 < one.start - number.end <= 2 and text[number.start].isdigit())
            or (one.end <= number.start and self.words["lot_skip"].fullmatch(text, one.end, number.start) is not None)
            for number in numbers
            if number.sure or self.words["chome_after"].match(text, number.end)
        )

    def _other_city(self, text: str) -> tuple[str, int, int] | None:
        for name, words in self.out_of_city.items():
            if match := words.search(text):
                return name, match.start(), match.end()
        return None

    def _landmark(self, text: str, town: Found | None) -> tuple[int, int] | None:
        """Returns (start, end) of a landmark that is no part of the town's name."""
        for match in self.words["landmark"].finditer(text):
            if town is None or match.end() <= town.start or match.start() >= town.end or match.end() > town.end:
                return match.span()
        return None

    def _mark(
        self, text: str, town: Found | None, chome: tuple[int, int, int] | None, *, asked: bool
    ) -> tuple[int, int] | None:
        """Returns (start, end) of the landmark: one called by a common noun, or what has a word of where from it."""
        free = _blanked(text, chome[1:]) if chome else text
        mark = self._landmark(free, town)
        spot = self._spot(_blanked(free, (town.start, town.end)) if town else free) if town or asked else None
        if mark is None or spot is None:
            return mark or spot
        covers = spot[0] <= mark[0] and mark[1] <= spot[1]
        return spot if covers or not self.words["relation"].search(text, *mark) else mark

    def _spot(self, text: str) -> tuple[int, int] | None:
        for match in self.words["spot"].finditer(text):
            span = next(match.span(name) for name in ("spot", "spot2") if match[name])
            if not self.words["no_spot"].search(text, *span):
                return span
        return None

    def _related(self, text: str, mark: tuple[int, int]) -> bool:
        """Whether a word of where from stands in a landmark, or not far before it."""
        before = self.words["relation_before"].search(text[: mark[0]]) is not None
        return before or self.words["relation"].search(text, *mark) is not None

    def _named_after(self, text: str, town: Found, mark: tuple[int, int], numbers: list[Number]) -> bool:
        """Whether a name is but a part of a landmark's: Oyama Shrine, 兼六园."""
        within = mark[0] <= town.start and town.end <= mark[1]
        return within and not town.full and not self._numbered(text, town, numbers)


def _without_number(text: str, one: Found, numbers: list[Number]) -> Found:
    """와리다시마치 이십삼: 이 sounds like the end of the name, but begins a number."""
    inside = (n.start for n in numbers if n.sure and one.start < n.start < one.end < n.end)
    start = next((start for start in inside if text[start - 1] == " "), None)
    return one if start is None else replace(one, end=start - 1)


def _blanked(text: str, span: tuple[int, ...]) -> str:
    start, end = span
    return text[:start] + "," * (end - start) + text[end:]


def _plain(text: str) -> str:
    """Lower case and simplified characters, as many as in `text`."""
    lower = text.lower()
    return simplified(lower if len(lower) == len(text) else text)


def load_foreign_places(folder: Path, towns: Path) -> ForeignPlaces:
    """Reads places.yaml and phones.yaml (its numbers) of a language, and towns.json. Raises BadDataError."""
    path = folder / "places.yaml"
    data = read_mapping(path)
    chome, lot = (_table(path, data, key) for key in ("chome", "lot"))
    noun = _one(path, data, "noun")
    words = {
        key: _pattern(path, data, key)
        for key in (
            "units",
            "leads",
            "follows",
            "ignored",
            "not_towns",
            "fix",
            "relation",
            "relation_before",
            "alone",
            "no_spot",
        )
    }
    words |= {f"chome_{key}": _pattern(path, chome, key) for key in ("after", "before")}
    words |= {f"denied_{key}": _pattern(path, _table(path, data, "denied"), key) for key in ("before", "after")}
    words |= {
        f"lot_{key}": _pattern(path, lot, key)
        for key in ("skip", "joint", "close", "named", "tied", "called", "within")
    }
    # said in any of several ways -> as the land register writes it
    letters = {said: str(letter) for letter, ways in _table(path, lot, "letters").items() for said in ways.split("|")}
    tie = _one(path, lot, "letter")
    words["lot_letter"] = re.compile(tie.replace("{letters}", "|".join(sorted(letters, key=len, reverse=True))))
    landmarks = tuple(one.replace("{noun}", noun) for one in strings(path, data, "landmark"))
    words["landmark"] = pattern(path, "landmark", landmarks)
    words["spot"] = pattern(path, "spot", strings(path, data, "spot"))
    names, digits = load_foreign_towns(towns), load_digit_words(folder / "phones.yaml")
    return ForeignPlaces(
        towns=names,
        digits=digits,
        lots=ForeignLots(digits, words, names.chome, letters, lot.get("instead") or {}),
        words=words,
        chome_words={int(value): re.compile(one) for value, one in (chome.get("words") or {}).items()},
        out_of_city={
            name: pattern(path, name, (str(words_of),)) for name, words_of in _table(path, data, "out_of_city").items()
        },
    )


def _table(path: Path, data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = data.get(key)
    if not isinstance(table, dict):
        raise BadDataError(path, key, "must be a mapping")
    return table


def _one(path: Path, data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str):
        raise BadDataError(path, key, "must be one regular expression")
    return value


def _pattern(path: Path, data: Mapping[str, Any], key: str) -> re.Pattern[str]:
    return pattern(path, key, (_one(path, data, key),))
