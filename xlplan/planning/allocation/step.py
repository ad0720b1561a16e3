"""Placement of the required hours: the planner's locked shares, or the only site there is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlplan.errors import PlanError
from xlplan.planning.budget.labour import labour
from xlplan.planning.steps import Step
from xlplan.tables.plan import Plan

KEY = ["queue", "language", "period"]


def run(plan: Plan) -> dict[str, pd.DataFrame]:
    """tblAllocation: hours, FTE, paid hours and cost of every lane and period."""
    required = plan["tblReq"][["lob", *KEY, "volume", "required_hours"]]
    rows = required.merge(_shares(plan), on=["queue", "language"])
    rows = rows.merge(plan["tblFteHours"][["site", "period", "paid_hours", "productive_hours"]], on=["site", "period"])
    vendor = plan["tblSite"].set_index("site")["vendor"]
    served = rows["required_hours"] * rows["share"]
    hours = served / rows["productivity"]
    per_fte = rows["productive_hours"].to_numpy(dtype=float)
    stuck = (hours.to_numpy() > 0) & (per_fte <= 0)
    if stuck.any():
        row = rows.loc[stuck].iloc[0]
        raise PlanError(
            f"{row['site']} has no productive hours in {row['period']}, yet {row['queue']} is placed there",
            where="tblSiteCalendar",
            do="give the site working days in the period, or place the work elsewhere",
        )
    fte = np.divide(hours, per_fte, out=np.zeros(len(rows)), where=per_fte > 0)
    placed = rows.assign(
        vendor=rows["site"].map(vendor),
        hours=hours,
        served_hours=served,
        items=rows["volume"] * rows["share"],
        fte=fte,
        paid_hours=fte * rows["paid_hours"],
    )
    placed["moved_in_hours"] = 0.0
    cost = labour(plan, placed).groupby([*KEY, "site"])["amount_plan"].sum().rename("cost").reset_index()
    placed = placed.merge(cost, on=[*KEY, "site"], how="left")
    return {"tblAllocation": placed}


def _shares(plan: Plan) -> pd.DataFrame:
    """Share of each workstream's served hours by site, summing to 1."""
    streams = plan.filled("tblWorkstream").loc[lambda f: f["active"].astype(bool), ["queue", "language"]]
    sites = plan["tblSite"]["site"].dropna().tolist()
    lanes = plan["tblLane"].loc[lambda f: f["locked_share"].notna()]
    skills = plan["tblSiteLanguage"].set_index(["language", "site"])["productivity"].to_dict()
    rows = []
    for queue, language in streams.itertuples(index=False, name=None):
        own = lanes.loc[lanes["queue"].eq(queue) & lanes["language"].eq(language)]
        if own.empty and len(sites) == 1:
            rows.append((queue, language, sites[0], 1.0, False, skills.get((language, sites[0]), 1.0)))
            continue
        total = float(own["locked_share"].sum())
        if abs(total - 1) > 1e-6:
            raise PlanError(
                f"{queue} {language} has {len(sites)} sites and locked shares of {total:g}, expected a sum of 1",
                where="tblLane.locked_share",
                do="type the share of each site, such as 0.6 and 0.4",
            )
        for lane in own.to_dict("records"):
            productivity = lane["productivity"]
            if pd.isna(productivity):
                productivity = skills.get((language, lane["site"]), 1.0)
            rows.append((queue, language, lane["site"], lane["locked_share"], True, productivity))
    frame = pd.DataFrame(rows, columns=["queue", "language", "site", "share", "locked", "productivity"])
    return frame.assign(productivity=frame["productivity"].fillna(1.0).astype(float))


STEP = Step(
    name="allocation",
    says="hours and FTE by site",
    needs=("tblSite", "tblPay"),
    gives=("tblAllocation",),
    run=run,
)
