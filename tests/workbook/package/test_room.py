"""What stands below a table that grows: moved, or kept and named, as the policy says."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest

from tests.workbook.package.build import SHEET_ML, Raw, Workbook, formula, read_parts
from xlplan.errors import WorkbookError
from xlplan.workbook.book import CellValue
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.package.references import Area
from xlplan.workbook.package.room import POLICIES, Below
from xlplan.workbook.package.slide import Band, Slide

SHEET = "xl/worksheets/sheet1.xml"
CALC = "xl/worksheets/sheet2.xml"
TABLE = "xl/tables/table{}.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
XM = "http://schemas.microsoft.com/office/excel/2006/main"


def workbook(rows: int = 3, *, totals: bool = False) -> Workbook:
    """tblPlan at B2:C5 of Data, a note in B7:C7 below it, E7:E8 beside that; and a sheet Calc."""
    book = Workbook()
    spec = book.sheet("Data")
    body: list[list[object]] = [[f"q{i}", i + 1] for i in range(rows)]
    total: list[object] | None = ["Total", formula("SUBTOTAL(109,tblPlan[volume])", 6)] if totals else None
    book.table(spec, "tblPlan", ["queue", "volume"], body, at=(2, 2), totals=total)
    spec.put(7, 2, "note", 12).put(7, 5, "beside").put(8, 5, 5)
    book.sheet("Calc")
    return book


def new_values(rows: int) -> dict[str, list[CellValue]]:
    return {"queue": [f"n{i}" for i in range(rows)], "volume": [i * 10 for i in range(rows)]}


def grown(book: Workbook, tmp_path: Path, below: Below = "shift", rows: int = 5) -> dict[str, str]:
    """Parts after tblPlan got ``rows`` rows; writing the same again must change no byte."""
    path = book.save(tmp_path / "plan.xlsx")
    opened = FileBook.open(path)
    opened.write("tblPlan", new_values(rows), below=below)
    opened.save(path)
    once = path.read_bytes()
    again = FileBook.open(path)
    assert again.write("tblPlan", new_values(rows), below=below) == 0
    again.save(path)
    assert path.read_bytes() == once
    return {name: content.decode("utf-8", "replace") for name, content in read_parts(path).items()}


def refusal(book: Workbook, tmp_path: Path, below: Below, rows: int = 5) -> WorkbookError:
    """The refusal of growth, which must leave the book as it was."""
    path = book.save(tmp_path / "plan.xlsx")
    opened = FileBook.open(path)
    with pytest.raises(WorkbookError) as error:
        opened.write("tblPlan", new_values(rows), below=below)
    opened.save(tmp_path / "copy.xlsx")
    assert (tmp_path / "copy.xlsx").read_bytes() == path.read_bytes()
    return error.value


def cells(sheet: str) -> dict[str, str]:
    """Every cell's text after its address."""
    return dict(re.findall(r'<c r="([A-Z]+\d+)"([^/>]*(?:/>|>.*?</c>))', sheet))


def formulas(sheet: str) -> dict[str, str]:
    return dict(re.findall(r'<c r="([A-Z]+\d+)"[^>]*><f[^>]*>([^<]*)</f>', sheet))


# -- the policies --------------------------------------------------------------------------------------------


def test_shift_moves_the_cells_below_and_leaves_those_beside(tmp_path: Path) -> None:
    book = workbook()
    book.sheets[0].styles.update({(7, 2): 4, (9, 3): 5})
    book.sheets[0].put(9, 3, None).put(12, 2, Raw(' t="b" vm="3"><v>1</v></c>'))
    before, after = cells(str(book.parts()[SHEET])), cells(grown(book, tmp_path)[SHEET])
    for old, new in {"B7": "B9", "C7": "C9", "C9": "C11", "B12": "B14", "E7": "E7", "E8": "E8", "B2": "B2"}.items():
        assert after.pop(new) == before[old]
    assert set(after) == {f"{column}{row}" for column in "BC" for row in range(2, 8)} - {"B2"}


def test_insert_moves_whole_rows_with_their_heights(tmp_path: Path) -> None:
    book = workbook()
    book.sheets[0].row_attributes.update(
        {4: ' ht="15"', 7: ' ht="30" customHeight="1"', 8: ' spans="5:5"', 20: ' ht="40"'}
    )
    text = grown(book, tmp_path, "insert")[SHEET]
    found = cells(text)
    assert {"B9", "C9", "E9", "E10"} <= set(found)
    assert not {"E7", "E8"} & set(found)
    assert '<row r="9" ht="30" customHeight="1">' in text
    assert '<row r="22" ht="40"/>' in text
    assert [int(row) for row in re.findall(r'<row r="(\d+)"', text)] == [2, 3, 4, 5, 6, 7, 9, 10, 22]


