"""What planners do to their workbook between two refreshes: it stays, and it counts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.table import TableColumn

import xlplan
from tests.journeys.conftest import NOW, refresh
from xlplan.errors import TableError
from xlplan.tables.schema import errors
from xlplan.workbook.package.file_book import FileBook

LATER = NOW + dt.timedelta(hours=1)


def add_column(path: Path, table: str, name: str, values: list[Any]) -> None:
    """Type a header and values beside a table, which takes the column in, as Excel does."""
    book = openpyxl.load_workbook(path)
    sheet = next(sheet for sheet in book if table in sheet.tables)
    found = sheet.tables[table]
    left, top, right, bottom = range_boundaries(found.ref)
    sheet.cell(top, right + 1, name)
    for offset, value in enumerate(values, start=1):
        sheet.cell(top + offset, right + 1, value)
    found.ref = f"{get_column_letter(left)}{top}:{get_column_letter(right + 1)}{bottom}"
    found.autoFilter = None
    found.tableColumns.append(TableColumn(id=max(c.id for c in found.tableColumns) + 1, name=name))
    book.save(path)


def test_a_column_beside_the_results_follows_its_rows(refreshed: Path) -> None:
    periods = FileBook.open(refreshed).read("tblReq").columns["period"]
    notes = [f"note on {period}" for period in periods]
    add_column(refreshed, "tblReq", "note", notes)
    refresh(refreshed, now=LATER)
    assert FileBook.open(refreshed).read("tblReq").columns["note"] == notes

    book = FileBook.open(refreshed)  # a week later: other rows, in other places
    start = dt.date.fromisoformat(str(xlplan.read_plan(refreshed).name("PlanStart"))[:10])
    book.write_name("PlanStart", start + dt.timedelta(weeks=1))
    book.save(refreshed)
    refresh(refreshed, now=LATER)
    cells = FileBook.open(refreshed).read("tblReq").columns
    assert cells["period"][: len(periods) - 1] == periods[1:]
    assert cells["note"] == [*notes[1:], None]


def test_a_sheet_of_ones_own_stays_and_follows_a_table_that_grows(refreshed: Path) -> None:
    book = openpyxl.load_workbook(refreshed)
    mine = book.create_sheet("My numbers")
    mine["A1"], mine["B1"] = "Calls planned", "=SUM(tblForecast[volume])"
    mine["A2"], mine["B2"] = "Best week", "=MAX(Forecast!$F$7:$F$10)"
    mine["A3"] = dt.datetime(2026, 3, 2)
    book.save(refreshed)
    assert FileBook.open(refreshed).places()["tblForecast"].address(3, "volume") == "F10"
    change = FileBook.open(refreshed)
    change.write_name("Grain", "6w")
    change.save(refreshed)
    refresh(refreshed, now=LATER)
    kept = openpyxl.load_workbook(refreshed)["My numbers"]
    assert [kept["A1"].value, kept["A2"].value, kept["A3"].value] == [
        "Calls planned",
        "Best week",
        dt.datetime(2026, 3, 2),
    ]
    assert kept["B1"].value == "=SUM(tblForecast[volume])"
    assert kept["B2"].value == "=MAX(Forecast!$F$7:$F$12)"
    shown = openpyxl.load_workbook(refreshed, data_only=True)["My numbers"]
    volumes = xlplan.read_plan(refreshed)["tblForecast"]["volume"]
    assert len(volumes) == 6
    assert shown["B1"].value == pytest.approx(volumes.sum())
    assert shown["B2"].value == pytest.approx(volumes.max())


def test_looks_and_comments_stay(refreshed: Path) -> None:
    book = openpyxl.load_workbook(refreshed)
    for sheet, address in (("Queues", "A7"), ("Forecast", "F8")):
        cell = book[sheet][address]
        cell.fill = PatternFill("solid", start_color="FF00FF00", end_color="FF00FF00")
        cell.font = Font(name="Calibri", size=14, italic=True)
        cell.comment = Comment(f"seen on {sheet}", "planner")
    book["Forecast"].column_dimensions["F"].width = 33
    book["Forecast"]["F8"].number_format = "0.000"
    book.save(refreshed)
    refresh(refreshed, now=LATER)
    after = openpyxl.load_workbook(refreshed)
    for sheet, address in (("Queues", "A7"), ("Forecast", "F8")):
        cell = after[sheet][address]
        assert cell.fill.start_color.rgb == "FF00FF00"
        assert (cell.font.sz, cell.font.i) == (14, True)
        assert cell.comment is not None
        assert cell.comment.text == f"seen on {sheet}"
    assert after["Forecast"].column_dimensions["F"].width == 33
    assert after["Forecast"]["F8"].number_format == "0.000"


def test_charts_stay_and_cover_their_tables(made: Path) -> None:
    for grain, rows in (("4w", 4), ("9w", 9), ("2w", 2)):
        book = FileBook.open(made)
        book.write_name("Grain", grain)
        book.save(made)
        refresh(made)
        assert FileBook.open(made).places()["tblKpiPeriod"].rows == rows
        summary = openpyxl.load_workbook(made)["Summary"]
        ranges = {series.val.numRef.f for chart in summary._charts for series in chart.series}
        place = FileBook.open(made).places()["tblKpiPeriod"]
        first, last = (place.address(row, "cost_week") for row in (0, rows - 1))
        letters = first.rstrip("0123456789")
        assert f"'Figures'!${letters}${first[len(letters) :]}:${letters}${last[len(letters) :]}" in ranges


def test_a_row_added_to_an_input_table_flows_through(refreshed: Path) -> None:
    before = xlplan.read_plan(refreshed)
    week = before["tblPeriod"].iloc[1]
    wednesday = week["start"] + dt.timedelta(days=2)
    book = FileBook.open(refreshed)
    book.write(
        "tblHoliday",
        {
            "holiday_calendar": ["bank"],
            "date": [wednesday.date()],
            "name": ["closed"],
            "staff_off": [1.0],
            "volume_effect": [-1.0],
        },
    )
    book.write("tblWorkstream", {"holiday_calendar": ["bank"]})
    book.save(refreshed)
    refresh(refreshed, now=LATER)
    after = xlplan.read_plan(refreshed)
    open_days = after["tblIntervalReq"].groupby("period")["weekday"].unique().map(sorted)
    assert open_days[week["period"]] == [1, 2, 4, 5]
    for table, column in (("tblForecast", "volume"), ("tblReq", "required_hours"), ("tblAllocation", "cost")):
        old, new = (plan[table].groupby("period")[column].sum() for plan in (before, after))
        assert new[week["period"]] < 0.9 * old[week["period"]], f"{table}.{column}"
    assert after.name("InputHash") != before.name("InputHash")


def test_a_row_of_pay_added_below_the_table_counts_from_its_month(refreshed: Path) -> None:
    """From 1 October the wage doubles: the week of 29 September is paid at both."""
    book = FileBook.open(refreshed)
    pay = {name: [cells[0], cells[0]] for name, cells in book.read("tblPay").columns.items()}
    pay["wage"] = [25.0, 50.0]
    pay["valid_from"] = [pay["valid_from"][0], dt.date(2003, 10, 1)]
    book.write("tblPay", pay)
    book.save(refreshed)
    refresh(refreshed, now=LATER)
    placed = xlplan.read_plan(refreshed)["tblAllocation"].set_index("period")
    weekly = (placed["cost"] / placed["fte"]).tolist()
    assert weekly[1:] == pytest.approx([2000.0, 2000.0, 2000.0])
    assert weekly[0] == pytest.approx(40 * (25 * 2 / 7 + 50 * 5 / 7))


def test_a_changed_number_moves_what_depends_on_it_and_nothing_else(refreshed: Path) -> None:
    before = xlplan.read_plan(refreshed)
    book = FileBook.open(refreshed)
    book.write("tblPay", {"wage": [50.0]})
    book.save(refreshed)
    refresh(refreshed, now=LATER)
    after = xlplan.read_plan(refreshed)
    assert after["tblAllocation"]["cost"].sum() == pytest.approx(2 * before["tblAllocation"]["cost"].sum())
    for table in ("tblForecast", "tblReq", "tblIntervalReq", "tblOutcome"):
        assert after[table].equals(before[table])


def test_a_slip_stops_the_refresh_and_leaves_the_last_results(refreshed: Path) -> None:
    book = FileBook.open(refreshed)
    book.write("tblAht", {"aht_s": ["five minutes"]})
    book.save(refreshed)
    before = refreshed.read_bytes()
    with pytest.raises(TableError) as refused:
        refresh(refreshed, now=LATER)
    assert refused.value.findings == tuple(errors(list(refused.value.findings)))
    assert refreshed.read_bytes() == before
