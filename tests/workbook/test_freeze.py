"""A frozen copy holds what the workbook showed, and nothing that has to be computed, called or fetched."""

from __future__ import annotations

import csv
import re
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest

from tests.office import recalculated
from tests.workbook.package.build import SHEET_ML, Raw, Workbook, formula, read_parts, simple, write_parts
from xlplan.errors import WorkbookError
from xlplan.hosts.excel.attach import attach
from xlplan.workbook.freeze import Frozen, freeze
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.package.references import LAST_ROW

CALC = "xl/worksheets/sheet2.xml"
SAMPLE = Path(__file__).resolve().parents[2] / "workbooks" / "us_bank_calls.xlsx"
CORPUS = Path(__file__).parent / "corpus"
with (CORPUS / "MANIFEST.tsv").open(encoding="utf-8", newline="") as manifest:
    FILES = [row["file"] for row in csv.DictReader(manifest, delimiter="\t")]
FROZEN = {"SharedWorkbook.xlsx", "hello-world-signed.xlsx"}
FORMULA = re.compile(rb"<(?:[\w.-]+:)?f[ />]")
RULES = re.compile(rb"<xm:f>.*?</xm:f>", re.DOTALL)


def frozen(book: Workbook, tmp_path: Path) -> tuple[Frozen, dict[str, bytes]]:
    done = freeze(book.save(tmp_path / "plan.xlsx"), tmp_path / "frozen.xlsx")
    return done, read_parts(done.path)


def shown(path: Path, sheet: str) -> dict[str, object]:
    cells = openpyxl.load_workbook(path)[sheet]
    return {cell.coordinate: cell.value for row in cells for cell in row if cell.value is not None}


# -- cells -----------------------------------------------------------------------------------------------


def test_every_kind_of_formula_cell_keeps_its_value_and_no_more(tmp_path: Path) -> None:
    book = simple()
    calc = book.sheet("Calc")
    calc.put(1, 1, formula("Data!B2*2", 200), formula("Data!A2", "Billing", "str"), formula("1>2", 0, "b"))
    calc.put(1, 4, formula("1/0", "#DIV/0!", "e"), formula('""', "", "str"), Raw(' t="str"><f>" a"</f><v> a</v></c>'))
    calc.put(2, 1, Raw('><f t="shared" ref="A2:A3" si="0">B2+1</f><v>1</v></c>'))
    calc.put(3, 1, Raw('><f t="shared" si="0"/><v>2</v></c>'))
    calc.put(4, 1, Raw(' cm="1"><f t="array" ref="A4:B4">{1,2}</f><v>1</v></c>'), 2)
    calc.put(5, 2, Raw('><f t="dataTable" ref="B5:B5" dt2D="0" dtr="0" r1="A9"/><v>7</v></c>'))
    calc.put(6, 1, Raw("><f>TODAY()</f><v>46000</v></c>"), "typed", None)
    calc.styles[6, 1] = 3
    done, parts = frozen(book, tmp_path)
    text = parts[CALC].decode()
    assert not FORMULA.search(parts[CALC])
    assert shown(done.path, "Calc") == {
        "A1": 200, "B1": "Billing", "C1": False, "D1": "#DIV/0!", "F1": " a", "A2": 1, "A3": 2, "A4": 1, "B4": 2,
        "B5": 7, "A6": 46000, "B6": "typed",
    }  # fmt: skip
    assert '<c r="A6" s="3"><v>46000</v></c>' in text
    assert "cm=" not in text
    assert (done.formulas, done.without_value) == (11, ())
    assert done.lines == ("frozen.xlsx holds the values of 11 formulas and no macros.",)


def test_what_waits_is_calculated_or_named_and_left_blank(tmp_path: Path) -> None:
    book = simple()
    calc = book.sheet("My calc")
    calc.put(1, 1, formula("SUM(Data!B2:B4)"), formula("A1/3"), formula("XP_AGENTS(A1,180,30,0.8,20)"), formula("C1*2"))
    calc.styles[1, 3] = 2
    done, parts = frozen(book, tmp_path)
    assert shown(done.path, "My calc") == {"A1": 225, "B1": 75}
    assert b'<c r="C1" s="2"/>' in parts[CALC]
    assert done.without_value == ("'My calc'!C1", "'My calc'!D1")
    assert done.lines[1] == (
        "2 formulas had no value, and their cells are blank: 'My calc'!C1, 'My calc'!D1; "
        "open plan.xlsx once in Excel, save it, then freeze it again."
    )


def test_without_an_engine_what_waits_is_blank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlplan.workbook.freeze.find_engine", lambda: None)
    book = simple()
    book.sheet("Calc").put(1, 1, formula("SUM(Data!B2:B4)"), formula("1+1", 2))
    done, _ = frozen(book, tmp_path)
    assert shown(done.path, "Calc") == {"B1": 2}
    assert done.without_value == ("Calc!A1",)


