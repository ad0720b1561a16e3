"""Workbooks that live: a refresh leaves slicers, comments, dynamic arrays, pivots and newer formats as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import etree

from tests.workbook.package import pinned
from tests.workbook.package.build import (
    OFFICE,
    SHEET_ML,
    XML,
    Raw,
    SheetSpec,
    Workbook,
    formula,
    read_parts,
    write_parts,
)
from xlplan.workbook.book import CellValue
from xlplan.workbook.package.file_book import FileBook

SHEET, CALC, PIVOTS = (f"xl/worksheets/sheet{number}.xml" for number in (1, 2, 3))
TABLE = "xl/tables/table1.xml"
CACHES = [f"xl/pivotCache/pivotCacheDefinition{number}.xml" for number in (1, 2)]
MICROSOFT = "http://schemas.microsoft.com/office"
X15 = f"{MICROSOFT}/spreadsheetml/2010/11/main"
XM = f"{MICROSOFT}/excel/2006/main"
DYNAMIC = f"{MICROSOFT}/spreadsheetml/2017/dynamicarray"
SLICER = f"{MICROSOFT}/drawing/2012/slicer"

NEWER_FORMATS = (
    f'<extLst><ext xmlns:x14="{pinned.X14}" uri="{{78C0D931-6437-407d-A8EE-F0AAD7539E65}}"><x14:conditionalFormattings>'
    f'<x14:conditionalFormatting xmlns:xm="{XM}"><x14:cfRule type="dataBar" '
    'id="{DA7ABA51-AAAA-BBBB-0001-000000000001}">'
    '<x14:dataBar minLength="0" maxLength="100" gradient="0"><x14:cfvo type="autoMin"/><x14:cfvo type="autoMax"/>'
    '<x14:negativeFillColor rgb="FFFF0000"/><x14:axisColor rgb="FF000000"/></x14:dataBar></x14:cfRule>'
    "<xm:sqref>H2:H9</xm:sqref></x14:conditionalFormatting></x14:conditionalFormattings></ext>"
    f'<ext xmlns:x14="{pinned.X14}" uri="{{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}}"><x14:dataValidations '
    f'xmlns:xm="{XM}" count="1"><x14:dataValidation type="list" allowBlank="1"><x14:formula1>'
    "<xm:f>Calc!$E$1:$E$3</xm:f></x14:formula1><xm:sqref>H2:H9</xm:sqref></x14:dataValidation></x14:dataValidations></ext>"
    f'<ext xmlns:x14="{pinned.X14}" uri="{{05C60535-1F16-4fd2-B633-F4F36F0B64E0}}"><x14:sparklineGroups '
    f'xmlns:xm="{XM}"><x14:sparklineGroup type="column"><x14:colorSeries theme="4"/><x14:sparklines><x14:sparkline>'
    "<xm:f>Calc!E1:E3</xm:f><xm:sqref>H1</xm:sqref></x14:sparkline></x14:sparklines></x14:sparklineGroup>"
    f'</x14:sparklineGroups></ext><ext xmlns:x15="{X15}" uri="{{3A4CF648-6AED-40f4-86FF-DC5316D8AED3}}">'
    f'<x14:slicerList xmlns:x14="{pinned.X14}"><x14:slicer xmlns:r="{OFFICE}" r:id="rIdSlicer"/></x14:slicerList></ext>'
    "</extLst>"
)
"""Formats of Excel 2010 and later on cells beside the table, and the slicers of the sheet."""


def point_from_workbook(book: Workbook, kind: str, target: str) -> str:
    """An arrow from the workbook's own part, when all its sheets are there; returns its id."""
    book.workbook_relationships.append((kind, target))
    return f"rId{len(book.sheets) + 2 + len(book.workbook_relationships)}"


def slicer_parts(book: Workbook, spec: SheetSpec) -> str:
    """A slicer on the table's first column; returns the id of the arrow to it."""
    slicer = (
        f'{XML}<slicers xmlns="{pinned.X14}"><slicer name="queue" cache="Slicer_queue" caption="queue" '
        'rowHeight="241300"/></slicers>'
    )
    kind = f"{MICROSOFT}/2007/relationships/slicer"
    rel = pinned.attach(book, spec, kind, "xl/slicers/slicer1.xml", slicer, "application/vnd.ms-excel.slicer+xml")
    cache = (
        f'{XML}<slicerCacheDefinition xmlns="{pinned.X14}" name="Slicer_queue" sourceName="queue"><extLst>'
        f'<ext xmlns:x15="{X15}" uri="{{2F2917AC-EB37-4324-AD4E-5DD8C200BD13}}">'
        '<x15:tableSlicerCache tableId="1" column="1"/></ext></extLst></slicerCacheDefinition>'
    )
    book.part("xl/slicerCaches/slicerCache1.xml", cache, "application/vnd.ms-excel.slicerCache+xml")
    arrow = point_from_workbook(book, f"{MICROSOFT}/2007/relationships/slicerCache", "slicerCaches/slicerCache1.xml")
    book.workbook_tail += (
        f'<extLst><ext xmlns:x15="{X15}" uri="{{46BE6895-7355-4a93-B00E-2C351335B9C9}}"><x15:slicerCaches '
        f'xmlns:x14="{pinned.X14}"><x14:slicerCache r:id="{arrow}"/></x15:slicerCaches></ext></extLst>'
    )
    book.names["Slicer_queue"] = "#N/A"
    return rel


