"""How answers are judged: each figure on rows whose outcome is plain."""

from __future__ import annotations

from pathlib import Path

import pytest

from faq_index.bureau import Asked
from faq_index.candidates import Candidate, Ranking
from faq_index.corpus import DATA, load_corpora
from faq_index.strict_yaml import DataError
from ivr.evaluation.answers import Labelled, figures, rank_figures, rank_lines, read_labelled, read_unseen
from ivr.evaluation.labelled import BadRows

START = Ranking((Candidate("start", 0.9), Candidate("stop", 0.2)), "start", 0.7)
CLOSE = Ranking((Candidate("stop", 0.5), Candidate("start", 0.45)), None, 0.05, ("stop", "start"))
SILENT = Ranking((Candidate("red", 0.2),))


def test_each_outcome_is_counted_once() -> None:
    found = {"a": START, "b": CLOSE, "c": SILENT, "d": START, "e": CLOSE, "f": SILENT}
    rows = [
        Labelled("a", "ja", "start"),  # answered rightly
        Labelled("b", "ja", "start"),  # second place, offered
        Labelled("c", "ja", "start"),  # not found at all
        Labelled("d", "ja", "stop"),  # another topic answered
        Labelled("d", "ja", None),
        Labelled("e", "ja", None),
        Labelled("f", "ja", None),
    ]
    judged = figures(rows, lambda text, _: found[text])
    assert (judged.hit.hits, judged.hit.total) == (1, 4)
    assert judged.among_five.hits == 3
    assert judged.mrr == pytest.approx((1 + 0.5 + 0 + 0.5) / 4)
    assert (judged.right.hits, judged.wrong.hits, judged.offered.hits, judged.offered_vainly.hits) == (1, 1, 1, 0)
    assert (judged.outside.hits, judged.outside_offered.hits, judged.outside.total) == (1, 1, 3)
    assert [row.text for row, _ in judged.missed] == ["b", "c", "d", "d"]
    assert "hit@1" in next(iter(judged.named()))


def test_no_rows_are_no_figures() -> None:
    judged = figures([], lambda *_: SILENT)
    assert (judged.mrr, judged.hit.total, judged.outside.total) == (0.0, 0, 0)


def test_labelled_rows_are_read_and_bad_ones_refused_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "a", "topic": "start"}\n{"text": "b", "topic": null, "lang": "en"}\n', encoding="utf-8")
    assert read_labelled(path) == [Labelled("a", "ja", "start"), Labelled("b", "en", None)]
    path.write_text('{"text": "a"}\n', encoding="utf-8")
    with pytest.raises(BadRows, match="line 1: needs 'topic'"):
        read_labelled(path)


@pytest.mark.parametrize("language", ["ja", "en", "zh", "ko"])
def test_the_shipped_unseen_questions_are_of_every_topic_and_of_none(language: str) -> None:
    rows = read_unseen(DATA, language)
    assert {row.topic for row in rows} == {None, *(entry.id for entry in load_corpora()[0].entries)}
    assert len({row.text for row in rows}) == len(rows)


def test_unseen_questions_of_another_shape_are_refused(tmp_path: Path) -> None:
    (tmp_path / "unseen_ja.yaml").write_text("topics: [a]\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"unseen_ja\.yaml"):
        read_unseen(tmp_path, "ja")


def test_places_are_counted_by_the_first_entry_that_answers() -> None:
    order = {"q1": ["a", "b"], "q2": ["b", "c", "a"], "q3": ["b"] * 9 + ["a"], "q4": []}
    asked = [Asked(text, text, {"a": 1, "d": 2}) for text in order]
    found = rank_figures(asked, lambda text: order[text])
    assert {depth: hits.hits for depth, hits in found.hits.items()} == {1: 1, 3: 2, 10: 3}
    assert found.mrr == pytest.approx((1 + 1 / 3 + 1 / 10) / 4)
    assert next(iter(rank_lines({"BM25": found}))) == "BM25: MRR 0.358"
