"""The open document of LibreOffice Calc as a Book.

UNO exists only in LibreOffice's own Python, and the engine only in the planner's. So this Book asks a :class:`Door`
for plain data, and the add-in answers behind it. Tables of an .xlsx file are database ranges in Calc, under the same
names.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

from xlplan.errors import WorkbookError
from xlplan.workbook.book import CellValue, ErrorValue, Formula, TableCells, TablePlace, column_letters
from xlplan.workbook.package.references import LAST_ROW, parse_cell
from xlplan.workbook.package.values import number, same, stored

Area = tuple[str, int, int, int, int]
"""Sheet, top, left, bottom, right; rows and columns from 0."""

EPOCHS = {(1899, 12, 30): False, (1904, 1, 1): True}
SHOWN = 5


class Door(Protocol):
    """What LibreOffice does for a Book; each call takes and gives plain data."""

    def facts(self) -> Mapping[str, Any]:
        """Label, epoch, sheets, areas of tables, places of named cells."""

    def read(self, area: Area) -> list[list[CellValue]]:
        """Values of an area, row by row."""

    def formulas(self, area: Area) -> list[list[str]]:
        """Formulas of an area, empty where there is none."""

    def write(self, area: Area, rows: Sequence[Sequence[CellValue]]) -> None:
        """Put values into an area."""

    def filled(self, area: Area) -> list[str]:
        """Addresses of what stands in an area."""

    def resize(self, table: str, rows: int) -> None:
        """Give a table another number of body rows."""

    def fill_down(self, area: Area) -> None:
        """Copy the formulas of the first row of an area down."""

    def store(self, path: str) -> None:
        """Save a copy of the document."""


@dataclass(frozen=True)
class _Table:
    """A database range with the names in its header row."""

    name: str
    sheet: str
    top: int
    left: int
    bottom: int
    right: int
    columns: tuple[str, ...]
    calculated: frozenset[str]

    @property
    def rows(self) -> int:
        """Body rows, a blank one included."""
        return self.bottom - self.top

    @property
    def place(self) -> TablePlace:
        """As the other Books say it."""
        in_order = tuple(name for name in self.columns if name in self.calculated)
        return TablePlace(self.name, self.sheet, self.top + 1, self.left + 1, self.columns, self.rows, in_order)

    def body(self, column: int = -1, *, count: int = 1) -> Area:
        """All of the body, or ``count`` columns of it."""
        left = self.left if column < 0 else self.left + column
        return self.sheet, self.top + 1, left, self.bottom, self.right if column < 0 else left + count - 1


class CalcBook:
    """A document that is open in Calc: what is written stands there at once, and Calc recalculates what depends on it.

    Parameters
    ----------
    door : Door
        The way into LibreOffice.
    """

    def __init__(self, door: Door) -> None:
        self._door = door

    @property
    def label(self) -> str:
        """The document's name."""
        return str(self._door.facts()["label"])

    @property
    def date1904(self) -> bool:
        """True when serial numbers count from 1904."""
        epoch = tuple(self._door.facts()["epoch"])
        if epoch not in EPOCHS:
            raise WorkbookError(
                f"dates count from {dt.date(*epoch)}",
                where=self.label,
                do="choose 12/30/1899 under Tools > Options > LibreOffice Calc > Calculate",
            )
        return EPOCHS[epoch]

    # ---- tables -----------------------------------------------------------------------------------------------------

    def places(self) -> dict[str, TablePlace]:
        """Every named table and where it stands; an empty table counts its one blank row."""
        return {name: self._table(name).place for name in self._door.facts()["tables"]}

    def read(self, table: str) -> TableCells:
        """The body of one table, column by column; a table whose only row is blank is empty."""
        found = self._table(table)
        rows = self._body(found)
        place = found.place
        place = TablePlace(*(len(rows) if name == "rows" else getattr(place, name) for name in _PLACE))
        columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in found.columns]
        return TableCells(place, dict(zip(found.columns, columns, strict=True)))

    def write(self, table: str, columns: Mapping[str, Sequence[CellValue]]) -> int:
        """Replace the body of one table; returns cells changed.

        Columns that are not given are the planner's own: those that hold a formula in every row are filled down, others
        keep the values of the rows that remain. Nothing is written unless all of it can be.
        """
        found = self._table(table)
        given, rows = self._matched(found, columns)
        old = self._body(found)
        if not rows:
            given = {name: [] for name in found.columns if name not in found.calculated}
        else:
            given |= {  # kept, and blank below; in Calc they may have moved with the rows put in
                name: [row[place] for row in old[:rows]] + [None] * (rows - len(old))
                for place, name in enumerate(found.columns)
                if name not in given and name not in found.calculated and len(old) != rows
            }
        changed = self._changed(found, old, given, rows)
        if not changed and rows == len(old):
            return 0
        shown = max(rows, 1)
        if shown != found.rows:
            self._claim(found, shown)
            self._door.resize(found.name, shown)
            found = _Table(*(found.top + shown if name == "bottom" else getattr(found, name) for name in _TABLE))
        for first, block in _blocks(found.columns, given):
            values = [[given[name][row] if row < rows else None for name in block] for row in range(shown)]
            self._door.write(found.body(first, count=len(block)), values)
        for name in found.calculated if shown > 1 else ():
            self._door.fill_down(found.body(found.columns.index(name)))
        return changed

    def _table(self, name: str) -> _Table:
        tables = {known.casefold(): (known, area) for known, area in self._door.facts()["tables"].items()}
        if name.casefold() not in tables:
            known = ", ".join(sorted(known for known, _ in tables.values())) or "none"
            raise WorkbookError(f"no table named {name!r}", where=self.label, do=f"its tables: {known}")
        known, (sheet, top, left, bottom, right) = tables[name.casefold()]
        header = self._door.read((sheet, top, left, top, right))[0]
        columns = tuple(str(cell) if cell is not None else column_letters(left + 1 + place) for place, cell in enumerate(header))
        if bottom == top:
            raise WorkbookError("it has no row below its header", where=f"table {known} on {sheet}", do="add a row to it")
        formulas = self._door.formulas((sheet, top + 1, left, bottom, right))
        calculated = frozenset(column for place, column in enumerate(columns) if all(row[place] for row in formulas))
        return _Table(known, sheet, top, left, bottom, right, columns, calculated)

    def _body(self, table: _Table) -> list[list[CellValue]]:
        rows = [[_held(value) for value in row] for row in self._door.read(table.body())]
        own = [place for place, name in enumerate(table.columns) if name not in table.calculated]
        return [] if len(rows) == 1 and all(rows[0][place] is None for place in own) else rows

    def _matched(
        self, table: _Table, columns: Mapping[str, Sequence[CellValue]]
    ) -> tuple[dict[str, list[CellValue]], int]:
        """Values by column as cells hold them, and how many rows they have."""
        where = f"table {table.name} on {table.sheet}"
        unknown = [name for name in columns if name not in table.columns]
        if unknown:
            raise WorkbookError(f"no column {unknown[0]!r}", where=where, do=f"its columns: {', '.join(table.columns)}")
        given = {name: [self._holdable(value) for value in values] for name, values in columns.items()}
        lengths = {name: len(values) for name, values in given.items()}
        if len(set(lengths.values())) > 1:
            counts = ", ".join(f"{name} {length}" for name, length in lengths.items())
            raise WorkbookError(f"columns differ in length: {counts}", where=where, do="give columns of one length")
        return given, next(iter(lengths.values()), len(self._body(table)))

    def _holdable(self, value: CellValue) -> CellValue:
        """The value as a cell gives it back; refuses what no cell holds."""
        return _plain(value, date1904=self._date1904())

    def _changed(
        self, table: _Table, old: list[list[CellValue]], given: Mapping[str, list[CellValue]], rows: int
    ) -> int:
        changed = 0
        for place, name in enumerate(table.columns):
            if name in given:
                before = [row[place] for row in old]
                for row in range(max(len(before), rows)):
                    was = before[row] if row < len(before) else None
                    now = given[name][row] if row < rows else None
                    changed += not same(was, now, date1904=False)
        return changed

    def _claim(self, table: _Table, rows: int) -> None:
        """Make sure that the rows which the table grows into are free."""
        where = f"table {table.name} on {table.sheet}"
        if table.top + 1 + rows > LAST_ROW:
            raise WorkbookError(f"it would end below row {LAST_ROW:,}", where=where, do="write fewer rows")
        if rows <= table.rows:
            return
        needed = (table.sheet, table.bottom + 1, table.left, table.top + rows, table.right)
        blockers = self._door.filled(needed)
        blockers += [name for name, area in self._door.facts()["tables"].items() if name != table.name and _meet(area, needed)]
        if blockers:
            more = f" and {len(blockers) - SHOWN} more" if len(blockers) > SHOWN else ""
            raise WorkbookError(
                f"{rows - table.rows:,} more rows need room where {', '.join(blockers[:SHOWN])}{more} stand",
                where=where,
                do="move what stands below the table, or insert rows above it",
            )
