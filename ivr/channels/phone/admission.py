"""Who may reach a trial past Flask (media socket, event stream): a page of this host on this machine, no one else."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

from ivr.security.loopback import from_our_page, from_this_machine

Scope = MutableMapping[str, Any]


def stranger(scope: Scope) -> str | None:
    """Why an ASGI request is not from this machine, None when it is."""
    peer = scope.get("client")
    return None if from_this_machine(header_of(scope), peer[0] if peer else None) else "not from this machine"


def foreign(scope: Scope) -> str | None:
    """As `stranger`; besides, the request has to come from a page of this host.

    A browser cannot send Twilio's signature, but unlike other headers no page can forge its Origin. For a socket that
    is all there is: same-origin rules do not hold for WebSockets.
    """
    if (why := stranger(scope)) is not None:
        return why
    if scope.get("query_string"):
        return "a media address has no query"
    return None if from_our_page(header_of(scope)) else "opened by a page of another host"


def header_of(scope: Scope) -> Callable[[str], str | None]:
    """name -> value of an ASGI request's header."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope.get("headers", ())}
    return lambda name: headers.get(name.lower())
