"""The telephone of a desk rings for a caller who waits in its queue.

The wish to ring is stored with the transfer, in the same commit. It is carried out at least once as far as that does
good: a refusal that passes is tried again soon, one that will not pass is given up, and when it is not known whether
the telephone rings (no answer from the carrier, a worker that died), it is rung again only if the caller still waits
after the time in which somebody would have picked up. The store drops the wish when the caller has left or is answered.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from ivr.domain.handoff import Ring
from ivr.jobs.backoff import pause_s
from ivr.ports import Clock, RingFailed, Telephone

PICK_UP_S = 40.0  # a telephone that rings is picked up by then or not at all; also the lease of a claim
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 10.0
MOST_IN_ONE_PASS = 50

log = logging.getLogger(__name__)


class Rings(Protocol):
    """The outbox of desks to ring. Only callers who still wait are in it."""

    def claim(self, now: datetime, lease_s: float, limit: int = 10) -> Sequence[Ring]: ...

    def placed(self, ring: Ring, placed_sid: str) -> None:
        """The carrier took the order and calls it `placed_sid`."""
        ...

    def postponed(self, ring: Ring, until: datetime, why: str) -> None: ...

    def given_up(self, ring: Ring, why: str) -> None: ...


@dataclass(frozen=True, slots=True)
class DeskBell:
    """Rings desks. `numbers`: desk id -> E.164 of the desks that are rung; the others are reached in another way."""

    rings: Rings
    telephone: Telephone
    clock: Clock
    numbers: Mapping[str, str]
    public_url: str
    longest_wait_s: float
    chance: Callable[[], float] = random.random

    def ring(self) -> int:
        """One pass over what is due: how many telephones were rung. Raises StoreUnavailable."""
        rung = 0
        for _ in range(MOST_IN_ONE_PASS):
            claimed = self.rings.claim(self.clock.now(), PICK_UP_S, limit=1)
            if not claimed:
                break
            rung += self._ring_one(claimed[0])
        return rung

    def _ring_one(self, ring: Ring) -> bool:
        number = self.numbers.get(ring.desk)
        if number is None:
            self.rings.given_up(ring, "this desk is not rung")
            return False
        waited = self.clock.now() - ring.waiting_since
        if waited > timedelta(seconds=self.longest_wait_s):
            # The end of the wait was lost: the caller has gone, or hears something else by now.
            self.rings.given_up(ring, "too late")
            return False
        try:
            placed_sid = self.telephone.ring(
                number,
                f"{self.public_url}/twilio/whisper/{ring.call_sid}/{ring.seq}",
                f"{self.public_url}/twilio/status",
            )
        except RingFailed as failure:
            self._failed(ring, failure)
            return False
        except TimeoutError:
            log.warning("desk %s: not known whether it rings; looked at again in %.0f s", ring.desk, PICK_UP_S)
            self._later(ring, PICK_UP_S, "not known whether it rang")
            return False
        except Exception:  # a fault of the adapter must not keep the next caller's desk from ringing
            log.exception("desk %s: the telephone broke", ring.desk)
            self._later(ring, PICK_UP_S, "the telephone broke")
            return False
        self.rings.placed(ring, placed_sid)
        return True

    def _failed(self, ring: Ring, failure: RingFailed) -> None:
        if failure.permanent:
            log.error("desk %s cannot be rung: its number or the account needs mending", ring.desk)
            self.rings.given_up(ring, str(failure))
            return
        log.warning("desk %s was not rung (try %d)", ring.desk, ring.attempts)
        wait = pause_s(ring.attempts, self.chance(), first_s=FIRST_PAUSE_S, longest_s=LONGEST_PAUSE_S)
        self._later(ring, wait, str(failure))

    def _later(self, ring: Ring, wait_s: float, why: str) -> None:
        self.rings.postponed(ring, self.clock.now() + timedelta(seconds=wait_s), why)
