"""How well the recogniser hears, on sound files whose words are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from ivr.evaluation.labelled import read_rows
from ivr.evaluation.proportion import Proportion, proportion
from nlu.sounds import sound_of


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sound file, the words in it and their language."""

    file: Path
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class EarFigures:
    """`wrong`: units of sound (kana, or letters) that were lost, added or changed, of those said: the character error
    rate of the sound, so that kanji are not held against a recogniser that writes kana. `whole`: files without a slip.
    """

    wrong: Proportion
    whole: Proportion


def ear_figures(rows: Sequence[Spoken], transcribe: Callable[[Path], str]) -> EarFigures:
    """Transcribes every file and compares by sound."""
    pairs = [(sound_of(row.text, row.language), sound_of(transcribe(row.file), row.language)) for row in rows]
    slips = sum(min(Levenshtein.distance(said, heard), len(said)) for said, heard in pairs)
    return EarFigures(
        Proportion(slips, sum(len(said) for said, _ in pairs)), proportion(said == heard for said, heard in pairs)
    )


def read_spoken(path: Path) -> list[Spoken]:
    """Reads {"file" (beside the list), "text", "lang"?} lines. Raises BadRows."""
    rows = read_rows(path, {"file": str, "text": str})
    return [Spoken(path.parent / row["file"], row["text"], row.get("lang", "ja")) for row in rows]
