"""Functions in Excel: the plan of the calling cell's workbook, no engine for what was asked before, errors by cell."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
import xlwings

from tests.hosts.excel.fake_excel import Book, Name, Sheet
from xlplan.functions import call, errorlog
from xlplan.functions.errorlog import Entry
from xlplan.functions.plan import state as planstate
from xlplan.functions.plan.example import example_plan
from xlplan.functions.results import Remembered
from xlplan.hosts.excel import udfs
from xlplan.hosts.excel.errors import marked

TABLES = ("tblForecast", "tblPeriod", "tblFx")
VOLUME = [["support", "EN", "2026-W15"]]


def held(value: Any) -> Any:
    """A value of the plan as somebody types it."""
    if isinstance(value, pd.Timestamp):
        return dt.datetime(value.year, value.month, value.day)
    return None if pd.isna(value) else value.item() if hasattr(value, "item") else value


def workbook(name: str, *, stamp: str = "'first", factor: float = 1.0) -> Book:
    """A workbook with a part of the example's plan."""
    book, control = Book(name), Sheet("Control")
    book.sheets.append(control)
    for row, (cell, value) in enumerate((("Stamp", stamp), ("PlanCurrency", "USD"), ("RateType", "budget")), start=1):
        control.range((row, 1)).value = [[value]]
        book.names.append(Name(cell, f"=Control!$A${row}"))
    for table in TABLES:
        frame = example_plan().plan[table]
        if table == "tblForecast":
            frame = frame.assign(volume=frame["volume"] * factor)
        sheet = Sheet(table)
        book.sheets.append(sheet)
        rows = [[held(value) for value in row] for row in frame.itertuples(index=False)]
        book.add_table(sheet, table, (1, 1), tuple(frame.columns), rows)
    return book


@pytest.fixture
def plan(monkeypatch: pytest.MonkeyPatch) -> Book:
    """The workbook whose VBA calls; another one is open beside it."""
    host, other = workbook("Plan.xlsm"), workbook("Other.xlsx", factor=2.0)
    host.app.books = {host.name: host, other.name: other}
    monkeypatch.setattr(xlwings.Book, "caller", lambda: host)
    monkeypatch.setattr(udfs, "REMEMBERED", Remembered())
    monkeypatch.setattr(planstate, "_known", type(planstate._known)())
    monkeypatch.setattr(errorlog, "_noted", type(errorlog._noted)())
    return host


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Functions that reached the engine."""
    found: list[str] = []

    def counted(name: str, *cells: Any, **more: Any) -> Any:
        found.append(name)
        return call(name, *cells, **more)

    monkeypatch.setattr(udfs, "call", counted)
    return found


def ask(name: str, *cells: Any) -> Any:
    """A function as xlwings calls it; the last cell is the caller."""
    function = getattr(udfs, name)
    return function(*cells)


def test_the_plan_is_that_of_the_calling_cell(plan: Book) -> None:
    expected = call("XP_RESULT", "volume", VOLUME, "x", plan=example_plan())
    assert ask("XP_RESULT", "volume", VOLUME, "first", "[Plan.xlsm]Own!B2") == [[expected]]
    assert ask("XP_RESULT", "volume", VOLUME, "first", "[Other.xlsx]Own!B2") == [[pytest.approx(2 * expected)]]
    assert ask("XP_FX", 10.0, "EUR", "USD", "2026-W15", "first", None, "[Plan.xlsm]Own!B3") == [[pytest.approx(11.0)]]


def test_a_recalculation_with_unchanged_inputs_runs_no_engine(plan: Book, runs: list[str]) -> None:
    cells = [[float(volume)] for volume in range(10, 50)]
    for _ in range(3):
        for row in range(2, 12):
            ask("XP_AGENTS", cells, 180.0, 30.0, 0.8, 20.0, None, None, None, f"[Plan.xlsm]Own!B{row}")
            ask("XP_RESULT", "volume", VOLUME, "first", f"[Plan.xlsm]Own!C{row}")
    assert runs == ["XP_AGENTS", "XP_RESULT"]


def test_a_refresh_computes_what_reads_the_plan_and_nothing_else(plan: Book, runs: list[str]) -> None:
    for stamp in ("first", "second"):
        plan.sheets[0].range((1, 1)).value = [[stamp]]
        ask("XP_AGENTS", 100.0, 180.0, 30.0, 0.8, 20.0, None, None, None, "[Plan.xlsm]Own!B2")
        ask("XP_RESULT", "volume", VOLUME, stamp, "[Plan.xlsm]Own!C2")
    assert runs == ["XP_AGENTS", "XP_RESULT", "XP_RESULT"]


def test_a_remembered_error_is_the_error_of_every_cell_that_asks(plan: Book, runs: list[str]) -> None:
    for row in (2, 3):
        assert ask("XP_GROSS_UP", 100.0, 30.0, None, f"[Plan.xlsm]Own!B{row}") == [[marked("#NUM!")]]
    ask("XP_RESULT", "volume", None, None, "[Other.xlsx]Own!B9")
    assert runs == ["XP_GROSS_UP", "XP_RESULT"]
    said = ask("XP_WHY", "Own!B3", "[Plan.xlsm]Own!A1")[0][0]
    sentence = said.removeprefix("XP_GROSS_UP: ")
    wanted = [Entry(f"Own!B{row}", "XP_GROSS_UP", "#NUM!", sentence) for row in (2, 3)]
    assert errorlog.entries("Plan.xlsm") == wanted
    assert [(entry.cell, entry.code) for entry in errorlog.entries("Other.xlsx")] == [("Own!B9", "#VALUE!")]


def test_a_cell_that_is_mended_is_no_entry_any_more(plan: Book) -> None:
    ask("XP_GROSS_UP", 100.0, 30.0, None, "[Plan.xlsm]Own!B2")
    ask("XP_GROSS_UP", 100.0, 0.3, None, "[Plan.xlsm]Own!B2")
    assert not errorlog.entries()


def test_why_is_never_remembered(plan: Book) -> None:
    assert ask("XP_WHY", "Own!B2", "[Plan.xlsm]Own!A1") == [[marked("#N/A")]]
    ask("XP_GROSS_UP", 100.0, 30.0, None, "[Plan.xlsm]Own!B2")
    assert ask("XP_WHY", "Own!B2", "[Plan.xlsm]Own!A1")[0][0].startswith("XP_GROSS_UP: ")


def test_buttons_run_in_the_process_of_the_functions() -> None:
    from xlplan.hosts.excel.settings_sheet import SETTINGS

    assert SETTINGS["USE UDF SERVER"] == "True"
