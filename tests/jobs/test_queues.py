"""The carrier's queues are made once, with a size of ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from ivr.jobs.queues import ROOM, QueuePreparation
from ivr.ports import RingFailed


@dataclass
class Carrier:
    """`failures` are raised first, one a request."""

    failures: list[RingFailed] = field(default_factory=list)
    made: list[tuple[str, int]] = field(default_factory=list)

    def ring(
        self,
        number: str,
        answer_url: str,
        status_url: str,
        *,
        tried_at: datetime | None = None,
        others: Callable[[str], bool] = lambda _sid: False,
        answered: bool = False,
    ) -> str:
        raise AssertionError(f"nobody is rung here: {number} {answer_url} {status_url} {tried_at} {answered}")

    def hang_up(self, sid: str) -> None:
        raise AssertionError(f"nobody is rung here: {sid}")

    def prepare_queue(self, name: str, max_size: int) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.made.append((name, max_size))


def test_every_queue_is_made_once() -> None:
    carrier = Carrier()
    preparation = QueuePreparation(carrier, ("main", "repair"))
    assert preparation.prepare() == 2
    assert preparation.prepare() == 0
    assert carrier.made == [("main", ROOM), ("repair", ROOM)]


def test_what_fails_for_a_moment_is_tried_at_the_next_pass() -> None:
    carrier = Carrier([RingFailed("busy", permanent=False)])
    preparation = QueuePreparation(carrier, ("main",))
    assert preparation.prepare() == 0
    assert preparation.prepare() == 1


def test_what_is_refused_is_not_asked_again_and_the_others_are_made() -> None:
    carrier = Carrier([RingFailed("no", permanent=True)])
    preparation = QueuePreparation(carrier, ("main", "repair"))
    assert preparation.prepare() == 1
    assert preparation.prepare() == 0
    assert carrier.made == [("repair", ROOM)]
