"""A table's body replaced, and with it everything in the workbook that follows the table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from lxml import etree

from xlplan.workbook.package.around import follow_skeleton
from xlplan.workbook.package.charts import chart_references, follow_charts
from xlplan.workbook.package.edits import Changes, changed_rows, formula_changes
from xlplan.workbook.package.follow import Followed, TableMove, cut_areas, follow_formulas, follow_names
from xlplan.workbook.package.names import reference_names
from xlplan.workbook.package.parts import Package
from xlplan.workbook.package.pinned.anchors import follow_anchors, follow_links
from xlplan.workbook.package.pivots import follow_pivots, pivot_sources
from xlplan.workbook.package.references import Area
from xlplan.workbook.package.refill import Refill
from xlplan.workbook.package.rows import Row
from xlplan.workbook.package.sheet import Sheet
from xlplan.workbook.package.table import Table


class Replaced(NamedTuple):
    """What a replacement did: cells with other values, and the areas, with their sheets, that are no longer known.

    Where both are nothing the workbook is as it was.
    """

    cells: int
    unknown: list[tuple[str, Area]]


def replace_body(
    sheets: Mapping[str, Sheet],
    tables: Sequence[Table],
    table: Table,
    values: Mapping[int, Sequence[object]],
    rows: int,
    move: TableMove,
) -> Replaced:
    """Replace a table's body and take along whatever refers to it or is pushed down by it.

    Parameters
    ----------
    sheets : mapping
        The workbook's worksheets by name.
    tables : sequence of Table
        Its tables.
    table : Table
        The table to fill.
    values : mapping
        New values by column index.
    rows : int
        How many rows they have.
    move : TableMove
        The body before and after, and what moves out of its way.
    """
    own = table.sheet
    followed = {name: follow_formulas(sheet, move) for name, sheet in sheets.items()}
    skeletons = _followed_skeletons(sheets, move)
    refill = Refill(table, values, rows, move, followed[own.name])
    own.rewrite(refill.edit, skeleton=skeletons.pop(own.name, None), touched=move.cells, worthwhile=refill.worthwhile)
    if not refill.worthwhile():
        return Replaced(0, [])
    table.settle(move)
    if move.shift:
        for name, sheet in sheets.items():
            if sheet is not own and (followed[name].formulas or name in skeletons):
                changes = formula_changes(followed[name].formulas, followed[name].outdated, sheet)
                sheet.rewrite(partial(_edited, sheet, changes), skeleton=skeletons.get(name))
        for other in tables:
            if other is not table:
                other.follow(move)
        _follow_parts(table, move)
    unknown = [(own.name, area) for area in refill.changed_areas()]
    return Replaced(refill.changed, unknown + _made_unknown(table.package, sheets, followed, move))


def _edited(sheet: Sheet, changes: Changes, rows: Iterator[Row]) -> Iterator[Row]:
    return changed_rows(sheet, rows, changes)


def _followed_skeletons(sheets: Mapping[str, Sheet], move: TableMove) -> dict[str, etree._Element]:
    """Trees around the rows of those sheets where something follows the table."""
    found = {}
    for name, sheet in sheets.items() if move.shift else ():
        root = sheet.skeleton()
        if follow_skeleton(root, name, move):
            found[name] = root
    return found


def _follow_parts(table: Table, move: TableMove) -> None:
    """Take along what stands outside of sheets and tables."""
    package = table.package
    follow_names(package, move)
    follow_charts(package, move)
    follow_pivots(package, move)
    if move.moves_cells:
        follow_anchors(package, table.sheet.part, move.cell_after, move.area_after)
    follow_links(package, lambda text, home: move.formula_after(text, home))


def _made_unknown(
    package: Package, sheets: Mapping[str, Sheet], followed: Mapping[str, Followed], move: TableMove
) -> list[tuple[str, Area]]:
    """What a slide itself makes unknown: cells that came free, areas torn apart, formulas that tell of places."""
    if move.slide is None:
        return []
    texts = [*reference_names(package), *chart_references(package), *pivot_sources(package)]
    unknown = [(move.sheet, area) for area in (*move.slide.vacated, *sorted(cut_areas(sheets, texts, move), key=str))]
    for name, changes in followed.items():
        for place in sorted(changes.outdated):
            row, column = move.cell_after(*place) if name == move.sheet else place
            unknown.append((name, Area(row, column, row, column)))
    return unknown
