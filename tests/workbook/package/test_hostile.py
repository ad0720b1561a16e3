"""Files that are damaged, dangerous or something else: one clear error, never a hang."""

from __future__ import annotations

import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workbook.package.build import Raw, Workbook, read_parts, simple, write_parts
from xlplan.errors import WorkbookError
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.package.room import POLICIES

SHEET = "xl/worksheets/sheet1.xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
Parts = dict[str, str | bytes]


def patched(tmp_path: Path, change: Callable[[Parts], None], book: Workbook | None = None) -> Path:
    parts = (book or simple()).parts()
    change(parts)
    return write_parts(tmp_path / "hostile.xlsx", parts)


def replaced(part: str, old: str, new: str) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        text = parts[part]
        assert isinstance(text, str)
        assert old in text
        parts[part] = text.replace(old, new, 1)

    return change


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (OLE + b"\0" * 512 + "Workbook".encode("utf-16-le"), "97-2003"),
        (OLE + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le"), "password"),
        (OLE + b"\0" * 512, "OLE"),
        (b"\x09\x08\x10\x00", "xls"),
        (b"queue,volume\nBilling,100\n", "CSV"),
        ("queue;volume\n".encode("utf-16"), "CSV"),
        (b"<html><table></table></html>", "HTML"),
        (b"\xef\xbb\xbf<!DOCTYPE html><p>", "HTML"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "2003"),
        (b"<?xml version='1.0'?><a/>", "XML"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"PK\x05\x06" + b"\0" * 18, "empty"),
        (b"\x7fELF\0\0", "not an Excel workbook"),
        (b"PK\x03\x04 then nothing", "damaged"),
    ],
)
def test_what_is_no_package_is_named(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_bytes(content)
    with pytest.raises(WorkbookError, match=says) as error:
        FileBook.open(path)
    assert error.value.where == "plan.xlsx"
    assert error.value.do


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"[Content_Types].xml": "<Types/>", "xl/workbook.bin": b"\0"}, "xlsb"),
        ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<a/>"}, "ods"),
        ({"[Content_Types].xml": "<Types/>", "word/document.xml": "<a/>"}, "Word"),
        ({"photo.png": b"x"}, "without a workbook"),
        ({"[Content_Types].xml": "<Types/>"}, "no workbook part"),
    ],
)
def test_other_packages_are_named(tmp_path: Path, parts: Parts, says: str) -> None:
    with pytest.raises(WorkbookError, match=says):
        FileBook.open(write_parts(tmp_path / "plan.xlsx", parts))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(WorkbookError, match="cannot be read"):
        FileBook.open(tmp_path / "none.xlsx")
    with pytest.raises(WorkbookError, match="cannot be read"):
        FileBook.open(tmp_path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file(tmp_path: Path, share: float) -> None:
    path = simple().save(tmp_path / "plan.xlsx")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(WorkbookError, match=r"damaged|cut short"):
        FileBook.open(path)


def test_every_flipped_byte_is_noticed_or_harmless(tmp_path: Path) -> None:
    path = simple().save(tmp_path / "plan.xlsx")
    content = path.read_bytes()
    truth = FileBook.open(path).read("tblPlan")
    refused = 0
    for at in range(0, len(content), 7):
        path.write_bytes(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
        try:
            assert FileBook.open(path).read("tblPlan") == truth
        except WorkbookError:
            refused += 1
    assert refused > 100


def test_zip_bombs_are_refused_before_they_unfold(tmp_path: Path) -> None:
    spaces = patched(tmp_path, replaced(SHEET, "</sheetData>", "</sheetData>" + " " * (40 << 20)))
    tracemalloc.start()
    with pytest.raises(WorkbookError, match="bomb"):
        FileBook.open(spaces)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 << 20


def test_a_size_that_lies_is_noticed(tmp_path: Path) -> None:
    path = patched(tmp_path, replaced(SHEET, "</sheetData>", "</sheetData>" + " " * (40 << 20)))
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo(SHEET)
    at = content.rindex(SHEET.encode()) - 46  # its central header
    assert struct.unpack_from("<L", content, at + 24)[0] == info.file_size
    struct.pack_into("<L", content, at + 24, 1000)
    path.write_bytes(content)
    with pytest.raises(WorkbookError, match="more than it claims"):
        FileBook.open(path)


def test_many_shared_strings_stay_packed(tmp_path: Path) -> None:
    strings = "".join(f"<si><t>{i}</t></si>" for i in range(400_000))
    path = patched(tmp_path, replaced("xl/sharedStrings.xml", "</sst>", f"{strings}</sst>"))
    book = FileBook.open(path)
    assert book.read("tblPlan").columns["queue"] == ["Billing", "Sales", "Chat"]


DTD = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", SHEET, "xl/sharedStrings.xml", "xl/styles.xml", "[Content_Types].xml", "_rels/.rels"]
)
def test_any_document_type_is_refused(tmp_path: Path, part: str) -> None:
    path = patched(tmp_path, replaced(part, "?>\n", f"?>\n<!-- {'x' * 5000} -->{DTD}"))
    with pytest.raises(WorkbookError, match="DTD"):
        FileBook.open(path)


@pytest.mark.parametrize("name", ["../../evil.txt", "xl/../../evil.txt", "..\\evil.txt", "C:/evil.txt"])
def test_names_that_point_outside(tmp_path: Path, name: str) -> None:
    with pytest.raises(WorkbookError, match="outside"):
        FileBook.open(patched(tmp_path, lambda parts: parts.update({name: "x"})))
    assert not (tmp_path.parent / "evil.txt").exists()


@pytest.mark.parametrize("name", ["xl/Workbook.xml", "/xl/workbook.xml", "xl\\workbook.xml"])
def test_duplicate_part_names(tmp_path: Path, name: str) -> None:
    with pytest.raises(WorkbookError, match="twice"):
        FileBook.open(patched(tmp_path, lambda parts: parts.update({name: "x"})))


def test_duplicate_table_names_name_both(tmp_path: Path) -> None:
    book = simple()
    book.table(book.sheet("Other"), "TBLPLAN", ["a"], [[1]], at=(5, 3))
    with pytest.raises(WorkbookError, match=r"Data!A1:C4.*Other!C5:C6"):
        FileBook.open(book.save(tmp_path / "plan.xlsx"))


@pytest.mark.parametrize("part", ["xl/workbook.xml", "[Content_Types].xml", "_rels/.rels", "xl/tables/table1.xml"])
def test_missing_parts(tmp_path: Path, part: str) -> None:
    def drop(parts: Parts) -> None:
        del parts[part]

    with pytest.raises(WorkbookError):
        FileBook.open(patched(tmp_path, drop))


def test_missing_sheets_and_strings_are_named_when_they_are_needed(tmp_path: Path) -> None:
    def drop_strings(parts: Parts) -> None:
        del parts["xl/sharedStrings.xml"]

    with pytest.raises(WorkbookError, match="shared string 3") as error:
        FileBook.open(patched(tmp_path, drop_strings)).read("tblPlan")
    assert error.value.where == "Data!A2"

    def drop_sheet(parts: Parts) -> None:
        del parts[SHEET]

    with pytest.raises(WorkbookError, match="tblPlan"):
        FileBook.open(patched(tmp_path, drop_sheet)).read("tblPlan")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("</sheetData>", '<row r="9999999999"><c r="A9999999999"><v>1</v></c></row></sheetData>'),
        ("</sheetData>", '<row r="2"><c r="A2"><v>1</v></c></row></sheetData>'),
        ("</sheetData>", "</sheetdata>"),
        ("<sheetData>", "<rows>"),
        ("</row>", "<row>"),
    ],
)
def test_sheets_that_make_no_sense(tmp_path: Path, old: str, new: str) -> None:
    book = FileBook.open(patched(tmp_path, replaced(SHEET, old, new)))
    with pytest.raises(WorkbookError) as error:
        book.write("tblPlan", {"volume": [1, 2, 3, 4]})
    assert "Data" in error.value.where
    with pytest.raises(WorkbookError):
        book.read_cells("Data", "A1:C100")


