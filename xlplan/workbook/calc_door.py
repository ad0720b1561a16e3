"""What LibreOffice does for the Book of its open document.

UNO exists only in LibreOffice's own Python, and the engine only in the planner's. So the Book asks for plain data, and
the add-in answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from xlplan.workbook.book import CellValue
from xlplan.workbook.package.references import Area as Range

if TYPE_CHECKING:
    from xlplan.workbook.package.slide import Slide

Area = tuple[str, int, int, int, int]
"""Sheet, top, left, bottom, right; rows and columns from 0, as UNO counts."""

TableFacts = tuple[Area, Sequence[CellValue], Sequence[int], Sequence[int], bool, int]
"""Area with header and totals, header, columns with a formula in every row, columns whose formulas are not one and the
same in every row, whether cells are merged, how many rows of totals."""

KINDS = {
    "merged": "merged cells",
    "array": "array formula",
    "pivot": "a pivot table at",
    "filter": "a filtered list at",
    "what-if": "a what-if data table at",
}
"""What on a sheet moves whole or not at all, and what to call it in a sentence."""


class Door(Protocol):
    """What LibreOffice does for a Book; every call takes and gives plain data."""

    def facts(self) -> Mapping[str, Any]:
        """``label``, ``path`` (empty before it is saved) and ``epoch`` (year, month, day) of the document."""

    def tables(self) -> Mapping[str, TableFacts]:
        """What is known of every table, by its name."""

    def names(self) -> Mapping[str, tuple[str, int, int]]:
        """Sheet, row and column of every named cell."""

    def read(self, area: Area) -> list[list[CellValue]]:
        """Values of an area, row by row."""

    def write(self, area: Area, rows: Sequence[Sequence[CellValue]]) -> None:
        """Put values into an area."""

    def things(self, sheet: str) -> list[tuple[str, Area]]:
        """Kind (one of :data:`KINDS`) and place of what on a sheet must not be torn, tables left out."""

    def filled(self, area: Area) -> list[Area]:
        """What stands in an area, content or comments."""

    def locked(self, area: Area) -> str:
        """Address of the first locked cell of an area on a protected sheet; empty when there is none."""

    def resize(self, table: str, rows: int, slide: Slide | None = None) -> None:
        """Give a table another number of body rows, once what stands below has moved out of its way."""

    def fill_down(self, area: Area) -> None:
        """Copy the formulas of the first row of an area into the rows below it."""

    def store(self, path: str) -> None:
        """Save a copy of the document."""


def asked(sheet: str, area: Range) -> Area:
    """Cells of a sheet as UNO counts."""
    return sheet, area.top - 1, area.left - 1, area.bottom - 1, area.right - 1


def counted(area: Area) -> tuple[str, Range]:
    """Sheet and cells of an area, counted from 1."""
    sheet, top, left, bottom, right = area
    return sheet, Range(top + 1, left + 1, bottom + 1, right + 1)
