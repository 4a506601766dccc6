"""Night callers, walked through the signed endpoints: what each says, how he bears a bad line, what he remembers."""

from __future__ import annotations

import random
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ivr.settings import HOME
from ivr.storage.yaml_files import read_yaml
from tests.chaos.books import Books, Remembered
from tests.chaos.line import NIGHT_LINE, Heard, Webhooks, heard

SAYINGS = Path(__file__).with_name("sayings.yaml")
MOST_DOCUMENTS = 60
MOST_TRIES = 5  # a caller whose line dies rings again so often
ORDINARY_EVERY = 6  # every sixth caller is in no hurry
SAME_EVERY = 9  # every ninth tells of what the urgent one before him told of
HANGS_UP_EVERY = 5  # every fifth leaves before the end
SAYS_IT_OPENLY = ("open", "menu", "situation", "leave_details")
_SEQ = re.compile(r"/twilio/turn/([0-9]+)/")


@dataclass(frozen=True, slots=True)
class Caller:
    """`begins_s`: after the start of the run; `replies`: question -> words; `leaves_at`: where he hangs up."""

    number: str
    begins_s: float
    urgent: bool
    language: str
    replies: Mapping[str, str]
    unknown: str
    leaves_at: str | None = None
    speaks_s: float = 0.6


@dataclass(frozen=True, slots=True)
class Marks:
    """How the desk's own words are told: of a promise (a reference), and of its apology."""

    promises: tuple[str, ...]
    apology: str

    def promised(self, said: Heard) -> bool:
        return any(mark in said.words for mark in self.promises)

    def apologised(self, said: Heard) -> bool:
        return self.apology in said.words


def marks(prompts: Path = HOME / "prompts") -> Marks:
    """From the words as they stand in `prompts`."""
    promises = []
    for file in sorted(prompts.glob("??/report.yaml")):
        before = read_yaml(file)["lines"]["done"].partition("{reference}")[0]
        promises.append(re.split(r"[。.,、，]", before)[-1].strip())
    sorry = read_yaml(prompts / "ja" / "fallback.yaml")["lines"]["sorry"]
    return Marks(tuple(promises), sorry.partition("。")[2].partition("。")[0])


def planned(count: int, spread_s: float, seed: int) -> list[Caller]:
    """The callers of one night, overlapping, in the order of their calls."""
    data, chance = read_yaml(SAYINGS), random.Random(seed)
    times = sorted(chance.uniform(0, spread_s) for _ in range(count))
    towns, callers = list(data["towns"]), list[Caller]()
    chance.shuffle(towns)
    last: tuple[Mapping[str, Any], str] | None = None
    urgent = ordinary = 0
    for index, begins in enumerate(times):
        if index % ORDINARY_EVERY == ORDINARY_EVERY - 1:
            matter, ordinary = data["ordinary"][ordinary % len(data["ordinary"])], ordinary + 1
            callers.append(_caller(data, matter, "", index, begins, urgent=False, leaves_at=None, chance=chance))
            continue
        if last is not None and index % SAME_EVERY == SAME_EVERY - 1:
            matter, place = last
        else:
            matter = data["urgent"][urgent % len(data["urgent"])]
            lot = f"{chance.randint(1, 9)}の{chance.randint(1, 9)}"
            place = data["place"].format(town=towns[urgent % len(towns)], lot=lot)
            urgent += 1
        leaves = chance.choice(("place", "read_back")) if index % HANGS_UP_EVERY == HANGS_UP_EVERY - 1 else None
        last = matter, place
        callers.append(_caller(data, matter, place, index, begins, urgent=True, leaves_at=leaves, chance=chance))
    return callers


def _caller(
    data: Mapping[str, Any],
    matter: Mapping[str, Any],
    place: str,
    index: int,
    begins: float,
    *,
    urgent: bool,
    leaves_at: str | None,
    chance: random.Random,
) -> Caller:
    words = data["replies"][matter["language"]]
    where = matter.get("place", place)
    replies = {
        **dict.fromkeys(SAYS_IT_OPENLY, matter["open"]),
        **dict.fromkeys(("place", "place_detail"), where),
        **dict.fromkeys(("clarify", "confirm_place", "read_back", "helped", "confirm_earlier"), words["yes"]),
        "phone": words["phone"],
        "name": words["name"],
    }
    number = f"+8180000{index:05d}"  # no such numbers are given out
    return Caller(
        number, begins, urgent, matter["language"], replies, words["unknown"], leaves_at, chance.uniform(0.3, 1.2)
    )


class Ringing:
    """One caller's evening: rings, is heard, and rings again when the line dies before he was promised anything."""

    def __init__(self, caller: Caller, webhooks: Webhooks, books: Books, known: Marks) -> None:
        self._caller, self._webhooks, self._books, self._known = caller, webhooks, books, known

    def run(self, begun: float) -> None:
        time.sleep(max(0.0, begun + self._caller.begins_s - time.monotonic()))
        for tries in range(1, MOST_TRIES + 1):
            call = Remembered(f"CA{uuid.uuid4().hex}", self._caller.urgent, tries)
            with self._books.lock:
                self._books.calls.append(call)
            self._call(call)
            if call.ended != "broken":
                return
            time.sleep(1.0 + 2.0 * self._webhooks.chance())

    def _call(self, call: Remembered) -> None:
        try:
            self._walk(call)
        finally:
            self._webhooks.tell(f"{self._webhooks.origin}/twilio/status", self._fields(call, "completed"))

    def _walk(self, call: Remembered) -> None:
        self._webhooks.tell(f"{self._webhooks.origin}/twilio/status", self._fields(call, "in-progress"))
        url, said = f"{self._webhooks.origin}/twilio/voice", dict[str, str]()
        for _ in range(MOST_DOCUMENTS):
            answer = self._webhooks.ask(url, {**self._fields(call, "in-progress"), **said})
            if answer is None:
                call.ended = "broken"
                return
            document = heard(answer)
            self._remember(call, url, said, document)
            if document.gather is not None:
                if document.question == self._caller.leaves_at:
                    call.ended = "left"
                    return
                time.sleep(self._caller.speaks_s)
                url, said = document.gather, self._reply(document)
            elif document.redirect is not None:
                time.sleep(min(1.0, document.pause_s))
                url, said = document.redirect, {}
            else:
                call.ended = "broken" if self._known.apologised(document) else "over"
                return
        call.ended = "endless"

    def _reply(self, document: Heard) -> dict[str, str]:
        if not document.speech:
            return {}
        return {"SpeechResult": self._caller.replies.get(document.question or "", self._caller.unknown)}

    def _remember(self, call: Remembered, url: str, said: Mapping[str, str], document: Heard) -> None:
        if said.get("SpeechResult") == self._caller.replies["open"] and taken(url, document, self._known):
            call.accepted = True
        if self._known.promised(document):
            call.promised = True

    def _fields(self, call: Remembered, status: str) -> dict[str, str]:
        return {
            "CallSid": call.sid,
            "From": self._caller.number,
            "To": NIGHT_LINE,
            "CallStatus": status,
            "Direction": "inbound",
        }


def taken(url: str, document: Heard, known: Marks) -> bool:
    """Whether the reply to `url` shows that what was said there is written down: the call has gone on from it."""
    if document.redirect is not None or known.apologised(document):
        return False
    before, after = _SEQ.search(url), _SEQ.search(document.gather or "")
    return before is not None and (after is None or int(after[1]) > int(before[1]))
