"""A ticket as staff hear it on the telephone, in Japanese: the facts before key 4, how to reach the caller after it."""

from __future__ import annotations

import re
from datetime import datetime
from unicodedata import normalize

from ivr.domain import spoken
from ivr.domain.call import Line, Report
from ivr.domain.hours import tokyo
from ivr.domain.languages import JAPANESE as STAFF_LANGUAGE
from ivr.domain.script import Script
from ivr.domain.ticket import Ticket
from nlu.reading import canonical, sound

LONGEST_SITUATION = 60  # letters; more is a story, which stands on the page
_WRITTEN = re.compile(r"(?:[0-9〇零一二三四五六七八九][-ーのノ、・ ]*){6,}")
_SPOKEN = re.compile(r"(?:(?:ゼロ|レー|マル|イチ|ニ|サン|ヨン|ゴ|ロク|ナナ|シチ|ハチ|キュ|ク)[ーノ]*){6,}")
"""Six digits or more in a row, as written and as they sound: it may be the caller's number."""


def reading(script: Script, ticket: Ticket, reports: int, at: datetime) -> tuple[Line, ...]:
    """Class, time, place, situation, number of reports: no name and no number of the caller."""
    report = ticket.report
    entry = script.classes.get(report.category) if report.category else None
    category = entry.name if entry else _word(script, "unknown")
    place = spoken.place(script, STAFF_LANGUAGE, report.place)
    lines = [
        Line("duty.matter", (("category", category), ("time", _time(script, ticket.opened_at, at)))),
        Line("duty.place", (("place", place),)),
    ]
    situation = told_situation(report)
    if situation is not None:
        lines.append(Line("duty.situation", (("situation", situation),)))
    if report.language != STAFF_LANGUAGE:
        language = script.language_names.get(report.language, report.language)
        lines.append(Line("duty.language", (("language", language),)))
    if ticket.partial:
        lines.append(Line("duty.partial"))
    if reports > 1:
        lines.append(Line("duty.reports", (("count", str(reports)),)))
    return tuple(lines)


def contact(script: Script, ticket: Ticket) -> tuple[Line, ...]:
    """The reference and the caller's number, digit by digit, for whoever has the ticket."""
    report = ticket.report
    number = report.phone or (report.phone_part.digits if report.phone_part else None)
    reference = ("reference", spoken.digits(script, STAFF_LANGUAGE, ticket.reference))
    if number is None:
        return (Line("duty.contact_withheld", (reference,)),)
    key = "duty.contact" if report.phone else "duty.contact_part"
    return (Line(key, (reference, ("phone", spoken.digits(script, STAFF_LANGUAGE, number)))),)


def told_situation(report: Report) -> str | None:
    """The caller's own words about the situation, if staff may hear them before anybody has the ticket.

    Short, in the language of staff, and without the caller's name or anything like a telephone number.
    """
    words = (report.situation or "").strip(" 。、")
    if not words or len(words) > LONGEST_SITUATION or report.language != STAFF_LANGUAGE:
        return None
    heard = sound(words)
    if _WRITTEN.search(normalize("NFKC", words)) or _SPOKEN.search(heard) or _SPOKEN.search(canonical(words)):
        return None  # the kana as they stand as well: those of a misread word are not in its sound
    # By sound: a recogniser may write the name in one reply with characters, in another in kana.
    return None if report.name and (report.name in words or sound(report.name) in heard) else words


def _time(script: Script, opened: datetime, at: datetime) -> str:
    """午前3時10分; with the date when that was another day."""
    time = spoken.time_of_day(script, STAFF_LANGUAGE, opened)
    then = tokyo(opened)
    if then.date() == tokyo(at).date():
        return time
    day = _word(script, "date", month=_word(script, f"month_{then.month}"), day=then.day)
    return _word(script, "opening", day=day, time=time)


def _word(script: Script, name: str, **slots: object) -> str:
    return spoken.word(script, STAFF_LANGUAGE, name, **slots)