# -- tables ----------------------------------------------------------------------------------------------


def test_tables_stay_tables_of_values(tmp_path: Path) -> None:
    book = Workbook()
    text = "tblPlan[[#This Row],[volume]]*2"
    book.table(
        book.sheet(), "tblPlan", ["queue", "volume", "double"], [["a", 1, formula(text, 2)]],
        totals=["All", formula("SUBTOTAL(109,tblPlan[volume])", 1), formula("MAX(tblPlan[double])", 2)],
        calculated={"double": text},
    )  # fmt: skip
    part = "xl/tables/table1.xml"
    table = str(book.extra[part]).replace('name="queue"', 'name="queue" totalsRowLabel="All"')
    table = table.replace('name="volume"', 'name="volume" totalsRowFunction="sum"')
    table = table.replace('name="double"', 'name="double" totalsRowFunction="custom"')
    book.extra[part] = table.replace(
        "</calculatedColumnFormula>",
        "</calculatedColumnFormula><totalsRowFormula>MAX(tblPlan[double])</totalsRowFormula>",
    )
    done, parts = frozen(book, tmp_path)
    after = parts[part].decode()
    assert not re.search("Formula|totalsRowFunction", after)
    assert 'name="queue" totalsRowLabel="All"' in after
    assert 'totalsRowCount="1"' in after
    assert shown(done.path, "Data")["B3"] == 1
    assert FileBook.open(done.path).read("tblPlan").columns == {"queue": ["a"], "volume": [1], "double": [2]}


# -- the world outside -----------------------------------------------------------------------------------


def linked() -> Workbook:
    """A workbook that reads another one, fills a table by a query, and has names of every kind."""
    book = simple()
    calc = book.sheet("Calc").put(1, 1, formula("[1]Plan!A1", 5), formula("rate*2", 2))
    rule = '<cfRule type="expression" priority="1"><formula>{}</formula></cfRule>'
    own, other = rule.format("Data!$B$2&gt;1"), rule.format("[1]Plan!$A$1&gt;1")
    calc.tail = (
        f'<conditionalFormatting sqref="A1">{own}</conditionalFormatting>'
        f'<conditionalFormatting sqref="B1">{other}</conditionalFormatting>'
        '<dataValidations count="2"><dataValidation type="list" sqref="A1"><formula1>Data!$A$2:$A$4</formula1>'
        '</dataValidation><dataValidation type="list" sqref="B1"><formula1>[1]Plan!$A$1:$A$9</formula1>'
        "</dataValidation></dataValidations>"
    )
    book.names.update(
        {"rate": "0.5", "cells": "Data!$B$2:$B$4", "formula": "SUM(Data!$B$2:$B$4)*2", "other": "[1]Plan!$A$1"}
    )
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    book.part(
        "xl/externalLinks/externalLink1.xml",
        f'<externalLink xmlns="{space}"><externalBook xmlns:r="{relation}" r:id="rId1"/></externalLink>',
        f"{SHEET_ML}externalLink+xml",
    )
    book.extra["xl/externalLinks/_rels/externalLink1.xml.rels"] = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{relation}/externalLinkPath" Target="other.xlsx" TargetMode="External"/></Relationships>'
    )
    book.part(
        "xl/connections.xml", f'<connections xmlns="{space}"><connection id="1" name="q" type="5"/></connections>',
        f"{SHEET_ML}connections+xml",
    )  # fmt: skip
    book.part(
        "xl/queryTables/queryTable1.xml", f'<queryTable xmlns="{space}" name="q" connectionId="1"/>',
        f"{SHEET_ML}queryTable+xml",
    )  # fmt: skip
    book.table(calc, "tblQuery", ["q"], [[1]], at=(20, 1), attributes=' tableType="queryTable"')
    part = "xl/tables/table2.xml"
    book.extra[part] = str(book.extra[part]).replace('id="1" name="q"', 'id="1" name="q" queryTableFieldId="1"')
    book.extra["xl/tables/_rels/table2.xml.rels"] = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{relation}/queryTable" Target="../queryTables/queryTable1.xml"/></Relationships>'
    )
    book.part(
        "xl/calcChain.xml", f'<calcChain xmlns="{space}"><c r="A1" i="2"/></calcChain>', f"{SHEET_ML}calcChain+xml"
    )
    kinds = {
        "externalLink": "externalLinks/externalLink1.xml",
        "connections": "connections.xml",
        "calcChain": "calcChain.xml",
    }
    book.workbook_relationships = list(kinds.items())
    book.workbook_tail = '<calcPr calcId="191029" fullCalcOnLoad="1"/>'
    return book


