"""Who is a browser on this machine: for pages that have no sign-in yet."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

LOCAL_NAMES = frozenset({"localhost"})
FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-Ip")


def from_this_machine(header: Callable[[str], str | None], peer: str | None) -> bool:
    """A browser here, not somebody behind a proxy here: the proxy's requests come from this machine too.

    `header`: name -> value, `peer`: the address that connected. The Host is looked at as well: a page from elsewhere
    may have its name point to this machine (DNS rebinding).
    """
    if any(header(name) for name in FORWARDED):
        return False
    return _is_loopback(peer or "") and _is_loopback((header("Host") or "").rsplit(":", 1)[0].strip("[]"))


def from_our_page(header: Callable[[str], str | None]) -> bool:
    """Sent by a page of this very host (`Origin`): no other page may post here, or open a socket."""
    host = header("Host")
    return bool(host) and header("Origin") in (f"http://{host}", f"https://{host}")


def _is_loopback(name: str) -> bool:
    if name in LOCAL_NAMES:
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
