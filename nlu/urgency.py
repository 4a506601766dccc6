"""Is it urgent? Rules that are certain first, then the classifier's probability against thresholds kept as data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nlu.classifier import Guess
from nlu.labels import Labels
from nlu.meaning import Level, Urgency
from nlu.source import BadDataError, read_mapping, sound_pattern

CERTAIN = 0.99
"""Probability given to a class that a rule names."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities in [0, 1]; see urgency.yaml."""

    urgent: float
    unsure: float
    redirect: float
    segment: float
    intent: float

    def level(self, score: float) -> Level:
        """Returns the level of a probability of urgent."""
        if score >= self.urgent:
            return Level.URGENT
        return Level.UNSURE if score >= self.unsure else Level.CALM


@dataclass(frozen=True, slots=True)
class Rule:
    """When the canonical reading matches `when` and not `unless`, the utterance belongs to `label`."""

    label: str
    when: re.Pattern[str]
    unless: re.Pattern[str]
    why: str


def load_thresholds(path: Path) -> Thresholds:
    """Reads `thresholds` of urgency.yaml. Raises BadDataError."""
    table = read_mapping(path).get("thresholds")
    if not isinstance(table, dict):
        raise BadDataError(path, "thresholds", "must be a mapping of name: probability")
    for name in Thresholds.__slots__:
        if not isinstance(table.get(name), float) or not 0.0 <= table[name] <= 1.0:
            raise BadDataError(path, f"thresholds.{name}", "must be a decimal from 0.0 to 1.0")
    if table["unsure"] > table["urgent"]:
        raise BadDataError(path, "thresholds.unsure", "must not lie above thresholds.urgent")
    return Thresholds(**{name: table[name] for name in Thresholds.__slots__})


def load_rules(path: Path, labels: Labels) -> tuple[Rule, ...]:
    """Reads `rules` of urgency.yaml. Raises BadDataError."""
    rows = read_mapping(path).get("rules")
    if not isinstance(rows, list):
        raise BadDataError(path, "rules", "must be a list (may be empty: [])")
    return tuple(_rule(path, f"rules[{number}]", row, labels) for number, row in enumerate(rows))


def _rule(path: Path, key: str, row: object, labels: Labels) -> Rule:
    if not isinstance(row, dict) or not all(isinstance(row.get(field), str) for field in ("label", "when", "why")):
        raise BadDataError(path, key, "needs label, when and why")
    if row["label"] not in labels:
        raise BadDataError(path, f"{key}.label", f"{row['label']!r} is not in labels.yaml")
    unless = (row["unless"],) if row.get("unless") else ()
    return Rule(row["label"], sound_pattern(path, key, (row["when"],)), sound_pattern(path, key, unless), row["why"])


def applied(rules: tuple[Rule, ...], sound: str) -> Rule | None:
    """Returns the first rule that holds for a canonical reading."""
    return next((rule for rule in rules if rule.when.search(sound) and not rule.unless.search(sound)), None)


def urgency(whole: Guess, parts: Sequence[Guess], rule: Rule | None, labels: Labels, cut: Thresholds) -> Urgency:
    """Judges an utterance from the class probabilities of the whole and of its parts, and the rule that holds, if any.

    One urgent part makes the call urgent; a redirect stands beside the level, it does not hide an urgent part.
    """
    deciding = whole
    if cut.level(whole.urgent) is not Level.URGENT:
        loudest = max(parts, key=lambda part: part.urgent, default=whole)
        if loudest.urgent >= cut.segment:
            deciding = loudest
    score = deciding.urgent
    why: list[str] = []
    category = redirect = None
    if rule and labels.kind(rule.label) == "urgent":
        score, category = max(score, CERTAIN), labels[rule.label].category
        why.append(rule.why)
    if rule and labels.kind(rule.label) == "redirect":
        redirect = labels[rule.label].redirect
        why.append(rule.why)
    elif labels.score(whole.labels, "redirect") >= cut.redirect:
        redirect = labels.top(whole.labels, "redirect").redirect
        why.append(labels.top(whole.labels, "redirect").why)
    level = cut.level(score)
    if level is not Level.CALM:
        top = labels.top(deciding.labels, "urgent")
        category = category or top.category
        if top.why not in why and not (rule and labels.kind(rule.label) == "urgent"):
            why.append(top.why)
    return Urgency(level=level, score=round(score, 4), category=category, redirect=redirect, why=tuple(why))
