"""The database itself: made, migrated by several at once, surviving a crash, and saying clearly what is wrong."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event

from ivr.ports import StoreUnavailable
from ivr.storage.database import BadDatabase, open_engine
from ivr.storage.migrate import migrate
from ivr.storage.sql import Store, open_store, store_on
from ivr.storage.tables import METADATA
from tests.stores import arrived, at, deciding, put_tickets, references, sqlite_url, ticketed

ROOT = Path(__file__).parents[2]

TAKE_AND_DIE = """
import os, signal, sys
from ivr.storage.sql import open_store
from tests.stores import ticketed
open_store(sys.argv[1]).turns.take("CA1", "arrived", ticketed("N-1"))
os.kill(os.getpid(), signal.SIGKILL)
"""
MIGRATE = """
import sys
from ivr.storage.sql import open_store
open_store(sys.argv[1]).close()
"""


def python(program: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", program, *arguments], cwd=ROOT, stderr=subprocess.PIPE)


def test_a_ticket_survives_the_process_being_killed_right_after_it_was_taken(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path)
    died = python(TAKE_AND_DIE, url)
    _, errors = died.communicate(timeout=60)
    assert died.returncode == -9, errors
    with closing(open_store(url)) as store:
        assert references(store.tickets.recent()) == ["N-1"]
        assert references(store.notices.claim(at(1), 60)) == ["N-1"]
        assert store.turns.take("CA1", "arrived", ticketed("N-2")).repeated


def test_processes_that_start_at_once_make_one_database(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path)
    starting = [python(MIGRATE, url) for _ in range(2)]
    outcomes = [(process.communicate(timeout=60)[1], process.returncode) for process in starting]
    assert outcomes == [(b"", 0)] * 2
    with closing(open_store(url)) as store:
        put_tickets(store, ["N-1"])


def test_threads_that_start_at_once_make_one_database(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path)
    with ThreadPoolExecutor(6) as pool:
        stores = list(pool.map(lambda _: open_store(url), range(6)))
    for number, store in enumerate(stores):
        put_tickets(store, [f"N-{number}"])
        store.close()


def test_the_migrations_make_exactly_the_tables_of_the_program(sqlite: Store) -> None:
    with sqlite.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_opening_again_keeps_what_was_stored(tmp_path: Path) -> None:
    for number in range(3):
        with closing(open_store(sqlite_url(tmp_path))) as store:
            put_tickets(store, [f"N-{number}"])
            assert len(store.tickets.recent()) == number + 1


def test_a_commit_is_on_the_disk_before_the_caller_hears_of_it(sqlite: Store) -> None:
    with sqlite.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2  # FULL
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


def test_what_callers_said_is_readable_by_the_desk_alone(sqlite: Store, tmp_path: Path) -> None:
    put_tickets(sqlite, ["N-1"])
    files = list(tmp_path.iterdir())
    assert len(files) >= 2  # the database and its log
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_missing_folders_are_made(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/a/b c/100%/desk.db").close()
    assert (tmp_path / "a" / "b c" / "100%" / "desk.db").is_file()


@pytest.mark.parametrize(
    ("url", "remedy"),
    [
        ("", "not a database URL"),
        ("desk.db", "not a database URL"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("mysql://desk/desk", "'mysql'.*use sqlite or postgresql"),
        ("sqlite:////dev/null/desk.db", "cannot be written"),
        ("postgresql+nothing://desk/desk", "pip install"),
    ],
)
def test_a_wrong_url_is_refused_with_the_setting_and_the_remedy(url: str, remedy: str) -> None:
    with pytest.raises(BadDatabase, match=f"MIZUMADO_DATABASE.*{remedy}"):
        open_engine(url)


def test_a_password_in_the_url_is_not_repeated_in_the_error() -> None:
    with pytest.raises(BadDatabase) as raised:
        open_engine("mysql://desk:geheim@host/desk")
    assert "geheim" not in str(raised.value)


def test_a_file_that_is_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "desk.db").write_text("a letter to the bureau\n" * 100)
    with pytest.raises(BadDatabase, match=r"MIZUMADO_DATABASE.*not a database"):
        open_store(sqlite_url(tmp_path))


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    engine = open_engine(sqlite_url(tmp_path))
    migrate(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(BadDatabase, match=r"newer version.*restore a backup"):
        migrate(engine)
    engine.dispose()


def test_a_store_that_another_process_holds_is_unavailable_and_comes_back(tmp_path: Path) -> None:
    engine = open_engine(sqlite_url(tmp_path), busy_s=0.05)
    migrate(engine)
    with closing(store_on(engine)) as store, closing(sqlite3.connect(tmp_path / "desk.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked"):
            store.turns.take("CA1", "arrived", deciding(arrived()))
        assert store.turns.call("CA1") is None  # reading goes on
        other.rollback()
        assert store.turns.take("CA1", "arrived", deciding(arrived())).seq == 1


@pytest.mark.parametrize(
    ("pragma", "says"), [("PRAGMA query_only = ON", "readonly"), ("PRAGMA max_page_count = 1", "full")]
)
def test_a_store_that_cannot_be_written_is_unavailable_and_nothing_is_kept(
    tmp_path: Path, pragma: str, says: str
) -> None:
    url = sqlite_url(tmp_path)
    open_store(url).close()
    engine = open_engine(url)
    event.listen(engine, "connect", lambda connection, _: connection.execute(pragma).close())
    with closing(store_on(engine)) as store:
        many = [f"N-{number:03}" for number in range(200)]  # a full disk shows when the pages at hand are used up
        with pytest.raises(StoreUnavailable, match=says):
            put_tickets(store, many)
        tickets = references(store.tickets.recent(200))[::-1]
        turns = [name for name in many if store.turns.history(f"CA{name}")]
    assert tickets == turns == many[: len(tickets)]


def test_an_unavailable_store_says_so_without_what_the_caller_said(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path)
    open_store(url).close()
    engine = open_engine(url)
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA query_only = ON").close())
    with closing(store_on(engine)) as store, pytest.raises(StoreUnavailable) as raised:
        put_tickets(store, ["N-1"])
    chain: list[BaseException] = [raised.value]
    while chain[-1].__cause__ is not None:
        chain.append(chain[-1].__cause__)
    told = " ".join(str(error) for error in chain)
    assert "0765550100" not in told
    assert "森本町" not in told


def test_a_damaged_file_is_unavailable_and_no_riddle(sqlite: Store, tmp_path: Path) -> None:
    put_tickets(sqlite, ["N-1"])
    sqlite.close()
    for file in tmp_path.iterdir():
        if file.name == "desk.db":
            file.write_bytes(b"x" * file.stat().st_size)
        else:
            file.unlink()
    with pytest.raises(StoreUnavailable):
        sqlite.turns.call("CA1")
