"""What finance reads in a preview is what Excel would calculate, or nothing."""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

import openpyxl
import pytest

from tests.office import recalculated
from tests.workbook.package.build import Raw, SheetSpec, Workbook, formula, read_parts, simple
from xlplan.workbook.book import CellValue, ErrorValue
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.package.references import parse_cell
from xlplan.workbook.package.settle import _drop_values
from xlplan.workbook.recalculation import compute as computing
from xlplan.workbook.recalculation.engine import Asked, Engine, EngineFault, Given, Values, find_engine
from xlplan.workbook.recalculation.shown import shown_values
from xlplan.workbook.recalculation.spans import is_plain
from xlplan.workbook.recalculation.subprocess_engine import SubprocessEngine
from xlplan.workbook.recalculation.trust import MEASURED_FUNCTIONS, functions

CALC = "xl/worksheets/sheet2.xml"
CORPUS = Path(__file__).parent / "corpus"
with (CORPUS / "MANIFEST.tsv").open(encoding="utf-8", newline="") as manifest:
    FILES = [row["file"] for row in csv.DictReader(manifest, delimiter="\t")]

VOLUME = [200, 40, 60]
"""Volumes after the change, of Billing, Sales and Chat; before it they are 100, 50 and 75."""


def changed(book: Workbook, tmp_path: Path) -> FileBook:
    """The workbook after its volumes were refreshed and saved."""
    path = book.save(tmp_path / "plan.xlsx")
    opened = FileBook.open(path)
    opened.write("tblPlan", {"volume": VOLUME})
    opened.save(path)
    return opened


def shown(tmp_path: Path, sheet: str = "Calc") -> dict[str, object]:
    """What a reader that does not calculate shows of a sheet."""
    cells = openpyxl.load_workbook(tmp_path / "plan.xlsx", data_only=True)[sheet]
    return {cell.coordinate: cell.value for row in cells for cell in row if cell.value is not None}


def with_calc() -> tuple[Workbook, SheetSpec]:
    book = simple()
    return book, book.sheet("Calc")


class Wrong:
    """An engine that is right but for the cells it is told to get wrong."""

    def __init__(self, wrong: dict[str, CellValue]) -> None:
        self.wrong = {parse_cell(address): value for address, value in wrong.items()}
        self.right = SubprocessEngine()

    def values(self, package: bytes, asked: Asked, given: Given | None = None) -> Values:
        values = self.right.values(package, asked, given)
        for place, value in self.wrong.items():
            if place in values.get("Calc", {}):
                values["Calc"][place] = value
        return values


def use(monkeypatch: pytest.MonkeyPatch, engine: Engine | None) -> None:
    monkeypatch.setattr("xlplan.workbook.package.file_book.find_engine", lambda: engine)


# -- values ----------------------------------------------------------------------------------------------


KNOWN = [
    ("SUM(tblPlan[volume])", 300),
    ("SUMIFS(tblPlan[volume],tblPlan[queue],\"Sales\")", 40),
    ("INDEX(tblPlan[volume],MATCH(\"Chat\",tblPlan[queue],0))", 60),
    ("AVERAGE(Data!B2:B4)", 100),
    ("SUMPRODUCT((Data!B2:B4>50)*Data!B2:B4)", 260),
    ("IF(Data!B2>150,\"busy\",\"calm\")", "busy"),
    ("Data!B2>Data!B3", True),
    ("Data!B2/(Data!B3-40)", "#DIV/0!"),
    ("VLOOKUP(\"Fax\",Data!A2:B4,2,FALSE)", "#N/A"),
    ("IFERROR(Data!B2/(Data!B3-40),-1)", -1),
    ("DATE(2026,1,1)+Data!B4", 46083),
    ("EOMONTH(DATE(2026,1,31),Data!B4/60)", 46081),
    ("ROUND(Data!B2/7,2)", 28.57),
    ("Data!A2&\": \"&Data!B2", "Billing: 200"),
    ("SUM(Data!B2,\"3\",TRUE)", 204),
    ("volumes", None),
    ("total*2", 600),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), KNOWN)
