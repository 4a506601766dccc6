"""The carrier's queues, made once with a size we chose: its documents disagree about the size it would choose."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from ivr.ports import RingFailed, Telephone

ROOM = 500  # callers; far above what a desk can serve, far below the carrier's limit of 5,000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class QueuePreparation:
    """Prepares `names` one by one. What fails for a moment is tried at the next pass, what is refused is told once."""

    telephone: Telephone
    names: Sequence[str]
    _done: set[str] = field(default_factory=set)

    def prepare(self) -> int:
        """One pass: how many queues were prepared by it."""
        prepared = 0
        for name in self.names:
            if name in self._done:
                continue
            try:
                self.telephone.prepare_queue(name, ROOM)
            except RingFailed as failure:
                if not failure.permanent:
                    log.warning("queue %s is not prepared yet: %s", name, failure)
                    break
                log.error("queue %s cannot be prepared, the carrier's own size holds: %s", name, failure)
            else:
                prepared += 1
            self._done.add(name)
        return prepared
