"""Puts a desk up for simulated calls: in-process or under a real server, temporary storage, a settable clock."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TextIO

import uvicorn

from audio.pyopenjtalk_synthesiser import CALLER, PyOpenJTalkSynthesiser
from ivr import app as root
from ivr.channels.simulator.caller_voice import CallerVoice, SyntheticVoice
from ivr.channels.simulator.clock import SimulatedClock
from ivr.channels.simulator.desk_ports import Books, InProcessDesk, RunningDesk
from ivr.channels.simulator.duty import DutyStaff
from ivr.channels.simulator.duty_in_words import WordedTelephone
from ivr.channels.simulator.duty_ladder import DutyDesk
from ivr.channels.simulator.previous import Previous
from ivr.channels.simulator.run import Stage
from ivr.domain.call import Dialled, Ears
from ivr.domain.script import Script
from ivr.minds import Minds, load_corpora, load_minds
from ivr.serving import SERVER, asgi
from ivr.settings import HOME, Settings, read_settings
from ivr.storage.escalations import SqlEscalations
from ivr.storage.roster_files import RosterFiles
from ivr.storage.sql import Store, open_store
from ivr.usecases.answer_duty import DutyLine
from ivr.usecases.take_turn import take_turn
from nlu.gazetteer import town_readings

NUMBERS = {Dialled.CENTRE: "+815000000001", Dialled.NIGHT_LINE: "+815000000002"}
"""Invented numbers for calls that never leave this machine."""
OWN_NUMBER = "+815000000003"
"""From which the simulated desk rings its staff; invented as well."""
DUTY = HOME / "ivr" / "channels" / "simulator" / "data" / "duty"
"""The roster of simulated desks: invented numbers, somebody on duty on every day."""
MOST_LADDERS = 10_000  # those of the calls before stand there too, unclimbed
ACCOUNT, TOKEN = "AC" + "5" * 32, "simulated-token"
UP_WITHIN_S = 30.0

Environ = Iterable[tuple[bytes, bytes]]


class CalledLadders(SqlEscalations):
    """Of all ladders only those of the call that has just ended climb: `called`.

    A call takes its simulated time in a moment; a ladder that climbed beside it would see its people's time run out
    while they pick up. And the clock jumps from call to call: the carrier's one call a second would wait for next year.
    """

    def __init__(self, real: SqlEscalations) -> None:
        super().__init__(real._transactions, real._codec)
        self.called: frozenset[str] = frozenset()

    def unfinished(self, now: datetime, limit: int = MOST_LADDERS) -> Sequence[str]:
        called = self.called
        return [one for one in super().unfinished(now, max(limit, MOST_LADDERS)) if one in called] if called else []

    def take_slot(self, line: str, now: datetime, every_s: float, within_s: float) -> datetime:
        del line, every_s, within_s
        return now


Surroundings = Callable[[Settings, Script], root.Outside]
"""What a desk of these settings and this script reaches."""


@dataclass(slots=True)
class SimulatedOffice:
    """A desk whose calendar and ears may be changed between two calls: it is put together anew then."""

    settings: Settings
    minds: Minds
    store: Store
    clock: SimulatedClock
    script: Script
    office: root.Office
    previous: Previous
    outside: Surroundings
    ladders: CalledLadders
    staff: DutyStaff

    def designate(self, days: frozenset[date]) -> None:
        """Make `days` the designated busy days."""
        calendar = replace(self.script.calendar, busy_days=days)
        self.script = replace(self.script, calendar=calendar)
        self._rebuild()

    def set_ears(self, ears: Ears) -> None:
        self.settings = self.settings.model_copy(update={"ears": ears.value})
        self._rebuild()

    def _rebuild(self) -> None:
        self.office.stop()
        outside = self.outside(self.settings, self.script)
        self.office = root.office_with(outside, self.settings, self.minds, self.script, self.store, self.clock)
        self.office.start()

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """WSGI: whatever desk stands now."""
        return self.office.app(environ, start_response)

    def socket(self, path: str) -> Any:
        """Who serves media sockets at `path` on whatever desk stands now, None for nobody."""
        return self.office.sockets.get(path)

    @property
    def books(self) -> Books:
        return Books(self.store.turns, self.store.tickets, self.script.text)

    @property
    def duty(self) -> DutyDesk:
        return DutyDesk(
            self.staff, self._climb, self.ladders.standing, lambda: self.ladders.unfinished(self.clock.now())
        )

    def _climb(self, references: Collection[str]) -> None:
        self.ladders.called = frozenset(references)
        for reference in references:
            self.office.ladders.wake(reference)


def stage_for(settings: Settings, out: TextIO) -> Stage:
    """How `mizumado call` puts a desk up. `out`: where the simulated staff's notices are printed."""
    if "duty" not in settings.model_fields_set:
        settings = settings.model_copy(update={"duty": DUTY})
    return Stage(
        in_process=partial(_in_process, settings, out),
        start_server=partial(_start_server, settings, out),
        attach=partial(_attach, settings),
        voice=caller_voice,
    )


def caller_voice(language: str) -> CallerVoice:
    return SyntheticVoice(PyOpenJTalkSynthesiser(manner=CALLER, readings=town_readings()), language)


