"""A recogniser that knows every sentence beforehand and takes a fixed time: so that the desk itself is measured.

It finds where in which sentence a clip lies (by correlation) and gives the phrases that are in it: what a perfect
recogniser would make of exactly this clip, cut in the middle or not.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from audio.sound import Sound
from audio.transcriber import Hint, Transcript, nothing_heard

_EVERY = 4  # of the samples is enough to know a sentence by
_SIZE = 1 << 16  # of the transform: 32 s at 2 kHz, more than a clip and a sentence together
_SURE = 0.35  # of a perfect correlation
_INSIDE = 0.6  # share of a phrase that must lie in a clip
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Phrase:
    """`begin`, `end`: samples at 8 kHz within its sentence."""

    text: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """`samples`: float32 at 8 kHz, shape (n,)."""

    samples: Floats
    phrases: tuple[Phrase, ...]


def keep(folder: Path, sentences: list[Sentence]) -> None:
    """Write the sentences down for the process of the desk."""
    np.savez(folder / "sentences.npz", *(sentence.samples for sentence in sentences))
    phrases = [[[one.text, one.begin, one.end] for one in sentence.phrases] for sentence in sentences]
    (folder / "phrases.json").write_text(json.dumps(phrases), encoding="utf-8")


class KnownWords:
    """A worker of the Recogniser (`audio.recogniser.Worker`). `takes_s`: how long it takes for whatever it is given."""

    name = "known words"

    def __init__(self, folder: Path, takes_s: float) -> None:
        sounds = np.load(folder / "sentences.npz")
        phrases = json.loads((folder / "phrases.json").read_text(encoding="utf-8"))
        self._sentences = [
            Sentence(sounds[f"arr_{index}"], tuple(Phrase(*one) for one in of)) for index, of in enumerate(phrases)
        ]
        self._takes_s = takes_s
        self._spectra = [np.conj(np.fft.rfft(one.samples[::_EVERY], _SIZE)) for one in self._sentences]
        self._energies = [float((one.samples[::_EVERY] ** 2).sum()) for one in self._sentences]

    def tend(self) -> None:
        pass

    def stop(self) -> None:
        pass

    def work(self, sound: Sound, _hint: Hint | None, _seconds: float) -> Transcript:
        begun = time.monotonic()
        text = self._text(sound.at_rate(8000).samples)
        time.sleep(max(0.0, begun + self._takes_s - time.monotonic()))
        took = time.monotonic() - begun
        if not text:
            return nothing_heard(sound, "ja", took)
        return Transcript(text, "ja", sound.duration_ms, took, 0.0, -0.1, heard=True)

    def _text(self, clip: Floats) -> str:
        sparse = clip[::_EVERY]
        spectrum, energy = np.fft.rfft(sparse, _SIZE), float((sparse**2).sum())
        best, found, begin = 0.0, 0, 0
        for index, known in enumerate(self._spectra):
            together = np.fft.irfft(spectrum * known, _SIZE)
            at = int(np.argmax(together))
            score = float(together[at]) / (min(energy, self._energies[index]) ** 0.5 * energy**0.5 + 1e-9)
            if score > best:
                best, found, begin = score, index, (at if at < _SIZE // 2 else at - _SIZE) * _EVERY
        if best < _SURE:
            return ""
        # The sentence begins at sample `begin` of the clip; a phrase counts if most of it lies in the clip.
        inside = (
            phrase.text
            for phrase in self._sentences[found].phrases
            if min(len(clip), begin + phrase.end) - max(0, begin + phrase.begin)
            >= _INSIDE * (phrase.end - phrase.begin)
        )
        return "".join(inside)