def test_links_connections_and_queries_go_and_all_else_of_the_workbook_stays(tmp_path: Path) -> None:
    book = linked()
    arrow = '<externalReferences><externalReference r:id="rId5"/></externalReferences>'
    parts = book.parts()
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace("</sheets>", f"</sheets>{arrow}")
    done = freeze(write_parts(tmp_path / "plan.xlsx", parts), tmp_path / "frozen.xlsx")
    after = read_parts(done.path)
    gone = ("externalLinks", "connections", "queryTables", "calcChain")
    assert not [name for name in after if any(word in name for word in gone)]
    workbook = after["xl/workbook.xml"].decode()
    assert re.findall('definedName name="(.*?)"', workbook) == ["rate", "cells", "formula"]
    assert "externalReference" not in workbook
    assert "fullCalcOnLoad" not in workbook
    calc = after[CALC].decode()
    assert re.findall('conditionalFormatting sqref="(.*?)"', calc) == ["A1"]
    assert '<dataValidations count="1"><dataValidation type="list" sqref="A1">' in calc
    assert not re.search("queryTable", after["xl/tables/table2.xml"].decode())
    assert shown(done.path, "Calc")["A1"] == 5
    assert after["xl/worksheets/sheet1.xml"] == read_parts(tmp_path / "plan.xlsx")["xl/worksheets/sheet1.xml"]


def test_a_chart_of_another_workbook_keeps_what_it_shows(tmp_path: Path) -> None:
    book = simple()
    space = "http://schemas.openxmlformats.org/drawingml/2006/chart"
    cache = '<c:numCache><c:ptCount val="1"/><c:pt idx="0"><c:v>5</c:v></c:pt></c:numCache>'
    series = [f"<c:val><c:numRef><c:f>{text}</c:f>{cache}</c:numRef></c:val>" for text in ("[1]Plan!A1", "Data!$B$2")]
    chart = f'<c:chartSpace xmlns:c="{space}">{"".join(series)}</c:chartSpace>'
    book.part("xl/charts/chart1.xml", chart, "application/vnd.openxmlformats-officedocument.drawingml.chart+xml")
    _, parts = frozen(book, tmp_path)
    after = parts["xl/charts/chart1.xml"].decode()
    literal = '<c:val><c:numLit><c:ptCount val="1"/><c:pt idx="0"><c:v>5</c:v></c:pt></c:numLit></c:val>'
    assert after.endswith(f"{literal}{series[1]}</c:chartSpace>")


def test_a_connection_that_a_pivot_reads_stays_and_is_said(tmp_path: Path) -> None:
    book = linked()
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    book.part(
        "xl/pivotCache/pivotCacheDefinition1.xml",
        f'<pivotCacheDefinition xmlns="{space}"><cacheSource type="external" connectionId="1"/></pivotCacheDefinition>',
        f"{SHEET_ML}pivotCacheDefinition+xml",
    )
    done, parts = frozen(book, tmp_path)
    assert "xl/connections.xml" in parts
    assert done.lines[-1] == "1 connections stay, because pivots read them."


# -- macros ----------------------------------------------------------------------------------------------


def test_an_attached_workbook_becomes_a_plain_one(tmp_path: Path) -> None:
    plain = Path(shutil.copy(SAMPLE, tmp_path / "plan.xlsx"))
    attached = attach(plain, tmp_path / "plan.xlsm").path
    done = freeze(attached, tmp_path / "frozen.xlsx")
    before, after = read_parts(plain), read_parts(done.path)
    assert not [name for name in after if re.search("vba|customUI", name)]
    assert openpyxl.load_workbook(done.path).sheetnames == openpyxl.load_workbook(plain).sheetnames
    assert b"macroEnabled" not in after["[Content_Types].xml"]
    assert b"FmlaMacro" not in b"".join(after.values())
    charts = [name for name in before if "/charts/" in name or "/tables/" in name]
    assert charts
    assert {name: after[name] for name in charts} == {name: before[name] for name in charts}
    with zipfile.ZipFile(done.path) as archive:
        assert archive.testzip() is None
    assert recalculated(done.path, tmp_path).sheets.keys() == recalculated(plain, tmp_path).sheets.keys()


