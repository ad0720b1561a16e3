"""What on a sheet moves whole or not at all: merged cells, formulas of several cells, pivot tables, filtered lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Area = tuple[str, int, int, int, int]
FORMULAS = 16
WHAT_IF = re.compile(r"\b(TABLE|MULTIPLE\.OPERATIONS)\(")
"""What a cell of a what-if table asks, whatever language LibreOffice speaks."""


def things(model: Any, name: str) -> list[tuple[str, Area]]:
    """Kind and place of everything on a sheet that must not be torn, named tables left out.

    The kinds are ``merged``, ``array``, ``pivot``, ``filter`` and ``what-if``.
    """
    sheet = model.Sheets.getByName(name)
    used = sheet.createCursor()
    used.gotoEndOfUsedArea(False)
    cells = sheet.getCellRangeByPosition(0, 0, used.RangeAddress.EndColumn, used.RangeAddress.EndRow)
    found = [("merged", _place(sheet, cell, "collapseToMergedArea")) for cell in _merged(cells)]
    found += _formulas(sheet, cells)
    pivots = sheet.DataPilotTables
    found += [("pivot", _area(name, pivots.getByName(pivot).OutputRange)) for pivot in pivots.ElementNames]
    lists, place = model.getPropertyValue("UnnamedDatabaseRanges"), sheet.RangeAddress.Sheet
    if lists.hasByTable(place) and lists.getByTable(place).AutoFilter:
        found.append(("filter", _area(name, lists.getByTable(place).DataArea)))
    return found


def _merged(cells: Any) -> Iterator[Any]:
    """First cells of merged ones; a range tells whether there is any in it, so it is halved until they are found."""
    if not cells.getIsMerged():
        return
    address = cells.RangeAddress
    down, across = address.EndRow - address.StartRow, address.EndColumn - address.StartColumn
    if not down and not across:
        yield cells
    elif down >= across:
        yield from _merged(cells.getCellRangeByPosition(0, 0, across, down // 2))
        yield from _merged(cells.getCellRangeByPosition(0, down // 2 + 1, across, down))
    else:
        yield from _merged(cells.getCellRangeByPosition(0, 0, across // 2, down))
        yield from _merged(cells.getCellRangeByPosition(across // 2 + 1, 0, across, down))


def _formulas(sheet: Any, cells: Any) -> Iterator[tuple[str, Area]]:
    """Array formulas of several cells, and what-if tables with the formulas and inputs along their edges."""
    seen: set[Area] = set()
    for part in cells.queryContentCells(FORMULAS).RangeAddresses:
        block = sheet.getCellRangeByPosition(part.StartColumn, part.StartRow, part.EndColumn, part.EndRow)
        rows, columns = [], []
        for row, texts in enumerate(block.getFormulaArray()):
            for column, text in enumerate(texts):
                if text[:1] == "{":
                    area = _place(sheet, block.getCellByPosition(column, row), "collapseToCurrentArray")
                    if area not in seen and area[1:3] != area[3:]:
                        seen.add(area)
                        yield "array", area
                if WHAT_IF.search(text):
                    rows.append(part.StartRow + row)
                    columns.append(part.StartColumn + column)
        if rows:
            yield "what-if", (sheet.Name, max(min(rows) - 1, 0), max(min(columns) - 1, 0), max(rows), max(columns))


def _place(sheet: Any, cell: Any, collapse: str) -> Area:
    """The cells with which a cell belongs together."""
    cursor = sheet.createCursorByRange(cell)
    getattr(cursor, collapse)()
    return _area(sheet.Name, cursor.RangeAddress)


def _area(sheet: str, part: Any) -> Area:
    return sheet, part.StartRow, part.StartColumn, part.EndRow, part.EndColumn
