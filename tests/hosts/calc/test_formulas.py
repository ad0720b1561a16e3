"""Formulas in a real LibreOffice give what call() gives, errors and all; equal arguments are computed once."""

from __future__ import annotations

import math
import os
import re
import signal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.functions.examples import area, called, example, example_workbook
from tests.hosts.calc.office import Office, Sheet
from xlplan.functions import CellError, call, functions
from xlplan.functions.registry import Function
from xlplan.hosts.calc.addin.wire import error_code
from xlplan.hosts.calc.wizard import described

pytestmark = pytest.mark.xdist_group("office")
AGENTS = "=XP_AGENTS({};180;30;80%;20)"


def shown(value: Any) -> Any:
    """A cell as text for errors, else its value."""
    return error_code(value) if isinstance(value, float) and math.isnan(value) else value


def as_in_a_file(value: Any) -> Any:
    """A number of the plan loses its last bits in a file that LibreOffice has read."""
    return pytest.approx(value, rel=1e-14) if isinstance(value, float) else value


@pytest.fixture(scope="module")
def examples(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Sheet:
    """The formula of every function, as the catalogue shows it, in an .xlsx file that LibreOffice has opened."""
    return office.document(example_workbook(tmp_path_factory.mktemp("examples") / "examples.xlsx"))


@pytest.mark.parametrize("function", functions().values(), ids=list(functions()))
def test_the_formula_text_of_an_xlsx_file_gives_what_call_gives(examples: Sheet, function: Function) -> None:
    wanted = example(function)
    found = examples.cells(area(wanted), function.name.lower())
    assert [[shown(value) for value in row] for row in found] == [
        [as_in_a_file(value) for value in row] for row in wanted
    ]


def test_calc_writes_the_same_formula_text_into_an_xlsx_file(sheet: Sheet, tmp_path: Path) -> None:
    sheet.type("A1", AGENTS.format("100"))
    sheet.ask("door", "store", str(tmp_path / "saved.xlsx"))
    saved = openpyxl.load_workbook(tmp_path / "saved.xlsx")[sheet.first]["A1"].value
    assert saved == "=XP_AGENTS(100,180,30,80%,20)"


def test_the_wizard_shows_every_function_with_its_arguments_and_units(office: Office) -> None:
    wanted = {
        function.name: (
            f"{function.summary} Returns {function.returns}.",
            [(argument.name, described(argument)) for argument in function.arguments],
        )
        for function in functions().values()
    }
    assert office.ask("wizard") == wanted


def test_every_cell_of_an_array_has_its_own_error(sheet: Sheet) -> None:
    given: list[list[Any]] = [[100.0], ["many"], [-5.0], [""], [50.0]]
    sheet.put("A1:A5", given)
    found = sheet.type_array("B1:B5", AGENTS.format("A1:A5"))
    assert [[shown(row[0])] for row in found] == called("XP_AGENTS", given, 180, 30, 0.8, 20)
    assert [shown(row[0]) for row in found] == [14, "#VALUE!", "#NUM!", "#VALUE!", 8]
    sheet.put("C1:D2", [[80.0, 100.0], [0.0, 0.0]])
    assert [shown(row[0]) for row in sheet.type_array("E1:E2", "=XP_OCCUPANCY(C1:C2;D1:D2)")] == [0.8, "#N/A"]


def test_arguments_left_out_and_left_empty_have_their_defaults(sheet: Sheet) -> None:
    assert sheet.type("A1", AGENTS.format("100")) == 14
    assert (
        sheet.type("A2", "=XP_AGENTS(100;180;30;80%;20;;;FALSE())")
        == called("XP_AGENTS", 100, 180, 30, 0.8, 20, None, None, False)[0][0]
    )
    assert (
        sheet.type("A3", "=XP_AGENTS(100;180;30;80%;20;;70%)")
        == called("XP_AGENTS", 100, 180, 30, 0.8, 20, None, 0.7)[0][0]
    )


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        ('=XP_AGENTS("100";180;30;80%;20)', "#VALUE!"),
        ("=XP_AGENTS(TRUE();180;30;80%;20)", 1),
        ("=XP_AGENTS(;180;30;80%;20)", "#VALUE!"),
        ("=XP_AGENTS()", "#VALUE!"),
        ("=XP_AGENTS(100;180;30;80;20)", "#NUM!"),
        ("=XP_AGENTS(Z1:Z9;180;30;80%;20)", "#VALUE!"),
        ("=XP_AGENTS(Z1:Z1;180;30;80%;20)", "#VALUE!"),
        ("=XP_AGENTS(Y1:Y1;180;30;80%;20)", 14),
        ("=XP_WAPE(Y1:Y3;Y1:Y2)", "#NUM!"),
        ("=XP_AGENTS(Y1:Y3;X1:X2;30;80%;20)", "#VALUE!"),
        ("=XP_GROSS_UP(100;30%;\"divide\")", "#VALUE!"),
        ("=XP_GROSS_UP(100;30%;7)", "#VALUE!"),
        ("=XP_AGENTS(1/0;180;30;80%;20)", "#DIV/0!"),
        ("=XP_AGENTS(W1;180;30;80%;20)", "#REF!"),
        ("=XP_AGENTS({100;50};180;30;80%;20)", 14),
        ("=XP_AGENTS(1e300;1e300;30;80%;20)", "#NUM!"),
    ],
)  # fmt: skip
def test_a_strange_argument_gives_a_value_or_an_error(sheet: Sheet, formula: str, wanted: object) -> None:
    sheet.put("Y1:Y3", [[100.0], [50.0], [20.0]])
    sheet.put("X1:X2", [[180.0], [180.0]])
    sheet.type("W1", "=#REF!")
    assert shown(sheet.type("A1", formula)) == wanted


