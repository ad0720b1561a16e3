"""Is there room below a table for it to grow?  The one place that decides what happens when there is not."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Literal, NamedTuple

from xlplan.errors import WorkbookError
from xlplan.workbook.package.follow import TableMove
from xlplan.workbook.package.markup import child
from xlplan.workbook.package.pivots import pivot_areas
from xlplan.workbook.package.references import LAST_COLUMN, LAST_ROW, Area, cell_address, parse_areas
from xlplan.workbook.package.slide import Band, Slide
from xlplan.workbook.package.table import Table

Below = Literal["shift", "insert", "refuse"]
"""What to do with what stands below a table that needs its rows.

``shift``: the cells below, in the table's columns, move down by as many rows as the table grows; other columns stay,
unless something below (merged cells, a table, a pivot) reaches into them and moves whole.
``insert``: whole sheet rows are inserted. ``refuse``: nothing moves and nothing is written.
"""

POLICIES: tuple[Below, ...] = ("shift", "insert", "refuse")
SHOWN = 5
NEVER = LAST_ROW + 1


class Thing(NamedTuple):
    """Something that must move whole or not at all; ``stretches`` where sheet rows may come in between."""

    what: str
    area: Area
    stretches: bool = False

    def __str__(self) -> str:
        return f"{self.what} {self.area}"


def policy(below: str) -> Below:
    """The policy of a name.

    Raises
    ------
    WorkbookError
        There is none of that name.
    """
    for known in POLICIES:
        if known == below:
            return known
    raise WorkbookError(f"below is {below!r}", do=f"give one of {', '.join(POLICIES)}")


def claim(table: Table, move: TableMove, neighbours: Iterable[Table], below: Below = "shift") -> Slide | None:
    """Make sure that there is room for the rows into which the table grows.

    Parameters
    ----------
    table : Table
        The table that grows.
    move : TableMove
        Its body before and after.
    neighbours : iterable of Table
        All tables of the workbook.
    below : {"shift", "insert", "refuse"}
        What to do where rows are needed that are not free.

    Returns
    -------
    Slide or None
        What has to move out of the way; None when the rows are free. A table that shrinks leaves what is below
        where it is, and uses the rows that it left when it grows again.

    Raises
    ------
    WorkbookError
        When something stands in the way that may not or cannot move, with its address.
    """
    where = f"table {table.name} on {table.sheet.name}"
    if move.new_last + move.totals > LAST_ROW:
        raise WorkbookError(f"it would end below row {LAST_ROW:,}", where=where, do="write fewer rows")
    for merge in table.sheet.merges:
        if merge.meets(table.area):
            raise WorkbookError(
                f"merged cells {merge} lie inside it", where=where, do="unmerge them; a table has one value per cell"
            )
    if move.shift <= 0:
        return None
    needed = Area(move.old_last + move.totals + 1, move.left, move.new_last + move.totals, move.right)
    things = _things(table, neighbours)
    blockers = [str(thing) for thing in things if thing.area.meets(needed)] or _contents(table, needed)
    if not blockers:
        return None
    if below == "refuse":
        raise WorkbookError(
            f"{move.shift:,} more rows need {needed}, where {_listed(blockers)} stand",
            where=where,
            do='move what stands below the table, or write with below="shift" (the cells below move down) or '
            'below="insert" (whole sheet rows move down)',
        )
    slide = pushed(needed, things, where) if below == "shift" else _inserted(move, things, where)
    return _within_sheet(table, slide, things, where)


def _things(table: Table, neighbours: Iterable[Table]) -> list[Thing]:
    """Everything on the sheet but the table itself that must not be torn."""
    sheet = table.sheet
    things = [Thing("merged cells", merge, stretches=True) for merge in sheet.merges]
    things += [
        Thing(f"table {other.name} at", other.area)
        for other in neighbours
        if other.part != table.part and other.sheet is sheet
    ]
    things += [Thing("a pivot table at", area) for area in pivot_areas(table.package, sheet.part)]
    for cell in sheet.facts.formulas:
        if cell.formula.kind == "dataTable":  # with the formulas and inputs along its edges
            area = cell.area
            edges = Area(max(1, area.top - 1), max(1, area.left - 1), area.bottom, area.right)
            things.append(Thing("a what-if data table at", edges))
        elif not cell.area.is_cell:
            things.append(Thing(f"{cell.formula.kind} formula", cell.area))
    if "autoFilter" in sheet.facts.tail:
        filtered = child(sheet.skeleton(), "autoFilter")
        if filtered is not None:
            areas = parse_areas(filtered.get("ref") or "")
            things += [Thing("a filtered list at", area, stretches=True) for area in areas]
    return things


def _contents(table: Table, needed: Area) -> list[str]:
    """Addresses of filled cells in the way."""
    sheet = table.sheet
    return [
        cell_address(row.number, cell.column)
        for row, cells in sheet.rows(needed.top, needed.bottom)
        for cell in cells
        if needed.left <= cell.column <= needed.right and sheet.codec.filled(cell.payload)
    ]


def pushed(needed: Area, things: Sequence[Thing], where: str) -> Slide:
    """The cells below the table move down, and with them whole all that they touch.

    Where something below is wider than the table, its other columns move as well, but only from its own top on: what
    stands beside the table stays.

    Parameters
    ----------
    needed : Area
        The rows into which the table grows, below it and as wide as it.
    things : sequence of Thing
        Everything on the sheet but the table itself that must not be torn.
    where : str
        The table, as errors name it.

    Raises
    ------
    WorkbookError
        When something beside the table would be torn.
    """
    waiting = sorted((t for t in things if t.area.bottom >= needed.top), key=lambda thing: thing.area.top)
    areas = [needed, *(thing.area for thing in waiting)]
    edges = sorted({area.left for area in areas} | {area.right + 1 for area in areas})
    tops = [NEVER] * len(edges)  # the row from which columns move, between one edge and the next

    def under(area: Area) -> slice:
        return slice(bisect_left(edges, area.left), bisect_left(edges, area.right + 1))

    tops[under(needed)] = [needed.top] * (under(needed).stop - under(needed).start)
    moving: list[Thing] = []
    grew = True
    while grew:  # once is enough, unless things lie over one another
        still = []
        for thing in waiting:
            columns = under(thing.area)
            if min(tops[columns]) <= thing.area.bottom:
                tops[columns] = [min(top, thing.area.top) for top in tops[columns]]
                moving.append(thing)
            else:
                still.append(thing)
        grew, waiting = len(still) < len(waiting), still
    torn = [str(thing) for thing in moving if thing.area.meets(_above(needed))]
    if torn:
        raise WorkbookError(
            f"what stands below would have to move down from row {needed.top} on, which would tear {_listed(torn)}",
            where=where,
            do="move it away from the table",
        )
    bands: list[Band] = []
    for (left, right), top in zip(pairwise(edges), tops, strict=False):
        if bands and bands[-1].right == left - 1 and bands[-1].top == top:
            bands[-1] = bands[-1]._replace(right=right - 1)
        elif top != NEVER:
            bands.append(Band(left, right - 1, top))
    return Slide(tuple(bands), needed.bottom - needed.top + 1)


def _above(needed: Area) -> Area:
    return Area(1, needed.left, needed.top - 1, needed.right)


def _inserted(move: TableMove, things: Sequence[Thing], where: str) -> Slide:
    """Whole sheet rows come in below the table's last body row."""
    line = move.old_last + 1
    torn = [str(thing) for thing in things if thing.area.top < line <= thing.area.bottom and not thing.stretches]
    if torn:
        raise WorkbookError(
            f"{move.shift:,} sheet rows inserted below row {move.old_last} would tear {_listed(torn)}",
            where=where,
            do='move it above or below that row, or write with below="shift"',
        )
    return Slide((Band(1, LAST_COLUMN, line),), move.shift)


