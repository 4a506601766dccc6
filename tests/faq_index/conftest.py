"""The shipped FAQ, model and an index of them, built once for this folder's tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyopenjtalk
import pytest
from ruamel.yaml import YAML

from faq_index.corpus import Corpus, load_corpus
from faq_index.embed import SentenceEmbedder
from faq_index.index import FaqIndex, build, load


@pytest.fixture(scope="session")
def reading() -> Callable[[str], str]:
    """Katakana as the embedded recogniser writes it."""
    return lambda text: str(pyopenjtalk.g2p(text, kana=True))


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    return load_corpus()


@pytest.fixture(scope="session")
def embedder() -> SentenceEmbedder:
    return SentenceEmbedder()


@pytest.fixture(scope="session")
def folder(
    corpus: Corpus,
    embedder: SentenceEmbedder,
    reading: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    place = tmp_path_factory.mktemp("faq") / "index"
    build(corpus, embedder, reading, place)
    return place


@pytest.fixture(scope="session")
def index(folder: Path, corpus: Corpus, embedder: SentenceEmbedder) -> FaqIndex:
    return load(folder, corpus, embedder)


@pytest.fixture(scope="session")
def unseen() -> dict[str, dict[str, list[str]]]:
    """Calls that no part of training, indexing or calibration has seen."""
    return YAML(typ="safe").load(Path(__file__).parent / "unseen_ja.yaml")  # type: ignore[no-any-return]
