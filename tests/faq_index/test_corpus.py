"""The FAQ file: what a person who edits it is told, and what the shipped one promises."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from faq_index.corpus import DATA, Corpus, load_corpus, sentences
from faq_index.decoys import decoys_of
from faq_index.labelled import load_labelled
from faq_index.strict_yaml import DataError
from faq_index.text import normalise

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
        (("language: ja", "language: fr"), r"key 'language': Input should be 'ja', 'en', 'zh' or 'ko'"),
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


SAID = "topics:\n  start:\n    - さらに別の言い方\n    - 言い方、０\n    - さらに別の言い方\n"


def with_sayings(tmp_path: Path, text: str, corpus: str = HEAD + ENTRY) -> Path:
    (tmp_path / "sayings" / "ja").mkdir(parents=True)
    (tmp_path / "sayings" / "ja" / "writer.yaml").write_text(text, encoding="utf-8")
    return written(tmp_path, corpus)


def test_what_further_people_say_joins_the_entry_once(tmp_path: Path) -> None:
    sayings = load_corpus(with_sayings(tmp_path, SAID)).by_id()["start"].sayings
    assert sayings[-2:] == ("言い方7", "さらに別の言い方")


def test_what_further_people_say_of_a_retired_topic_is_left_out(tmp_path: Path) -> None:
    other = ENTRY.replace("id: start", "id: stop").replace("始めるには", "止めるには").replace("言い方", "別の言い方")
    text = HEAD + ENTRY + other.replace("approval: sample", "approval: retired")
    assert list(load_corpus(with_sayings(tmp_path, SAID.replace("start", "stop"), text)).by_id()) == ["start"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("  start:", "  sart:"), r"writer.yaml: topic 'sart': there is no such entry"),
        (("さらに別の言い方", "別の言い方4"), r"writer.yaml: topic 'start': '別の言い方4' stands already in 'stop'"),
    ],
)
def test_a_saying_of_no_topic_or_of_another_is_refused(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    other = ENTRY.replace("id: start", "id: stop").replace("始めるには", "止めるには").replace("言い方", "別の言い方")
    with pytest.raises(DataError, match=message):
        load_corpus(with_sayings(tmp_path, SAID.replace(*change), HEAD + ENTRY + other))


@pytest.mark.parametrize(
    ("language", "answer", "told"),
    [
        ("en", "A" * 109 + ". At 8.45 a.m. we open.", None),
        ("en", "A" * 110 + ".", "a sentence of 111 characters; split it, at most 110 each"),
        ("en", "One. Two. Three. Four.", "4 sentences"),
        ("zh", "水" * 39 + "。", None),
        ("zh", "水" * 40 + "。", "a sentence of 41 characters; split it, at most 40 each"),
        ("ko", "물" * 59 + ".", None),
        ("ko", "물" * 60 + ".", "a sentence of 61 characters; split it, at most 60 each"),
        ("ko", "하나. 둘. 셋. 넷.", "4 sentences"),
    ],
)
def test_an_ear_keeps_as_much_as_its_language_allows(
    tmp_path: Path, language: str, answer: str, told: str | None
) -> None:
    text = (HEAD + ENTRY).replace("language: ja", f"language: {language}").replace("担当者がご案内します。", answer)
    path = written(tmp_path, text)
    if told is None:
        assert load_corpus(path).language == language
    else:
        with pytest.raises(DataError, match=told):
            load_corpus(path)


def test_the_hash_changes_with_what_is_searched_only(tmp_path: Path) -> None:
    plain = load_corpus(written(tmp_path, HEAD + ENTRY)).corpus_hash
    assert load_corpus(written(tmp_path, HEAD + ENTRY.replace("ご案内します", "承ります"))).corpus_hash == plain
    assert load_corpus(written(tmp_path, HEAD + ENTRY.replace("言い方0", "言い回し"))).corpus_hash != plain


def test_every_topic_of_the_bureaus_list_has_an_entry_with_its_category_and_priority(corpus: Corpus) -> None:
    with (DATA / "topics.csv").open(encoding="utf-8", newline="") as file:
        wanted = {row["topic"]: (row["category"], row["priority"]) for row in csv.DictReader(file)}
    assert {entry.id: (entry.category, entry.priority) for entry in corpus.entries} == wanted


def test_every_language_has_the_same_topics_for_the_same_desks(corpora: tuple[Corpus, ...]) -> None:
    assert [corpus.language for corpus in corpora] == ["ja", "zh", "ko", "en"]
    facts = [{entry.id: (entry.owner, entry.priority) for entry in corpus.entries} for corpus in corpora]
    assert facts == [facts[0]] * 4


def test_every_shipped_entry_is_a_sample_until_the_bureau_approves_it(corpora: tuple[Corpus, ...]) -> None:
    assert corpora[0].mark == "見本（発注者の承認前）"
    assert {entry.approval for corpus in corpora for entry in corpus.entries} == {"sample"}


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


@pytest.mark.parametrize("language", ["ja", "en", "zh", "ko"])
def test_every_topic_has_held_out_calls_and_no_held_out_call_is_searched(language: str) -> None:
    corpus, labelled = load_corpus(DATA / f"{language}.yaml"), load_labelled(language)
    assert {topic for topic, _ in labelled.in_scope} == set(corpus.by_id())
    searched = {normalise(said) for entry in corpus.entries for said in entry.sayings}
    searched |= {normalise(text) for text in labelled.outside}
    assert [text for _, text in labelled.in_scope if normalise(text) in searched] == []
    assert len(labelled.outside) >= 250


def test_a_decoy_asks_what_we_answer_of_something_that_is_not_ours(corpora: tuple[Corpus, ...]) -> None:
    for corpus in corpora:
        decoys = decoys_of(corpus)
        assert len(decoys) > 300
        assert decoys == decoys_of(corpus)
    assert not any("水道" in text for text in decoys_of(corpora[0]))
