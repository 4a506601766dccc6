"""The parts of an utterance: several matters said in one breath are judged each for itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from nlu.normalise import MAX_CHARS
from nlu.reading import to_katakana
from nlu.source import BadDataError, pattern, read_mapping, strings

_MOST = 6  # judged one by one, each costs some milliseconds; nobody has more matters in one breath
_END = re.compile(r"[。!?]+|[.](?=\s|$)")


@dataclass(frozen=True, slots=True)
class Cuts:
    """`turn`: words that open another matter, kana in them are katakana; `shortest`: letters, less is no matter."""

    turn: re.Pattern[str]
    shortest: int

    def parts(self, text: str) -> list[str]:
        """Returns the sentences and matters of normalised `text`, at most six; nothing when it is one matter."""
        whole = text[:MAX_CHARS]
        pieces = [piece for sentence in _END.split(whole) for piece in self._matters(sentence)]
        long = [piece for piece in dict.fromkeys(pieces) if piece != whole and len(piece) >= self.shortest]
        return long[:_MOST]

    def _matters(self, sentence: str) -> list[str]:
        # katakana has as many characters as what it stands for, so places in the one are places in the other
        at = [0, *(match.start() for match in self.turn.finditer(to_katakana(sentence))), len(sentence)]
        pieces = (sentence[start:end].strip(" 、,，") for start, end in pairwise(at))
        return [piece for piece in pieces if piece]


def load_cuts(path: Path) -> Cuts:
    """Reads `parts` of urgency.yaml. Raises BadDataError."""
    table = read_mapping(path).get("parts")
    if not isinstance(table, dict) or not isinstance(table.get("shortest"), int):
        raise BadDataError(path, "parts", "must be a mapping with turn and shortest (letters)")
    return Cuts(pattern(path, "parts.turn", strings(path, table, "turn")), table["shortest"])
