"""Workbook to plan and back: which cells are the plan, where a finding stands, and what is left alone."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import xlplan
from xlplan.tables import dictionary
from xlplan.tables.plan import Plan
from xlplan.tables.schema import NAMES, Finding
from xlplan.workbook.book import CellValue, ErrorValue, serial
from xlplan.workbook.cells import encode
from xlplan.workbook.memory import MemoryBook
from xlplan.workbook.plans import read_plan, write_plan


class Book1904(MemoryBook):
    date1904 = True


def cells(plan: Plan, name: str) -> dict[str, list[CellValue]]:
    table = dictionary.table(name)
    return {column.name: encode(plan[name][column.name], column) for column in table.columns}


def book(plan: Plan | None = None, **more: dict[str, list[Any]]) -> MemoryBook:
    """A workbook that holds the plan's tables, and the further ones given."""
    plan = plan or Plan.sample()
    names: dict[str, Any] = {**dict.fromkeys(dictionary.names()), **plan.names}
    return MemoryBook({**{name: cells(plan, name) for name in plan.tables}, **more}, names)


def test_a_plan_survives_its_workbook() -> None:
    plan = Plan.sample()
    reading = read_plan(book(plan))
    assert reading.findings == []
    assert reading.plan.input_hash() == plan.input_hash()
    again = read_plan(book(xlplan.run(plan)))
    assert again.findings == []
    assert again.plan.input_hash() == plan.input_hash()


def test_blank_rows_are_no_rows_and_findings_keep_their_address() -> None:
    rows = {"site": [None, "HQ", "  ", None, "HQ"], "rate": [None, 0.16, None, None, 30]}
    rows |= {"component": [None, "leave", None, None, "breaks"], "month": [None, 46023, None, None, 46023]}
    one = book(tblShrink=rows)
    reading = read_plan(one)
    assert len(reading.plan["tblShrink"]) == 2
    (finding,) = (found for found in reading.locate(reading.plan.check()) if found.rule == "range")
    assert (finding.sheet, finding.cell, finding.row) == ("tblShrink", "B6", 2)
    assert finding.where == "tblShrink!B6 (tblShrink.rate, row 2)"


def test_cells_that_do_not_fit_are_found_with_their_address() -> None:
    plan = Plan.sample()
    queue = cells(plan, "tblQueue")
    queue["target"], queue["target_s"] = [ErrorValue("#REF!")], ["20 s"]
    one = book(plan, tblQueue=queue)
    one.write_name("PlanStart", "next week")
    findings = {f.where: f.found for f in read_plan(one).findings}
    place = one.places()["tblQueue"]
    assert findings == {
        f"tblQueue!{place.address(0, 'target')} (tblQueue.target, row 1)": "the error #REF!",
        f"tblQueue!{place.address(0, 'target_s')} (tblQueue.target_s, row 1)": "'20 s'",
        f"{one.names()['PlanStart']} (named cell PlanStart)": "'next week'",
    }


def test_a_finding_without_a_row_points_at_the_header_and_one_without_a_table_nowhere() -> None:
    reading = read_plan(book())
    whole, unknown, name = reading.locate(
        [
            Finding("missing_column", "error", "tblAht", "nonsense"),
            Finding("missing_table", "error", "tblFx"),
            Finding("name_blank", "error", NAMES, "NoSuchName"),
        ]
    )
    assert (whole.sheet, whole.cell) == ("tblAht", "A1")
    assert (unknown.sheet, unknown.cell) == ("", "")
    assert (name.sheet, name.cell) == ("", "")


def test_tables_and_columns_of_the_planner_s_own_are_left_alone() -> None:
    aht = {**cells(Plan.sample(), "tblAht"), "my note": ["ask Ann"]}
    own = {"anything": ["a", 2, None], "=1": [None, ErrorValue("#N/A"), True]}
    one = book(tblAht=aht, tblMine=own)
    one.write("tblAht", {"source": ["HR"]})
    reading = read_plan(one)
    assert reading.findings == []
    assert "tblMine" not in reading.plan
    before = {name: one.read(name).columns for name in ("tblMine", "tblAht", "tblInterval", "tblQueue")}
    changed = {change.table for change in write_plan(one, xlplan.run(reading.plan))}
    assert {name: one.read(name).columns for name in before} == before
    assert changed.isdisjoint(before)


