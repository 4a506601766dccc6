"""Speech is told from noise on real telephone sound: 8 kHz, band-limited, µ-law, with and without noise (PAINS 5)."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from audio import mulaw
from audio.endpoint import Voiced, new_endpoint
from audio.pyopenjtalk_synthesiser import CALLER, PyOpenJTalkSynthesiser
from audio.sound import TELEPHONE_RATE, Sound, joined, silence, through_telephone
from audio.voice_activity import WINDOW_BYTES, WINDOW_MS, Line, VoiceActivity, probabilities


def noise(seconds: float, level_db: float, seed: int = 5) -> Sound:
    """White noise of that loudness (dBFS)."""
    drawn = np.random.default_rng(seed).standard_normal(round(seconds * TELEPHONE_RATE))
    return Sound((drawn * 10 ** (level_db / 20)).astype(np.float32).clip(-1, 1), TELEPHONE_RATE)


def on_the_line(sound: Sound, noise_db: float | None = None) -> bytes:
    """`sound` through the telephone, in noise of that loudness."""
    if noise_db is not None:
        added = noise(sound.seconds, noise_db).samples
        sound = Sound((sound.at_rate(TELEPHONE_RATE).samples + added[: len(added)]).clip(-1, 1), TELEPHONE_RATE)
    return mulaw.encode(through_telephone(sound).as_int16())


def voiced(line: bytes) -> list[Voiced]:
    endpoint = new_endpoint()
    return [endpoint.window(probability, level) for probability, level in probabilities(line)]


@pytest.fixture(scope="module")
def caller() -> PyOpenJTalkSynthesiser:
    return PyOpenJTalkSynthesiser(manner=CALLER)


@pytest.mark.parametrize("noise_db", [None, -55.0, -42.0], ids=["quiet", "room", "street"])
@pytest.mark.parametrize("text", ["はい", "いいえ", "道路から水が出ています", "泉野出町四丁目です"])
def test_speech_is_heard_from_its_first_to_its_last_tenth_of_a_second(
    caller: PyOpenJTalkSynthesiser, text: str, noise_db: float | None
) -> None:
    speech = caller.speak(text).at_rate(TELEPHONE_RATE)
    loud = np.flatnonzero(np.abs(speech.samples) > 0.05) * 1000 / TELEPHONE_RATE + 1000
    windows = voiced(on_the_line(joined(silence(1.0), speech, silence(1.0)), noise_db))
    heard = [index * WINDOW_MS for index, window in enumerate(windows) if window is not Voiced.NO]
    assert heard, "nothing was heard"
    assert heard[0] <= loud[0] + 100
    assert loud[-1] - 150 <= heard[-1] <= loud[-1] + 200


@pytest.mark.parametrize("level", [-60.0, -45.0, -35.0])
def test_noise_is_no_speech(level: float) -> None:
    assert Voiced.YES not in voiced(on_the_line(noise(5, level)))


def test_a_line_on_which_nobody_speaks_is_silent() -> None:
    assert set(voiced(mulaw.encode(np.zeros(TELEPHONE_RATE * 2, np.int16)))) == {Voiced.NO}


def test_lines_do_not_hear_each_other(caller: PyOpenJTalkSynthesiser) -> None:
    """Two lines at once give what each gives alone: the model keeps nothing of any line."""
    speech = on_the_line(caller.speak("道路から水が出ています"))
    alone = [probability for probability, _ in probabilities(speech)]
    heard: list[float] = []
    all_there = threading.Event()

    def listen(probability: float, _level: float) -> None:
        heard.append(probability)
        if len(heard) == len(alone):
            all_there.set()

    detector = VoiceActivity()
    one, other = Line(listen), Line(lambda _p, _l: None)
    for begin in range(0, len(alone) * WINDOW_BYTES, WINDOW_BYTES):
        detector.submit(other, bytes([begin % 256]) * WINDOW_BYTES)
        detector.submit(one, speech[begin : begin + WINDOW_BYTES])
    assert all_there.wait(20)
    detector.close()
    assert heard == pytest.approx(alone, abs=1e-5)


def test_a_line_that_breaks_does_not_deafen_the_others() -> None:
    def breaks(_probability: float, _level: float) -> None:
        raise ValueError("this listener is broken")

    heard = threading.Event()
    detector = VoiceActivity()
    broken, whole = Line(breaks), Line(lambda _p, _l: heard.set())
    detector.submit(broken, b"\xff" * WINDOW_BYTES)
    detector.submit(whole, b"\xff" * WINDOW_BYTES)
    assert heard.wait(20)
    assert broken.closed
    detector.close()
