"""Staff on duty at the carrier's telephones: a call the desk places is picked up, heard, keyed and reported."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urljoin

from ivr.channels.simulator.clock import SimulatedClock
from ivr.channels.simulator.desk_ports import RunningDesk
from ivr.channels.simulator.duty import UNANSWERED, DutyLeg, DutyStaff, Manner
from ivr.channels.simulator.earpiece import Earpiece
from ivr.channels.simulator.exchange import Exchange, Rung
from ivr.channels.simulator.line import Document, RefusedError, SignedLine, identity
from ivr.channels.simulator.twiml_lint import Where

MOST_DOCUMENTS = 10
_LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class DutyLegs:
    """Run it as a context manager: from then on the exchange's calls to staff are taken, one after another.

    `faults`: what Twilio would have refused or ignored. The caller's clock is not moved: staff have their own time.
    """

    desk: RunningDesk
    exchange: Exchange
    staff: DutyStaff
    clock: SimulatedClock
    faults: list[str] = field(default_factory=list)
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="duty"))
    _fetched: dict[str, float] = field(default_factory=dict)

    def __enter__(self) -> DutyLegs:
        self.exchange.attend(self._rung, self._texted)
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown(cancel_futures=True)

    def told(self) -> tuple[str, ...]:
        """The faults since last asked."""
        found = tuple(self.faults)
        self.faults.clear()
        return found

    def _texted(self, fields: Mapping[str, str]) -> None:
        self.staff.texted(fields["To"], fields["Body"])

    def _rung(self, rung: Rung) -> bool:
        """Whether this is a telephone of staff on duty."""
        leg = self.staff.rings(rung.fields["To"])
        if leg is None:
            return False
        self._thread.submit(self._take, rung, leg)
        return True

    def _take(self, rung: Rung, leg: DutyLeg) -> None:
        fields = identity(self.desk.account_sid, rung.sid, rung.fields["From"], rung.fields["To"], "outbound-api")
        line = SignedLine(self.desk, fields, self.faults)
        try:
            self._play(line, rung, leg)
        except RefusedError as error:
            self.faults.append(str(error))
        except Exception as error:  # noqa: BLE001  # in a thread nobody would hear of it
            _LOG.exception("a call to staff on duty broke")
            self.faults.append(f"a call to staff on duty broke: {type(error).__name__}")
        finally:
            line.close()
            leg.over = True

    def _play(self, line: SignedLine, rung: Rung, leg: DutyLeg) -> None:
        if self.exchange.hung_up(rung.sid):
            self._report(line, rung, "canceled")
        elif leg.manner in UNANSWERED:
            self._report(line, rung, "busy" if leg.manner is Manner.BUSY else "no-answer")
        else:
            if "answered" in rung.fields.get("StatusCallbackEvent", ""):
                self._report(line, rung, "in-progress")
            try:
                self._listen(line, rung.fields["Url"], leg)
            finally:
                self._report(line, rung, "completed")

    def _listen(self, line: SignedLine, url: str, leg: DutyLeg) -> None:
        ear = Earpiece(line, self.desk.books, SimulatedClock(self.clock.now()), self._fetched)
        ear.said = leg.heard
        following: Document | None = line.ask(url, {})
        for _ in range(MOST_DOCUMENTS):
            if following is None:
                return
            following = _document(line, ear, following, leg)
        line.complain(url, "a call to staff on duty never comes to an end")

    def _report(self, line: SignedLine, rung: Rung, status: str) -> None:
        callback = rung.fields.get("StatusCallback")
        if callback:
            ended = {} if status == "in-progress" else {"CallDuration": "0" if status != "completed" else "30"}
            line.tell(callback, {"CallStatus": status, "CallbackSource": "call-progress-events", **ended})


def _document(line: SignedLine, ear: Earpiece, document: Document, leg: DutyLeg) -> Document | None:
    """Hear one document; the one that follows, None when the desk hung up."""
    for verb in document.root:
        match verb.tag:
            case "Say" | "Play" | "Pause":
                ear.hear(verb, document.url)
            case "Gather":
                for prompt in verb:
                    ear.hear(prompt, document.url)
                if key := leg.presses():
                    return line.ask(urljoin(document.url, verb.get("action", "")), {"Digits": key}, Where.CALL)
            case "Redirect":
                return line.ask(urljoin(document.url, (verb.text or "").strip()), {}, Where.CALL)
            case "Hangup":
                return None
            case _:
                raise RefusedError(f"staff on duty were led to <{verb.tag}>: they can only hear and press keys")
    line.complain(document.url, "the document runs out: staff on duty hear the line go dead")
    return None
