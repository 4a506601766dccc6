"""When each frame of a media line leaves, and which never does: seeded jitter, loss and cuts. Pure.

Media Streams run over TCP, so frames come late or in bursts, never out of order; a frame is lost only where the
telephone network lost it, before the carrier: its time passes, and nobody sends it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

FRAME_S = 0.02
FRAME_MS = 20
FRAME_BYTES = 160  # µ-law, 8 kHz


@dataclass(frozen=True, slots=True)
class LineQuality:
    """How good the line is. The same `seed` gives the same line.

    `jitter_ms`: each frame is late by anything from 0 to this. `loss`: share of frames that never arrive, 0 to below 1.
    `cut_after_s`: line seconds after which the first, second … stream of a call is cut; later streams are not.
    `speed`: line seconds in a second of the clock. Raises ValueError for what no line can be.
    """

    jitter_ms: float = 0.0
    loss: float = 0.0
    cut_after_s: tuple[float, ...] = ()
    speed: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.jitter_ms < 0:
            raise ValueError(f"jitter is a number of milliseconds from 0 on, not {self.jitter_ms}")
        if not 0 <= self.loss < 1:
            raise ValueError(f"loss is a share from 0 to below 1, not {self.loss}")
        if any(seconds <= 0 for seconds in self.cut_after_s):
            raise ValueError("a line can be cut only after more than 0 seconds")
        if self.speed <= 0:
            raise ValueError(f"speed is more than 0, not {self.speed}")

    def chance(self, *what: object) -> random.Random:
        """Dice of one's own for `what` on this line, the same every time."""
        return random.Random(":".join(map(str, (self.seed, *what))))  # noqa: S311  # a line, not a secret


@dataclass(frozen=True, slots=True)
class Departure:
    """Frame `number` leaves at `due_s` (line seconds since the stream began), or is lost."""

    number: int
    due_s: float
    lost: bool

    @property
    def timestamp_ms(self) -> int:
        return self.number * FRAME_MS


def departures(quality: LineQuality, stream: int = 0) -> Iterator[Departure]:
    """The frames of the call's stream number `stream` (from 0), in order; ends where that stream is cut."""
    chance = quality.chance("frames", stream)
    cut_s = quality.cut_after_s[stream] if stream < len(quality.cut_after_s) else None
    due_s, number = 0.0, 0
    while cut_s is None or number * FRAME_S < cut_s:
        late_s = chance.uniform(0, quality.jitter_ms) / 1000 if quality.jitter_ms else 0.0
        due_s = max(due_s, number * FRAME_S + late_s)  # TCP keeps the order: a late frame holds up those behind it
        yield Departure(number, due_s, lost=bool(quality.loss) and chance.random() < quality.loss)
        number += 1
