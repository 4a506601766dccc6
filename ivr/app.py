"""The composition root: the only file that names every adapter. Nothing is built at import."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Event as ThreadEvent
from threading import Thread
from typing import Any

from flask import Flask

import audio
from audio.hints import load_hints
from audio.pyopenjtalk_synthesiser import PyOpenJTalkSynthesiser
from audio.readings import load_readings
from audio.recogniser import Recogniser
from audio.recogniser_process import start_recogniser
from audio.remote_transcriber import connect_recogniser
from audio.transcriber import ModelMissing
from audio.voice import Voice
from audio.voice_activity import VoiceActivity
from faq_index import answers as faq
from faq_index import corpus as faq_corpus
from faq_index.embed import SHIPPED_MODEL, Embedder, SentenceEmbedder
from ivr.channels.edge import Edge, Hints
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
from ivr.domain.call import Line, NotifyStaff, Question, Transfer
from ivr.domain.languages import JAPANESE
from ivr.domain.script import Script
from ivr.jobs.notices import NoticeDelivery
from ivr.jobs.queues import QueuePreparation
from ivr.jobs.rings import DeskBell
from ivr.jobs.worker import Pass, Worker, at_most_every
from ivr.notify.printed import PrintedNotifier, load_notice_words
from ivr.notify.webhook import WebhookNotifier
from ivr.ports import Answers, Clock, Notifier, Recordings, StoredTurn, Telephone, Understanding
from ivr.settings import PREFIX, Settings
from ivr.storage.fair_lock import one_after_another
from ivr.storage.script_files import read_script
from ivr.storage.sql import Store
from ivr.usecases.encoder_votes import UnderstandingEmbedder
from ivr.usecases.take_turn import Desk, take_turn
from nlu import reading as kana
from nlu import understand as nlu
from nlu.completeness import load_endings
from nlu.encoder import load_encoder
from nlu.gazetteer import town_readings
from nlu.meaning import Place

log = logging.getLogger(__name__)

SWEEP_EVERY_S = 30.0
READINGS = Path(audio.__file__).parent / "data" / "readings" / "ja.yaml"
INDEX = "index"
LIVE_THREADS = 4
MOST_WINDOWS_BEHIND = 500  # 40 ms of work for the voice detector: more callers would make all of them wait
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
    answers: Answers
    corpora: tuple[faq_corpus.Corpus, ...]
    transcriber: Recogniser | None
    deaf_because: str | None
    voice: Voice | None

    def close(self) -> None:
        if self.transcriber is not None:
            self.transcriber.close()


def load_minds(settings: Settings) -> Minds:
    """Raises the typed errors of each part (BadDataError, IndexUnusable, BadReadings …), all with their remedy."""
    corpora = load_corpora()
    transcriber, deaf_because = _ears(settings)
    return Minds(
        understanding=load_understanding(),
        answers=open_answers(settings, corpora),
        corpora=corpora,
        transcriber=transcriber,
        deaf_because=deaf_because,
        voice=_voice(settings) if settings.voice == "own" else None,
    )


def load_understanding() -> Understanding:
    """Raises BadDataError."""
    return nlu.load()


def load_corpora() -> tuple[faq_corpus.Corpus, ...]:
    """The FAQ in every language it is there in, Japanese first. Raises DataError."""
    return faq_corpus.load_corpora()


def open_answers(settings: Settings, corpora: tuple[faq_corpus.Corpus, ...]) -> faq.Answers:
    """The FAQ index of `var`; made when there is none yet, refused (IndexUnusable) when it belongs to another FAQ."""
    folder = settings.var / INDEX
    return faq.load(folder, corpora, open_models(settings)) if folder.exists() else build_answers(settings, corpora)


def build_answers(settings: Settings, corpora: tuple[faq_corpus.Corpus, ...]) -> faq.Answers:
    """Build the FAQ index of all languages into `var` (a minute), in place of the one that was there."""
    log.info("building the FAQ index in %s", ", ".join(corpus.language for corpus in corpora))
    return faq.build(corpora, open_models(settings), kana.reading, settings.var / INDEX)


def open_models(settings: Settings) -> tuple[Embedder, ...]:
    """What votes on answers: the embedder, which searches too, and the encoder of understanding. Raises ModelError."""
    return open_embedder(settings), UnderstandingEmbedder(load_encoder())


def open_embedder(settings: Settings) -> Embedder:
    """The model that the settings name, or the shipped one. Raises ModelError."""
    return SentenceEmbedder(settings.embedder or SHIPPED_MODEL)


def _ears(settings: Settings) -> tuple[Recogniser | None, str | None]:
    """The recogniser, or why there is none: the desk still works by keys and recordings."""
    if settings.ears not in ("stream", "record"):
        return None, None
    if not settings.asr_model:
        return None, f"{PREFIX}ASR_MODEL is empty: no recogniser, callers are served by keys and recordings"
    try:
        return open_recogniser(settings), None
    except ModelMissing as error:
        return None, f"{error} Until then callers are served by keys and recordings."


def open_recogniser(settings: Settings) -> Recogniser:
    """The recogniser that the settings name, here or on a server elsewhere. Raises ModelMissing."""
    if not settings.asr_url:
        return own_recogniser(settings)
    prompts = load_hints(JAPANESE).prompts_with(tuple(town_readings())) if settings.asr_hints else None
    return connect_recogniser(
        settings.asr_url,
        model=Path(settings.asr_model).name if Path(settings.asr_model).is_absolute() else settings.asr_model,
        key=settings.asr_key.get_secret_value() if settings.asr_key else None,
        seconds=settings.asr_deadline_s,
        workers=settings.asr_workers,
        prompts=prompts,
    )


def own_recogniser(settings: Settings) -> Recogniser:
    """Processes of this machine, all ready to work. Raises ModelMissing."""
    return start_recogniser(
        settings.asr_model,
        workers=settings.asr_workers,
        seconds=settings.asr_deadline_s,
        cut_padding={"auto": None, "yes": True, "no": False}[settings.asr_cut_padding],
        hints=settings.asr_hints,
        towns=tuple(town_readings()) if settings.asr_hints else (),
    )


def _voice(settings: Settings) -> Voice:
    readings = {**town_readings(), **load_readings(READINGS)}
    return Voice(PyOpenJTalkSynthesiser(readings=readings), settings.var / "voice", settings.var / "recordings")


def load_script(settings: Settings, *corpora: faq_corpus.Corpus) -> Script:
    """The script of `prompts`, with the answers of the FAQ. Raises BadScript."""
    answers = {corpus.language: {entry.id: entry.answer for entry in corpus.entries} for corpus in corpora}
    questions = {corpus.language: {entry.id: entry.question for entry in corpus.entries} for corpus in corpora}
    return read_script(settings.prompts, answers, questions)


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
    stopping: ThreadEvent = field(default_factory=ThreadEvent)

    def warm(self) -> None:
        """Touch what the first call needs. What was loaded stays: the collector need not walk through it any more."""
        meaning = self.desk.understanding.understand(self.script.text(Line("report.place"), JAPANESE))
        self.desk.answers.search(meaning.text, meaning.reading, meaning.language)
        gc.collect()
        gc.freeze()
        gc.collect()  # what is frozen is not counted from here on: calls that are over are found soon, and cheaply

    def start(self) -> None:
        for worker in self.workers:
            worker.start()
        if self.live is not None:
            warming = (self.script.lines[JAPANESE], JAPANESE, self.stopping.is_set)
            Thread(target=self.live.voice.warm, args=warming, name="warm-voice", daemon=True).start()

    def stop(self) -> None:
        self.stopping.set()
        for worker in self.workers:
            worker.stop()
        self.forget.close()
        if self.live is not None:
            self.live.detector.close()
            self.live.threads.shutdown(wait=False, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class Outside:
    """What a desk reaches beyond itself: the carrier's REST side, and where its staff read notices and tickets.

    `forget` deletes a recording at the carrier; `out`: where printed notices go; `link`: reference -> page of a ticket.
    """

    telephone: Telephone
    recordings: Recordings
    forget: Callable[[str], None]
    out: Any
    link: Callable[[str], str]


def twilio_outside(settings: Settings, clock: Clock, out: Any) -> Outside:
    """The real carrier, and this machine's page for staff."""
    client = rest_client(settings)
    recordings = TwilioRecordings(settings, client)
    telephone = TwilioTelephone(settings, client, clock)
    return Outside(telephone, recordings, recordings.forget, out, partial(ticket_link, settings))


