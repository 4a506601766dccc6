"""`make bench`: webhooks of whole calls, beside a bare signed Flask route writing one row, in one run."""

from __future__ import annotations

import http.client
import platform
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from tests.bench.servers import ACCOUNT, TOKEN

ROUNDS, CALLS_A_ROUND = 6, 60
CALLERS = (1, 4)
SAYINGS = (
    ("道路のアスファルトから水が湧いています", "泉野出町四丁目12の3です", "はい"),
    ("引っ越すので水道を使い始めたいのですが", "はい", "はい"),
    ("検針は何か月ごとですか", "はい", "はい"),
    ("近所一帯で急に水が出なくなったんやけど", "三馬の交差点の近くです", "はい"),
    ("オペレーターをお願いします", "はい", "はい"),
)
VALIDATOR = RequestValidator(TOKEN)
ACTION = re.compile(r'action="http://[^/]+(/twilio/turn/[^"]+)"')


@dataclass(frozen=True, slots=True)
class Measured:
    """Latencies in ms of one server at one number of callers at a time, and webhooks per second."""

    times_ms: list[float]
    per_second: float

    def quantile(self, share: float) -> float:
        ordered = sorted(self.times_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@contextmanager
def server(kind: str, folder: Path) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.servers", kind, str(folder), str(port)])
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None:
                raise SystemExit(f"the {kind} server ended with {process.returncode}")
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def one_call(port: int, sayings: tuple[str, ...], times_ms: list[float]) -> None:
    """Ring, say each sentence to whatever is asked, hang up. Every webhook is timed from first byte to last."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    sid = f"CA{uuid.uuid4().hex}"
    path: str | None = "/twilio/voice"
    for said in (None, *sayings):
        if path is None:
            break
        answer = post(connection, port, path, sid, {} if said is None else {"SpeechResult": said}, times_ms)
        found = ACTION.search(answer)
        path = found[1] if found else (path if "<Hangup/></Response>" in answer and len(answer) < 60 else None)
    post(connection, port, "/twilio/status", sid, {"CallStatus": "completed"}, times_ms)
    connection.close()


def post(
    connection: http.client.HTTPConnection,
    port: int,
    path: str,
    sid: str,
    more: dict[str, str],
    times_ms: list[float],
) -> str:
    fields = {
        "CallSid": sid,
        "AccountSid": ACCOUNT,
        "From": "+81760000001",
        "To": "+815000000001",
        "CallStatus": "in-progress",
        "ApiVersion": "2010-04-01",
        "Direction": "inbound",
        "FromCity": "",
        **more,
    }
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": VALIDATOR.compute_signature(f"http://127.0.0.1:{port}{path}", fields),
    }
    body = urlencode(fields)
    begun = time.perf_counter()
    connection.request("POST", path, body, headers)
    response = connection.getresponse()
    text = response.read().decode()
    times_ms.append((time.perf_counter() - begun) * 1000)
    if response.status >= 300:
        raise SystemExit(f"{path}: {response.status}")
    return text


def measure(port: int, callers: int, calls: int) -> Measured:
    """`calls` calls by `callers` callers at a time."""
    times_ms: list[float] = []
    todo = iter([sayings for sayings, _ in zip(cycle(SAYINGS), range(calls), strict=False)])
    lock = threading.Lock()

    def caller() -> None:
        mine: list[float] = []
        while True:
            with lock:
                sayings = next(todo, None)
            if sayings is None:
                break
            one_call(port, sayings, mine)
        with lock:
            times_ms.extend(mine)

    threads = [threading.Thread(target=caller) for _ in range(callers)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Measured(times_ms, len(times_ms) / (time.perf_counter() - begun))


def main() -> None:
    print(f"webhooks of whole calls (ring, 3 sentences, hang up) on {platform.machine()}, {platform.python_version()}")
    with TemporaryDirectory() as folder, server("bare", Path(folder)) as floor, server("desk", Path(folder)) as desk:
        for port in (floor, desk):
            measure(port, 1, 40)  # warm up
        for callers in CALLERS:
            bare_runs, desk_runs = [], []
            for done in range(ROUNDS):  # in turn, so that a drifting machine hurts both alike
                bare_runs.append(measure(floor, callers, CALLS_A_ROUND))
                desk_runs.append(measure(desk, callers, CALLS_A_ROUND))
                print(f"  {callers} at a time: round {done + 1} of {ROUNDS}", file=sys.stderr)
            report(callers, bare_runs, desk_runs)


def report(callers: int, bare_runs: list[Measured], desk_runs: list[Measured]) -> None:
    def row(name: str, runs: list[Measured]) -> Measured:
        whole = Measured([ms for run in runs for ms in run.times_ms], statistics.median(run.per_second for run in runs))
        print(
            f"  {name:22} p50 {whole.quantile(0.5):7.2f} ms   p99 {whole.quantile(0.99):7.2f} ms   "
            f"{whole.per_second:7.0f} webhooks/s   n={len(whole.times_ms)}"
        )
        return whole

    print(f"{callers} caller(s) at a time")
    floor, desk = row("bare signed Flask", bare_runs), row("the desk", desk_runs)
    pairs = [each.quantile(0.99) / base.quantile(0.99) for each, base in zip(desk_runs, bare_runs, strict=True)]
    print(
        f"  desk / bare: p50 {desk.quantile(0.5) / floor.quantile(0.5):.2f}x, p99 "
        f"{desk.quantile(0.99) / floor.quantile(0.99):.2f}x (round by round {min(pairs):.2f} to {max(pairs):.2f}, "
        f"median {statistics.median(pairs):.2f})"
    )


if __name__ == "__main__":
    main()
