"""The FAQ file: what a person who edits it is told, and what the shipped one promises."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from faq_index.corpus import DATA, Corpus, load_corpus, sentences
from faq_index.labelled import load_labelled
from faq_index.strict_yaml import DataError

PHRASINGS = "\n".join(f"      - 言い方{n}" for n in range(8))
ENTRY = f"""
  - id: start
    category: 開始
    priority: P1
    owner: open_close
    approval: sample
    question: 始めるには
    phrasings:
{PHRASINGS}
    answer: 担当者がご案内します。"""
HEAD = "mark: 見本\nlanguage: ja\nentries:"
LONG = "あ" * 46 + "。"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "ja.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_sound_file_is_read(tmp_path: Path) -> None:
    corpus = load_corpus(written(tmp_path, HEAD + ENTRY))
    assert corpus.by_id()["start"].sayings[:2] == ("始めるには", "言い方0")
    assert corpus.mark == "見本"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("owner: open_close", "owner: nobody"), r"entry 'start', key 'owner': Input should be 'main'"),
        (("approval: sample", "aproval: sample"), r"entry 'start', key 'approval': missing; add it"),
        (
            ("approval: sample", "approval: sample\n    colour: red"),
            r"entry 'start', key 'colour': unknown key; remove",
        ),
        (("    priority: P1\n", "    priority: P1\n    priority: P2\n"), r"line 7: .*priority.*keep one of the two"),
        (
            ("ご案内します。", "ご。案。内。します。"),
            r"entry 'start', key 'answer': 4 sentences; shorten it to at most 3",
        ),
        (("担当者がご案内します。", LONG), r"entry 'start', key 'answer': a sentence of 47 characters; split it"),
        (("      - 言い方7\n", ""), r"entry 'start', key 'phrasings': List should have at least 8"),
        (("言い方7", '""'), r"entry 'start', key 'phrasings', item 8: String should have at least 1"),
        (("言い方7", "言い方6"), r"'言い方6' stands already in entry 'start'"),
        (("言い方7", "始めるには。"), r"'始めるには。' stands already in entry 'start'"),
        (("id: start", "id: Start!"), r"key 'id': String should match"),
        (("entries:", "entries: ["), r"not valid YAML"),
        (("mark: 見本", "mark: 見本\nsize: 3"), r"key 'size': unknown key"),
    ],
)
def test_a_fault_is_told_with_file_entry_key_and_remedy(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    path = written(tmp_path, (HEAD + ENTRY).replace(*change))
    with pytest.raises(DataError, match=message) as told:
        load_corpus(path)
    assert str(path) in str(told.value)


def test_a_phrasing_may_stand_in_one_entry_only_whatever_its_spelling(tmp_path: Path) -> None:
    other = ENTRY.replace("id: start", "id: stop").replace("始めるには", "止めるには").replace("言い方", "別の言い方")
    twin = other.replace("別の言い方3", "言イ方、３")
    load_corpus(written(tmp_path, HEAD + ENTRY + other))
    with pytest.raises(DataError, match=r"entry 'stop', key 'phrasings': .*stands already in entry 'start'"):
        load_corpus(written(tmp_path, HEAD + ENTRY + twin))


def test_an_id_may_stand_once_only(tmp_path: Path) -> None:
    twin = ENTRY.replace("始めるには", "止めるには").replace("言い方", "別の言い方")
    with pytest.raises(DataError, match=r"entry 'start', key 'id': used twice"):
        load_corpus(written(tmp_path, HEAD + ENTRY + twin))


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words"])
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError, match="the whole file"):
        load_corpus(written(tmp_path, text))


def test_a_missing_file_and_a_file_in_another_encoding_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file; restore it"):
        load_corpus(tmp_path / "none.yaml")
    (tmp_path / "sjis.yaml").write_bytes("見本".encode("shift_jis"))
    with pytest.raises(DataError, match="not valid YAML in UTF-8"):
        load_corpus(tmp_path / "sjis.yaml")


@pytest.mark.parametrize("state", ["rejected", "retired"])
def test_what_the_bureau_took_back_is_not_searched(tmp_path: Path, state: str) -> None:
    other = ENTRY.replace("id: start", "id: stop").replace("始めるには", "止めるには").replace("言い方", "別の言い方")
    text = HEAD + ENTRY + other.replace("approval: sample", f"approval: {state}")
    assert list(load_corpus(written(tmp_path, text)).by_id()) == ["start"]


def test_the_hash_changes_with_what_is_searched_only(tmp_path: Path) -> None:
    plain = load_corpus(written(tmp_path, HEAD + ENTRY)).corpus_hash
    assert load_corpus(written(tmp_path, HEAD + ENTRY.replace("ご案内します", "承ります"))).corpus_hash == plain
    assert load_corpus(written(tmp_path, HEAD + ENTRY.replace("言い方0", "言い回し"))).corpus_hash != plain


def test_every_topic_of_the_bureaus_list_has_an_entry_with_its_category_and_priority(corpus: Corpus) -> None:
    with (DATA / "topics.csv").open(encoding="utf-8", newline="") as file:
        wanted = {row["topic"]: (row["category"], row["priority"]) for row in csv.DictReader(file)}
    assert {entry.id: (entry.category, entry.priority) for entry in corpus.entries} == wanted


def test_every_shipped_entry_is_a_sample_until_the_bureau_approves_it(corpus: Corpus) -> None:
    assert corpus.mark == "見本（発注者の承認前）"
    assert {entry.approval for entry in corpus.entries} == {"sample"}


# The only figures that the bureau's facts contain: opening hours, the address, the meter's years, the frost, the cycle.
KNOWN_FIGURES = {"8", "45", "6", "3", "30", "4", "2", "1"}


def test_no_answer_tells_a_figure_that_is_not_known(corpus: Corpus) -> None:
    told = {entry.id: set(re.findall(r"\d+", entry.answer)) - KNOWN_FIGURES for entry in corpus.entries}
    assert {topic: figures for topic, figures in told.items() if figures} == {}


def test_figures_stand_only_in_the_answers_they_belong_to(corpus: Corpus) -> None:
    assert {entry.id for entry in corpus.entries if re.search(r"\d", entry.answer)} == {
        "hours",
        "counter",
        "meter_exch",
        "meter_cycle",
        "freeze_prev",
    }


@pytest.mark.parametrize("never", ["平日", "円", "中止", "開閉栓", "装置", "収納", "了解", "フリーダイヤル", "0120"])
def test_no_answer_uses_a_word_that_callers_are_not_told(corpus: Corpus, never: str) -> None:
    assert [entry.id for entry in corpus.entries if never in entry.answer] == []


def test_every_answer_ends_as_a_polite_sentence(corpus: Corpus) -> None:
    endings = re.compile(r"(です|ます|ません|ください|ございます)。$")
    impolite = [e.id for e in corpus.entries for s in sentences(e.answer) if not endings.search(s)]
    assert impolite == []


def test_every_topic_has_held_out_calls_and_no_held_out_call_is_searched(corpus: Corpus) -> None:
    labelled = load_labelled()
    assert {topic for topic, _ in labelled.in_scope} == set(corpus.by_id())
    searched = {said for entry in corpus.entries for said in entry.sayings} | set(labelled.decoys)
    assert [text for _, text in labelled.in_scope if text in searched] == []
    assert [text for text in labelled.out_of_scope if text in searched] == []
    assert len(labelled.out_of_scope) + len(labelled.decoys) >= 150
