"""Police, fire brigade and road managers that call: named in writing or by sound, in usual writing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process

from nlu.gazetteer import Kind, load_gazetteer
from nlu.landmarks import FILE as LANDMARKS
from nlu.landmarks import load_landmarks
from nlu.reading import canonical
from nlu.slips import FILE as SLIPS
from nlu.slips import load_slips
from nlu.source import BadDataError, pattern, read_mapping, strings
from nlu.spotting import Heard, Spotter

FILE = "organizations.yaml"
_KANA_ONLY = re.compile(r"[ァ-ヺー・、。,.!?\s]*")
_LISTENED = 80  # kana: who calls says so first
_NAMED_AFTER = 8  # kana of a place's name before 交番
_LAST_LOST = 2  # kana at the end of a name that a slip may lose
_ALIKE = 75.0  # of 100: how much a place's name before 交番 must sound like one
_KEYS = ("name", "start", "lead", "no", "elsewhere", "calling", "other", "not_calling", "least")


@dataclass(frozen=True, slots=True)
class Organizations:
    """Patterns and names of organizations.yaml. `places`: reading → writing of what a 交番 may be named after."""

    names: tuple[str, ...]
    spotter: Spotter
    places: Mapping[str, str]
    named_after: frozenset[str]
    written: re.Pattern[str]
    usual: Mapping[str, str]
    lead: re.Pattern[str]
    lead_heard: re.Pattern[str]
    not_calling: re.Pattern[str]
    not_calling_heard: re.Pattern[str]
    calling_heard: re.Pattern[str]
    bits: Mapping[str, float]

    def find(self, text: str, kana: str) -> str | None:
        """Returns the organization that normalised `text`, whose reading is `kana`, comes from by its own account."""
        for match in self.written.finditer(text):
            if not self.not_calling.match(text, match.end()):
                said = self.lead.sub("", match[0]) or match[0]
                return self.usual.get(said, said)
        return self._heard(kana[:_LISTENED]) if kana and _KANA_ONLY.fullmatch(text) else None

    def _heard(self, kana: str) -> str | None:
        enter = np.full(len(kana) + 1, self.bits["elsewhere"], dtype=np.float32)
        leave = np.full(len(kana) + 1, self.bits["other"], dtype=np.float32)
        for at, sign in enumerate(kana, start=1):
            enter[at] = self.bits["no"] if sign == "ノ" else enter[at]
        for match in self.lead_heard.finditer(kana):
            enter[match.end()] = self.bits["lead"]
        enter[0] = self.bits["start"]
        for at in range(len(kana), -1, -1):
            if self.not_calling_heard.match(kana, at):
                leave[max(0, at - _LAST_LOST) : at + 1] = self.bits["not_calling"]
            elif self.calling_heard.match(kana, at):
                leave[at] = self.bits["calling"]
        prior = np.full(len(self.names), self.bits["name"], dtype=np.float32)
        found = self.spotter.spot(Heard(kana, self.spotter.slips), enter, leave, prior, self.bits["least"], 1)
        return self._with_place(self.names[found[0].word], kana[: found[0].start]) if found else None

    def _with_place(self, name: str, before: str) -> str:
        """森本交番: with the place that it is named after, if one was said before it."""
        said = canonical(self.lead_heard.sub("", before))[-_NAMED_AFTER:]
        if name not in self.named_after or not said:
            return name
        best = process.extractOne(said, list(self.places), scorer=fuzz.ratio, score_cutoff=_ALIKE)
        return f"{self.places[best[0]]}{name}" if best else name


def load_organizations(folder: Path) -> Organizations:
    """Reads organizations.yaml, and the towns that 交番 are named after. Raises BadDataError."""
    path = folder / FILE
    data = read_mapping(path)
    names, usual, bits, kinds = (_table(path, data, key) for key in ("names", "usual", "evidence", "kinds"))
    if not all(isinstance(bits.get(key), (int, float)) for key in _KEYS):
        raise BadDataError(path, "evidence", f"must give bits for {', '.join(_KEYS)}")
    said = [(name, canonical(reading)) for name in names for reading in strings(path, names, name)]
    said += [(name, canonical(str(reading))) for name, reading in kinds.items()]
    lead, not_calling, calling = (_table(path, data, key) for key in ("lead", "not_calling", "calling"))

    def one(table: Mapping[str, Any], key: str) -> re.Pattern[str]:
        return pattern(path, key, strings(path, table, key))

    return Organizations(
        names=tuple(name for name, _ in said),
        spotter=Spotter([key for _, key in said], load_slips(folder / SLIPS)),
        places=_places(folder),
        named_after=frozenset(strings(path, data, "named_after")),
        written=pattern(path, "written", strings(path, data, "written")),
        usual={str(short): str(name) for short, name in usual.items()},
        lead=one(lead, "written"),
        lead_heard=one(lead, "heard"),
        not_calling=one(not_calling, "written"),
        not_calling_heard=one(not_calling, "heard"),
        calling_heard=one(calling, "heard"),
        bits={key: float(bits[key]) for key in _KEYS},
    )


def _places(folder: Path) -> dict[str, str]:
    """Reading → writing of towns without their 町, and of areas."""
    path = folder / "places.yaml"
    gazetteer = load_gazetteer(folder / "towns.json", path, read_mapping(path))
    places = {said.key: said.town[:-1] for said in gazetteer.said if said.kind is Kind.STEM}
    places |= {said.key: said.town for said in gazetteer.said if said.kind is Kind.OFFICIAL}
    return places | {canonical(said): name for name, said in load_landmarks(folder / LANDMARKS).areas.items()}


def _table(path: Path, data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = data.get(key)
    if not isinstance(table, dict) or not table:
        raise BadDataError(path, key, "must be a mapping; restore it")
    return table
