"""Everything the desk needs from outside, on one page. Each port is small; app.py alone knows who fills it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from faq_index.candidates import Ranking
from ivr.domain import escalation
from ivr.domain.call import Action, Call, Event, Turn
from ivr.domain.disaster import Switch
from ivr.domain.earlier import EarlierReport
from ivr.domain.incident import Incident
from ivr.domain.roster import Crew, Person
from ivr.domain.ticket import Callback, Deed, Entry, Notice, Ticket
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

    def history(self, reference: str) -> Sequence[Entry]:
        """Every change of a ticket and every deed, oldest first."""
        ...

    def reports(self, reference: str) -> int:
        """How many reports there are of the event that `reference` is about, itself included."""
        ...


class EarlierReports(Protocol):
    def reported_since(self, since: datetime) -> Sequence[EarlierReport]:
        """Every report taken at or after `since`, whatever became of it, newest first (the newest few hundred)."""
        ...


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


# --- the duty staff --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a deed: the ticket as it stands now (None: there is none), and whether the deed changed it."""

    ticket: Ticket | None
    done: bool


class Deeds(Protocol):
    """What people do with tickets. Each is decided by the life table in one transaction: of two, one comes first."""

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
        """Raises StoreUnavailable: nothing was done."""
        ...

    def refused(self, reference: str, at: datetime, why: str, *, who: str | None = None) -> None:
        """Write into the ticket's history that somebody tried what could not be."""
        ...

    def happened(self, reference: str, event: escalation.Event) -> None:
        """The ladder learns of `event` at its next step."""
        ...

    def rung(self, reference: str, order: int) -> Person | None:
        """Whom order `order` rang."""
        ...


Climbing = Callable[[escalation.Escalation | None, str | None, Sequence[escalation.Event]], escalation.Climb]
"""(the escalation, None before its first step; the class of its ticket; what happened since) -> what to do."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """An order that is ours to carry out. `tried_at`: an earlier attempt began then, and may have been carried out."""

    reference: str
    order: escalation.Order
    attempts: int
    tried_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How an escalation stands. `next_at`: when it is to be looked at again; `rests`: how often it came to rest."""

    escalation: escalation.Escalation | None
    resting: bool
    rests: int
    next_at: datetime | None


class Escalations(Protocol):
    """The ladders. A step is one commit: the events it took into account, the state after them, its orders."""

    def advance(self, reference: str, now: datetime, decide: Climbing) -> Standing | None:
        """One step if anything happened or its time has come. None: this ticket has no ladder."""
        ...

    def claim(self, reference: str, now: datetime, lease_s: float) -> Claimed | None:
        """The first order that is due, in order. It is due again when the lease ends."""
        ...

    def carried_out(self, claimed: Claimed, now: datetime, placed_sid: str | None = None) -> None: ...

    def postponed(self, claimed: Claimed, until: datetime, why: str) -> None: ...

    def put_back(self, claimed: Claimed, until: datetime, why: str) -> None:
        """Nothing was tried: it is no attempt, and nothing is to be looked for."""
        ...

    def given_up(self, claimed: Claimed, now: datetime, why: str, event: escalation.Event | None = None) -> None:
        """It will not be carried out; `event` tells the ladder so, in the same commit."""
        ...

    def placed(self, reference: str, order: int) -> tuple[bool, str | None]:
        """(whether nothing will be done about the order any more, the carrier's id of what it placed)."""
        ...

    def is_known(self, placed_sid: str) -> bool:
        """Whether an order is known to have placed this call: then it was placed for no other one."""
        ...

    def standing(self, reference: str) -> Standing | None: ...

    def unfinished(self, now: datetime, limit: int = 100) -> Sequence[str]:
        """Tickets whose ladder has something to do at `now`."""
        ...

    def climbing(self, limit: int = 1000) -> Sequence[str]:
        """Tickets whose ladder must not be forgotten: not at rest, or with something that happened since."""
        ...

    def take_slot(self, line: str, now: datetime, every_s: float, within_s: float) -> datetime:
        """The next instant at which `line` may place a call; nobody else gets it, unless it is more than `within_s`
        from now: then it is only told.
        """
        ...


class Rosters(Protocol):
    def crew(self, category: str | None, at: datetime) -> Crew:
        """Who can be reached at `at` for a report of class `category`, from the roster as it stands now."""
        ...


class Texts(Protocol):
    def text(self, number: str, body: str, *, tried_at: datetime | None = None) -> str:
        """Send `body` to `number` (E.164); gives the carrier's id. Raises NotifyFailed.

        `tried_at`: an earlier try began then and may have been sent: it is looked for first.
        """
        ...


class Switches(Protocol):
    """The disaster switch. What was set is kept: nothing here changes or deletes a record."""

    def record(self, switch: Switch) -> None: ...

    def recent(self, limit: int = 100) -> Sequence[Switch]:
        """The last recorded first."""
        ...

    def in_force(self, at: datetime) -> Switch | None: ...


class Incidents(Protocol):
    def open_since(self, since: datetime) -> Sequence[Incident]:
        """The events not yet over of which somebody told at or after `since`."""
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

    def ring(
        self,
        number: str,
        answer_url: str,
        status_url: str,
        *,
        tried_at: datetime | None = None,
        others: Callable[[str], bool] = lambda _sid: False,
        answered: bool = False,
    ) -> str:
        """Ring `number` (E.164); when picked up the carrier asks `answer_url` what to do. Gives the new call's id.

        `status_url` is told how the call ended and, if `answered`, that it was picked up. `tried_at`: an earlier try
        began then and may have placed the call: it is looked for first, going on or over, and not placed twice.
        `others`: whether a call is known to be another one.
        Raises RingFailed: for a temporary one it is not known whether the call was placed.
        """
        ...

    def hang_up(self, sid: str) -> None:
        """End the call `sid`; one that is over already is no failure. Raises RingFailed."""
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
