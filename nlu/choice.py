"""Which of two things on offer a caller means: the first, the second or neither, in any of the four languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlu.meaning import Pick
from nlu.source import BadDataError, pattern, read_mapping, sound_pattern, strings

_WHOLE, _WITHIN = "whole", "within"


@dataclass(frozen=True, slots=True)
class Picked:
    """`whole` is True when nothing else was said: there is no further content to understand."""

    pick: Pick | None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Picks:
    """How each pick sounds: as the whole utterance, and anywhere in one. Build with `load_picks`."""

    whole: tuple[tuple[Pick, re.Pattern[str]], ...]
    within: tuple[tuple[Pick, re.Pattern[str]], ...]

    def find(self, plain: str) -> Picked:
        """Returns what `nlu.acts.plain_of` a reply picks. Of two named the later one: callers correct themselves.

        Pure; never raises.
        """
        for pick, alone in self.whole:
            if alone.fullmatch(plain):
                return Picked(pick, whole=True)
        named = [(match.start(), pick) for pick, words in self.within for match in words.finditer(plain)]
        if any(pick is Pick.NEITHER for _, pick in named):
            return Picked(Pick.NEITHER)
        return Picked(max(named)[1]) if named else Picked(None)


def load_picks(path: Path, language: str) -> Picks:
    """Reads choices.yaml. Raises BadDataError."""
    data = read_mapping(path)
    openers, tails = (strings(path, data, key) for key in ("openers", "tails"))
    join = sound_pattern if language == "ja" else pattern
    around = tuple(f"(?:{'|'.join(words)})*" for words in (openers, tails))
    whole, within = [], []
    for pick in (Pick.NEITHER, Pick.FIRST, Pick.SECOND):
        rows = _rows(path, data, pick)
        alone = tuple(f"{around[0]}(?:{item}){around[1]}" for item in strings(path, rows, _WHOLE))
        whole.append((pick, join(path, f"{pick}.{_WHOLE}", alone)))
        within.append((pick, join(path, f"{pick}.{_WITHIN}", strings(path, rows, _WITHIN))))
    return Picks(tuple(whole), tuple(within))


def _rows(path: Path, data: dict[str, Any], pick: Pick) -> dict[str, Any]:
    rows = data.get(pick)
    if not isinstance(rows, dict) or set(rows) != {_WHOLE, _WITHIN}:
        raise BadDataError(path, pick, f"must be a mapping with {_WHOLE} and {_WITHIN}")
    return rows
