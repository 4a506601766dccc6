"""`prompts/duty/` -> Roster: everything that is wrong is told at once, and never with a name or a number.

What stands in these messages is where, what and how to put it right. A value is quoted only where it is a code (an id,
a class): the same messages go to the log.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor

from ivr.domain.roster import DutyShift, Entry, Group, Person, Roster, dialled
from ivr.storage import roster_schema as schema
from ivr.storage.yaml_files import BadScript, read_yaml
from nlu.meaning import Category

PEOPLE, GROUPS, SHIFTS, ROSTER = FILES = ("people.yaml", "groups.yaml", "shifts.yaml", "roster.yaml")
_REMEDIES = {
    "phone": 'Write "+81" and the number without its first 0, in quotes, or null',
    "first": "Write a day such as 2027-01-31",
    "last": "Write a day such as 2027-01-31",
    "begins": 'Write a time such as "18:00"',
    "ends": 'Write a time such as "8:45"',
    "supervisor": "Name a person of people.yaml, who is told when nobody takes a report",
    "otherwise": "Name the group that takes what no other group names",
    "people": "Name people of people.yaml in the order in which they are rung, each once",
    "members": "Name people of people.yaml, each once",
    "categories": "Use the classes of classes.yaml",
}
Model = TypeVar("Model", bound=BaseModel)


class BadRoster(BadScript):
    """The roster cannot be used. `problems`: all that is wrong; the message names each in a line of its own."""

    def __init__(self, problems: Sequence[BadScript]) -> None:
        first = problems[0]
        super().__init__(first.file, first.key, first.problem, first.remedy)
        self.problems = tuple(problems)
        self.args = ("\n".join(str(problem) for problem in problems),)


@dataclass(frozen=True, slots=True)
class Table(Generic[Model]):
    """What one file lists. `rows`: those that are sound; `known`: the ids of all, None when that cannot be told."""

    rows: Mapping[str, Model]
    known: frozenset[str] | None

    def lacks(self, key: str) -> bool:
        """Whether nothing stands under `key`. A row with a mistake is there: one mistake is told once."""
        return self.known is not None and key not in self.known


def read_roster(folder: Path) -> Roster:
    """The roster of `folder`. Raises BadRoster, which names everything that is wrong."""
    reading = _Reading(folder, [])
    people = reading.table(PEOPLE, schema.PersonEntry, reading.document(PEOPLE))
    shifts = reading.table(SHIFTS, schema.ShiftEntry, reading.document(SHIFTS))
    document = reading.document(GROUPS)
    head = reading.model(GROUPS, schema.GroupsFile, document)
    groups = reading.table(GROUPS, schema.GroupEntry, _part(document, "groups"), "groups.")
    document = reading.document(ROSTER)
    plan = reading.model(ROSTER, schema.RosterFile, document)
    entries = reading.table(ROSTER, schema.DutyEntry, _part(document, "entries"), "entries.")
    reading.check_people(people)
    reading.check_groups(groups, people)
    reading.check_entries(entries, people, groups, shifts)
    if head is not None and groups.lacks(head.otherwise):
        reading.wrong(GROUPS, "otherwise", f"no group {head.otherwise!r}")
    if plan is not None and people.lacks(plan.supervisor):
        reading.wrong(ROSTER, "supervisor", f"no person {plan.supervisor!r}")
    if reading.problems or head is None or plan is None:
        raise BadRoster(reading.problems)
    return Roster(
        people={key: Person(key, one.name, one.phone, one.sms) for key, one in people.rows.items()},
        groups={
            key: Group(key, one.name, tuple(one.members), frozenset(one.categories)) for key, one in groups.rows.items()
        },
        shifts={key: DutyShift(key, one.name, one.begins, one.ends) for key, one in shifts.rows.items()},
        otherwise=head.otherwise,
        supervisor=plan.supervisor,
        entries=tuple(
            Entry(one.first, one.last, one.shift, one.group, tuple(one.people)) for one in entries.rows.values()
        ),
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """One reading of the folder; `problems` grows as it goes on."""

    folder: Path
    problems: list[BadScript]

    def wrong(self, file: str, key: str, problem: str, remedy: str | None = None) -> None:
        field = next((part for part in reversed(key.split(".")) if part in _REMEDIES), "")
        self.problems.append(BadScript(self.folder / file, key, problem, remedy or _REMEDIES.get(field, "Correct it")))

    def document(self, file: str) -> Any:
        try:
            return _document(self.folder / file)
        except BadScript as bad:
            self.problems.append(bad)
            return None

    def model(self, file: str, model: type[Model], data: Any, prefix: str = "") -> Model | None:
        """`data` as `model`, or everything that keeps it from being that."""
        if data is None and any(problem.file.name == file for problem in self.problems):
            return None  # it could not be read, and that was said
        try:
            return model.model_validate(data)
        except ValidationError as error:
            for one in error.errors(include_input=False, include_url=False):
                key = ".".join([prefix.rstrip("."), *map(_code, one["loc"])]).strip(".")
                unknown = one["type"] == "extra_forbidden"
                remedy = "Remove the key or spell it as documented" if unknown else None
                self.wrong(file, key, one["msg"].removeprefix("Value error, ").rstrip("."), remedy)
            return None

    def table(self, file: str, model: type[Model], data: Any, prefix: str = "") -> Table[Model]:
        if not isinstance(data, dict):
            if not any(problem.file.name == file for problem in self.problems):
                self.wrong(file, "", "is not a table of codes", "Write it as the sample does")
            return Table({}, None)
        rows: dict[str, Model] = {}
        for place, (key, value) in enumerate(data.items(), 1):
            if prefix != "entries." and not (isinstance(key, str) and re.fullmatch(schema.ID, key)):
                remedy = "Use small letters, digits and _; no name, for it may stand in logs"
                self.wrong(file, f"{prefix}key {place}", "is not a code", remedy)
                continue
            row = self.model(file, model, {} if value is None else value, f"{prefix}{key}")
            if row is not None:
                rows[key] = row
        return Table(rows, frozenset(key for key in data if isinstance(key, str)))

    def check_people(self, people: Table[schema.PersonEntry]) -> None:
        owner: dict[str, str] = {}
        for key, person in people.rows.items():
            if person.phone is not None and owner.setdefault(dialled(person.phone), key) != key:
                first = owner[dialled(person.phone)]
                self.wrong(PEOPLE, f"{key}.phone", f"is the number of {first} too", "Keep it with one of the two")

    def check_groups(self, groups: Table[schema.GroupEntry], people: Table[schema.PersonEntry]) -> None:
        taker: dict[Category, str] = {}
        for key, group in groups.rows.items():
            for place, member in enumerate(group.members):
                if people.lacks(member):
                    self.wrong(GROUPS, f"groups.{key}.members.{place}", f"no person {member!r}")
            for category in group.categories:
                if taker.setdefault(category, key) != key:
                    problem = f"{category.value} is taken by {taker[category]} already"
                    self.wrong(GROUPS, f"groups.{key}.categories", problem, "Keep the class in one group")

    def check_entries(
        self,
        entries: Table[schema.DutyEntry],
        people: Table[schema.PersonEntry],
        groups: Table[schema.GroupEntry],
        shifts: Table[schema.ShiftEntry],
    ) -> None:
        for key, entry in entries.rows.items():
            if shifts.lacks(entry.shift):
                self.wrong(ROSTER, f"entries.{key}.shift", f"no shift {entry.shift!r}", "See shifts.yaml")
            if groups.lacks(entry.group):
                self.wrong(ROSTER, f"entries.{key}.group", f"no group {entry.group!r}", "See groups.yaml")
            for place, person in enumerate(entry.people):
                if people.lacks(person):
                    self.wrong(ROSTER, f"entries.{key}.people.{place}", f"no person {person!r}")
        for (earlier, one), (later, other) in combinations(entries.rows.items(), 2):
            if _ambiguous(one, other):
                problem = f"meets entries.{earlier}, which covers as many days for the same group and shift"
                self.wrong(ROSTER, f"entries.{later}", problem, "Let one cover fewer days: the shorter one counts")


def _part(document: Any, key: str) -> Any:
    """What stands under `key`, also where the rest of the file is wrong; a list as a table of its places."""
    part = document.get(key) if isinstance(document, dict) else None
    return {str(place): entry for place, entry in enumerate(part)} if isinstance(part, list) else part


def _ambiguous(one: schema.DutyEntry, other: schema.DutyEntry) -> bool:
    same = (one.group, one.shift, one.last - one.first) == (other.group, other.shift, other.last - other.first)
    return same and one.first <= other.last and other.first <= one.last


def _code(part: int | str) -> str:
    """A part of a key, unless it is something else than a code that was typed there."""
    return str(part) if re.fullmatch(rf"\d{{1,4}}|{schema.ID}", str(part)) else "…"


class _DatesAsWritten(SafeConstructor):
    """2026-02-30 stays text, so that it is refused with its key and not as a failure of the YAML library."""


_DatesAsWritten.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)


def _document(path: Path) -> Any:
    """The document as plain Python values. Raises BadScript, which quotes nothing of the file."""
    try:
        return read_yaml(path)
    except BadScript as bad:
        duplicate = bad.problem.startswith("found duplicate key")
        problem = "a key stands twice" if duplicate else re.sub(r"\"[^\"]*\"|'[^']{2,}'", "…", bad.problem)
        raise BadScript(path, bad.key, problem, bad.remedy) from None
    except OSError as error:
        remedy = "Give the desk the right to read it"
        raise BadScript(path, "", f"cannot be read ({type(error).__name__})", remedy) from None
    except Exception:  # noqa: BLE001 - 2026-02-30, "!!float", endless nesting: the library stumbles in ways of its own
        reader = YAML(typ="safe", pure=True)
        reader.Constructor = _DatesAsWritten
        try:
            return reader.load(path.read_text(encoding="utf-8"))
        except Exception:  # noqa: BLE001 - as above: an edit must not stop the desk, whatever it is
            raise BadScript(path, "", "is not YAML that can be read", "Write it as the sample does") from None
