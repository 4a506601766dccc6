"""On natural utterances written by hand, spoken, and misheard: how often places are right, and in what time."""

from __future__ import annotations

import pytest

from tests.bench.places import Score, measured, rows
from tests.nlu.looking import places


@pytest.fixture(scope="module")
def scores() -> dict[str, Score]:
    return measured(places(), rows())


@pytest.mark.parametrize(
    ("form", "town", "numbers", "landmark"),
    [
        ("written", 0.97, 0.97, 0.95),
        ("homophones", 0.97, 0.97, 0.95),
        ("kana", 0.97, 0.97, 0.95),
        ("heard font", 0.93, 0.88, 0.93),  # by the shipped recogniser, the voice it knows, a noisy line
        ("heard strange", 0.90, 0.86, 0.92),
        ("heard stranger", 0.83, 0.79, 0.90),
    ],
)
def test_places_are_right(scores: dict[str, Score], form: str, town: float, numbers: float, landmark: float) -> None:
    score = scores[form]
    assert score.share("town") >= town
    assert min(score.share("chome"), score.share("banchi")) >= numbers
    assert score.share("landmark") >= landmark
    assert score.share("out_of_city") >= 0.97


def test_what_is_called_certain_is_right(scores: dict[str, Score]) -> None:
    sure = sum(score.sure for score in scores.values())
    assert sum(score.sure_and_right for score in scores.values()) >= 0.99 * sure