def test_controls_and_pictures_no_longer_call_macros(tmp_path: Path) -> None:
    book = simple()
    spec = book.sheets[0]
    spec.tail = (
        '<controls><control shapeId="1025" r:id="rId9" name="Button"><controlPr macro="[0]!Go" defaultSize="0"/>'
        "</control></controls>"
    )
    call = "<x:FmlaMacro>[0]!Go</x:FmlaMacro>"
    shapes = "".join(
        f'<v:shape id="_x0000_s{number}"><x:ClientData ObjectType="{kind}">{call}</x:ClientData></v:shape>'
        for number, kind in ((1025, "Button"), (1026, "Button"), (1027, "Pict"))
    )
    book.part(
        "xl/drawings/vmlDrawing1.vml",
        f'<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel">{shapes}</xml>',
        "application/vnd.openxmlformats-officedocument.vmlDrawing",
    )
    space = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
    picture = f'<xdr:wsDr xmlns:xdr="{space}"><xdr:pic macro="[0]!Go"/><xdr:sp macro=""/></xdr:wsDr>'
    book.part("xl/drawings/drawing1.xml", picture, "application/vnd.openxmlformats-officedocument.drawing+xml")
    parts = book.parts()
    parts["xl/worksheets/sheet1.xml"] = str(parts["xl/worksheets/sheet1.xml"]).replace(' r:id="rId9"', "")
    done = freeze(write_parts(tmp_path / "plan.xlsx", parts), tmp_path / "frozen.xlsx")
    after = read_parts(done.path)
    drawing = after["xl/drawings/vmlDrawing1.vml"].decode()
    assert re.findall('id="(.*?)"', drawing) == ["_x0000_s1025", "_x0000_s1027"]
    assert "FmlaMacro" not in drawing
    assert b"macro=" not in after["xl/worksheets/sheet1.xml"]
    assert b'<xdr:pic macro=""/>' in after["xl/drawings/drawing1.xml"]


def test_a_sheet_of_macros_goes_with_its_names(tmp_path: Path) -> None:
    book = simple()
    book.sheet("Macro").put(1, 1, formula('ALERT("hi")', 1))
    book.sheet("Last").put(1, 1, 5)
    parts = book.parts()
    names = (
        '<definedNames><definedName name="a" localSheetId="1">Macro!$A$1</definedName>'
        '<definedName name="b" localSheetId="2">Last!$A$1</definedName><definedName name="c">Macro!$A$1</definedName>'
        '<definedName name="d" xlm="1" function="1">Data!$A$1</definedName></definedNames>'
    )
    text = str(parts["xl/workbook.xml"])
    text = text.replace("<workbookPr/>", '<workbookPr/><bookViews><workbookView activeTab="2"/></bookViews>')
    parts["xl/workbook.xml"] = text.replace("</sheets>", f"</sheets>{names}")
    rels = "xl/_rels/workbook.xml.rels"
    kind = "http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet"
    parts[rels] = re.sub(r'Id="rId2" Type="[^"]*"', f'Id="rId2" Type="{kind}"', str(parts[rels]))
    done = freeze(write_parts(tmp_path / "plan.xlsx", parts), tmp_path / "frozen.xlsx")
    workbook = read_parts(done.path)["xl/workbook.xml"].decode()
    assert openpyxl.load_workbook(done.path).sheetnames == ["Data", "Last"]
    assert re.findall('<definedName name="(.*?)" localSheetId="(.*?)"', workbook) == [("b", "1")]
    assert 'name="c"' not in workbook
    assert 'name="d"' not in workbook
    assert 'activeTab="1"' in workbook


# -- refusals, and real files ----------------------------------------------------------------------------


@pytest.mark.parametrize(("target", "said"), [("plan.xlsx", "cannot replace"), ("frozen.xlsm", "ends in .xlsx")])
def test_targets_that_are_refused(tmp_path: Path, target: str, said: str) -> None:
    source = simple().save(tmp_path / "plan.xlsx")
    with pytest.raises(WorkbookError, match=said):
        freeze(source, tmp_path / target)


@pytest.mark.parametrize("name", sorted(FROZEN))
def test_signed_and_shared_workbooks_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(WorkbookError, match="freeze an unsigned, unshared copy"):
        freeze(CORPUS / name, tmp_path / "frozen.xlsx")


def values(path: Path) -> dict[tuple[str, int, int], object]:
    """What every filled cell shows."""
    return {
        (name, row.number, cell.column): value
        for name, sheet in FileBook.open(path)._sheets.items()
        for row, cells in sheet.rows(1, LAST_ROW)
        for cell in cells
        if (value := sheet.value(row.number, cell)) not in (None, "")
    }


@pytest.mark.parametrize("name", sorted(set(FILES) - FROZEN))
def test_real_workbooks_keep_what_they_show(tmp_path: Path, name: str) -> None:
    source = CORPUS / name
    target = freeze(source, tmp_path / "frozen.xlsx").path
    before, after = values(source), values(target)
    assert {place: after.get(place) for place in before} == before
    for part, content in read_parts(target).items():
        if part.startswith("xl/worksheets/sheet"):
            assert not FORMULA.search(RULES.sub(b"", content))
