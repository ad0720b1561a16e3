"""The open workbook in Excel as a Book, through xlwings: Windows and Mac.

Excel is asked in whole ranges, never cell by cell. It guesses at what it is given (``007`` would become a number, a
text beginning with ``=`` a formula), so texts are given with the apostrophe that says "text".
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from xlplan.errors import Cancelled, WorkbookError
from xlplan.workbook.book import CellValue, ErrorValue, Formula, Saved, TableCells, TablePlace, serial
from xlplan.workbook.escape import escape_pressed
from xlplan.workbook.package.formulas import Reference, sheet_of, tokens
from xlplan.workbook.package.references import cell_address, quote_sheet
from xlplan.workbook.package.values import LARGEST_WHOLE, number, same, stored

ERRORS = (
    *("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"),
    *("#SPILL!", "#CONNECT!", "#BLOCKED!", "#UNKNOWN!", "#FIELD!", "#CALC!"),
)
_REFUSALS = (("pywintypes", "com_error"), ("appscript.reference", "CommandError"), ("xlwings", "XlwingsError"))
"""What Excel's refusals are called on Windows and on a Mac; xlwings has loaded the one of its system."""


class LiveBook:
    """A workbook that is open in Excel.

    Parameters
    ----------
    book : xlwings.Book
        The open workbook.
    """

    def __init__(self, book: Any) -> None:
        self._book = book
        self.touched = False
        """True once a cell was written: then only closing without saving goes back."""
        self.date1904 = bool(getattr(book.api, "Date1904", False))

    # -- what it is --------------------------------------------------------------------------------------

    @property
    def label(self) -> str:
        """The workbook's file name."""
        return str(self._book.name)

    @property
    def folder(self) -> Path | None:
        """Where the workbook lies; None before it is first saved, and in the cloud."""
        path = Path(str(self._book.fullname))
        return path.parent if path.is_absolute() and path.parent.is_dir() else None

    def places(self) -> dict[str, TablePlace]:
        """Every named table and where it stands; an empty table counts no row."""
        return {str(table.name): self._place(sheet, table) for sheet, table in self._tables()}

    def names(self) -> dict[str, str]:
        """Every named cell with its ``Sheet!A1`` place."""
        return {
            name: f"{quote_sheet(sheet.name)}!{cell_address(row, column)}"
            for name, (sheet, row, column) in self._cells()
        }

    def _tables(self) -> Iterator[tuple[Any, Any]]:
        for sheet in self._book.sheets:
            for table in sheet.tables:
                yield sheet, table

    def _cells(self) -> Iterator[tuple[str, tuple[Any, int, int]]]:
        """Names of the whole workbook that stand for one cell: sheet, row, column."""
        sheets = {str(sheet.name).casefold(): sheet for sheet in self._book.sheets}
        for name in self._book.names:
            parts = tokens(str(name.refers_to or "").removeprefix("="))
            if "!" in name.name or len(parts) != 1 or not isinstance(parts[0], Reference):
                continue
            sheet = sheets.get((sheet_of(parts[0].prefix, "") or "").casefold())
            if sheet is not None and parts[0].area.is_cell:
                yield str(name.name), (sheet, parts[0].area.top, parts[0].area.left)

    def _place(self, sheet: Any, table: Any) -> TablePlace:
        header = table.header_row_range
        if header is None:
            raise WorkbookError("it shows no header row", where=f"table {table.name}", do="turn Header Row on")
        columns = tuple(str(name) for name in _rows(header.value, *header.shape)[0])
        body = table.data_body_range
        rows = 0 if body is None else int(body.shape[0])
        place = TablePlace(str(table.name), str(sheet.name), header.row, header.column, columns, rows)
        if rows == 0:
            return place
        first = _body(sheet, place, 1)
        formulas = zip(columns, _rows(first.formula, 1, len(columns))[0], strict=True)
        calculated = tuple(name for name, text in formulas if isinstance(text, str) and text[:1] == "=")
        values = zip(columns, self._values(first)[0], strict=True)
        if rows == 1 and all(value is None for name, value in values if name not in calculated):
            rows = 0
        return replace(place, rows=rows, calculated=calculated)

    # -- tables ------------------------------------------------------------------------------------------

    def _find(self, name: str) -> tuple[Any, Any, TablePlace]:
        known = []
        for sheet, table in self._tables():
            if str(table.name).casefold() == name.casefold():
                return sheet, table, self._place(sheet, table)
            known.append(str(table.name))
        raise WorkbookError(
            f"no table named {name!r}", where=self.label, do=f"its tables: {', '.join(sorted(known)) or 'none'}"
        )

    def read(self, table: str) -> TableCells:
        """The body of one table."""
        sheet, _, place = self._find(table)
        rows = self._values(_body(sheet, place, place.rows)) if place.rows else []
        columns = {name: [row[index] for row in rows] for index, name in enumerate(place.columns)}
        return TableCells(place, columns)

    def write(self, table: str, columns: Mapping[str, Sequence[CellValue]]) -> int:
        """Replace the body of one table; columns not given are kept or filled down by Excel.

        Raises
        ------
        WorkbookError
            For columns that are unknown or of different length, a value that no cell holds, and where Excel refuses.
        """
        sheet, listed, place = self._find(table)
        given = self._checked(columns, place)
        rows = next((len(values) for values in given.values()), place.rows)
        before = self.read(table).columns
        if rows != place.rows:
            self._resize(sheet, listed, place, rows)
        changed = 0
        writing: dict[int, list[CellValue]] = {}
        for index, name in enumerate(place.columns):
            if name in place.calculated and name not in given:
                continue
            old, new = before[name], given.get(name, before[name][:rows])
            longest = max(len(old), len(new))
            pairs = zip(_stretched(old, longest), _stretched(new, longest), strict=True)
            count = sum(not self._same(was, wanted) for was, wanted in pairs)
            changed += count
            if count and (name in given or rows == 0):
                writing[index] = _stretched(new, max(rows, 1))
        top, left = place.header_row + 1, place.first_column
        for block in _runs(writing):
            cells = [writing[index] for index in block]
            area = sheet.range((top, left + block[0]), (top + len(cells[0]) - 1, left + block[-1]))
            self._put(area, [list(row) for row in zip(*cells, strict=True)])
        return changed

    def _checked(self, columns: Mapping[str, Sequence[CellValue]], place: TablePlace) -> dict[str, list[CellValue]]:
        """The values as cells will hold them, once all of them can be written."""
        unknown = [name for name in columns if name not in place.columns]
        if unknown:
            raise WorkbookError(
                f"no column {unknown[0]!r}", where=f"table {place.name}", do=f"its columns: {', '.join(place.columns)}"
            )
        lengths = {name: len(values) for name, values in columns.items()}
        if len(set(lengths.values())) > 1:
            found = ", ".join(f"{name} {length}" for name, length in lengths.items())
            raise WorkbookError(
                f"columns of different length: {found}", where=f"table {place.name}", do="give columns of one length"
            )
        return {name: [self._held(value) for value in values] for name, values in columns.items()}

    def _resize(self, sheet: Any, table: Any, place: TablePlace, rows: int) -> None:
        """Make the table as long as its rows; what stands below moves down, as when a person inserts rows."""
        if table.show_totals:
            raise WorkbookError(
                "it has a totals row, which xlplan leaves to the planner",
                where=f"table {place.name} on {place.sheet}",
                do="turn Total Row off while it is refreshed, or close the workbook and type xlplan refresh",
            )
        old, new = max(place.rows, 1), max(rows, 1)
        if old == new:
            return
        right = place.first_column + len(place.columns) - 1
        last = place.header_row + old
        if new > old:
            below = sheet.range((last + 1, place.first_column), (last + new - old, right))
            if any(value is not None for row in self._values(below) for value in row):
                with _explained(f"the cells below table {place.name} on {place.sheet} cannot move down"):
                    below.insert("down")
                self.touched = True
        corner = (place.header_row, place.first_column)
        with _explained(f"table {place.name} on {place.sheet} cannot be made {rows} rows long"):
            table.resize(sheet.range(corner, (place.header_row + new, right)))
        self.touched = True
        if new < old:
            sheet.range((place.header_row + new + 1, place.first_column), (last, right)).clear_contents()

    # -- cells -------------------------------------------------------------------------------------------

    def _named(self, name: str) -> Any:
        cells = dict(self._cells())
        for known, (sheet, row, column) in cells.items():
            if known.casefold() == name.casefold():
                return sheet.range((row, column))
        raise WorkbookError(
            f"no named cell {name!r}", where=self.label, do=f"its named cells: {', '.join(sorted(cells)) or 'none'}"
        )

    def read_name(self, name: str) -> CellValue:
        """The value of a named cell."""
        return self._values(self._named(name))[0][0]

    def name_waits(self, name: str) -> bool:
        """False: Excel has calculated every formula."""
        return False

    def write_name(self, name: str, value: CellValue) -> int:
        """Set a named cell; returns 1 if its value changed, else 0."""
        return self._set(self._named(name), self._held(value))

    def _sheet(self, name: str) -> Any:
        found = next((one for one in self._book.sheets if str(one.name).casefold() == name.casefold()), None)
        if found is None:
            known = ", ".join(str(one.name) for one in self._book.sheets)
            raise WorkbookError(f"no worksheet named {name!r}", where=self.label, do=f"its worksheets: {known}")
        return found

    def read_cells(self, sheet: str, area: str) -> list[list[CellValue]]:
        """Values of an area, row by row."""
        return self._values(self._sheet(sheet).range(area))

    def locked(self, sheet: str, areas: Iterable[str]) -> str:
        """First cell of some areas that is locked on a protected sheet; empty when there is none."""
        found = self._sheet(sheet)
        if not getattr(found.api, "ProtectContents", False):
            return ""
        # an area with locked and unlocked cells answers None
        mixed = next((area for area in areas if found.range(area).api.Locked is not False), "")
        return mixed.partition(":")[0]

    def write_cells(self, sheet: str, values: Mapping[str, CellValue]) -> int:
        """Set single cells of a sheet by address; returns how many changed."""
        found = self._sheet(sheet)
        held = {address: self._held(value) for address, value in values.items()}
        return sum(self._set(found.range(address), value) for address, value in held.items())

    def _set(self, cell: Any, value: CellValue) -> int:
        if self._same(self._values(cell)[0][0], value):
            return 0
        self._put(cell, [[value]])
        return 1

    def _put(self, area: Any, rows: list[list[CellValue]]) -> None:
        with _explained(f"{area.sheet.name}!{area.address.replace('$', '')} cannot be written"):
            area.value = [[_given(value) for value in row] for row in rows]
        self.touched = True

    # -- values ------------------------------------------------------------------------------------------

    def _values(self, area: Any) -> list[list[CellValue]]:
        """Values of a range as a file would give them back."""
        read = area.options(ndim=2, err_to_str=True).value
        return [[self._read(value) for value in row] for row in read]

    def _read(self, value: Any) -> CellValue:
        if isinstance(value, str):
            return ErrorValue(value) if value in ERRORS else value or None
        if isinstance(value, dt.datetime):
            return serial(value.replace(tzinfo=None), date1904=self.date1904)
        if isinstance(value, float) and value.is_integer() and abs(value) <= LARGEST_WHOLE:
            return int(value)
        return value

    def _held(self, value: CellValue) -> CellValue:
        """The value as it will be read back; refuses what no cell holds."""
        if isinstance(value, Formula):
            return value
        form = stored(value, date1904=self.date1904)
        if form is None:
            return None
        kind, text = form
        if kind == "n":
            return number(text)
        if kind == "b":
            return text == "1"
        return ErrorValue(text) if kind == "e" else text

    def _same(self, old: CellValue, new: CellValue) -> bool:
        return same(old, new, date1904=self.date1904)

    # -- while it works ----------------------------------------------------------------------------------

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Hold recalculation and redrawing; both are as they were afterwards, whatever fails."""
        app = self._book.app
        kept = {name: getattr(app, name) for name in ("calculation", "screen_updating")}
        try:
            app.screen_updating = False
            app.calculation = "manual"
            escape_pressed(app)  # what was pressed before, to leave a cell, stops nothing
            yield
        finally:
            try:
                app.calculation = kept["calculation"]
            finally:
                try:
                    app.screen_updating = kept["screen_updating"]
                finally:
                    app.status_bar = False

    def progress(self, says: str, share: float) -> None:
        """Show in the status bar what is being done; Esc on Windows stops it.

        Raises
        ------
        Cancelled
            Esc was pressed.
        """
        self._book.app.status_bar = f"xlplan: {says} ({share:.0%}){_STOPS}"
        if escape_pressed(self._book.app):
            raise Cancelled(says)

    def save(self, path: Path) -> Saved:
        """Save the open workbook where it is; another place is for Excel's own Save As.

        Raises
        ------
        WorkbookError
            For another path than its own, and where Excel refuses.
        """
        if Path(path) != Path(self._book.fullname):
            raise WorkbookError(
                f"the workbook is open as {self._book.fullname}", where=str(path), do="use Save As in Excel"
            )
        with _explained(f"{self.label} cannot be saved"):
            self._book.save()
        return Saved(Path(path))


# ---- ranges ---------------------------------------------------------------------------------------------------------


_STOPS = " - Esc stops" if sys.platform == "win32" else ""


@contextmanager
def _explained(what: str) -> Iterator[None]:
    """A refusal of Excel as one sentence."""
    loaded = [(sys.modules.get(module), name) for module, name in _REFUSALS]
    refusals = tuple(getattr(module, name) for module, name in loaded if module is not None)
    try:
        yield
    except refusals as error:
        raise WorkbookError(f"{what} ({error})", do="mend it in Excel, or close it and type xlplan refresh") from error


def _body(sheet: Any, place: TablePlace, rows: int) -> Any:
    """The first rows of a table's body."""
    top, left = place.header_row + 1, place.first_column
    return sheet.range((top, left), (top + rows - 1, left + len(place.columns) - 1))


def _rows(values: Any, height: int, width: int) -> list[list[Any]]:
    """Rows of a range, which comes as a scalar when it is one cell and as a flat list when it is one row or column."""
    if not isinstance(values, list | tuple):
        return [[values]]
    if values and isinstance(values[0], list | tuple):
        return [list(row) for row in values]
    return [list(values)] if width > 1 or height == 1 else [[value] for value in values]


def _given(value: CellValue) -> Any:
    """What to give Excel so that the cell holds the value."""
    if isinstance(value, Formula):
        return f"={value.text}"
    if isinstance(value, ErrorValue):
        return value.code
    return f"'{value}" if isinstance(value, str) else value


def _runs(numbers: Iterable[int]) -> list[list[int]]:
    """Neighbouring columns together: each run is written at once.

    >>> _runs([1, 2, 4])
    [[1, 2], [4]]
    """
    runs: list[list[int]] = []
    for column in numbers:
        if runs and runs[-1][-1] == column - 1:
            runs[-1].append(column)
        else:
            runs.append([column])
    return runs


def _stretched(values: list[CellValue], rows: int) -> list[CellValue]:
    return values + [None] * (rows - len(values))
