"""Solution: what a solver gave, and the check of its point that no solver is trusted with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from xlplan.planning.lp.programme import Floats, Programme

Status = Literal["optimal", "gap_reached", "time_limit", "infeasible", "unbounded", "error"]
FEASIBLE = 1e-6
"""Largest violation of a row, a bound or an integer, as a share of the size of its numbers (at least 1)."""


@dataclass(frozen=True)
class Report:
    """What a run says of itself: status, best bound (NaN if none), seconds, solver and the dual price of every row."""

    status: Status
    bound: float
    seconds: float
    solver: str
    duals: Floats


@dataclass(frozen=True)
class Solution:
    """What a solver gave, after the check of its own point.

    Parameters
    ----------
    status : str
        ``optimal``, ``gap_reached``, ``time_limit``, ``infeasible``, ``unbounded`` or ``error``.
    values : ndarray of float
        One per column; empty where there is no feasible point.
    objective, bound, gap : float
        Objective of ``values``, the best proven bound and their relative distance; NaN without a point.
    max_violation : float
        Largest violation of a row, bound or integer, in the row's own units.
    prices : dict of str to ndarray
        Dual price of each family of rows, in its shape: the objective's change per unit more on the right side.
        Empty unless ``basis`` says where they come from; never taken from a mixed-integer run.
    basis : str
        ``lp`` or ``integers_fixed``; empty without prices.
    seconds : float
        The solver's own time.
    rows, columns, integers, nonzeros : int
        Size of the programme.
    solver : str
        Name and version.
    """

    status: Status
    values: Floats
    objective: float
    bound: float
    gap: float
    max_violation: float
    seconds: float
    rows: int
    columns: int
    integers: int
    nonzeros: int
    solver: str
    prices: dict[str, Floats] = field(default_factory=dict)
    basis: Literal["", "lp", "integers_fixed"] = ""

    @property
    def found(self) -> bool:
        """True when there is a feasible point."""
        return self.values.size > 0


def relative_gap(value: float, bound: float) -> float:
    """Distance of an objective from its bound as a share of the objective; infinite without a bound."""
    return abs(value - bound) / max(abs(value), 1.0) if np.isfinite(bound) else np.inf


def violation(programme: Programme, values: Floats, *, relaxed: bool) -> tuple[float, bool]:
    """Largest violation of a point in the rows' own units, and whether it is more than rounding.

    A point with blanks is no point and breaks everything; ``relaxed`` leaves integers unchecked.
    """
    if np.isnan(values).any():
        return np.nan, True
    low, high, whole = programme.bounds
    matrix, right, sense = programme.matrix()
    activity = matrix @ values
    over = np.where(sense <= 0, activity - right, 0.0)
    under = np.where(sense >= 0, right - activity, 0.0)
    rows = np.maximum(np.maximum(over, under), 0.0)
    edges = np.maximum(np.maximum(low - values, values - high), 0.0)
    parts = np.zeros(0) if relaxed else np.abs(values - np.round(values))[whole]
    worst = max(float(part.max(initial=0.0)) for part in (rows, edges, parts))
    row_share = rows / np.maximum(1.0, abs(matrix) @ np.abs(values))
    edge_share = edges / np.maximum(1.0, np.abs(values))
    broken = max(float(share.max(initial=0.0)) for share in (row_share, edge_share)) > FEASIBLE
    return worst, broken or bool((parts > 10 * FEASIBLE).any())
