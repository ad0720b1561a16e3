"""The headcount walk of a plan by pool and period: tblWalk."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlplan.planning.calendar.days import DAY, Days, Floats
from xlplan.planning.steps import Step
from xlplan.planning.supply.headcount import headcount
from xlplan.planning.supply.pools import POOL
from xlplan.tables.plan import Plan

FLOWS = ("joins", "transfers_in", "attrition", "transfers_out", "rampdown")


def run(plan: Plan) -> dict[str, pd.DataFrame]:
    """tblWalk: one row per pool and period; empty without heads, classes and movements."""
    done = headcount(plan)
    if done.pools.empty:
        return {"tblWalk": plan["tblWalk"].iloc[:0]}
    weeks = done.weeks
    periods = plan["tblPeriod"]["period"]
    columns: dict[str, Floats] = {
        "opening": weeks.opens(done.walk.opening),
        **{name: weeks.sums(getattr(done.walk, name)) for name in FLOWS},
        "closing": weeks.closes(done.walk.closing),
        "starts": weeks.sums(done.levels["starts"]),
        "training_heads": weeks.closes(done.levels["training"]),
        "nesting_heads": weeks.closes(done.levels["nesting"]),
        "ramped_fte": weeks.means(done.ramped_fte),
        "paid_fte": weeks.means(done.paid_fte),
    }
    shape = (len(periods), len(done.pools))
    rows = done.pools.loc[np.tile(np.arange(shape[1]), shape[0])].reset_index(drop=True)
    rows["period"] = np.repeat(periods.to_numpy(), shape[1])
    rows = rows.assign(**{name: values.ravel() for name, values in columns.items()})
    sites = plan.filled("tblSite").set_index("site")
    rows["vendor"] = rows["site"].map(sites["vendor"])
    hours = plan["tblFteHours"][["site", "period", "shrinkage", "productive_hours"]]
    rows = rows.merge(hours, on=["site", "period"], how="left")
    rows["productive_fte"] = rows["ramped_fte"] * (1 - rows["shrinkage"])
    rows["productive_hours"] = rows["ramped_fte"] * rows["productive_hours"]
    rows["seats_used"] = (rows["closing"] + rows["nesting_heads"]) / rows["site"].map(sites["heads_per_seat"])
    rows["over_under_seats"] = _seats(plan, rows) - rows.groupby(["site", "period"])["seats_used"].transform("sum")
    return {"tblWalk": rows.sort_values(POOL, kind="stable", ignore_index=True)}


def _seats(plan: Plan, rows: pd.DataFrame) -> Floats:
    """Production seats of each row's site on the period's last day; NaN where tblSiteCapacity states none."""
    ends = plan["tblPeriod"].set_index("period")["end"]
    last: Days = rows["period"].map(ends).to_numpy(dtype=DAY)
    seats = np.full(len(rows), np.nan)
    for site, own in plan["tblSiteCapacity"].sort_values("valid_from").groupby("site"):
        here = rows["site"].eq(site).to_numpy(dtype=bool)
        place = np.searchsorted(own["valid_from"].to_numpy(dtype=DAY), last[here], side="right") - 1
        stated = own["seats"].to_numpy(dtype=float)
        seats[here] = np.where(place >= 0, stated[np.maximum(place, 0)], np.nan)
    return seats


STEP = Step(
    name="supply",
    says="headcount walk",
    needs=("tblSite",),
    gives=("tblWalk",),
    run=run,
)
