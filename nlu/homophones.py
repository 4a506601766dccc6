"""Towns written with other characters of the same sound: 泉の出町, 北安恵; every kanji by each of its readings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from nlu.gazetteer import Kind, Said
from nlu.kanji import coarse
from nlu.reading import canonical, to_katakana, unvoiced

_MOST_WAYS = 24  # readings of a stretch that are followed at a time
_LONGEST = 13  # characters of a town
_SLIPS_BY_LENGTH = ((4, 2), (3, 1))  # kana of a town, and the slips of length it may have


@dataclass(frozen=True, slots=True)
class Homophone:
    """`town` by the sound of text[start:end]. `key` is its reading; `slips`: kana in which the best reading differs, a
    half for each where only the voice does; `alike`: characters that stand in its name too; `last`: the last one.
    """

    town: str
    kind: Kind
    key: str
    start: int
    end: int
    slips: float
    alike: int
    last: str


class Homophones:
    """All towns by their coarse readings, and the readings of kanji. Build it once; pure."""

    def __init__(self, said: Iterable[Said], kanji: Mapping[str, tuple[str, ...]]) -> None:
        self._kanji = kanji
        self._ends: defaultdict[str, list[Said]] = defaultdict(list)
        # what only a whole name is read like: 主計, 折違
        self._wholes: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for one in said:
            self._ends[coarse(one.key)].append(one)
            if one.kind is Kind.STEM:
                self._wholes[one.town[0]].append((one.town[:-1], one.key))
        self._ways = frozenset(key[:size] for key in self._ends for size in range(1, len(key) + 1))

    def at(self, text: str, start: int) -> list[Homophone]:
        """Returns every town that text[start:] may begin with by its sound, the longest and likest first."""
        found: dict[tuple[str, Kind, int], Homophone] = {}
        last = min(len(text), start + _LONGEST)
        # at each position: coarse reading so far → as it was read
        ways: dict[int, dict[str, str]] = {start: {"": ""}}
        for at in range(start, last):
            for so_far, read in ways.get(at, {}).items():
                for size, reading in self._readings(text, at):
                    rough = so_far + _joined(read[-1:], reading)
                    there = ways.setdefault(at + size, {})
                    if rough in self._ways and len(there) < _MOST_WAYS:
                        there.setdefault(rough, read + reading)
            for so_far, read in ways.get(at + 1, {}).items():
                for one in self._ends.get(so_far, ()):
                    self._note(found, one, read, text[start : at + 1], start)
        return sorted(found.values(), key=lambda one: (-one.end, one.slips, -one.alike, one.kind is not Kind.OFFICIAL))

    def _readings(self, text: str, at: int) -> Iterable[tuple[int, str]]:
        """How the text may go on at a position: (characters, kana)."""
        kana = to_katakana(text[at])
        if "ァ" <= kana <= "ー":
            yield 1, kana
            return
        yield from ((1, reading) for reading in self._kanji.get(text[at], ()))
        yield from ((len(whole), key) for whole, key in self._wholes.get(text[at], ()) if text.startswith(whole, at))

    @staticmethod
    def _note(found: dict[tuple[str, Kind, int], Homophone], one: Said, read: str, written: str, start: int) -> None:
        said = canonical(read)
        slips = Levenshtein.distance(unvoiced(said), unvoiced(one.key))
        if slips > next((most for size, most in _SLIPS_BY_LENGTH if len(one.key) >= size), 0):
            return
        voice = 0.5 * sum(a != b for a, b in zip(said, one.key, strict=False)) if len(said) == len(one.key) else 0.0
        alike = sum(char in one.town for char in written)
        key = one.town, one.kind, start + len(written)
        homophone = Homophone(
            one.town, one.kind, one.key, start, start + len(written), slips + voice, alike, written[-1]
        )
        if key not in found or homophone.slips < found[key].slips:
            found[key] = homophone


@lru_cache(maxsize=4096)
def _joined(before: str, reading: str) -> str:
    """Returns the coarse form of `reading` after the kana `before`: a vowel that only lengthens it is dropped."""
    return coarse(before + reading)[len(coarse(before)) :]
