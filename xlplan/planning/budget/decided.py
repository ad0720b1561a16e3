"""What the allocation decides, in money: pay, overtime, invoices, hires, releases and moves as budget lines."""

from __future__ import annotations

import pandas as pd

from xlplan.planning.budget.labour import LANE, labour_lines, pool_pay, work_rows
from xlplan.planning.budget.people import head_lines
from xlplan.planning.budget.pieces import pieces
from xlplan.planning.budget.terms import contract_windows
from xlplan.planning.budget.vendors import billed_work, invoices, lane_facts, vendor_lines
from xlplan.tables.plan import Plan

LANE_LINES = ("labour", "vendor", "overtime", "transfer")
"""Lines that belong to lanes, where they have a line of business; idle pay has none."""


def decided_lines(plan: Plan, allocation: pd.DataFrame, pool_use: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Budget lines of an allocation, and the invoices behind them.

    Parameters
    ----------
    plan : Plan
        Inputs, calendar and requirement.
    allocation : DataFrame
        tblAllocation: at least lob, queue, language, site, vendor, period, hours, moved_in_hours.
    pool_use : DataFrame
        tblPoolUse.

    Returns
    -------
    lines : DataFrame
        lob (ANY where attributable to none), queue, language, site, period, vendor, bill_month, line, currency, unit,
        qty, price, amount, fx, amount_plan.
    invoices : DataFrame
        tblInvoicePlan.
    """
    work = work_rows(plan, allocation, pool_use)
    pay = pool_pay(plan, pool_use[["language", "site"]].drop_duplicates())
    windows = contract_windows(plan)
    facts = lane_facts(plan, allocation[["queue", "language", "site"]].drop_duplicates())
    billed = billed_work(plan, work, facts, windows)
    priced = invoices(windows, billed)
    parts = [
        labour_lines(pay, work, pool_use),
        vendor_lines(windows, billed, priced),
        head_lines(plan, pool_use),
        transfer_lines(plan, allocation),
    ]
    return pd.concat([part for part in parts if not part.empty] or parts[:1], ignore_index=True), priced


def transfer_lines(plan: Plan, allocation: pd.DataFrame) -> pd.DataFrame:
    """Cost of the hours moved to lanes, in plan currency."""
    price = plan["tblLane"].dropna(subset=["transfer_cost"])[["queue", "language", "site", "transfer_cost"]]
    rows = allocation.loc[allocation["moved_in_hours"] > 0].merge(price, on=["queue", "language", "site"])
    rows = rows.merge(pieces(plan)[["period", "bill_month", "weight"]], on="period")
    qty = rows["moved_in_hours"] * rows["weight"]
    rows = rows.assign(
        line="transfer",
        currency=plan.name("PlanCurrency"),
        unit="hour moved",
        qty=qty,
        price=rows["transfer_cost"],
        amount=qty * rows["transfer_cost"],
        fx=1.0,
        amount_plan=qty * rows["transfer_cost"],
    )
    keep = ["lob", *LANE, "vendor", "bill_month", "line", "currency", "unit", "qty", "price", "amount", "fx"]
    return rows.loc[rows["amount"] > 0, [*keep, "amount_plan"]]
