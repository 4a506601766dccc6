"""What is exported is loaded by plain faster-whisper and computes what the trained model computes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from audio.sound import Sound
from audio.training.ctc import greedy
from audio.training.export import CTC_FILE, export
from audio.training.features import log_mel
from audio.training.kana import ALPHABET
from audio.training.model import Recogniser
from audio.training.reader import Reader
from audio.training.train import new_recogniser
from audio.training.vocabulary import TEXT, ids, language_ids, tokens


@pytest.fixture(scope="module")
def model() -> Recogniser:
    return new_recogniser(3, width=32, heads=2, inner=48, encoder_layers=1, decoder_layers=1).eval()


@pytest.fixture(scope="module")
def folder(model: Recogniser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    export(model, folder)
    return folder


def _speech() -> np.ndarray:
    return (0.1 * np.random.default_rng(0).standard_normal(8000)).astype(np.float32)


def test_every_token_stands_once_and_text_comes_first() -> None:
    assert len(set(tokens())) == len(tokens())
    assert tokens()[: len(TEXT)] == TEXT
    assert ids()[""] == len(TEXT)  # CTranslate2 takes a model with an empty token for a multilingual one
    assert len(language_ids()) == 99
    assert language_ids()["<|ja|>"] == ids()["<|ja|>"]


def test_faster_whisper_takes_it_for_a_multilingual_model(folder: Path) -> None:
    from faster_whisper import WhisperModel

    loaded = WhisperModel(str(folder), device="cpu", compute_type="int8", local_files_only=True)
    assert loaded.model.is_multilingual
    assert loaded.feature_extractor.hop_length == 320


def test_it_can_write_nothing_but_kana(folder: Path) -> None:
    assert set(Reader(folder, beam=1).read(_speech())) <= {*ALPHABET, " "}


def test_the_exported_encoder_hears_what_the_trained_one_hears(model: Recogniser, folder: Path) -> None:
    mel = log_mel(Sound(_speech(), 8000))
    with torch.no_grad():
        spelt = model.spelt(model.encoder(torch.from_numpy(mel)[None]))
    reader = Reader(folder, cut_padding=True)
    assert reader.has_ctc
    written, expected = reader.spell(_speech()), greedy(spelt, torch.tensor([spelt.shape[1]]))[0]
    assert abs(len(written) - len(expected)) <= max(2, len(expected) // 3)  # int8 is not exact on an untrained model


def test_the_folder_holds_all_that_is_needed(folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    assert {"model.bin", "config.json", "vocabulary.json", "tokenizer.json", "preprocessor_config.json"} <= names
    assert CTC_FILE in names


def test_a_clip_of_silence_does_not_stop_the_reader(folder: Path) -> None:
    Reader(folder, cut_padding=True, beam=1).read(np.zeros(4000, np.float32))
