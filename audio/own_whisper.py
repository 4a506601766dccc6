"""faster-whisper's model with two differences: padding may be cut off, and the encoder's output can be looked at."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from faster_whisper import WhisperModel

_KEPT_S = 0.4  # zeros left behind the sound: training never showed speech that ends where the input does


class OwnWhisper(WhisperModel):  # type: ignore[misc]
    """One thread at a time.

    `cut_padding`: faster-whisper fills every clip up to 30 s with zeros; CTranslate2 needs no more than the sound, and
    the encoder then costs in proportion. Only for models that were trained so: others lose their place.
    """

    cut_padding = False
    encoded: Any = None

    def encode(self, features: npt.NDArray[np.float32]) -> Any:
        """As faster-whisper's; what it gives last stays in `encoded`."""
        if self.cut_padding:
            kept = round(_KEPT_S * self.frames_per_second)
            frames = int(np.flatnonzero(np.any(features != 0, axis=0)).max(initial=0)) + 1 + kept
            features = np.ascontiguousarray(features[:, : _whole(frames, len(features))])
        self.encoded = super().encode(features)
        return self.encoded


def _whole(frames: int, mels: int) -> int:
    """The number of frames to keep, at least `frames`: two make one state of the encoder.

    Never as many states as there are mels: CTranslate2 tells a spectrogram (1, mels, frames) from the encoder's output
    (1, states, width) by that size alone and would encode it once more. Seen: a clip of 2.8 s became other words.
    """
    frames += frames % 2
    return frames + 2 if frames == 2 * mels else frames
