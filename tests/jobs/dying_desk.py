"""Run as a program: a desk whose process is killed at every call it places, and started again, until all is done.

Arguments: the URL of the store, the carrier's file. Every process dies at the first line it would write, by turns
before and after writing it. Prints how many died. The imports are paid for once: each process is forked from here.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

from ivr.domain.escalation import Policy
from ivr.domain.roster import Crew
from ivr.jobs.durable_ladders import DurableLadders
from ivr.storage.sql import open_store
from tests.jobs.duty import A, B
from tests.jobs.night_line import FileCarrier, RealClock, ladder_on

LEASE_S = 0.3
LONGEST_LIFE_S = 20.0
# An alarm at once: nothing here waits for a telephone to be picked up.
NOBODY_ON_DUTY = Crew("water", everyone=(A, replace(B, sms=False)))
POLICY = Policy(alarm_every_s=3600)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def live(url: str, file: Path, *, dies_after_writing: bool) -> None:
    """One process of the desk: until it dies, or nothing is left to carry out."""
    store, clock = open_store(url), RealClock()
    carrier = FileCarrier(file, after=die) if dies_after_writing else FileCarrier(file, before=die)
    ladder = ladder_on(store, carrier, clock, NOBODY_ON_DUTY, POLICY, LEASE_S)
    ladders = DurableLadders(ladder, store.escalations, clock, url, executor="desk-1")
    ladders.start()
    until = time.monotonic() + LONGEST_LIFE_S
    while time.monotonic() < until:
        standing = store.escalations.standing("N-1")
        if standing and standing.escalation and standing.next_at == standing.escalation.due_at:
            return  # alarmed, and every order carried out
        time.sleep(0.05)
    raise SystemExit("the orders were never all carried out")


def main(url: str, file: str) -> None:
    died = 0
    while True:
        child = os.fork()
        if child == 0:
            try:
                live(url, Path(file), dies_after_writing=died % 2 == 1)
            finally:
                sys.stdout.flush()
                os._exit(0 if sys.exc_info()[0] is None else 1)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            print(died)
            raise SystemExit(os.waitstatus_to_exitcode(status))
        died += 1


if __name__ == "__main__":
    main(*sys.argv[1:])
