"""`mizumado duty`: whether the roster is in order, and who is on duty."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.cli import main

SAMPLE = Path(__file__).parents[2] / "prompts" / "duty"


@pytest.fixture(autouse=True)
def own_logging() -> Iterator[None]:
    """The command sets logging up for a process of its own: put back what the tests had."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, tmp_path / "duty"))


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["duty", *arguments], env={"MIZUMADO_DUTY": str(folder)})


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_roster_in_order_is_summed_up(folder: Path) -> None:
    result = run(folder, "check", "--at", "2026-11-24T21:10")
    assert (result.exit_code, result.output.splitlines()) == (
        0,
        ["10 people (10 without a number), 3 groups, 2 shifts and 6 entries are in order"],
    )


def test_the_stretches_without_anybody_are_told_from_now_to_the_end_of_the_sixtieth_day(folder: Path) -> None:
    night = "shift: night, group: sewer"
    changed(folder / "roster.yaml", f"last: 2027-12-31, {night}", f"last: 2026-11-24, {night}")
    lines = run(folder, "check", "--at", "2026-11-25T21:10").output.splitlines()
    assert lines[1] == "sewer: nobody from 2026-11-25 21:10 to 2026-11-26 08:45"
    assert lines[2] == "sewer: nobody from 2026-11-26 18:00 to 2026-11-27 08:45"
    assert lines[-1] == "sewer: nobody from 2027-01-24 18:00 to 2027-01-25 00:00"
    assert len(lines) == 62


def test_every_mistake_is_told_in_a_line_of_its_own(folder: Path) -> None:
    changed(folder / "roster.yaml", "supervisor: sv", "supervisor: nobody")
    changed(folder / "shifts.yaml", 'ends: "8:45"', 'ends: "18:00"')
    for command in ("check", "show"):
        result = run(folder, command)
        assert result.exit_code == 1
        assert "shifts.yaml: night: ends when it begins. Correct it." in result.output
        assert "roster.yaml: supervisor: no person 'nobody'. Name a person" in result.output
        assert "Traceback" not in result.output


def test_who_is_on_duty_is_shown_in_the_order_in_which_they_are_rung(folder: Path) -> None:
    changed(folder / "people.yaml", "水道当番 三, phone: null", '水道当番 三, phone: "+819000000003"')
    lines = run(folder, "show", "--at", "2026-11-24T21:10").output.splitlines()
    assert lines[0] == "2026-11-24 21:10"
    assert lines[1].split(maxsplit=1) == ["water", "w3 水道当番 三, w4 水道当番 四 (no number)"]
    assert "nobody" in run(folder, "show", "--at", "2028-06-01T12:00").output
    assert "9000000003" not in run(folder, "show", "--at", "2026-11-24T21:10", "--json").output


def test_the_rows_of_show_and_a_time_of_another_zone(folder: Path) -> None:
    rows = [json.loads(line) for line in run(folder, "show", "--at", "2026-11-24T12:10Z", "--json").output.splitlines()]
    assert [row["group"] for row in rows] == ["water", "sewer", "industrial_water"]
    assert rows[1] == {
        "group": "sewer",
        "at": "2026-11-24T21:10:00+09:00",
        "on_duty": [
            {"id": "s3", "name": "下水道当番 三", "has_number": False, "sms": True},
            {"id": "s1", "name": "下水道当番 一", "has_number": False, "sms": True},
        ],
        "everyone": ["s1", "s2", "s3"],
        "supervisor": "sv",
    }


def test_a_time_that_is_none_is_refused(folder: Path) -> None:
    result = run(folder, "show", "--at", "gestern")
    assert result.exit_code == 2
    assert "write 2026-11-24T21:10" in result.output
    assert run(folder, "show").exit_code == 0, "without a time it is now"
