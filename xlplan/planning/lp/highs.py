"""HiGHS as a PuLP solver: the whole problem handed over in arrays, the point written back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import Any

import numpy as np

from xlplan.planning.lp.programme import Floats, Ints
from xlplan.planning.lp.solution import Report, Status

FEASIBLE_POINT = 2
"""HiGHS' number for a feasible primal point."""


class Highs:
    """A run of HiGHS on one thread.

    Parameters
    ----------
    relaxed : bool
        True to ignore integrality.
    interior : bool
        True for the interior point method.
    gap : float
        Relative gap at which the search may stop.
    seconds : float, optional
        Time limit.
    seed : int
    """

    def __init__(self, *, relaxed: bool, interior: bool, gap: float, seconds: float | None, seed: int) -> None:
        options: dict[str, Any] = {
            "output_flag": False,
            "threads": 1,
            "random_seed": seed,
            "mip_rel_gap": gap,
            "mip_abs_gap": 1e-9,
            "solver": "ipm" if interior else "choose",
        }
        if seconds is not None:
            options["time_limit"] = float(seconds)
        self.solver = _hand_over()(relaxed, options)

    def run(self, problem: Any) -> Report:
        """Solve; the point is left in the problem's variables."""
        problem.solve(self.solver)
        return self._report(problem.numConstraints())

    def again(self, columns: Ints, values: Floats) -> tuple[Report, Floats]:
        """Solve once more with some columns fixed, from the basis of the last run: far faster than from scratch."""
        highs = self.solver.highs
        before = highs.getRunTime()
        highs.setOptionValue("solver", "choose")
        highs.changeColsBounds(len(columns), columns.astype(np.int32), values, values)
        highs.run()
        report = self._report(highs.getNumRow())
        feasible = highs.getInfo().primal_solution_status == FEASIBLE_POINT
        point = np.array(highs.getSolution().col_value) if feasible else np.full(highs.getNumCol(), np.nan)
        return replace(report, seconds=report.seconds - before), point

    def _report(self, rows: int) -> Report:
        import highspy

        told = highspy.HighsModelStatus
        words: dict[Any, Status] = {
            told.kOptimal: "optimal",
            told.kModelEmpty: "optimal",
            told.kInfeasible: "infeasible",
            told.kUnboundedOrInfeasible: "infeasible",
            told.kUnbounded: "unbounded",
            told.kTimeLimit: "time_limit",
        }
        highs = self.solver.highs
        solution = highs.getSolution()
        return Report(
            words.get(highs.getModelStatus(), "error"),
            float(highs.getInfo().mip_dual_bound) if self.solver.mip else np.nan,
            float(highs.getRunTime()),
            f"HiGHS {highs.version()}",
            np.array(solution.row_dual, dtype=float) if solution.dual_valid else np.full(rows, np.nan),
        )


@cache
def _hand_over() -> Any:
    """The ``pulp.LpSolver`` that hands a problem over; made when first needed, since both libraries load slowly."""
    import highspy
    import pulp

    class HandOver(pulp.LpSolver):  # type: ignore[misc, unused-ignore]
        """Every constraint into one sparse matrix, one call of passModel, the point written back."""

        name = "HiGHS"

        def __init__(self, relaxed: bool, options: dict[str, Any]) -> None:
            super().__init__(mip=not relaxed, msg=False)
            self.highs: Any = highspy.Highs()  # type: ignore[no-untyped-call, unused-ignore]
            for option, value in options.items():
                self.highs.setOptionValue(option, value)

        def available(self) -> bool:
            return True

        def actualSolve(self, lp: Any, **_: Any) -> int:
            variables, rows = lp.variables(), lp.constraints()
            place = dict(zip(map(id, variables), range(len(variables)), strict=True))
            expressions = [row.expr for row in rows]
            length = np.fromiter(map(len, expressions), np.int64, len(rows))
            start = np.concatenate([[0], np.cumsum(length)]).astype(np.int32)
            total = int(start[-1])
            index = np.fromiter(map(place.__getitem__, map(id, chain.from_iterable(expressions))), np.int32, total)
            value = np.fromiter(chain.from_iterable(map(dict.values, expressions)), float, total)
            right = -np.fromiter(map(attrgetter("constant"), rows), float, len(rows))
            sense = np.fromiter(map(attrgetter("sense"), rows), np.int8, len(rows))
            cost = np.zeros(len(variables))
            goal = np.fromiter(map(place.__getitem__, map(id, lp.objective)), np.int64, len(lp.objective))
            cost[goal] = np.fromiter(lp.objective.values(), float, len(lp.objective))
            whole = np.array([self.mip and variable.cat == "Integer" for variable in variables], dtype=np.int32)
            self.highs.passModel(
                len(variables),
                len(rows),
                total,
                int(highspy.MatrixFormat.kRowwise),
                int(highspy.ObjSense.kMinimize),
                float(lp.objective.constant),
                cost,
                _edges(variables, "lowBound", -highspy.kHighsInf),
                _edges(variables, "upBound", highspy.kHighsInf),
                np.where(sense >= 0, right, -highspy.kHighsInf),
                np.where(sense <= 0, right, highspy.kHighsInf),
                start,
                index,
                value,
                whole,
            )
            self.highs.run()
            found = self.highs.getInfo().primal_solution_status == FEASIBLE_POINT
            point = list(self.highs.getSolution().col_value) if found else [None] * len(variables)
            for variable, at in zip(variables, point, strict=True):
                variable.varValue = at
            lp.assignStatus(pulp.LpStatusOptimal if found else pulp.LpStatusNotSolved)
            return int(lp.status)

    return HandOver


def _edges(variables: Sequence[Any], name: str, none: float) -> Floats:
    edges = np.array(list(map(attrgetter(name), variables)), dtype=float)
    return np.where(np.isnan(edges), none, edges)
