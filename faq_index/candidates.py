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

    `answer` is the topic that may be spoken, or None: nothing is close enough, or two topics are too close to each
    other. `margin` is the distance between the first and the second score.

    `choices`: two topics too close to tell apart and together clear of the rest: to be offered as a choice; empty when
    `answer` is given.
    """

    candidates: tuple[Candidate, ...] = ()
    answer: str | None = None
    margin: float = 0.0
    choices: tuple[str, ...] = ()
