"""The vocabulary of a call: events (what happened), actions (what to do) and the call between two of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from faq_index.candidates import Ranking
from ivr.domain.earlier import EarlierReport
from ivr.domain.hours import Duty
from ivr.domain.outcome import Outcome
from ivr.domain.reported import PhoneSource as PhoneSource  # noqa: PLC0414 - told on from here
from ivr.domain.reported import Report as Report  # noqa: PLC0414 - a report is of a call's vocabulary
from ivr.domain.reported import Told
from nlu.meaning import Category, Earlier, Expecting, Intent, Meaning, Place


class State(StrEnum):
    """Where the conversation stands. Each waits for one thing."""

    RINGING = "ringing"  # nothing said yet
    OPEN = "open"  # "what can I do for you": free speech or a key
    MENU = "menu"  # keys, after misses or without ears
    CLARIFY = "clarify"  # one short question: is it urgent?
    KNOWN = "known"  # staff know of it already: are there details to leave?
    EARLIER = "earlier"  # an earlier report was found: is it the one?
    FORM = "form"  # the fields of a report or request, one after another
    READ_BACK = "read_back"  # what was taken is read back
    CHOICE = "choice"  # two answers lie close: the first, or the second?
    ANSWERED = "answered"  # an approved answer was given: did it help?
    MESSAGE = "message"  # the caller speaks onto a recording for staff
    WAITING = "waiting"  # in a queue, or a desk's telephone rings
    TALKING = "talking"  # with a person
    ENDED = "ended"


class Question(StrEnum):
    """What the caller was asked. The channel and the simulator know it by this name."""

    OPEN = "open"
    MENU = "menu"
    CLARIFY = "clarify"
    PLACE = "place"
    PLACE_DETAIL = "place_detail"
    CONFIRM_PLACE = "confirm_place"
    SITUATION = "situation"
    DETAIL = "detail"
    PHONE = "phone"
    NAME = "name"
    READ_BACK = "read_back"
    CHOICE = "choice"
    HELPED = "helped"
    LEAVE_DETAILS = "leave_details"
    CONFIRM_EARLIER = "confirm_earlier"

    @property
    def expecting(self) -> Expecting:
        """How a short reply to this question is to be read."""
        return _EXPECTING.get(self, Expecting.ANYTHING)


_YES_NO = (
    Question.CLARIFY, Question.CONFIRM_PLACE, Question.READ_BACK, Question.HELPED, Question.LEAVE_DETAILS,
    Question.CONFIRM_EARLIER,
)  # fmt: skip
_EXPECTING = {
    **dict.fromkeys(_YES_NO, Expecting.YES_NO),
    **dict.fromkeys((Question.PLACE, Question.PLACE_DETAIL), Expecting.PLACE),
    Question.SITUATION: Expecting.SITUATION,
    Question.DETAIL: Expecting.DETAIL,
    Question.PHONE: Expecting.PHONE,
    Question.NAME: Expecting.NAME,
    Question.CHOICE: Expecting.CHOICE,
}


class Dialled(StrEnum):
    """Which of the bureau's numbers the caller rang."""

    CENTRE = "centre"
    NIGHT_LINE = "night_line"


class Ears(StrEnum):
    """The rung of the ladder on which the caller is heard; a call steps down by itself, never up."""

    STREAM = "stream"  # live sound through our own recogniser, with barge-in
    GATHER = "gather"  # the carrier's recogniser
    RECORD = "record"  # a short recording through our own recogniser
    KEYS = "keys"  # keys, and a recording for staff to hear


NO_ANSWERS = Ranking()

# --- events: what happened, past tense; `at` is an aware datetime ----------------------------------


@dataclass(frozen=True, slots=True)
class Arrived:
    """The call came in. `caller_id` holds digits only, None when withheld. `reference` is the number a report gets;
    empty: the store gives the serial number of the call. `hears`: the languages the ears understand; `offers`: those
    that can be offered with the greeting (None: all of the script).
    """

    at: datetime
    dialled: Dialled
    caller_id: str | None
    reference: str = ""
    ears: Ears = Ears.GATHER
    hears: tuple[str, ...] | None = None
    offers: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Spoke:
    """The caller said something: `text`, as the reply to `question` (None: the channel does not know to what).

    Meaning, answers and the earlier reports that may be meant are added before the decision. `language`: the
    recogniser's guess, None where it has none.
    """

    at: datetime
    text: str
    meaning: Meaning | None = None
    answers: Ranking = NO_ANSWERS
    question: Question | None = None
    language: str | None = None
    earlier: tuple[EarlierReport, ...] = ()


@dataclass(frozen=True, slots=True)
class Pressed:
    """Keys were pressed; the finishing # is not included."""

    at: datetime
    keys: str


@dataclass(frozen=True, slots=True)
class StayedSilent:
    """Nothing was said or pressed in the time given."""

    at: datetime


@dataclass(frozen=True, slots=True)
class LeftMessage:
    """A recording for staff was made; `recording` is its reference, `seconds` its length."""

    at: datetime
    recording: str
    seconds: int


@dataclass(frozen=True, slots=True)
class EarsFailed:
    """The recogniser is missing, late or dead. `recording` is what it could not read, if anything."""

    at: datetime
    why: str
    recording: str | None = None


