"""A count of a count, and how sure it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Proportion:
    """`hits` of `total` rows."""

    hits: int
    total: int

    @property
    def share(self) -> float:
        """In [0, 1]; 0 of none."""
        return self.hits / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the share (Wilson 1927); (0, 1) of none."""
        return interval(self.hits, self.total)

    def __str__(self) -> str:
        if not self.total:
            return "–"
        low, high = self.interval
        return f"{self.share:.3f} ({self.hits}/{self.total}; {low:.3f}–{high:.3f})"

    def row(self) -> dict[str, float | int | list[float]]:
        """For `--json`."""
        return {
            "share": round(self.share, 4),
            "hits": self.hits,
            "total": self.total,
            "interval": [round(bound, 4) for bound in self.interval],
        }


def proportion(outcomes: Iterable[bool]) -> Proportion:
    """Returns how many of the outcomes are true."""
    seen = list(outcomes)
    return Proportion(sum(seen), len(seen))


def interval(hits: int, total: int) -> tuple[float, float]:
    """Returns the 95 % Wilson interval of `hits` in `total`; (0, 1) when there is nothing to count."""
    if total == 0:
        return 0.0, 1.0
    from scipy.stats import binomtest

    found = binomtest(hits, total).proportion_ci(method="wilson")
    return float(found.low), float(found.high)
