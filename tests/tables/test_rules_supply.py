"""Rules on sites: shrinkage, shares, pay, currencies, calendars."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from xlplan.tables.plan import Plan
from xlplan.tables.schema import Finding

JANUARY = dt.date(2026, 1, 1)


def found(plan: Plan, rule: str) -> list[Finding]:
    return [finding for finding in plan.check() if finding.rule == rule]


def two_sites() -> Plan:
    plan = Plan.sample().with_table(
        "tblSite", {"site": ["HQ", "East"], "vendor": ["In-house"] * 2, "contract_hours_week": [40, 38]}
    )
    pay = {"language": ["ANY"] * 2, "site": ["HQ", "East"], "role": ["agent"] * 2, "valid_from": [JANUARY] * 2,
           "wage": [25.0, 12.0], "per": ["hour"] * 2}  # fmt: skip
    return plan.with_table("tblPay", pay)


def lanes(*shares: float, sites: tuple[str, ...] = ("HQ", "East")) -> dict[str, Any]:
    count = len(shares)
    return {
        "queue": ["support"] * count,
        "language": ["EN"] * count,
        "site": list(sites[:count]),
        "locked_share": list(shares),
    }


def test_no_site() -> None:
    plan = Plan.sample()
    tables = {name: frame for name, frame in plan.tables.items() if name not in {"tblSite", "tblPay", "tblShrink"}}
    (finding,) = found(Plan(tables, plan.names), "site")
    assert finding.fix.startswith("add a row to tblSite")


@pytest.mark.parametrize(
    ("rule", "rates", "fails"),
    [
        ("multiply", [0.6, 0.5], False),
        ("add", [0.6, 0.5], True),
        ("add", [0.5, 0.4], False),
        ("multiply", [1.0, 0.0], True),
    ],
)
def test_shrinkage_that_leaves_no_time(rule: str, rates: list[float], fails: bool) -> None:
    plan = Plan.sample()
    plan = plan.with_table("tblSite", plan["tblSite"].assign(shrink_rule=rule))
    plan = plan.with_table("tblShrink", plan["tblShrink"].assign(rate=rates))
    sentences = [finding.sentence() for finding in found(plan, "shrinkage")]
    assert len(sentences) == int(fails)
    for sentence in sentences:
        assert "shrinkage of HQ that comes to 1" in sentence
        assert "30 % is 0.30" in sentence


def test_shrinkage_counts_the_rate_in_force() -> None:
    plan = Plan.sample()
    plan = plan.with_table("tblSite", plan["tblSite"].assign(shrink_rule="add"))
    rows = {"site": ["HQ"] * 3, "component": ["a", "b", "a"], "rate": [0.6, 0.3, 0.8],
            "month": [JANUARY, JANUARY, dt.date(2026, 3, 1)]}  # fmt: skip
    (finding,) = found(plan.with_table("tblShrink", rows), "shrinkage")
    assert (finding.row, "from 2026-03" in finding.found) == (3, True)


@pytest.mark.parametrize(("shares", "total"), [((0.6, 0.5), "1.1"), ((0.6, 0.3), "0.9")])
def test_shares_that_do_not_place_the_work(shares: tuple[float, ...], total: str) -> None:
    (finding,) = found(two_sites().with_table("tblLane", lanes(*shares)), "shares")
    assert finding.where == "tblLane.locked_share, row 2"
    assert finding.found == f"locked shares that sum to {total} for support EN"
    assert finding.fix == "type the share of each site in tblLane, such as 0.6 and 0.4"


@pytest.mark.parametrize("shares", [(0.6, 0.4), (1.0, 0.0), (1.0,), (0.333333, 0.666667), (0.9,), ()])
def test_shares_that_do_or_leave_room_for_another_site(shares: tuple[float, ...]) -> None:
    assert found(two_sites().with_table("tblLane", lanes(*shares)), "shares") == []


def test_one_site_takes_all() -> None:
    assert found(Plan.sample(), "shares") == []


def test_a_site_without_pay() -> None:
    plan = two_sites()
    plan = plan.with_table("tblPay", plan["tblPay"].iloc[:1])
    (finding,) = found(plan, "pay")
    assert finding.where == "tblSite.site, row 2"
    assert finding.fix == "add a row to tblPay: ANY, East, agent, 2026-04-06, the wage"
    vendor = {"vendor": ["In-house"], "in_house": [False], "aht_basis": ["with_acw"], "shrinkage_basis": ["paid"],
              "hour_basis": ["paid"], "name": ["A vendor"]}  # fmt: skip
    assert found(plan.with_table("tblVendor", vendor), "pay") == [], "a vendor's people are paid by the vendor"


@pytest.mark.parametrize(
    ("day", "says"),
    [
        (dt.date(2026, 4, 15), "2026-05-01"),
        (dt.date(2026, 12, 31), "2027-01-01"),
        (dt.date(2026, 5, 1), ""),
        (dt.date(2026, 3, 15), ""),
    ],
)
def test_pay_that_changes_within_a_month_says_when_it_counts(day: dt.date, says: str) -> None:
    pay = two_sites()["tblPay"]
    raised = pay.iloc[[1]].assign(valid_from=pd.Timestamp(day), wage=13.0)
    findings = found(two_sites().with_table("tblPay", pd.concat([pay, raised])), "pay_month")
    assert [finding.fix for finding in findings] == ([f"type {day:%Y-%m}-01, or {says}"] if says else [])
    assert all(finding.where == "tblPay.valid_from, row 3" for finding in findings)


@pytest.mark.parametrize(
    ("row", "fails"),
    [
        (("EUR", "budget", JANUARY), False),
        (("EUR", "spot", JANUARY), True),
        (("EUR", "budget", dt.date(2026, 5, 1)), True),
        (("GBP", "budget", JANUARY), True),
    ],
)
def test_a_currency_needs_a_rate_of_the_plan_s_kind_in_time(row: tuple[Any, ...], fails: bool) -> None:
    plan = Plan.sample()
    plan = plan.with_table("tblPay", plan["tblPay"].assign(currency="EUR"))
    rates = {"currency": [row[0]], "rate_type": [row[1]], "month": [row[2]], "rate": [1.1]}
    sentences = [finding.sentence() for finding in found(plan.with_table("tblFx", rates), "fx")]
    assert len(sentences) == int(fails)
    assert not fails or sentences[0].endswith("add rows to tblFx: EUR, budget, 2026-04-01, USD per 1 EUR")


def test_a_calendar_without_days() -> None:
    plan = Plan.sample()
    plan = plan.with_table("tblSite", plan["tblSite"].assign(holiday_calendar="IE"))
    (finding,) = found(plan, "calendar")
    assert (finding.where, finding.found) == ("tblSite.holiday_calendar, row 1", "'IE'")
    holiday = {"holiday_calendar": ["IE"], "date": [JANUARY], "name": ["New Year"]}
    assert found(plan.with_table("tblHoliday", holiday), "calendar") == []