@dataclass(frozen=True, slots=True)
class Around:
    """What a simulated desk reaches: as the real one, but for the earlier reports, which are its call file's only.

    `in_words`: there is no carrier, not even a simulated one. Nobody is rung, whatever the settings and the roster say.
    """

    store: Store
    clock: SimulatedClock
    out: TextIO
    previous: Previous
    staff: DutyStaff
    in_words: bool

    def __call__(self, settings: Settings, script: Script) -> root.Outside:
        outside = replace(root.twilio_outside(settings, self.clock, self.out), earlier=self.previous)
        if not self.in_words:
            return outside
        line = DutyLine(script, self.store.deeds, self.store.tickets, RosterFiles(settings.duty))
        telephone = WordedTelephone(self.staff, line, self.clock)
        return replace(outside, telephone=telephone, texts=telephone)


def _previous(store: Store) -> Previous:
    return Previous(store.turns, store.tickets, town_readings().get)


@contextmanager
def _simulated(
    settings: Settings, out: TextIO, clock: SimulatedClock, *, in_words: bool = False
) -> Iterator[SimulatedOffice]:
    with ExitStack() as closing:
        folder = Path(closing.enter_context(TemporaryDirectory(prefix="mizumado-")))
        settings = settings.model_copy(update={"database": f"sqlite:///{folder / 'calls.db'}"})
        minds = load_minds(settings)
        closing.callback(minds.close)
        script = root.load_script(settings, *minds.corpora)
        store = open_store(settings.database, root.load_rule(settings, script))
        closing.callback(store.close)
        ladders = CalledLadders(store.escalations)
        store = replace(store, escalations=ladders)
        previous, staff = _previous(store), DutyStaff(RosterFiles(settings.duty).with_number)
        outside = Around(store, clock, out, previous, staff, in_words)
        office = root.office_with(outside(settings, script), settings, minds, script, store, clock)
        office.warm()
        office.start()
        simulated = SimulatedOffice(settings, minds, store, clock, script, office, previous, outside, ladders, staff)
        try:
            yield simulated
        finally:
            simulated.office.stop()


@contextmanager
def _in_process(settings: Settings, out: TextIO, clock: SimulatedClock) -> Iterator[InProcessDesk]:
    # No sound in text mode: nothing to load. And nobody outside hears of a report that is none.
    quiet = settings.model_copy(update={"ears": "keys", "voice": "say", "notify": "printed"})
    with _simulated(quiet, out, clock, in_words=True) as simulated:
        yield InProcessDesk(
            take=lambda sid, key, event: take_turn(simulated.office.desk, sid, key, event),
            books=simulated.books,
            designate=simulated.designate,
            max_wait_s=settings.max_wait_s,
            recall=simulated.previous.recall,
            duty=simulated.duty,
        )


@contextmanager
def _start_server(settings: Settings, out: TextIO, clock: SimulatedClock, carrier_api: str) -> Iterator[RunningDesk]:
    """The real app under uvicorn on a free loopback port."""
    with ExitStack() as closing:
        # The protocol is named so that asyncio sends small answers at once (TCP_NODELAY).
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        closing.callback(listening.close)
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        changes: dict[str, object] = {
            "port": port,
            "public_url": f"http://127.0.0.1:{port}",
            "centre_numbers": NUMBERS[Dialled.CENTRE],
            "night_numbers": NUMBERS[Dialled.NIGHT_LINE],
            "twilio_account_sid": ACCOUNT,
            "twilio_auth_token": TOKEN,
            "twilio_api": carrier_api,
            "twilio_from": OWN_NUMBER,
            "notify": "printed",
        }
        known = {name: getattr(settings, name) for name in type(settings).model_fields if name not in changes}
        simulated = closing.enter_context(_simulated(read_settings(**known, **changes), out, clock))
        closing.enter_context(_serving(simulated, listening))
        yield RunningDesk(
            base_url=simulated.settings.public_url,
            account_sid=ACCOUNT,
            auth_token=TOKEN,
            books=simulated.books,
            numbers=NUMBERS,
            set_ears=simulated.set_ears,
            designate=simulated.designate,
            recall=simulated.previous.recall,
            duty=simulated.duty,
        )


@contextmanager
def _serving(simulated: SimulatedOffice, listening: Any) -> Iterator[None]:
    config = uvicorn.Config(asgi(simulated, simulated.socket), **SERVER)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="desk", daemon=True)
    thread.start()
    until = time.monotonic() + UP_WITHIN_S
    while not server.started:
        if time.monotonic() > until or not thread.is_alive():
            raise RuntimeError("the simulated desk did not start")
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def _attach(settings: Settings, url: str, _carrier_api: str) -> Iterator[RunningDesk]:
    """A desk that runs already, with the token, store and numbers of this environment's settings."""
    store = open_store(settings.database)
    try:
        script = root.load_script(settings, *load_corpora())
        numbers = {
            Dialled.CENTRE: settings.centre_numbers.split(",")[0] or NUMBERS[Dialled.CENTRE],
            Dialled.NIGHT_LINE: settings.night_numbers.split(",")[0] or NUMBERS[Dialled.NIGHT_LINE],
        }
        yield RunningDesk(
            base_url=url.rstrip("/"),
            account_sid=settings.twilio_account_sid,
            auth_token=settings.twilio_auth_token.get_secret_value(),
            books=Books(store.turns, store.tickets, script.text),
            numbers=numbers,
            set_ears=None,
            designate=None,
            public_url=settings.public_url,
            recall=_previous(store).recall,
        )
    finally:
        store.close()
