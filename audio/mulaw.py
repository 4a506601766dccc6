"""G.711 µ-law, the sound of the telephone network: 16-bit samples <-> one byte a sample, by table.

Source: ITU-T Recommendation G.711 (11/88), table 2a/2b; the arithmetic (bias 33 on 14-bit magnitudes, eight segments of
sixteen steps, all bits inverted on the line) is that of ITU-T G.191's reference `ulaw_compress` / `ulaw_expand`.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

SILENCE = 0xFF
"""The byte that means zero on the line: what to pad with."""

_BIAS = 33
_LARGEST_MAGNITUDE = 8158  # of 14 bits; with the bias it still fits the eighth segment


def encode(samples: npt.NDArray[np.int16]) -> bytes:
    """Samples (any shape, int16) to µ-law bytes, one for each, in order.

    Raises TypeError for another sample type: a float waveform taken for integers would be silence.
    """
    if samples.dtype != np.int16:
        raise TypeError(f"µ-law takes int16 samples, not {samples.dtype}")
    return _encoding()[samples.reshape(-1).view(np.uint16)].tobytes()


def decode(line: bytes) -> npt.NDArray[np.int16]:
    """µ-law bytes to int16 samples, shape (len(line),)."""
    return _decoding()[np.frombuffer(line, dtype=np.uint8)]


@cache
def _encoding() -> npt.NDArray[np.uint8]:
    """65,536 codes, indexed by the sample's bits read as unsigned."""
    sample = np.arange(1 << 16, dtype=np.uint16).view(np.int16).astype(np.int32) >> 2
    sign = np.where(sample < 0, 0x7F, 0xFF)
    magnitude = np.minimum(np.abs(sample), _LARGEST_MAGNITUDE) + _BIAS
    segment = np.floor(np.log2(magnitude)).astype(np.int32) - 5
    step = (magnitude >> (segment + 1)) & 0x0F
    codes: npt.NDArray[np.uint8] = (((segment << 4) | step) ^ sign).astype(np.uint8)
    return codes


@cache
def _decoding() -> npt.NDArray[np.int16]:
    """256 samples, indexed by code."""
    code = ~np.arange(256, dtype=np.uint8)
    segment, step = (code >> 4) & 0x07, code & 0x0F
    magnitude = (((step.astype(np.int32) << 1) + _BIAS) << segment) - _BIAS
    return (np.where(code & 0x80, -magnitude, magnitude) << 2).astype(np.int16)
