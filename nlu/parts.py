"""The parts of an utterance: several matters said in one breath are judged each for itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from nlu.normalise import MAX_CHARS
from nlu.reading import canonical, reading, to_katakana
from nlu.source import BadDataError, pattern, read_mapping, strings

_MAX_PARTS = 40
_SHORTEST = 8  # kana; less is no matter of its own
_END = re.compile(r"[。!?]+")
_PAUSE = re.compile(r"[、,]+")


@dataclass(frozen=True, slots=True)
class Part:
    """`text` as recognised and its canonical reading. A `clause` ends at a mere comma: it has lost its context."""

    text: str
    sound: str
    clause: bool


@dataclass(frozen=True, slots=True)
class Cuts:
    """`turn`: words that open another matter; `follow`: words after which one may begin. Both in katakana."""

    turn: re.Pattern[str]
    follow: re.Pattern[str]

    def parts(self, text: str) -> list[Part]:
        """Returns the parts of normalised `text`, the whole excepted: sentences and matters, then clauses."""
        whole = text[:MAX_CHARS]
        matters = [piece for sentence in _END.split(whole) for piece in self._matters(sentence)]
        clauses = [piece for matter in matters for piece in self._clauses(matter)]
        found: dict[str, Part] = {}
        for pieces, clause in ((matters, False), (clauses, True)):
            for piece in pieces:
                if piece != whole and piece not in found and len(found) < _MAX_PARTS:
                    found[piece] = Part(piece, canonical(reading(piece)), clause)
        return [part for part in found.values() if len(part.sound) >= _SHORTEST]

    def _matters(self, sentence: str) -> list[str]:
        # katakana has as many characters as what it stands for, so places in the one are places in the other
        return _sliced(sentence, [match.start() for match in self.turn.finditer(to_katakana(sentence))])

    def _clauses(self, matter: str) -> list[str]:
        return [
            piece
            for clause in _PAUSE.split(matter)
            for piece in _sliced(clause, [match.end() for match in self.follow.finditer(to_katakana(clause))])
        ]


def _sliced(text: str, at: list[int]) -> list[str]:
    bounds = [0, *at, len(text)]
    pieces = (text[start:end].strip(" 、,") for start, end in pairwise(bounds))
    return [piece for piece in pieces if piece]


def load_cuts(path: Path) -> Cuts:
    """Reads `parts` of urgency.yaml. Raises BadDataError."""
    table = read_mapping(path).get("parts")
    if not isinstance(table, dict):
        raise BadDataError(path, "parts", "must be a mapping with turn and follow")
    return Cuts(*(pattern(path, f"parts.{key}", strings(path, table, key)) for key in ("turn", "follow")))
