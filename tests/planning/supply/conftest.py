"""A plan with one site and its calendar, to which each test adds people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from xlplan.planning.calendar.step import STEP as CALENDAR
from xlplan.planning.supply.step import STEP as SUPPLY
from xlplan.tables.plan import Plan

START = dt.date(2026, 3, 30)
HIRING = {
    "language": "DE",
    "site": "HQ",
    "role": "agent",
    "recruit_weeks": 4,
    "training_weeks": 2,
    "nesting_weeks": 2,
    "training_yield": 0.9,
    "nesting_yield": 0.95,
    "nesting_productivity": 0.4,
    "currency": "USD",
}


def rows(*records: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(records))


def roster(heads: float, *, band: str = "all", language: str = "DE", **more: Any) -> dict[str, Any]:
    return {
        "language": language,
        "site": "HQ",
        "role": "agent",
        "tenure_band": band,
        "as_of": dt.date(2026, 3, 29),
        "heads": heads,
        "fte": heads,
        "source": "HR",
        **more,
    }


def attrition(rate: float, **more: Any) -> dict[str, Any]:
    return {
        "language": "ANY",
        "site": "HQ",
        "role": "ANY",
        "tenure_band": "ANY",
        "month": dt.date(2026, 1, 1),
        "rate": rate,
        "per": "week",
        **more,
    }


def klass(class_id: str, start: dt.date, heads: float, **more: Any) -> dict[str, Any]:
    return {
        "class_id": class_id,
        "language": "DE",
        "site": "HQ",
        "role": "agent",
        "status": "approved",
        "start": start,
        "heads": heads,
        **more,
    }


@pytest.fixture
def make() -> Callable[..., Plan]:
    """Plan from tables by name, each a list of records, with its calendar run."""

    def build(grain: str = "8w", *, start: dt.date = START, **tables: list[dict[str, Any]]) -> Plan:
        plan = Plan.empty().with_names(PlanId="people", PlanStart=start, Grain=grain)
        given: dict[str, list[dict[str, Any]]] = {
            "tblSite": [{"site": "HQ", "vendor": "In-house", "contract_hours_week": 40.0}],
            "tblShrink": [
                {"site": "HQ", "component": "all", "month": start.replace(day=1), "rate": 0.3},
            ],
            **tables,
        }
        for name, records in given.items():
            plan = plan.with_table(name, rows(*records))
        for name, frame in CALENDAR.run(plan).items():
            plan = plan.with_table(name, frame)
        return plan

    return build


def walked(plan: Plan, **pool: str) -> pd.DataFrame:
    """tblWalk as the plan would hold it, of one pool."""
    table = plan.with_table("tblWalk", SUPPLY.run(plan)["tblWalk"])["tblWalk"]
    for column, value in pool.items():
        table = table.loc[table[column].eq(value)]
    return table.reset_index(drop=True)
