"""Money at the plan's own terms: a cell gives what the budget has."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from xlplan.functions import CellError, call
from xlplan.functions.plan.example import example_plan
from xlplan.functions.plan.state import PlanInMemory

PLAN = example_plan()
APRIL = "2026-W15"


def cost(*cells: Any, plan: Any = PLAN) -> Any:
    return call("XP_CONTRACT_COST", *cells[:3], "stamp", *cells[3:], plan=plan)


def failure(name: str, *cells: Any, plan: Any = PLAN) -> CellError:
    with pytest.raises(CellError) as failed:
        call(name, *cells, plan=plan)
    return failed.value


def changed(table: str, **columns: Any) -> PlanInMemory:
    """The example with other values in a table."""
    return PlanInMemory(PLAN.plan.with_table(table, PLAN.plan[table].assign(**columns)))


def test_an_invoice_is_what_the_budget_bills_for_the_same_units() -> None:
    invoices = PLAN.plan["tblInvoicePlan"]
    assert len(invoices) == 2
    for row in invoices.to_dict("records"):
        billed = cost(row["contract"], row["units"], row["window_start"].to_pydatetime())
        assert billed == pytest.approx(row["amount"], rel=1e-12)


def test_tiers_are_those_of_the_part_of_the_window_that_the_plan_bills() -> None:
    share = 25 / 30  # of April, from the 6th on
    reached = 600 * share
    assert cost("Acme", reached, APRIL) == pytest.approx(reached * 21)
    assert cost("Acme", reached + 100, APRIL) == pytest.approx(reached * 21 + 100 * 19)
    assert cost("Acme", [[0], [100]], APRIL) == [[0.0], [2100.0]]


def test_a_minimum_commitment_is_paid_for_even_if_not_used() -> None:
    commit = {"contract": ["Acme"], "window_start": [dt.date(2026, 4, 1)], "min_units": [300.0]}
    plan = PlanInMemory(PLAN.plan.with_table("tblCommit", commit))
    assert cost("Acme", 0, APRIL, plan=plan) == pytest.approx(300 * 25 / 30 * 21)


@pytest.mark.parametrize(("result", "share"), [(0.0, -0.05), (0.7499, -0.05), (0.75, 0.0), (0.1 + 0.2 + 0.55, 0.02)])
def test_a_result_is_judged_by_its_band(result: float, share: float) -> None:
    assert cost("Acme", 100, APRIL, None, result) == pytest.approx(2100 * (1 + share))


def test_a_result_is_refused_where_two_measures_could_be_meant() -> None:
    plan = changed("tblBonusMalus", measure=["service_level", "service_level", "quality"])
    error = failure("XP_CONTRACT_COST", "Acme", 100, APRIL, "x", None, 0.8, plan=plan)
    assert (error.code, "quality, service_level" in error.sentence) == ("#NUM!", True)


def test_fte_count_where_the_contract_prices_them() -> None:
    plan = changed("tblContract", pricing_unit="fte")
    assert cost("Acme", 0, APRIL, 12, plan=plan) == pytest.approx(12 * 25 / 30 * 21)
    assert cost("Acme", 5, APRIL, 12, plan=plan) == pytest.approx((5 + 12 * 25 / 30) * 21)
    error = failure("XP_CONTRACT_COST", "Acme", 0, APRIL, "x", 12)
    assert "priced by productive_hour" in error.sentence


@pytest.mark.parametrize(
    ("cells", "code", "says"),
    [
        (("Acne", 1, APRIL, "x"), "#N/A", "did you mean Acme?"),
        (("Acme", -1, APRIL, "x"), "#NUM!", "units is -1; type 0 or more"),
        (("Acme", "many", APRIL, "x"), "#VALUE!", "units is the text 'many'"),
        (("Acme", 1, "2027-01-01", "x"), "#N/A", "no billing window of Acme from 2027-01-01"),
        (("Acme", 1, "soon", "x"), "#N/A", "has no period soon"),
    ],
)
def test_what_cannot_be_billed_says_why(cells: tuple[Any, ...], code: str, says: str) -> None:
    error = failure("XP_CONTRACT_COST", *cells)
    assert error.code == code
    assert says in error.sentence


def test_a_bid_is_not_billed() -> None:
    error = failure("XP_CONTRACT_COST", "Acme", 1, APRIL, "x", plan=changed("tblContract", status="bid"))
    assert "not signed but bid" in error.sentence


def test_a_contract_without_a_price_is_an_error_that_says_what_to_add() -> None:
    plan = PlanInMemory(PLAN.plan.with_table("tblTier", PLAN.plan["tblTier"].iloc[:0]))
    error = failure("XP_CONTRACT_COST", "Acme", 1, APRIL, "x", plan=plan)
    assert (error.code, "add a row to tblTier" in error.sentence) == ("#N/A", True)


def test_fx_goes_both_ways_and_across() -> None:
    plan = PLAN.plan
    pounds = pd.DataFrame(
        {"currency": ["GBP"], "rate_type": ["budget"], "month": [dt.date(2026, 1, 1)], "rate": [1.32]}
    )
    source = PlanInMemory(
        plan.with_table("tblFx", pd.concat([plan["tblFx"], pounds.astype({"month": "datetime64[us]"})]))
    )

    def fx(*cells: Any) -> Any:
        return call("XP_FX", *cells[:4], "x", *cells[4:], plan=source)

    assert fx(100, "EUR", "USD", APRIL) == pytest.approx(110)
    assert fx(110, "USD", "EUR", APRIL) == pytest.approx(100)
    assert fx(100, "GBP", "eur", APRIL) == pytest.approx(120)
    assert fx(7, "ZZZ", "ZZZ", APRIL) == 7
    assert fx(100, "EUR", "USD", "2026-04-30", "spot") == pytest.approx(120)


def test_fx_takes_columns_and_each_cell_fails_by_itself() -> None:
    answer = call("XP_FX", [[1], [2], ["x"], [4]], [["EUR"], ["USD"], ["EUR"], ["JPY"]], "USD", APRIL, "x", plan=PLAN)
    assert answer[0] == [pytest.approx(1.1)]
    assert answer[1] == [2.0]
    assert answer[2][0].code == "#VALUE!"
    assert answer[3][0].code == "#N/A"
    assert "add a row: JPY, budget" in answer[3][0].sentence


def test_fx_before_the_first_rate_and_of_an_unknown_set() -> None:
    assert "2025-12" in failure("XP_FX", 1, "EUR", "USD", "2025-12-31", "x").sentence
    assert "no rate_type plann; did you mean plan?" in failure("XP_FX", 1, "EUR", "USD", APRIL, "x", "plann").sentence
