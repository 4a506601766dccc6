"""The caller's leg: walks the desk's TwiML verb by verb as Twilio does, with the scripted caller at the other end.

Verbs as under twilio.com/docs/voice/twiml. What decides the course: a <Gather> without input falls through unless
actionOnEmptyResult; a <Record> with nothing on it has no action; an <Enqueue> or <Dial> asks its action only when the
talk, or the attempt, is over; a document that runs out ends the call, which for this desk is always a fault.
"""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET  # for its types
from enum import Enum, auto
from urllib.parse import urljoin, urlsplit

from ivr.channels.simulator.bridging import Bridging, LeftQueueError
from ivr.channels.simulator.caller import HangsUp, Presses, Reply, Says
from ivr.channels.simulator.caller_voice import CallerVoice, Clip
from ivr.channels.simulator.connecting import Connecting
from ivr.channels.simulator.line import Document, RefusedError
from ivr.channels.simulator.media_line import Ended
from ivr.channels.simulator.media_sound import spoken
from ivr.channels.simulator.text_mode import MOST_TURNS, CannotPlayError, seconds_of
from ivr.domain.call import Question

MOST_DOCUMENTS = 3 * MOST_TURNS
_TURN = re.compile(r"/twilio/turn/[0-9]+/(?P<question>[a-z_]+)")
_MESSAGE = re.compile(r"/twilio/message/[0-9]+")
_EVERY_KEY = "1234567890*#"  # a recording ends at any key unless finishOnKey says otherwise


class Flow(Enum):
    NEXT = auto()  # on to the next verb
    END = auto()  # the line is dead


