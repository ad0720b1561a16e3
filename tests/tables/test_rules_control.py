"""Rules on named cells and settings, and on ids."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from xlplan.tables.plan import Plan
from xlplan.tables.rules import rules
from xlplan.tables.schema import Finding


def found(plan: Plan, rule: str) -> list[Finding]:
    return [finding for finding in plan.check() if finding.rule == rule]


def changed(table: str, column: str, value: Any) -> Plan:
    """The sample with one value changed, whatever the dictionary says of it."""
    plan = Plan.sample()
    frame = plan[table]
    frame.loc[0, column] = value
    return Plan({**plan.tables, table: frame}, plan.names)


def test_every_rule_has_its_own_name_and_sentence() -> None:
    ids = [rule.id for rule in rules()]
    assert len(set(ids)) == len(ids)
    assert len({rule.what for rule in rules()}) == len(ids)
    for rule in rules():
        assert rule.find(Plan.sample()) == []
        assert rule.find(Plan()) == [] or rule.id == "name_blank"


@pytest.mark.parametrize("name", ["PlanId", "PlanStart", "Grain", "Scenario", "Seed", "PlanTimeZone"])
def test_a_blank_named_cell(name: str) -> None:
    plan = Plan.sample()
    (finding,) = found(Plan(plan.tables, {**plan.names, name: None}), "name_blank")
    assert finding.where == f"named cell {name}"
    assert finding.fix.startswith("type ")


@pytest.mark.parametrize(
    ("start", "grain", "expected", "fix"),
    [
        ("2026-04-07", "4w", "a Monday", "type 2026-04-06 or 2026-04-13"),
        ("2026-04-05", "13w+15m", "a Monday", "type 2026-03-30 or 2026-04-06"),
        ("2026-04-06", "12m", "the first of a month", "type 2026-04-01 or 2026-05-01"),
        ("2026-12-31", "12m", "the first of a month", "type 2026-12-01 or 2027-01-01"),
    ],
)
def test_plan_start_on_the_wrong_day(start: str, grain: str, expected: str, fix: str) -> None:
    plan = Plan.sample().with_names(PlanStart=dt.date.fromisoformat(start), Grain=grain)
    (finding,) = found(plan, "plan_start")
    assert finding.expected.startswith(expected)
    assert finding.fix == fix
    assert start in finding.found


@pytest.mark.parametrize(("start", "grain"), [("2026-04-06", "4w"), ("2026-06-01", "3m"), ("2026-04-01", "12m")])
def test_plan_start_on_the_right_day(start: str, grain: str) -> None:
    assert found(Plan.sample().with_names(PlanStart=dt.date.fromisoformat(start), Grain=grain), "plan_start") == []


def test_a_time_zone_that_is_none() -> None:
    (finding,) = found(Plan.sample().with_names(PlanTimeZone="Europe/Dublim"), "time_zone")
    assert (finding.where, finding.fix) == ("named cell PlanTimeZone", "type Europe/Dublin")
    (finding,) = found(changed("tblQueue", "time_zone", "Mars"), "time_zone")
    assert (finding.table, finding.row) == ("tblQueue", 1)
    assert "Europe/Dublin" in finding.fix
    (finding,) = found(changed("tblSite", "time_zone", "europe/dublin"), "time_zone")
    assert finding.fix == "type Europe/Dublin"


@pytest.mark.parametrize(
    ("setting", "value", "column", "fix"),
    [
        ("max_ocupancy_live", "0.8", "setting", "type max_occupancy_live"),
        ("zzz", "1", "setting", "delete the row, or use one of max_occupancy_live"),
        ("max_occupancy_live", "85", "value", "type a number from 0.01 to 1, or leave it blank (0.85)"),
        ("max_occupancy_live", "0,85", "value", "type a number from 0.01 to 1"),
        ("max_occupancy_live", "nan", "value", "type a number from 0.01 to 1"),
    ],
)
def test_a_setting(setting: str, value: str, column: str, fix: str) -> None:
    plan = Plan.sample().with_table("tblSetting", {"setting": [setting], "value": [value]})
    (finding,) = found(plan, "setting")
    assert (finding.column, finding.row) == (column, 1)
    assert finding.fix.startswith(fix)


def test_a_setting_that_fits_or_is_blank() -> None:
    columns = {"setting": ["max_occupancy_live", "unmet_penalty"], "value": ["0.9", None]}
    assert found(Plan.sample().with_table("tblSetting", columns), "setting") == []


@pytest.mark.parametrize(
    ("table", "column", "value", "fix"),
    [
        ("tblWorkstream", "queue", "suport", "type support"),
        ("tblQueue", "open_hours", "Office", "type office"),
        ("tblAht", "queue", "zzz", "add a row to tblQueue or type one of its ids"),
        ("tblPay", "site", "hq ", "type HQ"),
        ("tblInterval", "queue", "supports", "type support"),
    ],
)
def test_an_unknown_id(table: str, column: str, value: str, fix: str) -> None:
    (finding,) = found(changed(table, column, value), "reference")
    assert finding.where == f"{table}.{column}, row 1"
    assert finding.found == f"'{value}'"
    assert finding.fix == fix


def test_ids_of_tables_that_the_plan_does_not_hold_pass() -> None:
    plan = changed("tblWorkstream", "language", "XX")
    assert found(plan, "reference") == []
    languages = {"language": ["EN"], "name": ["English"], "eu_official": [True], "tier": [1]}
    (finding, *_) = found(plan.with_table("tblLanguage", languages), "reference")
    assert finding.where == "tblWorkstream.language, row 1"


def test_the_scenario_shown_exists() -> None:
    scenarios = {"scenario": ["BASE"], "name": ["Base"], "active": [True]}
    plan = Plan.sample().with_table("tblScenario", scenarios)
    assert found(plan, "reference") == []
    (finding,) = found(plan.with_names(Scenario="BASES"), "reference")
    assert (finding.where, finding.fix) == ("named cell Scenario", "type BASE")
