"""Values of cells that are read once and then known, with those that were computed since."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

from xlplan.errors import WorkbookError
from xlplan.workbook.book import CellValue
from xlplan.workbook.package.references import LAST_ROW, Area
from xlplan.workbook.package.sheet import Sheet
from xlplan.workbook.recalculation.engine import Place
from xlplan.workbook.recalculation.operands import Region

MOST_CELLS = 4_000_000
"""Most cells that are looked at for all arguments together."""

_PAST_ALL = 1 << 31
"""More than any row."""


class Held:
    """Values of some cells of a package, each sheet read as seldom as can be.

    Parameters
    ----------
    sheets : mapping
        Worksheets by name.
    """

    def __init__(self, sheets: Mapping[str, Sheet]) -> None:
        self._sheets = {name.casefold(): sheet for name, sheet in sheets.items()}
        self._values: dict[str, dict[Place, CellValue]] = {}
        self._read: set[Region] = set()
        self._room = MOST_CELLS
        self._unknown = {
            name: {place for cell in sheet.facts.formulas if not cell.has_value for place in cell.area.places()}
            for name, sheet in self._sheets.items()
        }

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

    def is_unknown(self, region: Region) -> bool:
        """True when the value of any cell is not known, be it that there were too many to look at."""
        unknown = self._unknown[region.sheet.casefold()]
        if region not in self._read:
            return True
        if len(unknown) < region.area.size:
            return any(region.area.holds(*place) for place in unknown)
        return any(place in unknown for place in region.area.places())

    def value(self, sheet: str, place: Place) -> CellValue:
        """The value of one cell; None for a blank."""
        return self._values.get(sheet, {}).get(place)

    def rows(self, region: Region, last: int = LAST_ROW) -> list[list[CellValue]]:
        """Values of an area, row by row; of whole columns those as far as the row ``last``."""
        values, area = self._values.get(region.sheet, {}), region.area
        columns = range(area.left, area.right + 1)
        bottom = last if _is_whole(area) else area.bottom
        return [[values.get((row, column)) for column in columns] for row in range(area.top, bottom + 1)]

    def last(self, regions: Iterable[Region]) -> int:
        """The last row in which any of the whole columns among some areas holds something; 1 where none does."""
        whole = [region for region in regions if _is_whole(region.area)]
        return max(
            (
                place[0]
                for region in whole
                for place, value in self._values.get(region.sheet, {}).items()
                if value is not None and region.area.holds(*place)
            ),
            default=1,
        )

    def hold(self, regions: Iterable[Region]) -> None:
        """Read what was not read yet; a sheet in one go for all of them."""
        wanted: dict[str, list[Area]] = {}
        for region in regions:
            if region not in self._read and region.area.size <= self._room:
                self._read.add(region)
                self._room -= region.area.size
                wanted.setdefault(region.sheet, []).append(region.area)
        for name, areas in wanted.items():
            self._take(self._sheets[name.casefold()], areas)

    def _take(self, sheet: Sheet, areas: Sequence[Area]) -> None:
        values = self._values.setdefault(sheet.name, {})
        unknown = self._unknown[sheet.name.casefold()]
        spans = _spans(areas)
        lines = _merged((area.top, area.bottom) for area in areas)
        for row in sheet.stream().rows():
            if row.number > lines[-1][1]:
                return
            if not _inside(lines, row.number):
                continue
            for cell in sheet.grammar.cells(row, sheet.where):
                place = row.number, cell.column
                if place in unknown or place in values or not _inside(spans.get(cell.column, []), row.number):
                    continue
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


def _inside(spans: Sequence[tuple[int, int]], row: int) -> bool:
    at = bisect_right(spans, (row, _PAST_ALL)) - 1
    return at >= 0 and row <= spans[at][1]
