"""Pivot tables: their sources follow the table, and they refresh when Excel opens the workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

from xlplan.errors import WorkbookError
from xlplan.workbook.package.follow import TableMove
from xlplan.workbook.package.markup import child, find_all, is_true
from xlplan.workbook.package.parts import Package
from xlplan.workbook.package.references import Area, parse_areas, quote_sheet

CACHE_TYPE = "pivotCacheDefinition+xml"


def _sources(root: etree._Element) -> list[etree._Element]:
    """Where a pivot takes its rows from, other workbooks left out; several for a consolidation."""
    found = find_all(root, "worksheetSource", "rangeSet")
    return [s for s in found if not any(str(k).endswith("}id") for k in s.attrib)]


def pivot_sources(package: Package) -> Iterator[str]:
    """Text of every reference, sheet and cells, from which a pivot takes its rows."""
    for part in package.parts_of_type(CACHE_TYPE):
        for source in _sources(package.tree(part)):
            if source.get("sheet") and source.get("ref"):
                yield f"{quote_sheet(source.get('sheet') or '')}!{source.get('ref')}"


def pivot_areas(package: Package, sheet_part: str) -> list[Area]:
    """Areas of a sheet that its pivots fill, with the filters that stand above each."""
    areas = []
    for part in package.related(sheet_part, "pivotTable"):
        location = child(package.tree(part), "location")
        if location is None:
            continue
        above = int(location.get("rowPageCount") or 0)
        for area in parse_areas(location.get("ref") or ""):
            top = area.top - above - 1 if above else area.top
            areas.append(Area(max(1, top), area.left, area.bottom, area.right))
    return areas


def follow_pivots(package: Package, move: TableMove) -> None:
    """Follow with pivot sources that name cells by address, and with pivots that are pushed down."""
    if not move.shift:
        return
    for sheet in package.sheets:
        if sheet.part and sheet.name.casefold() == move.sheet.casefold():
            for part in package.related(sheet.part, "pivotTable"):
                _follow_location(package, part, move)
    for part in package.parts_of_type(CACHE_TYPE):
        changed = False
        for source in _sources(package.tree(part)):
            text = source.get("ref") or ""
            if (source.get("sheet") or "").casefold() == move.sheet.casefold() and text:
                after = move.sqref_after(text)
                if after != text:
                    source.set("ref", after)
                    changed = True
        if changed:
            package.store(part)


def _follow_location(package: Package, part: str, move: TableMove) -> None:
    location = child(package.tree(part), "location")
    text = (location.get("ref") if location is not None else None) or ""
    after = move.sqref_after(text)
    if location is not None and after != text:
        location.set("ref", after)
        package.store(part)


def refresh_on_load(package: Package, touched: Callable[[str, Area | None], bool]) -> list[tuple[str, Area]]:
    """Mark pivots whose source changed.

    Parameters
    ----------
    package : Package
        The open package.
    touched : callable
        Whether cells changed: of a sheet's area, or of a table or named range (with no area).

    Returns
    -------
    list of (str, Area)
        Sheets and areas that show those pivots, now waiting for Excel.
    """
    marked: set[str] = set()
    for part in package.parts_of_type(CACHE_TYPE):
        root = package.tree(part)
        if not any(_is_touched(source, touched) for source in _sources(root)):
            continue
        marked.add(part.lower())
        if not is_true(root.get("refreshOnLoad")):
            root.set("refreshOnLoad", "1")
            package.store(part)
    return _shown(package, marked) if marked else []


def waiting_pivots(package: Package) -> list[tuple[str, Area]]:
    """Sheets and areas of the pivots that Excel refreshes when it opens the workbook."""
    caches = package.parts_of_type(CACHE_TYPE)
    marked = {part.lower() for part in caches if is_true(package.tree(part).get("refreshOnLoad"))}
    return _shown(package, marked) if marked else []


def _is_touched(source: etree._Element, touched: Callable[[str, Area | None], bool]) -> bool:
    name = source.get("name")
    if name:
        return touched(name, None)
    try:
        areas = parse_areas(source.get("ref") or "")
    except WorkbookError:
        return True  # a source that cannot be read may be anything
    return any(touched(source.get("sheet") or "", area) for area in areas)


def _shown(package: Package, caches: set[str]) -> list[tuple[str, Area]]:
    shown = []
    for sheet in package.sheets:
        if not sheet.part:
            continue
        for part in package.related(sheet.part, "pivotTable"):
            if not any(cache.lower() in caches for cache in package.related(part, "pivotCacheDefinition")):
                continue
            location = child(package.tree(part), "location")
            text = location.get("ref") if location is not None else None
            shown += [(sheet.name, area) for area in parse_areas(text or "")]
    return shown
