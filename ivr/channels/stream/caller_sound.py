"""What the caller has said lately, as µ-law bytes by media time."""

from __future__ import annotations

KEPT_S = 62
"""The longest reply there may be, with its pre-roll: half a megabyte, and less in a call that was shorter."""

_BYTES_A_MS = 8
_SPARE = 5000 * _BYTES_A_MS  # bytes forgotten at a time


class CallerSound:
    """Grows at its end, forgets its beginning."""

    def __init__(self, kept_s: float = KEPT_S) -> None:
        self._sound = bytearray()
        self._forgotten = 0
        self._most = int(kept_s * 1000 * _BYTES_A_MS)
        self._taken = 0

    @property
    def milliseconds(self) -> int:
        """Sound received so far, forgotten or not."""
        return (self._forgotten + len(self._sound)) // _BYTES_A_MS

    def add(self, sound: bytes) -> None:
        self._sound += sound
        if len(self._sound) > self._most + _SPARE:
            del self._sound[:_SPARE]
            self._forgotten += _SPARE

    def forget(self) -> None:
        """Let go of all of it: the call is over."""
        self._forgotten += len(self._sound)
        self._sound = bytearray()

    def window(self, size: int) -> bytes | None:
        """The next `size` bytes that were not given yet, None while there are fewer."""
        begin = self._taken - self._forgotten
        if begin < 0 or len(self._sound) - begin < size:
            return None
        self._taken += size
        return bytes(self._sound[begin : begin + size])

    def between(self, begin_ms: int, end_ms: int) -> bytes:
        """The sound from `begin_ms` to `end_ms`, as far as it is still there."""
        begin, end = (max(0, ms * _BYTES_A_MS - self._forgotten) for ms in (begin_ms, end_ms))
        return bytes(self._sound[begin:end])
