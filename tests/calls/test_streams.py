"""Golden calls over a media socket, with sound and the real recogniser: they come to the same, on a bad line too.

Line time runs faster than the clock here, so recognition looks slower than it is; nothing asserts a time.
"""

from __future__ import annotations

import io
from pathlib import Path

from ivr.channels.simulator.media_faults import LineQuality
from ivr.channels.simulator.run import Mode, Result, as_text, run_files
from ivr.settings import read_settings
from ivr.stage import stage_for

CALLS = Path(__file__).parent / "ja"
LEAK = "night-road-leak-becomes-a-ticket"
SPEED = 5.0


def played(*names: str, quality: LineQuality) -> list[Result]:
    """The results of these calls, all of which must have come to what their files require."""
    files = [CALLS / f"{name}.yaml" for name in names]
    stage = stage_for(read_settings(), io.StringIO())
    results = list(run_files(files, Mode.STREAM, stage, quality=quality))
    assert [as_text(result) for result in results if not result.passed] == []
    return results


def test_callers_are_served_by_voice_by_key_and_when_they_hang_up() -> None:
    names = (
        LEAK,
        "question-about-hours-is-answered",
        "move-by-key-is-put-through",
        "caller-who-hangs-up-at-once-leaves-a-ticket",
    )
    for result in played(*names, quality=LineQuality(speed=SPEED)):
        assert result.media is not None, "the call was not heard by live sound"
        assert result.media.streams == 1
        assert result.media.sockets_lost == 0


def test_a_line_that_stutters_and_is_cut_is_taken_up_again_where_it_was() -> None:
    (result,) = played(LEAK, quality=LineQuality(jitter_ms=60, loss=0.01, cut_after_s=(9.0,), speed=SPEED, seed=3))
    assert result.media is not None
    assert (result.media.streams, result.media.sockets_lost) == (2, 1)


def test_a_line_that_is_cut_again_and_again_is_served_by_recordings() -> None:
    (result,) = played(LEAK, quality=LineQuality(cut_after_s=(4.0, 6.0, 5.0), speed=SPEED))
    assert result.media is not None
    assert (result.media.streams, result.media.sockets_lost) == (3, 3)
