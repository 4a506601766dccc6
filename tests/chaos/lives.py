"""The desk's process seen from outside: begun, killed, begun again; and when it was not there."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.chaos.books import Books
from tests.chaos.zygote import Lives

LONGEST_START_S = 30.0
_ONE_THREAD = {
    **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"), "1"),
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_OFFLINE": "1",
}


class Desk:
    """One desk of many lives. `kill` and `begin` from one thread only."""

    def __init__(self, process: subprocess.Popen[str], port: int, books: Books) -> None:
        self._process, self._port, self._books = process, port, books
        self._pid = 0
        self._down_since = time.monotonic()
        self.lives = 0

    def begin(self) -> float:
        """A new life; gives the seconds until it answered. Raises RuntimeError when it never does."""
        begun = time.monotonic()
        self._process.stdin.write("live\n")  # type: ignore[union-attr]  # opened with pipes
        self._process.stdin.flush()  # type: ignore[union-attr]
        self._pid = int(self._process.stdout.readline())  # type: ignore[union-attr]
        self.lives += 1
        while not self._answers():
            if time.monotonic() > begun + LONGEST_START_S:
                raise RuntimeError(f"the desk did not open in {LONGEST_START_S:.0f} s: see desk.log")
            time.sleep(0.02)
        self._books.fault(self._down_since, time.monotonic())
        return time.monotonic() - begun

    def kill(self) -> None:
        """kill -9."""
        self._down_since = time.monotonic()
        os.kill(self._pid, signal.SIGKILL)

    def fill_disk(self, seconds: float) -> None:
        """No file of the desk can grow for so long: what it writes fails as on a full disk."""
        begun = time.monotonic()
        _, hard = resource.prlimit(self._pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self._pid, resource.RLIMIT_FSIZE, (0, hard))
        time.sleep(seconds)
        resource.prlimit(self._pid, resource.RLIMIT_FSIZE, (hard, hard))
        self._books.fault(begun, time.monotonic())

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0


@contextmanager
def desk(lives: Lives, books: Books) -> Iterator[Desk]:
    """The desk of `lives`, loaded and not yet begun."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.zygote", lives.text()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **_ONE_THREAD},
    )
    try:
        if process.stdout is None or process.stdout.readline() != "ready\n":
            raise RuntimeError("the desk could not be loaded")
        yield Desk(process, lives.port, books)
    finally:
        with contextlib.suppress(OSError):
            process.stdin.close()  # type: ignore[union-attr]  # ends the life at hand as well
        process.wait(20)
        process.stdout.close()  # type: ignore[union-attr]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
