"""The open document as a Book: the contract of all Books, and a plan refreshed in a real LibreOffice."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hosts.calc.office import ROOT, Office, Sheet
from tests.hosts.conftest import volumes, write_csv
from tests.workbook.contract import BookContract
from tests.workbook.package.build import Workbook
from tests.workbook.package.test_contract import contract_workbook
from xlplan import macros
from xlplan.errors import HostError, WorkbookError
from xlplan.hosts import shell
from xlplan.hosts.acts import ACTS
from xlplan.hosts.calc.addin.commands import NAMES
from xlplan.hosts.calc.door import HeldDoor
from xlplan.hosts.excel.attach import attach
from xlplan.workbook.book import Book, CellValue, column_letters
from xlplan.workbook.live_calc import CalcBook
from xlplan.workbook.package.file_book import FileBook

pytestmark = pytest.mark.xdist_group("office")


class OpenDoor(HeldDoor):
    """The door as the worker has it, with every change made at once."""

    def __init__(self, opened: Sheet) -> None:
        def ask(kind: str, *content: Any) -> Any:
            return opened.ask("door", "apply" if kind == "write" else kind, *content)

        super().__init__(ask)

    def write(self, *change: Any) -> None:
        super().write(*change)
        self.release()

    def resize(self, *change: Any) -> None:
        super().resize(*change)
        self.release()

    def fill_down(self, *change: Any) -> None:
        super().fill_down(*change)
        self.release()


@pytest.fixture
def opened(office: Office, request: pytest.FixtureRequest) -> Iterator[Any]:
    """Opens workbooks, and closes them after the test."""
    documents: list[Sheet] = []

    def open_workbook(path: Path, *, hidden: bool = True) -> Sheet:
        documents.append(office.document(path, hidden=hidden))
        return documents[-1]

    yield open_workbook
    for document in documents:
        document.close()


class TestCalcBook(BookContract):
    @pytest.fixture
    def book(self, tmp_path: Path, opened: Any) -> Book:
        return CalcBook(OpenDoor(opened(contract_workbook().save(tmp_path / "plan.xlsx"))))

    @pytest.mark.parametrize("value", ["a\x0bb", "_x0041_", "_x005F_", "<&>\"'", "]]>"])
    def test_awkward_text_comes_back(self, book: Book, value: str) -> None:
        """LibreOffice has one kind of line break, so a carriage return is none of these."""
        super().test_awkward_text_comes_back(book, value)


def test_dates_that_count_from_1904(tmp_path: Path, opened: Any) -> None:
    book = CalcBook(OpenDoor(opened(contract_workbook(date1904=True).save(tmp_path / "mac.xlsx"))))
    assert book.date1904
    book.write("tblEmpty", {"key": [dt.date(2026, 1, 2)], "value": [1]})
    assert book.read("tblEmpty").columns["key"] == [44562]


# ---- room, references, formulas -------------------------------------------------------------------------------------


def neighbours() -> Workbook:
    """A table with a calculated column, a neighbour beside it, and something far below."""
    book = Workbook()
    data = book.sheet("Data")
    rows: list[list[CellValue]] = [[1, 2, None], [3, 4, None], [5, 6, None]]
    book.table(data, "tblSum", ["a", "b", "both"], rows, at=(2, 2))
    book.table(data, "tblBeside", ["c"], [[7], [8], [9]], at=(2, 6))
    data.put(12, 2, "note below")
    data.put(12, 6, "note beside")
    return book


def with_formulas(path: Path, opened: Any) -> Sheet:
    document = opened(neighbours().save(path))
    for row in (3, 4, 5):
        document.type(f"D{row}", f"=B{row}+C{row}")
    document.type("H1", "=SUM(B3:B5)")
    document.type("H2", "=SUM(F3:F5)")
    return document


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 8])
def test_formulas_follow_and_neighbours_stay(tmp_path: Path, opened: Any, rows: int) -> None:
    document = with_formulas(tmp_path / "sum.xlsx", opened)
    book = CalcBook(OpenDoor(document))
    assert book.places()["tblSum"].calculated == ("both",)
    book.write("tblSum", {"a": list(range(1, rows + 1)), "b": [10] * rows})
    body = book.read("tblSum")
    assert body.columns["both"] == [row + 10 for row in range(1, rows + 1)]
    assert document.cells("H1:H2") == [[rows * (rows + 1) / 2], [24]]
    assert book.read("tblBeside").columns == {"c": [7, 8, 9]}
    assert (document.cells("B12"), document.cells("F12")) == ([["note below"]], [["note beside"]])


def test_a_protected_sheet_is_refused_before_anything_is_written(tmp_path: Path, opened: Any) -> None:
    document = opened(contract_workbook().save(tmp_path / "plan.xlsx"))
    document.ask("protect", "Data")
    book = CalcBook(OpenDoor(document))
    with pytest.raises(HostError, match="Data is protected"):
        book.write("tblPlan", {"volume": [1, 2]})
    assert book.read("tblPlan").columns["volume"] == [100, 50, 75]


def test_merged_cells_in_a_table_are_refused(tmp_path: Path, opened: Any) -> None:
    made = neighbours()
    made.sheets[0].tail = '<mergeCells count="1"><mergeCell ref="B3:B4"/></mergeCells>'
    book = CalcBook(OpenDoor(opened(made.save(tmp_path / "merged.xlsx"))))
    with pytest.raises(WorkbookError, match="unmerge"):
        book.read("tblSum")
    assert book.read("tblBeside").columns == {"c": [7, 8, 9]}


def test_an_array_formula_that_reaches_into_a_table_is_refused(tmp_path: Path, opened: Any) -> None:
    document = opened(neighbours().save(tmp_path / "array.xlsx"))
    document.type_array("B5:B6", "=F4:F5")
    before = document.cells("A1:H20")
    with pytest.raises(WorkbookError, match="B5:B6 inside the table"):
        CalcBook(OpenDoor(document)).write("tblSum", {"a": [10, 20, 30]})
    assert document.cells("A1:H20") == before


# ---- the buttons ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan that was never refreshed: its result tables have one blank row, its charts nothing to show."""
    folder = tmp_path_factory.mktemp("fresh")
    source = write_csv(folder / "volumes.csv", volumes())
    assert shell.main(["new", str(folder / "plan.xlsx"), "--volumes", str(source), "--horizon", "4w"]) == shell.OK
    return folder / "plan.xlsx"


