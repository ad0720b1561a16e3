"""Buttons on a sheet: form controls in the sheet's old drawing (VML), where its notes stand too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape

from lxml import etree

from xlplan.hosts.acts import ACTS, Act
from xlplan.hosts.excel.code_names import worksheet
from xlplan.workbook.package.grow import add_part, declare_ending, free_part, point
from xlplan.workbook.package.markup import child, local, namespace
from xlplan.workbook.package.names import named_cells
from xlplan.workbook.package.parts import Package, SheetEntry
from xlplan.workbook.package.sheet import Sheet

CONTROL = "Control"
SHAPES_PER_BLOCK = 1024
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_SPACES = (
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"'
)
_SHAPE_TYPE = (
    f'<v:shapetype {_SPACES} id="_x0000_t201" coordsize="21600,21600" o:spt="201" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/>'
    '<v:path shadowok="f" o:extrusionok="f" strokeok="f" fillok="f" o:connecttype="rect"/>'
    '<o:lock v:ext="edit" shapetype="t"/></v:shapetype>'
)
_AFTER_DRAWING = (
    *("legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems"),
    *("tableParts", "extLst", "AlternateContent"),
)
"""What follows an old drawing in the order of a worksheet."""
_FIRST_ROWS = 6
_WIDTH, _GAP = 132, 10
"""Pixels of a button and between two; a column is taken for as wide as its sheet says."""


def add_buttons(package: Package) -> str:
    """Put the buttons that the workbook lacks on its Control sheet; returns that sheet's name, empty for none added."""
    lacking = [act for act in ACTS if not _is_there(package, act)]
    entry = _control(package)
    if not lacking or entry is None:
        return ""
    sheet = worksheet(package, entry.name, entry.part)
    drawing = _drawing(package, sheet)
    text = package.archive.read(drawing)
    number = _last_shape(text)
    shapes = [] if b'"_x0000_t201"' in text else [_SHAPE_TYPE]
    for place, (act, anchor) in enumerate(zip(lacking, _anchors(sheet, len(lacking)), strict=True), start=1):
        shapes.append(_shape(act, number + place, anchor))
    end = text.rindex(b"</xml>")
    package.archive.put(drawing, text[:end] + "".join(shapes).encode() + text[end:])
    return entry.name


def _is_there(package: Package, act: Act) -> bool:
    drawings = [name for name in package.archive.names if name.lower().endswith(".vml")]
    word = re.compile(rf"\b{act.macro}\b".encode())
    return any(word.search(package.archive.read(name)) for name in drawings)


def _control(package: Package) -> SheetEntry | None:
    """The sheet Control, else the one with the cell PlanId, else the first."""
    sheets = {entry.name.casefold(): entry for entry in package.sheets if entry.kind == "worksheet"}
    cells = named_cells(package)
    wanted = [CONTROL, *(cells[name].sheet for name in ("PlanId", "Stamp") if name in cells), *sheets]
    return next((sheets[name.casefold()] for name in wanted if name.casefold() in sheets), None)


def _drawing(package: Package, sheet: Sheet) -> str:
    """The sheet's old drawing; a new one where it has none."""
    root = sheet.skeleton()
    known = child(root, "legacyDrawing")
    if known is not None:
        wanted = next((str(value) for key, value in known.attrib.items() if str(key).endswith("}id")), "")
        return next(r.target for r in package.relationships(sheet.part) if r.id == wanted)
    part = free_part(package, "xl/drawings/vmlDrawing{}.vml")
    block = max(_blocks(package), default=0) + 1
    layout = f'<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{block}"/></o:shapelayout>'
    declare_ending(package, "vml", _VML_TYPE)
    add_part(package, part, f"<xml {_SPACES}>{layout}</xml>".encode())
    element = etree.Element(f"{{{namespace(root)}}}legacyDrawing", nsmap={"r": _OFFICE})
    element.set(f"{{{_OFFICE}}}id", point(package, sheet.part, f"{_OFFICE}/vmlDrawing", part))
    after = [number for number, entry in enumerate(root) if local(entry) in _AFTER_DRAWING]
    data = child(root, "sheetData")
    first = len(root) if data is None else root.index(data)
    root.insert(next((number for number in after if number > first), len(root)), element)
    sheet.rewrite(skeleton=root)
    return part