def test_a_stale_formula_shows_the_number_that_one_works_out_by_hand(tmp_path: Path, text: str, value: object) -> None:
    book, calc = with_calc()
    book.names.update({"volumes": "Data!$B$2:$B$4", "total": "SUM(Data!$B$2:$B$4)"})
    calc.put(1, 1, formula(text))
    opened = changed(book, tmp_path)
    assert shown(tmp_path).get("A1") == (pytest.approx(value) if isinstance(value, float) else value)
    assert bool(opened.remarks) == (value is None)


def test_each_type_of_value_is_stored_as_excel_stores_it(tmp_path: Path) -> None:
    book, calc = with_calc()
    calc.put(1, 1, formula("Data!B2*2", 200), formula('Data!B2&"<&>"', "100<&>", "str"), formula("Data!B2=200", 0, "b"))
    calc.put(1, 4, formula("1/(Data!B2-200)", -0.01), formula('IF(Data!B2=200,"",1)', 1))
    changed(book, tmp_path)
    text = read_parts(tmp_path / "plan.xlsx")[CALC].decode()
    assert '<c r="A1"><f>Data!B2*2</f><v>400</v></c>' in text
    assert '<c r="B1" t="str"><f>Data!B2&amp;"&lt;&amp;&gt;"</f><v>200&lt;&amp;&gt;</v></c>' in text
    assert '<c r="C1" t="b"><f>Data!B2=200</f><v>1</v></c>' in text
    assert '<c r="D1" t="e"><f>1/(Data!B2-200)</f><v>#DIV/0!</v></c>' in text
    assert '<c r="E1" t="str"><f>IF(Data!B2=200,"",1)</f><v></v></c>' in text


