"""The call file as values: one telephone call, what the caller says, and what has to come of it.

The format (YAML, one call a file; or JSON lines, one call a line) is the project's own; every key is a field below.
One optional key is the simulator's alone: `carrier`, the carrier's bad days (see Carrier).
pydantic reads these classes as the schema; after that they are plain frozen values.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from ivr.channels.simulator.duty import ORDINARY, Manner
from ivr.domain.outcome import OutcomeKind
from ivr.domain.ticket import TicketStatus
from nlu.meaning import Category

TARGETS = frozenset(
    {
        "bureau_staff",
        "night_operator",
        "main",
        "open_close",
        "repair",
        "billing",
        "collections",
        "supervisor",
        "interpreter",
    }
)
HANDOVER_ITEMS = frozenset({"category", "matter", "place", "situation", "phone", "name", "organization"})
_STRICT = ConfigDict(extra="forbid")


def _regex(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression ({error})") from None
    return pattern


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("the time has no zone; add one, for instance +09:00")
    return instant


def _text(value: object) -> object:
    """A number written without quotes, where nothing can be lost by it."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _quoted(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError("put the digits in quotes; without them a leading zero is lost")
    return value


def _one_of(known: frozenset[str]) -> AfterValidator:
    def check(value: str) -> str:
        unknown = set(value.split("|")) - known
        if unknown:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))} (known: {', '.join(sorted(known))})")
        return value

    return AfterValidator(check)


Regex = Annotated[str, AfterValidator(_regex)]
Instant = Annotated[datetime, AfterValidator(_aware)]
Text = Annotated[str, BeforeValidator(_text)]
Digits = Annotated[str, BeforeValidator(_quoted), Field(pattern=r"^[0-9]+$")]
Keys = Annotated[str, BeforeValidator(_text), Field(pattern=r"^[0-9*#]+$")]
CallerId = Annotated[str, BeforeValidator(_quoted), Field(pattern=r"^(0[0-9]{7,10}|anonymous)$")]
Outcomes = Annotated[str, _one_of(frozenset(kind.value for kind in OutcomeKind))]
Categories = Annotated[str, _one_of(frozenset(category.value for category in Category))]
Targets = Annotated[str, _one_of(TARGETS)]
HandoverItem = Annotated[str, _one_of(HANDOVER_ITEMS)]


@dataclass(frozen=True, slots=True)
class CallerTurn:
    """One thing the scripted caller does: exactly one of the five, except that `say` may stand beside `audio`."""

    __pydantic_config__ = _STRICT

    say: Annotated[str, Field(min_length=1)] | None = None
    dtmf: Keys | None = None
    silence_s: Annotated[float, Field(gt=0, le=3600)] | None = None
    hangup: Literal[True] | None = None
    audio: Path | None = None

    def __post_init__(self) -> None:
        doing = {name for name in ("say", "dtmf", "silence_s", "hangup", "audio") if getattr(self, name) is not None}
        if len(doing) != 1 and doing != {"say", "audio"}:
            raise ValueError("a turn is exactly one of say, dtmf, silence_s, hangup, audio (say may describe audio)")


@dataclass(frozen=True, slots=True)
class Answers:
    """What the caller replies when asked for just that; None = there is no reply to it.

    `confirm` may be several replies (our extension of the format): one after another, the last one from then on.
    `detail` (ours too): to the question for one detail of the situation; without it `situation` is said.
    """

    __pydantic_config__ = _STRICT

    place: Text | None = None
    phone: Annotated[str, BeforeValidator(_quoted)] | None = None
    name: str | None = None
    date: Text | None = None
    situation: str | None = None
    detail: str | None = None
    confirm: str | tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class PreviousTicket:
    """An earlier report that the desk should find again; `status` as of a ticket."""

    __pydantic_config__ = _STRICT

    id: Text | None = None
    minutes_ago: Annotated[int, Field(ge=0)] | None = None
    category: Categories | None = None
    phone: Digits | None = None
    town: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """The world around the call. `season: busy` = the day of `clock` is a designated day.

    `duty` (ours): what the first, second … person on duty does when rung; further ones do as the last of them.
    """

    __pydantic_config__ = _STRICT

    season: Literal["normal", "busy"] = "normal"
    queue: Literal["idle", "congested"] = "idle"
    caller_id: CallerId = "anonymous"
    previous_ticket: PreviousTicket | None = None
    duty: Annotated[tuple[Manner, ...], Field(min_length=1)] = ORDINARY

    @property
    def digits(self) -> str | None:
        """The caller's number as digits, None when withheld."""
        return None if self.caller_id == "anonymous" else self.caller_id


