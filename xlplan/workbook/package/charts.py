"""Charts: their references follow the table, and what they remember of its values is renewed or dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

from xlplan.workbook.book import CellValue
from xlplan.workbook.package.follow import TableMove
from xlplan.workbook.package.formulas import precedents, redirected, sheet_of
from xlplan.workbook.package.markup import find_all, local, namespace, to_coded
from xlplan.workbook.package.parts import Package
from xlplan.workbook.package.references import Area
from xlplan.workbook.package.values import stored

CHART_TYPES = ("drawingml.chart+xml", "chartex+xml")
LONGEST_CACHE = 50_000
_CACHES = ("numCache", "strCache", "multiLvlStrCache", "lvl", "dlblRangeCache")

ReadCells = Callable[[str, Area], list[CellValue] | None]
"""Values of an area, or None when any of them is not known (a formula waiting for recalculation)."""


def follow_charts(package: Package, move: TableMove) -> None:
    """Point chart series at the table's new rows."""
    if not move.shift:
        return

    def after(area: Area, single: bool) -> Area:
        # a series over a one-row table is written as one cell, and is still the whole column
        return move.area_after(area, single and not move.first == move.old_last == area.top)

    for part in package.parts_of_type(*CHART_TYPES):
        root = package.tree(part)
        changed = False
        for formula in _formulas(root):
            text = formula.text or ""
            new = redirected(text, "", move.sheet, after)
            if new != text:
                formula.text = new
                changed = True
        if changed:
            package.store(part)


def chart_references(package: Package) -> Iterator[str]:
    """Text of every reference in the charts."""
    for part in package.parts_of_type(*CHART_TYPES):
        for formula in _formulas(package.tree(part)):
            yield formula.text or ""


def _formulas(root: etree._Element) -> list[etree._Element]:
    """What charts refer to; ``sqref`` is all that was there before series or categories were filtered out."""
    return [formula for formula in find_all(root, "f", "sqref") if "chart" in namespace(formula)]


def renew_caches(package: Package, touched: Callable[[str], bool], read: ReadCells) -> None:
    """Renew what charts remember of changed cells.

    Parameters
    ----------
    package : Package
        The open package.
    touched : callable
        Whether a reference's text (``Sheet1!$A$2:$A$9``) covers cells whose value changed or is unknown.
    read : callable
        Values of an area of a sheet.
    """
    for part in package.parts_of_type(*CHART_TYPES):
        root = package.tree(part)
        changed = False
        for formula in _formulas(root):
            if touched(formula.text or ""):
                changed |= _renew(formula, read)
        if changed:
            package.store(part)


def _renew(formula: etree._Element, read: ReadCells) -> bool:
    parent = formula.getparent()
    caches = [] if parent is None else [element for element in parent if local(element) in _CACHES]
    if parent is None or not caches:
        return False
    points = _points(formula.text or "", local(caches[0]), read) if len(caches) == 1 else None
    own_formats = any(point.get("formatCode") for point in find_all(caches[0], "pt"))
    if points is not None and not own_formats:
        return _rewrite(caches[0], points)
    for cache in caches:
        parent.remove(cache)
    return True


def _points(text: str, cache: str, read: ReadCells) -> list[str | None] | None:
    """Points of a cache; None when the chart would show the values in a way that only Excel knows."""
    wanted = {"numCache": "n", "strCache": "inlineStr"}.get(cache)
    references = precedents(text).references
    if wanted is None or len(references) != 1 or str(references[0]) != text.strip():
        return None
    sheet, area = sheet_of(references[0].prefix, ""), references[0].area
    in_line = area.top == area.bottom or area.left == area.right
    if not sheet or not in_line or area.size > LONGEST_CACHE:
        return None
    values = read(sheet, area)
    if values is None:
        return None
    contents = [stored(value, date1904=False) for value in values]
    if any(content is not None and content[0] != wanted for content in contents):
        return None
    return [content[1] if content else None for content in contents]


def _rewrite(cache: etree._Element, points: list[str | None]) -> bool:
    before = etree.tostring(cache)
    space = f"{{{namespace(cache)}}}"
    for element in find_all(cache, "ptCount", "pt", "extLst"):
        cache.remove(element)
    etree.SubElement(cache, f"{space}ptCount").set("val", str(len(points)))
    for index, text in enumerate(points):
        if text is not None:
            point = etree.SubElement(cache, f"{space}pt")
            point.set("idx", str(index))
            etree.SubElement(point, f"{space}v").text = to_coded(text)
    return etree.tostring(cache) != before
