"""Hostile and awkward workbooks, each made from one that is sound.

What repeats is mixed with noise, so that a file does not give itself away by how well it packs.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.workbook.package.build import OFFICE, SHEET_ML, XML, Raw, Workbook, formula, simple

SHEET, STRINGS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
STYLES, TYPES, TABLE = "xl/styles.xml", "[Content_Types].xml", "xl/tables/table1.xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
Parts = dict[str, str | bytes]
Maker = Callable[[], bytes | Parts]
MAKERS: dict[str, Maker] = {}


def make(name: str, folder: Path) -> Path:
    """Write one of the files."""
    content = MAKERS[name]()
    path = folder / f"{name}.xlsx"
    if isinstance(content, bytes):
        path.write_bytes(content)
        return path
    path.write_bytes(packed(content, bomb=name.startswith("bomb")))
    return path


def case(maker: Maker) -> Maker:
    """Register a file under the name of its maker."""
    MAKERS[maker.__name__] = maker
    return maker


def patched(part: str, old: str, new: str, book: Workbook | None = None) -> Parts:
    """A sound workbook with one text in one part replaced."""
    parts = (book or simple()).parts()
    text = parts[part]
    assert isinstance(text, str)
    assert old in text
    parts[part] = text.replace(old, new, 1)
    return parts


def in_sheet(rows: str = "", *, head: str = "", tail: str = "") -> Parts:
    """A sound workbook with more rows, or more around them."""
    parts = patched(SHEET, "</sheetData>", f"{rows}</sheetData>{tail}")
    parts[SHEET] = str(parts[SHEET]).replace("<sheetData>", f"{head}<sheetData>", 1)
    return parts


def noise(size: int, letters: str = " \t\n") -> str:
    """Random letters, which hardly pack."""
    table = "".join(letters[i % len(letters)] for i in range(256)).encode()
    block = random.Random(7).randbytes(1 << 16).translate(table).decode()
    return (block * (size // len(block) + 1))[:size]


def many(text: str, times: int) -> str:
    """A text with ``%d`` in it, repeated with random numbers in their places."""
    numbers = random.Random(11)
    return "".join(text.replace("%d", str(numbers.randrange(10**9))) for _ in range(times))


def packed(parts: Parts, *, bomb: bool = False) -> bytes:
    """The package as bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            level = 6 if len(content) < 1 << 20 or bomb else 1
            archive.writestr(zipfile.ZipInfo(name, (2024, 5, 6, 7, 8, 10)), content, zipfile.ZIP_DEFLATED, level)
    return file.getvalue()


def damaged() -> Iterator[tuple[str, bytes]]:
    """A small workbook cut short at many places, and with single bits turned over at many more."""
    book = simple()
    book.sheet("Calc").put(1, 1, formula("SUM(tblPlan[volume])", 225))
    whole = packed(book.parts())
    for share in range(1, 40):
        yield f"cut_{share:02}", whole[: len(whole) * share // 40]
    for short in (1, 2, 3, 4, 21, 22, 23, 46):
        yield f"short_by_{short:02}", whole[:-short]
    chance = random.Random(5)
    directory = whole.index(b"PK\x01\x02")
    places = [chance.randrange(directory) for _ in range(100)]
    places += [chance.randrange(directory, len(whole)) for _ in range(80)]
    places += [i + k for i in _all(whole, b"PK\x03\x04") for k in (6, 8, 14, 18, 22, 26, 28)]
    for number, place in enumerate(places):
        bit = 1 << chance.randrange(8)
        yield f"bit_{number:03}", whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :]


def _all(data: bytes, mark: bytes) -> Iterator[int]:
    at = data.find(mark)
    while at >= 0:
        yield at
        at = data.find(mark, at + 1)


# -- packages ----------------------------------------------------------------------------------------------------------


@case
def bomb_of_three_million_strings() -> Parts:
    return patched(STRINGS, "</sst>", "<si><t>aaaaaaaaaaaaaaaaaaaaaaaa</t></si>" * 3_000_000 + "</sst>")


@case
def bomb_of_spaces() -> Parts:
    return in_sheet(" " * (100 << 20))


