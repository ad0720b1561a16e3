"""Dates that come into a table without formats are shown as dates; formats that are there stay."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font
from openpyxl.worksheet.table import Table

from tests.workbook.package.build import read_parts
from xlplan.workbook.package.file_book import FileBook

NEW = {
    "day": [dt.date(2026, 1, 5), None, dt.date(2026, 1, 7)],
    "at": [None, dt.datetime(2026, 1, 5, 9, 30), dt.datetime(2026, 1, 5, 10)],
    "opens": [dt.time(9), dt.time(10), dt.time(11)],
    "volume": [1.5, 2, 3],
}


def template(path: Path, *, bold: bool = False, shown: str = "General", value: object = None) -> Path:
    """An empty table from B2, something beside it and below it."""
    book = openpyxl.Workbook()
    sheet = book.active
    for column, header in enumerate(NEW, start=2):
        sheet.cell(2, column, header)
        cell = sheet.cell(3, column, value)
        cell.number_format = shown
        if bold:
            cell.font = Font(bold=True)
    sheet["H3"], sheet["B9"] = "beside", "below"
    sheet.add_table(Table(displayName="tblNew", ref="B2:E3"))
    book.save(path)
    return path


def filled(path: Path) -> openpyxl.worksheet.worksheet.Worksheet:
    book = FileBook.open(path)
    book.write("tblNew", NEW)
    book.save(path)
    return openpyxl.load_workbook(path).active


@pytest.mark.parametrize("bold", [False, True])
def test_dates_get_a_format(tmp_path: Path, bold: bool) -> None:
    sheet = filled(template(tmp_path / "plan.xlsx", bold=bold))
    assert [[cell.value for cell in row] for row in sheet["B3:E5"]] == [
        [dt.datetime(2026, 1, 5), None, dt.time(9), 1.5],
        [None, dt.datetime(2026, 1, 5, 9, 30), dt.time(10), 2],
        [dt.datetime(2026, 1, 7), dt.datetime(2026, 1, 5, 10), dt.time(11), 3],
    ]
    assert {cell.number_format for cell in sheet["E"]} == {"General"}
    assert all(cell.font.b is bold for row in sheet["B3:E5"] for cell in row)
    assert (sheet["H3"].value, sheet["B9"].value) == ("beside", "below")


def test_formats_are_added_once(tmp_path: Path) -> None:
    path = template(tmp_path / "plan.xlsx")
    filled(path)
    once = path.read_bytes()
    filled(path)
    assert path.read_bytes() == once
    book = FileBook.open(path)
    book.write("tblNew", {name: [] for name in NEW})
    book.save(path)
    styles = read_parts(path)["xl/styles.xml"]
    filled(path)
    assert read_parts(path)["xl/styles.xml"] == styles


def test_a_format_that_is_set_stays(tmp_path: Path) -> None:
    path = template(tmp_path / "plan.xlsx", shown="0.00")
    before = read_parts(path)["xl/styles.xml"]
    assert {cell.number_format for row in filled(path)["B3:E5"] for cell in row} == {"0.00"}
    assert read_parts(path)["xl/styles.xml"] == before


def test_cells_that_show_a_value_keep_their_format(tmp_path: Path) -> None:
    sheet = filled(template(tmp_path / "plan.xlsx", value=7))
    assert {cell.number_format for row in sheet["B3:E5"] for cell in row} == {"General"}
