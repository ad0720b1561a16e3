"""Tie-outs: the sums of a computed plan that must agree, each with both sides."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from xlplan.planning.agreement import RELATIVE, TieOut, equal, failing
from xlplan.planning.allocation import tie_outs as allocation
from xlplan.planning.budget import tie_outs as budget
from xlplan.planning.forecast.histories import known_volumes
from xlplan.planning.workstreams import workstreams
from xlplan.tables.plan import Plan


def tie_outs(plan: Plan) -> list[TieOut]:
    """Every agreement of a plan that has run."""
    return [check(plan) for check in CHECKS]


def periods(plan: Plan) -> TieOut:
    """Periods cover the horizon day by day."""
    rows = plan["tblPeriod"]
    expected = (rows["end"].shift() + pd.Timedelta(days=1)).fillna(pd.Timestamp(plan.name("PlanStart")))
    broken = rows["start"].ne(expected) | (rows["end"] - rows["start"]).dt.days.add(1).ne(rows["days"])
    return failing("periods", "Periods follow each other from PlanStart without a gap", "tblPeriod", broken)


def forecast_parts(plan: Plan) -> TieOut:
    """The parts of each forecast sum to its volume."""
    rows = plan["tblForecast"]
    effects = ["event_effect", "ai_effect", "chain_inflow", "overlay_effect", "override_effect"]
    parts = float(rows["base"].sum() + rows[effects].sum().sum())
    what = "Base and effects sum to the forecast volume"
    return equal("forecast_parts", what, "tblForecast", parts, float(rows["volume"].sum()))


def forecast_bounds(plan: Plan) -> TieOut:
    """Bounds are in order."""
    rows = plan["tblForecast"]
    ordered = ["low_95", "low_80", "volume", "high_80", "high_95"]
    broken = (rows[ordered].diff(axis=1).iloc[:, 1:] < -1e-6).any(axis=1)
    return failing("forecast_bounds", "low_95 <= low_80 <= volume <= high_80 <= high_95", "tblForecast", broken)


def forecast_history(plan: Plan) -> TieOut:
    """Volumes planned are of the size of the volumes that came."""
    rows = plan["tblForecast"].merge(plan["tblPeriod"][["period", "days"]], on="period")
    daily = rows["volume"].sum() / max(rows.drop_duplicates("period")["days"].sum(), 1)
    start = pd.Timestamp(plan.name("PlanStart"))
    history = known_volumes(plan)
    recent = history.loc[history["start"].lt(start) & history["start"].ge(start - pd.Timedelta(days=91))]
    days = (start - recent["start"].min()).days if not recent.empty else 1
    past = recent["volume"].sum() / max(days, 1)
    broken = pd.Series([bool(past > 0 and not 0.5 <= daily / past <= 2.0)])
    what = "Daily volume planned is within half and twice that of the last quarter"
    failed = int(broken.sum())
    # What it may differ by is the whole of the past on the way up; on the way down half of it already fails.
    return TieOut("forecast_level", what, float(daily), float(past), float(past), failed, "warning", "tblForecast")


def bill_weights(plan: Plan) -> TieOut:
    """Billing weights of each period sum to 1."""
    sums = plan["tblPeriodBill"].groupby("period")["weight"].sum()
    broken = (sums - 1).abs() > RELATIVE
    return failing("bill_weights", "Every period is billed once, over its months", "tblPeriodBill", broken)


def profile_shares(plan: Plan) -> TieOut:
    """The shares of each typical week sum to 1."""
    sums = plan["tblProfile"].groupby(["queue", "language", "period"])["share"].sum()
    return failing("profile", "Shares of every typical week sum to 1", "tblProfile", (sums - 1).abs() > RELATIVE)


def intervals_volume(plan: Plan) -> TieOut:
    """Interval volumes of live work times their occurrences sum to its forecast."""
    rows = plan["tblIntervalReq"]
    left = float((rows["volume"] * rows["occurrences"]).sum())
    right = float(_by_interval(plan, "tblForecast")["volume"].sum())
    return equal("interval_volume", "Volume by interval sums to the forecast", "tblIntervalReq", left, right)


def intervals_hours(plan: Plan) -> TieOut:
    """Agents times interval lengths sum to the required hours of live work, its review chains and wellness apart.

    Hours that an exposure limit sets have no counterpart by interval.
    """
    required = _by_interval(plan, "tblReq").loc[lambda f: f["binding"].ne("exposure")]
    rows = plan["tblIntervalReq"].merge(required[["queue", "language", "period"]], on=["queue", "language", "period"])
    left = float((rows["agents"] * rows["occurrences"] * rows["interval_min"] / 60).sum())
    highest = {(stream.queue, stream.language): stream.max_occupancy for stream in workstreams(plan)}
    occupancy = np.array([highest[key] for key in zip(required["queue"], required["language"], strict=True)])
    beside = required["chain_hours"] / occupancy + required["wellness_hours"]
    right = float((required["required_hours"] - beside).sum())
    return equal("interval_hours", "Agents by interval sum to the hours required", "tblReq", left, right)


def _by_interval(plan: Plan, name: str) -> pd.DataFrame:
    """Rows of live queues: other work is staffed by period, and has no row by interval."""
    queues = plan["tblQueue"]
    return plan[name].loc[lambda f: f["queue"].isin(queues.loc[queues["work_type"].eq("live"), "queue"])]


def required_volume(plan: Plan) -> TieOut:
    """The requirement is for the forecast."""
    left = float(plan["tblReq"]["volume"].sum())
    right = float(plan["tblForecast"]["volume"].sum())
    return equal("requirement_volume", "Hours are required for the volume forecast", "tblReq", left, right)


def service_met(plan: Plan) -> TieOut:
    """Scheduled agents give the service level in every interval with a target."""
    rows = plan["tblIntervalReq"].merge(plan["tblQueue"][["queue", "target"]], on="queue")
    broken = rows["service_level"].notna() & rows["target"].notna() & (rows["service_level"] < rows["target"] - 1e-9)
    return failing("service_level", "Agents to schedule meet the target in every interval", "tblIntervalReq", broken)


def outcomes(plan: Plan) -> TieOut:
    """What came by interval sums to what came by period, where there are intervals."""
    intervals, summed = plan["tblOutcome"], plan["tblOutcomePeriod"]
    by_interval = pd.MultiIndex.from_frame(intervals[["queue", "language"]])
    own = pd.MultiIndex.from_frame(summed[["queue", "language"]]).isin(by_interval)
    left, right = float(intervals["actual"].sum()), float(summed.loc[own, "actual"].sum())
    return equal("outcome", "Actuals by interval sum to actuals by period", "tblOutcomePeriod", left, right)


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
    return failing("headcount_closes", what, "tblWalk", broken)


def headcount_opening(plan: Plan) -> TieOut:
    """The walk opens with the roster."""
    left = float(plan["tblWalk"].groupby(["language", "site", "role"])["opening"].first().sum())
    right = float(plan["tblRoster"]["heads"].sum())
    return equal("headcount_opening", "Headcount at the start of the plan is the roster", "tblWalk", left, right)


def transfers_balance(plan: Plan) -> TieOut:
    """Who leaves one pool for another arrives there."""
    rows = plan["tblWalk"]
    left, right = float(rows["transfers_in"].sum()), float(rows["transfers_out"].sum())
    return equal("transfers", "Transfers into pools equal transfers out of pools", "tblWalk", left, right)


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
    return failing("backlog_closes", what, "tblBacklog", broken)


def backlog_opening(plan: Plan) -> TieOut:
    """The walk opens with the items counted."""
    first = plan["tblBacklog"].groupby(["queue", "language"], as_index=False)["opening"].first()
    counted = plan["tblBacklogOpening"].merge(first[["queue", "language"]], on=["queue", "language"])
    left, right = float(first["opening"].sum()), float(counted["items"].sum())
    return equal("backlog_start", "Backlog at the start of the plan is the one counted", "tblBacklog", left, right)


def backlog_ages(plan: Plan) -> TieOut:
    """Open items by age sum to the backlog."""
    left, right = float(plan["tblAge"]["items"].sum()), float(plan["tblBacklog"]["closing"].sum())
    return equal("backlog_ages", "Open items by age sum to the backlog", "tblAge", left, right)


def blowout_parts(plan: Plan) -> TieOut:
    """Causes of every breach sum to 1, and the day to act is not after it."""
    rows = plan["tblBlowout"].loc[lambda f: f["first_breach"].notna()]
    parts = rows[[name for name in rows if name.startswith("cause_")]]
    broken = ((parts.sum(axis=1, skipna=False) - 1).abs() <= RELATIVE).eq(False) | (
        rows["act_by"] > rows["first_breach"]
    )
    what = "Causes of every breach sum to 1, and its act-by day is not after it"
    return failing("blowout", what, "tblBlowout", broken)


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
    *allocation.CHECKS,
    *budget.CHECKS,
    outcomes,
    headcount_closes,
    headcount_opening,
    transfers_balance,
    backlog_closes,
    backlog_opening,
    backlog_ages,
    blowout_parts,
)
