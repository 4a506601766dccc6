"""Transcribers that a recogniser's worker process can make: they tell what they were given, wait, die, hang or grow."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from audio.sound import Sound
from audio.transcriber import Hint, ModelMissing, Transcript, TranscriptionFailed


class Stub:
    """Does what the length of the sound says, see `ORDERS`; else its text tells hint, length and process."""

    name = "stub"

    def __init__(self, gate: str | None = None) -> None:
        self._gate = Path(gate) if gate else None
        self._kept: list[bytes] = []

    def transcribe(self, sound: Sound, hint: Hint | None = None) -> Transcript:
        if sound.duration_ms == FAIL:
            raise TranscriptionFailed("this sound cannot be read")
        if sound.duration_ms == BREAK:
            raise RuntimeError("words of a caller")
        if sound.duration_ms == DIE:
            os.kill(os.getpid(), signal.SIGKILL)
        if sound.duration_ms == GROW:
            self._kept.append(os.urandom(32 << 20))
        if sound.duration_ms == HANG:
            time.sleep(600)
        while sound.duration_ms == WAIT and self._gate and not self._gate.exists():
            time.sleep(0.005)
        text = f"{hint} {sound.duration_ms} {os.getpid()}"
        return Transcript(text, "ja", sound.duration_ms, 0.0, 0.0, -0.1, heard=bool(sound.samples.any()))


FAIL, BREAK, DIE, GROW, HANG, WAIT = 10, 20, 30, 40, 50, 60
"""Milliseconds of sound."""


def make(gate: str | None = None) -> Stub:
    return Stub(gate)


def refuse() -> Stub:
    raise ModelMissing("There is no model. Set MIZUMADO_ASR_MODEL.")


def crash() -> Stub:
    sys.exit(3)


class Telling:
    """Writes the names of the modules that are loaded beside a real recogniser that has worked."""

    def __init__(self, model: str) -> None:
        from audio.faster_whisper_transcriber import load_faster_whisper

        self._real = load_faster_whisper(model)
        self.name = self._real.name

    def transcribe(self, sound: Sound, hint: Hint | None = None) -> Transcript:
        heard = self._real.transcribe(sound, hint)
        return Transcript(" ".join(sys.modules), "ja", heard.duration_ms, 0.0, 0.0, 0.0, heard=True)
