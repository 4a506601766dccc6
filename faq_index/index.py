"""The searchable FAQ: builds the index into a folder, loads it back, and finds the topic a caller means."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from faq_index.calibrate import NO_FIGURES, NO_TOPIC, NOTHING_ANSWERED, Calibration, Figures, Scored, calibrate
from faq_index.candidates import Candidate, Ranking
from faq_index.corpus import Corpus
from faq_index.embed import Embedder, Vectors
from faq_index.labelled import Labelled, load_labelled
from faq_index.lexical import Lexical, Scores, Tokens
from faq_index.text import has_ideograph

FORMAT = 1
MANIFEST = "manifest.json"
SURFACE, SOUND, LEXICAL = "surface.faiss", "sound.faiss", "bm25"
BEST = 5
REMEDY = "build it again with `mizumado index build`"


class IndexUnusable(RuntimeError):  # reads as what is the matter
    """The index is missing, broken, or was built from another FAQ or model. The message names the remedy."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """Every saying once: all sayings of a topic stand together; the decoys stand last, as one group."""

    topics: tuple[str, ...]
    starts: npt.NDArray[np.int64]  # first row of each topic, then of the decoys; shape (topics + 1,)
    texts: tuple[str, ...]

    @classmethod
    def of(cls, corpus: Corpus, labelled: Labelled) -> _Rows:
        groups = [entry.sayings for entry in corpus.entries] + [labelled.decoys]
        starts = np.cumsum([0] + [len(group) for group in groups[:-1]])
        texts = tuple(text for group in groups for text in group)
        return cls(tuple(entry.id for entry in corpus.entries), starts, texts)


class FaqIndex:
    """Exact cosine search (FAISS) over surface and sound, fused with BM25. Safe to share between threads."""

    def __init__(
        self,
        rows: _Rows,
        dense: tuple[Any, Any],
        lexical: Lexical,
        embedder: Embedder,
        calibration: Calibration,
        figures: Figures,
    ) -> None:
        self._rows, self._lexical, self._embedder = rows, lexical, embedder
        self._surface, self._sound = dense
        self._tokens = Tokens()
        self.calibration, self.figures = calibration, figures

    def search(self, text: str, reading: str) -> Ranking:
        """The best topics for what a caller said. `text`: as recognised, kanji or kana; `reading`: its katakana."""
        if not text.strip():
            return Ranking()
        fused = self.calibration.fuse(*self._raw(text, reading))
        scores, outside = fused[:-1], float(fused[-1])
        order = np.argsort(-scores, kind="stable")[:BEST]
        candidates = tuple(Candidate(self._rows.topics[i], float(scores[i])) for i in order)
        top = candidates[0].score
        margin = top - candidates[1].score if len(candidates) > 1 else top
        limits = self.calibration
        spoken = top >= limits.threshold and margin >= limits.min_margin and top - outside >= limits.lead
        return Ranking(candidates, candidates[0].topic if spoken else None, margin)

    def _raw(self, text: str, reading: str) -> tuple[Scores, Scores, float]:
        """Cosine and BM25 share of the best row of each topic and of the decoys, each of shape (topics + 1,), and how
        strange the words are. Without kanji there is only the sound to go by."""
        spelt = has_ideograph(text)
        asked = self._embedder.encode([text, reading] if spelt else [reading])
        dense = _cosines(self._sound, asked[-1:])
        if spelt:
            dense = (dense + _cosines(self._surface, asked[:1])) * np.float32(0.5)
        tokens = self._tokens.of(text, reading)
        lexical = self._lexical.scores(tokens)
        starts = self._rows.starts
        strange = self._lexical.strangeness(tokens, int(starts[-1]))
        return np.maximum.reduceat(dense, starts), np.maximum.reduceat(lexical, starts), strange

    def _scored(self, labelled: Labelled, reading: Callable[[str], str]) -> Scored:
        """Raw scores of the labelled calls, each as written and as katakana only."""
        column = {topic: i for i, topic in enumerate(self._rows.topics)}
        # a held-out call of a topic that the bureau has retired has no right answer here, and no wrong one either
        calls = [(text, column[topic]) for topic, text in labelled.in_scope if topic in column]
        calls += [(text, NO_TOPIC) for text in labelled.out_of_scope]
        raw, wanted = [], []
        for text, topic in calls:
            sound = reading(text)
            for form in (text, sound):
                raw.append(self._raw(form, sound))
                wanted.append(topic)
        dense, lexical, strange = zip(*raw, strict=True)
        return Scored(np.stack(dense), np.stack(lexical), np.array(strange, dtype=np.float32), np.array(wanted))


def _cosines(index: Any, query: Vectors) -> Scores:
    """All rows in their own order: FAISS answers best first."""
    values, numbers = index.search(query, index.ntotal)
    ordered = np.empty(index.ntotal, dtype=np.float32)
    ordered[numbers[0]] = values[0]
    return ordered


def build(
    corpus: Corpus,
    embedder: Embedder,
    reading: Callable[[str], str],
    folder: Path,
    labelled: Labelled | None = None,
) -> FaqIndex:
    """Index and calibrate, and put the result in place of `folder` in one step. A reader never sees half an index.

    `reading` gives the katakana reading of a text. `labelled`: the calls that set the thresholds (those shipped).
    """
    labelled = labelled or load_labelled()
    rows = _Rows.of(corpus, labelled)
    sounds = [reading(text) for text in rows.texts]
    tokens = Tokens()
    dense = (_flat(embedder.encode(rows.texts)), _flat(embedder.encode(sounds)))
    lexical = Lexical.build([tokens.of(text, sound) for text, sound in zip(rows.texts, sounds, strict=True)])
    draft = FaqIndex(rows, dense, lexical, embedder, NOTHING_ANSWERED, NO_FIGURES)
    draft.calibration, draft.figures = calibrate(draft._scored(labelled, reading))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".index-") as scratch:
        fresh = Path(scratch) / "new"
        _write(draft, _stamp(corpus, embedder, labelled), fresh)
        if folder.exists():
            folder.rename(Path(scratch) / "old")
        fresh.rename(folder)
    return draft


def _flat(vectors: Vectors) -> Any:
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return index


def _stamp(corpus: Corpus, embedder: Embedder, labelled: Labelled) -> dict[str, object]:
    return {
        "format": FORMAT,
        "corpus": corpus.corpus_hash,
        "model": embedder.model_hash,
        "labelled": labelled.labelled_hash,
    }


def _write(index: FaqIndex, stamp: dict[str, object], folder: Path) -> None:
    folder.mkdir()
    faiss.write_index(index._surface, str(folder / SURFACE))
    faiss.write_index(index._sound, str(folder / SOUND))
    index._lexical.save(folder / LEXICAL)
    manifest = {
        "stamp": stamp,
        "calibration": asdict(index.calibration),
        "figures": asdict(index.figures),
        "files": _digests(folder),
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def _digests(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != MANIFEST
    }


def load(folder: Path, corpus: Corpus, embedder: Embedder, labelled: Labelled | None = None) -> FaqIndex:
    """Open an index for searching. Raises IndexUnusable when it does not belong to this FAQ, model and program."""
    labelled = labelled or load_labelled()
    manifest = _manifest(folder)
    for part, now in _stamp(corpus, embedder, labelled).items():
        if manifest["stamp"].get(part) != now:
            raise IndexUnusable(f"FAQ index {folder}: stale, its {part} is not the present one; {REMEDY}")
    if _digests(folder) != manifest["files"]:
        raise IndexUnusable(f"FAQ index {folder}: broken, a file is missing or was changed; {REMEDY}")
    faiss.omp_set_num_threads(1)  # a query is short, and the cores belong to the calls
    return FaqIndex(
        _Rows.of(corpus, labelled),
        (faiss.read_index(str(folder / SURFACE)), faiss.read_index(str(folder / SOUND))),
        Lexical.load(folder / LEXICAL),
        embedder,
        Calibration(**manifest["calibration"]),
        Figures(**manifest["figures"]),
    )


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
