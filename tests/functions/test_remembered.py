"""Answers are computed once: errors too, apart by kind and workbook, and within a bound."""

from __future__ import annotations

from typing import Any

from xlplan.functions import CellError
from xlplan.functions.results import Remembered


class Engine:
    """Counts its runs."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self) -> int:
        self.runs += 1
        return self.runs


def test_equal_arguments_are_computed_once() -> None:
    engine, remembered = Engine(), Remembered()
    for rows in ([[1.0], [2.0]], ((1.0,), (2.0,))):
        assert remembered.answer("XP_F", [rows, None, "x"], engine) == 1
    assert remembered.answer("XP_G", [[[1.0], [2.0]], None, "x"], engine) == 2
    assert remembered.answer("XP_F", [[[1.0], [3.0]], None, "x"], engine) == 3


def test_errors_are_remembered_and_given_back() -> None:
    runs: list[int] = []

    def failing() -> Any:
        runs.append(1)
        raise CellError("#NUM!", "too much")

    remembered = Remembered()
    assert [remembered.answer("XP_F", [1.0], failing) for _ in range(3)] == [CellError("#NUM!", "too much")] * 3
    assert len(runs) == 1


def test_an_error_about_a_plan_is_asked_again() -> None:
    """A workbook that could not be read may be readable now, though its stamp is the same."""
    said: list[CellError | float] = [CellError("#NUM!", "Excel is busy"), 7.0]

    def reading() -> float:
        answer = said.pop(0)
        if isinstance(answer, CellError):
            raise answer
        return answer

    remembered = Remembered()
    answers = [remembered.answer("XP_F", ["stamp"], reading, book="A.xlsm") for _ in range(3)]
    assert answers == [CellError("#NUM!", "Excel is busy"), 7.0, 7.0]


def test_true_is_not_1() -> None:
    engine, remembered = Engine(), Remembered()
    given = [1.0, True, [[1.0]], [[True]], [[1.0, False]], [[1.0, 0.0]]]
    assert len({remembered.answer("XP_F", [value], engine) for value in given}) == len(given)


def test_a_plan_in_another_workbook_is_another_plan() -> None:
    engine, remembered = Engine(), Remembered()
    assert remembered.answer("XP_F", ["a"], engine, book="A.xlsm") == 1
    assert remembered.answer("XP_F", ["a"], engine, book="B.xlsm") == 2
    assert remembered.answer("XP_F", ["a"], engine, book="A.xlsm") == 1


def test_what_was_not_used_for_longest_goes_first() -> None:
    engine, remembered = Engine(), Remembered(limit=40)
    for number in range(4):
        remembered.answer("XP_F", [[[float(number)] * 8]], engine)
    remembered.answer("XP_F", [[[0.0] * 8]], engine)
    remembered.answer("XP_F", [[[9.0] * 8]], engine)
    runs = engine.runs
    remembered.answer("XP_F", [[[0.0] * 8]], engine)
    assert engine.runs == runs
    remembered.answer("XP_F", [[[1.0] * 8]], engine)
    assert engine.runs == runs + 1


def test_one_call_that_would_drive_out_all_others_is_not_kept() -> None:
    engine, remembered = Engine(), Remembered(limit=40)
    remembered.answer("XP_F", ["small"], engine)
    for _ in range(2):
        remembered.answer("XP_F", [[[1.0] * 11]], engine)
    assert engine.runs == 3
    remembered.answer("XP_F", ["small"], engine)
    assert engine.runs == 3
