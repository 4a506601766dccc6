"""Two answers too close to tell apart: whether they can be offered as a choice, and which one a reply means. Pure."""

from __future__ import annotations

from faq_index.candidates import Ranking
from ivr.domain.call import Call
from ivr.domain.script import Script
from nlu.meaning import Intent, Pick

TWO = 2
CLEARLY = 0.05
"""How far the better one of the two must lead the other (scores from 0 to 1) when words decide."""


def answerable(script: Script, call: Call, topic: str) -> bool:
    """Whether `topic` may be answered to this caller: his matter has answers, and it is there in his language."""
    matter = script.matters[call.intent or Intent.QUESTION]
    return matter.answer_first and topic not in matter.to_be_done and f"faq.{topic}" in script.lines[call.language]


def can_be_offered(script: Script, call: Call) -> bool:
    """Whether both can be answered, and named by their questions."""
    named = all(f"ask.{topic}" in script.lines[call.language] for topic in call.choices)
    return len(call.choices) == TWO and named and all(answerable(script, call, topic) for topic in call.choices)


def meant(choices: tuple[str, ...], pick: Pick | None, answers: Ranking) -> str | None:
    """The topic of `choices` that a reply means: the one picked, else the one whose words it has; None when unclear.

    `answers`: what a search finds for the reply. One of the two counts as found when nothing else lies nearer and the
    other one is clearly behind.
    """
    if pick is not None:
        return {Pick.FIRST: choices[0], Pick.SECOND: choices[1], Pick.NEITHER: None}[pick]
    if answers.answer in choices:
        return answers.answer
    best = answers.candidates[0] if answers.candidates else None
    if best is None or best.topic not in choices:
        return None
    rival = max((other.score for other in answers.candidates[1:] if other.topic in choices), default=0.0)
    return best.topic if best.score - rival >= CLEARLY else None
