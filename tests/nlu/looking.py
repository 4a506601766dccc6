"""Places looked for by themselves, without the rest of understanding."""

from __future__ import annotations

from functools import cache

from nlu.meaning import Expecting, Place
from nlu.normalise import normalise, without_fillers
from nlu.organizations import Organizations, load_organizations
from nlu.place import Places, load_places
from nlu.reading import reading
from nlu.source import DATA_DIR


@cache
def places() -> Places:
    return load_places(DATA_DIR / "ja")


@cache
def organizations() -> Organizations:
    return load_organizations(DATA_DIR / "ja")


def place(text: str, expecting: Expecting = Expecting.PLACE, *, guess: bool = True) -> Place | None:
    """The place in a caller's words."""
    clean = without_fillers(normalise(text))
    return places().find(clean, reading(clean), expecting, guess=guess)


def organization(text: str) -> str | None:
    """Who calls, in an official capacity."""
    clean = without_fillers(normalise(text))
    return organizations().find(clean, reading(clean))