def test_results_go_where_the_workbook_has_a_table_for_them() -> None:
    plan = xlplan.run(Plan.sample())
    blank = {column.name: [None] for column in dictionary.table("tblReq").columns}
    one = book(tblReq=blank)
    changes = write_plan(one, plan)
    assert [change.table for change in changes] == ["tblReq"]
    assert (changes[0].rows_before, changes[0].rows_after) == (1, 4)
    assert one.read("tblReq").columns["period"] == plan["tblReq"]["period"].tolist()
    assert "tblBudget" not in one.places()
    assert write_plan(one, plan)[0].cells == 0, "the same results change no cell"


@pytest.mark.parametrize("kind", [MemoryBook, Book1904])
def test_planners_columns_beside_a_result_follow_their_key(kind: type[MemoryBook]) -> None:
    """tblOutcome has a date in its key: in a file it is a serial number, counted from either epoch."""
    days = [dt.date(2026, 4, 6), dt.date(2026, 4, 7)]
    rows = {
        "queue": ["support"] * 2,
        "language": ["EN"] * 2,
        "date": [serial(day, date1904=kind.date1904) for day in days],
        "interval_start": [0.5, 0.5],
        "my note": ["storm", "quiet"],
    }
    one = kind({"tblOutcome": rows})
    plan = Plan().with_table(
        "tblOutcome",
        {
            "queue": ["support"] * 3,
            "language": ["EN"] * 3,
            "date": [dt.date(2026, 4, 7), dt.date(2026, 4, 6), dt.date(2026, 4, 8)],
            "interval_start": [720] * 3,
            **{name: [1.0] * 3 for name in ("forecast", "actual", "error")},
            **{name: [1] * 3 for name in ("agents_planned", "agents_needed", "over_under")},
        },
    )
    write_plan(one, plan)
    assert one.read("tblOutcome").columns["my note"] == ["quiet", "storm", None]


def test_engine_columns_of_the_planner_s_table_are_written_beside_its_rows() -> None:
    register = {
        "assumption": ["aht"],
        "statement": ["Mean"],
        "table": ["tblAht"],
        "column": ["aht_s"],
        "owner": ["me"],
        "source": ["guess"],
        "dated": [dt.date(2026, 1, 1)],
        "review_by": [dt.date(2026, 6, 1)],
        "confidence": ["low"],
    }
    plan = Plan.sample().with_table("tblAssumption", register)
    one = book(plan)
    plan = plan.with_table("tblAssumption", plan["tblAssumption"].assign(value=300.0, statement="changed"))
    (change,) = write_plan(one, plan)
    assert (change.table, change.cells) == ("tblAssumption", 1)
    body = one.read("tblAssumption").columns
    assert (body["value"], body["statement"]) == ([300.0], ["Mean"])


def test_inputs_are_written_only_when_asked() -> None:
    plan = Plan.sample()
    one = book(plan)
    other = plan.with_table("tblAht", plan["tblAht"].assign(aht_s=240.0)).with_names(Seed=9, Stamp="run 1")
    assert write_plan(one, other) == []
    assert (one.read_name("Stamp"), one.read_name("Seed")) == ("run 1", 1)
    written = write_plan(one, other, inputs=True)
    assert {change.table for change in written} == set(plan.tables)
    assert one.read("tblAht").columns["aht_s"] == [240.0]
    assert one.read_name("Seed") == 9


def test_results_that_stand_in_the_workbook_are_never_a_finding() -> None:
    rows = {column.name: ["?"] for column in dictionary.table("tblReq").columns}
    reading = read_plan(book(tblReq=rows))
    assert reading.findings == []
    assert reading.plan.check() == []