def _blocks(package: Package) -> list[int]:
    """Blocks of shape numbers that the workbook's old drawings use."""
    drawings = [package.archive.read(name) for name in package.archive.names if name.lower().endswith(".vml")]
    lists = [found for text in drawings for found in re.findall(rb'idmap\b[^>]*?\bdata="([\d,]+)"', text)]
    return [int(number) for found in lists for number in found.split(b",") if number]


def _last_shape(text: bytes) -> int:
    used = [int(number) for number in re.findall(rb"_x0000_s(\d+)", text)]
    block = re.search(rb'idmap\b[^>]*?\bdata="(\d+)', text)
    return max(used, default=SHAPES_PER_BLOCK * int(block[1] if block else 1))


def _anchors(sheet: Sheet, count: int) -> list[str]:
    """Side by side in the first blank row near the top, else right of what the sheet shows.

    An anchor is column, pixels, row, pixels of the upper left corner, and the same of the lower right one; all count
    from 0.
    """
    filled = {row.number for row, cells in sheet.rows(1, _FIRST_ROWS) if any(cell.payload for cell in cells)}
    blank = [row for row in range(2, _FIRST_ROWS) if row not in filled]
    if not blank:
        right = max((cell.column for _, cells in sheet.rows(1, 60) for cell in cells), default=0) + 1
        return [f"{right}, 0, {2 * place}, 0, {right + 2}, 0, {2 * place + 1}, 8" for place in range(count)]
    row = blank[0] - 1
    edges = [place * (_WIDTH + _GAP) + 2 for place in range(count)]
    widths = _widths(sheet.skeleton())
    return [f"{_at(left, widths)}, {row}, 0, {_at(left + _WIDTH, widths)}, {row + 1}, 0" for left in edges]


def _widths(root: etree._Element) -> list[int]:
    """Widths of the first columns in pixels."""
    widths = [64] * 100
    columns = child(root, "cols")
    for column in columns if columns is not None else ():
        first, last = int(column.get("min") or 1), int(column.get("max") or 1)
        for number in range(first, min(last, len(widths)) + 1):
            widths[number - 1] = round(float(column.get("width") or 9.14) * 7 + 5)
    return widths


def _at(pixels: int, widths: Sequence[int]) -> str:
    """Column and pixels within it."""
    column = 0
    while pixels >= widths[column]:
        pixels -= widths[column]
        column += 1
    return f"{column}, {pixels}"


def _shape(act: Act, number: int, anchor: str) -> str:
    return (
        f'<v:shape {_SPACES} id="{act.macro}" o:spid="_x0000_s{number}" type="#_x0000_t201" '
        'style="position:absolute;z-index:1;mso-wrap-style:tight" o:button="t" fillcolor="buttonFace [67]" '
        'strokecolor="windowText [64]" o:insetmode="auto"><v:fill color2="buttonFace [67]" o:detectmouseclick="t"/>'
        '<o:lock v:ext="edit" rotation="t"/><v:textbox style="mso-direction-alt:auto" o:singleclick="f">'
        f'<div style="text-align:center"><font face="Calibri" size="220" color="#000000">{escape(act.label)}</font>'
        f'</div></v:textbox><x:ClientData ObjectType="Button"><x:Anchor>{anchor}</x:Anchor>'
        f"<x:PrintObject>False</x:PrintObject><x:AutoFill>False</x:AutoFill><x:FmlaMacro>[0]!{act.macro}</x:FmlaMacro>"
        "<x:TextHAlign>Center</x:TextHAlign><x:TextVAlign>Center</x:TextVAlign></x:ClientData></v:shape>"
    )
