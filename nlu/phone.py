"""Telephone numbers as they are said: digits, kanji, katakana, の for a hyphen, corrections, seven digits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlu.meaning import Phone
from nlu.reading import to_katakana

AREA_CODE = "076"
_SHORT = 3  # fewer digits than this are no beginning of a number
_LOCAL = 7

_WORDS = {
    "ゼロ": "0", "レイ": "0", "レー": "0", "マル": "0", "マール": "0", "オー": "0", "〇": "0", "零": "0", "○": "0",
    "イチ": "1", "イッ": "1", "イーチ": "1", "一": "1", "ニー": "2", "ニイ": "2", "ニ": "2", "二": "2",
    "サン": "3", "三": "3", "ヨン": "4", "ヨー": "4", "シー": "4", "シ": "4", "四": "4",
    "ゴー": "5", "ゴウ": "5", "ゴ": "5", "五": "5",
    "ロク": "6", "ロッ": "6", "ロック": "6", "六": "6", "ナナ": "7", "ナーナ": "7", "シチ": "7", "ヒチ": "7", "七": "7",
    "ハチ": "8", "ハッ": "8", "ハーチ": "8", "八": "8", "キュウ": "9", "キュー": "9", "ク": "9", "クー": "9", "九": "9",
}  # fmt: skip
_PARTICLES = frozenset({"ニ", "シ", "ク", "ゴ", "シー", "ニー"})
_TOKEN = re.compile(
    "(?P<word>" + "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True)) + ")"
    r"|(?P<digit>[0-9])"
    r"|(?P<gap>[\s、。,.・()\-−‐ー]+|ノ|ハイ|エート|エット|アノー?|ト(?=[\s、]))"
    r"|(?P<fix>ア?、?(?:チガウ|チガイマシタ|チガイマス|違ウ|違イマシタ|違イマス|チガッタ|違ッタ|マチガエタ|マチガエマシタ|間違エタ|間違エマシタ|マチガイ|間違イ"
    r"|ジャナクテ|デワナクテ|デハナクテ|ヤナクテ|ジャナイ|訂正シマス|テーセーシマス)(?:ゲン|ワ|デス|、|。)*)"
    r"|(?P<other>.)"
)


def phone(text: str, *, asked: bool) -> Phone | None:
    """Returns the telephone number in normalised `text` (kana or kanji), the corrected one when the caller corrects.

    A part of a number counts only when a number was `asked`; else only a whole one is believed.
    """
    best = ""
    for parts in _runs(to_katakana(text), asked=asked):
        digits = _settle(parts)
        if (_complete(digits) and not _complete(best)) or (len(digits) > len(best) and not _complete(best)):
            best = digits
    best = _whole(best)
    if _complete(best):
        return Phone(best, complete=True)
    return Phone(best, complete=False) if asked and len(best) >= _SHORT else None


def _runs(text: str, *, asked: bool) -> Iterator[list[list[str]]]:
    """Yields each run of digits as parts between corrections, each part a list of groups between hyphens or pauses."""
    parts: list[list[str]] = [[""]]
    last = ""
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind in ("word", "digit"):
            parts[-1][-1] += _WORDS.get(match[0], match[0])
            last = match[0]
        elif kind == "gap":
            if parts[-1][-1]:
                parts[-1].append("")
        elif kind == "fix" and any(map(any, parts)):
            parts.append([""])
        elif any(map(any, parts)) and not (asked and len(parts) > 1 and not any(parts[-1])):
            yield from _closed(parts, last)
            parts = [[""]]
    yield from _closed(parts, "")


def _closed(parts: list[list[str]], last: str) -> Iterator[list[list[str]]]:
    parts = [[group for group in part if group] for part in parts]
    parts = [part for part in parts if part]
    if not parts:
        return
    if last in _PARTICLES and not _complete(_whole("".join(parts[-1]))):
        # 「…ニーゴーゴーゴーニ電話」: the last ニ may be the particle
        shorter = [*parts[-1][:-1], parts[-1][-1][:-1]]
        if _complete(_whole("".join(shorter))):
            parts[-1] = shorter
    yield parts


def _settle(parts: list[list[str]]) -> str:
    """Returns the digits meant after corrections: a whole number restarts, a piece replaces the end."""
    digits = "".join(parts[0])
    groups = parts[0]
    for part in parts[1:]:
        said = "".join(part)
        options = [said] if said.startswith("0") else []
        options += ["".join(groups[:keep]) + said for keep in range(len(groups) - 1, 0, -1)]
        options += [digits[:-cut] + said for cut in range(1, min(len(digits), _LOCAL + 1))]
        options.append(said)
        fallback = digits[: -len(said)] + said if len(said) < len(digits) else said
        digits = next((option for option in options if _complete(option) or _complete(_whole(option))), fallback)
        groups = [*groups[:-1], *part]
    return digits


def _whole(digits: str) -> str:
    local = len(digits) == _LOCAL and digits[0] not in "01"
    return AREA_CODE + digits if local else digits


def _complete(digits: str) -> bool:
    """Lengths of Japanese numbers: 11 for 070/080/090/050 and 0800, 10 for all others (MIC numbering plan)."""
    if not digits.startswith("0") or digits.startswith("00"):
        return False
    long = digits.startswith(("070", "080", "090", "050", "0800"))
    return len(digits) == (11 if long else 10)
