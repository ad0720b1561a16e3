"""After a change: no formula, chart or pivot may go on showing what was true before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from lxml import etree

from xlplan.workbook.book import CellValue
from xlplan.workbook.package.charts import renew_caches
from xlplan.workbook.package.edits import Change, changed_rows
from xlplan.workbook.package.markup import child, is_true, local, namespace
from xlplan.workbook.package.parts import Package
from xlplan.workbook.package.pivots import refresh_on_load
from xlplan.workbook.package.references import Area
from xlplan.workbook.package.rows import Row
from xlplan.workbook.package.sheet import FormulaCell, Sheet
from xlplan.workbook.package.stale import Readers, defined_names, stale_cells
from xlplan.workbook.package.table import Table

_BEFORE_CALC = (
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups",
    "externalReferences", "definedNames",
)  # fmt: skip


class Settled(NamedTuple):
    """What a change made untrue: who reads it, and which formula cells (row and column, by sheet) wait for a value."""

    readers: Readers
    waiting: dict[str, set[tuple[int, int]]]


def settle(
    package: Package,
    sheets: Mapping[str, Sheet],
    tables: Sequence[Table],
    changed: Sequence[tuple[str, Area]],
    fresh: Mapping[str, Sequence[Area]],
) -> Settled:
    """Drop every cached value that a change may have made untrue.

    Parameters
    ----------
    package : Package
        The open package.
    sheets : mapping
        Its worksheets by name.
    tables : sequence of Table
        Its tables.
    changed : sequence of (str, Area)
        Sheets and areas whose cells changed.
    fresh : mapping
        By sheet, areas of formulas that were written together with their true values.

    Returns
    -------
    Settled
        What is no longer known.
    """
    named = {table.name.casefold(): (table.sheet.name, table.area) for table in tables}
    readers = Readers(named, defined_names(package))
    for name, area in changed:
        readers.changed(name, area)
    true = {name: {place for area in areas for place in area.places()} for name, areas in fresh.items()}
    formulas = {
        name: [c for c in sheet.facts.formulas if (c.row, c.column) not in true.get(name, ())]
        for name, sheet in sheets.items()
    }
    stale = stale_cells(readers, formulas)
    shown = refresh_on_load(package, lambda name, area: _touched(readers, name, area))
    while shown:  # what a pivot shows is old until Excel refreshes it, and so is what reads it
        for name, area in shown:
            readers.changed(name, area)
        stale = stale_cells(readers, formulas)
        again = refresh_on_load(package, lambda name, area: _touched(readers, name, area))
        shown = again if len(again) > len(shown) else []
    for name, cells in stale.items():
        _drop_values(sheets[name], cells)
    if any(not cell.has_value for sheet in sheets.values() for cell in sheet.facts.formulas):
        _calculate_on_load(package)
    return Settled(readers, {name: {(cell.row, cell.column) for cell in cells} for name, cells in stale.items()})


def show_values(sheet: Sheet, values: Mapping[tuple[int, int], CellValue]) -> None:
    """Give formula cells, by row and column, the values that they show, and cells that they spill into theirs."""
    changes: dict[int, dict[int, Change]] = {}
    for (row, column), value in values.items():
        changes.setdefault(row, {})[column] = _shower(sheet, value)
    if changes:
        sheet.rewrite(lambda rows: changed_rows(sheet, rows, changes))


def _shower(sheet: Sheet, value: CellValue) -> Change:
    codec = sheet.codec

    def show(payload: str | None) -> str:
        if payload is None or codec.formula(payload) is None:
            return codec.encode(value)
        return codec.with_value(payload, value)

    return show


def renew_charts(package: Package, sheets: Mapping[str, Sheet], changes: Sequence[Settled]) -> None:
    """Renew what charts remember of changed cells, and drop it where a formula waits for recalculation."""

    def touched(text: str) -> bool:
        return any(change.readers.reads(text, "") for change in changes)

    renew_caches(package, touched, lambda name, area: _known(sheets, name, area))


def _touched(readers: Readers, name: str, area: Area | None) -> bool:
    return readers.name_reads(name) if area is None else readers.reach.meets(name, area)


def _drop_values(sheet: Sheet, cells: Sequence[FormulaCell]) -> None:
    """Take the values from formula cells and from all that their results spilled into."""

    def drop(payload: str | None) -> str | None:
        return None if payload is None else sheet.codec.without_value(payload)

    changes: dict[int, dict[int, Change]] = {}
    spilled = [cell.area for cell in cells if not cell.area.is_cell]
    for cell in cells:
        if cell.has_value:
            changes.setdefault(cell.row, {})[cell.column] = drop
    if not changes and not spilled:
        return

    def edit(rows: Iterator[Row]) -> Iterator[Row]:
        for row in changed_rows(sheet, rows, changes):
            areas = [area for area in spilled if area.top <= row.number <= area.bottom]
            yield _emptied(sheet, row, areas) if areas else row

    sheet.rewrite(edit)


def _emptied(sheet: Sheet, row: Row, areas: Sequence[Area]) -> Row:
    texts = []
    for cell in sheet.grammar.cells(row, sheet.where):
        text = cell.raw
        if any(area.holds(row.number, cell.column) for area in areas):
            payload = sheet.codec.without_value(cell.payload)
            if payload != cell.payload:
                text = sheet.grammar.cell(row.number, cell.column, cell.style, payload)
        texts.append(text)
    return row._replace(text="".join(texts))


def _calculate_on_load(package: Package) -> None:
    """Ask Excel to calculate everything when it opens the workbook."""
    root = package.tree(package.workbook)
    calc = child(root, "calcPr")
    if calc is None:
        calc = etree.Element(f"{{{namespace(root)}}}calcPr")
        before = [element for element in root if local(element) in _BEFORE_CALC]
        before[-1].addnext(calc)
    if not is_true(calc.get("fullCalcOnLoad")):
        calc.set("fullCalcOnLoad", "1")
        package.store(package.workbook)


def _known(sheets: Mapping[str, Sheet], name: str, area: Area) -> list[CellValue] | None:
    """Values of an area; None when a formula in it waits for recalculation."""
    sheet = next((s for s in sheets.values() if s.name.casefold() == name.casefold()), None)
    if sheet is None:
        return None
    for cell in sheet.facts.formulas:
        if cell.area.meets(area) and not cell.has_value:
            return None
    return [value for column in sheet.read(area) for value in column]  # one row or one column


def remove_calc_chain(package: Package) -> None:
    """Take out the calculation chain, which lists formula cells and which Excel builds anew."""
    for part in package.related(package.workbook, "calcChain"):
        package.remove(part, pointed_from=package.workbook)
