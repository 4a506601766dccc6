"""The caller's end of a stream: what is played when, and when marks come back."""

from __future__ import annotations

import pytest

from ivr.channels.simulator.media_playback import Playback, first_sound_ms

LOUD, QUIET = b"\x00", b"\xff"


def test_sound_of_any_size_is_played_twenty_milliseconds_at_a_time() -> None:
    playback = Playback()
    playback.add(LOUD * 100)
    playback.add(LOUD * 300)
    assert playback.left_ms == 50
    assert [playback.play().sound_ms for _ in range(4)] == [0, 0, 0, None]
    assert playback.left_ms == 0


def test_a_mark_comes_back_when_what_was_queued_before_it_is_played() -> None:
    playback = Playback()
    playback.add(LOUD * 480)
    assert playback.mark("first") == ()
    playback.add(LOUD * 160)
    assert playback.mark("second") == ()
    assert [playback.play().marks for _ in range(6)] == [(), (), (), ("first",), ("second",), ()]


def test_a_mark_comes_back_at_once_when_nothing_is_queued() -> None:
    assert Playback().mark("now") == ("now",)


def test_clear_drops_what_is_queued_and_brings_every_mark_back() -> None:
    playback = Playback()
    playback.add(LOUD * 1600)
    playback.mark("first")
    playback.mark("second")
    playback.play()
    assert playback.clear() == ("first", "second")
    assert playback.left_ms == 0
    assert playback.play() == (playback.play()), "nothing is left to play"
    assert playback.mark("third") == ("third",)


@pytest.mark.parametrize(
    ("line", "ms"), [(b"", None), (QUIET * 160, None), (QUIET * 80 + LOUD, 10), (LOUD, 0), (b"\x7e" * 160, None)]
)
def test_sound_begins_with_the_first_sample_that_can_be_heard(line: bytes, ms: int | None) -> None:
    assert first_sound_ms(line) == ms


def test_whether_anything_audible_is_left_is_known() -> None:
    playback = Playback()
    playback.add(QUIET * 320)
    assert not playback.left_sounds
    playback.add(LOUD * 8)
    assert playback.left_sounds
