"""The sample plan: always valid, and rich enough to be planned."""

from __future__ import annotations

import pandas as pd
import pytest

import xlplan
from xlplan.tables import dictionary
from xlplan.tables.plan import Plan
from xlplan.tables.schema import Finding
from xlplan.tables.typed import DTYPES


def test_no_finding_at_all() -> None:
    assert Plan.sample().check() == []


def test_two_samples_are_one() -> None:
    assert Plan.sample().input_hash() == Plan.sample().input_hash()
    assert Plan.sample().input_hash() != Plan.empty().input_hash()


def test_tables_are_typed_by_the_dictionary() -> None:
    plan = Plan.sample()
    for name, frame in plan.tables.items():
        assert list(frame) == [column.name for column in dictionary.table(name).columns]
        for column in dictionary.table(name).columns:
            assert str(frame[column.name].dtype) == DTYPES[column.type], f"{name}.{column.name}"


def test_thirteen_weeks_before_four() -> None:
    plan = Plan.sample()
    start = plan["tblInterval"]["start"]
    assert start.min() == pd.Timestamp("2026-01-05 08:00")
    assert start.max() < pd.Timestamp(plan.name("PlanStart")) <= start.max() + pd.Timedelta(days=3)
    assert plan.name("Grain") == "4w"
    assert len(start) == 13 * 5 * 20


@pytest.mark.parametrize(
    ("table", "column", "value", "rule"),
    [
        ("tblQueue", "open_hours", "ofice", "reference"),
        ("tblQueue", "target", None, "service_goal"),
        ("tblSite", "contract_hours_week", None, "blank"),
        ("tblShrink", "rate", 30.0, "range"),
        ("tblPay", "currency", "EUR", "fx"),
        ("tblAht", "aht_s", 3.0, "handling_time"),
        ("tblInterval", "volume", -1.0, "range"),
    ],
)
def test_one_fault_in_it_is_found(table: str, column: str, value: object, rule: str) -> None:
    plan = Plan.sample()
    frame = plan[table]
    frame.loc[0, column] = value
    found: list[Finding] = Plan({**plan.tables, table: frame}, plan.names).check()
    assert rule in {finding.rule for finding in found}
    first = next(finding for finding in found if finding.rule == rule)
    assert first.row == 1 or rule == "fx"
    assert first.fix


def test_it_can_be_computed() -> None:
    done = xlplan.run(Plan.sample())
    assert done["tblForecast"]["volume"].gt(0).all()
    assert done["tblBudget"]["amount_plan"].gt(0).all()
