"""Unanswered questions, grouped by what they ask."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from faq_index.answers import Answers
from faq_index.gaps import gaps

# pyopenjtalk-plus 0.4.1 starts Sudachi by a call that Sudachi 0.7 deprecates; not ours to change
pytestmark = pytest.mark.filterwarnings(r"ignore:Dictionary\.create:DeprecationWarning:pyopenjtalk")

Reading = Callable[[str], str]
SOFTENER = ["軟水器を付けたいのですが補助はありますか", "軟水器の補助金はありますか", "軟水器を付けると補助が出ますか"]
RAIN = ["雨水タンクの助成を受けたい", "雨水タンクの助成はありますか"]


def test_questions_that_ask_the_same_are_one_gap_the_most_frequent_first(answers: Answers, reading: Reading) -> None:
    asked = [(text, 2) for text in SOFTENER] + [(text, 1) for text in RAIN] + [("ペンギンの餌", 1)]
    found = gaps(asked, answers.indexes["ja"], reading)
    assert [gap.asked for gap in found] == [6, 2]
    assert found[0].question in SOFTENER
    assert set(found[1].examples) == set(RAIN)
    assert 0 <= found[0].score <= 1
    assert found[0].nearest in answers.indexes["ja"].topics


def test_what_differs_in_spelling_only_is_counted_together(answers: Answers, reading: Reading) -> None:
    (gap,) = gaps([("雨水タンクの助成", 1), ("雨水タンクの、助成。", 2)], answers.indexes["ja"], reading)
    assert (gap.asked, gap.examples) == (3, ("雨水タンクの助成",))


def test_single_questions_are_shown_only_when_asked_for(answers: Answers, reading: Reading) -> None:
    assert gaps([("ペンギンの餌", 1)], answers.indexes["ja"], reading) == []
    assert len(gaps([("ペンギンの餌", 1)], answers.indexes["ja"], reading, at_least=1)) == 1


@pytest.mark.parametrize("asked", [[], [("", 3)], [("🚰", 2)], [("。", 1)]])
def test_nothing_said_is_no_gap(answers: Answers, reading: Reading, asked: list[tuple[str, int]]) -> None:
    assert gaps(asked, answers.indexes["ja"], reading) == []


def test_other_languages_have_gaps_of_their_own(answers: Answers, reading: Reading) -> None:
    asked = [("is there a subsidy for rain barrels", 1), ("subsidy for a rain barrel please", 1)]
    assert [gap.asked for gap in gaps(asked, answers.indexes["en"], reading)] == [2]