def _within_sheet(table: Table, slide: Slide, things: Sequence[Thing], where: str) -> Slide:
    """The slide with the sheet's last row; nothing may be pushed off the sheet."""
    sheet = table.sheet
    last = filled = 0
    for row in sheet.stream().rows():
        last = row.number if row.text else last
        if row.number + slide.rows > LAST_ROW and any(
            slide.moves(row.number, cell.column) and sheet.codec.filled(cell.payload)
            for cell in sheet.grammar.cells(row, sheet.where)
        ):
            filled = row.number
    check_foot(slide, things, filled, where)
    return replace(slide, last=min(last, LAST_ROW - slide.rows))


def check_foot(slide: Slide, things: Sequence[Thing], filled: int, where: str) -> None:
    """Refuse to push anything off the foot of the sheet.

    Parameters
    ----------
    slide : Slide
        What moves.
    things : sequence of Thing
        What must not be torn, where it stands now.
    filled : int
        The last row with content that would fall; 0 for none.
    where : str
        The table, as errors name it.
    """
    falling = [str(t) for t in things if t.area.bottom + slide.rows > LAST_ROW and slide.moves(t.area.top, t.area.left)]
    if filled:
        falling.append(f"row {filled:,}")
    if falling:
        raise WorkbookError(
            f"{slide.rows:,} more rows would push {_listed(falling)} off the foot of the sheet",
            where=where,
            do="delete or move it, or write fewer rows",
        )


def _listed(things: list[str]) -> str:
    more = f" and {len(things) - SHOWN} more" if len(things) > SHOWN else ""
    return ", ".join(things[:SHOWN]) + more