@case
def spaces_that_hardly_pack() -> Parts:
    return in_sheet(noise(30 << 20))


@case
def spaces_between_rows() -> Parts:
    return in_sheet("".join(f'{noise(1 << 20)}<row r="{row}"/>' for row in range(10, 30)))


@case
def spaces_behind_the_rows() -> Parts:
    return in_sheet(tail=noise(30 << 20))


@case
def strings_by_the_million() -> Parts:
    return patched(STRINGS, "</sst>", many("<si><t>%d</t></si>", 1_000_000) + "</sst>")


@case
def empty_strings_by_the_million() -> Parts:
    return patched(STRINGS, "</sst>", many("<si/><si />%d<si/><si/><si/>", 1_500_000) + "</sst>")


@case
def parts_by_the_thousand() -> Parts:
    parts = simple().parts()
    parts.update({f"xl/media/{i}.xml": "<a/>" for i in range(12_000)})
    return parts


@case
def part_outside() -> Parts:
    return {**simple().parts(), "../../evil.txt": "x"}


@case
def part_twice_in_another_case() -> Parts:
    return {**simple().parts(), "XL/WorkBook.xml": "<a/>"}


@case
def part_twice() -> bytes:
    content = io.BytesIO(packed(simple().parts()))
    with zipfile.ZipFile(content, "a") as archive:
        info = zipfile.ZipInfo("xl/Styles.xml")
        archive.writestr(info, "<a/>")
    return content.getvalue().replace(b"xl/Styles.xml", b"xl/styles.xml")


@case
def part_names_in_another_case() -> Parts:
    return {name.upper() if "sheet1" in name else name: text for name, text in simple().parts().items()}


@case
def no_content_types() -> Parts:
    parts = simple().parts()
    del parts[TYPES]
    return parts


@case
def content_types_of_nothing() -> Parts:
    return {**simple().parts(), TYPES: "<Types/>"}


@case
def content_types_that_are_no_xml() -> Parts:
    return {**simple().parts(), TYPES: b"\x00\x01\x02"}


@case
def relationships_in_a_circle() -> Parts:
    book = simple()
    book.sheets[0].relationships += [("worksheet", "sheet1.xml"), ("table", "../worksheets/sheet1.xml")]
    book.workbook_relationships += [("officeDocument", "workbook.xml"), ("sharedStrings", "workbook.xml")]
    return book.parts()


@case
def relationships_by_the_hundred_thousand() -> Parts:
    book = simple()
    book.sheets[0].relationships += [("image", f"../media/{i}.png") for i in range(100_000)]
    return book.parts()


@case
def relationships_that_climb_out() -> Parts:
    book = simple()
    book.sheets[0].relationships += [("table", "../" * 5000 + "etc/passwd"), ("table", "/%2e%2e/%00"), ("table", "")]
    return book.parts()


@case
def password_protected() -> bytes:
    """The head of a compound file, its directory naming the two streams of an encrypted workbook."""
    names = [name.encode("utf-16-le") for name in ("Root Entry", "EncryptionInfo", "EncryptedPackage")]
    directory = b"".join(name.ljust(64, b"\0") + bytes([len(name) + 2]) + bytes(63) for name in names)
    return OLE + bytes(16) + b"\x3e\0\x03\0\xfe\xff\x09\0" + bytes(480) + directory.ljust(512, b"\0") + bytes(4096)


@case
def really_xls() -> bytes:
    return OLE + bytes(1016) + "Workbook".encode("utf-16-le") + bytes(2048)


@case
def really_xlsb() -> Parts:
    return {TYPES: "<Types/>", "xl/workbook.bin": b"\x83\x01\0"}