@dataclass(frozen=True, slots=True)
class Connected:
    """The caller's live sound arrives: a media socket proved to belong to this call. Nothing is decided by it."""

    at: datetime


@dataclass(frozen=True, slots=True)
class SoundLost:
    """The live sound broke more often than anyone should bear: from now on the caller is heard by recordings."""

    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class PersonAnswered:
    """A person accepted the caller (by key press or bridge, never by mere pick-up)."""

    at: datetime


@dataclass(frozen=True, slots=True)
class NobodyAnswered:
    """The transfer failed: timeout, busy, no-answer, queue-full, rejected, error."""

    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class TalkEnded:
    """The talk with a person is over and the caller is still on the line."""

    at: datetime


@dataclass(frozen=True, slots=True)
class HungUp:
    """The caller left."""

    at: datetime


Heard = Spoke | Pressed | StayedSilent | LeftMessage | EarsFailed
Event = Arrived | Heard | Connected | SoundLost | PersonAnswered | NobodyAnswered | TalkEnded | HungUp


# --- values carried --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One approved line by its key (`file.name` in `prompts/<lang>/`), with its slots filled, in speakable form.

    `language`: in which it is said whatever the call's language is ("For English, press 5"); None = in the call's.
    """

    key: str
    slots: tuple[tuple[str, str], ...] = ()
    language: str | None = None

    def spoken_in(self, language: str) -> str:
        """The language it is said in, in a call in `language`."""
        return self.language or language


# --- actions: what to do, imperative ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Say:
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """Say `lines`, then wait for the caller's reply to `question`."""

    question: Question
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class TakeMessage:
    """Say `lines`, then record the caller for staff to hear (at most `seconds`)."""

    lines: tuple[Line, ...]
    seconds: int = 90


@dataclass(frozen=True, slots=True)
class Transfer:
    """Say `lines`, then hand the caller to a person at `desk` (a key of `prompts/desks.yaml`)."""

    desk: str
    urgent: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class HangUp:
    pass


@dataclass(frozen=True, slots=True)
class StoreTicket:
    """Write the report down as a durable ticket (created or brought up to date), before anything is said about it.

    `severity`: how bad it is, 0 = as usual.
    """

    reference: str
    report: Report
    partial: bool
    severity: int = 0


@dataclass(frozen=True, slots=True)
class NotifyStaff:
    """Tell the staff on duty that ticket `reference` is there."""

    reference: str


@dataclass(frozen=True, slots=True)
class TouchEarlier:
    """Ticket `by` changes the earlier ticket `reference`: "cancel", "worse", "place" or "change"."""

    reference: str
    action: str
    by: str


@dataclass(frozen=True, slots=True)
class RegisterCallback:
    reference: str
    phone: str
    matter: Intent | None
    language: str = "ja"


@dataclass(frozen=True, slots=True)
class RecordAnswer:
    """Keep which approved answer was given to which question (R11)."""

    topic: str
    question: str


VoiceAction = Say | Ask | TakeMessage | Transfer | HangUp
OfficeAction = StoreTicket | NotifyStaff | TouchEarlier | RegisterCallback | RecordAnswer
Action = VoiceAction | OfficeAction


@dataclass(frozen=True, slots=True)
class Call:
    """The conversation between two events: everything `step` needs to decide the next turn.

    `words` is the last thing said at an open question; `unsure` that it may have been urgent and `suspected` as what
    (a caller who leaves then counts as urgent). `misses` and `silences` count since the last success; `questions`
    counts every question put (the exit of every loop). `asked` is the last question, for "again" and for reading the
    reply. `language` is what we speak; `chosen`: the caller asked for it by key or wish, and it stays. `hears`: the
    languages the ears understand, None = all; `rung`: where the ears were before a language put the call on keys.
    `topic`: the answer to the question in hand; `choices`: the two it may be, if unclear; `topics`: those given.
    `told`: what was said of an earlier report; `offered`: the one the caller was asked about. `details`: what was told
    of the situation while there was no report.
    """

    sid: str
    state: State = State.RINGING
    ears: Ears = Ears.GATHER
    language: str = "ja"
    chosen: bool = False
    hears: tuple[str, ...] | None = None
    rung: Ears | None = None
    dialled: Dialled = Dialled.CENTRE
    caller_id: str | None = None
    reference: str = ""
    duty: Duty = Duty.CENTRE
    asked: Ask | TakeMessage | None = None
    intent: Intent | None = None
    topic: str | None = None
    choices: tuple[str, ...] = ()
    place: Place | None = None
    report: Report | None = None
    desk: str | None = None
    tried_desks: tuple[str, ...] = ()
    misses: int = 0
    silences: int = 0
    questions: int = 0
    clarified: bool = False
    words: str | None = None
    unsure: bool = False
    suspected: Category | None = None
    notified: bool = False
    outcome: Outcome | None = None
    topics: tuple[str, ...] = ()
    told: Earlier | None = None
    offered: EarlierReport | None = None
    details: Told = ()

    @property
    def question(self) -> Question | None:
        """The question the caller is replying to, None when none is open."""
        return self.asked.question if isinstance(self.asked, Ask) else None


@dataclass(frozen=True, slots=True)
class Turn:
    """The decision: the call after the event, and what to do, in order."""

    call: Call
    actions: tuple[Action, ...] = ()