@pytest.mark.parametrize(
    "row",
    [
        '<c r="XFE7"><v>1</v></c>',
        '<c r="B7"/><c r="A7"/>',
        '<c r="A7"/><c r="A7"/>',
        '<c r="A8"><v>1</v></c>',
        '<c r="7A"><v>1</v></c>',
        "text",
        "<c/><d/>",
        '<c r="A7" s="-1"/>',
        '<c r="A7" s="x"/>',
    ],
)
def test_rows_that_make_no_sense_are_refused_when_they_are_needed(tmp_path: Path, row: str) -> None:
    path = patched(tmp_path, replaced(SHEET, "</sheetData>", f'<row r="7">{row}</row></sheetData>'))
    book = FileBook.open(path)
    assert book.read("tblPlan").place.rows == 3
    with pytest.raises(WorkbookError, match="Data"):
        book.read_cells("Data", "A1:C100")
    with pytest.raises(WorkbookError, match="Data"):
        book.write_cells("Data", {"B7": 1})


@pytest.mark.parametrize("claim", ["A1:XFD1048576", "A1:ZZZZ99999999999", ""])
def test_a_claimed_dimension_means_nothing(tmp_path: Path, claim: str) -> None:
    path = patched(tmp_path, replaced(SHEET, "<sheetData>", f'<dimension ref="{claim}"/><sheetData>'))
    book = FileBook.open(path)
    assert book.read("tblPlan").columns["volume"] == [100, 50, 75]
    assert book.write("tblPlan", {"volume": [1, 2, 3]}) == 3
    book.save(path)


