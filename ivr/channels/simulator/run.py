"""Runs call files in a mode, judges them, and prints the results: for people, or one JSON object a line."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, TextIO

from ivr.channels.simulator.call_file import CallFile
from ivr.channels.simulator.caller import foreseeable
from ivr.channels.simulator.caller_voice import CallerVoice, NoVoice
from ivr.channels.simulator.clock import SimulatedClock
from ivr.channels.simulator.desk_ports import Designate, InProcessDesk, RunningDesk
from ivr.channels.simulator.duty import DutyFacts
from ivr.channels.simulator.duty_ladder import climbed
from ivr.channels.simulator.duty_legs import DutyLegs
from ivr.channels.simulator.exchange import Exchange
from ivr.channels.simulator.journal import NOTHING, Journal, read_journal
from ivr.channels.simulator.judge import judge
from ivr.channels.simulator.media_faults import LineQuality
from ivr.channels.simulator.media_measures import MediaReport
from ivr.channels.simulator.media_sound import RememberingVoice
from ivr.channels.simulator.read_calls import read_calls
from ivr.channels.simulator.text_mode import CannotPlayError, TextCall
from ivr.channels.simulator.twilio_mode import Carrier
from ivr.domain.call import Ears
from ivr.domain.hours import TOKYO, tokyo
from ivr.ports import StoreUnavailable

PERFECT = LineQuality()
_LOG = logging.getLogger(__name__)
_EPOCH = datetime(2026, 1, 5, 12, tzinfo=TOKYO)  # the clock is set to each call's own time before it rings


class Mode(StrEnum):
    TEXT = "text"  # in-process, no telephone
    GATHER = "gather"  # over HTTP, the carrier's recogniser hears every word as written
    RECORD = "record"  # over HTTP with sound, through the desk's own recogniser
    STREAM = "stream"  # over a media socket with live sound, through the desk's own recogniser


@dataclass(frozen=True, slots=True)
class Stage:
    """How the composition root puts a desk up for calls.

    `in_process(clock)`: a desk on temporary storage. `start_server(clock, carrier_api)`: the real app on a free
    loopback port; `carrier_api` is the base URL that stands for Twilio's REST API. `attach(url, carrier_api)`: a desk
    that runs already; its token, store and public address come from the settings. `voice(language)`: a caller's voice.
    """

    in_process: Callable[[SimulatedClock], AbstractContextManager[InProcessDesk]]
    start_server: Callable[[SimulatedClock, str], AbstractContextManager[RunningDesk]]
    attach: Callable[[str, str], AbstractContextManager[RunningDesk]]
    voice: Callable[[str], CallerVoice]


@dataclass(frozen=True, slots=True)
class Result:
    """One call, played and judged. `journal` is None when the desk broke before there was one."""

    id: str
    title: str
    reasons: tuple[str, ...]
    journal: Journal | None
    seconds: float
    media: MediaReport | None = None

    @property
    def passed(self) -> bool:
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a call, and what went wrong on the way."""

    journal: Journal
    faults: tuple[str, ...]
    media: MediaReport | None = None


Play = Callable[[CallFile], Came]
"""Plays one call."""


def call_command(
    paths: Iterable[Path],
    mode: Mode,
    stage: Stage,
    out: TextIO,
    *,
    as_json: bool,
    server_url: str | None = None,
    quality: LineQuality = PERFECT,
) -> int:
    """The command `mizumado call`: prints to `out`, gives the exit code (1 = a call failed). Raises CallFileError."""
    results = []
    for result in run_files(paths, mode, stage, server_url=server_url, quality=quality):
        results.append(result)
        out.write((json.dumps(as_row(result), ensure_ascii=False) if as_json else as_text(result)) + "\n")
        out.flush()
    failed = sum(not result.passed for result in results)
    if not as_json:
        out.write(f"{len(results)} calls in mode {mode}: {len(results) - failed} passed, {failed} failed\n")
    return 1 if failed else 0


def run_files(
    paths: Iterable[Path],
    mode: Mode,
    stage: Stage,
    *,
    server_url: str | None = None,
    quality: LineQuality = PERFECT,
) -> Iterator[Result]:
    """Each call as soon as it is played and judged; `quality` is that of streams.

    All files are read first. Raises CallFileError.
    """
    calls = read_calls(paths)
    if mode is Mode.TEXT and server_url:
        raise ValueError("text mode plays in-process: a server can only be called in the other modes")
    clock = SimulatedClock(_EPOCH)
    with ExitStack() as open_things:
        if mode is Mode.TEXT:
            play = _in_text(open_things.enter_context(stage.in_process(clock)), clock)
        else:
            exchange = open_things.enter_context(Exchange())
            opened = stage.attach(server_url, exchange.url) if server_url else stage.start_server(clock, exchange.url)
            desk = open_things.enter_context(opened)
            exchange.admit(desk.account_sid, desk.auth_token)
            staff = desk.duty.staff if desk.duty else None
            legs = open_things.enter_context(DutyLegs(desk, exchange, staff, clock)) if staff else None
            play = _over_http(Carrier(desk, exchange, NoVoice(), clock, quality=quality), legs, mode, stage)
        for number, call in enumerate(calls, 1):
            _LOG.info("call %d of %d: %s", number, len(calls), call.id)
            yield _result(call, play, clock)


def _in_text(desk: InProcessDesk, clock: SimulatedClock) -> Play:
    season = _Season(desk.designate)

    def play(call: CallFile) -> Came:
        season.set_for(call)
        _set_scene(desk, call)
        telephone = TextCall(call, desk, clock)
        faults: tuple[str, ...] = ()
        try:
            telephone.play()
        except CannotPlayError as error:
            faults = (str(error),)
        return Came(_with_duty(desk, telephone.sid, read_journal(telephone.sid, desk.books)), faults)

    return play


