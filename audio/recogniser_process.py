"""A recogniser's worker as a process of its own, seen from the desk: start it, hand it sound, renew it, end it.

One model a process (SYSTRAN/faster-whisper#660: several threads on one model leak and mix); `audio.recogniser_worker`
is its inside. Sound crosses a pipe as 16-bit samples: no caller's voice is written to a file.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from multiprocessing import Pipe
from pathlib import Path

from audio.recogniser import Recogniser
from audio.recogniser_worker import Done, Ready, Recipe, Refused, Task
from audio.sound import Sound
from audio.transcriber import Hint, ModelMissing, Transcript, TranscriptionFailed

log = logging.getLogger(__name__)

_INSIDE = "import sys; from audio.recogniser_worker import main; main(int(sys.argv[1]))"
_START_S = 900.0  # a model may first have to be fetched
_GROWTH_BYTES = 500 * 1024 * 1024


def start_recogniser(
    model: str,
    *,
    seconds: float,
    workers: int = 1,
    places: int | None = None,
    reserved: int | None = None,
    **options: object,
) -> Recogniser:
    """A Recogniser over `workers` processes that each load `model`; comes back when all have.

    `options`: as `audio.faster_whisper_transcriber.load_faster_whisper`. Raises ModelMissing.
    """
    recipe = Recipe("audio.faster_whisper_transcriber", "load_faster_whisper", {"model": model, **options})
    return Recogniser(
        [ProcessWorker(recipe) for _ in range(workers)], seconds=seconds, places=places, reserved=reserved
    )


class ProcessWorker:
    """A `Worker` of the Recogniser. It is renewed between jobs after `most_jobs`, or when its memory has outgrown
    twice its size after loading and 500 MB: whatever a library leaks stays bounded. The next one loads meanwhile.
    """

    def __init__(self, recipe: Recipe, *, most_jobs: int = 50_000, most_growth: int = _GROWTH_BYTES) -> None:
        self._recipe = recipe
        self._most_jobs = most_jobs
        self._most_growth = most_growth
        self._child: _Child | None = None
        self._next: _Child | None = None
        self._name = ""

    @property
    def name(self) -> str:
        """The model's name, as its process gave it."""
        return self._name

    @property
    def process_id(self) -> int | None:
        """Of the process that works now."""
        return self._child.process_id if self._child else None

    def tend(self) -> None:
        """Start the process if none runs, begin to renew it when it is due. Raises ModelMissing, OSError."""
        child, following = self._child, self._next
        if child is None or not child.running:
            if child is not None:
                log.warning("a worker of the recogniser ended (%s); another is started", child.end())
            self._child = child = _Child(self._recipe)
            self._name = child.wait_until_ready()
        elif following is not None:
            try:
                if following.is_ready():
                    self._child, self._next = following, None
                    child.end()
            except ModelMissing as error:
                log.warning("a worker of the recogniser cannot be renewed now, it goes on: %s", error)
                self._next = None
                child.count_anew()
        elif child.jobs >= self._most_jobs or child.resident > 2 * child.resident_at_first + self._most_growth:
            log.info("a worker of the recogniser is renewed after %d jobs, %d MB", child.jobs, child.resident >> 20)
            self._next = _Child(self._recipe)

    def work(self, sound: Sound, hint: Hint | None, seconds: float) -> Transcript:  # noqa: ARG002 - nothing to hurry
        """One job. Raises TranscriptionFailed, also when the process dies over it."""
        child = self._child
        if child is None:
            raise TranscriptionFailed("the recogniser's worker is not started")
        return child.transcribe(sound, hint)

    def stop(self) -> None:
        """Kill what runs: it holds nothing that must be kept."""
        for child in (self._child, self._next):
            if child is not None:
                child.kill()


class _Child:
    """One process and our end of its pipe."""

    def __init__(self, recipe: Recipe) -> None:
        self.jobs = 0
        self.resident = self.resident_at_first = 0  # bytes
        self._pipe, theirs = Pipe()
        path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
        with theirs:
            # Not multiprocessing.Process: its spawned child imports the parent's main module, here the whole command.
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
                [sys.executable, "-P", "-c", _INSIDE, str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": path},
            )
        try:
            self._pipe.send(recipe)
        except OSError:  # it died at once: whoever waits for it is told
            self.kill()

    @property
    def process_id(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def is_ready(self) -> bool:
        """Whether it has said that its model is loaded; looked at once, without waiting. Raises ModelMissing."""
        return self._pipe.poll() and bool(self.wait_until_ready())

    def wait_until_ready(self) -> str:
        """The model's name. Raises ModelMissing with the process's own words; the process is then ended."""
        try:
            said = (
                self._pipe.recv() if self._pipe.poll(_START_S) else Refused("The speech model takes too long to load.")
            )
        except (EOFError, OSError):
            said = Refused(f"The recogniser's worker ended before its model was loaded ({self.end()}).")
        if isinstance(said, Ready):
            self.resident = self.resident_at_first = said.resident
            return said.name
        self.end()
        raise ModelMissing(
            said.why if isinstance(said, Refused) else "The recogniser's worker speaks another language."
        )

    def transcribe(self, sound: Sound, hint: Hint | None) -> Transcript:
        """Raises TranscriptionFailed."""
        try:
            self._pipe.send(Task(sound.rate, hint))
            self._pipe.send_bytes(sound.as_int16().tobytes())
            done: Done = self._pipe.recv()
        except (EOFError, OSError) as error:
            self.kill()
            raise TranscriptionFailed("the recogniser's worker died over this sound") from error
        self.jobs += 1
        self.resident = done.resident
        if isinstance(done.outcome, str):
            raise TranscriptionFailed(done.outcome)
        return done.outcome

    def count_anew(self) -> None:
        """It stays: jobs and growth count from here."""
        self.jobs, self.resident_at_first = 0, self.resident

    def kill(self) -> None:
        """End the process. The pipe stays, for the thread that may be reading from it."""
        self._process.kill()
        self._process.wait()

    def end(self) -> str:
        """End the process and close the pipe; gives its exit status in words."""
        self.kill()
        self._pipe.close()
        return f"exit status {self._process.returncode}"
