"""Where: town, chome, lot, landmark, or another municipality, as far as it was said."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from nlu.address import FILE as ADDRESSES
from nlu.address import load_addresses
from nlu.found import Findings
from nlu.gazetteer import Gazetteer, Kind, load_gazetteer
from nlu.hearing import Hearing
from nlu.homophones import Homophones
from nlu.kanji import FILE as KANJI
from nlu.kanji import load_kanji
from nlu.landmarks import FILE as LANDMARKS
from nlu.landmarks import load_landmarks
from nlu.meaning import Expecting, Place
from nlu.mentions import build_mentions, load_evidence
from nlu.neighbours import FILE as NEIGHBOURS
from nlu.neighbours import load_neighbours
from nlu.sight import Sight
from nlu.slips import FILE as SLIPS
from nlu.slips import load_slips
from nlu.source import pattern, read_mapping, strings
from nlu.words import load_words

_KANA_ONLY = re.compile(r"[ぁ-ゖァ-ヺー・、。,.!?\s]*")
_SAID = 60  # characters kept for the operator's eye


@dataclass(frozen=True, slots=True)
class Places:
    """The gazetteer, what lies around, and the words of addresses. Build with `load_places`."""

    gazetteer: Gazetteer
    hearing: Hearing
    sight: Sight
    lot_named: re.Pattern[str]

    def find(self, text: str, kana: str, expecting: Expecting, *, guess: bool = True) -> Place | None:
        """Returns the place in normalised `text` whose reading is `kana`; None when none was said.

        `guess`: whether a town may be found by similar sound; not where the caller said something else altogether.
        """
        # in an answer to yes/no, a number is a lot only where it is called one
        corrected = expecting is Expecting.YES_NO and bool(self.lot_named.search(text))
        lot_asked = expecting is Expecting.PLACE or corrected
        if _KANA_ONLY.fullmatch(text):
            found = self.hearing.listen(kana, expecting, guess=guess, lot_asked=lot_asked)
        else:
            found = self.sight.look(text, kana, expecting, guess=guess, lot_asked=lot_asked)
        return self._place(text, found)

    def _place(self, text: str, found: Findings) -> Place | None:
        if not any((found.town, found.chome, found.lot, found.landmark, found.city)):
            return None
        town = self.gazetteer.towns[found.town.name] if found.town else None
        chome, lot, number = found.chome, str(found.lot) if found.lot else None, found.lot
        if town and town.chome and chome is None and number and number.begins_with_chome:
            # 平和町1-8-16: of three numbers the first is the chome
            chome, lot = number.numbers[0], "-".join(str(value) for value in number.numbers[1:])
        return Place(
            said=text[:_SAID],
            town=town.name if town else None,
            town_yomi=town.yomi if town else None,
            chome=chome,
            banchi=lot,
            landmark=found.landmark,
            out_of_city=None if town else found.city,
            certain=found.town.certain if found.town else True,
            candidates=found.town.candidates if found.town else (),
        )


def load_places(folder: Path) -> Places:
    """Reads places.yaml, towns.json and what belongs to them. Raises BadDataError."""
    path = folder / "places.yaml"
    data = read_mapping(path)
    gazetteer = load_gazetteer(folder / "towns.json", path, data)
    words, evidence = load_words(path, data, gazetteer.towns), load_evidence(path, data)
    landmarks, neighbours = load_landmarks(folder / LANDMARKS), load_neighbours(folder / NEIGHBOURS)
    written, heard = load_addresses(folder / ADDRESSES)
    mentions = build_mentions(
        gazetteer, landmarks, neighbours, load_slips(folder / SLIPS), heard, evidence, words.words
    )
    hearing = Hearing(mentions, heard, gazetteer, landmarks, neighbours, _own_names(gazetteer), words)
    homophones = Homophones(gazetteer.said, load_kanji(folder / KANJI))
    return Places(
        gazetteer=gazetteer,
        hearing=hearing,
        sight=Sight(gazetteer, landmarks, neighbours, homophones, hearing, written, words),
        lot_named=pattern(path, "lot_named", strings(path, data, "lot_named")),
    )


def _own_names(gazetteer: Gazetteer) -> dict[str, str]:
    """Reading → writing of towns with and without their 町, for what is named after them: イズミノ → 泉野."""
    names: dict[str, str] = {}
    for said in gazetteer.said:
        if said.kind in (Kind.OFFICIAL, Kind.STEM):
            names.setdefault(said.key, said.town if said.kind is Kind.OFFICIAL else said.town[:-1])
    return names
