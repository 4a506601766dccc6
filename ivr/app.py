"""The composition root: the only file that names every adapter. Nothing is built at import."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask

import audio
from audio.pyopenjtalk_synthesiser import PyOpenJTalkSynthesiser
from audio.readings import load_readings
from audio.recogniser import Recogniser
from audio.recogniser_process import start_recogniser
from audio.transcriber import ModelMissing
from audio.voice import Voice
from audio.voice_activity import VoiceActivity
from faq_index import corpus as faq_corpus
from faq_index import index as faq
from faq_index.embed import SHIPPED_MODEL, SentenceEmbedder
from ivr.channels.edge import Edge
from ivr.channels.handover import handover_line
from ivr.channels.recorded_speech import RecordedSpeech
from ivr.channels.spoken_audio import audio_blueprint
from ivr.channels.stream.desk import LiveDesk
from ivr.channels.stream.line_sounds import LineSounds
from ivr.channels.stream.places import Places
from ivr.channels.stream.socket import MediaSocket, signed_by_twilio
from ivr.channels.twilio_recordings import ForgetLater, TwilioRecordings
from ivr.channels.twilio_rest import rest_client
from ivr.channels.twilio_telephone import TwilioTelephone
from ivr.channels.twilio_voice import media_key, voice_blueprint
from ivr.channels.twiml import MEDIA_PATH
from ivr.console.now import Now, now_blueprint
from ivr.domain import spoken
from ivr.domain.call import Event, Line, NotifyStaff, Question, Transfer
from ivr.domain.script import Script
from ivr.jobs.notices import NoticeDelivery
from ivr.jobs.queues import QueuePreparation
from ivr.jobs.rings import DeskBell
from ivr.jobs.worker import Pass, Worker, at_most_every
from ivr.notify.printed import PrintedNotifier, load_notice_words
from ivr.notify.webhook import WebhookNotifier
from ivr.ports import Clock, Notifier, StoredTurn, StoreUnavailable, Understanding
from ivr.settings import PREFIX, Settings, read_settings
from ivr.storage.fair_lock import FairLock
from ivr.storage.script_files import read_script
from ivr.storage.sql import Store, open_store
from ivr.usecases.take_turn import Desk, take_turn
from nlu import reading as kana
from nlu import understand as nlu
from nlu.completeness import load_endings
from nlu.gazetteer import town_readings

log = logging.getLogger(__name__)

SWEEP_EVERY_S = 30.0
TURN_WAIT_S = 5.0  # a webhook has 15 s, of which a recognition may have taken six
TakeTurn = Callable[[str, str, Event], StoredTurn]
READINGS = Path(audio.__file__).parent / "data" / "readings" / "ja.yaml"
INDEX = "index"
LANGUAGE = "ja"
LIVE_THREADS = 4
MOST_HINTS = 500  # what the carrier takes (Gather `hints`)


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Minds:
    """What is loaded once and shared by every call: understanding, answers, ears and voice. Holds no state of calls.

    `transcriber` is None when there is no recogniser; `deaf_because` then says why, for the people who run the desk.
    """

    understanding: Understanding
    answers: faq.FaqIndex
    corpus: faq_corpus.Corpus
    transcriber: Recogniser | None
    deaf_because: str | None
    voice: Voice | None

    def close(self) -> None:
        if self.transcriber is not None:
            self.transcriber.close()


def load_minds(settings: Settings) -> Minds:
    """Raises the typed errors of each part (BadDataError, IndexUnusable, BadReadings …), all with their remedy."""
    corpus = faq_corpus.load_corpus()
    transcriber, deaf_because = _ears(settings)
    return Minds(
        understanding=nlu.load(),
        answers=open_index(settings, corpus),
        corpus=corpus,
        transcriber=transcriber,
        deaf_because=deaf_because,
        voice=_voice(settings) if settings.voice == "own" else None,
    )


def open_index(settings: Settings, corpus: faq_corpus.Corpus) -> faq.FaqIndex:
    """The FAQ index of `var`; made when there is none yet, refused (IndexUnusable) when it belongs to another FAQ."""
    folder = settings.var / INDEX
    return faq.load(folder, corpus, _embedder(settings)) if folder.exists() else build_index(settings, corpus)


def build_index(settings: Settings, corpus: faq_corpus.Corpus) -> faq.FaqIndex:
    """Build the FAQ index into `var` (some seconds), in place of the one that was there."""
    log.info("building the FAQ index of %d topics", len(corpus.entries))
    return faq.build(corpus, _embedder(settings), kana.reading, settings.var / INDEX)


def _embedder(settings: Settings) -> SentenceEmbedder:
    return SentenceEmbedder(settings.embedder or SHIPPED_MODEL)


def _ears(settings: Settings) -> tuple[Recogniser | None, str | None]:
    """The recogniser, or why there is none: the desk still works by keys and recordings."""
    if settings.ears not in ("stream", "record"):
        return None, None
    if not settings.asr_model:
        return None, f"{PREFIX}ASR_MODEL is empty: no recogniser, callers are served by keys and recordings"
    try:
        return (
            start_recogniser(settings.asr_model, workers=settings.asr_workers, seconds=settings.asr_deadline_s),
            None,
        )
    except ModelMissing as error:
        return None, f"{error} Until then callers are served by keys and recordings."


def _voice(settings: Settings) -> Voice:
    readings = {**town_readings(), **load_readings(READINGS)}
    return Voice(PyOpenJTalkSynthesiser(readings=readings), settings.var / "voice", settings.var / "recordings")


def load_script(settings: Settings, corpus: faq_corpus.Corpus) -> Script:
    """The script of `prompts`, with the answers of the FAQ. Raises BadScript."""
    return read_script(settings.prompts, {"ja": {entry.id: entry.answer for entry in corpus.entries}})


# --- the desk that serves ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Office:
    """One desk, put together. `app` serves webhooks, sound and the page for staff; `workers` do the stored work.

    `live` is None when nobody listens to live sound here; `sockets`: path -> ASGI application of the media sockets.
    """

    settings: Settings
    script: Script
    store: Store
    desk: Desk
    app: Flask
    workers: tuple[Worker, ...]
    forget: ForgetLater
    live: LiveDesk | None
    sockets: Mapping[str, Any]

    def start(self) -> None:
        """Begin to work, warm. What was loaded stays: the collector need not walk through it during every call."""
        meaning = self.desk.understanding.understand(self.script.text(Line("report.place"), LANGUAGE))
        self.desk.answers.search(meaning.text, meaning.reading)
        gc.collect()
        gc.freeze()
        for worker in self.workers:
            worker.start()

    def stop(self) -> None:
        for worker in self.workers:
            worker.stop()
        self.forget.close()
        if self.live is not None:
            self.live.detector.close()
            self.live.threads.shutdown(wait=False, cancel_futures=True)


def build_office(settings: Settings, minds: Minds, script: Script, store: Store, clock: Clock, out: Any) -> Office:
    """Wire everything. `out`: where printed notices go."""
    desk = Desk(script, minds.understanding, minds.answers, store.turns)
    client = rest_client(settings)
    recordings = TwilioRecordings(settings, client)
    workers = _workers(settings, script, store, clock, TwilioTelephone(settings, client, clock), out)
    hear = None
    if minds.transcriber is not None:
        hear = RecordedSpeech(recordings, minds.transcriber, settings.asr_deadline_s)
    forget = ForgetLater(recordings.forget)
    places = Places(settings.streams, settings.reserved_streams)
    listens = settings.ears == "stream" and minds.transcriber is not None and minds.voice is not None
    edge = Edge(
        settings=settings,
        clock=clock,
        wording=script,
        turns=store.turns,
        take_turn=one_after_another(partial(take_turn, desk)),
        handover=partial(handover_line, script),
        hear=hear,
        streams=places if listens else None,
        voice=minds.voice,
        after_commit=partial(_wake, workers),
        hints={Question.PLACE: tuple(town_readings())[:MOST_HINTS]},
        forget=forget,
        apology=Line("fallback.sorry", (("number", spoken.digits(script, LANGUAGE, script.centre_number)),)),
    )
    app = Flask("mizumado", static_folder=None)
    app.register_blueprint(voice_blueprint(edge))
    app.register_blueprint(audio_blueprint(edge))
    app.register_blueprint(now_blueprint(Now(settings, script, store.tickets, clock, minds.deaf_because)))
    live = _live_desk(edge, minds, places) if listens else None
    sockets = {MEDIA_PATH: MediaSocket(live, signed_by_twilio(settings))} if live is not None else {}
    return Office(settings, script, store, desk, app, workers, forget, live, sockets)


def _live_desk(edge: Edge, minds: Minds, places: Places) -> LiveDesk:
    """What live calls share. Two threads more than cores: they wait for the store and the synthesis, mostly."""
    assert minds.transcriber is not None and minds.voice is not None  # noqa: S101, PT018 - the caller has looked
    threads = ThreadPoolExecutor(LIVE_THREADS, thread_name_prefix="live")
    return LiveDesk(
        edge=edge,
        ears=minds.transcriber,
        detector=VoiceActivity(),
        endings=load_endings(LANGUAGE),
        understand=lambda text, question: minds.understanding.understand(text, question.expecting),
        voice=LineSounds(minds.voice, threads),
        places=places,
        threads=threads,
        key=media_key(edge.settings),
    )


def one_after_another(take: TakeTurn) -> TakeTurn:
    """`take` by one thread at a time, first come, first served.

    Python runs one thread at a time anyway. Measured with four callers at once: threads that take turns in the middle
    of their work serve 241 webhooks a second, threads that queue for it 296. Raises StoreUnavailable after TURN_WAIT_S.
    """
    queue = FairLock()

    def taken(sid: str, key: str, event: Event) -> StoredTurn:
        if not queue.acquire(TURN_WAIT_S):
            raise StoreUnavailable(f"the turns before this one took longer than {TURN_WAIT_S:.0f} s")
        try:
            return take(sid, key, event)
        finally:
            queue.release()

    return taken


def _wake(workers: tuple[Worker, ...], turn: StoredTurn) -> None:
    """Only the worker that the turn has work for: a wake-up takes time from the calls."""
    notices, rings = workers
    if any(isinstance(action, NotifyStaff) for action in turn.actions):
        notices.wake()
    if any(isinstance(action, Transfer) for action in turn.actions):
        rings.wake()


def _workers(
    settings: Settings, script: Script, store: Store, clock: Clock, telephone: TwilioTelephone, out: Any
) -> tuple[Worker, ...]:
    """One for notices, one for desks' telephones: a slow webhook must not keep a desk from ringing."""
    delivery = NoticeDelivery(store.notices, _notifiers(settings, clock, out), clock)
    numbers = {desk.id: desk.number for desk in script.desks.values() if desk.reach == "queue" and desk.number}
    bell = DeskBell(store.rings, telephone, clock, numbers, settings.public_url, settings.max_wait_s)
    passes: list[Pass] = [bell.ring]
    if settings.token_given:
        queues = tuple(desk.id for desk in script.desks.values() if desk.reach == "queue")
        passes.insert(0, at_most_every(SWEEP_EVERY_S, QueuePreparation(telephone, queues).prepare))
    return (
        Worker("notices", [delivery.deliver, at_most_every(SWEEP_EVERY_S, delivery.sweep)]),
        Worker("rings", passes),
    )


