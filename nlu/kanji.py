"""How each kanji may be read: learnt from the dictionary that pyopenjtalk ships, kept as far as towns need it.

`python -m nlu.kanji` writes kanji.json anew. A kanji alone tells its readings outright; a word of two is split where
both halves are read so in many other words (expectation maximisation), and a verb loses its okurigana.
"""

from __future__ import annotations

import json
import re
import struct
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from nlu.gazetteer import load_gazetteer
from nlu.reading import canonical, to_katakana, unvoiced
from nlu.source import DATA_DIR, BadDataError, read_mapping

FILE = "kanji.json"
_HEADER = struct.Struct(
    "<10I"
)  # MeCab's sys.dic: magic, version, type, lexsize, lsize, rsize, dsize, tsize, fsize, (unused)
_CHARSET_BYTES = 32
_BASE, _READING = 6, 8
_KANJI = re.compile("[一-鿿]")
_VERB = re.compile("([一-鿿])([ぁ-ん]+)")
_KANA = re.compile("[ァ-ヴー]+")
_SMALL = "ァィゥェォャュョッー"
_ROUNDS = 6
_LEAST_WORDS, _LEAST_SHARE = 1.5, 0.012  # what a reading must explain to be kept


def load_kanji(path: Path) -> dict[str, tuple[str, ...]]:
    """Reads kanji.json: kanji → its readings in katakana, the commonest first. Raises BadDataError."""
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        return {str(kanji): tuple(readings.split()) for kanji, readings in table.items()}
    except OSError as error:
        raise BadDataError(path, "file", f"cannot be read ({error.strerror}); restore it") from error
    except (ValueError, AttributeError) as error:
        raise BadDataError(path, "kanji", f"must be kanji: readings ({error!r}); run python -m nlu.kanji") from error


def coarse(kana: str) -> str:
    """Returns `kana` without what recognisers and rendaku change: length, doubling and voice."""
    return unvoiced(canonical(kana)).replace("ー", "").replace("ッ", "")


def learn(words: Iterable[tuple[str, str]], keys: Iterable[str]) -> dict[str, str]:
    """Returns kanji → readings, as far as they occur in `keys` (canonical). `words`: (written, katakana)."""
    single: defaultdict[str, set[str]] = defaultdict(set)
    pairs = []
    for base, reading in words:
        verb = _VERB.fullmatch(base)
        if verb and reading.endswith(to_katakana(verb[2])) and len(reading) > len(verb[2]):
            single[verb[1]].add(reading[: -len(verb[2])])
        elif len(base) == 1 and _KANJI.match(base):
            single[base].add(reading)
        elif len(base) == 2 and all(_KANJI.match(char) for char in base) and _halves(reading):
            pairs.append((base, reading))
    counts = _shared_out(pairs, single)
    totals: Counter[str] = Counter()
    for (kanji, _), count in counts.items():
        totals[kanji] += count  # type: ignore[assignment]  # shares of words
    everything = " ".join(coarse(key) for key in keys)
    table: defaultdict[str, list[str]] = defaultdict(list)
    for (kanji, reading), count in sorted(counts.items(), key=lambda item: -item[1]):
        known = reading in single[kanji] or (count >= _LEAST_WORDS and count / totals[kanji] >= _LEAST_SHARE)
        if known and coarse(reading) and coarse(reading) in everything:
            table[kanji].append(reading)
    return {kanji: " ".join(readings) for kanji, readings in sorted(table.items())}


def _halves(reading: str) -> list[tuple[str, str]]:
    return [(reading[:at], reading[at:]) for at in range(1, len(reading)) if reading[at] not in _SMALL]


def _shared_out(pairs: list[tuple[str, str]], single: dict[str, set[str]]) -> dict[tuple[str, str], float]:
    """How many words speak for each reading of each kanji: every word is shared out among its ways to be split."""
    counts: dict[tuple[str, str], float] = {(kanji, r): 1.0 for kanji, readings in single.items() for r in readings}
    for _ in range(_ROUNDS):
        totals: defaultdict[str, float] = defaultdict(float)
        for (kanji, _reading), count in counts.items():
            totals[kanji] += count
        now: defaultdict[tuple[str, str], float] = defaultdict(float)
        for base, reading in pairs:
            ways = _halves(reading)
            weights = [
                (counts.get((base[0], a), 0.0) + 0.01) / (totals[base[0]] + 5)
                * (counts.get((base[1], b), 0.0) + 0.01) / (totals[base[1]] + 5)
                for a, b in ways
            ]  # fmt: skip
            for (a, b), weight in zip(ways, weights, strict=True):
                now[base[0], a] += weight / sum(weights)
                now[base[1], b] += weight / sum(weights)
        for kanji, readings in single.items():
            for reading in readings:
                now[kanji, reading] += 1.0
        counts = dict(now)
    return counts


def _dictionary(path: Path) -> set[tuple[str, str]]:
    """(written, pronounced) of the words in MeCab's binary dictionary."""
    data = path.read_bytes()
    header = _HEADER.unpack_from(data)
    begin = _HEADER.size + _CHARSET_BYTES + header[6] + header[7]
    words = set()
    for entry in data[begin : begin + header[8]].split(b"\0"):
        fields = entry.decode("utf-8", "replace").split(",")
        reading = fields[_READING].replace("’", "") if len(fields) > _READING else ""
        if _KANA.fullmatch(reading) and 1 <= len(fields[_BASE]) <= 4:
            words.add((fields[_BASE], fields[_READING - 1].replace("’", "")))
    return words


def main() -> None:
    """Writes kanji.json anew from the installed dictionary."""
    import pyopenjtalk

    folder = DATA_DIR / "ja"
    gazetteer = load_gazetteer(folder / "towns.json", folder / "places.yaml", read_mapping(folder / "places.yaml"))
    words = _dictionary(Path(pyopenjtalk.OPEN_JTALK_DICT_DIR.decode(), "sys.dic"))
    table = learn(words, [said.key for said in gazetteer.said])
    lines = [
        f"{json.dumps(kanji, ensure_ascii=False)}: {json.dumps(r, ensure_ascii=False)}" for kanji, r in table.items()
    ]
    (folder / FILE).write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
