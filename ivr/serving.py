"""Opens the desk of this process and serves it: Flask and the media sockets in one ASGI application."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from faq_index import corpus as faq_corpus
from ivr import app as root
from ivr.settings import Settings, read_settings
from ivr.storage.sql import open_store
from nlu import understand as nlu

log = logging.getLogger(__name__)


@contextmanager
def open_office(settings: Settings, out: Any = None) -> Iterator[root.Office]:
    """The desk of this process, from its settings, with its worker running; closed again in order."""
    minds = root.load_minds(settings)
    store = open_store(settings.database)
    try:
        if minds.deaf_because:
            log.error("%s", minds.deaf_because)
        script = root.load_script(settings, minds.corpus)
        office = root.build_office(settings, minds, script, store, root.SystemClock(), out or sys.stdout)
        office.warm()
        office.start()
        try:
            yield office
        finally:
            office.stop()
    finally:
        store.close()
        minds.close()


SERVER: Mapping[str, Any] = {
    "ws": "websockets-sansio",
    "ws_max_size": 64 * 1024,  # Twilio's messages have some 300 bytes; a larger one closes the socket (1009)
    "ws_per_message_deflate": False,  # Twilio offers none, and it costs 64 KB a socket
    "lifespan": "off",
    "log_config": None,
    "access_log": False,  # an address may name a call
}
"""How uvicorn serves a desk, everywhere."""


def asgi(app: Any, sockets: Callable[[str], Any] = lambda _path: None, threads: int = 10) -> Any:
    """Flask and the media sockets in one ASGI application. `sockets`: path -> who serves a WebSocket there, or None."""
    from a2wsgi import WSGIMiddleware

    web = WSGIMiddleware(app, workers=threads)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "websocket":
            await web(scope, receive, send)
            return
        served = sockets(scope["path"])
        if served is not None:
            await served(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.close", "code": 1008})  # before accept: HTTP 403

    return application


def route_table(folder: Path) -> list[tuple[str, str, str]]:
    """(methods, path, endpoint) of every address, from the application itself; `folder` holds a store of no calls."""
    settings = read_settings(database=f"sqlite:///{folder / 'routes.db'}", ears="keys", voice="say")
    corpus = faq_corpus.load_corpus()
    minds = root.Minds(nlu.load(), root.open_index(settings, corpus), corpus, None, None, None)
    script = root.load_script(settings, corpus)
    store = open_store(settings.database)
    try:
        app = root.build_office(settings, minds, script, store, root.SystemClock(), sys.stdout).app
    finally:
        store.close()
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
    return [
        (",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})), rule.rule, rule.endpoint) for rule in rules
    ]
