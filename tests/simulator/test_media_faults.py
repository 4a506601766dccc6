"""A line's bad days: jitter, loss and cuts, the same every time for the same seed."""

from __future__ import annotations

from itertools import islice, pairwise

import pytest

from ivr.channels.simulator.media_faults import LineQuality, departures


def test_frames_of_a_good_line_leave_every_twenty_milliseconds() -> None:
    frames = list(islice(departures(LineQuality()), 200))
    assert [frame.timestamp_ms for frame in frames] == [20 * number for number in range(200)]
    assert [round(frame.due_s * 1000) for frame in frames] == [frame.timestamp_ms for frame in frames]
    assert not any(frame.lost for frame in frames)


def test_jitter_delays_frames_by_at_most_what_is_asked_and_never_changes_their_order() -> None:
    frames = list(islice(departures(LineQuality(jitter_ms=60)), 1000))
    delays = [frame.due_s * 1000 - frame.timestamp_ms for frame in frames]
    assert min(delays) > -1e-6
    assert 40 < max(delays) <= 60
    assert all(one.due_s <= other.due_s for one, other in pairwise(frames))


def test_about_the_share_of_frames_that_is_asked_is_lost() -> None:
    lost = sum(frame.lost for frame in islice(departures(LineQuality(loss=0.1)), 2000))
    assert 140 <= lost <= 260


def test_the_same_seed_gives_the_same_line_and_every_stream_its_own() -> None:
    def line(seed: int, stream: int) -> list[object]:
        return list(islice(departures(LineQuality(jitter_ms=30, loss=0.2, seed=seed), stream), 100))

    assert line(7, 0) == line(7, 0)
    assert line(7, 0) != line(8, 0)
    assert line(7, 0) != line(7, 1)


def test_each_stream_is_cut_after_its_own_time_and_further_ones_are_not() -> None:
    quality = LineQuality(cut_after_s=(1.0, 0.5))
    assert [len(list(islice(departures(quality, stream), 1000))) for stream in range(3)] == [50, 25, 1000]


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"jitter_ms": -1}, "jitter"),
        ({"loss": 1.0}, "loss"),
        ({"loss": -0.1}, "loss"),
        ({"cut_after_s": (0.0,)}, "cut"),
        ({"speed": 0}, "speed"),
    ],
)
def test_what_no_line_can_be_is_refused(wrong: dict[str, float], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        LineQuality(**wrong)  # type: ignore[arg-type]
