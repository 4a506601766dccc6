"""How values are spoken: times, digits, places. Words come from `prompts/<lang>/word.yaml`, never from here."""

from __future__ import annotations

from datetime import datetime, timedelta

from ivr.domain.call import Line
from ivr.domain.hours import next_opening, tokyo
from ivr.domain.script import Script
from nlu.meaning import Place

NOON = 12


def word(script: Script, language: str, name: str, **slots: object) -> str:
    """One word or small phrase of `word.yaml`, with its slots filled."""
    return script.text(Line(f"word.{name}", tuple((key, str(value)) for key, value in slots.items())), language)


def time_of_day(script: Script, language: str, at: datetime) -> str:
    """午前8時45分, 午前8時, 午後6時: never 17時 on the telephone."""
    local = tokyo(at)
    half = "morning" if local.hour < NOON else "afternoon"
    hour = local.hour % NOON
    if local.minute == 0:
        return word(script, language, f"{half}_sharp", hour=hour)
    return word(script, language, half, hour=hour, minute=local.minute)


def opening(script: Script, language: str, at: datetime) -> str:
    """The next opening as seen from `at`: 明日、午前8時45分 or 1月4日、午前8時45分."""
    now, opens = tokyo(at), next_opening(script.calendar, at)
    if opens.date() == now.date():
        day = word(script, language, "today")
    elif opens.date() == now.date() + timedelta(days=1):
        day = word(script, language, "tomorrow")
    else:
        day = word(script, language, "date", month=opens.month, day=opens.day)
    return word(script, language, "opening", day=day, time=time_of_day(script, language, opens))


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


def place(script: Script, language: str, said: Place | None) -> str:
    """A place read back: town, 丁目, number with の, landmark; what the caller said where nothing was recognised."""
    if said is None:
        return word(script, language, "unknown")
    parts = [said.town or ""]
    if said.chome is not None:
        parts.append(word(script, language, "chome", number=said.chome))
    if said.banchi:
        parts.append(said.banchi.replace("-", word(script, language, "joint")))
    text = "".join(parts)
    if said.landmark:
        text = word(script, language, "pause").join(filter(None, (text, said.landmark)))
    return text or said.said or word(script, language, "unknown")
