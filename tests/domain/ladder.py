"""The people, the roster and the events of an escalation, in a word each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ivr.domain.climbing import step
from ivr.domain.escalation import (
    Acknowledged,
    Begun,
    Climb,
    Escalation,
    Event,
    HangUpOn,
    Policy,
    RingPerson,
    Stage,
    TextPerson,
    TimeUp,
    Unheard,
    WentUnheard,
    begun,
)
from ivr.domain.roster import Crew, Person

NOW = datetime(2026, 11, 24, 21, 10, tzinfo=UTC)
POLICY = Policy(answer_s=25, listen_s=90, rounds=2, alarm_every_s=300, reachable_s=40)

A, B, C, CHIEF = (
    Person(name, f"見本 {name}", f"+8100000000{number}") for number, name in enumerate(("a", "b", "c", "chief"))
)
UNLISTED = Person("unlisted", "見本 unlisted", None)
CALL_ONLY = Person("call-only", "見本 call-only", "+81000000009", sms=False)
CREW = Crew("water", on_duty=(A, B), everyone=(B, C, A), supervisor=CHIEF)
NOBODY = Crew("water")


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def run(*events: Event, crew: Crew = CREW, policy: Policy = POLICY, since: Escalation | None = None) -> Climb:
    """The last decision of several events one after the other, from a new escalation."""
    climb = Climb(since or begun("W-0001", crew))
    for event in events:
        climb = step(policy, climb.escalation, event, crew)
    return climb


def no_key(order: int) -> WentUnheard:
    return WentUnheard(NOW, order, Unheard.NO_KEY)


def late() -> TimeUp:
    """A time later than the first call, or the first alarm, is waited for."""
    return TimeUp(after(100_000))


def unanswered(climb: Climb, crew: Crew = CREW, policy: Policy = POLICY) -> list[Climb]:
    """`climb` and the decisions after it while time passes and nothing else happens, up to the alarm."""
    climbs = [climb]
    while climbs[-1].escalation.stage is not Stage.ALARMED:
        assert len(climbs) < 100, "no alarm comes"
        due_at = climbs[-1].escalation.due_at
        assert due_at is not None
        climbs.append(step(policy, climbs[-1].escalation, TimeUp(due_at), crew))
    return climbs


def rung(climb: Climb) -> list[str]:
    return [order.person.id for order in climb.orders if isinstance(order, RingPerson)]


def texted(climb: Climb) -> list[str]:
    return [order.person.id for order in climb.orders if isinstance(order, TextPerson)]


def hung_up(climb: Climb) -> list[int]:
    return [order.ring for order in climb.orders if isinstance(order, HangUpOn)]


BEGUN = Begun(NOW)
# With A and B on duty: A is rung by order 1 and texted by order 2, B by 3 and 4; the second round is orders 5 and 6.
IN_VAIN = (BEGUN, no_key(1), no_key(3), no_key(5), no_key(6))
HELD_BY_A = (BEGUN, Acknowledged(NOW, "a"))
