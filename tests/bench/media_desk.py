"""The desk whose media sockets are measured, in a process of its own: `python -m tests.bench.media_desk '{JSON}'`.

It stands at night in the middle of a call's evening, keeps its store in a folder of the bench, and is heard by what
`ears` says: "known" (knows every sentence, takes 200 ms), "hints" (a fixed answer to every kind of question, 200 ms),
"own" (the recogniser of the settings). "bare" is no desk at all: a WebSocket that echoes.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn

from audio.recogniser import Recogniser
from audio.sound import Sound
from audio.transcriber import Hint, Transcript
from ivr.app import build_office, load_script
from ivr.domain.call import Dialled
from ivr.minds import load_minds
from ivr.serving import SERVER, asgi
from ivr.settings import Settings, read_settings
from ivr.storage.sql import open_store
from tests.bench.callers import NIGHT
from tests.bench.known_words import KnownWords
from tests.bench.servers import ACCOUNT, TOKEN, Nowhere

NUMBERS = {Dialled.CENTRE: "+815000000001", Dialled.NIGHT_LINE: "+815000000002"}
RECOGNITION_S = 0.2
WORKERS = 4
ANSWERS = {
    Hint.PLACE: "笠舞三丁目の7の11です",
    Hint.NUMBER: "ゼロキューゼロのゼロゼロゼロゼロのゼロゼロゼロイチです",
    Hint.YES_NO: "はい",
    None: "道路の割れ目から水がふき出しているんです",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What this process is to be. `api`: the base URL in place of Twilio's REST API."""

    ears: str
    folder: str
    port: int
    api: str = "http://127.0.0.1:9"
    streams: int = 45
    reserved: int = 5

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> Settings:
        return read_settings(
            database=f"sqlite:///{Path(self.folder) / 'desk.db'}",
            public_url=self.origin,
            twilio_account_sid=ACCOUNT,
            twilio_auth_token=TOKEN,
            twilio_api=self.api,
            centre_numbers=NUMBERS[Dialled.CENTRE],
            night_numbers=NUMBERS[Dialled.NIGHT_LINE],
            ears="stream" if self.ears == "own" else "keys",
            streams=self.streams,
            reserved_streams=self.reserved,
        )


class Evening:
    """A clock that began at night when this process did."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def now(self) -> datetime:
        return NIGHT + timedelta(seconds=time.monotonic() - self._begun)


class ByHint:
    """A worker of the Recogniser that hears the answer to whatever was asked, in a fixed time."""

    name = "by hint"

    def tend(self) -> None:
        pass

    def stop(self) -> None:
        pass

    def work(self, sound: Sound, hint: Hint | None, _seconds: float) -> Transcript:
        time.sleep(RECOGNITION_S)
        return Transcript(ANSWERS[hint], "ja", sound.duration_ms, RECOGNITION_S, 0.0, -0.1, heard=True)


def desk(plan: Plan, watched: Watched) -> Any:
    """The desk as one ASGI application, working."""
    minds = load_minds(plan.settings)
    if plan.ears != "own":
        workers = [KnownWords(Path(plan.folder), RECOGNITION_S) if plan.ears == "known" else ByHint()] * WORKERS
        minds = replace(minds, transcriber=Recogniser(workers, seconds=6.0, places=64, reserved=8))
    settings = plan.settings.model_copy(update={"ears": "stream"})
    store = open_store(settings.database)
    office = build_office(settings, minds, load_script(settings, *minds.corpora), store, Evening(), Nowhere())
    office.warm()
    office.start()
    if office.live is not None:
        watched.backlog = lambda: getattr(office.live.detector, "backlog", 0)
    return asgi(office.app, office.sockets.get)


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """The floor: takes frames and sends each back."""
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})


class Watched:
    """Notes, around an application, when each media frame is taken; once a second writes down how late they were.

    A frame is late by how much later it is taken than its caller says it was sent: both processes read one clock.
    """

    def __init__(self, app: Any, file: Path) -> None:
        self.app, self._file = app, file
        self.backlog = lambda: 0
        self._late_ms: list[float] = []
        self._backlogs: list[int] = []

    def begin(self) -> None:
        threading.Thread(target=self._write, daemon=True).start()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return

        async def noted() -> Any:
            message = await receive()
            text = message.get("text") or ""
            at = text.rfind('"sent":"')
            if at >= 0:
                self._late_ms.append(time.monotonic() * 1000 - float(text[at + 8 : -2]))
            return message

        await self.app(scope, noted, send)

    def _write(self) -> None:
        while True:
            for _ in range(10):
                time.sleep(0.1)
                self._backlogs.append(self.backlog())
            late, self._late_ms = self._late_ms, []
            backlogs, self._backlogs = self._backlogs, []
            row = {
                "at": time.monotonic(),
                "late_ms": [round(one, 2) for one in late],
                "backlog": max(backlogs),
                "rss": resident(),
                "cpu_s": time.process_time(),
            }
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")


def resident(pid: int | str = "self") -> int:
    """Resident memory of a process in bytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def main(text: str) -> None:
    plan = Plan(**json.loads(text))
    watched = Watched(bare, Path(plan.folder) / f"{plan.ears}.jsonl")
    if plan.ears != "bare":
        watched.app = desk(plan, watched)
    watched.begin()
    uvicorn.run(watched, host="127.0.0.1", port=plan.port, **SERVER)


if __name__ == "__main__":
    main(sys.argv[1])