@dataclass(frozen=True, slots=True)
class ExpectedTicket:
    """What the stored report must say. None = not judged; text fields compare exactly, except the two `contained`."""

    __pydantic_config__ = _STRICT

    town: str | None = None
    chome: int | None = None
    banchi: Text | None = None
    landmark: str | None = None  # contained in the stored landmark
    phone: Digits | None = None
    phone_source: Literal["caller_id", "spoken", "keyed"] | None = None
    anonymous: bool | None = None
    partial: bool | None = None
    out_of_city: str | None = None
    organization: str | None = None  # contained in the stored organization
    action: str | None = None  # what is to become of the earlier report
    earlier: Text | None = None  # the number of the earlier report
    status: TicketStatus | None = None  # after staff on duty were rung
    must_have: tuple[Literal["place", "phone", "situation", "name", "organization"], ...] = ()


@dataclass(frozen=True, slots=True)
class ExpectedCallback:
    __pydantic_config__ = _STRICT

    phone: Digits


@dataclass(frozen=True, slots=True)
class ExpectedDuty:
    """What has to become of the report with staff on duty (ours). `rung`: ids, one for every call, in order.

    `acknowledged_by: nobody` = no one may have it; `alarm`: whether one was raised; `texts`: how many were sent.
    """

    __pydantic_config__ = _STRICT

    rung: tuple[str, ...] | None = None
    acknowledged_by: str | None = None
    alarm: bool | None = None
    texts: Annotated[int, Field(ge=0)] | None = None
    must_hear: tuple[Regex, ...] = ()


@dataclass(frozen=True, slots=True)
class Expect:
    """What has to come of the call. Alternatives are written "a|b"; everything left out is not judged."""

    __pydantic_config__ = _STRICT

    outcome: Outcomes | None = None
    category: Categories | None = None
    transfer_to: Targets | None = None
    redirect: Annotated[Literal["119", "110", "gas"], BeforeValidator(_text)] | None = None
    faq_topic: tuple[str, ...] = ()
    reply_lang: str | None = None
    max_turns: Annotated[int, Field(ge=0)] | None = None
    ticket: ExpectedTicket | None = None
    handover: tuple[HandoverItem, ...] = ()
    callback: ExpectedCallback | None = None
    duty: ExpectedDuty | None = None
    must_say: tuple[Regex, ...] = ()
    must_not_say: tuple[Regex, ...] = ()


@dataclass(frozen=True, slots=True)
class Carrier:
    """The carrier's bad days; text mode has no carrier and knows only `queue_full`: there is no room to wait in.

    `repeat_webhooks`: every webhook is sent twice and must be answered alike. `repeat_status`: every status callback
    is sent twice. `reorder`: "completed" overtakes the status callbacks before it. `late_recordings`: a recording is
    announced before it can be fetched.
    """

    __pydantic_config__ = _STRICT

    repeat_webhooks: bool = False
    reorder: bool = False
    repeat_status: bool = False
    queue_full: bool = False
    late_recordings: bool = False


@dataclass(frozen=True, slots=True)
class CallFile:
    """One call. `desk` is the number dialled: "day" the centre's, the two others the night line's."""

    __pydantic_config__ = _STRICT

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$")]
    clock: Instant
    expect: Expect
    title: str = ""
    desk: Literal["day", "night", "night_line_daytime"] = "day"
    lang: Literal["ja", "en", "zh", "ko"] = "ja"
    channel: Literal["voice"] = "voice"
    context: Context = field(default_factory=Context)
    caller: tuple[CallerTurn, ...] = ()
    answers: Answers = field(default_factory=Answers)
    carrier: Carrier = field(default_factory=Carrier)
