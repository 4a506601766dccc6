"""Which digits are a whole Japanese telephone number: the MIC numbering plan, and seven digits within Kanazawa."""

from __future__ import annotations

AREA_CODE = "076"
LOCAL = 7
"""Digits of a number within the area of AREA_CODE; the first is neither 0 nor 1."""

_ELEVEN = ("060", "070", "080", "090", "050", "0800")
_TEN, _MOBILE = 10, 11
_CARRIED = ("060", "070", "080", "090")
_COUNTRY = "+81"


def complete(digits: str) -> bool:
    """Tells whether `digits` are a whole number: 11 for mobile, IP and 0800, 10 for all others, leading 0 included."""
    if not digits.startswith("0") or digits.startswith("00"):
        return False
    return len(digits) == (_MOBILE if digits.startswith(_ELEVEN) else _TEN)


def local(digits: str) -> bool:
    """Tells whether `digits` are a whole number within the area of Kanazawa."""
    return len(digits) == LOCAL and digits[0] not in "01"


def whole(digits: str) -> str:
    """Returns `digits` with the area code where only that is missing."""
    return AREA_CODE + digits if local(digits) else digits


def with_zero(digits: str) -> str:
    """Returns `digits` as dialled within Japan where they have lost their first 0."""
    if digits.startswith(("76", "90", "80", "70", "50", "60", "120")) and complete("0" + digits):
        return "0" + digits
    return digits


def domestic(digits: str) -> str:
    """Returns `digits` as dialled within Japan where they begin with +81."""
    return "0" + digits.removeprefix(_COUNTRY).removeprefix("0") if digits.startswith(_COUNTRY) else digits


def mobile(digits: str) -> bool:
    """Tells whether `digits` are the whole number of a telephone that people carry."""
    return len(digits) == _MOBILE and digits.startswith(_CARRIED)


def groups_of(digits: str) -> tuple[tuple[int, int], ...]:
    """Returns (start, end) of the groups in which a whole number is said: 3-4-4, 3-3-4, 4-3-3, 4-3-4 for 0800."""
    if len(digits) == _MOBILE:
        return ((0, 4), (4, 7), (7, 11)) if digits.startswith("0800") else ((0, 3), (3, 7), (7, 11))
    if digits.startswith(("0120", "0570", "0990")):
        return (0, 4), (4, 7), (7, 10)
    return (0, 3), (3, 6), (6, 10)
