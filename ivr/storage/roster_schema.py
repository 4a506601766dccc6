"""The shape of the files in `prompts/duty/`, as pydantic checks them; what they mean together: roster_files.py."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from ivr.storage.yaml_files import Strict
from nlu.meaning import Category

ID = r"^[a-z][a-z0-9_]{0,39}$"
"""Ids are codes, not names: they may stand in logs."""
_NUMBER = re.compile(r"\+(81[1-9][0-9]{8,9}|(?!81)[1-9][0-9]{6,14})")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")


def _clock_time(value: object) -> object:
    """8:45 as people write it, and nothing else: pydantic would take the number 1800 for half past midnight."""
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        raise ValueError("is not a time from 0:00 to 23:59")
    return value.rjust(5, "0")


def _calendar_day(value: object) -> object:
    """A date, and not a moment or a number of seconds."""
    if isinstance(value, datetime) or not isinstance(value, date | str):
        raise ValueError("is not a day")
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError("is not a day of the calendar") from None
    return value


def _can_be_rung(number: str) -> str:
    """E.164 in ASCII digits; within Japan without the 0 of the area, which the carrier would not ring."""
    if not _NUMBER.fullmatch(number):
        raise ValueError("is not a number as the carrier dials it (E.164)")
    return number


def _nobody_twice(people: list[str]) -> list[str]:
    twice = sorted({one for one in people if people.count(one) > 1})
    if twice:
        raise ValueError(f"{twice[0]} stands twice")
    return people


Id = Annotated[str, Field(pattern=ID)]
Clock = Annotated[time, BeforeValidator(_clock_time)]
Day = Annotated[date, BeforeValidator(_calendar_day)]
People = Annotated[list[Id], Field(min_length=1), AfterValidator(_nobody_twice)]


class PersonEntry(Strict):
    """One person of `people.yaml`."""

    name: str = Field(min_length=1)
    phone: Annotated[str, AfterValidator(_can_be_rung)] | None
    sms: bool = True


class GroupEntry(Strict):
    """One group of `groups.yaml`."""

    name: str = Field(min_length=1)
    members: People
    categories: list[Category]


class ShiftEntry(Strict):
    """One shift of `shifts.yaml`."""

    name: str = Field(min_length=1)
    begins: Clock
    ends: Clock

    @model_validator(mode="after")
    def _has_length(self) -> ShiftEntry:
        if self.begins == self.ends:
            raise ValueError("ends when it begins")
        return self


class DutyEntry(Strict):
    """One entry of `roster.yaml`."""

    first: Day
    last: Day
    shift: Id
    group: Id
    people: People

    @model_validator(mode="after")
    def _in_order(self) -> DutyEntry:
        if self.last < self.first:
            raise ValueError("ends before it begins")
        return self


class GroupsFile(Strict):
    """`groups.yaml`; its groups are checked one by one."""

    otherwise: Id
    groups: dict[str, Any] = Field(min_length=1)


class RosterFile(Strict):
    """`roster.yaml`; its entries are checked one by one."""

    supervisor: Id
    entries: list[Any]
