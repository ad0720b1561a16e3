"""Cells that make room for a table, in LibreOffice.

LibreOffice lets cells come in or go and sends references after them. But it refuses, without a word, to tear merged
cells and array formulas, and it cuts holes into conditional formats that are wider than what goes. So what comes
together again in the end is taken apart meanwhile, and formats get back the cells that they had.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

Shift = tuple[int, int, int, int]
"""Columns from and to, row, and how many rows of cells come in there; a negative number goes."""

Area = tuple[str, int, int, int, int]
Corners = tuple[int, int, int, int]
Loose = tuple[str, Area, Area]
"""``merged`` or ``array``, where it stands, and where it will stand."""

Grown = tuple[int, int, int, int]
"""Columns from and to, row, and how many rows more: the only body row of a table, which no insertion makes grow."""

FORMULAS = 16
LAST_ROW = 1_048_575


class NotMoved(Exception):
    """LibreOffice left cells where they are; the text says which."""


def shift(model: Any, place: int, shifts: Sequence[Shift], loose: Sequence[Loose], grown: Grown | None = None) -> None:
    """Let cells of a sheet come in and go.

    A sheet's own object counts what has gone as gone from itself and is of no use any more: it is fetched each time.
    """
    with _formats_kept(model, place, shifts, grown), _taken_apart(model, place, loose):
        for left, right, row, count in shifts:
            _moved(model, place, left, right, row, count)


def _moved(model: Any, place: int, left: int, right: int, row: int, count: int) -> None:
    from com.sun.star.sheet.CellDeleteMode import UP
    from com.sun.star.sheet.CellInsertMode import DOWN

    sheet = model.Sheets.getByIndex(place)
    block = sheet.getCellRangeByPosition(left, row, right, row + abs(count) - 1).RangeAddress
    watched = row if count > 0 else row - count  # a cell that has to move along
    cell = sheet.getCellByPosition(left, watched) if watched <= LAST_ROW else None
    if count > 0:
        sheet.insertCells(block, DOWN)
    else:
        sheet.removeRange(block, UP)
    if cell is not None and cell.CellAddress.Row != watched + count:
        raise NotMoved(f"cells from {cell.AbsoluteName.replace('$', '')} on do not move")


@contextmanager
def _taken_apart(model: Any, place: int, loose: Sequence[Loose]) -> Iterator[None]:
    """Without merged cells and array formulas that reach beyond what moves; their formulas wait in free cells."""
    arrays = [(area, then) for kind, area, then in loose if kind == "array"]
    merged = [(area, then) for kind, area, then in loose if kind == "merged"]
    aside = _free_column(model, place) if arrays else 0
    for area, _ in merged:
        _block(model, place, area).merge(False)
    for number, (area, _) in enumerate(arrays):
        cells = _block(model, place, area)
        _aside(model, place, aside + number).setArrayFormula(cells.getArrayFormula()[1:-1])
        cells.setArrayFormula("")
    yield
    for number, (_, then) in enumerate(arrays):
        waiting = _aside(model, place, aside + number)
        _block(model, place, then).setArrayFormula(waiting.getArrayFormula()[1:-1])
        waiting.clearContents(FORMULAS)
    for _, then in merged:
        _block(model, place, then).merge(True)


@contextmanager
def _formats_kept(model: Any, place: int, shifts: Sequence[Shift], grown: Grown | None) -> Iterator[None]:
    """With conditional formats on the cells on which they were, wherever those went."""
    kept = {}
    for one in _formats(model, place):
        areas = [(a.StartRow, a.StartColumn, a.EndRow, a.EndColumn) for a in one.Range.RangeAddresses]
        kept[one.ID] = areas, [after for area in areas if (after := _followed(area, shifts, grown)) is not None]
    yield
    for one in _formats(model, place):
        areas, wanted = kept[one.ID]
        found = [(a.StartRow, a.StartColumn, a.EndRow, a.EndColumn) for a in one.Range.RangeAddresses]
        if found != wanted and wanted:
            ranges = model.createInstance("com.sun.star.sheet.SheetCellRanges")
            for area in wanted:
                ranges.addRangeAddress(_block(model, place, ("", *area)).RangeAddress, False)
            one.Range = ranges


def _followed(area: Corners, shifts: Sequence[Shift], grown: Grown | None) -> Corners | None:
    """An area after its cells have moved, None when they are gone; of whole columns nothing moves.

    Where a shift moves only a part of it, it stays.
    """
    top, left, bottom, right = area
    if grown is not None and grown[0] <= left and right <= grown[1] and top <= grown[2] == bottom:
        return top, left, bottom + grown[3], right
    for first, last, row, count in shifts:
        if first <= left and right <= last and bottom < LAST_ROW:
            kept = row - min(count, 0)  # the first row that does not go for good
            top = top + count if top >= kept else min(top, row)
            bottom = bottom + count if bottom >= kept else min(bottom, row - 1)
    return (top, left, bottom, right) if top <= bottom else None


def _formats(model: Any, place: int) -> Any:
    return model.Sheets.getByIndex(place).ConditionalFormats.getConditionalFormats()


def _block(model: Any, place: int, area: Area) -> Any:
    _, top, left, bottom, right = area
    return model.Sheets.getByIndex(place).getCellRangeByPosition(left, top, right, bottom)


def _aside(model: Any, place: int, column: int) -> Any:
    """A cell of the first row, in which nothing moves: there the header of a table may stand, but no body."""
    return model.Sheets.getByIndex(place).getCellRangeByPosition(column, 0, column, 0)


def _free_column(model: Any, place: int) -> int:
    """The first column to the right of everything."""
    cursor = model.Sheets.getByIndex(place).createCursor()
    cursor.gotoEndOfUsedArea(False)
    return int(cursor.RangeAddress.EndColumn) + 1
