"""Escalations, their events and orders as JSON text; unions are tagged as in `codec.py`."""

from __future__ import annotations

from typing import cast

from cattrs.strategies import configure_tagged_union

from ivr.domain.escalation import Escalation, Event, Order
from ivr.storage.tagged import TAG, Tagged, new_converter


class ClimbCodec(Tagged):
    """Both directions for each of the three stored shapes."""

    def __init__(self) -> None:
        converter = new_converter()
        configure_tagged_union(Event, converter, tag_name=TAG)
        configure_tagged_union(Order, converter, tag_name=TAG)
        super().__init__(converter)

    def escalation_text(self, escalation: Escalation) -> str:
        return self._text(escalation, Escalation)

    def escalation(self, text: str) -> Escalation | None:
        """None before the first step."""
        return cast("Escalation", self._value(text, Escalation, "escalation")) if text else None

    def event_text(self, event: Event) -> str:
        return self._text(event, Event)

    def event(self, text: str) -> Event:
        return cast("Event", self._value(text, Event, "event"))

    def order_text(self, order: Order) -> str:
        return self._text(order, Order)

    def order(self, text: str) -> Order:
        return cast("Order", self._value(text, Order, "order"))