@case
def really_ods() -> Parts:
    return {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<a/>"}


@case
def really_html() -> bytes:
    return b"<html><body><table><tr><td>1</td></tr></table></body></html>"


@case
def really_csv() -> bytes:
    return b"queue,volume\nBilling,100\n" * 50_000


@case
def really_zip() -> Parts:
    return {"photo.png": b"x", "notes.txt": "y"}


@case
def zip_of_noise() -> bytes:
    return b"PK\x03\x04" + random.Random(3).randbytes(5 << 20)


@case
def entry_sizes_that_lie() -> bytes:
    content = packed(in_sheet(noise(20 << 20)))
    at = content.rindex(SHEET.encode()) - 46
    return content[: at + 24] + (1000).to_bytes(4, "little") + content[at + 28 :]


@case
def entries_on_one_another() -> bytes:
    """Every entry of the directory points at the one large entry (how a bomb without nesting is built)."""
    content = bytearray(packed({**simple().parts(), **{f"xl/media/{i:03}.xml": f"<a>{i}</a>" for i in range(200)}}))
    for at in _all(bytes(content), b"PK\x01\x02"):
        content[at + 42 : at + 46] = bytes(4)
    return bytes(content)


# -- XML ---------------------------------------------------------------------------------------------------------------


@case
def billion_laughs() -> Parts:
    entities = '<!ENTITY a "lollollollol">' + "".join(
        f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9)
    )
    return patched(STRINGS, "?>\n", f"?>\n<!DOCTYPE sst [{entities}]>")


@case
def reads_another_file() -> Parts:
    return patched(SHEET, "?>\n", '?>\n<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>')


@case
def nested_around_the_rows() -> Parts:
    return in_sheet(tail="<a>" * 100_000 + "</a>" * 100_000)


@case
def nested_in_a_cell() -> Parts:
    deep = "<c>" * 100_000 + "</c>" * 100_000
    return in_sheet(f'<row r="9"><c r="A9"><v>1</v></c>{deep}</row>')


@case
def nested_in_the_strings() -> Parts:
    return patched(STRINGS, "</sst>", "<si><r>" * 100_000 + "<t>x</t>" + "</r></si>" * 100_000 + "</sst>")


@case
def nested_in_the_workbook() -> Parts:
    return patched(BOOK, "</workbook>", "<a>" * 100_000 + "</a>" * 100_000 + "</workbook>")


@case
def attribute_of_twenty_megabytes() -> Parts:
    return patched(SHEET, "<sheetData>", f'<sheetPr x="{noise(20 << 20, "abcdefgh")}"/><sheetData>')


@case
def attribute_of_twenty_megabytes_in_a_row() -> Parts:
    return in_sheet(f'<row r="9" x="{noise(20 << 20, "abcdefgh")}"/>')


@case
def name_of_ten_megabytes() -> Parts:
    name = noise(10 << 20, "abcdefgh")
    return in_sheet(tail=f"<{name}/>")


@case
def comment_of_twenty_megabytes() -> Parts:
    return in_sheet(f"<!--{noise(20 << 20, 'abcdefgh')}-->")


@case
def text_of_twenty_megabytes() -> Parts:
    return patched(BOOK, "</workbook>", f"<a>{noise(20 << 20, 'abcdefgh')}</a></workbook>")


@case
def elements_by_the_million() -> Parts:
    return patched(BOOK, "</workbook>", many("<a/><b/>%d<c/>", 1_000_000) + "</workbook>")


@case
def attributes_by_the_hundred_thousand() -> Parts:
    return in_sheet(head="<sheetPr " + " ".join(f'a{i}="{i}"' for i in range(300_000)) + "/>")


@case
def attributes_of_a_row_by_the_hundred_thousand() -> Parts:
    return in_sheet('<row r="9" ' + " ".join(f'a{i}="{i}"' for i in range(300_000)) + "/>")


@case
def another_encoding() -> Parts:
    parts = simple().parts()
    parts[SHEET] = str(parts[SHEET]).replace("UTF-8", "UTF-16").encode("utf-16")
    return parts


@case
def unknown_encoding() -> Parts:
    return patched(SHEET, "UTF-8", "EBCDIC-9000")


@case
def bytes_that_are_no_utf8() -> Parts:
    parts = simple().parts()
    parts[SHEET] = (
        str(parts[SHEET]).encode().replace(b"</sheetData>", b"<row r='9'><c><v>\xff\xfe</v></c></row></sheetData>")
    )
    return parts


# -- rows and cells ----------------------------------------------------------------------------------------------------


@case
def far_cell() -> Parts:
    return in_sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')


