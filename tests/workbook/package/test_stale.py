"""No cached value outlives the cells it was computed from, and no other value is lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.workbook.package.build import SHEET_ML, Raw, Workbook, formula, read_parts, simple
from xlplan.workbook.book import Formula
from xlplan.workbook.package.file_book import FileBook

CALC = "xl/worksheets/sheet2.xml"


def valued(book: Workbook, tmp_path: Path, **columns: list[object]) -> set[str]:
    """Cells of the second sheet that still show a value after a write."""
    path = book.save(tmp_path / "plan.xlsx")
    opened = FileBook.open(path)
    opened.write("tblPlan", columns or {"volume": [100, 50, 76]})  # type: ignore[arg-type]
    opened.save(path)
    text = read_parts(path)[CALC].decode()
    return set(re.findall(r'<c r="([A-Z]+\d+)"[^>]*>(?:<f[^>]*>[^<]*</f>|<f[^>]*/>)?<v>', text))


@pytest.mark.parametrize(
    ("text", "stale"),
    [
        ("SUM(tblPlan[volume])", True),
        ("SUM(TBLPLAN[volume])", True),
        ("Data!B4", True),
        ("SUM(Data!B:B)", True),
        ("SUM(Data!4:4)", True),
        ("volumes+1", True),
        ("SUM(Data:Calc!B4)", True),
        ('INDIRECT("Data!B4")', True),
        ("OFFSET(A1,1,1)", True),
        ("SUM(A1:INDEX(A:A,3))", True),
        ("Data!A2", False),
        ("Data!B5", False),
        ("SUM(Data!C:C)", False),
        ("SUM(A1:B9)", False),
        ("[1]Data!B4", False),
        ('"Data!B4"', False),
        ("TODAY()", False),
        ("other+1", False),
        ("SUM(tblOther[x])", False),
    ],
)
def test_a_formula_is_stale_when_it_reads_what_changed(tmp_path: Path, text: str, stale: bool) -> None:
    book = simple()
    calc = book.sheet("Calc")
    book.table(calc, "tblOther", ["x"], [[1]], at=(20, 1))
    book.names.update({"volumes": "Data!$B$2:$B$4", "other": "Data!$A$2"})
    calc.put(1, 5, formula(text, 7))
    assert ("E1" not in valued(book, tmp_path)) == stale


def test_staleness_goes_down_the_chain_in_any_order(tmp_path: Path) -> None:
    book = simple()
    calc = book.sheet("Calc")
    for row in range(1, 200):
        calc.put(row, 1, formula(f"A{row + 1}+1", 1)).put(row + 1, 2, formula(f"B{row}+1", 1))
        calc.put(row, 3, formula(f"D{row}+1", 1))
    calc.put(200, 1, formula("SUM(tblPlan[volume])", 1)).put(1, 2, formula("A1", 1))
    assert {place[0] for place in valued(book, tmp_path)} == {"C"}


def test_shared_formulas_array_formulas_and_what_they_spill(tmp_path: Path) -> None:
    book = simple()
    calc = book.sheet("Calc")
    calc.put(1, 1, Raw('><f t="shared" ref="A1:A3" si="0">Data!B2</f><v>1</v></c>'))
    calc.put(2, 1, Raw('><f t="shared" si="0"/><v>1</v></c>')).put(9, 1, Raw('><f t="shared" si="0"/><v>1</v></c>'))
    calc.put(1, 3, Raw(' cm="1"><f t="array" ref="C1:C3">_xlfn.UNIQUE(tblPlan[volume])</f><v>1</v></c>'))
    calc.put(2, 3, 2).put(3, 3, 3).put(4, 3, 4)
    calc.put(1, 4, formula("C2*2", 4), formula("C4*2", 8), formula("C1#", 8))
    calc.put(1, 8, Raw(' t="str"><f>tblPlan[[#Totals],[volume]]</f><v>x</v></c>'))
    assert valued(book, tmp_path) == {"A9", "C4", "E1"}
    text = read_parts(tmp_path / "plan.xlsx")[CALC].decode()
    assert '<c r="C1" cm="1"><f t="array" ref="C1:C3">_xlfn.UNIQUE(tblPlan[volume])</f></c>' in text
    assert '<c r="H1"><f>' in text


def test_a_what_if_table_is_stale_when_its_formula_is(tmp_path: Path) -> None:
    book = simple()
    calc = book.sheet("Calc")
    calc.put(1, 2, formula("Data!B2*A9", 1)).put(2, 1, 5).put(3, 1, 6)
    calc.put(2, 2, Raw('><f t="dataTable" ref="B2:B3" dt2D="0" dtr="0" r1="A9"/><v>1</v></c>')).put(3, 2, 2)
    calc.put(1, 5, formula("A9", 1)).put(2, 4, 5).put(3, 4, 6)
    calc.put(2, 5, Raw('><f t="dataTable" ref="E2:E3" dt2D="0" dtr="0" r1="A9"/><v>1</v></c>')).put(3, 5, 2)
    assert valued(book, tmp_path) == {"A2", "A3", "D2", "D3", "E1", "E2", "E3"}


def test_what_reads_a_pivot_waits_with_it(tmp_path: Path) -> None:
    book = simple()
    calc = book.sheet("Calc")
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    cache, table = "xl/pivotCache/pivotCacheDefinition1.xml", "xl/pivotTables/pivotTable1.xml"
    book.part(
        cache,
        f'<pivotCacheDefinition xmlns="{main}"><cacheSource><worksheetSource name="tblPlan"/></cacheSource>'
        "</pivotCacheDefinition>",
        f"{SHEET_ML}pivotCacheDefinition+xml",
    )
    book.part(
        table,
        f'<pivotTableDefinition xmlns="{main}"><location ref="A3:B9"/></pivotTableDefinition>',
        f"{SHEET_ML}pivotTable+xml",
    )
    calc.relationships.append(("pivotTable", "../pivotTables/pivotTable1.xml"))
    rels = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/pivotCacheDefinition"
    book.extra["xl/pivotTables/_rels/pivotTable1.xml.rels"] = (
        f'{rels}<Relationship Id="rId1" Type="{kind}" Target="../pivotCache/pivotCacheDefinition1.xml"/>'
        "</Relationships>"
    )
    calc.put(1, 5, formula("B4*2", 1), formula("B20", 1), formula('GETPIVOTDATA("volume",$A$3)', 1))
    assert valued(book, tmp_path) == {"F1"}


def test_only_changed_columns_make_values_stale(tmp_path: Path) -> None:
    book = simple()
    book.sheet("Calc").put(1, 1, formula("SUM(Data!B2:B4)", 1), formula("SUM(Data!C2:C4)", 1))
    assert valued(book, tmp_path, volume=[100, 50, 75], aht_s=[1, 2, 3]) == {"A1"}


def test_single_cells_make_values_stale_too(tmp_path: Path) -> None:
    book = simple()
    book.sheet("Calc").put(1, 1, 5, formula("A1*2", 10), formula("C9", 0), formula("B1+1", 11))
    path = book.save(tmp_path / "plan.xlsx")
    opened = FileBook.open(path)
    assert opened.write_cells("Calc", {"A1": 6}) == 1
    assert opened.read_cells("Calc", "A1:D1") == [[6, None, 0, None]]


def test_formulas_written_with_values_keep_them_and_make_others_stale(tmp_path: Path) -> None:
    book = simple()
    calc = book.sheet("Calc").put(1, 1, formula("SUM(tblPlan[volume])", 225), formula("A1*2", 450))
    assert calc.rows
    opened = FileBook.open(book.save(tmp_path / "plan.xlsx"))
    opened.write("tblPlan", {"volume": [1, 2, 3]})
    opened.write_cells("Calc", {"A1": Formula("SUM(tblPlan[volume])", 6)})
    assert opened.read_cells("Calc", "A1:B1") == [[6, None]]
    opened.write("tblPlan", {"volume": [1, 2, 4]})
    assert opened.read_cells("Calc", "A1:B1") == [[None, None]]


def test_excel_is_asked_to_calculate(tmp_path: Path) -> None:
    book = simple()
    book.workbook_tail = "<oleSize ref='A1'/>"
    book.sheet("Calc").put(1, 1, formula("SUM(tblPlan[volume])", 225))
    valued(book, tmp_path)
    text = read_parts(tmp_path / "plan.xlsx")["xl/workbook.xml"].decode()
    assert '</sheets><calcPr fullCalcOnLoad="1"/><oleSize' in text


def test_a_workbook_without_formulas_is_not_asked(tmp_path: Path) -> None:
    book = simple()
    book.sheet("Calc").put(1, 1, 1)
    valued(book, tmp_path)
    assert b"calcPr" not in read_parts(tmp_path / "plan.xlsx")["xl/workbook.xml"]


@pytest.mark.parametrize(("columns", "gone"), [({"aht_s": [1, 2, 3]}, True), ({"volume": [1, 2, 3]}, False)])
def test_the_calculation_chain_goes_with_the_formulas_it_lists(
    tmp_path: Path, columns: dict[str, list[object]], gone: bool
) -> None:
    book = simple([["a", 1, formula("1+1", 2)], ["b", 2, 3], ["c", 3, 4]])
    book.workbook_relationships.append(("calcChain", "calcChain.xml"))
    book.part("xl/calcChain.xml", "<calcChain/>", f"{SHEET_ML}calcChain+xml")
    book.sheet("Calc")
    valued(book, tmp_path, **columns)
    parts = read_parts(tmp_path / "plan.xlsx")
    assert ("xl/calcChain.xml" not in parts) == gone
    assert (b"calcChain" not in parts["xl/_rels/workbook.xml.rels"] + parts["[Content_Types].xml"]) == gone
