"""A turn learns of the disaster from the switch and the store, and of nothing once it is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from faq_index.candidates import Ranking
from ivr.domain.call import Ask, Dialled, Line
from ivr.domain.disaster import Switch, switched_off
from ivr.domain.script import Script
from ivr.storage.incident_files import read_incidents
from ivr.storage.incidents import MemoryIncidents
from ivr.storage.memory import memory_store
from ivr.storage.script_files import read_script
from ivr.storage.switches import MemorySwitches
from ivr.usecases.in_disaster import DisasterDesk
from ivr.usecases.take_turn import Desk, take_turn
from nlu.meaning import Expecting, Meaning
from tests.domain.events import NIGHT, arrived
from tests.domain.test_disaster import incident

PROMPTS = Path(__file__).parents[2] / "prompts"
RULE = read_incidents(PROMPTS / "incidents.yaml")
SCRIPT: Script = read_script(PROMPTS, {"ja": {}})
HOUR = timedelta(hours=1)
ON = Switch(NIGHT, NIGHT + 2 * HOUR, "見本の責任者", "見本の訓練", NIGHT, extended=True)


class NoWords:
    """Nothing is said in these tests."""

    def understand(
        self, text: str, expecting: Expecting = Expecting.ANYTHING, language: str | None = None, /
    ) -> Meaning:
        raise AssertionError(text)

    def search(self, text: str, reading: str, language: str = "ja") -> Ranking:
        raise AssertionError(text)


def disasters(*switches: Switch) -> DisasterDesk:
    kept, events = MemorySwitches(), MemoryIncidents()
    for switch in switches:
        kept.record(switch)
    events.keep(replace(incident(), last_at=NIGHT - HOUR, opened_at=NIGHT - HOUR))
    events.keep(replace(incident(), last_at=NIGHT - timedelta(days=3), opened_at=NIGHT - timedelta(days=3)))
    return DisasterDesk(kept, events, RULE)


def greeted(desk: DisasterDesk | None, minutes: float) -> list[str]:
    event = arrived(NIGHT + timedelta(minutes=minutes), Dialled.NIGHT_LINE)
    turn = take_turn(Desk(SCRIPT, NoWords(), NoWords(), memory_store().turns, desk), "CA1", "arrived", event)
    (asked,) = [action for action in turn.actions if isinstance(action, Ask)]
    return [line.key for line in asked.lines if isinstance(line, Line)]


def test_a_turn_knows_the_events_told_of_lately_while_the_switch_is_on() -> None:
    found = disasters(ON).at(NIGHT + HOUR)
    assert found is not None
    assert (found.switch, found.at, [one.number for one in found.incidents]) == (ON, NIGHT + HOUR, [1])
    assert disasters().at(NIGHT) is None
    assert disasters(ON).at(NIGHT + 2 * HOUR) is None


def test_the_greeting_and_the_hours_follow_the_switch_from_one_call_to_the_next() -> None:
    assert greeted(disasters(ON), 1)[:2] == ["greeting.night_line_by_day", "greeting.disaster"]
    assert greeted(disasters(ON), 121)[:2] == ["greeting.night_line", "greeting.urgent_first"]
    ended = disasters(ON, switched_off("見本の責任者", "見本の終わり", NIGHT + HOUR))
    assert greeted(ended, 61)[0] == "greeting.night_line"
    assert greeted(None, 1)[0] == "greeting.night_line"
