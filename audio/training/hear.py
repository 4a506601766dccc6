"""What the shipped recogniser makes of sentences, each spoken by another voice over a telephone line."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

import numpy as np

from audio.sound import TELEPHONE_RATE, Sound
from audio.training.degrade import degraded
from audio.training.speak import FontMouth, NotSpoken, default_font
from audio.training.voices import new_speaker
from audio.transcriber import Transcriber, TranscriptionFailed

_HARSH = 0.6  # share of the calls over a bad line


def heard(texts: Sequence[str], transcriber: Transcriber, seed: int) -> Iterator[tuple[str, str]]:
    """Yields (text, what was heard, katakana) for every text that can be spoken; the same seed, the same calls.

    Voice, line and noise are drawn from `seed` and the text itself, so a new sentence changes nothing of the others.
    """
    font = default_font()
    for text in texts:
        random = np.random.default_rng((seed, zlib.crc32(text.encode())))
        try:
            said = FontMouth(font, new_speaker(random)).say(text, random)
            line = degraded(said.samples, random, harsh=bool(random.random() < _HARSH))
            found = transcriber.transcribe(Sound(line.astype(np.float32), TELEPHONE_RATE))
        except (NotSpoken, TranscriptionFailed):
            continue
        if found.text:
            yield text, found.text
