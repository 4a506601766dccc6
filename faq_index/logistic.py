"""Logistic regression: how likely something is, given what is seen of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]


def fit(
    seen: Any, happened: npt.NDArray[np.bool_], weights: Numbers, ridge: float, signs: Sequence[int] = ()
) -> Numbers:
    """The coefficients, the constant last: shape (columns + 1,). `seen` (rows, columns) may be a sparse matrix.

    `signs`: of each column 1 where it may only speak for it, −1 against it, 0 either way (all of them, if none given).
    Minimises the weighted mean of the log loss plus `ridge` / 2 times the squared coefficients (L-BFGS, scipy).
    """
    from scipy.optimize import minimize

    sign = np.where(happened, 1.0, -1.0)
    share = weights / weights.sum()

    def loss(guess: Numbers) -> tuple[float, Numbers]:
        signed = sign * (seen @ guess[:-1] + guess[-1])
        slope = -share * sign / (1 + np.exp(np.clip(signed, -50, 50)))
        value = float(share @ np.logaddexp(0, -signed)) + ridge / 2 * float(guess[:-1] @ guess[:-1])
        return value, np.append(seen.T @ slope + ridge * guess[:-1], slope.sum())

    start = np.zeros(seen.shape[1] + 1)
    bounds = [(0.0 if sign > 0 else None, 0.0 if sign < 0 else None) for sign in (*signs, 0)] if signs else None
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 200}).x)
