"""Days as they are said, in four languages, and the calendar day that is meant.

Laws of `resolve`, pure, the caller's today given:
- A month and a day without a year: the one from 90 days ago to 275 days ahead. On 5 April 三月三十一日 was last week;
  on 20 December 1月5日 is in the new year.
- A day alone: today or the next one. A day of the week alone, or with "the next": after today, never today. With a
  week: in that week, from Monday on; next Friday is the next one there is, next week's Friday next week's.
- The end of a month is its last day, the beginning its first. A weekend is its Saturday.
- No day of the calendar (30 February), or more than a day (来週, 四月): None.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from nlu.reading import to_katakana
from nlu.source import DATA_DIR, BadDataError, pattern, read_mapping, strings
from nlu.spelling import simplified

LANGUAGES = ("ja", "en", "zh", "ko")
PAST, AHEAD = 90, 275
"""Days around today among which a day and month without a year are looked for."""

_CHARACTERS = "characters"
_FORMS = ("kana", "words", _CHARACTERS)
_TABLES = {
    "relative": "relative", "week": "week", "weekday": "weekday", "full_weekday": "weekday", "month_off": "month_off",
    "year_off": "year_off", "month": "month", "day": "day", "plain_day": "day", "fixed": "fixed", "number": "number",
    "unit": "unit", "counted": "counted",
}  # fmt: skip
_WORDS = ("coming", "year", "end", "begin", "month_end", "after", "before", "fix")
_PART = re.compile(r"\{([a-z_]+)\}")
_OWN = re.compile(r"\(\?P<([a-z]+)>")
_NUMBER = re.compile(r"_[0-9]+$")
_DIGITS = re.compile(r"[0-9]+")
_REIWA = 2018
_SATURDAY, _WEEK, _MONTHS = 5, 7, 12
_KANJI = {char: value for value, char in enumerate("〇一二三四五六七八九")}


@dataclass(frozen=True, slots=True)
class Dates:
    """How one language speaks of days. Build with `load_dates`."""

    form: str
    said: re.Pattern[str]
    values: Mapping[str, tuple[tuple[re.Pattern[str], Any], ...]]
    fix: re.Pattern[str]

    def find(self, text: str) -> str | None:
        """Returns the day in normalised `text` as it was said, after a correction the corrected one. Never raises."""
        match = self._match(text)
        if match is None:
            return None
        kept = [at for at, char in enumerate(text) if self.form != _CHARACTERS or not char.isspace()]
        return text[kept[match.start()] : kept[match.end() - 1] + 1]

    def resolve(self, said: str, today: date) -> date | None:
        """Returns the day meant by `said` when today is `today`; None when it is none. Pure; never raises."""
        match = self._match(said)
        if match is None:
            return None
        try:
            return _day(self._parts(match), today)
        except (ValueError, OverflowError):
            return None  # 30 February, or beyond the calendar

    def _match(self, text: str) -> re.Match[str] | None:
        text = self._plain(text)
        found = None
        for match in self.said.finditer(text):
            if found is None or self.fix.search(text, found.end(), match.start()):
                found = match
        return found

    def _plain(self, text: str) -> str:
        """As many characters as `text`, spaces excepted where words are not parted by them."""
        if self.form == "kana":
            return to_katakana(text)
        lower = text.lower()
        text = lower if len(lower) == len(text) else text
        return simplified("".join(text.split())) if self.form == _CHARACTERS else text

    def _parts(self, match: re.Match[str]) -> dict[str, Any]:
        parts: dict[str, Any] = {}
        for group, said in match.groupdict().items():
            if said is None:
                continue
            name = _NUMBER.sub("", group)
            if name in self.values:
                parts[_TABLES[name]] = next(value for words, value in self.values[name] if words.fullmatch(said))
            else:
                parts[name] = said
        return parts


def _day(parts: Mapping[str, Any], today: date) -> date | None:
    """What the parts of a day amount to."""
    if "m" in parts:
        return _nearest(int(parts["m"]), int(parts["d"]), today)
    if "fixed" in parts:
        month, day = map(int, parts["fixed"].split("-"))
        return _nearest(month, day, today)
    if "relative" in parts:
        return today + timedelta(days=int(parts["relative"]))
    if "month_end" in parts:
        return _in_month(today.year, today.month, {**parts, "end": ""})
    if counted := _counted(parts, today):
        return counted
    if "month" in parts:
        return _with_month(parts, today)
    if "month_off" in parts:
        year, month = divmod(today.year * _MONTHS + today.month - 1 + int(parts["month_off"]), _MONTHS)
        return _in_month(year, month + 1, parts)
    if "weekday" in parts or "e" in parts:
        return _in_week(parts, today)
    if "day" in parts:
        return _next_day(int(parts["day"]), today)
    return None


def _counted(parts: Mapping[str, Any], today: date) -> date | None:
    """三日後, in two weeks, 한 달 뒤."""
    sign = -1 if "before" in parts else 1
    if "number" in parts:
        number, unit = int(parts["number"]), parts["unit"]
        if unit == "months":
            year, month = divmod(today.year * _MONTHS + today.month - 1 + sign * number, _MONTHS)
            return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))
        return today + timedelta(days=sign * number * (_WEEK if unit == "weeks" else 1))
    days = parts.get("counted") or (parts.get("day") if "after" in parts or "before" in parts else None)
    return today + timedelta(days=sign * int(days)) if days else None


def _with_month(parts: Mapping[str, Any], today: date) -> date | None:
    month = int(parts["month"])
    year = _year(parts, today)
    if year is not None:
        return _in_month(year, month, parts)
    if "day" in parts:
        return _nearest(month, int(parts["day"]), today)
    around = (_in_month(today.year + years, month, parts) for years in (-1, 0, 1))
    return next((day for day in around if day and _is_near(day, today)), None)


def _year(parts: Mapping[str, Any], today: date) -> int | None:
    if "year_off" in parts:
        return today.year + int(parts["year_off"])
    said = "".join(str(_KANJI.get(char, char)) for char in parts.get("year", "")).replace("零", "0")
    digits = _DIGITS.search(said)
    if digits is None:
        return None
    return int(digits[0]) if len(digits[0]) > 3 else _REIWA + int(digits[0])


def _in_month(year: int, month: int, parts: Mapping[str, Any]) -> date | None:
    if "day" in parts:
        return date(year, month, int(parts["day"]))
    if "end" in parts:
        return date(year, month, monthrange(year, month)[1])
    return date(year, month, 1) if "begin" in parts else None


def _is_near(day: date, today: date) -> bool:
    return -PAST <= (day - today).days <= AHEAD


def _nearest(month: int, day: int, today: date) -> date | None:
    for year in (today.year - 1, today.year, today.year + 1):
        if 1 <= month <= _MONTHS and 1 <= day <= monthrange(year, month)[1] and _is_near(date(year, month, day), today):
            return date(year, month, day)
    return None


def _in_week(parts: Mapping[str, Any], today: date) -> date:
    weekday = _SATURDAY if "e" in parts else int(parts["weekday"])
    if "week" in parts:
        monday = today - timedelta(days=today.weekday())
        return monday + timedelta(days=_WEEK * int(parts["week"]) + weekday)
    return today + timedelta(days=(weekday - today.weekday() - 1) % _WEEK + 1)


def _next_day(day: int, today: date) -> date | None:
    for ahead in range(3):
        year, month = divmod(today.year * _MONTHS + today.month - 1 + ahead, _MONTHS)
        if day <= monthrange(year, month + 1)[1] and date(year, month + 1, day) >= today:
            return date(year, month + 1, day)
    return None


def load_dates(path: Path) -> Dates:
    """Reads dates.yaml. Raises BadDataError."""
    data = read_mapping(path)
    if data.get("form") not in _FORMS:
        raise BadDataError(path, "form", f"must be one of {', '.join(_FORMS)}")
    values = {name: _values(path, data, name) for name in _TABLES if name in data}
    words = {name: pattern(path, name, strings(path, data, name)).pattern for name in _WORDS if name in data}
    words |= {name: "|".join(compiled.pattern for compiled, _ in rows) for name, rows in values.items()}
    said = tuple(_numbered(path, template, words, row) for row, template in enumerate(strings(path, data, "said")))
    if data["form"] == "words":
        said = tuple(rf"(?<![a-z0-9])(?:{template})(?![a-z0-9])" for template in said)
    return Dates(data["form"], pattern(path, "said", said), values, re.compile(words["fix"]))


def _values(path: Path, data: Mapping[str, Any], name: str) -> tuple[tuple[re.Pattern[str], Any], ...]:
    table = data[name]
    if not isinstance(table, dict):
        raise BadDataError(path, name, "must be a mapping of value: patterns")
    return tuple((pattern(path, name, strings(path, {name: row}, name)), value) for value, row in table.items())


def _numbered(path: Path, template: str, words: Mapping[str, str], row: int) -> str:
    """The template with its parts as groups, named and numbered: a name may stand in one expression only once."""
    count = 0

    def group(match: re.Match[str]) -> str:
        nonlocal count
        count += 1
        if match[1] not in words:
            raise BadDataError(path, "said", f"{match[0]} is no part of a day; say one of {', '.join(sorted(words))}")
        return f"(?P<{match[1]}_{row}{count:02}>{words[match[1]]})"

    return _PART.sub(group, _OWN.sub(lambda match: f"(?P<{match[1]}_{row}>", template))


@lru_cache(maxsize=4)
def _shipped(language: str) -> Dates:
    return load_dates(DATA_DIR / language / "dates.yaml")


def resolve(said: str, today: date) -> date | None:
    """Returns the day meant by `said`, in whichever of the four languages. See `Dates.resolve`."""
    for language in LANGUAGES:
        day = _shipped(language).resolve(said, today)
        if day:
            return day
    return None
