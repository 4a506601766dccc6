"""The embedding model: the shipped one, and another one by setting."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Split

from faq_index import pieces
from faq_index.embed import SHIPPED_MODEL, ModelError, SentenceEmbedder, SideBySide, _hash_of

# pyopenjtalk-plus 0.4.1 starts Sudachi by a call that Sudachi 0.7 deprecates; not ours to change
pytestmark = pytest.mark.filterwarnings(r"ignore:Dictionary\.create:DeprecationWarning:pyopenjtalk")

MEGABYTE = 1_000_000


@pytest.fixture
def other_model(tmp_path: Path) -> Path:
    """A sentence-transformers model that this project did not train: one vector a character."""
    tokenizer = Tokenizer(WordLevel({"?": 0, "水": 1, "道": 2, ":": 3}, unk_token="?"))
    tokenizer.pre_tokenizer = Split("", "isolated")
    model = SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=4)], device="cpu")
    model.save(str(tmp_path / "other"), create_model_card=False)
    return tmp_path / "other"


def test_the_shipped_model_is_small_enough_to_be_committed() -> None:
    assert sum(file.stat().st_size for file in SHIPPED_MODEL.rglob("*") if file.is_file()) <= 25 * MEGABYTE


def test_vectors_have_unit_length_and_one_row_a_text(embedder: SentenceEmbedder) -> None:
    vectors = embedder.encode(
        ["水道を使いたい", "スイドーオツカイタイ", "turn on the water", "开通自来水", "수도 개통"] * 20
    )
    assert vectors.shape == (100, 256)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(100), abs=1e-5)
    assert embedder.encode([]).shape == (0, 256)


def test_kana_and_other_languages_mean_what_the_writing_means(embedder: SentenceEmbedder) -> None:
    asked, kana, english, other = embedder.encode(
        ["水道料金の口座振替", "スイドーリョーキンノコーザフリカエ", "direct debit for the water bill", "水が茶色い"]
    )
    assert asked @ kana > 0.7 > asked @ other + 0.2
    assert asked @ english > asked @ other + 0.2


@pytest.mark.parametrize("text", ["", " ", "Ω", "🚰💧", "\x00\x07", "\ud800", "あ" * 10_000])
def test_any_text_gives_numbers(embedder: SentenceEmbedder, text: str) -> None:
    assert np.isfinite(embedder.encode([text])).all()


def test_models_side_by_side_weigh_each_others_cosine(other_model: Path, embedder: SentenceEmbedder) -> None:
    other = SentenceEmbedder(other_model)
    both = SideBySide((embedder, 3.0), (other, 1.0))
    texts = ["水道", "水"]
    cosines = [float(one @ two) for one, two in (model.encode(texts) for model in (embedder, other, both))]
    assert cosines[2] == pytest.approx((3 * cosines[0] + cosines[1]) / 4, abs=1e-5)
    assert both.model_hash != SideBySide((embedder, 1.0), (other, 1.0)).model_hash


def test_the_lean_way_gives_what_the_library_gives(other_model: Path) -> None:
    texts = ["水道", "道", "水水道"]
    library = SentenceTransformer(str(other_model), device="cpu").encode(
        texts, normalize_embeddings=True, show_progress_bar=False
    )
    assert SentenceEmbedder(other_model).encode(texts) == pytest.approx(library, abs=1e-6)


def test_a_prefix_that_a_model_asks_for_is_put_before_every_text(other_model: Path) -> None:
    plain, asked = SentenceEmbedder(other_model), SentenceEmbedder(other_model, prefix="水:")
    assert asked.encode(["道"]) == pytest.approx(plain.encode(["水:道"]), abs=1e-6)
    assert asked.model_hash != plain.model_hash


def test_the_hash_follows_the_files_of_the_model(other_model: Path) -> None:
    before = SentenceEmbedder(other_model).model_hash
    assert SentenceEmbedder(other_model).model_hash == before
    (other_model / pieces.FILE).write_text(json.dumps(pieces.CUT), encoding="utf-8")
    assert SentenceEmbedder(other_model).model_hash != before


def test_a_model_that_cannot_be_loaded_is_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "modules.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match=r"correct the setting, or restore the shipped model") as told:
        SentenceEmbedder(tmp_path)
    assert str(tmp_path) in str(told.value)


def test_a_model_whose_texts_were_cut_in_another_way_is_refused(other_model: Path) -> None:
    (other_model / pieces.FILE).write_text('{"cut": "scripts", "version": 0}', encoding="utf-8")
    with pytest.raises(ModelError, match="of another version"):
        SentenceEmbedder(other_model)


def test_the_hash_of_a_name_is_the_name() -> None:
    assert _hash_of("some/model", "") != _hash_of("another/model", "") != _hash_of("another/model", "query: ")
