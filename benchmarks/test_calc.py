"""Formulas in LibreOffice Calc: microseconds per cell, beside a function that is built in, in the same run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.hosts.calc.office import Office, Sheet

CELLS = 10_000
ROUNDS = 3
PEER = "=MROUND(A{row};7)+SQRT(A{row})"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    running = Office(tmp_path_factory.mktemp("libreoffice"))
    yield running
    running.stop()


@pytest.fixture
def sheet(office: Office) -> Iterator[Sheet]:
    opened = office.document()
    yield opened
    opened.close()


def values(start: int) -> list[list[float]]:
    """A column of numbers that were never asked before."""
    return [[float(start * CELLS + row)] for row in range(1, CELLS + 1)]


def microseconds(sheet: Sheet, numbers: list[list[float]]) -> float:
    """Per cell, from new values to answers; putting in and reading out are in it, for both sides."""
    return 1e6 * sheet.ask("seconds", sheet.first, f"A1:A{CELLS}", numbers, f"B1:B{CELLS}") / CELLS


def column(sheet: Sheet, formula: str) -> None:
    rows = [[formula.format(row=row)] for row in range(1, CELLS + 1)]
    sheet.ask("formulas", sheet.first, f"B1:B{CELLS}", rows)


def best(sheet: Sheet, first: int) -> float:
    return min(microseconds(sheet, values(first + turn)) for turn in range(ROUNDS))


def test_one_call_per_cell(sheet: Sheet, office: Office) -> None:
    column(sheet, PEER)
    peer = best(sheet, 1)
    column(sheet, "=XP_WORKLOAD_HOURS(A{row};180)")
    runs = office.runs
    asked = best(sheet, 10)
    assert office.runs - runs >= ROUNDS * CELLS
    known = microseconds(sheet, values(12))
    assert sheet.cells(f"B{CELLS}") == [[values(12)[-1][0] * 180 / 3600]]
    print(f"\n{CELLS:,} cells, a call each: {asked:,.0f} us a cell, {known:,.0f} when the arguments are known")
    print(f"built in: {peer:,.1f} us a cell, ratio {asked / peer:,.0f} and {known / peer:,.0f}")


@pytest.mark.parametrize(
    ("formula", "answer"),
    [
        (f"=XP_WORKLOAD_HOURS(A1:A{CELLS};180)", 180 / 3600),
        (f"=XP_AGENTS(A1:A{CELLS};180;30;80%;20)", None),
    ],
    ids=["workload", "agents"],
)
def test_one_call_for_all_rows(sheet: Sheet, office: Office, formula: str, answer: Any) -> None:
    column(sheet, PEER)
    peer = best(sheet, 20)
    sheet.ask("formulas", sheet.first, f"B1:B{CELLS}", [[""]] * CELLS)
    sheet.ask("formula", sheet.first, f"B1:B{CELLS}", formula, True)
    runs = office.runs
    ours = best(sheet, 30)
    assert office.runs == runs + ROUNDS
    last = values(32)[-1][0]
    assert sheet.cells(f"B{CELLS}")[0][0] >= (last * answer if answer else last * 180 / 1800)
    print(f"\n{formula}: {ours:,.2f} us a row; built in: {peer:,.1f} us a cell, ratio {ours / peer:,.1f}")
