"""The composition root: the only file that names every adapter. Nothing is built at import."""

from __future__ import annotations

import contextlib
import gc
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from threading import Event as ThreadEvent
from threading import Thread
from typing import Any

from flask import Flask

from audio.voice_activity import VoiceActivity
from faq_index import corpus as faq_corpus
from ivr.channels.edge import Edge, Hints
from ivr.channels.handover import handover_line
from ivr.channels.recorded_speech import RecordedSpeech
from ivr.channels.spoken_audio import audio_blueprint
from ivr.channels.stream.desk import LiveDesk
from ivr.channels.stream.line_sounds import LineSounds
from ivr.channels.stream.places import Places
from ivr.channels.stream.socket import MediaSocket, signed_by_twilio
from ivr.channels.twilio_duty import duty_blueprint, duty_caller
from ivr.channels.twilio_recordings import ForgetLater, TwilioRecordings
from ivr.channels.twilio_rest import rest_client
from ivr.channels.twilio_signature import SignatureGate
from ivr.channels.twilio_telephone import TwilioTelephone
from ivr.channels.twilio_texts import TwilioTexts
from ivr.channels.twilio_voice import media_key, mouth_of, voice_blueprint
from ivr.channels.twiml import MEDIA_PATH
from ivr.console.duty_log import DutyLogDesk, duty_log_blueprint
from ivr.console.now import Now, now_blueprint
from ivr.domain import spoken
from ivr.domain.call import Line, NotifyStaff, Question, StoreTicket, TouchEarlier, Transfer
from ivr.domain.incident import Rule
from ivr.domain.languages import JAPANESE
from ivr.domain.script import Script
from ivr.jobs.durable_ladders import DurableLadders
from ivr.jobs.ladder import Ladder, Ladders
from ivr.jobs.notices import NoticeDelivery
from ivr.jobs.polled_ladders import PolledLadders
from ivr.jobs.queues import QueuePreparation
from ivr.jobs.rings import DeskBell
from ivr.jobs.worker import Pass, Worker, at_most_every
from ivr.minds import Minds
from ivr.notify.printed import PrintedNotifier, load_notice_words
from ivr.notify.text import load_text_words
from ivr.notify.webhook import WebhookNotifier
from ivr.ports import Clock, EarlierReports, Notifier, Recordings, StoredTurn, Telephone, Texts
from ivr.settings import Settings
from ivr.storage.fair_lock import one_after_another
from ivr.storage.incident_files import FILE as INCIDENTS
from ivr.storage.incident_files import read_incidents
from ivr.storage.ladder_file import read_ladder
from ivr.storage.night_words import read_night_words
from ivr.storage.roster_files import RosterFiles
from ivr.storage.script_files import read_script
from ivr.storage.sql import Store
from ivr.usecases.answer_duty import DutyLine
from ivr.usecases.in_disaster import DisasterDesk
from ivr.usecases.report_night import lived
from ivr.usecases.take_turn import Desk, take_turn
from ivr.usecases.waking_deeds import WakingDeeds
from nlu.completeness import load_endings
from nlu.gazetteer import town_readings
from nlu.meaning import Place

log = logging.getLogger(__name__)

SWEEP_EVERY_S = 30.0
LIVE_THREADS = 4
MOST_WINDOWS_BEHIND = 500  # 40 ms of work for the voice detector: more callers would make all of them wait
MOST_HINTS = 500  # what the carrier takes (Gather `hints`)


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def load_script(settings: Settings, *corpora: faq_corpus.Corpus) -> Script:
    """The script of `prompts`, with the answers of the FAQ. Raises BadScript."""
    answers = {corpus.language: {entry.id: entry.answer for entry in corpus.entries} for corpus in corpora}
    questions = {corpus.language: {entry.id: entry.question for entry in corpus.entries} for corpus in corpora}
    return read_script(settings.prompts, answers, questions)


