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
_LONGEST = 9  # characters of a town
_SLIPS_BY_LENGTH = ((4, 2), (3, 1))  # kana of a town, and the slips of length it may have


@dataclass(frozen=True, slots=True)
class Homophone:
    """`town` by the sound of text[start:end]. `key` is its reading; `slips`: kana in which the best reading differs, a
    half for each where only the voice does; `alike`: characters that stand in its name too.
    """

    town: str
    kind: Kind
    key: str
    start: int
    end: int
    slips: float
    alike: int


class Homophones:
    """All towns by their coarse readings, and the readings of kanji. Build it once; pure."""

    def __init__(self, said: Iterable[Said], kanji: Mapping[str, tuple[str, ...]]) -> None:
        self._kanji = kanji
        self._ends: defaultdict[str, list[Said]] = defaultdict(list)
        for one in said:
            self._ends[coarse(one.key)].append(one)
        self._ways = frozenset(key[:size] for key in self._ends for size in range(1, len(key) + 1))

    def at(self, text: str, start: int) -> list[Homophone]:
        """Returns every town that text[start:] may begin with by its sound, the longest and likest first."""
        found: dict[tuple[str, Kind, int], Homophone] = {}
        ways: dict[str, str] = {"": ""}  # coarse reading so far → as it was read
        for end in range(start, min(len(text), start + _LONGEST)):
            following: dict[str, str] = {}
            for so_far, read in ways.items():
                for reading in self._readings(text[end]):
                    rough = so_far + _joined(read[-1:], reading)
                    if rough in self._ways and len(following) < _MOST_WAYS:
                        following.setdefault(rough, read + reading)
            ways = following
            for so_far, read in ways.items():
                for one in self._ends.get(so_far, ()):
                    self._note(found, one, read, text[start : end + 1], start)
            if not ways:
                break
        return sorted(found.values(), key=lambda one: (-one.end, one.slips, -one.alike, one.kind is not Kind.OFFICIAL))

    def _readings(self, char: str) -> Iterable[str]:
        kana = to_katakana(char)
        return (kana,) if "ァ" <= kana <= "ー" else self._kanji.get(char, ())

    @staticmethod
    def _note(found: dict[tuple[str, Kind, int], Homophone], one: Said, read: str, written: str, start: int) -> None:
        said = canonical(read)
        slips = Levenshtein.distance(unvoiced(said), unvoiced(one.key))
        if slips > next((most for size, most in _SLIPS_BY_LENGTH if len(one.key) >= size), 0):
            return
        voice = 0.5 * sum(a != b for a, b in zip(said, one.key, strict=False)) if len(said) == len(one.key) else 0.0
        alike = sum(char in one.town for char in written)
        key = one.town, one.kind, start + len(written)
        homophone = Homophone(one.town, one.kind, one.key, start, start + len(written), slips + voice, alike)
        if key not in found or homophone.slips < found[key].slips:
            found[key] = homophone


@lru_cache(maxsize=4096)
def _joined(before: str, reading: str) -> str:
    """Returns the coarse form of `reading` after the kana `before`: a vowel that only lengthens it is dropped."""
    return coarse(before + reading)[len(coarse(before)) :]
