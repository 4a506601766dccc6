"""The fewest questions while many call about the same: what is known already, and what is not asked then. Pure."""

from __future__ import annotations

from dataclasses import replace

from ivr.domain import details, spoken
from ivr.domain import report as reports
from ivr.domain.call import Call, Line, Report
from ivr.domain.disaster import Area, known
from ivr.domain.script import Script
from nlu.meaning import Place

LEAVE_DETAILS = "leave_details"
"""Stands in `Report.given_up` once it was asked whether there are details: it is asked once a call."""
MOST_NAMED = 3  # towns of a greeting; nobody listens to more of them


def known_lines(script: Script, call: Call) -> tuple[Line, ...]:
    """What a caller hears whose event staff know of; empty where there is nothing to say, or it was said."""
    disaster, report = script.disaster, call.report
    if disaster is None or report is None or not report.urgent or LEAVE_DETAILS in report.given_up:
        return ()
    severity = details.severity(script, report)
    by = known(disaster, report.category, settled(report), severity=severity, own=call.reference)
    if by is None:
        return ()
    if isinstance(by, Area):
        return (Line("report.known_by_staff", (("town", spoken.town(script, call.language, settled(report))),)),)
    family = disaster.rule.family(report.category)
    event = script.text(Line(family.said), call.language) if family is not None else ""
    return (Line("report.known_area", (("event", event),)),)


def to_be_asked(report: Report) -> Report:
    """The report before it was asked whether there are details: the question is put again, in another language."""
    return replace(report, given_up=tuple(name for name in report.given_up if name != LEAVE_DETAILS))


def settled(report: Report) -> Place | None:
    """The place of a report where it is certain: as heard, or as the caller confirmed it."""
    if report.place is None or not reports.filled(report, "place"):
        return None
    return Place(
        said="",
        town=report.place.town,
        town_yomi=report.place.town_yomi,
        chome=report.place.chome,
        banchi=report.place.banchi,
        landmark=report.place.landmark,
    )


def skips_read_back(script: Script, report: Report) -> bool:
    """Whether the read-back costs a caller time that others wait for: an urgent report with a certain place."""
    return report.urgent and not script.policy.reads_back_certain and settled(report) is not None


def greeting(script: Script, language: str) -> tuple[Line, ...]:
    """What the greeting adds: that there is a disaster, and the towns that staff named, if they are few."""
    if script.disaster is None:
        return ()
    areas = script.disaster.switch.areas
    lines = (Line("greeting.disaster"),)
    if not 0 < len(areas) <= MOST_NAMED:
        return lines
    towns = [spoken.town(script, language, Place(area.town, town=area.town, town_yomi=area.yomi)) for area in areas]
    named = spoken.word(script, language, "pause").join(towns)
    return (*lines, Line("greeting.disaster_areas", (("areas", named),)))
