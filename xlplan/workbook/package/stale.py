"""Which cached values can no longer be trusted: everything that reads, however far back, a changed cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from xlplan.workbook.package.formulas import Precedents, has_relative, precedents, sheet_of
from xlplan.workbook.package.markup import find_all
from xlplan.workbook.package.parts import Package
from xlplan.workbook.package.references import Area
from xlplan.workbook.package.rows import attributes
from xlplan.workbook.package.sheet import FormulaCell

PASSES = 40
"""After so many rounds of a chain still growing, all that is left counts as stale: late, but never wrong."""


WIDE = 256
"""An area of more columns (inserted sheet rows) is kept as an area."""


class Reach:
    """Cells whose value changed or is unknown, as one span of rows per column: rather too many than too few."""

    def __init__(self) -> None:
        self._spans: dict[str, dict[int, tuple[int, int]]] = {}
        self._wide: dict[str, list[Area]] = {}

    def add(self, sheet: str, area: Area) -> None:
        """Note changed cells."""
        if area.right - area.left >= WIDE:
            self._wide.setdefault(sheet.casefold(), []).append(area)
            return
        spans = self._spans.setdefault(sheet.casefold(), {})
        for column in range(area.left, area.right + 1):
            low, high = spans.get(column, (area.top, area.bottom))
            spans[column] = min(low, area.top), max(high, area.bottom)

    def meets(self, sheet: str, area: Area) -> bool:
        """True when any cell of the area may have changed."""
        if any(wide.meets(area) for wide in self._wide.get(sheet.casefold(), ())):
            return True
        spans = self._spans.get(sheet.casefold())
        if not spans:
            return False
        if area.left == area.right:
            span = spans.get(area.left)
            return span is not None and span[0] <= area.bottom and area.top <= span[1]
        return any(
            area.left <= column <= area.right and low <= area.bottom and area.top <= high
            for column, (low, high) in spans.items()
        )


class Readers:
    """Decides whether a formula reads changed cells.

    Parameters
    ----------
    tables : mapping
        Sheet and area of every table, by name in lower case.
    names : mapping
        Texts of every defined name (of the workbook and of its sheets), by name in lower case.
    """

    def __init__(self, tables: Mapping[str, tuple[str, Area]], names: Mapping[str, Iterable[str]]) -> None:
        self._tables = tables
        self._names = names
        self.reach = Reach()
        self._known: dict[str, bool] = {}

    def changed(self, sheet: str, area: Area) -> None:
        """Note cells whose value changed or became unknown."""
        self.reach.add(sheet, area)
        self._known.clear()

    def reads(
        self, text: str, home: str, rows: int = 0, columns: int = 0, place: tuple[int, int] | None = None
    ) -> bool:
        """True when a formula may read a changed cell.

        Parameters
        ----------
        text, home : str
            The formula and its sheet.
        rows, columns : int
            From the first cell of a shared formula to this one.
        place : tuple of int, optional
            Row and column of the formula's cell, where it stands in one.
        """
        found = precedents(text)
        if found.own_table and self._own_table_changed(home, place):
            return True
        return self._reads_cells(found, home, rows, columns) or any(self.name_reads(name) for name in found.names)

    def _own_table_changed(self, home: str, place: tuple[int, int] | None) -> bool:
        """True unless the formula stands in a table of which no cell may have changed."""
        own = [area for sheet, area in self._tables.values() if sheet == home and place and area.holds(*place)]
        return not own or any(self.reach.meets(home, area) for area in own)

    def _reads_cells(self, found: Precedents, home: str, rows: int = 0, columns: int = 0) -> bool:
        if found.unbounded:
            return True
        for reference in found.references:
            sheet = sheet_of(reference.prefix, home)
            at = reference.moved(rows, columns) if rows or columns else reference
            if sheet is None or self.reach.meets(sheet, at.area):
                return True
        return False

    def name_reads(self, name: str) -> bool:
        """True when a table or defined name, or a name that it leans on, may cover a changed cell."""
        key = name.casefold()
        if key not in self._known:
            met, waiting, found = {key}, [key], False
            while waiting and not found:
                current = waiting.pop()
                found = self._known.get(current, False) or self._name_covers(current)
                leans_on = {other for text in self._names.get(current, ()) for other in precedents(text).names}
                waiting += leans_on - met
                met |= leans_on
            self._known.update({key: True} if found else dict.fromkeys(met, False))
        return self._known[key]

    def _name_covers(self, key: str) -> bool:
        if key in self._tables:
            sheet, area = self._tables[key]
            return self.reach.meets(sheet, area)
        # a name with a relative address, or with columns of no table, means other cells in each formula
        found = [(text, precedents(text)) for text in self._names.get(key, ())]
        return any(has_relative(text) or reads.own_table or self._reads_cells(reads, "") for text, reads in found)

    def cell_reads(self, home: str, cell: FormulaCell) -> bool:
        """True when a formula cell may read a changed cell."""
        if cell.formula.kind == "dataTable":
            return self._data_table_reads(home, cell)
        place = cell.row, cell.column
        if cell.anchor is not None:
            row, column, text = cell.anchor
            return self.reads(text, home, cell.row - row, cell.column - column, place)
        return not cell.formula.text or self.reads(cell.formula.text, home, place=place)

    def _data_table_reads(self, home: str, cell: FormulaCell) -> bool:
        """A what-if table reads its formulas and inputs along its upper and left edge, and its input cells."""
        area = cell.area
        edges = Area(max(1, area.top - 1), max(1, area.left - 1), area.bottom, area.right)
        given = attributes(cell.formula.attributes)
        inputs = [Area.parse(given[key]) for key in ("r1", "r2") if key in given]
        return any(self.reach.meets(home, read) for read in (edges, *inputs))


def stale_cells(readers: Readers, formulas: Mapping[str, Iterable[FormulaCell]]) -> dict[str, list[FormulaCell]]:
    """Formula cells that read a changed cell, directly or through others, by sheet.

    The readers' changed cells grow by the stale ones found.
    """
    waiting = [(sheet, cell) for sheet, cells in formulas.items() for cell in cells]
    stale: dict[str, list[FormulaCell]] = {}
    for turn in range(PASSES + 1):
        left = []
        for sheet, cell in waiting:
            if turn == PASSES or readers.cell_reads(sheet, cell):
                stale.setdefault(sheet, []).append(cell)
                readers.changed(sheet, cell.area)
            else:
                left.append((sheet, cell))
        if len(left) == len(waiting):
            break
        waiting = left[::-1]  # chains that run against the order of the cells are followed in every other round
    return stale


def defined_names(package: Package) -> dict[str, list[str]]:
    """Texts of the defined names, those of single sheets among them; each text names its sheets."""
    names: dict[str, list[str]] = {}
    for entry in find_all(package.tree(package.workbook), "definedName"):
        names.setdefault((entry.get("name") or "").casefold(), []).append(entry.text or "")
    return names
