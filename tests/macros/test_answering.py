"""The whole registry answers in the formulas of a workbook file, as it does in an open spreadsheet."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from tests.functions.examples import area, example, example_workbook
from tests.workbook.package.build import Workbook, formula
from xlplan import macros
from xlplan.functions import functions
from xlplan.functions.registry import Function
from xlplan.hosts import shell
from xlplan.macros.answering import CellFunctions
from xlplan.workbook.book import ErrorValue, Formula
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.recalculation.engine import Answer

SAMPLE = Path(__file__).resolve().parents[2] / "workbooks" / "us_bank_calls.xlsx"


def cells(path: Path, sheet: str, where: str) -> list[list[Any]]:
    """What a reader that calculates nothing shows."""
    page = openpyxl.load_workbook(path, data_only=True)[sheet]
    found = page[where]
    return [[cell.value for cell in row] for row in found] if isinstance(found, tuple) else [[found.value]]


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A copy of values of the examples, in a workbook of which no formula was ever calculated."""
    folder = tmp_path_factory.mktemp("examples")
    source = example_workbook(folder / "examples.xlsx")
    assert shell.main(["freeze", str(source), "-o", str(folder / "values.xlsx")]) == shell.CHECKS_FAILED
    return openpyxl.load_workbook(folder / "values.xlsx")


@pytest.mark.parametrize("function", functions().values(), ids=list(functions()))
def test_every_function_answers_its_example(frozen: Any, function: Function) -> None:
    wanted = example(function)
    where = area(wanted)
    page = frozen[function.name.lower()]
    found = [[cell.value for cell in row] for row in page[where]]
    if function.reads == "log":  # it speaks of what a host has seen
        assert found == [[None]]
        return
    assert len(found) == len(wanted)
    for shown, right in zip(found, wanted, strict=True):
        assert shown == [pytest.approx(value) if isinstance(value, float) else value or None for value in right]


# -- calls that are made together ------------------------------------------------------------------------


def alone(name: str, calls: list[list[Any]]) -> list[Answer | None]:
    functions_here = CellFunctions(unread)
    return [functions_here.answers(name, [arguments])[0] for arguments in calls]


def unread() -> FileBook:
    raise AssertionError("no plan is asked for")


def test_calls_made_together_answer_as_calls_made_alone() -> None:
    chosen = random.Random(7)
    odd: list[Any] = [None, "many", True, -5, 0, 1e9, ErrorValue("#N/A"), "", [[1], [2]]]
    calls = [
        [
            chosen.choice([*range(1, 400, 7), *odd]),
            chosen.choice([180, 240.5, *odd]),
            30,
            chosen.choice([0.8, 0.9, 80]),
            chosen.choice([20, 30]),
        ][: chosen.choice([4, 5, 5])]
        for _ in range(300)
    ]
    assert CellFunctions(unread).answers("XP_AGENTS", calls) == alone("XP_AGENTS", calls)


@pytest.mark.parametrize("function", functions().values(), ids=list(functions()))
def test_the_same_call_many_times_is_the_same_answer(function: Function) -> None:
    if function.reads:
        return
    arguments = list(function.example)
    together = CellFunctions(unread).answers(function.name, [arguments] * 3)
    assert together == alone(function.name, [arguments]) * 3


def test_too_many_arguments_are_refused_however_many_calls_have_them() -> None:
    calls = [[80, 100, 5], [90, 100, 5], [70, 100]]
    found = CellFunctions(unread).answers("XP_OCCUPANCY", calls)
    assert found == alone("XP_OCCUPANCY", calls)
    assert [answer.rows[0][0] for answer in found if answer] == [ErrorValue("#VALUE!"), ErrorValue("#VALUE!"), 0.7]


