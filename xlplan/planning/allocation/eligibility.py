"""Eligibility: which sites may do which workstream, when, and which gate blocks the others."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlplan.planning.allocation.gates import planner_gates
from xlplan.planning.budget.billing import lane_contracts
from xlplan.planning.budget.pieces import vendor_sites
from xlplan.planning.budget.vendors import lane_facts
from xlplan.tables.plan import Plan
from xlplan.tables.schema import ANY

KEY = ["queue", "language", "site"]
GATES = ("language", "skill", "security", "region", "planner", "dates", "contract")
"""Built-in gates, in the order in which a blocked lane names them; the planner's own of tblGate come after region."""


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


def open_periods(plan: Plan, lanes: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """When each lane may be used, shape (L, T): by the dates of all that it needs, and by its contract.

    A lane is open in a period only if it may be used on every day of it.

    Returns
    -------
    dated, contracted : ndarray of bool
        Both must hold.
    """
    periods = plan["tblPeriod"]
    first = periods["start"].to_numpy(dtype="datetime64[D]")
    last = periods["end"].to_numpy(dtype="datetime64[D]")
    dated = np.ones((len(lanes), len(periods)), dtype=bool)
    queues = plan["tblQueue"][["queue", "skill"]]
    rows = lanes[[*KEY, "vendor"]].merge(queues, on="queue", how="left")
    sources = {
        "tblSite": ["site"],
        "tblVendor": ["vendor"],
        "tblSiteLanguage": ["language", "site"],
        "tblSiteSkill": ["skill", "site"],
        "tblQueue": ["queue"],
        "tblWorkstream": ["queue", "language"],
    }
    for name, key in sources.items():
        dates = rows.merge(plan[name][[*key, "valid_from", "valid_to"]].drop_duplicates(key), on=key, how="left")
        begin = dates["valid_from"].to_numpy(dtype="datetime64[D]")[:, None]
        end = dates["valid_to"].to_numpy(dtype="datetime64[D]")[:, None]
        dated &= (np.isnat(begin) | (begin <= first)) & (np.isnat(end) | (end >= last))
    contracted = np.ones(dated.shape, dtype=bool)
    outside = lanes["site"].isin(vendor_sites(plan)["site"]).to_numpy(dtype=bool)
    facts = lane_facts(plan, lanes).assign(lane=np.arange(len(lanes)))
    covered = lane_contracts(plan, facts.loc[outside, ["lane", "site", "contract"]])
    gaps = covered.loc[covered["contract"].isna()]
    contracted[gaps["lane"].to_numpy(dtype=int), gaps["seq"].to_numpy(dtype=int)] = False
    return dated, contracted


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
