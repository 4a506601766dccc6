"""The carrier's own server on loopback: keeps recordings, takes the REST requests that ring a desk's telephone."""

from __future__ import annotations

import base64
import hmac
import json
import re
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ivr.channels.simulator.caller_voice import Clip

_API = "/2010-04-01/Accounts/"
_RECORDING = re.compile(_API + r"AC[0-9a-f]{32}/Recordings/(?P<sid>RE[0-9a-f]{32})(\.wav|\.json)?")
_RESOURCE = re.compile(_API + r"AC[0-9a-f]{32}/(?P<name>Calls|Messages|Queues)(/(?P<sid>[A-Z]{2}[0-9a-f]{32}))?\.json")
_MOST_BODY = 64 * 1024


@dataclass(frozen=True, slots=True)
class Rung:
    """A telephone the desk had rung by REST, not yet answered."""

    sid: str
    fields: Mapping[str, str]


class Exchange:
    """Run it as a context manager. Credentials are those of the account the desk believes in."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._recordings: dict[str, Clip] = {}
        self._late: set[str] = set()
        self._rung: list[Rung] = []
        self._queues: dict[str, dict[str, Any]] = {}
        self._placed: set[str] = set()
        self._hung_up: set[str] = set()
        self._texts: list[dict[str, Any]] = []
        self._takes_call: Callable[[Rung], bool] = lambda _rung: False
        self._takes_text: Callable[[Mapping[str, str]], object] = lambda _fields: None
        self._credentials: tuple[str, str] | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Exchange:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """The base URL in place of https://api.twilio.com."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def admit(self, account_sid: str, auth_token: str) -> None:
        """From now on serve this account only."""
        self._credentials = (account_sid, auth_token)

    def keep(self, account_sid: str, clip: Clip, *, late: bool = False) -> tuple[str, str]:
        """Store a recording; gives (RecordingSid, RecordingUrl). `late`: it is not there yet when first asked for."""
        sid = f"RE{uuid.uuid4().hex}"
        with self._lock:
            self._recordings[sid] = clip
            if late:
                self._late.add(sid)
        return sid, f"{self.url}{_API}{account_sid}/Recordings/{sid}"

    def rung_for(self, call_sid: str, within_s: float = 0.0) -> Rung | None:
        """A telephone that was rung for the caller of `call_sid`, taken off the list; waits up to `within_s` for it."""
        with self._lock:
            self._lock.wait_for(lambda: any(call_sid in rung.fields.get("Url", "") for rung in self._rung), within_s)
            found = next((rung for rung in self._rung if call_sid in rung.fields.get("Url", "")), None)
            if found is not None:
                self._rung.remove(found)
            return found

    def attend(self, call: Callable[[Rung], bool], text: Callable[[Mapping[str, str]], object]) -> None:
        """From now on `call` is told of every telephone that is rung: True = it is seen to, nobody else is to answer.

        `text` is told the fields of every text. Both are called in a thread of the server and must not wait.
        """
        self._takes_call, self._takes_text = call, text

    def hung_up(self, call_sid: str) -> bool:
        """Whether the desk has ended this call by REST."""
        with self._lock:
            return call_sid in self._hung_up

    @property
    def texts(self) -> tuple[Mapping[str, Any], ...]:
        """Every text that was sent, as the REST API shows it: `to`, `body`."""
        with self._lock:
            return tuple(self._texts)

    @property
    def opened(self) -> bool:
        """Whether an account was admitted: before that a real carrier would be unavailable too."""
        return self._credentials is not None

    def allows(self, header: str | None) -> bool:
        """HTTP basic authentication with the account's id and token."""
        if self._credentials is None:
            return False
        expected = "Basic " + base64.b64encode(":".join(self._credentials).encode()).decode()
        return hmac.compare_digest(expected.encode(), (header or "").encode())

    def recording(self, path: str) -> bytes | None:
        found = _RECORDING.fullmatch(path)
        with self._lock:
            if found and found["sid"] in self._late:
                self._late.remove(found["sid"])
                return None
            clip = self._recordings.get(found["sid"]) if found else None
        return clip.wav if clip else None

    def forget(self, path: str) -> bool:
        """Delete a recording; whether there was one."""
        found = _RECORDING.fullmatch(path)
        with self._lock:
            return bool(found) and self._recordings.pop(found["sid"] if found else "", None) is not None

    def request(self, method: str, path: str, fields: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """A REST request on Calls, Messages or Queues -> (status, JSON). `fields`: of the form, or of the query."""
        found = _RESOURCE.fullmatch(path)
        if found is None:
            return 404, _problem(20404, "The requested resource was not found", 404)
        if found["name"] == "Calls":
            return self._end(found["sid"]) if method == "POST" and found["sid"] else self._ring(method, fields)
        if found["name"] == "Messages":
            return self._text(method, fields)
        return self._queue(method, found["sid"], fields)

    def _ring(self, method: str, fields: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        if method != "POST":
            return 200, {"calls": []}
        for name, code in (("To", 21201), ("From", 21213), ("Url", 21205)):
            if not fields.get(name):
                return 400, _problem(code, f"No {name} given", 400)
        rung = Rung(f"CA{uuid.uuid4().hex}", dict(fields))
        with self._lock:
            self._placed.add(rung.sid)
        if not self._takes_call(rung):
            with self._lock:
                self._rung.append(rung)
                self._lock.notify_all()
        return 201, {"sid": rung.sid, "status": "queued", "to": fields["To"], "from": fields["From"]}

    def _end(self, sid: str) -> tuple[int, dict[str, Any]]:
        """A call is ended: the only change that this desk makes to one."""
        with self._lock:
            if sid not in self._placed:
                return 404, _problem(20404, "The requested resource was not found", 404)
            self._hung_up.add(sid)
        return 200, {"sid": sid, "status": "completed"}

    def _text(self, method: str, fields: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        if method != "POST":
            with self._lock:
                found = [text for text in self._texts if text["to"] == fields.get("To", text["to"])]
            return 200, {"messages": found, "page": 0, "page_size": 50, "next_page_uri": None}
        for name, code in (("To", 21604), ("From", 21603), ("Body", 21602)):
            if not fields.get(name):
                return 400, _problem(code, f"No {name} given", 400)
        ends = {"to": fields["To"], "from": fields["From"]}
        text = {"sid": f"SM{uuid.uuid4().hex}", "status": "queued", **ends, "body": fields["Body"]}
        with self._lock:
            self._texts.append(text)
        self._takes_text(fields)
        return 201, text

    def _queue(self, method: str, sid: str | None, fields: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        with self._lock:
            if method == "GET":
                return 200, {"queues": list(self._queues.values()), "page": 0, "page_size": 50, "next_page_uri": None}
            if sid is None and any(
                queue["friendly_name"] == fields.get("FriendlyName") for queue in self._queues.values()
            ):
                return 400, _problem(22003, "A queue of that name exists", 400)
            key = sid or f"QU{uuid.uuid4().hex}"
            known = self._queues.setdefault(key, {"sid": key, "friendly_name": "", "max_size": 100, "current_size": 0})
            known["friendly_name"] = fields.get("FriendlyName", known["friendly_name"])
            known["max_size"] = int(fields.get("MaxSize", known["max_size"]))
            return (201 if sid is None else 200), known


def _fields(form: str) -> dict[str, str]:
    """A form as fields; one that is there several times (StatusCallbackEvent) has its values with spaces between."""
    fields: dict[str, str] = {}
    for name, value in parse_qsl(form, keep_blank_values=True):
        fields[name] = f"{fields[name]} {value}" if name in fields else value
    return fields


def _problem(code: int, message: str, status: int) -> dict[str, Any]:
    return {
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }


def _handler(exchange: Exchange) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10

        def do_GET(self) -> None:  # the name http.server calls
            path, query = urlsplit(self.path).path, urlsplit(self.path).query
            if not exchange.allows(self.headers.get("Authorization")):
                self._refuse()
            elif path.endswith(".json"):
                self._json(*exchange.request("GET", path, _fields(query)))
            elif (sound := exchange.recording(path)) is not None:
                self._answer(200, "audio/x-wav", sound)
            else:
                self._json(404, _problem(20404, "The requested resource was not found", 404))

        def do_POST(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), _MOST_BODY)
            fields = _fields(self.rfile.read(length).decode("utf-8", "replace"))
            if not exchange.allows(self.headers.get("Authorization")):
                self._refuse()
            else:
                self._json(*exchange.request("POST", urlsplit(self.path).path, fields))

        def _refuse(self) -> None:
            status = 401 if exchange.opened else 503
            self._json(status, _problem(20003, "Authenticate", status))

        def do_DELETE(self) -> None:
            known = exchange.allows(self.headers.get("Authorization")) and exchange.forget(urlsplit(self.path).path)
            self._answer(204 if known else 404, "application/json", b"")

        def log_message(self, *_: Any) -> None:
            """Silent: the addresses of recordings are nobody's business."""

        def _json(self, status: int, value: dict[str, Any]) -> None:
            self._answer(status, "application/json", json.dumps(value).encode())

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler
