"""Tables and columns under another name: told, never silently left out of the plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.table import Table

from tests.hosts.test_bad_input import Output, refused
from xlplan.errors import WorkbookError
from xlplan.hosts import shell
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.package.references import cell_address, parse_place
from xlplan.workbook.source import BookSource


def rename(path: Path, table: str, *, to: str = "", column: str = "", header: str = "") -> str:
    """Give a table or one of its columns another name, as a planner does; returns the address of its first header."""
    book = openpyxl.load_workbook(path)
    sheet = next(sheet for sheet in book if table in sheet.tables)
    moved = sheet.tables.pop(table)
    first = moved.ref.partition(":")[0]
    for at, inside in enumerate(moved.tableColumns):
        if inside.name == column:
            inside.name = header
            sheet[first].offset(column=at).value = header
    moved.name = moved.displayName = to or table
    sheet.add_table(moved)
    book.save(path)
    return f"{sheet.title}!{first}"


def warnings_of(plan: Path, capsys: Output) -> list[dict[str, Any]]:
    """What a check has to say about other names."""
    shell.main(["check", str(plan), "--json"])
    return [f for f in json.loads(capsys.readouterr().out)["findings"] if f["rule"] == "renamed"]


def test_a_table_under_another_name_that_the_plan_needs(plan: Path, capsys: Output) -> None:
    rename(plan, "tblQueue", to="Warteschlangen")
    finding = next(f for f in refused(plan, capsys) if f["rule"] == "missing_table")
    assert finding["fix"] == "rename the table Warteschlangen on the sheet Queues to tblQueue, if it is that table"


@pytest.mark.parametrize("table", ["tblHoliday", "tblReq"])
def test_a_table_under_another_name_that_may_be_absent(plan: Path, capsys: Output, table: str) -> None:
    """Holidays that nobody reads, results that nobody renews: the plan would be computed, and be wrong or old."""
    where = rename(plan, table, to="Mine")
    (finding,) = warnings_of(plan, capsys)
    assert (finding["table"], f"{finding['sheet']}!{finding['cell']}") == (table, where)
    assert f"a table Mine with the columns of {table}" in finding["found"]


@pytest.mark.parametrize("header", ["Patience_S", "patience s", " PATIENCE_S", "patiences_s"])
def test_a_column_under_another_name(plan: Path, capsys: Output, header: str) -> None:
    rename(plan, "tblQueue", column="patience_s", header=header)
    (finding,) = warnings_of(plan, capsys)
    assert finding["fix"] == "type patience_s as its header if it is that column"


@pytest.mark.parametrize("header", ["note", "Ann's patience", "aht_s_old"])
def test_a_column_of_the_planner_s_own_is_left_alone(plan: Path, capsys: Output, header: str) -> None:
    rename(plan, "tblAht", column="reason", header=header)
    assert warnings_of(plan, capsys) == []


def test_tables_of_the_planner_s_own_are_left_alone(plan: Path, capsys: Output) -> None:
    book = openpyxl.load_workbook(plan)
    sheet = book.create_sheet("Mine")
    for name, header in (("Pivot", ["queue", "language", "period", "mine"]), ("Short", ["site", "rate"])):
        first = sheet.max_row + 2
        for at, text in enumerate(header, start=1):
            sheet.cell(first, at, text)
            sheet.cell(first + 1, at, 1)
        ref = f"A{first}:{chr(64 + len(header))}{first + 1}"
        sheet.add_table(Table(displayName=name, ref=ref))
    book.save(plan)
    assert warnings_of(plan, capsys) == []


def test_a_required_column_that_is_missing_is_one_error(plan: Path, capsys: Output) -> None:
    rename(plan, "tblInterval", column="volume", header="Anrufe")
    here = [finding for finding in refused(plan, capsys) if finding["table"] == "tblInterval"]
    assert [(finding["rule"], finding["row"]) for finding in here] == [("missing_column", None)]


def test_a_column_that_a_rule_needs_is_said_to_be_missing(plan: Path, capsys: Output) -> None:
    rename(plan, "tblQueue", column="target", header="Ziel")
    (finding,) = refused(plan, capsys)
    assert finding["found"] == "no column target"
    assert finding["fix"].startswith("add a column target to tblQueue and type 0.80 in target")


def test_a_formula_that_was_never_calculated_is_no_blank(plan: Path, capsys: Output) -> None:
    book = openpyxl.load_workbook(plan)
    sheet = book["Rates"]
    sheet["D7"] = "=5*60"
    book.save(plan)
    (finding,) = refused(plan, capsys)
    assert (finding["cell"], finding["found"]) == ("D7", "a formula without a value")
    assert "save it" in finding["fix"]


def test_nor_is_it_where_a_blank_would_mean_something(plan: Path, capsys: Output) -> None:
    """A blank patience is endless patience; a formula that nobody calculated is not."""
    place = FileBook.open(plan).places()["tblQueue"]
    book = openpyxl.load_workbook(plan)
    cell = place.address(0, "patience_s")
    book[place.sheet][cell] = "=3*60"
    book.save(plan)
    (finding,) = refused(plan, capsys)
    assert (finding["cell"], finding["found"]) == (cell, "a formula without a value")
    with pytest.raises(WorkbookError, match="holds a formula without a value"):
        BookSource(lambda: FileBook.open(plan), label="plan").table("tblQueue")


def test_nor_in_a_named_cell(plan: Path, capsys: Output) -> None:
    sheet, row, column = parse_place(FileBook.open(plan).names()["PlanCurrency"])
    book = openpyxl.load_workbook(plan)
    book[sheet].cell(row, column).value = '="US"&"D"'
    book.save(plan)
    (finding,) = refused(plan, capsys)
    assert (finding["sheet"], finding["cell"]) == (sheet, cell_address(row, column))
    assert finding["found"] == "a formula without a value"
    with pytest.raises(WorkbookError, match="named cell PlanCurrency"):
        BookSource(lambda: FileBook.open(plan), label="plan").name("PlanCurrency")
