"""A planner's own workbook as the template: other sheets, other order, fewer columns, more of everything else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.chart import LineChart, Reference
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

import xlplan
from tests.hosts.conftest import volumes, write_csv
from tests.journeys.conftest import NOW, refresh
from xlplan.hosts import shell
from xlplan.tables import dictionary
from xlplan.workbook.package.file_book import FileBook

INPUTS = ("tblQueue", "tblOpenHours", "tblWorkstream", "tblSite", "tblShrink", "tblPay", "tblAht")
RESULTS = "Ergebnis (2026)"


def columns_of(table: str) -> list[str]:
    """All columns, from the last to the first."""
    return [column.name for column in reversed(dictionary.table(table).columns)]


def add_table(
    sheet: Worksheet,
    name: str,
    at: tuple[int, int],
    columns: Sequence[str],
    *,
    formulas: Mapping[str, str] | None = None,
    totals: str = "",
) -> None:
    """An empty table with one row, as Excel keeps it; ``totals`` sums that column in a totals row."""
    top, left = at
    for number, column in enumerate(columns, start=left):
        sheet.cell(top, number, column)
        if formulas and column in formulas:
            sheet.cell(top + 1, number, formulas[column].format(row=top + 1))
    bottom, right = top + 1 + bool(totals), left + len(columns) - 1
    table = Table(displayName=name, ref=f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}")
    if totals:
        table.totalsRowCount = 1
        table._initialise_columns()
        for entry, column in zip(table.tableColumns, columns, strict=True):
            entry.name = column
            entry.totalsRowFunction = "sum" if column == totals else None
        sheet.cell(bottom, left + columns.index(totals), f"=SUBTOTAL(109,{name}[{totals}])")
    sheet.add_table(table)


def template(path: Path) -> Path:
    """Tables side by side and one below another, a totals row, formulas, a chart, notes, German sheets, own names."""
    book = openpyxl.Workbook()
    inputs = book.active
    inputs.title = "Eingaben & Größen"
    left = 1
    for name in INPUTS:
        columns = [*columns_of(name), "Bemerkung"]
        add_table(inputs, name, (4, left), columns)
        left += len(columns) + 1
    inputs.cell(8, 1, "unter den Tabellen")
    inputs.merge_cells("A8:C9")
    add_table(book.create_sheet("Verlauf"), "tblInterval", (2, 2), columns_of("tblInterval"))

    results = book.create_sheet(RESULTS)
    columns = ["period", "queue", "Notiz", "volume", "doppelt", "language"]
    add_table(results, "tblForecast", (5, 2), columns, formulas={"doppelt": "=E{row}*2"}, totals="volume")
    add_table(results, "tblReq", (5, 10), ["agents_peak", "Quote", "queue", "period"])
    results["B10"], results["E10"], results["F10"] = "Summe", "=SUM(E6:E6)", "=MAX(tblForecast[doppelt])"
    results["E10"].fill = PatternFill("solid", start_color="FF00FF00", end_color="FF00FF00")
    add_table(results, "tblEigene", (13, 2), ["was", "wert"])
    results["B14"], results["C14"] = "mein Wert", 7
    chart = LineChart()
    chart.add_data(Reference(results, min_col=5, min_row=5, max_row=6), titles_from_data=True)
    results.add_chart(chart, "T2")

    control = book.create_sheet("Steuerung")
    for row, name in enumerate(dictionary.names(), start=1):
        control.cell(row, 1, name)
        book.defined_names[name] = DefinedName(name, attr_text=f"'Steuerung'!$B${row}")
    book.save(path)
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan made from volumes and the template."""
    folder = tmp_path_factory.mktemp("own")
    mine = template(folder / "mine.xlsx")
    before = mine.read_bytes()
    source = write_csv(folder / "volumes.csv", volumes())
    told = ["--volumes", str(source), "--template", str(mine), "--horizon", "6w"]
    assert shell.main(["new", str(folder / "plan.xlsx"), *told]) == shell.OK
    assert mine.read_bytes() == before
    return folder / "plan.xlsx"


@pytest.fixture(scope="module")
def refreshed(made: Path) -> Path:
    """The same, refreshed twice, with a note typed in between."""
    path = made.with_name("refreshed.xlsx")
    path.write_bytes(made.read_bytes())
    assert refresh(path).passed
    book = FileBook.open(path)
    place = book.places()["tblForecast"]
    book.write_cells(place.sheet, {place.address(2, "Notiz"): "Feiertag"})
    book.save(path)
    assert refresh(path, now=NOW + dt.timedelta(hours=1)).passed
    return path


def test_the_inputs_stand_in_the_planners_tables(made: Path) -> None:
    plan = xlplan.read_plan(made)
    assert plan["tblQueue"]["queue"].tolist() == ["support"]
    assert len(plan["tblInterval"]) == 640
    assert plan.name("Grain") == "6w"
    sheet = openpyxl.load_workbook(made)["Eingaben & Größen"]
    assert [str(area) for area in sheet.merged_cells.ranges] == ["A8:C9"]
    assert sheet["A8"].value == "unter den Tabellen"


def test_results_fill_what_the_template_has_and_nothing_else(refreshed: Path) -> None:
    book = FileBook.open(refreshed)
    assert not {"tblBudget", "tblCheck", "tblKpi"} & set(book.places())
    forecast, requirement = book.read("tblForecast").columns, book.read("tblReq").columns
    assert forecast["period"] == requirement["period"] == [f"2026-W{week}" for week in range(10, 16)]
    assert all(isinstance(volume, float) and volume > 0 for volume in forecast["volume"])
    assert requirement["agents_peak"] == [26] * 6
    assert requirement["Quote"] == [None] * 6


