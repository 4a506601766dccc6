"""How a call ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nlu.meaning import Category, Redirect


class OutcomeKind(StrEnum):
    """How a call ended (CALL_FILES). ABANDONED: the caller left before anything could be done."""

    EMERGENCY_TICKET = "emergency_ticket"
    TRANSFER = "transfer"
    FAQ_ANSWERED = "faq_answered"
    TOLD_HOURS = "told_hours"
    CALLBACK_REGISTERED = "callback_registered"
    BUSY_ANNOUNCEMENT = "busy_announcement"
    SAFETY_REDIRECT = "safety_redirect"
    OUT_OF_AREA = "out_of_area"
    DECLINED = "declined"
    CLOSED = "closed"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class Outcome:
    kind: OutcomeKind
    category: Category | None = None
    transfer_to: str | None = None
    redirect: Redirect | None = None
