"""Budget caps as the solve takes them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlplan.planning.allocation.problem import BudgetCap
from xlplan.planning.budget.pieces import pieces
from xlplan.planning.budget.terms import Windows
from xlplan.planning.workstreams import most_specific
from xlplan.tables.plan import Plan
from xlplan.tables.schema import ANY


def budget_caps(plan: Plan, pools: pd.DataFrame, windows: Windows) -> tuple[BudgetCap, ...]:
    """Caps with a price on overspending, one per cost centre and month.

    Parameters
    ----------
    pools : DataFrame
        site.
    windows : Windows

    Returns
    -------
    tuple of BudgetCap
        A cost centre pays for a site if tblCostMap says so for every line of business and every line. Invoices of
        monthly windows count; the first of a longer window counts in the month in which it begins. A cap without
        ``over_penalty`` is left to the checks: a solve that may not overspend might have no answer.
    """
    priced = plan["tblCostCentre"].dropna(subset=["over_penalty"]).set_index("cost_centre")["over_penalty"]
    caps = plan["tblBudgetCap"].loc[lambda f: f["cost_centre"].isin(priced.index)]
    if caps.empty:
        return ()
    parts = pieces(plan)
    general = plan["tblCostMap"].loc[lambda f: f["lob"].eq(ANY) & f["line"].eq(ANY)]
    vendor = plan["tblSite"].set_index("site")["vendor"]
    payer = {site: _payer(general, site, own) for site, own in vendor.items()}
    contract_payer = [
        _payer(general, None if site == ANY else site, own)
        for site, own in windows.frame[["site", "vendor"]].itertuples(index=False)
    ]
    own = pools["site"].map(payer).to_numpy(dtype=object)
    month = windows.frame["window_start"].to_numpy()
    found = []
    for centre, first, cap in caps[["cost_centre", "month", "cap"]].itertuples(index=False):
        inside = parts.loc[parts["bill_month"].eq(first)]
        if inside.empty:
            continue
        weight = np.zeros(len(plan["tblPeriod"]))
        weight[inside["seq"].to_numpy()] = inside["weight"]
        billed = np.flatnonzero((np.array(contract_payer, dtype=object) == centre) & (month == first.to_datetime64()))
        name = f"{centre} {first:%Y-%m}"
        found.append(BudgetCap(name, float(cap), float(priced[centre]), billed, own == centre, weight))
    return tuple(found)


def _payer(rows: pd.DataFrame, site: str | None, vendor: str) -> str | None:
    found = most_specific(rows, site=site, vendor=vendor)
    return None if found.empty else str(found["cost_centre"].iloc[0])
