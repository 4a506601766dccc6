"""How many live callers a server process bears, and what 100 at once are served by: `python -m tests.bench.streams`.

Callers listen, speak and ring again, on a recogniser that takes 200 ms, so that voice activity, turns, voice and
sockets are measured. More and more of them, until frames are taken 20 ms late (p99), a ping takes as long, or voice
activity is as far behind; beside it a bare uvicorn WebSocket that echoes every frame, in the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from audio.voice_activity import WINDOW_MS
from tests.bench.latency import free_port, quantile, served
from tests.bench.light_callers import Town
from tests.bench.light_line import Sayings, sayings
from tests.bench.media_desk import Plan

STEPS = (10, 30, 45, 60, 80, 100, 130, 160, 200, 300)
MOST_LATE_MS = 20.0
TRIES = 3  # whatever else this machine does may be in the way
SETTLE_S, MEASURE_S = 8.0, 12.0
AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Step:
    """One load. Times in ms, memory in bytes, `cpu`: share of one core that the server's process took."""

    callers: int
    late_p50: float
    late_p99: float
    trip_p99: float
    own_p99: float
    backlog: int
    rss: int
    cpu: float

    @property
    def holds(self) -> bool:
        return max(self.late_p99, self.trip_p99, self.unheard_ms) <= MOST_LATE_MS

    @property
    def unheard_ms(self) -> float:
        """How far voice activity was behind at worst: the windows that waited, by how many come in a millisecond."""
        return self.backlog / (self.callers / WINDOW_MS)


async def step(town: Town, callers: int, file: Path) -> Step:
    await town.grow(callers)
    await asyncio.sleep(SETTLE_S)
    town.fresh()
    begun = time.monotonic()
    await asyncio.sleep(MEASURE_S)
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row["at"] > begun + 1]
    late = [ms for row in rows for ms in row["late_ms"]]
    span = rows[-1]["at"] - rows[0]["at"]
    return Step(
        callers=callers,
        late_p50=quantile(late, 0.5),
        late_p99=quantile(late, 0.99),
        trip_p99=quantile(town.seen.round_trips, 0.99),
        own_p99=quantile(town.seen.own_late, 0.99),
        backlog=max(row["backlog"] for row in rows),
        rss=rows[-1]["rss"],
        cpu=(rows[-1]["cpu_s"] - rows[0]["cpu_s"]) / span,
    )


async def climb(ears: str, said: Sayings, most: int) -> None:
    """Step by step until a step does not hold."""
    with TemporaryDirectory() as folder:
        plan = Plan(ears, folder, free_port(), streams=500, reserved=0)
        with served(plan):
            town = Town(plan.port, said, bare=ears == "bare")
            done: list[Step] = []
            for callers in (count for count in STEPS if count <= most):
                for _ in range(TRIES):
                    done.append(await step(town, callers, Path(folder) / f"{ears}.jsonl"))
                    tell(done[-1])
                    if done[-1].holds:
                        break
                if not done[-1].holds:
                    break
            await town.go_home()
    held = [one for one in done if one.holds]
    if len(held) > 1:
        grown = (held[-1].rss - held[0].rss) / (held[-1].callers - held[0].callers) / 1024
        print(f"  {ears}: {held[-1].callers} streams hold; memory {grown:.0f} KB a stream; {dict(town.seen.count)}")
    else:
        print(f"  {ears}: fewer than {STEPS[1]} streams hold; {dict(town.seen.count)}")


def tell(one: Step) -> None:
    print(
        f"  {one.callers:4} streams: frames taken late p50 {one.late_p50:5.1f} p99 {one.late_p99:6.1f} ms   ping p99 "
        f"{one.trip_p99:6.1f} ms   voice activity behind {one.unheard_ms:5.0f} ms   {one.rss / 1e6:5.0f} MB   "
        f"cpu {one.cpu:4.0%}   (callers late p99 {one.own_p99:.0f} ms, load {os.getloadavg()[0]:.1f})"
        f"{'' if one.holds else '   does not hold'}",
        flush=True,
    )


async def all_at_once(said: Sayings) -> None:
    """100 callers in the same instant on a desk as it is configured: everybody must be answered, on some rung."""
    with TemporaryDirectory() as folder:
        plan = Plan("hints", folder, free_port())
        with served(plan):
            town = Town(plan.port, said)
            calls = [asyncio.create_task(town.call(urgent=index % 3 == 0)) for index in range(AT_ONCE)]
            await asyncio.wait(calls, timeout=120)
            going = sum(not call.done() for call in calls)
            broken = [repr(call.exception()) for call in calls if call.done() and call.exception()]
            await town.go_home()
    seen = town.seen
    unanswered = sum(count for how, count in seen.count.items() if how.startswith("unanswered")) + len(broken)
    print(
        f"{AT_ONCE} callers at once ({plan.streams} places, {plan.reserved} of them for the night line): "
        f"{dict(seen.count)}, still talking {going}"
    )
    print(f"  unanswered: {unanswered} (wanted 0) {broken[:3]}")
    print(f"  first document: median {quantile(seen.answered, 0.5):.0f}, longest {max(seen.answered):.0f} ms")
    if seen.sounded:
        print(f"  first sound live: median {quantile(seen.sounded, 0.5):.0f}, longest {max(seen.sounded):.0f} ms")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--most", type=int, default=STEPS[-1], help="callers at which to stop climbing")
    given = options.parse_args()
    said = sayings()
    print(f"live callers on one server process, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the run")
    print("a bare WebSocket that echoes")
    asyncio.run(climb("bare", said, given.most))
    print("the desk, recognition in 200 ms")
    asyncio.run(climb("hints", said, given.most))
    asyncio.run(all_at_once(said))


if __name__ == "__main__":
    main()
