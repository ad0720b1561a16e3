"""Calculated columns: those that the table declares, and those that every cell of shows to be one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workbook.package.build import Raw, Workbook, formula
from xlplan.workbook.package.file_book import FileBook


def opened(tmp_path: Path, rows: list[list[object]], *, calculated: dict[str, str] | None = None) -> FileBook:
    book = Workbook()
    book.table(book.sheet("Data"), "tblPlan", ["queue", "volume", "double"], rows, calculated=calculated)
    return FileBook.open(book.save(tmp_path / "plan.xlsx"))


def formulas(book: FileBook) -> dict[str, str]:
    sheet = book._sheet("Data")
    return {f"{cell.column}:{cell.row}": cell.text for cell in sheet.facts.formulas}


def test_a_formula_in_every_row_is_a_calculated_column(tmp_path: Path) -> None:
    book = opened(tmp_path, [["a", 1, formula("B2*2", 2)], ["b", 2, formula("B3*2", 4)]])
    assert book.places()["tblPlan"].calculated == ("double",)
    book.write("tblPlan", {"queue": ["x", "y", "z"], "volume": [5, 6, 7]})
    assert formulas(book) == {"3:2": "B2*2", "3:3": "B3*2", "3:4": "B4*2"}
    assert book.places()["tblPlan"].calculated == ("double",)
    book.write("tblPlan", {"queue": ["x"], "volume": [5]})
    assert formulas(book) == {"3:2": "B2*2"}


def test_a_shared_formula_is_one(tmp_path: Path) -> None:
    first = Raw('><f t="shared" ref="C2:C4" si="0">B2*2</f><v>2</v></c>')
    book = opened(tmp_path, [["a", 1, first], *[["b", 2, Raw('><f t="shared" si="0"/><v>4</v></c>')]] * 2])
    assert book.places()["tblPlan"].calculated == ("double",)
    book.write("tblPlan", {"queue": list("vwxyz"), "volume": [1, 2, 3, 4, 5]})
    assert formulas(book) == {f"3:{row}": f"B{row}*2" for row in range(2, 7)}


def test_what_the_table_declares_is_one_too(tmp_path: Path) -> None:
    book = opened(tmp_path, [["a", 1, None], ["b", 2, None]], calculated={"double": "tblPlan[[#This Row],[volume]]*2"})
    assert book.places()["tblPlan"].calculated == ("double",)


@pytest.mark.parametrize("last", [4, None, Raw(' t="e"><v>#N/A</v></c>')])
def test_a_row_without_the_formula_makes_it_the_planners_own(tmp_path: Path, last: object) -> None:
    book = opened(tmp_path, [["a", 1, formula("B2*2", 2)], ["b", 2, last]])
    assert book.places()["tblPlan"].calculated == ()


def test_formulas_that_differ_stay_where_they_are(tmp_path: Path) -> None:
    """They are no values to carry, and no pattern to fill down."""
    book = opened(tmp_path, [["a", 1, formula("B2*2", 2)], ["b", 2, formula("B3*3", 6)]])
    assert book.places()["tblPlan"].calculated == ("double",)
    book.write("tblPlan", {"queue": ["x", "y", "z"], "volume": [5, 6, 7]})
    assert formulas(book) == {"3:2": "B2*2", "3:3": "B3*3"}
    assert book.read_cells("Data", "C4:C4") == [[None]]


def test_an_empty_table_keeps_its_formula(tmp_path: Path) -> None:
    book = opened(tmp_path, [[None, None, formula("B2*2", 0)]])
    assert book.read("tblPlan").place.rows == 0
    book.write("tblPlan", {"queue": ["x", "y"], "volume": [1, 2]})
    assert formulas(book) == {"3:2": "B2*2", "3:3": "B3*2"}


def test_a_totals_row_does_not_count(tmp_path: Path) -> None:
    book = Workbook()
    rows: list[list[object]] = [["a", 1], ["b", 2]]
    book.table(book.sheet("Data"), "tblPlan", ["queue", "volume"], rows, totals=["Total", formula("SUM(B2:B3)", 3)])
    read = FileBook.open(book.save(tmp_path / "plan.xlsx"))
    assert read.places()["tblPlan"].calculated == ()
