"""The vote of all sayings: what it is right about, that it is exact, and that two models outvote one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from faq_index.embed import Vectors, unit
from faq_index.vote import Council, Vote

TOPICS, DIMENSIONS = 12, 48


def sayings(count: int, noise: float, seed: int) -> tuple[Vectors, np.ndarray]:
    """`count` vectors (n, d) around the centre of their topic, with the topic's number."""
    chance = np.random.default_rng(seed)
    centres = np.random.default_rng(1).normal(size=(TOPICS, DIMENSIONS))
    owners = np.arange(count) % TOPICS
    return unit((centres[owners] + noise * chance.normal(size=(count, DIMENSIONS))).astype(np.float32)), owners


def right(vote: Vote, vectors: Vectors, owners: np.ndarray) -> float:
    return float((vote.scores(vectors).argmax(axis=1) == owners).mean())


def test_a_new_saying_gets_about_one_for_its_topic_and_about_none_for_the_others() -> None:
    vote = Vote.of(*sayings(2000, 0.3, 2), TOPICS)
    vectors, owners = sayings(200, 0.3, 3)
    scores = vote.scores(vectors)
    own = scores[np.arange(200), owners]
    assert right(vote, vectors, owners) == 1.0
    assert own.mean() == pytest.approx(1.0, abs=0.25)
    assert np.abs(np.delete(scores[0], owners[0])).max() < 0.4


def test_more_sayings_than_the_basis_holds_make_no_vote_worse() -> None:
    """Sayings that are nearly the same make the system nearly singular, and there are many of them."""
    asked = sayings(400, 1.5, 5)
    few, many = (Vote.of(*sayings(count, 1.5, 4), TOPICS) for count in (3000, 12_000))
    assert right(many, *asked) >= right(few, *asked) - 0.01
    assert np.abs(many.weights).max() < 100  # such weights would cancel each other in single precision


def test_a_vote_without_some_is_the_vote_of_the_others() -> None:
    vectors, owners = sayings(600, 0.8, 6)
    left = np.arange(600) % 5 == 0
    whole, without = Vote.each(vectors, owners, TOPICS, [left])
    alone = Vote.of(vectors[~left], owners[~left], TOPICS)
    asked, wanted = sayings(300, 0.8, 7)
    assert not np.allclose(whole.scores(asked), without.scores(asked), atol=1e-3)
    assert abs(right(without, asked, wanted) - right(alone, asked, wanted)) <= 0.02


def test_two_models_err_less_than_either_and_are_kept_in_a_folder(tmp_path: Path) -> None:
    votes, asked, wanted = [], [], sayings(600, 3.0, 8)[1]
    for seed in (10, 20):
        votes.append(Vote.of(*sayings(3000, 3.0, seed), TOPICS))
        asked.append(sayings(600, 3.0, seed + 1)[0])
    Council(tuple(votes)).save(tmp_path / "vote")
    council = Council.load(tmp_path / "vote")
    together = [council.scores([one[None], other[None]]).argmax() for one, other in zip(*asked, strict=True)]
    best = max(right(vote, rows, wanted) for vote, rows in zip(votes, asked, strict=True))
    assert float((np.array(together) == wanted).mean()) > best + 0.05
