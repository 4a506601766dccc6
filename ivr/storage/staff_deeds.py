"""The port `Deeds` over the database: what people do with tickets, with all that follows, in one transaction each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from ivr.domain.escalation import Event, RingPerson
from ivr.domain.roster import Person
from ivr.domain.ticket import Deed
from ivr.ports import Done
from ivr.storage import counting
from ivr.storage.codec import Codec
from ivr.storage.database import Transactions
from ivr.storage.deeds import do, has_ticket, tell_escalation, write_down
from ivr.storage.tables import escalation_orders


class SqlDeeds:
    """See `Deeds`."""

    def __init__(self, transactions: Transactions, codec: Codec) -> None:
        self._transactions, self._codec = transactions, codec

    def do(
        self,
        reference: str,
        deed: Deed,
        *,
        who: str,
        at: datetime,
        note: str | None = None,
        same_as: str | None = None,
    ) -> Done:
        with self._transactions.writing() as connection:
            done = do(connection, self._codec, reference, deed, who=who, at=at, note=note, same_as=same_as)
            if done.done:
                counting.followed(connection, self._codec, reference, deed, at)
            return done

    def refused(self, reference: str, at: datetime, why: str, *, who: str | None = None) -> None:
        with self._transactions.writing() as connection:
            if has_ticket(connection, reference):
                write_down(connection, reference, at, None, who, why)

    def happened(self, reference: str, event: Event) -> None:
        with self._transactions.writing() as connection:
            tell_escalation(connection, self._codec, reference, event)

    def rung(self, reference: str, order: int) -> Person | None:
        given = select(escalation_orders.c.given).where(
            escalation_orders.c.reference == reference, escalation_orders.c.number == order
        )
        with self._transactions.reading() as connection:
            text = connection.execute(given).scalar_one_or_none()
        found = None if text is None else self._codec.climbs.order(text)
        return found.person if isinstance(found, RingPerson) else None
