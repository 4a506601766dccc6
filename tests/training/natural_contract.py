"""What every engine of natural voices keeps to; `python -m tests.training.natural_contract STYLES` asks the real one.

The real one is an optional package that the tests do without, so they ask a stand-in the same.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from audio.training.natural import NATURAL_RATE, Engine, Manner, Styles, load_styles

_SHORT, _LONG = ["ハイ"], ["ミズ", "ガ", "デ", "マセ", "ン", "、", "スイドー", "デス", "。"]


def check(engine: Engine, manner: Manner) -> None:
    """Raises AssertionError."""
    short, long = (engine.sound(pieces, manner.style, 1.0) for pieces in (_SHORT, _LONG))
    assert short.dtype == long.dtype == np.float32
    assert short.ndim == long.ndim == 1
    assert np.isfinite(long).all()
    assert np.abs(long).max() > 0.01
    assert 0.1 * NATURAL_RATE < len(short) < len(long) < 8 * NATURAL_RATE
    assert len(engine.sound(_LONG, manner.style, 1.4)) < len(long)


if __name__ == "__main__":
    from audio.training.kokoro import Kokoro

    check(Kokoro(), Styles(load_styles(Path(sys.argv[1]))).draw(np.random.default_rng(0)))
