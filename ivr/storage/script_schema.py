"""The shape of the files in `prompts/`, as pydantic checks them; what they mean together: script_files.py."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Literal

from pydantic import Field, RootModel, field_validator

from ivr.domain.call import Question
from ivr.domain.details import DANGER
from ivr.domain.hours import Shift
from ivr.storage.yaml_files import Strict
from nlu.meaning import Category, Intent

E164 = r"^\+[1-9]\d{6,14}$"


class ShiftEntry(Strict):
    """Opening and closing time of a day."""

    opens: time
    closes: time

    @field_validator("opens", "closes", mode="before")
    @classmethod
    def _clock_time(cls, value: object) -> object:
        """8:45 as people write it; YAML 1.1 would read an unquoted 8:45 as a number."""
        if isinstance(value, str) and value[:2].rstrip(":").isdigit() and value[1:2] == ":":
            return f"0{value}"
        return value

    def shift(self) -> Shift:
        return Shift(self.opens, self.closes)


class SpecialEntry(Strict):
    """One period of operation out of hours (R02)."""

    starts: datetime
    ends: datetime
    by: str = Field(min_length=1)
    why: str = Field(min_length=1)


class HoursFile(Strict):
    """`hours.yaml`."""

    ordinary: ShiftEntry
    busy: ShiftEntry
    busy_days: list[date]
    closed_days: list[str]
    special: list[SpecialEntry]


class NumbersFile(Strict):
    """`numbers.yaml`."""

    centre: str = Field(pattern=r"^0\d{9,10}$")


class DeskEntry(Strict):
    """One desk of `desks.yaml`."""

    name: str = Field(min_length=1)
    reach: Literal["queue", "dial"]
    number: str | None = Field(pattern=E164)
    names: dict[str, str] = Field(default_factory=dict)


class MatterEntry(Strict):
    """One matter of `matters.yaml`."""

    desk: str
    answer_first: bool
    to_be_done: list[str] = Field(default_factory=list)


class ClassEntry(Strict):
    """One class of `classes.yaml`."""

    name: str = Field(min_length=1)
    form: str
    safety: str | None
    details: list[str] = Field(default_factory=list)
    severity: int = Field(default=0, ge=0, le=DANGER)


class DetailOptionEntry(Strict):
    """One option of a detail."""

    name: str = Field(min_length=1)
    severity: int = Field(default=0, ge=0, le=DANGER)
    reply: Literal["yes", "no"] | None = None
    enough: bool = False


class DetailEntry(Strict):
    """One detail of `details.yaml`."""

    name: str = Field(min_length=1)
    question: str | None = None
    options: dict[str, DetailOptionEntry] = Field(min_length=2)


class PolicyEntry(Strict):
    """`policy.yaml`."""

    misses_before_menu: int = Field(ge=1, le=5)
    misses_before_person: int = Field(ge=2, le=6)
    max_questions: int = Field(ge=6, le=40)
    answers_at_night: bool
    detail_questions: int = Field(default=0, ge=0, le=3)
    detail_within: int = Field(default=0, ge=0, le=10)
    uninterruptible: list[str] = Field(default_factory=list)


class FieldEntry(Strict):
    """One field of a form."""

    name: Literal["place", "situation", "phone", "name"]
    question: Literal["place", "situation", "phone", "name"]
    ask: str
    again: str
    tries: int = Field(ge=1, le=5)
    patience_ms: int | None = Field(default=None, ge=200, le=5000)
    unfinished_ms: int | None = Field(default=None, ge=200, le=5000)


class ListeningEntry(Strict):
    """One question of `listening.yaml`; what is not given is as in `standard`."""

    start_s: int | None = Field(default=None, ge=2, le=30)
    pause_s: int | None = Field(default=None, ge=1, le=10)
    longest_s: int | None = Field(default=None, ge=3, le=60)
    keys: int | None = Field(default=None, ge=1, le=20)
    finish: Literal["", "#", "*"] | None = None
    key_gap_s: int | None = Field(default=None, ge=1, le=10)
    complete_ms: int | None = Field(default=None, ge=200, le=3000)
    patience_ms: int | None = Field(default=None, ge=200, le=5000)
    unfinished_ms: int | None = Field(default=None, ge=200, le=5000)


class ListeningFile(Strict):
    """`listening.yaml`."""

    standard: ListeningEntry
    questions: dict[Question, ListeningEntry]


class FormEntry(Strict):
    """One file of `forms/`."""

    fields: list[FieldEntry] = Field(min_length=1)
    before_transfer: list[str]
    read_back: str | None
    done: str


class LinesFile(Strict):
    """One file of lines."""

    approval: str = Field(min_length=1)
    lines: dict[str, str]


class LanguagesFile(Strict):
    """`languages.yaml`."""

    languages: list[Literal["ja", "en", "zh", "ko"]] = Field(min_length=1)
    names: dict[str, str]


class SoundsEntry(Strict):
    """One table of `names/sounds.yaml`."""

    syllables: dict[str, str]
    first: dict[str, str] = Field(default_factory=dict)
    finals: dict[str, int] = Field(default_factory=dict)
    capital: bool = False


class EndingEntry(Strict):
    """How a town ends, and how that end is said."""

    written: str = Field(min_length=1)
    read: str = Field(min_length=1)
    said: str


class NamesFile(Strict):
    """One language of `names/`."""

    sounds: str
    endings: list[EndingEntry]
    letters: dict[str, str]
    cities: dict[str, str]
    characters: dict[str, str] = Field(default_factory=dict)


class SoundsFile(RootModel[dict[str, SoundsEntry]]):
    """`names/sounds.yaml`."""


class DesksFile(RootModel[dict[str, DeskEntry]]):
    """`desks.yaml`."""


class MattersFile(RootModel[dict[Intent, MatterEntry]]):
    """`matters.yaml`."""


class DetailsFile(RootModel[dict[str, DetailEntry]]):
    """`details.yaml`."""


class ClassesFile(RootModel[dict[Category, ClassEntry]]):
    """`classes.yaml`."""


class MenuFile(RootModel[dict[str, str]]):
    """`menu.yaml`."""
