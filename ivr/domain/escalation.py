"""One urgent report on its way to somebody who confirms having it: its stages, events and orders. Pure values.

The table of stages x events and `step` stand in `climbing.py`. Laws of both files:
1. Only a pressed key (or a person signed in) acknowledges. A pick-up, a voicemail, a delivered text never does.
2. Nobody on the roster is an alarm at once. A ladder climbed in vain is an alarm. An alarm is repeated until heard.
3. Until somebody has the report there is always a time at which something is done next (`due_at`).
4. What is withdrawn (cancelled, closed, a duplicate) rings nobody any more; what is worse than told is told anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ivr.domain.roster import Crew, Person


class Stage(StrEnum):
    """Where an escalation stands."""

    CALLING = "calling"  # one person of the roster is being rung
    ALARMED = "alarmed"  # everybody and the supervisor were told, and will be again
    HELD = "held"  # somebody confirmed having it
    OVER = "over"  # no longer wanted: cancelled, closed, a duplicate


class Unheard(StrEnum):
    """Why a call to a person ended without a key."""

    BUSY = "busy"
    NO_ANSWER = "no-answer"
    NO_KEY = "no-key"  # picked up (a person, a voicemail: nobody knows) and no key pressed
    FAILED = "failed"  # the carrier could not place it, or refused
    NO_NUMBER = "no-number"  # the bureau has not given a number


@dataclass(frozen=True, slots=True)
class Policy:
    """How the ladder is climbed. Seconds. `rounds`: how often the roster is gone through before the alarm."""

    answer_s: int = 25  # a telephone rings so long
    listen_s: int = 90  # whoever picked up may listen so long before the next one is rung
    rounds: int = 2
    alarm_every_s: int = 300  # an alarm that nobody heard is raised again
    reachable_s: int = 40  # a call whose end is never reported counts as unheard after that


# --- events: what happened, past tense; `at` is an aware datetime ----------------------------------


@dataclass(frozen=True, slots=True)
class Begun:
    """A report is there for staff."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Placed:
    """The carrier took the call of order `order`: the telephone rings from now on."""

    at: datetime
    order: int


@dataclass(frozen=True, slots=True)
class PickedUp:
    """The call of order `order` was picked up, by whomever: more time, nothing else."""

    at: datetime
    order: int


@dataclass(frozen=True, slots=True)
class WentUnheard:
    """The call of order `order` ended, or could not be placed, and no key was pressed."""

    at: datetime
    order: int
    why: Unheard


@dataclass(frozen=True, slots=True)
class PassedOn:
    """Key 5: `person` is there and cannot go."""

    at: datetime
    person: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Key 4, or a confirmation on a screen: `person` has it. The ticket was changed before this was told."""

    at: datetime
    person: str


@dataclass(frozen=True, slots=True)
class Worsened:
    """More of the same was reported and it is worse than what was told: whoever has it must hear so."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Released:
    """Whoever had it gave it back."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The ticket was cancelled, closed or found to be a duplicate."""

    at: datetime


@dataclass(frozen=True, slots=True)
class TimeUp:
    """`due_at` has passed."""

    at: datetime


InCall = Placed | PickedUp | WentUnheard
Event = Begun | InCall | PassedOn | Acknowledged | Worsened | Released | Withdrawn | TimeUp

# --- orders: what to do, imperative; `order` numbers them within one escalation ---------------------


@dataclass(frozen=True, slots=True)
class RingPerson:
    """Ring `person`, read the ticket, wait for a key. `alarm`: everybody is rung."""

    order: int
    person: Person
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class TextPerson:
    """Send `person` a text: reference and class only."""

    order: int
    person: Person
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class RaiseAlarm:
    """Tell through every notice there is (webhook, printed) that nobody has it.

    `nobody_on_duty`: the roster is empty, or names no telephone.
    """

    order: int
    nobody_on_duty: bool


@dataclass(frozen=True, slots=True)
class HangUpOn:
    """End the call that `ring` placed, if it still rings: it is not wanted any more."""

    order: int
    ring: int


Order = RingPerson | TextPerson | RaiseAlarm | HangUpOn


@dataclass(frozen=True, slots=True)
class Escalation:
    """An escalation between two events.

    `orders` counts the orders given so far (the next has this number plus one); `place` and `round` say who of the
    roster is rung (from 0); `ringing`: orders whose call may still bring a key: it has not ended, brought none and was
    not hung up on; `rung`: ids of the people whom those orders ring, one for one; `tried`: who was rung in this round;
    `passed`: who cannot go; `holder`: who has it, also while it is told anew; `alarms`: how many were raised so far;
    `due_at`: when something happens by itself, None when nothing does.
    """

    reference: str
    group: str
    stage: Stage
    orders: int = 0
    round: int = 0
    place: int = 0
    ringing: tuple[int, ...] = ()
    passed: tuple[str, ...] = ()
    holder: str | None = None
    alarms: int = 0
    due_at: datetime | None = None
    rung: tuple[str, ...] = ()
    tried: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Climb:
    """The decision: the escalation after the event, and what to do, in order."""

    escalation: Escalation
    orders: tuple[Order, ...] = ()


def begun(reference: str, crew: Crew) -> Escalation:
    """A new escalation, before its `Begun`."""
    return Escalation(reference, crew.group, Stage.CALLING)


def is_resting(escalation: Escalation) -> bool:
    """Whether nothing is to be done until an event comes: somebody has it, or it is no longer wanted."""
    return escalation.stage in (Stage.HELD, Stage.OVER)
