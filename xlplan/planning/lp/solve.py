"""One solve of a programme: the point checked, and a mixed-integer point solved once more with its integers fixed."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from typing import Literal

import numpy as np

from xlplan.planning.lp.cbc import Cbc
from xlplan.planning.lp.highs import Highs
from xlplan.planning.lp.programme import Floats, Programme
from xlplan.planning.lp.solution import FEASIBLE, Solution, relative_gap, violation

Solver = Literal["highs", "cbc"]
INTERIOR_COLUMNS = 20_000
"""From here on an LP goes to the interior point method: simplex took 3-7 times as long at 100,000 columns."""
PROVEN = 1e-6
"""A relative gap up to this is called optimal; a larger one, within what was asked for, gap_reached."""


def solve(
    programme: Programme,
    objective: Floats,
    *,
    solver: Solver = "highs",
    gap: float = 1e-9,
    seconds: float | None = None,
    seed: int = 1,
) -> Solution:
    """Minimise an objective over a programme.

    Parameters
    ----------
    programme : Programme
    objective : ndarray of float
        One coefficient per column, see :meth:`Programme.objective`.
    solver : str
        ``highs``, or ``cbc`` (also the fallback where highspy is not installed).
    gap : float
        Relative gap at which a mixed-integer run may stop.
    seconds : float, optional
        Time limit of each run.
    seed : int
        Seed of the solver; it runs on one thread, so that equal inputs give equal points.

    Returns
    -------
    Solution
        A mixed-integer point is solved again as an LP with its integers fixed: that removes the rounding of the
        search and gives prices that mean something.
    """

    def run(*, relaxed: bool) -> Solution:
        if solver == "cbc" or find_spec("highspy") is None:
            return _run(programme, objective, Cbc(relaxed=relaxed, gap=gap, seconds=seconds), gap=gap, relaxed=relaxed)
        interior = relaxed and len(programme.variables) >= INTERIOR_COLUMNS
        highs = Highs(relaxed=relaxed, interior=interior, gap=gap, seconds=seconds, seed=seed)
        return _run(programme, objective, highs, gap=gap, relaxed=relaxed)

    integers = np.flatnonzero(programme.bounds[2])
    if not integers.size:
        return run(relaxed=True)
    found = run(relaxed=False)
    if not found.found:
        return found
    members = [programme.variables[place] for place in integers.tolist()]
    edges = [(member.lowBound, member.upBound) for member in members]
    for member, value in zip(members, np.round(found.values[integers]).tolist(), strict=True):
        member.bounds(value, value)
    try:
        fixed = run(relaxed=True)
    finally:
        for member, (low, high) in zip(members, edges, strict=True):
            member.bounds(low, high)
    took = found.seconds + fixed.seconds
    if not fixed.found or fixed.objective > found.objective + FEASIBLE * max(1.0, abs(found.objective)):
        return replace(found, seconds=took)
    return replace(
        fixed,
        status=found.status,
        bound=found.bound,
        gap=relative_gap(fixed.objective, found.bound),
        seconds=took,
        basis="integers_fixed" if fixed.basis else "",
    )


def _run(programme: Programme, objective: Floats, run: Highs | Cbc, *, gap: float, relaxed: bool) -> Solution:
    """One run and the check of its point: PuLP calls a time limit without a point Optimal."""
    programme.aim(objective)
    report = run.run(programme.problem)
    values = np.array([member.varValue for member in programme.variables], dtype=float)
    worst, broken = violation(programme, values, relaxed=relaxed)
    status = report.status
    if broken and status not in {"infeasible", "unbounded", "time_limit"}:
        status = "error"
    value = np.nan if broken else float(objective @ values)
    bound = value if relaxed and status == "optimal" else report.bound
    apart = np.nan if broken else relative_gap(value, bound)
    if status == "optimal" and apart > PROVEN:
        status = "gap_reached" if apart <= gap * 1.01 else "error"
    priced = relaxed and status == "optimal"
    return Solution(
        status=status,
        values=values[:0] if broken else values,
        objective=value,
        bound=bound,
        gap=apart,
        max_violation=worst,
        seconds=report.seconds,
        rows=programme.row_count,
        columns=len(programme.variables),
        integers=int(programme.bounds[2].sum()),
        nonzeros=int(programme.matrix()[0].nnz),
        solver=report.solver,
        prices={name: rows.of(report.duals) for name, rows in programme.families.items()} if priced else {},
        basis="lp" if priced else "",
    )
