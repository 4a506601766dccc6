"""Training: repeatable, split by group, and what it writes is what understanding reads."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from nlu.encoder import HIDDEN, WINDOWS, load_encoder
from nlu.judgement import BY_SOUND, WRITTEN, load_calibration, load_heads
from nlu.labels import load_labels
from nlu.ngrams import load_ngrams
from nlu.source import DATA_DIR
from nlu.training.base import Base, load_base, write_pieces
from nlu.training.learn import Plan
from nlu.training.network import EncoderNet, Reader, export
from nlu.training.paraphrases import read_paraphrases
from nlu.training.samples import HEARD, SLIPS, SPOKEN, dev_groups, forms, joined, misheard, sample
from nlu.training.samples import WRITTEN as AS_WRITTEN
from nlu.training.ship import judgement, ship, topics_of
from nlu.utterances import Utterance, read_utterances

LABELS = load_labels(DATA_DIR / "labels.yaml")
LEAK = Utterance("道路から水が出ています", ("road_leak",), "x/road_leak/a", "x", "ja", "ゾーロカラミズガデテマス")
BILL = Utterance("料金はいくらですか", ("question",), "x/question/b", "x", "ja")
HURT = Utterance("人が穴に落ちた", ("redirect_119", "road_collapse"), "x/r/c", "x", "ja")
DIMENSIONS = 16


def _random_base(texts: list[str]) -> Base:
    """A base of the right shape that needs no download and knows nothing."""
    letters = sorted({char for text in texts for char in text})
    pieces = [("<unk>", 0.0), ("<s>", 0.0), ("</s>", 0.0), ("▁", -3.0), *((char, -4.0) for char in letters)]
    chance = np.random.default_rng(1)

    def drawn(*shape: int) -> np.ndarray:
        return (chance.standard_normal(shape) * 0.1).astype(np.float32)

    wide, deep = DIMENSIONS + 3 * HIDDEN, 12
    dense = {
        "proj": drawn(DIMENSIONS, 3 * HIDDEN),
        "proj_b": drawn(3 * HIDDEN),
        "all_g": drawn(wide),
        "all_o": drawn(wide),
    }
    dense |= {"proj_g": drawn(3 * HIDDEN), "proj_o": drawn(3 * HIDDEN), "out": drawn(wide, deep), "out_b": drawn(deep)}
    dense |= {"d0": drawn(deep, 8), "d1": drawn(8, 8), "p1": drawn(deep, 8), "d2": drawn(8, deep), "p3": drawn(8, deep)}
    dense["d3"] = drawn(deep, deep)
    for width in WINDOWS:
        for layer in ("a", "b"):
            dense |= {f"{layer}{width}": drawn(width * HIDDEN, HIDDEN), f"{layer}{width}_b": drawn(HIDDEN)}
    return Base(pieces, drawn(len(pieces), DIMENSIONS), dense)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("data")
    (data / "labels.yaml").write_bytes((DATA_DIR / "labels.yaml").read_bytes())
    for language, lines in {
        "ja": {
            "road_leak": ["道から水が出てます", "路面から水が", "水が道に", "道が水浸し"],
            "question": ["料金はいくら", "いつ料金が", "料金のこと", "それはいくら"],
        },
        "en": {
            "road_leak": ["water on the road", "the street leaks water", "road and water", "water all over the street"],
            "question": ["how much is it", "when is it", "how is it paid", "is it much"],
        },
    }.items():
        for label, texts in lines.items():
            path = data / language / "utterances" / "w" / f"{label}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(f"[{i}: x]\n{text}\n{text}よ\n" for i, text in enumerate(texts)), encoding="utf-8")
    return data


def _shipped(data: Path, folder: Path) -> list[str]:
    said: list[str] = []
    ship(data, folder, [["料金", "代金"], ["開始", "開栓"]], Plan(epochs=1, batch=4), said.append, begin=_random_base)
    return said


def test_training_twice_gives_the_same_weights(tiny: Path, tmp_path: Path) -> None:
    said = _shipped(tiny, tmp_path / "one")
    first = load_ngrams(tiny / "ja").weights
    _shipped(tiny, tmp_path / "two")
    one, two = load_encoder(tmp_path / "one"), load_encoder(tmp_path / "two")
    assert np.array_equal(one.table, two.table)
    assert np.array_equal(first, load_ngrams(tiny / "ja").weights)
    assert np.array_equal(load_heads(tmp_path / "one").weights, load_heads(tmp_path / "two").weights)
    assert set(load_calibration(tmp_path / "one", "ja")) == {WRITTEN, BY_SOUND}
    assert any(line.startswith("ja") and "recall" in line for line in said), "figures on the groups kept aside"
    guess = judgement(tiny, tmp_path / "one", "en", LABELS).guess("water", "water", by_sound=False)
    assert sum(guess.labels.values()) == pytest.approx(1.0)


def test_what_is_trained_is_what_runs(tmp_path: Path) -> None:
    texts = ["道路から水が出ています", "water on the road", "ミズガデテマス"]
    base = _random_base(texts)
    tokenizer = write_pieces(base.pieces, tmp_path / "pieces.json")
    net = EncoderNet(base).eval()
    export(net, tmp_path)
    _, unit = net(*Reader(tokenizer)(texts))
    assert np.allclose(unit.detach().numpy(), load_encoder(tmp_path).encode(texts), atol=0.02), "int8 and float16 apart"


def test_the_base_is_cut_down_and_kana_begin_with_what_their_spelling_means() -> None:
    base = load_base(["道路から水が出ています", "道路の水です", "ドーロカラミズ"])
    names = [name for name, _ in base.pieces]
    assert len(names) == len(base.table) < 30_000
    spoken, written = base.table[names.index("ドーロ")], base.table[names.index("道路")]
    assert spoken @ written / np.linalg.norm(spoken) / np.linalg.norm(written) > 0.9


def test_a_group_is_kept_aside_whole_and_of_every_class() -> None:
    rows = read_utterances(DATA_DIR / "ja", LABELS)
    aside = dev_groups(rows, 0.1, 1)
    assert {row.label for row in rows if row.group in aside} == set(LABELS)
    assert 0.05 < sum(row.group in aside for row in rows) / len(rows) < 0.2


def test_an_utterance_teaches_in_every_form_a_recogniser_writes() -> None:
    found = forms(LEAK, LABELS, random.Random(1))
    assert [one.form for one in found] == [AS_WRITTEN, SPOKEN, SLIPS, HEARD]
    assert found[1].text == "ドーロカラミズガデテイマス"
    assert all(one.urgent and one.label == "road_leak" for one in found)


def test_a_redirect_that_is_also_a_matter_is_both() -> None:
    one = sample(HURT.text, HURT, LABELS, AS_WRITTEN)
    assert (one.urgent, one.redirect, one.label) == (True, 1, "redirect_119")


def test_two_matters_in_one_breath_are_urgent_when_one_is() -> None:
    calm, urgent = (sample(row.text, row, LABELS, AS_WRITTEN) for row in (BILL, LEAK))
    for both in (joined(calm, urgent), joined(urgent, calm)):
        assert both.urgent
        assert both.label == "road_leak"


def test_slips_are_repeatable() -> None:
    assert misheard("ドーロカラミズガデテイマス" * 5, random.Random(3)) == misheard(
        "ドーロカラミズガデテイマス" * 5, random.Random(3)
    )


def test_an_id_that_several_languages_have_is_one_topic(tmp_path: Path) -> None:
    ja, en = tmp_path / "ja.yaml", tmp_path / "en.yaml"
    ja.write_text("entries: [{id: start, question: 開始は, phrasings: [開けて], answer: はい}]\n", encoding="utf-8")
    en.write_text("topics: {start: [turn it on], stop: [turn it off]}\n", encoding="utf-8")
    found = read_paraphrases([ja, en])
    assert found["start"] == ["開始は", "開けて", "はい", "turn it on"]
    assert topics_of(found)[0][-2:] == ["アケテ", "ハイ"] or "アケテ" in topics_of(found)[0]
