"""Things pinned to cells, as Excel writes them: old drawings, drawings, notes, controls."""

from __future__ import annotations

from tests.workbook.package.build import MAIN, OFFICE, SHEET_ML, XML, SheetSpec, Workbook

XDR = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
STRICT_XDR = "http://purl.oclc.org/ooxml/drawingml/spreadsheetDrawing"
DRAWING_ML = "http://schemas.openxmlformats.org/drawingml/2006/main"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
A14 = "http://schemas.microsoft.com/office/drawing/2010/main"
THREADED = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
DRAWING_TYPE = "application/vnd.openxmlformats-officedocument.drawing+xml"
VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
SOME_SHAPE = '<xdr:sp macro="" textlink=""><xdr:nvSpPr/><xdr:spPr/></xdr:sp>'


def shape(kind: str, inside: str, number: int = 1025, text: str = "<div style='text-align:left'></div>") -> str:
    """One shape of an old drawing with what ties it to cells."""
    return (
        f'<v:shape id="_x0000_s{number}" type="#_x0000_t202" style=\'position:absolute;\r\n'
        "  margin-left:59.25pt;margin-top:1.5pt;width:96pt;height:62.25pt;z-index:1;visibility:hidden'\r\n"
        '  fillcolor="#ffffe1" o:insetmode="auto">\r\n'
        f"  <v:textbox style='mso-direction-alt:auto'>\r\n   {text}\r\n  </v:textbox>\r\n"
        f'  <x:ClientData ObjectType="{kind}">\r\n   {inside}\r\n  </x:ClientData>\r\n </v:shape>'
    )


def note(row: int, column: int, anchor: str, number: int = 1025) -> str:
    """The box of a note on a cell (counted from 1), which Excel lets neither move nor size with cells."""
    return shape(
        "Note",
        f"<x:MoveWithCells/>\r\n   <x:SizeWithCells/>\r\n   <x:Anchor>\r\n    {anchor}</x:Anchor>\r\n"
        f"   <x:AutoFill>False</x:AutoFill>\r\n   <x:Row>{row - 1}</x:Row>\r\n   <x:Column>{column - 1}</x:Column>",
        number,
    )


def old_drawing(*shapes: str) -> str:
    """An old drawing (VML) as Excel writes it: without an XML declaration, lines ended by CR and LF."""
    return (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml"\r\n xmlns:o="urn:schemas-microsoft-com:office:office"\r\n'
        ' xmlns:x="urn:schemas-microsoft-com:office:excel">\r\n <o:shapelayout v:ext="edit">\r\n'
        f'  <o:idmap v:ext="edit" data="1"/>\r\n </o:shapelayout>{"".join(shapes)}</xml>'
    )


def marker(name: str, row: int, column: int, into_row: str = "9525", into_column: str = "19050", p: str = "xdr") -> str:
    """A corner of an anchor (row and column counted from 1)."""
    return (
        f"<{name}><{p}:col>{column - 1}</{p}:col><{p}:colOff>{into_column}</{p}:colOff>"
        f"<{p}:row>{row - 1}</{p}:row><{p}:rowOff>{into_row}</{p}:rowOff></{name}>"
    )


def two_cells(
    first: tuple[int, int], last: tuple[int, int], edit_as: str = "", into: str = "9525", inside: str = SOME_SHAPE
) -> str:
    """An object from one cell to another (counted from 1); ``into`` is how far it reaches into the last row."""
    chosen = f' editAs="{edit_as}"' if edit_as else ""
    corners = marker("xdr:from", *first) + marker("xdr:to", *last, into_row=into)
    return f"<xdr:twoCellAnchor{chosen}>{corners}{inside}<xdr:clientData/></xdr:twoCellAnchor>"


def one_cell(first: tuple[int, int]) -> str:
    """An object of fixed size that hangs on one cell."""
    corner = marker("xdr:from", *first)
    return f'<xdr:oneCellAnchor>{corner}<xdr:ext cx="9" cy="9"/>{SOME_SHAPE}<xdr:clientData/></xdr:oneCellAnchor>'


