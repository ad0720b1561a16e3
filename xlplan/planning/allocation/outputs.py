"""From the solved arrays back to the plan's tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlplan.planning.allocation.inputs import Inputs
from xlplan.planning.allocation.moves import moved_in
from xlplan.planning.allocation.solve import Allocation
from xlplan.planning.budget.labour import ROLE
from xlplan.tables.plan import Plan

USED = 1e-6
"""Hours below this are rounding of the solver and no work."""


def allocation_rows(plan: Plan, given: Inputs, answer: Allocation) -> pd.DataFrame:
    """TblAllocation but for its cost: one row per lane and period with work."""
    problem, lanes = given.problem, given.lanes
    hours = np.where(answer.hours > USED, answer.hours, 0.0)
    served = hours * problem.lanes.productivity[:, None]
    total = by_stream(given, served)
    moved = moved_in(hours, opening=problem.lanes.opening_hours, length=problem.length)
    lane, period = np.nonzero(hours)
    rows = lanes.iloc[lane][["lob", "queue", "language", "site", "vendor", "quality", "csat"]].reset_index(drop=True)
    rows["period"] = np.array(problem.periods)[period]
    rows["hours"], rows["served_hours"] = hours[lane, period], served[lane, period]
    rows["moved_in_hours"] = moved[lane, period]
    rows["share"] = rows["served_hours"] / total[problem.lanes.stream[lane], period]
    rows["locked"] = ~np.isnan(problem.lanes.locked_share[lane, period])
    rows = rows.merge(plan["tblFteHours"][["site", "period", "paid_hours", "productive_hours"]], on=["site", "period"])
    rows["fte"] = rows["hours"] / rows["productive_hours"]
    rows["paid_hours"] = rows["fte"] * rows["paid_hours"]
    work = plan["tblReq"][["queue", "language", "period", "volume", "required_hours"]]
    rows = rows.merge(work, on=["queue", "language", "period"])
    rows["items"] = rows["volume"] * rows["served_hours"] / rows["required_hours"]
    return rows.drop(columns=["productive_hours", "volume", "required_hours"])


def pool_rows(plan: Plan, given: Inputs, answer: Allocation) -> pd.DataFrame:
    """tblPoolUse: the headcount decision of each pool and period."""
    problem, pools = given.problem, given.problem.pools
    used = np.zeros(answer.fte.shape)
    np.add.at(used, problem.lanes.pool, answer.hours)
    available = answer.fte * pools.hours_per_fte + answer.overtime
    pool, period = np.indices(used.shape).reshape(2, -1)
    rows = given.pools.iloc[pool].reset_index(drop=True)
    vendor = plan["tblSite"].set_index("site")["vendor"]
    teams = pd.array(np.round(answer.fte / pools.team_size[:, None]).astype(int).ravel(), dtype="Int64")
    teams[~np.repeat(pools.whole_teams, len(problem.periods))] = pd.NA
    rows = rows.assign(
        role=ROLE,
        vendor=rows["site"].map(vendor),
        period=np.array(problem.periods)[period],
        fte=answer.fte.ravel(),
        teams=teams,
        hires=answer.hires.ravel(),
        releases=answer.releases.ravel(),
        overtime_hours=answer.overtime.ravel(),
        # The solver keeps rows to a millionth; people at work are never more than there are.
        hours_available=np.maximum(available, used).ravel(),
        hours_used=used.ravel(),
    )
    return rows.assign(utilisation=_ratio(rows["hours_used"], rows["hours_available"]))


def site_rows(plan: Plan, given: Inputs, answer: Allocation, pool_use: pd.DataFrame) -> pd.DataFrame:
    """tblSiteUse: the same by site, with its seats and the headcount walk beside it."""
    sums = ["fte", "hires", "releases", "overtime_hours", "hours_available", "hours_used"]
    found = pool_use.groupby(["site", "period"])[sums].sum()
    problem = given.problem
    site, period = np.indices(answer.seats_over.shape).reshape(2, -1)
    rows = pd.DataFrame(
        {"site": np.array(problem.sites.name, dtype=object)[site], "period": np.array(problem.periods)[period]}
    )
    rows = rows.merge(found.reset_index(), on=["site", "period"], how="left").fillna(dict.fromkeys(sums, 0.0))
    rows["vendor"] = rows["site"].map(plan["tblSite"].set_index("site")["vendor"])
    seats = problem.sites.seats.ravel()
    rows["seats"] = np.where(np.isinf(seats), np.nan, seats)
    over = rows["fte"] - seats
    rows["seats_over"] = np.where(over > USED, over, 0.0)
    teams = pool_use.groupby(["site", "period"])["teams"].sum(min_count=1).reset_index()
    rows = rows.merge(teams, on=["site", "period"], how="left")
    rows["utilisation"] = _ratio(rows["hours_used"], rows["hours_available"])
    walk = plan["tblWalk"].loc[lambda f: f["role"].eq(ROLE)]
    productive = walk.groupby(["site", "period"])["ramped_fte"].sum().rename("walk_fte").reset_index()
    rows = rows.merge(productive, on=["site", "period"], how="left")
    rows["over_under"] = rows["walk_fte"] - rows["fte"]
    return rows


def gap_rows(plan: Plan, given: Inputs, answer: Allocation, allocation: pd.DataFrame) -> pd.DataFrame:
    """tblGap: requirement against what is served, every workstream and period."""
    problem, streams = given.problem, given.streams
    required = problem.streams.required
    stream, period = np.indices(required.shape).reshape(2, -1)
    rows = streams.iloc[stream][["lob", "queue", "language"]].reset_index(drop=True)
    rows["period"] = np.array(problem.periods)[period]
    rows["required"] = required.ravel()
    parts = allocation.assign(
        q=allocation["quality"] * allocation["served_hours"],
        q_weight=allocation["served_hours"].where(allocation["quality"].notna(), 0.0),
        c=allocation["csat"] * allocation["served_hours"],
        c_weight=allocation["served_hours"].where(allocation["csat"].notna(), 0.0),
    )
    names = ["served_hours", "q", "q_weight", "c", "c_weight"]
    sums = parts.groupby(["queue", "language", "period"])[names].sum().reset_index()
    rows = rows.merge(sums, on=["queue", "language", "period"], how="left").fillna(dict.fromkeys(names, 0.0))
    rows["supplied"] = rows["served_hours"]
    gap = rows["supplied"] - rows["required"]
    rows["over_under"] = gap.where(gap.abs() > USED * rows["required"].clip(lower=1.0), 0.0)
    rows["unmet_hours"] = (0.0 - rows["over_under"]).clip(lower=0.0)
    rows["penalty"] = rows["unmet_hours"] * problem.streams.unmet_penalty.ravel()
    mix = plan["tblReq"][["queue", "language", "period", "mix_hours_per_fte", "mix_productivity"]]
    rows = rows.merge(mix, on=["queue", "language", "period"], how="left")
    rows["over_under_fte"] = rows["over_under"] / (rows["mix_hours_per_fte"] * rows["mix_productivity"])
    rows["over_under_fte"] = rows["over_under_fte"].fillna(0.0)
    rows["over_under_rate"] = rows["over_under"] / rows["required"].where(rows["required"] > 0)
    rows["quality"] = rows["q"] / rows["q_weight"].where(rows["q_weight"] > 0)
    rows["csat"] = rows["c"] / rows["c_weight"].where(rows["c_weight"] > 0)
    return rows.drop(columns=[*names, "mix_hours_per_fte", "mix_productivity"])


def solve_rows(plan: Plan, answer: Allocation) -> pd.DataFrame:
    """tblSolve: one row per step of the solve; seconds stay out of the plan's tables, which repeat to the byte."""
    return pd.DataFrame(
        [
            {
                "run": plan.names.get("PlanId") or "plan",
                "step": stage.name,
                "solver": stage.solution.solver,
                "status": stage.solution.status,
                "objective": stage.solution.objective,
                "cost": stage.cost,
                "penalties": stage.penalties,
                "bound": stage.solution.bound if np.isfinite(stage.solution.bound) else None,
                "gap": min(stage.solution.gap, 1.0),
                "rows": stage.solution.rows,
                "columns": stage.solution.columns,
                "integers": stage.solution.integers,
                "nonzeros": stage.solution.nonzeros,
                "max_violation": stage.solution.max_violation,
            }
            for stage in answer.stages
        ]
    )


