"""The caller's end of a line as frames: how quiet it is, and where an utterance begins and ends."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
import pytest

from audio import mulaw
from audio.recording import to_telephone_wav
from audio.sound import Sound, joined, silence
from ivr.channels.simulator.caller import Says
from ivr.channels.simulator.caller_voice import Clip, SyntheticVoice
from ivr.channels.simulator.media_sound import LineNoise, RememberingVoice, Utterances, utterance
from tests.simulator.tones import Tone


def level(frames: list[str]) -> float:
    """dBFS."""
    samples = mulaw.decode(b"".join(base64.b64decode(frame) for frame in frames)).astype(np.float64) / 32768
    return float(20 * np.log10(np.sqrt((samples**2).mean())))


def clip(*parts: Sound) -> Clip:
    sound = joined(*parts)
    return Clip(to_telephone_wav(sound), sound.seconds)


def tone(seconds: float) -> Sound:
    return Tone(seconds).speak("").at_rate(8000)


def test_a_line_on_which_nobody_speaks_is_about_sixty_decibels_under_full_scale() -> None:
    noise = LineNoise(3)
    frames = [noise.frame() for _ in range(100)]
    assert level(frames) == pytest.approx(-60, abs=1.5)
    assert {len(base64.b64decode(frame)) for frame in frames} == {160}


def test_the_same_seed_makes_the_same_noise() -> None:
    one, same, other = LineNoise(1), LineNoise(1), LineNoise(2)
    assert [one.frame(), one.frame()] == [same.frame(), same.frame()]
    assert other.frame() != LineNoise(1).frame()


def test_an_utterance_runs_from_the_first_voiced_frame_to_the_last_with_its_pauses() -> None:
    frames = utterance(clip(silence(0.4), tone(0.3), silence(0.6), tone(0.3), silence(0.8)), LineNoise())
    assert len(frames) == pytest.approx(60, abs=2)
    assert level([frames[0]]) > -20
    assert level([frames[-1]]) > -20
    assert level(list(frames[20:40])) == pytest.approx(-60, abs=3)


def test_nothing_is_uttered_where_nobody_speaks() -> None:
    assert utterance(clip(silence(1.0)), LineNoise()) == ()


def test_an_utterance_is_made_beside_the_line() -> None:
    with Utterances(SyntheticVoice(Tone(0.5)), LineNoise()) as utterances:
        assert len(utterances.begin(Says("hello")).result(30)) == pytest.approx(25, abs=2)


def test_what_was_said_once_is_remembered(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(clip(tone(0.5)).wav)
    voice = RememberingVoice(SyntheticVoice(Tone(0.5)))
    voice.learn((Says("hello"), Says(None, path)))
    path.unlink()
    assert voice.from_file(path).seconds > 0.5
    assert voice.say("hello") is voice.say("hello")
    assert voice.silent(2).seconds == 2
