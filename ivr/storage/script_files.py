"""`prompts/` -> Script. Everything is checked before the desk opens: a broken script never meets a caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

from ivr.domain import lines as spoken_lines
from ivr.domain.call import Question
from ivr.domain.hours import TOKYO, Calendar, SpecialHours
from ivr.domain.listening import Listening, Listenings
from ivr.domain.script import ClassEntry, DeskEntry, Field, Form, Matter, Policy, Script, slots_of
from ivr.storage import script_schema as schema
from ivr.storage.language_files import check_languages, read_languages, read_names
from ivr.storage.script_details import check_details, read_details
from ivr.storage.yaml_files import BadScript, checked, read_model, read_yaml
from nlu.meaning import Category, Intent

MOST_BUSY_DAYS = 30
BUSY_MONTHS = (3, 4)
MENU_WORDS = ("emergency", "operator")
FORM_SLOTS = frozenset({"place", "phone", "reference"})


Texts = Mapping[str, Mapping[str, str]]
"""By language and topic."""


def read_script(folder: Path, answers: Texts, questions: Texts | None = None) -> Script:
    """The whole script. `answers`: the approved answers of the FAQ, spoken as `faq.<topic>`; `questions`: what each
    answers, spoken as `ask.<topic>` where two are offered.

    Raises BadScript for the first thing that is wrong.
    """
    languages, language_names = read_languages(folder / "languages.yaml")
    lines: dict[str, dict[str, str]] = {
        language: {
            **_language_lines(folder, language),
            **{f"faq.{topic}": text for topic, text in answers.get(language, {}).items()},
            **{f"ask.{topic}": text for topic, text in (questions or {}).get(language, {}).items()},
        }
        for language in languages
    }
    policy = read_model(folder / "policy.yaml", schema.PolicyEntry)
    script = Script(
        calendar=read_calendar(folder / "hours.yaml"),
        lines=lines,
        desks={
            key: DeskEntry(key, desk.name, desk.reach, desk.number, desk.names)
            for key, desk in read_model(folder / "desks.yaml", schema.DesksFile).root.items()
        },
        forms={path.stem: _form(path) for path in sorted((folder / "forms").glob("*.yaml"))},
        matters={
            intent: Matter(matter.desk, matter.answer_first, frozenset(matter.to_be_done))
            for intent, matter in read_model(folder / "matters.yaml", schema.MattersFile).root.items()
        },
        classes={
            category: ClassEntry(entry.name, entry.form, entry.safety, tuple(entry.details), entry.severity)
            for category, entry in read_model(folder / "classes.yaml", schema.ClassesFile).root.items()
        },
        menu=read_model(folder / "menu.yaml", schema.MenuFile).root,
        policy=Policy(**policy.model_dump(exclude={"uninterruptible"})),
        listening=read_listening(folder / "listening.yaml"),
        uninterruptible=frozenset(policy.uninterruptible),
        centre_number=read_model(folder / "numbers.yaml", schema.NumbersFile).centre,
        names=read_names(folder / "names", languages),
        language_names=language_names,
        details=read_details(folder / "details.yaml"),
    )
    _check_lines(folder, script)
    _check_references(folder, script)
    check_languages(folder, script)
    check_details(folder, script)
    return script


def read_listening(path: Path) -> Listenings:
    """Every question's times. Raises BadScript for a missing question and for times that contradict each other."""
    file = read_model(path, schema.ListeningFile)
    standard = file.standard.model_dump(exclude_none=True)
    missing = [field.name for field in fields(Listening) if field.name not in standard]
    _must(not missing, path, f"standard.{missing[0] if missing else ''}", "is missing", "Give every time there")
    found = {}
    for question in Question:
        _must(
            question in file.questions, path, f"questions.{question}", "is missing", "Add this question, if only as {}"
        )
        one = Listening(**{**standard, **file.questions[question].model_dump(exclude_none=True)})
        in_order = one.complete_ms <= one.patience_ms <= one.unfinished_ms
        remedy = "Let complete_ms be the shortest and unfinished_ms the longest"
        _must(
            in_order, path, f"questions.{question}", "waits longer for a complete reply than for a broken one", remedy
        )
        found[question] = one
    return found


