"""What a workbook is to xlplan: named tables, named cells, a save.

Three kinds of Book answer to the one protocol: a :class:`MemoryBook` for tests and Python callers, the file
Book of ``workbook/package`` and, where a spreadsheet is open, the live ones.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from xlplan.errors import WorkbookError


@dataclass(frozen=True)
class ErrorValue:
    """An error that stands in a cell, such as ``#N/A``."""

    code: str


@dataclass(frozen=True)
class Formula:
    """A formula to write (without the leading ``=``), with the value to show until it is recalculated."""

    text: str
    value: CellValue = None


CellValue = None | bool | int | float | str | dt.date | dt.datetime | dt.time | ErrorValue | Formula
"""What a cell may hold. Read from a file, a date is its serial number: the dictionary knows the type."""


@dataclass(frozen=True)
class TablePlace:
    """Where a named table stands: its header row, its first column and its body rows (1-based).

    ``calculated`` names the columns that fill themselves by a formula; a write leaves them to it.
    """

    name: str
    sheet: str
    header_row: int
    first_column: int
    columns: tuple[str, ...]
    rows: int
    calculated: tuple[str, ...] = ()

    def address(self, row: int, column: str) -> str:
        """Address such as ``B7`` of body row ``row`` (0 = first) in the named column."""
        number = self.first_column + self.columns.index(column)
        return f"{column_letters(number)}{self.header_row + 1 + row}"


@dataclass(frozen=True)
class TableCells:
    """The body of a table, column by column, as it stands in the workbook.

    ``waiting`` are its formulas that show no value until somebody calculates them: body row (0 = first) and column.
    """

    place: TablePlace
    columns: dict[str, list[CellValue]] = field(default_factory=dict)
    waiting: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Saved:
    """Where a workbook was written, and why it is not where it was asked to be.

    Parameters
    ----------
    path : Path
        The file written.
    reason : str
        Why the file that was asked for was left alone; empty when it was written.
    remarks : tuple of str
        Sentences on what in it waits for Excel.
    """

    path: Path
    reason: str = ""
    remarks: tuple[str, ...] = ()

    def sentences(self) -> list[str]:
        """What to tell a planner: nothing when the file stands where it was asked to be, and shows every value."""
        beside = [f"{self.reason}, so the result is in {self.path.name}."] if self.reason else []
        return [*beside, *self.remarks]


class Book(Protocol):
    """A workbook that xlplan can read and refresh."""

    @property
    def label(self) -> str:
        """What to call the workbook in a sentence (its file name)."""

    @property
    def date1904(self) -> bool:
        """True when serial numbers count from 1904."""

    def places(self) -> dict[str, TablePlace]:
        """Every named table and where it stands."""

    def read(self, table: str) -> TableCells:
        """The body of one table."""

    def write(self, table: str, columns: Mapping[str, Sequence[CellValue]]) -> int:
        """Replace the body of one table; columns not given are kept or filled down; returns cells changed."""

    def names(self) -> dict[str, str]:
        """Every named cell with its ``Sheet!A1`` place."""

    def read_name(self, name: str) -> CellValue:
        """The value of a named cell."""

    def name_waits(self, name: str) -> bool:
        """True when a named cell holds a formula that shows no value until somebody calculates it."""

    def write_name(self, name: str, value: CellValue) -> int:
        """Set a named cell; returns 1 if its value changed, else 0."""

    def read_cells(self, sheet: str, area: str) -> list[list[CellValue]]:
        """Values of an area such as ``A1:C9``, row by row."""

    def locked(self, sheet: str, areas: Iterable[str]) -> str:
        """First cell of some areas that is locked on a protected sheet; empty when there is none."""

    def write_cells(self, sheet: str, values: Mapping[str, CellValue]) -> int:
        """Set single cells of a sheet by address; returns how many changed."""

    def save(self, path: Path) -> Saved:
        """Write the workbook to ``path``, or beside it where that file must not be overwritten now; or nothing."""


def column_letters(number: int) -> str:
    """Letters of a 1-based column number.

    >>> column_letters(1), column_letters(28)
    ('A', 'AB')
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def serial(value: dt.date | dt.datetime | dt.time, *, date1904: bool = False) -> float:
    """Serial number that a spreadsheet stores for a date, a datetime or a time of day."""
    if isinstance(value, dt.time):
        return (value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6) / 86400
    moment = value if isinstance(value, dt.datetime) else dt.datetime(value.year, value.month, value.day)
    if moment.tzinfo is not None:
        raise WorkbookError(f"{moment.isoformat()} has a time zone; a cell holds local time without one")
    epoch = dt.datetime(1904, 1, 1) if date1904 else dt.datetime(1899, 12, 30)
    gap = moment - epoch
    return gap.days + (gap.seconds + gap.microseconds / 1e6) / 86400