GENERATED = [
    *(f"{name}(Data!B2:B4)" for name in ("SUM", "MIN", "MAX", "AVERAGE", "COUNT", "COUNTA", "MEDIAN", "PRODUCT")),
    *(f"{name}(Data!B2/7,{digits})" for name in ("ROUND", "ROUNDUP", "ROUNDDOWN", "TRUNC") for digits in (-1, 0, 2)),
    *(f"{name}(Data!B2/7)" for name in ("INT", "ABS", "SQRT", "EXP", "LN", "SIGN")),
    *(f"{name}(46000+Data!B2)" for name in ("YEAR", "MONTH", "DAY", "WEEKDAY", "WEEKNUM")),
    *(f"{name}(Data!B2/1000)" for name in ("HOUR", "MINUTE", "SECOND")),
    *(f"SUMIFS(tblPlan[volume],tblPlan[queue],\"{which}\")" for which in ("Billing", "*l*", "<>Chat", "", "none")),
    *(f"COUNTIFS(tblPlan[volume],\"{which}\")" for which in (">50", "<=60", "200", "<>40")),
    *(f"{name}(tblPlan[volume],tblPlan[queue],\"*l*\")" for name in ("_xlfn.MINIFS", "_xlfn.MAXIFS", "AVERAGEIFS")),
    *(f"{name}(tblPlan[queue],\"*l*\",tblPlan[volume])" for name in ("SUMIF", "AVERAGEIF")),
    *(f"INDEX(tblPlan[queue],MATCH({row},tblPlan[volume],0))" for row in (200, 40, 60, 7)),
    *(f"VLOOKUP(\"{queue}\",tblPlan[],2,FALSE)" for queue in ("sales", "Chat", "Fax")),
    *(f"SUBTOTAL({number},Data!B2:B4)" for number in (1, 2, 3, 4, 5, 9, 101, 102, 109)),
    *(f"{name}(Data!B2:B4,2)" for name in ("LARGE", "SMALL")),
    *(f"{name}(46000+Data!B2,3)" for name in ("EDATE", "EOMONTH", "WORKDAY")),
    *(f"{name}(Data!A2)" for name in ("LEN", "UPPER", "LOWER", "TRIM", "ISNUMBER", "ISTEXT", "ISBLANK")),
    *(f"MOD(Data!B2,{by})" for by in (7, -7, 0)),
    *(f"{name}(-Data!B2/7,-2)" for name in ("CEILING", "FLOOR", "MROUND")),
    "IF(TRUE,Data!B2,FALSE)", "IF(TRUE(),Data!B2,FALSE())", "_xlfn.DAYS(46000+Data!B2,46000)",
    "IF(ISERROR(NA()),Data!B2)",
    "IF(ISNA(NA()),Data!B2)", "HLOOKUP(\"volume\",Data!A1:B4,3,FALSE)", "COLUMNS(Data!A2:B2)*Data!B2",
    "_xlfn.XLOOKUP(\"Chat\",Data!A2:A4,Data!B2:B4)", "_xlfn.XLOOKUP(\"x\",Data!A2:A4,Data!B2:B4,Data!B2)",
    "NETWORKDAYS(46000,46000+Data!B2)", "POWER(Data!B2,0.5)", "RANK(Data!B3,Data!B2:B4)", "LEFT(Data!A2,Data!B3/20)",
    "MID(Data!A2,2,Data!B3/20)", "RIGHT(Data!A2,2)&Data!B2", "SUBSTITUTE(Data!A2,\"l\",Data!B2)",
    "REPT(\"x\",Data!B3/10)",
    "FIND(\"l\",Data!A2)+Data!B2", "SEARCH(\"L\",Data!A2)+Data!B2", "CHOOSE(Data!B3/20,1,2,3)", "NOT(Data!B2>1)",
    "AND(Data!B2>1,Data!B3>1)", "OR(Data!B2>1000,Data!B3>1000)", "IFERROR(1/(Data!B3-40),\"none\")",
    "_xlfn.IFNA(MATCH(1,Data!B2:B4,0),-1)", "SUMPRODUCT(Data!B2:B4,Data!B2:B4)", "COUNTBLANK(Data!B2:B4)",
    "LOOKUP(50,Data!B3:B4,Data!A3:A4)", "DATE(2026,Data!B3,1)", "TIME(Data!B3,90,0)", "Data!B2%*3", "-Data!B2^2",
    "(Data!B2-Data!B3)/Data!B4", "Data!B2<>Data!B3", "Data!A2<Data!A3", "COUNTIF(Data!A2:A4,\"*l*\")*Data!B2",
    "SUM(tblPlan[[#Totals],[volume]],Data!B2)", "ROWS(tblPlan[volume])+Data!B2", "ROW(Data!B3)+COLUMN(Data!B2)*Data!B2",
    "IF(EXACT(Data!A2,\"billing\"),1,Data!B2)", "CONCATENATE(Data!A2,Data!B2)", "N(Data!B2)+SUM(Data!B:B)",
    "0.1*3-Data!B2",
]  # fmt: skip


def as_calc_says(value: object) -> object:
    """A value as LibreOffice hands it out: truth is a number, an error is none."""
    if isinstance(value, int | float):
        return pytest.approx(float(value))
    return None if str(value).startswith("#") else value


def test_values_are_those_that_libreoffice_calculates(tmp_path: Path) -> None:
    book, calc = with_calc()
    for row, text in enumerate(GENERATED, start=1):
        calc.put(row, 1, formula(text))
    changed(book, tmp_path)
    ours = shown(tmp_path)
    theirs = recalculated(tmp_path / "plan.xlsx", tmp_path).sheets["Calc"]
    compared = {text: ours[f"A{row}"] for row, text in enumerate(GENERATED, start=1) if f"A{row}" in ours}
    found = {text: theirs[row][0] for row, text in enumerate(GENERATED) if text in compared}
    assert found == {text: as_calc_says(value) for text, value in compared.items()}
    assert len(compared) > 0.9 * len(GENERATED)


