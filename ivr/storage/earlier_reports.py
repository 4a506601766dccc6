"""A stored ticket as an earlier report that a caller may mean: what both stores give."""

from __future__ import annotations

from ivr.domain.earlier import EarlierReport
from ivr.domain.ticket import Ticket

MOST_RECENT = 500
"""Three days of the worst disaster nights stay below it; a caller waits while they are read."""


def earlier_report(ticket: Ticket) -> EarlierReport:
    """What `ticket` can be found again by."""
    report = ticket.report
    return EarlierReport(
        reference=ticket.reference,
        opened_at=ticket.opened_at,
        category=report.category,
        place=report.place,
        phone=report.phone,
        status=ticket.status.value,
    )
