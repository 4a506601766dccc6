"""A small HTTP server on the loopback that answers by script: bodies, errors, silence, endless data."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Self

Reply = tuple[int, Mapping[str, Any] | bytes] | Literal["hang", "drop", "drip"] | tuple[int, bytes, Mapping[str, str]]


class Loopback:
    """`replies`: one per request, the last for ever. `asked`: "METHOD path" of every request; `bodies`, `headers`."""

    def __init__(self, replies: list[Any]) -> None:
        self.replies = replies
        self.asked: list[str] = []
        self.bodies: list[bytes] = []
        self.headers: list[Mapping[str, str]] = []
        self._over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                outer.asked.append(f"{self.command} {self.path}")
                outer.headers.append(dict(self.headers))
                outer.bodies.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
                reply = outer.replies.pop(0) if len(outer.replies) > 1 else outer.replies[0]
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    self._send(reply)

            def _send(self, reply: Any) -> None:
                if reply == "hang":
                    outer._over.wait(5)
                elif reply == "drip":
                    self._head(200, {"Content-Type": "audio/wav"})
                    while not outer._over.wait(0.02):
                        self.wfile.write(b"\0" * 10)
                elif reply != "drop":
                    status, body, *more = reply
                    content = body if isinstance(body, bytes) else json.dumps(body).encode()
                    self._head(status, {"Content-Length": str(len(content)), **(more[0] if more else {})})
                    self.wfile.write(content)

            def _head(self, status: int, headers: Mapping[str, str]) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

            do_GET = do_POST = do_DELETE = _answer  # noqa: N815  # names of http.server

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # names of http.server
                """Quiet."""

        return Handler
