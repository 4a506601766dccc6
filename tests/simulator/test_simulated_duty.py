"""The roster of simulated desks is invented and complete; the demo has words for all that staff can do."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ivr.channels.simulator.call_file import CallFile, Expect
from ivr.channels.simulator.duty import DutyFacts, LegFacts, Manner
from ivr.channels.simulator.journal import NOTHING
from ivr.channels.simulator.run import Result
from ivr.demo import load_demo_words, told
from ivr.domain.roster import gaps, group_of
from ivr.domain.ticket import TicketStatus
from ivr.settings import read_settings
from ivr.stage import DUTY, stage_for
from ivr.storage.ladder_file import read_ladder
from ivr.storage.roster_files import read_roster
from nlu.meaning import Category

PROMPTS = Path(__file__).parents[2] / "prompts" / "duty"
YEARS = [
    (date(2020, 1, 2), date(2020, 3, 1)),
    (date(2026, 11, 1), date(2027, 12, 31)),
    (date(2099, 11, 1), date(2099, 12, 30)),
]


def test_every_number_is_invented_and_everybody_has_one() -> None:
    people = read_roster(DUTY).people.values()
    assert [person.id for person in people if not (person.phone or "").startswith("+8150000001")] == []
    assert len({person.phone for person in people}) == len(people)
    assert [person.id for person in people if "見本" not in person.name] == []


@pytest.mark.parametrize("group", ["water", "sewer", "industrial_water"])
@pytest.mark.parametrize(("first", "last"), YEARS)
def test_somebody_is_on_duty_on_every_day(group: str, first: date, last: date) -> None:
    assert gaps(read_roster(DUTY), group, first, last) == ()


def test_people_groups_and_ladder_are_those_of_the_bureaus_sample() -> None:
    simulated, sample = read_roster(DUTY), read_roster(PROMPTS)
    assert simulated.people.keys() == sample.people.keys()
    assert [group_of(simulated, each) for each in Category] == [group_of(sample, each) for each in Category]
    assert read_ladder(DUTY) == read_ladder(PROMPTS)


@pytest.mark.parametrize(("given", "used"), [({}, DUTY), ({"duty": PROMPTS}, PROMPTS)])
def test_the_invented_roster_is_used_unless_another_was_given(given: dict[str, Path], used: Path) -> None:
    stage = stage_for(read_settings(**given), io.StringIO())
    assert stage.in_process.args[0].duty == used  # type: ignore[attr-defined]  # a partial
    assert stage.start_server.args[0].duty == used  # type: ignore[attr-defined]


def test_the_demo_has_words_for_every_manner_and_every_status() -> None:
    words = load_demo_words()
    assert set(words.did) == set(Manner)
    assert set(words.status) == set(TicketStatus)


def test_the_demo_tells_who_was_rung_what_was_read_which_key_was_pressed_and_how_the_ticket_stands() -> None:
    legs = (
        LegFacts("w3", "three", Manner.NO_ANSWER, (), "", 0),
        LegFacts("w4", "four", Manner.HAVE_IT, ("a leak", "yours"), "4", 1),
    )
    duty = DutyFacts("0001", "acknowledged", "w4", 0, 2, legs)
    journal = replace(NOTHING, duty=duty)
    call = CallFile("a", datetime(2026, 11, 24, 12, tzinfo=UTC), Expect())
    lines = told(call, Result("a", "", (), journal, 0.0), load_demo_words()).splitlines()
    parts = ("three (w3)", "電話に出ない", "four (w4)", "a leak", "4を押す", "yours", "引受け済み, four", "2 sent")
    order = [next(number for number, line in enumerate(lines) if part in line) for part in parts]
    assert order == sorted(order)