def test_refuse_names_what_stands_there_and_the_other_policies(tmp_path: Path) -> None:
    error = refusal(workbook(), tmp_path, "refuse")
    assert error.where == "table tblPlan on Data"
    assert error.what == "2 more rows need B6:C7, where B7, C7 stand"
    assert 'below="shift"' in error.do
    assert 'below="insert"' in error.do


@pytest.mark.parametrize("below", POLICIES)
def test_free_rows_are_used_before_anything_moves(tmp_path: Path, below: Below) -> None:
    book = workbook()
    before, after = cells(str(book.parts()[SHEET])), cells(grown(book, tmp_path, below, rows=4)[SHEET])
    assert {place: after[place] for place in ("B7", "C7", "E7", "E8")} == {
        place: before[place] for place in ("B7", "C7", "E7", "E8")
    }


@pytest.mark.parametrize("below", ["shift", "insert"])
def test_another_reader_finds_everything_in_its_new_place(tmp_path: Path, below: Below) -> None:
    book = workbook()
    book.table(book.sheets[0], "tblNext", ["a"], [[1]], at=(9, 2))
    book.names["note"] = "Data!$B$7"
    book.sheets[0].tail = (
        '<mergeCells count="1"><mergeCell ref="B12:C12"/></mergeCells><conditionalFormatting sqref="C7">'
        '<cfRule type="expression" priority="1"><formula>C7&gt;1</formula></cfRule></conditionalFormatting>'
    )
    grown(book, tmp_path, below)
    read = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    sheet = read["Data"]
    assert (sheet["B9"].value, sheet["C9"].value) == ("note", 12)
    assert dict(sheet.tables.items()) == {"tblPlan": "B2:C7", "tblNext": "B11:B12"}
    assert [str(merged) for merged in sheet.merged_cells.ranges] == ["B14:C14"]
    assert read.defined_names["note"].attr_text == "Data!$B$9"
    assert [str(area.sqref) for area in sheet.conditional_formatting] == ["C9"]


@pytest.mark.parametrize("below", ["shift", "insert"])
def test_a_table_that_shrinks_and_grows_does_not_drift(tmp_path: Path, below: Below) -> None:
    path = workbook().save(tmp_path / "plan.xlsx")
    opened = FileBook.open(path, below=below)
    places = []
    for rows in (5, 2, 4, 1, 5, 3, 5):
        opened.write("tblPlan", new_values(rows))
        (column,) = zip(*opened.read_cells("Data", "B1:B30"), strict=True)
        places.append(column.index("note") + 1)
    assert places == [9] * 7


def test_the_policy_of_the_book_and_of_one_write(tmp_path: Path) -> None:
    opened = FileBook.open(workbook().save(tmp_path / "plan.xlsx"), below="refuse")
    with pytest.raises(WorkbookError, match="B7, C7 stand"):
        opened.write("tblPlan", new_values(5))
    assert opened.write("tblPlan", new_values(5), below="shift") == 10
    with pytest.raises(WorkbookError, match="shift, insert, refuse"):
        opened.write("tblPlan", new_values(5), below="push")  # type: ignore[arg-type]
    with pytest.raises(WorkbookError, match="'push'"):
        FileBook.open(tmp_path / "plan.xlsx", below="push")  # type: ignore[arg-type]


@pytest.mark.parametrize(("below", "total", "note"), [("shift", 8, 10), ("insert", 8, 10)])
def test_a_totals_row_stays_at_the_tables_foot(tmp_path: Path, below: Below, total: int, note: int) -> None:
    book = workbook(totals=True)
    book.sheets[0].put(8, 2, "low").put(1, 7, formula("C6*2", 12), formula("SUM(B7:C8)", 12))
    book.sheets[0].row_attributes[6] = ' ht="33"'
    after = grown(book, tmp_path, below)
    found = cells(after[SHEET])
    assert found[f"C{total}"] == "><f>SUBTOTAL(109,tblPlan[volume])</f></c>"
    assert {f"B{note - 1}", f"C{note - 1}", f"B{note}"} <= set(found)
    assert formulas(after[SHEET])["G1"] == f"C{total}*2"
    assert formulas(after[SHEET])["H1"] == f"SUM(B{note - 1}:C{note})"
    assert ('<row r="8" ht="33"' in after[SHEET]) == (below == "insert")
    assert 'ref="B2:C8"' in after[TABLE.format(1)]


