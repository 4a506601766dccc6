"""Expectations against a journal: every reason why a call failed, in words; none = it passed. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ivr.channels.simulator.call_file import Expect, ExpectedTicket
from ivr.channels.simulator.duty import DutyFacts
from ivr.channels.simulator.journal import Journal, TicketFacts

_EXACT = (
    "town",
    "chome",
    "banchi",
    "phone",
    "phone_source",
    "anonymous",
    "partial",
    "out_of_city",
    "action",
    "earlier",
)
_CONTAINED = ("landmark", "organization")
NOBODY = "nobody"


def judge(expect: Expect, journal: Journal) -> list[str]:
    """Why the call failed; empty when everything expected came true."""
    return [
        *_alternatives("outcome", expect.outcome, journal.outcome),
        *_alternatives("category", expect.category, journal.category),
        *_alternatives("transfer_to", expect.transfer_to, journal.transfer_to),
        *_alternatives("redirect", expect.redirect, journal.redirect),
        *_alternatives("reply_lang", expect.reply_lang, journal.reply_lang),
        *_topics(expect, journal),
        *_turns(expect, journal),
        *_ticket(expect.ticket, journal.ticket),
        *_handover(expect, journal),
        *_callback(expect, journal),
        *_status(expect.ticket, journal.duty),
        *_duty(expect, journal.duty),
        *_words(expect, journal),
    ]


def _alternatives(name: str, expected: str | None, found: str | None) -> Iterator[str]:
    if expected is not None and found not in expected.split("|"):
        yield f"{name}: expected {expected}, got {found or 'none'}"


def _topics(expect: Expect, journal: Journal) -> Iterator[str]:
    if expect.faq_topic and not set(expect.faq_topic) & set(journal.faq_topics):
        yield f"faq_topic: expected one of {', '.join(expect.faq_topic)}, got {', '.join(journal.faq_topics) or 'none'}"


def _turns(expect: Expect, journal: Journal) -> Iterator[str]:
    if expect.max_turns is not None and journal.turns > expect.max_turns:
        yield f"max_turns: {journal.turns} questions were put, at most {expect.max_turns} are allowed"


def _ticket(expected: ExpectedTicket | None, found: TicketFacts | None) -> Iterator[str]:
    if expected is None:
        return
    if found is None:
        yield "ticket: expected one, none was stored"
        return
    for name in _EXACT:
        wanted, got = getattr(expected, name), getattr(found, name)
        if wanted is not None and wanted != got:
            yield f"ticket.{name}: expected {wanted}, got {got}"
    for name in _CONTAINED:
        wanted, got = getattr(expected, name), getattr(found, name)
        if wanted is not None and wanted not in (got or ""):
            yield f"ticket.{name}: expected something with {wanted}, got {got}"
    for item in expected.must_have:
        if not _has(found, item):
            yield f"ticket.must_have: {item} is missing"


def _has(found: TicketFacts, item: str) -> bool:
    if item == "place":
        return bool(found.town or found.landmark or found.out_of_city or found.place_said)
    return bool(getattr(found, item))


def _handover(expect: Expect, journal: Journal) -> Iterator[str]:
    for item in expect.handover:
        if not journal.handover.get(item):
            yield f"handover: {item} is missing"


def _callback(expect: Expect, journal: Journal) -> Iterator[str]:
    if expect.callback is not None and journal.callback != expect.callback.phone:
        yield f"callback.phone: expected {expect.callback.phone}, got {journal.callback or 'none'}"


def _status(expected: ExpectedTicket | None, duty: DutyFacts | None) -> Iterator[str]:
    wanted, got = expected.status if expected else None, duty.status if duty else None
    if wanted is not None and wanted != got:
        yield f"ticket.status: expected {wanted}, got {got or 'none: nobody was to be rung'}"


def _duty(expect: Expect, found: DutyFacts | None) -> Iterator[str]:
    expected = expect.duty
    if expected is None:
        return
    if found is None:
        yield "duty: staff were to be rung, and were not"
        return
    got = {
        "rung": found.rung,
        "acknowledged_by": found.acknowledged_by or NOBODY,
        "alarm": found.alarms > 0,
        "texts": found.texts,
    }
    for name, is_so in got.items():
        wanted = getattr(expected, name)
        if wanted is not None and wanted != is_so:
            yield f"duty.{name}: expected {_shown(wanted)}, got {_shown(is_so)}"
    heard = "\n".join(found.heard)
    for pattern in expected.must_hear:
        if not re.search(pattern, heard):
            yield f"duty.must_hear: nothing that staff heard matches {pattern}"


def _shown(value: object) -> str:
    return (", ".join(map(str, value)) or NOBODY) if isinstance(value, tuple) else str(value)


def _words(expect: Expect, journal: Journal) -> Iterator[str]:
    everything = "\n".join(journal.said)
    for pattern in expect.must_say:
        if not re.search(pattern, everything):
            yield f"must_say: nothing said matches {pattern}"
    for pattern in expect.must_not_say:
        found = re.search(pattern, everything)
        if found:
            yield f"must_not_say: {pattern} matches {found.group()!r}"
