"""A person of the bureau at a telephone: answers, listens to the whisper, presses 1 to take the caller."""

from __future__ import annotations

import xml.etree.ElementTree as ET  # for its types
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from ivr.channels.simulator.earpiece import Earpiece
from ivr.channels.simulator.line import Document, SignedLine
from ivr.channels.simulator.twiml_lint import Where

ACCEPT_KEY = "1"
_MOST_DOCUMENTS = 10


@dataclass(frozen=True, slots=True)
class PickedUp:
    """How the staff's leg stands after the whisper. `dial`: the <Dial> it came to, None when the document ran out."""

    dial: ET.Element | None
    url: str


def take_caller(
    line: SignedLine, ear: Earpiece, url: str, parameters: Mapping[str, str], where: Where
) -> PickedUp | None:
    """Pick up at `url` and press 1 wherever a key is asked for; None when the desk hung up on the staff.

    Raises RefusedError.
    """
    document = line.ask(url, parameters, where)
    for _ in range(_MOST_DOCUMENTS):
        step = _run(line, ear, document, parameters, where)
        if not isinstance(step, Document):
            return step
        document = step
    line.complain(url, "the staff's side never comes to an end")
    return None


def _run(
    line: SignedLine, ear: Earpiece, document: Document, parameters: Mapping[str, str], where: Where
) -> Document | PickedUp | None:
    for verb in document.root:
        match verb.tag:
            case "Say" | "Play" | "Pause":
                ear.hear(verb, document.url)
            case "Gather":
                for prompt in verb:
                    ear.hear(prompt, document.url)
                action = urljoin(document.url, verb.get("action", ""))
                return line.ask(action, {**parameters, "Digits": ACCEPT_KEY}, where)
            case "Redirect":
                return line.ask(urljoin(document.url, (verb.text or "").strip()), parameters, where)
            case "Dial":
                return PickedUp(verb, document.url)
            case _:
                return None
    return PickedUp(None, document.url)