# -- what moves whole ----------------------------------------------------------------------------------------


def test_wider_things_below_move_whole_and_take_along_what_is_below_them(tmp_path: Path) -> None:
    book = workbook()
    spec = book.sheets[0]
    spec.tail = '<mergeCells count="2"><mergeCell ref="C9:D9"/><mergeCell ref="D11:F12"/></mergeCells>'
    spec.put(8, 4, "stays").put(10, 4, "goes").put(10, 6, "stays too").put(13, 6, "goes too").put(13, 7, "never")
    after = grown(book, tmp_path)[SHEET]
    assert re.findall('<mergeCell ref="([^"]*)"', after) == ["C11:D11", "D13:F14"]
    assert {"D8", "D12", "F10", "F15", "G13"} <= set(cells(after))


def test_a_table_beside_that_passes_the_line_stays(tmp_path: Path) -> None:
    book = workbook()
    book.table(book.sheets[0], "tblSide", ["a"], [[1], [2], [3], [4]], at=(4, 4))
    book.sheets[0].tail = '<mergeCells count="1"><mergeCell ref="B10:D10"/></mergeCells>'
    after = grown(book, tmp_path)
    assert 'ref="D4:D8"' in after[TABLE.format(2)]
    assert '<mergeCell ref="B12:D12"/>' in after[SHEET]


def test_a_table_below_moves_with_its_filter_and_its_formulas(tmp_path: Path) -> None:
    book = workbook()
    inside = (
        '<autoFilter ref="C9:D11"><filterColumn colId="0"/></autoFilter>'
        '<sortState ref="C10:D11"><sortCondition ref="C10:C11"/></sortState>'
    )
    text = "$C$7*D10"
    body = [[1, formula("$C$7*D10", 1)], [2, formula("$C$7*D11", 1)]]
    book.table(book.sheets[0], "tblNext", ["a", "b"], body, at=(9, 3), calculated={"b": text}, inside=inside)
    after = grown(book, tmp_path)
    table = after[TABLE.format(2)]
    assert re.findall('ref="([^"]*)"', table) == ["C11:D13", "C11:D13", "C12:D13", "C12:C13"]
    assert "<calculatedColumnFormula>$C$9*D12</calculatedColumnFormula>" in table
    assert formulas(after[SHEET]) == {"D12": "$C$9*D12", "D13": "$C$9*D13"}
    opened = FileBook.open(tmp_path / "plan.xlsx")
    assert opened.read("tblNext").columns["a"] == [1, 2]


def test_a_table_of_a_query_moves_but_is_not_written(tmp_path: Path) -> None:
    book = workbook()
    book.table(book.sheets[0], "tblQuery", ["a"], [["x"]], at=(9, 2), attributes=' tableType="queryTable"')
    assert 'ref="B11:B12"' in grown(book, tmp_path)[TABLE.format(2)]


def with_pivot(location: str, above: int = 0) -> Workbook:
    book = workbook()
    book.sheets[0].relationships.append(("pivotTable", "../pivotTables/pivotTable1.xml"))
    pages = f' rowPageCount="{above}" colPageCount="1"' if above else ""
    book.part(
        "xl/pivotTables/pivotTable1.xml",
        f'<pivotTableDefinition xmlns="{MAIN}"><location ref="{location}"{pages}/></pivotTableDefinition>',
        f"{SHEET_ML}pivotTable+xml",
    )
    return book


@pytest.mark.parametrize(("location", "pages", "after"), [("C9:F12", 0, "C11:F14"), ("C12:F14", 2, "C14:F16")])
def test_a_pivot_below_moves(tmp_path: Path, location: str, pages: int, after: str) -> None:
    book = with_pivot(location, pages)
    book.sheets[0].put(9, 6, "filter of the pivot").put(8, 6, "above it")
    parts = grown(book, tmp_path)
    assert f'ref="{after}"' in parts["xl/pivotTables/pivotTable1.xml"]
    assert {"F11", "F8"} <= set(cells(parts[SHEET]))


ARRAY = Raw(' cm="1"><f t="array" ref="C9:E9">TRANSPOSE(B3:B5)</f><v>1</v></c>')
WHAT_IF = Raw('><f t="dataTable" ref="C9:D9" dt2D="1" dtr="1" r1="C7" r2="E8"/><v>1</v></c>')


