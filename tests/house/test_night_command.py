"""`mizumado night`: the month as figures or a table, and the log of a night, from the store."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.cli import main
from ivr.domain.call import Dialled
from ivr.domain.ticket import Deed
from ivr.storage.sql import open_store
from tests.stores import at, put_tickets, sqlite_url

SPAN = ("--from", "2026-11-03T07:00", "--to", "2026-11-03T08:00")


@pytest.fixture(autouse=True)
def own_logging() -> Iterator[None]:
    """The command sets logging up for a process of its own: put back what the tests had."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store with one report, of 7:15 on 3 November in Japan, that somebody of the sample roster has."""
    store = open_store(sqlite_url(tmp_path))
    put_tickets(store, ["0042"])
    store.deeds.do("0042", Deed.ACKNOWLEDGE, who="w1", at=at(90))
    store.close()
    return tmp_path


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["night", *arguments], env={"MIZUMADO_DATABASE": sqlite_url(folder)})


def test_a_month_as_data(folder: Path) -> None:
    row = json.loads(run(folder, "report", "--month", "2026-11", "--json").stdout)
    assert (row["month"], row["calls"], row["acknowledged"]) == ("2026-11", 1, 1)
    assert row["receipts"][0]["at"] == "2026-11-03T07:15:00+09:00"
    assert row["receipts"][0]["dialled"] == Dialled.CENTRE


def test_a_month_as_a_table_for_excel(folder: Path) -> None:
    result = run(folder, "report", "--month", "2026-11", "--csv")
    assert result.stdout_bytes.startswith(b"\xef\xbb\xbf")
    assert b"2026-11-03 07:15:00,0042," in result.stdout_bytes


def test_a_month_to_read_without_a_flag(folder: Path) -> None:
    assert "受電\t1\n" in run(folder, "report", "--month", "2026-11").output


def test_the_log_names_people_as_the_roster_does(folder: Path) -> None:
    received, taken = run(folder, "log", *SPAN).output.splitlines()
    assert received.split() == ["2026-11-03", "07:15:00", "0042", "受付", "道路などの水もれ", "森本町"]
    assert taken.split() == ["2026-11-03", "07:16:30", "0042", "引受け", "水道当番", "一"]


def test_the_log_as_a_page(folder: Path) -> None:
    page = folder / "log.html"
    assert run(folder, "log", *SPAN, "--html", str(page)).exit_code == 0
    assert "水道当番 一" in page.read_text(encoding="utf-8")


MISTAKES = [
    (("report", "--month", "2026-13"), "is no month; write 2026-11"),
    (("report", "--month", "2026-11", "--json", "--csv"), "choose --json or --csv"),
    (("log", "--from", "2026-11-03T07:00"), "give --from and --to"),
    (("log", "--from", "x", "--to", "y"), "write one such as"),
    (("log", *SPAN, "--html", "/nowhere/log.html"), "/nowhere/log.html cannot be written"),
]


@pytest.mark.parametrize(("arguments", "words"), MISTAKES)
def test_a_mistake_is_told_with_its_remedy(folder: Path, arguments: tuple[str, ...], words: str) -> None:
    result = run(folder, *arguments)
    assert result.exit_code != 0
    assert words in result.output
    assert "Traceback" not in result.output
