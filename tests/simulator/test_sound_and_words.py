"""What the caller's voice is on the line, and which words stand behind a sound the desk plays."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from audio.recording import NotSound, decode, to_telephone_wav
from audio.sound import Sound
from ivr.channels.simulator.caller_voice import NoVoice, SyntheticVoice
from ivr.channels.simulator.clock import SimulatedClock
from ivr.channels.simulator.earpiece import words_behind
from ivr.channels.simulator.line import RefusedError
from ivr.domain.call import Arrived, Ask, Call, Dialled, Event, Line, Question, Say, Turn
from ivr.storage.memory import memory_store
from tests.simulator.tiny_desk import NOON, Books

SID = "CA" + "1" * 32


class Tone:
    """Speaks every text as one second of 440 Hz."""

    def speak(self, text: str, language: str = "ja") -> Sound:
        wave = 0.5 * np.sin(2 * np.pi * 440 * np.arange(48_000) / 48_000)
        return Sound(wave.astype(np.float32), 48_000)


def test_a_synthetic_caller_sounds_like_a_telephone() -> None:
    clip = SyntheticVoice(Tone()).say("anything")
    heard = decode(clip.wav)
    assert heard.rate == 8000
    assert clip.seconds == pytest.approx(2.2, abs=0.01)
    assert np.abs(heard.samples[: heard.rate // 4]).max() < 0.05  # nobody begins at once
    assert np.abs(heard.samples[heard.rate : heard.rate + 2000]).max() > 0.3


@pytest.mark.parametrize("voice", [NoVoice(), SyntheticVoice(Tone())])
def test_silence_is_as_long_as_asked(voice: NoVoice | SyntheticVoice) -> None:
    clip = voice.silent(2)
    assert clip.seconds == 2.0
    assert np.abs(decode(clip.wav).samples).max() < 0.01


def test_a_recorded_caller_is_put_on_the_line_and_rubbish_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(to_telephone_wav(Tone().speak("a")))
    assert SyntheticVoice(Tone()).from_file(path).seconds == NoVoice().from_file(path).seconds > 1
    path.write_text("no sound at all")
    with pytest.raises(NotSound):
        NoVoice().from_file(path)


def test_no_voice_is_silence_of_about_the_right_length() -> None:
    assert NoVoice().say("a" * 21).seconds == pytest.approx(3.0)


def books_with_a_turn() -> Books:
    store = memory_store()
    lines = (Say((Line("first", (("name", "x"),)),)), Ask(Question.OPEN, (Line("second"),)))

    def decide(_: Call | None, __: int) -> tuple[Event, Turn]:
        return Arrived(NOON, Dialled.CENTRE, None, ""), Turn(Call(SID), lines)

    store.turns.take(SID, "arrived", decide)
    return Books(store.turns, store.tickets, lambda line, language: f"{language}:{line.key}{dict(line.slots) or ''}")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/audio/line/ja/greeting.day/0a.wav", "ja:greeting.day"),
        (f"/audio/turn/{SID}/1/0.wav?seal=0a", "ja:first{'name': 'x'}"),
        (f"/audio/turn/{SID}/1/1.wav", "ja:second"),
        (f"/audio/turn/{SID}/1/wait-3.wav", "ja:wait.position{'position': '3'}"),
        (f"/audio/turn/{SID}/1/whisper.wav", None),
        ("/music.wav", None),
    ],
)
def test_the_words_behind_a_sound_are_read_from_its_address(path: str, words: str | None) -> None:
    assert words_behind("https://desk.example.jp" + path, books_with_a_turn()) == words


@pytest.mark.parametrize("path", [f"/audio/turn/{SID}/2/0.wav", f"/audio/turn/{SID}/1/9.wav"])
def test_a_sound_of_a_line_that_is_not_there_is_refused(path: str) -> None:
    with pytest.raises(RefusedError):
        words_behind("https://desk.example.jp" + path, books_with_a_turn())


def test_the_simulated_clock_stands_until_it_is_moved_and_never_runs_back() -> None:
    clock = SimulatedClock(NOON)
    clock.advance(1.5)
    assert clock.now() == NOON + timedelta(seconds=1.5)
    clock.set(NOON)
    assert clock.now() == NOON
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-1)
    with pytest.raises(ValueError, match="time zone"):
        clock.set(datetime(2026, 1, 1))  # noqa: DTZ001