@pytest.mark.parametrize(
    ("cell", "after"),
    [
        (ARRAY, ' cm="1"><f t="array" ref="C11:E11">TRANSPOSE(B3:B7)</f></c>'),
        (WHAT_IF, '><f t="dataTable" dt2D="1" dtr="1" r2="E8" ref="C11:D11" r1="C9"></f><v>1</v></c>'),
    ],
)
def test_formulas_of_several_cells_move_whole(tmp_path: Path, cell: Raw, after: str) -> None:
    book = workbook()
    book.sheets[0].put(9, 3, cell, 2).put(9, 5, 3).put(9, 6, "beside")
    found = cells(grown(book, tmp_path)[SHEET])
    assert found["C11"] == after
    assert {"D11", "F9"} <= set(found)


def test_insert_stretches_merged_cells_and_lists_but_tears_no_table(tmp_path: Path) -> None:
    book = workbook()
    book.sheets[0].tail = '<autoFilter ref="G3:H9"/><mergeCells count="1"><mergeCell ref="E4:E6"/></mergeCells>'
    after = grown(book, tmp_path, "insert")[SHEET]
    assert '<mergeCell ref="E4:E8"/>' in after
    assert '<autoFilter ref="G3:H11"/>' in after


def beside_table(book: Workbook) -> None:
    book.table(book.sheets[0], "tblSide", ["a"], [[1], [2], [3], [4]], at=(4, 8))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (beside_table, "table tblSide at H4:H8"),
        (lambda b: b.sheets[0].put(5, 8, Raw('><f t="array" ref="H5:H6">1</f><v>1</v></c>')), "array formula H5:H6"),
        (
            lambda b: b.sheets[0].put(5, 8, Raw('><f t="dataTable" ref="H5:I6" r1="A1"/><v>1</v></c>')),
            "a what-if data table at G4:I6",
        ),
    ],
)
def test_insert_refuses_what_inserted_rows_would_tear(tmp_path: Path, change, says: str) -> None:  # type: ignore[no-untyped-def]
    book = workbook()
    change(book)
    error = refusal(book, tmp_path, "insert")
    assert error.what == f"2 sheet rows inserted below row 5 would tear {says}"
    assert 'below="shift"' in error.do


def test_insert_refuses_to_tear_a_pivot(tmp_path: Path) -> None:
    assert "a pivot table at F4:H9" in refusal(with_pivot("F4:H9"), tmp_path, "insert").what


@pytest.mark.parametrize("below", ["shift", "insert"])
def test_nothing_falls_off_the_foot_of_the_sheet(tmp_path: Path, below: Below) -> None:
    book = workbook()
    book.sheets[0].put(1_048_575, 3, "last")
    error = refusal(book, tmp_path, below)
    assert error.what == "2 more rows would push row 1,048,575 off the foot of the sheet"
    book = workbook()
    book.sheets[0].tail = '<mergeCells count="1"><mergeCell ref="C1048570:D1048575"/></mergeCells>'
    assert "merged cells C1048570:D1048575" in refusal(book, tmp_path, below).what


def test_blank_cells_may_fall_off_the_foot(tmp_path: Path) -> None:
    book = workbook()
    book.sheets[0].styles[1_048_576, 2] = 3
    book.sheets[0].put(1_048_576, 2, None)
    for below in ("shift", "insert"):
        assert "B1048576" not in cells(grown(book, tmp_path, below)[SHEET])  # type: ignore[arg-type]


# -- what follows --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "shifted", "inserted"),
    [
        ("Data!C7", "Data!C9", "Data!C9"),
        ("Data!$C$7*2", "Data!$C$9*2", "Data!$C$9*2"),
        ("SUM(Data!B7:C9)", "SUM(Data!B9:C11)", "SUM(Data!B9:C11)"),
        ("SUM(Data!C3:C5)", "SUM(Data!C3:C7)", "SUM(Data!C3:C7)"),
        ("SUM(Data!C3:C9)", "SUM(Data!C3:C11)", "SUM(Data!C3:C11)"),
        ("SUM(Data!C1:C20)", "SUM(Data!C1:C22)", "SUM(Data!C1:C22)"),
        ("SUM(Data!C7:E8)", "SUM(Data!C7:E8)", "SUM(Data!C9:E10)"),
        ("Data!E8", "Data!E8", "Data!E10"),
        ("Data!E5", "Data!E5", "Data!E5"),
        ("SUM(Data!C:C)", "SUM(Data!C:C)", "SUM(Data!C:C)"),
        ("SUM(Data!7:8)", "SUM(Data!7:8)", "SUM(Data!9:10)"),
        ("SUM(Data!$4:$7)", "SUM(Data!$4:$7)", "SUM(Data!$4:$9)"),
        ("Calc!C7+C7", "Calc!C7+C7", "Calc!C7+C7"),
    ],
)
def test_formulas_on_other_sheets(tmp_path: Path, before: str, shifted: str, inserted: str) -> None:
    book = workbook()
    book.sheets[1].put(7, 3, formula(before, 1))
    assert formulas(grown(book, tmp_path, "shift")[CALC]) == {"C7": shifted}
    assert formulas(grown(book, tmp_path, "insert")[CALC]) == {"C7": inserted}


