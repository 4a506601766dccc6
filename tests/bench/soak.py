"""Live callers for a long time: whether memory grows and whether calls are lost: `python -m tests.bench.soak`.

`--calls` callers at a time ring, talk, hang up and ring again on one desk for `--minutes`.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from tests.bench.latency import free_port, quantile, served
from tests.bench.light_callers import Town
from tests.bench.light_line import sayings
from tests.bench.media_desk import Plan, resident

LOOK_EVERY_S = 10.0
WARM = 0.25  # of the time is left out: caches fill


def children(pid: int) -> list[int]:
    """The processes that `pid` started (recognisers)."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [int(child) for child in listed]


async def soak(minutes: float, calls: int, ears: str) -> None:
    with TemporaryDirectory() as folder:
        plan = Plan(ears, folder, free_port(), streams=max(45, calls + 5))
        with served(plan) as pid:
            town = Town(plan.port, sayings())
            begun = time.monotonic()
            await town.grow(calls)
            looks: list[tuple[float, int, int]] = []
            trips: list[float] = []
            while time.monotonic() - begun < minutes * 60:
                await asyncio.sleep(LOOK_EVERY_S)
                trips.append(quantile(town.seen.round_trips, 0.99))
                town.fresh()
                ears_rss = sum(resident(child) for child in children(pid))
                looks.append((time.monotonic() - begun, resident(pid), ears_rss))
                if len(looks) % 6 == 0:
                    print(
                        f"  {looks[-1][0] / 60:5.1f} min {looks[-1][1] / 1e6:6.0f} MB {dict(town.seen.count)}",
                        flush=True,
                    )
            await town.go_home()
    tell(looks, trips, town)


def tell(looks: list[tuple[float, int, int]], trips: list[float], town: Town) -> None:
    warm = looks[int(len(looks) * WARM) :]
    minutes = np.array([at for at, _, _ in warm]) / 60
    for name, sizes in (("the desk", [rss for _, rss, _ in warm]), ("its recognisers", [rss for _, _, rss in warm])):
        slope = np.polyfit(minutes, np.array(sizes) / 1e6, 1)[0] if len(warm) > 1 else float("nan")
        print(f"  {name}: {sizes[0] / 1e6:.0f} MB to {sizes[-1] / 1e6:.0f} MB, {slope * 60:+.1f} MB an hour")
    bad = {how: count for how, count in town.seen.count.items() if how.startswith(("lost", "unanswered"))}
    print(f"  calls: {dict(town.seen.count)}; lost or unanswered: {bad or 'none'}")
    print(f"  ping p99: median {quantile(trips, 0.5):.1f} ms, worst {max(trips):.1f} ms")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=30)
    options.add_argument("--calls", type=int, default=20)
    options.add_argument("--ears", choices=["hints", "own"], default="hints")
    given = options.parse_args()
    print(f"{given.calls} callers for {given.minutes:g} minutes, ears: {given.ears}")
    asyncio.run(soak(given.minutes, given.calls, given.ears))


if __name__ == "__main__":
    main()
