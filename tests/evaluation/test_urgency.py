"""What counts as found, as a false alarm, as a redirect; and that bad rows are refused with their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.evaluation.labelled import BadRows
from ivr.evaluation.proportion import Proportion
from ivr.evaluation.urgency import Labelled, figures, obvious, of_utterance, read_urgency
from nlu.labels import load_labels
from nlu.meaning import Category, Intent, Level, Meaning, Redirect, Urgency
from nlu.source import DATA_DIR
from nlu.utterances import Utterance

LEVELS = {"u": Level.URGENT, "?": Level.UNSURE, "c": Level.CALM}
ROWS = [
    # text (level it is taken for), truth
    (Labelled("u道路から水が漏水", "ja", True, "road_leak"), None),
    (Labelled("?道から水が", "ja", True, "road_leak"), None),
    (Labelled("c道がぬれて", "ja", True, "road_collapse"), None),
    (Labelled("u漏水の料金", "ja", False, intent="question"), None),
    (Labelled("c料金", "ja", False, intent="question"), None),
    (Labelled("c火事です", "ja", False, redirect="119"), Redirect.FIRE_AMBULANCE),
    (Labelled("c泥棒です", "ja", False, redirect="110"), None),
]


def _understand(text: str, language: str | None) -> Meaning:
    redirect = next(sent for row, sent in ROWS if row.text == text)
    level = LEVELS[text[0]]
    category = None if level is Level.CALM else Category.ROAD_LEAK
    return Meaning(text, "", language or "ja", Intent.QUESTION, Urgency(level, 0.5, category, redirect))


def test_urgent_counts_when_found_at_once_or_after_the_question() -> None:
    found = figures([row for row, _ in ROWS], _understand)
    assert found.recall == Proportion(2, 3)
    assert found.asked == Proportion(1, 3)
    assert found.alarms == Proportion(1, 4)
    assert (found.recall_with_keyword, found.recall_without) == (Proportion(1, 1), Proportion(1, 2))
    assert (found.alarms_with_keyword, found.alarms_without) == (Proportion(1, 1), Proportion(0, 3))
    assert (found.redirects, found.misdirected) == (Proportion(1, 2), Proportion(0, 5))
    assert found.category == Proportion(2, 2)
    assert found.intent == Proportion(2, 2)
    assert found.by_class == {"road_leak": Proportion(2, 2), "road_collapse": Proportion(0, 1)}
    assert [row.text[1:] for row, _ in found.wrong] == ["道がぬれて", "漏水の料金", "泥棒です"]


@pytest.mark.parametrize(
    ("text", "language", "has"),
    [
        ("道路が陥没", "ja", True),
        ("道がへこんで", "ja", False),
        ("ロースイシテマス", "ja", True),
        ("a pipe burst", "en", True),
        ("the street is wet", "en", False),
        ("马路漏水", "zh", True),
        ("누수예요", "ko", True),
    ],
)
def test_a_keyword_is_what_anybody_would_search_for(text: str, language: str, has: bool) -> None:
    assert obvious(Labelled(text, language, True)) is has


def test_an_utterance_of_two_classes_is_urgent_and_redirected() -> None:
    row = of_utterance(
        Utterance("人が穴に", ("redirect_119", "road_collapse"), "g", "w", "ja"), load_labels(DATA_DIR / "labels.yaml")
    )
    assert (row.urgent, row.category, row.redirect) == (True, "road_collapse", "119")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "line 1: is not JSON"),
        ("[]", "line 1: must be a JSON object"),
        ('{"text": "水"}', "line 1: needs 'urgent' (bool)"),
        ("", "holds no row"),
    ],
)
def test_bad_rows_are_refused_with_their_line(tmp_path: Path, line: str, told: str) -> None:
    (tmp_path / "rows.jsonl").write_text(line + "\n", encoding="utf-8")
    with pytest.raises(BadRows) as refused:
        read_urgency(tmp_path / "rows.jsonl")
    assert told in str(refused.value)
