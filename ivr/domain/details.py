"""The details of a situation: what was told of them, which one is asked for next, how bad they make it. Pure.

Which details there are, and which of them matter to a class, is data (`prompts/details.yaml`, `classes.yaml`).
"""

from __future__ import annotations

from dataclasses import replace

from ivr.domain.call import Report
from ivr.domain.reported import Told
from ivr.domain.script import Detail, DetailOption, Script
from nlu.meaning import Act, Meaning

DANGER = 4
"""The severity at which people are in danger: nobody is kept for a further detail then."""
_ASKED = "detail."
"""Opens what stands in `Report.given_up` for a detail that was asked for: each is asked once."""
_NONE = "detail"
"""Stands there once no detail is to be asked for."""


def merged(known: Told, told: Told) -> Told:
    """What is known now: callers correct themselves, and things get worse, so what was told last counts."""
    return tuple(sorted({**dict(known), **dict(told)}.items()))


def noted(script: Script, report: Report, told: Told) -> Report:
    """The report with what was told; a detail that the script does not know is left out."""
    ours = tuple((name, option) for name, option in told if _option(script, name, option) is not None)
    return replace(report, details=merged(report.details, ours)) if ours else report


def answered(script: Script, report: Report, meaning: Meaning) -> Report:
    """The report after a reply to the question for a detail; the words themselves are kept for staff."""
    detail = in_hand(script, report)
    option = _by_number(detail, meaning.slots.option) or _by_act(detail, meaning.act)
    if detail is not None and option is not None and detail.id not in dict(meaning.slots.details):
        return noted(script, report, ((detail.id, option.id),))
    nothing = meaning.act is not None or not meaning.text or meaning.slots.option is not None
    return report if nothing else replace(report, situation=_with_words(report.situation, meaning.text))


def keyed(script: Script, report: Report, keys: str) -> Report:
    """The report after keys: the number of an option, as the question names them."""
    detail = in_hand(script, report)
    option = _by_number(detail, int(keys[:1])) if keys[:1].isdecimal() else None
    return report if detail is None or option is None else noted(script, report, ((detail.id, option.id),))


def wanted(script: Script, report: Report) -> Detail | None:
    """The most important detail that is not known and was not asked for; None where nothing more is to be asked."""
    entry = script.classes.get(report.category) if report.category else None
    known = dict(report.details)
    options = [_option(script, name, option) for name, option in report.details]
    settled = any(option is not None and (option.enough or option.severity >= DANGER) for option in options)
    asked = [name for name in report.given_up if name.startswith(_ASKED)]
    if entry is None or settled or _NONE in report.given_up or len(asked) >= script.policy.detail_questions:
        return None
    for name in entry.details:
        detail = script.details[name]
        if detail.question is not None and name not in known and f"{_ASKED}{name}" not in asked:
            return detail
    return None


def asked(report: Report, detail: Detail) -> Report:
    """The report once `detail` is asked for."""
    return replace(report, given_up=(*report.given_up, f"{_ASKED}{detail.id}"))


def none_asked(report: Report) -> Report:
    """The report of a caller who has something better to do, such as ringing 119."""
    return report if _NONE in report.given_up else replace(report, given_up=(*report.given_up, _NONE))


def in_hand(script: Script, report: Report) -> Detail | None:
    """The detail that was asked for last."""
    names = [name.removeprefix(_ASKED) for name in report.given_up if name.startswith(_ASKED)]
    return script.details.get(names[-1]) if names else None


def severity(script: Script, report: Report) -> int:
    """How bad it is, from 0 (as usual) to DANGER: the worst that is known of it."""
    entry = script.classes.get(report.category) if report.category else None
    options = [_option(script, name, option) for name, option in report.details]
    return max([entry.severity if entry else 0, *(option.severity for option in options if option is not None)])


def names(script: Script, report: Report) -> tuple[tuple[str, str], ...]:
    """(detail, option) as staff call them: those that matter to the class first, in its order."""
    entry = script.classes.get(report.category) if report.category else None
    order = list(entry.details if entry else ())
    known = sorted(report.details, key=lambda told: order.index(told[0]) if told[0] in order else len(order))
    pairs = [(script.details.get(name), _option(script, name, option)) for name, option in known]
    return tuple((detail.name, option.name) for detail, option in pairs if detail is not None and option is not None)


def _option(script: Script, detail: str, option: str) -> DetailOption | None:
    entry = script.details.get(detail)
    return entry.option(option) if entry is not None else None


def _by_number(detail: Detail | None, number: int | None) -> DetailOption | None:
    if detail is None or number is None or not 1 <= number <= len(detail.options):
        return None
    return detail.options[number - 1]


def _by_act(detail: Detail | None, act: Act | None) -> DetailOption | None:
    if detail is None or act not in (Act.YES, Act.NO):
        return None
    return next((option for option in detail.options if option.reply is (act is Act.YES)), None)


def _with_words(situation: str | None, words: str) -> str:
    if situation is None or words in situation:
        return situation or words
    return f"{situation} {words}"
