"""The buttons of an open workbook: a plan is checked and refreshed in Excel's memory, and the planner is told."""

from __future__ import annotations

import ctypes
import datetime as dt
import shutil
from pathlib import Path

import openpyxl
import pytest
import xlwings

from tests.hosts.excel import fake_excel
from xlplan import macros
from xlplan.hosts.excel import buttons
from xlplan.workbook.live_xlwings import LiveBook
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.package.references import Area


def opened(path: Path) -> fake_excel.Book:
    """A workbook file as Excel would hold it: every table, every named cell."""
    source = FileBook.open(path)
    book = fake_excel.Book(name=path.name, fullname=str(path))
    sheets: dict[str, fake_excel.Sheet] = {}
    for place in source.places().values():
        sheet = sheets.setdefault(place.sheet, fake_excel.Sheet(place.sheet))
        columns = source.read(place.name).columns
        rows = [list(row) for row in zip(*columns.values(), strict=True)]
        texts = [[f"'{value}" if isinstance(value, str) else value for value in row] for row in rows]
        book.add_table(sheet, place.name, (place.header_row, place.first_column), place.columns, texts)
    for name, where in source.names().items():
        sheet_name, _, address = where.rpartition("!")
        area = Area.parse(address)
        sheet = sheets.setdefault(sheet_name.strip("'"), fake_excel.Sheet(sheet_name.strip("'")))
        value = source.read_name(name)
        sheet.cells[area.top, area.left] = fake_excel.guessed(f"'{value}" if isinstance(value, str) else value)
        book.names.append(fake_excel.Name(name, f"={where}"))
    book.sheets = list(sheets.values())
    return book


@pytest.fixture
def plan(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path / "plan.xlsx"))


@pytest.fixture
def pressed(plan: Path, monkeypatch: pytest.MonkeyPatch) -> fake_excel.Book:
    """The workbook whose button is pressed."""
    book = opened(plan)

    class Caller:
        caller = staticmethod(lambda: book)

    monkeypatch.setattr(xlwings, "Book", Caller)
    return book


def typed(book: fake_excel.Book, table: str, column: str, value: object) -> None:
    """Type into the first row of a table."""
    place = LiveBook(book).places()[table]
    sheet = next(sheet for sheet in book.sheets if sheet.name == place.sheet)
    sheet.range(place.address(0, column)).value = [[value]]


def test_check_says_that_a_plan_is_ready(pressed: fake_excel.Book) -> None:
    buttons.press("check")
    [(message, mode)] = pressed.app.alerts
    assert message == "Ready to refresh\n\nErrors that stop a refresh: 0; warnings: 0"
    assert mode == "info"


def test_check_names_the_cell_that_stops_a_refresh(pressed: fake_excel.Book) -> None:
    typed(pressed, "tblQueue", "target", 80)
    buttons.press("check")
    [(message, mode)] = pressed.app.alerts
    assert message.startswith("Not ready\n\nErrors that stop a refresh: 2; warnings: 0\n\nerror: Queues!")
    assert mode == "critical"


def test_refresh_writes_what_the_command_writes(pressed: fake_excel.Book, plan: Path) -> None:
    buttons.press("refresh")
    [(message, mode)] = pressed.app.alerts
    assert mode == "info"
    assert message.endswith("Save the workbook to keep this.")
    book = FileBook.open(plan)
    macros.refresh(book, now=dt.datetime(2026, 1, 1))
    live = LiveBook(pressed)
    for table in ("tblForecast", "tblReq", "tblIntervalReq", "tblAllocation", "tblKpi"):
        expected, found = book.read(table), live.read(table)
        assert found.place.rows == expected.place.rows > 0
        assert found.columns == expected.columns
    assert live.read_name("MasterCheck") is True
    assert (pressed.app.calculation, pressed.app.screen_updating, pressed.app.status_bar) == ("automatic", True, False)
    assert any("forecast" in str(said).lower() for said in pressed.app.log)
    assert pressed.saved == 0


def test_locked_cells_are_not_written_nor_anything_else(pressed: fake_excel.Book) -> None:
    next(sheet for sheet in pressed.sheets if sheet.name == "Requirement").protected = True
    before = [dict(sheet.cells) for sheet in pressed.sheets]
    buttons.press("refresh")
    [(message, mode)] = pressed.app.alerts
    assert "the sheet is protected and A7 is locked; take off the protection" in message
    assert message.endswith("nothing was written")
    assert mode == "critical"
    assert [sheet.cells for sheet in pressed.sheets] == before


