"""What an utterance means: the values that `nlu` produces and the dialogue decides on. Pure data, no logic."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Expecting(StrEnum):
    """What was asked just before, so that a short reply can be read as an answer to it."""

    ANYTHING = "anything"
    YES_NO = "yes_no"
    PLACE = "place"
    SITUATION = "situation"
    DETAIL = "detail"  # one detail of the situation: a word, yes or no, the number of an option
    PHONE = "phone"
    NAME = "name"
    DATE = "date"
    CHOICE = "choice"  # the first or the second of two


class Act(StrEnum):
    """What the caller does to the conversation itself, whatever the subject is."""

    YES = "yes"
    NO = "no"
    REPEAT = "repeat"  # "say that again"
    OPERATOR = "operator"  # wants a person
    STOP = "stop"  # "never mind", goodbye
    THIS_NUMBER = "this_number"  # "the number I am calling from"
    DECLINE = "decline"  # will not give what was asked (anonymous caller, refused number)
    UNKNOWN = "unknown"  # "I don't know"


class Pick(StrEnum):
    """Which of two things on offer is meant."""

    FIRST = "first"
    SECOND = "second"
    NEITHER = "neither"


class Intent(StrEnum):
    """The matter, in the bureau's terms (REQUIREMENTS rows in brackets)."""

    START = "start"  # start of service [R07]
    STOP_SERVICE = "stop"  # stop of service [R07]
    RENAME = "rename"  # change of name [R07]
    REPAIR = "repair"  # water trouble, urgent or not [R08]
    SEWER = "sewer"  # sewer trouble, urgent or not [R09]
    REPAIR_CHANGE = "repair_change"  # change or cancellation of an earlier report [R16]
    BILLING = "billing"  # slips, addresses, direct debit, amounts [R10]
    PAYMENT_REPORTED = "payment_reported"  # "I have paid", banks too [R15]
    QUESTION = "question"  # wants information [R11]
    COMPLAINT = "complaint"  # [R14]
    OPINION = "opinion"  # [R17]
    OTHER_SECTION = "other_section"  # not this bureau's or another section's [R13]
    UNCLEAR = "unclear"


class Level(StrEnum):
    URGENT = "urgent"
    UNSURE = "unsure"  # ask one short question; still unsure means urgent
    CALM = "calm"


class Redirect(StrEnum):
    """Neither urgent for the bureau nor a matter for business hours: say it at once."""

    FIRE_AMBULANCE = "119"
    POLICE = "110"
    GAS = "gas"


class Category(StrEnum):
    """The classes of an urgent matter: spec URGENCY, contract chapter 3 article 4(1)."""

    ROAD_LEAK = "road_leak"
    ROAD_COLLAPSE = "road_collapse"
    POLICE_FIRE_REPORT = "police_fire_report"
    SEWER_BLOCKAGE = "sewer_blockage"
    SEWER_OVERFLOW = "sewer_overflow"
    BURST_PIPE = "burst_pipe"
    METER_LEAK = "meter_leak"
    NO_WATER_AREA = "no_water_area"
    DIRTY_WATER = "dirty_water"
    REPAIR_CANCEL_CHANGE = "repair_cancel_change"


@dataclass(frozen=True, slots=True)
class Urgency:
    """`score` is the probability of urgent in [0, 1]; `why` are reasons an operator can read (Japanese)."""

    level: Level
    score: float
    category: Category | None = None
    redirect: Redirect | None = None
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A place as far as it was said. Every field may be missing: a partial place counts.

    `town` is the official spelling, `town_yomi` its hiragana. `banchi` keeps letters ("イ41", "中83", "12-3").
    `certain` is False when the town was found by sound and another town lies close: confirm it first.
    `candidates` are the close towns, best first, `town` included. `out_of_city` names a municipality that is not
    Kanazawa. `said` is what the caller said, for the operator's eye.
    """

    said: str
    town: str | None = None
    town_yomi: str | None = None
    chome: int | None = None
    banchi: str | None = None
    landmark: str | None = None
    out_of_city: str | None = None
    certain: bool = True
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Phone:
    """Digits as understood, leading zero included; `complete` when they form a whole Japanese number."""

    digits: str
    complete: bool


class Change(StrEnum):
    """What is to become of a report made before."""

    CANCEL = "cancel"  # it stopped, was mended, or was none: do not come
    WORSE = "worse"  # more than was told, or still waited for
    PLACE = "place"  # the place told was wrong
    OTHER = "change"  # anything else about it


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is said of a report made before: what is to become of it, its number, and when it was made.

    `reference`: digits as said, maybe without the leading zeros. `ago`: minutes. `hours`: of the day, from and to, any
    of which may be meant (nine is of the morning or the evening). `days`: how many days ago.
    """

    change: Change | None = None
    reference: str | None = None
    ago: int | None = None
    hours: tuple[tuple[int, int], ...] = ()
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Slots:
    place: Place | None = None
    phone: Phone | None = None
    name: str | None = None
    organization: str | None = None  # police station, fire brigade, road manager
    date: str | None = None  # as said; resolved in a later step
    details: tuple[tuple[str, str], ...] = ()  # of the situation: (detail, option) of `details.yaml`, sorted
    option: int | None = None  # the reply is nothing but the number of an option, from 1


@dataclass(frozen=True, slots=True)
class Meaning:
    """One utterance, understood. `text` as recognised; `reading` in katakana as pronounced (オーフク, コーバン)."""

    text: str
    reading: str
    language: str
    intent: Intent
    urgency: Urgency
    slots: Slots = field(default_factory=Slots)
    act: Act | None = None
    wish: str | None = None  # the language the caller asks to be served in, whatever language the wish is said in
    pick: Pick | None = None  # of two things on offer, where a choice was asked
    earlier: Earlier | None = None  # what it says of a report made before
