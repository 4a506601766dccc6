"""What is heard on a leg: the words behind each <Say> and <Play>, and how long they take."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET  # for its types
from urllib.parse import unquote, urljoin, urlsplit

from ivr.channels.simulator.clock import SimulatedClock, seconds_to_say
from ivr.channels.simulator.desk_ports import Books
from ivr.channels.simulator.journal import lines_of
from ivr.channels.simulator.line import RefusedError, SignedLine
from ivr.domain.call import Line

_LINE = re.compile(r"/audio/line/(?P<lang>[^/]+)/(?P<key>[^/]+)/[^/]+\.wav")
_TURN = re.compile(r"/audio/turn/(?P<sid>[^/]+)/(?P<seq>[0-9]+)/(?P<name>[^/]+)\.wav")
_POSITION = re.compile(r"wait-(?P<position>[0-9]+)")
_BYTES_A_SECOND = 8000  # µ-law, 8 kHz
PAUSE_S = 1.0


class Earpiece:
    """Listens on one leg. `said` are the sentences heard so far; `fetched` URLs were proved to be sound this run."""

    def __init__(self, line: SignedLine, books: Books, clock: SimulatedClock, fetched: dict[str, float]) -> None:
        self.said: list[str] = []
        self._line = line
        self._books = books
        self._clock = clock
        self._fetched = fetched

    def hear(self, verb: ET.Element, url: str) -> float:
        """Play one <Say>, <Play> or <Pause> of the document at `url`; gives its seconds. Raises RefusedError."""
        seconds = self._seconds(verb, url)
        self._clock.advance(seconds)
        return seconds

    def _seconds(self, verb: ET.Element, url: str) -> float:
        text = "".join(verb.itertext()).strip()
        if verb.tag == "Pause":
            return float(verb.get("length", PAUSE_S))
        if verb.tag == "Say":
            self.said.append(text)
            return seconds_to_say(text)
        sound = urljoin(url, text)
        if sound not in self._fetched:
            self._fetched[sound] = len(self._line.fetch_sound(sound)) / _BYTES_A_SECOND
        words = words_behind(sound, self._books)
        if words is None:
            return self._fetched[sound]
        self.said.append(words)
        return seconds_to_say(words)


def words_behind(url: str, books: Books) -> str | None:
    """The sentence that the desk's own sound at `url` speaks; None where it is no line of a caller's turn.

    Raises RefusedError when the address is of that shape but names nothing.
    """
    path = unquote(urlsplit(url).path)
    if found := _LINE.fullmatch(path):
        return books.speak(Line(found["key"]), found["lang"])
    found = _TURN.fullmatch(path)
    if not found:
        return None
    turn = books.turns.turn(found["sid"], int(found["seq"]))
    if turn is None:
        raise RefusedError(f"<Play> {path}: there is no such turn")
    if waiting := _POSITION.fullmatch(found["name"]):
        return books.speak(Line("wait.position", (("position", waiting["position"]),)), turn.call.language)
    if not found["name"].isdecimal():
        return None
    lines = lines_of(turn.actions)
    if int(found["name"]) >= len(lines):
        raise RefusedError(f"<Play> {path}: the turn has only {len(lines)} lines")
    return books.speak(lines[int(found["name"])], turn.call.language)
