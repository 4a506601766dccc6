"""Keep personal data out of the logs: failures told without their message, telephone numbers masked."""

from __future__ import annotations

import logging
import re
import traceback
from pathlib import Path

_NUMBER = re.compile(r"(?<![0-9A-Za-z])\+?\d(?:-?\d){8,14}(?![0-9A-Za-z])")
MASK = "[number]"


def where(error: BaseException, depth: int = 6) -> str:
    """The type of a failure and the innermost `depth` places it passed through, innermost first.

    Its message is left out: a message may quote what the caller said (ValueError: invalid literal for int(): '…').
    """
    frames = traceback.extract_tb(error.__traceback__)[-depth:]
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    cause = f", caused by {type(error.__cause__).__name__}" if error.__cause__ else ""
    return f"{type(error).__name__}{cause} at {places or 'unknown place'}"


def without_numbers(text: str) -> str:
    """`text` with everything that looks like a telephone number (9 to 15 digits, hyphens allowed) masked."""
    return _NUMBER.sub(MASK, text)


class NumbersMasked(logging.Filter):
    """Put on a handler, it masks telephone numbers in every record, whichever library wrote it."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        masked = without_numbers(message)
        if masked != message:
            record.msg, record.args = masked, None
        return True
