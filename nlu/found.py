"""What was found of a place in one utterance, before it becomes a Place: shared by sight and hearing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from nlu.address import Lot
from nlu.gazetteer import Gazetteer
from nlu.landmarks import Landmark

MOST_CANDIDATES = 4


@dataclass(frozen=True, slots=True)
class FoundTown:
    """A town at [start, end) of the text (of the kana where it was heard); `end` None where only its sound is known.

    `certain` with no `candidates`, or else those that may be meant, the likeliest first, the town included.
    """

    name: str
    start: int
    end: int | None
    certain: bool
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """`city`: another municipality, None for Kanazawa."""

    town: FoundTown | None = None
    chome: int | None = None
    lot: Lot | None = None
    landmark: str | None = None
    city: str | None = None


def among(gazetteer: Gazetteer, names: Iterable[str], *, has_chome: bool) -> tuple[str, ...]:
    """Returns the towns that may be meant, once each; where a chome was said, those that have one, if any has."""
    once = tuple(dict.fromkeys(names))
    if has_chome:
        once = tuple(name for name in once if gazetteer.towns[name].chome) or once
    return once[:MOST_CANDIDATES]


def best_landmark(found: Sequence[Landmark], after: int = 0) -> str | None:
    """Those known by name before others, but for rivers and roads, which are long; those with where from them; those
    behind `after`; the first."""
    ranked = sorted(found, key=lambda one: (one.wide, not one.known, not one.placed, one.start < after, one.start))
    return ranked[0].text.strip(" 、。のノ") or None if ranked else None


def joined(found: Sequence[Landmark], text: str) -> list[Landmark]:
    """Landmarks with a の between them are one: 金沢港のクルーズターミナル, 犀川の桜橋."""
    result: list[Landmark] = []
    for one in sorted(found, key=lambda one: one.start):
        before = result[-1] if result else None
        if before and text[before.end : one.start] in ("の", "ノ"):
            both = f"{before.text}の{one.text}"
            wide, placed = before.wide and one.wide, one.placed
            result[-1] = Landmark(both, before.start, one.end, known=True, wide=wide, placed=placed)
        else:
            result.append(one)
    return result


def longest(found: Sequence[Landmark]) -> list[Landmark]:
    """Of landmarks that overlap the one that tells most: お寺の石垣の前 rather than お寺; known by name if one is."""
    result: list[Landmark] = []
    for one in sorted(found, key=lambda one: (-len(one.text), one.start)):
        end = one.start + len(one.text)
        over = next(
            (i for i, other in enumerate(result) if one.start < other.start + len(other.text) and other.start < end),
            None,
        )
        if over is None:
            result.append(one)
        elif one.known and not result[over].known:
            result[over] = replace(result[over], known=True, wide=False)
    return result


def blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Returns `text` with pauses in place of these stretches."""
    for start, end in spans:
        text = text[:start] + "、" * (end - start) + text[end:]
    return text
