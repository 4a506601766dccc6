"""Everything that has a reading, spotted in kana: towns, landmarks, municipalities; against ordinary speech."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from nlu.address import Chome, Grammar
from nlu.gazetteer import Gazetteer, Kind
from nlu.landmarks import Landmarks
from nlu.neighbours import Neighbours
from nlu.reading import canonical
from nlu.slips import Floats, Slips
from nlu.source import BadDataError, pattern, strings
from nlu.spotting import Heard, Spotted, Spotter

_LISTENED = 120  # kana at each end of an utterance
_BEFORE_NUMBER = 20  # kana before a chome in which a town is looked for, and behind it its lot
_LAST = 4  # chome of a very long utterance that are looked at
_MOST = 7  # names that are looked at of all that were spotted
_RIVALS = 3.0  # bits: names that miss the threshold by less may still be rivals


class What(StrEnum):
    TOWN = "town"
    CITY = "city"
    LANDMARK = "landmark"
    NOUN = "noun"
    WITHIN = "within"  # Kanazawa itself


@dataclass(frozen=True, slots=True)
class Name:
    """Something with a reading. `name` is the town, the municipality or the landmark; `bits` speak for it unheard.

    `official` is False for a town said otherwise and for a part of a municipality, `stem` True for a town without its
    町; `landmark`: a building in another municipality.
    """

    what: What
    name: str
    key: str
    bits: float
    official: bool = True
    stem: bool = False
    landmark: str = ""

    @property
    def said(self) -> str:
        """As a landmark is written."""
        return self.landmark or self.name


@dataclass(frozen=True, slots=True)
class Mention:
    """`name` heard at [start, end) with `bits` for it. `sure`: to the letter, and no rival near.

    `towns`: those that may be meant, the likeliest first.
    """

    name: Name
    start: int
    end: int
    bits: float
    sure: bool
    exact: bool
    towns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Bits of places.yaml `evidence`, and the words that begin and end a name."""

    prior: Mapping[str, float]
    begins: Mapping[str, float]
    ends: Mapping[str, float]
    least: Mapping[str, float]
    lead: re.Pattern[str]
    particle: re.Pattern[str]
    end: re.Pattern[str]
    whole: re.Pattern[str]
    person: re.Pattern[str]
    polite: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Mentions:
    """All names, ready to be spotted. Build with `build_mentions`; pure."""

    names: tuple[Name, ...]
    spotter: Spotter
    prior: Floats
    evidence: Evidence
    numbers: Grammar
    gazetteer: Gazetteer

    def spotted(self, kana: str, chomes: Sequence[Chome], at_least: float, *, asked: bool) -> list[Mention]:
        """Returns what was heard in `kana`, in order, nothing twice at one place; slips forgiven.

        `asked`: where it was asked for a place, a reply may be nothing but a name.
        """
        kana = _shortened(kana, chomes)
        quiet = self.evidence.polite.sub(lambda match: "。" * len(match[0]), kana)
        for chome in chomes:
            quiet = quiet[: chome.start] + "。" * (chome.end - chome.start) + quiet[chome.end :]
        heard = Heard(quiet, self.spotter.slips)
        enter, leave = self._begins(kana), self._ends(kana, chomes)
        raw = self.spotter.spot(heard, enter, leave, self.prior, at_least - _RIVALS, _MOST)
        if asked:
            raw = [self._as_reply(one, kana, enter) for one in raw]
        weighed = sorted((self._with_number(one, chomes) for one in raw), key=lambda one: -one.bits)
        found: list[Mention] = []
        for one in weighed:
            if one.bits < at_least or any(one.start < other.end and other.start < one.end for other in found):
                continue
            rivals = [other for other in weighed if other.start < one.end and one.start < other.end]
            found.append(self._mention(one, rivals))
        return sorted(found, key=lambda mention: mention.start)

    def _mention(self, one: Spotted, rivals: list[Spotted]) -> Mention:
        name, bits = self.names[one.word], self.evidence.prior
        close = [other for other in rivals if one.bits - other.bits <= bits["rival"]]
        towns = [self.names[other.word].name for other in close if self.names[other.word].what is What.TOWN]
        best_other = max((other.bits for other in rivals if self.names[other.word].name != name.name), default=0.0)
        sure = one.exact and name.official and one.bits - max(best_other, 0.0) >= bits["sure"]
        own = [name.name] if name.what is What.TOWN else []
        return Mention(name, one.start, one.end, one.bits, sure, one.exact, tuple(dict.fromkeys(own + towns)))

    def _as_reply(self, one: Spotted, kana: str, enter: Floats) -> Spotted:
        """A name to the letter that is the whole reply is meant, however short: ミンマデス."""
        begins = enter[one.start] >= self.evidence.begins["lead"]
        alone = one.exact and begins and self.evidence.whole.match(kana, one.end)
        return replace(one, bits=one.bits + self.evidence.ends["whole"]) if alone else one

    def _with_number(self, one: Spotted, chomes: Sequence[Chome]) -> Spotted:
        """A chome right behind speaks against what has none: landmarks, municipalities, some towns."""
        name = self.names[one.word]
        divided = name.what is What.TOWN and self.gazetteer.towns[name.name].chome
        if divided or not any(one.end <= chome.start <= one.end + 1 for chome in chomes):
            return one
        against = self.evidence.prior["no_chome"] if name.what is What.TOWN else -2 * self.evidence.ends["chome"]
        return replace(one, bits=one.bits + against)

    def _begins(self, kana: str) -> Floats:
        bits = self.evidence.begins
        enter = np.full(len(kana) + 1, bits["elsewhere"], dtype=np.float32)
        for words, key in ((self.evidence.particle, "particle"), (self.evidence.lead, "lead")):
            for match in words.finditer(kana):
                enter[match.end()] = bits[key]
        enter[0] = bits["start"]
        return enter

    def _ends(self, kana: str, chomes: Sequence[Chome]) -> Floats:
        bits = self.evidence.ends
        leave = np.full(len(kana) + 1, bits["elsewhere"], dtype=np.float32)
        for match in self.evidence.end.finditer(kana):
            leave[match.start()] = bits["word"]
        leave[len(kana)] = bits["word"]
        for match in self.evidence.person.finditer(kana):
            leave[match.start()] = bits["person"]
        for at in self.numbers.lot_places(kana):
            leave[at] = bits["lot"]  # タカオサンジューニ: a number, whatever else it begins like
        for chome in chomes:
            joined = kana[chome.start - 1 : chome.start] in ("ノ", "ー", "、")
            leave[chome.start - joined : chome.start + 1] = bits["chome"]
        return leave