def build_office(settings: Settings, minds: Minds, script: Script, store: Store, clock: Clock, out: Any) -> Office:
    """Wire everything for a desk that Twilio calls. `out`: where printed notices go."""
    return office_with(twilio_outside(settings, clock, out), settings, minds, script, store, clock)


def office_with(
    outside: Outside, settings: Settings, minds: Minds, script: Script, store: Store, clock: Clock
) -> Office:
    """Wire everything, with `outside` around it."""
    desk = Desk(script, minds.understanding, minds.answers, store.turns)
    workers = _workers(settings, script, store, clock, outside)
    hear = None
    if minds.transcriber is not None:
        hear = RecordedSpeech(outside.recordings, minds.transcriber, settings.asr_deadline_s)
    forget = ForgetLater(outside.forget)
    listens = settings.ears == "stream" and minds.transcriber is not None and minds.voice is not None
    detector = VoiceActivity() if listens else None
    keeps_up = (lambda: detector.backlog < MOST_WINDOWS_BEHIND) if detector is not None else (lambda: False)
    places = Places(settings.streams, settings.reserved_streams, keeps_up=keeps_up)
    edge = Edge(
        settings=settings,
        clock=clock,
        wording=script,
        turns=store.turns,
        take_turn=one_after_another(partial(take_turn, desk)),
        handover=partial(handover_line, script),
        hear=hear,
        streams=places if listens else None,
        ears_ready=lambda: minds.transcriber is None or minds.transcriber.alive,
        voice=minds.voice,
        after_commit=partial(_wake, workers),
        hints=_hints(script),
        forget=forget,
        apology=Line("fallback.sorry", (("number", spoken.digits(script, JAPANESE, script.centre_number)),)),
    )
    app = Flask("mizumado", static_folder=None)
    app.register_blueprint(voice_blueprint(edge))
    app.register_blueprint(audio_blueprint(edge))
    app.register_blueprint(now_blueprint(Now(settings, script, store.tickets, clock, minds.deaf_because)))
    live = _live_desk(edge, minds, places, detector) if detector is not None else None
    sockets = {MEDIA_PATH: MediaSocket(live, signed_by_twilio(settings))} if live is not None else {}
    return Office(settings, script, store, desk, app, workers, forget, live, sockets)


