"""Commands that measure: labelled rows in, counts with 95 % intervals out."""

from __future__ import annotations

import click


@click.group("eval")
def evaluate() -> None:
    """How good understanding, answers and ears are on labelled rows."""


COMMANDS = (evaluate,)
