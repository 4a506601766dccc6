"""The small parts of live sound: places, tokens, the caller's sound, the lines' sounds."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from audio.recording import to_telephone_wav
from audio.sound import silence
from ivr.channels.stream.caller_sound import CallerSound
from ivr.channels.stream.line_sounds import LineSounds, pieces_of
from ivr.channels.stream.places import RESERVED_S, Places
from ivr.channels.stream.token import BadToken, Ticket, ticket_of, token_of
from ivr.domain.call import Line
from tests.channels.scripted_desk import OTHER_SID, SID, Words
from tests.stream.peer import Clip


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


# --- places ------------------------------------------------------------------------------------------


def test_the_last_places_are_kept_for_urgent_calls() -> None:
    places = Places(3, 1)
    assert [places.reserve(sid, urgent=False) for sid in "abc"] == [True, True, False]
    assert places.reserve("d", urgent=True)
    assert not places.reserve("e", urgent=True)


def test_nobody_else_is_let_in_while_those_who_are_there_are_heard_late() -> None:
    assert not Places(9, 0, keeps_up=lambda: False).reserve("a", urgent=True)


def test_a_call_that_asks_again_keeps_its_one_place() -> None:
    places = Places(1, 0)
    assert all(places.reserve("a", urgent=False) for _ in range(5))
    assert places.enter("a")
    assert places.live == 1


def test_a_call_has_one_socket() -> None:
    places = Places(9, 0)
    assert places.enter("a")
    assert not places.enter("a")
    places.leave("a")
    assert places.enter("a")


def test_a_place_whose_socket_never_came_is_free_again() -> None:
    clock = Clock()
    places = Places(1, 0, clock)
    assert places.reserve("a", urgent=False)
    clock.now = RESERVED_S - 1
    assert not places.reserve("b", urgent=False)
    clock.now = RESERVED_S + 1
    assert places.reserve("b", urgent=False)


def test_many_threads_take_no_more_places_than_there_are() -> None:
    places, taken = Places(10, 0), []
    threads = [
        threading.Thread(target=lambda sid=str(n): taken.append(places.reserve(sid, urgent=False))) for n in range(50)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken.count(True) == 10


# --- tokens -------------------------------------------------------------------------------------------


def test_a_token_tells_its_turn_and_how_often_the_socket_was_lost() -> None:
    token = token_of(b"key", SID, Ticket(12, 2))
    assert ticket_of(b"key", SID, token) == Ticket(12, 2)


@pytest.mark.parametrize(
    "token", [None, 7, "", "1.0", "x" * 500, "0.0." + "0" * 32, "1.0." + "g" * 32, "１.0." + "0" * 32]
)
def test_what_is_no_token_is_refused(token: object) -> None:
    with pytest.raises(BadToken):
        ticket_of(b"key", SID, token)


def test_a_token_is_good_for_its_call_its_turn_and_our_key_alone() -> None:
    token = token_of(b"key", SID, Ticket(1))
    for key, sid, given in (
        (b"yek", SID, token),
        (b"key", OTHER_SID, token),
        (b"key", SID, token.replace("1.", "2.", 1)),
    ):
        with pytest.raises(BadToken):
            ticket_of(key, sid, given)


# --- the caller's sound ---------------------------------------------------------------------------------


def test_sound_is_found_by_its_time_whatever_the_size_of_its_messages() -> None:
    sound = CallerSound()
    for size in (1, 159, 160, 1600, 80):
        sound.add(bytes([size % 251]) * size)
    assert sound.milliseconds == 250
    assert sound.between(20, 40) == bytes([160]) * 160
    assert sound.between(240, 900) == bytes([80]) * 80


def test_windows_come_whole_and_in_order() -> None:
    sound = CallerSound()
    sound.add(bytes(range(200)))
    assert sound.window(256) is None
    sound.add(bytes(range(200)))
    assert sound.window(256) == bytes([*range(200), *range(56)])
    assert sound.window(256) is None


def test_an_hour_on_the_line_takes_no_more_room_than_a_minute() -> None:
    sound = CallerSound(kept_s=2)
    for _ in range(3600):
        sound.add(b"\xff" * 8000)
        while sound.window(256) is not None:
            pass
    assert sound.milliseconds == 3_600_000
    assert len(sound.between(0, 3_600_000)) <= 8000 * 8
    assert len(sound.between(3_599_000, 3_600_000)) == 8000


def test_a_call_that_is_over_keeps_no_sound() -> None:
    sound = CallerSound()
    sound.add(b"\x01" * 16_000)
    sound.forget()
    assert sound.between(0, 2000) == b""
    assert sound.milliseconds == 2000
    assert sound.window(256) is None


# --- the lines' sounds -----------------------------------------------------------------------------------


class Counting:
    """A voice that tells how often it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def line(self, text: str, language: str) -> Clip:
        self.asked.append(text)
        if text == "broken":
            raise RuntimeError(text)
        return Clip('"x"', to_telephone_wav(silence(0.1)))


def test_a_line_is_made_once_and_is_bare_sound() -> None:
    voice = Counting()
    with ThreadPoolExecutor(1) as threads:
        sounds = LineSounds(voice, threads)

        async def twice() -> list[bytes]:
            return [await sounds.sound("a", "ja") for _ in range(2)]

        assert [len(sound) for sound in asyncio.run(twice())] == [800, 800]
    assert voice.asked == ["a"]


def test_lines_said_long_ago_are_forgotten_first() -> None:
    voice = Counting()
    with ThreadPoolExecutor(1) as threads:
        sounds = LineSounds(voice, threads, most_bytes=1700)
        for text in ("a", "b", "c"):
            sounds.made(text, "ja")
        asyncio.run(sounds.sound("c", "ja"))
        asyncio.run(sounds.sound("a", "ja"))
    assert voice.asked == ["a", "b", "c", "a"]


def test_every_line_without_slots_is_ready_answers_last_and_a_broken_one_stops_nothing() -> None:
    voice = Counting()
    with ThreadPoolExecutor(1) as threads:
        lines = {"faq.start": "d", "b.x": "broken", "a.x": "a {place}", "c.x": "c", "word.pause": "、"}
        LineSounds(voice, threads).warm(lines, "ja", stopped=lambda: False)
    assert voice.asked == ["broken", "c", "d"]


def test_a_line_with_a_callers_words_is_spoken_sentence_by_sentence() -> None:
    class Script(Words):
        def text(self, line: Line, language: str) -> str:
            return "場所は、泉野出町です。よろしいでしょうか。"

    assert list(pieces_of(Script(), Line("x", (("place", "泉野出町"),)), "ja")) == [
        "場所は、泉野出町です。",
        "よろしいでしょうか。",
    ]
    assert len(pieces_of(Script(), Line("x"), "ja")) == 1
