"""The life of a ticket: what may be done with it where it stands, and what that makes of it (R18)."""

from __future__ import annotations

from itertools import product

import pytest

from ivr.domain.ticket import ENDED, LIFE, UNHELD, Deed, TicketStatus, after, meant

# A dash: refused, nothing changes.
TABLE = """
              tell      acknowledge   take_over     release   dispatch    close   cancel     mark_duplicate  reopen
open          notified  acknowledged  -             -         dispatched  closed  cancelled  duplicate       -
notified      -         acknowledged  -             -         dispatched  closed  cancelled  duplicate       -
acknowledged  -         -             acknowledged  notified  dispatched  closed  cancelled  duplicate       -
dispatched    -         -             acknowledged  notified  -           closed  cancelled  duplicate       -
closed        -         -             -             -         -           -       -          -               open
cancelled     -         -             -             -         -           -       -          -               open
duplicate     -         -             -             -         -           -       -          -               open
"""
_DEEDS, *_ROWS = (line.split() for line in TABLE.strip().splitlines())
CELLS = [(row[0], deed, becomes) for row in _ROWS for deed, becomes in zip(_DEEDS, row[1:], strict=True)]


@pytest.mark.parametrize(("status", "deed", "becomes"), CELLS, ids=[f"{status}-{deed}" for status, deed, _ in CELLS])
def test_a_deed_makes_of_a_ticket_what_the_table_says(status: str, deed: str, becomes: str) -> None:
    expected = None if becomes == "-" else TicketStatus(becomes)
    assert after(TicketStatus(status), Deed(deed)) is expected


def test_every_deed_is_decided_in_every_status() -> None:
    assert {(status, deed) for status, deed, _ in CELLS} == set(product(map(str, TicketStatus), map(str, Deed)))
    assert {status: set(deeds) for status, deeds in LIFE.items()} == {status: set(Deed) for status in TicketStatus}


@pytest.mark.parametrize("first", [Deed.ACKNOWLEDGE, Deed.DISPATCH])
@pytest.mark.parametrize("status", sorted(UNHELD))
def test_of_two_who_confirm_having_it_one_counts(status: TicketStatus, first: Deed) -> None:
    held = after(status, first)
    assert held is not None
    assert after(held, Deed.ACKNOWLEDGE) is None


@pytest.mark.parametrize("status", sorted(ENDED))
def test_what_has_ended_can_only_be_reopened(status: TicketStatus) -> None:
    assert [deed for deed in Deed if after(status, deed) is not None] == [Deed.REOPEN]


@pytest.mark.parametrize("status", sorted(set(TicketStatus) - ENDED))
def test_what_goes_on_can_be_ended_in_three_ways_and_not_reopened(status: TicketStatus) -> None:
    ends = {deed: after(status, deed) for deed in (Deed.CLOSE, Deed.CANCEL, Deed.MARK_DUPLICATE)}
    assert set(ends.values()) == ENDED
    assert after(status, Deed.REOPEN) is None


def test_nobody_has_a_ticket_that_is_given_back_or_reopened() -> None:
    assert after(TicketStatus.DISPATCHED, Deed.RELEASE) in UNHELD
    assert after(TicketStatus.CLOSED, Deed.REOPEN) in UNHELD
    assert not UNHELD & ENDED


HELD = [TicketStatus.ACKNOWLEDGED, TicketStatus.DISPATCHED]


@pytest.mark.parametrize("status", HELD)
def test_to_confirm_what_got_worse_is_to_take_it_over_from_who_could_not_be_reached(status: TicketStatus) -> None:
    assert meant(Deed.ACKNOWLEDGE, status, "a", "b", climbing=True) is Deed.TAKE_OVER


@pytest.mark.parametrize(
    ("status", "holder", "climbing"),
    [
        (TicketStatus.ACKNOWLEDGED, "a", False),  # somebody has it and nobody else is looked for
        (TicketStatus.ACKNOWLEDGED, "b", True),  # nobody takes over from oneself
        (TicketStatus.DISPATCHED, None, True),
        *((status, "a", True) for status in sorted(UNHELD | ENDED)),
    ],
)
def test_to_confirm_is_nothing_else_in_any_other_case(status: TicketStatus, holder: str | None, climbing: bool) -> None:
    assert meant(Deed.ACKNOWLEDGE, status, holder, "b", climbing=climbing) is Deed.ACKNOWLEDGE


@pytest.mark.parametrize("deed", sorted(set(Deed) - {Deed.ACKNOWLEDGE}))
def test_no_other_deed_means_anything_but_itself(deed: Deed) -> None:
    assert meant(deed, TicketStatus.ACKNOWLEDGED, "a", "b", climbing=True) is deed
