"""How patiently the caller is listened to, question by question: values of `prompts/listening.yaml` and `forms/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.domain.call import Question


@dataclass(frozen=True, slots=True)
class Listening:
    """The times of one question.

    On every rung: `start_s` is how long to wait for a reply to begin; `longest_s` the longest reply; `keys` how many
    keys make a reply; `finish` the key that ends it, "" = none, so that * and # count.
    By keys and recordings (whole seconds, as the carrier takes them): `pause_s` is the silence that ends a recorded
    reply; `key_gap_s` how long to wait for a (further) key before the recording begins.
    By live sound (ms of silence after the last voiced sound): `complete_ms` ends a reply whose text is complete for
    the question; `patience_ms` one that may be over; `unfinished_ms` one that breaks off ("三丁目の", six digits).
    """

    start_s: int
    pause_s: int
    longest_s: int
    keys: int
    finish: str
    key_gap_s: int
    complete_ms: int
    patience_ms: int
    unfinished_ms: int


Listenings = Mapping[Question, Listening]

MESSAGE_PAUSE_S = 5
"""Seconds of silence that end a message for staff."""