@pytest.fixture
def plan(fresh: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(fresh, tmp_path / "plan.xlsx"))


VOLATILE = {("tblRun", "run"), ("tblRun", "at"), ("tblRun", "seconds")}


def values(book: Book) -> dict[str, list[CellValue]]:
    """Every column of every table, but for when and how long a run was."""
    return {
        f"{table}.{name}": column
        for table in book.places()
        for name, column in book.read(table).columns.items()
        if (table, name) not in VOLATILE
    }


def test_a_refresh_in_calc_is_a_refresh_by_the_command(plan: Path, opened: Any, office: Office) -> None:
    document = opened(plan)
    said = office.ask("command", "refresh", document.number)
    headless = FileBook.open(plan)
    done = macros.refresh(headless, now=dt.datetime.now(dt.UTC))
    assert said.splitlines()[3:8] == done.sentences("plan.xlsx")
    assert said.startswith("Refreshed\n")
    live = CalcBook(OpenDoor(document))
    found, wanted = values(live), values(headless)
    assert set(found) == set(wanted)
    for name, column in wanted.items():
        assert found[name] == column, name
    for name in set(headless.names()) - {"Stamp"}:
        assert live.read_name(name) == headless.read_name(name)
    assert live.names() == headless.names()
    headless.save(plan.with_name("headless.xlsx"))
    assert document.ask("charts") == opened(plan.with_name("headless.xlsx")).ask("charts")
    assert not document.ask("undo_possible")
    again = office.ask("command", "refresh", document.number)
    assert again.startswith("Refreshed\nNothing changed: these are the results that were there.\n")
    assert not document.ask("message_shown")


def test_a_refresh_makes_room_and_undo_leaves_it(plan: Path, opened: Any, office: Office) -> None:
    """What stands below a result moves down, as in the closed file; undone, the values are those of before."""
    document = opened(plan)
    live = CalcBook(OpenDoor(document))
    forecast, before = live.places()["tblForecast"], values(live)
    below, left = forecast.header_row + 3, column_letters(forecast.first_column)
    document.put(f"{left}{below}:{left}{below}", [["mine"]], forecast.sheet)
    document.ask("formula", "Control", "H40", f"=$Forecast.{left}{below}", False)
    assert office.ask("command", "refresh", document.number).startswith("Refreshed\n")
    rows = CalcBook(OpenDoor(document)).places()["tblForecast"].rows
    assert rows > 3
    moved = f"{left}{below + rows - forecast.rows}"
    for _ in range(2):
        assert document.cells(f"{moved}:{moved}", forecast.sheet) == [["mine"]]
        assert document.cells("H40", "Control") == [["mine"]]
        said = office.ask("command", "undo", document.number)
    assert "no stamp of a run" in said
    assert values(CalcBook(OpenDoor(document))) == before