def test_every_measured_function_is_among_those_compared() -> None:
    compared = {name for text in [*GENERATED, *(text for text, _ in KNOWN)] for name in functions(text)}
    assert compared >= MEASURED_FUNCTIONS


# -- what stays without a value --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "NOW()+Data!B2",
        "TODAY()-Data!B2",
        "RAND()*Data!B2",
        "RANDBETWEEN(1,Data!B2)",
        "IFERROR(TODAY(),1)+Data!B2",
        "XP_AGENTS(Data!B2,180,30,0.8,20)",
        "IFERROR(_xll.XP_AGENTS(Data!B2,180,30,0.8,20),1)",
        "CUBEVALUE(\"model\",Data!B2)",
        "[1]Plan!A1+Data!B2",
        "GETPIVOTDATA(\"volume\",Data!B2)",
        "CELL(\"filename\",Data!B2)",
        "SUM(Data!B2:B4*2)",
        "SUM(volumes*2)",
        "Data!B2:B4",
        "UNIQUE(Data!B2:B4)",
        "MAXIFS(Data!B2:B4,Data!B2:B4,1)",
        "NOSUCHFUNCTION(Data!B2)",
        "nosuchname+Data!B2",
        "A1+Data!B2",
        "TEXT(Data!B2,\"#,##0\")",
        "SUM(Data!B2,VALUE(\"x\"))",
    ],
)  # fmt: skip
def test_what_a_reader_could_see_differently_has_no_value_nor_has_what_reads_it(tmp_path: Path, text: str) -> None:
    book, calc = with_calc()
    book.names["volumes"] = "Data!$B$2:$B$4"
    calc.put(1, 1, formula(text, 7)).put(2, 1, formula("A1+1", 8), formula("Data!B2", 100), formula("IFERROR(A1,9)", 7))
    opened = changed(book, tmp_path)
    assert shown(tmp_path) == {"B2": 200}
    assert opened.remarks == ("3 formula cells show no value until Excel calculates the workbook.",)
    assert 'fullCalcOnLoad="1"' in read_parts(tmp_path / "plan.xlsx")["xl/workbook.xml"].decode()


def test_arrays_and_what_if_tables_and_their_readers_wait_for_excel(tmp_path: Path) -> None:
    book, calc = with_calc()
    calc.put(1, 1, Raw('><f t="array" ref="A1:A3">tblPlan[volume]*2</f><v>200</v></c>')).put(2, 1, 100).put(3, 1, 150)
    calc.put(1, 4, formula("Data!B2*C9", 0)).put(2, 3, 5)
    calc.put(2, 4, Raw('><f t="dataTable" ref="D2:D3" dt2D="0" dtr="0" r1="C9"/><v>1</v></c>')).put(3, 4, 2)
    calc.put(1, 6, formula("SUM(A1:A3)", 450), formula("D3", 2), formula("SUM(tblPlan[volume])", 225))
    changed(book, tmp_path)
    assert shown(tmp_path) == {"C2": 5, "D1": 0, "H1": 300}


def test_precision_as_displayed_is_left_to_excel(tmp_path: Path) -> None:
    book, calc = with_calc()
    book.workbook_tail = '<calcPr calcId="191029" fullPrecision="0"/>'
    calc.put(1, 1, formula("Data!B2/3", 33.3))
    opened = changed(book, tmp_path)
    assert shown(tmp_path) == {}
    assert "precision" in opened.remarks[0]


def test_the_empty_values_that_some_writers_leave_are_none(tmp_path: Path) -> None:
    book, calc = with_calc()
    calc.put(
        1, 1, Raw("><f>SUM(Data!B2:B4)</f><v></v></c>"), Raw("><f>A1*2</f><v/></c>"), Raw("><f>NOW()+A1</f><v/></c>")
    )
    opened = changed(book, tmp_path)
    assert shown(tmp_path) == {"A1": 300, "B1": 600}
    assert opened.remarks == ("1 formula cell shows no value until Excel calculates the workbook.",)


# -- what the workbook says about the engine -------------------------------------------------------------


