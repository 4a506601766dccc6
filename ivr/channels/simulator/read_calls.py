"""Reads call files (YAML or JSON lines) and says in plain words what is wrong with one."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import YAMLError

from ivr.channels.simulator.call_file import CallerTurn, CallFile

_SCHEMA = TypeAdapter(CallFile)
_PLAIN = {
    "missing": "is missing; add it",
    "unexpected_keyword_argument": "is not a key of the format; remove it or correct its spelling",
}


class CallFileError(Exception):
    """A call file cannot be used. The message names the file, the key and what to do."""


def read_calls(paths: Iterable[Path]) -> list[CallFile]:
    """Every call of every file, in order. Raises CallFileError for the first file that is wrong, or for an id twice."""
    calls: list[CallFile] = []
    seen: dict[str, Path] = {}
    for path in paths:
        for call in read_file(path):
            if call.id in seen:
                raise CallFileError(f"{path}: id: {call.id!r} is used by {seen[call.id]} too; give every call its own")
            seen[call.id] = path
            calls.append(call)
    return calls


def read_file(path: Path) -> list[CallFile]:
    """The calls of one file: one for .yaml/.yml, one a line for .jsonl/.json. Raises CallFileError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CallFileError(f"{path}: cannot be read ({error}); give the path of a UTF-8 file") from error
    if path.suffix in {".yaml", ".yml"}:
        return [_call(_yaml(text, path), str(path), path.parent)]
    if path.suffix in {".jsonl", ".json"}:
        return [_call(value, where, path.parent) for where, value in _json_lines(text, path)]
    raise CallFileError(f"{path}: unknown kind of file; name it .yaml (one call) or .jsonl (one call a line)")


def _yaml(text: str, path: Path) -> Any:
    reader = YAML(typ="safe", pure=True)
    # A time is kept as written: the library would drop its zone, and a call without a zone means nothing.
    reader.constructor.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)
    try:
        return reader.load(text)
    except DuplicateKeyError as error:
        raise CallFileError(f"{path}: {_first_line(error.problem)}; keep one of them") from error
    except YAMLError as error:
        raise CallFileError(f"{path}: not valid YAML: {_first_line(error)}") from error


def _first_line(problem: object) -> str:
    return " ".join(str(problem).split())[:300]


def _json_lines(text: str, path: Path) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            yield where, json.loads(line, object_pairs_hook=_without_duplicates)
        except ValueError as error:
            raise CallFileError(f"{where}: not a JSON object on one line: {error}") from error


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        raise ValueError(f"key given twice: {', '.join(twice)}; keep one of them")
    return found


def _call(value: Any, where: str, folder: Path) -> CallFile:
    if not isinstance(value, dict):
        raise CallFileError(f"{where}: a call is a mapping of keys such as id, clock, caller, expect")
    try:
        call = _SCHEMA.validate_python(value)
    except ValidationError as error:
        lines = (f"{where}: {_key(problem['loc'])}: {_plain(problem)}" for problem in error.errors())
        raise CallFileError("\n".join(lines)) from error
    return replace(call, caller=tuple(_located(turn, folder, where) for turn in call.caller))


def _key(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "call"


def _plain(problem: Any) -> str:
    plain = _PLAIN.get(problem["type"])
    if problem["type"] == "unexpected_keyword_argument" and len(problem["loc"]) == 1:
        return f"{plain} (known: {', '.join(entry.name for entry in dataclasses.fields(CallFile))})"
    return plain or str(problem["msg"]).removeprefix("Value error, ")


def _located(turn: CallerTurn, folder: Path, where: str) -> CallerTurn:
    """Sound files lie beside the call file."""
    if turn.audio is None:
        return turn
    path = folder / turn.audio
    if not path.is_file():
        raise CallFileError(f"{where}: audio: no file {path}; the path is relative to the call file")
    return replace(turn, audio=path)
