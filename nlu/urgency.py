"""Is it urgent? Rules that are certain first, then the classifier's probability against thresholds kept as data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nlu.judgement import Guess
from nlu.labels import Label, Labels
from nlu.meaning import Category, Level, Redirect, Urgency
from nlu.source import BadDataError, read_mapping, sound_pattern

CERTAIN = 0.99
"""Probability given to a class that a rule names."""
_STEP = 0.0001  # scores are given to four places


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities in [0, 1]; see data/thresholds.yaml."""

    urgent: float
    unsure: float
    redirect: float
    segment: float
    beside: float
    intent: float

    def level(self, score: float) -> Level:
        """Returns the level of a probability of urgent."""
        if score >= self.urgent:
            return Level.URGENT
        return Level.UNSURE if score >= self.unsure else Level.CALM

    def below(self, threshold: float) -> float:
        """Returns the highest score that stays under `threshold`."""
        return max(0.0, threshold - _STEP)


@dataclass(frozen=True, slots=True)
class Rule:
    """When a stretch of the canonical reading matches `when` and not `unless`, the utterance belongs to `label`.

    `nowhere`: what must not stand in the whole utterance either (another time, a mere possibility).
    `beside` (of a redirect): words of a matter of ours that may stand beside it.
    `ask`: the words say so little that only a question can tell; the level is UNSURE.
    """

    label: str
    when: re.Pattern[str]
    unless: re.Pattern[str]
    why: str
    nowhere: re.Pattern[str]
    beside: re.Pattern[str]
    ask: bool = False


def load_thresholds(path: Path) -> Thresholds:
    """Reads thresholds.yaml. Raises BadDataError."""
    table = read_mapping(path)
    for name in Thresholds.__slots__:
        if not isinstance(table.get(name), float) or not 0.0 <= table[name] <= 1.0:
            raise BadDataError(path, name, "must be a decimal from 0.0 to 1.0")
    if table["unsure"] > table["urgent"]:
        raise BadDataError(path, "unsure", "must not lie above urgent")
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
    if row.get("level", Level.UNSURE) != Level.UNSURE:
        raise BadDataError(path, f"{key}.level", "may only be unsure; leave it out where the rule is certain")
    when, unless, nowhere, beside = (
        sound_pattern(path, f"{key}.{field}", ("".join(row[field].split()),) if row.get(field) else otherwise)
        for field, otherwise in (("when", ()), ("unless", ()), ("nowhere", ()), ("beside", ()))
    )
    return Rule(row["label"], when, unless, row["why"], nowhere, beside, "level" in row)


def applied(rules: tuple[Rule, ...], sounds: Sequence[str]) -> Rule | None:
    """Returns the first rule that holds for the canonical reading of the whole, sounds[0], or of one of its parts.

    A question about the whole is asked only when nothing else was said: `ask` never looks at parts.
    """
    for rule in rules:
        if rule.nowhere.search(sounds[0]):
            continue
        for sound in sounds[:1] if rule.ask else sounds:
            if rule.when.search(sound) and not rule.unless.search(sound):
                return rule
    return None


def mentions_ours(rules: tuple[Rule, ...], sound: str) -> bool:
    """Whether water, a hole or a pipe is spoken of, by the words that the redirects of a language name (`beside`)."""
    return any(rule.beside.search(sound) for rule in rules)


def urgency(
    whole: Guess, parts: Sequence[Guess], rule: Rule | None, labels: Labels, cut: Thresholds, *, ours: bool
) -> Urgency:
    """Judges an utterance from the guesses about the whole and its parts, and the rule. `ours`: see mentions_ours.

    One urgent part makes the call urgent; a redirect stands beside the level, it does not hide an urgent matter.
    """
    deciding = whole if cut.level(whole.urgent) is Level.URGENT else _loudest(whole, parts, cut)
    score = deciding.urgent
    why: list[str] = []
    category = None
    kind = labels.kind(rule.label) if rule else ""
    if rule and rule.ask:
        score = min(max(score, cut.unsure), cut.below(cut.urgent))
    elif rule and kind == "urgent":
        score, category = max(score, CERTAIN), labels[rule.label].category
        why.append(rule.why)
    elif rule and kind == "redirect" and not ours and score < cut.urgent:
        # someone fell into the stream: all the water there is, and no matter for the bureau
        score = min(score, cut.below(cut.unsure))
    redirect, reason = _redirect(whole, parts, rule, labels, cut)
    why.extend(reason)
    if redirect is not None and kind != "urgent" and not ours and score < cut.beside:
        # the alarm is that of the fire, not of the water
        score = min(score, cut.below(cut.unsure))
    level = cut.level(score)
    if level is not Level.CALM:
        top = _class_of(deciding, labels)
        category = category or top.category
        if rule and rule.ask:
            why.append(rule.why)
        elif top.why not in why and kind != "urgent":
            why.append(top.why)
    return Urgency(level=level, score=round(score, 4), category=category, redirect=redirect, why=tuple(why))


def _class_of(guess: Guess, labels: Labels) -> Label:
    """Returns the likeliest urgent class; the change of a job only when likelier than all others together.

    Who reports something new and is taken to change an old report is asked for a job that does not exist.
    """
    odds = {name: p for name, p in guess.labels.items() if labels.kind(name) == "urgent"}
    changed = next(name for name in odds if labels[name].category is Category.REPAIR_CANCEL_CHANGE)
    if odds[changed] < sum(odds.values()) / 2:
        del odds[changed]
    return labels[max(odds, key=odds.__getitem__)]


def _loudest(whole: Guess, parts: Sequence[Guess], cut: Thresholds) -> Guess:
    """Returns the most urgent part that is clearly urgent by itself, else the whole."""
    clear = [guess for guess in parts if guess.urgent >= cut.segment]
    return max(clear, key=lambda guess: guess.urgent, default=whole)


def _redirect(
    whole: Guess, parts: Sequence[Guess], rule: Rule | None, labels: Labels, cut: Thresholds
) -> tuple[Redirect | None, tuple[str, ...]]:
    """Returns where to send the caller at once, and the reason: a rule, else the whole, else a part that is clear. A
    rule for a calm matter (a question about what might happen) sends nobody away."""
    if rule and labels.kind(rule.label) == "calm":
        return None, ()
    if rule and not rule.ask and labels.kind(rule.label) == "redirect":
        return labels[rule.label].redirect, (rule.why,)
    for guess, least in ((whole, cut.redirect), *((guess, cut.segment) for guess in parts)):
        target = max(guess.redirects, key=lambda one: guess.redirects[one])
        if guess.redirects[target] >= least:
            return target, (next(label.why for label in labels.values() if label.redirect is target),)
    return None, ()
