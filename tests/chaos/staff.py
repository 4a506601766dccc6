"""Staff on duty as the carrier finds them: who picks up, what they press, and when."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlsplit

from ivr.settings import HOME
from ivr.storage.yaml_files import read_yaml
from tests.chaos.books import Books, Placed, Told
from tests.chaos.line import NIGHT_LINE, Heard, Webhooks, heard

RINGS_S = 3.0
LATE_S = 11.0  # by then the ladder has gone on: listen_s of the run's policy is 10
TOGETHER_S = 5.0
TEMPERS: Sequence[tuple[str, int]] = (
    ("takes", 50),
    ("no answer", 9),
    ("rings back", 4),
    ("busy", 6),
    ("voicemail", 9),
    ("passes on", 8),
    ("late", 6),
    ("together", 8),
)
_OVER = {"no answer": "no-answer", "rings back": "no-answer", "busy": "busy"}


class Staff:
    """Every telephone of the duty roster. `temper`: by number and how often it was rung, drawn from the seed."""

    def __init__(self, webhooks: Webhooks, books: Books, seed: int) -> None:
        self._webhooks, self._books, self._seed = webhooks, books, seed
        self._rung: Counter[str] = Counter()
        self._together: dict[str, threading.Barrier] = {}
        duty = read_yaml(HOME / "prompts" / "ja" / "duty.yaml")["lines"]
        self._taken = duty["taken"].partition("。")[2].partition("。")[0]

    def ring(self, placed: Placed) -> None:
        """The carrier rings the telephone; returns at once."""
        with self._books.lock:
            self._rung[placed.to] += 1
            times = self._rung[placed.to]
        manner = temper(self._seed, placed.to, times)
        self._books.counted(f"staff: {manner}")
        threading.Thread(target=self._picked, args=(placed, manner), daemon=True).start()

    def _picked(self, placed: Placed, manner: str) -> None:
        ringing = 0.3 + 0.7 * self._webhooks.chance()
        if manner in _OVER:
            given_up = placed.hung_up.wait(ringing if manner == "busy" else RINGS_S)
            self._over(placed, "canceled" if given_up else _OVER[manner])
            if manner == "rings back":
                self._ring_back(placed)
            return
        if placed.hung_up.wait(ringing):
            self._over(placed, "canceled")
            return
        placed.status = "in-progress"
        self._status(placed, "in-progress", 1)
        try:
            self._listen(placed, manner)
        finally:
            self._over(placed, "completed")

    def _listen(self, placed: Placed, manner: str) -> None:
        document = self._ask(placed, placed.url, {})
        if document is None or document.gather is None:
            return
        if manner == "voicemail":
            placed.hung_up.wait(2.0)
            return
        listening = LATE_S if manner == "late" else 0.3 + 1.5 * self._webhooks.chance()
        if placed.hung_up.wait(listening):
            return
        if manner == "together":
            self._wait_for_another(placed.reference or "")
        answer = self._ask(placed, document.gather, {"Digits": "5" if manner == "passes on" else "4"})
        if answer is not None and answer.gather is not None and self._webhooks.chance() < 0.3:
            self._ask(placed, answer.gather, {"Digits": "9"})

    def _ring_back(self, placed: Placed) -> None:
        """Who missed the call rings the night line and takes what waits."""
        time.sleep(1.0 + 3.0 * self._webhooks.chance())
        back = {"CallSid": f"CA{uuid.uuid4().hex}", "From": placed.to, "To": NIGHT_LINE, "CallStatus": "in-progress"}
        url, keys = f"{self._webhooks.origin}/twilio/voice", dict[str, str]()
        for _ in range(8):
            answer = self._webhooks.ask(url, {**back, **keys, "Direction": "inbound"})
            if answer is None:
                break
            document = heard(answer)
            self._note(url, placed.to, document)
            if document.redirect is not None:
                url, keys = document.redirect, {}
            elif document.gather is not None and "/duty-key/" in document.gather and not keys:
                url, keys = document.gather, {"Digits": "4"}
            else:
                break
        self._webhooks.tell(f"{self._webhooks.origin}/twilio/status", {**back, "CallStatus": "completed"})

    def _wait_for_another(self, reference: str) -> None:
        with self._books.lock:
            barrier = self._together.get(reference)
            if barrier is None or barrier.broken:
                barrier = self._together[reference] = threading.Barrier(2)
        try:
            barrier.wait(TOGETHER_S)
            self._books.counted("pressed together")
        except threading.BrokenBarrierError:
            pass

    def _ask(self, placed: Placed, url: str, keys: dict[str, str]) -> Heard | None:
        """The document, redirects followed (a desk in trouble sends the call around again)."""
        for _ in range(4):
            answer = self._webhooks.ask(url, {**self._fields(placed, "in-progress"), **keys}, fallback=False)
            if answer is None:
                return None
            document = heard(answer)
            self._note(url, placed.to, document)
            if document.redirect is None:
                return document
            time.sleep(min(1.0, document.pause_s))
            url, keys = document.redirect, {}
        return None

    def _note(self, url: str, number: str, document: Heard) -> None:
        path = urlsplit(url).path
        if self._taken in document.words and "/duty-key/" in path:
            with self._books.lock:
                self._books.told.append(Told(path.split("/")[3], number, time.monotonic()))

    def _over(self, placed: Placed, status: str) -> None:
        placed.status = status
        self._status(placed, status, 2)

    def _status(self, placed: Placed, status: str, number: int) -> None:
        fields = {"CallbackSource": "call-progress-events", "SequenceNumber": str(number)}
        self._webhooks.tell(placed.status_url, {**self._fields(placed, status), **fields})

    def _fields(self, placed: Placed, status: str) -> dict[str, str]:
        return {
            "CallSid": placed.sid,
            "From": NIGHT_LINE,
            "To": placed.to,
            "CallStatus": status,
            "Direction": "outbound-api",
        }


def temper(seed: int, number: str, times: int) -> str:
    """How `number` takes its call when it is rung so many times."""
    names, weights = zip(*TEMPERS, strict=True)
    return str(random.Random(f"{seed}/{number}/{times}").choices(names, weights)[0])
