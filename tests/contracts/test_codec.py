"""What is stored can be read again: by this version, and by the next one."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, cast, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.domain.call import Action, Arrived, Ask, Call, Dialled, Event, HungUp, Question, Report, Spoke, TakeMessage
from ivr.storage.codec import Codec
from ivr.storage.tagged import TAG, Unreadable, storable

CODEC = Codec()
ZONES = st.sampled_from([ZoneInfo("Asia/Tokyo"), ZoneInfo("UTC"), timezone(timedelta(hours=-3, minutes=-30))])
TIMES = st.datetimes(datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2100-01-01"), timezones=ZONES)
PLAIN: dict[object, st.SearchStrategy[object]] = {
    str: st.text(st.characters(), max_size=8),  # halves of characters too: a broken request may carry them
    float: st.floats(allow_nan=False),
    int: st.integers(),
    bool: st.booleans(),
    datetime: TIMES,
    type(None): st.none(),
}


def values(shape: Any) -> st.SearchStrategy[Any]:
    """Every value of a field's type, lists kept short."""
    if shape in PLAIN:
        return PLAIN[shape]
    if is_dataclass(shape):
        hints = get_type_hints(shape)
        return st.builds(cast("type", shape), **{name.name: values(hints[name.name]) for name in fields(shape)})
    inner = get_args(shape)
    if get_origin(shape) is tuple:
        return st.lists(values(inner[0]), max_size=2).map(tuple) if inner[-1] is ... else st.tuples(*map(values, inner))
    return st.one_of(*map(values, inner)) if inner else st.sampled_from(list(shape))


SETTINGS = settings(max_examples=25, deadline=None, database=None)


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
def test_every_event_comes_back_as_it_was(kind: type[Event]) -> None:
    @SETTINGS
    @given(values(kind))
    def comes_back(event: Event) -> None:
        text = CODEC.event_text(event)
        assert CODEC.event(text) == event
        text.encode("utf-8")

    comes_back()


@pytest.mark.parametrize("kind", get_args(Action), ids=lambda kind: kind.__name__)
def test_every_action_comes_back_as_it_was(kind: type[Action]) -> None:
    @SETTINGS
    @given(st.lists(values(kind), max_size=3))
    def comes_back(actions: list[Action]) -> None:
        assert CODEC.actions(CODEC.actions_text(actions)) == tuple(actions)

    comes_back()


@SETTINGS
@given(values(Call))
def test_every_call_comes_back_as_it_was(call: Call) -> None:
    assert CODEC.call(CODEC.call_text(call)) == call


@SETTINGS
@given(values(Report))
def test_every_report_comes_back_as_it_was(report: Report) -> None:
    assert CODEC.report(CODEC.report_text(report)) == report


def test_a_time_keeps_its_zone() -> None:
    nine = datetime(2026, 1, 3, 21, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
    text = CODEC.event_text(HungUp(nine))
    assert json.loads(text)["at"] == "2026-01-03T21:00:00+09:00"
    assert CODEC.event(text).at.utcoffset() == timedelta(hours=9)


def test_a_person_can_read_what_is_stored() -> None:
    assert "水がもれています" in CODEC.event_text(Spoke(datetime.now().astimezone(), "水がもれています"))


def test_a_field_of_a_later_version_is_ignored() -> None:
    plain = json.loads(CODEC.call_text(Call("CA1"))) | {"mood": "calm"}
    assert CODEC.call(json.dumps(plain)) == Call("CA1")


def test_a_field_added_since_takes_its_default() -> None:
    plain = json.loads(CODEC.call_text(Call("CA1", misses=2)))
    del plain["misses"]
    assert CODEC.call(json.dumps(plain)) == Call("CA1")


def test_the_question_asked_may_lack_fields_added_since() -> None:
    plain = json.loads(CODEC.call_text(Call("CA1", asked=TakeMessage((), 60))))
    del plain["asked"]["seconds"]
    assert CODEC.call(json.dumps(plain)).asked == TakeMessage(())
    plain["asked"] = {TAG: "Ask", "question": "menu", "lines": [], "tempo": 1}
    assert CODEC.call(json.dumps(plain)).asked == Ask(Question.MENU, ())


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"is":"Flew"}', '{"is":"HungUp"}', '{"at":"2026","is":"Pressed","keys":"0765550100"}'],
)
def test_a_damaged_row_is_told_without_its_content(text: str) -> None:
    with pytest.raises(Unreadable) as raised:
        CODEC.event(text)
    assert "0765550100" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def test_nothing_is_left_out_that_has_its_default_today() -> None:
    """A default may change; what was decided under the old one stays."""
    arrived = Arrived(datetime.now().astimezone(), Dialled.CENTRE, None, "C-1")
    assert set(json.loads(CODEC.event_text(arrived))) == {TAG, *Arrived.__dataclass_fields__}


@pytest.mark.parametrize(("said", "stored"), [("水", "水"), ("a\0b", "ab"), ("\ud83d", "?"), ("", "")])
def test_text_is_made_fit_for_both_databases(said: str, stored: str) -> None:
    assert storable(said) == stored
