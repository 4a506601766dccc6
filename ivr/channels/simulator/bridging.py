"""<Enqueue> and <Dial>: how a caller waits, how a person takes the call, and what the desk is told afterwards.

Results and their timing as under twilio.com/docs/voice/twiml/enqueue, /queue, /dial and /number.
"""

from __future__ import annotations

import uuid
import xml.etree.ElementTree as ET  # for its types
from dataclasses import dataclass
from urllib.parse import urljoin

from ivr.channels.simulator.call_file import CallFile
from ivr.channels.simulator.clock import SimulatedClock
from ivr.channels.simulator.earpiece import Earpiece
from ivr.channels.simulator.exchange import Exchange
from ivr.channels.simulator.line import Document, RefusedError, SignedLine, identity
from ivr.channels.simulator.staff import take_caller
from ivr.channels.simulator.text_mode import PICK_UP_S, TALK_S
from ivr.channels.simulator.twiml_lint import Where
from ivr.domain.call import Dialled

OPERATOR = "+815000000001"  # invented
CONGESTED_POSITION = 3
QUEUE_SIZE = 100
MOST_WAITS = 200
RING_WITHIN_S = 0.3  # real seconds given to the desk's jobs to have a telephone rung


class LeftQueueError(Exception):
    """The caller was told to leave the line while waiting (<Hangup> in the wait document)."""


