"""How well places, telephone numbers and what callers do to the conversation are understood, on labelled replies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ivr.evaluation.labelled import BadRows, read_rows
from ivr.evaluation.proportion import Proportion, proportion
from nlu.meaning import Act, Expecting, Meaning, Place
from nlu.sounds import sound_of

Reply = Callable[[str, Expecting, str | None], Meaning]
"""Text, what was asked, and the language of the call to what it means."""

_PARTS = ("town", "chome", "banchi", "landmark", "out_of_city")
_TEXT = (str, type(None))


@dataclass(frozen=True, slots=True)
class PlaceFigures:
    """`whole`: town, chome, lot and other municipality all as said. `parts`: each by itself, of the rows that have it
    (and of those that have none, `invented`: one was given all the same). `sure`: of the towns that were certain,
    how many are right; `near`: right or among the candidates to be confirmed."""

    whole: Proportion
    town: Proportion
    near: Proportion
    sure: Proportion
    chome: Proportion
    banchi: Proportion
    landmark: Proportion
    landmark_invented: Proportion
    out_of_city: Proportion
    invented: Proportion
    wrong: tuple[tuple[dict[str, Any], Place | None], ...] = ()


def place_figures(rows: Sequence[dict[str, Any]], reply: Reply) -> PlaceFigures:
    """Judges rows of read_places."""
    seen = [(row, reply(row["text"], row["expecting"], row.get("lang")).slots.place) for row in rows]
    has = [(row, place) for row, place in seen if row["town"]]
    return PlaceFigures(
        whole=proportion(_same(row, place) for row, place in seen),
        town=proportion(place is not None and place.town == row["town"] for row, place in has),
        near=proportion(place is not None and row["town"] in (place.town, *place.candidates) for row, place in has),
        sure=proportion(
            place.town == row["town"] for row, place in seen if place is not None and place.town and place.certain
        ),
        chome=_part(seen, "chome"),
        banchi=_part(seen, "banchi"),
        landmark=proportion(
            place is not None and _holds(place.landmark, row["landmark"]) for row, place in seen if row["landmark"]
        ),
        landmark_invented=proportion(
            place is not None and bool(place.landmark) for row, place in seen if not row["landmark"]
        ),
        out_of_city=_part(seen, "out_of_city"),
        invented=proportion(place is not None and place.town is not None for row, place in seen if not row["town"]),
        wrong=tuple((row, place) for row, place in seen if not _same(row, place)),
    )


def _same(row: dict[str, Any], place: Place | None) -> bool:
    said = [getattr(place, name) if place else None for name in ("town", "chome", "banchi", "out_of_city")]
    return said == [row[name] for name in ("town", "chome", "banchi", "out_of_city")]


def _part(seen: Sequence[tuple[dict[str, Any], Place | None]], name: str) -> Proportion:
    return proportion(
        place is not None and getattr(place, name) == row[name] for row, place in seen if row[name] is not None
    )


def _holds(found: str | None, wanted: str) -> bool:
    """A landmark is the same when one phrase holds the other, by writing or by sound: 郵便局, 郵便局の前 and
    ユービンキョク send a crew to the same spot."""
    if found is None:
        return False
    sounds = sound_of(found, "ja"), sound_of(wanted, "ja")
    return any(one and (one in other or other in one) for one, other in ((found, wanted), sounds))


def read_places(path: Path) -> list[dict[str, Any]]:
    """Reads {"text", "expecting"?, "lang"?, "town", "chome", "banchi", "landmark", "out_of_city"} lines (null where it
    was not said). Raises BadRows."""
    rows = read_rows(path, {"text": str, "town": _TEXT, "chome": (int, type(None)), "banchi": _TEXT})
    return [
        {**dict.fromkeys(_PARTS), **row, "expecting": _expecting(path, row.get("expecting", "place"))} for row in rows
    ]


def phone_figures(
    rows: Sequence[dict[str, Any]], reply: Reply
) -> tuple[Proportion, tuple[tuple[dict[str, Any], str | None], ...]]:
    """Returns how many numbers are right to the digit (none where none was given), and the wrong ones."""
    seen = [(row, _digits(reply(row["text"], Expecting.PHONE, row.get("lang")))) for row in rows]
    return (
        proportion(found == row["digits"] for row, found in seen),
        tuple((row, found) for row, found in seen if found != row["digits"]),
    )


def _digits(meaning: Meaning) -> str | None:
    return meaning.slots.phone.digits if meaning.slots.phone and meaning.slots.phone.complete else None


def read_phones(path: Path) -> list[dict[str, Any]]:
    """Reads {"text", "digits" (null: none given), "lang"?} lines. Raises BadRows."""
    return read_rows(path, {"text": str, "digits": _TEXT})


def act_figures(rows: Sequence[tuple[Expecting, Act | None, str]], language: str, reply: Reply) -> Proportion:
    """Returns how many replies are understood as the act they are (or as none)."""
    return proportion(reply(text, expecting, language).act is act for expecting, act, text in rows)


def read_acts(path: Path) -> list[tuple[Expecting, Act | None, str]]:
    """Reads `expecting<TAB>act<TAB>text` lines; act "none" where the reply is an answer or a matter. Raises BadRows."""
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = line.split("\t")
        try:
            expecting, act, text = parts
            rows.append((Expecting(expecting), None if act == "none" else Act(act), text))
        except ValueError as error:
            raise BadRows(f"{path}: line {number}: needs expecting, act and text between tabs ({error})") from error
    return rows


def _expecting(path: Path, name: str) -> Expecting:
    try:
        return Expecting(name)
    except ValueError as error:
        raise BadRows(f"{path}: {error}; one of {', '.join(one.value for one in Expecting)}") from error
