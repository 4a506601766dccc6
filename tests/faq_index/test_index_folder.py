"""An index that does not belong to this FAQ, model and program is refused, with the remedy."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from faq_index.answers import MANIFEST, IndexUnusable, build, load
from faq_index.corpus import Corpus
from faq_index.embed import Embedder, SentenceEmbedder, Vectors
from faq_index.labelled import NONE, Labelled, load_labelled

# pyopenjtalk-plus 0.4.1 starts Sudachi by a call that Sudachi 0.7 deprecates; not ours to change
pytestmark = pytest.mark.filterwarnings(r"ignore:Dictionary\.create:DeprecationWarning:pyopenjtalk")

Reading = Callable[[str], str]


class Blind:
    """An embedder that hears no difference between any two texts."""

    model_hash = "blind"

    def encode(self, texts: Sequence[str]) -> Vectors:
        return np.ones((len(texts), 1), dtype=np.float32)


def small(corpus: Corpus, topics: int = 3) -> tuple[Corpus, ...]:
    return (replace(corpus, entries=corpus.entries[:topics]),)


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "index"))


Corpora = tuple[Corpus, ...]
Models = tuple[Embedder, ...]


def test_an_index_opens_with_what_it_was_built_from(folder: Path, corpora: Corpora, models: Models) -> None:
    opened = load(folder, corpora, models)
    assert list(opened.indexes) == ["ja", "zh", "ko", "en"]
    for index in opened.indexes.values():
        assert index.figures.hit_at_1 > 0.75
        assert index.figures.answered_out_of_scope <= 0.03


def test_an_index_that_was_never_built_says_how_to_build_it(tmp_path: Path, corpora: Corpora, models: Models) -> None:
    with pytest.raises(IndexUnusable, match=r"not built yet.*mizumado index build"):
        load(tmp_path / "nowhere", corpora, models)


def test_an_index_of_another_faq_is_stale(folder: Path, corpus: Corpus, models: Models) -> None:
    with pytest.raises(IndexUnusable, match=r"stale, its corpus .*mizumado index build"):
        load(folder, small(corpus), models)


def test_an_index_of_another_model_is_stale(folder: Path, corpora: Corpora) -> None:
    with pytest.raises(IndexUnusable, match="stale, its model"):
        load(folder, corpora, (Blind(),))


def test_an_index_calibrated_on_other_calls_is_stale(folder: Path, corpora: Corpora, models: Models) -> None:
    labelled = {corpus.language: load_labelled(corpus.language) for corpus in corpora}
    labelled["en"] = replace(labelled["en"], outside=("hello",))
    with pytest.raises(IndexUnusable, match="stale, its labelled"):
        load(folder, corpora, models, labelled)


def test_an_index_of_another_format_is_stale(copy: Path, corpora: Corpora, models: Models) -> None:
    manifest = json.loads((copy / MANIFEST).read_text(encoding="utf-8"))
    manifest["stamp"]["format"] = 0
    (copy / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(IndexUnusable, match="stale, its format"):
        load(copy, corpora, models)


@pytest.mark.parametrize("content", ["{", "[]", '{"stamp": {}}'])
def test_a_broken_manifest_is_refused(copy: Path, corpora: Corpora, models: Models, content: str) -> None:
    (copy / MANIFEST).write_text(content, encoding="utf-8")
    with pytest.raises(IndexUnusable, match=r"broken, .*mizumado index build"):
        load(copy, corpora, models)


def test_a_cut_file_is_refused(copy: Path, corpora: Corpora, models: Models) -> None:
    (copy / "ja" / "sound.faiss").write_bytes((copy / "ja" / "sound.faiss").read_bytes()[:100])
    with pytest.raises(IndexUnusable, match="broken, a file"):
        load(copy, corpora, models)


def test_a_new_answer_does_not_make_the_index_stale(folder: Path, corpora: Corpora, models: Models) -> None:
    japanese, *languages = corpora
    first, *others = japanese.entries
    changed = replace(japanese, entries=(replace(first, answer="。", approval="approved"), *others))
    load(folder, (changed, *languages), models)


def test_building_again_replaces_the_old_index(
    corpus: Corpus, embedder: SentenceEmbedder, reading: Reading, tmp_path: Path
) -> None:
    build(small(corpus, 3), (embedder,), reading, tmp_path / "index")
    build(small(corpus, 4), (embedder,), reading, tmp_path / "index")
    load(tmp_path / "index", small(corpus, 4), (embedder,))
    assert [path.name for path in tmp_path.iterdir()] == ["index"]


def test_the_same_input_builds_the_same_index(
    corpus: Corpus, embedder: SentenceEmbedder, reading: Reading, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        build(small(corpus, 9), (embedder,), reading, tmp_path / name)
    assert (tmp_path / "one" / MANIFEST).read_text() == (tmp_path / "two" / MANIFEST).read_text()


def test_what_was_loaded_finds_what_was_built(
    corpus: Corpus, embedder: SentenceEmbedder, reading: Reading, tmp_path: Path
) -> None:
    built = build(small(corpus, 9), (embedder,), reading, tmp_path / "index")
    opened = load(tmp_path / "index", small(corpus, 9), (embedder,))
    for entry in corpus.entries[:9]:
        asked = entry.phrasings[0], reading(entry.phrasings[0])
        assert opened.search(*asked) == built.search(*asked)


def test_one_topic_alone_can_be_searched(
    corpus: Corpus, embedder: SentenceEmbedder, reading: Reading, tmp_path: Path
) -> None:
    (only,) = small(corpus, 1)
    answers = build((only,), (embedder,), reading, tmp_path / "index")
    ranking = answers.search(only.entries[0].question, reading(only.entries[0].question))
    assert [candidate.topic for candidate in ranking.candidates] == [only.entries[0].id]
    assert ranking.margin == ranking.candidates[0].score
    assert ranking.choices == ()


def test_a_model_that_tells_nothing_apart_leaves_the_words_to_decide(
    corpus: Corpus, reading: Reading, tmp_path: Path
) -> None:
    blind: Embedder = Blind()
    answers = build(small(corpus), (blind,), reading, tmp_path / "index")
    question = corpus.entries[1].question
    assert answers.search(question, reading(question)).candidates[0].topic == corpus.entries[1].id


def test_calls_of_retired_topics_do_not_count_in_calibration(
    corpus: Corpus, embedder: SentenceEmbedder, reading: Reading, tmp_path: Path
) -> None:
    labelled = load_labelled()
    kept = small(corpus)
    ids = {entry.id for entry in kept[0].entries}
    fewer = Labelled(tuple(call for call in labelled.in_scope if call[0] in ids), labelled.outside, labelled.borrowed)
    one = build(kept, (embedder,), reading, tmp_path / "one", {"ja": labelled})
    two = build(kept, (embedder,), reading, tmp_path / "two", {"ja": fewer})
    assert one.indexes["ja"].calibration == two.indexes["ja"].calibration


def test_without_labelled_calls_topics_are_found_and_nothing_is_answered(
    corpus: Corpus, embedder: SentenceEmbedder, reading: Reading, tmp_path: Path
) -> None:
    answers = build(small(corpus), (embedder,), reading, tmp_path / "index", {"ja": NONE})
    question = corpus.entries[1].question
    ranking = answers.search(question, reading(question))
    assert ranking.candidates[0].topic == corpus.entries[1].id
    assert (ranking.answer, ranking.choices) == (None, ())
