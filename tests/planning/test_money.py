"""Exchange rates and pay: dated, of one kind, and never guessed where a row is missing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

import xlplan
from xlplan.errors import PlanError
from xlplan.planning.budget.money import fx_rate, pay_rates
from xlplan.tables.plan import Plan

MONTHS = pd.date_range("2026-04-01", periods=4, freq="MS")


def with_rates(*rows: tuple[str, str, str, float]) -> Plan:
    currency, kind, month, rate = zip(*rows, strict=True)
    days = [dt.date.fromisoformat(day) for day in month]
    return Plan.sample().with_table("tblFx", {"currency": currency, "rate_type": kind, "month": days, "rate": rate})


def with_pay(*rows: tuple[str, str, float, str | None, str | None]) -> Plan:
    language, valid_from, wage, per, currency = zip(*rows, strict=True)
    pay: dict[str, Any] = {
        "language": language,
        "site": ["HQ"] * len(rows),
        "role": ["agent"] * len(rows),
        "valid_from": [dt.date.fromisoformat(day) for day in valid_from],
        "wage": wage,
        "per": per,
        "currency": currency,
    }
    return Plan.sample().with_table("tblPay", pay)


def rates(plan: Plan, **pool: str) -> pd.DataFrame:
    return pay_rates(plan, **{"site": "HQ", "language": "EN", "role": "agent", **pool}, months=MONTHS)


@pytest.mark.parametrize(
    ("currency", "month", "rate"),
    [
        ("USD", "2020-01-01", 1.0),
        ("EUR", "2026-01-01", 1.10),
        ("EUR", "2026-05-01", 1.10),
        ("EUR", "2026-06-01", 1.20),
        ("EUR", "2030-01-01", 1.20),
    ],
)
def test_a_rate_holds_until_a_later_one(currency: str, month: str, rate: float) -> None:
    plan = with_rates(
        ("EUR", "budget", "2026-06-01", 1.2), ("EUR", "budget", "2026-01-01", 1.1), ("EUR", "spot", "2026-02-01", 9.9)
    )
    assert fx_rate(plan, currency, pd.Timestamp(month)) == rate


def test_the_kind_of_rate_is_the_plan_s() -> None:
    plan = with_rates(("EUR", "budget", "2026-01-01", 1.1), ("EUR", "spot", "2026-01-01", 1.3))
    assert fx_rate(plan.with_names(RateType="spot"), "EUR", MONTHS[0]) == 1.3


@pytest.mark.parametrize(("currency", "month"), [("GBP", "2026-06-01"), ("EUR", "2025-12-01")])
def test_a_rate_that_is_missing(currency: str, month: str) -> None:
    plan = with_rates(("EUR", "budget", "2026-01-01", 1.1))
    with pytest.raises(PlanError) as error:
        fx_rate(plan, currency, pd.Timestamp(month))
    assert error.value.sentence() == (
        f"tblFx: no budget rate of {currency} for {month[:7]}; "
        f"add a row: {currency}, budget, {month}, USD per 1 {currency}"
    )


def test_pay_holds_from_the_first_of_the_month_after_its_first_day() -> None:
    found = rates(with_pay(("ANY", "2026-01-01", 20.0, "hour", None), ("ANY", "2026-05-15", 22.0, "hour", None)))
    assert found["wage"].tolist() == [20.0, 20.0, 22.0, 22.0]
    assert found.index.equals(MONTHS)


def test_pay_of_the_language_replaces_the_general_one() -> None:
    plan = with_pay(("ANY", "2026-01-01", 20.0, "hour", None), ("DE", "2026-01-01", 24.0, "hour", None))
    assert rates(plan, language="DE")["wage"].tolist() == [24.0] * 4
    assert rates(plan, language="FR")["wage"].tolist() == [20.0] * 4


def test_pay_that_begins_within_the_first_month_counts_for_it() -> None:
    assert rates(with_pay(("ANY", "2026-04-20", 20.0, "hour", None)))["wage"].tolist() == [20.0] * 4


def test_blanks_of_pay() -> None:
    plan = with_pay(("ANY", "2026-01-01", 3000.0, None, None))
    assert rates(plan)[["per", "currency"]].drop_duplicates().to_numpy().tolist() == [["month", "USD"]]
    euro = plan.with_table("tblSite", plan["tblSite"].assign(currency="EUR"))
    assert set(rates(euro)["currency"]) == {"EUR"}, "the site's currency before the plan's"
    assert set(rates(with_pay(("ANY", "2026-01-01", 3000.0, "month", "PLN")))["currency"]) == {"PLN"}


@pytest.mark.parametrize(
    ("begins", "pool"), [("2026-05-10", {}), ("2026-01-01", {"role": "lead"}), ("2026-01-01", {"site": "East"})]
)
def test_pay_that_is_missing(begins: str, pool: dict[str, str]) -> None:
    with pytest.raises(PlanError, match=r"tblPay: no pay of \w+ at \w+ in 2026-04; add a row: EN or ANY, "):
        rates(with_pay(("ANY", begins, 20.0, "hour", None)), **pool)


def test_hours_are_paid_in_the_currency_of_the_row_and_counted_in_the_plan_s() -> None:
    plan = with_pay(("ANY", "2026-01-01", 20.0, "hour", "EUR"))
    fx = with_rates(("EUR", "budget", "2026-01-01", 1.1), ("EUR", "budget", "2026-05-01", 1.2))["tblFx"]
    done = xlplan.run(plan.with_table("tblFx", fx))
    lines = done["tblBudget"].loc[lambda f: f["line"].eq("labour")]
    assert lines["currency"].unique().tolist() == ["EUR"]
    assert lines["fx"].tolist() == [1.1, 1.2]
    assert lines["amount"].sum() == pytest.approx(20.0 * done["tblAllocation"]["paid_hours"].sum())
    assert lines["amount_plan"].tolist() == pytest.approx((lines["amount"] * lines["fx"]).tolist())


def test_one_fte_paid_by_the_month_costs_one_wage_a_month() -> None:
    """Weeks straddle months; what they bill to a full month is that month, to the last cent."""
    plan = with_pay(("ANY", "2026-01-01", 3000.0, "month", None)).with_names(Grain="13w")
    done = xlplan.run(plan)
    fte = done["tblAllocation"].set_index("period")["fte"]
    bill = done["tblPeriodBill"]
    days = pd.DatetimeIndex(bill["bill_month"]).days_in_month
    expected = (bill["period"].map(fte) * bill["days"] / days * 3000).groupby(bill["bill_month"]).sum()
    lines = done["tblBudget"].loc[lambda f: f["line"].eq("labour")].set_index("month")
    assert lines["unit"].unique().tolist() == ["FTE-month"]
    assert lines["amount"].tolist() == pytest.approx(expected.tolist())


def test_pay_by_the_hour_and_by_the_month_at_one_site_meet_in_one_line_of_money() -> None:
    """Hours and FTE-months cannot be added; the amounts can, so the line counts money and its price is 1."""
    plan = with_pay(("EN", "2026-01-01", 25.0, "hour", None), ("DE", "2026-01-01", 4000.0, "month", None))
    history = plan["tblInterval"]
    both = pd.concat([history, history.assign(language="DE")])
    streams = {"queue": ["support"] * 2, "language": ["EN", "DE"]}
    done = xlplan.run(plan.with_table("tblInterval", both).with_table("tblWorkstream", streams))
    lines = done["tblBudget"].loc[lambda f: f["line"].eq("labour")]
    assert lines["unit"].tolist() == ["USD", "USD"]
    assert lines["price"].tolist() == pytest.approx([1.0, 1.0])
    by_language = done["tblAllocation"].groupby("language")[["paid_hours", "cost"]].sum()
    assert by_language.loc["EN", "cost"] == pytest.approx(25.0 * by_language.loc["EN", "paid_hours"])
    assert lines["amount"].sum() == pytest.approx(by_language["cost"].sum())