def _over_http(carrier: Carrier, legs: DutyLegs | None, mode: Mode, stage: Stage) -> Play:
    desk = carrier.desk
    if desk.set_ears is not None:
        desk.set_ears(Ears(mode.value))
    season = _Season(desk.designate)
    forged = carrier.probe()
    voice = cache(lambda language: RememberingVoice(stage.voice(language)))  # slow to build, and slow to speak

    def play(call: CallFile) -> Came:
        season.set_for(call)
        _set_scene(desk, call)
        if mode in (Mode.RECORD, Mode.STREAM):
            carrier.voice = remembering = voice(call.lang)
            remembering.learn(foreseeable(call) if mode is Mode.STREAM else ())  # a line cannot wait for a voice
        played = carrier.play(call)
        said = None if mode is Mode.STREAM else played.said
        journal = _with_duty(desk, played.sid, read_journal(played.sid, desk.books, said))
        return Came(journal, (*forged, *played.faults, *(legs.told() if legs else ())), played.media)

    return play


def _set_scene(desk: InProcessDesk | RunningDesk, call: CallFile) -> None:
    """What was there before the call: the earlier report, and staff on duty with their habits."""
    if desk.recall is not None:
        desk.recall(call.context.previous_ticket, call.clock)
    if desk.duty is not None:
        desk.duty.staff.begin(call.context.duty)
    elif call.expect.duty or (call.expect.ticket and call.expect.ticket.status):
        raise CannotPlayError("expect.duty, expect.ticket.status: staff of a running server cannot be played from here")


def _with_duty(desk: InProcessDesk | RunningDesk, sid: str, journal: Journal) -> Journal:
    """The caller has hung up: staff on duty are rung."""
    duty = climbed(desk.duty, desk.books.turns, desk.books.tickets, sid) if desk.duty else None
    return replace(journal, duty=duty)


class _Season:
    """The designated days of the desk under test, set only when they change: a desk may have to be rebuilt for it."""

    def __init__(self, designate: Designate | None) -> None:
        self._designate = designate
        self._days: frozenset[date] | None = None

    def set_for(self, call: CallFile) -> None:
        days = busy_days(call)
        if self._designate is None:
            if days:
                raise CannotPlayError("context.season: the calendar of a running server cannot be set from here")
        elif days != self._days:
            self._designate(days)
            self._days = days


def busy_days(call: CallFile) -> frozenset[date]:
    """The designated days that a call file asks for."""
    return frozenset({tokyo(call.clock).date()} if call.context.season == "busy" else ())


def _result(call: CallFile, play: Play, clock: SimulatedClock) -> Result:
    clock.set(call.clock)
    begun = time.monotonic()
    came: Came | None = None
    try:
        came = play(call)
        reasons = (*came.faults, *judge(call.expect, came.journal))
    except (CannotPlayError, StoreUnavailable) as error:
        reasons = (f"{type(error).__name__}: {error}",)
    except Exception as error:  # noqa: BLE001  # one broken call must not hide the results of the others
        _LOG.exception("call %s broke the desk", call.id)
        reasons = (f"the desk broke: {type(error).__name__}: {error}",)
    journal, media = (came.journal, came.media) if came else (None, None)
    return Result(call.id, call.title, reasons, journal, time.monotonic() - begun, media)


def as_row(result: Result) -> dict[str, Any]:
    """The result for --json; the keys are always the same, but two: `media` is there only for a call with a stream,
    `duty` for a call about whose report staff were to be rung.
    """
    journal = result.journal or NOTHING
    return {
        "id": result.id,
        "pass": result.passed,
        "outcome": journal.outcome,
        "category": journal.category,
        "transfer_to": journal.transfer_to,
        "redirect": journal.redirect,
        "turns": journal.turns,
        "ticket": asdict(journal.ticket) if journal.ticket else None,
        "handover": dict(journal.handover),
        "callback": {"phone": journal.callback} if journal.callback else None,
        "faq_topic": list(journal.faq_topics),
        "reply_lang": journal.reply_lang,
        "said": list(journal.said),
        "heard": list(journal.heard),
        "reasons": list(result.reasons),
        **({"media": asdict(result.media)} if result.media else {}),
        **({"duty": _duty_row(journal.duty)} if journal.duty else {}),
    }


def _duty_row(duty: DutyFacts) -> dict[str, Any]:
    return {
        "rung": list(duty.rung),
        "acknowledged_by": duty.acknowledged_by,
        "status": duty.status,
        "alarms": duty.alarms,
        "texts": duty.texts,
        "heard": list(duty.heard),
    }


def as_text(result: Result) -> str:
    """The result for people: one line, and the dialogue and the reasons below it when the call failed."""
    journal = result.journal or NOTHING
    facts = " ".join(filter(None, (journal.outcome or "no outcome", journal.category, _arrow(journal))))
    verdict = "ok  " if result.passed else "FAIL"
    lines = [f"{verdict}  {result.id:<40} {facts:<45} {journal.turns:>2} questions  {result.seconds:5.1f} s"]
    if not result.passed:
        lines += (f"      {who:>6}: {words}" for who, words in journal.dialogue)
        lines += (f"      reason: {reason}" for reason in result.reasons)
    return "\n".join(lines)


def _arrow(journal: Journal) -> str | None:
    return f"-> {journal.transfer_to}" if journal.transfer_to else None
