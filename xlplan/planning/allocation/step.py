"""The allocation of a plan: which site does what, with how many people, at what price, and why."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlplan.errors import InfeasiblePlan
from xlplan.planning.allocation.inputs import Inputs, inputs
from xlplan.planning.allocation.outputs import (
    allocation_rows,
    budget_rows,
    gap_rows,
    pool_rows,
    site_rows,
    solve_rows,
)
from xlplan.planning.allocation.reasons import marginal_cost, reason_rows
from xlplan.planning.allocation.solve import Allocation, Objective, allocate
from xlplan.planning.budget.decided import LANE_LINES, decided_lines
from xlplan.planning.steps import Step
from xlplan.tables.eligibility import KEY
from xlplan.tables.plan import Plan
from xlplan.tables.schema import ANY

LANE = ["queue", "language", "site", "period"]
BLOCKED = {
    "language": "the site does not serve the language",
    "skill": "the site does not offer the skill",
    "security": "the site's clearance is too low",
    "region": "the work must stay in other regions",
    "planner": "the planner decided against it",
    "dates": "the site, its language, its skill or the work has other dates",
    "contract": "no contract covers it in any period",
}


def run(plan: Plan) -> dict[str, pd.DataFrame]:
    """Place the required hours.

    Raises
    ------
    InfeasiblePlan
        The solver found no point in time; a plan itself always has one, since work may stay undone at its penalty.
    """
    given = inputs(plan)
    answer = solved(plan, given)
    placed = allocation_rows(plan, given, answer)
    pool_use = pool_rows(plan, given, answer)
    lines, invoices = decided_lines(plan, placed, pool_use)
    own = lines.loc[lines["line"].isin(LANE_LINES) & lines["queue"].notna()]
    cost = own.groupby(LANE)["amount_plan"].sum().rename("cost").reset_index()
    placed = placed.merge(cost, on=LANE, how="left")
    placed["cost"] = placed["cost"].fillna(0.0)
    return {
        "tblAllocation": placed,
        "tblPoolUse": pool_use,
        "tblSiteUse": site_rows(plan, given, answer, pool_use),
        "tblGap": gap_rows(plan, given, answer, placed),
        "tblRoutingShare": placed[[*LANE, "share"]],
        "tblInvoicePlan": invoices,
        "tblBudgetUse": budget_rows(given, answer),
        "tblReason": reason_rows(plan, given, answer),
        "tblPlacement": placement_rows(given, answer),
        "tblSolve": solve_rows(plan, answer),
    }


def solved(plan: Plan, given: Inputs) -> Allocation:
    """The answer under the plan's objective and settings."""
    objective: Objective = plan.names.get("Objective") or "cost_and_penalty"
    answer = allocate(
        given.problem,
        objective=objective,
        tolerance=float(plan.names.get("ObjectiveTolerance") or 0.0),
        gap=float(plan.setting("solve_gap")),
        seconds=float(plan.setting("solve_seconds")),
        seed=int(plan.names.get("Seed") or 1),
    )
    if answer is None:
        raise InfeasiblePlan(
            f"the solver found no allocation in {plan.setting('solve_seconds'):g} seconds",
            where="tblSetting.solve_seconds",
            do="give it more time, or turn whole_teams off in tblSite",
        )
    return answer


def placement_rows(given: Inputs, answer: Allocation) -> pd.DataFrame:
    """tblPlacement: every workstream x site, the gate that blocks it, and its price in the first period."""
    rows = given.placement[[*KEY, "blocked_by"]].copy()
    open_ = given.problem.lanes.open
    first = np.where(open_[:, 0], marginal_cost(given, answer)[:, 0], np.nan)
    rows = rows.merge(given.lanes[KEY].assign(rate_per_hour=first), on=KEY, how="left")
    rows["eligible"] = rows["blocked_by"].isna()
    blocked = rows["blocked_by"].map(BLOCKED).fillna("gate " + rows["blocked_by"].fillna(ANY))
    rows["explanation"] = np.where(rows["eligible"], "eligible: no gate blocks it", "blocked: " + blocked)
    rows["rate_per_hour"] = rows["rate_per_hour"].where(rows["eligible"])
    return rows


STEP = Step(
    name="allocation",
    says="hours and FTE by site",
    needs=("tblSite",),
    gives=(
        "tblAllocation",
        "tblPoolUse",
        "tblSiteUse",
        "tblGap",
        "tblRoutingShare",
        "tblInvoicePlan",
        "tblBudgetUse",
        "tblReason",
        "tblPlacement",
        "tblSolve",
    ),
    run=run,
)
