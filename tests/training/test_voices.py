"""One font speaks as many speakers, and stays intelligible to the engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audio.training.speak import FontMouth, NotSpoken, default_font, spoken
from audio.training.voices import Speaker, VoiceFont, new_speaker, plain_speaker, strange_speaker

_TEXT = "水が出ません"


def _said(speaker: Speaker) -> np.ndarray:
    return FontMouth(default_font(), speaker).say(_TEXT, np.random.default_rng(0)).samples


def test_the_same_speaker_says_the_same_thing_alike() -> None:
    speaker = new_speaker(np.random.default_rng(3))
    assert np.array_equal(_said(speaker), _said(speaker))


@pytest.mark.parametrize(
    "speaker",
    [Speaker(seed=1), Speaker(formants=0.8), Speaker(half_tones=-9), Speaker(liveliness=0.4), Speaker(breath=0.6)],
)
def test_each_trait_is_heard(speaker: Speaker) -> None:
    own, other = _said(Speaker()), _said(speaker)
    length = min(len(own), len(other))
    assert not np.allclose(own[:length], other[:length], atol=0.05)


def test_a_quick_speaker_needs_less_time() -> None:
    assert len(_said(Speaker(tempo=1.4))) < 0.9 * len(_said(Speaker()))


def test_a_small_head_has_higher_formants() -> None:
    def centre(samples: np.ndarray) -> float:
        power = np.abs(np.fft.rfft(samples)) ** 2
        return float((power * np.arange(len(power))).sum() / power.sum() / len(power))

    assert centre(_said(Speaker(formants=1.24))) > centre(_said(Speaker(formants=0.76)))


def test_what_was_said_comes_in_kana() -> None:
    spoken = FontMouth(default_font(), Speaker()).say("今日は、通話料がかかります。", np.random.default_rng(0))
    assert spoken.kana == "キョーワツーワリョーガカカリマス"
    assert spoken.samples.dtype == np.float32
    assert np.abs(spoken.samples).max() == pytest.approx(1.0)


def test_a_slipped_accent_changes_the_melody_and_not_the_kana() -> None:
    mouths = (FontMouth(default_font(), Speaker(), slips) for slips in (0.0, 1.0))
    own, slipped = (mouth.say("金沢の水道です", np.random.default_rng(0)) for mouth in mouths)
    assert own.kana == slipped.kana
    assert not np.array_equal(own.samples, slipped.samples)


def test_a_stranger_is_further_from_the_font_with_the_same_seed() -> None:
    def distance(strangeness: float) -> float:
        other = np.frombuffer(default_font().spoken_by(Speaker(seed=1, strangeness=strangeness))[-800_000:], "<f4")
        own = np.frombuffer(default_font().spoken_by(Speaker())[-800_000:], "<f4")
        return float(np.nanmean(np.abs(other - own)))

    assert distance(0.5) < distance(1.0) < distance(1.7)


@pytest.mark.parametrize(("seconds", "usable"), [(0.1, False), (0.2, True), (4.0, True), (5.0, False)])
def test_speech_that_cannot_hold_its_kana_is_refused(seconds: float, usable: bool) -> None:
    hum = np.sin(np.arange(round(seconds * 24_000)))
    if usable:
        assert spoken("ミズ" * 2, hum, 24_000).kana == "ミズミズ"
    else:
        with pytest.raises(NotSpoken, match="too"):
            spoken("ミズ" * 2, hum, 24_000)


def test_a_text_without_a_sound_is_refused() -> None:
    with pytest.raises(NotSpoken):
        FontMouth(default_font(), Speaker()).say("。。", np.random.default_rng(0))


def test_drawn_speakers_stay_within_what_a_human_throat_can_do() -> None:
    random = np.random.default_rng(0)
    drawn = [draw(random) for draw in (plain_speaker, new_speaker, strange_speaker) for _ in range(200)]
    assert all(0.7 < one.formants < 1.3 and -15 <= one.half_tones <= 7 and 0.7 < one.tempo < 1.5 for one in drawn)


def test_a_file_that_is_no_voice_is_named(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.htsvoice"
    wrong.write_bytes(b"[GLOBAL]\n[DATA]\n")
    with pytest.raises(ValueError, match=r"wrong\.htsvoice"):
        VoiceFont(wrong)
