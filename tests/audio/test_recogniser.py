"""The queue before the recogniser: places, urgent calls first, deadlines, and Futures that always end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for

import pytest

from audio.recogniser import Recogniser
from audio.sound import Sound, silence
from audio.transcriber import Hint, ModelMissing, Transcriber, Transcript, TranscriptionFailed

LONG = 30.0  # seconds that no test waits


class HandWorker:
    """A Worker that begins a job when it gets one and ends it when the test says so; notes the order."""

    name = "by hand"

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.working = threading.Semaphore(0)
        self.may_end = threading.Semaphore(0)
        self.missing = False
        self.stopped = 0
        self.tended = threading.Semaphore(0)

    def tend(self) -> None:
        if self.missing:
            raise ModelMissing("no model")
        self.tended.release()

    def work(self, sound: Sound, hint: Hint | None, seconds: float) -> Transcript:
        self.begun.append(sound.duration_ms)
        self.working.release()
        self.may_end.acquire()
        if sound.duration_ms == 666:
            raise TranscriptionFailed("unreadable")
        if sound.duration_ms == 667:
            raise KeyError("words of a caller")
        return Transcript(str(hint), "ja", sound.duration_ms, 0.0, 0.0, -0.1, heard=True)

    def stop(self) -> None:
        self.stopped += 1
        self.may_end.release()


def ms(milliseconds: int) -> Sound:
    return silence(milliseconds / 1000)


@pytest.fixture
def hand() -> HandWorker:
    return HandWorker()


@pytest.fixture
def recogniser(hand: HandWorker) -> Iterator[Recogniser]:
    """One worker, three waiting places, one of them for urgent calls."""
    made = Recogniser([hand], seconds=LONG, places=3, reserved=1)
    yield made
    made.close()


def busy(recogniser: Recogniser, hand: HandWorker) -> Future[Transcript]:
    """The worker's one job, begun."""
    job = recogniser.submit(ms(1))
    assert hand.working.acquire(timeout=5)
    return job


def finish(hand: HandWorker, *jobs: Future[Transcript]) -> None:
    for _ in jobs:
        hand.may_end.release()
    assert not wait_for(jobs, timeout=5).not_done


def test_a_job_comes_back_with_its_transcript_and_its_hint(recogniser: Recogniser, hand: HandWorker) -> None:
    job = recogniser.submit(ms(5), Hint.NUMBER)
    hand.may_end.release()
    transcript = job.result(5)
    assert (transcript.text, transcript.duration_ms, transcript.heard) == ("number", 5, True)


def test_it_is_a_transcriber_and_keeps_its_port(recogniser: Recogniser, hand: HandWorker) -> None:
    port: Transcriber = recogniser
    hand.may_end.release()
    assert port.transcribe(ms(5), Hint.YES_NO).text == "yes_no"
    assert port.name == "by hand"
    assert recogniser.alive


def test_submit_comes_back_at_once_and_the_surge_is_refused_at_once(recogniser: Recogniser, hand: HandWorker) -> None:
    first = busy(recogniser, hand)
    waiting = [recogniser.submit(ms(2)), recogniser.submit(ms(3))]
    with pytest.raises(TranscriptionFailed, match="full"):
        recogniser.submit(ms(4))
    assert not any(job.done() for job in (first, *waiting))
    finish(hand, first, *waiting)
    assert hand.begun == [1, 2, 3]


def test_reserved_places_stay_free_for_urgent_calls(recogniser: Recogniser, hand: HandWorker) -> None:
    jobs = [busy(recogniser, hand), recogniser.submit(ms(2)), recogniser.submit(ms(3))]
    with pytest.raises(TranscriptionFailed, match="full"):
        recogniser.submit(ms(4))
    jobs.append(recogniser.submit(ms(5), urgent=True))
    with pytest.raises(TranscriptionFailed, match="full"):
        recogniser.submit(ms(6), urgent=True)
    finish(hand, *jobs)


def test_an_urgent_job_overtakes_the_ordinary_ones_that_wait(recogniser: Recogniser, hand: HandWorker) -> None:
    jobs = [busy(recogniser, hand), recogniser.submit(ms(2)), recogniser.submit(ms(3), urgent=True)]
    finish(hand, *jobs)
    assert hand.begun == [1, 3, 2]


def test_a_place_is_free_again_once_a_job_has_begun_or_was_cancelled(recogniser: Recogniser, hand: HandWorker) -> None:
    first = busy(recogniser, hand)
    dropped, kept = recogniser.submit(ms(2)), recogniser.submit(ms(3))
    assert dropped.cancel()
    also = recogniser.submit(ms(4))
    finish(hand, first, kept, also)
    assert hand.begun == [1, 3, 4]
    with pytest.raises(CancelledError):
        dropped.result(0)


def test_a_job_that_has_begun_cannot_be_cancelled(recogniser: Recogniser, hand: HandWorker) -> None:
    job = busy(recogniser, hand)
    assert not job.cancel()
    finish(hand, job)


