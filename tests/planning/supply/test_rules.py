"""Rules on people: each fault is found where it stands, and a good plan has none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from tests.planning.supply.conftest import HIRING, START, attrition, klass, roster
from tests.planning.supply.test_tables import BANDS, WEEK, curve, move
from xlplan.tables.plan import Plan
from xlplan.tables.rules import classes, headcount, movements

Make = Callable[..., Plan]
RULES = {rule.id: rule for module in (headcount, movements, classes) for rule in module.RULES}
GOOD: dict[str, list[dict[str, Any]]] = {
    "tblTenureBand": BANDS,
    "tblRoster": [roster(10, band="new"), roster(30, band="old")],
    "tblAttrition": [attrition(0.01)],
    "tblHiring": [{**HIRING, "ramp_curve": "new"}],
    "tblRamp": curve([0.5, 0.8]),
    "tblClass": [
        klass("C1", START + 4 * WEEK, 10),
        klass("C0", START - WEEK, 6, status="running"),
    ],
    "tblMovement": [move("transfer", 3), move("rampdown", 2)],
    "tblSiteCapacity": [{"site": "HQ", "valid_from": START, "seats": 99.0, "trainers": 1.0, "training_seats": 10.0}],
}


def changed(table: str, row: int, **columns: Any) -> dict[str, list[dict[str, Any]]]:
    records = [dict(record) for record in GOOD[table]]
    records[row].update(columns)
    return {**GOOD, table: records}


def added(table: str, record: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {**GOOD, table: [*GOOD[table], record]}


def test_a_good_plan_has_no_finding(make: Make) -> None:
    plan = make(**GOOD)
    assert [finding for rule in RULES.values() for finding in rule.find(plan)] == []


CASES = [
    ("roster_age", changed("tblRoster", 1, as_of=START - dt.timedelta(days=36)), "tblRoster", 2, "2026-02-22"),
    ("roster_age", changed("tblRoster", 0, as_of=START + dt.timedelta(days=1)), "tblRoster", 1, "2026-03-31"),
    ("tenure_band", changed("tblTenureBand", 0, to_days=80), "tblTenureBand", 1, "80"),
    ("tenure_band", changed("tblTenureBand", 0, to_days=None), "tblTenureBand", 1, "a blank"),
    ("tenure_band", changed("tblTenureBand", 0, from_days=5), "tblTenureBand", 1, "5"),
    ("attrition", changed("tblAttrition", 0, tenure_band="old"), "tblRoster", 1, "in new"),
    ("attrition", changed("tblAttrition", 0, month=dt.date(2026, 5, 1)), "tblRoster", 2, "in old"),
    (
        "attrition_tie",
        {**GOOD, "tblAttrition": [attrition(0.01, language="DE"), attrition(0.02, tenure_band="new")]},
        "tblAttrition",
        2,
        "also row 1",
    ),
    ("ramp", {**GOOD, "tblRamp": curve([0.5, 0.8])[1:]}, "tblRamp", 1, "2"),
    ("ramp", {**GOOD, "tblRamp": curve([0.5, 0.8, 0.7])}, "tblRamp", 3, "0.7"),
    ("ramp", changed("tblHiring", 0, ramp_curve="fast"), "tblHiring", 1, "'fast'"),
    ("nesting", changed("tblHiring", 0, nesting_productivity=0.6), "tblHiring", 1, "0.6"),
    ("movement", changed("tblMovement", 0, to_site=None), "tblMovement", 1, "without a receiver"),
    ("movement", changed("tblMovement", 0, to_language="DE"), "tblMovement", 1, "the pool that gives"),
    ("movement", changed("tblMovement", 1, to_site="HQ"), "tblMovement", 2, "a receiver"),
    ("movement", changed("tblMovement", 1, return_on=START + 2 * WEEK), "tblMovement", 2, "2026-04-13"),
    ("movement", changed("tblMovement", 0, from_language="IT"), "tblMovement", 1, "IT HQ agent"),
    ("movement_heads", changed("tblMovement", 0, heads=60.0), "tblMovement", 1, "60 heads from DE HQ agent"),
    ("class_terms", changed("tblClass", 1, role="lead"), "tblClass", 2, "DE HQ lead"),
    ("class_lead", changed("tblClass", 0, start=START + 3 * WEEK), "tblClass", 1, "2026-04-20"),
    ("class_lead", changed("tblClass", 1, start=START + WEEK), "tblClass", 2, "2026-04-06"),
    ("class_room", added("tblClass", klass("C2", START + 5 * WEEK, 2)), "tblClass", 3, "2 classes at once"),
    ("class_room", changed("tblClass", 0, heads=11.0), "tblClass", 1, "11 heads in training"),
    ("class_room", changed("tblSiteCapacity", 0, max_hires_month=9.0), "tblClass", 1, "10 heads that start in 2026-04"),
]


@pytest.mark.parametrize(("rule", "tables", "table", "row", "found"), CASES)
def test_each_fault_is_found_where_it_stands(
    make: Make, rule: str, tables: dict[str, list[dict[str, Any]]], table: str, row: int, found: str
) -> None:
    findings = [f for f in RULES[rule].find(make(**tables)) if f.table == table and f.row == row]
    assert findings, RULES[rule].find(make(**tables))
    assert found in findings[0].found
    assert findings[0].severity == RULES[rule].severity
    assert findings[0].fix


def test_heads_of_a_language_that_nobody_plans(make: Make) -> None:
    plan = make(**GOOD).with_table("tblWorkstream", pd.DataFrame({"queue": ["q"], "language": ["FR"]}))
    assert [finding.row for finding in RULES["unknown_pool"].find(plan)] == [1, 2]
    plan = plan.with_table("tblWorkstream", pd.DataFrame({"queue": ["q"], "language": ["DE"]}))
    assert RULES["unknown_pool"].find(plan) == []


def test_equal_rates_are_no_tie(make: Make) -> None:
    plan = make(**{**GOOD, "tblAttrition": [attrition(0.01, language="DE"), attrition(0.01, tenure_band="new")]})
    assert RULES["attrition_tie"].find(plan) == []
    apart = [attrition(0.01, role="lead"), attrition(0.02, role="agent", tenure_band="new")]
    assert RULES["attrition_tie"].find(make(**{**GOOD, "tblAttrition": apart})) == []
