"""What was taken down of one report, as a value; report.py fills it, the forms say what is still to ask."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nlu.meaning import Category, Change, Phone, Place

Told = tuple[tuple[str, str], ...]
"""Details of a situation: (detail, option) pairs, sorted, each detail once."""


class PhoneSource(StrEnum):
    CALLER_ID = "caller_id"
    SPOKEN = "spoken"
    KEYED = "keyed"
    EARLIER = "earlier"  # as told in the report before


@dataclass(frozen=True, slots=True)
class Report:
    """What was taken down so far. `form` names the form of `prompts/forms/` that says what is still to ask.

    `given_up` lists fields not asked again; `tries` counts the misses on the field in hand; `refusals` how often the
    read-back was refused. `phone` is a whole number, `phone_part` what is known of one. `language` is the caller's.
    `action`: what is to become of an earlier report; `earlier`: its reference, None while it was not found.
    `details`: what was told of the situation, by the names of `details.yaml`.
    """

    form: str
    urgent: bool
    category: Category | None = None
    why: tuple[str, ...] = ()
    place: Place | None = None
    place_confirmed: bool = False
    situation: str | None = None
    phone: str | None = None
    phone_part: Phone | None = None
    phone_source: PhoneSource | None = None
    anonymous: bool = False
    name: str | None = None
    organization: str | None = None
    recordings: tuple[str, ...] = ()
    given_up: tuple[str, ...] = ()
    tries: int = 0
    refusals: int = 0
    confirmed: bool = False
    language: str = "ja"
    action: Change | None = None
    earlier: str | None = None
    details: Told = ()
