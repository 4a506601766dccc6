"""One trial call: a desk of its own, the carrier that plays around it, and the feed of what happens."""

from __future__ import annotations

import secrets
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ivr.channels.phone.admission import foreign
from ivr.channels.phone.carrier import TrialCarrier
from ivr.channels.phone.feed import Feed
from ivr.channels.phone.relay import CallFacts, Relay, Reply
from ivr.channels.phone.rows import ticket_row, turn_row
from ivr.channels.phone.wish import Wish
from ivr.channels.stream.desk import LiveDesk, Watch
from ivr.channels.stream.socket import MediaSocket
from ivr.domain.call import Dialled, StoreTicket
from ivr.domain.script import Script
from ivr.ports import Tickets, Turns

NUMBERS = {Dialled.CENTRE: "+815000000001", Dialled.NIGHT_LINE: "+815000000002"}
"""Invented numbers for calls that never leave this machine."""


@dataclass(frozen=True, slots=True)
class Account:
    """What the trial's desk believes of the carrier. `origin`: how the page reaches this trial."""

    sid: str
    token: str
    origin: str


@dataclass(frozen=True, slots=True)
class TrialDesk:
    """A desk of its own, put together by the composition root. `live`: None when nobody hears live sound here."""

    app: Callable[..., Any]
    script: Script
    turns: Turns
    tickets: Tickets
    live: LiveDesk | None
    close: Callable[[], None]


class Notices:
    """A stream for printed notices that shows them on the page instead."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    def write(self, text: str) -> int:
        self._feed.tell("notice", text=text.strip("\n"))
        return len(text)

    def flush(self) -> None:
        """Shown already."""


OpenDesk = Callable[[Wish, Account, TrialCarrier, Notices], TrialDesk]


class Trial:
    """`id` is the page's key to it: whoever knows it may use it."""

    def __init__(self, wish: Wish, page: str, open_desk: OpenDesk) -> None:
        self.id = secrets.token_urlsafe(18)
        self.sid = f"CA{uuid.uuid4().hex}"
        self.feed = Feed()
        account = Account(f"AC{uuid.uuid4().hex}", secrets.token_hex(16), f"{page}/phone/{self.id}")
        self.carrier = TrialCarrier(account.sid, lambda: self.feed.tell("rings"))
        self._desk = open_desk(wish, account, self.carrier, Notices(self.feed))
        facts = CallFacts(self.sid, account.sid, wish.caller, NUMBERS[wish.dialled])
        self._relay = Relay(self._desk.app, account.origin, facts, account.token)
        self._lock = threading.Lock()
        self._told, self._closed = 0, False
        self._tickets: dict[str, dict[str, Any] | None] = {}
        live = self._desk.live
        self.socket = MediaSocket(replace(live, watch=self._watch), foreign) if live is not None else None

    def post(self, target: str, given: Mapping[str, str]) -> Reply:
        """A webhook of this call. Raises BadFields."""
        reply = self._relay.post(target, given)
        self.tell()
        if self._relay.ends(given):
            self.feed.tell("hung_up")
        return reply

    def get(self, target: str) -> Reply:
        """Sound, or the page of a ticket. Raises BadFields."""
        return self._relay.get(target)

    def tell(self) -> None:
        """Show the turns that are new, and tickets that changed."""
        with self._lock:
            if self._closed:
                return
            for event, turn in self._desk.turns.history(self.sid)[self._told :]:
                self._told += 1
                self.feed.tell("turn", **turn_row(self._desk.script, event, turn))
                stored = (action.reference for action in turn.actions if isinstance(action, StoreTicket))
                self._tickets |= {reference: None for reference in stored if reference not in self._tickets}
            for reference, shown in self._tickets.items():
                ticket = self._desk.tickets.ticket(reference)
                row = ticket_row(self._desk.script, ticket) if ticket is not None else None
                if row is not None and row != shown:
                    self._tickets[reference] = row
                    self.feed.tell("ticket", **row)

    def close(self) -> None:
        """Free everything. A trial is closed once."""
        with self._lock:
            self._closed = True
        self.feed.tell("over")
        self.feed.close()
        self._desk.close()

    def _watch(self, sid: str) -> Watch | None:
        return self._saw if sid == self.sid else None

    def _saw(self, what: str, details: Mapping[str, Any]) -> None:
        """On the event loop: what needs the store is done in a thread."""
        live = self._desk.live
        if what == "turn" and live is not None:
            live.threads.submit(self.tell)
        elif what == "heard":
            self.feed.tell("heard", text=details["text"], completeness=details["completeness"])
        elif what == "interrupted":
            self.feed.tell(what)
        elif what == "listens" and live is not None:
            live.threads.submit(self._tell_of_listening)

    def _tell_of_listening(self) -> None:
        """After the turn whose question is over now."""
        self.tell()
        self.feed.tell("listens")