def read_calendar(path: Path) -> Calendar:
    """The calendar of `hours.yaml`. Raises BadScript for impossible, overlapping or too many days."""
    hours = read_model(path, schema.HoursFile)
    for name, shift in (("ordinary", hours.ordinary), ("busy", hours.busy)):
        if shift.opens >= shift.closes:
            raise BadScript(path, name, "closes before it opens", "Give opens before closes, such as 8:45 and 18:00")
    closed = frozenset(_month_day(path, value) for value in hours.closed_days)
    for day in hours.busy_days:
        if day.month not in BUSY_MONTHS or (day.month, day.day) in closed:
            raise BadScript(path, f"busy_days.{day}", "is not an open day in March or April", "Remove it (Ch2 §7)")
    for year in {day.year for day in hours.busy_days}:
        count = len({day for day in hours.busy_days if day.year == year})
        if count > MOST_BUSY_DAYS:
            raise BadScript(path, "busy_days", f"{count} days in {year}", f"Keep at most {MOST_BUSY_DAYS} a year")
    if len(set(hours.busy_days)) != len(hours.busy_days):
        raise BadScript(path, "busy_days", "a day stands twice", "Keep it once")
    return Calendar(
        ordinary=hours.ordinary.shift(),
        busy=hours.busy.shift(),
        busy_days=frozenset(hours.busy_days),
        closed_days=closed,
        special=_special(path, hours.special),
    )


def _month_day(path: Path, value: str) -> tuple[int, int]:
    try:
        month, day = (int(part) for part in value.split("-"))
        date(2024, month, day)  # a leap year: 02-29 is a day
    except ValueError:
        raise BadScript(path, f"closed_days.{value}", "is not a day", "Write month-day such as 01-01") from None
    return month, day


def _special(path: Path, entries: list[schema.SpecialEntry]) -> tuple[SpecialHours, ...]:
    periods = sorted(
        (SpecialHours(_local(entry.starts), _local(entry.ends), entry.by, entry.why) for entry in entries),
        key=lambda period: period.starts,
    )
    for period in periods:
        if period.starts >= period.ends:
            raise BadScript(path, f"special.{period.starts:%Y-%m-%d}", "ends before it starts", "Correct the times")
    for earlier, later in pairwise(periods):
        if later.starts < earlier.ends:
            key = f"special.{later.starts:%Y-%m-%dT%H:%M}"
            raise BadScript(path, key, "overlaps the period before it", "Join the two or move one")
    return tuple(periods)


def _local(at: datetime) -> datetime:
    return at.replace(tzinfo=TOKYO) if at.tzinfo is None else at.astimezone(TOKYO)


def _form(path: Path) -> Form:
    form = read_model(path, schema.FormEntry)
    return Form(
        id=path.stem,
        fields=tuple(
            Field(f.name, Question(f.question), f.ask, f.again, f.tries, f.patience_ms, f.unfinished_ms)
            for f in form.fields
        ),
        before_transfer=tuple(form.before_transfer),
        read_back=form.read_back,
        done=form.done,
    )


def _language_lines(folder: Path, language: str) -> dict[str, str]:
    home = folder / language
    files = sorted(home.glob("*.yaml"))
    if not files:
        raise BadScript(
            home, "", "has no lines", f"Add the folder with every line, or remove {language} from languages"
        )
    found: dict[str, str] = {}
    for path in files:
        document = checked(path, schema.LinesFile, read_yaml(path))
        for name, text in document.lines.items():
            key = f"{path.stem}.{name}"
            if not text.strip():
                raise BadScript(path, key, "is empty", "Write the sentence")
            try:
                slots_of(text)
            except ValueError:
                raise BadScript(path, key, "has a brace that does not match", "Write slots as {name}") from None
            found[key] = text
    return found


