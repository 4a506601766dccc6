"""What happens in a trial, as it happens: kept, numbered, and sent to the page as server-sent events.

Source of the format: HTML Living Standard, 9.2 "Server-sent events". An EventSource that lost the server comes back by
itself with the number of the last event it saw, and gets everything after it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable, MutableMapping
from typing import Any

MOST_EVENTS = 5000
"""A trial of 30 minutes has some hundreds."""

HEARTBEAT_S = 10.0
RETRY_MS = 1500

Scope = MutableMapping[str, Any]
Refuse = Callable[[Scope], str | None]


class Feed:
    """`tell` from any thread; `attended` while a page watches."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: list[str] = []
        self._watching: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self._closed = False

    @property
    def attended(self) -> bool:
        with self._lock:
            return bool(self._watching)

    def tell(self, kind: str, **facts: Any) -> None:
        """One more event: `kind` and its facts as JSON."""
        with self._lock:
            if self._closed or len(self._told) >= MOST_EVENTS:
                return
            self._told.append(json.dumps({"kind": kind, **facts}, ensure_ascii=False))
            self._wake()

    def close(self) -> None:
        """Nothing more will happen: everybody who watches is let go."""
        with self._lock:
            self._closed = True
            self._wake()

    def since(self, number: int) -> tuple[int, list[str], bool]:
        """(number of the last event, the events after `number`, whether these were the last)."""
        with self._lock:
            return len(self._told), self._told[number:], self._closed

    def _wake(self) -> None:
        for loop, event in self._watching:
            with contextlib.suppress(RuntimeError):  # the loop is closed: so is the socket
                loop.call_soon_threadsafe(event.set)

    @contextlib.contextmanager
    def watched(self) -> Any:
        """An asyncio.Event that is set when something new was told."""
        watcher = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._watching.add(watcher)
        try:
            yield watcher[1]
        finally:
            with self._lock:
                self._watching.discard(watcher)


class EventStream:
    """The ASGI application that sends a feed to one page. `refuse`: why this request may not watch, None = it may."""

    def __init__(self, feed: Feed, refuse: Refuse) -> None:
        self._feed, self._refuse = feed, refuse

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["method"] != "GET" or self._refuse(scope) is not None:
            await send({"type": "http.response.start", "status": 403, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
            return
        headers = [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            with self._feed.watched() as news:
                await self._send_all(_last_seen(scope), news, gone, send)
        finally:
            gone.cancel()

    async def _send_all(self, seen: int, news: asyncio.Event, gone: asyncio.Future[None], send: Any) -> None:
        await send(_part(f"retry: {RETRY_MS}\n\n"))
        while not gone.done():
            news.clear()
            last, told, closed = self._feed.since(seen)
            first = last - len(told) + 1
            for number, data in enumerate(told, first):
                await send(_part(f"id: {number}\ndata: {data}\n\n"))
            seen = last
            if closed:
                await send({"type": "http.response.body", "body": b""})
                return
            waiting = asyncio.ensure_future(news.wait())
            try:
                done, _ = await asyncio.wait((waiting, gone), timeout=HEARTBEAT_S, return_when=asyncio.FIRST_COMPLETED)
            finally:
                waiting.cancel()
            if not done:
                await send(_part(": here\n\n"))


async def _disconnected(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _part(text: str) -> dict[str, Any]:
    return {"type": "http.response.body", "body": text.encode(), "more_body": True}


def _last_seen(scope: Scope) -> int:
    given = next((value for name, value in scope.get("headers", ()) if name.lower() == b"last-event-id"), b"")
    return int(given) if given.isdigit() and len(given) <= 6 else 0