@pytest.mark.parametrize("fault", [ZeroDivisionError("by zero"), KeyError("agents"), RecursionError(), OverflowError()])
def test_a_fault_fails_its_formula_and_no_save(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    """In an open workbook such a cell shows #VALUE!, too."""

    def broken(*cells: Any, **more: Any) -> float:
        raise fault

    known = functions()["XP_OCCUPANCY"]
    monkeypatch.setitem(functions(), "XP_OCCUPANCY", replace(known, run=broken))
    book = Workbook()
    rows: list[list[object]] = [["a", 100, formula("XP_OCCUPANCY(B2,100)", 1)], ["b", 50, formula("B3*2", 100)]]
    book.table(book.sheet("Load"), "tblLoad", ["queue", "volume", "share"], rows)
    path = book.save(tmp_path / "load.xlsx")
    opened = macros.open_book(path)
    opened.write("tblLoad", {"volume": [80, 40]})
    opened.save(path)
    assert cells(path, "Load", "C2:C3") == [["#VALUE!"], [80]]
    assert f"a fault of xlplan, {type(fault).__name__}" in opened.remarks[0]


# -- a plan ----------------------------------------------------------------------------------------------


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A refreshed plan in which a planner reads results by formulas."""
    book = FileBook.open(SAMPLE)
    texts = ['XP_RESULT("required",,Stamp)', 'XP_CHECK("periods",Stamp)', "ROUND(P40/100,0)*XP_OCCUPANCY(80,100)"]
    book.write_cells("Summary", {f"P{row}": Formula(text) for row, text in enumerate(texts, start=40)})
    book.save(tmp_path / "plan.xlsx")
    return tmp_path / "plan.xlsx"


def required(path: Path) -> float:
    return float(macros.read_plan(path)["tblReq"]["required_hours"].sum())


def read(path: Path) -> list[Any]:
    return [value for (value,) in cells(path, "Summary", "P40:P42")]


def test_a_refresh_renews_formulas_that_read_the_plan(plan: Path) -> None:
    assert read(plan) == [None, None, None]
    assert shell.main(["refresh", str(plan)]) == shell.OK
    first = required(plan)
    assert read(plan) == [pytest.approx(first), True, pytest.approx(round(first / 100) * 0.8)]
    rows = FileBook.open(plan).read("tblInterval").columns
    book = macros.open_book(plan)
    book.write("tblInterval", {"volume": [value * 2 for value in rows["volume"]]})
    book.save(plan)
    assert read(plan)[0] == pytest.approx(first)  # the plan itself is as it was
    assert shell.main(["refresh", str(plan)]) == shell.OK
    second = required(plan)
    assert second > 1.5 * first
    assert read(plan) == [pytest.approx(second), True, pytest.approx(round(second / 100) * 0.8)]
    assert shell.main(["undo", str(plan)]) == shell.OK
    assert read(plan)[0] == pytest.approx(first)


def test_a_plan_whose_cells_wait_is_not_read(plan: Path) -> None:
    """Results over which a planner put a formula that nobody has calculated are no results."""
    book = macros.open_book(plan)
    place = book.places()["tblReq"]
    book.write_cells(place.sheet, {place.address(0, "required_hours"): Formula("NOSUCH(1)")})
    book.write_name("Stamp", "another")
    said = book.save(plan)
    assert read(plan)[0] is None
    assert read(plan)[1] is True
    assert any("no value until" in remark for remark in said.remarks)


def test_a_failure_is_told_by_the_command(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = FileBook.open(plan)
    book.write_cells("Summary", {"P43": Formula('XP_CHECK("nosuch",Stamp)')})
    book.save(plan)
    assert shell.main(["refresh", str(plan)]) == shell.OK
    assert "Summary!P43 shows #N/A of XP_CHECK (" in capsys.readouterr().out
    assert cells(plan, "Summary", "P43") == [["#N/A"]]


def test_put_renews_formulas_that_read_the_table(tmp_path: Path) -> None:
    book = Workbook()
    text = "XP_AGENTS(tblLoad[[#This Row],[volume]],180,30,80%,20)"
    rows: list[list[object]] = [["a", 100, formula(text, 14)]]
    book.table(book.sheet("Load"), "tblLoad", ["queue", "volume", "agents"], rows, calculated={"agents": text})
    path = book.save(tmp_path / "load.xlsx")
    done = macros.put(path, "tblLoad", pd.DataFrame({"queue": ["a", "b"], "volume": [100, 200]}))
    assert done.saved.remarks == ()
    assert cells(path, "Load", "C2:C3") == [[14], [24]]


def test_a_book_that_is_saved_twice_under_one_stamp_is_read_anew(plan: Path) -> None:
    assert shell.main(["refresh", str(plan)]) == shell.OK
    book = FileBook.open(plan)
    book.write_cells("Summary", {"P43": Formula('XP_RESULT("required",,Stamp)+Q43')})
    book.save(plan)
    book = macros.open_book(plan)
    hours = book.read("tblReq").columns["required_hours"]
    for factor in (2, 3):
        book.write("tblReq", {"required_hours": [value * factor for value in hours]})
        book.write_cells("Summary", {"Q43": factor})
        book.save(plan)
        assert cells(plan, "Summary", "P43") == [[pytest.approx(factor * sum(hours) + factor)]]