def test_dates_arrive_as_dates(sheet: Sheet) -> None:
    weeks = [[45663.0 + 7 * week] for week in range(10)]
    volumes = [[10.0], [20.0]] * 4
    sheet.put("A1:A10", weeks)
    sheet.put("B1:B8", volumes)
    found = sheet.type_array("C9:C10", '=XP_FORECAST(B1:B8;A1:A8;A9:A10;"seasonal_naive";2)')
    assert found == called("XP_FORECAST", volumes, weeks[:8], weeks[8:], "seasonal_naive", 2)


def test_a_whole_column_is_its_filled_part(sheet: Sheet) -> None:
    sheet.put("A1:B3", [[100.0, 90.0], [200.0, 220.0], [300.0, ""]])
    sheet.put("B3", [[310.0]])
    assert sheet.type("D1", "=XP_WAPE(A:A;B:B)") == call("XP_WAPE", [[100], [200], [300]], [[90], [220], [310]])
    assert shown(sheet.type("D2", "=XP_WORKLOAD_HOURS(M:M;180)")) == "#VALUE!"


def test_recalculating_unchanged_cells_runs_no_engine(sheet: Sheet, office: Office) -> None:
    rows = 40
    sheet.put(f"A1:A{rows}", [[float(10 + row)] for row in range(rows)])
    for row in range(1, rows + 1):
        sheet.ask("formula", sheet.first, f"B{row}", AGENTS.format(f"A{row}"), False)
    before = sheet.cells(f"B1:B{rows}")
    runs = office.runs
    sheet.ask("calculate_all")
    assert sheet.cells(f"B1:B{rows}") == before
    assert office.runs == runs
    sheet.put("A7", [[987.0]])
    assert sheet.cells("B7") == called("XP_AGENTS", 987, 180, 30, 0.8, 20)
    assert office.runs == runs + 1


def test_an_error_in_an_argument_asks_nothing(sheet: Sheet, office: Office) -> None:
    sheet.type("A1", "=1/0")
    runs = office.runs
    assert shown(sheet.type("B1", AGENTS.format("A1"))) == "#DIV/0!"
    assert office.runs == runs


class TestWhy:
    def test_the_sentence_of_a_plain_call(self, sheet: Sheet) -> None:
        sheet.put("A1", [[-5.0]])
        sheet.type("B7", AGENTS.format("A1"))
        with pytest.raises(CellError) as failed:
            call("XP_AGENTS", -5, 180, 30, 0.8, 20)
        for spelling in (f"{sheet.first}!B7", f"'{sheet.first.lower()}'!$B$7"):
            assert sheet.type("C1", f'=XP_WHY("{spelling}")') == f"XP_AGENTS: {failed.value.sentence}"

    def test_the_sentence_of_a_call_inside_a_formula(self, sheet: Sheet) -> None:
        sheet.put("A1:A2", [[100.0], ["few"]])
        sheet.ask("formula", sheet.first, "B1:B2", "=2*" + AGENTS.format("A1:A2")[1:], True)
        assert "the text 'few'" in sheet.type("C1", f'=XP_WHY("{sheet.first}!B1")')

    def test_the_last_sentence_where_an_argument_is_a_calculation(self, sheet: Sheet) -> None:
        sheet.type("B1", AGENTS.format("SUM(A1:A3)-7"))
        assert "found -7" in sheet.type("C1", f'=XP_WHY("{sheet.first}!B1")')

    def test_a_cell_that_is_mended_has_no_sentence(self, sheet: Sheet) -> None:
        sheet.put("A1", [[-5.0]])
        sheet.type("B1", AGENTS.format("A1"))
        assert "found -5" in sheet.type("C1", f'=XP_WHY("{sheet.first}!B1")')
        sheet.put("A1", [[100.0]])
        assert shown(sheet.type("C2", f'=XP_WHY("{sheet.first}!B1")')) == "#N/A"

    @pytest.mark.parametrize("address", ['"Nowhere!B1"', '"B1"', '"Sheet1!ZZZZ9"', '""', "7"])
    def test_a_place_that_is_none(self, sheet: Sheet, address: str) -> None:
        assert shown(sheet.type("C1", f"=XP_WHY({address})")) in {"#N/A", "#VALUE!"}

    def test_the_log_has_it_too(self, sheet: Sheet, office: Office) -> None:
        sheet.type("B1", "=XP_AGENTS(-4321;180;30;80%;20)")
        assert re.search(r"XP_AGENTS #NUM!: .*-4321", office.log)


def test_a_worker_that_was_killed_is_started_again(sheet: Sheet, office: Office) -> None:
    first = office.ask("status")["pid"]
    os.kill(first, signal.SIGKILL)
    assert sheet.type("A1", AGENTS.format("123.25")) == called("XP_AGENTS", 123.25, 180, 30, 0.8, 20)[0][0]
    second = office.ask("status")["pid"]
    assert second != first
    os.kill(second, signal.SIGKILL)
    assert sheet.type("A2", AGENTS.format("124.25")) == called("XP_AGENTS", 124.25, 180, 30, 0.8, 20)[0][0]
