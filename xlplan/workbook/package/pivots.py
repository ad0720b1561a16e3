"""Pivot tables: their sources follow the table, and they refresh when Excel opens the workbook."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from xlplan.errors import WorkbookError
from xlplan.workbook.package.follow import TableMove
from xlplan.workbook.package.markup import child, find_all, is_true
from xlplan.workbook.package.parts import Package
from xlplan.workbook.package.references import Area, parse_areas

CACHE_TYPE = "pivotCacheDefinition+xml"


def _sources(root: etree._Element) -> list[etree._Element]:
    return [s for s in find_all(root, "worksheetSource") if not any(str(k).endswith("}id") for k in s.attrib)]


def follow_pivots(package: Package, move: TableMove) -> None:
    """Stretch pivot sources that name the table's cells by address."""
    if not move.shift:
        return
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
