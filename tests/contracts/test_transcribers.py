"""One contract over all ears: the model in this process, in a process of its own, and behind `mizumado serve-asr`."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import requests

from audio.faster_whisper_transcriber import FasterWhisperTranscriber, load_faster_whisper
from audio.pyopenjtalk_synthesiser import CALLER, PyOpenJTalkSynthesiser
from audio.recogniser import Recogniser
from audio.recogniser_process import start_recogniser
from audio.remote_transcriber import RemoteTranscriber, connect_recogniser
from audio.sound import Sound, at_spoken_level, silence, through_telephone
from audio.transcriber import Hint, Transcriber, TranscriptionFailed, TranscriptionRefused

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "audio" / "models" / "mizumado-ja"
KEY = "key-of-the-contract"
SENTENCES = ["道路から水が出ています", "はい、そうです。", "ゼロナナロク、ニーニーゼロ、イチイチイチイチです。"]
PATIENCE = 60.0  # seconds that no working recogniser needs, on a machine that does ten other things


@contextmanager
def served_asr(folder: Path, key: str) -> Iterator[str]:
    """`mizumado serve-asr` as a process on a free port of this machine; gives its origin."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "log"
    environment = {"MIZUMADO_ASR_MODEL": str(MODEL), "MIZUMADO_ASR_KEY": key, "MIZUMADO_ASR_DEADLINE_S": "12"}
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "ivr.cli", "serve-asr", "--port", str(port)],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    origin = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                requests.get(f"{origin}/health", timeout=5).raise_for_status()
                break
            except requests.ConnectionError:
                assert process.poll() is None, log.read_text()
                time.sleep(0.05)
        yield origin
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in (0, -signal.SIGTERM), log.read_text()
    assert "ドーロ" not in log.read_text(encoding="utf-8")  # no words of a caller


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served_asr(tmp_path_factory.mktemp("asr"), KEY) as origin:
        yield origin


@pytest.fixture(scope="module")
def in_process() -> FasterWhisperTranscriber:
    return load_faster_whisper(str(MODEL))


@pytest.fixture(scope="module", params=["in this process", "in its own process", "remote"])
def ears(
    request: pytest.FixtureRequest, in_process: FasterWhisperTranscriber
) -> Iterator[FasterWhisperTranscriber | Recogniser]:
    if request.param == "in this process":
        yield in_process
    elif request.param == "in its own process":
        with start_recogniser(str(MODEL), seconds=PATIENCE) as recogniser:
            yield recogniser
    else:
        origin = request.getfixturevalue("server")
        with connect_recogniser(origin, model=MODEL.name, key=KEY, seconds=PATIENCE, workers=2) as recogniser:
            yield recogniser


@pytest.fixture(scope="module")
def voice() -> PyOpenJTalkSynthesiser:
    return PyOpenJTalkSynthesiser(CALLER)


def said(voice: PyOpenJTalkSynthesiser, text: str) -> Sound:
    return through_telephone(at_spoken_level(voice.speak(text, "ja")))


@pytest.mark.parametrize("text", SENTENCES)
def test_the_same_sound_is_the_same_words(
    text: str, ears: Transcriber, in_process: FasterWhisperTranscriber, voice: PyOpenJTalkSynthesiser
) -> None:
    sound = said(voice, text)
    heard, expected = ears.transcribe(sound), in_process.transcribe(sound)
    assert heard.heard
    assert heard.text == expected.text != ""
    assert (heard.language, heard.duration_ms) == ("ja", sound.duration_ms)
    assert heard.avg_logprob == pytest.approx(expected.avg_logprob, abs=0.01)
    assert heard.no_speech_prob == pytest.approx(expected.no_speech_prob, abs=0.01)
    assert heard.compute_seconds > 0


@pytest.mark.parametrize("hint", [None, *Hint])
def test_a_hint_is_taken_and_words_stay_words(
    hint: Hint | None, ears: Transcriber, voice: PyOpenJTalkSynthesiser
) -> None:
    assert ears.transcribe(said(voice, SENTENCES[0]), hint).text == ears.transcribe(said(voice, SENTENCES[0])).text


@pytest.mark.parametrize("seconds", [0.0, 0.01, 1.0, 4.0])
def test_silence_is_not_heard(seconds: float, ears: Transcriber) -> None:
    transcript = ears.transcribe(silence(seconds))
    assert (transcript.heard, transcript.text) == (False, "")


@pytest.mark.parametrize("level", [0.003, 0.03, 0.2])
def test_noise_invents_nothing(level: float, ears: Transcriber) -> None:
    white = np.random.default_rng(1).standard_normal(24_000) * level
    transcript = ears.transcribe(through_telephone(Sound(np.clip(white, -1, 1).astype(np.float32), 8000)))
    assert (transcript.heard, transcript.text) == (False, "")


def test_it_says_which_model_it_is(ears: Transcriber) -> None:
    assert ears.name == MODEL.name


def test_a_deadline_that_cannot_be_kept_is_a_failure(
    ears: FasterWhisperTranscriber | Recogniser, voice: PyOpenJTalkSynthesiser
) -> None:
    if isinstance(ears, Recogniser):  # the bare model keeps none: it is wrapped
        with pytest.raises(TranscriptionFailed, match="longer than"):
            ears.transcribe_within(said(voice, SENTENCES[0]), 0.0001)
    assert ears.transcribe(said(voice, SENTENCES[1])).heard


def test_the_server_wants_its_key_and_knows_its_model(server: str, voice: PyOpenJTalkSynthesiser) -> None:
    sound = said(voice, SENTENCES[1])
    with pytest.raises(TranscriptionRefused, match="401"):
        RemoteTranscriber(server, model=MODEL.name, key="another").transcribe(sound)
    with pytest.raises(TranscriptionRefused, match="404"):
        RemoteTranscriber(server, model="another", key=KEY).transcribe(sound)
    answer = requests.post(
        f"{server}/v1/audio/transcriptions",
        headers={"Authorization": f"Bearer {KEY}"},
        files={"file": ("speech.wav", b"no sound")},
        data={"model": MODEL.name},
        timeout=20,
    )
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "file")
