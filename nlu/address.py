"""Numbers of an address as written or as spoken: chome and lot (banchi)."""

from __future__ import annotations

import re

_KANJI_DIGITS = {char: value for value, char in enumerate("〇一二三四五六七八九")}
_ONES = {
    "イチ": 1, "イッ": 1, "ニー": 2, "ニ": 2, "サン": 3, "ヨン": 4, "ヨ": 4, "シ": 4,
    "ゴー": 5, "ゴ": 5, "ロク": 6, "ロッ": 6, "ナナ": 7, "シチ": 7,
    "ハチ": 8, "ハッ": 8, "キュー": 9, "キュウ": 9, "ク": 9,
}  # fmt: skip
_ONE = "|".join(sorted(_ONES, key=len, reverse=True))
_TEN = "ジュウ|ジュー|ジュッ|ジッ"
_SPOKEN = re.compile(
    rf"(?:(?P<h>{_ONE})?(?P<hundred>ヒャク|ビャク|ピャク))?(?:(?P<t>{_ONE})?(?P<ten>{_TEN}))?(?P<o>{_ONE})?"
)
_NUMBER = "(?:[0-9]+|[一二三四五六七八九十百〇]+)"
_WRITTEN_CHOME = re.compile(rf"({_NUMBER})丁目")
_SPOKEN_NUMBER = (
    rf"(?:(?={_ONE}|{_TEN}|ヒャク)(?:(?:{_ONE})?(?:ヒャク|ビャク|ピャク))?(?:(?:{_ONE})?(?:{_TEN}))?(?:{_ONE})?)"
)
_SPOKEN_CHOME = re.compile(rf"((?={_ONE}|{_TEN})(?:(?:{_ONE})?(?:{_TEN}))?(?:{_ONE})?)(?:チョーメ|チョメ)")
_SWALLOWED_ONE = re.compile(r"ーッ(?:チョーメ|チョメ)")  # カタマチイッチョーメ: the canonical form lengthens マチ
_BETWEEN = r"(?:番地の|番地|番の|番|の|-|ノ)"
_WRITTEN_LOT = re.compile(
    rf"(?P<first>{_NUMBER})(?:番地の?|番の?|の|-|ノ)(?P<second>{_NUMBER})(?:号)?(?:(?:の|-|ノ)(?P<third>{_NUMBER}))?(?!丁目|月|日|時|年|人|軒|件|回)"
    rf"|(?P<only>{_NUMBER})(?:番地|番)(?!号|線)"
)
_SPOKEN_LOT = re.compile(
    rf"(?P<first>{_SPOKEN_NUMBER})(?:バンチノ?|バンノ?|ノ|−|-)(?P<second>{_SPOKEN_NUMBER})(?:ゴー(?=$|[^ァ-ヺー]|デス))?(?:(?:ノ|−|-)(?P<third>{_SPOKEN_NUMBER}))?"
    rf"|(?P<only>{_SPOKEN_NUMBER})バンチ"
)
_AFTER_TOWN = re.compile(r"^[\s、の]*")


def number(written: str) -> int | None:
    """Returns the value of digits or kanji numerals (12, 十二, 百二, 一二); None when it is none."""
    if written.isascii() and written.isdigit():
        return int(written[:6])
    total = current = 0
    for char in written:
        if char in _KANJI_DIGITS:
            current = current * 10 + _KANJI_DIGITS[char]
        elif char in "十百":
            total += max(current, 1) * (10 if char == "十" else 100)
            current = 0
        else:
            return None
    return total + current if written else None


def spoken_number(kana: str) -> int | None:
    """Returns the value of a spoken number below 1,000 (ジューニ → 12, ヒャクサン → 103); None when it is none."""
    match = _SPOKEN.fullmatch(kana)
    if not kana or match is None:
        return None
    value = _ONES.get(match["o"] or "", 0)
    if match["ten"]:
        value += 10 * _ONES.get(match["t"] or "", 1)
    if match["hundred"]:
        value += 100 * _ONES.get(match["h"] or "", 1)
    return value


def written_chome(text: str) -> tuple[int, int, int] | None:
    """Returns (chome, start, end) of the last 〜丁目 in `text`: after a correction the last one counts."""
    found = None
    for match in _WRITTEN_CHOME.finditer(text):
        value = number(match[1])
        if value:
            found = (value, match.start(), match.end())
    return found


def spoken_chome(kana: str) -> tuple[int, int, int] | None:
    """Returns (chome, start, end) of the last 〜チョーメ in a reading."""
    found = None
    for match in _SPOKEN_CHOME.finditer(kana):
        value = spoken_number(match[1])
        if value:
            found = (value, match.start(), match.end())
    swallowed = None if found else _SWALLOWED_ONE.search(kana)
    return (1, swallowed.start(), swallowed.end()) if swallowed else found


def written_lot(text: str, letters: str, *, after_town: bool) -> str | None:
    """Returns the lot in `text` as "12-3", "41", "イ41", "上丁30-1". `text` begins after town and chome.

    `letters` is the pattern of lot letters; they count only right after a town (`after_town`).
    """
    rest = _AFTER_TOWN.sub("", text)
    if after_town:
        match = re.match(rf"({letters})(?:の|-|ノ)?({_NUMBER})(?:(?:番地の?|番の?|の|-|ノ)({_NUMBER}))?(?!丁目)", rest)
        if match:
            return match[1] + _joined(match[2], match[3])
    match = _WRITTEN_LOT.match(rest) if after_town else _WRITTEN_LOT.search(rest)
    if match:
        return _joined(*(match[name] for name in ("only", "first", "second", "third")))
    bare = re.match(rf"({_NUMBER})(?=です|、|。|号|$|デス|ですけど|の(?![0-9一-十]))", rest) if after_town else None
    return _joined(bare[1]) if bare else None


def only_lot(kana: str) -> bool:
    """Tells whether a reading is nothing but a lot (ジューニノサンデス)."""
    return _SPOKEN_LOT.fullmatch(re.sub(r"(?:デス|[、。\s])*$", "", kana)) is not None


def _joined(*written: str | None) -> str:
    return "-".join(str(number(part)) for part in written if part)


def spoken_lot(kana: str, *, after_town: bool) -> str | None:
    """Returns the lot in a reading (ジューニノサン → "12-3"). `kana` begins after town and chome when `after_town`."""
    rest = re.sub(r"^[\s、。ノ]+", "", kana) if after_town else kana
    for match in [_SPOKEN_LOT.match(rest)] if after_town else _SPOKEN_LOT.finditer(rest):
        if match is None:
            continue
        values = [spoken_number(match[name] or "") for name in ("only", "first", "second", "third")]
        values = values[:1] if values[0] else values[1:]
        if all(values[: max(1, min(2, len(values)))]):
            return "-".join(str(value) for value in values if value)
    if after_town:
        bare = re.match(rf"({_SPOKEN_NUMBER})(?=デス|、|。|$)", rest)
        letter = re.match(
            rf"([イロハホヘトチリヌルワカヨタレソツネナラム])({_SPOKEN_NUMBER})(?=バン|デス|、|。|ノ|$)", rest
        )
        for match, prefix in ((bare, ""), (letter, letter[1] if letter else "")):
            value = spoken_number(match[match.lastindex or 1]) if match else None
            if value:
                return f"{prefix}{value}"
    return None
