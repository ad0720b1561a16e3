"""Cells that make room for a growing table: which of them move down, and where references to them go."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from xlplan.workbook.package.edits import assembled
from xlplan.workbook.package.references import LAST_COLUMN, LAST_ROW, Area
from xlplan.workbook.package.rows import Cell, Row, without
from xlplan.workbook.package.sheet import Sheet


class Band(NamedTuple):
    """Columns ``left`` to ``right``, whose cells move from row ``top`` on."""

    left: int
    right: int
    top: int


@dataclass(frozen=True)
class Slide:
    """Cells of some columns that move down by some rows.

    Each band is Excel's "insert cells, shift down"; one over all columns of the sheet is "insert sheet rows". Bands
    stand from left to right and do not overlap. ``last`` is the last row of the sheet that holds anything.
    """

    bands: tuple[Band, ...]
    rows: int
    last: int = 0

    @cached_property
    def top(self) -> int:
        """The first row in which anything moves."""
        return min(band.top for band in self.bands)

    @property
    def whole(self) -> bool:
        """True when sheet rows are inserted: heights and formats of rows then move along."""
        return [band[:2] for band in self.bands] == [(1, LAST_COLUMN)]

    @property
    def vacated(self) -> list[Area]:
        """The cells that become free."""
        return [Area(b.top, b.left, min(b.top + self.rows - 1, LAST_ROW), b.right) for b in self.bands]

    @property
    def zone(self) -> list[Area]:
        """All cells from which or into which anything moves."""
        return [Area(band.top, band.left, LAST_ROW, band.right) for band in self.bands]

    def moves(self, row: int, column: int) -> bool:
        """True when the cell moves."""
        return any(band.left <= column <= band.right and band.top <= row for band in self.bands)

    def area_after(self, area: Area) -> Area:
        """Where an area goes, by Excel's rule.

        What moves as a whole is found below; what begins above and ends in cells that move is stretched; an area
        of which only some columns move stays.

        >>> slide = Slide((Band(2, 3, 7),), rows=2)
        >>> [str(slide.area_after(Area.parse(text))) for text in ("B7:C9", "C3:C7", "C3:C6", "B8:D8")]
        ['B9:C11', 'C3:C9', 'C3:C6', 'B8:D8']
        """
        if area.bottom < self.top:
            return area
        bands = self._under(area)
        if len(bands) == 1 and bands[0].left <= area.left and area.right <= bands[0].right:
            band = bands[0]
            return Area(self._row_after(area.top, band), area.left, self._row_after(area.bottom, band), area.right)
        if sum(min(b.right, area.right) - max(b.left, area.left) + 1 for b in bands) <= area.right - area.left:
            return area
        ends = {(self._row_after(area.top, band), self._row_after(area.bottom, band)) for band in bands}
        if len(ends) > 1:
            return area
        top, bottom = ends.pop()
        return Area(top, area.left, bottom, area.right)

    def cuts(self, area: Area) -> list[Area]:
        """The parts of an area that move away from the rest of it; none when it holds together."""
        if area.bottom < self.top or self.area_after(area) != area:
            return []
        return [
            Area(max(area.top, band.top), max(area.left, band.left), area.bottom, min(area.right, band.right))
            for band in self._under(area)
            if band.top <= area.bottom and self._row_after(area.bottom, band) != area.bottom
        ]

    def _under(self, area: Area) -> list[Band]:
        return [band for band in self.bands if band.left <= area.right and area.left <= band.right]

    def _row_after(self, row: int, band: Band) -> int:
        return row if row < band.top else min(row + self.rows, LAST_ROW)


def slid_rows(sheet: Sheet, rows: Iterable[Row], slide: Slide) -> Iterator[Row]:
    """The sheet's rows with the slide made; what moves past the foot of the sheet is left out."""
    return _rows_down(sheet, rows, slide) if slide.whole else _cells_down(sheet, rows, slide)


def _rows_down(sheet: Sheet, rows: Iterable[Row], slide: Slide) -> Iterator[Row]:
    for row in rows:
        if row.number < slide.top:
            yield row
        elif (number := row.number + slide.rows) <= LAST_ROW:
            cells = sheet.grammar.cells(row, sheet.where)
            yield Row(number, f' r="{number}"{without(row.attributes, "r")}', "".join(_placed(sheet, number, cells)))


def _cells_down(sheet: Sheet, rows: Iterable[Row], slide: Slide) -> Iterator[Row]:
    moving: deque[tuple[int, list[Cell]]] = deque()  # cells on their way, by the row in which they will stand
    tops = {column: band.top for band in slide.bands for column in range(band.left, band.right + 1)}
    never = LAST_ROW + 1
    for row in rows:
        if row.number < slide.top:
            yield row
            continue
        while moving and moving[0][0] < row.number:
            yield _new_row(sheet, *moving.popleft())
        cells = sheet.grammar.cells(row, sheet.where)
        leaving = {cell.column: cell for cell in cells if tops.get(cell.column, never) <= row.number}
        if leaving and row.number + slide.rows <= LAST_ROW:
            moving.append((row.number + slide.rows, list(leaving.values())))
        coming = moving.popleft()[1] if moving and moving[0][0] == row.number else []
        if not leaving and not coming:
            yield row
            continue
        texts = {cell.column: cell.raw for cell in cells if cell.column not in leaving}
        texts.update(zip((cell.column for cell in coming), _placed(sheet, row.number, coming), strict=True))
        yield assembled(sheet, row, texts, added=True)
    for number, cells in moving:
        yield _new_row(sheet, number, cells)


def _new_row(sheet: Sheet, number: int, cells: list[Cell]) -> Row:
    return Row(number, f' r="{number}"', "".join(_placed(sheet, number, cells)))


def _placed(sheet: Sheet, number: int, cells: list[Cell]) -> Iterator[str]:
    """Texts of cells in another row."""
    return (sheet.grammar.cell(number, cell.column, cell.style, cell.payload) for cell in cells)
