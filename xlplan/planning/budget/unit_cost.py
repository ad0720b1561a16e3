"""Unit cost: what one item costs, by line of business, vendor and month."""

from __future__ import annotations

import pandas as pd

from xlplan.planning.budget.pieces import pieces
from xlplan.tables.plan import Plan

KEY = ["lob", "vendor", "month"]


def unit_costs(plan: Plan, budget: pd.DataFrame) -> pd.DataFrame:
    """TblUnitCost.

    Parameters
    ----------
    plan : Plan
        With tblAllocation.
    budget : DataFrame
        tblBudget.

    Returns
    -------
    DataFrame
        lob, vendor, month, items, cost, unit_cost; cost that belongs to no line of business or vendor stands at ANY
        and has no items. Items of a period that spans two months are in each by its days.
    """
    placed = plan["tblAllocation"][["lob", "vendor", "period", "items"]].merge(
        pieces(plan)[["period", "bill_month", "weight"]], on="period"
    )
    placed = placed.assign(month=placed["bill_month"], items=placed["items"] * placed["weight"])
    placed["lob"] = placed["lob"].fillna("ANY")
    items = placed.groupby(KEY)["items"].sum()
    cost = budget.groupby(KEY)["amount_plan"].sum().rename("cost")
    rows = pd.concat([items, cost], axis=1).fillna(0.0).sort_index().reset_index()
    rows["unit_cost"] = rows["cost"] / rows["items"].where(rows["items"] > 0)
    return rows
