"""Real workbooks: one thing changed, everything else byte for byte as it was.

The files come from public test suites; ``corpus/MANIFEST.tsv`` names repository, path and licence of each.
"""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import pytest

from tests.workbook.package.build import read_parts
from xlplan.errors import WorkbookError
from xlplan.workbook.book import CellValue
from xlplan.workbook.package.file_book import FileBook

CORPUS = Path(__file__).parent.parent / "corpus"
with (CORPUS / "MANIFEST.tsv").open(encoding="utf-8", newline="") as manifest:
    FILES = {row["file"]: row for row in csv.DictReader(manifest, delimiter="\t")}
FROZEN = {"SharedWorkbook.xlsx", "hello-world-signed.xlsx"}
BESIDE_ANOTHER = {
    ("basicspreadsheet.xlsx", "Table2"),
    ("InsertingTables.xlsx", "Table1"),
    ("InsertingTables.xlsx", "Table4"),
}
"""Tables beside which another one passes the row where sheet rows would be inserted."""
TABLES = [(name, table) for name in FILES for table in FileBook.open(CORPUS / name).places()]


def owned(book: FileBook, sheet: str) -> str:
    """Part of a sheet, in lower case."""
    return next(entry.part for entry in book._package.sheets if entry.name == sheet).lower()


def differing(before: Path, after: Path) -> set[str]:
    """Parts that are not byte for byte the same, in lower case."""
    old, new = read_parts(before), read_parts(after)
    return {name.lower() for name in old.keys() | new.keys() if old.get(name) != new.get(name)}


@pytest.mark.parametrize("name", FILES)
def test_the_files_are_the_ones_the_manifest_names(name: str) -> None:
    content = (CORPUS / name).read_bytes()
    assert hashlib.sha256(content).hexdigest()[:16] == FILES[name]["sha256_16"]


@pytest.mark.parametrize("name", sorted(set(FILES) - FROZEN))
def test_one_cell_set(tmp_path: Path, name: str) -> None:
    source = CORPUS / name
    book = FileBook.open(source)
    sheet = next(entry.name for entry in book._package.sheets if entry.kind == "worksheet")
    assert book.write_cells(sheet, {"ZZ900": "set by a test"}) == 1
    target = tmp_path / name
    book.save(target)
    changed = differing(source, target)
    assert changed <= {owned(book, sheet), "xl/workbook.xml"}  # the workbook may ask to be calculated
    again = FileBook.open(target)
    assert again.read_cells(sheet, "ZZ900") == [["set by a test"]]
    before = target.read_bytes()
    assert again.write_cells(sheet, {"ZZ900": "set by a test"}) == 0
    again.save(target)
    assert target.read_bytes() == before


@pytest.mark.parametrize("name", sorted(FROZEN))
def test_workbooks_that_any_change_would_break_are_refused(name: str) -> None:
    book = FileBook.open(CORPUS / name)
    sheet = next(entry.name for entry in book._package.sheets if entry.kind == "worksheet")
    with pytest.raises(WorkbookError):
        book.write_cells(sheet, {"ZZ900": 1})


def others(book: FileBook, table: str) -> dict[str, dict[str, list[CellValue]]]:
    """Values of every table but one, those left out that no Book reads (they hold merged cells)."""
    found = {}
    for name, known in book._tables.items():
        if name != table.casefold() and not any(merge.meets(known.area) for merge in known.sheet.merges):
            found[name] = book.read(known.name).columns
    return found


def is_kept(before: dict[str, list[CellValue]], after: dict[str, list[CellValue]]) -> bool:
    """True when a table holds what it held; a formula may wait for recalculation."""
    return before.keys() == after.keys() and all(
        new == old or new is None for column in before for old, new in zip(before[column], after[column], strict=True)
    )


@pytest.mark.parametrize(("name", "table"), TABLES)
@pytest.mark.parametrize("more", [0, 3, 40, -1])
def test_a_table_refreshed(tmp_path: Path, name: str, table: str, more: int) -> None:
    source = CORPUS / name
    book = FileBook.open(source)
    place = book.places()[table]
    rows = max(1, place.rows + more)
    calculated = book._tables[table.casefold()].calculated
    columns: dict[str, list[CellValue]] = {
        column: [f"{column} {row}" if (row + index) % 3 else row * 1.25 for row in range(rows)]
        for index, column in enumerate(place.columns)
        if index not in calculated
    }
    target = tmp_path / name
    beside = others(book, table)
    assert book.write(table, columns) > 0
    book.save(target)
    sheet_parts = {owned(book, place.sheet), book._tables[table.casefold()].part.lower()}
    followers: tuple[str, ...] = ("xl/workbook.xml", "xl/charts/", "xl/pivotcache/", "xl/worksheets/sheet")
    followers += ("xl/calcchain.xml",)
    if more > 0:  # what stands below moves
        followers += ("xl/tables/", "xl/pivottables/", "xl/drawings/", "xl/comments")
    listing = ("[content_types].xml", "xl/_rels/workbook.xml.rels")  # change only when the calculation chain goes
    for part in differing(source, target) - sheet_parts:
        assert part.startswith(followers + listing)
    again = FileBook.open(target)
    read = again.read(table).columns
    assert {column: read[column] for column in columns} == columns
    assert all(is_kept(beside[other], after) for other, after in others(again, table).items())
    before = target.read_bytes()
    assert again.write(table, columns) == 0
    again.save(target)
    assert target.read_bytes() == before


@pytest.mark.parametrize(("name", "table"), TABLES)
def test_a_table_grown_by_whole_rows(tmp_path: Path, name: str, table: str) -> None:
    source = CORPUS / name
    book = FileBook.open(source, below="insert")
    place = book.places()[table]
    column = next(c for i, c in enumerate(place.columns) if i not in book._tables[table.casefold()].calculated)
    beside = others(book, table)
    target = tmp_path / name
    if (name, table) in BESIDE_ANOTHER:
        with pytest.raises(WorkbookError, match="would tear table"):
            book.write(table, {column: list(range(place.rows + 12))})
        book.save(target)
        assert target.read_bytes() == source.read_bytes()
        return
    book.write(table, {column: list(range(place.rows + 12))})
    book.save(target)
    again = FileBook.open(target)
    assert again.read(table).columns[column] == list(range(place.rows + 12))
    assert all(is_kept(beside[other], after) for other, after in others(again, table).items())
