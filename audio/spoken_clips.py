"""Where somebody speaks in a sound, as Silero's voice detector hears it, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RATE = 16_000
"""Hz: what the Silero voice detector and Whisper's features are made for."""

_PRE_ROLL_MS = 500  # half a second before and after, so that no first syllable is lost
_LONGEST_DOUBT = 3.0  # seconds; longer speech never looks doubtful to the voice detector from end to end
_SHORTEST_SOUND = 0.1  # seconds; under it there is no syllable


@dataclass(frozen=True, slots=True)
class SpokenClip:
    """A stretch in which somebody speaks, in samples at 16 kHz; `sure`: the voice detector has no doubt."""

    begin: int
    end: int
    sure: bool


def spoken_clips(samples: npt.NDArray[np.float32], longest: float) -> list[SpokenClip]:
    """Where somebody speaks in `samples` (16 kHz): clips of at most `longest` seconds, short pauses kept; [] if nobody.

    Silero was tuned on wide-band speech and scores telephone sound lower (snakers4/silero-vad#606): 0.35, not 0.5. A
    lone short "yes" reaches not even that (0.1 to 0.3; tones and noise stay under 0.15), and must not be swallowed: a
    short stretch in doubt is kept as "not sure", and then its text has to convince.
    """
    if len(samples) < _SHORTEST_SOUND * RATE:
        return []
    clips = [SpokenClip(begin, end, sure=True) for begin, end in _voiced(samples, longest, threshold=0.35)]
    if clips:
        return clips
    return [
        SpokenClip(begin, end, sure=False)
        for begin, end in _voiced(samples, longest, threshold=0.1)
        if end - begin <= _LONGEST_DOUBT * RATE
    ]


def _voiced(samples: npt.NDArray[np.float32], longest: float, threshold: float) -> list[tuple[int, int]]:
    """Stretches above the voice detector's threshold, joined up to `longest` seconds over pauses of less than one."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(
        threshold=threshold,
        min_speech_duration_ms=60,
        max_speech_duration_s=longest - 2 * _PRE_ROLL_MS / 1000,
        min_silence_duration_ms=400,
        speech_pad_ms=_PRE_ROLL_MS,
    )
    clips: list[tuple[int, int]] = []
    for spoken in get_speech_timestamps(samples, options, sampling_rate=RATE):
        begin, end = int(spoken["start"]), int(spoken["end"])
        if clips and begin <= clips[-1][1] and end - clips[-1][0] <= longest * RATE:
            clips[-1] = (clips[-1][0], end)
        else:
            clips.append((begin, end))
    return clips