def test_a_function_that_differs_from_excel_once_is_believed_nowhere(tmp_path: Path) -> None:
    book, calc = with_calc()
    calc.put(1, 1, formula("ROUND(2.5,0)", 2))  # whoever stored this rounds otherwise
    calc.put(2, 1, formula("ROUND(Data!B2/7,0)", 14), formula("A2*2", 28), formula("Data!B2*2", 200))
    changed(book, tmp_path)
    assert shown(tmp_path) == {"A1": 2, "C2": 400}


def test_what_reads_a_cell_on_which_the_two_differ_has_no_value(tmp_path: Path) -> None:
    book, calc = with_calc()
    calc.put(1, 1, formula("ROUND(2.5,0)", 2)).put(2, 1, formula("A1+Data!B2", 102), formula("Data!B2+1", 101))
    changed(book, tmp_path)
    assert shown(tmp_path) == {"A1": 2, "B2": 201}


def test_a_function_that_was_never_measured_needs_the_workbooks_word(tmp_path: Path) -> None:
    book, calc = with_calc()
    calc.put(1, 1, formula('TEXT(Data!B2,"0.0")', "100.0", "str"), formula("TANH(Data!B2/1000)"))
    calc.put(2, 1, formula('TEXT(Data!B3,"0.0")', "50.0", "str"))
    changed(book, tmp_path)
    assert shown(tmp_path) == {"A1": "200.0", "A2": "40.0"}


@pytest.mark.parametrize("value", [7, "text", True, ErrorValue("#VALUE!"), ErrorValue("#NAME?")])
def test_no_wrong_value_is_shown_where_the_engine_errs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: CellValue
) -> None:
    use(monkeypatch, Wrong({"A1": value}))
    book, calc = with_calc()
    calc.put(1, 1, formula("SUM(Data!B2:B4)", 225), formula("A1/2", 112.5), formula("Data!B3*2", 100))
    changed(book, tmp_path)
    assert shown(tmp_path) == {"C1": 80}


def test_an_error_of_the_engine_itself_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Wrong({"A1": ErrorValue("#VALUE!"), "B1": ErrorValue("#VALUE!")}))
    book, calc = with_calc()
    calc.put(1, 1, formula("SUM(Data!B2:B4)"), formula("IFERROR(A1,0)"), formula("Data!B3*2"))
    changed(book, tmp_path)
    assert shown(tmp_path) == {"C1": 80}


