"""The worker's side of the door into LibreOffice: errors by their code, changes held back until all are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from xlplan.errors import HostError
from xlplan.hosts.calc.addin.wire import error_code, error_number
from xlplan.workbook.book import CellValue, ErrorValue
from xlplan.workbook.live_calc import Area

Ask = Callable[..., Any]
"""Sends a word and what goes with it to LibreOffice and returns its answer."""


class HeldDoor:
    """A Door that reads at once and writes when it is released, so that a run which fails changes nothing.

    Until then the document stays as it is, so where things stand in it is asked once.

    Parameters
    ----------
    ask : callable
        The pipe.
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._changes: list[tuple[str, tuple[Any, ...]]] = []
        self._known: dict[str, Any] = {}

    def facts(self) -> Mapping[str, Any]:
        """Label and epoch."""
        return self._once("facts")

    def tables(self) -> Mapping[str, tuple[Area, Sequence[CellValue], Sequence[int], bool]]:
        """Areas, headers, columns of formulas, merged cells."""
        return {name: (area, _read(header), *more) for name, (area, header, *more) in self._once("tables").items()}

    def names(self) -> Mapping[str, tuple[str, int, int]]:
        """Named cells."""
        return self._once("names")

    def read(self, area: Area) -> list[list[CellValue]]:
        """Values of an area."""
        return [_read(row) for row in self._ask("read", area)]

    def locked(self, area: Area) -> str:
        """First locked cell of an area on a protected sheet."""
        return str(self._ask("locked", area))

    def filled(self, area: Area) -> list[str]:
        """What stands in an area."""
        return list(self._ask("filled", area))

    def write(self, area: Area, rows: Sequence[Sequence[CellValue]]) -> None:
        """Values for an area."""
        self._changes.append(("write", (area, [_written(row) for row in rows])))

    def resize(self, table: str, rows: int) -> None:
        """Another number of rows for a table."""
        self._changes.append(("resize", (table, rows)))

    def fill_down(self, area: Area) -> None:
        """Formulas of the first row for the rows below."""
        self._changes.append(("fill_down", (area,)))

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
        changes, self._changes = self._changes, []
        self._known.clear()
        refusal = self._ask("write", changes) if changes else ""
        if refusal:
            raise HostError(refusal)

    def _once(self, question: str) -> Mapping[str, Any]:
        if question not in self._known:
            self._known[question] = self._ask(question)
        found: Mapping[str, Any] = self._known[question]
        return found


def _read(row: Sequence[Any]) -> list[CellValue]:
    return [ErrorValue(error_code(cell)) if isinstance(cell, float) and cell != cell else cell for cell in row]


def _written(row: Sequence[CellValue]) -> list[Any]:
    return [error_number(cell.code) if isinstance(cell, ErrorValue) else cell for cell in row]