def slicer_frame() -> str:
    """The slicer as the drawing shows it."""
    return (
        f'<mc:AlternateContent xmlns:mc="{pinned.MC}"><mc:Choice xmlns:sle15="{SLICER}" Requires="sle15">'
        '<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr><xdr:cNvPr id="2" name="queue"/><xdr:cNvGraphicFramePr/>'
        '</xdr:nvGraphicFramePr><xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm><a:graphic>'
        f'<a:graphicData uri="{MICROSOFT}/drawing/2010/slicer"><sle:slicer xmlns:sle="{MICROSOFT}/drawing/2010/slicer" '
        f'name="queue"/></a:graphicData></a:graphic></xdr:graphicFrame></mc:Choice><mc:Fallback>{pinned.SOME_SHAPE}'
        "</mc:Fallback></mc:AlternateContent>"
    )


def dynamic_arrays(book: Workbook, calc: SheetSpec) -> None:
    """Formulas that spill, and the metadata that says so."""
    calc.put(1, 1, Raw(' cm="1"><f t="array" ref="A1:A3">_xlfn.UNIQUE(tblPlan[volume])</f><v>1</v></c>'))
    calc.put(2, 1, 2).put(3, 1, 3)
    calc.put(1, 2, Raw(' cm="1"><f t="array" ref="B1:B3">_xlfn._xlws.SORT(Data!C3:C5)</f><v>1</v></c>'))
    calc.put(2, 2, 2).put(3, 2, 3)
    calc.put(1, 3, formula("SUM(_xlfn.ANCHORARRAY(A1))", 6))
    calc.put(1, 5, 10).put(2, 5, 20).put(3, 5, 30)
    calc.put(1, 6, Raw(' cm="1"><f t="array" ref="F1:F2">_xlfn.UNIQUE(E1:E3)</f><v>10</v></c>')).put(2, 6, 20)
    let_formulas_spill(book)


def let_formulas_spill(book: Workbook) -> None:
    """The metadata that ``cm="1"`` of a cell stands for."""
    metadata = (
        f'{XML}<metadata xmlns="{book.main}" xmlns:xda="{DYNAMIC}"><metadataTypes count="1"><metadataType '
        'name="XLDAPR" minSupportedVersion="120000" copy="1" cellMeta="1"/></metadataTypes>'
        '<futureMetadata name="XLDAPR" count="1"><bk><extLst><ext uri="{bdbb8cdc-fa1e-496e-a857-3c3f30c029c3}">'
        '<xda:dynamicArrayProperties fDynamic="1" fCollapsed="0"/></ext></extLst></bk></futureMetadata>'
        '<cellMetadata count="1"><bk><rc t="1" v="0"/></bk></cellMetadata></metadata>'
    )
    book.part("xl/metadata.xml", metadata, f"{SHEET_ML}sheetMetadata+xml")
    book.workbook_relationships.append(("sheetMetadata", "metadata.xml"))


PIVOT_FIELDS = (
    '<cacheFields count="2"><cacheField name="queue" numFmtId="0"><sharedItems count="3"><s v="q1"/><s v="q2"/>'
    '<s v="q3"/></sharedItems></cacheField><cacheField name="volume" numFmtId="0"><sharedItems '
    'containsSemiMixedTypes="0" containsString="0" containsNumber="1" containsInteger="1" minValue="1" maxValue="3"/>'
    "</cacheField></cacheFields>"
)
PIVOT_LAYOUT = (
    '<pivotFields count="2"><pivotField axis="axisRow" showAll="0"><items count="4"><item x="0"/><item x="1"/>'
    '<item x="2"/><item t="default"/></items></pivotField><pivotField dataField="1" showAll="0"/></pivotFields>'
    '<rowFields count="1"><field x="0"/></rowFields><rowItems count="4"><i><x/></i><i><x v="1"/></i><i><x v="2"/></i>'
    '<i t="grand"><x/></i></rowItems><colItems count="1"><i/></colItems><dataFields count="1">'
    '<dataField name="Sum of volume" fld="1" baseField="0" baseItem="0"/></dataFields>'
)