def test_a_far_cell_costs_nothing(tmp_path: Path) -> None:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    book = FileBook.open(patched(tmp_path, replaced(SHEET, "</sheetData>", far)))
    assert book.read_cells("Data", "XFD1048576") == [[1]]
    assert book.write("tblPlan", {"volume": [1, 2, 3, 4, 5]}) == 5


def test_an_area_too_large_to_be_real_is_refused(tmp_path: Path) -> None:
    book = FileBook.open(simple().save(tmp_path / "plan.xlsx"))
    with pytest.raises(WorkbookError, match="17,179,869,184"):
        book.read_cells("Data", "A1:XFD1048576")
    path = patched(tmp_path, replaced("xl/tables/table1.xml", 'ref="A1:C4"', 'ref="A1:XFD1048576"'))
    with pytest.raises(WorkbookError, match="names 3 columns"):
        FileBook.open(path).read("tblPlan")


@pytest.mark.parametrize("ref", ["", "A1", "C4:Z", "#REF!", "A1:C1"])
def test_a_table_whose_area_makes_no_sense(tmp_path: Path, ref: str) -> None:
    path = patched(tmp_path, replaced("xl/tables/table1.xml", 'ref="A1:C4"', f'ref="{ref}"'))
    with pytest.raises(WorkbookError):
        FileBook.open(path).read("tblPlan")


@pytest.mark.parametrize("merge", ["A2:A3", "B4:D9", "A10:XFD1048576"])
def test_merged_cells(tmp_path: Path, merge: str) -> None:
    tail = f'</sheetData><mergeCells count="1"><mergeCell ref="{merge}"/></mergeCells>'
    book = FileBook.open(patched(tmp_path, replaced(SHEET, "</sheetData>", tail)))
    if merge.startswith("A10"):
        assert book.read("tblPlan").place.rows == 3
        for below in POLICIES:
            with pytest.raises(WorkbookError, match=merge):
                book.write("tblPlan", {"volume": list(range(20))}, below=below)
        return
    with pytest.raises(WorkbookError, match=merge):
        book.read("tblPlan")
    with pytest.raises(WorkbookError, match=merge):
        book.write("tblPlan", {"volume": [1, 2, 3]})


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        (' s="9999"><v>1</v></c>', "format 9999"),
        (' t="s"><v>99999</v></c>', "shared string 99999"),
        (' t="s"><v>-1</v></c>', "shared string"),
        ("><v>twelve</v></c>", "twelve"),
        ("><v>1e999</v></c>", "1e999"),
        ("><v>1_000</v></c>", "1_000"),
        (' t="z"><v>1</v></c>', "type 'z'"),
        (' t="d"><v>yesterday</v></c>', "yesterday"),
    ],
)
def test_a_cell_that_makes_no_sense_is_named(tmp_path: Path, cell: str, says: str) -> None:
    book = FileBook.open(simple([["Billing", Raw(cell), 1]]).save(tmp_path / "plan.xlsx"))
    with pytest.raises(WorkbookError, match=says) as error:
        book.read("tblPlan")
    assert error.value.where == "Data!B2"
    assert book.write("tblPlan", {"volume": [5]}) == 1
    book.save(tmp_path / "plan.xlsx")
    text = read_parts(tmp_path / "plan.xlsx")[SHEET].decode()
    assert '<v>5</v></c><c r="C2"' in text


def test_a_deep_or_long_formula_does_not_hang(tmp_path: Path) -> None:
    book = simple()
    book.sheet("Calc").put(1, 1, Raw(f"><f>{'(' * 200_000}'{chr(39) * 50_000}</f><v>1</v></c>"))
    opened = FileBook.open(book.save(tmp_path / "plan.xlsx"))
    assert opened.write("tblPlan", {"volume": [1, 2, 3, 4]}) == 4
    assert opened.read_cells("Calc", "A1") == [[None]]
