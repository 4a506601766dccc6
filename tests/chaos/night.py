"""The night of the run: the bureau's own roster with invented numbers, its ladder with small seconds, and the clock."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from ivr.domain.hours import TOKYO
from ivr.settings import HOME
from ivr.storage.yaml_files import read_yaml
from tests.chaos.books import NightClock

TEN_AT_NIGHT = datetime(2026, 12, 8, 22, 0, tzinfo=TOKYO)
LADDER = {"answer_s": 5, "listen_s": 10, "reachable_s": 8, "rounds": 1, "alarm_every_s": 60}
CALM_LADDER = {**LADDER, "rounds": 2}


def night_clock() -> NightClock:
    return NightClock((TEN_AT_NIGHT - datetime.now(UTC)).total_seconds())


def write_duty(folder: Path, ladder: dict[str, int]) -> Path:
    """`prompts/duty` under `folder`, everybody with a telephone: no such numbers are given out."""
    duty = folder / "duty"
    shutil.copytree(HOME / "prompts" / "duty", duty)
    people = read_yaml(duty / "people.yaml")
    for index, person in enumerate(people.values(), 1):
        person["phone"] = f"+8190000{index:05d}"
    _write(duty / "people.yaml", people)
    _write(duty / "ladder.yaml", ladder)
    return duty


def telephones(duty: Path) -> dict[str, str]:
    """Number -> person."""
    return {person["phone"]: name for name, person in read_yaml(duty / "people.yaml").items()}


def _write(path: Path, data: Any) -> None:
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(data, file)