def ticket_link(settings: Settings, reference: str) -> str:
    return f"http://{settings.host}:{settings.port}/tickets/{reference}"


def _notifiers(settings: Settings, clock: Clock, out: Any) -> list[Notifier]:
    link = partial(ticket_link, settings)
    ways: list[Notifier] = []
    for name in (part.strip() for part in settings.notify.split(",")):
        if name == "printed":
            ways.append(PrintedNotifier(out, load_notice_words(), link))
        elif settings.notify_webhook_url and settings.notify_webhook_secret:
            secret = settings.notify_webhook_secret.get_secret_value()
            ways.append(WebhookNotifier(settings.notify_webhook_url, secret, link, clock))
    return ways


@contextmanager
def open_office(settings: Settings, out: Any = None) -> Iterator[Office]:
    """The desk of this process, from its settings, with its worker running; closed again in order."""
    minds = load_minds(settings)
    store = open_store(settings.database)
    try:
        if minds.deaf_because:
            log.error("%s", minds.deaf_because)
        script = load_script(settings, minds.corpus)
        office = build_office(settings, minds, script, store, SystemClock(), out or sys.stdout)
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
    minds = Minds(nlu.load(), open_index(settings, corpus), corpus, None, None, None)
    store = open_store(settings.database)
    try:
        app = build_office(settings, minds, load_script(settings, corpus), store, SystemClock(), sys.stdout).app
    finally:
        store.close()
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
    return [
        (",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})), rule.rule, rule.endpoint) for rule in rules
    ]
