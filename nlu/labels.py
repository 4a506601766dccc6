"""What each class of the classifier means: intent, kind, category, redirect and the reason an operator reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nlu.meaning import Category, Intent, Redirect
from nlu.source import BadDataError, read_mapping

KINDS = ("urgent", "redirect", "calm")


@dataclass(frozen=True, slots=True)
class Label:
    """One class. `category` only where kind is urgent, `redirect` only where kind is redirect."""

    kind: str
    intent: Intent
    why: str
    category: Category | None = None
    redirect: Redirect | None = None


class Labels(Mapping[str, Label]):
    """All classes by name; sums probabilities over them."""

    def __init__(self, table: Mapping[str, Label]) -> None:
        self._table = dict(table)

    def __getitem__(self, name: str) -> Label:
        return self._table[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)

    def kind(self, name: str) -> str:
        """Returns "urgent", "redirect" or "calm"."""
        return self._table[name].kind

    def score(self, probabilities: Mapping[str, float], kind: str) -> float:
        """Returns the probability in [0, 1] of all classes of one kind together."""
        return min(1.0, sum(p for name, p in probabilities.items() if self._table[name].kind == kind))

    def top(self, probabilities: Mapping[str, float], kind: str) -> Label:
        """Returns the likeliest class of one kind."""
        return self._table[
            max((n for n in probabilities if self._table[n].kind == kind), key=probabilities.__getitem__)
        ]

    def intents(self, probabilities: Mapping[str, float]) -> dict[Intent, float]:
        """Returns the probability of each intent, summed over its classes."""
        sums: defaultdict[Intent, float] = defaultdict(float)
        for name, p in probabilities.items():
            sums[self._table[name].intent] += p
        return dict(sums)

    def best_intent(self, probabilities: Mapping[str, float]) -> Intent:
        """Returns the likeliest intent."""
        sums = self.intents(probabilities)
        return max(sums, key=sums.__getitem__)


def load_labels(path: Path) -> Labels:
    """Reads labels.yaml. Raises BadDataError."""
    table = read_mapping(path)
    return Labels({name: _label(path, name, row) for name, row in table.items()})


def _label(path: Path, name: str, row: object) -> Label:
    if not isinstance(row, dict) or row.get("kind") not in KINDS or not isinstance(row.get("why"), str):
        raise BadDataError(path, name, f"needs kind ({', '.join(KINDS)}), intent and why")
    try:
        return Label(
            kind=row["kind"],
            intent=Intent(str(row.get("intent"))),
            why=row["why"],
            category=Category(str(row.get("category"))) if row["kind"] == "urgent" else None,
            redirect=Redirect(str(row.get("redirect"))) if row["kind"] == "redirect" else None,
        )
    except ValueError as error:
        raise BadDataError(path, name, f"{error}; use a value of nlu/meaning.py") from error
