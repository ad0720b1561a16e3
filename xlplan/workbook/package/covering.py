"""Formats and rules over every row of a table's column, which cover its new rows too, however they are laid out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from xlplan.errors import WorkbookError
from xlplan.workbook.package.follow import TableMove
from xlplan.workbook.package.references import Area, parse_areas

MOST = 1_000_000
"""Most pieces times columns that are looked at; more than that no planner lays out."""


def covering_after(move: TableMove, text: str) -> str:
    """The areas of a format or rule when the table has moved.

    Areas that are wider than the table, or that cover a column in several pieces, do not grow as areas; what they miss
    of the new rows is added to them, as Excel gives a new row of a table what the others have.

    Parameters
    ----------
    move : TableMove
        The table's body before and after.
    text : str
        List of areas, as ``sqref`` attributes hold it.
    """
    after = move.sqref_after(text)
    try:
        before, there = parse_areas(text), parse_areas(after)
    except WorkbookError:
        return text
    body = Area(move.first, move.left, move.old_last, move.right)
    over = sum(area.meets(body) for area in before)
    if move.shift <= 0 or not over or over * (move.right - move.left + 1) > MOST:
        return after
    missing = [
        (tuple(_gaps(there, column, move.first, move.new_last)), column)
        for column in range(move.left, move.right + 1)
        if not any(_gaps(before, column, move.first, move.old_last))
    ]
    added = []
    for (_, gaps), run in groupby(enumerate(missing), lambda each: (each[1][1] - each[0], each[1][0])):
        columns = [column for _, (_, column) in run]
        added += [Area(top, columns[0], bottom, columns[-1]) for top, bottom in gaps]
    return " ".join([after, *map(str, added)])


def _gaps(areas: Iterable[Area], column: int, top: int, bottom: int) -> Iterator[tuple[int, int]]:
    """Rows of a column, from ``top`` to ``bottom``, that no area covers: first and last row of each gap."""
    over = sorted((area.top, area.bottom) for area in areas if area.left <= column <= area.right)
    for first, last in over:
        if first > bottom:
            break
        if first > top:
            yield top, first - 1
        top = max(top, last + 1)
    if top <= bottom:
        yield top, bottom
