"""The budget of a small organisation: lines, cuts, cost items, quarters and unit costs."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from tests.planning.allocation.plans import LONG_AGO, contracts, done, lane, line, organisation, with_lanes
from xlplan.planning import steps
from xlplan.planning.budget.step import STEP as BUDGET
from xlplan.planning.budget.terms import contract_windows
from xlplan.tables.plan import Plan

BASE = organisation()
DONE = done(with_lanes(BASE, lane("HQ", min_share=0.25), lane("KRK", min_share=0.25)))
MONTHS = float(BASE["tblPeriod"]["month_fraction"].sum())


def with_item(**values: Any) -> Plan:
    row = {"item": "x", "line": "fixed", "lob": "ANY", "site": "ANY", "vendor": "ANY", "basis": "per_month"}
    row |= {"price": 100.0, "currency": "EUR", "valid_from": pd.Timestamp(LONG_AGO), **values}
    return steps.run(DONE.with_table("tblCostItem", pd.DataFrame([row])), [BUDGET])


def fte_months(**scope: str) -> float:
    rows = DONE["tblAllocation"].merge(DONE["tblPeriod"][["period", "month_fraction"]], on="period")
    for column, value in scope.items():
        rows = rows.loc[rows[column].eq(value)]
    return float((rows["fte"] * rows["month_fraction"]).sum())


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, 110.0 * MONTHS),
        ({"currency": "USD"}, 100.0 * MONTHS),
        ({"price": -100.0}, -110.0 * MONTHS),
        ({"valid_to": pd.Timestamp("2026-04-20")}, 110.0 * 15 / 30),
        ({"valid_from": pd.Timestamp("2026-05-02")}, 110.0 * 2 / 31),
        ({"basis": "one_off", "valid_from": pd.Timestamp("2026-04-20")}, 110.0),
        ({"basis": "one_off", "valid_from": pd.Timestamp("2026-06-20")}, 0.0),
        ({"basis": "per_fte_month", "site": "HQ"}, 110.0 * fte_months(site="HQ")),
        ({"basis": "per_fte_month", "vendor": "ALFA"}, 110.0 * fte_months(vendor="ALFA")),
        ({"basis": "per_fte_month", "lob": "another"}, 0.0),
        ({"basis": "per_item", "price": 0.01}, 0.011 * float(DONE["tblAllocation"]["items"].sum())),
        ({"basis": "per_head_start"}, 0.0),
    ],
)
def test_cost_items(values: dict[str, Any], expected: float) -> None:
    plan = with_item(**values)
    assert line(plan, "fixed") == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert line(plan, "vendor") == pytest.approx(line(DONE, "vendor"), rel=1e-12)


def test_every_cut_has_one_total() -> None:
    plan = with_item()
    rows = plan["tblBudget"]
    total = rows["amount_plan"].sum()
    for cut in ("cost_centre", "vendor", "lob", "site", "month", "line"):
        assert rows.groupby(cut)["amount_plan"].sum().sum() == pytest.approx(total, abs=0.01)
    assert (rows["qty"] * rows["price"]).tolist() == pytest.approx(rows["amount"].tolist())
    assert (rows["amount"] * rows["fx"]).tolist() == pytest.approx(rows["amount_plan"].tolist())


def test_the_most_specific_cost_centre_pays() -> None:
    maps = {"lob": ["ANY", "ANY", "User support"], "site": ["ANY", "HQ", "ANY"], "vendor": ["ANY"] * 3,
            "line": ["ANY", "labour", "ANY"], "cost_centre": ["OPS", "PAY", "SUP"]}  # fmt: skip
    plan = DONE.with_table("tblCostMap", maps)
    rows = steps.run(plan, [BUDGET])["tblBudget"].set_index("line")["cost_centre"]
    assert set(rows.loc["labour"]) == {"PAY"}
    assert set(rows.loc["vendor"]) == {"SUP"}


def test_a_quarter_is_one_window_with_one_rate() -> None:
    fx = {"currency": ["EUR", "EUR"], "rate_type": ["budget"] * 2,
          "month": [dt.date(2026, 1, 1), dt.date(2026, 5, 1)], "rate": [1.1, 1.3]}  # fmt: skip
    rows = contracts(billing_window=["month", "quarter"])
    plan = done(BASE.with_table("tblContract", rows).with_table("tblFx", fx)
                .with_table("tblLane", pd.DataFrame([lane("MNL", eligible=False)])))  # fmt: skip
    invoices = plan["tblInvoicePlan"].loc[lambda f: f["contract"].eq("K-B")]
    assert invoices["window_start"].tolist() == [pd.Timestamp("2026-04-01")]
    hours = float(BASE["tblReq"]["required_hours"].sum())
    assert line(plan, "vendor") == pytest.approx(18.0 * 1.1 * hours, rel=1e-9)
    months = plan["tblBudget"].loc[lambda f: f["line"].eq("vendor")]
    assert months["month"].dt.month.tolist() == [4, 5]
    assert months["fx"].tolist() == pytest.approx([1.1, 1.1])


def test_a_part_of_a_window_has_that_part_of_its_tiers_and_minimum() -> None:
    tiers = {"contract": ["K-A", "K-A", "K-B"], "from_units": [0.0, 3000.0, 0.0], "price": [15.0, 14.0, 18.0]}
    commit = {"contract": ["K-A"], "window_start": [dt.date(2026, 4, 1)], "min_units": [600.0], "min_amount": [900.0]}
    windows = contract_windows(BASE.with_table("tblTier", tiers).with_table("tblCommit", commit))
    card = windows.cards[0]
    assert windows.frame["coverage"].iloc[0] == pytest.approx(25 / 30)
    assert card.floors == pytest.approx((0.0, 2500.0))
    assert (card.min_units, card.min_amount) == pytest.approx((500.0, 750.0))


def test_transition_costs_fall_where_a_contract_begins() -> None:
    rows = contracts(valid_from=[pd.Timestamp("2026-04-13"), pd.Timestamp(LONG_AGO)], transition_cost=[5000.0, 7000.0])
    plan = done(BASE.with_table("tblContract", rows))
    other = plan["tblBudget"].loc[lambda f: f["line"].eq("other")]
    assert other[["vendor", "amount_plan"]].to_numpy().tolist() == [["ALFA", 5000.0]]


def test_given_classes_cost_hiring_and_training_once() -> None:
    terms = {
        "language": ["ANY"], "site": ["HQ"], "role": ["agent"], "recruit_weeks": [4.0], "training_weeks": [2.0],
        "nesting_weeks": [1.0], "training_yield": [1.0], "nesting_yield": [1.0], "hire_cost": [300.0],
        "training_cost": [50.0], "currency": ["EUR"],
    }  # fmt: skip
    classes = {
        "class_id": ["C1", "C2"],
        "language": ["EN", "EN"],
        "site": ["HQ", "HQ"],
        "role": ["agent", "agent"],
        "status": ["approved", "cancelled"],
        "start": [dt.date(2026, 4, 13)] * 2,
        "heads": [4.0, 9.0],
    }
    plan = DONE.with_table("tblHiring", terms).with_table("tblClass", classes)
    found = steps.run(plan, [BUDGET])
    assert line(found, "hiring") == pytest.approx(4 * 300 * 1.1)
    # Two weeks at 50, and the pay of three weeks of 40 hours at 25.
    assert line(found, "training") == pytest.approx(4 * (2 * 50 * 1.1 + 3 * 40 * 25))


def test_unit_costs_share_the_items_of_every_month() -> None:
    rows = DONE["tblUnitCost"]
    assert rows["items"].sum() == pytest.approx(DONE["tblAllocation"]["items"].sum())
    assert rows["cost"].sum() == pytest.approx(DONE["tblBudget"]["amount_plan"].sum())
    served = rows.loc[rows["items"] > 0]
    assert (served["unit_cost"] * served["items"]).tolist() == pytest.approx(served["cost"].tolist())
