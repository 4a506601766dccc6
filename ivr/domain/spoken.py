"""How values are spoken: times, digits, places, desks. Words come from `prompts/<lang>/word.yaml`, never from here."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from ivr.domain.call import Line
from ivr.domain.hours import next_opening, tokyo
from ivr.domain.script import Script
from nlu.meaning import Category, Place

NOON = 12
_KANA, _KANJI, _HANGUL = "ぁ-ゖァ-ヺ", "一-鿿々", "가-힣ᄀ-ᇿㄱ-ㆎ"
_UNSPEAKABLE = {
    "ja": re.compile(f"[{_HANGUL}]"),
    "en": re.compile(f"[{_KANA}{_KANJI}{_HANGUL}]"),
    "zh": re.compile(f"[{_KANA}{_HANGUL}]"),
    "ko": re.compile(f"[{_KANA}{_KANJI}]"),
}
"""Characters that the voice of a language would spell out, or leave out without a word."""


def word(script: Script, language: str, name: str, /, **slots: object) -> str:
    """One word or small phrase of `word.yaml`, with its slots filled."""
    return script.text(Line(f"word.{name}", tuple((key, str(value)) for key, value in slots.items())), language)


def time_of_day(script: Script, language: str, at: datetime) -> str:
    """午前8時45分, 午前8時, 午後6時, 8:45 a.m.: never 17時 on the telephone.

    A language takes the hour that it counts in: {hour} from 0 to 11, {hour12} from 1 to 12; {minutes} has two digits.
    """
    local = tokyo(at)
    half = "morning" if local.hour < NOON else "afternoon"
    hour = local.hour % NOON
    hours = {"hour": hour, "hour12": hour or NOON}
    if local.minute == 0:
        return word(script, language, f"{half}_sharp", **hours)
    return word(script, language, half, **hours, minute=local.minute, minutes=f"{local.minute:02}")


def opening(script: Script, language: str, at: datetime) -> str:
    """The next opening as seen from `at`: 明日、午前8時45分 or 1月4日、午前8時45分 or on January 4 at 8:45 a.m."""
    now, opens = tokyo(at), next_opening(script.calendar, at)
    if opens.date() == now.date():
        day = word(script, language, "today")
    elif opens.date() == now.date() + timedelta(days=1):
        day = word(script, language, "tomorrow")
    else:
        month = word(script, language, f"month_{opens.month}")
        day = word(script, language, "date", month=month, day=opens.day)
    return word(script, language, "opening", day=day, time=time_of_day(script, language, opens))


def about(script: Script, language: str, then: datetime, at: datetime) -> str:
    """When something was, as seen from `at`, to ten minutes: 午後9時10分, 昨日、午前8時, 11月22日、午前8時."""
    now, local = tokyo(at), tokyo(then)
    time = time_of_day(script, language, local.replace(minute=local.minute // 10 * 10))
    if local.date() == now.date():
        return time
    if local.date() == now.date() - timedelta(days=1):
        day = word(script, language, "yesterday")
    else:
        day = word(script, language, "date", month=word(script, language, f"month_{local.month}"), day=local.day)
    return word(script, language, "opening", day=day, time=time)


def matter(script: Script, language: str, category: Category | None) -> str:
    """What a report is about, as callers call it."""
    return script.text(Line(f"earlier.about_{category.value}" if category else "earlier.about_water"), language)


def digits(script: Script, language: str, number: str) -> str:
    """A telephone number or reference one digit at a time, in the groups Japanese callers use (3-3-4, 3-4-4)."""
    groups = _groups(number)
    return word(script, language, "pause").join(" ".join(group) for group in groups)


def _groups(number: str) -> list[str]:
    if len(number) == 11:
        return [number[:3], number[3:7], number[7:]]
    if len(number) == 10 and number.startswith("0120"):
        return [number[:4], number[4:7], number[7:]]
    if len(number) == 10:
        return [number[:3], number[3:6], number[6:]]
    return [number]


def desk(script: Script, language: str, desk_id: str) -> str:
    """What a caller hears a desk called. Raises KeyError for a desk that is not in the script."""
    entry = script.desks[desk_id]
    return entry.names.get(language, entry.name)


def town(script: Script, language: str, said: Place | None) -> str:
    """The town alone, "" when none is known."""
    if said is None or said.town is None:
        return ""
    names = script.names.get(language)
    return names.town(said.town, said.town_yomi) if names else said.town


def city(script: Script, language: str, name: str) -> str:
    """A municipality that is not ours."""
    names = script.names.get(language)
    return names.city(name) if names else name


def place(script: Script, language: str, said: Place | None) -> str:
    """A place read back: town, 丁目, number with の, landmark; what the caller said where nothing was recognised.

    Words that the voice of `language` cannot say (a Japanese landmark in an English call) are left out.
    """
    if said is None:
        return word(script, language, "unknown")
    parts = [town(script, language, said)]
    if said.chome is not None:
        parts.append(word(script, language, "chome", number=said.chome))
    if said.banchi:
        parts.append(_lot(script, language, said.banchi))
    text = ""
    for part in filter(None, parts):
        text = word(script, language, "address", before=text, after=part) if text else part
    if said.landmark and _speakable(said.landmark, language):
        text = word(script, language, "pause").join(filter(None, (text, said.landmark)))
    if text:
        return text
    if said.said and _speakable(said.said, language):
        return said.said
    return word(script, language, "as_described" if said.said or said.landmark else "unknown")


def _lot(script: Script, language: str, banchi: str) -> str:
    names = script.names.get(language)
    return (names.lot(banchi) if names else banchi).replace("-", word(script, language, "joint"))


def _speakable(text: str, language: str) -> bool:
    unspeakable = _UNSPEAKABLE.get(language)
    return unspeakable is None or not unspeakable.search(text)
