"""`make chaos`: 50 night calls and their escalations while the desk is killed 200 times; `--calm`: without."""

from __future__ import annotations

import argparse
import sqlite3
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.chaos import callers, faults, line, night, verdict
from tests.chaos.books import Books
from tests.chaos.carrier import Carrier
from tests.chaos.lives import Desk, desk, free_port
from tests.chaos.staff import Staff
from tests.chaos.zygote import Lives

SECONDS_A_KILL = 2.4  # the calls are spread over the time that the kills take
CALM_SPREAD_S = 300.0
SETTLES_S = 300.0  # a call whose end was never reported is found quiet after three minutes
QUIET_AFTER_S = 4.0  # callbacks may still be on their way


@dataclass(frozen=True, slots=True)
class Run:
    """What was asked for. `kills` 0: a calm night."""

    calls: int
    kills: int
    seed: int
    quiet: bool
    keep: Path | None
    spread_s: float

    @property
    def calm(self) -> bool:
        return self.kills == 0


def night_of(run: Run, folder: Path) -> verdict.Verdict:
    """The whole run in `folder`; prints its table."""
    books, clock, port = Books(), night.night_clock(), free_port()
    duty = night.write_duty(folder, night.CALM_LADDER if run.calm else night.LADDER)
    with Carrier(books, clock, run.seed, calm=run.calm) as carrier:
        lives = Lives(str(folder), port, carrier.url, clock.offset_s, line.ACCOUNT, line.TOKEN, line.NIGHT_LINE)
        with desk(lives, books) as victim:
            wrongs = faults.Faults(faults.planned(run.kills, run.seed), victim, folder, books)
            manners = line.CALM if run.calm else line.Manners()
            webhooks = line.Webhooks(port, books, manners, wrongs.moment, run.seed)
            carrier.ring, carrier.moment = Staff(webhooks, books, run.seed).ring, wrongs.moment
            _played(run, lives.database, victim, wrongs, webhooks, books)
            found = verdict.judged(verdict.stored(lives.database), books, night.telephones(duty))
            print(verdict.table(found, {**books.count, "lives of the desk": victim.lives}))
            return found


def _played(
    run: Run, database: Path, victim: Desk, wrongs: faults.Faults, webhooks: line.Webhooks, books: Books
) -> None:
    begun = time.monotonic() + victim.begin()
    known = callers.marks()
    threads = [
        threading.Thread(target=callers.Ringing(caller, webhooks, books, known).run, args=(begun,), daemon=True)
        for caller in callers.planned(run.calls, run.spread_s, run.seed)
    ]
    for thread in (wrongs.thread, *threads):
        thread.start()
    until = None
    while until is None or time.monotonic() < until:
        if wrongs.broke is not None:
            raise wrongs.broke
        busy = [thread for thread in (wrongs.thread, *threads) if thread.is_alive()]
        if not busy and until is None:
            until = time.monotonic() + SETTLES_S
        if _progress(run, database, wrongs, books, len(threads), busy) and until is not None:
            time.sleep(QUIET_AFTER_S)
            if _progress(run, database, wrongs, books, len(threads), busy):
                break
        time.sleep(1.0)
    if not run.quiet:
        print(file=sys.stderr)


def _progress(
    run: Run, database: Path, wrongs: faults.Faults, books: Books, callers_: int, busy: Sequence[object]
) -> bool:
    """One line; whether all is settled."""
    try:
        store = verdict.stored(database)
    except sqlite3.OperationalError:
        return False
    if not run.quiet:
        print(
            f"\r{len(books.calls)} calls of {callers_} callers, {wrongs.killed}/{run.kills} kills, "
            f"{len(store.tickets)} tickets, {len(books.placed)} calls to staff, {len(books.told)} taken, "
            f"{len(busy)} busy   ",
            end="",
            file=sys.stderr,
        )
    return verdict.settled(store, books)


def asked(arguments: Sequence[str]) -> Run:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--calls", type=int, default=50)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--calm", action="store_true", help="no faults: how soon the first telephone rings")
    parser.add_argument("--spread", type=float, help="seconds over which the calls come in")
    parser.add_argument("--quiet", action="store_true", help="no counter")
    parser.add_argument("--keep", type=Path, help="an empty folder that keeps the store and the desk's log")
    given = parser.parse_args(arguments)
    kills = 0 if given.calm else given.kills
    spread = given.spread or (CALM_SPREAD_S if given.calm else SECONDS_A_KILL * kills)
    return Run(given.calls, kills, given.seed, given.quiet, given.keep, spread)


def main() -> None:
    run, begun = asked(sys.argv[1:]), time.monotonic()
    print(f"chaos: {run.calls} callers, {run.kills} kills, seed {run.seed}", flush=True)
    with TemporaryDirectory() as temporary:
        folder = run.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        found = night_of(run, folder)
    print(f"{'nothing was lost' if found.lost_nothing else 'SOMETHING WAS LOST'} ({time.monotonic() - begun:.0f} s)")
    raise SystemExit(0 if found.lost_nothing else 1)


if __name__ == "__main__":
    main()
