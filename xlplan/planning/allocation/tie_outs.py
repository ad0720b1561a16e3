"""Tie-outs of the allocation: what is placed, by whom, and that no gate or limit was passed."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from xlplan.planning.agreement import RELATIVE, TieOut, equal, failing
from xlplan.tables.eligibility import KEY, candidates
from xlplan.tables.plan import Plan

STREAM = ["queue", "language", "period"]
ROUNDING = 1e-6


def placed(plan: Plan) -> TieOut:
    """Hours served and hours unmet make up the requirement, for every workstream and period."""
    required = plan["tblReq"].set_index(STREAM)["required_hours"]
    served = plan["tblAllocation"].groupby(STREAM)["served_hours"].sum()
    unmet = plan["tblGap"].set_index(STREAM)["unmet_hours"]
    both = pd.concat([required, served.rename("served"), unmet], axis=1).fillna(0.0)
    apart = (both["served"] + both["unmet_hours"] - both["required_hours"]).abs()
    broken = apart > ROUNDING * both["required_hours"].clip(lower=1.0)
    what = "Hours placed at sites and hours unmet equal the hours required, everywhere"
    left, right = float((both["served"] + both["unmet_hours"]).sum()), float(both["required_hours"].sum())
    total = equal("allocation_hours", what, "tblAllocation", left, right)
    failures = total.failures + int(broken.sum())
    return TieOut(total.check, what, left, right, total.tolerance, failures, "error", total.table)


def placed_items(plan: Plan) -> TieOut:
    """Items placed are the forecast, but for those of hours unmet."""
    gap = plan["tblGap"].set_index(STREAM)
    share = (gap["supplied"] / gap["required"].where(gap["required"] > 0)).fillna(1.0).clip(upper=1.0)
    volume = plan["tblForecast"].set_index(STREAM)["volume"]
    left = float(plan["tblAllocation"]["items"].sum())
    right = float((volume * share.reindex(volume.index).fillna(1.0)).sum())
    return equal("allocation_items", "Items placed at sites equal the forecast", "tblAllocation", left, right)


def gross_up(plan: Plan) -> TieOut:
    """FTE times productive hours give the hours placed: shrinkage divides, once."""
    rows = plan["tblAllocation"].merge(plan["tblFteHours"], on=["site", "period"], suffixes=("", "_fte"))
    left = float((rows["fte"] * rows["productive_hours"]).sum())
    right = float(rows["hours"].sum())
    what = "FTE x productive hours per FTE give the hours placed"
    return equal("fte_hours", what, "tblAllocation", left, right)


def unmet(plan: Plan) -> TieOut:
    """All required hours are placed; what is not is a declared shortfall."""
    rows = plan["tblGap"]
    broken = rows["unmet_hours"] > ROUNDING * rows["required"].clip(lower=1.0)
    return failing("allocation_unmet", "No required hour is left unserved", "tblGap", broken, "warning")


def gates(plan: Plan) -> TieOut:
    """No hour is placed where a gate blocks it."""
    lanes = candidates(plan)
    allowed = pd.MultiIndex.from_frame(lanes.loc[lanes["blocked_by"].isna(), KEY])
    broken = ~pd.MultiIndex.from_frame(plan["tblAllocation"][KEY]).isin(allowed)
    what = "Every hour is placed where language, skill, clearance and region allow it"
    return failing("allocation_gates", what, "tblAllocation", pd.Series(broken))


def site_hours(plan: Plan) -> TieOut:
    """Sites work no more hours than their people have, and the lanes' hours are the sites'."""
    rows = plan["tblSiteUse"]
    lanes = plan["tblAllocation"].groupby(["site", "period"])["hours"].sum()
    own = lanes.reindex(pd.MultiIndex.from_frame(rows[["site", "period"]])).fillna(0.0).to_numpy()
    slack = ROUNDING * rows["hours_available"].clip(lower=1.0)
    broken = (rows["hours_used"] > rows["hours_available"] + slack) | ((rows["hours_used"] - own).abs() > slack)
    return failing(
        "site_hours", "Hours worked at a site fit its people, and are those of its lanes", "tblSiteUse", broken
    )


def seats(plan: Plan) -> TieOut:
    """People fit the seats."""
    broken = plan["tblSiteUse"]["seats_over"] > ROUNDING
    return failing("seats", "Headcount fits the seats of every site", "tblSiteUse", broken, "warning")


def routing(plan: Plan) -> TieOut:
    """Routing shares of what is served sum to 1."""
    sums = plan["tblRoutingShare"].groupby(STREAM)["share"].sum()
    what = "Routing shares of every workstream and period sum to 1"
    return failing("routing_shares", what, "tblRoutingShare", (sums - 1).abs() > RELATIVE * 10)


def solved(plan: Plan) -> TieOut:
    """Every step of the solve came to its end."""
    broken = ~plan["tblSolve"]["status"].isin(["optimal", "gap_reached"])
    return failing(
        "solve_status", "The allocation is proven to be optimal within solve_gap", "tblSolve", broken, "warning"
    )


CHECKS: tuple[Callable[[Plan], TieOut], ...] = (
    placed,
    placed_items,
    unmet,
    gross_up,
    gates,
    site_hours,
    seats,
    routing,
    solved,
)