def test_the_planners_formulas_and_notes_beside_the_results_stay(refreshed: Path) -> None:
    sheet = openpyxl.load_workbook(refreshed)[RESULTS]
    assert [sheet.cell(row, 6).value for row in range(6, 12)] == [f"=E{row}*2" for row in range(6, 12)]
    assert [sheet.cell(row, 4).value for row in range(6, 12)] == [None, None, "Feiertag", None, None, None]


def test_what_stands_around_the_tables_follows(refreshed: Path) -> None:
    sheet = openpyxl.load_workbook(refreshed)[RESULTS]
    assert sheet.tables["tblForecast"].ref == "B5:G12"
    assert sheet.tables["tblEigene"].ref == "B18:C19"
    assert [sheet["B15"].value, sheet["E15"].value, sheet["F15"].value] == [
        "Summe",
        "=SUM(E6:E11)",
        "=MAX(tblForecast[doppelt])",
    ]
    assert sheet["E15"].fill.start_color.rgb == "FF00FF00"
    assert [sheet["B19"].value, sheet["C19"].value] == ["mein Wert", 7]
    assert sheet["E12"].value == "=SUBTOTAL(109,tblForecast[volume])"
    assert sheet._charts[0].series[0].val.numRef.f == f"'{RESULTS}'!$E$6:$E$11"


def test_a_refresh_to_another_file_leaves_the_template(made: Path, tmp_path: Path) -> None:
    before = made.read_bytes()
    assert shell.main(["refresh", str(made), "-o", str(tmp_path / "out.xlsx"), "--quiet"]) == shell.OK
    assert made.read_bytes() == before
    assert FileBook.open(tmp_path / "out.xlsx").places()["tblForecast"].rows == 6


def test_undo_goes_back_to_the_template(made: Path, tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_bytes(made.read_bytes())
    assert shell.main(["refresh", str(path), "--quiet"]) == shell.OK
    assert shell.main(["undo", str(path)]) == shell.OK
    assert FileBook.open(path).read("tblForecast").place.rows == 0
    assert openpyxl.load_workbook(path)[RESULTS]["F6"].value == "=E6*2"


# ---- templates that lack something ----------------------------------------------------------------------------------


def new(folder: Path, book: openpyxl.Workbook, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, Path]:
    """Fill a template from volumes; returns code, what was said, and the plan."""
    book.save(folder / "mine.xlsx")
    source = write_csv(folder / "volumes.csv", volumes())
    told = ["--volumes", str(source), "--template", str(folder / "mine.xlsx")]
    code = shell.main(["new", str(folder / "plan.xlsx"), *told])
    said: Any = capsys.readouterr()
    return code, said.out + said.err, folder / "plan.xlsx"


def test_a_template_of_results_alone_says_what_it_lacks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = openpyxl.Workbook()
    add_table(book.active, "tblForecast", (1, 1), ["period", "volume"])
    add_table(book.active, "tblQueue", (1, 5), ["queue"])
    code, said, plan = new(tmp_path, book, capsys)
    assert code == shell.CHECKS_FAILED
    assert "Sheet!E1 (tblQueue.channel): found no such column, expected a column headed channel" in said
    assert "mine.xlsx has no place for tblQueue.channel, " in said
    assert ", tblSite, " in said
    assert ", Grain." in said
    assert FileBook.open(plan).read("tblQueue").columns == {"queue": ["support"]}


def test_a_template_without_any_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said, plan = new(tmp_path, openpyxl.Workbook(), capsys)
    assert code == shell.CHECKS_FAILED
    assert "mine.xlsx has no place for " in said
    assert FileBook.open(plan).places() == {}


def test_a_column_that_the_planner_calculates_keeps_its_formula(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = openpyxl.Workbook()
    add_table(book.active, "tblQueue", (1, 1), columns_of("tblQueue"), formulas={"patience_s": "=60*3"})
    _, _, plan = new(tmp_path, book, capsys)
    number = columns_of("tblQueue").index("patience_s") + 1
    assert openpyxl.load_workbook(plan)["Sheet"].cell(2, number).value == "=60*3"


def test_the_template_itself_is_not_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = template(tmp_path / "mine.xlsx")
    before = mine.read_bytes()
    source = write_csv(tmp_path / "volumes.csv", volumes())
    told = ["--volumes", str(source), "--template", str(mine), "--force"]
    assert shell.main(["new", str(mine), *told]) == shell.ERROR
    assert "the plan would replace its template; give the plan another name" in capsys.readouterr().err
    assert mine.read_bytes() == before


def test_dates_are_shown_as_dates_where_the_template_sets_no_format(made: Path) -> None:
    book = openpyxl.load_workbook(made)
    sheet = book["Verlauf"]
    starts = [row[columns_of("tblInterval").index("start") + 1].value for row in sheet.iter_rows(min_row=3)]
    assert starts[0] == dt.datetime(2026, 1, 5, 9)
    assert all(isinstance(start, dt.datetime) for start in starts)
    opens = book["Eingaben & Größen"]["A4":"ZZ9"]
    column = next(cell.column for cell in opens[0] if cell.value == "open")
    assert [row[column - 1].value for row in opens[1:]] == [dt.time(9)] * 5
