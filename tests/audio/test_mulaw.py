"""G.711 µ-law is bit for bit what the standard library's codec writes and reads."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from audio import mulaw

ALL_SAMPLES = np.arange(-32768, 32768).astype(np.int16)
ALL_CODES = bytes(range(256))

with warnings.catch_warnings():
    # The reference codec leaves the standard library with Python 3.13; until then it says so on import.
    warnings.simplefilter("ignore", DeprecationWarning)
    audioop = pytest.importorskip("audioop", reason="the reference codec is not in Python 3.13 and later")


def test_every_16_bit_sample_is_encoded_as_the_reference_does() -> None:
    assert mulaw.encode(ALL_SAMPLES) == audioop.lin2ulaw(ALL_SAMPLES.tobytes(), 2)


def test_every_code_is_decoded_as_the_reference_does() -> None:
    assert mulaw.decode(ALL_CODES).tobytes() == audioop.ulaw2lin(ALL_CODES, 2)


def test_a_decoded_sample_keeps_its_value_through_the_line_again() -> None:
    heard = mulaw.decode(ALL_CODES)
    assert np.array_equal(mulaw.decode(mulaw.encode(heard)), heard)


def test_silence_is_the_byte_that_means_zero() -> None:
    assert mulaw.encode(np.zeros(3, dtype=np.int16)) == bytes([mulaw.SILENCE] * 3)
    assert mulaw.decode(bytes([mulaw.SILENCE]))[0] == 0


def test_nothing_encodes_to_nothing() -> None:
    assert mulaw.encode(np.zeros(0, dtype=np.int16)) == b""
    assert mulaw.decode(b"").shape == (0,)


def test_a_float_waveform_is_refused_rather_than_taken_for_silence() -> None:
    with pytest.raises(TypeError, match="int16"):
        mulaw.encode(np.zeros(3, dtype=np.float32))  # type: ignore[arg-type]
