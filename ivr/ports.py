"""Everything the desk needs from outside, on one page. Each port is small; app.py alone knows who fills it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from faq_index.candidates import Ranking
from ivr.domain.call import Action, Call, Event, Turn
from ivr.domain.ticket import Callback, Notice, Ticket
from nlu.meaning import Expecting, Meaning


class Clock(Protocol):
    def now(self) -> datetime:
        """The instant, with a time zone."""
        ...


class Understanding(Protocol):
    def understand(
        self, text: str, expecting: Expecting = Expecting.ANYTHING, language: str | None = None, /
    ) -> Meaning:
        """What `text` means as a reply to what was asked. `language`: that of the call, None = to be guessed.

        Never raises, whatever the text.
        """
        ...


class Answers(Protocol):
    def search(self, text: str, reading: str, language: str = "ja") -> Ranking:
        """The approved answers nearest to a question in `language`, by surface and by `reading` (how it sounds).

        A language without answers gives none.
        """
        ...


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """A turn as it stands in the store. `repeated`: it was there already, nothing was decided again."""

    call: Call
    seq: int
    actions: tuple[Action, ...]
    repeated: bool = False


Decide = Callable[[Call | None, int], tuple[Event, Turn]]
"""Pure: (the call so far or None, its serial number) -> what happened, what to do. May run again on a conflict."""


class Turns(Protocol):
    """The calls and their turns. One turn is one commit: event, call, tickets, call-backs and notices, or nothing."""

    def take(self, sid: str, key: str, decide: Decide) -> StoredTurn:
        """Run `decide` once for (sid, key) and keep what it decided; a second time, what is kept.

        Raises StoreUnavailable when nothing could be written (locked, full, gone).
        """
        ...

    def call(self, sid: str) -> Call | None:
        """The call as it stands now, read without a lock."""
        ...

    def turn(self, sid: str, seq: int) -> StoredTurn | None: ...

    def history(self, sid: str) -> Sequence[tuple[Event, StoredTurn]]:
        """Every event of a call with what was decided, in order: the operator's screen, the audit, a replay."""
        ...


class Tickets(Protocol):
    def ticket(self, reference: str) -> Ticket | None: ...

    def recent(self, limit: int = 50) -> Sequence[Ticket]:
        """Newest first."""
        ...

    def callbacks(self, limit: int = 50) -> Sequence[Callback]: ...


class Notices(Protocol):
    """The outbox of notices: work is claimed by conditional UPDATE, so that two workers never tell twice at once."""

    def claim(self, now: datetime, lease_s: float, limit: int = 10) -> Sequence[Notice]: ...

    def delivered(self, notice: Notice, now: datetime) -> None:
        """The notice left; the ticket becomes `notified`."""
        ...

    def postponed(self, notice: Notice, until: datetime, why: str) -> None: ...

    def sweep(self, quiet_since: datetime) -> int:
        """Put a notice in the outbox for every ticket that has none and whose call has been quiet since then."""
        ...


class Notifier(Protocol):
    """One way of reaching staff."""

    name: str

    def tell(self, notice: Notice) -> None:
        """Raises NotifyFailed."""
        ...


class Recordings(Protocol):
    def fetch(self, url: str) -> bytes:
        """The sound behind a RecordingUrl of the carrier. Raises RecordingUnavailable."""
        ...


class Telephone(Protocol):
    """The carrier's REST side: what the desk does of its own accord."""

    def ring(self, number: str, answer_url: str, status_url: str) -> str:
        """Ring `number` (E.164); when picked up the carrier asks `answer_url` what to do. Gives the new call's id.

        Raises RingFailed.
        """
        ...

    def prepare_queue(self, name: str, max_size: int) -> None:
        """Make sure that the queue exists with room for `max_size` callers. Raises RingFailed."""
        ...


class StoreUnavailable(Exception):
    """The store could not be written or read. Temporary: nothing was decided."""


class NotifyFailed(Exception):
    """A notice did not leave. `permanent`: trying again the same way is useless."""

    def __init__(self, why: str, *, permanent: bool) -> None:
        super().__init__(why)
        self.permanent = permanent


class RecordingUnavailable(Exception):
    """A recording is not there (yet), is refused, or is not ours to fetch."""


class RingFailed(Exception):
    """The carrier refused or did not answer. `permanent`: trying again the same way is useless."""

    def __init__(self, why: str, *, permanent: bool) -> None:
        super().__init__(why)
        self.permanent = permanent
