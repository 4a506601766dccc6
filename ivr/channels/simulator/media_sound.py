"""The caller's end as frames: a quiet line, and utterances on it, base64 of 160 bytes of µ-law each."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import cycle
from pathlib import Path

import numpy as np
import numpy.typing as npt

from audio import mulaw, recording
from audio.sound import TELEPHONE_RATE
from ivr.channels.simulator.caller import Says
from ivr.channels.simulator.caller_voice import CallerVoice, Clip
from ivr.channels.simulator.media_faults import FRAME_BYTES

NOISE_LEVEL = -60.0  # dBFS, root mean square: a quiet room on an ordinary line
VOICED_LEVEL = -50.0  # dBFS of a frame; below it nobody speaks
_NOISE_FRAMES = 250  # five seconds, then again from the start

Frames = tuple[str, ...]


class LineNoise:
    """The noise of one line; the same `seed` gives the same noise."""

    def __init__(self, seed: int = 0) -> None:
        dice = np.random.default_rng(seed)
        scale = 32768 * 10 ** (NOISE_LEVEL / 20)
        self._samples = np.rint(dice.normal(0, scale, _NOISE_FRAMES * FRAME_BYTES)).astype(np.int16)
        self._frames = cycle(_frames(self._samples))

    def frame(self) -> str:
        """The next 20 ms of nobody speaking."""
        return next(self._frames)

    def under(self, samples: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
        """`samples`, shape (n,), with the noise of the line under them."""
        both = samples.astype(np.int32) + np.resize(self._samples, samples.shape)
        return np.clip(both, -32768, 32767).astype(np.int16)


def utterance(clip: Clip, noise: LineNoise) -> Frames:
    """What is spoken in `clip`, from the first voiced frame to the last one, pauses between them included.

    Without any voiced frame: nothing. Raises audio.recording.NotSound.
    """
    samples = recording.decode(clip.wav).at_rate(TELEPHONE_RATE).as_int16()
    samples = np.pad(samples, (0, -len(samples) % FRAME_BYTES))
    levels = np.sqrt((samples.reshape(-1, FRAME_BYTES).astype(np.float64) ** 2).mean(axis=1))
    voiced = np.flatnonzero(levels > 32768 * 10 ** (VOICED_LEVEL / 20))
    if not len(voiced):
        return ()
    spoken = samples[voiced[0] * FRAME_BYTES : (voiced[-1] + 1) * FRAME_BYTES]
    return tuple(_frames(noise.under(spoken)))


def _frames(samples: npt.NDArray[np.int16]) -> Iterator[str]:
    line = mulaw.encode(samples)
    for start in range(0, len(line), FRAME_BYTES):
        yield base64.b64encode(line[start : start + FRAME_BYTES]).decode("ascii")


class Utterances:
    """The caller's voice as frames, made beside the line, which cannot wait. Run it as a context manager."""

    def __init__(self, voice: CallerVoice, noise: LineNoise) -> None:
        self._voice, self._noise = voice, noise
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="caller-voice")

    def __enter__(self) -> Utterances:
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.shutdown(wait=False, cancel_futures=True)

    def begin(self, says: Says) -> Future[Frames]:
        """Start making the frames of `says`."""
        return self._worker.submit(lambda: utterance(spoken(self._voice, says), self._noise))


def spoken(voice: CallerVoice, says: Says) -> Clip:
    """`says` in `voice`: its recording if there is one. Raises audio.recording.NotSound."""
    return voice.from_file(says.audio) if says.audio is not None else voice.say(says.text or "")


class RememberingVoice:
    """A caller's voice that says the same thing at once the second time: a synthesiser is slower than a line."""

    def __init__(self, voice: CallerVoice) -> None:
        self._voice = voice
        self._said: dict[str | Path, Clip] = {}

    def learn(self, sayings: Iterable[Says]) -> None:
        """Say it all once, unheard. Raises audio.recording.NotSound."""
        for says in sayings:
            spoken(self, says)

    def say(self, text: str) -> Clip:
        if text not in self._said:
            self._said[text] = self._voice.say(text)
        return self._said[text]

    def from_file(self, path: Path) -> Clip:
        if path not in self._said:
            self._said[path] = self._voice.from_file(path)
        return self._said[path]

    def silent(self, seconds: float) -> Clip:
        return self._voice.silent(seconds)
