"""One caller over one media socket: sound in, turns of the desk, sound out. Lives on the event loop, blocks nothing.

What takes time (voice detector, recogniser, understanding, store, synthesis) runs elsewhere and comes back as a call on
the loop. Who may speak when is decided in turn_taking.py, what is said in domain/dialog.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future
from typing import Any

from audio import mulaw
from audio.endpoint import new_endpoint
from audio.sound import TELEPHONE_RATE, from_int16
from audio.transcriber import Transcript, TranscriptionFailed
from audio.voice_activity import WINDOW_BYTES, WINDOW_MS
from audio.voice_activity import Line as Ear
from ivr.channels.hints import HINTS
from ivr.channels.stream import orders
from ivr.channels.stream.caller_sound import CallerSound
from ivr.channels.stream.desk import LiveDesk
from ivr.channels.stream.protocol import (
    KeyCame,
    MarkCame,
    Message,
    SoundCame,
)
from ivr.channels.stream.speech import Speech
from ivr.channels.stream.turn_taking import TurnTaking
from ivr.domain.call import (
    Ask,
    Dialled,
    Ears,
    EarsFailed,
    Event,
    HangUp,
    Pressed,
    Question,
    Say,
    Spoke,
    State,
    StayedSilent,
    TakeMessage,
    Transfer,
)
from ivr.ports import StoredTurn, StoreUnavailable
from ivr.security.redaction import where

logger = logging.getLogger(__name__)

STORE_TRIES = 3
STORE_AGAIN_S = 1.0
FILLER_S = 4.0  # dead air while the desk decides


def _unheard(_probability: float, _level: float) -> None:
    """The call is over: nobody listens to what the detector hears."""


class LiveCall:
    """`send` queues one message to the carrier; `close` ends the socket, and the carrier asks how to go on."""

    def __init__(
        self, desk: LiveDesk, sid: str, stream_sid: str, send: Callable[[str], None], close: Callable[[str], None]
    ) -> None:
        self._desk, self._sid, self._close = desk, sid, close
        self._loop = asyncio.get_running_loop()
        self._watch = desk.watch(sid)
        self._taking = TurnTaking()
        self._endpoint = new_endpoint()
        self._sound = CallerSound()
        self._ear = Ear(self._listened_elsewhere)
        self._now = 0
        self._jobs: dict[int, Future[Transcript]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn: StoredTurn | None = None
        self._speech = Speech(desk, stream_sid, send, self._taking, self._start, self._note, self._end)
        self._over = False
        self._gone = False

    # --- from the socket --------------------------------------------------------------------------

    def begin(self, turn: StoredTurn) -> None:
        """Put the question of `turn`, whose other lines the carrier has played already."""
        self._follow(turn, only_the_question=True)

    def receive(self, message: Message) -> None:
        """One message of the carrier's, after `start`."""
        match message:
            case SoundCame(sound=sound):
                self._sound.add(sound)
                while (window := self._sound.window(WINDOW_BYTES)) is not None:
                    self._desk.detector.submit(self._ear, window)
            case KeyCame(digit=digit):
                self._note("key")
                self._obey(self._taking.key(digit))
            case MarkCame(name=name):
                if self._speech.marked(name):
                    self._note("listens")
                    self._obey(self._taking.played())
            case _:
                pass

    async def finish(self) -> None:
        """The caller or the socket is gone: what was being said is read and kept, everything else is let go."""
        if not self._over:
            self._gone = True
            self._obey(self._taking.left())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._desk.edge.settings.asr_deadline_s + 1):
                    while self._jobs or self._tasks:
                        await asyncio.sleep(0.02)
        self._over = self._ear.closed = True
        for task in self._tasks:
            task.cancel()
        for job in self._jobs.values():
            job.cancel()
        # A call and its parts know each other: half a megabyte of sound must not wait for the collector to find out.
        self._jobs.clear()
        self._sound.forget()
        self._ear.heard = _unheard

    @property
    def media_ms(self) -> int:
        """Sound received so far."""
        return self._sound.milliseconds

    # --- listening --------------------------------------------------------------------------------

    def _listened_elsewhere(self, probability: float, level: float) -> None:
        """In the detector's thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
            self._loop.call_soon_threadsafe(self._listened, probability, level)

    def _listened(self, probability: float, level: float) -> None:
        if self._over:
            return
        self._now += WINDOW_MS
        self._obey(self._taking.window(self._now, self._endpoint.window(probability, level), WINDOW_MS))

    def _recognise(self, order: orders.Recognise) -> None:
        assert self._turn is not None  # noqa: S101 - nothing is recognised before a question was put
        call, question = self._turn.call, self._turn.call.question or Question.OPEN
        urgent = call.dialled is Dialled.NIGHT_LINE or (call.report is not None and call.report.urgent)
        clip = from_int16(mulaw.decode(self._sound.between(order.begin_ms, order.end_ms)), TELEPHONE_RATE)
        deadline = self._desk.edge.settings.asr_deadline_s
        try:
            job = self._desk.ears.submit(clip, HINTS.get(question), urgent=urgent, seconds=deadline)
        except TranscriptionFailed as error:
            why = str(error)
            self._loop.call_soon(lambda: self._obey(self._taking.failed(order.job, why)))
            return
        self._jobs[order.job] = job

        def transcribed(done: Future[Transcript]) -> None:
            with contextlib.suppress(RuntimeError):  # closed for the night
                self._desk.threads.submit(self._read, order, question, done)

        job.add_done_callback(transcribed)

    def _read(self, order: orders.Recognise, question: Question, done: Future[Transcript]) -> None:
        """In a thread: the transcript's place in the conversation."""
        result: orders.Reading | str
        try:
            transcript = done.result()
            result = self._desk.read(order.before, transcript.text.strip() if transcript.heard else "", question)
        except (TranscriptionFailed, CancelledError) as error:
            result = str(error) or "cancelled"
        except Exception as error:  # whatever it was, the caller must not wait for ever
            logger.exception("an utterance could not be read")
            result = where(error)
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._was_read, order.job, result)

    def _was_read(self, job: int, result: orders.Reading | str) -> None:
        if self._jobs.pop(job, None) is None:
            return  # dropped meanwhile
        if isinstance(result, str):
            logger.warning("ears failed: %s", result)
            self._obey(self._taking.failed(job, result))
            return
        self._note("heard", text=result.text, completeness=result.completeness.value)
        self._obey(self._taking.recognised(job, result))

    # --- deciding ---------------------------------------------------------------------------------

    def _obey(self, commands: orders.Commands) -> None:
        for command in commands:
            match command:
                case orders.Recognise():
                    self._recognise(command)
                case orders.Drop(job=job):
                    dropped = self._jobs.pop(job, None)
                    if dropped is not None:
                        dropped.cancel()
                case orders.Clear():
                    self._note("interrupted", lines_heard=self._speech.heard)
                    self._speech.clear()
                case orders.SpeakOn():
                    self._speech.say_on()
                case orders.AskToWait():
                    self._start(self._speech.fill())
                case orders.Reply(text=text):
                    self._take(Spoke(self._desk.edge.clock.now(), text, question=self._question))
                case orders.Keys(keys=keys):
                    self._take(Pressed(self._desk.edge.clock.now(), keys))
                case orders.NoReply():
                    self._take(StayedSilent(self._desk.edge.clock.now()))
                case orders.GiveUp(why=why):
                    self._take(EarsFailed(self._desk.edge.clock.now(), why))

    @property
    def _question(self) -> Question | None:
        return self._turn.call.question if self._turn is not None else None

    def _take(self, event: Event) -> None:
        """One turn of the desk, in a thread; a filler if it takes long."""
        assert self._turn is not None  # noqa: S101 - a reply has a question
        self._start(self._decided(f"turn:{self._turn.seq}", event))

    async def _decided(self, key: str, event: Event) -> None:
        filler = self._loop.call_later(FILLER_S, lambda: self._start(self._speech.fill()))
        try:
            for tried in range(STORE_TRIES):
                try:
                    turn = await self._loop.run_in_executor(
                        self._desk.threads, self._desk.edge.commit, self._sid, key, event
                    )
                except StoreUnavailable as error:
                    logger.error("a turn could not be stored (%s)", where(error))
                    await asyncio.sleep(STORE_AGAIN_S * (tried + 1))
                else:
                    self._follow(turn)
                    return
            self._end("the store is unavailable")
        except Exception:  # a caller is on the line: the webhook decides how to go on
            logger.exception("a turn broke")
            self._end("a turn broke")
        finally:
            filler.cancel()

    def _follow(self, turn: StoredTurn, *, only_the_question: bool = False) -> None:
        """Do what was decided, as far as live sound can: put a question. The rest is the carrier's."""
        if self._over or self._gone:
            return
        self._turn = turn
        self._note("turn", turn=turn)
        closing = next((one for one in turn.actions if isinstance(one, Ask | TakeMessage | Transfer | HangUp)), None)
        call = turn.call
        if closing is None and call.state is not State.ENDED and call.question is not None:
            self._obey(self._taking.wait_on(self._desk.edge.wording.listening_to(call)))
            return
        if not isinstance(closing, Ask) or not self._spoken_here(turn):
            self._end("handed over")
            return
        before = [line for one in turn.actions if isinstance(one, Say) for line in one.lines]
        self._taking.ask(self._desk.edge.wording.listening_to(call))
        self._speech.say(closing.lines if only_the_question else (*before, *closing.lines), call.language)

    def _spoken_here(self, turn: StoredTurn) -> bool:
        """Whether the own voice says every line of it; else the carrier does (as `TurnTwiml.live` judges)."""
        ours, language = self._desk.edge.voice_languages, turn.call.language
        asked = [line for one in turn.actions if isinstance(one, Ask) for line in one.lines]
        all_ours = language in ours and all(line.spoken_in(language) in ours for line in asked)
        return turn.call.ears is Ears.STREAM and all_ours

    def _end(self, reason: str) -> None:
        self._over = True
        self._close(reason)

    # --- housekeeping -----------------------------------------------------------------------------

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _note(self, what: str, **details: Any) -> None:
        if self._watch is not None:
            self._watch(what, details)
