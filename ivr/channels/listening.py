"""How patiently the caller is listened to, question by question: one literal table."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.domain.call import Question


@dataclass(frozen=True, slots=True)
class Listening:
    """All times in seconds.

    `start_s`: how long to wait for a reply to begin (Gather `timeout`). `pause_s`: the silence that ends a recorded
    reply (Record `timeout`); long where people look for an address or a number, short for yes and no. `longest_s`: the
    longest recorded reply. `keys`: how many keys make a reply; `finish`: the key that ends it, "" = none, so that *
    and # count. `key_gap_s`: in record mode, how long to wait for a (further) key before the recording begins.
    """

    start_s: int = 6
    pause_s: int = 2
    longest_s: int = 15
    keys: int = 1
    finish: str = ""
    key_gap_s: int = 1


LISTENING: dict[Question, Listening] = {
    Question.OPEN: Listening(start_s=7, longest_s=30),
    Question.MENU: Listening(start_s=8, longest_s=8),
    Question.CLARIFY: Listening(longest_s=8),
    Question.PLACE: Listening(start_s=8, pause_s=3, longest_s=25),
    Question.PLACE_DETAIL: Listening(start_s=8, pause_s=3, longest_s=25),
    Question.CONFIRM_PLACE: Listening(longest_s=8),
    Question.SITUATION: Listening(start_s=7, pause_s=3, longest_s=30),
    Question.PHONE: Listening(start_s=8, pause_s=3, longest_s=20, keys=11, finish="#", key_gap_s=2),
    Question.NAME: Listening(),
    Question.READ_BACK: Listening(longest_s=10),
    Question.HELPED: Listening(longest_s=8),
}

MESSAGE_PAUSE_S = 5
"""Seconds of silence that end a message for staff."""
