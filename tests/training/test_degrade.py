"""The telephone is noisy, narrow and different each time, and the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from audio.sound import Sound
from audio.training.degrade import degraded, noise_only
from audio.training.features import log_mel, of_telephone

_TONE = np.sin(2 * np.pi * 440 * np.arange(8000) / 8000).astype(np.float32)


def test_the_same_seed_gives_the_same_line() -> None:
    first, second = (degraded(_TONE, np.random.default_rng(5), _TONE) for _ in range(2))
    assert np.array_equal(first, second)


@pytest.mark.parametrize("seed", range(12))
def test_speech_arrives_whole_finite_and_within_range(seed: int) -> None:
    arrived = degraded(_TONE, np.random.default_rng(seed), babble=_TONE[::-1].copy())
    assert arrived.dtype == np.float32
    assert len(_TONE) < len(arrived) < len(_TONE) + 1.3 * 8000
    assert np.isfinite(arrived).all()
    assert 0.01 < np.abs(arrived).max() <= 1.0


def test_what_arrives_has_passed_the_codec() -> None:
    arrived = degraded(_TONE, np.random.default_rng(0), harsh=False)
    assert len(np.unique(arrived)) <= 256


def test_a_silent_line_still_hisses() -> None:
    noise = noise_only(1.0, np.random.default_rng(0))
    assert len(noise) == 8000
    assert np.abs(noise).max() > 0


def test_features_are_fifty_frames_of_eighty_bands_a_second() -> None:
    assert of_telephone(np.tile(_TONE, 3)).shape == (80, 149)  # faster-whisper leaves out the last
    assert np.array_equal(of_telephone(_TONE), log_mel(Sound(_TONE.copy(), 8000)))


def test_a_caller_who_is_broken_off_leaves_no_pause_behind() -> None:
    spoken = np.concatenate([_TONE, np.zeros(400, np.float32)])  # speech comes with 50 ms of silence at its end
    whole, broken = (degraded(spoken, np.random.default_rng(0), harsh=False, broken_off=one) for one in (False, True))
    assert len(whole) > len(broken)
    assert np.abs(broken[-80:]).max() > 0.3 * np.abs(broken).max()
