"""Reads a YAML file through a pydantic model, and says file, place, key and remedy when it does not fit."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import YAMLError

Model = TypeVar("Model", bound=BaseModel)


class DataError(ValueError):
    """A data file cannot be used. The message names file, place, key and remedy, for the person who edits the file."""


def read(path: Path, model: type[Model]) -> Model:
    """Parse and validate one file. Raises DataError; duplicate and unknown keys are errors, never the last one wins."""
    try:
        raw = YAML(typ="safe").load(path)
    except FileNotFoundError as missing:
        raise DataError(f"{path}: no such file; restore it or correct the path in the settings") from missing
    except DuplicateKeyError as twice:
        line = twice.problem_mark.line + 1 if twice.problem_mark else "?"
        raise DataError(f"{path}: line {line}: {twice.problem}; keep one of the two") from twice
    except (YAMLError, UnicodeDecodeError) as broken:
        raise DataError(f"{path}: not valid YAML in UTF-8: {broken}; correct the line shown") from broken
    try:
        return model.model_validate(raw)
    except ValidationError as wrong:
        raise DataError(
            "\n".join(f"{path}: {_where(raw, e['loc'])}: {_remedy(e['msg'])}" for e in wrong.errors())
        ) from wrong


def _where(raw: object, location: tuple[int | str, ...]) -> str:
    """The place in words: an entry by its id where it has one, else by its position counted from 1."""
    words: list[str] = []
    here: object = raw
    for step in location:
        here = _child(here, step)
        if isinstance(step, str):
            words.append(f"key {step!r}")
        elif isinstance(here, dict) and "id" in here:
            words.append(f"entry {here['id']!r}")
        else:
            words.append(f"item {step + 1}")
    return ", ".join(words) or "the whole file"


def _child(here: object, step: int | str) -> object:
    if isinstance(here, dict):
        return here.get(step)
    if isinstance(here, list) and isinstance(step, int) and step < len(here):
        return here[step]
    return None


def _remedy(message: str) -> str:
    if message.startswith("Extra inputs"):
        return "unknown key; remove it or correct its spelling"
    if message == "Field required":
        return "missing; add it"
    return message.removeprefix("Value error, ")