def test_formulas_that_move_read_the_same_cells_as_before(tmp_path: Path) -> None:
    book = workbook()
    book.sheets[0].put(9, 2, formula("C7*$E$8", 60), formula("B9+SUM(C3:C5)+A9", 66)).put(1, 5, formula("B9", 60))
    assert formulas(grown(book, tmp_path)[SHEET]) == {"B11": "C9*$E$8", "C11": "B11+SUM(C3:C7)+A9", "E1": "B11"}
    assert formulas(grown(book, tmp_path, "insert")[SHEET]) == {
        "B11": "C9*$E$10",
        "C11": "B11+SUM(C3:C7)+A11",
        "E1": "B11",
    }


def shared(top: int, text: str, column: int = 2) -> Workbook:
    book = workbook()
    letter = "ABCDEF"[column - 1]
    anchor = Raw(f'><f t="shared" ref="{letter}{top}:{letter}{top + 2}" si="0">{text}</f><v>1</v></c>')
    book.sheets[0].put(top, column, anchor)
    for row in (top + 1, top + 2):
        book.sheets[0].put(row, column, Raw('><f t="shared" si="0"/><v>1</v></c>'))
    return book


def test_a_shared_formula_that_moves_as_one_stays_shared(tmp_path: Path) -> None:
    found = cells(grown(shared(9, "C9*2"), tmp_path)[SHEET])
    assert found["B11"] == '><f t="shared" si="0" ref="B11:B13">C11*2</f><v>1</v></c>'
    assert found["B13"] == '><f t="shared" si="0"/><v>1</v></c>'


def test_a_shared_formula_into_which_rows_come_stays_shared_while_its_members_agree(tmp_path: Path) -> None:
    found = cells(grown(shared(5, "B5&amp;C5", column=5), tmp_path, "insert")[SHEET])
    assert found["E5"] == '><f t="shared" si="0" ref="E5:E9">B5&amp;C5</f></c>'
    assert found["E8"] == '><f t="shared" si="0"/><v>1</v></c>'
    assert not {"E6", "E7"} & set(found)


def test_a_shared_formula_whose_members_part_is_unshared(tmp_path: Path) -> None:
    after = grown(shared(5, "C5*2", column=5), tmp_path)[SHEET]
    assert formulas(after) == {"E5": "C5*2", "E6": "C8*2", "E7": "C9*2"}
    assert "shared" not in after
    after = grown(shared(9, "A9*C9"), tmp_path)[SHEET]  # these go on reading as one
    assert formulas(after) == {"B11": "A9*C11"}


def test_names_print_areas_and_titles(tmp_path: Path) -> None:
    book = workbook()
    book.names.update(
        {
            "note": "Data!$B$7",
            "all": "Data!$B$2:$C$20",
            "wide": "Data!$A$1:$F$20",
            "_xlnm.Print_Titles": "Data!$6:$7",
            "_xlnm._FilterDatabase": "Data!$B$9:$C$12",
            "relative": "Data!B7",
        }
    )

    def names(below: Below) -> dict[str, str]:
        return dict(
            re.findall(r'<definedName name="([\w.]+)">([^<]*)<', grown(book, tmp_path, below)["xl/workbook.xml"])
        )

    assert names("shift") == book.names | {
        "note": "Data!$B$9",
        "all": "Data!$B$2:$C$22",
        "_xlnm._FilterDatabase": "Data!$B$11:$C$14",
    }
    assert names("insert") == book.names | {
        "note": "Data!$B$9",
        "all": "Data!$B$2:$C$22",
        "wide": "Data!$A$1:$F$22",
        "_xlnm.Print_Titles": "Data!$8:$9",
        "_xlnm._FilterDatabase": "Data!$B$11:$C$14",
    }


