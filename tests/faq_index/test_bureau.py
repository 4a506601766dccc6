"""Any bureau's own FAQ: how its files are read, and that this retrieval finds no less in it than BM25."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from faq_index.bureau import BureauFaq, Item, read_asked, read_items
from faq_index.embed import SentenceEmbedder
from faq_index.strict_yaml import DataError

# pyopenjtalk-plus 0.4.1 starts Sudachi by a call that Sudachi 0.7 deprecates; not ours to change
pytestmark = pytest.mark.filterwarnings(r"ignore:Dictionary\.create:DeprecationWarning:pyopenjtalk")

HERE = Path(__file__).parent / "other_bureau"
HEAD = "id,question,answer\n"
ITEMS = (Item("a", "開館時間", "九時から"), Item("b", "休館日", "月曜"))


def test_this_retrieval_finds_no_less_than_bm25(embedder: SentenceEmbedder, reading: Callable[[str], str]) -> None:
    items = read_items(HERE / "faq.csv")
    asked = read_asked(HERE / "queries.jsonl", items)
    table = BureauFaq(items, embedder, reading)
    ours, plain = (
        sum(ranked(one.text)[0] in one.relevant for one in asked) for ranked in (table.ranked, table.ranked_by_bm25)
    )
    assert ours >= plain
    assert ours / len(asked) >= 0.7


def test_another_language_is_searched_by_its_own_words(embedder: SentenceEmbedder) -> None:
    items = (Item("1", "Where can I park?", "Behind the hall."), Item("2", "When do you open?", "At nine."))
    table = BureauFaq(items, embedder, str, "en")
    assert table.ranked("is there parking") == ["1", "2"]
    assert table.ranked_by_bm25("opening") == ["2", "1"]


def test_an_answer_is_searched_as_well(embedder: SentenceEmbedder, reading: Callable[[str], str]) -> None:
    items = (*ITEMS, Item("c", "その他", "駐輪場は裏手です"))
    assert BureauFaq(items, embedder, reading).ranked("駐輪場")[0] == "c"


@pytest.mark.parametrize("text", ["", "🚰", "\x00", "あ" * 10_000])
def test_no_question_is_an_error(embedder: SentenceEmbedder, reading: Callable[[str], str], text: str) -> None:
    assert sorted(BureauFaq(ITEMS, embedder, reading).ranked(text)) == ["a", "b"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("id,question\n1,何\n", r"faq.csv: line 1: no column 'answer'; the columns are id, question, answer"),
        (HEAD, r"holds no entry; write one a line"),
        (HEAD + "1,,答\n", r"line 2: column 'question' is empty; fill it or remove the line"),
        (HEAD + "1,何,答\n1,誰,答\n", r"entry 2: id '1' stands twice"),
        (HEAD + '1,"何,答\n', r"not a CSV file|holds no entry|column"),
    ],
)
def test_a_bad_table_is_refused_with_its_line_and_the_remedy(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "faq.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=told):
        read_items(path)


def test_a_table_in_another_encoding_or_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "faq.csv").write_bytes((HEAD + "1,何,答\n").encode("shift_jis"))
    for name in ("faq.csv", "none.csv"):
        with pytest.raises(DataError, match="cannot be read as UTF-8"):
            read_items(tmp_path / name)
        with pytest.raises(DataError, match="cannot be read as UTF-8"):
            read_asked(tmp_path / name, ITEMS)


def test_a_table_from_a_spreadsheet_is_read(tmp_path: Path) -> None:
    path = tmp_path / "faq.csv"
    path.write_text("\ufeffcategory,id,question,answer\r\nx,1,何,\r\n", encoding="utf-8")
    assert read_items(path) == (Item("1", "何", ""),)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", r"queries.jsonl: line 2: is not JSON"),
        ("[1]", r'line 2: needs an object with "text"'),
        ('{"text": "x"}', r'line 2: needs "relevant"'),
        ('{"text": "x", "relevant": {}}', r'line 2: needs "relevant"'),
        ('{"text": "x", "relevant": {"z": 1}}', r"line 2: entry 'z' is not in the FAQ; correct the id"),
        ('{"text": "x", "relevant": {"a": 3}}', r"line 2: entry 'a' has 3; write 1"),
        ('{"text": "x", "relevant": {"a": true}}', r"line 2: entry 'a' has True; write 1"),
    ],
)
def test_a_bad_question_is_refused_with_its_line_and_the_remedy(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "queries.jsonl"
    path.write_text("\n" + line, encoding="utf-8")
    with pytest.raises(DataError, match=told):
        read_asked(path, ITEMS)


def test_a_file_without_questions_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "queries.jsonl"
    path.write_text("\n\n", encoding="utf-8")
    with pytest.raises(DataError, match="holds no question"):
        read_asked(path, ITEMS)
