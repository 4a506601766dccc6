"""What came of it: the store as it stands, beside what the carrier and the callers know. Every loss has a column."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.books import Books, Placed

HAD = frozenset({"acknowledged", "dispatched", "closed", "cancelled"})
HANDED_ON = frozenset({"release", "take_over", "reopen"})


@dataclass(frozen=True, slots=True)
class Ticket:
    """A row of the store. `same_as`: the ticket it is one more report of."""

    reference: str
    sid: str
    status: str
    same_as: str | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What the store holds. `deeds`: (reference, deed, who); `ended_by`: reference -> (call, key of the turn that told
    staff); `texts`: (reference, person) -> texts that were ordered; `open_orders`: orders that wait.
    """

    tickets: Sequence[Ticket]
    deeds: Sequence[tuple[str, str, str]] = ()
    ended_by: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    texts: Mapping[tuple[str, str], int] = field(default_factory=dict)
    open_orders: int = 0


def stored(database: Path) -> Stored:
    """Read without a lock. Raises sqlite3.OperationalError while somebody holds the file."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=2.0)) as connection:
        tickets = [
            Ticket(*row) for row in connection.execute("SELECT reference, call_sid, status, same_as FROM tickets")
        ]
        deeds = list(connection.execute("SELECT reference, deed, who FROM ticket_history WHERE deed IS NOT NULL"))
        turns = connection.execute(
            "SELECT call_sid, key, actions FROM turns WHERE actions LIKE '%NotifyStaff%' ORDER BY seq"
        )
        ended: dict[str, tuple[str, str]] = {}
        for sid, key, actions in turns:
            for action in json.loads(actions):
                if action["is"] == "NotifyStaff":
                    ended.setdefault(action["reference"], (sid, key))
        orders = list(connection.execute("SELECT reference, person, given, state FROM escalation_orders"))
    texts = Counter((row[0], row[1]) for row in orders if json.loads(row[2])["is"] == "TextPerson")
    waiting = sum(row[3] in ("pending", "claimed") for row in orders)
    return Stored(tickets, deeds, ended, texts, waiting)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Losses name what is concerned (references, ids of calls); times are seconds."""

    count: Mapping[str, int]
    losses: Mapping[str, Sequence[str]]
    to_ring: Sequence[float]
    to_ring_undisturbed: Sequence[float]
    to_acknowledgement: Sequence[float]

    @property
    def lost_nothing(self) -> bool:
        return not any(self.losses.values())


def judged(store: Stored, books: Books, telephones: Mapping[str, str]) -> Verdict:
    """`telephones`: number -> person."""
    rung: dict[str, list[Placed]] = {}
    for placed in books.placed.values():
        rung.setdefault(placed.reference or "", []).append(placed)
    by_reference = {ticket.reference: ticket for ticket in store.tickets}
    with_ticket = {ticket.sid for ticket in store.tickets}
    roots = {ticket.reference: _root(ticket, by_reference) for ticket in store.tickets}
    losses = {
        "LOST TICKETS": [
            call.sid for call in books.calls if call.urgent and call.accepted and call.sid not in with_ticket
        ],
        "UNNOTIFIED": [name for name, root in roots.items() if root.reference not in rung and root.status not in HAD],
        "UNACKNOWLEDGED": [name for name, root in roots.items() if root.status not in HAD],
        "DUPLICATE DISPATCHES": _dispatched_twice(store, books, telephones),
        "ORDERS PLACED TWICE": _placed_twice(books.placed.values()),
        "CONTRADICTORY WORDS": _contradicted(store, books, telephones, with_ticket),
    }
    times = _times(store, books, rung)
    told = {told.reference: told.at for told in reversed(books.told)}
    begun = _begun(store, books)
    return Verdict(
        {**_counted(store, books), "texts sent twice": len(_texted_twice(store, books, telephones))},
        losses,
        [ring - begin for begin, ring in times],
        [ring - begin for begin, ring in times if not _disturbed(books, begin, ring)],
        [told[name] - begin for name, begin in begun.items() if name in told],
    )


def settled(store: Stored, books: Books) -> bool:
    """Whether nothing is left to be done: every urgent word has its ticket, and every ticket somebody who has it."""
    by_reference = {ticket.reference: ticket for ticket in store.tickets}
    had = all(_root(ticket, by_reference).status in HAD for ticket in store.tickets)
    over = all(placed.status not in ("queued", "in-progress") for placed in list(books.placed.values()))
    return had and over and not store.open_orders


