"""Tie-outs: the sums of a computed plan that must agree, each with both sides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xlplan.planning.workstreams import workstreams
from xlplan.tables.plan import Plan
from xlplan.tables.schema import Severity

RELATIVE = 1e-9
"""Two ways to the same sum differ by rounding alone: this share of the sum, and never less than a millionth."""


@dataclass(frozen=True)
class TieOut:
    """One agreement: ``left`` should equal ``right`` within ``tolerance``, and no row should fail."""

    check: str
    what: str
    left: float | None
    right: float | None
    tolerance: float
    failures: int
    severity: Severity
    table: str

    @property
    def passed(self) -> bool:
        """True when it holds."""
        return self.failures == 0


def tie_outs(plan: Plan) -> list[TieOut]:
    """Every agreement of a plan that has run."""
    return [check(plan) for check in CHECKS]


def _equal(check: str, what: str, table: str, left: float, right: float, severity: Severity = "error") -> TieOut:
    tolerance = max(RELATIVE * max(abs(left), abs(right)), 1e-6)
    failed = not np.isfinite(left - right) or abs(left - right) > tolerance
    return TieOut(check, what, left, right, tolerance, int(failed), severity, table)


def _rows(check: str, what: str, table: str, broken: pd.Series[bool], severity: Severity = "error") -> TieOut:
    return TieOut(check, what, None, None, 0.0, int(broken.sum()), severity, table)


def periods(plan: Plan) -> TieOut:
    """Periods cover the horizon day by day."""
    rows = plan["tblPeriod"]
    expected = (rows["end"].shift() + pd.Timedelta(days=1)).fillna(pd.Timestamp(plan.name("PlanStart")))
    broken = rows["start"].ne(expected) | (rows["end"] - rows["start"]).dt.days.add(1).ne(rows["days"])
    return _rows("periods", "Periods follow each other from PlanStart without a gap", "tblPeriod", broken)


def forecast_parts(plan: Plan) -> TieOut:
    """The parts of each forecast sum to its volume."""
    rows = plan["tblForecast"]
    effects = ["event_effect", "ai_effect", "chain_inflow", "overlay_effect", "override_effect"]
    parts = float(rows["base"].sum() + rows[effects].sum().sum())
    what = "Base and effects sum to the forecast volume"
    return _equal("forecast_parts", what, "tblForecast", parts, float(rows["volume"].sum()))


def forecast_bounds(plan: Plan) -> TieOut:
    """Bounds are in order."""
    rows = plan["tblForecast"]
    ordered = ["low_95", "low_80", "volume", "high_80", "high_95"]
    broken = (rows[ordered].diff(axis=1).iloc[:, 1:] < -1e-6).any(axis=1)
    return _rows("forecast_bounds", "low_95 <= low_80 <= volume <= high_80 <= high_95", "tblForecast", broken)


def forecast_history(plan: Plan) -> TieOut:
    """Volumes planned are of the size of the volumes that came."""
    rows = plan["tblForecast"].merge(plan["tblPeriod"][["period", "days"]], on="period")
    daily = rows["volume"].sum() / max(rows.drop_duplicates("period")["days"].sum(), 1)
    start = pd.Timestamp(plan.name("PlanStart"))
    recent = start - pd.Timedelta(days=91)
    past = 0.0
    for name in ("tblInterval", "tblActual"):
        history = plan[name]
        inside = history["start"].lt(start) & history["start"].ge(recent)
        days = (start - history.loc[inside, "start"].min()).days if inside.any() else 1
        past += history.loc[inside, "volume"].sum() / max(days, 1)
    broken = pd.Series([bool(past > 0 and not 0.5 <= daily / past <= 2.0)])
    what = "Daily volume planned is within half and twice that of the last quarter"
    found = _rows("forecast_level", what, "tblForecast", broken, "warning")
    return TieOut(found.check, what, float(daily), float(past), 0.0, found.failures, "warning", found.table)


def bill_weights(plan: Plan) -> TieOut:
    """Billing weights of each period sum to 1."""
    sums = plan["tblPeriodBill"].groupby("period")["weight"].sum()
    broken = (sums - 1).abs() > RELATIVE
    return _rows("bill_weights", "Every period is billed once, over its months", "tblPeriodBill", broken)


def profile_shares(plan: Plan) -> TieOut:
    """The shares of each typical week sum to 1."""
    sums = plan["tblProfile"].groupby(["queue", "language", "period"])["share"].sum()
    return _rows("profile", "Shares of every typical week sum to 1", "tblProfile", (sums - 1).abs() > RELATIVE)


def intervals_volume(plan: Plan) -> TieOut:
    """Interval volumes of live work times their occurrences sum to its forecast."""
    rows = plan["tblIntervalReq"]
    left = float((rows["volume"] * rows["occurrences"]).sum())
    right = float(_by_interval(plan, "tblForecast")["volume"].sum())
    return _equal("interval_volume", "Volume by interval sums to the forecast", "tblIntervalReq", left, right)


def intervals_hours(plan: Plan) -> TieOut:
    """Agents times interval lengths sum to the required hours of live work, its review chains apart."""
    rows = plan["tblIntervalReq"]
    left = float((rows["agents"] * rows["occurrences"] * rows["interval_min"] / 60).sum())
    required = _by_interval(plan, "tblReq")
    highest = {(stream.queue, stream.language): stream.max_occupancy for stream in workstreams(plan)}
    occupancy = np.array([highest[key] for key in zip(required["queue"], required["language"], strict=True)])
    right = float((required["required_hours"] - required["chain_hours"] / occupancy).sum())
    return _equal("interval_hours", "Agents by interval sum to the hours required", "tblReq", left, right)


def _by_interval(plan: Plan, name: str) -> pd.DataFrame:
    """Rows of live queues: other work is staffed by period, and has no row by interval."""
    queues = plan["tblQueue"]
    return plan[name].loc[lambda f: f["queue"].isin(queues.loc[queues["work_type"].eq("live"), "queue"])]


def required_volume(plan: Plan) -> TieOut:
    """The requirement is for the forecast."""
    left = float(plan["tblReq"]["volume"].sum())
    right = float(plan["tblForecast"]["volume"].sum())
    return _equal("requirement_volume", "Hours are required for the volume forecast", "tblReq", left, right)


def service_met(plan: Plan) -> TieOut:
    """Scheduled agents give the service level in every interval with a target."""
    rows = plan["tblIntervalReq"].merge(plan["tblQueue"][["queue", "target"]], on="queue")
    broken = rows["service_level"].notna() & rows["target"].notna() & (rows["service_level"] < rows["target"] - 1e-9)
    return _rows("service_level", "Agents to schedule meet the target in every interval", "tblIntervalReq", broken)


def placed(plan: Plan) -> TieOut:
    """Hours served equal hours required."""
    left = float(plan["tblAllocation"]["served_hours"].sum())
    right = float(plan["tblReq"]["required_hours"].sum())
    return _equal("allocation_hours", "Hours placed at sites equal the hours required", "tblAllocation", left, right)


def placed_items(plan: Plan) -> TieOut:
    """Items placed are the forecast."""
    left = float(plan["tblAllocation"]["items"].sum())
    right = float(plan["tblForecast"]["volume"].sum())
    return _equal("allocation_items", "Items placed at sites equal the forecast", "tblAllocation", left, right)


def gross_up(plan: Plan) -> TieOut:
    """FTE times productive hours give the hours placed: shrinkage divides, once."""
    rows = plan["tblAllocation"].merge(plan["tblFteHours"], on=["site", "period"], suffixes=("", "_fte"))
    left = float((rows["fte"] * rows["productive_hours"]).sum())
    right = float(rows["hours"].sum())
    what = "FTE x productive hours per FTE give the hours placed"
    return _equal("fte_hours", what, "tblAllocation", left, right)


def budget_total(plan: Plan) -> TieOut:
    """Budget lines sum to the cost of the lanes."""
    left = float(plan["tblBudget"]["amount_plan"].sum())
    right = float(plan["tblAllocation"]["cost"].sum())
    return _equal("budget_total", "Budget lines sum to the cost by site and period", "tblBudget", left, right)


def budget_lines(plan: Plan) -> TieOut:
    """Quantity x price x rate is the amount, line by line."""
    rows = plan["tblBudget"]
    amount = rows["qty"] * rows["price"]
    broken = ~np.isclose(amount, rows["amount"], rtol=RELATIVE, atol=1e-6)
    broken |= ~np.isclose(rows["amount"] * rows["fx"], rows["amount_plan"], rtol=RELATIVE, atol=1e-6)
    return _rows("budget_lines", "Quantity x price x rate is the amount of every line", "tblBudget", pd.Series(broken))


def cost_centres(plan: Plan) -> TieOut:
    """Every line has a cost centre."""
    broken = plan["tblBudget"]["cost_centre"].eq("UNASSIGNED")
    what = "Every budget line has a cost centre (tblCostMap, or the line of business's own)"
    return _rows("cost_centre", what, "tblBudget", broken, "info")


def outcomes(plan: Plan) -> TieOut:
    """What came by interval sums to what came by period, where there are intervals."""
    intervals, summed = plan["tblOutcome"], plan["tblOutcomePeriod"]
    by_interval = pd.MultiIndex.from_frame(intervals[["queue", "language"]])
    own = pd.MultiIndex.from_frame(summed[["queue", "language"]]).isin(by_interval)
    left, right = float(intervals["actual"].sum()), float(summed.loc[own, "actual"].sum())
    return _equal("outcome", "Actuals by interval sum to actuals by period", "tblOutcomePeriod", left, right)


def headcount_closes(plan: Plan) -> TieOut:
    """Every pool opens with its last closing, its movements sum to the change, and no count is negative."""
    rows = plan["tblWalk"]
    pool = ["language", "site", "role"]
    entries, exits = ["joins", "transfers_in"], ["attrition", "transfers_out", "rampdown"]
    closing = rows["opening"] + rows[entries].sum(axis=1) - rows[exits].sum(axis=1)
    before = rows.groupby(pool)["closing"].shift()
    slack = 1e-6 + RELATIVE * rows["opening"]
    broken = (closing - rows["closing"]).abs() > slack
    broken |= (before.notna() & ((before - rows["opening"]).abs() > slack)).to_numpy(dtype=bool)
    broken |= (rows[["opening", *entries, *exits, "closing"]] < 0).any(axis=1)
    what = "Headcount of every pool: opening = last closing, movements sum to the change, none below 0"
    return _rows("headcount_closes", what, "tblWalk", broken)


def headcount_opening(plan: Plan) -> TieOut:
    """The walk opens with the roster."""
    left = float(plan["tblWalk"].groupby(["language", "site", "role"])["opening"].first().sum())
    right = float(plan["tblRoster"]["heads"].sum())
    return _equal("headcount_opening", "Headcount at the start of the plan is the roster", "tblWalk", left, right)


def transfers_balance(plan: Plan) -> TieOut:
    """Who leaves one pool for another arrives there."""
    rows = plan["tblWalk"]
    left, right = float(rows["transfers_in"].sum()), float(rows["transfers_out"].sum())
    return _equal("transfers", "Transfers into pools equal transfers out of pools", "tblWalk", left, right)


def backlog_closes(plan: Plan) -> TieOut:
    """Every backlog opens with its last closing, its flows sum to the change, and none is negative."""
    rows = plan["tblBacklog"]
    entries, exits = ["volume", "reopened"], ["handled", "auto_closed"]
    closing = rows["opening"] + rows[entries].sum(axis=1) - rows[exits].sum(axis=1)
    before = rows.groupby(["queue", "language"])["closing"].shift()
    slack = 1e-6 + RELATIVE * (rows["opening"] + rows["volume"])
    broken = (closing - rows["closing"]).abs() > slack
    broken |= (before.notna() & ((before - rows["opening"]).abs() > slack)).to_numpy(dtype=bool)
    broken |= (rows[["opening", *entries, *exits, "closing"]] < 0).any(axis=1)
    broken |= rows["handled"] > rows["capacity_items"] + slack
    what = "Backlog: opening = last closing, flows sum to the change, none below 0, handled within capacity"
    return _rows("backlog_closes", what, "tblBacklog", broken)


def backlog_opening(plan: Plan) -> TieOut:
    """The walk opens with the items counted."""
    first = plan["tblBacklog"].groupby(["queue", "language"], as_index=False)["opening"].first()
    counted = plan["tblBacklogOpening"].merge(first[["queue", "language"]], on=["queue", "language"])
    left, right = float(first["opening"].sum()), float(counted["items"].sum())
    return _equal("backlog_opening", "Backlog at the start of the plan is the one counted", "tblBacklog", left, right)


def backlog_ages(plan: Plan) -> TieOut:
    """Open items by age sum to the backlog."""
    left, right = float(plan["tblAge"]["items"].sum()), float(plan["tblBacklog"]["closing"].sum())
    return _equal("backlog_ages", "Open items by age sum to the backlog", "tblAge", left, right)


def blowout_parts(plan: Plan) -> TieOut:
    """Causes of every breach sum to 1, and the day to act is not after it."""
    rows = plan["tblBlowout"].loc[lambda f: f["first_breach"].notna()]
    parts = rows[[name for name in rows if name.startswith("cause_")]]
    broken = ((parts.sum(axis=1, skipna=False) - 1).abs() <= RELATIVE).eq(False) | (
        rows["act_by"] > rows["first_breach"]
    )
    what = "Causes of every breach sum to 1, and its act-by day is not after it"
    return _rows("blowout", what, "tblBlowout", broken)


CHECKS: tuple[Callable[[Plan], TieOut], ...] = (
    periods,
    bill_weights,
    forecast_parts,
    forecast_bounds,
    forecast_history,
    profile_shares,
    intervals_volume,
    required_volume,
    intervals_hours,
    service_met,
    placed,
    placed_items,
    gross_up,
    budget_total,
    budget_lines,
    cost_centres,
    outcomes,
    headcount_closes,
    headcount_opening,
    transfers_balance,
    backlog_closes,
    backlog_opening,
    backlog_ages,
    blowout_parts,
)
