"""Events as a test would say them: what was heard, with its meaning already attached."""

from __future__ import annotations

from datetime import datetime, timedelta

from faq_index.candidates import Candidate, Ranking
from ivr.domain.call import Arrived, Dialled, Ears, Spoke
from ivr.domain.hours import TOKYO
from nlu.meaning import Act, Category, Intent, Level, Meaning, Phone, Pick, Place, Redirect, Slots, Urgency

DAY = datetime(2026, 11, 24, 14, 0, tzinfo=TOKYO)
NIGHT = datetime(2026, 11, 24, 21, 10, tzinfo=TOKYO)
NEW_YEAR = datetime(2027, 1, 1, 16, 10, tzinfo=TOKYO)
CALM = Urgency(Level.CALM, 0.01)

IZUMINO = Place("泉野出町四丁目12の3", town="泉野出町", town_yomi="いずみのでまち", chome=4, banchi="12-3")
TOWN_ONLY = Place("泉野出町", town="泉野出町", town_yomi="いずみのでまち")
BY_SOUND = Place("カンダ", town="神田", town_yomi="かんだ", certain=False, candidates=("神田", "新神田"))
OUTSIDE = Place("野々市の本町", out_of_city="野々市市")
CALLER = "07600000000"
FLOWING = (("flow", "flowing"),)
"""What an urgent caller of these tests tells at once: nothing more is to be asked about a leak like that."""


def arrived(
    at: datetime = DAY, dialled: Dialled = Dialled.CENTRE, caller: str | None = "0760000000", **more: Ears
) -> Arrived:
    return Arrived(at, dialled, caller, "0037", **more)


def spoke(
    text: str = "あのですね",
    at: datetime = DAY,
    *,
    intent: Intent = Intent.UNCLEAR,
    urgency: Urgency = CALM,
    act: Act | None = None,
    place: Place | None = None,
    phone: Phone | None = None,
    answer: str | None = None,
    choices: tuple[str, ...] = (),
    pick: Pick | None = None,
    language: str = "ja",
    organization: str | None = None,
    wish: str | None = None,
    details: tuple[tuple[str, str], ...] = (),
    option: int | None = None,
) -> Spoke:
    slots = Slots(place=place, phone=phone, organization=organization, details=details, option=option)
    meaning = Meaning(text, text, language, intent, urgency, slots, act, wish, pick)
    ranking = Ranking((Candidate(answer, 0.9),), answer, 0.5) if answer else Ranking(choices=choices)
    return Spoke(at, text, meaning, ranking)


def urgent(
    text: str = "アスファルトから水が湧いています",
    at: datetime = NIGHT,
    category: Category | None = Category.ROAD_LEAK,
    place: Place | None = None,
    organization: str | None = None,
    language: str = "ja",
    details: tuple[tuple[str, str], ...] = FLOWING,
) -> Spoke:
    urgency = Urgency(Level.URGENT, 0.97, category, why=("道路から水",))
    return spoke(
        text,
        at,
        intent=Intent.REPAIR,
        urgency=urgency,
        place=place,
        organization=organization,
        language=language,
        details=details,
    )


def unsure(text: str = "水がちょっと", at: datetime = NIGHT, language: str = "ja") -> Spoke:
    return spoke(text, at, intent=Intent.REPAIR, urgency=Urgency(Level.UNSURE, 0.4), language=language)


def redirected(
    redirect: Redirect,
    at: datetime = NIGHT,
    *,
    water_too: bool = False,
    level: Level = Level.URGENT,
    language: str = "ja",
) -> Spoke:
    level, category = (level, Category.BURST_PIPE) if water_too else (Level.CALM, None)
    return spoke("大変です", at, urgency=Urgency(level, 0.9, category, redirect), language=language)


def said(act: Act, at: datetime = NIGHT, text: str = "はい", language: str = "ja") -> Spoke:
    return spoke(text, at, act=act, language=language)


def later(at: datetime, seconds: float = 8) -> datetime:
    return at + timedelta(seconds=seconds)
