"""A small organisation for the allocation: one queue, three sites, an in-house one and two of vendors."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

import pandas as pd

from xlplan.planning import pipeline, steps
from xlplan.planning.allocation.step import STEP as ALLOCATION
from xlplan.planning.budget.step import STEP as BUDGET
from xlplan.planning.tie_outs import CHECKS
from xlplan.tables.plan import Plan

LONG_AGO = dt.date(2025, 1, 1)
START = dt.date(2026, 4, 6)
SITES = ("HQ", "MNL", "KRK")


@cache
def organisation() -> Plan:
    """Computed up to the requirement: support in EN, 616 hours a week over four weeks."""
    plan = Plan.sample()
    plan = plan.with_table(
        "tblSite",
        {
            "site": list(SITES),
            "vendor": ["In-house", "ALFA", "BETA"],
            "country": ["IE", "PH", "PL"],
            "region": ["EU", "APAC", "EU"],
            "currency": ["USD", "USD", "EUR"],
            "security_tier": [3, 1, 2],
            "contract_hours_week": [40.0] * 3,
        },
    )
    plan = plan.with_table("tblVendor", vendors("In-house", "ALFA", "BETA"))
    shrink = [("HQ", 0.30), ("MNL", 0.25), ("KRK", 0.25)]
    plan = plan.with_table(
        "tblShrink",
        {
            "site": [site for site, _ in shrink],
            "component": ["away"] * 3,
            "month": [dt.date(2026, 1, 1)] * 3,
            "rate": [rate for _, rate in shrink],
        },
    )
    plan = plan.with_table("tblPay", pay(HQ=25.0, MNL=0.0, KRK=0.0))
    plan = plan.with_table("tblContract", contracts())
    plan = plan.with_table("tblTier", {"contract": ["K-A", "K-B"], "from_units": [0.0, 0.0], "price": [15.0, 18.0]})
    fx = {"currency": ["EUR"], "rate_type": ["budget"], "month": [dt.date(2026, 1, 1)], "rate": [1.1]}
    plan = plan.with_table("tblFx", fx)
    return pipeline.run(plan, ["calendar", "forecast", "staffing", "supply"])


def vendors(*names: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "vendor": list(names),
            "name": list(names),
            "in_house": [name == "In-house" for name in names],
            "aht_basis": "with_acw",
            "shrinkage_basis": "paid",
            "hour_basis": "productive",
        }
    )


def pay(**wages: float) -> dict[str, list[Any]]:
    count = len(wages)
    return {
        "language": ["ANY"] * count,
        "site": list(wages),
        "role": ["agent"] * count,
        "valid_from": [LONG_AGO] * count,
        "wage": list(wages.values()),
        "per": ["hour"] * count,
        "ot_premium": [10.0] * count,
    }


def contracts(**changes: Any) -> pd.DataFrame:
    rows = pd.DataFrame(
        {
            "contract": ["K-A", "K-B"],
            "vendor": ["ALFA", "BETA"],
            "site": ["MNL", "ANY"],
            "status": ["signed"] * 2,
            "valid_from": [pd.Timestamp(LONG_AGO)] * 2,
            "pricing_unit": ["productive_hour"] * 2,
            "tier_mode": ["incremental"] * 2,
            "billing_window": ["month"] * 2,
            "currency": ["USD", "EUR"],
        }
    )
    return rows.assign(**changes)


def lane(site: str, **values: Any) -> dict[str, Any]:
    return {"queue": "support", "language": "EN", "site": site, **values}


def with_lanes(plan: Plan, *rows: dict[str, Any]) -> Plan:
    return plan.with_table("tblLane", pd.DataFrame(list(rows)))


def roster(**fte: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "language": "EN",
            "site": list(fte),
            "role": "agent",
            "tenure_band": "all",
            "as_of": pd.Timestamp(START) - pd.Timedelta(days=2),
            "heads": list(fte.values()),
            "fte": list(fte.values()),
            "source": "test",
        }
    )


def capacity(site: str, **values: float) -> pd.DataFrame:
    return pd.DataFrame([{"site": site, "valid_from": pd.Timestamp(LONG_AGO), "seats": 1e6, **values}])


def supplied(plan: Plan) -> Plan:
    """Headcount of the plan as given."""
    return pipeline.run(plan, ["supply"])


def done(plan: Plan) -> Plan:
    """Allocated and budgeted, with every agreement of both kept."""
    result = steps.run(plan, [ALLOCATION, BUDGET])
    own = [check for check in CHECKS if check.__module__.split(".")[2] in {"allocation", "budget"}]
    broken = [found for found in (check(result) for check in own) if not found.passed and found.severity == "error"]
    assert broken == []
    return result


def share(plan: Plan) -> dict[str, float]:
    """Share of all served hours by site."""
    rows = plan["tblAllocation"].groupby("site")["served_hours"].sum()
    return {site: float(hours / rows.sum()) for site, hours in rows.items()}


def line(plan: Plan, name: str) -> float:
    """Total of a budget line, plan currency."""
    rows = plan["tblBudget"]
    return float(rows.loc[rows["line"].eq(name), "amount_plan"].sum())
