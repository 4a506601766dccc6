"""How an escalation is climbed: its table of stages x events, the cells of it, and `step`. Pure: no clock, no I/O.

The laws are those of `escalation.py`. How this file keeps them:
1. Every pair of stage and event has a cell; a test runs them all.
2. People are known by id, never by a place in a list: the roster may change between two events.
3. While CALLING one call rings, the last of `ringing`. It is hung up on before anybody else is rung.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from ivr.domain.escalation import (
    Acknowledged,
    Begun,
    Climb,
    Escalation,
    Event,
    HangUpOn,
    Order,
    PassedOn,
    PickedUp,
    Placed,
    Policy,
    RaiseAlarm,
    Released,
    RingPerson,
    Stage,
    TextPerson,
    TimeUp,
    WentUnheard,
    Withdrawn,
    Worsened,
)
from ivr.domain.roster import Crew, Person

_E = TypeVar("_E", bound=Event)

_UNNUMBERED = 0  # `_ordered` gives the number


@dataclass(frozen=True, slots=True)
class Moment(Generic[_E]):
    """An event and all that it is judged by. `crew`: who can be reached at that instant."""

    policy: Policy
    escalation: Escalation
    event: _E
    crew: Crew

    def after(self, seconds: int) -> datetime:
        """The instant so many seconds after the event."""
        return self.event.at + timedelta(seconds=seconds)


# --- cells: what an event means in a stage ----------------------------------------------------------


def nothing(moment: Moment[Any]) -> Climb:
    """Too late, told twice, or of no matter here."""
    return Climb(moment.escalation)


def begin(moment: Moment[Begun]) -> Climb:
    """The first one is rung. Told twice, it is begun once."""
    begun_before = moment.escalation.due_at is not None
    return nothing(moment) if begun_before else _from_the_start(moment, moment.escalation)


def begin_anew(moment: Moment[Begun]) -> Climb:
    """Reopened: nobody has it, nobody has passed it on. The numbers go on, so that no order has two meanings."""
    old = moment.escalation
    new = Escalation(old.reference, old.group, Stage.CALLING, orders=old.orders, alarms=old.alarms)
    return _from_the_start(moment, new)


def ring_time(moment: Moment[Placed]) -> Climb:
    """A telephone is given its time from when it rings, not from when that was decided."""
    if not _rings_now(moment.escalation, moment.event.order):
        return nothing(moment)
    return Climb(replace(moment.escalation, due_at=moment.after(moment.policy.reachable_s)))


def alarm_time(moment: Moment[Placed]) -> Climb:
    """The next alarm is due so long after the last telephone of this one began to ring."""
    return Climb(replace(moment.escalation, due_at=moment.after(moment.policy.alarm_every_s)))


def give_time(moment: Moment[PickedUp]) -> Climb:
    """Whoever picked up may listen. It may be a voicemail: nothing else is concluded."""
    if not _rings_now(moment.escalation, moment.event.order):
        return nothing(moment)
    return Climb(replace(moment.escalation, due_at=moment.after(moment.policy.listen_s)))


def unheard(moment: Moment[WentUnheard]) -> Climb:
    """The next one, if it was the call that rings now; the end of an older call changes nothing."""
    left = _without(moment.escalation, order=moment.event.order)
    return _next(moment, left) if _rings_now(moment.escalation, moment.event.order) else Climb(left)


def ended(moment: Moment[WentUnheard]) -> Climb:
    """One of several calls, or an old one, is over."""
    return Climb(_without(moment.escalation, order=moment.event.order))


def pass_on(moment: Moment[PassedOn]) -> Climb:
    """The next one at once. Who says so late, while another is rung, is only remembered."""
    person, left = moment.event.person, _passed(moment.escalation, moment.event.person)
    return _next(moment, left) if moment.escalation.rung[-1:] == (person,) else Climb(left)


def note_pass(moment: Moment[PassedOn]) -> Climb:
    """An alarm goes on; a later ladder leaves out who cannot go."""
    return Climb(_passed(moment.escalation, moment.event.person))


def pass_on_held(moment: Moment[PassedOn]) -> Climb:
    """A holder who cannot go has given it back: nobody would have it otherwise."""
    return release(moment) if moment.event.person == moment.escalation.holder else note_pass(moment)


def hold(moment: Moment[Acknowledged]) -> Climb:
    """Somebody has it. Nobody else is rung; the call of whoever pressed the key ends by itself."""
    person, before = moment.event.person, _without(moment.escalation, person=moment.event.person)
    passed = tuple(other for other in before.passed if other != person)
    held = replace(before, stage=Stage.HELD, holder=person, passed=passed, due_at=None)
    return _ordered(held, _hang_up_all(held))


def tell_holder(moment: Moment[Worsened]) -> Climb:
    """Whoever has it is rung again, on duty or not; unheard, it goes up the roster from the start.

    The holder stays recorded until somebody acknowledges what is told now.
    """
    told = replace(moment.escalation, round=0, tried=())
    holder = next((person for person in _everybody(moment.crew) if person.id == told.holder), None)
    return _ring(moment, told, holder) if holder is not None else _next(moment, told)


def release(moment: Moment[Any]) -> Climb:
    """Nobody has it any more: the ladder anew, without whoever gave it back."""
    return _from_the_start(moment, _given_back(moment.escalation))


def release_while_calling(moment: Moment[Released]) -> Climb:
    """Given back while the holder is told of worse: that call is not wanted any more. Nobody had it: told twice."""
    holder, left = moment.escalation.holder, _given_back(moment.escalation)
    return _next(moment, left) if moment.escalation.rung[-1:] == (holder,) else Climb(left)


def note_release(moment: Moment[Released]) -> Climb:
    """The alarm goes on as it was."""
    return Climb(_given_back(moment.escalation))


def withdraw(moment: Moment[Withdrawn]) -> Climb:
    """No longer wanted: whatever rings is ended. Who had it stays on record."""
    over = replace(moment.escalation, stage=Stage.OVER, due_at=None)
    return _ordered(over, _hang_up_all(over))


def give_up(moment: Moment[TimeUp]) -> Climb:
    """The end of the call was never reported: it counts as unheard. A key pressed later still counts."""
    return nothing(moment) if _too_early(moment) else _next(moment, moment.escalation)


def alarm_again(moment: Moment[TimeUp]) -> Climb:
    """For ever, until somebody has it."""
    return nothing(moment) if _too_early(moment) else _alarm(moment, moment.escalation)


# --- the table --------------------------------------------------------------------------------------

Cell = Callable[[Moment[Any]], Climb]

TABLE: Mapping[Stage, Mapping[type[Event], Cell]] = {
    Stage.CALLING: {
        Begun: begin,
        Placed: ring_time,
        PickedUp: give_time,
        WentUnheard: unheard,
        PassedOn: pass_on,
        Acknowledged: hold,
        Worsened: nothing,  # what is read out is the ticket as it stands
        Released: release_while_calling,
        Withdrawn: withdraw,
        TimeUp: give_up,
    },
    Stage.ALARMED: {
        Begun: nothing,
        Placed: alarm_time,
        PickedUp: nothing,  # the alarm does not wait for a voicemail
        WentUnheard: ended,
        PassedOn: note_pass,
        Acknowledged: hold,
        Worsened: nothing,
        Released: note_release,
        Withdrawn: withdraw,
        TimeUp: alarm_again,
    },
    Stage.HELD: {
        Begun: nothing,
        Placed: nothing,
        PickedUp: nothing,
        WentUnheard: ended,
        PassedOn: pass_on_held,
        Acknowledged: hold,  # the ticket has taken it before this was told: somebody else was sent
        Worsened: tell_holder,
        Released: release,
        Withdrawn: withdraw,
        TimeUp: nothing,
    },
    Stage.OVER: {
        Begun: begin_anew,
        Placed: nothing,
        PickedUp: nothing,
        WentUnheard: ended,
        PassedOn: nothing,
        Acknowledged: nothing,
        Worsened: nothing,
        Released: nothing,
        Withdrawn: nothing,
        TimeUp: nothing,
    },
}


def step(policy: Policy, escalation: Escalation, event: Event, crew: Crew) -> Climb:
    """What is done when `event` happens to `escalation`. `crew`: who can be reached at the instant of the event."""
    return TABLE[escalation.stage][type(event)](Moment(policy, escalation, event, crew))


# --- moves: what the cells are made of --------------------------------------------------------------


def _from_the_start(moment: Moment[Any], escalation: Escalation) -> Climb:
    """The ladder from its first rung."""
    return _next(moment, replace(escalation, round=0, tried=()))


def _next(moment: Moment[Any], escalation: Escalation) -> Climb:
    """Whoever was not rung in this round, else the first of the next round, else the alarm."""
    ready = [person for person in _reachable(moment.crew.on_duty) if person.id not in escalation.passed]
    left = [person for person in ready if person.id not in escalation.tried]
    if left and escalation.round < moment.policy.rounds:
        return _ring(moment, escalation, left[0])
    if ready and escalation.round + 1 < moment.policy.rounds:
        return _ring(moment, replace(escalation, round=escalation.round + 1, tried=()), ready[0])
    return _alarm(moment, escalation)


def _ring(moment: Moment[Any], escalation: Escalation, person: Person) -> Climb:
    """A call to `person`, and in the first round a text: one text says all that a second would."""
    on_duty = [other.id for other in moment.crew.on_duty]
    ringing = replace(
        escalation,
        stage=Stage.CALLING,
        place=on_duty.index(person.id) if person.id in on_duty else 0,
        tried=(*escalation.tried, person.id),
        due_at=moment.after(moment.policy.reachable_s),
    )
    text = (TextPerson(_UNNUMBERED, person),) if person.sms and escalation.round == 0 else ()
    return _ordered(ringing, (*_hang_up_all(escalation), RingPerson(_UNNUMBERED, person), *text))


def _alarm(moment: Moment[Any], escalation: Escalation) -> Climb:
    """Everybody at once, whoever passed included. The notices first: they need no telephone number."""
    alarmed = replace(
        escalation,
        stage=Stage.ALARMED,
        alarms=escalation.alarms + 1,
        due_at=moment.after(moment.policy.alarm_every_s),
    )
    everybody = _everybody(moment.crew)
    orders: tuple[Order, ...] = (
        RaiseAlarm(_UNNUMBERED, nobody_on_duty=not _reachable(moment.crew.on_duty)),
        *_hang_up_all(escalation),
        *(RingPerson(_UNNUMBERED, person, alarm=True) for person in everybody),
        *(TextPerson(_UNNUMBERED, person, alarm=True) for person in everybody if person.sms),
    )
    return _ordered(alarmed, orders)


def _passed(escalation: Escalation, person: str) -> Escalation:
    """`person` cannot go, and the call that said so ends by itself."""
    return _left_out(_without(escalation, person=person), person)


def _given_back(escalation: Escalation) -> Escalation:
    """The holder cannot go. It may have been said on a screen: a call to the holder may still ring."""
    holder = escalation.holder
    return escalation if holder is None else replace(_left_out(escalation, holder), holder=None)


def _left_out(escalation: Escalation, person: str) -> Escalation:
    passed = escalation.passed
    return escalation if person in passed else replace(escalation, passed=(*passed, person))


def _rings_now(escalation: Escalation, order: int) -> bool:
    return escalation.ringing[-1:] == (order,)


def _too_early(moment: Moment[TimeUp]) -> bool:
    due_at = moment.escalation.due_at
    return due_at is not None and moment.event.at < due_at


def _reachable(people: Iterable[Person]) -> list[Person]:
    return [person for person in people if person.phone is not None]


def _everybody(crew: Crew) -> list[Person]:
    """All who can be rung, nobody twice: who is on duty, the rest of the group, the supervisor."""
    supervisor = () if crew.supervisor is None else (crew.supervisor,)
    people: dict[str, Person] = {}
    for person in _reachable((*crew.on_duty, *crew.everyone, *supervisor)):
        people.setdefault(person.id, person)
    return list(people.values())


def _without(escalation: Escalation, *, order: int | None = None, person: str | None = None) -> Escalation:
    """No longer waiting for a key from the call `order`, or from the calls to `person`."""
    left = [call for call in _calls(escalation) if call[0] != order and call[1] != person]
    return replace(escalation, ringing=tuple(ring for ring, _ in left), rung=tuple(whom for _, whom in left))


def _calls(escalation: Escalation) -> Iterator[tuple[int, str]]:
    return zip(escalation.ringing, escalation.rung, strict=True)


def _hang_up_all(escalation: Escalation) -> tuple[HangUpOn, ...]:
    return tuple(HangUpOn(_UNNUMBERED, ring) for ring in escalation.ringing)


def _ordered(escalation: Escalation, orders: tuple[Order, ...]) -> Climb:
    """`orders` with the numbers that follow. A call that they place may bring a key, one that they end may not."""
    numbered = tuple(replace(order, order=number) for number, order in enumerate(orders, escalation.orders + 1))
    after = replace(escalation, orders=escalation.orders + len(numbered))
    for order in numbered:
        if isinstance(order, HangUpOn):
            after = _without(after, order=order.ring)
        elif isinstance(order, RingPerson):
            after = replace(after, ringing=(*after.ringing, order.order), rung=(*after.rung, order.person.id))
    return Climb(after, numbered)
