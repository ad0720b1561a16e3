"""What is pinned to cells goes where its cells go, and nothing else changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from tests.workbook.package import pinned
from tests.workbook.package.build import MAIN, OFFICE, PACKAGE, SHEET_ML, XML, Workbook, simple
from xlplan.errors import WorkbookError
from xlplan.workbook.package.archive import Archive
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.package.formulas import redirected
from xlplan.workbook.package.parts import Package
from xlplan.workbook.package.pinned.anchors import (
    follow_anchors,
    follow_links,
    follow_sheet_anchors,
    follow_sheet_links,
)
from xlplan.workbook.package.pinned.boxes import Box
from xlplan.workbook.package.pinned.vml import linked_drawing, moved_drawing
from xlplan.workbook.package.references import LAST_ROW, Area

SHEET = "xl/worksheets/sheet1.xml"
NOTES = "xl/comments1.xml"
THREADS = "xl/threadedComments/threadedComment1.xml"
OLD = "xl/drawings/vmlDrawing1.vml"
DRAWING = "xl/drawings/drawing1.xml"
RELS = "xl/drawings/_rels/drawing1.xml.rels"


def cell_after(row: int, column: int) -> tuple[int, int]:
    """Five rows come in below row 9, in columns B to D."""
    return (row + 5 if row > 9 and 2 <= column <= 4 else row), column


def area_after(area: Area) -> Area:
    """An area within those columns moves or stretches."""
    if area.left < 2 or area.right > 4:
        return area
    top, bottom = cell_after(area.top, 2)[0], cell_after(area.bottom, 2)[0]
    return Area(top, area.left, bottom, area.right)


def formula_after(text: str, home: str) -> str:
    """References to sheet Data go where its cells go."""
    return redirected(text, home, "Data", lambda area, single: area_after(area))


def stay(row: int, column: int) -> tuple[int, int]:
    return row, column


def package(book: Workbook, tmp_path: Path) -> Package:
    return Package(Archive.read_file(book.save(tmp_path / "plan.xlsx")))


def moved(book: Workbook, tmp_path: Path) -> Package:
    """The package after the move, which changed something."""
    opened = package(book, tmp_path)
    assert follow_anchors(opened, SHEET, cell_after, area_after)
    return opened


def text_of(opened: Package, part: str) -> str:
    return opened.archive.read(part).decode()


# -- notes and threaded comments -----------------------------------------------------------------------------


def test_notes_threads_and_their_boxes_go_with_their_cells(tmp_path: Path) -> None:
    book = simple()
    spec = book.sheets[0]
    pinned.attach_threads(book, spec, "B5", "C12", "C12", "E12", "D20")
    shapes = [
        pinned.note(5, 2, "2, 15, 3, 10, 4, 15, 8, 5"),
        pinned.note(12, 3, "3, 15, 10, 10, 5, 15, 15, 5", 1026),
        pinned.note(12, 5, "5, 15, 10, 10, 7, 15, 15, 5", 1027),
        pinned.note(20, 4, "4, 15, 18, 10, 6, 15, 23, 5", 1028),
    ]
    pinned.attach_old_drawing(book, spec, *shapes)
    after = moved(book, tmp_path)
    assert re.findall(r'ref="(\w+)"', text_of(after, NOTES)) == ["B5", "C17", "E12", "D25"]
    assert re.findall(r'ref="(\w+)"', text_of(after, THREADS)) == ["B5", "C17", "C17", "E12", "D25"]
    shapes[1] = pinned.note(17, 3, "3, 15, 15, 10, 5, 15, 20, 5", 1026)
    shapes[3] = pinned.note(25, 4, "4, 15, 23, 10, 6, 15, 28, 5", 1028)
    assert text_of(after, OLD) == pinned.old_drawing(*shapes)
    assert after.archive.changed == {NOTES, THREADS.lower(), OLD.lower()}


def test_nothing_is_touched_when_nothing_moves(tmp_path: Path) -> None:
    book = simple()
    spec = book.sheets[0]
    pinned.attach_threads(book, spec, "B5", "E30")
    pinned.attach_old_drawing(book, spec, pinned.note(5, 2, "2, 15, 3, 10, 4, 15, 8, 5"))
    pinned.attach_drawing(book, spec, pinned.drawing(pinned.two_cells((2, 7), (30, 9)), pinned.one_cell((1, 1))))
    opened = package(book, tmp_path)
    assert not follow_anchors(opened, SHEET, cell_after, area_after)
    assert not follow_links(opened, formula_after)
    assert not opened.archive.changed


@pytest.mark.parametrize(
    ("refs", "says"),
    [
        (("C10", "C15"), "notes of Data at C10 and C15 would both end in C15"),
        ((f"C{LAST_ROW}",), f"notes of Data at C{LAST_ROW} would fall off the foot of the sheet"),
    ],
)
def test_a_note_that_would_be_lost_stops_everything(tmp_path: Path, refs: tuple[str, ...], says: str) -> None:
    def row_15_stays(row: int, column: int) -> tuple[int, int]:
        return (row if row == 15 else row + 5), column

    book = simple()
    spec = book.sheets[0]
    pinned.attach_drawing(book, spec, pinned.drawing(pinned.two_cells((12, 2), (14, 3))))
    pinned.attach_threads(book, spec, *refs)
    opened = package(book, tmp_path)
    with pytest.raises(WorkbookError, match=says):
        follow_anchors(opened, SHEET, row_15_stays, area_after)
    assert not opened.archive.changed
    assert opened.tree(DRAWING).findtext(".//{*}from/{*}row") == "11"


def test_a_note_that_says_itself_where_its_box_stands(tmp_path: Path) -> None:
    book = simple()
    corners = pinned.marker("from", 11, 4) + pinned.marker("to", 16, 6)
    box = f'<commentPr><anchor xmlns:xdr="{pinned.XDR}">{corners}</anchor></commentPr></comment>'
    text = pinned.comments("C12").replace("</comment>", box)
    pinned.attach(book, book.sheets[0], "comments", NOTES, text, f"{SHEET_ML}comments+xml")
    assert re.findall(r"<xdr:row>(\d+)<", text_of(moved(book, tmp_path), NOTES)) == ["15", "20"]


def test_other_parts_that_name_cells(tmp_path: Path) -> None:
    book = simple()
    spec = book.sheets[0]
    mapped = f'<singleXmlCells xmlns="{MAIN}"><singleXmlCell id="1" r="C12"/><singleXmlCell id="2" r="C2"/>'
    singles = "xl/tables/tableSingleCells1.xml"
    pinned.attach(book, spec, "tableSingleCells", singles, f"{mapped}</singleXmlCells>", f"{SHEET_ML}singles+xml")
    views = (
        '<namedSheetViews xmlns="http://schemas.microsoft.com/office/spreadsheetml/2019/namedsheetviews">'
        '<namedSheetView name="mine"><nsvFilter filterId="{1}" ref="B2:D12"/><nsvFilter filterId="{2}" ref="A2:D12"/>'
        "</namedSheetView></namedSheetViews>"
    )
    kind = "http://schemas.microsoft.com/office/2019/04/relationships/namedSheetView"
    view = "xl/namedSheetViews/namedSheetView1.xml"
    pinned.attach(book, spec, kind, view, views, "application/vnd.ms-excel.namedsheetviews+xml")
    after = moved(book, tmp_path)
    assert re.findall(r' r="(\w+)"', text_of(after, singles)) == ["C17", "C2"]
    assert re.findall(r' ref="([\w:]+)"', text_of(after, view)) == ["B2:D17", "A2:D12"]


# -- objects over cells --------------------------------------------------------------------------------------

ABOVE, SPANNING, BELOW = ((3, 2), (5, 3)), ((5, 2), (12, 3)), ((12, 2), (20, 4))
BESIDE, WIDER, WIDER_ABOVE, FROM_BESIDE = ((12, 7), (20, 9)), ((12, 2), (20, 9)), ((5, 2), (20, 9)), ((12, 1), (20, 3))


@pytest.mark.parametrize(
    ("corners", "edit_as", "rows"),
    [
        (ABOVE, "", (3, 5)),
        (SPANNING, "", (5, 17)),
        (SPANNING, "twoCell", (5, 17)),
        (SPANNING, "oneCell", (5, 12)),
        (BELOW, "", (17, 25)),
        (BELOW, "oneCell", (17, 25)),
        (BELOW, "absolute", (12, 20)),
        (BESIDE, "", (12, 20)),
        (WIDER, "", (17, 25)),
        (WIDER, "oneCell", (17, 25)),
        (WIDER_ABOVE, "", (5, 20)),
        (FROM_BESIDE, "", (12, 20)),
    ],
)
def test_objects_over_cells(
    tmp_path: Path, corners: tuple[tuple[int, int], tuple[int, int]], edit_as: str, rows: tuple[int, int]
) -> None:
    book = simple()
    pinned.attach_drawing(book, book.sheets[0], pinned.drawing(pinned.two_cells(*corners, edit_as)))
    opened = package(book, tmp_path)
    changed = follow_anchors(opened, SHEET, cell_after, area_after)
    (top, left), (bottom, right) = corners
    assert changed == (rows != (top, bottom))
    after = pinned.drawing(pinned.two_cells((rows[0], left), (rows[1], right), edit_as))
    assert etree.canonicalize(text_of(opened, DRAWING)) == etree.canonicalize(after)


@pytest.mark.parametrize(("into", "bottom"), [("0", 10), ("0cm", 10), ("0.0in", 10), ("1", 15), ("0.5cm", 15)])
def test_an_object_that_ends_on_the_line_is_not_stretched(tmp_path: Path, into: str, bottom: int) -> None:
    book = simple()
    pinned.attach_drawing(book, book.sheets[0], pinned.drawing(pinned.two_cells((4, 2), (10, 3), into=into)))
    opened = package(book, tmp_path)
    assert follow_anchors(opened, SHEET, cell_after, area_after) == (bottom != 10)
    assert opened.tree(DRAWING).findtext(".//{*}to/{*}row") == str(bottom - 1)


def test_an_object_as_wide_as_the_cells_that_move(tmp_path: Path) -> None:
    book = simple()
    made = pinned.two_cells((5, 2), (12, 5))
    pinned.attach_drawing(book, book.sheets[0], pinned.drawing(made.replace("<xdr:colOff>19050<", "<xdr:colOff>0<")))
    assert moved(book, tmp_path).tree(DRAWING).findtext(".//{*}to/{*}row") == "16"


def test_every_kind_of_anchor_in_every_dialect(tmp_path: Path) -> None:
    wrapped = (
        f'<mc:AlternateContent xmlns:mc="{pinned.MC}"><mc:Choice xmlns:a14="{pinned.A14}" Requires="a14">'
        f"{pinned.two_cells((12, 2), (13, 3))}</mc:Choice><mc:Fallback/></mc:AlternateContent>"
    )
    absolute = (
        '<xdr:absoluteAnchor><xdr:pos x="0" y="0"/><xdr:ext cx="9" cy="9"/><xdr:clientData/></xdr:absoluteAnchor>'
    )
    broken = pinned.two_cells((12, 2), (13, 3)).replace("<xdr:row>11<", "<xdr:row>eleven<")
    book = Workbook(strict=True)
    book.sheet().put(1, 1, 1)
    made = pinned.drawing(wrapped, absolute, pinned.one_cell((12, 2)), broken, space=pinned.STRICT_XDR)
    pinned.attach_drawing(book, book.sheets[0], made)
    text = text_of(moved(book, tmp_path), DRAWING)
    assert re.findall(r"<xdr:row>(\w+)<", text) == ["16", "17", "16", "eleven", "12"]
    assert text.count(pinned.STRICT_XDR) == 1


@pytest.mark.parametrize(
    ("flags", "rows"),
    [
        (' moveWithCells="1"', [("from", 5), ("to", 12), ("from", 17), ("to", 25)]),
        (' moveWithCells="1" sizeWithCells="1"', [("from", 5), ("to", 17), ("from", 17), ("to", 25)]),
        (' moveWithCells="0" sizeWithCells="1"', [("from", 5), ("to", 12), ("from", 12), ("to", 20)]),
        ("", [("from", 5), ("to", 12), ("from", 12), ("to", 20)]),
    ],
)
def test_controls_and_linked_objects_in_the_sheet(flags: str, rows: list[tuple[str, int]]) -> None:
    linked = pinned.control(*BELOW, flags).replace("controlPr", "objectPr").replace("control", "oleObject")
    root = etree.fromstring(
        f'<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}">{pinned.control(*SPANNING, flags)}{linked}</worksheet>'
    )
    before = etree.tostring(root)
    assert follow_sheet_anchors(root, cell_after, area_after) == (etree.tostring(root) != before)
    found = [
        (etree.QName(corner).localname, int(corner.findtext("{*}row") or "") + 1)
        for corner in root.iterfind(".//{*}anchor/*")
    ]
    assert found == rows


BOXES = st.builds(
    lambda top, left, height, width, moves, sizes: Box(top, left, top + height, left + width, moves, sizes),
    st.integers(1, 30), st.integers(1, 6), st.integers(0, 30), st.integers(0, 4), st.booleans(), st.booleans(),
)  # fmt: skip


@example(Box(5, 2, 7, 3), 6, 1, 4, -8)
@given(BOXES, st.integers(1, 25), st.integers(1, 5), st.integers(0, 4), st.integers(-8, 8))
def test_no_object_is_turned_over_or_squeezed_by_what_moves_its_top(
    box: Box, line: int, left: int, width: int, rows: int
) -> None:
    def after(row: int, column: int) -> tuple[int, int]:
        return (max(1, row + rows) if row > line and left <= column <= left + width else row), column

    upper, lower = box.shifts(after)
    assert 1 <= box.top + upper <= box.bottom + lower
    if not box.moves:
        assert (upper, lower) == (0, 0)
    if not box.sizes or upper > 0:
        assert upper == lower
    if box.moves and rows > 0:
        assert box.top + upper == after(box.top, box.left)[0]


def test_an_object_at_the_foot_of_the_sheet_stays_on_it() -> None:
    assert Box(LAST_ROW - 9, 2, LAST_ROW - 2, 3).shifts(cell_after) == (2, 2)
    assert Box(3, 2, LAST_ROW - 2, 3).shifts(cell_after) == (0, 2)
    assert Box(3, 2, 6, 3).shifts(stay, carried=-5) == (-2, -2)
    assert Box(3, 2, LAST_ROW + 5, 3).shifts(stay) == (0, 0)
    assert Box(3, 2, LAST_ROW + 5, 3).shifts(cell_after) == (0, 0)


# -- old drawings --------------------------------------------------------------------------------------------

AT_12 = "1, 36, 11, 14, 3, 15, 15, 16"
AT_17 = "1, 36, 16, 14, 3, 15, 20, 16"
ACROSS = "1, 36, 4, 14, 3, 15, 11, 16"
STRETCHED = "1, 36, 4, 14, 3, 15, 16, 16"


@pytest.mark.parametrize(
    ("flags", "anchor", "after"),
    [
        ("", AT_12, AT_17),
        ("", ACROSS, STRETCHED),
        ("<x:SizeWithCells/>", AT_12, AT_17),
        ("<x:SizeWithCells/>", ACROSS, ACROSS),
        ("<x:SizeWithCells></x:SizeWithCells>", ACROSS, ACROSS),
        ("<x:SizeWithCells>False</x:SizeWithCells>", ACROSS, STRETCHED),
        ("<x:MoveWithCells/>", AT_12, AT_12),
        ("<x:MoveWithCells/><x:SizeWithCells/>", ACROSS, ACROSS),
        ("<x:MoveWithCells>False</x:MoveWithCells>", AT_12, AT_17),
        ("", "1, 36, 4, 14, 3, 15, 9, 0", "1, 36, 4, 14, 3, 15, 9, 0"),
        ("", "1,36,11,14,3,15,15,16", "1,36,16,14,3,15,20,16"),
        ("", "1, 36, 11, 14, 3, 15, 15", "1, 36, 11, 14, 3, 15, 15"),
        ("", "1, 36, 4, 14, 4, 0, 11, 16", "1, 36, 4, 14, 4, 0, 16, 16"),
        ("", "1, 36, 4, 14, 4, 9, 11, 16", "1, 36, 4, 14, 4, 9, 11, 16"),
        ("", "somewhere", "somewhere"),
    ],
)
def test_controls_of_old_drawings(flags: str, anchor: str, after: str) -> None:
    def made(anchor: str) -> bytes:
        return pinned.old_drawing(pinned.shape("Drop", f"{flags}<x:Anchor>\r\n    {anchor}</x:Anchor>")).encode()

    assert moved_drawing(made(anchor), cell_after, OLD) == made(after)


def test_a_control_that_names_its_cell_keeps_naming_it() -> None:
    def made(anchor: str, row: int) -> bytes:
        inside = f"<x:MoveWithCells/><x:Anchor>{anchor}</x:Anchor><x:Row>{row}</x:Row><x:Column>1</x:Column>"
        return pinned.old_drawing(pinned.shape("Button", inside)).encode()

    assert moved_drawing(made(AT_12, 11), cell_after, OLD) == made(AT_12, 16)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("</div>", "line one<br>line two</div>"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("x:", "xl:"),
        lambda text: text.replace("<x:", "<").replace("</x:", "</"),
        lambda text: text.replace("ObjectType=", "v:ext='view'\r\n ObjectType = "),
        lambda text: f'<?xml version="1.0"?>{text}',
        lambda text: text.replace("\r\n", "\n"),
    ],
)
def test_old_drawings_in_every_spelling(change: Callable[[str], str]) -> None:
    before = pinned.old_drawing(pinned.note(12, 2, AT_12), pinned.shape("Button", f"<x:Anchor>{AT_12}</x:Anchor>"))
    after = pinned.old_drawing(pinned.note(17, 2, AT_17), pinned.shape("Button", f"<x:Anchor>{AT_17}</x:Anchor>"))
    assert moved_drawing(change(before).encode(), cell_after, OLD) == change(after).encode()


def test_what_only_looks_like_a_shape_stays() -> None:
    inside = f"<x:Anchor>{AT_12}</x:Anchor>"
    hidden = f"<!-- {pinned.shape('Button', inside)} -->"
    empty = '<v:shape><x:ClientData ObjectType="Pict"/></v:shape><v:shape><x:Anchor>1, 2, 11</x:Anchor></v:shape>'
    unfinished = f'<x:ClientData ObjectType="Button">{inside}'
    text = pinned.old_drawing(hidden, empty, unfinished).encode()
    assert moved_drawing(text, cell_after, OLD) == text


def test_old_drawings_in_other_encodings() -> None:
    latin = pinned.old_drawing(pinned.note(12, 2, AT_12)).replace("</div>", "Überlauf</div>").encode("latin-1")
    after = pinned.old_drawing(pinned.note(17, 2, AT_17)).replace("</div>", "Überlauf</div>").encode("latin-1")
    assert moved_drawing(latin, cell_after, OLD) == after
    wide = pinned.old_drawing(pinned.note(12, 2, AT_12)).encode("utf-16")
    with pytest.raises(WorkbookError, match="not written in UTF-8"):
        moved_drawing(wide, cell_after, OLD)


PIECES = st.sampled_from(
    [b"<!--", b"-->", b'<x:ClientData ObjectType="Note">', b"</x:ClientData>", b"<x:Anchor>", b"</x:Anchor>",
     b"<x:Row>", b"<x:Column>", b"1, 2, 3, 4, 5, 6, 7, 8", b"12", b"<x:FmlaLink>", b"$C$12", b"<br>",
     b"<", b">", b"&", b"\xff"]
)  # fmt: skip


@given(st.lists(PIECES).map(b"".join) | st.binary())
@example(b"<x:ClientData><x:Row>12<x:Anchor>1, 2, 3, 4, 5, 6, 7, 8</x:ClientData>")
def test_any_bytes_come_back_when_nothing_moves(text: bytes) -> None:
    if text[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        assert moved_drawing(text, stay, OLD) == text
        assert linked_drawing(text, lambda formula: formula, OLD) == text
        numbers = re.compile(rb"[0-9]+")
        assert numbers.sub(b"0", moved_drawing(text, cell_after, OLD)) == numbers.sub(b"0", text)


def test_an_old_drawing_that_is_no_xml_is_saved(tmp_path: Path) -> None:
    book = simple()
    spec = book.sheets[0]
    pinned.attach(book, spec, "comments", NOTES, pinned.comments("B12", "C12"), f"{SHEET_ML}comments+xml")
    broken = pinned.note(12, 3, AT_12, 1026).replace("</div>", "line one<br>line two</div>")
    pinned.attach_old_drawing(book, spec, pinned.note(12, 2, AT_12), broken)
    book.extra[OLD] = str(book.extra[OLD]).replace("\r\n", "")  # one line, so that the fault's place moves, too
    path = book.save(tmp_path / "plan.xlsx")
    opened = FileBook.open(path)
    assert follow_anchors(opened._package, SHEET, lambda row, column: (row + 990, column), area_after)
    opened.save(path)
    after = text_of(FileBook.open(path)._package, OLD)
    assert re.findall(r"<x:Row>(\d+)</x:Row>", after) == ["1001", "1001"]
    assert "line one<br>line two" in after


# -- links ---------------------------------------------------------------------------------------------------


def sheet_with(inside: str) -> etree._Element:
    return etree.fromstring(f'<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheetData/>{inside}</worksheet>')


def test_links_move_with_their_cells() -> None:
    root = sheet_with(
        '<hyperlinks><hyperlink ref="C12"/><hyperlink ref="C5:D12"/><hyperlink ref="C12:C12"/><hyperlink ref="E12"/>'
        '<hyperlink ref="A12:C12"/><hyperlink ref="B:B"/><hyperlink/></hyperlinks><smartTags><cellSmartTags r="C13"/>'
        "</smartTags>"
    )
    assert follow_sheet_anchors(root, cell_after, area_after)
    assert [link.get("ref") for link in root.iterfind(".//{*}hyperlink")] == [
        "C17", "C5:D17", "C17:C17", "E12", "A12:C12", "B:B", None,
    ]  # fmt: skip
    assert [tag.get("r") for tag in root.iterfind(".//{*}cellSmartTags")] == ["C18"]


def test_a_link_on_one_cell_never_grows_into_a_range() -> None:
    root = sheet_with('<hyperlinks><hyperlink ref="B3"/><hyperlink ref="B3:B3"/></hyperlinks>')
    assert not follow_sheet_anchors(root, stay, lambda area: Area(area.top, area.left, area.bottom + 5, area.right))


def test_two_links_in_one_cell_are_refused() -> None:
    root = sheet_with('<hyperlinks><hyperlink ref="C12"/><hyperlink ref="C17"/></hyperlinks>')
    with pytest.raises(WorkbookError, match="links at C12 and C17 would both end in C17"):
        follow_sheet_anchors(root, lambda row, column: (17, column), area_after)


@pytest.mark.parametrize(
    ("home", "link", "after"),
    [
        ("Calc", 'location="Data!C12"', "Data!C17"),
        ("Calc", "location=\"'Data'!$C$12:$D$13\"", "'Data'!$C$17:$D$18"),
        ("Calc", 'location="#Data!C12"', "#Data!C17"),
        ("Calc", 'location="C12"', "C12"),
        ("Data", 'location="C12"', "C17"),
        ("Data", 'location="See_also"', "See_also"),
        ("Data", 'location="notes on C12"', "notes on C12"),
        ("Data", 'location="C12 and below"', "C12 and below"),
        ("Calc", 'r:id="rId1" location="Data!C12"', "Data!C12"),
    ],
)
def test_links_lead_where_their_cells_went(home: str, link: str, after: str) -> None:
    root = sheet_with(f'<hyperlinks><hyperlink ref="A1" {link}/></hyperlinks>')
    before = root.find(".//{*}hyperlink").get("location")  # type: ignore[union-attr]
    assert follow_sheet_links(root, home, formula_after) == (after != before)
    assert root.find(".//{*}hyperlink").get("location") == after  # type: ignore[union-attr]


def test_controls_of_the_sheet_stay_linked() -> None:
    given = ' linkedCell="$C$12" listFillRange="Data!B2:B12" macro="[0]!C12"'
    root = sheet_with(pinned.control((2, 2), (3, 3), given=given))
    assert follow_sheet_links(root, "Data", formula_after)
    assert dict(root.find(".//{*}controlPr").attrib) == {  # type: ignore[union-attr]
        "defaultSize": "0", "autoFill": "0", "linkedCell": "$C$17", "listFillRange": "Data!B2:B17", "macro": "[0]!C12",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "before", "after"),
    [
        ("FmlaLink", "$C$12", "$C$17"),
        ("FmlaLink", "\r\n    C12", "\r\n    C17"),
        ("FmlaRange", "Data!$B$2:$B$12", "Data!$B$2:$B$17"),
        ("FmlaGroup", "Data!$C$12", "Data!$C$17"),
        ("FmlaTxbx", "'Data'!$C$12", "'Data'!$C$17"),
        ("FmlaPict", "Data!C12&amp;&quot;C12&quot;", 'Data!C17&amp;"C12"'),
        ("FmlaMacro", "Data!C12", "Data!C12"),
        ("FmlaLink", "'Überlauf'!$C$12", "'Überlauf'!$C$12"),
    ],
)
def test_formulas_of_old_drawings(field: str, before: str, after: str) -> None:
    def made(formula: str) -> bytes:
        return pinned.old_drawing(pinned.shape("Drop", f"<x:{field}>{formula}</x:{field}><x:Sel>12</x:Sel>")).encode()

    assert linked_drawing(made(before), lambda text: formula_after(text, "Data"), OLD) == made(after)


def test_controls_boxes_and_pictures_show_the_cells_they_showed(tmp_path: Path) -> None:
    book = simple()
    home, other = book.sheets[0], book.sheet("Calc")
    box = pinned.SOME_SHAPE.replace('textlink=""', 'textlink="Data!$C$12"')
    camera = (
        '<xdr:pic><xdr:nvPicPr><xdr:cNvPicPr><a:extLst><a:ext uri="{84589F7E-364E-4C9E-8A38-B11213B215E9}">'
        f'<a14:cameraTool xmlns:a14="{pinned.A14}" cellRange="Data!$B$2:$D$12" spid="_x0000_s1025"/></a:ext></a:extLst>'
        "</xdr:cNvPicPr></xdr:nvPicPr></xdr:pic>"
    )
    group = f"<xdr:grpSp>{box}</xdr:grpSp>"
    anchors = [pinned.two_cells((1, 1), (2, 2), inside=inside) for inside in (box, camera, group)]
    pinned.attach_drawing(book, other, pinned.drawing(*anchors))
    properties = f'<formControlPr xmlns="{pinned.X14}" objectType="Drop" dropLines="12" fmlaLink="$C$12" '
    properties += 'fmlaRange="Data!$B$2:$B$12" fmlaGroup="$C$20" fmlaTxbx="$A$12"/>'
    kind, content_type = f"{OFFICE}/ctrlProp", "application/vnd.ms-excel.controlproperties+xml"
    for number, spec in enumerate((home, other), 1):
        pinned.attach(book, spec, kind, f"xl/ctrlProps/ctrlProp{number}.xml", properties, content_type)
    query = f'<connections xmlns="{MAIN}"><connection id="1"><parameters><parameter name="p" cell="Data!$C$12"/>'
    book.part("xl/connections.xml", f"{query}</parameters></connection></connections>", f"{SHEET_ML}connections+xml")
    book.workbook_relationships.append(("connections", "connections.xml"))
    opened = package(book, tmp_path)
    assert follow_links(opened, formula_after)
    text = text_of(opened, DRAWING)
    assert re.findall(r'(?:textlink|cellRange)="([^"]*)"', text) == ["Data!$C$17", "Data!$B$2:$D$17", "Data!$C$17"]
    assert 'cell="Data!$C$17"' in text_of(opened, "xl/connections.xml")
    link = ['fmlaLink="$C$17"', 'fmlaRange="Data!$B$2:$B$17"', 'fmlaGroup="$C$25"', 'fmlaTxbx="$A$12"']
    assert re.findall(r'fmla\w+="[^"]*"', text_of(opened, "xl/ctrlProps/ctrlProp1.xml")) == link
    link = ['fmlaLink="$C$12"', 'fmlaRange="Data!$B$2:$B$17"', 'fmlaGroup="$C$20"', 'fmlaTxbx="$A$12"']
    assert re.findall(r'fmla\w+="[^"]*"', text_of(opened, "xl/ctrlProps/ctrlProp2.xml")) == link


def test_boxes_on_a_chart_and_links_of_shapes(tmp_path: Path) -> None:
    book = simple()
    pinned.attach_drawing(book, book.sheets[0], pinned.drawing(pinned.one_cell((1, 1))))
    jump = 'TargetMode="Internal" Type="' + f'{OFFICE}/hyperlink"'
    book.extra[RELS] = (
        f'{XML}<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/chart" Target="../charts/chart1.xml"/>'
        f'<Relationship Id="rId2" {jump} Target="#Data!C12"/><Relationship Id="rId3" {jump} Target="#My%20plan!C12"/>'
        f'<Relationship Id="rId4" {jump} Target="#\'Data\'!C12:D%31%32"/>'
        f'<Relationship Id="rId5" {jump.replace("Internal", "External")} Target="C12"/></Relationships>'
    )
    chart = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
    book.part("xl/charts/chart1.xml", "<chartSpace/>", chart)
    book.extra["xl/charts/_rels/chart1.xml.rels"] = (
        f'{XML}<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/chartUserShapes" Target="../drawings/drawing2.xml"/></Relationships>'
    )
    shapes = '<c:userShapes xmlns:c="c" xmlns:cdr="d"><cdr:relSizeAnchor><cdr:sp textlink="Data!$C$12"/>'
    content_type = "application/vnd.openxmlformats-officedocument.drawingml.chartshapes+xml"
    book.part("xl/drawings/drawing2.xml", f"{shapes}</cdr:relSizeAnchor></c:userShapes>", content_type)
    opened = package(book, tmp_path)
    assert follow_links(opened, formula_after)
    assert 'textlink="Data!$C$17"' in text_of(opened, "xl/drawings/drawing2.xml")
    assert 'Target="C12"' in text_of(opened, RELS)
    targets = re.findall(r'Target="(#[^"]*)"', text_of(opened, RELS))
    assert targets == ["#Data!C17", "#My%20plan!C12", "#'Data'!C17:D17"]
    assert opened.archive.changed == {"xl/drawings/drawing2.xml", RELS}


def test_a_link_of_a_shape_keeps_its_spelling(tmp_path: Path) -> None:
    book = simple()
    book.sheet("My plan")
    pinned.attach_drawing(book, book.sheets[0], pinned.drawing(pinned.one_cell((1, 1))))
    book.extra[RELS] = (
        f'{XML}<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/hyperlink" Target="#\'My%20plan\'!$C$12"/></Relationships>'
    )
    opened = package(book, tmp_path)
    assert follow_links(opened, lambda text, home: redirected(text, home, "My plan", lambda area, _: area_after(area)))
    assert "Target=\"#'My%20plan'!$C$17\"" in text_of(opened, RELS)


def test_a_part_that_cannot_be_read_stops_everything(tmp_path: Path) -> None:
    book = simple()
    spec = book.sheets[0]
    pinned.attach_drawing(book, spec, pinned.drawing(pinned.one_cell((12, 2)))[:-3])
    pinned.attach_threads(book, spec, "C12")
    opened = package(book, tmp_path)
    with pytest.raises(WorkbookError, match=r"drawing1\.xml is not well-formed"):
        follow_anchors(opened, SHEET, cell_after, area_after)
    assert not opened.archive.changed
    assert opened.tree(NOTES).find(".//{*}comment").get("ref") == "C12"  # type: ignore[union-attr]