def around() -> Workbook:
    """Formats, validations and the like over the cells below the table."""
    book = workbook()
    book.sheets[0].tail = (
        '<protectedRanges><protectedRange name="p" sqref="B7 E7"/></protectedRanges>'
        '<scenarios><scenario name="s"><inputCells r="C7" val="1"/><inputCells r="E8" val="1"/></scenario></scenarios>'
        '<autoFilter ref="B10:C12"><sortState ref="B11:C12"><sortCondition ref="B11:B12"/></sortState></autoFilter>'
        '<conditionalFormatting sqref="C7:C9"><cfRule type="expression" priority="1">'
        "<formula>AND(C7&gt;$C$7,A7=1,$C$3&gt;0)</formula></cfRule></conditionalFormatting>"
        '<conditionalFormatting sqref="E8:E9"><cfRule type="expression" priority="2">'
        "<formula>C8&gt;C2</formula></cfRule></conditionalFormatting>"
        '<dataValidations count="1"><dataValidation type="list" sqref="B8:C8"><formula1>$B$7:$C$7</formula1>'
        "</dataValidation></dataValidations>"
        '<rowBreaks count="3" manualBreakCount="3"><brk id="3" max="16383" man="1"/><brk id="5" max="16383" man="1"/>'
        '<brk id="9" max="16383" man="1"/></rowBreaks><cellWatches><cellWatch r="C7"/></cellWatches>'
        '<ignoredErrors><ignoredError sqref="B7:C9" numberStoredAsText="1"/></ignoredErrors>'
        f'<extLst><ext xmlns:x14="{X14}" uri="{{78C0D931-6437-407d-A8EE-F0AAD7539E65}}"><x14:conditionalFormattings>'
        f'<x14:conditionalFormatting xmlns:xm="{XM}"><x14:cfRule type="dataBar"><x14:dataBar><x14:cfvo type="formula">'
        "<xm:f>$C$7</xm:f></x14:cfvo></x14:dataBar></x14:cfRule><xm:sqref>C7:C9</xm:sqref>"
        "</x14:conditionalFormatting></x14:conditionalFormattings></ext>"
        f'<ext xmlns:x14="{X14}" uri="{{05C60535-1F16-4fd2-B633-F4F36F0B64E0}}"><x14:sparklineGroups xmlns:xm="{XM}">'
        "<x14:sparklineGroup><x14:sparklines><x14:sparkline><xm:f>Data!C7:C9</xm:f><xm:sqref>B7</xm:sqref>"
        "</x14:sparkline></x14:sparklines></x14:sparklineGroup></x14:sparklineGroups></ext></extLst>"
    )
    return book


def test_what_stands_around_the_rows_is_shifted(tmp_path: Path) -> None:
    after = grown(around(), tmp_path)[SHEET]
    assert '<protectedRange name="p" sqref="B9 E7"/>' in after
    assert re.findall(r'inputCells r="(\w+)"', after) == ["C9", "E8"]
    assert re.findall(r'(?:autoFilter|sortState|sortCondition) ref="([^"]*)"', after) == [
        "B12:C14",
        "B13:C14",
        "B13:B14",
    ]
    assert re.findall(r'conditionalFormatting sqref="([^"]*)"', after) == ["C9:C11", "E8:E9"]
    assert "<formula>AND(C9&gt;$C$9,A7=1,$C$3&gt;0)</formula>" in after
    assert "<formula>C10&gt;C2</formula>" in after
    assert 'sqref="B10:C10"><formula1>$B$9:$C$9</formula1>' in after
    assert re.findall(r'brk id="(\d+)"', after) == ["3", "5", "9"]
    assert '<cellWatch r="C9"/>' in after
    assert 'ignoredError sqref="B9:C11"' in after
    assert "<xm:f>$C$9</xm:f>" in after
    assert "<xm:sqref>C9:C11</xm:sqref>" in after
    assert "<xm:f>Data!C9:C11</xm:f><xm:sqref>B9</xm:sqref>" in after


def test_what_stands_around_the_rows_moves_with_inserted_rows(tmp_path: Path) -> None:
    after = grown(around(), tmp_path, "insert")[SHEET]
    assert '<protectedRange name="p" sqref="B9 E9"/>' in after
    assert re.findall(r'inputCells r="(\w+)"', after) == ["C9", "E10"]
    assert re.findall(r'conditionalFormatting sqref="([^"]*)"', after) == ["C9:C11", "E10:E11"]
    assert "<formula>AND(C9&gt;$C$9,A9=1,$C$3&gt;0)</formula>" in after
    assert re.findall(r'brk id="(\d+)"', after) == ["3", "7", "11"]


