"""The budget: labour by line of business, site and billing month."""

from __future__ import annotations

import pandas as pd

from xlplan.planning.budget.labour import labour
from xlplan.planning.steps import Step
from xlplan.planning.workstreams import most_specific
from xlplan.tables.plan import Plan
from xlplan.tables.schema import ANY

UNASSIGNED = "UNASSIGNED"
"""Cost centre of lines that neither tblCostMap nor the line of business gives one."""


def run(plan: Plan) -> dict[str, pd.DataFrame]:
    """TblBudget from the placed work."""
    rows = labour(plan, plan["tblAllocation"])
    rows = rows.assign(lob=rows["lob"].fillna(ANY), line="labour", month=rows["bill_month"])
    centres = {
        pair: cost_centre(plan, lob=pair[0], site=pair[1], vendor=pair[2], line="labour")
        for pair in rows[["lob", "site", "vendor"]].drop_duplicates().itertuples(index=False, name=None)
    }
    rows["cost_centre"] = [centres[pair] for pair in rows[["lob", "site", "vendor"]].itertuples(index=False, name=None)]
    key = ["lob", "site", "vendor", "month", "cost_centre", "line", "currency"]
    budget = (
        rows.groupby([*key, "unit"], sort=True)
        .agg(qty=("qty", "sum"), amount=("amount", "sum"), fx=("fx", "first"), amount_plan=("amount_plan", "sum"))
        .reset_index()
    )
    budget["price"] = (budget["amount"] / budget["qty"]).where(budget["qty"] > 0, 0.0)
    return {"tblBudget": budget}


def cost_centre(plan: Plan, *, lob: str, site: str, vendor: str, line: str) -> str:
    """Cost centre that pays: the most specific row of tblCostMap, or else the line of business's own."""
    rows = most_specific(plan["tblCostMap"], lob=lob, site=site, vendor=vendor, line=line)
    if not rows.empty:
        return str(rows["cost_centre"].iloc[0])
    own = plan["tblLob"].loc[lambda f: f["lob"].eq(lob), "cost_centre"].dropna()
    return str(own.iloc[0]) if not own.empty else UNASSIGNED


STEP = Step(
    name="budget",
    says="cost and budget",
    needs=("tblAllocation",),
    gives=("tblBudget",),
    run=run,
)