@pytest.mark.parametrize("name", FILES)
def test_no_value_differs_from_what_excel_stored_in_real_workbooks(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    book = FileBook.open(CORPUS / name)
    sheets = {sheet: found for sheet, found in book._sheets.items() if found.facts.formulas}
    stored = {sheet: shown_values(found, found.facts.formulas) for sheet, found in sheets.items()}
    for found in sheets.values():
        _drop_values(found, found.facts.formulas)
    done = computing.compute(SubprocessEngine(), book._package, sheets, computing.formula_cells(sheets))
    for sheet, values in done.values.items():
        for place, value in values.items():
            if place in stored[sheet]:
                assert computing.agree(stored[sheet][place], value), (sheet, place)


# -- what is touched -------------------------------------------------------------------------------------


def test_only_stale_cells_are_touched(tmp_path: Path) -> None:
    book, calc = with_calc()
    calc.put(1, 1, formula("SUM(Data!B2:B4)", 225), formula("Data!A2", "x", "str"), formula("1+1"))
    calc.put(
        2, 1, Raw("><f>1+2</f><v>3.0</v></c>"), Raw(' t="str"><f>"a"&amp;"b"</f><v xml:space="preserve"> </v></c>')
    )
    other = book.sheet("Other").put(1, 1, formula("PI()*2", 6.28), formula("SUM(Data!C2:C3)"))
    assert other.name == "Other"
    before = book.parts()
    changed(book, tmp_path)
    after = read_parts(tmp_path / "plan.xlsx")
    sheet = str(before[CALC]).replace("<f>SUM(Data!B2:B4)</f><v>225</v>", "<f>SUM(Data!B2:B4)</f><v>300</v>")
    assert after[CALC].decode() == sheet
    touched = {name for name in before if after[name] != (b if isinstance(b := before[name], bytes) else b.encode())}
    assert touched == {"xl/worksheets/sheet1.xml", CALC, "xl/workbook.xml"}


def test_a_second_refresh_with_equal_data_gives_the_same_bytes(tmp_path: Path) -> None:
    book, calc = with_calc()
    calc.put(1, 1, formula("SUM(Data!B2:B4)", 225), formula("A1/3", 75), formula("NOW()+A1", 9), formula("stamp&A1"))
    book.names["stamp"] = "Calc!$A$9"
    calc.put(9, 1, "first")
    changed(book, tmp_path)
    path = tmp_path / "plan.xlsx"
    before = path.read_bytes()
    again = FileBook.open(path)
    again.write("tblPlan", {"volume": VOLUME})
    again.save(path)
    assert path.read_bytes() == before
    again.write_name("stamp", "second")
    again.write_name("stamp", "first")
    again.save(path)
    assert read_parts(path)[CALC].decode().replace('t="inlineStr"', "") != ""
    assert shown(tmp_path)["D1"] == "first300"


def test_growing_tables_take_their_values_along(tmp_path: Path) -> None:
    text = "tblPlan[[#This Row],[volume]]*2"
    book = Workbook()
    body: list[list[object]] = [["Billing", 100, formula(text, 200)], ["Sales", 50, formula(text, 100)]]
    total: list[object] = ["Total", formula("SUBTOTAL(109,tblPlan[volume])", 150), None]
    book.table(book.sheet(), "tblPlan", ["queue", "volume", "double"], body, totals=total, calculated={"double": text})
    path = book.save(tmp_path / "plan.xlsx")
    opened = FileBook.open(path)
    opened.write("tblPlan", {"queue": ["a", "b", "c", "d"], "volume": [1, 2, 3, 4]})
    opened.save(path)
    cells = shown(tmp_path, "Data")
    assert [cells[f"C{row}"] for row in range(2, 6)] == [2, 4, 6, 8]
    assert cells["B6"] == 10


def test_charts_show_the_new_values(tmp_path: Path) -> None:
    book, calc = with_calc()
    calc.put(1, 1, formula("Data!B2", 100)).put(2, 1, formula("Data!B3*2", 100))
    space = "http://schemas.openxmlformats.org/drawingml/2006/chart"
    cache = '<c:ptCount val="2"/><c:pt idx="0"><c:v>100</c:v></c:pt><c:pt idx="1"><c:v>100</c:v></c:pt>'
    reference = f"<c:numRef><c:f>Calc!$A$1:$A$2</c:f><c:numCache>{cache}</c:numCache></c:numRef>"
    chart = f'<c:chartSpace xmlns:c="{space}"><c:val>{reference}</c:val></c:chartSpace>'
    book.part("xl/charts/chart1.xml", chart, "application/vnd.openxmlformats-officedocument.drawingml.chart+xml")
    changed(book, tmp_path)
    after = read_parts(tmp_path / "plan.xlsx")["xl/charts/chart1.xml"].decode()
    assert re.findall("<c:v>(.*?)</c:v>", after) == ["200", "80"]


# -- the engine fails ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("import os; os.abort()", "broke off"),
        ("raise SystemExit('no such function')", "no such function"),
        ("print('[[')", "in the middle of its answer"),
        ("import threading; threading.Event().wait()", "took longer than 1 seconds"),
    ],
)
def test_a_crash_or_a_hang_of_the_engine_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, said: str
) -> None:
    use(monkeypatch, SubprocessEngine([sys.executable, "-c", program], patience_s=1))
    book, calc = with_calc()
    calc.put(1, 1, formula("SUM(Data!B2:B4)", 225))
    opened = changed(book, tmp_path)
    assert shown(tmp_path) == {}
    assert shown(tmp_path, "Data")["B2"] == 200
    assert said in opened.remarks[0]


