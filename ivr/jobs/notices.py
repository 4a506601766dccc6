"""Staff are told of tickets: every notice through every way configured, at least once, however long it takes."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from ivr.domain.ticket import Notice
from ivr.jobs.backoff import pause_s
from ivr.ports import Clock, Notices, Notifier, NotifyFailed

LEASE_S = 60.0  # longer than all notifiers together may take over one notice
FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 300.0
QUIET_S = 180.0  # a live call is never silent for so long: longer than any recording and any wait in a queue
MOST_IN_ONE_PASS = 50

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NoticeDelivery:
    """One worker's delivery. `_told` remembers which ways a notice already took while another way still fails.

    That memory ends with the process: after a crash staff may be told twice through one way, never not at all.
    """

    notices: Notices
    notifiers: Sequence[Notifier]
    clock: Clock
    chance: Callable[[], float] = random.random
    _told: dict[int, set[str]] = field(default_factory=dict)

    def deliver(self) -> int:
        """One pass over what is due: how many notices left through every way. Raises StoreUnavailable."""
        left = 0
        for _ in range(MOST_IN_ONE_PASS):
            # One at a time: a slow way must not eat the lease of the notices behind.
            claimed = self.notices.claim(self.clock.now(), LEASE_S, limit=1)
            if not claimed:
                break
            left += self._deliver_one(claimed[0])
        return left

    def sweep(self) -> int:
        """Tell also of tickets whose call went quiet without an end (a crash, a lost hang-up): how many there were."""
        found = self.notices.sweep(self.clock.now() - timedelta(seconds=QUIET_S))
        if found:
            log.warning("%d ticket(s) of calls that went quiet had no notice: told now", found)
        return found

    def _deliver_one(self, notice: Notice) -> bool:
        told = self._told.setdefault(notice.id, set())
        failures = [
            failure
            for notifier in self.notifiers
            if notifier.name not in told and (failure := _tell(notifier, notice, told)) is not None
        ]
        if not failures:
            self.notices.delivered(notice, self.clock.now())
            del self._told[notice.id]
            return True
        # A permanent failure waits for a person to mend a setting: looked at again at the slowest pace, never dropped.
        only_permanent = all(failure.permanent for failure in failures)
        wait = LONGEST_PAUSE_S if only_permanent else self._pause_s(notice.attempts)
        why = "; ".join(str(failure) for failure in failures)
        self.notices.postponed(notice, self.clock.now() + timedelta(seconds=wait), why)
        return False

    def _pause_s(self, attempt: int) -> float:
        return pause_s(attempt, self.chance(), first_s=FIRST_PAUSE_S, longest_s=LONGEST_PAUSE_S)


def _tell(notifier: Notifier, notice: Notice, told: set[str]) -> NotifyFailed | None:
    try:
        notifier.tell(notice)
    except NotifyFailed as failure:
        level = logging.ERROR if failure.permanent else logging.WARNING
        log.log(level, "ticket %s: not told by %s (try %d)", notice.reference, notifier.name, notice.attempts)
        return NotifyFailed(f"{notifier.name}: {failure}", permanent=failure.permanent)
    except Exception as bug:  # a fault of one way must keep neither the other ways nor the other tickets from staff
        log.exception("ticket %s: %s broke (try %d)", notice.reference, notifier.name, notice.attempts)
        return NotifyFailed(f"{notifier.name}: {type(bug).__name__}", permanent=True)
    told.add(notifier.name)
    return None
