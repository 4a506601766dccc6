"""Calls and their turns in a database: one turn, one commit, and a repeated webhook gets the stored answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from ivr.domain.call import Call, Event
from ivr.domain.incident import Rule
from ivr.ports import Decide, StoredTurn, StoreUnavailable
from ivr.storage import office
from ivr.storage.codec import Codec
from ivr.storage.database import Transactions
from ivr.storage.tables import calls, turns

TRIES = 4  # a conflict is with the same webhook delivered twice at once: the second try finds what the first one stored

EPOCH = datetime(
    1970, 1, 1, tzinfo=UTC
)  # stands in the row of a new call for the moment until its first turn is decided

_TURN = (turns.c.seq, turns.c.event, turns.c.actions, turns.c.state)

# Locks the call until the commit (SQLite: the whole file is locked already) and finds the turn if it was taken before.
_LOCK = (
    select(calls.c.serial, calls.c.state.label("now"), calls.c.turns, *_TURN)
    .select_from(calls.outerjoin(turns, and_(turns.c.call_sid == calls.c.sid, turns.c.key == bindparam("key"))))
    .where(calls.c.sid == bindparam("sid"))
    .with_for_update(of=calls)
)
_NEW_CALL = insert(calls)
_NEW_TURN = insert(turns)
_CHANGE_CALL = update(calls).where(calls.c.serial == bindparam("which"))
_STATE = select(calls.c.state).where(calls.c.sid == bindparam("sid"))
_HISTORY = select(*_TURN).where(turns.c.call_sid == bindparam("sid")).order_by(turns.c.seq)
_ONE_TURN = select(*_TURN).where(turns.c.call_sid == bindparam("sid"), turns.c.seq == bindparam("number"))


class SqlTurns:
    """The port `Turns`. `StoredTurn.call` is always the call as it was right after that turn."""

    def __init__(self, transactions: Transactions, codec: Codec, rule: Rule | None = None) -> None:
        self._transactions = transactions
        self._codec = codec
        self._rule = rule

    def take(self, sid: str, key: str, decide: Decide) -> StoredTurn:
        """See `Turns.take`. Whatever `decide` raises comes through, and nothing is kept."""
        for _ in range(TRIES):
            try:
                with self._transactions.writing() as connection:
                    return self._take(connection, sid, key, decide)
            except IntegrityError as error:
                conflict = error
        raise StoreUnavailable(f"the turn collided with others {TRIES} times") from conflict

    def call(self, sid: str) -> Call | None:
        with self._transactions.reading() as connection:
            state = connection.execute(_STATE, {"sid": sid}).scalar_one_or_none()
        return None if state is None else self._codec.call(state)

    def turn(self, sid: str, seq: int) -> StoredTurn | None:
        with self._transactions.reading() as connection:
            row = connection.execute(_ONE_TURN, {"sid": sid, "number": seq}).one_or_none()
        return None if row is None else self._stored(row)

    def history(self, sid: str) -> Sequence[tuple[Event, StoredTurn]]:
        with self._transactions.reading() as connection:
            rows = connection.execute(_HISTORY, {"sid": sid}).all()
        return [(self._codec.event(row.event), self._stored(row)) for row in rows]

    def _take(self, connection: Connection, sid: str, key: str, decide: Decide) -> StoredTurn:
        found = connection.execute(_LOCK, {"sid": sid, "key": key}).one_or_none()
        if found is not None and found.seq is not None:
            return self._stored(found, repeated=True)
        if found is None:
            serial, seq = self._new_call(connection, sid), 1
            event, turn = decide(None, serial)
        else:
            serial, seq = found.serial, found.turns + 1
            event, turn = decide(self._codec.call(found.now), serial)
        state = self._codec.call_text(turn.call)
        row = {
            "call_sid": sid,
            "seq": seq,
            "key": key,
            "at": event.at,
            "event": self._codec.event_text(event),
            "actions": self._codec.actions_text(turn.actions),
            "state": state,
        }
        connection.execute(_NEW_TURN, row)
        connection.execute(_CHANGE_CALL, {"which": serial, "state": state, "turns": seq, "changed_at": event.at})
        office.keep(connection, self._codec, self._rule, office.Taken(sid, seq, event, turn.actions))
        return StoredTurn(turn.call, seq, turn.actions)

    def _new_call(self, connection: Connection, sid: str) -> int:
        # The serial number must be known before anything is decided: the caller's reference is made of it.
        row = {"sid": sid, "state": "", "turns": 0, "changed_at": EPOCH}
        (serial,) = connection.execute(_NEW_CALL, row).inserted_primary_key or (0,)
        return int(serial)

    def _stored(self, row: Row[*tuple[Any, ...]], *, repeated: bool = False) -> StoredTurn:
        return StoredTurn(self._codec.call(row.state), row.seq, self._codec.actions(row.actions), repeated)
