"""The line a person hears before taking a caller: desk, language, matter, place, details, number; in Japanese."""

from __future__ import annotations

from ivr.domain import details, spoken
from ivr.domain.call import Call, Line, Report
from ivr.domain.languages import JAPANESE as STAFF_LANGUAGE
from ivr.domain.languages import foreign
from ivr.domain.script import Script


def handover_line(script: Script, call: Call, desk: str) -> Line:
    """`whisper.handover` with what is known of the caller; a word for "unknown" stands for the rest."""

    def word(name: str) -> str:
        return spoken.word(script, STAFF_LANGUAGE, name)

    report = call.report
    entry = script.desks.get(desk)
    category = report.category if report else None
    named = script.classes.get(category) if category else None
    matter = named.name if named else word("no_matter")
    if foreign(call):
        language = script.language_names.get(call.language, call.language)
        matter = spoken.word(script, STAFF_LANGUAGE, "foreign", language=language, matter=matter)
    part = report.phone_part.digits if report and report.phone_part else None
    phone = (report.phone if report else None) or call.caller_id or part
    return Line(
        "whisper.handover",
        (
            ("desk", entry.name if entry else word("unknown")),
            ("matter", matter),
            ("place", spoken.place(script, STAFF_LANGUAGE, report.place if report else call.place)),
            ("details", _details(script, report) if report else ""),
            ("phone", spoken.digits(script, STAFF_LANGUAGE, phone) if phone else word("unknown")),
        ),
    )


def _details(script: Script, report: Report) -> str:
    """What is known of the situation, "" where nothing is."""
    told = [
        spoken.word(script, STAFF_LANGUAGE, "detail", name=name, option=option)
        for name, option in details.names(script, report)
    ]
    joined = spoken.word(script, STAFF_LANGUAGE, "pause").join(told)
    return spoken.word(script, STAFF_LANGUAGE, "details", details=joined) if told else ""