@dataclass(slots=True)
class Bridging:
    """What the caller's leg needs to reach a person. `sid` is the caller's."""

    call: CallFile
    sid: str
    line: SignedLine
    ear: Earpiece
    clock: SimulatedClock
    exchange: Exchange
    fetched: dict[str, float]

    # --- <Enqueue> ------------------------------------------------------------------------------------------------

    def enqueue(self, verb: ET.Element, url: str, *, gives_up: bool) -> dict[str, str]:
        """Wait, and be bridged or not; gives the fields of the action. `gives_up`: the caller hangs up while waiting.

        Raises RefusedError, LeftQueueError.
        """
        if self.call.carrier.queue_full:
            return {"QueueResult": "queue-full"}
        queue_sid, since = f"QU{uuid.uuid4().hex}", self.clock.now()
        for waited in range(MOST_WAITS):
            left = self._wait_once(verb, url, queue_sid, waited, int((self.clock.now() - since).total_seconds()))
            fields = {"QueueSid": queue_sid, "QueueTime": str(int((self.clock.now() - since).total_seconds()))}
            if left:
                return {**fields, "QueueResult": "leave"}
            if gives_up:
                return {**fields, "QueueResult": "hangup", "CallStatus": "completed"}
            if self.call.context.queue == "idle":
                self.clock.advance(PICK_UP_S)
                self._bridge("".join(verb.itertext()).strip(), fields)
                return {**fields, "QueueResult": "bridged"}
            self._nobody_picks_up()
        raise RefusedError(f"the caller is left waiting: {MOST_WAITS} wait documents and no <Leave>")

    def _wait_once(self, verb: ET.Element, url: str, queue_sid: str, waited: int, seconds: int) -> bool:
        """One wait document; whether it ended by <Leave>."""
        wait_url = verb.get("waitUrl")
        if not wait_url:
            self.line.complain(url, "<Enqueue> without waitUrl: the caller hears music nobody approved, or silence")
            self.clock.advance(30)
            return False
        position = max(1, CONGESTED_POSITION - waited) if self.call.context.queue == "congested" else 1
        document: Document | None = self.line.ask(
            urljoin(url, wait_url),
            {
                "QueuePosition": str(position),
                "QueueSid": queue_sid,
                "QueueTime": str(seconds),
                "AvgQueueTime": str(seconds),
                "CurrentQueueSize": str(position),
                "MaxQueueSize": str(QUEUE_SIZE),
            },
            Where.WAIT,
        )
        before = self.clock.now()
        while document is not None:
            document, left = self._hear_wait(document)
            if left:
                return True
        if self.clock.now() == before:
            raise RefusedError(f"{wait_url}: the wait document takes no time and would be asked for without a break")
        return False

    def _hear_wait(self, document: Document) -> tuple[Document | None, bool]:
        for verb in document.root:
            match verb.tag:
                case "Leave":
                    return None, True
                case "Hangup":
                    raise LeftQueueError
                case "Redirect":
                    return self.line.ask(urljoin(document.url, (verb.text or "").strip()), {}, Where.WAIT), False
                case "Gather":
                    for prompt in verb:
                        self.ear.hear(prompt, document.url)
                    self.clock.advance(float(verb.get("timeout", 5)))
                case _:
                    self.ear.hear(verb, document.url)
        return None, False

    def _bridge(self, queue: str, fields: dict[str, str]) -> None:
        """A person takes the first caller of `queue`: from a telephone the desk rang, or by ringing in."""
        rung = self.exchange.rung_for(self.sid, RING_WITHIN_S)
        if rung is not None:
            staff = self._leg(rung.fields["From"], rung.fields["To"], "outbound-api", rung.sid)
            answer_url = rung.fields["Url"]
        else:
            staff = self._leg(OPERATOR, self.line.desk.numbers[Dialled.CENTRE], "inbound", f"CA{uuid.uuid4().hex}")
            answer_url = f"/twilio/operator/{queue}"
        ear = Earpiece(staff, self.line.desk.books, self.clock, self.fetched)
        picked_up = take_caller(staff, ear, answer_url, {}, Where.CALL)
        noun = picked_up.dial.find("Queue") if picked_up and picked_up.dial is not None else None
        if picked_up is None or noun is None:
            raise RefusedError(f"{answer_url}: the person who answered was not connected to queue {queue}")
        if "".join(noun.itertext()).strip() != queue:
            raise RefusedError(f"{answer_url}: the person who answered was connected to another queue than {queue}")
        if noun.get("url"):
            self._before_bridge(urljoin(picked_up.url, noun.get("url", "")), fields, staff.fields["CallSid"])
        self.clock.advance(TALK_S)
        self._after_talk(staff, picked_up.dial, picked_up.url)
        if rung is not None and rung.fields.get("StatusCallback"):
            staff.tell(rung.fields["StatusCallback"], {"CallStatus": "completed", "CallDuration": str(int(TALK_S))})

    def _before_bridge(self, url: str, fields: dict[str, str], staff_sid: str) -> None:
        document = self.line.ask(url, {**fields, "DequeingCallSid": staff_sid}, Where.BRIDGE)
        for verb in document.root:
            if verb.tag != "Redirect":
                self.ear.hear(verb, document.url)

    def _after_talk(self, staff: SignedLine, dial: ET.Element | None, url: str) -> None:
        if dial is not None and dial.get("action"):
            result = {"DialCallStatus": "completed", "DialCallDuration": str(int(TALK_S)), "DialBridged": "true"}
            staff.ask(urljoin(url, dial.get("action", "")), result)

    def _nobody_picks_up(self) -> None:
        """Everybody is busy: telephones rung for this caller ring out."""
        while (rung := self.exchange.rung_for(self.sid)) is not None:
            leg = self._leg(rung.fields["From"], rung.fields["To"], "outbound-api", rung.sid)
            if rung.fields.get("StatusCallback"):
                leg.tell(rung.fields["StatusCallback"], {"CallStatus": "no-answer", "CallDuration": "0"})

    def _leg(self, caller: str, called: str, direction: str, sid: str) -> SignedLine:
        return self.line.leg(identity(self.line.desk.account_sid, sid, caller, called, direction))

    # --- <Dial> -------------------------------------------------------------------------------------------------------

    def dial(self, verb: ET.Element, url: str, *, gives_up: bool) -> dict[str, str]:
        """Ring the <Number>; gives the fields of the action. `gives_up`: the caller hangs up while it rings.

        Raises RefusedError.
        """
        numbers = verb.findall("Number")
        if len(numbers) != len(verb) or (verb.text or "").strip() or not numbers:
            raise RefusedError("<Dial>: this carrier rings <Number> only, at least one")
        child = f"CA{uuid.uuid4().hex}"
        result = {"DialCallSid": child, "DialBridged": "false"}
        if gives_up:
            return {**result, "DialCallStatus": "canceled", "CallStatus": "completed"}
        if self.call.context.queue == "congested":
            self.clock.advance(float(verb.get("timeout", 30)))
            return {**result, "DialCallStatus": "no-answer"}
        self.clock.advance(PICK_UP_S)
        number = numbers[0]
        caller = verb.get("callerId") or self.line.fields["From"]
        staff = self._leg(caller, "".join(number.itertext()).strip(), "outbound-dial", child)
        if number.get("url"):
            ear = Earpiece(staff, self.line.desk.books, self.clock, self.fetched)
            whisper = urljoin(url, number.get("url", ""))
            if take_caller(staff, ear, whisper, {"ParentCallSid": self.sid}, Where.WHISPER) is None:
                return {**result, "DialCallStatus": "completed", "DialCallDuration": "3"}
        self.clock.advance(TALK_S)
        return {
            **result,
            "DialCallStatus": "completed",
            "DialBridged": "true",
            "DialCallDuration": str(int(TALK_S)),
        }
