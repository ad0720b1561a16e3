"""The worker's side of the door into LibreOffice: errors by their code, changes held back until all are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from xlplan.errors import HostError, WorkbookError
from xlplan.hosts.calc.addin.wire import error_code, error_number
from xlplan.hosts.calc.held import HeldSheet, Put
from xlplan.hosts.calc.shifts import Shift, resizing, torn
from xlplan.workbook.book import CellValue, ErrorValue
from xlplan.workbook.calc_door import Area, TableFacts, asked, counted
from xlplan.workbook.package.references import Area as Cells

if TYPE_CHECKING:
    from xlplan.workbook.package.slide import Slide

Ask = Callable[..., Any]
"""Sends a word and what goes with it to LibreOffice and returns its answer."""

WHOLE = frozenset({"merged", "array", "pivot"})
"""Kinds of things of which LibreOffice moves no part."""


class HeldDoor:
    """A Door that reads at once and writes when it is released, so that a run which fails changes nothing.

    Until then the document stays as it is, so where things stand in it is asked once. What the door tells is the
    document as it will be: what is held back is read as written, and found where it will stand.

    Parameters
    ----------
    ask : callable
        The pipe.
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._forget()

    def _forget(self) -> None:
        self._changes: list[tuple[str, tuple[Any, ...]]] = []
        self._known: dict[str, Any] = {}
        self._things: dict[str, list[tuple[str, Area]]] = {}
        self._sheets: dict[str, HeldSheet] = {}

    def facts(self) -> Mapping[str, Any]:
        """Label and epoch."""
        return self._once("facts")

    def tables(self) -> Mapping[str, TableFacts]:
        """Areas, headers, columns of formulas, merged cells, totals."""
        return {name: (area, _read(header), *more) for name, (area, header, *more) in self._once("tables").items()}

    def names(self) -> Mapping[str, tuple[str, int, int]]:
        """Named cells."""
        found = {}
        for name, (sheet, row, column) in self._once("names").items():
            place = self._held(sheet).cell_after(row + 1, column + 1)
            if place is not None:
                found[name] = (sheet, place[0] - 1, place[1] - 1)
        return found

    def things(self, sheet: str) -> list[tuple[str, Area]]:
        """What must not be torn."""
        if sheet not in self._things:
            self._things[sheet] = [(kind, tuple(area)) for kind, area in self._ask("things", sheet)]
        return list(self._things[sheet])

    def read(self, area: Area) -> list[list[CellValue]]:
        """Values of an area."""
        sheet, cells = counted(area)
        return self._held(sheet).read(cells, lambda part: [_read(row) for row in self._ask("read", asked(sheet, part))])

    def locked(self, area: Area) -> str:
        """First locked cell of an area on a protected sheet, where it stands now."""
        sheet, cells = counted(area)
        origins = [part.origin for part in self._held(sheet).parts(cells) if part.origin is not None]
        return next((cell for origin in origins if (cell := str(self._ask("locked", asked(sheet, origin))))), "")

    def filled(self, area: Area) -> list[Area]:
        """What stands in an area."""
        sheet, cells = counted(area)

        def ask(part: Cells) -> list[Cells]:
            return [counted(found)[1] for found in self._ask("filled", asked(sheet, part))]

        return [asked(sheet, found) for found in self._held(sheet).filled(cells, ask)]

    def write(self, area: Area, rows: Sequence[Sequence[CellValue]]) -> None:
        """Values for an area."""
        self._changes.append(("write", (area, [_written(row) for row in rows])))
        sheet, cells = counted(area)
        self._held(sheet).changes.append(Put(cells, [list(row) for row in rows]))

    def resize(self, table: str, rows: int, slide: Slide | None = None) -> None:
        """Another number of rows for a table.

        Raises
        ------
        WorkbookError
            Something below cannot be kept whole meanwhile; nothing was held back.
        """
        area, *_, totals = self.tables()[table]
        sheet, cells = counted(area)
        body = replace(cells, top=cells.top + 1, bottom=cells.bottom - totals)
        shifts = resizing(body, rows, slide, totals)
        loose = self._loose(table, sheet, shifts, slide)
        moves = [(left - 1, right - 1, row - 1, come) for left, right, row, come in shifts]
        self._changes.append(("resize", (table, rows, moves, loose)))
        self._held(sheet).changes += shifts
        self._move(table, sheet, rows, slide)

    def fill_down(self, area: Area) -> None:
        """Formulas of the first row for the rows below."""
        self._changes.append(("fill_down", (area,)))
        sheet, cells = counted(area)
        self._held(sheet).changes.append(Put(cells, None))

    def store(self, path: str) -> None:
        """Refused: saving is the planner's."""
        raise HostError("a document that is open in Calc is saved in Calc", where=path, do="use File > Save")

    def release(self) -> None:
        """Make the changes.

        Raises
        ------
        HostError
            LibreOffice refuses them; the sentence says whether anything was changed.
        """
        changes = self._changes
        self._forget()
        refusal = self._ask("write", changes) if changes else ""
        if refusal:
            raise HostError(refusal)

    def _once(self, question: str) -> Mapping[str, Any]:
        if question not in self._known:
            self._known[question] = self._ask(question)
        found: Mapping[str, Any] = self._known[question]
        return found

    def _held(self, sheet: str) -> HeldSheet:
        return self._sheets.setdefault(sheet, HeldSheet())

    def _move(self, table: str, sheet: str, rows: int, slide: Slide | None) -> None:
        """Where tables and other things stand once a table was resized."""
        known = self._once("tables").items()
        tables = {name: (self._after(tuple(area), sheet, slide), *more) for name, (area, *more) in known}
        (_, top, left, _, right), *more, totals = tables[table]
        self._known["tables"] = tables | {table: ((sheet, top, left, top + rows + totals, right), *more, totals)}
        self._things[sheet] = [(kind, self._after(area, sheet, slide)) for kind, area in self.things(sheet)]

    def _loose(
        self, table: str, sheet: str, shifts: Sequence[Shift], slide: Slide | None
    ) -> list[tuple[str, Area, Area]]:
        """What LibreOffice would refuse to tear although it comes together again, and where it then stands."""
        loose = [(kind, area) for kind, area in self.things(sheet) if kind in WHOLE and torn(counted(area)[1], shifts)]
        pivots = [str(counted(area)[1]) for kind, area in loose if kind == "pivot"]
        if pivots:
            raise WorkbookError(
                f"a pivot table at {pivots[0]} below it reaches beside it, and LibreOffice moves no part of one",
                where=f"table {table} on {sheet}",
                do="move the pivot table, or close the document and type xlplan refresh",
            )
        return [(kind, area, self._after(area, sheet, slide)) for kind, area in loose]

    def _after(self, area: Area, sheet: str, slide: Slide | None) -> Area:
        home, cells = counted(area)
        return area if slide is None or home != sheet else asked(home, slide.area_after(cells))


def _read(row: Sequence[Any]) -> list[CellValue]:
    return [ErrorValue(error_code(cell)) if isinstance(cell, float) and cell != cell else cell for cell in row]


def _written(row: Sequence[CellValue]) -> list[Any]:
    return [error_number(cell.code) if isinstance(cell, ErrorValue) else cell for cell in row]