def test_a_program_that_is_not_there_is_a_remark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, SubprocessEngine([str(tmp_path / "nowhere")]))
    book, calc = with_calc()
    calc.put(1, 1, formula("SUM(Data!B2:B4)", 225))
    assert "could not be started" in changed(book, tmp_path).remarks[0]


def test_without_an_engine_stale_values_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, None)
    book, calc = with_calc()
    calc.put(1, 1, formula("SUM(Data!B2:B4)", 225), formula("1+1", 2))
    opened = changed(book, tmp_path)
    assert shown(tmp_path) == {"B1": 2}
    assert opened.remarks == ("1 formula cell shows no value until Excel calculates the workbook.",)


def test_an_engine_is_found_only_in_a_release_that_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(find_engine(), SubprocessEngine)
    monkeypatch.setattr("xlplan.workbook.recalculation.engine.metadata.version", lambda _: "0.3.0")
    assert find_engine() is None


def test_more_cells_than_are_calculated_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlplan.workbook.recalculation.subprocess_engine.MOST_CELLS", 1)
    with pytest.raises(EngineFault, match="2 formula cells are more than the 1"):
        SubprocessEngine().values(b"", {"Calc": [(1, 1), (2, 1)]})


def test_a_file_that_the_engine_cannot_read_is_named() -> None:
    with pytest.raises(EngineFault, match="broke off"):
        SubprocessEngine().values(b"no package", {"Calc": [(1, 1)]})


# -- formulas that everyone reads the same ---------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "SUM(A1:A6)", "SUM(A1:A6)*2", "SUMPRODUCT((A1:A6>2)*B1:B6)", "SUMPRODUCT(--(YEAR(A1:A6)=2026))",
        "INDEX(A1:C6,MATCH(1,A1:A6,0),2)*2", "SUM(INDEX(A1:C6,0,2))", "SUM(A1:INDEX(A:A,3))", "A1<>B1", "-A1%^2",
        "LOOKUP(2,1/(A1:A6=3),B1:B6)", "SUMIFS(t[a],t[b],t[[#This Row],[x]])", "t[[#Totals],[v]]*2", "IF(A1,,3)",
        "IFERROR(VLOOKUP(A1,S!A:C,3,FALSE),\"\")", "COUNTIF(A:A,\">\"&A1)", "'a b'!A1&\"x,(\"", "input*2", "TRUE",
        "_xlfn.XLOOKUP(A1,B1:B6,C1:C6)", "SUM({1,2})", "ROUND(AVERAGE(B2:B6),2)", "1.5E3+.5", "SUM(OFFSET(A1,0,0,3))",
    ],
)  # fmt: skip
def test_plain_formulas(text: str) -> None:
    assert is_plain(text, {"input"})


@pytest.mark.parametrize(
    "text",
    [
        "A1:A6", "A1:A6*2", "SUM(A1:A6*2)", "SUM(-A1:A6)", "SUM(LEN(A1:A6))", "MAX(IF(A1:A6>2,A1:A6))", "AND(A1:A6>2)",
        "INDEX(A1:A6,MATCH(1,(A1:A6=3)*1,0))", "SUM(t[v]*2)", "t[v]", "names*2", "SUMIFS(A:A,B:B,C1:C2)",
        "INDEX(A1:C6,0)",
        "SUMPRODUCT(IF(A1:A6>2,A1:A6))", "SUM({1,2}*2)", "INDEX(A1:C6,0,2)*2", "SUM((A1:A3,B1))", "SUM(A1:A3 A2:A5)",
        "OFFSET(A1,0,0,3)*2", "_xlfn.XLOOKUP(A1,B1:B6,C1:D6)", "SUM(A1:A6", "", "A1+", "t[[#This Row],[a]:[b]]*2",
        "A1#",
    ],
)  # fmt: skip
def test_formulas_that_are_not_plain(text: str) -> None:
    assert not is_plain(text, {"input"})
