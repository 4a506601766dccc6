"""The shipped FAQ, model and an index of them, built once for this folder's tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyopenjtalk
import pytest
from ruamel.yaml import YAML

from faq_index.answers import Answers, build, load
from faq_index.corpus import DATA, Corpus, load_corpora
from faq_index.embed import Embedder, SentenceEmbedder
from ivr.usecases.encoder_votes import UnderstandingEmbedder
from nlu.encoder import load_encoder

Unseen = dict[str, dict[str, list[str]] | list[str]]


@pytest.fixture(scope="session")
def reading() -> Callable[[str], str]:
    """Katakana as the embedded recogniser writes it."""
    return lambda text: str(pyopenjtalk.g2p(text, kana=True))


@pytest.fixture(scope="session")
def corpora() -> tuple[Corpus, ...]:
    return load_corpora()


@pytest.fixture(scope="session")
def corpus(corpora: tuple[Corpus, ...]) -> Corpus:
    """The Japanese one."""
    return corpora[0]


@pytest.fixture(scope="session")
def embedder() -> SentenceEmbedder:
    return SentenceEmbedder()


@pytest.fixture(scope="session")
def models(embedder: SentenceEmbedder) -> tuple[Embedder, ...]:
    """Those that vote in the shipped index."""
    return embedder, UnderstandingEmbedder(load_encoder())


@pytest.fixture(scope="session")
def folder(
    corpora: tuple[Corpus, ...],
    models: tuple[Embedder, ...],
    reading: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    place = tmp_path_factory.mktemp("faq") / "index"
    build(corpora, models, reading, place)
    return place


@pytest.fixture(scope="session")
def answers(folder: Path, corpora: tuple[Corpus, ...], models: tuple[Embedder, ...]) -> Answers:
    return load(folder, corpora, models)


@pytest.fixture(scope="session")
def unseen() -> dict[str, Unseen]:
    """By language, calls that no part of training, indexing or calibration has seen."""
    return {code: YAML(typ="safe").load(DATA / f"unseen_{code}.yaml") for code in ("ja", "en", "zh", "ko")}
