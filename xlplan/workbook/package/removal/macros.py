"""Macros taken out of a package: the project, the ribbon, macro sheets, and what calls them."""

from __future__ import annotations

import re

from xlplan.workbook.package.grow import declare
from xlplan.workbook.package.markup import find_all
from xlplan.workbook.package.parts import Package
from xlplan.workbook.package.removal.parts import remove_related, remove_sheet
from xlplan.workbook.package.sheet import worksheets

PLAIN_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
MACRO_SHEETS = ("xlMacrosheet", "xlIntlMacrosheet")
SETTINGS_SHEET = "xlwings.conf"
"""Says how the workbook calls Python; without macros nothing does."""

_SHAPE = re.compile(rb"<v:shape\b.*?</v:shape\s*>", re.DOTALL)
_SHAPE_NUMBER = re.compile(rb'"_x0000_s(\d+)"')
_CALL = re.compile(rb"<x:FmlaMacro\b[^>]*?(?:/>|>.*?</x:FmlaMacro\s*>)\s*", re.DOTALL)
_BUTTON = b'ObjectType="Button"'


def remove_macros(package: Package) -> None:
    """Leave a workbook that no longer holds or calls macros, and may be named .xlsx."""
    for entry in list(package.sheets):
        if entry.part and (entry.kind in MACRO_SHEETS or entry.name.casefold() == SETTINGS_SHEET):
            remove_sheet(package, entry)
    remove_related(package, package.workbook, "vbaProject")
    remove_related(package, "", "extensibility")
    if package.content_type(package.workbook) != PLAIN_WORKBOOK:
        declare(package, package.workbook, PLAIN_WORKBOOK)
    controls = _forget_calls_of_controls(package)
    _forget_calls_of_drawings(package)
    for part in package.archive.names:
        if part.lower().endswith(".vml"):
            text = package.archive.read(part)
            package.archive.put(part, _SHAPE.sub(lambda shape: _without_call(shape[0], controls), text))


def _without_call(shape: bytes, controls: set[str]) -> bytes:
    """A shape that calls nothing; a button that only called a macro goes, unless its sheet lists it as a control."""
    if not _CALL.search(shape):
        return shape
    number = _SHAPE_NUMBER.search(shape)
    listed = number is not None and number[1].decode() in controls
    return _CALL.sub(b"", shape) if listed or _BUTTON not in shape else b""


def _forget_calls_of_controls(package: Package) -> set[str]:
    """Clear the macros of the sheets' controls; returns the numbers of the controls' shapes."""
    shapes = set()
    for sheet in worksheets(package).values():
        if "control" not in sheet.facts.tail:
            continue
        root = sheet.skeleton()
        shapes |= {control.get("shapeId") or "" for control in find_all(root, "control")}
        calling = [element for element in find_all(root, "controlPr") if element.get("macro")]
        for element in calling:
            del element.attrib["macro"]
        if calling:
            sheet.rewrite(skeleton=root)
    return shapes


def _forget_calls_of_drawings(package: Package) -> None:
    for part in package.parts_of_type("drawing+xml"):
        calling = [element for element in package.tree(part).iter() if element.get("macro")]
        for element in calling:
            element.set("macro", "")
        if calling:
            package.store(part)
