"""A live desk on a real socket: scripted decisions, a detector and a recogniser that do as the test says."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
import uvicorn

from audio.sound import Sound
from audio.transcriber import Hint, Transcript, TranscriptionFailed
from audio.voice_activity import Line as Ear
from ivr.channels.stream.desk import LiveDesk
from ivr.channels.stream.line_sounds import LineSounds
from ivr.channels.stream.places import Places
from ivr.channels.stream.socket import MediaSocket, signed_by_twilio
from ivr.channels.twiml import MEDIA_PATH
from ivr.serving import SERVER, asgi
from nlu.completeness import load_endings
from nlu.understand import Understanding, load
from tests.channels.scripted_desk import TOKEN, ScriptedDesk, app_of, desk_settings, edge_of
from tests.stream.peer import LineTone

SPEECH = 0x20
"""A µ-law byte that the detector of these tests takes for speech; any other is silence."""


class ByByte:
    """A detector that needs no model: speech is a window that begins with SPEECH."""

    def submit(self, line: Ear, window: bytes) -> None:
        if not line.closed:
            line.heard(*((0.95, -20.0) if window[0] == SPEECH else (0.01, -70.0)))

    def close(self) -> None:
        pass


@dataclass
class Says:
    """A recogniser that says `texts` one after another, the last for ever. `broken`: what it fails with, once each."""

    texts: list[str] = field(default_factory=lambda: ["道路から水が出ています"])
    broken: list[str] = field(default_factory=list)
    asked: list[tuple[float, Hint | None, bool]] = field(default_factory=list)

    def submit(
        self, sound: Sound, hint: Hint | None = None, *, urgent: bool = False, seconds: float | None = None
    ) -> Future[Transcript]:
        self.asked.append((sound.seconds, hint, urgent))
        if self.broken:
            raise TranscriptionFailed(self.broken.pop(0))
        text = self.texts.pop(0) if len(self.texts) > 1 else self.texts[0]
        done: Future[Transcript] = Future()
        done.set_result(Transcript(text, "ja", sound.duration_ms, 0.0, 0.0, -0.1, heard=bool(text)))
        return done


@dataclass
class Served:
    """The desk under test. `origin` is http://127.0.0.1:port; `media` the address of its media socket."""

    desk: ScriptedDesk
    ears: Says
    places: Places
    live: LiveDesk
    origin: str
    notes: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    @property
    def media(self) -> str:
        return f"ws{self.origin.removeprefix('http')}{MEDIA_PATH}"


@pytest.fixture(scope="session")
def meaning() -> Understanding:
    return load()


@pytest.fixture
def served(meaning: Understanding) -> Iterator[Served]:
    """A desk of its own for each test, under a real server on a free port."""
    import socket

    with socket.socket() as listening, ThreadPoolExecutor(4) as threads:
        listening.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
        settings = desk_settings(ears="stream", voice="own", public_url=origin)
        desk, ears, places, voice = ScriptedDesk(), Says(), Places(8, 1), LineTone()
        edge = edge_of(desk, settings, streams=places, hear=ears, voice=voice)
        notes: list[tuple[str, dict[str, object]]] = []
        live = LiveDesk(
            edge=edge,
            ears=ears,
            detector=ByByte(),
            endings=load_endings(),
            understand=lambda text, question: meaning.understand(text, question.expecting),
            voice=LineSounds(voice, threads),
            places=places,
            threads=threads,
            key=TOKEN.encode(),
            watch=lambda _sid: lambda what, details: notes.append((what, dict(details))),
        )
        sockets = {MEDIA_PATH: MediaSocket(live, signed_by_twilio(settings))}
        server = uvicorn.Server(uvicorn.Config(asgi(app_of(edge), sockets.get, threads=2), **SERVER))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        while not server.started:
            threading.Event().wait(0.005)
        yield Served(desk, ears, places, live, origin, notes)
        server.should_exit = True
        thread.join()
