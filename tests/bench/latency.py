"""From the end of a caller's words to the first sound back, over the real served desk: `python -m tests.bench.latency`.

Callers on media sockets in real time; a share of their sentences has pauses of 0.4 to 1.2 s where people make them.
First with a recogniser that takes 200 ms and knows every word, so that the desk is measured; then with its own model.
"""

from __future__ import annotations

import argparse
import json
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from ivr.channels.simulator.call_file import CallFile
from ivr.channels.simulator.caller import foreseeable
from ivr.channels.simulator.clock import SimulatedClock
from ivr.channels.simulator.desk_ports import Books, RunningDesk
from ivr.channels.simulator.exchange import Exchange
from ivr.channels.simulator.media_faults import LineQuality
from ivr.channels.simulator.media_measures import ReplyMeasured
from ivr.channels.simulator.media_sound import RememberingVoice
from ivr.channels.simulator.twilio_mode import Carrier, Played
from ivr.storage.sql import open_store
from tests.bench.callers import NIGHT, PausingVoice, night_calls
from tests.bench.known_words import keep
from tests.bench.media_desk import NUMBERS, Plan
from tests.bench.servers import ACCOUNT, TOKEN

MEDIAN_MS, P95_MS, CUTS = 600, 800, 0.01
OWN_MEDIAN_MS = 900
UP_WITHIN_S = 120


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def served(plan: Plan) -> Iterator[int]:
    """The desk of `plan` in a process of its own; gives its process id."""
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.media_desk", json.dumps(asdict(plan))])
    try:
        until = time.monotonic() + UP_WITHIN_S
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", plan.port)) == 0:
                    break
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"the desk did not start ({process.returncode})")
            time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


def played(
    plan: Plan, exchange: Exchange, voice: RememberingVoice, calls: list[CallFile], callers: int
) -> list[tuple[CallFile, Played]]:
    """All calls, `callers` at a time, each with a line and a clock of its own."""
    store = open_store(plan.settings.database)
    books = Books(store.turns, store.tickets, lambda line, _language: line.key)
    desk = RunningDesk(plan.origin, ACCOUNT, TOKEN, books, NUMBERS, set_ears=None, designate=None)
    done: list[tuple[CallFile, Played]] = []
    todo, lock = list(enumerate(calls)), threading.Lock()

    def caller() -> None:
        while True:
            with lock:
                if not todo:
                    return
                index, call = todo.pop(0)
            carrier = Carrier(desk, exchange, voice, SimulatedClock(NIGHT), quality=LineQuality(seed=index))
            came = carrier.play(call)
            with lock:
                done.append((call, came))
                print(f"  call {len(done)} of {len(calls)} {' '.join(came.faults)}", file=sys.stderr)

    threads = [threading.Thread(target=caller) for _ in range(callers)]
    for thread in threads:
        thread.start()
        time.sleep(1.3)  # people do not ring in step
    for thread in threads:
        thread.join()
    store.close()
    return done


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def report(title: str, calls: list[tuple[CallFile, Played]], median_ms: float, p95_ms: float | None) -> None:
    told = [(call, reply) for call, came in calls if came.media is not None for reply in came.media.replies]
    replies = [reply for _, reply in told]
    print(f"{title}: {len(replies)} utterances in {len(calls)} calls")
    for kind in sorted({reply.to for reply in replies}):
        row(kind, [reply for reply in replies if reply.to == kind])
    times = row("all", replies)
    cuts = [(call, reply) for call, reply in told if reply.cut_off]
    share = len(cuts) / max(1, len(replies))
    print(f"  cut off in mid-utterance: {len(cuts)} of {len(replies)} = {share:.1%} (wanted <= {CUTS:.0%})")
    for call, reply in cuts:
        words = call.caller[0].say if reply.to == "open" else getattr(call.answers, reply.to, call.answers.confirm)
        print(f"    {call.id} at {reply.to}: {words}")
    late = max((came.media.late_ms for _, came in calls if came.media is not None), default=0.0)
    print(f"  this bench's own sending was at most {late:.0f} ms behind")
    if times:
        wanted = f"median <= {median_ms:.0f}" + (f", p95 <= {p95_ms:.0f}" if p95_ms else "")
        good = statistics.median(times) <= median_ms and (p95_ms is None or quantile(times, 0.95) <= p95_ms)
        print(f"  {'reached' if good else 'NOT reached'}: {wanted} ms to the first sound received, or the hand-over")


def row(kind: str, replies: list[ReplyMeasured]) -> list[float]:
    """Print one kind; gives the times to the first sound received (or the hand-over), ms."""
    received = [reply.received_ms for reply in replies if reply.received_ms is not None]
    closed = [reply.closed_ms for reply in replies if reply.closed_ms is not None]
    heard = [reply.heard_ms for reply in replies if reply.heard_ms is not None]
    times = received + closed
    if times:
        print(
            f"  {kind:10} sound received: {spread(times)}  max {max(times):5.0f} ms"
            f" (n={len(received)} + {len(closed)} handed over)" + (f"   heard: {spread(heard)}" if heard else "")
        )
    return times


def spread(times: list[float]) -> str:
    return f"median {statistics.median(times):5.0f}  p95 {quantile(times, 0.95):5.0f}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--calls", type=int, default=14)
    options.add_argument("--callers", type=int, default=3, help="at a time")
    options.add_argument("--pauses", type=float, default=0.5, help="share of the sentences that are said with pauses")
    options.add_argument("--ears", choices=["known", "own", "both"], default="both")
    given = options.parse_args()
    from audio.pyopenjtalk_synthesiser import CALLER, PyOpenJTalkSynthesiser
    from nlu.gazetteer import town_readings

    calls = night_calls(given.calls)
    pausing = PausingVoice(PyOpenJTalkSynthesiser(manner=CALLER, readings=town_readings()), share=given.pauses)
    voice = RememberingVoice(pausing)
    for call in calls:
        voice.learn(foreseeable(call))
    print(
        f"{len(pausing.sentences)} sentences, {pausing.paused} of them with pauses; {given.callers} callers at a time"
    )
    for ears, median_ms, p95_ms in (("known", MEDIAN_MS, P95_MS), ("own", OWN_MEDIAN_MS, None)):
        if given.ears not in (ears, "both"):
            continue
        with TemporaryDirectory() as folder, Exchange() as exchange:
            exchange.admit(ACCOUNT, TOKEN)
            keep(Path(folder), pausing.sentences)
            plan = Plan(ears, folder, free_port(), exchange.url)
            with served(plan):
                done = played(plan, exchange, voice, calls, given.callers)
        report({"known": "recognition in 200 ms", "own": "the desk's own model"}[ears], done, median_ms, p95_ms)


if __name__ == "__main__":
    main()