class Walker:
    """One caller on one line. `run` once."""

    def __init__(self, bridging: Bridging, connecting: Connecting) -> None:
        self._bridging, self._connecting = bridging, connecting
        self._line, self._ear, self._clock = bridging.line, bridging.ear, bridging.clock
        self._script = connecting.script
        self._voice: CallerVoice = connecting.voice
        self._pending: Reply | None = None
        self._silences = 0

    def run(self, first: Document) -> None:
        """From the answer to the incoming call to its end. Raises RefusedError, CannotPlayError."""
        document = first
        for _ in range(MOST_DOCUMENTS):
            following = self._document(document)
            if following is None:
                return
            document = following
        raise CannotPlayError(f"the call does not end: {MOST_DOCUMENTS} documents and no hang-up")

    def _document(self, document: Document) -> Document | None:
        verbs = list(document.root)
        for index, verb in enumerate(verbs):
            step = self._verb(verb, document.url, verbs[index + 1 :])
            if isinstance(step, Document):
                return step
            if step is Flow.END:
                return None
        raise RefusedError(f"{urlsplit(document.url).path}: the document runs out: the caller hears the line go dead")

    def _verb(self, verb: ET.Element, url: str, rest: list[ET.Element]) -> Document | Flow:
        match verb.tag:
            case "Say" | "Play" | "Pause":
                self._ear.hear(verb, url)
                return Flow.NEXT
            case "Gather":
                return self._gather(verb, url, rest)
            case "Record":
                return self._record(verb, url)
            case "Enqueue" | "Dial":
                return self._transfer(verb, url)
            case "Connect":
                return self._connect(verb, url)
            case "Redirect":
                return self._line.ask(urljoin(url, (verb.text or "").strip()), {})
            case "Hangup" | "Reject":
                return Flow.END
        raise RefusedError(f"{urlsplit(url).path}: this carrier does not play <{verb.tag}>")

    # --- replies ------------------------------------------------------------------------------------------------------

    def _reply(self, action: str, *, by_keys: bool) -> Reply:
        """The caller's reply to what `action` waits for; one that no verb could take yet is kept for the next."""
        if self._pending is not None:
            reply, self._pending = self._pending, None
            return reply
        path = urlsplit(action).path
        if _MESSAGE.fullmatch(path):
            return self._script.message()
        found = _TURN.fullmatch(path)
        if found is None or found["question"] not in set(Question):
            raise RefusedError(
                f"{path}: no question can be read from this address, the caller does not know what to say"
            )
        return self._script.reply(Question(found["question"]), by_keys=by_keys)

    def _gather(self, gather: ET.Element, url: str, rest: list[ET.Element]) -> Document | Flow:
        for prompt in gather:
            self._ear.hear(prompt, url)
        action = urljoin(url, gather.get("action", ""))
        listens = gather.get("input", "dtmf").split()
        later = [
            verb for verb in rest if verb.tag in ("Gather", "Record") and urljoin(url, verb.get("action", "")) == action
        ]
        reply = self._reply(action, by_keys="speech" not in listens and not later)
        keys = typed(reply.keys, gather) if isinstance(reply, Presses) and "dtmf" in listens else ""
        if isinstance(reply, HangsUp):
            return Flow.END
        if keys:
            return self._answered(action, reply, {"Digits": keys})
        if isinstance(reply, Says) and "speech" in listens:
            return self._answered(action, reply, self._speech(reply))
        if later:
            self._pending = reply
            return Flow.NEXT
        self._clock.advance(seconds_of(reply))
        if gather.get("actionOnEmptyResult") != "true":
            return Flow.NEXT
        self._silences += 1
        # Seen both ways: no field at all, and empty ones.
        return self._line.ask(action, {} if self._silences % 2 else {"Digits": "", "SpeechResult": ""})

    def _speech(self, says: Says) -> dict[str, str]:
        if says.text is None:
            raise CannotPlayError("a turn has audio only: without a recogniser `say` is needed beside it")
        confidence = {"Confidence": "0.91"} if self._script.replies % 2 else {}  # Twilio does not promise it
        return {"SpeechResult": says.text, **confidence}

    def _answered(self, action: str, reply: Reply, fields: dict[str, str]) -> Document:
        self._clock.advance(seconds_of(reply))
        return self._line.ask(action, fields)

    def _record(self, record: ET.Element, url: str) -> Document | Flow:
        action = urljoin(url, record.get("action", ""))
        reply = self._reply(action, by_keys=False)
        longest = int(record.get("maxLength", "3600"))
        match reply:
            case HangsUp():
                self._line.ask(action, {**self._kept(self._voice.silent(1), longest), "Digits": "hangup"})
                return Flow.END
            case Says():
                return self._answered(action, reply, self._kept(spoken(self._voice, reply), longest))
            case Presses(keys=keys) if ends := [key for key in keys if key in record.get("finishOnKey", _EVERY_KEY)]:
                return self._answered(action, reply, {**self._kept(self._voice.silent(1), longest), "Digits": ends[0]})
        self._clock.advance(seconds_of(reply))
        self._silences += 1
        if self._silences % 2:  # usually some room noise is recorded
            return self._line.ask(action, self._kept(self._voice.silent(float(record.get("timeout", 5))), longest))
        return Flow.NEXT  # "if Twilio receives an empty recording, it will not make a request to the action URL"

    def _kept(self, clip: Clip, longest: int) -> dict[str, str]:
        late = self._bridging.call.carrier.late_recordings
        sid, address = self._bridging.exchange.keep(self._line.desk.account_sid, clip, late=late)
        seconds = min(longest, math.ceil(clip.seconds))
        return {"RecordingSid": sid, "RecordingUrl": address, "RecordingDuration": str(seconds)}

    # --- streams ------------------------------------------------------------------------------------------------------

    def _connect(self, verb: ET.Element, url: str) -> Document | Flow:
        ended, fields = self._connecting.connect(verb, url)
        return Flow.END if ended is Ended.BY_CALLER else self._after(verb, url, fields)

    # --- people -------------------------------------------------------------------------------------------------------

    def _transfer(self, verb: ET.Element, url: str) -> Document | Flow:
        gives_up = False
        if self._bridging.call.context.queue == "congested":
            gives_up = self._script.gives_up_waiting()
        way = self._bridging.enqueue if verb.tag == "Enqueue" else self._bridging.dial
        try:
            result = way(verb, url, gives_up=gives_up)
        except LeftQueueError:
            return Flow.END
        step = self._after(verb, url, result)
        return Flow.END if gives_up else step

    def _after(self, verb: ET.Element, url: str, result: dict[str, str]) -> Document | Flow:
        action = verb.get("action")
        return self._line.ask(urljoin(url, action), result) if action else Flow.NEXT


def typed(keys: str, gather: ET.Element) -> str:
    """What of `keys` a <Gather> takes: up to its finishing key, which is not included, or as many as it asks for."""
    finish, most = gather.get("finishOnKey", "#"), int(gather.get("numDigits", "100"))
    taken = ""
    for key in keys:
        if (finish and key == finish) or len(taken) == most:
            break
        taken += key
    return taken
