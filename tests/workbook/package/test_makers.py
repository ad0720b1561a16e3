"""Workbooks as other programs than Excel write them: read for what they say, and changed like any other."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.workbook.package import pinned
from tests.workbook.package.build import OFFICE, PACKAGE, XML, Raw, Workbook, formula, read_parts, simple, write_parts
from xlplan.errors import PlanError, WorkbookError
from xlplan.macros.putting import put
from xlplan.workbook.book import CellValue
from xlplan.workbook.freeze import freeze
from xlplan.workbook.package.archive import Archive
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.package.parts import Package
from xlplan.workbook.package.references import Area
from xlplan.workbook.package.settle import show_values
from xlplan.workbook.package.sheet import worksheets

SHEET, CALC = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"
TABLE, CHART = "xl/tables/table1.xml", "xl/charts/chart1.xml"
CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
C, C15 = (
    "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "http://schemas.microsoft.com/office/drawing/2012/chart",
)
FIVE: list[CellValue] = [1, 2, 3, 4, 5]

Parts = dict[str, str | bytes]


def written(path: Path, *, below: str = "shift", **columns: list[CellValue]) -> dict[str, str]:
    """Parts after a write to tblPlan; the same write again must change no byte."""
    book = FileBook.open(path)
    book.write("tblPlan", columns or {"volume": FIVE}, below=below)  # type: ignore[arg-type]
    book.save(path)
    once = path.read_bytes()
    again = FileBook.open(path)
    assert again.write("tblPlan", columns or {"volume": FIVE}, below=below) == 0  # type: ignore[arg-type]
    again.save(path)
    assert path.read_bytes() == once
    return {
        name.replace("\\", "/").lstrip("/"): content.decode("utf-8", "replace")
        for name, content in read_parts(path).items()
    }


def with_everything() -> Workbook:
    """tblPlan with something below it, a formula elsewhere, a chart and an old drawing."""
    book = simple()
    book.sheets[0].put(6, 1, "below")
    book.sheet("Calc").put(1, 1, formula("SUM(Data!B2:B4)", 225))
    book.part(CHART, f'<c:chartSpace xmlns:c="{C}"><c:f>Data!$B$2:$B$4</c:f></c:chartSpace>', CHART_TYPE)
    pinned.attach_old_drawing(book, book.sheets[0], pinned.note(6, 1, "1, 15, 6, 10, 3, 15, 10, 5"))
    return book


# -- the package -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("spelled", [lambda name: name.replace("/", "\\"), lambda name: f"/{name}"])
def test_part_names_in_other_spellings(tmp_path: Path, spelled: Callable[[str], str]) -> None:
    parts = {name if name.startswith("[") else spelled(name): text for name, text in with_everything().parts().items()}
    path = write_parts(tmp_path / "plan.xlsx", parts)
    after = written(path)
    assert "SUM(Data!B2:B6)" in after[CALC]
    assert "<c:f>Data!$B$2:$B$6</c:f>" in after[CHART]
    assert read_parts(path).keys() == parts.keys()
    assert "<f>" not in read_parts(freeze(path, tmp_path / "frozen.xlsx").path)[spelled(CALC)].decode()


@pytest.mark.parametrize("strict", [False, True])
def test_dates_come_into_a_workbook_without_formats(tmp_path: Path, strict: bool) -> None:
    book = Workbook(strict=strict)
    book.table(book.sheet("Data"), "tblPlan", ["day"], [[None]])
    parts = book.parts()
    del parts["xl/styles.xml"]
    for name in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
        parts[name] = re.sub(r"<(?:Override|Relationship) [^>]*styles[^>]*/>", "", str(parts[name]))
    path = write_parts(tmp_path / "plan.xlsx", parts)
    after = written(path, day=[dt.date(2026, 1, 5), dt.date(2026, 1, 6)])
    assert f'xmlns="{book.main}"' in after["xl/styles.xml"]
    assert f'Type="{book.office}/styles"' in after["xl/_rels/workbook.xml.rels"]
    if not strict:  # which openpyxl does not read
        cells = openpyxl.load_workbook(path)["Data"]
        assert [cells[place].value for place in ("A2", "A3")] == [dt.datetime(2026, 1, 5), dt.datetime(2026, 1, 6)]


# -- cells -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("</row>", "</row >"),
        ("</row>", "</row\n>"),
        ("</c>", "</c >"),
        ("<v>100</v>", "<v >100</v >"),
        ("</sheetData>", "</sheetData >"),
        ("<v>100</v>", "<v>\n  100\n</v>"),
        ('t="s"><v>3</v>', 't="s"><v> 3 </v>'),
    ],
)
def test_spaces_that_xml_allows(tmp_path: Path, old: str, new: str) -> None:
    parts = simple().parts()
    assert old in str(parts[SHEET])
    parts[SHEET] = str(parts[SHEET]).replace(old, new)
    path = write_parts(tmp_path / "plan.xlsx", parts)
    before = path.read_bytes()
    book = FileBook.open(path)
    read = book.read("tblPlan").columns
    assert read == {"queue": ["Billing", "Sales", "Chat"], "volume": [100, 50, 75], "aht_s": [300.5, 240, None]}
    assert book.write("tblPlan", read) == 0
    book.save(path)
    assert path.read_bytes() == before
    assert written(path)[TABLE].count('ref="A1:C6"') == 2


def test_values_that_are_there_and_empty(tmp_path: Path) -> None:
    book = simple([["Billing", Raw("><v></v></c>"), Raw("><v/></c>")]])
    book.sheet("Calc").put(1, 1, Raw("><f>1+1</f><v></v></c>"))
    path = book.save(tmp_path / "plan.xlsx")
    read = FileBook.open(path).read("tblPlan").columns
    assert read == {"queue": ["Billing"], "volume": [None], "aht_s": [None]}
    assert freeze(path, tmp_path / "frozen.xlsx").formulas == 1
    assert written(path, volume=[7])[SHEET].count("<v>7</v>") == 1


@pytest.mark.parametrize(
    ("text", "last", "value"),
    [
        ("NOSUCH(Data!B2)", formula("1+1", 0), None), ("Data!B2*2", formula("1+1", 0), 200),
        ("Data!B2*2", formula("1+1", 2), 0), ("Data!B2*2", formula('"x"', "x", "str"), 0),
    ],
)  # fmt: skip
def test_zeros_that_nothing_has_calculated_are_not_frozen(
    tmp_path: Path, text: str, last: Raw, value: int | None
) -> None:
    book = simple()
    book.sheet("Calc").put(1, 1, formula(text, 0), 7).put(2, 2, last)
    path = book.save(tmp_path / "plan.xlsx")
    assert freeze(path, tmp_path / "frozen.xlsx").without_value == ()  # a 0 is a value where nobody says otherwise
    book.workbook_tail = '<calcPr calcId="124519" fullCalcOnLoad="1"/>'
    done = freeze(book.save(path), tmp_path / "frozen.xlsx")
    assert done.without_value == (("Calc!A1",) if value is None else ())
    assert FileBook.open(done.path).read_cells("Calc", "A1:B1") == [[value, 7]]


def test_a_sheet_knows_its_prefix_before_anybody_reads_it(tmp_path: Path) -> None:
    book = Workbook(prefix="x:")
    book.sheet("Calc").put(1, 1, formula("1+1"))
    path = book.save(tmp_path / "plan.xlsx")
    sheets = worksheets(Package(Archive.read_file(path)))
    show_values(sheets["Calc"], {(1, 1): 2})
    assert sheets["Calc"].codec.prefix == "x:"
    assert sheets["Calc"].read(Area.parse("A1")) == [[2]]
    assert [cell.text for cell in sheets["Calc"].facts.formulas] == ["1+1"]


# -- formulas --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sheet", "before", "after"),
    [
        ("แผ่น1", "SUM(แผ่น1!B2:B4)+แผ่น1!A6", "SUM(แผ่น1!B2:B6)+แผ่น1!A8"),
        ("Cafe\u0301", "SUM(Cafe\u0301!$B$2:$B$4)", "SUM(Cafe\u0301!$B$2:$B$6)"),
        ("Data", "SUM(Data!B2:Data!B4)", "SUM(Data!B2:B6)"),
        ("FY26", "SUM('FY26'!$A$2:'FY26'!$B$4)", "SUM('FY26'!$A$2:$B$6)"),
        ("Data", "SUM(Data!B2:Calc!B4)", "SUM(Data!B2:Calc!B4)"),
        ("Data", "SUM([b.xlsx]Data!B2:B4)+Data!A6", "SUM([b.xlsx]Data!B2:B4)+Data!A8"),
    ],
)
def test_references_in_other_spellings(tmp_path: Path, sheet: str, before: str, after: str) -> None:
    book = simple()
    book.sheets[0].name = sheet
    book.sheets[0].put(6, 1, "below")
    book.sheet("Calc").put(1, 1, formula(before, 1))
    assert f"<f>{after}</f>" in written(book.save(tmp_path / "plan.xlsx"))[CALC]


def test_a_shared_formula_whose_text_stands_below_its_first_cell(tmp_path: Path) -> None:
    book = simple()
    spec = book.sheets[0]
    spec.put(6, 1, "below")
    spec.put(2, 6, Raw('><f t="shared" si="0"/><v>1</v></c>'))
    spec.put(3, 6, Raw('><f t="shared" ref="F2:F4" si="0">SUM(B2:B4)</f><v>225</v></c>'))
    spec.put(4, 6, Raw('><f t="shared" si="0"/><v>125</v></c>'))
    after = written(book.save(tmp_path / "plan.xlsx"))[SHEET]
    assert re.findall(r'<c r="F\d"><f>(.*?)</f>', after) == ["SUM(B1:B3)", "SUM(B2:B6)", "SUM(B3:B7)"]


def table_without_its_name() -> Workbook:
    """tblPlan, and tblOther whose column ``double`` names no table, as some programs write it."""
    book = simple()
    spec = book.sheet("Calc")
    text = "[[#This Row],[x]]*2"
    rows: list[list[object]] = [[1, formula(text, 2)], [2, formula(text, 4)]]
    book.table(spec, "tblOther", ["x", "double"], rows, calculated={"double": text})
    spec.put(1, 5, formula(text, "#VALUE!", "e"))
    return book


def test_columns_of_the_own_table_are_stale_when_it_changes(tmp_path: Path) -> None:
    path = table_without_its_name().save(tmp_path / "plan.xlsx")
    shown = "<f>[[#This Row],[x]]*2</f><v>4</v>"
    after = written(path)[CALC]
    assert shown in after
    assert "#VALUE!" not in after  # it stands in no table, and nobody can say what it reads
    book = FileBook.open(path)
    book.write("tblOther", {"x": [1, 3]})
    book.save(path)
    assert shown not in read_parts(path)[CALC].decode()


# -- tables ----------------------------------------------------------------------------------------------


def test_how_the_buttons_of_a_filter_look_stays(tmp_path: Path) -> None:
    book = Workbook()
    spec = book.sheet("Data")
    inside = (
        '<autoFilter ref="A1:C4"><filterColumn colId="0" hiddenButton="1"/><filterColumn colId="1" showButton="0">'
        '<filters><filter val="1"/></filters></filterColumn><filterColumn colId="2"><top10 val="1"/></filterColumn>'
        "</autoFilter>"
    )
    rows: list[list[object]] = [["a", 1, 1], ["b", 2, 2], ["c", 3, 3]]
    book.table(spec, "tblPlan", ["queue", "volume", "rank"], rows, inside=inside)
    after = written(book.save(tmp_path / "plan.xlsx"))[TABLE]
    buttons = '<filterColumn colId="0" hiddenButton="1"/><filterColumn colId="1" showButton="0"/>'
    assert f'<autoFilter ref="A1:C6">{buttons}</autoFilter>' in after


@pytest.mark.parametrize(
    ("rows", "hidden"), [([1, 2, 3], [3, 7]), (FIVE, [3, 7]), ([1, 2, 3, 4, 5, 6], [3]), ([1], [3, 7])]
)
def test_rows_that_the_planner_hid_stay_hidden(tmp_path: Path, rows: list[CellValue], hidden: list[int]) -> None:
    book = simple()
    book.sheets[0].row_attributes.update({3: ' hidden="1" outlineLevel="1"', 7: ' hidden="1"'})
    after = written(book.save(tmp_path / "plan.xlsx"), volume=rows)[SHEET]
    assert [int(number) for number in re.findall(r'<row r="(\d+)"[^>]* hidden="1"', after)] == hidden


def test_totals_never_come_into_a_hidden_row(tmp_path: Path) -> None:
    book = Workbook()
    spec = book.sheet("Data")
    book.table(spec, "tblPlan", ["volume"], [[1], [2], [3]], totals=[formula("SUBTOTAL(109,tblPlan[volume])", 6)])
    spec.row_attributes[3] = ' hidden="1"'
    assert "hidden" not in written(book.save(tmp_path / "plan.xlsx"), volume=[7])[SHEET]


def test_rows_that_a_filter_hid_show_when_the_table_leaves_them(tmp_path: Path) -> None:
    book = Workbook()
    spec = book.sheet("Data")
    kept = '<filters><filter val="1"/></filters>'
    inside = f'<autoFilter ref="A1:A4"><filterColumn colId="0">{kept}</filterColumn></autoFilter>'
    book.table(spec, "tblPlan", ["volume"], [[1], [2], [3]], inside=inside)
    spec.put(4, 3, "beside")
    spec.row_attributes.update({3: ' hidden="1"', 4: ' hidden="1"'})
    assert "hidden" not in written(book.save(tmp_path / "plan.xlsx"), volume=[7])[SHEET]


ALIKE = ["Straße", "Strasse", "fte", "fte "]


def alike(path: Path) -> Path:
    book = Workbook()
    rows: list[list[object]] = [[1, 2, 3, 4], [5, 6, 7, 8]]
    book.table(book.sheet("Data"), "tblPlan", ALIKE, rows)
    return book.save(path)


def test_headers_that_differ_by_case_or_spaces_only(tmp_path: Path) -> None:
    path = alike(tmp_path / "plan.xlsx")
    book = FileBook.open(path)
    read = book.read("tblPlan").columns
    assert list(read) == ALIKE
    assert book.write("tblPlan", read) == 0
    assert book.write("tblPlan", {"Strasse": [20, 60]}) == 2
    assert book.read("tblPlan").columns == read | {"Strasse": [20, 60]}
    with pytest.raises(WorkbookError, match="no column named 'STRASSE'"):
        book.write("tblPlan", {"STRASSE": [0, 0]})


def test_data_for_headers_that_differ_by_case_or_spaces_only(tmp_path: Path) -> None:
    path = alike(tmp_path / "plan.xlsx")
    before = path.read_bytes()
    assert put(path, "tblPlan", {name: [at + 1, at + 5] for at, name in enumerate(ALIKE)}).cells == 0
    with pytest.raises(PlanError, match="'FTE', which may be any of 'fte', 'fte '"):
        put(path, "tblPlan", {"FTE": [0, 0]})
    assert path.read_bytes() == before
    assert put(path, "tblPlan", {"fte ": [40, 8]}).cells == 1
    assert FileBook.open(path).read("tblPlan").columns["fte "] == [40, 8]


# -- what follows ----------------------------------------------------------------------------------------


def test_what_a_filtered_chart_would_show_follows(tmp_path: Path) -> None:
    book = simple()
    full = f'<c15:fullRef xmlns:c15="{C15}"><c15:sqref>Data!$B$2:$B$4</c15:sqref></c15:fullRef>'
    book.part(
        CHART,
        f'<c:chartSpace xmlns:c="{C}"><c:val><c:numRef><c:extLst><c:ext uri="{{02D57815-91ED-43cb-92C2-25804820EDAC}}">'
        f"{full}</c:ext></c:extLst><c:f>(Data!$B$2,Data!$B$4)</c:f></c:numRef></c:val></c:chartSpace>",
        CHART_TYPE,
    )
    after = written(book.save(tmp_path / "plan.xlsx"))[CHART]
    assert "<c15:sqref>Data!$B$2:$B$6</c15:sqref>" in after
    assert "<c:f>(Data!$B$2,Data!$B$4)</c:f>" in after


def test_dates_of_a_sparkline_and_results_of_scenarios_follow(tmp_path: Path) -> None:
    book = simple()
    spec = book.sheets[0]
    spec.put(6, 1, "below")
    spec.tail = (
        '<scenarios sqref="B6"><scenario name="s" count="1"><inputCells r="A6" val="1"/></scenario></scenarios><extLst>'
        f'<ext xmlns:x14="{pinned.X14}" uri="{{05C60535-1F16-4fd2-B633-F4F36F0B64E0}}"><x14:sparklineGroups '
        'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:sparklineGroup dateAxis="1">'
        "<xm:f>Data!C2:C4</xm:f><x14:sparklines><x14:sparkline><xm:f>Data!B2:B4</xm:f><xm:sqref>E1</xm:sqref>"
        "</x14:sparkline></x14:sparklines></x14:sparklineGroup></x14:sparklineGroups></ext></extLst>"
    )
    after = written(book.save(tmp_path / "plan.xlsx"))[SHEET]
    assert re.findall(r"<xm:f>(.*?)</xm:f>", after) == ["Data!C2:C6", "Data!B2:B6"]
    assert '<scenarios sqref="B8">' in after


def test_links_of_cells_that_stand_among_the_relationships_follow(tmp_path: Path) -> None:
    book = simple()
    book.sheets[0].put(6, 1, "below")
    spec = book.sheet("Calc")
    spec.put(1, 1, "jump")
    spec.tail = f'<hyperlinks><hyperlink xmlns:r="{OFFICE}" ref="A1" r:id="rId9"/></hyperlinks>'
    rels = "xl/worksheets/_rels/sheet2.xml.rels"
    link = f'<Relationship Id="rId9" Type="{OFFICE}/hyperlink" Target="#Data!A6" TargetMode="External"/>'
    book.extra[rels] = f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{link}</Relationships>'
    assert 'Target="#Data!A8"' in written(book.save(tmp_path / "plan.xlsx"))[rels]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A2:C4", "A2:C6"),
        ("A1:F4", "A1:F4 A5:C6"),
        ("2:4", "2:4 A5:C6"),
        ("A2:B3 A4:B4", "A2:B3 A4:B4 A5:B6"),
        ("A2:A3 A4 C2:H4", "A2:A3 A4 C2:H4 A5:A6 C5:C6"),
        ("A2:C3 E2", "A2:C3 E2"),
        ("A2:H20", "A2:H20"),
        ("B2:B4 B5:F9", "B2:B6 B5:F9"),
        ("D2:F4", "D2:F4"),
    ],
)
def test_formats_and_rules_over_every_row_cover_the_new_ones(tmp_path: Path, before: str, after: str) -> None:
    book = simple()
    book.sheets[0].tail = (
        f'<conditionalFormatting sqref="{before}"><cfRule type="expression" priority="1"><formula>$B2&gt;0</formula>'
        f'</cfRule></conditionalFormatting><dataValidations count="1"><dataValidation type="whole" sqref="{before}">'
        "<formula1>0</formula1></dataValidation></dataValidations>"
    )
    sheet = written(book.save(tmp_path / "plan.xlsx"))[SHEET]
    assert re.findall(r'sqref="([^"]*)"', sheet) == [after, after]
    assert "<formula>$B2&gt;0</formula>" in sheet