@case
def row_of_ten_billion() -> Parts:
    return in_sheet('<row r="9999999999"><c r="A9999999999"><v>1</v></c></row>')


@case
def row_number_of_a_megabyte() -> Parts:
    return in_sheet(f'<row r="{"9" * (1 << 20)}"/>')


@case
def cell_address_of_a_megabyte() -> Parts:
    return in_sheet(f'<row r="9"><c r="A{"9" * (1 << 20)}"/><c r="{"A" * (1 << 20)}9"/></row>')


@case
def claimed_dimension() -> Parts:
    return in_sheet(head='<dimension ref="A1:XFD1048576"/>')


@case
def claimed_dimensions_by_the_million() -> Parts:
    return in_sheet(head=many('<dimension a="%d"/>', 500_000))


@case
def merge_of_everything() -> Parts:
    return in_sheet(tail='<mergeCells count="1"><mergeCell ref="A10:XFD1048576"/></mergeCells>')


@case
def merges_by_the_hundred_thousand() -> Parts:
    merges = "".join(f'<mergeCell ref="E{row}:F{row}"/>' for row in range(1, 100_001))
    return in_sheet(tail=f"<mergeCells>{merges}</mergeCells>")


@case
def merges_that_make_no_sense() -> Parts:
    merges = "".join(f'<mergeCell ref="{ref}"/>' for ref in ("", "A", "A0", "1:1", "ZZZZ9", "A1:B2:C3", "#REF!"))
    return in_sheet(tail=f"<mergeCells>{merges}</mergeCells>")


@case
def rows_by_the_hundred_thousand() -> Parts:
    return in_sheet("".join(f'<row r="{row}"><c r="E{row}"><v>{row * 7}</v></c></row>' for row in range(5, 500_001)))


@case
def cells_by_the_million_in_one_row() -> Parts:
    return in_sheet(f'<row r="9">{many("<c/>", 3_000_000)}</row>')


@case
def cells_of_one_row_that_weigh_forty_megabytes() -> Parts:
    cells = "".join(f"<c t='inlineStr'><is><t>{noise(4000, 'abcdefgh')}</t></is></c>" for _ in range(10_000))
    return in_sheet(f'<row r="9">{cells}</row>')


@case
def cells_with_spaced_ends() -> Parts:
    rows = (
        f'<row r="{row}">' + "".join(f'<c r="{letter}{row}"><v>{row}</v></c >' for letter in _letters()) + "</row>"
        for row in range(5, 25)
    )
    return in_sheet("".join(rows))


def _letters() -> list[str]:
    one = [chr(65 + i) for i in range(26)]
    return [*one, *(a + b for a in one for b in one), *(a + b + c for a in "ABCD" for b in one for c in one)]


@case
def cells_that_look_like_others() -> Parts:
    return in_sheet('<row r="9">' + many('<cc a=">"/>', 200_000) + "</row>")


@case
def cells_with_ends_inside() -> Parts:
    return in_sheet('<row r="9">' + "".join('<c x="/>" y=\'</c>\'><v a=">"/></c>' for _ in range(16_000)) + "</row>")


@case
def values_with_ends_in_attributes() -> Parts:
    inner = many('<v a=">%d"/>', 200_000)
    return in_sheet(f'<row r="9"><c r="A9">{inner}</c></row>')


@case
def spaces_in_tags() -> Parts:
    gap = noise(1 << 20)
    return in_sheet(f'<row r="9"><c{gap}r="A9"{gap}><v{gap}>1</v{gap}></c{gap}></row>')


@case
def spaces_around_equal_signs() -> Parts:
    cells = "".join(f'<c r{noise(300)}={noise(300)}"{letter}9"{noise(300)}a="1"/>' for letter in _letters())
    return in_sheet(f'<row r="9">{cells}</row>')


@case
def attribute_names_beyond_letters() -> Parts:
    return in_sheet('<row r="9"><c' + "".join(f' a\u00b7{i}="1"' for i in range(100_000)) + "/></row>")


@case
def format_of_five_thousand_digits() -> Parts:
    return patched(SHEET, '<c r="B2"', f'<c r="B2" s="{"9" * 5000}"')


