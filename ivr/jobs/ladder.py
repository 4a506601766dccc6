"""One urgent report climbs its ladder: the next step is decided and stored, then its orders are carried out.

An order is a row before it is tried, so that whoever dies over it leaves it to the next. A call whose placing was not
heard of is looked for before anything is placed again; one that nobody wants any more is not placed at all.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from ivr.domain.climbing import step
from ivr.domain.escalation import (
    Climb,
    Escalation,
    Event,
    HangUpOn,
    Order,
    Policy,
    RaiseAlarm,
    RingPerson,
    TextPerson,
    Unheard,
    WentUnheard,
    begun,
)
from ivr.jobs.backoff import pause_s
from ivr.ports import (
    Claimed,
    Clock,
    Escalations,
    NotifyFailed,
    RingFailed,
    Rosters,
    Standing,
    StoreUnavailable,
    Telephone,
    Texts,
)
from ivr.security.redaction import where

LEASE_S = 30.0  # longer than the wait for a free second of the line and the carrier's slowest answers together
FIRST = 1  # the order by which the first person hears of a report: it goes before all that were rung in vain before
LONGEST_WAIT_FOR_LINE_S = 5.0  # what waits longer is put back, so that nobody holds a thread or a claim for it
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 8.0
MOST_TRIES = 4  # then the next person is tried: the carrier may refuse this number only
MOST_CLAIMS = 12  # an order over which processes die again and again is given up
MOST_ORDERS_AT_ONCE = 200
CALLS_EVERY_S = 1.0  # what the carrier takes from one account

log = logging.getLogger(__name__)


class Ladders(Protocol):
    """Whoever sees to it that every ladder is looked at when something happened or its time has come."""

    def start(self) -> None: ...

    def wake(self, reference: str) -> None:
        """Something happened to `reference`: look soon. Never raises."""
        ...

    def reconcile(self) -> int:
        """Take up ladders that were forgotten: how many were looked at. Raises StoreUnavailable."""
        ...

    def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Ladder:
    """Carries out what `ivr.domain.escalation` decides. `line`: the account whose pace is kept.

    `body`: (reference, whether it is an alarm) -> the text that is sent. `wait`: sleeps so many seconds.
    """

    escalations: Escalations
    rosters: Rosters
    telephone: Telephone
    texts: Texts | None
    clock: Clock
    policy: Policy
    public_url: str
    body: Callable[[str, bool], str]
    line: str = "carrier"
    wait: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = lambda: 0.5
    lease_s: float = LEASE_S

    def climb(self, reference: str) -> Standing | None:
        """Everything that is due for `reference`. None: it has no ladder. Raises StoreUnavailable."""
        for _ in range(MOST_ORDERS_AT_ONCE):
            standing = self.escalations.advance(reference, self.clock.now(), self._decide(reference))
            claimed = self.escalations.claim(reference, self.clock.now(), self.lease_s)
            if standing is None or claimed is None:
                return standing
            self._carry_out(claimed)
        return self.escalations.standing(reference)

    def climb_all(self) -> int:
        """One pass over every ladder that has something to do: how many had. Raises StoreUnavailable."""
        found = self.escalations.unfinished(self.clock.now())
        for reference in found:
            try:
                self.climb(reference)
            except StoreUnavailable:
                raise
            except Exception as error:  # noqa: BLE001 - one ladder that breaks must not keep the others from climbing
                log.error("ticket %s: a step broke: %s", reference, where(error))
        return len(found)

    def _decide(self, reference: str) -> Callable[[Escalation | None, str | None, Sequence[Event]], Climb]:
        def decide(before: Escalation | None, category: str | None, events: Sequence[Event]) -> Climb:
            now = self.clock.now()
            crew = self.rosters.crew(category, now)
            escalation = before if before is not None else begun(reference, crew)
            orders: list[Order] = []
            for event in events:
                # What is learnt late (after a stop of the desk) is waited for from now on: nobody is skipped unrung.
                climbed = step(self.policy, escalation, replace(event, at=max(event.at, now)), crew)
                escalation = climbed.escalation
                orders.extend(climbed.orders)
            return Climb(escalation, tuple(orders))

        return decide

    # --- orders ------------------------------------------------------------------------------------

    def _carry_out(self, claimed: Claimed) -> None:
        order = claimed.order
        if claimed.attempts > MOST_CLAIMS:
            self._failed(claimed, RingFailed("whoever tried this did not live to tell", permanent=True))
            return
        try:
            match order:
                case RingPerson():
                    self._ring(claimed, order)
                case TextPerson():
                    self._text(claimed, order)
                case HangUpOn():
                    self._hang_up(claimed, order)
                case RaiseAlarm():
                    log.error("ticket %s: nobody has it: alarm", claimed.reference)
                    self.escalations.carried_out(claimed, self.clock.now())
        except (RingFailed, NotifyFailed) as failure:
            self._failed(claimed, failure)
        except TimeoutError:
            self._later(claimed, "not known whether it was done")
        except OSError as error:
            self._later(claimed, type(error).__name__)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - whatever an adapter met: the next person must be rung all the same
            self._failed(claimed, RingFailed(where(error), permanent=False))

    def _ring(self, claimed: Claimed, order: RingPerson) -> None:
        number = order.person.phone
        if number is None:
            self._unheard(claimed, order, Unheard.NO_NUMBER, "no number")
            return
        now = self.clock.now()
        within_s = LONGEST_WAIT_FOR_LINE_S if order.order == FIRST else CALLS_EVERY_S
        free_at = self.escalations.take_slot(self.line, now, CALLS_EVERY_S, within_s)
        if free_at > now + timedelta(seconds=within_s):
            later = free_at + timedelta(seconds=CALLS_EVERY_S * self.chance())  # not all that wait at once
            self.escalations.put_back(claimed, later, "the line is busy with other calls")
            return
        if free_at > now:
            self.wait((free_at - now).total_seconds())
        if not self._still_wanted(claimed.reference, order):
            self.escalations.given_up(claimed, self.clock.now(), "not wanted any more")
            return
        address = f"{claimed.reference}/{order.order}"
        sid = self.telephone.ring(
            number,
            f"{self.public_url}/twilio/duty/{address}",
            f"{self.public_url}/twilio/duty-status/{address}",
            tried_at=claimed.tried_at,
            others=self.escalations.is_known,
            answered=True,
        )
        self.escalations.carried_out(claimed, self.clock.now(), sid)

    def _still_wanted(self, reference: str, order: RingPerson) -> bool:
        standing = self.escalations.advance(reference, self.clock.now(), self._decide(reference))
        return standing is not None and standing.escalation is not None and order.order in standing.escalation.ringing

    def _text(self, claimed: Claimed, order: TextPerson) -> None:
        if self.texts is None or order.person.phone is None:
            self.escalations.given_up(claimed, self.clock.now(), "no way to text")
            return
        body = self.body(claimed.reference, order.alarm)
        sid = self.texts.text(order.person.phone, body, tried_at=claimed.tried_at)
        self.escalations.carried_out(claimed, self.clock.now(), sid)

    def _hang_up(self, claimed: Claimed, order: HangUpOn) -> None:
        settled, sid = self.escalations.placed(claimed.reference, order.ring)
        if not settled:
            self.escalations.put_back(claimed, self._in(FIRST_PAUSE_S), "that call is being placed")
            return
        if sid is not None:
            self.telephone.hang_up(sid)
        self.escalations.carried_out(claimed, self.clock.now())

    # --- what went wrong ---------------------------------------------------------------------------

    def _failed(self, claimed: Claimed, failure: RingFailed | NotifyFailed) -> None:
        order = claimed.order
        if not failure.permanent and claimed.attempts < MOST_TRIES:
            log.warning("ticket %s: order %d failed (try %d)", claimed.reference, order.order, claimed.attempts)
            self._later(claimed, str(failure))
            return
        log.error("ticket %s: order %d was given up: %s", claimed.reference, order.order, failure)
        if isinstance(order, RingPerson):
            self._unheard(claimed, order, Unheard.FAILED, str(failure))
        else:
            self.escalations.given_up(claimed, self.clock.now(), str(failure))

    def _unheard(self, claimed: Claimed, order: RingPerson, why: Unheard, words: str) -> None:
        now = self.clock.now()
        self.escalations.given_up(claimed, now, words, WentUnheard(now, order.order, why))

    def _later(self, claimed: Claimed, why: str) -> None:
        wait = pause_s(claimed.attempts, self.chance(), first_s=FIRST_PAUSE_S, longest_s=LONGEST_PAUSE_S)
        self.escalations.postponed(claimed, self._in(wait), why)

    def _in(self, seconds: float) -> datetime:
        return self.clock.now() + timedelta(seconds=seconds)
