"""Who, where, when, which number: everything one reply says of itself, in any of the four languages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from nlu.dates import Dates, load_dates
from nlu.foreign_place import load_foreign_places
from nlu.meaning import Expecting, Phone, Place, Slots
from nlu.people import People, load_people
from nlu.phone import Phones, load_phones
from nlu.place import load_places
from nlu.spelling import simplified

JAPANESE = "ja"
_CHINESE = "zh"


class Places(Protocol):
    """Finds a place in a text and its reading; see `nlu.place.Places.find`."""

    def find(self, text: str, kana: str, expecting: Expecting, /, *, guess: bool = True) -> Place | None: ...


@dataclass(frozen=True, slots=True)
class SlotFinder:
    """All finders of one language. Build with `load_slot_finder`."""

    language: str
    places: Places
    people: People
    phones: Phones
    dates: Dates

    def find(self, text: str, reading: str, expecting: Expecting, *, guess: bool = True) -> Slots:
        """Returns what normalised `text`, which sounds like `reading`, says as a reply to what was asked.

        `reading`: katakana for Japanese; the other languages do not need it. `guess`: whether a town may be found by
        similar sound; not where the caller said something else altogether. Pure; never raises.
        """
        plain = simplified(text) if self.language == _CHINESE else text
        place = self.places.find(text, reading, expecting, guess=guess)
        organization = self.people.find_organization(plain, reading)
        if place and organization and place.landmark and organization in place.landmark:
            # the police station that calls is not where the water is
            place = replace(place, landmark=None)
        if place and not any((place.town, place.chome, place.banchi, place.landmark, place.out_of_city)):
            place = None
        return Slots(
            place=place,
            phone=self._phone(plain, expecting),
            name=self.people.find_name(plain, asked=expecting is Expecting.NAME),
            organization=organization,
            date=self.dates.find(text),
        )

    def _phone(self, text: str, expecting: Expecting) -> Phone | None:
        read_back = expecting is Expecting.YES_NO
        return self.phones.find(text, asked=read_back or expecting is Expecting.PHONE, read_back=read_back)


def load_slot_finder(data_dir: Path, language: str) -> SlotFinder:
    """Reads the slots' data of `language` ("ja", "en", "zh", "ko") below `data_dir`. Raises BadDataError.

    The towns come from ja/towns.json whatever the language: one gazetteer, whose names are spelt for each.
    """
    folder = data_dir / language
    japanese = language == JAPANESE
    places: Places = (
        load_places(folder) if japanese else load_foreign_places(folder, data_dir / JAPANESE / "towns.json")
    )
    return SlotFinder(
        language=language,
        places=places,
        people=load_people(folder / "people.yaml"),
        phones=load_phones(folder / "phones.yaml"),
        dates=load_dates(folder / "dates.yaml"),
    )
