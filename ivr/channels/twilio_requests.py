"""What a webhook of Twilio's says, as facts of the desk: caller, number dialled, keys, results of a transfer."""

from __future__ import annotations

import re
import unicodedata

from ivr.domain.call import Dialled
from ivr.settings import Settings

CALL_SID = re.compile(r"CA[0-9a-fA-F]{32}")
RECORDING_SID = re.compile(r"RE[0-9a-fA-F]{32}")
GONE = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""CallStatus values after which the caller is no longer on the line; any other, known or new, means "still there"."""

MAX_SPEECH = 2000  # characters; Twilio ends speech after 60 s, which is at most some 600 characters of Japanese
MAX_KEYS = 32

_KEYPAD = {
    letter: str(key)
    for key, letters in zip(range(2, 10), ("abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz"), strict=True)
    for letter in letters
}
_SPELT_OUT = frozenset(
    "".join(_KEYPAD[letter] for letter in word)
    for word in ("anonymous", "restricted", "unavailable", "unknown", "blocked", "private", "withheld")
)
_JAPAN = "81"
_ABROAD = "010"  # how a Japanese telephone dials another country


def caller_number(given: str | None) -> str | None:
    """`From` as digits a Japanese telephone can dial, None when withheld.

    "+819012345678" -> "09012345678". Numbers from abroad get 010 in front. Withheld callers come as "", "anonymous",
    "client:…", "sip:…", or as such a word spelt out on a keypad (+266696687 is ANONYMOUS).
    """
    number = re.sub(r"[\s()-]", "", given or "")
    digits = number.removeprefix("+")
    if not digits.isascii() or not digits.isdecimal() or digits in _SPELT_OUT:
        return None
    if not number.startswith("+"):
        return digits if digits.startswith("0") and 10 <= len(digits) <= 15 else None
    if digits.startswith(_JAPAN):
        national = "0" + digits.removeprefix(_JAPAN).lstrip("0")
        return national if 10 <= len(national) <= 11 else None
    return _ABROAD + digits if 7 <= len(digits) <= 15 else None


def dialled(to: str | None, settings: Settings) -> Dialled:
    """Which of our numbers was rung; the centre when it is none we know."""
    number = caller_number(to)
    night = {caller_number(entry) for entry in settings.night_numbers.split(",")}
    centre = {caller_number(entry) for entry in settings.centre_numbers.split(",")}
    if number is not None and number in night - centre:
        return Dialled.NIGHT_LINE
    return Dialled.CENTRE


def keys_pressed(given: str | None) -> str:
    """`Digits` with only what a keypad has; "hangup" (Record's word for it) is no key."""
    if given is None or given == "hangup":
        return ""
    return re.sub(r"[^0-9*#]", "", given)[:MAX_KEYS]


def words_spoken(given: str | None) -> str:
    """`SpeechResult` without control characters and outer blanks, cut to a sane length."""
    text = "".join(letter for letter in (given or "")[:MAX_SPEECH] if unicodedata.category(letter) not in ("Cc", "Cs"))
    return text.strip()


def seconds(given: str | None) -> int:
    """A count of whole seconds; 0 for anything else."""
    return int(given) if given and given.isascii() and given.isdecimal() and len(given) <= 6 else 0


_DIAL_FAILURES = {"busy": "busy", "no-answer": "no-answer", "failed": "error", "canceled": "error"}
_QUEUE_FAILURES = {"leave": "timeout", "queue-full": "queue-full"}
BRIDGED = frozenset({"bridged", "redirected-from-bridged"})


def why_nobody(queue_result: str, dial_status: str) -> str:
    """Why a transfer did not reach a person: timeout, busy, no-answer, queue-full, rejected, error.

    A dialled call that was "completed" without having been accepted was picked up by a machine or put down: rejected.
    """
    if queue_result:
        return _QUEUE_FAILURES.get(queue_result, "error")
    if dial_status in ("completed", "answered"):
        return "rejected"
    return _DIAL_FAILURES.get(dial_status, "error")
