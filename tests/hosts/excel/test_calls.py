"""What Excel sends, through xlwings' own COM server and converters, to every function, and what goes back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from xlplan.functions.cellvalues import CellError
from xlplan.functions.registry import call, functions
from xlplan.hosts.excel.errors import MARK, MISSING, NUMBERS, SENT_FROM, code_of, marked
from xlplan.hosts.excel.udfs import received, returned

SERVER = Path(__file__).with_name("com_server.py")
ROOT = Path(__file__).resolve().parents[3]
NA, DIVISION = SENT_FROM + 2042, SENT_FROM + 2007
AGENTS = [100.0, 180.0, 30.0, 0.8, 20.0]


def com(value: Any) -> Any:
    """An argument of an example as COM sends it: numbers as float, ranges as rows."""
    if isinstance(value, list):
        return {"rows": [[com(cell) for cell in row] if isinstance(row, list) else [com(row)] for row in value]}
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def served(calls: list[tuple[str, list[Any]]]) -> list[Any]:
    """Answers of xlwings' COM server, which runs in a process of its own."""
    known = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, str(SERVER)], input=json.dumps(calls), capture_output=True, text=True, env=known, check=False
    )
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout)
    return answers


def as_excel_shows(value: Any) -> Any:
    """An answer of ``call`` as the server hands it to VBA: one cell as it is, one row flat."""
    if isinstance(value, list):
        rows = [[as_excel_shows(cell) for cell in row] for row in value]
        if len(rows) == 1:
            return rows[0][0] if len(rows[0]) == 1 else rows[0]
        return rows
    return marked(value.code) if isinstance(value, CellError) else value


def test_every_example_gives_what_call_gives() -> None:
    """Of functions that need no workbook; the others are asked of a workbook below."""
    calls = []
    pure = {name: function for name, function in functions().items() if function.reads != "plan"}
    for name, function in pure.items():
        left_out = [MISSING] * (len(function.arguments) - len(function.example))
        calls.append((name, [*map(com, function.example), *left_out, ""]))
    expected = []
    for name, function in pure.items():
        try:
            expected.append(as_excel_shows(call(name, *function.example)))
        except CellError as error:
            expected.append(marked(error.code))
    assert len(expected) > 10
    assert dict(zip(pure, served(calls), strict=True)) == dict(zip(pure, expected, strict=True))


def test_what_excel_sends_is_taken_for_what_it_is() -> None:
    column = {"rows": [[10.0], [None], [DIVISION], ["ten"], [True], [20.0]]}
    calls: list[tuple[str, list[Any]]] = [
        ("XP_AGENTS", [*AGENTS, MISSING, MISSING, MISSING, "Plan!B2"]),
        ("XP_AGENTS", [*AGENTS, None, None, False, "Plan!B3"]),
        ("XP_WORKLOAD_HOURS", [column, 180.0, "Plan!C2"]),
        ("XP_WHY", ["'Plan'!$C$2", "Plan!D2"]),
        ("XP_WORKLOAD_HOURS", [{"rows": [[10.0, 20.0]]}, 180.0, ""]),
        ("XP_WORKLOAD_HOURS", [NA, 180.0, "Plan!C3"]),
        ("XP_WHY", ["Plan!C3", ""]),
        ("XP_GROSS_UP", [100.0, 30.0, MISSING, "Plan!C4"]),
        ("XP_WHY", ["Plan!C4", ""]),
        ("XP_WHY", ["Plan!Z9", ""]),
    ]
    whole, part, hours, why, row, error, error_why, percent, percent_why, nothing = served(calls)
    value = marked("#VALUE!")
    assert whole == call("XP_AGENTS", *AGENTS)
    assert part == call("XP_AGENTS", *AGENTS, None, None, False)
    assert hours == [[0.5], [value], [marked("#DIV/0!")], [value], [value], [1.0]]
    assert why.startswith("XP_WORKLOAD_HOURS: volume is blank")
    assert row == [0.5, 1.0]
    assert error == marked("#N/A")
    assert "holds this error" in error_why
    assert percent == marked("#NUM!")
    assert "type 0.30" in percent_why
    assert nothing == marked("#N/A")


@pytest.mark.parametrize("code", list(NUMBERS))
def test_every_error_goes_in_and_out(code: str) -> None:
    assert code_of(SENT_FROM + NUMBERS[code]) == code
    assert received(SENT_FROM + NUMBERS[code]).code == code
    assert returned(received(SENT_FROM + NUMBERS[code])) == f"{MARK}{NUMBERS[code]}"


def test_a_whole_number_that_is_no_error_is_a_number() -> None:
    assert received(((7, True), (None, "x"))) == [[7.0, True], [None, "x"]]
    assert isinstance(received(7), float)
    assert received(True) is True


def test_blanks_and_dates_go_back_as_excel_holds_them() -> None:
    import datetime as dt

    assert returned([[None, dt.date(2026, 1, 2)], ["x", dt.datetime(2026, 1, 2, 12)]]) == [
        ["", 46024.0],
        ["x", 46024.5],
    ]
