"""The FAQ of one language, made searchable: finds the topic a caller means, and says whether it may be spoken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from faq_index.calibrate import Calibration, Figures, Scored
from faq_index.candidates import Candidate, Ranking
from faq_index.corpus import Corpus
from faq_index.decoys import decoys_of
from faq_index.embed import Embedder, Vectors, unit
from faq_index.gate import Gate
from faq_index.labelled import Labelled
from faq_index.languages import LANGUAGES
from faq_index.near import Scores, best
from faq_index.shelf import Found, Owners, Query, Shelf, ask
from faq_index.text import normalise
from faq_index.vote import Council

BEST = 5


@dataclass(frozen=True, slots=True)
class Said:
    """Every saying once: all sayings of a topic stand together; what is out of scope stands last, as one group.

    `owners` (texts,): the number of the topic, or len(topics) for what is out of scope: first `heard` texts that people
    said, then decoys that were made.
    """

    topics: tuple[str, ...]
    owners: Owners
    texts: tuple[str, ...]
    heard: int

    @classmethod
    def of(cls, corpus: Corpus, labelled: Labelled) -> Said:
        groups = [*(entry.sayings for entry in corpus.entries), (*labelled.outside, *decoys_of(corpus))]
        owners = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
        topics = tuple(entry.id for entry in corpus.entries)
        return cls(topics, owners, tuple(text for group in groups for text in group), len(labelled.outside))


class FaqIndex:
    """A vote of all sayings, cosine search (FAISS) and BM25, fused; a gate of words. Safe to share between threads.

    `voters`: the vote, the gate, and the number of each topic of this language and of what is out of scope in the vote.
    `models`: those that vote, in the order of the vote; the first one searches too.
    """

    def __init__(
        self,
        said: Said,
        shelf: Shelf,
        voters: tuple[Council, Gate, Owners],
        models: Sequence[Embedder],
        language: str,
    ) -> None:
        self.topics, self.language = said.topics, language
        self._shelf, self.models = shelf, models
        self._vote, self.gate, self._ballot = voters
        self.calibration, self.figures = Calibration(), Figures()
        pairs = zip(said.texts, said.owners.tolist(), strict=True)
        self._verbatim = {normalise(text): owner for text, owner in pairs if owner < len(said.topics)}

    def search(self, text: str, reading: str = "") -> Ranking:
        """The best topics for what a caller said. `text`: as recognised, in Japanese kanji or kana; `reading`: its
        katakana (of other languages it is not used). Whatever the text, never raises."""
        if not normalise(text):
            return Ranking()
        query = self.ask(text, reading)
        raw = self.scores(query)
        said = self._verbatim.get(normalise(text))
        if said is not None:  # what stands in the FAQ word for word is not outvoted by what is like it
            raw.votes[said] = max(1.0, float(raw.votes.max()))
        fused, answered, offered = self.calibration.decide(stacked([raw]))
        scores = fused[0, :-1]
        order = best(scores, BEST)
        candidates = tuple(Candidate(self.topics[i], float(scores[i])) for i in order)
        margin = candidates[0].score - (candidates[1].score if len(candidates) > 1 else 0.0)
        if answered[0]:
            return Ranking(candidates, candidates[0].topic, margin)
        two = len(candidates) > 1 and bool(offered[0])
        return Ranking(candidates, None, margin, (candidates[0].topic, candidates[1].topic) if two else ())

    def vectors(self, texts: Sequence[tuple[str, str]]) -> Vectors:
        """One unit vector for each (text, reading): the mean of writing and sound; zeros where nothing is known."""
        language = LANGUAGES[self.language]
        rows = [ask(text, reading, language, self.models[0]).vectors.mean(axis=0) for text, reading in texts]
        return unit(np.stack(rows))

    def ask(self, text: str, reading: str) -> Query:
        """What was said, made ready for `scores`."""
        searching, *others = self.models
        return ask(text, reading, LANGUAGES[self.language], searching, others)

    def scores(self, query: Query, fold: Fold | None = None) -> Raw:
        """What each search says of `query`. `fold`: with a part of the index left out (calibration)."""
        vote, gate = (fold.vote, fold.gate) if fold else (self._vote, self.gate)
        votes = vote.scores(query.ballots)[self._ballot]
        found = self._shelf.look(query, fold.without if fold else None)
        return Raw(votes, found, gate.score(query.tokens))


@dataclass(frozen=True, slots=True)
class Fold:
    """What calls are judged by that stand in the index themselves: a vote and a gate that have not seen them, and True
    for the texts not to be found."""

    vote: Council
    gate: Gate
    without: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Raw:
    """`votes` (topics + 1,), what the shelf found, and how much the words are ours."""

    votes: Scores
    found: Found
    ours: float


def stacked(raw: Sequence[Raw]) -> Scored:
    """One row a call."""
    return Scored(
        vote=np.stack([one.votes for one in raw]),
        near=np.stack([one.found.near for one in raw]),
        lexical=np.stack([one.found.lexical for one in raw]),
        strange=np.array([one.found.strange for one in raw]),
        ours=np.array([one.ours for one in raw]),
    )
