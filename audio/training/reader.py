"""An exported model at work: plain faster-whisper, with the padding cut, or the encoder alone through its CTC head."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from audio.own_whisper import OwnWhisper
from audio.sound import TELEPHONE_RATE, Sound
from audio.training.export import CTC_FILE
from audio.training.features import log_mel
from audio.training.kana import ALPHABET

_KEPT = 20  # frames, 0.4 s of zeros: training never showed speech that ends where the input does
_SETTINGS = {"language": "ja", "temperature": 0.0, "condition_on_previous_text": False, "without_timestamps": True}


class Reader:
    """One model folder, one thread."""

    def __init__(self, folder: Path, cut_padding: bool = False, beam: int = 5) -> None:
        self._model = OwnWhisper(str(folder), device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True)
        self._model.cut_padding = cut_padding
        self._folder, self._beam = folder, beam

    def read(self, samples: npt.NDArray[np.float32]) -> str:
        """What is said in 8 kHz samples, in kana, as the decoder writes it."""
        sound = Sound(samples, TELEPHONE_RATE).at_rate(16_000)
        segments, _ = self._model.transcribe(sound.samples, beam_size=self._beam, **_SETTINGS)
        return "".join(segment.text for segment in segments).strip()

    @property
    def has_ctc(self) -> bool:
        return (self._folder / CTC_FILE).is_file()

    def spell(self, samples: npt.NDArray[np.float32]) -> str:
        """The same as the CTC head spells it, without a decoder (greedy)."""
        mel = np.pad(log_mel(Sound(samples, TELEPHONE_RATE)), ((0, 0), (0, _KEPT)))
        states = np.array(self._model.encode(mel))[0]
        weight, bias = self._head
        best = (states @ weight.T + bias).argmax(-1)
        kept = best[np.flatnonzero(np.diff(best, prepend=-1))]
        return "".join(ALPHABET[index - 1] for index in kept if index)

    @cached_property
    def _head(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        with np.load(self._folder / CTC_FILE) as content:
            return content["weight"].astype(np.float32), content["bias"].astype(np.float32)
