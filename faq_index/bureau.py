"""Any bureau's own FAQ, a table of questions and answers: what this retrieval finds in it, and plain BM25 beside.

Such a table has one wording per entry and no labelled calls: nothing votes and nothing is calibrated. Question and
answer are both searched, by vector and by BM25; a question that matches weighs more than an answer that does.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from faq_index.embed import Embedder
from faq_index.languages import LANGUAGES, WORD, Language
from faq_index.lexical import Lexical
from faq_index.near import Scores
from faq_index.near import best as best_of
from faq_index.shelf import Reading, Shelf, Written, ask
from faq_index.strict_yaml import DataError
from faq_index.text import readable

COLUMNS = ("id", "question", "answer")
DENSE = 0.5
"""Share of the cosine in the score of a field, the rest being BM25; chosen on paraphrases of public offices' questions
that the embedder was not trained on (docs/decisions)."""
ANSWER = 0.3
"""Share of the answer in the score of an entry, the rest being the question."""


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the table."""

    id: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and how well entries answer it: entry id → 1 or 2."""

    id: str
    text: str
    relevant: Mapping[str, int]


def read_items(path: Path) -> tuple[Item, ...]:
    """Read a CSV file (UTF-8) with the columns id, question and answer. Raises DataError: file, line, remedy."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
            if missing:
                raise DataError(f"{path}: line 1: no column {missing[0]!r}; the columns are {', '.join(COLUMNS)}")
            items = [_item(path, rows.line_num, row) for row in rows]
    except (OSError, UnicodeDecodeError) as broken:
        raise DataError(f"{path}: cannot be read as UTF-8 ({broken}); save it as CSV in UTF-8") from broken
    except csv.Error as broken:
        raise DataError(f"{path}: not a CSV file ({broken}); quote fields that hold commas or quotes") from broken
    seen: set[str] = set()
    for number, item in enumerate(items, 1):
        if item.id in seen:
            raise DataError(f"{path}: entry {number}: id {item.id!r} stands twice; give every entry its own")
        seen.add(item.id)
    if not items:
        raise DataError(f"{path}: holds no entry; write one a line")
    return tuple(items)


def _item(path: Path, line: int, row: Mapping[str, Any]) -> Item:
    values = [(row.get(name) or "").strip() for name in COLUMNS]
    for name, value in zip(COLUMNS[:2], values, strict=False):
        if not value:
            raise DataError(f"{path}: line {line}: column {name!r} is empty; fill it or remove the line")
    return Item(*(readable(value) for value in values))


def read_asked(path: Path, items: Sequence[Item]) -> tuple[Asked, ...]:
    """Read JSON lines {"id", "text", "relevant": {"<entry id>": 1 or 2}}. Raises DataError: file, line, remedy."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as broken:
        raise DataError(f"{path}: cannot be read as UTF-8 ({broken})") from broken
    known = {item.id for item in items}
    asked = tuple(_asked(f"{path}: line {number}", line, known) for number, line in enumerate(lines, 1) if line.strip())
    if not asked:
        raise DataError(f"{path}: holds no question; write one JSON object a line")
    return asked


def _asked(where: str, line: str, known: set[str]) -> Asked:
    try:
        row = json.loads(line)
    except ValueError as broken:
        raise DataError(f"{where}: is not JSON ({broken}); write one object a line") from broken
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise DataError(f'{where}: needs an object with "text", a string')
    relevant = row.get("relevant")
    if not isinstance(relevant, dict) or not relevant:
        raise DataError(f'{where}: needs "relevant": the ids of the entries that answer it, each with 1 or 2')
    for entry, grade in relevant.items():
        if entry not in known:
            raise DataError(f"{where}: entry {entry!r} is not in the FAQ; correct the id or add the entry")
        if grade not in (1, 2) or isinstance(grade, bool):
            raise DataError(f"{where}: entry {entry!r} has {grade!r}; write 1 (answers it) or 2 (answers it best)")
    return Asked(str(row.get("id", "")), row["text"], relevant)


class BureauFaq:
    """A table made searchable. `reading` gives the katakana of a Japanese text."""

    def __init__(self, items: Sequence[Item], embedder: Embedder, reading: Reading, language: str = "ja") -> None:
        self._ids = [item.id for item in items]
        self._language: Language = LANGUAGES[language]
        self._embedder, self._reading = embedder, reading
        owners = np.arange(len(items))
        questions = Written.of([item.question for item in items], self._language, embedder, reading)
        answers = Written.of([item.answer for item in items], self._language, embedder, reading)
        self._questions, self._answers = Shelf.build(owners, questions), Shelf.build(owners, answers)
        both = zip(questions.tokens, answers.tokens, strict=True)
        self._plain = Lexical.build([[t for t in (*one, *other) if t.startswith(WORD)] for one, other in both])

    def ranked(self, text: str, best: int = 10) -> list[str]:
        """Ids, best first, as this retrieval ranks them."""
        query = ask(text, self._sound(text), self._language, self._embedder)
        scores = np.zeros(len(self._ids), dtype=np.float32)
        for shelf, share in ((self._questions, 1 - ANSWER), (self._answers, ANSWER)):
            found = shelf.look(query)
            scores += share * (DENSE * found.near + (1 - DENSE) * found.lexical)
        return self._best(scores, best)

    def ranked_by_bm25(self, text: str, best: int = 10) -> list[str]:
        """Ids, best first, as BM25 alone ranks them: words of question and answer as one text."""
        tokens = self._language.tokens(readable(text), self._language.sound(text, self._sound(text)))
        return self._best(self._plain.scores([token for token in tokens if token.startswith(WORD)]), best)

    def _sound(self, text: str) -> str:
        return self._reading(readable(text)) if self._language.code == "ja" else ""

    def _best(self, scores: Scores, best: int) -> list[str]:
        return [self._ids[i] for i in best_of(scores, best)]
