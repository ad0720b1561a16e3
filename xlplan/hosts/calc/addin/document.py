"""The open document as plain data: where tables and names stand, blocks of cells read and written in one go.

Rows and columns count from 0, as in UNO; an area is (sheet, top, left, bottom, right). Errors are the NaN that
LibreOffice itself holds for them. What any of it means is decided in the worker.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from .wire import NUMBERS, code_of, error_code, error_number

Area = tuple[str, int, int, int, int]
FORMULA, ANYTHING = 16, 1 | 2 | 4 | 16
LOGICAL = 1024
STANDARD = 0
INSERT_DOWN, DELETE_UP = "DOWN", "UP"


class Document:
    """A spreadsheet document of LibreOffice, behind a handful of calls that take and give plain data."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def facts(self) -> dict[str, Any]:
        """Its label, its first day, its tables (database ranges) and its named cells."""
        sheets = self._model.Sheets.ElementNames
        day = self._model.NullDate
        tables = {}
        ranges = self._model.DatabaseRanges
        for name in ranges.ElementNames:
            area = ranges.getByName(name).DataArea
            tables[name] = (sheets[area.Sheet], area.StartRow, area.StartColumn, area.EndRow, area.EndColumn)
        names = {}
        for name in self._model.NamedRanges.ElementNames:
            found = self._model.NamedRanges.getByName(name).getReferredCells()
            if found is not None:
                area = found.RangeAddress
                if (area.StartRow, area.StartColumn) == (area.EndRow, area.EndColumn):
                    names[name] = (sheets[area.Sheet], area.StartRow, area.StartColumn)
        label = unquote(posixpath.basename(self._model.URL)) or self._model.Title
        return {"label": label, "epoch": (day.Year, day.Month, day.Day), "tables": tables, "names": names,
                "sheets": sheets}  # fmt: skip

    def read(self, area: Area) -> list[list[Any]]:
        """Values of an area: float, text, bool, None, or the NaN of an error."""
        cells = self._cells(area)
        rows = [[None if value == "" else value for value in row] for row in cells.getDataArray()]
        for row, column in self._places(cells, area, ANYTHING) if _has_errors(cells.getDataArray()) else ():
            if rows[row][column] is None:
                number = cells.getCellByPosition(column, row).getError()
                if number:
                    rows[row][column] = error_number(code_of(number))
        for row, column in self._truths(cells, area):
            if rows[row][column] in (0.0, 1.0):
                rows[row][column] = bool(rows[row][column])
        return rows

    def formulas(self, area: Area) -> list[list[str]]:
        """Formula of every cell that has one, other than a constant such as TRUE() or an error; else empty."""
        cells = self._cells(area)
        found = [[""] * (area[4] - area[2] + 1) for _ in range(area[3] - area[1] + 1)]
        constants = {"=TRUE()", "=FALSE()", "=NA()", *(f"={code}" for code in NUMBERS)}
        for row, column in self._places(cells, area, FORMULA):
            text = cells.getCellByPosition(column, row).getFormula()
            if text not in constants:
                found[row][column] = text
        return found

    def write(self, area: Area, rows: Sequence[Sequence[Any]]) -> None:
        """Put values into an area; text is never taken for a formula."""
        cells = self._cells(area)
        errors, truths = [], []
        held = []
        for row, values in enumerate(rows):
            line: list[Any] = []
            for column, value in enumerate(values):
                if isinstance(value, bool):
                    truths.append((row, column))
                elif isinstance(value, float) and value != value:
                    errors.append((row, column, error_code(value)))
                    value = None
                line.append("" if value is None else value if isinstance(value, str) else float(value))
            held.append(tuple(line))
        self._forget_truths(cells)
        cells.setDataArray(tuple(held))
        for row, column, code in errors:
            cells.getCellByPosition(column, row).setFormula(f"={code}")
        if truths:
            logical = self._model.NumberFormats.getStandardFormat(LOGICAL, self._model.CharLocale)
            for column, first, last in _runs(truths):
                cells.getCellRangeByPosition(column, first, column, last).NumberFormat = logical

    def filled(self, area: Area) -> list[str]:
        """Addresses of what stands in an area: cells with content, and merged cells."""
        found = [_address(part) for part in self._cells(area).queryContentCells(ANYTHING).RangeAddresses]
        cells = self._cells(area)
        return found or ([_letters(area)] if cells.getIsMerged() else [])

    def resize(self, name: str, rows: int) -> None:
        """Give a table another number of body rows; references to its body follow, cells further down stay.

        Cells are put in before the last body row (or taken out before it), because a reference grows only when
        something enters it; as many are taken out (or put in) below the table, so that nothing else moves.
        """
        table = self._model.DatabaseRanges.getByName(name)
        area = table.DataArea
        sheet = self._model.Sheets.getByIndex(area.Sheet)
        more = rows - (area.EndRow - area.StartRow)
        if more > 0:
            single = area.EndRow - area.StartRow < 2
            self._shift(sheet, area, area.EndRow + (1 if single else 0), more, INSERT_DOWN)
            self._shift(sheet, area, area.EndRow + more + 1, more, DELETE_UP)
        elif more < 0:
            self._shift(sheet, area, area.EndRow + more + 1, -more, DELETE_UP)
            self._shift(sheet, area, area.EndRow + more + 1, -more, INSERT_DOWN)
        area.EndRow += more
        table.setDataArea(area)

    def fill_down(self, area: Area) -> None:
        """Copy the formulas of the first row of an area into the rows below it."""
        from com.sun.star.sheet.FillDirection import TO_BOTTOM

        self._cells(area).fillAuto(TO_BOTTOM, 1)

    def store(self, path: str) -> None:
        """Save a copy; the ending of the path says in which format."""
        import uno
        from com.sun.star.beans import PropertyValue

        filters = {".xlsx": "Calc MS Excel 2007 XML", ".ods": "calc8"}
        name = filters[posixpath.splitext(path)[1].lower()]
        chosen = PropertyValue()
        chosen.Name, chosen.Value = "FilterName", name
        self._model.storeToURL(uno.systemPathToFileUrl(path), (chosen,))

    def _cells(self, area: Area) -> Any:
        sheet, top, left, bottom, right = area
        return self._model.Sheets.getByName(sheet).getCellRangeByPosition(left, top, right, bottom)

    def _places(self, cells: Any, area: Area, kind: int) -> list[tuple[int, int]]:
        """Row and column, inside the area, of every cell of a kind."""
        return [
            (row - area[1], column - area[2])
            for part in cells.queryContentCells(kind).RangeAddresses
            for row in range(part.StartRow, part.EndRow + 1)
            for column in range(part.StartColumn, part.EndColumn + 1)
        ]

    def _truths(self, cells: Any, area: Area) -> list[tuple[int, int]]:
        """Cells that show TRUE or FALSE: by their format, or because their formula says so."""
        found = []
        for part in self._logical(cells):
            found += [
                (row - area[1], column - area[2])
                for row in range(part.StartRow, part.EndRow + 1)
                for column in range(part.StartColumn, part.EndColumn + 1)
            ]
        for row, column in self._places(cells, area, FORMULA):
            cell = cells.getCellByPosition(column, row)
            if cell.getValue() in (0.0, 1.0) and cell.NumberFormat == STANDARD and not cell.getString().isdigit():
                found.append((row, column))
        return found

    def _logical(self, cells: Any) -> list[Any]:
        formats = self._model.NumberFormats
        return [
            part
            for block in cells.getUniqueCellFormatRanges()
            if isinstance(block.NumberFormat, int) and formats.getByKey(block.NumberFormat).Type & LOGICAL
            for part in block.RangeAddresses
        ]

    def _forget_truths(self, cells: Any) -> None:
        """A number written where TRUE stood would show as TRUE."""
        sheet = cells.getSpreadsheet()
        for part in self._logical(cells):
            block = sheet.getCellRangeByPosition(part.StartColumn, part.StartRow, part.EndColumn, part.EndRow)
            block.NumberFormat = STANDARD

    def _shift(self, sheet: Any, table: Any, first: int, count: int, way: str) -> None:
        from com.sun.star.sheet import CellDeleteMode, CellInsertMode  # type: ignore[attr-defined]
        from com.sun.star.table import CellRangeAddress

        block = CellRangeAddress()
        block.Sheet, block.StartColumn, block.EndColumn = table.Sheet, table.StartColumn, table.EndColumn
        block.StartRow, block.EndRow = first, first + count - 1
        if way == INSERT_DOWN:
            sheet.insertCells(block, CellInsertMode.DOWN)
        else:
            sheet.removeRange(block, CellDeleteMode.UP)
