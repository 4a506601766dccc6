"""How often one kana is heard as another, and what ordinary speech sounds like: the figures of every search by sound.

Learnt from pairs of what was said and what a recogniser wrote: `python -m nlu.slips PAIRS.jsonl SENTENCES.txt`, pairs
as {"said": kana, "heard": kana}, sentences as people say them. Bits are base-2 logarithms of probabilities.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlu.reading import canonical, sound
from nlu.source import DATA_DIR, BadDataError

FILE = "slips.json"
KANA = (*(chr(code) for code in range(0x30A1, 0x30F7)), "ー")
"""Everything a canonical reading is written with; its number is its place here."""

NUMBER = {kana: index for index, kana in enumerate(KANA)}

Floats = npt.NDArray[np.float32]

_LOST, _ADDED, _EDGE = "lost", "added", "^"
_PRIOR = 30.0  # how many observations what phonetics says is worth
_OTHERS = 0.15  # share of recognisers and people that slip otherwise than the one that was measured
_VOICED = dict(zip("カキクケコサシスセソタチツテトハヒフヘホ", "ガギグゲゴザジズゼゾダジズデドバビブベボ", strict=True))
_KEPT = 0.93  # of a kana, before anything was observed
_LEAST = 1e-4
_ROUNDS = 3
_DOUBTFUL = 0.5  # edits per kana; such a pair is another sentence, and teaches nothing
_CONSONANTS = {
    "": "アイウエオァィゥェォ", "k": "カキクケコ", "g": "ガギグゲゴ", "s": "サシスセソ", "z": "ザジズゼゾ",
    "t": "タチツテト", "d": "ダヂヅデド", "n": "ナニヌネノ", "h": "ハヒフヘホ", "b": "バビブベボ", "p": "パピプペポ",
    "m": "マミムメモ", "r": "ラリルレロ", "y": "ヤユヨ", "w": "ワヰヱヲ", "j": "ャュョ",
}  # fmt: skip
_VOWELS = {3: "auo", 4: "aieo"}
_LIKE = (
    "kg",
    "sz",
    "td",
    "hb",
    "bp",
    "hp",
    "mn",
    "kt",
    "kh",
    "gd",
    "gb",
    "rd",
    "rn",
    "rg",
    "st",
    "sh",
    "mb",
    "w",
    "y",
    "tz",
    "nm",
)


@dataclass(frozen=True, slots=True)
class Slips:
    """`heard[a, b]`: bits of hearing b where a was said, identity included; `lost[a]`: of hearing nothing there;
    `added[b]`: of hearing b where nothing was said; `usual[a, b]`: of b after a in ordinary speech; row -1: first.
    """

    heard: Floats
    lost: Floats
    added: Floats
    usual: Floats


def load_slips(path: Path) -> Slips:
    """Reads slips.json. Raises BadDataError."""
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        size = len(KANA)
        heard, usual = np.full((size, size), _LEAST), np.full((size + 1, size), _LEAST)
        lost, added = np.full(size, _LEAST), np.full(size, _LEAST)
        for said, row in table["heard"].items():
            for other, share in row.items():
                if other == _LOST:
                    lost[NUMBER[said]] = share
                else:
                    heard[NUMBER[said], NUMBER[other]] = share
        for kana, share in table["added"].items():
            added[NUMBER[kana]] = share
        for before, row in table["usual"].items():
            for kana, share in row.items():
                usual[-1 if before == _EDGE else NUMBER[before], NUMBER[kana]] = share
    except OSError as error:
        raise BadDataError(path, "file", f"cannot be read ({error.strerror}); restore it") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        remedy = f"must be what `python -m nlu.slips` writes ({error!r}); restore it or learn it anew"
        raise BadDataError(path, "heard, added, usual", remedy) from error
    return Slips(*(np.log2(np.maximum(part, _LEAST)).astype(np.float32) for part in (heard, lost, added, usual)))


def learn(pairs: Iterable[tuple[str, str]], sentences: Iterable[str]) -> dict[str, object]:
    """Returns the content of slips.json. `pairs`: (said, heard) in canonical kana; `sentences`: canonical kana."""
    known = [(said, heard) for said, heard in pairs if said and heard]
    heard: dict[str, dict[str, float]] = _shares({})
    added = dict.fromkeys(KANA, 1e-3)
    for _ in range(_ROUNDS):
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        extra: Counter[str] = Counter()
        length = 0
        for said, written in known:
            steps = _aligned(said, written, heard, added)
            if sum(a != b for a, b in steps) > _DOUBTFUL * len(said):
                continue
            length += len(said)
            for a, b in steps:
                if a == _ADDED:
                    extra[b] += 1
                else:
                    counts[a][b] += 1
        heard = _shares(counts)
        added = {kana: (extra[kana] + (20 if kana == "ー" else 0.5)) / (length + 500) for kana in KANA}
    return {
        "heard": {a: _rounded(row) for a, row in heard.items()},
        "added": _rounded(added),
        "usual": {a: _rounded(row) for a, row in _usual(sentences).items()},
    }


def _rounded(row: Mapping[str, float]) -> dict[str, float]:
    return {key: float(f"{share:.3g}") for key, share in row.items() if share > _LEAST}


def _shares(counts: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, float]]:
    shares = {}
    for said in KANA:
        row, prior = counts.get(said, {}), _expected(said)
        total = sum(row.values()) + _PRIOR
        shares[said] = {
            b: (1 - _OTHERS) * (row.get(b, 0) + _PRIOR * share) / total + _OTHERS * share for b, share in prior.items()
        }
    return shares


@cache
def _expected(said: str) -> dict[str, float]:
    """What phonetics expects to be heard for a kana: mostly itself, else what is made at the same place or like it."""
    weights = {b: 0.3 ** _distance(said, b) for b in KANA if b != said}
    weights |= dict.fromkeys((b for a, b in _VOICED.items() if a == said), 4.0)
    weights |= dict.fromkeys((a for a, b in _VOICED.items() if b == said), 4.0)
    weights[_LOST] = 8.0 if said == "ー" else 1.0 if said in "ッンャュョイウ" else 0.3
    total = sum(weights.values())
    return {said: _KEPT, **{b: (1 - _KEPT) * weight / total for b, weight in weights.items()}}


def _distance(a: str, b: str) -> float:
    (c1, v1), (c2, v2) = _phonemes(a), _phonemes(b)
    if not v1 or not v2:
        return 3.0
    apart = 0.0 if c1 == c2 else 1.0 if any(c1 in pair and c2 in pair and c1 and c2 for pair in _LIKE) else 2.0
    return apart + (0.0 if v1 == v2 else 2.0)


def _phonemes(kana: str) -> tuple[str, str]:
    for consonant, row in _CONSONANTS.items():
        if kana in row:
            return consonant, _VOWELS.get(len(row), "aiueo")[row.index(kana) % 5]
    return kana, ""


def _aligned(
    said: str, heard: str, shares: Mapping[str, Mapping[str, float]], added: Mapping[str, float]
) -> list[tuple[str, str]]:
    """Returns the likeliest steps from `said` to `heard`: (kana, kana), (kana, "lost"), ("added", kana)."""
    cost = [[0.0] * (len(heard) + 1) for _ in range(len(said) + 1)]
    came = [[(0, 0)] * (len(heard) + 1) for _ in range(len(said) + 1)]
    for i in range(len(said) + 1):
        for j in range(len(heard) + 1):
            ways = []
            if i and j:
                ways.append((cost[i - 1][j - 1] - _log(shares[said[i - 1]].get(heard[j - 1], 0.0)), (1, 1)))
            if i:
                ways.append((cost[i - 1][j] - _log(shares[said[i - 1]][_LOST]), (1, 0)))
            if j:
                ways.append((cost[i][j - 1] - _log(added[heard[j - 1]]), (0, 1)))
            if ways:
                cost[i][j], came[i][j] = min(ways)
    steps, i, j = [], len(said), len(heard)
    while i or j:
        di, dj = came[i][j]
        steps.append((said[i - 1] if di else _ADDED, heard[j - 1] if dj else _LOST))
        i, j = i - di, j - dj
    return steps


def _log(share: float) -> float:
    return float(np.log2(max(share, _LEAST)))


def _usual(sentences: Iterable[str]) -> dict[str, dict[str, float]]:
    """Shares of the next kana, given the one before: what was counted, mixed with how common the kana is at all."""
    after: defaultdict[str, Counter[str]] = defaultdict(Counter)
    single: Counter[str] = Counter(dict.fromkeys(KANA, 1))
    for sentence in sentences:
        for before, kana in zip(_EDGE + sentence, sentence, strict=False):
            after[before][kana] += 1
            single[kana] += 1
    all_of_them = sum(single.values())
    table = {}
    for before in (*KANA, _EDGE):
        row = after[before]
        seen, kinds = sum(row.values()), len(row) + 1
        counted = {k: (row[k] + kinds * single[k] / all_of_them) / (seen + kinds) for k in KANA}
        # names are not ordinary speech: half by how common the kana is, so that a rare neighbour proves little
        table[before] = {k: 0.5 * counted[k] + 0.5 * single[k] / all_of_them for k in KANA}
    return table


def main(pairs_path: str, sentences_path: str) -> None:
    """Writes slips.json anew."""
    rows = [json.loads(line) for line in Path(pairs_path).read_text(encoding="utf-8").splitlines()]
    sentences = [sound(line) for line in Path(sentences_path).read_text(encoding="utf-8").splitlines()]
    table = learn([(canonical(row["said"]), canonical(row["heard"])) for row in rows], sentences)
    lines = [f'"{key}": {{\n' + _lines(part) + "\n}" for key, part in table.items()]
    (DATA_DIR / "ja" / FILE).write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _lines(part: object) -> str:
    rows = part.items() if isinstance(part, dict) else ()
    return ",\n".join(
        f"{json.dumps(key, ensure_ascii=False)}: {json.dumps(row, ensure_ascii=False)}" for key, row in rows
    )


if __name__ == "__main__":
    main(*sys.argv[1:3])
