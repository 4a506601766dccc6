"""How long to wait before the next try."""

from __future__ import annotations


def pause_s(attempt: int, chance: float, *, first_s: float, longest_s: float) -> float:
    """Seconds to wait after `attempt` (1, 2, …) failed: doubled each time up to `longest_s`, then shortened by chance.

    `chance` in [0, 1) shortens by up to a half, so that what failed together is not tried again together.
    """
    doubled = first_s * 2.0 ** min(attempt - 1, 30)
    return min(doubled, longest_s) * (1.0 - chance / 2.0)
