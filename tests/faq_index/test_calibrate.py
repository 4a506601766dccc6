"""When a score is an answer, when two are a choice, and when nothing is said."""

from __future__ import annotations

import numpy as np
import pytest

from faq_index.calibrate import APART, MARGIN, NO_TOPIC, SIGNS, Calibration, Known, Scored, _apart, calibrate
from faq_index.gate import Gate
from faq_index.logistic import fit

Rows = list[tuple[list[float], int]]
TOPICS = 4
CLEAR: Rows = [([0.9 if i == topic else 0.1 for i in range(TOPICS)] + [0.1], topic) for topic in range(TOPICS)] * 10
CLOSE: Rows = [([0.6, 0.58, 0.05, 0.05, 0.1], topic) for topic in (0, 1)] * 5
OUTSIDE: Rows = [([0.2, 0.2, 0.1, 0.1, 0.8], NO_TOPIC)] * 60


def labelled(rows: Rows) -> tuple[Scored, Known]:
    """Each row: the vote for four topics and for what is out of scope, and what was wanted."""
    votes = np.array([row for row, _ in rows], dtype=np.float32)
    none, calls = np.zeros(len(rows)), np.arange(len(rows))
    wanted = np.array([topic for _, topic in rows])
    return Scored(votes, votes, votes, none, none), Known(wanted, none.astype(bool), calls)


def test_what_is_clear_is_answered_what_is_close_is_offered_and_the_rest_is_neither() -> None:
    found, figures = calibrate(*labelled(CLEAR + CLOSE + OUTSIDE))
    _, answered, offered = found.decide(labelled([CLEAR[0], CLOSE[0], OUTSIDE[0]])[0])
    assert answered.tolist() == [True, False, False]
    assert offered.tolist() == [False, True, False]
    assert figures.answered_right == pytest.approx(0.8)
    assert figures.offered_right == pytest.approx(0.2)
    assert (figures.answered_wrong, figures.answered_out_of_scope, figures.offered_out_of_scope) == (0, 0, 0)


def test_what_cannot_be_told_from_what_is_out_of_scope_is_not_answered() -> None:
    alike: Rows = [(row, NO_TOPIC) for row, _ in CLEAR] * 2
    _, figures = calibrate(*labelled(CLEAR + alike))
    assert figures.answered_out_of_scope <= 0.02
    assert figures.answered_right <= 0.05


@pytest.mark.parametrize("rows", [CLEAR, OUTSIDE])
def test_without_calls_of_both_kinds_nothing_is_answered(rows: Rows) -> None:
    found, _ = calibrate(*labelled(rows))
    _, answered, offered = found.decide(labelled(CLEAR)[0])
    assert not answered.any()
    assert not offered.any()


def test_callers_who_borrow_our_words_count_as_few_as_they_are() -> None:
    scored, known = labelled(CLEAR + OUTSIDE[:20] + [([0.9, 0.1, 0.1, 0.1, 0.1], NO_TOPIC)])
    strict, _ = calibrate(scored, known)
    borrowed = known.borrowed.copy()
    borrowed[len(CLEAR) :: 2] = True
    lenient, figures = calibrate(scored, Known(known.wanted, borrowed, known.group))
    assert figures.answered_out_of_scope <= 0.02
    assert strict.fuse(scored.vote, scored.near, scored.lexical).shape == scored.vote.shape
    assert lenient.answer.least >= 0


def test_a_score_lies_between_zero_and_one() -> None:
    row = np.array([[5.0, -3.0, 0.5]], dtype=np.float32)
    fused = Calibration().fuse(row, row, row)
    assert fused.min() >= 0
    assert fused.max() <= 1


def test_a_word_that_only_others_use_closes_the_gate() -> None:
    ours = [["=water", "=pay"], ["=pay", "=when"], ["=water", "=when"]] * 4
    others = [["=rent", "=pay"], ["=rent", "=when"]] * 4
    gate = Gate.of(ours, others)
    assert gate.score(["=water", "=pay"]) > 0 > gate.score(["=rent", "=pay"])


@pytest.mark.parametrize(("ours", "others"), [([], [["a"]]), ([["a"]], [])])
def test_a_gate_with_nothing_to_compare_stands_open_halfway(ours: list[list[str]], others: list[list[str]]) -> None:
    assert Gate.of(ours, others).score(["a"]) == 0.0


def test_the_fit_finds_the_odds_it_was_shown() -> None:
    seen = np.array([[0.0]] * 100 + [[1.0]] * 100)
    happened = np.array([True] * 50 + [False] * 50 + [True] * 90 + [False] * 10)
    slope, constant = fit(seen, happened, np.ones(200), 0.0)
    assert constant == pytest.approx(0.0, abs=0.01)
    assert slope == pytest.approx(np.log(9), abs=0.02)


def test_two_topics_close_to_each_other_are_asked_about_and_never_guessed() -> None:
    """However sure the judge is of the first: the second is as likely as not what was meant."""
    evidence = np.zeros((3, len(SIGNS)))
    evidence[:, MARGIN] = (APART - 0.01, APART, 0.5)
    assert _apart(evidence, np.array([0.99, 0.99, 0.2])).tolist() == [-1.0, 0.99, 0.2]
