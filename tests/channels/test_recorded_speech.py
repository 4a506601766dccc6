"""A recorded reply is words, silence, or ears that failed; never an exception, never later than its time."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from audio.recording import to_telephone_wav
from audio.sound import Sound
from audio.transcriber import Hint, Transcript, TranscriptionFailed
from ivr.channels.recorded_speech import RecordedSpeech
from ivr.domain.call import EarsFailed, Question, Spoke, StayedSilent
from ivr.ports import RecordingUnavailable
from tests.channels.scripted_desk import NOON, RECORDING, RECORDING_URL

SECOND = Sound(np.full(8000, 0.1, np.float32), 8000)
WAV = to_telephone_wav(SECOND)


@dataclass
class Carrier:
    found: bytes | Exception = WAV
    asked: list[str] = field(default_factory=list)

    def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


@dataclass
class Recogniser:
    text: str = "ミズガ"
    heard: bool = True
    failure: Exception | None = None
    given: list[tuple[float, float]] = field(default_factory=list)
    hints: list[Hint | None] = field(default_factory=list)

    def transcribe_within(self, sound: Sound, seconds: float, hint: Hint | None = None) -> Transcript:
        self.hints.append(hint)
        self.given.append((sound.seconds, seconds))
        if self.failure:
            raise self.failure
        return Transcript(self.text, "ja", sound.duration_ms, 0.1, 0.0, -0.1, self.heard)


def ears(carrier: Carrier, recogniser: Recogniser, fetching_takes: float = 0.0) -> RecordedSpeech:
    times = iter([0.0, fetching_takes])
    return RecordedSpeech(carrier, recogniser, 6.0, elapsed=lambda: next(times))


def test_what_was_said_is_reported_as_words() -> None:
    carrier, recogniser = Carrier(), Recogniser(" ミズガ ")
    assert ears(carrier, recogniser)(RECORDING_URL, RECORDING, NOON) == Spoke(NOON, "ミズガ")
    assert carrier.asked == [RECORDING_URL]
    assert recogniser.given == [(1.0, 6.0)]


def test_what_fetching_took_is_missing_to_the_recogniser() -> None:
    recogniser = Recogniser()
    ears(Carrier(), recogniser, fetching_takes=2.5)(RECORDING_URL, RECORDING, NOON)
    assert recogniser.given == [(1.0, 3.5)]


@pytest.mark.parametrize(
    ("question", "hint"),
    [(None, None), (Question.PHONE, Hint.NUMBER), (Question.READ_BACK, Hint.YES_NO), (Question.OPEN, None)],
)
def test_the_recogniser_is_told_what_was_asked(question: Question | None, hint: Hint | None) -> None:
    recogniser = Recogniser()
    ears(Carrier(), recogniser)(RECORDING_URL, RECORDING, NOON, question)
    assert recogniser.hints == [hint]


def test_words_in_a_language_that_nobody_here_understands_go_to_staff_as_sound() -> None:
    carrier = Carrier()
    event = ears(carrier, Recogniser())(RECORDING_URL, RECORDING, NOON, Question.PLACE, "en")
    assert isinstance(event, EarsFailed)
    assert event.recording == RECORDING
    assert carrier.asked == []


def test_a_recogniser_of_several_languages_says_which_one_it_heard() -> None:
    several = RecordedSpeech(Carrier(), Recogniser(), 6.0, languages=frozenset({"ja", "en"}))
    assert several(RECORDING_URL, RECORDING, NOON, None, "en") == Spoke(NOON, "ミズガ", language="ja")


@pytest.mark.parametrize("recogniser", [Recogniser(heard=False), Recogniser(text=""), Recogniser(text=" ")])
def test_a_recording_in_which_nobody_spoke_is_silence(recogniser: Recogniser) -> None:
    assert ears(Carrier(), recogniser)(RECORDING_URL, RECORDING, NOON) == StayedSilent(NOON)


@pytest.mark.parametrize(
    ("carrier", "recogniser", "fetching_takes"),
    [
        (Carrier(RecordingUnavailable("not there after 3.0 s")), Recogniser(), 0.0),
        (Carrier(b""), Recogniser(), 0.0),
        (Carrier(b"<html>"), Recogniser(), 0.0),
        (Carrier(WAV[:40]), Recogniser(), 0.0),
        (Carrier(), Recogniser(failure=TranscriptionFailed("the recogniser is full")), 0.0),
        (Carrier(), Recogniser(), 6.0),
    ],
    ids=["not there", "empty", "no sound", "cut off", "recogniser full", "too late"],
)
def test_ears_that_fail_name_the_reason_and_keep_the_recording(
    carrier: Carrier, recogniser: Recogniser, fetching_takes: float
) -> None:
    event = ears(carrier, recogniser, fetching_takes)(RECORDING_URL, RECORDING, NOON)
    assert isinstance(event, EarsFailed)
    assert event.recording == RECORDING
    assert event.why