def test_a_format_that_looks_across_the_line_keeps_its_distance(tmp_path: Path) -> None:
    book = workbook()
    book.sheets[0].tail = (
        '<conditionalFormatting sqref="C7:C9"><cfRule type="expression" priority="1"><formula>C7&gt;C5</formula>'
        "</cfRule></conditionalFormatting>"
    )
    assert "<formula>C9&gt;C7</formula>" in grown(book, tmp_path)[SHEET]


def test_charts_and_pivot_sources(tmp_path: Path) -> None:
    book = workbook()
    book.sheets[0].put(8, 3, 13).put(9, 3, 14)
    c = "http://schemas.openxmlformats.org/drawingml/2006/chart"
    book.part(
        "xl/charts/chart1.xml",
        f'<c:chartSpace xmlns:c="{c}"><c:val><c:numRef><c:f>Data!$C$7:$C$9</c:f><c:numCache><c:ptCount val="1"/>'
        '<c:pt idx="0"><c:v>12</c:v></c:pt></c:numCache></c:numRef></c:val></c:chartSpace>',
        "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
    )
    cache = "xl/pivotCache/pivotCacheDefinition1.xml"
    source = '<worksheetSource ref="B7:C9" sheet="Data"/>'
    book.part(
        cache,
        f'<pivotCacheDefinition xmlns="{MAIN}"><cacheSource type="worksheet">{source}</cacheSource>'
        "</pivotCacheDefinition>",
        f"{SHEET_ML}pivotCacheDefinition+xml",
    )
    after = grown(book, tmp_path)
    assert "<c:f>Data!$C$9:$C$11</c:f>" in after["xl/charts/chart1.xml"]
    assert "<c:v>12</c:v>" in after["xl/charts/chart1.xml"]  # these cells moved and did not change
    assert 'ref="B9:C11" sheet="Data"' in after[cache]
    assert "refreshOnLoad" not in after[cache]


def test_notes_and_links_go_along(tmp_path: Path) -> None:
    book = workbook()
    book.sheets[0].tail = '<hyperlinks><hyperlink ref="B7" location="Data!C7"/></hyperlinks>'
    book.sheets[1].tail = '<hyperlinks><hyperlink ref="B7" location="Data!C7"/></hyperlinks>'
    book.sheets[0].relationships.append(("comments", "../comments1.xml"))
    book.part(
        "xl/comments1.xml",
        f'<comments xmlns="{MAIN}"><authors><author/></authors><commentList><comment ref="C7" authorId="0"><text/>'
        "</comment></commentList></comments>",
        f"{SHEET_ML}comments+xml",
    )
    after = grown(book, tmp_path)
    assert '<hyperlink ref="B9" location="Data!C9"/>' in after[SHEET]
    assert '<hyperlink ref="B7" location="Data!C9"/>' in after[CALC]
    assert '<comment ref="C9"' in after["xl/comments1.xml"]


def test_the_dimension_covers_what_moved(tmp_path: Path) -> None:
    book = workbook()
    book.sheets[0].head = '<dimension ref="B2:E12"/>'
    book.sheets[0].put(12, 2, "low")
    assert '<dimension ref="B2:E14"/>' in grown(book, tmp_path)[SHEET]


# -- what stays true -----------------------------------------------------------------------------------------


def values(sheet: str) -> dict[str, bool]:
    """Whether each formula cell still shows a value."""
    return {place: "<v>" in text for place, text in cells(sheet).items() if "<f" in text}


def test_formulas_lose_their_values_only_where_the_move_changes_them(tmp_path: Path) -> None:
    book = workbook()
    book.sheets[0].put(9, 2, formula("ROW()", 9)).put(10, 3, formula("C7*2", 24))
    book.sheets[1].put(
        1,
        1,
        formula("Data!C7+1", 13),
        formula("ROW(Data!C7)", 7),
        formula("SUM(Data!C1:C20)", 18),
        formula("SUM(Data!C:C)", 18),
        formula("SUM(Data!C7:E8)", 17),
        formula("Data!E8", 5),
        formula("B1*2", 14),
    )
    after = grown(book, tmp_path)
    assert values(after[SHEET]) == {"B11": False, "C12": True}
    assert values(after[CALC]) == {
        "A1": True,  # reads a cell that moved
        "B1": False,  # tells where it stands
        "C1": False,  # spans the table
        "D1": False,
        "E1": False,  # an area of which one column moved
        "F1": True,
        "G1": False,  # reads B1
    }


