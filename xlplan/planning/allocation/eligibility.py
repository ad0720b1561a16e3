"""When a lane may be used: by the dates of all that it needs, and by its contract."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlplan.planning.budget.billing import lane_contracts
from xlplan.planning.budget.pieces import vendor_sites
from xlplan.planning.budget.vendors import lane_facts
from xlplan.tables.eligibility import KEY
from xlplan.tables.plan import Plan


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
