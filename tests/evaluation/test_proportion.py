"""Every figure stands with its count and the 95 % interval of Wilson (1927)."""

from __future__ import annotations

import pytest

from ivr.evaluation.proportion import Proportion, interval, proportion


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [(0, 10, 0.0, 0.278), (5, 10, 0.237, 0.763), (10, 10, 0.722, 1.0), (99, 100, 0.946, 0.998), (0, 0, 0.0, 1.0)],
)
def test_the_interval_is_wilsons(hits: int, total: int, low: float, high: float) -> None:
    assert interval(hits, total) == pytest.approx((low, high), abs=0.001)


def test_a_share_is_printed_with_what_it_stands_on() -> None:
    assert str(Proportion(99, 100)) == "0.990 (99/100; 0.946–0.998)"
    assert str(Proportion(0, 0)) == "–"
    assert proportion([True, False, True]) == Proportion(2, 3)
