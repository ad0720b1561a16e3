"""CBC through PuLP's files: the fallback where HiGHS cannot be imported."""

from __future__ import annotations

from typing import Any

import numpy as np

from xlplan.errors import PlanError
from xlplan.planning.lp.solution import Report, Status


class Cbc:
    """A run of CBC.

    Parameters
    ----------
    relaxed : bool
        True to ignore integrality.
    gap : float
        Relative gap at which the search may stop.
    seconds : float, optional
        Time limit.

    Raises
    ------
    PlanError
        There is no CBC either.
    """

    def __init__(self, *, relaxed: bool, gap: float, seconds: float | None) -> None:
        import pulp
        from pulp.apis.coin_api import pulp_cbc_path

        options = {"mip": not relaxed, "msg": False, "timeLimit": seconds, "gapRel": gap, "threads": 1}
        self.gap = gap
        # One on the path (pip install pulp[cbc]) goes first; else the one that PuLP 3 brings along.
        self.solver = pulp.COIN_CMD(**options)
        if not self.solver.available():
            self.solver = pulp.COIN_CMD(path=pulp_cbc_path, **options)
        if not self.solver.available():
            raise PlanError("neither HiGHS nor CBC can be run", do="pip install highspy, or pip install pulp[cbc]")

    def run(self, problem: Any) -> Report:
        """Solve; the point is left in the problem's variables."""
        import pulp

        words: dict[int, Status] = {
            pulp.LpStatusOptimal: "optimal",
            pulp.LpStatusInfeasible: "infeasible",
            pulp.LpStatusUnbounded: "unbounded",
            pulp.LpStatusNotSolved: "time_limit",
        }
        problem.solve(self.solver)
        status = words.get(problem.status, "error")
        if status == "optimal" and problem.sol_status == pulp.LpSolutionIntegerFeasible:
            status = "time_limit"
        duals = np.array([np.nan if row.pi is None else row.pi for row in problem.constraints()], dtype=float)
        bound = np.nan
        if status == "optimal":
            # PuLP passes no bound on from CBC: within the gap asked for is all that is known.
            value = float(problem.objective.value() or 0.0)
            bound = value - self.gap * abs(value)
        return Report(status, bound, float(problem.solutionTime), "CBC", duals)
