"""A refreshed workbook in a real LibreOffice: every cell recalculated, every chart drawn, every sheet printed."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path

import openpyxl
import pytest

import xlplan
from tests.office import Shown, page_texts, pages, recalculated
from xlplan import macros
from xlplan.hosts import shell
from xlplan.workbook.package.file_book import FileBook

pytestmark = pytest.mark.xdist_group("libreoffice")
ROOT = Path(__file__).resolve().parents[2]
CALLS = ROOT / "workbooks" / "data" / "calls_bank_us_30min.csv"
OWN = {"B1": "=SUM(tblForecast[volume])", "B2": "=SUM(tblAllocation[cost])", "B3": "=SUM(Requirement!$K$7:$K$9999)"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("office")


@pytest.fixture(scope="module")
def workbook(folder: Path) -> Path:
    """Real calls, four weeks held back, with a sheet of the planner's own, refreshed."""
    path = folder / "bank.xlsx"
    assert shell.main(["new", str(path), "--volumes", str(CALLS), "--hold-back", "4"]) == shell.OK
    return _refreshed(path)


def _refreshed(path: Path) -> Path:
    book = FileBook.open(path)
    assert macros.refresh(book, now=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)).passed
    book.save(path)
    return path


@pytest.fixture(scope="module")
def shown(workbook: Path, folder: Path) -> Shown:
    return recalculated(workbook, folder)


@pytest.fixture(scope="module")
def plan(workbook: Path) -> xlplan.Plan:
    return xlplan.read_plan(workbook)


def test_every_sheet_opens_and_no_cell_is_an_error(shown: Shown, workbook: Path) -> None:
    assert list(shown.sheets) == openpyxl.load_workbook(workbook, read_only=True).sheetnames
    assert shown.errors == []


@pytest.mark.parametrize(
    ("sheet", "table", "column"),
    [
        ("Cost", "tblAllocation", "cost"),
        ("Cost", "tblAllocation", "fte"),
        ("Requirement", "tblReq", "required_hours"),
        ("Forecast", "tblForecast", "volume"),
        ("Budget", "tblBudget", "amount_plan"),
        ("Intervals", "tblIntervalReq", "agents_whole"),
        ("History", "tblInterval", "volume"),
        ("Outcome", "tblOutcomePeriod", "actual"),
    ],
)
def test_totals_of_the_cells_are_those_of_the_plan(
    shown: Shown, plan: xlplan.Plan, sheet: str, table: str, column: str
) -> None:
    cells = shown.column(sheet, column)
    assert len(cells) == len(plan[table])
    assert sum(cells) == pytest.approx(float(plan[table][column].sum()), rel=1e-12)


def test_dates_times_and_truths_are_understood(shown: Shown, plan: xlplan.Plan) -> None:
    starts = plan["tblPeriod"]["start"]
    assert shown.column("Calendar", "start") == [float((day - starts[0]).days + 37893) for day in starts]
    assert shown.column("Queues", "open") == [7 / 24] * 5
    assert [row[1] for row in shown.sheets["Control"] if row[0] == "MasterCheck"] == [1.0]


@pytest.mark.parametrize(
    ("title", "table", "columns"),
    [
        ("Volume per week, with 80 % bounds", "tblKpiVolume", ["actual", "volume", "low_80", "high_80"]),
        ("Agents through the day, mean of open days", "tblKpiDay", ["agents_mean", "agents_peak", "agents_needed"]),
        ("Cost per week", "tblKpiPeriod", ["cost_week"]),
    ],
)
def test_charts_show_all_rows_of_their_tables(
    shown: Shown, plan: xlplan.Plan, workbook: Path, title: str, table: str, columns: list[str]
) -> None:
    place = FileBook.open(workbook).places()[table]
    drawn = shown.charts[title]
    assert all(drawn["axes"])
    assert len(drawn["series"]) == len(columns)
    for name, (source, values) in zip(columns, drawn["series"].items(), strict=True):
        ends = [re.sub(r"([A-Z]+)", r"$\1$", place.address(row, name)) for row in (0, place.rows - 1)]
        assert source == f"${place.sheet}.{ends[0]}:{ends[1]}"
        expected = plan[table][name]
        assert len(values) == len(expected)
        assert [float(value) for value in values if value is not None and value == value] == pytest.approx(
            expected.dropna().tolist(), rel=1e-12
        )


def test_a_planners_own_formulas_are_true_after_a_refresh(workbook: Path, plan: xlplan.Plan, tmp_path: Path) -> None:
    mine = tmp_path / "mine.xlsx"
    shutil.copy(workbook, mine)
    book = openpyxl.load_workbook(mine)
    sheet = book.create_sheet("My numbers")
    for address, formula in OWN.items():
        sheet[address] = formula
    book.save(mine)
    change = FileBook.open(mine)
    change.write_name("Grain", "7w")
    change.save(mine)
    after = xlplan.read_plan(_refreshed(mine))
    assert len(after["tblForecast"]) == 7 > len(plan["tblForecast"])
    seen = recalculated(mine, tmp_path)
    assert seen.errors == []
    expected = [after["tblForecast"]["volume"], after["tblAllocation"]["cost"], after["tblReq"]["required_hours"]]
    assert [row[1] for row in seen.sheets["My numbers"]] == pytest.approx([column.sum() for column in expected])


def test_every_sheet_prints(workbook: Path, folder: Path, shown: Shown) -> None:
    pictures = pages(workbook, folder, dpi=40)
    texts = page_texts(workbook, folder)
    assert len(pictures) == len(texts)
    footers = [re.search(r"(\w+) +page (\d+) of (\d+)", text) for text in texts]
    assert all(footers)
    printed = [footer[1] for footer in footers if footer]
    assert list(dict.fromkeys(printed)) == list(shown.sheets)
    for sheet in ("Summary", "Checks", "Queues"):
        first = texts[printed.index(sheet)]
        assert first.lstrip().startswith(sheet)
    assert "Volume per week, with 80 % bounds" in texts[printed.index("Summary")]
    assert printed.count("Summary") == 1, "the figures and their charts fit one page"
    assert [text for text in texts if "###" in text] == [], "a column is too narrow for its numbers"
    assert all(picture.stat().st_size > 1000 for picture in pictures)
