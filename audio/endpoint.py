"""Speech or not, window by window: the voice detector's word and the loudness above the line's own noise. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

_SURE = 0.30
"""Silero was tuned on wide-band speech and scores telephone sound lower (snakers4/silero-vad#606): not 0.5."""

_DOUBTFUL = 0.08  # a lone short はい of an unusual voice reaches no more; noise of every kind we make stays below 0.16
_ABOVE_SURE = 6.0  # dB over the noise: the detector lags by four windows at the end of speech, loudness does not
_ABOVE_DOUBTFUL = 15.0
_QUIETEST = -65.0  # dBFS: below it lies the coding noise of the line, not a room
_LOUDEST = -30.0  # a line noisier than that is a voice we have not understood yet
_SURELY_NONE = 0.05  # probability under which a window shows the line's own noise
_FOLLOWING = 0.2  # share of the way to it that the floor goes with each such window: half a second to be there


class Voiced(Enum):
    NO = "no"
    DOUBTFUL = "doubtful"  # perhaps a short word: the recogniser has to be convinced
    YES = "yes"


@dataclass(slots=True)
class NoiseFloor:
    """The loudness of the line when nobody speaks, in dBFS: falls at once, rises only while surely nobody does."""

    level: float = _QUIETEST

    def follow(self, level: float, probability: float) -> None:
        level = min(max(level, _QUIETEST), _LOUDEST)
        if level < self.level:
            self.level = level
        elif probability < _SURELY_NONE:
            self.level += _FOLLOWING * (level - self.level)


@dataclass(slots=True)
class Endpoint:
    """One line's ear. Feed it every window in order; `floor` adapts to the line."""

    floor: NoiseFloor

    def window(self, probability: float, level: float) -> Voiced:
        """`probability` of speech in [0, 1] and `level` in dBFS of the next window."""
        above = level - self.floor.level
        if probability >= _SURE and above >= _ABOVE_SURE:
            return Voiced.YES
        self.floor.follow(level, probability)
        return Voiced.DOUBTFUL if probability >= _DOUBTFUL and above >= _ABOVE_DOUBTFUL else Voiced.NO


def new_endpoint() -> Endpoint:
    return Endpoint(NoiseFloor())
