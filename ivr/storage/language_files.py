"""What makes a language whole beside its lines: its key, what it calls the desks, how it says Japanese names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ivr.domain.languages import JAPANESE
from ivr.domain.names import Ending, Names, Sounds
from ivr.domain.script import Script
from ivr.storage import script_schema as schema
from ivr.storage.yaml_files import BadScript, read_model


def read_languages(path: Path) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """The languages, the first of which answers the telephone, and what staff call them. Raises BadScript."""
    file = read_model(path, schema.LanguagesFile)
    if file.languages[0] != JAPANESE:
        raise BadScript(path, "languages.0", "is not ja", "Put ja first: it answers the telephone, and staff speak it")
    for language in file.languages:
        if language not in file.names:
            raise BadScript(path, f"names.{language}", "is missing", "Say in Japanese what staff call this language")
    if len(set(file.languages)) != len(file.languages):
        raise BadScript(path, "languages", "a language stands twice", "Keep it once")
    return tuple(file.languages), dict(file.names)


def read_names(folder: Path, languages: tuple[str, ...]) -> Mapping[str, Names]:
    """How each language but Japanese says Japanese names (`prompts/names/`). Raises BadScript."""
    others = [language for language in languages if language != JAPANESE]
    if not others:
        return {}
    sounds = {
        name: Sounds(entry.syllables, entry.first, entry.finals, entry.capital)
        for name, entry in read_model(folder / "sounds.yaml", schema.SoundsFile).root.items()
    }
    return {language: _names(folder / f"{language}.yaml", sounds) for language in others}


def _names(path: Path, sounds: Mapping[str, Sounds]) -> Names:
    entry = read_model(path, schema.NamesFile)
    if entry.sounds not in sounds:
        raise BadScript(path, "sounds", f"no sounds {entry.sounds!r}", "Name a table of sounds.yaml")
    return Names(
        sounds=sounds[entry.sounds],
        endings=tuple(Ending(one.written, one.read, one.said) for one in entry.endings),
        letters=entry.letters,
        cities=entry.cities,
        characters=entry.characters,
    )


def check_languages(folder: Path, script: Script) -> None:
    """Every language can be chosen by the key it names, and calls every desk by a name. Raises BadScript."""
    languages = tuple(script.lines)
    for language in languages if len(languages) > 1 else ():
        keys = [key for key, target in script.menu.items() if target == language]
        if len(keys) != 1:
            raise BadScript(folder / "menu.yaml", language, f"has {len(keys)} keys", "Give every language one key")
        if keys[0] not in script.lines[language]["language.offer"]:
            path = folder / language / "language.yaml"
            raise BadScript(path, "language.offer", f"does not name key {keys[0]}", "Let it name the key of menu.yaml")
    for desk in script.desks.values():
        for language in languages:
            if language != JAPANESE and not desk.names.get(language, "").strip():
                key = f"{desk.id}.names.{language}"
                raise BadScript(folder / "desks.yaml", key, "is missing", "Say what callers of this language hear")
        unknown = sorted(set(desk.names) - set(languages))
        if unknown:
            key = f"{desk.id}.names.{unknown[0]}"
            raise BadScript(folder / "desks.yaml", key, "is no language here", "See languages.yaml")
