"""Whether Twilio would run a TwiML document as it stands: every complaint in words; none = clean.

Grammar from the official library, values from `data/twiml_values.yaml`, the rest from twiml_rules.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET  # parses our own desk's replies, at most 64 KB
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from ivr.channels.simulator import twiml_rules
from ivr.channels.simulator.twiml_grammar import Element, grammar

MOST_BYTES = 64 * 1024  # twilio.com/docs/voice/limitations-and-edge-cases
MOST_REST_CHARACTERS = 4000  # `twiml` parameter of the Calls resource
_TAKES_TIME_OR_LEAVES = frozenset({"Play", "Say", "Pause", "Leave", "Hangup", "Redirect"})
_WHOLE = re.compile(r"[0-9]+")


class Where(StrEnum):
    """Who asked for the document; Twilio allows other verbs in special places."""

    CALL = "call"  # the answer to a webhook of a call
    WAIT = "wait"  # <Enqueue waitUrl>
    BRIDGE = "bridge"  # <Queue url>, just before two legs are joined
    WHISPER = "whisper"  # <Number url>, on the callee's leg
    REST = "rest"  # the `twiml` parameter of a REST request


@dataclass(frozen=True, slots=True)
class Values:
    """What is allowed. `enums`, `ranges`: element ("*" = any) -> attribute -> values; `places`: Where -> verbs."""

    enums: Mapping[str, Mapping[str, frozenset[str]]]
    ranges: Mapping[str, Mapping[str, tuple[int, int]]]
    voices: Mapping[str, frozenset[str]]
    places: Mapping[str, frozenset[str]]


@cache
def values() -> Values:
    data: Any = YAML(typ="safe", pure=True).load(Path(__file__).parent / "data" / "twiml_values.yaml")
    return Values(
        enums={
            name: {key: frozenset(map(str, found)) for key, found in of.items()} for name, of in data["enums"].items()
        },
        ranges={name: {key: (low, high) for key, (low, high) in of.items()} for name, of in data["ranges"].items()},
        voices={language: frozenset(found) for language, found in data["voices"].items()},
        places={name: frozenset(found) for name, found in data["places"].items()},
    )


def lint(xml: bytes, where: Where = Where.CALL, *, plain: bool = False) -> list[str]:
    """What Twilio would refuse or ignore in `xml`, asked for by `where`. `plain`: sockets may be ws (twiml_rules)."""
    if len(xml) >= MOST_BYTES:
        return [f"document of {len(xml)} bytes: at most 64 KB are read"]
    if where is Where.REST and len(xml.decode("utf-8", "replace")) > MOST_REST_CHARACTERS:
        return [f"twiml parameter longer than {MOST_REST_CHARACTERS} characters"]
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        return ["a document type or entity: TwiML has none"]
    try:
        root = ET.fromstring(xml)  # noqa: S314  # see the import
    except ET.ParseError as error:
        return [f"not XML (error 12100): {error}"]
    if root.tag != "Response":
        return [f"the root is <{root.tag}>, not <Response>"]
    return [
        *_grammar(root),
        *_values(root),
        *_place(root, where),
        *twiml_rules.complaints(root, absolute=where is Where.REST, plain=plain),
    ]


def _grammar(element: ET.Element) -> Iterator[str]:
    """Complaints of the grammar, for `element` and everything in it. `element` itself is known."""
    known = grammar()[element.tag]
    yield from _attributes(element, known)
    if not known.holds_text and _stray_text(element):
        yield f"<{element.tag}> holds text, which is not read"
    for child in element:
        if child.tag not in grammar():
            yield f"<{child.tag}> is no TwiML element"
        elif child.tag not in known.children:
            yield f"<{child.tag}> may not stand in <{element.tag}>"
        else:
            yield from _grammar(child)


def _attributes(element: ET.Element, known: Element) -> Iterator[str]:
    for name in element.attrib:
        if name.replace("{http://www.w3.org/XML/1998/namespace}", "xml:") not in known.attributes:
            yield f"<{element.tag}> has no attribute {name}"


def _stray_text(element: ET.Element) -> bool:
    return any((text or "").strip() for text in (element.text, *(child.tail for child in element)))


def _values(root: ET.Element) -> Iterator[str]:
    table = values()
    for element in root.iter():
        enums = {**table.enums["*"], **table.enums.get(element.tag, {})}
        ranges = table.ranges.get(element.tag, {})
        for name, value in element.attrib.items():
            many = value.split() if name.endswith("Event") else [value]
            shown = f"<{element.tag} {name}={value!r}>"
            if name in enums and not set(many) <= enums[name]:
                yield f"{shown}: not a value this project has checked ({', '.join(sorted(enums[name]))})"
            if name in ranges and not _within(value, *ranges[name]):
                yield f"{shown}: a whole number from {ranges[name][0]} to {ranges[name][1]} is needed"
        if element.tag == "Say":
            yield from _voice(element, table)


def _within(value: str, low: int, high: int) -> bool:
    return _WHOLE.fullmatch(value) is not None and low <= int(value) <= high


def _voice(say: ET.Element, table: Values) -> Iterator[str]:
    voice, language = say.get("voice"), say.get("language")
    if not voice or not language:
        yield "<Say> without voice and language would be read by an English voice"
    elif voice not in table.voices.get(language, frozenset()):
        yield f"<Say voice={voice!r} language={language!r}>: the voice does not speak that language, the verb fails"


def _place(root: ET.Element, where: Where) -> Iterator[str]:
    allowed = values().places.get(where)
    if allowed is None:
        return
    for verb in root:
        if verb.tag not in allowed:
            yield f"<{verb.tag}> may not stand in the document of a {where} URL"
    if where is Where.WAIT and not any(
        verb.tag in ("Play", "Say", "Pause", "Leave", "Hangup", "Redirect") for verb in root.iter()
    ):
        yield "the wait document has no Play, Say or Pause: it would be asked for again and again without a break"
