"""The FAQ in all its languages: builds the indexes into one folder, loads them back, and searches the one asked for."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from faq_index.calibrate import NO_TOPIC, Calibration, Figures, Judge, Known, Scored, calibrate
from faq_index.candidates import Ranking
from faq_index.corpus import Corpus
from faq_index.embed import Embedder
from faq_index.gate import Gate
from faq_index.index import FaqIndex, Fold, Said, stacked
from faq_index.labelled import Labelled, load_labelled
from faq_index.languages import LANGUAGES
from faq_index.shelf import Owners, Reading, Shelf, Written
from faq_index.vote import Council, Vote

FORMAT = 3
MANIFEST, VOTE, GATE = "manifest.json", "vote", "gate.npz"
OUTSIDE = ""
"""The name under which everything out of scope votes."""
REMEDY = "build it again with `mizumado index build`"
FOLDS = 2


class IndexUnusable(RuntimeError):  # reads as what is the matter
    """The index is missing, broken, or was built from another FAQ or model. The message names the remedy."""


@dataclass(frozen=True, slots=True)
class Answers:
    """One index per language. A language that has none answers nothing: a person does."""

    indexes: Mapping[str, FaqIndex]

    def search(self, text: str, reading: str, language: str = "ja") -> Ranking:
        """See FaqIndex.search."""
        index = self.indexes.get(language)
        return index.search(text, reading) if index is not None else Ranking()


def build(
    corpora: Sequence[Corpus],
    models: Sequence[Embedder],
    reading: Reading,
    folder: Path,
    labelled: Mapping[str, Labelled] | None = None,
) -> Answers:
    """Index and calibrate, and put the result in place of `folder` in one step. A reader never sees half an index.

    `models`: all vote, the first one searches too. `reading` gives the katakana reading of a Japanese text. `labelled`:
    by language, the calls that set the thresholds (those shipped).
    """
    labelled = labelled or _shipped(corpora)
    said = {corpus.language: Said.of(corpus, labelled[corpus.language]) for corpus in corpora}
    searching, *others = models
    written = {code: Written.of(one.texts, LANGUAGES[code], searching, reading, others) for code, one in said.items()}
    names = _names(said)
    councils = [
        Council(votes) for votes in zip(*(_votes(names, said, written, k) for k in range(len(models))), strict=True)
    ]
    vote, folded = councils[0], councils[1:]
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".index-") as scratch:
        fresh = Path(scratch) / "new"
        fresh.mkdir()
        vote.save(fresh / VOTE)
        indexes = {}
        for code, one in said.items():
            shelf = Shelf.build(one.owners, written[code])
            shelf.save(fresh / code)
            gate, *gates = (_gate(one, written[code], fold) for fold in (None, *range(FOLDS)))
            gate.save(fresh / code / GATE)
            index = FaqIndex(one, shelf, (vote, gate, _ballot(names, one)), models, code)
            halves = _halves(one)
            folds = [Fold(*pair, halves == fold) for fold, pair in enumerate(zip(folded, gates, strict=True))]
            index.calibration, index.figures = calibrate(*_labelled_calls(index, one, labelled[code], reading, folds))
            indexes[code] = index
        _write_manifest(indexes, _stamp(corpora, models, labelled), fresh)
        if folder.exists():
            folder.rename(Path(scratch) / "old")
        fresh.rename(folder)
    return Answers(indexes)


def _shipped(corpora: Sequence[Corpus]) -> Mapping[str, Labelled]:
    return {corpus.language: load_labelled(corpus.language) for corpus in corpora}


def _votes(names: tuple[str, ...], said: Mapping[str, Said], written: Mapping[str, Written], model: int) -> list[Vote]:
    """The vote of every form of every saying in every language by that model, then the vote without each fold."""
    vectors, numbers, halves = [], [], []
    for code, one in said.items():
        for form in written[code].ballots[model]:
            vectors.append(form)
            numbers.append(_ballot(names, one)[one.owners])
            halves.append(_halves(one))
    out = np.concatenate(halves)
    return Vote.each(
        np.concatenate(vectors), np.concatenate(numbers), len(names), [out == fold for fold in range(FOLDS)]
    )


def _names(said: Mapping[str, Said]) -> tuple[str, ...]:
    return (*dict.fromkeys(topic for one in said.values() for topic in one.topics), OUTSIDE)


def _ballot(names: tuple[str, ...], said: Said) -> Owners:
    return np.array([names.index(topic) for topic in (*said.topics, OUTSIDE)])


def _halves(said: Said) -> Owners:
    outside = np.cumsum(said.owners == len(said.topics))
    return np.where((outside > 0) & (outside <= said.heard), outside % FOLDS, -1)


def _gate(said: Said, written: Written, without: int | None) -> Gate:
    """Sayings of topics against what people said out of scope (but for a fold of it); made decoys teach words nobody
    says and stay out."""
    halves = _halves(said)
    forms = (written.tokens, written.sound_tokens)
    ours = [form[i] for form in forms if form for i in np.flatnonzero(said.owners < len(said.topics))]
    kept = (halves >= 0) & (halves != (-1 if without is None else without))
    return Gate.of(ours, [form[i] for form in forms if form for i in np.flatnonzero(kept)])


def _labelled_calls(
    index: FaqIndex, said: Said, labelled: Labelled, reading: Reading, folds: Sequence[Fold]
) -> tuple[Scored, Known]:
    """The labelled calls, in Japanese each as written and as katakana only."""
    column = {topic: i for i, topic in enumerate(said.topics)}
    # a held-out call of a topic that the bureau has retired has no right answer here, and no wrong one either
    calls: list[tuple[str, int, Fold | None, bool]] = [
        (text, column[topic], None, False) for topic, text in labelled.in_scope if topic in column
    ]
    own = [(text, int(half)) for text, half in zip(said.texts, _halves(said), strict=True) if half >= 0]
    plain = len(own) - labelled.borrowed
    calls += [(text, NO_TOPIC, folds[half], place >= plain) for place, (text, half) in enumerate(own)]
    raw, rows = [], []
    for group, (text, topic, fold, borrowed) in enumerate(calls):
        sound = reading(text) if index.language == "ja" else ""
        for form in dict.fromkeys((text, sound or text)):
            raw.append(index.scores(index.ask(form, sound), fold))
            rows.append((topic, borrowed, group))
    wanted, borrowed_, groups = zip(*rows, strict=True) if rows else ((), (), ())
    known = Known(np.array(wanted, dtype=np.int64), np.array(borrowed_, dtype=bool), np.array(groups, dtype=np.int64))
    return (stacked(raw) if raw else _nothing(len(said.topics) + 1)), known


def _nothing(columns: int) -> Scored:
    none = np.zeros((0, columns), dtype=np.float32)
    return Scored(none, none, none, np.zeros(0), np.zeros(0))


def _stamp(
    corpora: Sequence[Corpus], models: Sequence[Embedder], labelled: Mapping[str, Labelled]
) -> dict[str, object]:
    return {
        "format": FORMAT,
        "corpus": {corpus.language: corpus.corpus_hash for corpus in corpora},
        "model": [model.model_hash for model in models],
        "labelled": {code: calls.labelled_hash for code, calls in labelled.items()},
    }


def _write_manifest(indexes: Mapping[str, FaqIndex], stamp: dict[str, object], folder: Path) -> None:
    manifest = {
        "stamp": stamp,
        "calibration": {code: asdict(index.calibration) for code, index in indexes.items()},
        "figures": {code: asdict(index.figures) for code, index in indexes.items()},
        "files": _digests(folder),
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def _digests(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != MANIFEST
    }


def load(
    folder: Path, corpora: Sequence[Corpus], models: Sequence[Embedder], labelled: Mapping[str, Labelled] | None = None
) -> Answers:
    """Open an index for searching. Raises IndexUnusable when it does not belong to this FAQ, model and program."""
    labelled = labelled or _shipped(corpora)
    manifest = _manifest(folder)
    for part, now in _stamp(corpora, models, labelled).items():
        if manifest["stamp"].get(part) != now:
            raise IndexUnusable(f"FAQ index {folder}: stale, its {part} is not the present one; {REMEDY}")
    if _digests(folder) != manifest["files"]:
        raise IndexUnusable(f"FAQ index {folder}: broken, a file is missing or was changed; {REMEDY}")
    said = {corpus.language: Said.of(corpus, labelled[corpus.language]) for corpus in corpora}
    names = _names(said)
    vote = Council.load(folder / VOTE)
    indexes = {}
    for code, one in said.items():
        voters = vote, Gate.load(folder / code / GATE), _ballot(names, one)
        index = FaqIndex(one, Shelf.load(folder / code, one.owners), voters, models, code)
        index.calibration = _calibration(manifest["calibration"][code])
        index.figures = Figures(**manifest["figures"][code])
        indexes[code] = index
    return Answers(indexes)


def _calibration(stored: dict[str, Any]) -> Calibration:
    judges = {name: Judge(tuple(stored[name]["coefficients"]), stored[name]["least"]) for name in ("answer", "offer")}
    return Calibration(**{**stored, **judges})


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError as missing:
        raise IndexUnusable(f"FAQ index {folder}: not built yet; {REMEDY}") from missing
    except ValueError as broken:
        raise IndexUnusable(f"FAQ index {folder}: broken, {MANIFEST} is not JSON; {REMEDY}") from broken
    if not isinstance(manifest, dict) or not {"stamp", "calibration", "figures", "files"} <= manifest.keys():
        raise IndexUnusable(f"FAQ index {folder}: broken, {MANIFEST} is incomplete; {REMEDY}")
    return manifest