def _hints(script: Script) -> Hints:
    """The towns, as callers of each language say them."""
    towns = [Place(name, town=name, town_yomi=read) for name, read in list(town_readings().items())[:MOST_HINTS]]
    return {
        language: {Question.PLACE: tuple(spoken.town(script, language, town) for town in towns)}
        for language in script.lines
    }


def _live_desk(edge: Edge, minds: Minds, places: Places, detector: VoiceActivity) -> LiveDesk:
    """What live calls share. Two threads more than cores: they wait for the store and the synthesis, mostly."""
    assert minds.transcriber is not None and minds.voice is not None  # noqa: S101, PT018 - the caller has looked
    threads = ThreadPoolExecutor(LIVE_THREADS, thread_name_prefix="live")
    return LiveDesk(
        edge=edge,
        ears=minds.transcriber,
        detector=detector,
        endings=load_endings(JAPANESE),
        understand=lambda text, question: minds.understanding.understand(text, question.expecting),
        voice=LineSounds(minds.voice, threads),
        places=places,
        threads=threads,
        key=media_key(edge.settings),
    )


def _wake(workers: tuple[Worker, ...], turn: StoredTurn) -> None:
    """Only the worker that the turn has work for: a wake-up takes time from the calls."""
    notices, rings = workers
    if any(isinstance(action, NotifyStaff) for action in turn.actions):
        notices.wake()
    if any(isinstance(action, Transfer) for action in turn.actions):
        rings.wake()


def _workers(settings: Settings, script: Script, store: Store, clock: Clock, outside: Outside) -> tuple[Worker, ...]:
    """One for notices, one for desks' telephones: a slow webhook must not keep a desk from ringing."""
    telephone = outside.telephone
    delivery = NoticeDelivery(store.notices, _notifiers(settings, clock, outside), clock)
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


def _notifiers(settings: Settings, clock: Clock, outside: Outside) -> list[Notifier]:
    ways: list[Notifier] = []
    for name in (part.strip() for part in settings.notify.split(",")):
        if name == "printed":
            ways.append(PrintedNotifier(outside.out, load_notice_words(), outside.link))
        elif settings.notify_webhook_url and settings.notify_webhook_secret:
            secret = settings.notify_webhook_secret.get_secret_value()
            ways.append(WebhookNotifier(settings.notify_webhook_url, secret, outside.link, clock))
    return ways
