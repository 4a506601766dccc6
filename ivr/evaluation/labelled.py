"""Labelled JSON lines: each row with its number, and a clear word about whatever is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


class BadRows(Exception):
    """A file of labelled rows cannot be used. The message names file, line and remedy."""


def read_rows(path: Path, required: Mapping[str, type | tuple[type, ...]]) -> list[dict[str, Any]]:
    """Returns the rows of a JSON-lines file that must have `required` (key → type). Raises BadRows."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadRows(f"{path}: cannot be read as UTF-8 text ({error})") from error
    rows = [_row(path, number, line, required) for number, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise BadRows(f"{path}: holds no row; write one JSON object a line")
    return rows


def _row(path: Path, number: int, line: str, required: Mapping[str, type | tuple[type, ...]]) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise BadRows(f"{path}: line {number}: is not JSON ({error})") from error
    if not isinstance(row, dict):
        raise BadRows(f"{path}: line {number}: must be a JSON object")
    for key, kind in required.items():
        if key not in row or not isinstance(row[key], kind):
            raise BadRows(f"{path}: line {number}: needs {key!r} ({_named(kind)})")
    return row


def _named(kind: type | tuple[type, ...]) -> str:
    kinds: Iterable[type] = kind if isinstance(kind, tuple) else (kind,)
    return " or ".join("null" if one is type(None) else one.__name__ for one in kinds)
