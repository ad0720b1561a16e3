"""A Book that lives in memory: for tests, and for Python callers who have no file."""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path

from xlplan.errors import WorkbookError
from xlplan.workbook.book import CellValue, Formula, TableCells, TablePlace


class MemoryBook:
    """Named tables and cells held as lists; every table stands on a sheet of its own from A1."""

    label = "memory"
    date1904 = False

    def __init__(
        self,
        tables: Mapping[str, Mapping[str, Sequence[CellValue]]] | None = None,
        names: Mapping[str, CellValue] | None = None,
    ) -> None:
        self._tables = {name: {c: list(v) for c, v in columns.items()} for name, columns in (tables or {}).items()}
        self._names = dict(names or {})

    def places(self) -> dict[str, TablePlace]:
        """Every named table and where it stands."""
        return {
            name: TablePlace(name, name, 1, 1, tuple(columns), max((len(v) for v in columns.values()), default=0))
            for name, columns in self._tables.items()
        }

    def read(self, table: str) -> TableCells:
        """The body of one table."""
        place = self._place(table)
        body = {column: [_value(v) for v in values] for column, values in self._tables[table].items()}
        return TableCells(place, body)

    def write(self, table: str, columns: Mapping[str, Sequence[CellValue]]) -> int:
        """Replace the body of one table; columns not given keep the values of the rows that remain."""
        place = self._place(table)
        unknown = [name for name in columns if name not in place.columns]
        if unknown:
            raise WorkbookError(f"no column {unknown[0]} in {table}", do=f"use one of {', '.join(place.columns)}")
        rows = {len(values) for values in columns.values()}
        if len(rows) > 1:
            raise WorkbookError(f"columns of {table} have {sorted(rows)} rows, expected one length")
        length = max(rows.pop() if rows else place.rows, 1)
        changed = 0
        for name, old in self._tables[table].items():
            new = list(columns.get(name, old))[:length]
            new += [None] * (length - len(new))
            longer = max(len(new), len(old))
            padded_old, padded_new = old + [None] * (longer - len(old)), new + [None] * (longer - len(new))
            changed += sum(a != b for a, b in zip(padded_old, padded_new, strict=True))
            self._tables[table][name] = new
        return changed

    def names(self) -> dict[str, str]:
        """Every named cell with its place."""
        return {name: f"Control!B{row}" for row, name in enumerate(self._names, start=1)}

    def read_name(self, name: str) -> CellValue:
        """The value of a named cell."""
        if name not in self._names:
            raise WorkbookError(f"no named cell {name}")
        return _value(self._names[name])

    def write_name(self, name: str, value: CellValue) -> int:
        """Set a named cell; returns 1 if its value changed."""
        if name not in self._names:
            raise WorkbookError(f"no named cell {name}")
        changed = int(self._names[name] != value)
        self._names[name] = value
        return changed

    def save(self, path: Path) -> None:
        """Write the tables and names to a file that only Python reads."""
        Path(path).write_bytes(pickle.dumps((self._tables, self._names)))

    def _place(self, table: str) -> TablePlace:
        places = self.places()
        if table not in places:
            raise WorkbookError(f"no table {table} in {self.label}", do=f"its tables are {', '.join(places) or 'none'}")
        return places[table]


def _value(value: CellValue) -> CellValue:
    return value.value if isinstance(value, Formula) else value
