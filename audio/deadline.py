"""A recogniser with a deadline: one worker, few waiting places, and a typed failure when the answer comes too late."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor

from audio.sound import Sound
from audio.transcriber import Transcriber, Transcript, TranscriptionFailed


class PunctualTranscriber:
    """Wraps a Transcriber and is one. A late job is dropped if it has not begun; one that has begun ends unheard.

    `seconds`: the deadline of `transcribe`; `places`: jobs that may be running or waiting, beyond which a job is
    refused at once, so that a surge is answered by the next rung of the ladder and not by silence.
    """

    def __init__(self, transcriber: Transcriber, *, seconds: float, places: int = 4) -> None:
        self._transcriber = transcriber
        self._seconds = seconds
        self._places = threading.BoundedSemaphore(places)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="transcriber")

    @property
    def name(self) -> str:
        return self._transcriber.name

    def transcribe(self, sound: Sound, hint: str | None = None) -> Transcript:
        """As `Transcriber.transcribe`, within the deadline given at the start."""
        return self.transcribe_within(sound, self._seconds, hint)

    def transcribe_within(self, sound: Sound, seconds: float, hint: str | None = None) -> Transcript:
        """The transcript, if it is there within `seconds` (waiting included).

        Raises TranscriptionFailed when it is not, when no place is free, or when the recogniser failed.
        """
        if not self._places.acquire(blocking=False):
            raise TranscriptionFailed("the recogniser is full")
        try:
            job = self._worker.submit(self._transcriber.transcribe, sound, hint)
        except RuntimeError as error:
            self._places.release()
            raise TranscriptionFailed("the recogniser is closed") from error
        job.add_done_callback(self._free_a_place)
        try:
            return job.result(timeout=seconds)
        except TimeoutError as error:
            job.cancel()
            raise TranscriptionFailed(f"the recogniser took longer than {seconds} s") from error

    def close(self) -> None:
        """Take no more jobs, drop those that wait, let the running one end."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _free_a_place(self, _job: Future[Transcript]) -> None:
        self._places.release()
