"""The plan of a workbook, read table by table as formulas ask for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, NoReturn

import pandas as pd

from xlplan.errors import TableError, WorkbookError
from xlplan.tables import dictionary
from xlplan.tables.checks import conform
from xlplan.tables.plan import conform_names
from xlplan.tables.schema import errors
from xlplan.tables.typed import blank
from xlplan.workbook.book import Book, CellValue
from xlplan.workbook.cells import decode

SAVE = "open the workbook in Excel or LibreOffice and save it, so that its formulas have values"
"""What to do where formulas show no value."""


class BookSource:
    """A workbook as functions of cells read it: nothing is opened or read before it is asked for, nothing written.

    Parameters
    ----------
    open_book : callable
        Gives the workbook.
    label : str
        What to call it, known without opening it.
    key : str, optional
        What tells it from other books; books of one label are taken for the same without it.
    """

    def __init__(self, open_book: Callable[[], Book], *, label: str, key: str = "") -> None:
        self._open = open_book
        self.label, self.key = label, key or label

    @cached_property
    def _book(self) -> Book:
        return self._open()

    def table(self, name: str) -> pd.DataFrame | None:
        """A table of the workbook; None where it has none of that name.

        Raises
        ------
        TableError
            Cells do not hold what their columns ask for.
        """
        try:
            cells = self._book.read(name)
        except WorkbookError:
            if name in self._book.places():
                raise
            return None
        waiting = [(row, column) for row, column in cells.waiting if column in dictionary.table(name)]
        if waiting:
            self.refuse(cells.place.address(*waiting[0]), f"table {cells.place.name} on {cells.place.sheet}")
        return typed_table(name, cells.columns, date1904=self._book.date1904)

    def name(self, name: str) -> Any:
        """The value of a named cell; None where it is blank, absent, or not what it should be."""
        book = self._book
        try:
            value = book.read_name(name)
        except WorkbookError:
            if name in book.names():
                raise
            return None
        if value is None and book.name_waits(name):
            self.refuse(book.names()[name], f"named cell {name}")
        return typed_name(name, value, date1904=book.date1904)

    def refuse(self, cell: str, where: str) -> NoReturn:
        """Say that a cell holds a formula without a value, which is no blank."""
        raise WorkbookError(f"{cell} holds a formula without a value", where=where, do=SAVE)


def typed_table(name: str, columns: Mapping[str, Sequence[CellValue]], *, date1904: bool = False) -> pd.DataFrame:
    """Cells of a table typed by the dictionary, without the planner's own columns and without blank rows.

    A workbook need not show every column of a result; those of the engine's tables that it lacks are left out.

    Raises
    ------
    TableError
        Cells do not hold what their columns ask for.
    """
    table = dictionary.table(name)
    known = {column: values for column, values in columns.items() if column in table}
    rows = enumerate(zip(*known.values(), strict=True))
    filled = [row for row, values in rows if not all(blank(value) for value in values)]
    decoded = {
        column: decode([values[row] for row in filled], table[column], date1904=date1904)
        for column, values in known.items()
    }
    typed, findings = conform(decoded, table)
    broken = [found for found in errors(findings) if not (table.by_engine and found.rule == "missing_column")]
    if broken:
        raise TableError(broken)
    return typed[[column for column in typed if column in known]] if table.by_engine else typed


def typed_name(name: str, value: CellValue, *, date1904: bool = False) -> Any:
    """The value of a named cell; None where it is blank or not what it should be."""
    column = dictionary.names()[name]
    return conform_names({name: decode([value], column, date1904=date1904)[0]})[0].get(name)