@case
def format_that_is_not_there() -> Parts:
    return patched(SHEET, '<c r="B2"', '<c r="B2" s="9999"')


@case
def string_that_is_not_there() -> Parts:
    return patched(SHEET, 't="s"><v>3</v>', 't="s"><v>99999</v>')


@case
def number_of_a_megabyte() -> Parts:
    return simple([["Billing", Raw(f"><v>{'1' * (1 << 20)}.5</v></c>"), 1]]).parts()


@case
def numbers_that_are_none() -> Parts:
    texts = ("NaN", "inf", "-inf", "1e999", "1_0", "0x10", "١٢", " ", "--1", "1e")
    return simple([["Billing", Raw(f"><v>{text}</v></c>"), 1] for text in texts]).parts()


@case
def text_beyond_what_a_cell_holds() -> Parts:
    return simple([["x" * 40_000, 1, 2], ["y" * (5 << 20), 1, 2]]).parts()


@case
def control_characters() -> Parts:
    return simple([["a_x0000_b_x001F_\r_xD800_", 1, 2], ["_xFFFF_", 1, 2]]).parts()


@case
def dates_from_1904() -> Parts:
    book = Workbook(date1904=True)
    cells: list[list[object]] = [
        [Raw(f' t="d"><v>{text}</v></c>')] for text in ("1899-12-31", "0001-01-01", "25:00", "")
    ]
    book.table(book.sheet("Data"), "tblDays", ["day"], cells)
    return book.parts()


@case
def columns_of_a_sheet_that_make_no_sense() -> Parts:
    listed = '<col min="x" max="-1" style="1"/><col min="1" max="99999999999" style="²"/>'
    return in_sheet(head=f"<cols>{listed}</cols>")


@case
def columns_of_a_sheet_by_the_hundred_thousand() -> Parts:
    return in_sheet(head="<cols>" + '<col min="9" max="8" style="1"/>' * 100_000 + "</cols>")


@case
def phonetic_hints_without_end() -> Parts:
    hints = many('<rPh a="%d"/>', 300_000)
    return patched(STRINGS, "<t xml:space", f"{hints}<t xml:space")


@case
def texts_with_ends_in_attributes() -> Parts:
    return patched(STRINGS, "<t xml:space", f"{many('<t a=%q>%d%q/>'.replace('%q', chr(34)), 300_000)}<t xml:space")


@case
def strings_with_ends_in_attributes() -> Parts:
    return patched(STRINGS, "</sst>", many('<si a=">%d"/>', 500_000) + "</sst>")


# -- formulas ----------------------------------------------------------------------------------------------------------


def in_calc(*cells: str) -> Parts:
    """A sound workbook with cells on a second sheet, one per row."""
    book = simple()
    sheet = book.sheet("Calc")
    for row, cell in enumerate(cells, 1):
        sheet.put(row, 1, Raw(cell))
    return book.parts()


@case
def formula_of_a_megabyte() -> Parts:
    return in_calc(f"><f>{'tblPlan[volume]+' * 65_536}1</f><v>1</v></c>")


@case
def formulas_of_open_quotes() -> Parts:
    return in_calc(*(f"><f>SUM(Data!B4,{i}{'&apos;' * 8000}</f><v>1</v></c>" for i in range(300)))


@case
def formulas_of_points() -> Parts:
    return in_calc(*(f"><f>Data!B4+{i}{'1.' * 4000}</f><v>1</v></c>" for i in range(300)))


@case
def formulas_of_brackets() -> Parts:
    return in_calc(
        *(
            f"><f>Data!B4+{i}{mark * (8000 // len(mark))}</f><v>1</v></c>"
            for i in range(60)
            for mark in ("[1", "(", "{", '"', "a!", "$")
        )
    )


@case
def formulas_of_many_cells() -> Parts:
    texts = ("+".join(f"A{(i * k) % 999983 + 1}" for k in range(1, 1000)) for i in range(500))
    return in_calc(*(f"><f>Data!B4+{text}</f><v>1</v></c>" for text in texts))


