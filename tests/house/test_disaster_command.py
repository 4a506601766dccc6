"""`mizumado disaster`: set by name, with a reason and an end; refused with the remedy; ended early; never forgotten."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.cli import main
from ivr.storage.database import open_engine
from ivr.storage.migrate import migrate
from ivr.storage.tables import METADATA
from tests.house.test_command import own_logging  # noqa: F401 - a fixture
from tests.stores import sqlite_url

IN_TWO_HOURS = (datetime.now(UTC) + timedelta(hours=2)).isoformat(timespec="minutes")
IN_A_MONTH = (datetime.now(UTC) + timedelta(days=30)).isoformat(timespec="minutes")
SIGNED = ("--by", "見本の責任者", "--why", "見本の訓練")


@pytest.fixture
def database(tmp_path: Path) -> str:
    engine = open_engine(sqlite_url(tmp_path))
    migrate(engine)
    METADATA.create_all(engine)
    engine.dispose()
    return sqlite_url(tmp_path)


def run(database: str, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["disaster", *arguments], env={"MIZUMADO_DATABASE": database})


def shown(database: str) -> list[dict[str, object]]:
    result = run(database, "show", "--json")
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.output.splitlines()]


def test_it_is_set_shown_and_ended_and_every_record_stays(database: str) -> None:
    towns = ("--area", "神田", "--area", "泉野出町", "--extended")
    on = run(database, "on", "--until", IN_TWO_HOURS, *SIGNED, *towns)
    assert on.exit_code == 0, on.output
    (row,) = shown(database)
    assert (row["in_force"], row["by"], row["areas"]) == (True, "見本の責任者", ["神田", "泉野出町"])
    assert row["extended"] is True
    assert "operators at any hour, known in 神田, 泉野出町" in run(database, "show").output
    off = run(database, "off", *SIGNED)
    assert off.exit_code == 0, off.output
    assert [one["in_force"] for one in shown(database)] == [False, False]
    assert "no disaster is on" in run(database, "show").output


def test_nothing_set_is_shown_as_such_and_cannot_be_ended(database: str) -> None:
    assert "no disaster is on" in run(database, "show").output
    result = run(database, "off", *SIGNED)
    assert result.exit_code == 1
    assert "there is nothing to end" in result.output
    assert shown(database) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--until", "tonight", *SIGNED), "--until 'tonight' is no time: write one such as"),
        (("--until", "2020-01-01T00:00", *SIGNED), "ends before it starts"),
        (("--until", IN_A_MONTH, *SIGNED), "longer than 14 days"),
        (("--until", IN_TWO_HOURS, *SIGNED, "--area", "泉野出"), "near to it: 泉野出町"),
        (("--until", IN_TWO_HOURS, "--by", " ", "--why", "見本"), "say who decided it"),
        (("--until", IN_TWO_HOURS, "--by", "見本", "--why", ""), "say why"),
        (("--until", IN_TWO_HOURS, "--from", "soon", *SIGNED), "--from 'soon' is no time"),
    ],
)
def test_what_cannot_be_set_says_what_to_do_and_leaves_no_record(
    database: str, arguments: tuple[str, ...], words: str
) -> None:
    result = run(database, "on", *arguments)
    assert result.exit_code == 1
    assert words in result.output
    assert "Traceback" not in result.output
    assert shown(database) == []


def test_who_and_why_must_be_given(database: str) -> None:
    assert run(database, "on", "--until", IN_TWO_HOURS, "--by", "見本").exit_code == 2
    assert run(database, "off", "--why", "見本").exit_code == 2
