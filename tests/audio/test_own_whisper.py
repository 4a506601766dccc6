"""The padding cut: no length of a clip changes what is heard."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audio.own_whisper import OwnWhisper
from audio.pyopenjtalk_synthesiser import PyOpenJTalkSynthesiser
from audio.sound import Sound, joined, silence, without_edges

MELS = 80


@pytest.fixture(scope="module")
def cutting(own_model: Path) -> OwnWhisper:
    model = OwnWhisper(str(own_model), device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True)
    model.cut_padding = True
    return model


@pytest.mark.parametrize("frames", [1, 2, 99, 139, 140, 141, 142, 300])
def test_an_encoder_output_is_never_mistaken_for_a_spectrogram(cutting: OwnWhisper, frames: int) -> None:
    """CTranslate2 takes (1, 80, …) for mels. Of `frames` frames of sound, 0.4 s of zeros are kept behind."""
    features = np.zeros((MELS, 3000), np.float32)
    features[:, :frames] = 1
    states = np.array(cutting.encode(features)).shape[1]
    assert states != MELS
    assert (frames + 20) / 2 <= states <= (frames + 20) / 2 + 1.5


def test_a_clip_is_heard_alike_whatever_its_length(cutting: OwnWhisper, caller_voice: PyOpenJTalkSynthesiser) -> None:
    speech = without_edges(caller_voice.speak("引っ越すので水道を止めたいんですが").at_rate(16_000), 0.1, 0.0)
    heard = set()
    for missing_ms in range(-200, 220, 20):  # around 2.8 s, where the encoder gives 80 states
        clip = joined(silence(max(0.0, 2.8 - speech.seconds - missing_ms / 1000), 16_000), speech)
        heard.add(text_of(cutting, clip))
    assert all(text.endswith("スイドーオトメタインデスガ") for text in heard), heard  # its first syllable may waver


def text_of(model: OwnWhisper, clip: Sound) -> str:
    segments, _ = model.transcribe(clip.samples, language="ja", beam_size=5, without_timestamps=True)
    return "".join(segment.text for segment in segments)
