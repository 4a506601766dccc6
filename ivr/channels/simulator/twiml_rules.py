"""What no grammar of TwiML says, but Twilio does: one small rule after the other over a parsed document.

Sources: the pages of the verbs under twilio.com/docs/voice/twiml.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET  # for its types
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import urlsplit

MOST_SAID = 4096  # characters in one <Say>
MOST_HINTS, LONGEST_HINT = 500, 100
LONGEST_QUEUE_NAME = 64
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_SAFE_URL = re.compile(r"[A-Za-z0-9._~/:?&=,;@!$*+#-]+")  # what signature checks and URL libraries read alike
_FINISH = re.compile(r"[0-9*#]?")
_SPEECH_TIMEOUT = re.compile(r"auto|[1-9][0-9]*")
_URLS = (
    "action",
    "url",
    "waitUrl",
    "statusCallback",
    "recordingStatusCallback",
    "partialResultCallback",
    "transcribeCallback",
    "amdStatusCallback",
)
_ENDS = frozenset({"Redirect", "Hangup", "Reject", "Leave", "Enqueue"})


def complaints(root: ET.Element, absolute: bool, *, plain: bool = False) -> Iterator[str]:
    """Every complaint. `absolute`: URLs must be absolute, as in TwiML given to REST.

    `plain`: the desk's own origin is http, on this machine, and so its sockets are ws, on any port.
    """
    yield from _unreachable(root)
    yield from _urls(root, absolute=absolute)
    for element in root.iter():
        match element.tag:
            case "Say":
                yield from _say(element)
            case "Play":
                yield from _play(element)
            case "Gather":
                yield from _gather(element)
            case "Record":
                yield from _record(element)
            case "Dial":
                yield from _dial(element)
            case "Number":
                yield from _number(element)
            case "Enqueue" | "Queue":
                yield from _queue_name(element)
            case "Stream":
                yield from _stream(element, plain=plain)
    if root.find("Queue") is not None:
        yield "<Queue> may not stand in <Response>, only in <Dial>"


def _text(element: ET.Element) -> str:
    return "".join(element.itertext()).strip()


def _unreachable(root: ET.Element) -> Iterator[str]:
    verbs = list(root)
    for verb, after in pairwise(verbs):
        if verb.tag in _ENDS or (verb.tag == "Dial" and verb.get("action") is not None):
            yield f"<{after.tag}> after <{verb.tag}> is never reached"
            return
    if any(verb.tag == "Reject" for verb in verbs[1:]):
        yield "<Reject> must be the first verb, or the call is answered and paid for"


def _urls(root: ET.Element, *, absolute: bool) -> Iterator[str]:
    for element in root.iter():
        found = [(name, element.get(name)) for name in _URLS]
        if element.tag in ("Redirect", "Play"):
            found.append(("text", _text(element)))
        for name, url in found:
            if not url:  # an empty waitUrl is silence; empty texts have their own complaint
                continue
            if not _SAFE_URL.fullmatch(url):
                yield f"<{element.tag}> {name}: URL with characters that break signatures: {url!r}"
            elif element.tag != "Stream" and urlsplit(url).scheme not in ("", "http", "https"):
                yield f"<{element.tag}> {name}: neither http nor https: {url!r}"
            elif absolute and not urlsplit(url).scheme:
                yield f"<{element.tag}> {name}: must be absolute in TwiML given to REST: {url!r}"


def _say(say: ET.Element) -> Iterator[str]:
    words = _text(say)
    if not words:
        yield "<Say> says nothing"
    if len(words) > MOST_SAID:
        yield f"<Say> of {len(words)} characters: at most {MOST_SAID}"


def _play(play: ET.Element) -> Iterator[str]:
    if not _text(play) and not play.get("digits"):
        yield "<Play> plays nothing"


def _gather(gather: ET.Element) -> Iterator[str]:
    listens = gather.get("input", "dtmf").split()
    if not gather.get("action"):
        yield "<Gather> without action asks for the same document again: an endless loop"
    if "speech" in listens and not gather.get("language"):
        yield "<Gather> that hears speech without language would hear English"
    speech_timeout = gather.get("speechTimeout")
    if speech_timeout is not None and not _SPEECH_TIMEOUT.fullmatch(speech_timeout):
        yield f"<Gather speechTimeout={speech_timeout!r}>: auto or seconds (error 13327)"
    if speech_timeout == "auto" and gather.get("speechModel"):
        yield "<Gather>: speechTimeout auto must not be combined with a speechModel"
    if not _FINISH.fullmatch(gather.get("finishOnKey", "#")):
        yield f"<Gather finishOnKey={gather.get('finishOnKey')!r}>: one key or none"
    hints = [hint for hint in gather.get("hints", "").split(",") if hint]
    if len(hints) > MOST_HINTS or any(len(hint.strip()) > LONGEST_HINT for hint in hints):
        yield f"<Gather hints>: at most {MOST_HINTS} of {LONGEST_HINT} characters"


def _record(record: ET.Element) -> Iterator[str]:
    if not record.get("action"):
        yield "<Record> without action asks for the same document again: an endless loop"
    if not re.fullmatch(r"[0-9*#]*", record.get("finishOnKey", "")):
        yield f"<Record finishOnKey={record.get('finishOnKey')!r}>: keys only"


def _dial(dial: ET.Element) -> Iterator[str]:
    loose = (dial.text or "").strip()
    nouns = list(dial)
    if not loose and not nouns:
        yield "<Dial> dials nobody"
    if loose and not _E164.fullmatch(loose):
        yield "<Dial>: the number is not E.164, such as +81 and the digits without the leading 0"
    caller_id = dial.get("callerId")
    if caller_id is not None and not _E164.fullmatch(caller_id):
        yield "<Dial callerId>: not an E.164 number"
    if len([noun for noun in nouns if noun.tag == "Number"]) > 10:
        yield "<Dial>: at most 10 <Number> at once"


def _number(number: ET.Element) -> Iterator[str]:
    if not _E164.fullmatch(_text(number)):
        yield "<Number>: not E.164, such as +81 and the digits without the leading 0 (error 13224)"


def _queue_name(element: ET.Element) -> Iterator[str]:
    name = _text(element)
    if element.tag == "Enqueue" and element.get("workflowSid"):
        return
    if not name or len(name) > LONGEST_QUEUE_NAME:
        yield f"<{element.tag}>: a queue's name has 1 to {LONGEST_QUEUE_NAME} characters"


def _stream(stream: ET.Element, *, plain: bool) -> Iterator[str]:
    url = urlsplit(stream.get("url", ""))
    if not (plain and url.scheme == "ws") and (url.scheme != "wss" or url.port not in (None, 443)):
        yield "<Stream url> must be wss on port 443 (error 31920)"
    if url.query:
        yield "<Stream url> must have no query string: use <Parameter> (error 31920)"
