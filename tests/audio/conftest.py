"""The real voice and the real recogniser, loaded once for all tests of sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audio.faster_whisper_transcriber import FasterWhisperTranscriber, load_faster_whisper
from audio.pyopenjtalk_synthesiser import CALLER, PyOpenJTalkSynthesiser
from audio.readings import load_readings
from audio.sound import Sound

AUDIO = Path(__file__).parents[2] / "audio"


@pytest.fixture(scope="session")
def own_model() -> Path:
    return AUDIO / "models" / "mizumado-ja"


@pytest.fixture(scope="session")
def transcriber(own_model: Path) -> FasterWhisperTranscriber:
    return load_faster_whisper(str(own_model), threads=1)


@pytest.fixture(scope="session")
def shipped_readings() -> dict[str, str]:
    return load_readings(AUDIO / "data" / "readings" / "ja.yaml")


@pytest.fixture(scope="session")
def desk_voice(shipped_readings: dict[str, str]) -> PyOpenJTalkSynthesiser:
    return PyOpenJTalkSynthesiser(readings=shipped_readings)


@pytest.fixture(scope="session")
def caller_voice() -> PyOpenJTalkSynthesiser:
    return PyOpenJTalkSynthesiser(CALLER)


@pytest.fixture
def tone() -> Sound:
    """Half a second of 1 kHz at 8 kHz, well under full level."""
    instants = np.arange(4000) / 8000
    return Sound((0.25 * np.sin(2 * np.pi * 1000 * instants)).astype(np.float32), 8000)
