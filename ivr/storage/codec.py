"""Calls, events, actions and reports as JSON text, so that tomorrow's program reads today's rows.

Every union is tagged with the class name under "is". Fields nobody knows any more are ignored and fields added since
take their defaults: renaming a class or field, or adding one without a default, needs a migration of the stored rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from cattrs import Converter
from cattrs.strategies import configure_tagged_union

from ivr.domain.call import Action, Ask, Call, Event, Report, TakeMessage
from ivr.storage.climb_codec import ClimbCodec
from ivr.storage.tagged import TAG, Tagged, new_converter


class Codec(Tagged):
    """Both directions for each of the four stored shapes. Build one and share it: building costs milliseconds."""

    def __init__(self) -> None:
        super().__init__(_converter())
        self.climbs = ClimbCodec()

    def call_text(self, call: Call) -> str:
        return self._text(call, Call)

    def call(self, text: str) -> Call:
        return cast("Call", self._value(text, Call, "call"))

    def event_text(self, event: Event) -> str:
        return self._text(event, Event)

    def event(self, text: str) -> Event:
        return cast("Event", self._value(text, Event, "event"))

    def actions_text(self, actions: Sequence[Action]) -> str:
        return self._text(tuple(actions), tuple[Action, ...])

    def actions(self, text: str) -> tuple[Action, ...]:
        return cast("tuple[Action, ...]", self._value(text, tuple[Action, ...], "actions"))

    def report_text(self, report: Report) -> str:
        return self._text(report, Report)

    def report(self, text: str) -> Report:
        return cast("Report", self._value(text, Report, "report"))


def _converter() -> Converter:
    converter = new_converter()
    configure_tagged_union(Event, converter, tag_name=TAG)
    configure_tagged_union(Action, converter, tag_name=TAG)
    question = Ask | TakeMessage
    configure_tagged_union(question, converter, tag_name=TAG)
    converter.register_structure_hook_func(
        lambda shape: shape == Ask | TakeMessage | None,
        lambda plain, _: None if plain is None else converter.structure(plain, cast("Any", question)),
    )
    converter.register_unstructure_hook_func(
        lambda shape: shape == Ask | TakeMessage | None,
        lambda asked: None if asked is None else converter.unstructure(asked, question),
    )
    return converter