def test_errors_in_the_plan_are_told_and_nothing_is_written(plan: Path, opened: Any, office: Office) -> None:
    document = opened(plan)
    live = CalcBook(OpenDoor(document))
    place = live.places()["tblQueue"]
    live.write_cells(place.sheet, {place.address(0, "target"): 80})
    before = {table: live.read(table) for table in live.places()}
    for button in ("check", "refresh"):
        said = office.ask("command", button, document.number)
        assert said.splitlines()[0] in {"Not ready", "Nothing was written"}
        assert f"{place.sheet}!{place.address(0, 'target')}" in said
        assert "80 looks like a percent" in said
    assert {table: live.read(table) for table in live.places()} == before


def test_a_button_on_the_sheet_checks_the_plan_and_shows_it(plan: Path, opened: Any) -> None:
    document = opened(plan, hidden=False)
    assert not document.ask("message_shown")
    document.ask("click", "xlplan:check")
    end = time.monotonic() + 60
    while not document.ask("message_shown") and time.monotonic() < end:
        time.sleep(0.1)  # a click is answered when LibreOffice comes to it
    assert document.ask("message_shown")
    assert "Ready to refresh" in document.office.log


def test_every_button_of_an_attached_workbook_works(plan: Path, opened: Any) -> None:
    """The VBA of the workbook asks the add-in, the add-in the worker; what depends on the results recalculates."""
    path = attach(plan, plan.with_suffix(".xlsm")).path
    document = opened(path, hidden=False)
    live = CalcBook(OpenDoor(document))
    first, last = (live.places()["tblForecast"].address(row, "volume") for row in (0, 3))
    document.ask("formula", "Control", "H40", f"=SUM($Forecast.{first}:{last})", False)
    before = values(live)
    told = {}
    for act in ACTS:
        document.ask("press", act.label)
        head = f"{act.entry} plan.xlsm: "
        end = time.monotonic() + 120
        while head not in document.office.log and time.monotonic() < end:
            time.sleep(0.1)  # a click is answered when LibreOffice comes to it
        told[act.entry] = document.office.log.rpartition(head)[2].splitlines()[:2], document.cells("H40", "Control")
    assert list(told) == ["check", "forecast", "refresh", "allocate", "review", "undo"]
    assert told["check"] == (["Ready to refresh", "Errors that stop a refresh: 0; warnings: 0"], [[0.0]])
    message, [[volume]] = told["forecast"]
    assert message[0] == "Forecast"
    assert volume == pytest.approx(35_757, abs=1)
    assert told["refresh"][0][0] == "Refreshed"
    assert told["allocate"][0] == ["Allocated", "Nothing changed: these are the results that were there."]
    review = path.parent / "BudgetReview_plan.xlsx"
    assert told["review"][0][0] == "Review built"
    assert told["review"][1] == [[volume]]
    assert FileBook.open(review).read_cells("Cover", "A1:A1")[0][0]
    assert told["undo"][0][1].startswith("The allocation of ")
    for back in ("The refresh of ", "The forecast of "):
        assert document.office.ask("command", "undo", document.number).startswith(f"Undone\n{back}")
    assert values(live) == before
    assert document.cells("H40", "Control") == [[0.0]]


def test_locked_cells_are_not_written_and_named(plan: Path, opened: Any, office: Office) -> None:
    document = opened(plan)
    document.ask("protect", "Forecast")
    before = values(CalcBook(OpenDoor(document)))
    said = office.ask("command", "forecast", document.number)
    assert "Forecast!A7: table tblForecast would be written, but the sheet is protected and A7 is locked" in said
    assert values(CalcBook(OpenDoor(document))) == before


def test_the_menu_has_every_button() -> None:
    assert tuple(act.entry for act in ACTS) == NAMES


def test_the_macro_of_the_document_works(plan: Path, opened: Any) -> None:
    page = (ROOT / "docs" / "how-to" / "calc.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```text\n(Set job = .*?)```", page, flags=re.DOTALL)
    body = shown.replace("MsgBox ", "Main = ").replace('"refresh"', '"check"')
    assert body.count("Main = ") == body.count('"check"') == 1
    said = opened(plan).ask("basic", f"Function Main()\n{body}End Function\n")
    assert said.startswith("Ready to refresh")


def test_a_document_without_a_plan_is_told_so(office: Office, sheet: Sheet) -> None:
    said = office.ask("command", "refresh", sheet.number)
    assert said.startswith("Nothing was written")
    assert "tblQueue" in said


def test_escape_stops_a_refresh_and_nothing_is_written(plan: Path, opened: Any) -> None:
    document = opened(plan, hidden=False)
    live = CalcBook(OpenDoor(document))
    before = values(live)
    document.ask("press_escape_while", "xlplan:refresh")
    assert document.office.log.rstrip().endswith("Stopped; nothing was written.")
    assert values(live) == before