def _shortened(kana: str, chomes: Sequence[Chome]) -> str:
    """`kana`, the middle of a very long one silent but for its last numbers: places are said at its ends or there."""
    if len(kana) <= 2 * _LISTENED:
        return kana
    spans = [(0, _LISTENED), (len(kana) - _LISTENED, len(kana))]
    spans += [(max(0, chome.start - _BEFORE_NUMBER), chome.end + _BEFORE_NUMBER) for chome in chomes[-_LAST:]]
    kept = ["。"] * len(kana)
    for start, end in spans:
        kept[start:end] = kana[start:end]
    return "".join(kept)


def build_mentions(
    gazetteer: Gazetteer,
    landmarks: Landmarks,
    neighbours: Neighbours,
    slips: Slips,
    numbers: Grammar,
    evidence: Evidence,
    words: frozenset[str],
) -> Mentions:
    """Returns everything that has a reading. `words`: towns without their 町 that are ordinary words or surnames."""
    names = [
        *_towns(gazetteer, evidence.prior, words),
        *_around(neighbours, evidence.prior),
        *_landmarks(landmarks, gazetteer, evidence.prior),
    ]
    return Mentions(
        names=tuple(names),
        spotter=Spotter([name.key for name in names], slips),
        prior=np.array([name.bits for name in names], dtype=np.float32),
        evidence=evidence,
        numbers=numbers,
        gazetteer=gazetteer,
    )


def _towns(gazetteer: Gazetteer, prior: Mapping[str, float], words: frozenset[str]) -> Iterable[Name]:
    taken = set(gazetteer.official.values())
    for said in gazetteer.said:
        official = said.kind is Kind.OFFICIAL
        bits = prior["town"] + (0.0 if official else prior[said.kind.value])
        if said.kind is Kind.STEM and said.town[:-1] in words:
            bits += prior["word"]
        if official or said.key not in taken:
            yield Name(What.TOWN, said.town, said.key, bits, official, said.kind is Kind.STEM)


def _around(neighbours: Neighbours, prior: Mapping[str, float]) -> Iterable[Name]:
    for key, name, part in neighbours.readings:
        building = name if name in neighbours.landmarks else ""
        bits = prior["part" if part else "municipality"]
        yield Name(What.CITY, neighbours.places[name], canonical(key), bits, not part, landmark=building)
    for key in neighbours.within:
        yield Name(What.WITHIN, key, canonical(key), prior["within"])


def _landmarks(landmarks: Landmarks, gazetteer: Gazetteer, prior: Mapping[str, float]) -> Iterable[Name]:
    known = {
        key: name for key, name in reversed(landmarks.names()) if not landmarks.is_crossing_of(name, gazetteer.towns)
    }
    for key, name in known.items():
        yield Name(What.LANDMARK, name, key, prior["landmark"])
    for key, name in landmarks.long_nouns():
        yield Name(What.NOUN, name, canonical(key), prior["noun"])


_BITS = {
    "begins": ("start", "lead", "particle", "elsewhere"),
    "ends": ("chome", "lot", "word", "elsewhere", "person", "whole"),
    "least": ("asked", "number", "otherwise", "placed", "city"),
}
_PRIOR = (
    "town", "other_suffix", "stem", "word", "loose", "landmark", "municipality", "part", "noun", "within", "no_chome",
    "sure", "rival",
)  # fmt: skip


def load_evidence(path: Path, data: Mapping[str, Any]) -> Evidence:
    """Returns the evidence of places.yaml (`data`, from `path`). Raises BadDataError."""
    table, person = data.get("evidence"), data.get("person")
    if not isinstance(table, dict) or not isinstance(person, dict):
        raise BadDataError(path, "evidence, person", "must be mappings; restore them")
    return Evidence(
        prior=_bits(path, "evidence", table, _PRIOR),
        begins=_bits(path, "evidence.begins", table.get("begins"), _BITS["begins"]),
        ends=_bits(path, "evidence.ends", table.get("ends"), _BITS["ends"]),
        least=_bits(path, "evidence.least", table.get("least"), _BITS["least"]),
        lead=pattern(path, "lead", strings(path, data, "lead")),
        particle=pattern(path, "particle", strings(path, data, "particle")),
        end=pattern(path, "end", strings(path, data, "end")),
        whole=pattern(path, "whole", strings(path, data, "whole")),
        person=pattern(path, "person.heard", strings(path, person, "heard")),
        polite=pattern(path, "polite", strings(path, data, "polite")),
    )


def _bits(path: Path, key: str, table: object, names: Sequence[str]) -> dict[str, float]:
    if not isinstance(table, dict) or not all(isinstance(table.get(name), (int, float)) for name in names):
        raise BadDataError(path, key, f"must give bits for {', '.join(names)}")
    return {name: float(table[name]) for name in names}
