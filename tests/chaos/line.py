"""A carrier's webhooks over real HTTP: signed, sent again when nobody answers, then the fallback; and TwiML read.

As TWILIO.md 2.1: an attempt that cannot connect is repeated once; a broken, slow or 5xx answer goes straight to the
fallback. A document that cannot be had ends the call.
"""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
import xml.etree.ElementTree as ET  # of our own desk's documents
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from twilio.request_validator import RequestValidator

from tests.chaos.books import Books

ACCOUNT, TOKEN = "AC" + "7" * 32, "chaos-token"
NIGHT_LINE = "+815000000002"
LONGEST_S = 15.0
_VALIDATOR = RequestValidator(TOKEN)
_TURN = re.compile(r"/twilio/turn/(?P<seq>[0-9]+)/(?P<question>[a-z_]+)")


@dataclass(frozen=True, slots=True)
class Manners:
    """How badly webhooks travel. Shares from 0 to 1; `late_s`: the longest delay of a status callback."""

    twice: float = 0.05
    delayed: float = 0.05
    status_twice: float = 0.2
    late_s: float = 3.0


CALM = Manners(0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Heard:
    """A document as far as it was walked: the words, and where it goes on. `asks`: by speech, or by keys alone."""

    words: str
    gather: str | None = None
    speech: bool = False
    redirect: str | None = None
    pause_s: float = 0.0

    @property
    def question(self) -> str | None:
        found = _TURN.search(self.gather or "")
        return found["question"] if found else None


def heard(document: str) -> Heard:
    """Read up to the first verb that wants a reply, or leads elsewhere."""
    words: list[str] = []
    pause = 0.0
    for verb in ET.fromstring(document):  # noqa: S314 - our own desk's
        match verb.tag:
            case "Say":
                words.append("".join(verb.itertext()))
            case "Pause":
                pause += float(verb.get("length", "1"))
            case "Gather":
                words += ["".join(part.itertext()) for part in verb]
                return Heard(" ".join(words), verb.get("action"), "speech" in verb.get("input", "dtmf"), pause_s=pause)
            case "Redirect":
                return Heard(" ".join(words), redirect=(verb.text or "").strip(), pause_s=pause)
            case _:
                break
    return Heard(" ".join(words), pause_s=pause)


class Webhooks:
    """Sends what a carrier sends. `moment`: told whenever something leaves, so that a fault can follow it closely."""

    def __init__(self, port: int, books: Books, manners: Manners, moment: Callable[[str], None], seed: int) -> None:
        self._origin, self._port = f"http://127.0.0.1:{port}", port
        self._books, self._manners, self._moment = books, manners, moment
        self._random = random.Random(seed)

    @property
    def origin(self) -> str:
        return self._origin

    def chance(self) -> float:
        with self._books.lock:
            return self._random.random()

    def ask(self, url: str, fields: Mapping[str, str], *, fallback: bool = True) -> str | None:
        """The document that the call goes on with; None: there is none, and the call is over."""
        if self.chance() < self._manners.delayed:
            time.sleep(self.chance())
        document = self._with_retry(url, fields)
        if document is not None or not fallback:
            return document
        self._books.counted("fallbacks")
        return self._with_retry(f"{self._origin}/twilio/fallback", {**fields, "ErrorCode": "11200", "ErrorUrl": url})

    def tell(self, url: str, fields: Mapping[str, str]) -> None:
        """A status callback, by itself: late, twice, overtaken by the next one, or lost."""
        for _ in range(2 if self.chance() < self._manners.status_twice else 1):
            late = self.chance() * self._manners.late_s
            threading.Thread(target=self._late, args=(url, dict(fields), late), daemon=True).start()

    def _late(self, url: str, fields: Mapping[str, str], late_s: float) -> None:
        time.sleep(late_s)
        if self._with_retry(url, fields) is None:
            self._books.counted("status callbacks lost")

    def _with_retry(self, url: str, fields: Mapping[str, str]) -> str | None:
        for attempt in range(2):
            try:
                return self._post(url, fields, attempt)
            except ConnectionRefusedError:
                if not attempt:
                    time.sleep(0.3 + 0.7 * self.chance())
        return None

    def _post(self, url: str, fields: Mapping[str, str], attempt: int) -> str | None:
        if not attempt and self.chance() < self._manners.twice:
            self._books.counted("webhooks twice")
            threading.Thread(target=self._once_more, args=(url, fields), daemon=True).start()
        self._note(url, fields)
        try:
            return self._sent(url, fields)
        except ConnectionRefusedError:
            raise
        except (OSError, http.client.HTTPException):
            self._books.counted("webhooks broken")
            return None

    def _once_more(self, url: str, fields: Mapping[str, str]) -> None:
        time.sleep(0.2 * self.chance())
        try:
            self._sent(url, fields)
        except (OSError, http.client.HTTPException):
            self._books.counted("webhooks broken")

    def _note(self, url: str, fields: Mapping[str, str]) -> None:
        if turn := _TURN.search(url):
            self._books.first_sent(fields["CallSid"], f"turn:{turn['seq']}")
        elif url.endswith("/twilio/status"):
            self._books.first_sent(fields["CallSid"], "hangup")

    def _sent(self, url: str, fields: Mapping[str, str]) -> str | None:
        whole = {"AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", "FromCity": "", **fields}
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": _VALIDATOR.compute_signature(url, whole),
        }
        parts = urlsplit(url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=LONGEST_S)
        try:
            connection.connect()
            self._moment("turn" if "/turn/" in url else "webhook")
            connection.request("POST", target, urlencode(whole), headers)
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        if response.status >= HTTPStatus.MULTIPLE_CHOICES:
            self._books.counted(f"HTTP {response.status}")
            return None
        return text
