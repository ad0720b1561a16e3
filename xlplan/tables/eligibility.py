"""Eligibility: which sites may do which workstream, and which gate blocks the others, whatever the dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from xlplan.tables.gates import planner_gates
from xlplan.tables.schema import ANY

if TYPE_CHECKING:
    from xlplan.tables.plan import Plan

KEY = ["queue", "language", "site"]


def candidates(plan: Plan) -> pd.DataFrame:
    """Every active workstream at every site.

    Returns
    -------
    DataFrame
        queue, language, site, vendor, lob, and blocked_by: the first gate that blocks the lane for good, blank where
        none does. A table that the plan does not have blocks nothing: without tblSiteLanguage every site speaks
        every language. ``tblLane.eligible`` TRUE overrules skill and the gates of tblGate, never language,
        security or region; FALSE blocks.
    """
    streams = plan.filled("tblWorkstream").loc[lambda f: f["active"].astype(bool)]
    streams = streams[["queue", "language", "security_tier"]].merge(
        plan.filled("tblQueue").rename(columns={"security_tier": "queue_tier"}), on="queue"
    )
    streams["needs"] = streams["security_tier"].fillna(streams["queue_tier"]).astype(int)
    sites = plan.filled("tblSite")[["site", "vendor", "country", "region", "security_tier"]]
    rows = streams.merge(sites.rename(columns={"security_tier": "holds"}), how="cross")
    decided = plan["tblLane"].set_index(KEY)["eligible"]
    decision = decided.reindex(pd.MultiIndex.from_frame(rows[KEY]))
    forced = decision.eq(True).fillna(False).to_numpy(dtype=bool)
    blocks = {
        "language": ~_listed(plan, "tblSiteLanguage", rows, ["language", "site"]),
        "skill": ~_listed(plan, "tblSiteSkill", rows, ["skill", "site"]) & rows["skill"].notna().to_numpy() & ~forced,
        "security": (rows["holds"].astype(int) < rows["needs"]).to_numpy(dtype=bool),
        "region": ~_region_allowed(plan, rows),
        **{name: blocked & ~forced for name, blocked in planner_gates(plan, rows).items()},
        "planner": decision.eq(False).fillna(False).to_numpy(dtype=bool),
    }
    names = np.full(len(rows), None, dtype=object)
    for name, blocked in reversed(blocks.items()):
        names[blocked] = name
    return rows[["lob", *KEY, "vendor"]].assign(blocked_by=names)


def _listed(plan: Plan, name: str, rows: pd.DataFrame, key: list[str]) -> np.ndarray:
    table = plan[name]
    if table.empty:
        return np.ones(len(rows), dtype=bool)
    return np.asarray(pd.MultiIndex.from_frame(rows[key]).isin(pd.MultiIndex.from_frame(table[key])))


def _region_allowed(plan: Plan, rows: pd.DataFrame) -> np.ndarray:
    """True where the site's region is one of the workstream's; rows of its language go before those of ANY."""
    regions = plan["tblQueueRegion"]
    allowed = np.ones(len(rows), dtype=bool)
    if regions.empty:
        return allowed
    sets = regions.groupby(["queue", "language"])["region"].agg(set).to_dict()
    for place, (queue, language, region) in enumerate(rows[["queue", "language", "region"]].itertuples(index=False)):
        own = sets.get((queue, language), sets.get((queue, ANY)))
        allowed[place] = own is None or region in own
    return allowed