def test_changes_before_the_move_are_told_by_the_new_places(tmp_path: Path) -> None:
    book = workbook()
    book.sheets[1].put(1, 1, formula("Data!C7+1", 13), formula("Data!C12", 1))
    path = book.save(tmp_path / "plan.xlsx")
    opened = FileBook.open(path)
    opened.write_cells("Data", {"C7": 99})
    opened.write("tblPlan", new_values(5))
    opened.save(path)
    calc = read_parts(path)[CALC].decode()
    assert formulas(calc) == {"A1": "Data!C9+1", "B1": "Data!C14"}
    assert "<v>13</v>" not in calc
    assert "<v>1</v>" in calc


def test_values_written_with_formulas_below_stay_through_the_move(tmp_path: Path) -> None:
    from xlplan.workbook.book import Formula

    book = workbook()
    book.table(book.sheets[0], "tblNext", ["a"], [[1], [2]], at=(9, 2))
    path = book.save(tmp_path / "plan.xlsx")
    opened = FileBook.open(path)
    opened.write("tblNext", {"a": [Formula("SUM(tblPlan[volume])", 100), 3]})
    opened.write("tblPlan", new_values(5))
    opened.save(path)
    assert cells(read_parts(path)[SHEET].decode())["B12"] == "><f>SUM(tblPlan[volume])</f><v>100</v></c>"


# -- all or nothing ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("below", ["shift", "insert"])
def test_a_value_that_no_cell_can_hold_leaves_the_book_as_it_was(tmp_path: Path, below: Below) -> None:
    path = workbook(totals=True).save(tmp_path / "plan.xlsx")
    opened = FileBook.open(path)
    with pytest.raises(WorkbookError, match="Data!C7"):
        opened.write("tblPlan", {"volume": [1, 2, 3, 4, "x" * 40_000]}, below=below)
    opened.save(tmp_path / "copy.xlsx")
    assert (tmp_path / "copy.xlsx").read_bytes() == path.read_bytes()
    assert opened.write("tblPlan", new_values(5), below=below) == 10
    assert opened.places()["tblPlan"].rows == 5


def test_a_part_that_cannot_be_read_leaves_the_book_as_it_was(tmp_path: Path) -> None:
    book = workbook()
    book.sheets[1].put(1, 1, formula("SUM(Data!C3:C5)", 6))
    book.part("xl/charts/chart1.xml", "<c>", "application/vnd.openxmlformats-officedocument.drawingml.chart+xml")
    assert "chart1.xml" in refusal(book, tmp_path, "shift").what


def test_two_notes_never_end_in_one_cell(tmp_path: Path) -> None:
    book = workbook(totals=True)
    book.sheets[0].relationships.append(("comments", "../comments1.xml"))
    listed = "".join(f'<comment ref="{place}" authorId="0"><text/></comment>' for place in ("C6", "C4"))
    book.part(
        "xl/comments1.xml",
        f'<comments xmlns="{MAIN}"><authors><author/></authors><commentList>{listed}</commentList></comments>',
        f"{SHEET_ML}comments+xml",
    )
    assert "C4" in refusal(book, tmp_path, "shift", rows=1).what


# -- where an area goes --------------------------------------------------------------------------------------

STEPS = Slide((Band(2, 3, 7), Band(4, 5, 9)), rows=2)


@pytest.mark.parametrize(
    ("before", "after", "cut"),
    [
        ("B7", "B9", []),
        ("C6", "C6", []),
        ("D8", "D8", []),
        ("D9:E9", "D11:E11", []),
        ("B9:E12", "B11:E14", []),
        ("B5:E12", "B5:E14", []),
        ("C5:D7", "C5:D7", ["C7"]),
        ("C8:D10", "C8:D10", ["C8:C10", "D9:D10"]),
        ("A9:B9", "A9:B9", ["B9"]),
        ("E9:F10", "E9:F10", ["E9:E10"]),
        ("A1:F6", "A1:F6", []),
        ("B1:B1048576", "B1:B1048576", []),
        ("B1048576", "B1048576", []),
    ],
)
def test_where_an_area_goes(before: str, after: str, cut: list[str]) -> None:
    area = Area.parse(before)
    assert STEPS.area_after(area) == Area.parse(after)
    assert [str(part) for part in STEPS.cuts(area)] == cut
