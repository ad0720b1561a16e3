"""Single cells set and read by address."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.workbook.package.build import Raw, read_parts, simple
from xlplan.errors import WorkbookError
from xlplan.workbook.package.file_book import FileBook

SHEET = "xl/worksheets/sheet1.xml"


def cells(sheet: bytes) -> dict[str, str]:
    """Every cell's text after its address."""
    return dict(re.findall(r'<c r="([A-Z]+\d+)"([^/>]*(?:/>|>.*?</c>))', sheet.decode()))


def test_new_cells_take_the_format_of_their_column(tmp_path: Path) -> None:
    book = simple()
    book.sheets[0].head = '<cols><col min="8" max="9" width="9" style="3"/></cols>'
    book.sheets[0].row_attributes[7] = ' s="2" customFormat="1"'
    path = book.save(tmp_path / "plan.xlsx")
    opened = FileBook.open(path)
    assert opened.write_cells("Data", {"H20": 1, "J20": 2, "H7": 3, "H4": None}) == 3
    opened.save(path)
    found = cells(read_parts(path)[SHEET])
    assert found["H20"] == ' s="3"><v>1</v></c>'
    assert found["J20"] == "><v>2</v></c>"
    assert found["H7"] == ' s="2"><v>3</v></c>'
    assert "H4" not in found


def test_cells_that_cannot_be_set_alone(tmp_path: Path) -> None:
    book = simple()
    spec = book.sheets[0]
    spec.tail = '<mergeCells count="1"><mergeCell ref="H1:I2"/></mergeCells>'
    spec.put(4, 8, Raw('><f t="array" ref="H4:H6">A1</f><v>1</v></c>'))
    opened = FileBook.open(book.save(tmp_path / "plan.xlsx"))
    for place in ("B1", "I1", "H2", "H4", "H6"):
        with pytest.raises(WorkbookError) as error:
            opened.write_cells("Data", {"L1": 5, place: 1})
        assert error.value.where == f"Data!{place}"
    assert opened.read_cells("Data", "L1") == [[None]]
    assert opened.write_cells("data", {"H1": 1, "H7": 2}) == 2
    with pytest.raises(WorkbookError, match="Dta"):
        opened.write_cells("Dta", {"A1": 1})
    with pytest.raises(WorkbookError, match="A0"):
        opened.write_cells("Data", {"A0": 1})
    with pytest.raises(WorkbookError, match="infinity"):
        opened.write_cells("Data", {"L1": float("inf")})


def test_cells_are_read_row_by_row(tmp_path: Path) -> None:
    opened = FileBook.open(simple().save(tmp_path / "plan.xlsx"))
    assert opened.read_cells("Data", "A1:C2") == [["queue", "volume", "aht_s"], ["Billing", 100, 300.5]]
    assert opened.read_cells("Data", "B9:C9") == [[None, None]]
