"""`prompts/details.yaml` -> the details of a situation, checked against the classes and the words that tell them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ivr.domain.call import Question
from ivr.domain.script import Detail, DetailOption, Script
from ivr.storage import script_schema as schema
from ivr.storage.yaml_files import BadScript, read_model
from nlu import details as words

_REPLIES = {"yes": True, "no": False, None: None}


def read_details(path: Path) -> Mapping[str, Detail]:
    """Every detail by its id. Raises BadScript for two options that one reply would mean, and for too many of them."""
    found = {}
    for name, entry in read_model(path, schema.DetailsFile).root.items():
        replies = [option.reply for option in entry.options.values() if option.reply is not None]
        if len(set(replies)) != len(replies):
            raise BadScript(path, name, f"two options are called {replies[0]}", "Keep that reply at one of them")
        if entry.question is not None and len(entry.options) > words.MOST_NUMBERS:
            remedy = f"Keep at most {words.MOST_NUMBERS}, or ask no question"
            raise BadScript(path, f"{name}.options", f"are {len(entry.options)}, too many for the ear", remedy)
        found[name] = Detail(
            name,
            entry.name,
            entry.question,
            tuple(
                DetailOption(key, option.name, option.severity, _REPLIES[option.reply], option.enough)
                for key, option in entry.options.items()
            ),
        )
    return found


def check_details(folder: Path, script: Script) -> None:
    """What classes name must be there, and every option must have words in every language. Raises BadScript."""
    path = folder / "details.yaml"
    for category, entry in script.classes.items():
        for name in entry.details:
            if name not in script.details:
                key = f"{category}.details"
                raise BadScript(folder / "classes.yaml", key, f"no detail {name!r}", "See details.yaml")
    for language in script.lines:
        known = words.shipped(language).known
        for detail in script.details.values():
            for option in detail.options:
                if option.id not in known.get(detail.id, frozenset()):
                    remedy = f"Write how callers say it in nlu/data/{language}/{words.FILE}"
                    raise BadScript(path, f"{detail.id}.{option.id}", f"has no words in {language}", remedy)
    keys = script.listening[Question.DETAIL].keys
    if keys != 1:
        raise BadScript(folder / "listening.yaml", "questions.detail", f"takes {keys} keys", "Let one key answer it")
