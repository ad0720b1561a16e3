"""Is there room below a table for it to grow?  The one place that decides what happens when there is not."""

from __future__ import annotations

from collections.abc import Iterable

from xlplan.errors import WorkbookError
from xlplan.workbook.package.follow import TableMove
from xlplan.workbook.package.markup import child
from xlplan.workbook.package.references import LAST_ROW, Area, cell_address, parse_areas
from xlplan.workbook.package.table import Table

SHOWN = 5


def claim(table: Table, move: TableMove, neighbours: Iterable[Table]) -> None:
    """Make sure that the rows the table grows into are free.

    Parameters
    ----------
    table : Table
        The table that grows.
    move : TableMove
        Its body before and after.
    neighbours : iterable of Table
        All tables of the workbook.

    Raises
    ------
    WorkbookError
        When anything stands in the way, with its address.
    """
    where = f"table {table.name} on {table.sheet.name}"
    if move.new_last + move.totals > LAST_ROW:
        raise WorkbookError(f"it would end below row {LAST_ROW:,}", where=where, do="write fewer rows")
    merges = table.sheet.merges
    for merge in merges:
        if merge.meets(table.area):
            raise WorkbookError(
                f"merged cells {merge} lie inside it", where=where, do="unmerge them; a table has one value per cell"
            )
    if move.shift <= 0:
        return
    needed = Area(move.old_last + move.totals + 1, move.left, move.new_last + move.totals, move.right)
    blockers = [
        *(f"merged cells {merge}" for merge in merges if merge.meets(needed)),
        *(f"table {other.name} at {other.area}" for other in neighbours if _meets(other, table, needed)),
        *(f"a pivot table at {area}" for area in _pivots(table) if area.meets(needed)),
        *(f"{cell.formula.kind} formula {cell.area}" for cell in table.sheet.facts.formulas if
          not cell.area.is_cell and cell.area.meets(needed)),
    ]  # fmt: skip
    blockers = blockers or _contents(table, needed)
    if blockers:
        more = f" and {len(blockers) - SHOWN} more" if len(blockers) > SHOWN else ""
        raise WorkbookError(
            f"{move.shift:,} more rows need {needed}, where {', '.join(blockers[:SHOWN])}{more} stand",
            where=where,
            do="move what stands below the table, or insert rows above it",
        )


def _meets(other: Table, table: Table, needed: Area) -> bool:
    return other.part != table.part and other.sheet is table.sheet and other.area.meets(needed)


def _pivots(table: Table) -> list[Area]:
    areas: list[Area] = []
    for part in table.package.related(table.sheet.part, "pivotTable"):
        location = child(table.package.tree(part), "location")
        if location is not None:
            areas += parse_areas(location.get("ref") or "")
    return areas


def _contents(table: Table, needed: Area) -> list[str]:
    """Addresses of filled cells in the way."""
    sheet = table.sheet
    return [
        cell_address(row.number, cell.column)
        for row, cells in sheet.rows(needed.top, needed.bottom)
        for cell in cells
        if needed.left <= cell.column <= needed.right and sheet.codec.filled(cell.payload)
    ]
