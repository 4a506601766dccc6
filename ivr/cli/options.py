"""Arguments that several commands share, and how they read and print rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import click

JSON_FLAG = click.option("--json", "as_json", is_flag=True, help="one JSON object a line")
FILES = click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))


def rows_of(file: TextIO | None, text: str | None) -> Iterator[dict[str, Any]]:
    if file is None:
        if text is None:
            raise click.UsageError("give a sentence, or --jsonl FILE")
        yield {"id": None, "text": text}
        return
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise click.ClickException(f"{file.name}: line {number}: is not JSON ({error})") from error
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            raise click.ClickException(f'{file.name}: line {number}: needs an object with "text"')
        yield row


def print_row(row: dict[str, Any]) -> None:
    click.echo(json.dumps(row, ensure_ascii=False))
