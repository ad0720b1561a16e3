"""The open document as plain data: where tables and names stand, blocks of cells read and written in one go.

Rows and columns count from 0, as in UNO; an area is (sheet, top, left, bottom, right). An error is the NaN that
LibreOffice itself holds for it. What any of it means is decided in the worker.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any
from urllib.parse import unquote

from xlplan.hosts.calc.addin.charts import follow_growth
from xlplan.hosts.calc.addin.shifts import Loose, NotMoved, Shift, shift
from xlplan.hosts.calc.addin.things import things
from xlplan.hosts.calc.addin.wire import NUMBERS, code_of, error_code, error_number

Area = tuple[str, int, int, int, int]
CONTENT, FORMULAS, COMMENT = 1 | 2 | 4 | 16, 16, 8
LOGICAL = 1024
ERRORS = 4
"""LibreOffice's number of formulas that give an error."""
STANDARD = 0
CONSTANTS = frozenset({"=TRUE()", "=FALSE()", "=NA()", *(f"={code}" for code in NUMBERS)})
"""Values that a cell of LibreOffice holds as a formula."""


class Document:
    """A spreadsheet document of LibreOffice, behind a handful of calls that take and give plain data."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def facts(self) -> dict[str, Any]:
        """Its label, its path and its first day."""
        import uno

        day, url = self._model.NullDate, self._model.URL
        label = unquote(posixpath.basename(url)) or self._model.Title
        path = uno.fileUrlToSystemPath(url) if url.startswith("file:") else ""
        return {"label": label, "path": path, "epoch": (day.Year, day.Month, day.Day)}

    def plan_facts(self) -> dict[str, Any]:
        """What every reading of its plan is told: which document it is, its first day, and its Stamp."""
        return {**self.facts(), "key": self.key, "stamp": self.named("Stamp")}

    @property
    def key(self) -> str:
        """Tells it from every other document, also from one of the same name."""
        return str(self._model.RuntimeUID)

    def named(self, name: str) -> Any:
        """The value of a named cell; None where there is no such cell."""
        known = self._model.NamedRanges
        cells = known.getByName(name).getReferredCells() if known.hasByName(name) else None
        if cells is None:
            return None
        place = cells.RangeAddress
        row, column = place.StartRow, place.StartColumn
        return self.read((cells.Spreadsheet.Name, row, column, row, column))[0][0]

    def columns(self, name: str, wanted: Sequence[str]) -> dict[str, list[Any]] | None:
        """Some columns of a table; None where there is no such table.

        Others are left alone: to read the planner's formulas beside a table would be to calculate them.
        """
        ranges = self._model.DatabaseRanges
        if not ranges.hasByName(name):
            return None
        data = _body(ranges.getByName(name))
        sheet, top = self._model.Sheets.getByIndex(data.Sheet).Name, data.StartRow
        header = self.read((sheet, top, data.StartColumn, top, data.EndColumn))[0]
        places = {title: data.StartColumn + place for place, title in enumerate(header) if title in wanted}
        found: dict[str, list[Any]] = {}
        for titles in _neighbours(places):
            left, right = places[titles[0]], places[titles[-1]]
            rows = self.read((sheet, top + 1, left, data.EndRow, right)) if data.EndRow > top else []
            found.update({title: [row[place] for row in rows] for place, title in enumerate(titles)})
        return found

    def failing(self, most: int) -> Iterator[tuple[str, str, Callable[[str], Any]]]:
        """Cells whose formula gives an error, up to so many: address, formula, what looks up its references."""
        for name in self._model.Sheets.ElementNames:
            sheet = self._model.Sheets.getByName(name)
            for part in sheet.queryFormulaCells(ERRORS).RangeAddresses:
                for column in range(part.StartColumn, part.EndColumn + 1):
                    for row in range(part.StartRow, part.EndRow + 1):
                        if not most:
                            return
                        most -= 1
                        cell = sheet.getCellByPosition(column, row)
                        address = cell.AbsoluteName.rpartition(".")[2].replace("$", "")
                        yield f"{name}!{address}", cell.getFormula(), partial(values_at, sheet)

    def tables(self) -> dict[str, tuple[Area, list[Any], list[int], list[int], bool, int]]:
        """Every table (database range): area, header, two lists of columns, whether cells are merged, rows of totals.

        The area begins with the header and ends with the totals. The columns are those with a formula in every row,
        and those whose formulas are not one and the same in every row.
        """
        ranges = self._model.DatabaseRanges
        found = {}
        for name in ranges.ElementNames:
            table = ranges.getByName(name)
            sheet = self._model.Sheets.getByIndex(table.DataArea.Sheet)
            area = _area(sheet.Name, table.DataArea)
            header = self.read((*area[:3], area[1], area[4]))[0]
            merged = bool(self._cells(area).getIsMerged())
            found[name] = (area, header, *self._calculated(sheet, _body(table)), merged, int(table.TotalsRow))
        return found

    def names(self) -> dict[str, tuple[str, int, int]]:
        """Every named cell: its sheet, row and column."""
        known = self._model.NamedRanges
        found = {}
        for name in known.ElementNames:
            cells = known.getByName(name).getReferredCells()
            if cells is not None:
                area = cells.RangeAddress
                if (area.StartRow, area.StartColumn) == (area.EndRow, area.EndColumn):
                    found[name] = (cells.Spreadsheet.Name, area.StartRow, area.StartColumn)
        return found

    def read(self, area: Area) -> list[list[Any]]:
        """Values of an area: float, text, bool, None, or the NaN of an error."""
        cells = self._cells(area)
        rows = [[None if value == "" else _value(value) for value in row] for row in cells.getDataArray()]
        for row, column in self._inside(area, cells.queryContentCells(FORMULAS).RangeAddresses):
            value = rows[row][column]
            if isinstance(value, float):
                cell = cells.getCellByPosition(column, row)
                if value != value:
                    rows[row][column] = error_number(code_of(cell.getError()))
                elif value in (0.0, 1.0) and cell.NumberFormat == STANDARD and not cell.getString().isdigit():
                    rows[row][column] = bool(value)  # without a format of its own, only what it shows tells
        for row, column in self._inside(area, self._logical(cells)):
            if rows[row][column] in (0.0, 1.0):
                rows[row][column] = bool(rows[row][column])
        return rows

    def write(self, area: Area, rows: Sequence[Sequence[Any]]) -> None:
        """Put values into an area; text is never taken for a formula."""
        cells = self._cells(area)
        for part in self._logical(cells):  # a number written where TRUE stood would show as TRUE
            self._block(part).NumberFormat = STANDARD
        cells.setDataArray(tuple(tuple(_given(value) for value in row) for row in rows))
        for row, values in enumerate(rows):
            for column, value in enumerate(values):
                if isinstance(value, float) and value != value:
                    cells.getCellByPosition(column, row).setFormula(f"={error_code(value)}")
        truths = self._model.NumberFormats.getStandardFormat(LOGICAL, self._model.CharLocale)
        for column, first, last in _truths(rows):
            cells.getCellRangeByPosition(column, first, column, last).NumberFormat = truths

    def filled(self, area: Area) -> list[Area]:
        """What stands in an area: cells with content or a comment."""
        found = self._cells(area).queryContentCells(CONTENT | COMMENT).RangeAddresses
        return [_area(area[0], part) for part in found]

    def things(self, sheet: str) -> list[tuple[str, Area]]:
        """What on a sheet must not be torn: its kind, and where it stands."""
        return things(self._model, sheet)

    def locked(self, area: Area) -> str:
        """Address of the first locked cell of an area on a protected sheet; empty when there is none."""
        if not self._model.Sheets.getByName(area[0]).isProtected():
            return ""
        formats = self._cells(area).getCellFormatRanges()
        for number in range(formats.getCount()):
            cells = formats.getByIndex(number)
            if cells.CellProtection.IsLocked:
                corner = cells.getCellByPosition(0, 0)
                return corner.AbsoluteName.rpartition(".")[2].replace("$", "")
        return ""

    def resize(self, name: str, rows: int, shifts: Sequence[Shift], loose: Sequence[Loose]) -> None:
        """Give a table another number of body rows, once cells have made room for it."""
        table = self._model.DatabaseRanges.getByName(name)
        area = table.DataArea
        totals, more = int(table.TotalsRow), rows - (_body(table).EndRow - area.StartRow)
        single = more > 0 and _body(table).EndRow == area.StartRow + 1
        grown = (area.StartColumn, area.EndColumn, area.StartRow + 1, more) if single else None
        shift(self._model, area.Sheet, shifts, loose, grown)
        area.EndRow = area.StartRow + rows + totals
        table.setDataArea(area)
        if single:
            follow_growth(self._model, _body(table))

    def fill_down(self, area: Area) -> None:
        """Copy the formulas of the first row of an area into the rows below it."""
        from com.sun.star.sheet.FillDirection import TO_BOTTOM

        self._cells(area).fillAuto(TO_BOTTOM, 1)

    def apply(self, changes: Sequence[tuple[str, Sequence[Any]]]) -> str:
        """Do all changes (names of methods here, with arguments); returns why not, or an empty text.

        What UNO writes into cells is not kept for Undo, so an Undo would mix old and new rows: it is emptied.
        """
        from com.sun.star.uno import Exception as Refused

        protected = sorted(
            {sheet for sheet in self._touched(changes) if self._model.Sheets.getByName(sheet).isProtected()}
        )
        if protected:
            return f"the sheet {protected[0]} is protected, so nothing was written; Tools > Protect Sheet takes it off"
        automatic = self._model.isAutomaticCalculationEnabled()
        undo = self._model.UndoManager
        undo.clear()
        undo.lock()
        self._model.lockControllers()
        self._model.enableAutomaticCalculation(False)
        try:
            for method, arguments in changes:
                getattr(self, method)(*arguments)
        except (Refused, NotMoved) as error:  # what no look beforehand finds
            why = error if isinstance(error, NotMoved) else error.Message
            return f"it refused in the middle ({why}); close the document without saving"
        finally:
            self._model.enableAutomaticCalculation(automatic)
            self._model.unlockControllers()
            undo.unlock()
        self._model.calculate()
        return ""

    def _touched(self, changes: Sequence[tuple[str, Sequence[Any]]]) -> Iterator[str]:
        tables = self._model.DatabaseRanges
        for _, (target, *_) in changes:
            if isinstance(target, str):
                yield self._model.Sheets.getByIndex(tables.getByName(target).DataArea.Sheet).Name
            else:
                yield target[0]

    def store(self, path: str) -> None:
        """Save a copy; the ending of the path says in which format."""
        import uno
        from com.sun.star.beans import PropertyValue

        chosen = PropertyValue()
        chosen.Name = "FilterName"
        chosen.Value = "calc8" if path.lower().endswith(".ods") else "Calc MS Excel 2007 XML"
        self._model.storeToURL(uno.systemPathToFileUrl(path), (chosen,))

    def _calculated(self, sheet: Any, table: Any) -> tuple[list[int], list[int]]:
        """Places of the columns with a formula in every body row, and of those with more formulas than one."""
        rows = table.EndRow - table.StartRow
        if not rows:
            return [], []
        body = sheet.getCellRangeByPosition(table.StartColumn, table.StartRow + 1, table.EndColumn, table.EndRow)
        counts = [0] * (table.EndColumn - table.StartColumn + 1)
        for part in body.queryContentCells(FORMULAS).RangeAddresses:
            for column in range(part.StartColumn, part.EndColumn + 1):
                counts[column - table.StartColumn] += part.EndRow - part.StartRow + 1
        whole, uneven = [], []
        for place, count in enumerate(counts):
            column = body.getCellRangeByPosition(place, 0, place, rows - 1)
            if count and any(text[:1] == "=" and text not in CONSTANTS for (text,) in column.getFormulaArray()):
                if count == rows:
                    whole.append(place)
                first = column.getCellByPosition(0, 0).CellAddress
                if count < rows or column.queryColumnDifferences(first).RangeAddresses:
                    uneven.append(place)
        return whole, uneven

    def _cells(self, area: Area) -> Any:
        sheet, top, left, bottom, right = area
        return self._model.Sheets.getByName(sheet).getCellRangeByPosition(left, top, right, bottom)

    def _block(self, part: Any) -> Any:
        sheet = self._model.Sheets.getByIndex(part.Sheet)
        return sheet.getCellRangeByPosition(part.StartColumn, part.StartRow, part.EndColumn, part.EndRow)

    def _inside(self, area: Area, parts: Sequence[Any]) -> Iterator[tuple[int, int]]:
        """Row and column, counted from the corner of the area, of every cell of its parts."""
        for part in parts:
            for row in range(part.StartRow, part.EndRow + 1):
                for column in range(part.StartColumn, part.EndColumn + 1):
                    yield row - area[1], column - area[2]

    def _logical(self, cells: Any) -> list[Any]:
        """Parts of a range whose number format is TRUE/FALSE."""
        formats = self._model.NumberFormats
        return [
            part
            for block in cells.getUniqueCellFormatRanges()
            if formats.getByKey(block.getByIndex(0).NumberFormat).Type & LOGICAL
            for part in block.RangeAddresses
        ]


def values_at(sheet: Any, text: str) -> Any:
    """Values of a reference in a formula, as rows or as one value; LookupError where there is none."""
    rows = range_at(sheet, text).getDataArray()
    return rows if len(rows) > 1 or len(rows[0]) > 1 else rows[0][0]


def range_at(sheet: Any, text: str) -> Any:
    """The cells of a reference."""
    from com.sun.star.uno import RuntimeException

    try:
        return sheet.getCellRangeByName(text)
    except RuntimeException as error:
        raise LookupError(text) from error


def _neighbours(places: dict[str, int]) -> Iterator[list[str]]:
    """Columns side by side together."""
    run: list[str] = []
    for title in sorted(places, key=lambda title: places[title]):
        if run and places[title] != places[run[-1]] + 1:
            yield run
            run = []
        run.append(title)
    if run:
        yield run


def _body(table: Any) -> Any:
    """The area of a table without its totals."""
    area = table.DataArea
    area.EndRow -= int(table.TotalsRow)
    return area


def _area(sheet: str, part: Any) -> Area:
    return sheet, part.StartRow, part.StartColumn, part.EndRow, part.EndColumn


def _value(value: Any) -> Any:
    """A value of getDataArray, which gives nothing at all for an error."""
    return error_number("#N/A") if value is None else value


def _given(value: Any) -> Any:
    """A value as setDataArray takes it; what it has no word for stays empty until it is set by itself."""
    if value is None or value != value:
        return ""
    return value if isinstance(value, str) else float(value)


def _truths(rows: Sequence[Sequence[Any]]) -> Iterator[tuple[int, int, int]]:
    """Column, first and last row of every run of TRUE and FALSE."""
    for column in range(len(rows[0])):
        first = -1
        for row in range(len(rows) + 1):
            is_truth = row < len(rows) and isinstance(rows[row][column], bool)
            if is_truth and first < 0:
                first = row
            elif not is_truth and first >= 0:
                yield column, first, row - 1
                first = -1