def test_a_late_job_that_runs_fails_on_time_and_its_result_is_thrown_away(
    recogniser: Recogniser, hand: HandWorker
) -> None:
    job = recogniser.submit(ms(5), seconds=0.05)
    assert hand.working.acquire(timeout=5)
    with pytest.raises(TranscriptionFailed, match=r"longer than 0\.05 s"):
        job.result(5)
    after = recogniser.submit(ms(6))
    hand.may_end.release()
    finish(hand, after)
    assert after.result(0).duration_ms == 6
    assert isinstance(job.exception(0), TranscriptionFailed)


def test_a_job_that_is_late_while_it_waits_is_never_begun(recogniser: Recogniser, hand: HandWorker) -> None:
    first = busy(recogniser, hand)
    with pytest.raises(TranscriptionFailed, match="longer than"):
        recogniser.transcribe_within(ms(2), 0.05)
    places = [recogniser.submit(ms(3)), recogniser.submit(ms(4))]  # its place is free again
    finish(hand, first, *places)
    assert hand.begun == [1, 3, 4]


def test_a_job_without_time_left_is_never_begun(recogniser: Recogniser, hand: HandWorker) -> None:
    with pytest.raises(TranscriptionFailed, match="longer than 0 s"):
        recogniser.transcribe_within(ms(2), 0.0)
    assert hand.begun == []


def test_the_deadline_given_at_the_start_holds_for_jobs_that_name_none(hand: HandWorker) -> None:
    recogniser = Recogniser([hand], seconds=0.05)
    with pytest.raises(TranscriptionFailed, match=r"0\.05 s"):
        recogniser.transcribe(ms(2))
    recogniser.close()


def test_a_failure_of_the_worker_reaches_the_caller_as_it_is(recogniser: Recogniser, hand: HandWorker) -> None:
    job = recogniser.submit(ms(666))
    finish(hand, job)
    assert str(job.exception(0)) == "unreadable"


def test_a_failure_that_nobody_foresaw_is_typed_and_tells_no_words(
    recogniser: Recogniser, hand: HandWorker, caplog: pytest.LogCaptureFixture
) -> None:
    job = recogniser.submit(ms(667))
    finish(hand, job)
    assert isinstance(job.exception(0), TranscriptionFailed)
    assert str(job.exception(0)) == "the recogniser failed: KeyError"
    assert "nobody foresaw" in caplog.text
    assert "words of a caller" not in caplog.text


def test_a_closed_recogniser_refuses_and_ends_what_waits_and_runs(hand: HandWorker) -> None:
    recogniser = Recogniser([hand], seconds=LONG)
    jobs = [busy(recogniser, hand), recogniser.submit(ms(2)), recogniser.submit(ms(3), urgent=True)]
    recogniser.close()
    assert [str(job.exception(5)) for job in jobs] == ["the recogniser is closed"] * 3
    with pytest.raises(TranscriptionFailed, match="closed"):
        recogniser.submit(ms(1))
    assert not recogniser.alive
    assert hand.stopped
    recogniser.close()


def test_a_recogniser_whose_worker_cannot_start_is_not_made(hand: HandWorker) -> None:
    hand.missing = True
    with pytest.raises(ModelMissing, match="no model"):
        Recogniser([hand], seconds=LONG)
    with pytest.raises(ValueError, match="at least one"):
        Recogniser([], seconds=LONG)


def test_a_worker_that_cannot_be_started_again_fails_the_waiting_and_comes_back(
    recogniser: Recogniser, hand: HandWorker
) -> None:
    first = busy(recogniser, hand)
    hand.missing = True
    waiting = [recogniser.submit(ms(2)), recogniser.submit(ms(3))]
    finish(hand, first)
    assert {str(job.exception(5)).partition(" ")[0] for job in waiting} == {"the"}
    assert all(isinstance(job.exception(0), TranscriptionFailed) for job in waiting)
    assert not recogniser.alive
    with pytest.raises(TranscriptionFailed, match="cannot be started"):
        recogniser.submit(ms(4))
    while hand.tended.acquire(blocking=False):
        pass
    hand.missing = False
    assert hand.tended.acquire(timeout=10)
    job = retried(recogniser)
    finish(hand, job)
    assert recogniser.alive


def retried(recogniser: Recogniser) -> Future[Transcript]:
    for _ in range(1000):
        try:
            return recogniser.submit(ms(5))
        except TranscriptionFailed:
            threading.Event().wait(0.005)
    raise AssertionError("it never came back")


def test_several_workers_take_several_jobs_and_each_caller_gets_its_own() -> None:
    hands = [HandWorker() for _ in range(3)]
    for hand in hands:
        for _ in range(60):
            hand.may_end.release()
    recogniser = Recogniser(hands, seconds=LONG, places=60, reserved=0)
    with ThreadPoolExecutor(max_workers=8) as callers:
        lengths = list(callers.map(lambda length: recogniser.transcribe(ms(length)).duration_ms, range(1, 61)))
    recogniser.close()
    assert lengths == list(range(1, 61))
    assert sorted(length for hand in hands for length in hand.begun) == lengths
