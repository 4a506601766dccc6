"""Opens the desk of this process and serves it: office, browser telephone and sockets in one ASGI application."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ivr import app as root
from ivr.channels.phone.booths import Booths
from ivr.channels.phone.page import Phone, phone_blueprint
from ivr.jobs.worker import Worker
from ivr.minds import Minds, load_corpora, load_minds, load_understanding, open_answers
from ivr.settings import Settings, read_settings
from ivr.storage.sql import open_store
from ivr.trial_desk import TypedVoice, open_trial_desk

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """The desk of this process, and the booths in which staff try it."""

    office: root.Office
    booths: Booths

    @property
    def asgi(self) -> Any:
        """What uvicorn runs."""

        def socket(path: str) -> Any:
            return self.office.sockets.get(path) or self.booths.socket(path)

        return asgi(self.office.app, socket, events=self.booths.events)


@contextmanager
def open_office(settings: Settings, out: Any = None) -> Iterator[Opened]:
    """The desk of this process, from its settings, with its workers running; closed again in order."""
    minds = load_minds(settings)
    script = root.load_script(settings, *minds.corpora)
    store = open_store(settings.database, root.load_rule(settings, script))
    try:
        if minds.deaf_because:
            log.error("%s", minds.deaf_because)
        office = root.build_office(settings, minds, script, store, root.SystemClock(), out or sys.stdout, durable=True)
        booths = add_phone(office, minds)
        sweeper = Worker("trials", [booths.sweep])
        office.warm()
        office.start()
        sweeper.start()
        try:
            yield Opened(office, booths)
        finally:
            sweeper.stop()
            booths.close()
            office.stop()
    finally:
        store.close()
        minds.close()


def add_phone(office: root.Office, minds: Minds) -> Booths:
    """The browser telephone, on the pages of `office`; its trials share `minds` and the script, nothing else."""
    booths = Booths(partial(open_trial_desk, office.settings, minds, office.script))
    deaf = minds.transcriber is None
    phone = Phone(booths, root.SystemClock(), TypedVoice(), office.settings.ears, deaf)
    office.app.register_blueprint(phone_blueprint(phone))
    return booths


SERVER: Mapping[str, Any] = {
    "ws": "websockets-sansio",
    "ws_max_size": 64 * 1024,  # Twilio's messages have some 300 bytes; a larger one closes the socket (1009)
    "ws_per_message_deflate": False,  # Twilio offers none, and it costs 64 KB a socket
    "lifespan": "off",
    "log_config": None,
    "access_log": False,  # an address may name a call
    "timeout_graceful_shutdown": 8,  # s; a recognition may take 6, and a page that watches a trial would stay for ever
}
"""How uvicorn serves a desk, everywhere."""


def asgi(
    app: Any,
    sockets: Callable[[str], Any] = lambda _path: None,
    threads: int = 10,
    events: Callable[[str], Any] = lambda _path: None,
) -> Any:
    """Flask and the sockets in one ASGI application. `sockets`: path -> who serves a WebSocket there, or None.

    `events`: the same for event streams: they last as long as a page is open, and must not hold Flask's threads.
    """
    from a2wsgi import WSGIMiddleware

    web = WSGIMiddleware(app, workers=threads)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "websocket":
            stream = events(scope["path"]) if scope["type"] == "http" else None
            await (stream or web)(scope, receive, send)
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
    corpora = load_corpora()
    minds = Minds(load_understanding(), open_answers(settings, corpora), corpora, None, None, None)
    script = root.load_script(settings, *corpora)
    store = open_store(settings.database)
    try:
        office = root.build_office(settings, minds, script, store, root.SystemClock(), sys.stdout)
        add_phone(office, minds)
    finally:
        store.close()
    rules = sorted(office.app.url_map.iter_rules(), key=lambda rule: rule.rule)
    return [
        (",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})), rule.rule, rule.endpoint) for rule in rules
    ]
