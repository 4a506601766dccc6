"""A turn learns of earlier reports only where one is to be changed, and only of those that may be meant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from faq_index.candidates import Ranking
from ivr.domain.call import Arrived, Dialled, Question, Spoke, TouchEarlier
from ivr.domain.earlier import EarlierReport
from ivr.domain.hours import TOKYO
from ivr.storage.memory import memory_store
from ivr.storage.script_files import read_script
from ivr.usecases.take_turn import Desk, take_turn
from nlu import understand
from nlu.meaning import Category, Place

PROMPTS = Path(__file__).parents[2] / "prompts"
NIGHT = datetime(2026, 11, 24, 21, 10, tzinfo=TOKYO)
PLACE = Place("寺町二丁目5", town="寺町", town_yomi="てらまち", chome=2, banchi="5")
MINE = EarlierReport("12", NIGHT - timedelta(minutes=40), Category.ROAD_LEAK, PLACE, "0760000001")
STRANGERS = EarlierReport("13", NIGHT - timedelta(minutes=30), Category.ROAD_LEAK, PLACE, "0760000009")
_mind = cache(understand.load)


class NoAnswers:
    def search(self, text: str, reading: str, language: str = "ja") -> Ranking:
        return Ranking()


class Kept:
    """Two reports, and the instants from which on reports were asked for."""

    def __init__(self) -> None:
        self.asked: list[datetime] = []

    def reported_since(self, since: datetime) -> list[EarlierReport]:
        self.asked.append(since)
        return [STRANGERS, MINE]


@pytest.fixture
def desk() -> Iterator[Desk]:
    store = memory_store()
    yield Desk(read_script(PROMPTS, {}), _mind(), NoAnswers(), store.turns, earlier=Kept())
    store.close()


def say(desk: Desk, *texts: str, caller: str | None = "0760000001") -> list[tuple[EarlierReport, ...]]:
    """What each utterance was told of earlier reports."""
    take_turn(desk, "CA1", "arrived", Arrived(NIGHT, Dialled.NIGHT_LINE, caller))
    for number, text in enumerate(texts):
        take_turn(desk, "CA1", f"turn:{number}", Spoke(NIGHT, text))
    return [event.earlier for event, _ in desk.turns.history("CA1") if isinstance(event, Spoke)]


def test_a_change_learns_of_the_callers_own_report_and_of_no_others(desk: Desk) -> None:
    assert say(desk, "さっき電話した水もれ、止まりました") == [(MINE,)]
    assert isinstance(desk.earlier, Kept)
    assert desk.earlier.asked == [NIGHT - timedelta(hours=72)]


def test_yes_touches_the_report_that_was_offered(desk: Desk) -> None:
    say(desk, "さっき電話した水もれ、止まりました", "はい")
    actions = [action for _, turn in desk.turns.history("CA1") for action in turn.actions]
    assert [action for action in actions if isinstance(action, TouchEarlier)] == [TouchEarlier("12", "cancel", "0001")]


def test_a_place_said_later_is_looked_up_with_what_was_said_before(desk: Desk) -> None:
    first, second = say(desk, "さっき電話した水もれ、止まりました", "寺町二丁目5です", caller=None)
    assert first == ()
    assert set(second) == {MINE, STRANGERS}
    call = desk.turns.call("CA1")
    assert call is not None
    assert call.question is Question.CONFIRM_EARLIER


def test_a_new_report_reads_no_others(desk: Desk) -> None:
    assert say(desk, "道路のアスファルトから水が湧いています", "泉野出町四丁目12の3です") == [(), ()]
    assert isinstance(desk.earlier, Kept)
    assert desk.earlier.asked == []
