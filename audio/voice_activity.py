"""Is somebody speaking, window by window: Silero over the sound of many telephone lines, in a thread of its own.

Silero (snakers4/silero-vad, v6, inside faster-whisper's package) takes windows of 512 samples at 16 kHz (32 ms), each
with the 64 samples before it, and two states of 128 numbers. A window costs 0.07 ms of one core.
"""

from __future__ import annotations

import logging
import math
import threading
from collections import deque
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from audio import mulaw

WINDOW_BYTES = 256
"""µ-law bytes (8 kHz) of one window."""

WINDOW_MS = 32

_CONTEXT = 64  # samples at 16 kHz that Silero sees before each window
_STATE = 128
_TAPS = 31  # of the half-band filter that takes 8 kHz to 16 kHz

Floats = npt.NDArray[np.float32]
Heard = Callable[[float, float], None]
"""Takes the probability of speech in [0, 1] and the loudness in dBFS of one window."""

logger = logging.getLogger(__name__)


class Line:
    """What the detector keeps of one line: 1.5 KB. `heard` is called in the detector's thread, window by window."""

    __slots__ = ("_cell", "_context", "_hidden", "_tail", "closed", "heard")

    def __init__(self, heard: Heard) -> None:
        self.heard = heard
        self.closed = False
        self._hidden = np.zeros((1, 1, _STATE), np.float32)
        self._cell = np.zeros((1, 1, _STATE), np.float32)
        self._context = np.zeros(_CONTEXT, np.float32)
        self._tail = np.zeros(_TAPS // 2, np.float32)

    def listen(self, session: Any, window: bytes) -> tuple[float, float]:
        """(probability, dBFS) of the next window of this line: `WINDOW_BYTES` of µ-law."""
        narrow = _decoding()[np.frombuffer(window, np.uint8)]
        wide, self._tail = _doubled(narrow, self._tail)
        given = np.concatenate((self._context, wide))[None]
        probability, self._hidden, self._cell = session.run(None, {"input": given, "h": self._hidden, "c": self._cell})
        self._context = wide[-_CONTEXT:]
        power = float(np.dot(narrow, narrow)) / len(narrow)
        return float(probability[0]), 10 * math.log10(power + 1e-10)


class VoiceActivity:
    """Listens to all lines of this process, in one thread, in the order in which their windows came."""

    def __init__(self) -> None:
        self._session = _session()
        self._waiting: deque[tuple[Line, bytes]] = deque()
        self._there = threading.Semaphore(0)
        self._over = False
        self._thread = threading.Thread(target=self._work, name="voice-activity", daemon=True)
        self._thread.start()

    def submit(self, line: Line, window: bytes) -> None:
        """The next `WINDOW_BYTES` of a line; returns at once."""
        self._waiting.append((line, window))
        self._there.release()

    @property
    def backlog(self) -> int:
        """Windows that wait."""
        return len(self._waiting)

    def close(self) -> None:
        self._over = True
        self._there.release()
        self._thread.join(5)

    def _work(self) -> None:
        while True:
            self._there.acquire()
            if self._over:
                return
            line, window = self._waiting.popleft()
            if line.closed:
                continue
            try:
                line.heard(*line.listen(self._session, window))
            except Exception:  # one broken line must not deafen the others
                line.closed = True
                logger.exception("a line could not be listened to")


def probabilities(sound: bytes) -> Sequence[tuple[float, float]]:
    """(probability, dBFS) of every whole window of one µ-law recording: for measurements."""
    line, session = Line(lambda _p, _l: None), _session()
    windows = (sound[at : at + WINDOW_BYTES] for at in range(0, len(sound) - WINDOW_BYTES + 1, WINDOW_BYTES))
    return [line.listen(session, window) for window in windows]


def _doubled(narrow: Floats, tail: Floats) -> tuple[Floats, Floats]:
    """`narrow` (8 kHz, shape (n,)) at 16 kHz, shape (2n,), and what the next piece needs of it.

    Half the outputs of an interpolator by two are the inputs themselves, the others a filter over their neighbours.
    """
    joined = np.concatenate((tail, narrow))
    half = len(tail) // 2
    between = np.convolve(joined, _between(), mode="valid")[: len(narrow)]
    wide = np.empty(2 * len(narrow), np.float32)
    wide[0::2] = joined[half : half + len(narrow)]
    wide[1::2] = between
    return wide, joined[len(joined) - len(tail) :]


@cache
def _between() -> Floats:
    """Weights of the neighbours of a sample half-way between two: a windowed sinc of even length."""
    size = _TAPS // 2 + 1
    at = np.arange(size) - (size - 1) / 2
    weights = np.sinc(at) * np.hamming(size)
    normed: Floats = (weights / weights.sum()).astype(np.float32)
    return normed


@cache
def _decoding() -> Floats:
    """256 samples in [-1, 1], indexed by µ-law code."""
    samples: Floats = mulaw.decode(bytes(range(256))).astype(np.float32) / np.float32(32768)
    return samples


@cache
def _session() -> Any:
    """One session for the process: it keeps no state of any line."""
    import faster_whisper
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    model = Path(faster_whisper.__file__).parent / "assets" / "silero_vad_v6.onnx"
    return InferenceSession(str(model), sess_options=options, providers=["CPUExecutionProvider"])
