"""The two servers that are compared, each in a process of its own: `python -m tests.bench.servers desk|bare FOLDER`.

Both run Flask under a2wsgi and uvicorn with the same number of threads, and write to SQLite with the same durability
(WAL, synchronous=FULL). The bare one does the least a signed webhook can do: check the signature, write a row, answer.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import uvicorn
from flask import Flask, Response, abort, request
from sqlalchemy import insert
from twilio.request_validator import RequestValidator

from ivr.app import SystemClock, build_office, load_script
from ivr.minds import load_minds
from ivr.serving import asgi
from ivr.settings import read_settings
from ivr.storage.database import Transactions, open_engine
from ivr.storage.sql import open_store

ACCOUNT, TOKEN = "AC" + "5" * 32, "bench-token"
THREADS = 10


def bare(folder: Path, origin: str) -> Flask:
    """A signed route that writes one row of what a webhook carries."""
    from sqlalchemy import Column, Integer, MetaData, String, Table

    engine = open_engine(f"sqlite:///{folder / 'bare.db'}")
    metadata = MetaData()
    rows = Table(
        "rows", metadata, Column("id", Integer, primary_key=True), Column("sid", String), Column("said", String)
    )
    with engine.connect() as connection:
        connection.connection.cursor().execute("PRAGMA journal_mode = WAL")
    metadata.create_all(engine)
    validator, transactions = RequestValidator(TOKEN), Transactions(engine)
    app = Flask("bare")

    @app.post("/<path:anything>")
    def webhook(anything: str) -> Response:
        signature = request.headers.get("X-Twilio-Signature", "")
        if not validator.validate(f"{origin}/{anything}", request.form, signature):
            abort(403)
        with transactions.writing() as connection:
            connection.execute(
                insert(rows).values(sid=request.form["CallSid"], said=request.form.get("SpeechResult", ""))
            )
        return Response("<Response><Hangup/></Response>", mimetype="text/xml")

    return app


def desk(folder: Path, origin: str) -> Flask:
    """The real desk, hearing by Twilio's recogniser, so that nothing but the webhook itself is measured."""
    settings = read_settings(
        database=f"sqlite:///{folder / 'desk.db'}",
        public_url=origin,
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=TOKEN,
        twilio_api="http://127.0.0.1:9",  # nobody listens there: no call leaves this machine
        ears="gather",
        cloud_speech_consent=True,
    )
    minds = load_minds(settings)
    store = open_store(settings.database)
    office = build_office(settings, minds, load_script(settings, *minds.corpora), store, SystemClock(), Nowhere())
    office.start()
    return office.app


class Nowhere:
    """Where the notices of this run go."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        pass


def main(kind: str, folder: str, port: str) -> None:
    origin = f"http://127.0.0.1:{port}"
    build: Any = {"bare": bare, "desk": desk}[kind]
    uvicorn.run(
        asgi(build(Path(folder), origin), THREADS), host="127.0.0.1", port=int(port), log_config=None, lifespan="off"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