def _check_lines(folder: Path, script: Script) -> None:
    by_data = _named_by_data(folder, script)
    needed = {**spoken_lines.NEEDED, **{key: slots for key, (slots, _) in by_data.items()}}
    for language, lines in script.lines.items():
        for key, slots in needed.items():
            path = folder / language / f"{key.partition('.')[0]}.yaml"
            if key not in lines and key in by_data:
                where = by_data[key][1]
                raise BadScript(where, key, f"is missing in {path}", "Write this line there or name another")
            if key not in lines:
                raise BadScript(path, key, "is missing", f"Write this line in {language}")
            extra = slots_of(lines[key]) - slots
            if extra:
                allowed = ", ".join(f"{{{slot}}}" for slot in sorted(slots)) or "no slot"
                raise BadScript(path, key, f"{{{min(extra)}}} is not filled here", f"Use {allowed}")
        for key in lines:
            if key not in needed and not key.startswith(("faq.", "ask.")):
                path = folder / language / f"{key.partition('.')[0]}.yaml"
                raise BadScript(path, key, "is spoken nowhere", "Remove it or correct its name")


def _named_by_data(folder: Path, script: Script) -> dict[str, tuple[frozenset[str], Path]]:
    """Line key -> (the slots it may use, the file that names it)."""
    named: dict[str, tuple[frozenset[str], Path]] = {}
    for form in script.forms.values():
        path = folder / "forms" / f"{form.id}.yaml"
        named.update({key: (frozenset(), path) for field in form.fields for key in (field.ask, field.again)})
        named.update({key: (FORM_SLOTS, path) for key in (form.read_back, form.done) if key is not None})
    safety = (entry.safety for entry in script.classes.values() if entry.safety is not None)
    named.update({key: (frozenset(), folder / "classes.yaml") for key in safety})
    asked = (detail.question for detail in script.details.values() if detail.question is not None)
    named.update({key: (frozenset(), folder / "details.yaml") for key in asked})
    return named


NEEDED_DESKS = ("main", "repair", "night_operator", "interpreter")
NEEDED_FORMS = ("emergency", "callback")


def _check_references(folder: Path, script: Script) -> None:
    """What one file names must stand in the other."""
    for desk in NEEDED_DESKS:
        _must(desk in script.desks, folder / "desks.yaml", desk, "is missing", "Add this desk")
    for form in NEEDED_FORMS:
        _must(form in script.forms, folder / "forms" / f"{form}.yaml", "", "is missing", "Add this form")
    for intent in Intent:
        _must(intent in script.matters, folder / "matters.yaml", intent, "is missing", "Say which desk it goes to")
    for intent, matter in script.matters.items():
        key = f"{intent}.desk"
        _must(matter.desk in script.desks, folder / "matters.yaml", key, f"no desk {matter.desk!r}", "See desks.yaml")
    for category in Category:
        _must(category in script.classes, folder / "classes.yaml", category, "is missing", "Add this class")
    for category, entry in script.classes.items():
        key = f"{category}.form"
        _must(entry.form in script.forms, folder / "classes.yaml", key, f"no form {entry.form!r}", "See forms/")
    for form_id, form_entry in script.forms.items():
        names = {field.name for field in form_entry.fields}
        unknown = sorted(set(form_entry.before_transfer) - names)
        path = folder / "forms" / f"{form_id}.yaml"
        _must(not unknown, path, "before_transfer", f"{unknown} is no field of this form", "Name a field above")
    for key in sorted(script.uninterruptible):
        known = all(key in lines for lines in script.lines.values())
        _must(known, folder / "policy.yaml", f"uninterruptible.{key}", "is no line", "Name a line of every language")
    for key, target in script.menu.items():
        _must(key in set("12345678"), folder / "menu.yaml", key, "is not a key from 1 to 8", "0 and 9 are taken")
        known = target in MENU_WORDS or target in set(Intent) or target in script.lines
        remedy = "Name a matter, emergency, or a language of languages.yaml"
        _must(known, folder / "menu.yaml", key, f"leads to unknown {target!r}", remedy)


def _must(holds: bool, path: Path, key: str, problem: str, remedy: str) -> None:
    if not holds:
        raise BadScript(path, key, problem, remedy)
