"""Values of cells that are read once and then known, with those that were computed since."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence

from xlplan.errors import WorkbookError
from xlplan.workbook.book import CellValue
from xlplan.workbook.package.references import LAST_ROW, Area
from xlplan.workbook.package.sheet import FormulaCell, Sheet
from xlplan.workbook.recalculation.engine import Place
from xlplan.workbook.recalculation.operands import Region

MOST_CELLS = 4_000_000
"""Most cells that are kept for all arguments together."""

LARGE = 100_000
"""More cells are read after all others."""

FEW = 32
"""So many cells are sooner looked at one by one."""

_PAST_ALL = 1 << 31
"""More than any row."""


class Held:
    """Values of some cells of a package, each sheet read as seldom as can be.

    Parameters
    ----------
    sheets : mapping
        Worksheets by name.
    formulas : mapping
        Formula cells by sheet; those without a value are not known.
    """

    def __init__(self, sheets: Mapping[str, Sheet], formulas: Mapping[str, Iterable[FormulaCell]]) -> None:
        self._sheets = {name.casefold(): sheet for name, sheet in sheets.items()}
        self._values: dict[str, dict[Place, CellValue]] = {}
        self._read: set[Region] = set()
        self._left: set[Region] = set()
        self._last: dict[Region, int] = {}
        self._room = MOST_CELLS
        self._unknown = {
            name.casefold(): {place for cell in cells if not cell.has_value for place in cell.area.places()}
            for name, cells in formulas.items()
        }
        self._unknown_rows: dict[str, dict[int, list[int]]] = {}

    def region(self, region: Region) -> Region | None:
        """The same cells under the name that the sheet has; None where there is no such sheet."""
        sheet = self._sheets.get(region.sheet.casefold())
        return None if sheet is None else Region(sheet.name, region.area)

    def learn(self, sheet: str, values: Mapping[Place, CellValue]) -> None:
        """Take in values of cells that showed none."""
        unknown = self._unknown[sheet.casefold()]
        fresh = {place: value for place, value in values.items() if place in unknown}
        self._values.setdefault(sheet, {}).update(fresh)
        unknown.difference_update(fresh)
        self._forget(sheet)

    def _forget(self, sheet: str) -> None:
        """Forget what was found out about the cells of a sheet as they stood."""
        self._unknown_rows.pop(sheet.casefold(), None)
        self._last = {region: last for region, last in self._last.items() if region.sheet != sheet}

    def is_unknown(self, region: Region) -> bool:
        """True when the value of any cell is not known, be it that there were too many to keep."""
        if region not in self._read:
            return True
        name, area = region.sheet.casefold(), region.area
        if area.size <= FEW:
            return any(place in self._unknown[name] for place in area.places())
        return any(
            area.left <= column <= area.right and _next(rows, area.top) <= area.bottom
            for column, rows in self._rows_unknown(name).items()
        )

    def _rows_unknown(self, name: str) -> dict[int, list[int]]:
        """Rows of the unknown cells of a sheet, by column."""
        if name not in self._unknown_rows:
            found: dict[int, list[int]] = {}
            for row, column in sorted(self._unknown[name]):
                found.setdefault(column, []).append(row)
            self._unknown_rows[name] = found
        return self._unknown_rows[name]

    def value(self, sheet: str, place: Place) -> CellValue:
        """The value of one cell; None for a blank."""
        return self._values.get(sheet, {}).get(place)

    def rows(self, region: Region, last: int = LAST_ROW) -> list[list[CellValue]]:
        """Values of an area, row by row; of whole columns those as far as the row ``last``."""
        values, area = self._values.get(region.sheet, {}), region.area
        columns = range(area.left, area.right + 1)
        bottom = last if _is_whole(area) else area.bottom
        return [[values.get((row, column)) for column in columns] for row in range(area.top, bottom + 1)]

    def size(self, region: Region, last: int) -> int:
        """Cells that :meth:`rows` gives."""
        area = region.area
        return (area.right - area.left + 1) * last if _is_whole(area) else area.size

    def last(self, regions: Iterable[Region]) -> int:
        """The last row in which any of the whole columns among some areas holds something; 1 where none does."""
        return max((self._last_row(region) for region in regions if _is_whole(region.area)), default=1)

    def _last_row(self, region: Region) -> int:
        if region not in self._last:
            values = self._values.get(region.sheet, {})
            filled = (place[0] for place, v in values.items() if v not in (None, "") and region.area.holds(*place))
            self._last[region] = max(filled, default=1)
        return self._last[region]

    def hold(self, regions: Iterable[Region]) -> None:
        """Read what was not read yet; a sheet in one go for all of them, and in another for large ones.

        Large ones come last, so that one of too many cells leaves no other argument unread.
        """
        wanted: dict[tuple[bool, str], set[Region]] = {}
        for region in regions:
            if region not in self._read and region not in self._left:
                wanted.setdefault((region.area.size > LARGE, region.sheet), set()).add(region)
        for (_, name), some in sorted(wanted.items()):
            self._take(self._sheets[name.casefold()], [region.area for region in some])
            (self._read if self._room >= 0 else self._left).update(some)

    def _take(self, sheet: Sheet, areas: Sequence[Area]) -> None:
        values = self._values.setdefault(sheet.name, {})
        unknown = self._unknown[sheet.name.casefold()]
        spans = _spans(areas)
        lines = _merged((area.top, area.bottom) for area in areas)
        self._forget(sheet.name)
        for row in sheet.stream().rows():
            if row.number > lines[-1][1] or self._room < 0:
                return
            if not _inside(lines, row.number):
                continue
            for cell in sheet.grammar.cells(row, sheet.where):
                place = row.number, cell.column
                if place in unknown or place in values or not _inside(spans.get(cell.column, []), row.number):
                    continue
                self._room -= 1
                try:
                    values[place] = sheet.value(row.number, cell)
                except WorkbookError:  # what makes no sense to us is no argument either
                    unknown.add(place)


def _is_whole(area: Area) -> bool:
    return area.bottom - area.top + 1 == LAST_ROW


def _spans(areas: Sequence[Area]) -> dict[int, list[tuple[int, int]]]:
    """Rows wanted of each column, as spans that neither meet nor touch."""
    columns: dict[int, list[tuple[int, int]]] = {}
    for area in areas:
        for column in range(area.left, area.right + 1):
            columns.setdefault(column, []).append((area.top, area.bottom))
    return {column: _merged(spans) for column, spans in columns.items()}


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(found[-1][1], last)
        else:
            found.append((first, last))
    return found


def _next(rows: Sequence[int], row: int) -> int:
    """The first of some rows that is not above a row."""
    at = bisect_left(rows, row)
    return rows[at] if at < len(rows) else _PAST_ALL


def _inside(spans: Sequence[tuple[int, int]], row: int) -> bool:
    at = bisect_right(spans, (row, _PAST_ALL)) - 1
    return at >= 0 and row <= spans[at][1]
