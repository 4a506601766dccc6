"""A bad carrier's REST API on loopback: calls, texts and queues as twilio-python reads them, with faults by a seed."""

from __future__ import annotations

import base64
import json
import random
import re
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from tests.chaos.books import Books, NightClock, Placed, Text
from tests.chaos.line import ACCOUNT, TOKEN

NEVER_S = 4.0  # longer than the desk's client waits in this run
FINE = "fine"
FAULTS: Sequence[tuple[str, int]] = (
    (FINE, 78),
    ("429", 5),
    ("500", 4),
    ("never", 2),
    ("500 after it was done", 4),
    ("never after it was done", 3),
    ("twice", 4),
)
_RESOURCE = re.compile(rf"/2010-04-01/Accounts/{ACCOUNT}/(?P<name>Calls|Messages|Queues)(/(?P<sid>\w+))?\.json")
_PATIENCE_S = 0.08  # an answer takes up to so long: a process may die over the wait
Answer = tuple[int, dict[str, Any]]


class Carrier:
    """Run it as a context manager. `ring`: told of each call placed; `moment`: of requests as they come and go."""

    def __init__(self, books: Books, clock: NightClock, seed: int, *, calm: bool = False) -> None:
        self._books, self._clock, self._calm = books, clock, calm
        self._random = random.Random(seed)
        self._queues: dict[str, dict[str, Any]] = {}
        self.ring: Callable[[Placed], None] = lambda _placed: None
        self.moment: Callable[[str], None] = lambda _kind: None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def request(self, method: str, path: str, fields: Mapping[str, str]) -> Answer | None:
        """A REST request -> (status, JSON); None: it is never answered."""
        found = _RESOURCE.fullmatch(path)
        if found is None:
            return 404, _problem(20404, 404)
        fault = self._fault(method)
        creates = method == "POST" and found["sid"] is None and found["name"] == "Calls"
        if creates:
            self.moment("create arrives")
        begun = time.monotonic()
        answer = self._faulty(fault, lambda: self._done(method, found["name"], found["sid"], fields, fault))
        if fault != FINE:
            self._books.counted(f"REST {fault}")
            self._books.fault(begun, time.monotonic())
        if creates:
            self.moment("create answered")
            time.sleep(0.0 if self._calm else self._chance() * _PATIENCE_S)
        return answer

    def _faulty(self, fault: str, do: Callable[[], Answer]) -> Answer | None:
        match fault:
            case "429":
                return 429, _problem(20429, 429)
            case "500":
                return 500, _problem(20500, 500)
            case "never":
                time.sleep(NEVER_S)
                return None
            case "500 after it was done":
                do()
                return 500, _problem(20500, 500)
            case "never after it was done":
                do()
                time.sleep(NEVER_S)
                return None
        return do()

    def _done(self, method: str, name: str, sid: str | None, fields: Mapping[str, str], fault: str) -> Answer:
        if name == "Queues":
            return self._queue(method, sid, fields)
        if method == "POST" and name != "Queues" and sid is None and "To" not in fields:
            return 400, _problem(21604, 400)  # the body broke off: whoever sent it was killed
        if name == "Messages":
            return self._text(fields) if method == "POST" else self._listed("messages", self._texts(fields))
        if method == "GET":
            return self._listed("calls", self._calls(fields))
        return self._hang_up(sid) if sid is not None else self._place(fields, twice=fault == "twice")

    def _place(self, fields: Mapping[str, str], *, twice: bool) -> Answer:
        made = [self._placed(fields, twin=twin) for twin in ((False, True) if twice else (False,))]
        with self._books.lock:
            self._books.placed |= {placed.sid: placed for placed in made}
        for placed in made:
            self.ring(placed)
        return 201, self._call(made[0])

    def _placed(self, fields: Mapping[str, str], *, twin: bool) -> Placed:
        sid, now = f"CA{uuid.uuid4().hex}", self._clock.now()
        return Placed(sid, fields["To"], fields["Url"], fields["StatusCallback"], now, time.monotonic(), twin)

    def _hang_up(self, sid: str) -> Answer:
        placed = self._books.placed.get(sid)
        if placed is None:
            return 404, _problem(20404, 404)
        placed.hung_up.set()
        return 200, self._call(placed)

    def _calls(self, fields: Mapping[str, str]) -> list[dict[str, Any]]:
        with self._books.lock:
            found = [placed for placed in self._books.placed.values() if placed.to == fields.get("To", placed.to)]
        return [self._call(placed) for placed in sorted(found, key=lambda placed: placed.at, reverse=True)]

    def _call(self, placed: Placed) -> dict[str, Any]:
        when = _rfc(placed.created)
        return {"sid": placed.sid, "to": placed.to, "status": placed.status, "date_created": when, "date_updated": when}

    def _text(self, fields: Mapping[str, str]) -> Answer:
        text = Text(f"SM{uuid.uuid4().hex}", fields["To"], fields["Body"], self._clock.now())
        with self._books.lock:
            self._books.texts.append(text)
        return 201, {"sid": text.sid, "to": text.to, "body": text.body, "status": "queued"}

    def _texts(self, fields: Mapping[str, str]) -> list[dict[str, Any]]:
        since = datetime.fromisoformat(fields["DateSent>"]) if "DateSent>" in fields else None
        with self._books.lock:
            found = [text for text in reversed(self._books.texts) if text.to == fields.get("To", text.to)]
        return [
            {"sid": text.sid, "to": text.to, "body": text.body, "status": "sent", "date_sent": _rfc(text.created)}
            for text in found
            if since is None or text.created >= since
        ]

    def _queue(self, method: str, sid: str | None, fields: Mapping[str, str]) -> Answer:
        with self._books.lock:
            if method == "GET":
                return self._listed("queues", list(self._queues.values()))
            key = sid or f"QU{uuid.uuid4().hex}"
            queue = self._queues.setdefault(key, {"sid": key, "friendly_name": "", "max_size": 100})
            queue["friendly_name"] = fields.get("FriendlyName", queue["friendly_name"])
            queue["max_size"] = int(fields.get("MaxSize", queue["max_size"]))
            return (201 if sid is None else 200), queue

    def _listed(self, name: str, rows: list[dict[str, Any]]) -> Answer:
        return 200, {name: rows[:50], "page": 0, "page_size": 50, "next_page_uri": None, "uri": ""}

    def _fault(self, method: str) -> str:
        if self._calm:
            return FINE
        names, weights = zip(*FAULTS, strict=True)
        with self._books.lock:
            fault = str(self._random.choices(names, weights)[0])
        return FINE if method == "GET" and fault not in ("429", "500", "never") else fault

    def _chance(self) -> float:
        with self._books.lock:
            return self._random.random()


def _rfc(moment: datetime) -> str:
    return format_datetime(moment)


def _problem(code: int, status: int) -> dict[str, Any]:
    return {"code": code, "message": "a fault of this run", "more_info": "", "status": status}


def _handler(carrier: Carrier) -> type[BaseHTTPRequestHandler]:
    expected = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 20

        def do_GET(self) -> None:
            self._serve("GET", dict(parse_qsl(urlsplit(self.path).query)))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self._serve("POST", dict(parse_qsl(body.decode(), keep_blank_values=True)))

        def _serve(self, method: str, fields: dict[str, str]) -> None:
            allowed = self.headers.get("Authorization") == expected
            path = urlsplit(self.path).path
            answer = carrier.request(method, path, fields) if allowed else (401, _problem(20003, 401))
            if answer is None:
                self.close_connection = True
                return
            text = json.dumps(answer[1]).encode()
            try:
                self.send_response(answer[0])
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)
            except OSError:  # whoever asked is dead by now
                self.close_connection = True

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Silent."""

    return Handler
