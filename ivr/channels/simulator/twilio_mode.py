"""Plays call files over real HTTP: Twilio's part, with signatures, status callbacks, queue, recordings and REST."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import requests

from audio.recording import NotSound
from ivr.channels.simulator.bridging import Bridging
from ivr.channels.simulator.call_file import CallFile
from ivr.channels.simulator.caller_voice import CallerVoice
from ivr.channels.simulator.clock import SimulatedClock
from ivr.channels.simulator.connecting import Connecting
from ivr.channels.simulator.desk_ports import RunningDesk
from ivr.channels.simulator.earpiece import Earpiece
from ivr.channels.simulator.exchange import Exchange
from ivr.channels.simulator.journal import took_down
from ivr.channels.simulator.line import RefusedError, SignedLine, identity
from ivr.channels.simulator.media_faults import LineQuality
from ivr.channels.simulator.media_measures import MediaReport
from ivr.channels.simulator.scripted import ScriptedCaller
from ivr.channels.simulator.text_mode import CannotPlayError, dialled_of, new_call_sid
from ivr.channels.simulator.walker import Walker

VOICE_URL, STATUS_URL = "/twilio/voice", "/twilio/status"
WITHHELD = "+266696687"  # ANONYMOUS on a keypad: how a withheld number has been seen to arrive in Japan
_STATUSES = ("ringing", "in-progress", "completed")


@dataclass(frozen=True, slots=True)
class Played:
    """A call as the carrier saw it. `faults`: what Twilio would have refused, and why the call did not end.

    `said` is what verbs played; what was said on a stream stands in the store. `media`: None without any stream.
    """

    sid: str
    said: tuple[str, ...]
    faults: tuple[str, ...]
    media: MediaReport | None = None


@dataclass(slots=True)
class Carrier:
    """Twilio's part for one run of several calls. `fetched`: sounds proved already; `quality`: of its streams."""

    desk: RunningDesk
    exchange: Exchange
    voice: CallerVoice
    clock: SimulatedClock
    fetched: dict[str, float] = field(default_factory=dict)
    quality: LineQuality = field(default_factory=LineQuality)

    def probe(self) -> list[str]:
        """Whether the desk lets forged webhooks in: asked once a run, it would spoil every call. Gives the faults."""
        fields = identity(self.desk.account_sid, new_call_sid(), WITHHELD, "+815000000002")
        line = SignedLine(self.desk, fields, [])
        try:
            forged = line.accepts_forgery(VOICE_URL)
        except RefusedError as error:
            return [str(error)]
        finally:
            line.close()
        return [f"{VOICE_URL}: a webhook with a wrong signature or none is not refused with 403"] if forged else []

    def play(self, call: CallFile) -> Played:
        """One call from ringing to "completed"."""
        sid = new_call_sid()
        with self._line(call, sid) as line:
            ear = Earpiece(line, self.desk.books, self.clock, self.fetched)
            bridging = Bridging(call, sid, line, ear, self.clock, self.exchange, self.fetched)
            script = ScriptedCaller(call, partial(took_down, self.desk.books, sid))
            connecting = Connecting(sid, line, self.clock, self.voice, script, self.quality)
            begun = self.clock.now()
            try:
                self._walk(call, line, Walker(bridging, connecting))
            except (RefusedError, CannotPlayError, NotSound) as error:
                line.complaints.append(str(error))
            seconds = int((self.clock.now() - begun).total_seconds())
            self._report(call, line, "completed", seconds)
            if call.carrier.reorder:
                self._report(call, line, "in-progress")
                self._report(call, line, "ringing")
            return Played(sid, tuple(ear.said), tuple(line.complaints), connecting.measures.report())

    def _walk(self, call: CallFile, line: SignedLine, walker: Walker) -> None:
        if not call.carrier.reorder:
            self._report(call, line, "ringing")
        line.status = "ringing"
        first = line.ask(VOICE_URL, {})
        line.status = "in-progress"
        if not call.carrier.reorder:
            self._report(call, line, "in-progress")
        walker.run(first)

    @contextmanager
    def _line(self, call: CallFile, sid: str) -> Iterator[SignedLine]:
        digits = call.context.digits
        caller = WITHHELD if digits is None else "+81" + digits.removeprefix("0")
        fields = identity(self.desk.account_sid, sid, caller, self.desk.numbers[dialled_of(call)])
        line = SignedLine(self.desk, fields, [], repeat=call.carrier.repeat_webhooks)
        try:
            yield line
        finally:
            line.close()

    def _report(self, call: CallFile, line: SignedLine, status: str, seconds: int = 0) -> None:
        """A status callback; it may come twice. A lost one is a fault, and the call goes on."""
        fields = {
            "CallStatus": status,
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(_STATUSES.index(status)),
            "Timestamp": self.clock.now().strftime("%a, %d %b %Y %H:%M:%S %z"),
        }
        if status == "completed":
            fields |= {"CallDuration": str(seconds), "Duration": str(-(-seconds // 60))}
        for _ in range(2 if call.carrier.repeat_status else 1):
            try:
                line.tell(STATUS_URL, fields)
            except (RefusedError, requests.RequestException) as error:
                line.complaints.append(str(error))
