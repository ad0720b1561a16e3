"""Plan: frozen, typed, filled with the documented meanings of blanks, hashed by what the planner owns."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

import xlplan
from xlplan.errors import PlanError, TableError
from xlplan.tables import dictionary
from xlplan.tables.plan import Plan, conform_names
from xlplan.tables.schema import Finding
from xlplan.tables.settings import SETTINGS


def test_an_empty_plan_gives_findings_and_never_an_exception() -> None:
    found = Plan.empty().check()
    assert {finding.column for finding in found} == {"PlanId", "PlanStart", "Grain"}
    assert all(finding.severity == "error" and finding.fix for finding in found)
    assert Plan().check()


def test_every_table_of_an_empty_plan_reads_as_an_empty_one() -> None:
    plan = Plan.empty()
    for name, table in dictionary.tables().items():
        assert plan[name].empty
        assert plan.filled(name).empty
        assert list(plan[name]) == [column.name for column in table.columns]


@pytest.mark.parametrize("name", [*Plan.sample().tables, "tblFx", "tblLane", "tblEvent", "tblLanguage", "tblSetting"])
def test_a_plan_with_one_empty_table_gives_findings_and_never_an_exception(name: str) -> None:
    plan = Plan.sample().with_table(name, {column.name: [] for column in dictionary.table(name).columns})
    assert all(isinstance(finding, Finding) for finding in plan.check())


def test_an_empty_plan_is_not_run() -> None:
    with pytest.raises(TableError) as error:
        xlplan.run(Plan.empty())
    missing = {finding.table for finding in error.value.findings if finding.rule == "missing_table"}
    assert {"tblSite", "tblQueue", "tblWorkstream", "tblOpenHours"} <= missing
    site = next(finding for finding in error.value.findings if finding.table == "tblSite")
    assert site.sentence() == (
        "tblSite: found no such table, expected sites: the step calendar needs it; "
        "fill tblSite on the sheet Sites_Vendors, or start from xlplan new"
    )


def test_a_plan_does_not_change_under_its_holder() -> None:
    plan = Plan.sample()
    frame = plan["tblQueue"]
    frame.loc[0, "target"] = 0.1
    assert plan["tblQueue"].loc[0, "target"] == 0.8
    with pytest.raises(TypeError):
        plan.tables["tblQueue"] = frame  # type: ignore[index]
    with pytest.raises(TypeError):
        plan.names["PlanId"] = "other"  # type: ignore[index]
    other = plan.with_table("tblQueue", frame)
    assert other["tblQueue"].loc[0, "target"] == 0.1
    assert plan["tblQueue"].loc[0, "target"] == 0.8


def test_blanks_take_their_documented_meaning() -> None:
    plan = Plan.sample()
    queue = plan.filled("tblQueue").iloc[0]
    assert pd.isna(plan["tblQueue"].loc[0, "severity"])
    assert (queue["severity"], queue["concurrency"], queue["audience"]) == (4, 1, "user")
    assert pd.isna(queue["tat_h"]), "words that are no value are not filled"
    assert plan.filled("tblSite").loc[0, "shrink_rule"] == "multiply"
    assert plan.filled("tblSite").loc[0, "days_week"] == 5
    assert plan.filled("tblWorkstream")["active"].tolist() == [True]


def test_with_table_refuses_what_breaks_the_dictionary_with_every_finding() -> None:
    columns = {"site": ["A", "B"], "vendor": ["V", None], "contract_hours_week": [400, "forty"]}
    with pytest.raises(TableError) as error:
        Plan().with_table("tblSite", columns)
    assert [(f.rule, f.column, f.row) for f in error.value.findings] == [
        ("type", "contract_hours_week", 2),
        ("blank", "vendor", 2),
        ("range", "contract_hours_week", 1),
    ]


def test_named_cells() -> None:
    plan = Plan.sample().with_names(PlanStart=dt.date(2026, 5, 4), Seed=7.0)
    assert plan.name("PlanStart") == pd.Timestamp("2026-05-04")
    assert plan.name("Seed") == 7
    with pytest.raises(TableError, match="named cell PlanCurrency: found 'usd', expected three capitals"):
        plan.with_names(PlanCurrency="usd")
    with pytest.raises(TableError, match="named cell Grain: found '13', expected a pattern such as 13w"):
        plan.with_names(Grain="13")
    with pytest.raises(TableError, match="named cell PlanStart: found '4 May', expected a date"):
        plan.with_names(PlanStart="4 May")
    with pytest.raises(TableError, match=r"found 'Locked', expected one of .*; type locked"):
        plan.with_names(State="Locked")
    with pytest.raises(PlanError, match="the named cell PlanId is blank"):
        Plan.empty().name("PlanId")


def test_names_of_the_planner_s_own_are_left_alone() -> None:
    values, found = conform_names({"MyOwnName": 3, "PlanId": "a"})
    assert (values, found) == ({"PlanId": "a"}, [])


def test_a_named_cell_that_does_not_fit_is_found_by_check_too() -> None:
    plan = Plan.sample()
    found = Plan(plan.tables, {**plan.names, "RateType": "bugdet"}).check()
    assert [(f.rule, f.column) for f in found] == [("range", "RateType")]


def test_settings() -> None:
    plan = Plan.sample()
    assert plan.setting("max_occupancy_live") == SETTINGS["max_occupancy_live"].default
    typed = plan.with_table("tblSetting", {"setting": ["max_occupancy_live", "unmet_penalty"], "value": [0.9, None]})
    assert typed.setting("max_occupancy_live") == 0.9
    assert typed.setting("unmet_penalty") == SETTINGS["unmet_penalty"].default


def test_the_hash_follows_the_inputs_and_nothing_else() -> None:
    plan = Plan.sample()
    before = plan.input_hash()
    assert xlplan.run(plan).input_hash() == before, "results are no inputs"
    assert plan.with_names(Stamp="now", MasterCheck=True).input_hash() == before
    assert plan.with_names(Seed=2).input_hash() != before
    frame = plan["tblAht"]
    frame["aht_s"] += 1
    assert plan.with_table("tblAht", frame).input_hash() != before
    log = {"run": ["r"], "at": [dt.datetime(2026, 1, 1)], "command": ["refresh"], "scenario": ["BASE"],
           "input_hash": ["0"], "output_hash": ["0"], "engine": ["e"], "seed": [1], "seconds": [1.0],
           "status": ["ok"]}  # fmt: skip
    assert plan.with_table("tblRun", log).input_hash() == before