def _root(ticket: Ticket, by_reference: Mapping[str, Ticket]) -> Ticket:
    """The ticket that staff hear of: the first report of the event."""
    while ticket.status == "duplicate" and (first := by_reference.get(ticket.same_as or "")) is not None:
        ticket = first
    return ticket


def _dispatched_twice(store: Stored, books: Books, telephones: Mapping[str, str]) -> list[str]:
    people: dict[str, set[str]] = {}
    for told in books.told:
        people.setdefault(told.reference, set()).add(telephones.get(told.number, "?"))
    handed_on = Counter(reference for reference, deed, _ in store.deeds if deed in HANDED_ON)
    return [reference for reference, whom in people.items() if len(whom) > 1 + handed_on[reference]]


def _placed_twice(placed: Iterable[Placed]) -> list[str]:
    """Beyond what the carrier itself doubled."""
    orders = Counter(call.url for call in placed if not call.twin)
    return [url.partition("/twilio/")[2] for url, times in orders.items() if times > 1]


def _texted_twice(store: Stored, books: Books, telephones: Mapping[str, str]) -> list[str]:
    references = [ticket.reference for ticket in store.tickets]
    sent: Counter[tuple[str, str]] = Counter()
    for text in books.texts:
        sent.update((name, telephones[text.to]) for name in references if name in text.body)
    return [
        f"{name} to {person}" for (name, person), times in sent.items() if times > store.texts.get((name, person), 0)
    ]


def _contradicted(store: Stored, books: Books, telephones: Mapping[str, str], with_ticket: set[str]) -> list[str]:
    """A promise without a ticket; "it is yours" without the store knowing of it."""
    took = {(reference, who) for reference, deed, who in store.deeds if deed in ("acknowledge", "take_over")}
    promised = [call.sid for call in books.calls if call.promised and call.sid not in with_ticket]
    return promised + [
        f"{told.reference} to {telephones.get(told.number)}"
        for told in books.told
        if (told.reference, telephones.get(told.number)) not in took
    ]


def _begun(store: Stored, books: Books) -> dict[str, float]:
    """When the webhook with the caller's last needed word left the carrier, for tickets that staff were rung about."""
    duplicates = {ticket.reference for ticket in store.tickets if ticket.status == "duplicate"}
    return {
        reference: books.sent[turn]
        for reference, turn in store.ended_by.items()
        if turn in books.sent and reference not in duplicates
    }


def _times(store: Stored, books: Books, rung: Mapping[str, Sequence[Placed]]) -> list[tuple[float, float]]:
    begun = _begun(store, books)
    return [(begin, min(call.at for call in rung[name])) for name, begin in begun.items() if name in rung]


def _disturbed(books: Books, begin: float, end: float) -> bool:
    return any(begun <= end and ended >= begin for begun, ended in books.faults)


def _counted(store: Stored, books: Books) -> dict[str, int]:
    urgent = [call for call in books.calls if call.urgent]
    return {
        "callers": sum(call.tries == 1 for call in books.calls),
        "calls (broken ones are dialled again)": len(books.calls),
        "urgent calls": len(urgent),
        "urgent words taken": sum(call.accepted for call in urgent),
        "callers promised a reference": sum(call.promised for call in books.calls),
        "tickets": len(store.tickets),
        "of these one more report of an event": sum(ticket.status == "duplicate" for ticket in store.tickets),
        "calls to staff": len(books.placed),
        "texts to staff": len(books.texts),
        "told that it is theirs": len(books.told),
    }


# --- as printed -----------------------------------------------------------------------------------------------------


def table(verdict: Verdict, faults: Mapping[str, int]) -> str:
    """Plain text."""
    lines = [f"  {name:<42}{number:>7}" for name, number in verdict.count.items()]
    lines += ["faults", *(f"  {name:<42}{number:>7}" for name, number in sorted(faults.items()))]
    lines.append("losses")
    for name, found in verdict.losses.items():
        named = f"   {', '.join(found[:6])}" if found else ""
        lines.append(f"  {name:<42}{len(found):>7}{named}")
    lines += [
        "seconds from the webhook with the last needed word",
        _row("to the first ring, no fault between", verdict.to_ring_undisturbed),
        _row("to the first ring, all", verdict.to_ring),
        _row("to the acknowledgement, all", verdict.to_acknowledgement),
    ]
    return "\n".join(lines)


def _row(name: str, values: Sequence[float]) -> str:
    if not values:
        return f"  {name:<42}      -"
    p50, p95 = quantile(values, 0.5), quantile(values, 0.95)
    return f"  {name:<42} p50 {p50:6.2f}  p95 {p95:6.2f}  max {max(values):6.2f}  n={len(values)}"


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that is not exceeded by `share` of them (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1)]
