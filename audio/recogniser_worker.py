"""The inside of a recogniser's worker process: load one model, then one transcript for each sound, until the pipe ends.

Started by `audio.recogniser_process`. It imports what its transcriber needs and nothing of the desk, so it starts in
about a second and stays small. It ends with its parent, even in the middle of a job: the pipe closes, whatever killed
the parent.
"""

from __future__ import annotations

import importlib
import os
import resource
import signal
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue

import numpy as np

from audio.sound import from_int16
from audio.transcriber import Hint, ModelMissing, Transcriber, Transcript, TranscriptionFailed


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the worker makes its transcriber: a function, where it is, and what it is called with (all picklable)."""

    module: str
    function: str
    options: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Ready:
    """The model is loaded. `resident`: bytes of memory."""

    name: str
    resident: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The model cannot be loaded, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class Task:
    """Its samples follow as a message of their own: 16-bit, mono, in the machine's byte order."""

    rate: int  # Hz
    hint: Hint | None


@dataclass(frozen=True, slots=True)
class Done:
    """`outcome`: the transcript, or in words why there is none. `resident`: bytes of memory now."""

    outcome: Transcript | str
    resident: int


Work = tuple[Task, bytes]


def main(descriptor: int) -> None:
    """Serve the pipe with this file descriptor until its other end closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends us in its own time
    pipe = Connection(descriptor)
    recipe: Recipe = pipe.recv()
    tasks: SimpleQueue[Work] = SimpleQueue()
    threading.Thread(target=_read, args=(pipe, tasks), daemon=True).start()
    try:
        pipe.send(_serve_after(recipe, pipe, tasks))
    except OSError:  # the parent is gone
        return


def _serve_after(recipe: Recipe, pipe: Connection, tasks: SimpleQueue[Work]) -> Refused:
    try:
        make = getattr(importlib.import_module(recipe.module), recipe.function)
        transcriber: Transcriber = make(**recipe.options)
    except ModelMissing as error:
        return Refused(str(error))
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent must hear of it
        return Refused(f"The recogniser's worker cannot start ({type(error).__name__}: {error}).")
    pipe.send(Ready(transcriber.name, resident_bytes()))
    while True:
        task, samples = tasks.get()
        pipe.send(Done(_outcome(transcriber, task, samples), resident_bytes()))


def _read(pipe: Connection, tasks: SimpleQueue[Work]) -> None:
    """In a thread of its own, so that the parent's end is noticed while the model computes."""
    try:
        while True:
            tasks.put((pipe.recv(), pipe.recv_bytes()))
    except (EOFError, OSError):
        os._exit(0)


def _outcome(transcriber: Transcriber, task: Task, samples: bytes) -> Transcript | str:
    try:
        return transcriber.transcribe(from_int16(np.frombuffer(samples, dtype=np.int16), task.rate), task.hint)
    except TranscriptionFailed as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - one bad sound ends its own job only; its message may hold words
        return f"the recogniser failed: {type(error).__name__}"


def resident_bytes() -> int:
    """Memory of this process that is really there; where the system does not say, the most it ever was."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
