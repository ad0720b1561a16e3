"""Odd spellings that are read right, and limits that say what was met; what they save is shown by the watchdog."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from tests.workbook.package.build import Raw, Workbook, formula, simple, write_parts
from tests.workbook.package.hostile import SHEET, STRINGS, patched
from xlplan.errors import WorkbookError
from xlplan.workbook.package import markup, strings
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.package.formulas import precedents, tokens
from xlplan.workbook.package.remembered import remembered
from xlplan.workbook.package.rows import Row, grammar
from xlplan.workbook.package.strings import joined_text


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("<t>plan</t>", "plan"),
        ('<t a=">"/><t>plan</t>', "plan"),
        ("<t/><t >plan</t >", "plan"),
        ('<r><t a="/>">pl</t></r><rPh sb="0"><t>x</t></rPh><r><t>an</t></r>', "plan"),
        ('<rPh a=">"/><t>plan</t><rPh/>', "plan"),
        ("<x:t>plan</x:t>", "plan"),
        ("<t><t><t>", ""),
    ],
)
def test_texts_of_a_shared_string(inner: str, text: str) -> None:
    assert joined_text(inner) == text


@pytest.mark.parametrize(
    "text",
    [
        '<c r="A7"><v>1</v></c ><c r="B7" s="2"><v>2</v></c\n>',
        '<c r="A7" x=">"><v>1</v></c><c r="B7" s="2"/>',
        '<c r="A7"><f>"&lt;c&gt;"</f><v a=">">1</v></c><c s="2"><is><t>x</t></is></c>',
    ],
)
def test_cells_with_odd_ends(text: str) -> None:
    cells = grammar("").cells(Row(7, ' r="7"', text), "here")
    assert [(cell.column, cell.style) for cell in cells] == [(1, ""), (2, ' s="2"')]
    assert "".join(cell.raw for cell in cells) == text


def test_cells_in_the_columns_of_the_row_before() -> None:
    g = grammar("")
    for number in (7, 8):
        cells = g.cells(Row(number, "", f'<c r="A{number}"/><c r="C{number}" s="1"><v>2</v></c>'), "here")
        assert [(cell.column, cell.payload) for cell in cells] == [(1, "/>"), (3, "><v>2</v></c>")]
    with pytest.raises(WorkbookError, match="out of place"):
        g.cells(Row(9, "", '<c r="A9"/><c r="C8"/>'), "here")
    with pytest.raises(WorkbookError, match="no cell"):
        g.cells(Row(9, "", '<c r="A9"/>text<c r="C9"/>'), "here")


def test_values_spelled_with_attributes(tmp_path: Path) -> None:
    cells = ['><v a=">">7</v></c>', ' t="inlineStr"><is><t a=">"/><t>7</t></is></c>', '><f a=">"/><v>8</v></c>']
    book = FileBook.open(simple([["x", Raw(cell), 1] for cell in cells]).save(tmp_path / "plan.xlsx"))
    assert book.read("tblPlan").columns["volume"] == [7, "7", 8]


@pytest.mark.parametrize("text", ["'it''s", "'" * 9, "1.1.1.1", "..A1", "A1+'x", "[1]..A1!"])
def test_formulas_that_make_no_sense_come_back(text: str) -> None:
    assert "".join(map(str, tokens(text))) == text


def test_a_quote_without_end_may_read_anything() -> None:
    assert precedents("A1+'x").unbounded
    assert not precedents("A1+'x'!#REF!+'y'!B2").unbounded


def test_what_is_remembered_is_bounded() -> None:
    asked: list[str] = []

    @remembered(5, weigh=len)
    def letters(text: str) -> list[str]:
        asked.append(text)
        return list(text)

    for text in ("ab", "cd", "ab", "ef", "ab", "abcdefg", "abcdefg"):
        assert letters(text) == list(text)
    assert asked == ["ab", "cd", "ef", "ab", "abcdefg", "abcdefg"]


def test_names_in_a_circle_read_what_any_of_them_reads(tmp_path: Path) -> None:
    book = simple()
    sheet = book.sheet("Calc")
    book.names = {"one": "two+1", "two": "one+three", "three": "Data!$B$2", "alone": "alone+1"}
    for row, name in enumerate(("one", "two", "three", "alone"), 1):
        sheet.put(row, 1, formula(name, row))
    opened = FileBook.open(book.save(tmp_path / "plan.xlsx"))
    opened.write("tblPlan", {"volume": [1, 2, 3]})
    assert opened.read_cells("Calc", "A1:A4") == [[None], [None], [None], [4]]


def test_two_sheets_of_one_part_are_named(tmp_path: Path) -> None:
    second = '<sheet name="Again" sheetId="9" r:id="rId1"/></sheets>'
    path = write_parts(tmp_path / "plan.xlsx", patched("xl/workbook.xml", "</sheets>", second))
    with pytest.raises(WorkbookError, match="'Data' and 'Again'"):
        FileBook.open(path)


def test_a_long_tag_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "LONGEST_TAG", 1000)
    chunks = [b"<a>" + b"<b/>" * 1000, b'<b x="' + b"y" * 900, b"y" * 900, b'"/></a>']
    with pytest.raises(WorkbookError, match="part p"):
        markup.scan(chunks, part="p", where="here")
    assert markup.scan([b"<a>" + b"<b/>" * 1000, b"text " * 900, b"</a>"], part="p", where="here").plain


@pytest.mark.parametrize(("limit", "says"), [("MOST_NODES", "tags and attributes"), ("MOST_ATTRIBUTES", "a tag with")])
def test_a_tree_that_would_fill_memory_is_refused(monkeypatch: pytest.MonkeyPatch, limit: str, says: str) -> None:
    listed = " ".join(f'long_name_{i}=""' for i in range(1000))
    text = f"<a {listed}/>".encode()
    assert len(etree.tostring(markup.parse(text, part="p", where="here"))) > 10_000
    monkeypatch.setattr(markup, limit, 900)
    with pytest.raises(WorkbookError, match=says):
        markup.parse(text, part="p", where="here")


def test_too_many_shared_strings_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_parts(tmp_path / "plan.xlsx", patched(STRINGS, "</sst>", "<si/>" * 20 + "</sst>"))
    assert FileBook.open(path).read("tblPlan").columns["queue"] == ["Billing", "Sales", "Chat"]
    monkeypatch.setattr(strings, "MOST", 10)
    with pytest.raises(WorkbookError, match="more than 10 texts"):
        FileBook.open(path).read("tblPlan")


def test_unknown_encodings_are_named(tmp_path: Path) -> None:
    book = FileBook.open(write_parts(tmp_path / "plan.xlsx", patched(SHEET, "UTF-8", "EBCDIC-9000")))
    with pytest.raises(WorkbookError, match="EBCDIC-9000"):
        book.read("tblPlan")


@pytest.mark.parametrize("cell", ['><f t="array" ref="#REF!">1</f></c>', '><f t="dataTable" ref="A1:B2" r1="x"/></c>'])
def test_formulas_over_cells_that_are_none_are_named(tmp_path: Path, cell: str) -> None:
    book: Workbook = simple()
    book.sheets[0].put(9, 5, Raw(cell))
    opened = FileBook.open(book.save(tmp_path / "plan.xlsx"))
    with pytest.raises(WorkbookError, match="not a cell address") as error:
        opened.write("tblPlan", {"volume": [1, 2, 3]})
    assert error.value.where == "Data!E9"
