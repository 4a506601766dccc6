"""The embedding model: the shipped one, another one by setting, and how it is trained."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Split

from faq_index.corpus import Corpus
from faq_index.embed import SHIPPED_MODEL, ModelError, SentenceEmbedder
from faq_index.train import Recipe, main, train

# pyopenjtalk-plus 0.4.1 starts Sudachi by a call that Sudachi 0.7 deprecates; not ours to change
pytestmark = pytest.mark.filterwarnings(r"ignore:Dictionary\.create:DeprecationWarning:pyopenjtalk")

Reading = Callable[[str], str]
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
    assert sum(file.stat().st_size for file in SHIPPED_MODEL.rglob("*") if file.is_file()) <= 2 * MEGABYTE


def test_vectors_have_unit_length_and_one_row_a_text(embedder: SentenceEmbedder) -> None:
    vectors = embedder.encode(["水道を使いたい", "スイドーオツカイタイ"] * 40)
    assert vectors.shape == (80, 64)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(80), abs=1e-5)


def test_a_text_without_a_known_piece_still_gives_numbers(embedder: SentenceEmbedder) -> None:
    assert np.isfinite(embedder.encode(["", "Ω"])).all()


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
    (other_model / "char_ngrams.json").write_text('{"sizes": [1]}', encoding="utf-8")
    assert SentenceEmbedder(other_model).model_hash != before


def test_a_model_that_cannot_be_loaded_is_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "modules.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match=r"correct the setting, or restore the shipped model") as told:
        SentenceEmbedder(tmp_path)
    assert str(tmp_path) in str(told.value)


def test_training_twice_gives_the_same_model(corpus: Corpus, reading: Reading) -> None:
    topics = {entry.id: [(said, reading(said)) for said in entry.sayings] for entry in corpus.entries[:5]}
    decoys = [("もしもし", "モシモシ")]
    one, two = (train(topics, decoys, Recipe(steps=5)) for _ in range(2))
    assert (one.encode(["水道"]) == two.encode(["水道"])).all()


def test_the_training_command_writes_a_model_and_prints_held_out_figures(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["--folder", str(tmp_path / "model"), "--steps", "3"])
    assert done.exit_code == 0, done.output
    assert "held-out hit@1" in done.output
    assert SentenceEmbedder(tmp_path / "model").encode(["水道"]).shape == (1, 64)
