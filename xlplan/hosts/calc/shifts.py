"""Which cells LibreOffice moves so that a table can grow or shrink, and where everything stands afterwards.

LibreOffice knows two movements: cells come in and push down all that stands below them in their columns, or cells go
and pull it up. References follow both. So what has to happen is said as a list of these.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from xlplan.workbook.package.references import LAST_ROW, Area

if TYPE_CHECKING:
    from xlplan.workbook.package.slide import Slide


class Shift(NamedTuple):
    """From ``row`` on, in columns ``left`` to ``right``, as many rows of cells come in; a negative number goes."""

    left: int
    right: int
    row: int
    rows: int

    def meets(self, area: Area) -> bool:
        """True when any cell of the area, as it stands afterwards, stood elsewhere or was not there."""
        return self.left <= area.right and area.left <= self.right and self.row <= area.bottom

    def tears(self, area: Area) -> bool:
        """True when a part of the area would move and a part stay: LibreOffice refuses where it must not be torn."""
        return self.meets(area) and not (self.left <= area.left and area.right <= self.right)

    def cell_after(self, row: int, column: int) -> tuple[int, int] | None:
        """Where a cell goes; None when it goes for good."""
        if not self.left <= column <= self.right or row < self.row:
            return row, column
        if row < self.row - self.rows:
            return None
        return (row + self.rows, column) if row + self.rows <= LAST_ROW else None

    def area_after(self, area: Area) -> Area:
        """Where an area goes of which no cell goes for good; one that would be torn stays."""
        if not self.meets(area) or self.tears(area):
            return area
        top = area.top + self.rows if area.top >= self.row else area.top
        return Area(top, area.left, area.bottom + self.rows, area.right)

    def origins(self, area: Area) -> Iterator[tuple[Area, Area | None]]:
        """Parts of an area as it stands afterwards, each with where it stood; None for cells that came in."""
        yield from around(area, Area(self.row, self.left, LAST_ROW, self.right))
        left, right = max(area.left, self.left), min(area.right, self.right)
        first = self.row + max(self.rows, 0)  # the first row of what moved
        last = LAST_ROW + min(self.rows, 0)
        for top, bottom, is_new in ((self.row, first - 1, True), (first, last, False), (last + 1, LAST_ROW, True)):
            part = Area(max(area.top, top), left, min(area.bottom, bottom), right)
            if part.top <= part.bottom:
                yield part, None if is_new else Area(part.top - self.rows, left, part.bottom - self.rows, right)


def around(area: Area, hole: Area) -> Iterator[tuple[Area, Area]]:
    """The parts of an area outside of another that it meets: they stand where they stood."""
    top, bottom = max(area.top, hole.top), min(area.bottom, hole.bottom)
    for part in (
        Area(area.top, area.left, top - 1, area.right),
        Area(bottom + 1, area.left, area.bottom, area.right),
        Area(top, area.left, bottom, min(area.right, hole.left - 1)),
        Area(top, max(area.left, hole.right + 1), bottom, area.right),
    ):
        if part.top <= part.bottom and part.left <= part.right:
            yield part, part


def resizing(body: Area, rows: int, slide: Slide | None, totals: int = 0) -> list[Shift]:
    """What moves so that a table's body gets another number of rows and references to it follow.

    Cells come in before the last body row, because a reference grows only where something enters it. As many go
    below, where the rows are free: in this order, so that a reference which was typed over free rows keeps its rows.
    What stands in rows that are not free moves out of the way by the slide.

    Parameters
    ----------
    body : Area
        The body as it is.
    rows : int
        How many rows it shall have; one at least.
    slide : Slide or None
        What has to move out of the way.
    totals : int, optional
        Rows of totals below the body.
    """
    more = rows - (body.bottom - body.top + 1)
    if more < 0:
        gone = body.bottom + more + 1
        return [Shift(body.left, body.right, gone, more), Shift(body.left, body.right, gone + totals, -more)]
    first = body.bottom + (body.top == body.bottom)
    if slide is None:
        free = body.bottom + more + totals + 1
        return [Shift(body.left, body.right, first, more), Shift(body.left, body.right, free, -more)]
    columns = [
        (left, right, top)
        for band in slide.bands
        for left, right, top in (
            (band.left, min(band.right, body.left - 1), band.top),
            (max(band.left, body.left), min(band.right, body.right), first),
            (max(band.left, body.right + 1), band.right, band.top),
        )
        if left <= right
    ]
    return list(_stepwise(columns, more))


def _stepwise(columns: Sequence[tuple[int, int, int]], count: int) -> Iterator[Shift]:
    """Columns that move from different rows on, as rectangles.

    All that is lowest moves at once, in all columns, so that what lies over several of them holds together and
    references to it follow. Then the columns that move from further up: what came in below goes again.
    """
    below = 0
    for top in sorted({top for *_, top in columns}, reverse=True):
        for left, right in _joined([(left, right) for left, right, first in columns if first <= top]):
            if below:
                yield Shift(left, right, below, -count)
            yield Shift(left, right, top, count)
        below = top


def _joined(columns: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Columns side by side together."""
    runs: list[tuple[int, int]] = []
    for left, right in columns:
        if runs and runs[-1][1] == left - 1:
            runs[-1] = runs[-1][0], right
        else:
            runs.append((left, right))
    return runs


def torn(area: Area, shifts: Sequence[Shift]) -> bool:
    """True when any of the movements would tear the area."""
    for shift in shifts:
        if shift.tears(area):
            return True
        area = shift.area_after(area)
    return False
