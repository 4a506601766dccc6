"""What is stored of a ladder can be read again, by this version and by the next one (R18)."""

from __future__ import annotations

import json
from typing import get_args

import pytest
from hypothesis import given

from ivr.domain.escalation import Acknowledged, Escalation, Event, Order, RingPerson, Stage
from ivr.domain.roster import Person
from ivr.storage.climb_codec import ClimbCodec
from ivr.storage.tagged import TAG, Unreadable
from tests.contracts.test_codec import SETTINGS, values
from tests.stores import at

CODEC = ClimbCodec()


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
def test_every_event_of_a_ladder_comes_back_as_it_was(kind: type[Event]) -> None:
    @SETTINGS
    @given(values(kind))
    def comes_back(event: Event) -> None:
        text = CODEC.event_text(event)
        assert json.loads(text)[TAG] == kind.__name__
        assert CODEC.event(text) == event

    comes_back()


@pytest.mark.parametrize("kind", get_args(Order), ids=lambda kind: kind.__name__)
def test_every_order_comes_back_as_it_was(kind: type[Order]) -> None:
    @SETTINGS
    @given(values(kind))
    def comes_back(order: Order) -> None:
        text = CODEC.order_text(order)
        assert CODEC.order(text) == order
        text.encode("utf-8")

    comes_back()


@SETTINGS
@given(values(Escalation))
def test_every_escalation_comes_back_as_it_was(escalation: Escalation) -> None:
    assert CODEC.escalation(CODEC.escalation_text(escalation)) == escalation


def test_before_its_first_step_there_is_no_escalation() -> None:
    assert CODEC.escalation("") is None


def test_fields_added_since_take_their_default_and_unknown_ones_are_ignored() -> None:
    assert CODEC.escalation('{"reference":"N-1","group":"water","stage":"calling","mood":"calm"}') == Escalation(
        "N-1", "water", Stage.CALLING
    )
    assert CODEC.order('{"is":"RingPerson","order":1,"person":{"id":"a","name":"a"}}') == RingPerson(
        1, Person("a", "a")
    )


@pytest.mark.parametrize("text", ["{", "[]", "null", '{"is":"Flew"}', '{"is":"Acknowledged","person":"+81765550100"}'])
def test_a_damaged_row_of_a_ladder_is_told_without_its_content(text: str) -> None:
    for read in (CODEC.event, CODEC.order, CODEC.escalation):
        with pytest.raises(Unreadable) as raised:
            read(text)
        assert "81765550100" not in str(raised.value)


def test_an_event_is_no_order() -> None:
    with pytest.raises(Unreadable):
        CODEC.order(CODEC.event_text(Acknowledged(at(0), "a")))
