"""How well questions find their answers, on labelled questions, and on other bureaus' own FAQs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from faq_index.bureau import Asked
from faq_index.candidates import Ranking
from faq_index.strict_yaml import read
from ivr.evaluation.labelled import read_rows
from ivr.evaluation.proportion import Proportion, proportion

Search = Callable[[str, str], Ranking]
"""Text and language to ranking."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question, and the topic that answers it (None: none does)."""

    text: str
    language: str
    topic: str | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Of questions that a topic answers: the right one stands first (`hit`), among five (`among_five`); `mrr`: mean of
    1 / its place (0 beyond five); it is answered (`right`), another is (`wrong`), it is one of the two offered
    (`offered`), two others are (`offered_vainly`). Of questions out of scope: answered all the same (`outside`), two
    topics offered (`outside_offered`)."""

    hit: Proportion
    among_five: Proportion
    mrr: float
    right: Proportion
    wrong: Proportion
    offered: Proportion
    offered_vainly: Proportion
    outside: Proportion
    outside_offered: Proportion
    missed: tuple[tuple[Labelled, Ranking], ...] = ()

    def named(self) -> dict[str, Proportion]:
        """The proportions by the names they are printed under."""
        return {
            "right topic first (hit@1)": self.hit,
            "  among the first five": self.among_five,
            "answered rightly": self.right,
            "another topic answered": self.wrong,
            "right topic offered as one of two": self.offered,
            "  two others offered": self.offered_vainly,
            "out of scope, answered": self.outside,
            "  out of scope, two offered": self.outside_offered,
        }


def read_labelled(path: Path) -> list[Labelled]:
    """JSON lines {"text", "lang"?, "topic": id or null}. Raises BadRows."""
    rows = read_rows(path, {"text": str, "topic": (str, type(None))})
    return [Labelled(row["text"], row.get("lang") or "ja", row["topic"]) for row in rows]


def figures(rows: Iterable[Labelled], search: Search) -> Figures:
    """Asks every question."""
    seen = [(row, search(row.text, row.language)) for row in rows]
    inside = [(row, found, _place(row.topic, found)) for row, found in seen if row.topic is not None]
    outside = [found for row, found in seen if row.topic is None]
    missed = [(row, f) for row, f, place in inside if place != 1]
    missed += [(row, f) for row, f in seen if row.topic is None and f.answer is not None]
    return Figures(
        hit=proportion(place == 1 for *_, place in inside),
        among_five=proportion(place is not None for *_, place in inside),
        mrr=_mean(1 / place if place else 0.0 for *_, place in inside),
        right=proportion(f.answer == row.topic for row, f, _ in inside),
        wrong=proportion(f.answer not in (None, row.topic) for row, f, _ in inside),
        offered=proportion(row.topic in f.choices for row, f, _ in inside),
        offered_vainly=proportion(bool(f.choices) and row.topic not in f.choices for row, f, _ in inside),
        outside=proportion(f.answer is not None for f in outside),
        outside_offered=proportion(bool(f.choices) for f in outside),
        missed=tuple(missed),
    )


def _place(topic: str | None, found: Ranking) -> int | None:
    """Counted from 1; None when it is not among the candidates."""
    order = [candidate.topic for candidate in found.candidates]
    return order.index(topic) + 1 if topic in order else None


class _UnseenModel(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    topics: dict[str, list[str]]
    out_of_scope: list[str]


def read_unseen(data: Path, language: str) -> list[Labelled]:
    """The shipped questions that nothing is fitted to, of one language. Raises faq_index's DataError."""
    found = read(data / f"unseen_{language}.yaml", _UnseenModel)
    asked = [Labelled(text, language, topic) for topic, texts in found.topics.items() for text in texts]
    return asked + [Labelled(text, language, None) for text in found.out_of_scope]


@dataclass(frozen=True, slots=True)
class RankFigures:
    """Of all questions, how many have an answering entry among the first 1, 3 and 10; `mrr`: mean of 1 / its place."""

    hits: Mapping[int, Proportion]
    mrr: float


DEPTHS = (1, 3, 10)


def rank_figures(asked: Sequence[Asked], ranked: Callable[[str], Sequence[str]]) -> RankFigures:
    """`ranked`: a question to entry ids, best first (ten suffice)."""
    places = [_first(one, ranked(one.text)) for one in asked]
    hits = {depth: proportion(place is not None and place <= depth for place in places) for depth in DEPTHS}
    return RankFigures(hits, _mean(1 / place if place else 0.0 for place in places))


def rank_lines(columns: Mapping[str, RankFigures]) -> Iterator[str]:
    """Yields a table: one retrieval a line."""
    for name, found in columns.items():
        yield f"{name}: MRR {found.mrr:.3f}"
        for depth, hits in found.hits.items():
            yield f"  Hit@{depth:<3}{hits}"


def _first(one: Asked, order: Sequence[str]) -> int | None:
    return next((place for place, entry in enumerate(order, 1) if entry in one.relevant), None)


def _mean(values: Iterable[float]) -> float:
    seen = list(values)
    return sum(seen) / len(seen) if seen else 0.0
