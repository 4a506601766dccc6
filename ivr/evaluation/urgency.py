"""How well urgency, class, redirect and intent are understood, on labelled utterances."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from ivr.evaluation.labelled import read_rows
from ivr.evaluation.proportion import Proportion, proportion
from nlu.labels import Labels
from nlu.meaning import Level, Meaning
from nlu.utterances import Utterance

Understand = Callable[[str, str | None], Meaning]
"""Text and the language of the call, if it is known, to what it means."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One utterance. What is None is not known and not judged."""

    text: str
    language: str | None
    urgent: bool
    category: str | None = None
    redirect: str | None = None
    intent: str | None = None
    writer: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """`recall`: urgent rows called urgent, at once or after the one question (`asked` of them); `alarms`: other rows
    called urgent so (`needless` questions among them); both also by whether a row holds an obvious keyword.

    `redirects`: rows for 119, 110 or gas sent there; `misdirected`: other rows sent away. `by_class`: recall.
    """

    recall: Proportion
    asked: Proportion
    alarms: Proportion
    needless: Proportion
    recall_with_keyword: Proportion
    recall_without: Proportion
    alarms_with_keyword: Proportion
    alarms_without: Proportion
    redirects: Proportion
    misdirected: Proportion
    category: Proportion
    intent: Proportion
    by_class: dict[str, Proportion] = field(default_factory=dict)
    wrong: tuple[tuple[Labelled, Meaning], ...] = ()


def figures(rows: Sequence[Labelled], understand: Understand) -> Figures:
    """Judges every row."""
    seen = [(row, understand(row.text, row.language)) for row in rows]
    urgent = [(row, meaning) for row, meaning in seen if row.urgent]
    calm = [(row, meaning) for row, meaning in seen if not row.urgent]
    sent = [(row, m) for row, m in seen if row.redirect is not None]
    classes = dict.fromkeys(row.category for row, _ in urgent if row.category)
    return Figures(
        recall=proportion(_taken(m) for _, m in urgent),
        asked=proportion(m.urgency.level is Level.UNSURE for _, m in urgent),
        alarms=proportion(_taken(m) for _, m in calm),
        needless=proportion(m.urgency.level is Level.UNSURE for _, m in calm),
        recall_with_keyword=proportion(_taken(m) for row, m in urgent if obvious(row)),
        recall_without=proportion(_taken(m) for row, m in urgent if not obvious(row)),
        alarms_with_keyword=proportion(_taken(m) for row, m in calm if obvious(row)),
        alarms_without=proportion(_taken(m) for row, m in calm if not obvious(row)),
        redirects=proportion(m.urgency.redirect == row.redirect for row, m in sent),
        misdirected=proportion(m.urgency.redirect is not None for row, m in seen if row.redirect is None),
        category=proportion(m.urgency.category == row.category for row, m in urgent if row.category and _taken(m)),
        intent=proportion(m.intent == row.intent for row, m in seen if row.intent and not row.redirect),
        by_class={name: proportion(_taken(m) for row, m in urgent if row.category == name) for name in classes},
        wrong=tuple(
            (row, m) for row, m in seen if _taken(m) != row.urgent or (row.redirect or None) != m.urgency.redirect
        ),
    )


def _taken(meaning: Meaning) -> bool:
    """Urgent, or still unsure after the question, which means urgent."""
    return meaning.urgency.level is not Level.CALM


def obvious(row: Labelled) -> bool:
    """Tells whether a row holds a word that anybody would search for."""
    return bool(_keywords()[row.language or "ja"].search(row.text))


@lru_cache(maxsize=1)
def _keywords() -> dict[str, re.Pattern[str]]:
    table = YAML(typ="safe", pure=True).load(Path(__file__).with_name("obvious.yaml").read_text(encoding="utf-8"))
    return {language: re.compile(words) for language, words in table.items()}


def of_utterance(row: Utterance, labels: Labels, text: str | None = None) -> Labelled:
    """Returns an utterance of the project's own data as a row; `text`: another form of it."""
    kinds = [labels[name] for name in row.labels]
    return Labelled(
        text if text is not None else row.text,
        row.language,
        any(kind.kind == "urgent" for kind in kinds),
        next((kind.category.value for kind in kinds if kind.category), None),
        next((kind.redirect.value for kind in kinds if kind.redirect), None),
        kinds[0].intent.value,
        row.writer,
    )


def read_urgency(path: Path) -> list[Labelled]:
    """Reads {"text", "urgent", "lang"?, "category"?, "redirect"?, "intent"?} lines. Raises BadRows."""
    return [_labelled(row) for row in read_rows(path, {"text": str, "urgent": bool})]


def _labelled(row: dict[str, Any]) -> Labelled:
    return Labelled(
        row["text"], row.get("lang"), row["urgent"], row.get("category"), row.get("redirect"), row.get("intent")
    )
