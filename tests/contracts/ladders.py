"""A ladder in the store for tests: how it is decided, claimed and carried out."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from ivr.domain.climbing import step
from ivr.domain.escalation import (
    Climb,
    Escalation,
    Event,
    Order,
    Policy,
    begun,
)
from ivr.domain.roster import Crew, Person
from ivr.ports import Claimed, Climbing, Standing
from ivr.storage.sql import Store
from ivr.storage.tables import escalation_events, escalation_orders
from tests.stores import at

LEASE = 60.0
A, B = Person("a", "見本 a", "+81000000001"), Person("b", "見本 b", "+81000000002", sms=False)
CREW = Crew("water", on_duty=(A, B), everyone=(A, B))
NOBODY = Crew("water")
POLICY = Policy(rounds=1, reachable_s=40, alarm_every_s=300)


class Deciding:
    """Decides as the domain does, and remembers what it was told."""

    def __init__(self, crew: Crew = CREW) -> None:
        self.crew = crew
        self.told: list[Event] = []
        self.before: list[Escalation | None] = []

    def __call__(self, before: Escalation | None, category: str | None, events: Sequence[Event]) -> Climb:
        assert category == "road_leak"
        self.before.append(before)
        self.told += events
        climb = Climb(before or begun("N-1", self.crew))
        for event in events:
            later = step(POLICY, climb.escalation, event, self.crew)
            climb = Climb(later.escalation, (*climb.orders, *later.orders))
        return climb


def advance(store: Store, seconds: float, decide: Climbing | None = None) -> Standing:
    standing = store.escalations.advance("N-1", at(seconds), decide or Deciding())
    assert standing is not None
    return standing


def claim(store: Store, seconds: float) -> Claimed:
    claimed = store.escalations.claim("N-1", at(seconds), LEASE)
    assert claimed is not None
    return claimed


def carry_out(store: Store, seconds: float, sid: str | None = None) -> Order:
    """The next order, carried out."""
    claimed = claim(store, seconds)
    store.escalations.carried_out(claimed, at(seconds), sid)
    return claimed.order


def carry_out_all(store: Store, seconds: float) -> list[Order]:
    done: list[Order] = []
    while (claimed := store.escalations.claim("N-1", at(seconds), LEASE)) is not None:
        store.escalations.carried_out(claimed, at(seconds), "CA")
        done.append(claimed.order)
    return done


def works(store: Store) -> list[tuple[int, str]]:
    orders = select(escalation_orders.c.number, escalation_orders.c.state).order_by(escalation_orders.c.number)
    with store.engine.connect() as connection:
        return [(row.number, row.state) for row in connection.execute(orders)]


def event_count(store: Store) -> int:
    with store.engine.connect() as connection:
        return len(connection.execute(select(escalation_events.c.id)).all())
