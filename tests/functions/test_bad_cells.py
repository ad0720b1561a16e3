"""Every function, every argument, cells of every wrong kind: a value or a cell error comes back, whatever their number.

Warnings are errors here, so that an overflow on the way to a wrong number is found too.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from xlplan.functions import CellError, call, functions
from xlplan.functions.cellvalues import MAX_CELLS
from xlplan.functions.plan.example import example_plan
from xlplan.functions.registry import MOST_FAILURES, Function
from xlplan.workbook.book import ErrorValue

BAD: dict[str, Any] = {
    "text": "many",
    "text of a number": "12",
    "a blank in text": " ",
    "true": True,
    "error": ErrorValue("#DIV/0!"),
    "error inside": [[1.0], [ErrorValue("#REF!")]],
    "object": object(),
    "bytes": b"12",
    "complex": 1 + 2j,
    "decimal": Decimal("1.5"),
    "date": dt.date(2026, 3, 2),
    "time": dt.time(9, 30),
    "table": pd.DataFrame({"volume": [1.0]}),
    "empty": [],
    "empty rows": [[], []],
    "ragged": [[1.0], [1.0, 2.0]],
    "rows in rows": [[[1.0]], [[2.0]]],
    "one cell": [[1.0]],
    "blanks": [[None], [None]],
    "row": [[1.0, 2.0, 3.0]],
    "block": [[1.0, 2.0], [3.0, 4.0]],
    "texts inside": [[1.0], ["x"], [None]],
    "zero": 0,
    "zeros": [[0.0], [0.0]],
    "minus one": -1,
    "fraction": 0.37,
    "percent": 80,
    "tiny": 5e-324,
    "huge": 1e300,
    "largest": 1.7976931348623157e308,
    "huge whole number": 10**400,
    "infinite": float("inf"),
    "not a number": float("nan"),
    "array": np.array([[1.0], [np.inf]]),
    "numpy text": np.array(["a", "b"]),
    "numpy date": np.datetime64("2026-03-02"),
}
FUNCTIONS = list(functions().values())


def every(those: Iterable[Function] = FUNCTIONS) -> list[Any]:
    return [pytest.param(function, id=function.name) for function in those]


EVERY = every()


def said(error: CellError) -> CellError:
    """The error, which has a code that a sheet shows and a sentence."""
    assert error.code.startswith("#")
    assert error.sentence
    return error


def answer_of(function: Function, cells: list[Any]) -> Any:
    """What a host gets; anything but a value or a cell error fails the test."""
    try:
        answer = call(function.name, *cells, plan=example_plan() if function.reads == "plan" else None)
    except CellError as error:
        return said(error)
    values = [value for row in answer for value in row] if isinstance(answer, list) else [answer]
    assert values
    for value in values:
        assert isinstance(value, float | int | str | CellError), value
        if isinstance(value, float):
            assert math.isfinite(value), "a number that no sheet can show"
    return answer


def filled(function: Function) -> list[Any]:
    """The example with a blank for every argument that it leaves out."""
    return [*function.example, *[None] * (len(function.arguments) - len(function.example))]


@pytest.mark.parametrize("function", EVERY)
def test_one_bad_argument(function: Function) -> None:
    for place in range(len(function.arguments)):
        for bad in BAD.values():
            cells = filled(function)
            cells[place] = bad
            answer_of(function, cells)


@pytest.mark.parametrize("function", EVERY)
def test_all_arguments_bad_alike(function: Function) -> None:
    for bad in BAD.values():
        answer_of(function, [bad] * len(function.arguments))


@pytest.mark.parametrize("function", EVERY)
def test_an_error_in_a_cell_comes_through(function: Function) -> None:
    """The planner sees the error where it began, not another one; a message is no number, so texts may fail first."""
    for place, argument in enumerate(function.arguments):
        cells = filled(function)
        cells[place] = ErrorValue("#DIV/0!")
        answer = answer_of(function, cells)
        codes = {answer.code} if isinstance(answer, CellError) else {
            value.code for row in answer for value in row if isinstance(value, CellError)
        }  # fmt: skip
        assert "#DIV/0!" in codes, argument.name


def column_of(example: Any, cells: int) -> list[Any]:
    """A column of what the example has, or of ones."""
    value = example
    while isinstance(value, list):
        value = value[0]
    return [[1.0 if value is None else value]] * cells


def places(function: Function, *kinds: str) -> list[int]:
    return [place for place, argument in enumerate(function.arguments) if argument.kind in kinds]


RANGES = ("numbers", "dates", "texts")


@pytest.mark.parametrize("function", every(f for f in FUNCTIONS if places(f, *RANGES)))
def test_whole_columns_in_all_ranges_are_answered_or_refused(function: Function) -> None:
    """Of one length, so that they pass the first check and reach the engine or the limit of it."""
    cells = filled(function)
    for place in places(function, *RANGES):
        cells[place] = column_of(cells[place], MAX_CELLS)
    answer_of(function, cells)


@pytest.mark.parametrize("function", every(f for f in FUNCTIONS if places(f, "number")))
def test_a_long_column_is_answered_cell_by_cell(function: Function) -> None:
    """All of these go through one door; a whole column of them is answered too, in some seconds."""
    cells = filled(function)
    first = places(function, "number")[0]
    alone = answer_of(function, cells)
    cells[first] = column_of(cells[first], MAX_CELLS // 64)
    answer = answer_of(function, cells)
    assert len(answer) == MAX_CELLS // 64
    assert answer[0] == answer[-1] == [pytest.approx(alone, rel=1e-12)]


def test_a_whole_column_is_answered() -> None:
    answer = call("XP_AGENTS", column_of(100, MAX_CELLS), 180, 30, 0.8, 20)
    assert len(answer) == MAX_CELLS
    assert answer[0] == answer[-1] == [14.0]


def test_a_column_in_which_all_fails_fails_as_one() -> None:
    column = [[-1.0 - row] for row in range(MAX_CELLS // 16)]
    with pytest.raises(CellError, match=f"more than {MOST_FAILURES:,} cells fail") as failed:
        call("XP_AGENTS", column, 180, 30, 0.8, 20)
    assert failed.value.code == "#NUM!"
    assert "found -1, expected 0 or more" in failed.value.sentence


@pytest.mark.parametrize(
    ("name", "cells", "says"),
    [
        ("XP_FORECAST", ([[1.0]] * 300_000, [[40_000 + n] for n in range(300_000)], 400_000), "at most 250,000"),
        ("XP_FORECAST", ([[1], [2], [3]], [[45663], [45664], [45665]], 60_000), "expected 1 to 1,830"),
        ("XP_FORECAST", ([[1], [2]], [[45663], [45664]], 45_665, None, 2_000), "at most 1,000"),
        ("XP_BACKLOG_WALK", (0, [[1.0]] * 100_001, 2), "at most 100,000"),
        ("XP_RAMP_FTE", ([[1.0]] * 10_001, 1), "at most 10,000"),
        ("XP_GROSS_UP", (1, [[0.0]] * 1_001), "at most 1,000"),
        ("XP_DEFERRED_FTE", ([[1.0]] * 10_001, 24, 360, 0, 24, 1, 7.5), "at most"),
        ("XP_DEFERRED_FTE", ([[1.0], [2.0]], 24, 360, 0, 1e9, 1, 7.5), "tat_h"),
    ],
)  # fmt: skip
def test_a_limit_is_a_sentence(name: str, cells: tuple[Any, ...], says: str) -> None:
    with pytest.raises(CellError, match=says) as failed:
        call(name, *cells)
    assert failed.value.code == "#NUM!"