@case
def formula_shared_by_a_hundred_thousand() -> Parts:
    text = "+".join(f"Data!B{k}" for k in range(1, 1000))
    first = f' ><f t="shared" si="0" ref="A1:A100000">{text}</f><v>1</v></c>'
    return in_calc(first, *['><f t="shared" si="0"/><v>1</v></c>'] * 99_999)


@case
def formulas_by_the_million() -> Parts:
    rows = (f'<row r="{r}">' + "<c><f>A1</f></c>" * 16_000 + "</row>" for r in range(10, 200))
    return in_sheet("".join(rows))


@case
def formulas_in_a_circle() -> Parts:
    book = simple()
    sheet = book.sheet("Calc")
    for row in range(1, 3001):
        sheet.put(row, 1, formula(f"A{row % 3000 + 1}+Data!B2", 1))
    book.names = {"one": "two+Calc!$A$1", "two": "three", "three": "one+Data!$B$2", "self": "self"}
    sheet.put(1, 2, formula("one+self", 1))
    return book.parts()


@case
def names_in_a_long_chain() -> Parts:
    book = simple()
    book.sheet("Calc").put(1, 1, formula("n0+1", 1))
    book.names = {f"n{i}": f"n{i + 1}" for i in range(20_000)} | {"n20000": "Data!$B$2"}
    return book.parts()


@case
def names_by_the_hundred_thousand() -> Parts:
    book = simple()
    book.names = {f"name{i}": f"Data!$B${i % 1000 + 1}" for i in range(100_000)}
    return book.parts()


@case
def array_formulas_over_everything() -> Parts:
    return in_calc(*(f'><f t="array" ref="A1:XFD1048576">Data!B4+{i}</f><v>1</v></c>' for i in range(3000)))


@case
def formulas_that_read_everything() -> Parts:
    return in_calc(*(f">{'<f>Data!1:1048576+Data!A:XFD+' + str(i) + '</f>'}<v>1</v></c>" for i in range(20_000)))


@case
def data_table_that_makes_no_sense() -> Parts:
    return in_calc(
        '><f t="dataTable" ref="A0:ZZZZ9" r1="none" r2="99"/><v>1</v></c>', '><f t="array">1</f><v>1</v></c>'
    )


@case
def array_area_that_makes_no_sense() -> Parts:
    return in_sheet('<row r="9"><c r="A9"><f t="array" ref="#REF!">1</f><v>1</v></c></row>')


# -- tables and sheets -------------------------------------------------------------------------------------------------


def with_area(ref: str) -> Parts:
    return patched(TABLE, 'ref="A1:C4"', f'ref="{ref}"')


@case
def table_outside_the_sheet() -> Parts:
    return with_area("A1048575:C1048577")


@case
def table_turned_round() -> Parts:
    return with_area("C4:A1")


@case
def table_of_a_million_rows() -> Parts:
    return with_area("A1:C1048576")


@case
def table_without_rows() -> Parts:
    return with_area("A1:C1")


@case
def tables_on_one_another() -> Parts:
    book = simple()
    book.table(book.sheets[0], "tblOther", ["queue", "volume"], [["x", 1], ["y", 2]], at=(2, 2))
    return book.parts()


@case
def tables_of_one_name() -> Parts:
    book = simple()
    book.table(book.sheet("Other"), "TBLPLAN", ["a"], [[1]], at=(5, 3))
    return book.parts()


@case
def tables_by_the_thousand() -> Parts:
    book = simple()
    for number in range(3000):
        book.table(book.sheets[0], f"t{number}", ["a"], [[1]], at=(number * 4 + 10, 9))
    return book.parts()


@case
def table_columns_by_the_hundred_thousand() -> Parts:
    listed = "".join(f'<tableColumn id="{i}" name="c{i}"/>' for i in range(100_000))
    return patched(TABLE, "</tableColumns>", f"{listed}</tableColumns>")


@case
def table_that_is_no_table() -> Parts:
    return {**simple().parts(), TABLE: "<a/>"}


@case
def sheets_by_the_hundred_thousand() -> Parts:
    listed = "".join(f'<sheet name="s{i}" sheetId="{i + 9}" r:id="rId1"/>' for i in range(100_000))
    return patched(BOOK, "</sheets>", f"{listed}</sheets>")


