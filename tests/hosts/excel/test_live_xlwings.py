"""The open workbook in Excel as a Book: the contract of every Book, and what only a live one can meet."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.hosts.excel import fake_excel
from tests.workbook.contract import COLUMNS, ROWS, BookContract
from xlplan.errors import WorkbookError
from xlplan.workbook.book import ErrorValue, Formula
from xlplan.workbook.live_xlwings import LiveBook


def excel() -> fake_excel.Book:
    """A workbook as the contract wants it, with a note below the table and another table beside it."""
    sheet = fake_excel.Sheet("Plan")
    book = fake_excel.Book(sheets=[sheet, fake_excel.Sheet("Control", {(3, 2): "never", (4, 2): 7.0})])
    rows = [[f"'{row[0]}", *row[1:]] for row in ROWS]
    book.add_table(sheet, "tblPlan", (2, 2), COLUMNS, rows)
    book.add_table(sheet, "tblEmpty", (2, 7), ("key", "value"), [])
    book.names = [
        fake_excel.Name("Stamp", "=Control!$B$3"),
        fake_excel.Name("Control!Local", "=Control!$B$3"),
        fake_excel.Name("Block", "=Control!$B$3:$C$4"),
        fake_excel.Name("Rate", "=0.5"),
        fake_excel.Name("Lost", "=#REF!"),
    ]
    return book


class TestLiveBook(BookContract):
    def make(self, tmp_path: Path) -> LiveBook:
        return LiveBook(excel())


@pytest.fixture
def open_book() -> fake_excel.Book:
    return excel()


@pytest.fixture
def live(open_book: fake_excel.Book) -> LiveBook:
    return LiveBook(open_book)


def cell(book: fake_excel.Book, address: str, sheet: int = 0) -> object:
    found = book.sheets[sheet].range(address)
    return book.sheets[sheet].cells.get((found.row, found.column))


def test_only_names_of_one_cell_of_the_workbook_are_named_cells(live: LiveBook) -> None:
    assert live.names() == {"Stamp": "Control!B3"}


def test_what_stands_below_a_growing_table_moves_down(open_book: fake_excel.Book, live: LiveBook) -> None:
    open_book.sheets[0].range("B6").value = [["note"]]
    live.write("tblPlan", {"volume": list(range(10))})
    assert cell(open_book, "B13") == "note"
    assert live.read("tblPlan").columns["volume"] == list(range(10))


def test_a_blank_place_below_is_taken_without_moving_anything(open_book: fake_excel.Book, live: LiveBook) -> None:
    open_book.sheets[0].range("B30").value = [["far below"]]
    live.write("tblPlan", {"volume": list(range(10))})
    assert cell(open_book, "B30") == "far below"


def test_a_refusal_of_excel_is_a_sentence_and_nothing_is_written(open_book: fake_excel.Book, live: LiveBook) -> None:
    open_book.add_table(open_book.sheets[0], "tblBelow", (6, 1), ("a", "b"), [[1, 2]])
    before = dict(open_book.sheets[0].cells)
    with pytest.raises(WorkbookError, match=r"below table tblPlan on Plan cannot move down.*part of a table"):
        live.write("tblPlan", {"volume": list(range(10))})
    assert open_book.sheets[0].cells == before


def test_a_protected_sheet_is_named(open_book: fake_excel.Book, live: LiveBook) -> None:
    open_book.sheets[0].protected = True
    with pytest.raises(WorkbookError, match=r"Plan!C3:C5 cannot be written \(the sheet is protected\)"):
        live.write("tblPlan", {"volume": [1, 2, 3]})


def test_a_totals_row_is_left_to_the_planner(open_book: fake_excel.Book, live: LiveBook) -> None:
    open_book.sheets[0].tables[0].show_totals = True
    with pytest.raises(WorkbookError, match="turn Total Row off"):
        live.write("tblPlan", {"volume": [1, 2]})
    assert live.write("tblPlan", {"volume": [1, 2, 3]}) == 3


def test_cells_behind_a_shrunken_table_are_cleared(open_book: fake_excel.Book, live: LiveBook) -> None:
    live.write("tblPlan", {"volume": [1]})
    assert [cell(open_book, address) for address in ("B4", "C4", "D4", "C5")] == [None] * 4
    assert open_book.sheets[0].tables[0].bottom == 3


def test_calculated_columns_are_left_to_excel(open_book: fake_excel.Book, live: LiveBook) -> None:
    for row in (3, 4, 5):
        open_book.sheets[0].range(f"D{row}").value = [["=[@volume]*2"]]
    assert live.places()["tblPlan"].calculated == ("aht_s",)
    live.write("tblPlan", {"queue": list("abcd"), "volume": [1, 2, 3, 4]})
    assert cell(open_book, "D6") == fake_excel.Typed("=[@volume]*2")
    assert live.write("tblPlan", {"queue": [], "volume": []}) == 8
    assert live.places()["tblPlan"].rows == 0
    assert cell(open_book, "D3") == fake_excel.Typed("=[@volume]*2")


def test_formulas_are_written_as_such_and_texts_never(open_book: fake_excel.Book, live: LiveBook) -> None:
    assert live.write_cells("plan", {"K1": Formula("SUM(A1:A2)", 3), "K2": "=1+1", "K3": ErrorValue("#N/A")}) == 3
    assert cell(open_book, "K1") == fake_excel.Typed("=SUM(A1:A2)")
    assert cell(open_book, "K2") == "=1+1"
    assert cell(open_book, "K3") == fake_excel.Error("#N/A")
    with pytest.raises(WorkbookError, match=r"'Nowhere'.*Plan, Control"):
        live.write_cells("Nowhere", {"A1": 1})


def test_dates_of_cells_are_serial_numbers_of_the_workbook(open_book: fake_excel.Book) -> None:
    open_book.sheets[0].range("C3").value = [[dt.datetime(2026, 1, 2, 12)]]
    assert LiveBook(open_book).read("tblPlan").columns["volume"][0] == 46024.5
    open_book.api.Date1904 = True
    live = LiveBook(open_book)
    assert live.date1904
    assert live.read("tblPlan").columns["volume"][0] == 46024.5 - 1462
    live.write("tblPlan", {"volume": [dt.date(2026, 1, 2), 2, 3]})
    assert live.read("tblPlan").columns["volume"][0] == 46024 - 1462


@pytest.mark.parametrize("calculation", ["automatic", "manual", "semiautomatic"])
def test_excel_is_as_it_was_whatever_fails(open_book: fake_excel.Book, live: LiveBook, calculation: str) -> None:
    open_book.app.calculation = calculation

    def fail() -> None:
        with live.quiet():
            assert (open_book.app.calculation, open_book.app.screen_updating) == ("manual", False)
            live.progress("forecast", 0.25)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert (open_book.app.calculation, open_book.app.screen_updating) == (calculation, True)
    assert open_book.app.log == ["xlplan: forecast (25%)", False]


def test_it_is_saved_where_it_is(open_book: fake_excel.Book, live: LiveBook) -> None:
    live.save(Path("/plans/plan.xlsm"))
    assert open_book.saved == 1
    with pytest.raises(WorkbookError, match="Save As"):
        live.save(Path("/plans/other.xlsm"))
