"""What people do with tickets, and the ladder told of it at once: it would find out by itself, but later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ivr.domain.escalation import Event
from ivr.domain.roster import Person
from ivr.domain.ticket import Deed
from ivr.ports import Deeds, Done


@dataclass(frozen=True, slots=True)
class WakingDeeds:
    """The port `Deeds` over another. `wake`: (reference) -> its ladder is looked at soon; it must not raise."""

    deeds: Deeds
    wake: Callable[[str], object]

    def do(
        self,
        reference: str,
        deed: Deed,
        *,
        who: str,
        at: datetime,
        note: str | None = None,
        same_as: str | None = None,
    ) -> Done:
        done = self.deeds.do(reference, deed, who=who, at=at, note=note, same_as=same_as)
        if done.done:
            self.wake(reference)
        return done

    def refused(self, reference: str, at: datetime, why: str, *, who: str | None = None) -> None:
        self.deeds.refused(reference, at, why, who=who)

    def happened(self, reference: str, event: Event) -> None:
        self.deeds.happened(reference, event)
        self.wake(reference)

    def rung(self, reference: str, order: int) -> Person | None:
        return self.deeds.rung(reference, order)