def pivots(book: Workbook, spec: SheetSpec) -> None:
    """Two pivots: one of the table by its name, one by its cells."""
    listed = ""
    for number, source in enumerate(('name="tblPlan"', 'ref="B2:C5" sheet="Data"'), 1):
        space = f'xmlns="{book.main}" xmlns:r="{book.office}"'
        cache = (
            f'{XML}<pivotCacheDefinition {space} r:id="rId1" refreshedVersion="6" createdVersion="6" recordCount="3">'
            f'<cacheSource type="worksheet"><worksheetSource {source}/></cacheSource>{PIVOT_FIELDS}'
            "</pivotCacheDefinition>"
        )
        book.part(CACHES[number - 1], cache, f"{SHEET_ML}pivotCacheDefinition+xml")
        rows = "".join(f'<r><x v="{row}"/><n v="{row + 1}"/></r>' for row in range(3))
        records = f'{XML}<pivotCacheRecords {space} count="3">{rows}</pivotCacheRecords>'
        book.part(f"xl/pivotCache/pivotCacheRecords{number}.xml", records, f"{SHEET_ML}pivotCacheRecords+xml")
        book.extra[f"xl/pivotCache/_rels/pivotCacheDefinition{number}.xml.rels"] = book._relationships(
            [("pivotCacheRecords", f"pivotCacheRecords{number}.xml")]
        )
        top = number * 8
        pivot = (
            f'{XML}<pivotTableDefinition xmlns="{book.main}" name="Pivot{number}" cacheId="{number}" '
            'applyNumberFormats="0" dataCaption="Values" updatedVersion="6" createdVersion="6">'
            f'<location ref="A{top}:B{top + 4}" firstHeaderRow="1" firstDataRow="1" firstDataCol="1"/>{PIVOT_LAYOUT}'
            "</pivotTableDefinition>"
        )
        part = f"xl/pivotTables/pivotTable{number}.xml"
        pinned.attach(book, spec, "pivotTable", part, pivot, f"{SHEET_ML}pivotTable+xml")
        book.extra[f"xl/pivotTables/_rels/pivotTable{number}.xml.rels"] = book._relationships(
            [("pivotCacheDefinition", f"../pivotCache/pivotCacheDefinition{number}.xml")]
        )
        arrow = point_from_workbook(book, "pivotCacheDefinition", f"pivotCache/pivotCacheDefinition{number}.xml")
        listed += f'<pivotCache cacheId="{number}" r:id="{arrow}"/>'
        for row, (label, value) in enumerate([("Row Labels", "Sum of volume"), ("q1", 1), ("q2", 2), ("q3", 3)]):
            spec.put(top + row, 1, label, value)
        spec.put(top + 4, 1, "Grand Total", 6)
    book.workbook_tail += f"<pivotCaches>{listed}</pivotCaches>"


def living(path: Path, *, strict: bool = False, date1904: bool = False) -> Path:
    """tblPlan at B2:C5 of Data, with everything around it that a planner's workbook has."""
    book = Workbook(strict=strict, date1904=date1904)
    data, calc, shown = book.sheet("Data"), book.sheet("Calc"), book.sheet("Pivots")
    rows: list[list[object]] = [[f"q{number}", number] for number in (1, 2, 3)]
    book.table(data, "tblPlan", ["queue", "volume"], rows, at=(2, 2))
    space = pinned.STRICT_XDR if strict else pinned.XDR
    frame = pinned.two_cells((2, 9), (12, 11), inside=slicer_frame())
    pinned.attach_drawing(book, data, pinned.drawing(frame, space=space))
    pinned.attach_threads(book, data, "B4", "B4", "H2")
    boxes = pinned.note(4, 2, "2, 15, 2, 10, 4, 15, 7, 5"), pinned.note(2, 8, "8, 15, 0, 10, 9, 15, 5, 5", 1026)
    pinned.attach_old_drawing(book, data, *boxes)
    dynamic_arrays(book, calc)
    pivots(book, shown)
    slicer = slicer_parts(book, data)
    parts = book.parts()
    formats = NEWER_FORMATS.replace("rIdSlicer", slicer).replace(OFFICE, book.office)
    parts[SHEET] = str(parts[SHEET]).replace("</worksheet>", f"{formats}</worksheet>")
    return write_parts(path, parts)


def refreshed(path: Path, **columns: list[CellValue]) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """All parts before and after a refresh, which a second one leaves byte for byte as it is."""
    before = read_parts(path)
    book = FileBook.open(path)
    assert book.write("tblPlan", columns) > 0
    book.save(path)
    once = path.read_bytes()
    again = FileBook.open(path)
    assert again.write("tblPlan", columns) == 0
    again.save(path)
    assert path.read_bytes() == once
    return before, read_parts(path)


