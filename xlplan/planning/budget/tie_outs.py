"""Tie-outs of money: lanes, invoices, the solve and the budget tell the same story."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from xlplan.planning.agreement import RELATIVE, TieOut, equal, failing
from xlplan.planning.budget.contract import invoice
from xlplan.planning.budget.cost_items import item_lines, transition_lines
from xlplan.planning.budget.decided import LANE_LINES, decided_lines
from xlplan.planning.budget.people import class_lines
from xlplan.planning.budget.terms import contract_windows
from xlplan.tables.plan import Plan

DECIDED = ("labour", "vendor", "commitment_shortfall", "overtime", "hiring", "release", "training", "transfer")
"""Lines that the allocation decides; given classes add to hiring and training."""
SOLVE_TOLERANCE = 1.0
"""Plan currency units between the solver's cost and the budget's."""


def budget_total(plan: Plan) -> TieOut:
    """Budget lines sum to the cost of the lanes and of what belongs to no lane."""
    lines, _ = decided_lines(plan, plan["tblAllocation"], plan["tblPoolUse"])
    on_lane = lines["line"].isin(LANE_LINES) & lines["queue"].notna()
    others = (lines.loc[~on_lane], class_lines(plan), item_lines(plan), transition_lines(plan))
    left = float(plan["tblBudget"]["amount_plan"].sum())
    right = float(plan["tblAllocation"]["cost"].sum()) + sum(float(part["amount_plan"].sum()) for part in others)
    what = "Budget lines sum to the cost of the lanes, idle pay, commitments, people and cost items"
    return equal("budget_total", what, "tblBudget", left, right)


def budget_cuts(plan: Plan) -> TieOut:
    """By cost centre, vendor and line of business the budget comes to one total in every month."""
    rows = plan["tblBudget"]
    total = rows.groupby("month")["amount_plan"].sum()
    broken = pd.Series(False, index=total.index)
    for cut in ("cost_centre", "vendor", "lob"):
        by_cut = rows.pivot_table(index="month", columns=cut, values="amount_plan", aggfunc="sum").sum(axis=1)
        broken |= (by_cut.reindex(total.index).fillna(0.0) - total).abs() > 0.01
    what = "The budget by cost centre, by vendor and by line of business comes to one total every month"
    return failing("budget_cuts", what, "tblBudget", broken)


def budget_lines(plan: Plan) -> TieOut:
    """Quantity x price x rate is the amount, line by line."""
    rows = plan["tblBudget"]
    amount = rows["qty"] * rows["price"]
    broken = ~np.isclose(amount, rows["amount"], rtol=RELATIVE, atol=1e-6)
    broken |= ~np.isclose(rows["amount"] * rows["fx"], rows["amount_plan"], rtol=RELATIVE, atol=1e-6)
    return failing(
        "budget_lines", "Quantity x price x rate is the amount of every line", "tblBudget", pd.Series(broken)
    )


def cost_centres(plan: Plan) -> TieOut:
    """Every line has a cost centre."""
    broken = plan["tblBudget"]["cost_centre"].eq("UNASSIGNED")
    what = "Every budget line has a cost centre (tblCostMap, or the line of business's own)"
    return failing("cost_centre", what, "tblBudget", broken, "info")


def invoices(plan: Plan) -> TieOut:
    """Every invoice is its tiers times its units, and no less than its commitment."""
    windows = contract_windows(plan)
    key = ["contract", "window_start"]
    rows = windows.frame[key].merge(plan["tblInvoicePlan"], on=key, how="left")
    priced = np.array(
        [invoice(card, float(own)).amount for card, own in zip(windows.cards, rows["units"], strict=True)]
    )
    least = np.array([card.min_amount for card in windows.cards])
    broken = ~np.isclose(priced, rows["amount"], rtol=RELATIVE, atol=1e-6) | (rows["amount"] < least - 1e-6)
    what = "Invoices are tiers x units, and at least the commitment"
    return failing("invoices", what, "tblInvoicePlan", pd.Series(np.asarray(broken, dtype=bool)))


def vendor_lines(plan: Plan) -> TieOut:
    """Vendor lines of the budget are the invoices at their exchange rates."""
    windows = contract_windows(plan)
    key = ["contract", "window_start"]
    rows = windows.frame[[*key, "fx"]].merge(plan["tblInvoicePlan"], on=key, how="left")
    budget = plan["tblBudget"]
    left = float(budget.loc[budget["line"].isin(["vendor", "commitment_shortfall"]), "amount_plan"].sum())
    right = float((rows["amount"] * rows["fx"]).sum())
    return equal("vendor_lines", "Vendor lines of the budget are the invoices x rate", "tblBudget", left, right)


def solve_cost(plan: Plan) -> TieOut:
    """The budget of what the allocation decides is the solver's cost."""
    rows = plan["tblBudget"]
    decided = float(rows.loc[rows["line"].isin(DECIDED), "amount_plan"].sum())
    left = decided - float(class_lines(plan)["amount_plan"].sum())
    right = float(plan["tblSolve"]["cost"].iloc[-1])
    what = "Pay, invoices, overtime, hires, releases and moves of the budget are the cost that the solver found"
    tolerance = max(SOLVE_TOLERANCE, RELATIVE * abs(right))
    return TieOut(
        "solve_cost", what, left, right, tolerance, int(not abs(left - right) <= tolerance), "error", "tblSolve"
    )


CHECKS: tuple[Callable[[Plan], TieOut], ...] = (
    budget_total,
    budget_cuts,
    budget_lines,
    cost_centres,
    invoices,
    vendor_lines,
    solve_cost,
)
