"""The recogniser as a desk uses it: bounded queue, a deadline for every job, places kept for urgent calls.

The laws of this file:
1. Every Future ends: with a Transcript, or with TranscriptionFailed no later than its deadline.
2. A job is refused at once, or it has a place. A late, cancelled or refused job never reaches a worker.
3. A worker has one job at a time. One that hangs is ended and started anew; one that dies loses the job it had.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol, Self

from audio.sound import Sound
from audio.transcriber import Hint, ModelMissing, Transcript, TranscriptionFailed

log = logging.getLogger(__name__)

_TEND_EVERY_S = 1.0
_AGAIN_AFTER_S = (1.0, 5.0, 30.0)  # how long a worker that cannot be started is left alone


class RecogniserFull(TranscriptionFailed):
    """Every place that this job might take is taken. Temporary."""


class Worker(Protocol):
    """What does one job at a time for one thread of the Recogniser: a process, or an adapter to a server elsewhere."""

    @property
    def name(self) -> str:
        """Which model it is, for people; known once `tend` has come back."""
        ...

    def tend(self) -> None:
        """Make ready for the next job: start it if it does not run, renew it if it grew. Raises ModelMissing."""
        ...

    def work(self, sound: Sound, hint: Hint | None, seconds: float) -> Transcript:
        """Do a job; whoever waits for it waits `seconds`. Raises TranscriptionFailed."""
        ...

    def stop(self) -> None:
        """End whatever it does, at once, called by another thread. `tend` would start it anew."""
        ...


@dataclass(slots=True, eq=False)
class _Job:
    sound: Sound
    hint: Hint | None
    seconds: float
    due: float  # on the monotonic clock
    future: Future[Transcript] = field(default_factory=Future)
    given_up: bool = False  # its worker hung and was ended


@dataclass(slots=True, eq=False)
class _Bench:
    """A worker, the job it has, and whether it can work: `up`; if not, when to try again."""

    worker: Worker
    job: _Job | None = None
    up: bool = False
    failures: int = 0
    again_at: float = 0.0


class Recogniser:
    """A Transcriber over `workers`, all of one model. Thread-safe. Close it when done.

    `seconds`: the deadline of a job that names none; `places`: jobs that may wait beside those being done, of which
    `reserved` are for urgent calls only, so that a surge is answered by the next rung of the ladder and not by silence.
    """

    def __init__(
        self,
        workers: Sequence[Worker],
        *,
        seconds: float,
        places: int | None = None,
        reserved: int | None = None,
        hanging_s: float = 3.0,
    ) -> None:
        """Start every worker and wait until all are ready. Raises ModelMissing when one cannot be.

        `hanging_s`: so long past its deadline a worker is no longer slow, it hangs, and is ended.
        """
        if not workers:
            raise ValueError("a recogniser needs at least one worker")
        self._seconds = seconds
        self._hanging_s = hanging_s
        self._places = 8 * len(workers) if places is None else places
        self._reserved = min(2 * len(workers) if reserved is None else reserved, self._places)
        self._changed = threading.Condition()
        self._urgent: deque[_Job] = deque()
        self._ordinary: deque[_Job] = deque()
        self._benches = [_Bench(worker) for worker in workers]
        self._closed = threading.Event()
        self._start()
        self._threads = [threading.Thread(target=self._watch, name="recogniser-deadlines", daemon=True)]
        for bench in self._benches:
            self._threads.append(threading.Thread(target=self._serve, args=(bench,), name="recogniser", daemon=True))
        for thread in self._threads:
            thread.start()

    @property
    def name(self) -> str:
        """The model's name."""
        return self._benches[0].worker.name

    @property
    def alive(self) -> bool:
        """Whether a job could be done at all: not closed, and not every worker beyond starting."""
        return not self._closed.is_set() and any(bench.up for bench in self._benches)

    @property
    def most_jobs(self) -> int:
        """How many jobs may be running or waiting at a time."""
        return len(self._benches) + self._places

    def submit(
        self, sound: Sound, hint: Hint | None = None, *, urgent: bool = False, seconds: float | None = None
    ) -> Future[Transcript]:
        """Queue a job; come back at once. The Future ends with a Transcript or with TranscriptionFailed.

        `urgent`: overtakes ordinary jobs and may take a reserved place; `seconds`: the deadline, from now, waiting
        included. `Future.cancel()` drops a job that has not begun, and frees its place.
        Raises TranscriptionFailed when no place is free, or when the recogniser is closed or its workers are down.
        """
        patience = self._seconds if seconds is None else seconds
        job = _Job(sound, hint, patience, time.monotonic() + patience)
        with self._changed:
            self._check_place(urgent)
            (self._urgent if urgent else self._ordinary).append(job)
            self._changed.notify_all()
        job.future.add_done_callback(lambda _: self._leave_queue(job))
        return job.future

    def transcribe(self, sound: Sound, hint: Hint | None = None) -> Transcript:
        """As `Transcriber.transcribe`, within the deadline given at the start."""
        return self.transcribe_within(sound, self._seconds, hint)

    def transcribe_within(
        self, sound: Sound, seconds: float, hint: Hint | None = None, *, urgent: bool = False
    ) -> Transcript:
        """The transcript, if it is there within `seconds` (waiting included). Raises TranscriptionFailed if not."""
        return self.submit(sound, hint, urgent=urgent, seconds=seconds).result()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Take no more jobs, fail those that wait or run, end the workers. Closing again does nothing."""
        with self._changed:
            self._closed.set()
            jobs = [*self._urgent, *self._ordinary, *(bench.job for bench in self._benches if bench.job)]
            self._urgent.clear()
            self._ordinary.clear()
            self._changed.notify_all()
        for job in jobs:
            _fail(job, "the recogniser is closed")
        for bench in self._benches:
            bench.worker.stop()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(timeout=5)
        for bench in self._benches:
            bench.worker.stop()  # one that was just being started

    # --- starting, and places ------------------------------------------------------------------

    def _start(self) -> None:
        """All workers at the same time; the first thing that is wrong with one ends all."""
        wrong: list[Exception] = []

        def start(bench: _Bench) -> None:
            try:
                bench.worker.tend()
                bench.up = True
            except Exception as error:  # noqa: BLE001 - raised again below, in the caller's thread
                wrong.append(error)

        starting = [threading.Thread(target=start, args=(bench,)) for bench in self._benches]
        for thread in starting:
            thread.start()
        for thread in starting:
            thread.join()
        if wrong:
            for bench in self._benches:
                bench.worker.stop()
            raise wrong[0]

    def _check_place(self, urgent: bool) -> None:
        """Under the lock. Jobs for which a worker stands idle take no place."""
        if self._closed.is_set():
            raise TranscriptionFailed("the recogniser is closed")
        if not any(bench.up for bench in self._benches):
            raise TranscriptionFailed("the recogniser's workers cannot be started")
        idle = sum(bench.up and bench.job is None for bench in self._benches)
        waiting = len(self._urgent) + len(self._ordinary)
        full = waiting >= self._places + idle
        if full or (not urgent and len(self._ordinary) >= self._places - self._reserved + idle):
            raise RecogniserFull("the recogniser is full")

    def _leave_queue(self, job: _Job) -> None:
        """A job that ended while it waited (late, cancelled) gives its place back."""
        with self._changed:
            for queue in (self._urgent, self._ordinary):
                if job in queue:
                    queue.remove(job)

    # --- one thread for each worker ------------------------------------------------------------

    def _serve(self, bench: _Bench) -> None:
        while not self._closed.is_set():
            job = self._next_job(bench)
            ready = self._tended(bench)
            if job is None:
                continue
            end = self._done(bench, job) if ready else _failed(job, "the recogniser's worker cannot be started")
            with self._changed:
                bench.job = None
                self._changed.notify_all()
            _settle(end)

    def _next_job(self, bench: _Bench) -> _Job | None:
        """The next job for this bench, begun; None after a while without one, so that the worker is tended."""
        until = time.monotonic() + _TEND_EVERY_S
        with self._changed:
            while not self._closed.is_set():
                queue = self._urgent or self._ordinary
                if bench.up and queue:
                    job = queue.popleft()
                    if job.due > time.monotonic() and job.future.set_running_or_notify_cancel():
                        bench.job = job
                        self._changed.notify_all()
                        return job
                    late = job
                    break
                left = max(until, bench.again_at) - time.monotonic()
                if left <= 0:
                    return None
                self._changed.wait(left)
            else:
                return None
        _fail(late, _too_late(late))
        return None

    def _done(self, bench: _Bench, job: _Job) -> Callable[[], None]:
        """Let the worker do the job; gives how its Future is to end."""
        try:
            transcript = bench.worker.work(job.sound, job.hint, job.due - time.monotonic())
        except TranscriptionFailed as error:
            failure = error
            return lambda: job.future.set_exception(failure)
        except Exception as error:  # noqa: BLE001 - a thread that ends would leave its callers waiting
            why = f"the recogniser failed: {type(error).__name__}"  # without its message, which may hold words
            log.error("%s, in a way nobody foresaw", why)
            return _failed(job, why)
        return lambda: job.future.set_result(transcript)

    def _tended(self, bench: _Bench) -> bool:
        """Whether the worker is ready. If it cannot be made so, nobody waits for it in vain."""
        if self._closed.is_set():
            return False
        try:
            bench.worker.tend()
        except (ModelMissing, OSError) as error:
            if self._closed.is_set():
                return False
            log.error("a worker of the recogniser cannot be started: %s", error)
            with self._changed:
                pause = _AGAIN_AFTER_S[min(bench.failures, len(_AGAIN_AFTER_S) - 1)]
                bench.up, bench.failures, bench.again_at = False, bench.failures + 1, time.monotonic() + pause
                stranded = [] if any(each.up for each in self._benches) else [*self._urgent, *self._ordinary]
            for job in stranded:
                _fail(job, "the recogniser's workers cannot be started")
            return False
        bench.up, bench.failures, bench.again_at = True, 0, 0.0
        return True

    # --- one thread for all deadlines ----------------------------------------------------------

    def _watch(self) -> None:
        while not self._closed.is_set():
            with self._changed:
                now = time.monotonic()
                waiting = [*self._urgent, *self._ordinary]
                running = [bench.job for bench in self._benches if bench.job and not bench.job.given_up]
                late = [job for job in (*waiting, *running) if job.due <= now and not job.future.done()]
                for bench in self._benches:
                    if bench.job in running and bench.job.due + self._hanging_s <= now:
                        log.error("a worker of the recogniser hangs: it is ended and started anew")
                        bench.job.given_up = True
                        bench.worker.stop()
                if not late:
                    pending = [job.due for job in (*waiting, *running) if job.due > now]
                    pending += [job.due + self._hanging_s for job in running if job.due <= now and not job.given_up]
                    self._changed.wait(max(0.0, min(pending) - now) if pending else None)
            for job in late:
                _fail(job, _too_late(job))


def _too_late(job: _Job) -> str:
    return f"the recogniser took longer than {job.seconds:g} s"


def _failed(job: _Job, why: str) -> Callable[[], None]:
    return lambda: job.future.set_exception(TranscriptionFailed(why))


def _fail(job: _Job, why: str) -> None:
    _settle(_failed(job, why))


def _settle(end: Callable[[], None]) -> None:
    """The first end counts: a result that comes after the deadline is thrown away."""
    with suppress(InvalidStateError):
        end()
