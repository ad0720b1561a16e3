"""The sheet xlwings.conf, which tells xlwings' VBA how this workbook calls Python."""

from __future__ import annotations

from lxml import etree

from xlplan.workbook.package.grow import add_part, free_part, point
from xlplan.workbook.package.markup import child, escape, namespace
from xlplan.workbook.package.parts import Package, SheetEntry

SHEET = "xlwings.conf"
SETTINGS = {
    # Python never looks for xlplan beside the workbook, where OneDrive and SharePoint have no folder to look into.
    "ADD_WORKBOOK_TO_PYTHONPATH": "False",
    # Buttons run in the process of the functions (Windows), which knows what failed in which cell.
    "USE UDF SERVER": "True",
}
"""The interpreter is left out: an empty value would hide the one of the user's own settings."""

_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def add_settings(package: Package) -> bool:
    """Add the sheet unless it is there; a planner's own settings are kept."""
    if any(sheet.name.casefold() == SHEET for sheet in package.sheets):
        return False
    part = free_part(package, "xl/worksheets/sheet{}.xml")
    root = package.tree(package.workbook)
    space = namespace(root)
    rows = "".join(
        f'<row r="{row}">{_cell(f"A{row}", key)}{_cell(f"B{row}", value)}</row>'
        for row, (key, value) in enumerate(SETTINGS.items(), start=1)
    )
    widths = '<cols><col min="1" max="1" width="34" customWidth="1"/></cols>'
    data = f'<worksheet xmlns="{space}">{widths}<sheetData>{rows}</sheetData></worksheet>'
    add_part(package, part, data.encode(), _SHEET_TYPE)
    arrow = point(package, package.workbook, f"{_OFFICE}/worksheet", part)
    listed = child(root, "sheets")
    if listed is None:
        listed = etree.SubElement(root, f"{{{space}}}sheets")
    number = max((int(entry.get("sheetId") or 0) for entry in listed), default=0) + 1
    entry = etree.SubElement(listed, f"{{{space}}}sheet")
    entry.set("name", SHEET)
    entry.set("sheetId", str(number))
    entry.set(f"{{{_OFFICE}}}id", arrow)
    package.store(package.workbook)
    package.sheets.append(SheetEntry(SHEET, "worksheet", part))
    return True


def _cell(address: str, text: str) -> str:
    return f'<c r="{address}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
