"""`prompts/incidents.yaml` -> Rule: how reports of one event are counted together, checked before the desk opens."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from pydantic import Field

from ivr.domain.incident import Family, Rule
from ivr.storage.yaml_files import BadScript, Strict, read_model
from nlu.meaning import Category

FILE = "incidents.yaml"


class FamilyEntry(Strict):
    """One family of classes."""

    classes: list[Category] = Field(min_length=1)
    wide: bool
    said: str = Field(min_length=1)


class IncidentsFile(Strict):
    """`incidents.yaml`."""

    families: dict[str, FamilyEntry]
    houses: list[Category]
    spread: list[Category]
    minutes: int = Field(ge=0, le=24 * 60)
    hours: int = Field(ge=1, le=24 * 14)
    disaster_hours: int = Field(ge=1, le=24 * 14)
    near_lots: int = Field(ge=0, le=50)
    many: int = Field(ge=2, le=1000)
    grave: int = Field(ge=1)
    milestones: list[int]


def read_incidents(path: Path, lines: Mapping[str, Mapping[str, str]] | None = None) -> Rule:
    """The rule of `path`. `lines`: those of the script by language, in which every family must have its name.

    Raises BadScript for the first thing that is wrong.
    """
    file = read_model(path, IncidentsFile)
    owner: dict[Category, str] = {}
    for name, family in file.families.items():
        for category in family.classes:
            if category in owner:
                problem = f"{category} belongs to {owner[category]} already"
                raise BadScript(path, f"families.{name}.classes", problem, "Name a class once")
            owner[category] = name
        missing = [language for language, spoken in (lines or {}).items() if family.said not in spoken]
        if missing:
            problem = f"no line {family.said!r} in {missing[0]}"
            raise BadScript(path, f"families.{name}.said", problem, "Name a line of every language")
    _check_kinds(path, file, owner)
    _check_milestones(path, file.milestones)
    if file.disaster_hours < file.hours:
        raise BadScript(path, "disaster_hours", "is shorter than hours", "Give at least as many hours")
    return Rule(
        families=tuple(
            Family(name, frozenset(family.classes), family.wide, family.said) for name, family in file.families.items()
        ),
        houses=frozenset(file.houses),
        spread=frozenset(file.spread),
        minutes=file.minutes,
        hours=file.hours,
        disaster_hours=file.disaster_hours,
        near_lots=file.near_lots,
        many=file.many,
        grave=file.grave,
        milestones=tuple(file.milestones),
    )


def _check_kinds(path: Path, file: IncidentsFile, owner: Mapping[Category, str]) -> None:
    for key, classes in (("houses", file.houses), ("spread", file.spread)):
        alone = [category for category in classes if category not in owner]
        if alone:
            raise BadScript(path, key, f"{alone[0]} is in no family", "Name a class of a family: others stand alone")
    both = [category for category in file.houses if category in file.spread]
    if both:
        raise BadScript(path, "spread", f"{both[0]} stands in houses too", "Keep it in one of them")


def _check_milestones(path: Path, milestones: list[int]) -> None:
    rising = all(earlier < later for earlier, later in pairwise(milestones))
    if not rising or any(count < 2 for count in milestones):
        raise BadScript(path, "milestones", "do not rise from 2 on", "Write counts such as 5, 20, 100")