def budget_rows(given: Inputs, answer: Allocation) -> pd.DataFrame:
    """tblBudgetUse: the caps that the solve priced, and what counts against them."""
    problem, pools = given.problem, given.problem.pools
    pay = answer.fte * pools.fte_cost + answer.overtime * pools.overtime_cost
    rate = np.array([card.fx for card in problem.cards])
    rows = []
    for cap in problem.budgets:
        cost = float((pay * cap.pools[:, None] * cap.weight).sum() + (answer.invoice * rate)[cap.windows].sum())
        centre, month = cap.name.rsplit(" ", 1)
        over = max(cost - cap.cap, 0.0)
        rows.append((centre, pd.Timestamp(f"{month}-01"), cap.cap, cost, over, over * cap.penalty))
    return pd.DataFrame(rows, columns=["cost_centre", "month", "cap", "cost", "over", "penalty"])


def by_stream(given: Inputs, values: np.ndarray) -> np.ndarray:
    """Sum over the lanes of each workstream, shape (Q, T)."""
    total = np.zeros(given.problem.streams.required.shape)
    np.add.at(total, given.problem.lanes.stream, values)
    return total


def _ratio(part: pd.Series[float], whole: pd.Series[float]) -> pd.Series[float]:
    return (part / whole.where(whole > 0)).fillna(0.0).clip(upper=1.0)
