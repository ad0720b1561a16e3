"""One solve of a programme: the point checked, and a mixed-integer point solved once more with its integers fixed."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from typing import Literal

import numpy as np

from xlplan.planning.lp.cbc import Cbc
from xlplan.planning.lp.highs import Highs
from xlplan.planning.lp.programme import Floats, Ints, Programme
from xlplan.planning.lp.solution import FEASIBLE, Report, Solution, relative_gap, violation

Solver = Literal["highs", "cbc"]
INTERIOR_COLUMNS = 80_000
"""From here on an LP goes to the interior point method: simplex is twice as fast at 54,000 columns of an allocation,
and takes 3-7 times as long at 110,000."""
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
    whole = np.flatnonzero(programme.bounds[2])
    options = {"solver": solver, "gap": gap, "seconds": seconds, "seed": seed}
    if not whole.size:
        return Runs(programme, objective, relaxed=True, **options).first()  # type: ignore[arg-type]
    found = Runs(programme, objective, relaxed=False, **options).first()  # type: ignore[arg-type]
    if not found.found:
        return found
    fixed = Runs(programme, objective, relaxed=True, **options).fixed(whole, found.values[whole])  # type: ignore[arg-type]
    took = found.seconds + fixed.seconds
    if not fixed.found or fixed.objective > found.objective + FEASIBLE * max(1.0, abs(found.objective)):
        return replace(found, seconds=took)
    apart = relative_gap(fixed.objective, found.bound)
    return replace(fixed, status=found.status, bound=found.bound, gap=apart, seconds=took)


class Runs:
    """Runs of one solver on one programme and objective: a first one, and quick ones with columns fixed.

    Parameters
    ----------
    programme : Programme
    objective : ndarray of float
    relaxed : bool
        True to ignore integrality.
    solver, gap, seconds, seed
        See :func:`solve`.
    """

    def __init__(
        self,
        programme: Programme,
        objective: Floats,
        *,
        relaxed: bool,
        solver: Solver = "highs",
        gap: float = 1e-9,
        seconds: float | None = None,
        seed: int = 1,
    ) -> None:
        self.programme, self.objective, self.relaxed, self.gap = programme, objective, relaxed, gap
        self.solver: Highs | Cbc
        if solver == "cbc" or find_spec("highspy") is None:
            self.solver = Cbc(relaxed=relaxed, gap=gap, seconds=seconds)
        else:
            interior = relaxed and len(programme.variables) >= INTERIOR_COLUMNS
            self.solver = Highs(relaxed=relaxed, interior=interior, gap=gap, seconds=seconds, seed=seed)
        self.begun = False

    def first(self) -> Solution:
        """Solve as it stands."""
        self.begun = True
        self.programme.aim(self.objective)
        report = self.solver.run(self.programme.problem)
        return self._checked(report, self.programme.point())

    def fixed(self, columns: Ints, values: Floats) -> Solution:
        """Solve with columns fixed at whole values; HiGHS starts from the basis of its last run."""
        whole = np.round(values)
        if self.begun and isinstance(self.solver, Highs):
            report, point = self.solver.again(columns, whole)
        else:
            with self.programme.held(columns, whole):
                self.programme.aim(self.objective)
                report = self.solver.run(self.programme.problem)
            point = self.programme.point()
        found = self._checked(report, point)
        return replace(found, basis="integers_fixed" if found.basis else "")

    def _checked(self, report: Report, values: Floats) -> Solution:
        """The solution after the check of its point: PuLP calls a time limit without a point Optimal."""
        programme, relaxed = self.programme, self.relaxed
        worst, broken = violation(programme, values, relaxed=relaxed)
        status = report.status
        if broken and status not in {"infeasible", "unbounded", "time_limit"}:
            status = "error"
        value = np.nan if broken else float(self.objective @ values)
        bound = value if relaxed and status == "optimal" else report.bound
        apart = np.nan if broken else relative_gap(value, bound)
        if status == "optimal" and apart > PROVEN:
            status = "gap_reached" if apart <= self.gap * 1.01 else "error"
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
