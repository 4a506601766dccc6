"""The port `Switches` and the port `Incidents`: the database and its twin in memory behave alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from ivr.domain.disaster import Area, Switch, switched_off
from ivr.domain.incident import Incident, Spot
from ivr.ports import Incidents, Switches
from ivr.storage import incidents as incident_rows
from ivr.storage.database import Transactions, open_engine
from ivr.storage.incidents import MemoryIncidents, SqlIncidents
from ivr.storage.migrate import migrate
from ivr.storage.sql import store_on
from ivr.storage.switches import MemorySwitches, SqlSwitches
from ivr.storage.tables import METADATA
from nlu.meaning import Category
from tests.stores import START, put_tickets, sqlite_url

HOUR = timedelta(hours=1)
ON = Switch(
    START,
    START + 10 * HOUR,
    "見本の責任者",
    "見本の訓練",
    START,
    (Area("神田", "かんだ"), Area("見本町")),
    extended=True,
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine(sqlite_url(tmp_path))
    migrate(opened)
    METADATA.create_all(opened)
    yield opened
    opened.dispose()


@pytest.fixture(params=["memory", "sqlite"])
def switches(request: pytest.FixtureRequest) -> Switches:
    if request.param == "memory":
        return MemorySwitches()
    return SqlSwitches(Transactions(request.getfixturevalue("engine")))


def test_what_was_set_comes_back_as_it_was(switches: Switches) -> None:
    switches.record(ON)
    assert switches.recent() == [ON]
    assert switches.in_force(START + HOUR) == ON
    assert switches.in_force(START + 10 * HOUR) is None


def test_switching_off_keeps_what_was_set_and_ends_what_was_set_for_later(switches: Switches) -> None:
    later = replace(ON, starts=START + 5 * HOUR, ends=START + timedelta(days=14))
    off = switched_off("見本の責任者", "見本の終わり", START + HOUR)
    for switch in (ON, later, off):
        switches.record(switch)
    assert switches.recent() == [off, later, ON]
    assert switches.recent(limit=1) == [off]
    assert switches.in_force(START + HOUR / 2) == ON
    assert switches.in_force(START + HOUR) is None
    assert switches.in_force(START + timedelta(days=15)) is None
    assert switches.in_force(START + timedelta(days=14, hours=2)) is None


def test_of_two_records_of_one_instant_the_second_holds(switches: Switches) -> None:
    switches.record(ON)
    switches.record(replace(ON, extended=False))
    assert switches.in_force(START) == replace(ON, extended=False)


def test_nothing_was_ever_set(switches: Switches) -> None:
    assert switches.recent() == []
    assert switches.in_force(START) is None


# --- incidents -----------------------------------------------------------------------------------------

EVENT = Incident(
    number=None,
    category=Category.ROAD_LEAK,
    spot=Spot("神田", 1, ("1", "イ41"), ("見本駅",)),
    opened_at=START,
    last_at=START + HOUR,
    severity=2,
    reference="0001",
    reports=3,
)


class Kept:
    """Both stores of incidents behind one face: `keep` writes, `port` reads."""

    def __init__(self, engine: Engine | None) -> None:
        self._engine = engine
        self._memory = MemoryIncidents()
        self.port: Incidents = self._memory if engine is None else SqlIncidents(Transactions(engine))

    def keep(self, incident: Incident) -> Incident:
        if self._engine is None:
            return self._memory.keep(incident)
        with Transactions(self._engine).writing() as connection:
            incident_rows.one_by_one(connection)
            return incident_rows.keep(connection, incident)


@pytest.fixture(params=["memory", "sqlite"])
def kept(request: pytest.FixtureRequest) -> Kept:
    if request.param == "memory":
        return Kept(None)
    engine: Any = request.getfixturevalue("engine")
    put_tickets(store_on(engine), ["0001", "0002"])  # an event is never kept before its first report
    return Kept(engine)


def test_an_incident_gets_its_number_when_it_is_kept_and_comes_back_as_it_was(kept: Kept) -> None:
    first, second = kept.keep(EVENT), kept.keep(replace(EVENT, reference="0002"))
    assert (first.number, second.number) == (1, 2)
    assert kept.port.open_since(START) == [first, second]
    grown = replace(first, reports=4, severity=5, spot=Spot("神田", 1, ("1",)), last_at=START + 2 * HOUR)
    assert kept.keep(grown) == grown
    assert kept.port.open_since(START) == [grown, second]


def test_what_is_over_or_long_quiet_is_not_among_the_open_ones(kept: Kept) -> None:
    kept.keep(replace(EVENT, open=False))
    told = kept.keep(replace(EVENT, reference="0002"))
    assert kept.port.open_since(START + HOUR) == [told]
    assert kept.port.open_since(START + HOUR + timedelta(microseconds=1)) == []


def test_the_turn_that_counts_a_report_finds_the_open_events_of_its_town(engine: Engine) -> None:
    put_tickets(store_on(engine), ["0001", "0002"])
    with Transactions(engine).writing() as connection:
        here = incident_rows.keep(connection, EVENT)
        incident_rows.keep(connection, replace(EVENT, spot=Spot("泉野出町"), reference="0002"))
        over = incident_rows.keep(connection, replace(EVENT, open=False))
        assert over.number is not None
        assert incident_rows.open_in(connection, "神田") == [here]
        assert incident_rows.numbered(connection, over.number) == over
        assert incident_rows.numbered(connection, 99) is None
