"""The worker's thread: awake when there is work, alive whatever happens, gone when it is told to stop."""

from __future__ import annotations

import threading
import time

import pytest

from ivr.jobs.worker import Worker, at_most_every
from ivr.ports import StoreUnavailable

LONG = 30.0  # seconds no test waits


def test_work_is_done_at_once_when_woken() -> None:
    done = threading.Semaphore(0)
    worker = Worker("test", [done.release], every_s=LONG)
    worker.start()
    assert done.acquire(timeout=5)  # once at the start: what a crash left behind
    worker.wake()
    assert done.acquire(timeout=5)
    assert worker.stop()


def test_work_is_done_without_being_woken() -> None:
    done = threading.Semaphore(0)
    worker = Worker("test", [done.release], every_s=0.01)
    worker.start()
    for _ in range(3):
        assert done.acquire(timeout=5)
    assert worker.stop()


def test_a_wake_up_during_a_pass_is_not_lost() -> None:
    inside, go_on, done = threading.Event(), threading.Event(), threading.Semaphore(0)

    def slow() -> None:
        inside.set()
        go_on.wait(5)
        done.release()

    worker = Worker("test", [slow], every_s=LONG)
    worker.start()
    assert inside.wait(5)
    worker.wake()
    go_on.set()
    assert done.acquire(timeout=5)
    assert done.acquire(timeout=5)
    assert worker.stop()


@pytest.mark.parametrize("failure", [ZeroDivisionError(), StoreUnavailable("disk full")], ids=["a bug", "no store"])
def test_a_pass_that_fails_is_logged_and_stops_neither_the_next_pass_nor_the_worker(
    failure: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    done = threading.Semaphore(0)

    def broken() -> None:
        raise failure

    worker = Worker("bell", [broken, done.release], every_s=0.01)
    worker.start()
    for _ in range(2):
        assert done.acquire(timeout=5)
    assert worker.stop()
    assert "bell" in caplog.text


def test_stopping_does_not_wait_for_the_next_second() -> None:
    worker = Worker("test", [], every_s=LONG)
    worker.start()
    began = time.monotonic()
    assert worker.stop()
    assert time.monotonic() - began < 5


def test_a_worker_stuck_in_a_pass_does_not_keep_the_desk_from_stopping() -> None:
    stuck = threading.Event()
    worker = Worker("test", [lambda: stuck.wait(LONG)])
    worker.start()
    assert not worker.stop(timeout_s=0.05)
    stuck.set()
    assert worker.stop()


def test_a_worker_that_was_never_started_can_be_stopped() -> None:
    assert Worker("test", []).stop()


def test_a_pass_for_now_and_then_runs_at_once_and_then_not_too_often() -> None:
    now, ran = [0.0], []
    rarely = at_most_every(30.0, lambda: ran.append(now[0]), monotonic=lambda: now[0])
    for second in (0.0, 1.0, 29.9, 30.0, 31.0, 60.0):
        now[0] = second
        rarely()
    assert ran == [0.0, 30.0, 60.0]


def test_a_pass_for_now_and_then_that_failed_is_tried_again_at_once() -> None:
    tries: list[int] = []

    def broken() -> None:
        tries.append(1)
        raise ZeroDivisionError

    rarely = at_most_every(30.0, broken, monotonic=lambda: 0.0)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            rarely()
    assert len(tries) == 2
