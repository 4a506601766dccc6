"""Places of nlu/data/ja/places_dev.jsonl, found against asked: `python -m tests.bench.places [--wrong FORM]`.

Rows are natural utterances by hand: written, with homophones as big recognisers choose them, in kana with slips, and
"heard": spoken over a noisy telephone line and read by the shipped recogniser (`tests.bench.spoken_places`), by the
font it was trained on, by that font with a strange head and rhythm, and by a stranger's font it has never heard.
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nlu.acts import load_acts
from nlu.encoder import load_encoder
from nlu.meaning import Act, Expecting, Place
from nlu.normalise import normalise, without_fillers
from nlu.place import Places, load_places
from nlu.reading import canonical, reading
from nlu.source import DATA_DIR

ROWS = DATA_DIR / "ja" / "places_dev.jsonl"
_OTHER_THAN_PLACES = (Act.REPEAT, Act.OPERATOR, Act.STOP, Act.DECLINE, Act.UNKNOWN)


@dataclass(slots=True)
class Score:
    """Counts of one form. `among`: the town is it or one of three candidates; `sure`: those said to be certain."""

    rows: int = 0
    right: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    among: int = 0
    sure: int = 0
    sure_and_right: int = 0
    wrong: list[str] = field(default_factory=list)

    def share(self, what: str) -> float:
        return self.right[what] / self.rows


def rows(path: Path = ROWS) -> list[dict[str, Any]]:
    """The labelled utterances."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def measured(places: Places, labelled: Iterable[Mapping[str, Any]]) -> dict[str, Score]:
    """Scores by form. A landmark is right when it holds the one asked for, or is held by it."""
    acts = load_acts(DATA_DIR / "ja" / "acts.yaml", load_encoder())
    scores: dict[str, Score] = defaultdict(Score)
    for row in labelled:
        expecting = Expecting(row["expecting"])
        text = without_fillers(normalise(row["text"]))
        kana = reading(text)
        guess = acts.find(canonical(kana), expecting, text).act not in _OTHER_THAN_PLACES
        found = places.find(text, kana, expecting, guess=guess)
        _note(scores[row["form"]], row, found or Place(said=""))
    return dict(scores)


def _note(score: Score, row: Mapping[str, Any], found: Place) -> None:
    score.rows += 1
    right = {key: getattr(found, key) == row[key] for key in ("town", "chome", "banchi", "out_of_city")}
    said, asked = found.landmark or "", row["landmark"] or ""
    right["landmark"] = said == asked or bool(said and asked and (said in asked or asked in said))
    for key, is_right in right.items():
        score.right[key] += is_right
    score.among += right["town"] or row["town"] in found.candidates[:3]
    if found.town and found.certain:
        score.sure += 1
        score.sure_and_right += right["town"]
    if not all(right.values()):
        what = ", ".join(key for key, is_right in right.items() if not is_right)
        score.wrong.append(f"{what}: {row['text']} [{row.get('said', '')}] {row['town']} -> {found}")


def times_ms(places: Places, texts: Iterable[str]) -> list[float]:
    """Milliseconds of one core for each text, the quickest of three, sorted."""
    taken = []
    for text in texts:
        kana = reading(text)
        best = float("inf")
        for _ in range(3):
            started = time.process_time()
            places.find(text, kana, Expecting.PLACE)
            best = min(best, 1000 * (time.process_time() - started))
        taken.append(best)
    return sorted(taken)


def texts_of(length: int, count: int, form: str) -> list[str]:
    """`count` texts of `length` characters, strung together of the rows of a form."""
    said = [row["text"] for row in rows() if row["form"] == form]
    joint = "、" if form == "written" else ""
    return [joint.join(said[7 * index :] + said[: 7 * index])[:length] for index in range(count)]


def main(wrong: str | None = None) -> None:
    places = load_places(DATA_DIR / "ja")
    for form, score in measured(places, rows()).items():
        shares = "  ".join(
            f"{key} {score.share(key):.3f}" for key in ("town", "chome", "banchi", "landmark", "out_of_city")
        )
        sure = f"certain {score.sure_and_right}/{score.sure}"
        print(f"{form:15} {score.rows:4} rows  {shares}  town among three {score.among / score.rows:.3f}  {sure}")
        if wrong == form:
            print(*score.wrong, sep="\n")
    for form in ("written", "heard stranger"):
        for length, count in ((60, 60), (1200, 10)):
            taken = times_ms(places, texts_of(length, count, form))
            middle, last = taken[len(taken) // 2], taken[int(0.99 * len(taken))]
            print(f"{form:15} {length:4} characters: median {middle:.2f} ms, p99 {last:.2f} ms")


if __name__ == "__main__":
    main(sys.argv[2] if len(sys.argv) > 2 else None)