@case
def sheets_by_the_thousand() -> Parts:
    book = simple()
    for number in range(2000):
        book.sheet(f"s{number}").put(1, 1, formula("Data!B2", 1))
    return book.parts()


@case
def sheets_that_share_their_part() -> Parts:
    listed = "".join(f'<sheet name="s{i}" sheetId="{i + 9}" r:id="rId2"/>' for i in range(20_000))
    book = simple()
    book.sheet("Calc").put(1, 1, formula("Data!B2", 1))
    return patched(BOOK, "</sheets>", f"{listed}</sheets>", book)


@case
def no_sheets() -> Parts:
    parts = simple().parts()
    parts[BOOK] = f'{XML}<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    return parts


@case
def sheet_without_cells() -> Parts:
    return patched(SHEET, "<sheetData>", "<rows>") | {}


@case
def links_by_the_million() -> Parts:
    links = "".join(f'<hyperlink ref="E{i}" location="Data!A{i}"/>' for i in range(1, 1_000_001))
    return in_sheet(tail=f"<hyperlinks>{links}</hyperlinks>")


@case
def conditional_formats_by_the_hundred_thousand() -> Parts:
    formats = "".join(
        f'<conditionalFormatting sqref="A{i}:C{i}"><cfRule type="expression" priority="{i}"><formula>$B${i}&gt;1'
        "</formula></cfRule></conditionalFormatting>"
        for i in range(1, 100_001)
    )
    return in_sheet(tail=formats)


@case
def one_format_over_a_million_areas() -> Parts:
    areas = " ".join(f"E{i}" for i in range(1, 1_000_001))
    return in_sheet(tail=f'<conditionalFormatting sqref="{areas}"/>')


@case
def signed() -> Parts:
    book = simple()
    book.root_relationships.append((f"{OFFICE}/digital-signature/origin", "_xmlsignatures/origin.sigs"))
    book.part("_xmlsignatures/origin.sigs", b"", "application/vnd.openxmlformats-package.digital-signature-origin")
    return book.parts()


@case
def shared_with_its_history() -> Parts:
    book = simple()
    book.workbook_relationships.append(("revisionHeaders", "revisions/revisionHeaders.xml"))
    book.part("xl/revisions/revisionHeaders.xml", f"{XML}<headers/>", f"{SHEET_ML}revisionHeaders+xml")
    return book.parts()


@case
def pivot_that_shows_everything() -> Parts:
    book = simple()
    kind = f"{SHEET_ML}pivotCacheDefinition+xml"
    source = '<cacheSource type="worksheet"><worksheetSource name="tblPlan"/></cacheSource>'
    book.workbook_relationships.append(("pivotCacheDefinition", "pivotCache/pivotCacheDefinition1.xml"))
    book.part(
        "xl/pivotCache/pivotCacheDefinition1.xml", f"{XML}<pivotCacheDefinition>{source}</pivotCacheDefinition>", kind
    )
    book.sheet("Pivot").relationships.append(("pivotTable", "../pivotTables/pivotTable1.xml"))
    shown = f'{XML}<pivotTableDefinition><location ref="A1:XFD1048576"/></pivotTableDefinition>'
    book.part("xl/pivotTables/pivotTable1.xml", shown, f"{SHEET_ML}pivotTable+xml")
    book.extra["xl/pivotTables/_rels/pivotTable1.xml.rels"] = (
        f'{XML}<Relationships><Relationship Id="rId1" Type="{OFFICE}/pivotCacheDefinition" '
        'Target="../pivotCache/pivotCacheDefinition1.xml"/></Relationships>'
    )
    return book.parts()


@case
def areas_that_make_no_sense() -> Parts:
    refs = ("", "A", "A0:B", "#REF!", "XFE1", "A1:A1048577", ":", "A1:B2:C3", "$", "1:", "A1 #REF!")
    formats = "".join(
        f'<conditionalFormatting sqref="{ref}"/><dataValidations><dataValidation sqref="{ref}"/></dataValidations>'
        for ref in refs
    )
    return in_sheet(head='<dimension ref="#REF!"/><sheetProtection sheet="1"/>', tail=formats)