def drawing(*anchors: str, space: str = XDR) -> str:
    """A drawing."""
    return f'{XML}<xdr:wsDr xmlns:xdr="{space}" xmlns:a="{DRAWING_ML}">{"".join(anchors)}</xdr:wsDr>'


def control(first: tuple[int, int], last: tuple[int, int], flags: str = ' moveWithCells="1"', given: str = "") -> str:
    """A control in a sheet, wrapped as Excel wraps it for readers that do not know it."""
    corners = marker("from", *first) + marker("to", *last)
    inner = (
        f'<control shapeId="1026" r:id="rId9" name="Button 2"><controlPr defaultSize="0" autoFill="0"{given}>'
        f'<anchor xmlns:xdr="{XDR}"{flags}>{corners}</anchor></controlPr></control>'
    )
    for around in ("", "<controls>"):
        inner = f'<mc:AlternateContent xmlns:mc="{MC}"><mc:Choice Requires="x14">{around}{inner}' + (
            f"{around.replace('<', '</')}</mc:Choice></mc:AlternateContent>"
        )
    return inner


def comments(*refs: str, main: str = MAIN) -> str:
    """Notes on cells."""
    listed = "".join(f'<comment ref="{ref}" authorId="0"><text><t>about {ref}</t></text></comment>' for ref in refs)
    return (
        f'{XML}<comments xmlns="{main}"><authors><author>planner</author></authors>'
        f"<commentList>{listed}</commentList></comments>"
    )


def threads(*refs: str) -> str:
    """Threaded comments; a cell named twice has a reply."""
    listed = "".join(
        f'<threadedComment ref="{ref}" dT="2025-03-04T05:06:07.00" personId="{{7305E7A7-E410-8C4C-A5C1-67489F9B7D76}}" '
        f'id="{{9FE0EFFC-F649-7D41-B909-5227{number:08X}}}"><text>about {ref}</text></threadedComment>'
        for number, ref in enumerate(refs)
    )
    return f'{XML}<ThreadedComments xmlns="{THREADED}">{listed}</ThreadedComments>'


PERSONS = (
    f'{XML}<personList xmlns="{THREADED}"><person displayName="A planner" '
    'id="{7305E7A7-E410-8C4C-A5C1-67489F9B7D76}" userId="planner" providerId="None"/></personList>'
)


def attach(book: Workbook, spec: SheetSpec, kind: str, part: str, content: str, content_type: str) -> str:
    """Add a part that a sheet points to; returns the id of the arrow, which needs the sheet's tables to be there."""
    book.part(part, content, content_type)
    spec.relationships.append((kind, "../" + part.removeprefix("xl/")))
    return f"rId{len(spec.tables) + len(spec.relationships)}"


def attach_threads(book: Workbook, spec: SheetSpec, *refs: str) -> None:
    """Threaded comments with the notes and boxes that older versions of Excel see."""
    cells = list(dict.fromkeys(refs))
    attach(book, spec, "comments", "xl/comments1.xml", comments(*cells, main=book.main), f"{SHEET_ML}comments+xml")
    attach(
        book,
        spec,
        "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment",
        "xl/threadedComments/threadedComment1.xml",
        threads(*refs),
        "application/vnd.ms-excel.threadedcomments+xml",
    )
    book.part("xl/persons/person.xml", PERSONS, "application/vnd.ms-excel.person+xml")
    book.workbook_relationships.append(
        ("http://schemas.microsoft.com/office/2017/10/relationships/person", "persons/person.xml")
    )


def attach_old_drawing(book: Workbook, spec: SheetSpec, *shapes: str) -> None:
    """An old drawing and the element that names it."""
    rel = attach(book, spec, "vmlDrawing", "xl/drawings/vmlDrawing1.vml", old_drawing(*shapes), VML_TYPE)
    spec.tail += f'<legacyDrawing xmlns:r="{OFFICE}" r:id="{rel}"/>'


def attach_drawing(book: Workbook, spec: SheetSpec, text: str) -> None:
    """A drawing and the element that names it."""
    rel = attach(book, spec, "drawing", "xl/drawings/drawing1.xml", text, DRAWING_TYPE)
    spec.tail += f'<drawing xmlns:r="{OFFICE}" r:id="{rel}"/>'
