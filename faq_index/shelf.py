"""Texts that can be found, each owned by a number: by vector and by BM25, by writing and by sound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from faq_index.embed import Embedder, Vectors
from faq_index.languages import Language
from faq_index.lexical import Lexical
from faq_index.near import Near, Scores
from faq_index.text import has_ideograph, readable

Reading = Callable[[str], str]
Owners = npt.NDArray[np.int64]
LEXICAL = "bm25"


@dataclass(frozen=True, slots=True)
class Query:
    """What a caller said, made ready once. `written` is None where the writing says no more than the sound, `spoken`
    where the language has no writing of its sound; each a unit vector (d,). `others`: its vectors by the models that
    vote and do not search."""

    tokens: list[str]
    written: Vectors | None
    spoken: Vectors | None
    others: tuple[Vectors, ...] = ()

    @property
    def ballots(self) -> tuple[Vectors, ...]:
        """For each model that votes the vectors of what was said, shape (1 or 2, d)."""
        return (self.vectors, *(vector[None] for vector in self.others))

    @property
    def vectors(self) -> Vectors:
        """The one or two vectors, shape (1 or 2, d)."""
        return np.stack([vector for vector in (self.written, self.spoken) if vector is not None])


def ask(text: str, reading: str, language: Language, embedder: Embedder, others: Sequence[Embedder] = ()) -> Query:
    """`reading`: the katakana of a Japanese text; other languages find their sound themselves. `others`: see Query."""
    text = readable(text)
    sound = language.sound(text, readable(reading))
    tokens = language.tokens(text, sound)
    also = tuple(other.encode([text])[0] for other in others)
    if not language.spoken:
        return Query(tokens, embedder.encode([text])[0], None, also)
    if not has_ideograph(text):
        return Query(tokens, None, embedder.encode([sound])[0], also)
    written, spoken = embedder.encode([text, sound])
    return Query(tokens, written, spoken, also)


@dataclass(frozen=True, slots=True)
class Found:
    """What each owner gets, shape (owners,): the cosine and the BM25 share of its best text; how strange the words of
    the query are to all owners but the last."""

    near: Scores
    lexical: Scores
    strange: float


@dataclass(frozen=True, slots=True)
class Written:
    """Vectors (n, d) of the texts, as written and (None where a language has no writing of it) as they sound;
    the tokens of both. `others`: of each model that only votes, the vectors of the forms that recognisers write."""

    surface: Vectors
    sound: Vectors | None
    tokens: list[list[str]]
    sound_tokens: list[list[str]]
    others: tuple[tuple[Vectors, ...], ...] = ()

    @property
    def ballots(self) -> tuple[tuple[Vectors, ...], ...]:
        """Of each model that votes, the forms it knows."""
        return ((self.surface,) if self.sound is None else (self.surface, self.sound), *self.others)

    @classmethod
    def of(
        cls,
        texts: Sequence[str],
        language: Language,
        embedder: Embedder,
        reading: Reading,
        others: Sequence[Embedder] = (),
    ) -> Written:
        """`reading` is asked in Japanese only."""
        readings = [reading(text) if language.code == "ja" else "" for text in texts]
        sounds = [language.sound(text, kana) for text, kana in zip(texts, readings, strict=True)]
        tokens = [language.tokens(text, sound) for text, sound in zip(texts, sounds, strict=True)]
        forms = (texts, readings) if language.code == "ja" else (texts,)
        also = tuple(tuple(other.encode(form) for form in forms) for other in others)
        if not language.spoken:
            return cls(embedder.encode(texts), None, tokens, [], also)
        heard = [language.tokens(sound, sound) for sound in sounds]
        return cls(embedder.encode(texts), embedder.encode(sounds), tokens, heard, also)


class Shelf:
    """`owners` (texts,): ascending; every number from 0 on owns at least one text. Safe to share between threads."""

    def __init__(self, owners: Owners, near: Near, lexical: Lexical) -> None:
        self._near, self._lexical = near, lexical
        self._starts = np.flatnonzero(np.diff(owners, prepend=-1))

    @classmethod
    def build(cls, owners: Owners, written: Written) -> Shelf:
        """Index the texts."""
        return cls(owners, Near.build(written.surface, written.sound), Lexical.build(written.tokens))

    def save(self, folder: Path) -> None:
        """Write into `folder`, which is made."""
        folder.mkdir(parents=True)
        self._near.save(folder)
        self._lexical.save(folder / LEXICAL)

    @classmethod
    def load(cls, folder: Path, owners: Owners) -> Shelf:
        """Read what `save` wrote."""
        return cls(owners, Near.load(folder), Lexical.load(folder / LEXICAL))

    def look(self, query: Query, without: npt.NDArray[np.bool_] | None = None) -> Found:
        """What each owner gets for `query`. `without` (texts,): texts that shall not be found, True for each."""
        near = self._near.cosines(query.written, query.spoken)
        lexical = self._lexical.scores(query.tokens)
        if without is not None:
            near[without], lexical[without] = 0, 0
        strange = self._lexical.strangeness(query.tokens, int(self._starts[-1]))
        if len(self._starts) == len(near):  # each owner has one text
            return Found(near, lexical, strange)
        return Found(np.maximum.reduceat(near, self._starts), np.maximum.reduceat(lexical, self._starts), strange)
