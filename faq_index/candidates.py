"""What a search in the FAQ returns. Pure data: importing this loads neither FAISS nor a model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """One FAQ topic and its fused score in [0, 1]."""

    topic: str
    score: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best topics, best first (at most five).

    `answer`: the topic that may be spoken, or None. `choices`: the two topics, best first, that the caller may be asked
    to choose between ("A or B?"): they are close to each other and together clear of the rest; empty whenever there is
    an answer, or nothing worth asking. `margin`: distance between the first and the second score.
    """

    candidates: tuple[Candidate, ...] = ()
    answer: str | None = None
    margin: float = 0.0
    choices: tuple[str, ...] = ()