def load_rule(settings: Settings, script: Script) -> Rule:
    """How reports of one event are counted together. Raises BadScript."""
    return read_incidents(settings.prompts / INCIDENTS, script.lines)


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
    ladders: Ladders
    waking: ThreadPoolExecutor
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
        self.ladders.start()
        for worker in self.workers:
            worker.start()
        if self.live is not None:
            warming = (self.script.lines[JAPANESE], JAPANESE, self.stopping.is_set)
            Thread(target=self.live.voice.warm, args=warming, name="warm-voice", daemon=True).start()

    def stop(self) -> None:
        self.stopping.set()
        for worker in self.workers:
            worker.stop()
        self.waking.shutdown(cancel_futures=True)
        self.ladders.stop()
        self.forget.close()
        if self.live is not None:
            self.live.detector.close()
            self.live.threads.shutdown(wait=False, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class Outside:
    """What a desk reaches beyond itself: the carrier's REST side, and where its staff read notices and tickets.

    `forget` deletes a recording at the carrier; `out`: where printed notices go; `link`: reference -> page of a ticket;
    `durable`: ladders outlive this process (one such desk in a process); `earlier`: the reports that callers may want
    to change, None = those of the store.
    """

    telephone: Telephone
    recordings: Recordings
    forget: Callable[[str], None]
    out: Any
    link: Callable[[str], str]
    texts: Texts | None = None
    durable: bool = False
    earlier: EarlierReports | None = None


def twilio_outside(settings: Settings, clock: Clock, out: Any, *, durable: bool = False) -> Outside:
    """The real carrier, and this machine's page for staff."""
    client = rest_client(settings)
    recordings = TwilioRecordings(settings, client)
    telephone = TwilioTelephone(settings, client, clock)
    texts = TwilioTexts(settings, client, clock)
    link = partial(ticket_link, settings)
    return Outside(telephone, recordings, recordings.forget, out, link, texts, durable)


def build_office(
    settings: Settings, minds: Minds, script: Script, store: Store, clock: Clock, out: Any, *, durable: bool = False
) -> Office:
    """Wire everything for a desk that Twilio calls. `out`: where printed notices go; `durable`: see Outside."""
    return office_with(twilio_outside(settings, clock, out, durable=durable), settings, minds, script, store, clock)


def office_with(
    outside: Outside, settings: Settings, minds: Minds, script: Script, store: Store, clock: Clock
) -> Office:
    """Wire everything, with `outside` around it."""
    disasters = DisasterDesk(store.switches, store.incidents, load_rule(settings, script))
    desk = Desk(
        script,
        minds.understanding,
        minds.answers,
        store.turns,
        earlier=outside.earlier or store.tickets,
        disasters=disasters,
    )
    rosters = RosterFiles(settings.duty)
    ladders = _ladders(settings, store, clock, outside, rosters)
    workers = _workers(settings, script, store, clock, outside, ladders)
    waking = ThreadPoolExecutor(1, thread_name_prefix="wake")
    wake_ladder = partial(_submit, waking, ladders.wake)
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
        after_commit=partial(_wake, workers, wake_ladder),
        hints=_hints(script),
        forget=forget,
        apology=Line("fallback.sorry", (("number", spoken.digits(script, JAPANESE, script.centre_number)),)),
    )
    app = Flask("mizumado", static_folder=None)
    duty = DutyLine(script, WakingDeeds(store.deeds, wake_ladder), store.tickets, rosters)
    gate = SignatureGate(settings)
    app.register_blueprint(voice_blueprint(edge, gate, duty_caller(duty, settings.public_url)))
    app.register_blueprint(duty_blueprint(edge, duty, mouth_of(edge), gate))
    app.register_blueprint(audio_blueprint(edge))
    named = partial(_named, rosters)
    app.register_blueprint(now_blueprint(Now(settings, script, store.tickets, clock, minds.deaf_because, named)))
    app.register_blueprint(duty_log_blueprint(_duty_log(settings, script, store, rosters, clock)))
    live = _live_desk(edge, minds, places, detector) if detector is not None else None
    sockets = {MEDIA_PATH: MediaSocket(live, signed_by_twilio(settings))} if live is not None else {}
    return Office(settings, script, store, desk, app, workers, ladders, waking, forget, live, sockets)


def _duty_log(settings: Settings, script: Script, store: Store, rosters: RosterFiles, clock: Clock) -> DutyLogDesk:
    """The log of the nights, with the names of today's roster."""
    calendar = partial(lived, script.calendar, store.switches)
    words = read_night_words(settings.prompts, script)
    return DutyLogDesk(store.nights, calendar, words, partial(_named, rosters), clock)


def _named(rosters: RosterFiles, who: str) -> str | None:
    person = rosters.person(who)
    return person.name if person is not None else None


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


def _submit(waking: ThreadPoolExecutor, wake: Callable[[str], None], reference: str) -> None:
    """Out of the caller's way. At the end of the desk nobody is woken any more: the store keeps what is to be done."""
    with contextlib.suppress(RuntimeError):
        waking.submit(wake, reference)


def _wake(workers: tuple[Worker, ...], wake_ladder: Callable[[str], object], turn: StoredTurn) -> None:
    """Only the worker that the turn has work for: a wake-up takes time from the calls."""
    notices, rings = workers
    for action in turn.actions:
        match action:
            case NotifyStaff(reference=reference) | TouchEarlier(reference=reference):
                notices.wake()
                wake_ladder(reference)
            case StoreTicket(reference=reference) if turn.call.notified:
                wake_ladder(reference)  # it may have got worse
            case Transfer():
                rings.wake()
            case _:
                pass


def _workers(
    settings: Settings, script: Script, store: Store, clock: Clock, outside: Outside, ladders: Ladders
) -> tuple[Worker, ...]:
    """One for notices, one for desks' telephones: a slow webhook must not keep a desk from ringing."""
    telephone = outside.telephone
    delivery = NoticeDelivery(store.notices, _notifiers(settings, clock, outside), clock)
    numbers = {desk.id: desk.number for desk in script.desks.values() if desk.reach == "queue" and desk.number}
    bell = DeskBell(store.rings, telephone, clock, numbers, settings.public_url, settings.max_wait_s)
    passes: list[Pass] = [bell.ring]
    if settings.token_given:
        queues = tuple(desk.id for desk in script.desks.values() if desk.reach == "queue")
        passes.insert(0, at_most_every(SWEEP_EVERY_S, QueuePreparation(telephone, queues).prepare))
    sweeps = [at_most_every(SWEEP_EVERY_S, delivery.sweep), at_most_every(SWEEP_EVERY_S, ladders.reconcile)]
    return Worker("notices", [delivery.deliver, *sweeps]), Worker("rings", passes)


def _ladders(settings: Settings, store: Store, clock: Clock, outside: Outside, rosters: RosterFiles) -> Ladders:
    """The ladders of this desk: run by DBOS where it serves, by a thread in trials and simulations."""
    words = load_text_words()

    def body(reference: str, alarm: bool) -> str:
        ticket = store.tickets.ticket(reference)
        category = ticket.report.category if ticket is not None else None
        return words.body(reference, category, outside.link(reference), alarm=alarm)

    ladder = Ladder(
        escalations=store.escalations,
        rosters=rosters,
        telephone=outside.telephone,
        texts=outside.texts,
        clock=clock,
        policy=read_ladder(settings.duty),
        public_url=settings.public_url,
        body=body,
        line=settings.twilio_account_sid,
    )
    if outside.durable:
        return DurableLadders(ladder, store.escalations, clock, settings.database, settings.executor)
    return PolledLadders(ladder)


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