def test_a_refusal_in_the_middle_says_how_to_go_back(pressed: fake_excel.Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """What no look beforehand finds: a co-author who locks the sheet meanwhile."""
    monkeypatch.setattr(LiveBook, "locked", lambda *_: "")
    next(sheet for sheet in pressed.sheets if sheet.name == "Requirement").protected = True
    buttons.press("refresh")
    [(message, mode)] = pressed.app.alerts
    assert "the sheet is protected" in message
    assert message.endswith("close it without saving to go back.")
    assert mode == "critical"


def test_esc_stops_a_run_before_anything_is_written(pressed: fake_excel.Book, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = iter([1, 0, 0x8000])

    class Windows:
        class user32:
            GetAsyncKeyState = staticmethod(lambda key: next(keys, 0x8000) if key == 0x1B else 0)
            GetForegroundWindow = staticmethod(lambda: pressed.app.hwnd)

    monkeypatch.setattr(ctypes, "windll", Windows, raising=False)
    before = [dict(sheet.cells) for sheet in pressed.sheets]
    buttons.press("refresh")
    [(message, mode)] = pressed.app.alerts
    assert message.startswith("Nothing was written\n\nstopped during ")
    assert len(pressed.app.log) > 2, "a key that was pressed before the button stopped the run"
    assert mode == "critical"
    assert [sheet.cells for sheet in pressed.sheets] == before


def test_esc_in_another_window_stops_nothing(pressed: fake_excel.Book, monkeypatch: pytest.MonkeyPatch) -> None:
    class Windows:
        class user32:
            GetAsyncKeyState = staticmethod(lambda _: 0x8000)
            GetForegroundWindow = staticmethod(lambda: 8)

    monkeypatch.setattr(ctypes, "windll", Windows, raising=False)
    buttons.press("forecast")
    assert pressed.app.alerts[0][0].startswith("Forecast\n\n")


def test_undo_shows_what_was_shown_before(pressed: fake_excel.Book, plan: Path) -> None:
    before = [dict(sheet.cells) for sheet in pressed.sheets]
    buttons.press("refresh")
    assert len(list((plan.parent / ".xlplan").iterdir())) == 1
    buttons.press("undo")
    message, mode = pressed.app.alerts[-1]
    assert message.startswith("Undone\n\nThe refresh of ")
    assert mode == "info"
    after = [{place: value for place, value in sheet.cells.items() if value is not None} for sheet in pressed.sheets]
    assert after == [{place: value for place, value in cells.items() if value is not None} for cells in before]


def test_a_part_of_the_plan_says_what_is_older(pressed: fake_excel.Book) -> None:
    for entry, older in (("forecast", "staffing, allocation, budget and queues"), ("allocate", "budget and queues")):
        buttons.press(entry)
        message, mode = pressed.app.alerts[-1]
        assert f"{older} still show the run before" in message
        assert mode == "info"
    assert LiveBook(pressed).read_name("MasterCheck") is False


def test_the_review_lies_beside_the_workbook(pressed: fake_excel.Book, plan: Path) -> None:
    before = [dict(sheet.cells) for sheet in pressed.sheets]
    buttons.press("review")
    [(message, mode)] = pressed.app.alerts
    path = plan.parent / f"BudgetReview_{LiveBook(pressed).read_name('PlanId')}.xlsx"
    assert message.startswith("Review built\n\n")
    assert f"; the budget review is in {path}." in message
    assert mode == "info"
    assert "Cover" in openpyxl.load_workbook(path).sheetnames
    assert [sheet.cells for sheet in pressed.sheets] == before


def test_a_plan_with_errors_is_not_touched(pressed: fake_excel.Book) -> None:
    typed(pressed, "tblQueue", "target", 80)
    before = [dict(sheet.cells) for sheet in pressed.sheets]
    buttons.press("refresh")
    [(message, mode)] = pressed.app.alerts
    assert "target" in message
    assert "close it" not in message
    assert mode == "critical"
    assert [sheet.cells for sheet in pressed.sheets] == before
