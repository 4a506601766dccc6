"""What happens to sound on its way: rate, level, the telephone's narrow band."""

from __future__ import annotations

import numpy as np
import pytest

from audio.pyopenjtalk_synthesiser import PyOpenJTalkSynthesiser
from audio.sound import (
    HIGHEST_PEAK,
    TELEPHONE_RATE,
    Sound,
    at_spoken_level,
    from_int16,
    joined,
    silence,
    through_telephone,
    without_edges,
)


def dbfs(level: float) -> float:
    return float(20 * np.log10(level))


def peak(sound: Sound) -> float:
    return dbfs(float(np.abs(sound.samples).max()))


def tone_of(frequency: float, rate: int = 16000) -> Sound:
    return Sound((0.3 * np.sin(2 * np.pi * frequency * np.arange(rate) / rate)).astype(np.float32), rate)


def loudness(sound: Sound) -> float:
    return dbfs(float(np.sqrt(np.mean(sound.samples**2))) + 1e-9)


@pytest.mark.parametrize(("rate", "wanted"), [(48000, 8000), (44100, 8000), (8000, 16000), (16000, 16000)])
def test_a_sound_keeps_its_length_and_level_at_another_rate(rate: int, wanted: int) -> None:
    sound = tone_of(1000, rate).at_rate(wanted)
    assert sound.rate == wanted
    assert sound.seconds == pytest.approx(1.0, abs=0.001)
    assert loudness(sound) == pytest.approx(loudness(tone_of(1000)), abs=0.2)


def test_what_the_narrow_rate_cannot_carry_is_removed_not_folded_back() -> None:
    assert loudness(tone_of(6000, 48000).at_rate(8000)) < -50


@pytest.mark.parametrize(("frequency", "passes"), [(60, False), (400, True), (1000, True), (3000, True), (3900, False)])
def test_a_telephone_carries_300_to_3400_hz(frequency: float, passes: bool) -> None:
    lost = loudness(tone_of(frequency)) - loudness(through_telephone(tone_of(frequency)))
    assert (lost < 2) is passes


def test_a_telephone_delivers_8_khz_and_only_values_the_line_can_carry(tone: Sound) -> None:
    heard = through_telephone(tone)
    assert heard.rate == 8000
    assert len(np.unique(heard.as_int16())) <= 255


@pytest.mark.parametrize("factor", [0.01, 0.1, 1.0, 3.0])
def test_all_lines_are_equally_loud_however_they_were_recorded(
    factor: float, caller_voice: PyOpenJTalkSynthesiser
) -> None:
    spoken = caller_voice.speak("水道の使用開始ですね。").at_rate(8000)
    recorded = Sound(np.clip(spoken.samples * factor, -1, 1).astype(np.float32), 8000)
    assert loudness(at_spoken_level(recorded)) == pytest.approx(loudness(at_spoken_level(spoken)), abs=1.0)
    assert peak(at_spoken_level(recorded)) <= HIGHEST_PEAK + 0.01


def test_pauses_do_not_make_a_line_louder(tone: Sound) -> None:
    with_pauses = joined(tone, silence(2.0), tone)
    assert peak(at_spoken_level(with_pauses)) == pytest.approx(peak(at_spoken_level(tone)), abs=0.5)


def test_silence_stays_silence() -> None:
    assert not at_spoken_level(silence(1.0)).samples.any()
    assert at_spoken_level(silence(0.0)).seconds == 0


def test_full_scale_does_not_wrap_around() -> None:
    assert Sound(np.array([1.0, -1.0], dtype=np.float32), 8000).as_int16().tolist() == [32767, -32768]
    assert from_int16(np.array([-32768], dtype=np.int16), 8000).samples[0] == -1.0


def test_a_sound_cannot_be_changed_after_it_was_made(tone: Sound) -> None:
    with pytest.raises(ValueError, match="read-only"):
        tone.samples[0] = 1.0


def test_a_sound_knows_its_length_in_ms_and_seconds(tone: Sound) -> None:
    assert (tone.duration_ms, tone.seconds) == (500, 0.5)


@pytest.mark.parametrize(
    ("samples", "rate", "error"),
    [
        (np.zeros((2, 4), dtype=np.float32), 8000, TypeError),
        (np.zeros(4, dtype=np.int16), 8000, TypeError),
        (np.zeros(4, dtype=np.float32), 0, ValueError),
    ],
)
def test_what_is_no_mono_float_sound_is_refused(samples: np.ndarray, rate: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        Sound(samples, rate)


def test_joining_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing"):
        joined()


def test_silence_at_the_edges_of_a_line_is_cut_and_a_breath_is_left() -> None:
    spoken = Sound(np.full(800, 0.3, np.float32), TELEPHONE_RATE)
    line = without_edges(joined(silence(0.4), spoken, silence(1.0)))
    assert line.seconds == pytest.approx(0.03 + 0.1 + 0.25, abs=0.001)
    assert abs(line.samples[240]) > 0.2
    assert np.abs(line.samples[:239]).max() == 0


def test_a_line_without_any_sound_stays_as_it_is() -> None:
    assert without_edges(silence(0.5)).seconds == 0.5
