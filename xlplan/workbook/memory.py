"""A Book that lives in memory: for tests, and for Python callers who have no file."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from xlplan.errors import WorkbookError
from xlplan.workbook.book import CellValue, ErrorValue, Formula, Saved, TableCells, TablePlace
from xlplan.workbook.package.references import Area, cell_address
from xlplan.workbook.package.values import number, stored


class MemoryBook:
    """Named tables and cells held as lists; every table stands on a sheet of its own from A1.

    A value is held as a file would give it back: a date as its serial number, NaN and empty text as a blank.
    """

    label = "memory"
    date1904 = False

    def __init__(
        self,
        tables: Mapping[str, Mapping[str, Sequence[CellValue]]] | None = None,
        names: Mapping[str, CellValue] | None = None,
    ) -> None:
        self._tables = {
            name: {column: [_held(value) for value in values] for column, values in columns.items()}
            for name, columns in (tables or {}).items()
        }
        self._names = {name: _held(value) for name, value in (names or {}).items()}
        self._cells: dict[str, dict[str, CellValue]] = {}

    def places(self) -> dict[str, TablePlace]:
        """Every named table and where it stands."""
        return {
            name: TablePlace(name, name, 1, 1, tuple(columns), max((len(v) for v in columns.values()), default=0))
            for name, columns in self._tables.items()
        }

    def read(self, table: str) -> TableCells:
        """The body of one table."""
        place = self._place(table)
        return TableCells(place, {column: list(values) for column, values in self._tables[table].items()})

    def write(self, table: str, columns: Mapping[str, Sequence[CellValue]]) -> int:
        """Replace the body of one table; columns not given keep the values of the rows that remain."""
        place = self._place(table)
        unknown = [name for name in columns if name not in place.columns]
        if unknown:
            raise WorkbookError(f"no column {unknown[0]} in {table}", do=f"use one of {', '.join(place.columns)}")
        given = {name: [_held(value) for value in values] for name, values in columns.items()}
        lengths = {name: len(values) for name, values in given.items()}
        if len(set(lengths.values())) > 1:
            found = ", ".join(f"{name} {length}" for name, length in lengths.items())
            raise WorkbookError(f"columns of {table} differ in length: {found}", do="give columns of one length")
        rows = next(iter(lengths.values()), place.rows)
        changed = 0
        for name, old in self._tables[table].items():
            new = _stretched(given.get(name, old)[:rows], rows)
            longest = max(len(old), rows)
            pairs = zip(_stretched(old, longest), _stretched(new, longest), strict=True)
            changed += sum(not _same(before, after) for before, after in pairs)
            self._tables[table][name] = new
        return changed

    def names(self) -> dict[str, str]:
        """Every named cell with its place."""
        return {name: f"Control!B{row}" for row, name in enumerate(self._names, start=1)}

    def read_name(self, name: str) -> CellValue:
        """The value of a named cell."""
        self._need_name(name)
        return self._names[name]

    def name_waits(self, name: str) -> bool:
        """False: nothing here is a formula."""
        return False

    def write_name(self, name: str, value: CellValue) -> int:
        """Set a named cell; returns 1 if its value changed."""
        self._need_name(name)
        held = _held(value)
        changed = not _same(self._names[name], held)
        self._names[name] = held
        return int(changed)

    def read_cells(self, sheet: str, area: str) -> list[list[CellValue]]:
        """Values of an area, row by row."""
        wanted, cells = Area.parse(area), self._cells.get(sheet, {})
        columns = range(wanted.left, wanted.right + 1)
        return [
            [cells.get(cell_address(row, column)) for column in columns] for row in range(wanted.top, wanted.bottom + 1)
        ]

    def locked(self, sheet: str, areas: Iterable[str]) -> str:
        """Nothing in memory is protected."""
        return ""

    def write_cells(self, sheet: str, values: Mapping[str, CellValue]) -> int:
        """Set single cells of a sheet; returns how many changed."""
        cells = self._cells.setdefault(sheet, {})
        changed = sum(cells.get(address) != value for address, value in values.items())
        cells.update(values)
        return changed

    def save(self, path: Path) -> Saved:
        """Write the tables, names and cells to a file that only Python reads."""
        Path(path).write_bytes(pickle.dumps((self._tables, self._names, self._cells)))
        return Saved(Path(path))

    def _place(self, table: str) -> TablePlace:
        places = self.places()
        if table not in places:
            raise WorkbookError(f"no table {table} in {self.label}", do=f"its tables are {', '.join(places) or 'none'}")
        return places[table]

    def _need_name(self, name: str) -> None:
        if name not in self._names:
            raise WorkbookError(f"no named cell {name}", do=f"its named cells are {', '.join(self._names) or 'none'}")


def _held(value: CellValue) -> CellValue:
    """The value as a cell would give it back; refuses what no cell holds."""
    form = stored(value.value if isinstance(value, Formula) else value, date1904=MemoryBook.date1904)
    if form is None:
        return None
    kind, text = form
    if kind == "n":
        return number(text)
    if kind == "b":
        return text == "1"
    return ErrorValue(text) if kind == "e" else text


def _same(old: CellValue, new: CellValue) -> bool:
    """Equal, and of one kind: TRUE is not 1."""
    return old == new and isinstance(old, bool) == isinstance(new, bool)


def _stretched(values: list[CellValue], rows: int) -> list[CellValue]:
    return values + [None] * (rows - len(values))
