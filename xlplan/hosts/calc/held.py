"""A sheet as it will stand once the changes that are held back are made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from xlplan.hosts.calc.shifts import Shift, around
from xlplan.workbook.book import CellValue
from xlplan.workbook.package.references import Area

Rows = list[list[CellValue]]


class Put(NamedTuple):
    """Values for an area; None for formulas: nobody knows what they give before LibreOffice calculates them."""

    area: Area
    rows: Rows | None

    def meets(self, area: Area) -> bool:
        """True when any cell of the area is written."""
        return self.area.meets(area)

    def origins(self, area: Area) -> Iterator[tuple[Area, Area | None]]:
        """Parts of an area, each with where it stood; None for cells that are written."""
        yield from around(area, self.area)
        own = self.area
        top, bottom = max(area.top, own.top), min(area.bottom, own.bottom)
        yield Area(top, max(area.left, own.left), bottom, min(area.right, own.right)), None

    def values(self, part: Area) -> Rows | None:
        """The values of some of its cells."""
        if self.rows is None:
            return None
        top, left = self.area.top, self.area.left
        rows = self.rows[part.top - top : part.bottom - top + 1]
        return [row[part.left - left : part.right - left + 1] for row in rows]


class Part(NamedTuple):
    """Cells that come from one place.

    Parameters
    ----------
    area : Area
        Where they will stand.
    origin : Area or None
        Where they stand in the document; None for those that are written or come in.
    values : list or None
        What is written into them, blanks for those that come in; None for formulas.
    """

    area: Area
    origin: Area | None
    values: Rows | None = None

    def asked(self, area: Area) -> Area:
        """An area of the document, seen from where it will stand."""
        down = self.area.top - (self.origin or self.area).top
        return Area(area.top + down, area.left, area.bottom + down, area.right)


class HeldSheet:
    """The changes to one sheet, and what it holds after them.

    Formulas elsewhere still show what they show in the document: LibreOffice calculates when the changes are made.
    """

    def __init__(self) -> None:
        self.changes: list[Shift | Put] = []

    def parts(self, area: Area) -> Iterator[Part]:
        """An area, by where its cells come from."""
        waiting = [(area, area)]  # where cells will stand, and where they stood before the changes that were looked at
        for change in reversed(self.changes):
            earlier = []
            for asked, here in waiting:
                for part, before in change.origins(here) if change.meets(here) else ((here, here),):
                    down = asked.top - here.top
                    seen = Area(part.top + down, part.left, part.bottom + down, part.right)
                    if before is not None:
                        earlier.append((seen, before))
                    else:
                        yield Part(seen, None, change.values(part) if isinstance(change, Put) else _blank(part))
            waiting = earlier
        for asked, here in waiting:
            yield Part(asked, here)

    def read(self, area: Area, ask: Callable[[Area], Rows]) -> Rows:
        """Values of an area; ``ask`` tells those of an area of the document."""
        found = _blank(area)
        for part in self.parts(area):
            values = part.values if part.origin is None else ask(part.origin)
            left, right = part.area.left - area.left, part.area.right - area.left + 1
            for row, line in enumerate(values or (), start=part.area.top - area.top):
                found[row][left:right] = line
        return found

    def filled(self, area: Area, ask: Callable[[Area], list[Area]]) -> list[Area]:
        """What stands in an area; ``ask`` tells it of an area of the document."""
        found = []
        for part in self.parts(area):
            if part.origin is not None:
                found += [part.asked(one) for one in ask(part.origin)]
            elif part.values is None:
                found.append(part.area)
            else:
                found += [
                    Area(row, part.area.left, row, part.area.right)
                    for row, line in enumerate(part.values, start=part.area.top)
                    if any(value is not None for value in line)
                ]
        return found

    def cell_after(self, row: int, column: int) -> tuple[int, int] | None:
        """Where a cell of the document will stand; None when it goes for good."""
        for change in self.changes:
            if isinstance(change, Shift):
                place = change.cell_after(row, column)
                if place is None:
                    return None
                row, column = place
        return row, column


def _blank(area: Area) -> Rows:
    return [[None] * (area.right - area.left + 1) for _ in range(area.bottom - area.top + 1)]
