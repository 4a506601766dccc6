"""What a webhook says, as facts: literal tables."""

from __future__ import annotations

import pytest

from ivr.channels.twilio_requests import caller_number, dialled, keys_pressed, seconds, why_nobody, words_spoken
from ivr.domain.call import Dialled
from tests.channels.scripted_desk import desk_settings


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ("+819012345678", "09012345678"),
        ("+81761112233", "0761112233"),
        (" 819012345678", None),  # a plus that was not escaped: never sent, never guessed at
        ("+81 90-1234-5678", "09012345678"),
        ("+8109012345678", "09012345678"),
        ("09012345678", "09012345678"),
        ("07600000000", "07600000000"),
        ("+14155550100", "01014155550100"),
        (None, None),
        ("", None),
        ("anonymous", None),
        ("Anonymous", None),
        ("restricted", None),
        ("unknown", None),
        ("unavailable", None),
        ("+266696687", None),
        ("266696687", None),
        ("+7378742833", None),
        ("+8656696", None),
        ("+86282452253", None),
        ("client:operator", None),
        ("sip:someone@example.jp", None),
        ("+81", None),
        ("+8190", None),
        ("+81901234567890", None),
        ("+８１９０１２３４５６７８", None),
        ("110", None),
    ],
)
def test_the_callers_number_is_one_a_japanese_telephone_can_dial_or_none(given: str | None, number: str | None) -> None:
    assert caller_number(given) == number


@pytest.mark.parametrize(
    ("to", "line"),
    [
        ("+81761000000", Dialled.CENTRE),
        ("+81761999999", Dialled.NIGHT_LINE),
        ("0761999999", Dialled.NIGHT_LINE),
        ("+81761888888", Dialled.NIGHT_LINE),
        ("+81761777777", Dialled.CENTRE),
        ("", Dialled.CENTRE),
        (None, Dialled.CENTRE),
        ("sip:desk@example.jp", Dialled.CENTRE),
    ],
)
def test_the_number_dialled_tells_the_line_and_an_unknown_one_means_the_centre(to: str | None, line: Dialled) -> None:
    settings = desk_settings(night_numbers="+81761999999, 0761-888-888", centre_numbers="+81761777777")
    assert dialled(to, settings) is line
    assert dialled(to, desk_settings()) is Dialled.CENTRE


@pytest.mark.parametrize(
    ("given", "keys"),
    [
        (None, ""),
        ("", ""),
        ("1", "1"),
        ("0#*", "0#*"),
        ("hangup", ""),
        ("1a\n2", "12"),
        ("１", ""),
        ("5" * 99, "5" * 32),
    ],
)
def test_keys_are_what_a_keypad_has(given: str | None, keys: str) -> None:
    assert keys_pressed(given) == keys


@pytest.mark.parametrize(
    ("given", "words"),
    [(None, ""), ("", ""), ("  \n", ""), ("\x00", ""), (" 水が\x00出ない\n", "水が出ない"), ("あ" * 5000, "あ" * 2000)],
)
def test_words_lose_control_characters_and_what_no_caller_can_say(given: str | None, words: str) -> None:
    assert words_spoken(given) == words


@pytest.mark.parametrize(
    ("given", "count"), [(None, 0), ("", 0), ("12", 12), ("-1", 0), ("1.5", 0), ("x", 0), ("٣", 0), ("9" * 20, 0)]
)
def test_seconds_are_whole_numbers_or_nothing(given: str | None, count: int) -> None:
    assert seconds(given) == count


@pytest.mark.parametrize(
    ("queue_result", "dial_status", "why"),
    [
        ("leave", "", "timeout"),
        ("queue-full", "", "queue-full"),
        ("error", "", "error"),
        ("system-error", "", "error"),
        ("redirected", "", "error"),
        ("something-new", "", "error"),
        ("", "busy", "busy"),
        ("", "no-answer", "no-answer"),
        ("", "failed", "error"),
        ("", "canceled", "error"),
        ("", "completed", "rejected"),
        ("", "answered", "rejected"),
        ("", "something-new", "error"),
        ("", "", "error"),
    ],
)
def test_every_failed_transfer_has_a_reason(queue_result: str, dial_status: str, why: str) -> None:
    assert why_nobody(queue_result, dial_status) == why
