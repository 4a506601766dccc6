"""What a trial call shall be: which number is dialled, when, and from which number. Checked here, once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ivr.channels.twilio_requests import caller_number
from ivr.domain.call import Dialled
from ivr.domain.hours import TOKYO

YEARS = range(2020, 2100)
WITHHELD = "+266696687"
"""How withheld numbers have been seen to arrive on Japanese numbers (ANONYMOUS on a keypad)."""

_NATIONAL = re.compile(r"0[1-9][0-9]{8,9}")


class BadWish(ValueError):
    """This trial cannot be; the message is a key of the page's words (`errors`)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """`caller` as the carrier gives it: E.164, or what it sends for a withheld number."""

    at: datetime
    dialled: Dialled
    caller: str


def wish_of(given: Any) -> Wish:
    """JSON of the page -> Wish: {"at": "2026-11-24T21:10", "dialled": "centre", "caller": "09012345678" or ""}.

    `at` is Japanese time; an empty `caller` withholds the number. Raises BadWish.
    """
    if not isinstance(given, Mapping):
        raise BadWish("bad_request")
    return Wish(_instant(given.get("at")), _dialled(given.get("dialled")), _caller(given.get("caller")))


def _instant(given: Any) -> datetime:
    try:
        at = datetime.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        at = None
    if at is None or at.year not in YEARS:
        raise BadWish("bad_time")
    return at.astimezone(TOKYO) if at.tzinfo is not None else at.replace(tzinfo=TOKYO)


def _dialled(given: Any) -> Dialled:
    if given not in set(Dialled):
        raise BadWish("bad_dialled")
    return Dialled(given)


def _caller(given: Any) -> str:
    if not isinstance(given, str) or len(given) > 40:
        raise BadWish("bad_caller")
    digits = re.sub(r"[\s()\-‐－ー]", "", given)
    if not digits:
        return WITHHELD
    if not _NATIONAL.fullmatch(digits) or caller_number(f"+81{digits[1:]}") != digits:
        raise BadWish("bad_caller")
    return f"+81{digits[1:]}"
