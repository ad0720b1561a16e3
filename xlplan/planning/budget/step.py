"""The budget: every cost by line of business, site, vendor, month, cost centre and line, in its own currency."""

from __future__ import annotations

import pandas as pd

from xlplan.planning.budget.cost_items import item_lines, transition_lines
from xlplan.planning.budget.decided import decided_lines
from xlplan.planning.budget.people import class_lines
from xlplan.planning.budget.unit_cost import unit_costs
from xlplan.planning.steps import Step
from xlplan.planning.workstreams import most_specific
from xlplan.tables.plan import Plan
from xlplan.tables.schema import ANY

UNASSIGNED = "UNASSIGNED"
"""Cost centre of lines that neither tblCostMap nor the line of business gives one."""
KEY = ["lob", "site", "vendor", "month", "cost_centre", "line", "currency"]
LINES = ["lob", "site", "vendor", "bill_month", "line", "currency", "unit", "qty", "amount", "fx", "amount_plan"]


def run(plan: Plan) -> dict[str, pd.DataFrame]:
    """TblBudget and tblUnitCost from the placed work, the contracts and the cost items."""
    decided, _ = decided_lines(plan, plan["tblAllocation"], plan["tblPoolUse"])
    parts = [part for part in (decided, class_lines(plan), item_lines(plan), transition_lines(plan)) if not part.empty]
    rows = pd.concat([part[LINES] for part in parts], ignore_index=True) if parts else decided[LINES]
    for name in ("lob", "site", "vendor"):
        rows[name] = rows[name].fillna(ANY)
    rows = rows.assign(month=rows["bill_month"])
    scope = ["lob", "site", "vendor", "line"]
    centres = {
        key: cost_centre(plan, **dict(zip(scope, key, strict=True)))
        for key in rows[scope].drop_duplicates().itertuples(index=False, name=None)
    }
    rows["cost_centre"] = [centres[key] for key in rows[scope].itertuples(index=False, name=None)]
    budget = _summed(rows)
    return {"tblBudget": budget, "tblUnitCost": unit_costs(plan, budget)}


def cost_centre(plan: Plan, *, lob: str, site: str, vendor: str, line: str) -> str:
    """Cost centre that pays: the most specific row of tblCostMap, or else the line of business's own."""
    rows = most_specific(plan["tblCostMap"], lob=lob, site=site, vendor=vendor, line=line)
    if not rows.empty:
        return str(rows["cost_centre"].iloc[0])
    own = plan["tblLob"].loc[lambda f: f["lob"].eq(lob), "cost_centre"].dropna()
    return str(own.iloc[0]) if not own.empty else UNASSIGNED


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per key; where items of different units meet in one, the unit is the currency itself and the price 1."""
    budget = rows.groupby(KEY, sort=True, as_index=False).agg(
        qty=("qty", "sum"),
        unit=("unit", "first"),
        units=("unit", "nunique"),
        amount=("amount", "sum"),
        amount_plan=("amount_plan", "sum"),
        fx=("fx", "first"),
        rates=("fx", "nunique"),
    )
    mixed = budget["units"].gt(1) | budget["qty"].eq(0)
    budget["qty"] = budget["qty"].mask(mixed, budget["amount"])
    budget["unit"] = budget["unit"].mask(mixed, budget["currency"])
    budget["price"] = (budget["amount"] / budget["qty"].where(budget["qty"] != 0)).fillna(0.0)
    # An invoice of a quarter has one rate for its months: the rate shown is the one that the amounts make.
    blended = budget["rates"].gt(1) & budget["amount"].ne(0)
    budget["fx"] = budget["fx"].mask(blended, budget["amount_plan"] / budget["amount"].where(budget["amount"] != 0))
    return budget.drop(columns=["units", "rates"])


STEP = Step(
    name="budget",
    says="cost and budget",
    needs=("tblSite",),
    gives=("tblBudget", "tblUnitCost"),
    run=run,
)
