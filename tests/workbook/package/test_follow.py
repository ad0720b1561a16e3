"""What refers to a table follows it, as Excel's own screen would have it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.workbook.package.build import SHEET_ML, Raw, Workbook, formula, read_parts
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.package.follow import TableMove
from xlplan.workbook.package.references import Area

SHEET = "xl/worksheets/sheet1.xml"
CALC = "xl/worksheets/sheet2.xml"
CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
XM = "http://schemas.microsoft.com/office/excel/2006/main"


def workbook(name: str = "Data", rows: int = 3) -> Workbook:
    """tblPlan at B2:C5 of the sheet, with a sheet Calc beside it."""
    book = Workbook()
    spec = book.sheet(name)
    book.table(spec, "tblPlan", ["queue", "volume"], [[f"q{i}", i + 1] for i in range(rows)], at=(2, 2))
    book.sheet("Calc")
    return book


def grown(book: Workbook, tmp_path: Path, rows: int = 5) -> dict[str, str]:
    path = book.save(tmp_path / "plan.xlsx")
    opened = FileBook.open(path)
    opened.write("tblPlan", {"queue": [f"n{i}" for i in range(rows)], "volume": [i * 10 for i in range(rows)]})
    opened.save(path)
    return {name: content.decode("utf-8", "replace") for name, content in read_parts(path).items()}


def formulas(sheet: str) -> dict[str, str]:
    return dict(re.findall(r'<c r="([A-Z]+\d+)"[^>]*><f[^>]*>([^<]*)</f>', sheet))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("SUM(Data!C3:C5)", "SUM(Data!C3:C7)"),
        ("SUM(data!$C$3:$C$5)", "SUM(data!$C$3:$C$7)"),
        ("SUM('Data'!C$2:C$5)+1", "SUM('Data'!C$2:C$7)+1"),
        ("COUNTA(Data!B3:C5)", "COUNTA(Data!B3:C7)"),
        ("SUM(Data!C3:C4)", "SUM(Data!C3:C4)"),
        ("SUM(Data!C4:C5)", "SUM(Data!C4:C5)"),
        ("SUM(Data!A3:C5)", "SUM(Data!A3:C5)"),
        ("SUM(Data!C3:C6)", "SUM(Data!C3:C6)"),
        ("SUM(Data!C:C)", "SUM(Data!C:C)"),
        ("SUM(C3:C5)", "SUM(C3:C5)"),
        ("Data!C5", "Data!C5"),
        ('"Data!C3:C5"&SUM([1]Data!C3:C5)', '"Data!C3:C5"&SUM([1]Data!C3:C5)'),
        ("SUM(tblPlan[volume])", "SUM(tblPlan[volume])"),
        ("SUM(Data:Calc!C3:C5)", "SUM(Data:Calc!C3:C5)"),
    ],
)
def test_formulas_on_other_sheets(tmp_path: Path, before: str, after: str) -> None:
    book = workbook()
    book.sheets[1].put(9, 1, formula(before, 1))
    text = grown(book, tmp_path)[CALC].replace("&amp;", "&")
    assert f"<f>{after}</f>" in text


def test_shrinking_takes_references_along(tmp_path: Path) -> None:
    book = workbook()
    book.sheets[1].put(1, 1, formula("SUM(Data!C3:C5)", 1))
    assert formulas(grown(book, tmp_path, rows=1)[CALC]) == {"A1": "SUM(Data!C3:C3)"}
    opened = FileBook.open(tmp_path / "plan.xlsx")
    opened.write("tblPlan", {"volume": [1, 2, 3]})
    opened.save(tmp_path / "plan.xlsx")
    assert formulas(read_parts(tmp_path / "plan.xlsx")[CALC].decode()) == {"A1": "SUM(Data!C3:C5)"}


def test_a_reference_to_one_cell_of_a_one_row_table_stays_one_cell(tmp_path: Path) -> None:
    book = workbook(rows=1)
    book.sheets[1].put(1, 1, formula("Data!C3*2", 2), formula("SUM(Data!C3:C3)", 1))
    assert formulas(grown(book, tmp_path)[CALC]) == {"A1": "Data!C3*2", "B1": "SUM(Data!C3:C7)"}


def test_formulas_beside_the_table(tmp_path: Path) -> None:
    book = workbook()
    book.sheets[0].put(1, 5, formula("SUM(C3:C5)", 6)).put(3, 5, formula("C3/SUM(C$3:C$5)", 1))
    found = formulas(grown(book, tmp_path)[SHEET])
    assert found == {"E1": "SUM(C3:C7)", "E3": "C3/SUM(C$3:C$7)"}


def test_shared_formulas_get_their_own_texts_when_one_of_them_changes(tmp_path: Path) -> None:
    book = workbook()
    anchor = Raw('><f t="shared" ref="A1:A2" si="3">SUM(Data!C3:C5)</f><v>1</v></c>')
    book.sheets[1].put(1, 1, anchor).put(2, 1, Raw('><f t="shared" si="3"/><v>1</v></c>'))
    text = grown(book, tmp_path)[CALC]
    assert formulas(text) == {"A1": "SUM(Data!C3:C7)", "A2": "SUM(Data!C4:C6)"}
    assert "shared" not in text


def test_shared_formulas_that_do_not_change_stay_shared(tmp_path: Path) -> None:
    book = workbook()
    anchor = Raw('><f t="shared" ref="A1:A2" si="3">SUM(Data!C$3:C$4)</f><v>1</v></c>')
    book.sheets[1].put(1, 1, anchor).put(2, 1, Raw('><f t="shared" si="3"/><v>1</v></c>'))
    assert grown(book, tmp_path)[CALC].count('t="shared"') == 2


@pytest.mark.parametrize(
    ("name", "written"),
    [("Team plan", "'Team plan'"), ("Team's", "'Team''s'"), ("Überlauf", "Überlauf"), ("2026", "'2026'")],
)
def test_sheet_names_in_every_spelling(tmp_path: Path, name: str, written: str) -> None:
    book = workbook(name)
    book.sheets[1].put(1, 1, formula(f"SUM({written}!C3:C5)", 1))
    assert formulas(grown(book, tmp_path)[CALC]) == {"A1": f"SUM({written}!C3:C7)"}


def test_names(tmp_path: Path) -> None:
    book = workbook()
    book.names.update(
        {"volumes": "Data!$C$3:$C$5", "both": "Data!$B$2:$C$5", "part": "Data!$C$3:$C$4", "one": "Data!$C$5"}
    )
    text = grown(book, tmp_path)["xl/workbook.xml"]
    assert dict(re.findall(r'<definedName name="(\w+)">([^<]*)<', text)) == {
        "volumes": "Data!$C$3:$C$7",
        "both": "Data!$B$2:$C$7",
        "part": "Data!$C$3:$C$4",
        "one": "Data!$C$5",
    }


def test_formats_and_validations(tmp_path: Path) -> None:
    book = workbook()
    book.sheets[0].tail = (
        '<conditionalFormatting sqref="C3:C5 E1"><cfRule type="expression" priority="1">'
        "<formula>C3&gt;AVERAGE($C$3:$C$5)</formula></cfRule></conditionalFormatting>"
        '<dataValidations count="1"><dataValidation type="list" sqref="B3:B5 G3:G5"><formula1>$B$3:$B$5</formula1>'
        "</dataValidation></dataValidations>"
        f'<extLst><ext xmlns:x14="{X14}" uri="{{78C0D931-6437-407d-A8EE-F0AAD7539E65}}"><x14:conditionalFormattings>'
        f'<x14:conditionalFormatting xmlns:xm="{XM}"><x14:cfRule type="dataBar"/><xm:sqref>C3:C5</xm:sqref>'
        "</x14:conditionalFormatting></x14:conditionalFormattings></ext></extLst>"
    )
    book.sheets[1].tail = (
        '<dataValidations count="1"><dataValidation type="list" sqref="C3:C5">'
        "<formula1>Data!$B$3:$B$5</formula1></dataValidation></dataValidations>"
        f'<extLst><ext xmlns:x14="{X14}" uri="{{05C60535-1F16-4fd2-B633-F4F36F0B64E0}}"><x14:sparklineGroups '
        f'xmlns:xm="{XM}"><x14:sparklineGroup><x14:sparklines><x14:sparkline><xm:f>Data!C3:C5</xm:f>'
        "<xm:sqref>C3</xm:sqref></x14:sparkline></x14:sparklines></x14:sparklineGroup></x14:sparklineGroups></ext>"
        "</extLst>"
    )
    after = grown(book, tmp_path)
    own, other = after[SHEET], after[CALC]
    assert 'conditionalFormatting sqref="C3:C7 E1"' in own
    assert "<formula>C3&gt;AVERAGE($C$3:$C$7)</formula>" in own
    assert 'sqref="B3:B7 G3:G5"' in own
    assert "<formula1>$B$3:$B$7</formula1>" in own
    assert "<xm:sqref>C3:C7</xm:sqref>" in own
    assert 'sqref="C3:C5"' in other
    assert "<formula1>Data!$B$3:$B$7</formula1>" in other
    assert "<xm:f>Data!C3:C7</xm:f><xm:sqref>C3</xm:sqref>" in other


def chart(values: str = "Data!$C$3:$C$5", categories: str = "Data!$B$3:$B$5", cache: str = "") -> str:
    cached = cache or '<c:ptCount val="3"/><c:pt idx="0"><c:v>1</c:v></c:pt><c:pt idx="1"><c:v>2</c:v></c:pt>'
    return (
        f'<c:chartSpace xmlns:c="{C}"><c:chart><c:plotArea><c:barChart><c:ser>'
        '<c:tx><c:strRef><c:f>Data!$C$2</c:f><c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>volume</c:v></c:pt>'
        "</c:strCache></c:strRef></c:tx>"
        f"<c:cat><c:strRef><c:f>{categories}</c:f><c:strCache>{cached}</c:strCache></c:strRef></c:cat>"
        f"<c:val><c:numRef><c:f>{values}</c:f><c:numCache><c:formatCode>0</c:formatCode>{cached}</c:numCache>"
        "</c:numRef></c:val></c:ser></c:barChart></c:plotArea></c:chart></c:chartSpace>"
    )


def test_charts_follow_and_remember_the_new_values(tmp_path: Path) -> None:
    book = workbook()
    book.part("xl/charts/chart1.xml", chart(), CHART_TYPE)
    text = grown(book, tmp_path)["xl/charts/chart1.xml"]
    assert re.findall("<c:f>([^<]*)</c:f>", text) == ["Data!$C$2", "Data!$B$3:$B$7", "Data!$C$3:$C$7"]
    points = "".join(f'<c:pt idx="{i}"><c:v>{i * 10}</c:v></c:pt>' for i in range(5))
    assert f'<c:numCache><c:formatCode>0</c:formatCode><c:ptCount val="5"/>{points}</c:numCache>' in text
    assert '<c:pt idx="4"><c:v>n4</c:v></c:pt></c:strCache>' in text
    assert "<c:v>volume</c:v>" in text


def test_a_series_of_a_one_row_table_is_its_whole_column(tmp_path: Path) -> None:
    book = workbook(rows=1)
    book.part("xl/charts/chart1.xml", chart("Data!$C$3", "Data!$B$3"), CHART_TYPE)
    text = grown(book, tmp_path)["xl/charts/chart1.xml"]
    assert re.findall("<c:f>([^<]*)</c:f>", text) == ["Data!$C$2", "Data!$B$3:$B$7", "Data!$C$3:$C$7"]


def test_a_chart_forgets_what_only_excel_knows(tmp_path: Path) -> None:
    book = workbook()
    book.sheets[1].put(1, 1, formula("Data!C3", 1), formula("Data!C4", 2))
    book.part("xl/charts/chart1.xml", chart("Calc!$A$1:$B$1", "(Data!$B$3,Data!$B$5)"), CHART_TYPE)
    text = grown(book, tmp_path)["xl/charts/chart1.xml"]
    assert "numCache" not in text
    assert text.count("strCache") == 2  # the series' name, which did not change


def test_a_chart_of_other_cells_is_not_touched(tmp_path: Path) -> None:
    book = workbook()
    book.sheets[1].put(1, 1, 5, 6, 7)
    made = chart("Calc!$A$1:$C$1", "Calc!$A$1:$C$1")
    book.part("xl/charts/chart1.xml", made, CHART_TYPE)
    assert grown(book, tmp_path)["xl/charts/chart1.xml"] == made


def pivot_cache(source: str) -> str:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    inside = f'<cacheSource type="worksheet">{source}</cacheSource>'
    return f'<pivotCacheDefinition xmlns="{main}">{inside}</pivotCacheDefinition>'


@pytest.mark.parametrize(
    ("source", "after", "refreshed"),
    [
        ('<worksheetSource name="tblPlan"/>', 'name="tblPlan"', True),
        ('<worksheetSource ref="B2:C5" sheet="Data"/>', 'ref="B2:C7" sheet="Data"', True),
        ('<worksheetSource name="volumes"/>', 'name="volumes"', True),
        ('<worksheetSource ref="A1:B9" sheet="Calc"/>', 'ref="A1:B9" sheet="Calc"', False),
        ('<worksheetSource name="tblOther"/>', 'name="tblOther"', False),
    ],
)
def test_pivots_follow_and_refresh(tmp_path: Path, source: str, after: str, refreshed: bool) -> None:
    book = workbook()
    book.names["volumes"] = "Data!$B$2:$C$5"
    name = "xl/pivotCache/pivotCacheDefinition1.xml"
    book.part(name, pivot_cache(source), f"{SHEET_ML}pivotCacheDefinition+xml")
    text = grown(book, tmp_path)[name]
    assert after in text
    assert ('refreshOnLoad="1"' in text) == refreshed


def test_charts_elsewhere_stay_raw(tmp_path: Path) -> None:
    book = workbook()
    spaced = chart().replace("<c:chart>", "<c:chart >")
    book.part("xl/charts/chart1.xml", spaced, CHART_TYPE)
    path = book.save(tmp_path / "plan.xlsx")
    opened = FileBook.open(path)
    opened.write_cells("Calc", {"A1": 1})
    opened.save(path)
    assert read_parts(path)["xl/charts/chart1.xml"].decode() == spaced


MOVE = TableMove("Data", header=2, first=3, left=2, right=3, old_last=5, new_last=7, totals=1)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("B3:C5", "B3:C7"),
        ("B2:C5", "B2:C7"),
        ("B2:C6", "B2:C8"),
        ("C3:C6", "C3:C8"),
        ("B6", "B8"),
        ("B6:C6", "B8:C8"),
        ("B2:C2", "B2:C2"),
        ("C4", "C4"),
        ("C4:C6", "C4:C8"),
        ("C6:C9", "C8:C9"),
        ("C6:C7", "C8"),
        ("C1:C5", "C1:C7"),
        ("C4:C5", "C4:C5"),
        ("B3:D5", "B3:D5"),
        ("A6", "A6"),
        ("C7", "C7"),
    ],
)
def test_where_an_area_goes(before: str, after: str) -> None:
    assert MOVE.area_after(Area.parse(before)) == Area.parse(after)
    assert MOVE.sqref_after(f"{before} Z99") == f"{after} Z99"
