"""`prompts/night.yaml` -> NightWords: headings of the night desk's report and duty log, checked to be whole."""

from __future__ import annotations

from pathlib import Path

from pydantic import RootModel

from ivr.domain.night_words import KEYS, NightWords
from ivr.domain.script import Script
from ivr.storage.yaml_files import BadScript, read_model

FILE = "night.yaml"


class NightFile(RootModel[dict[str, dict[str, str]]]):
    """Section -> key -> words."""


def read_night_words(folder: Path, script: Script) -> NightWords:
    """The words of `folder`, and what `script` calls classes and languages. Raises BadScript."""
    path = folder / FILE
    sections = read_model(path, NightFile).root
    for name in sorted(sections.keys() ^ KEYS.keys()):
        raise BadScript(path, name, *_wrong(name in KEYS, "section"))
    for name, keys in KEYS.items():
        for key in sorted(sections[name].keys() ^ keys):
            raise BadScript(path, f"{name}.{key}", *_wrong(key in keys, "key"))
        for key, words in sections[name].items():
            if not words.strip():
                raise BadScript(path, f"{name}.{key}", "is empty", "Write what it is called")
    for key, field in (("language_note", "{language}"), ("other_note", "{reference}")):
        if field not in sections["log"][key]:
            raise BadScript(path, f"log.{key}", f"has no {field}", "Say where it goes")
    classes = {category: entry.name for category, entry in script.classes.items()}
    return NightWords(sections, classes, script.language_names)


def _wrong(missing: bool, what: str) -> tuple[str, str]:
    if missing:
        return "is missing", "Write what it is called"
    return f"is no {what} of the report or the log", "Remove it or spell it as documented"
