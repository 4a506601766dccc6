"""The one-time token of a media socket: which call and which question it may speak for, sealed by us."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass

_SHAPE = re.compile(r"(?P<seq>[1-9][0-9]{0,5})\.(?P<again>[0-9])\.(?P<seal>[0-9a-f]{32})")


class BadToken(ValueError):
    """This token was not made by us for this call."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a token stands for: turn `seq` of a call, connected for the `again`-th time after a lost socket.

    That it is used once is for the store to say: `claim` is the key under which its use is kept.
    """

    seq: int
    again: int = 0

    @property
    def claim(self) -> str:
        return f"connected:{self.seq}:{self.again}"


def token_of(key: bytes, sid: str, ticket: Ticket) -> str:
    """The token; the same call and ticket give the same one, so that a repeated webhook gets the same answer."""
    return f"{ticket.seq}.{ticket.again}.{_seal(key, sid, ticket)}"


def ticket_of(key: bytes, sid: str, token: object) -> Ticket:
    """The ticket that `token` stands for in call `sid`. Raises BadToken, whatever is given."""
    found = _SHAPE.fullmatch(token) if isinstance(token, str) else None
    if found is None:
        raise BadToken("the token has not the shape of ours")
    ticket = Ticket(int(found["seq"]), int(found["again"]))
    if not hmac.compare_digest(found["seal"], _seal(key, sid, ticket)):
        raise BadToken("the token is not sealed by us for this call")
    return ticket


def _seal(key: bytes, sid: str, ticket: Ticket) -> str:
    return hmac.new(key, f"media:{sid}:{ticket.seq}:{ticket.again}".encode(), hashlib.sha256).hexdigest()[:32]