def differing(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


SAME_SIZE: dict[str, list[CellValue]] = {"queue": ["q1", "q2", "q9"], "volume": [1, 2, 9]}
GROWN: dict[str, list[CellValue]] = {"queue": [f"n{row}" for row in range(5)], "volume": [1, 2, 3, 4, 5]}
KINDS = [{}, {"strict": True}, {"date1904": True}]


@pytest.fixture(params=KINDS, ids=["transitional", "strict", "1904"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return living(tmp_path / "plan.xlsx", **request.param)


def test_a_refresh_of_the_same_size_changes_what_shows_the_values(path: Path) -> None:
    before, after = refreshed(path, **SAME_SIZE)
    assert differing(before, after) == {SHEET, CALC, "xl/workbook.xml", *CACHES}


def test_a_growing_table_changes_its_own_part_besides(path: Path) -> None:
    before, after = refreshed(path, **GROWN)
    assert differing(before, after) == {SHEET, TABLE, CALC, "xl/workbook.xml", *CACHES}


def test_an_equal_refresh_changes_nothing(path: Path) -> None:
    content = path.read_bytes()
    book = FileBook.open(path)
    assert book.write("tblPlan", {"queue": ["q1", "q2", "q3"], "volume": [1, 2, 3]}) == 0
    book.save(path)
    assert path.read_bytes() == content


def test_what_stands_around_the_rows_stays(path: Path) -> None:
    before, after = refreshed(path, **GROWN)
    around = [re.sub(rb"<sheetData>.*</sheetData>", b"", parts[SHEET]) for parts in (before, after)]
    assert around[0] == around[1]
    assert b"slicerList" in around[1]


def test_a_slicer_still_slices_its_table(path: Path) -> None:
    _, after = refreshed(path, **GROWN)
    table = etree.fromstring(after[TABLE])
    cut = etree.fromstring(after["xl/slicerCaches/slicerCache1.xml"]).find(".//{*}tableSlicerCache")
    assert cut is not None
    assert cut.get("tableId") == table.get("id")
    assert table.find(f"{{*}}tableColumns/{{*}}tableColumn[@id='{cut.get('column')}']").get("name") == "queue"  # type: ignore[union-attr]
    assert table.get("ref") == "B2:C7"
    workbook = after["xl/workbook.xml"].decode()
    assert '<definedName name="Slicer_queue">#N/A</definedName>' in workbook
    assert "<x14:slicerCache r:id=" in workbook


def test_dynamic_arrays_follow_and_wait_for_excel(path: Path) -> None:
    _, after = refreshed(path, **GROWN)
    cells = dict(re.findall(r'<c r="(\w+)"([^>]*>.*?)(?:</c>|(?=<c |</row>))', after[CALC].decode()))
    assert cells["A1"] == ' cm="1"><f t="array" ref="A1:A3">_xlfn.UNIQUE(tblPlan[volume])</f>'
    assert cells["B1"] == ' cm="1"><f t="array" ref="B1:B3">_xlfn._xlws.SORT(Data!C3:C7)</f>'
    assert cells["C1"] == "><f>SUM(_xlfn.ANCHORARRAY(A1))</f>"
    assert cells["F1"] == ' cm="1"><f t="array" ref="F1:F2">_xlfn.UNIQUE(E1:E3)</f><v>10</v>'
    book = FileBook.open(path)
    assert book.read_cells("Calc", "A1:C3") == [[None, None, None]] * 3
    assert book.read_cells("Calc", "F1:F2") == [[10], [20]]


def test_pivots_follow_and_are_renewed_by_excel(path: Path) -> None:
    _, after = refreshed(path, **GROWN)
    sources = [etree.fromstring(after[cache]).find(".//{*}worksheetSource") for cache in CACHES]
    assert [dict(source.attrib) for source in sources if source is not None] == [
        {"name": "tblPlan"},
        {"ref": "B2:C7", "sheet": "Data"},
    ]
    roots = [etree.fromstring(after[cache]) for cache in CACHES]
    assert [root.get("refreshOnLoad") for root in roots] == ["1", "1"]
    assert all(
        any(str(key).endswith("}id") and value == "rId1" for key, value in root.attrib.items()) for root in roots
    )


def test_no_dialect_changes_and_no_date_system(path: Path) -> None:
    before, after = refreshed(path, **GROWN)
    for name in differing(before, after):
        spaces = [{etree.QName(e).namespace for e in etree.fromstring(parts[name]).iter()} for parts in (before, after)]
        assert spaces[0] == spaces[1]
    properties = [re.search(rb"<workbookPr[^>]*>", parts["xl/workbook.xml"]) for parts in (before, after)]
    assert properties[0] is not None
    assert properties[1] is not None
    assert properties[0][0] == properties[1][0]
