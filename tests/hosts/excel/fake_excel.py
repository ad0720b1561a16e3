"""An Excel in memory with as much of xlwings' manner as a live Book asks for.

It guesses at texts as Excel does (``007`` becomes a number, ``=A1`` a formula, ``'007`` stays a text), moves cells
down when cells are inserted, and refuses with xlwings' own error.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import xlwings

from xlplan.workbook.package.references import Area, cell_address

Place = tuple[int, int]
ERRORS = ("#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!")


@dataclass(frozen=True)
class Error:
    """An error in a cell."""

    code: str


@dataclass(frozen=True)
class Typed:
    """A formula in a cell; nothing is calculated here."""

    text: str


def guessed(value: Any) -> Any:
    """What a cell holds once Excel has been given a value."""
    if isinstance(value, str):
        if value.startswith("'"):
            return value[1:] or None
        if value.startswith("="):
            return Typed(value)
        if value in ERRORS:
            return Error(value)
        if value.upper() in ("TRUE", "FALSE"):
            return value.upper() == "TRUE"
        if re.fullmatch(r"\s*[+-]?\d+([.,]\d+)*\s*%?", value):
            return float(re.sub(r"[^\d.]", "", value) or 0)
        return value or None
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, dt.datetime):
        return value
    raise xlwings.XlwingsError(f"Excel cannot hold a {type(value).__name__}")


@dataclass
class SheetApi:
    """What COM tells of a sheet."""

    ProtectContents: bool


@dataclass
class RangeApi:
    """What COM tells of a range: every cell is locked, as in a new workbook."""

    Locked: bool = True


@dataclass
class Sheet:
    """A sheet of cells and tables."""

    name: str
    cells: dict[Place, Any] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    protected: bool = False

    @property
    def api(self) -> SheetApi:
        """The sheet as COM has it."""
        return SheetApi(self.protected)

    def range(self, first: Any, last: Any = None) -> Range:
        """The range between two corners, or of an address."""
        if isinstance(first, Range):
            return first
        if isinstance(first, str):
            area = Area.parse(first)
            return Range(self, area.top, area.left, area.bottom, area.right)
        return Range(self, *first, *(last or first))


@dataclass
class Range:
    """A rectangle of cells."""

    sheet: Sheet
    row: int
    column: int
    last_row: int
    last_column: int
    with_errors: bool = False
    rows_of_rows: bool = False

    @property
    def shape(self) -> tuple[int, int]:
        return self.last_row - self.row + 1, self.last_column - self.column + 1

    @property
    def api(self) -> RangeApi:
        """The range as COM has it."""
        return RangeApi()

    @property
    def address(self) -> str:
        return f"{cell_address(self.row, self.column)}:{cell_address(self.last_row, self.last_column)}"

    def options(self, *, ndim: int, err_to_str: bool) -> Range:
        """The same range, read in another way."""
        corners = (self.row, self.column, self.last_row, self.last_column)
        return Range(self.sheet, *corners, with_errors=err_to_str, rows_of_rows=ndim == 2)

    def places(self) -> list[list[Place]]:
        columns = range(self.column, self.last_column + 1)
        return [[(row, column) for column in columns] for row in range(self.row, self.last_row + 1)]

    def shown(self, place: Place) -> Any:
        held = self.sheet.cells.get(place)
        if isinstance(held, Error):
            return held.code if self.with_errors else None
        return None if isinstance(held, Typed) else held

    def squeezed(self, rows: list[list[Any]]) -> Any:
        """xlwings gives one cell as a scalar, one row or column as a flat list."""
        if self.rows_of_rows:
            return rows
        if self.shape == (1, 1):
            return rows[0][0]
        if self.shape[0] == 1:
            return rows[0]
        return [row[0] for row in rows] if self.shape[1] == 1 else rows

    @property
    def value(self) -> Any:
        return self.squeezed([[self.shown(place) for place in row] for row in self.places()])

    @value.setter
    def value(self, rows: list[list[Any]]) -> None:
        if self.sheet.protected:
            raise xlwings.XlwingsError("the sheet is protected")
        assert [len(row) for row in rows] == [self.shape[1]] * self.shape[0]
        for places, values in zip(self.places(), rows, strict=True):
            for place, value in zip(places, values, strict=True):
                self.sheet.cells[place] = guessed(value)

    @property
    def formula(self) -> Any:
        def text(place: Place) -> Any:
            held = self.sheet.cells.get(place)
            return held.text if isinstance(held, Typed) else "" if held is None else str(held)

        rows = tuple(tuple(text(place) for place in row) for row in self.places())
        return rows[0][0] if self.shape == (1, 1) else rows

    def insert(self, shift: str) -> None:
        """Move the cells at and below the range down."""
        assert shift == "down"
        height = self.shape[0]
        columns = range(self.column, self.last_column + 1)
        for table in self.sheet.tables:
            inside = table.left >= self.column and table.right <= self.last_column
            if table.top >= self.row and table.left <= self.last_column and table.right >= self.column and not inside:
                raise xlwings.XlwingsError("this operation would move part of a table")
        moved = {p: v for p, v in self.sheet.cells.items() if p[1] in columns and p[0] >= self.row}
        for place in moved:
            del self.sheet.cells[place]
        self.sheet.cells.update({(row + height, column): value for (row, column), value in moved.items()})
        for table in self.sheet.tables:
            if table.top >= self.row and table.left in columns:
                table.top, table.bottom = table.top + height, table.bottom + height

    def clear_contents(self) -> None:
        for row in self.places():
            for place in row:
                self.sheet.cells.pop(place, None)


@dataclass
class Table:
    """A table; its calculated columns fill themselves when it grows."""

    sheet: Sheet
    name: str
    top: int
    left: int
    bottom: int
    right: int
    show_totals: bool = False

    @property
    def header_row_range(self) -> Range:
        return Range(self.sheet, self.top, self.left, self.top, self.right)

    @property
    def data_body_range(self) -> Range | None:
        return Range(self.sheet, self.top + 1, self.left, self.bottom, self.right) if self.bottom > self.top else None

    def resize(self, area: Range) -> None:
        first = {column: self.sheet.cells.get((self.top + 1, column)) for column in range(self.left, self.right + 1)}
        for row in range(self.bottom + 1, area.last_row + 1):
            for column, held in first.items():
                if isinstance(held, Typed):
                    self.sheet.cells[row, column] = held
        self.bottom = area.last_row


@dataclass
class Name:
    """A defined name."""

    name: str
    refers_to: str


@dataclass
class App:
    """Excel itself; ``log`` is what the status bar said, ``alerts`` what was shown."""

    calculation: str = "automatic"
    screen_updating: bool = True
    hwnd: int = 7
    log: list[Any] = field(default_factory=list)
    alerts: list[tuple[str, str]] = field(default_factory=list)

    @property
    def status_bar(self) -> Any:
        return self.log[-1] if self.log else False

    @status_bar.setter
    def status_bar(self, value: Any) -> None:
        self.log.append(value)

    def alert(self, prompt: str, title: str, mode: str) -> None:
        assert title == "xlplan"
        self.alerts.append((prompt, mode))


@dataclass
class Api:
    """The workbook as COM has it."""

    Date1904: bool = False


@dataclass
class Book:
    """A workbook."""

    name: str = "plan.xlsm"
    fullname: str = "/plans/plan.xlsm"
    sheets: list[Sheet] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)
    app: App = field(default_factory=App)
    api: Api = field(default_factory=Api)
    saved: int = 0

    def save(self) -> None:
        self.saved += 1

    def add_table(
        self, sheet: Sheet, name: str, place: Place, columns: tuple[str, ...], rows: list[list[Any]]
    ) -> Table:
        """A table with its rows; without rows it has the one blank row that Excel shows."""
        top, left = place
        table = Table(sheet, name, top, left, top + max(len(rows), 1), left + len(columns) - 1)
        for number, row in enumerate([list(columns), *rows]):
            for column, value in enumerate(row):
                sheet.cells[top + number, left + column] = guessed(value)
        sheet.tables.append(table)
        return table

    def texts(self, sheet: str) -> Iterator[str]:
        """Every text that stands on a sheet."""
        for one in self.sheets:
            if one.name == sheet:
                yield from (value for value in one.cells.values() if isinstance(value, str))
