"""Locked cells of a protected sheet: what its owner meant nobody, and no macro, to change."""

from __future__ import annotations

from collections.abc import Iterable

from xlplan.workbook.package.markup import child, is_true, local
from xlplan.workbook.package.parts import Package
from xlplan.workbook.package.references import Area, cell_address, parse_areas
from xlplan.workbook.package.rows import attributes
from xlplan.workbook.package.sheet import Sheet


def first_locked(sheet: Sheet, areas: Iterable[Area]) -> str:
    """Address of the first cell of some areas that is locked; empty when the sheet is not protected.

    A cell without a format of its own takes that of its row or column, and is locked by default. Ranges that users
    may edit are not locked, with or without a password.
    """
    root = sheet.skeleton() if "sheetProtection" in sheet.facts.tail else None
    protection = child(root, "sheetProtection") if root is not None else None
    if root is None or protection is None or not is_true(protection.get("sheet")):
        return ""
    free = _unlocked_formats(sheet.package)
    editable = [
        area
        for ranges in root.iterfind("{*}protectedRanges")
        for entry in ranges
        for area in parse_areas(entry.get("sqref") or "")
    ]
    wanted = list(areas)
    if not wanted:
        return ""
    rows = dict(sheet.rows(min(area.top for area in wanted), max(area.bottom for area in wanted)))
    formats = {row.number: (row.attributes, {cell.column: cell.style for cell in cells}) for row, cells in rows.items()}
    for area in wanted:
        for row, column in area.places():
            if any(allowed.holds(row, column) for allowed in editable):
                continue
            row_attributes, styles = formats.get(row, ("", {}))
            style = styles.get(column, "") or sheet.default_style(row_attributes, column)
            if attributes(style).get("s", "0") not in free:
                return cell_address(row, column)
    return ""


def _unlocked_formats(package: Package) -> set[str]:
    """Numbers of the cell formats that take the lock off."""
    free: set[str] = set()
    for part in package.related(package.workbook, "styles"):
        formats = child(package.tree(part), "cellXfs")
        for number, entry in enumerate(e for e in (formats if formats is not None else ()) if local(e) == "xf"):
            protection = child(entry, "protection")
            if protection is not None and not is_true(protection.get("locked", "1")):
                free.add(str(number))
    return free
