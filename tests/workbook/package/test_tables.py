"""A table's body replaced: what stands in the file before and after."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import etree

from tests.workbook.package.build import Raw, Workbook, formula, read_parts, simple, write_parts
from xlplan.errors import WorkbookError
from xlplan.workbook.book import ErrorValue, Formula
from xlplan.workbook.package.file_book import FileBook

SHEET = "xl/worksheets/sheet1.xml"
TABLE = "xl/tables/table1.xml"


def refreshed(book: Workbook, tmp_path: Path, **columns: list[object]) -> dict[str, bytes]:
    """Parts of the workbook after one write to tblPlan."""
    path = book.save(tmp_path / "plan.xlsx")
    opened = FileBook.open(path)
    opened.write("tblPlan", columns)  # type: ignore[arg-type]
    opened.save(path)
    return read_parts(path)


def cells(sheet: bytes) -> dict[str, str]:
    """Every cell's text after its address."""
    return dict(re.findall(r'<c r="([A-Z]+\d+)"([^/>]*(?:/>|>.*?</c>))', sheet.decode()))


def rows(sheet: bytes) -> dict[int, str]:
    """Attributes of every row."""
    return {int(number): rest for number, rest in re.findall(r'<row r="(\d+)"([^>]*?)/?>', sheet.decode())}


def test_only_sheet_and_table_change_when_a_table_grows(tmp_path: Path) -> None:
    book = simple()
    before = {name: text if isinstance(text, bytes) else text.encode() for name, text in book.parts().items()}
    after = refreshed(book, tmp_path, volume=[1, 2, 3, 4])
    assert {name for name in before if before[name] != after[name]} == {SHEET, TABLE}
    assert b'ref="A1:C5"' in after[TABLE]
    assert b'<autoFilter ref="A1:C5"/>' in after[TABLE]


def test_only_the_sheet_changes_when_values_do(tmp_path: Path) -> None:
    book = simple()
    before = {name: text if isinstance(text, bytes) else text.encode() for name, text in book.parts().items()}
    after = refreshed(book, tmp_path, volume=[1, 50, 75])
    assert {name for name in before if before[name] != after[name]} == {SHEET}
    assert cells(after[SHEET]) == cells(before[SHEET]) | {"B2": "><v>1</v></c>"}


def test_new_rows_look_like_the_first(tmp_path: Path) -> None:
    book = simple()
    book.sheets[0].styles.update({(2, 2): 4, (3, 2): 5, (2, 3): 6})
    book.sheets[0].row_attributes[2] = ' spans="1:3" ht="20" customHeight="1" hidden="0"'
    after = refreshed(book, tmp_path, queue=list("abcde"), volume=[1, 2, 3, 4, 5])[SHEET]
    found = cells(after)
    assert found["B3"].startswith(' s="5"')
    assert found["B5"] == found["B6"].replace("5", "4") == ' s="4"><v>4</v></c>'
    assert found["C6"] == ' s="6"/>'
    assert rows(after)[6] == ' ht="20" customHeight="1"'


def test_cells_beside_the_table_stay(tmp_path: Path) -> None:
    book = simple()
    book.sheets[0].put(3, 6, "note", 12).put(6, 6, "low").put(40, 1, "far below")
    before = cells(book.parts()[SHEET].encode())  # type: ignore[union-attr]
    for volumes in ([1, 2, 3, 4, 5, 6, 7], [1]):
        after = cells(refreshed(book, tmp_path, volume=volumes)[SHEET])
        for place in ("F3", "G3", "F6", "A40"):
            assert after[place] == before[place]


def test_shrinking_clears_what_is_left_over(tmp_path: Path) -> None:
    after = refreshed(simple(), tmp_path, volume=[7])
    assert set(cells(after[SHEET])) == {"A1", "B1", "C1", "A2", "B2", "C2"}
    assert b'ref="A1:C2"' in after[TABLE]


def test_no_rows_leave_one_blank_row(tmp_path: Path) -> None:
    after = refreshed(simple(), tmp_path, queue=[], volume=[], aht_s=[])
    assert b'ref="A1:C2"' in after[TABLE]
    assert {place: text for place, text in cells(after[SHEET]).items() if place.endswith("2")} == {
        "A2": "/>",
        "B2": "/>",
        "C2": "/>",
    }


@pytest.mark.parametrize("count", [1, 2, 5, 9])
def test_the_totals_row_moves(tmp_path: Path, count: int) -> None:
    book = Workbook()
    spec = book.sheet("Data")
    spec.put(6, 6, "note")
    total = ["Total", formula("SUBTOTAL(109,tblPlan[volume])", 225), formula("SUM(C2:C4)/B5", 2)]
    book.table(spec, "tblPlan", ["queue", "volume", "aht_s"], [["a", 1, 2], ["b", 3, 4], ["c", 5, 6]], totals=total)
    spec.styles[5, 2] = 7
    after = refreshed(book, tmp_path, queue=["x"] * count, volume=[1] * count, aht_s=[2] * count)
    found = cells(after[SHEET])
    last = count + 2
    assert f'ref="A1:C{last}"'.encode() in after[TABLE]
    assert f'<autoFilter ref="A1:C{last - 1}"/>'.encode() in after[TABLE]
    assert found[f"B{last}"] == ' s="7"><f>SUBTOTAL(109,tblPlan[volume])</f></c>'
    assert found[f"C{last}"] == f"><f>SUM(C2:C{last - 1})/B{last}</f></c>"
    assert {place for place in found if int(re.sub(r"\D", "", place)) > last} <= {"F6"}
    assert "F6" in found


def test_calculated_columns_are_filled(tmp_path: Path) -> None:
    book = Workbook()
    text = "tblPlan[[#This Row],[volume]]*2"
    body = [["a", 1, formula(text, 2)], ["b", 3, formula(text, 6)]]
    book.table(book.sheet(), "tblPlan", ["queue", "volume", "double"], body, calculated={"double": text})
    found = cells(refreshed(book, tmp_path, volume=[1, 9, 4])[SHEET])
    assert [found[f"C{row}"] for row in (2, 3, 4)] == [f"><f>{text}</f></c>"] * 3


@pytest.mark.parametrize("start", [2, 5])
def test_calculated_columns_with_relative_addresses_are_filled_down(tmp_path: Path, start: int) -> None:
    # the table part may keep the text as another row than the first reads it
    book = Workbook()
    body = [["a", 1, formula("B2*$F$1", 2)], ["b", 3, formula("B3*$F$1", 6)]]
    stored = f"B{start}*$F$1"
    book.table(book.sheet(), "tblPlan", ["queue", "volume", "double"], body, calculated={"double": stored})
    found = cells(refreshed(book, tmp_path, volume=[1, 9, 4])[SHEET])
    assert [found[f"C{row}"] for row in (2, 3, 4)] == [f"><f>B{row}*$F$1</f></c>" for row in (2, 3, 4)]


def shared_workbook() -> Workbook:
    book = Workbook()
    spec = book.sheet()
    anchor = Raw('><f t="shared" ref="C2:D4" si="0">B2*2</f><v>1</v></c>')
    child = Raw('><f t="shared" si="0"/><v>1</v></c>')
    book.table(spec, "tblPlan", ["q", "volume", "x"], [["a", 1, anchor], ["b", 2, child], ["c", 3, child]])
    spec.put(2, 4, child).put(3, 4, child).put(4, 4, child)
    return book


def test_a_shared_formula_that_is_overwritten_leaves_its_members_their_own_text(tmp_path: Path) -> None:
    found = cells(refreshed(shared_workbook(), tmp_path, x=[7, 8, 9])[SHEET])
    assert [found[f"C{row}"] for row in (2, 3, 4)] == ["><v>7</v></c>", "><v>8</v></c>", "><v>9</v></c>"]
    assert [found[f"D{row}"] for row in (2, 3, 4)] == [f"><f>C{row}*2</f></c>" for row in (2, 3, 4)]


def test_a_shared_formula_in_a_kept_column_stays_shared(tmp_path: Path) -> None:
    found = cells(refreshed(shared_workbook(), tmp_path, volume=[7, 8, 9])[SHEET])
    assert found["C2"] == '><f t="shared" ref="C2:D4" si="0">B2*2</f></c>'
    assert found["D4"] == '><f t="shared" si="0"/></c>'


def test_filters_and_sort_orders_go_and_hidden_rows_show(tmp_path: Path) -> None:
    book = Workbook()
    spec = book.sheet()
    inside = (
        '<autoFilter ref="A1:B4"><filterColumn colId="0"><filters><filter val="a"/></filters></filterColumn>'
        '</autoFilter><sortState ref="A2:B4"><sortCondition ref="A2:A4"/></sortState>'
    )
    book.table(spec, "tblPlan", ["q", "volume"], [["a", 1], ["b", 2], ["c", 3]], inside=inside)
    spec.row_attributes.update({3: ' hidden="1"', 9: ' hidden="1"'})
    after = refreshed(book, tmp_path, volume=[4, 5, 6, 7])
    assert b"filterColumn" not in after[TABLE]
    assert b"sortState" not in after[TABLE]
    assert rows(after[SHEET])[3] == ""
    assert rows(after[SHEET])[9] == ' hidden="1"'


def test_an_equal_refresh_keeps_the_planners_filter(tmp_path: Path) -> None:
    book = Workbook()
    spec = book.sheet()
    inside = '<autoFilter ref="A1:B3"><filterColumn colId="0"/></autoFilter>'
    book.table(spec, "tblPlan", ["q", "volume"], [["a", 1], ["b", 2]], inside=inside)
    spec.row_attributes[3] = ' hidden="1"'
    path = book.save(tmp_path / "plan.xlsx")
    before = path.read_bytes()
    opened = FileBook.open(path)
    assert opened.write("tblPlan", {"q": ["a", "b"], "volume": [1.0, 2]}) == 0
    opened.save(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["Volume_x000a_offered", "a &amp; b", "_x005F_x0041_", "Ä &lt; ß"])
def test_column_names_are_read_as_the_planner_sees_them(tmp_path: Path, name: str) -> None:
    book = simple([["a", 1, 2]])
    parts = book.extra
    parts[TABLE] = str(parts[TABLE]).replace('name="volume"', f'name="{name}"')
    shown = {
        "Volume_x000a_offered": "Volume\noffered",
        "a &amp; b": "a & b",
        "_x005F_x0041_": "_x0041_",
        "Ä &lt; ß": "Ä < ß",
    }[name]
    opened = FileBook.open(book.save(tmp_path / "plan.xlsx"))
    assert opened.places()["tblPlan"].columns == ("queue", shown, "aht_s")
    assert opened.write("tblPlan", {shown: [5]}) == 1
    opened.save(tmp_path / "plan.xlsx")
    assert f'name="{name}"' in read_parts(tmp_path / "plan.xlsx").get(TABLE, b"").decode()


def test_every_kind_of_cell_is_read(tmp_path: Path) -> None:
    kinds: list[tuple[Raw, object]] = [
        (Raw("><v>12</v></c>"), 12),
        (Raw("><v>1.5E-3</v></c>"), 0.0015),
        (Raw(' t="n"><v>-7</v></c>'), -7),
        (Raw(' t="b"><v>1</v></c>'), True),
        (Raw(' t="e"><v>#N/A</v></c>'), ErrorValue("#N/A")),
        (Raw(' t="str"><f>A1</f><v>a&amp;_x000D_b</v></c>'), "a&\rb"),
        (Raw(' t="inlineStr"><is><r><t>a</t></r><r><t xml:space="preserve"> b</t></r></is></c>'), "a b"),
        (Raw(' t="inlineStr"><is><t>a</t><rPh sb="0" eb="1"><t>b</t></rPh></is></c>'), "a"),
        (Raw(' t="d"><v>2026-01-02T06:00:00Z</v></c>'), 46024.25),
        (Raw(' t="s"><v></v></c>'), None),
        (Raw("><v/></c>"), None),
        (Raw("></c>"), None),
        (Raw("><f>1/0</f></c>"), None),
        (Raw(' cm="1"><f t="array" ref="B14">SUM(1)</f><v>3</v></c>'), 3),
        (Raw(" t='n' ><v>4</v></c >"), 4),
    ]
    book = simple([["k", cell, 1] for cell, _ in kinds])
    read = FileBook.open(book.save(tmp_path / "plan.xlsx")).read("tblPlan").columns["volume"]
    assert read == [value for _, value in kinds]
    assert [type(value) for value in read] == [type(value) for _, value in kinds]


def test_cells_and_rows_without_addresses(tmp_path: Path) -> None:
    book = simple()
    parts = book.parts()
    parts[SHEET] = re.sub(r' r="[A-Z]*\d+"', "", str(parts[SHEET]))
    path = write_parts(tmp_path / "plan.xlsx", parts)
    opened = FileBook.open(path)
    assert opened.read("tblPlan").columns["volume"] == [100, 50, 75]
    opened.write("tblPlan", {"aht_s": [1, 2, 3, 4]})
    opened.write_cells("Data", {"H3": "note"})
    opened.save(path)
    assert FileBook.open(path).read("tblPlan").columns == {
        "queue": ["Billing", "Sales", "Chat", None],
        "volume": [100, 50, 75, None],
        "aht_s": [1, 2, 3, 4],
    }
    assert FileBook.open(path).read_cells("Data", "H3") == [["note"]]


@pytest.mark.parametrize("spelled", ["<!-- note -->", "<?note x?>", "<![CDATA[ ]]>"])
def test_comments_in_the_sheet_are_no_cells(tmp_path: Path, spelled: str) -> None:
    parts = simple().parts()
    parts[SHEET] = str(parts[SHEET]).replace("</row>", f"</row>{spelled}").replace("?>\n", "?>\n<!-- a -->")
    path = write_parts(tmp_path / "plan.xlsx", parts)
    opened = FileBook.open(path)
    assert opened.write("tblPlan", {"volume": [1, 2]}) > 0
    opened.save(path)
    assert FileBook.open(path).read("tblPlan").columns["volume"] == [1, 2]


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
def test_other_encodings(tmp_path: Path, encoding: str) -> None:
    parts = simple([[Raw(' t="inlineStr"><is><t>Zürich</t></is></c>'), 1, 2]]).parts()
    parts[SHEET] = str(parts[SHEET]).replace("UTF-8", encoding).encode(encoding)
    path = write_parts(tmp_path / "plan.xlsx", parts)
    opened = FileBook.open(path)
    assert opened.read("tblPlan").columns["queue"] == ["Zürich"]
    opened.write("tblPlan", {"volume": [1, 2]})
    opened.save(path)
    assert FileBook.open(path).read("tblPlan").columns["queue"] == ["Zürich", None]


def test_strict_parts_stay_strict(tmp_path: Path) -> None:
    book = Workbook(strict=True)
    spec = book.sheet()
    book.table(spec, "tblPlan", ["q", "volume"], [["a", 1]])
    spec.put(5, 9, formula("SUM(tblPlan[volume])", 1))
    after = refreshed(book, tmp_path, volume=[1, 2])
    for part in (SHEET, TABLE, "xl/workbook.xml"):
        root = etree.fromstring(after[part])
        spaces = {str(element.tag).partition("}")[0] for element in root.iter()}
        assert spaces == {"{http://purl.oclc.org/ooxml/spreadsheetml/main"}


def test_prefixes_stay(tmp_path: Path) -> None:
    book = Workbook(prefix="x:")
    book.table(book.sheet(), "tblPlan", ["q", "volume"], [["a", 1]])
    text = refreshed(book, tmp_path, volume=[1, 2], q=["a", "=b"])[SHEET].decode()
    assert '<x:c r="A3" t="inlineStr"><x:is><x:t>=b</x:t></x:is></x:c><x:c r="B3"><x:v>2</x:v></x:c></x:row>' in text


def test_formulas_are_written_only_when_meant(tmp_path: Path) -> None:
    after = refreshed(simple(), tmp_path, queue=["=1+1", Formula("1+1", 2), Formula('"a"&"b"', "ab")])
    found = cells(after[SHEET])
    assert found["A2"] == ' t="inlineStr"><is><t>=1+1</t></is></c>'
    assert found["A3"] == "><f>1+1</f><v>2</v></c>"
    assert found["A4"] == ' t="str"><f>"a"&amp;"b"</f><v>ab</v></c>'


def test_formulas_written_with_their_values_are_stable(tmp_path: Path) -> None:
    path = simple().save(tmp_path / "plan.xlsx")
    columns = {
        "volume": [Formula("SUM(tblPlan[aht_s])", 3.5), Formula("1", None), Formula("NA()", ErrorValue("#N/A"))],
        "aht_s": [1, 2, 0.5],
    }
    opened = FileBook.open(path)
    assert opened.write("tblPlan", columns) == 6
    opened.save(path)
    once = path.read_bytes()
    assert cells(read_parts(path)[SHEET])["B2"] == "><f>SUM(tblPlan[aht_s])</f><v>3.5</v></c>"
    opened = FileBook.open(path)
    assert opened.write("tblPlan", columns) == 0
    opened.save(path)
    assert path.read_bytes() == once


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda b: b.sheets[0].put(6, 2, "below"), "B6"),
        (lambda b: b.sheets[0].put(7, 3, formula("1", 1)), "C7"),
        (lambda b: b.table(b.sheets[0], "tblNext", ["a"], [[1]], at=(7, 2)), "tblNext at B7:B8"),
        (lambda b: setattr(b.sheets[0], "tail", '<mergeCells><mergeCell ref="C6:D6"/></mergeCells>'), "C6:D6"),
    ],
)
def test_what_stands_below_may_be_refused(tmp_path: Path, change, says: str) -> None:  # type: ignore[no-untyped-def]
    book = simple()
    change(book)
    path = book.save(tmp_path / "plan.xlsx")
    opened = FileBook.open(path, below="refuse")
    with pytest.raises(WorkbookError, match=says) as error:
        opened.write("tblPlan", {"volume": list(range(6))})
    assert "A5:C7" in error.value.what
    opened.save(tmp_path / "copy.xlsx")
    assert (tmp_path / "copy.xlsx").read_bytes() == path.read_bytes()
    assert opened.write("tblPlan", {"volume": [1, 2, 3, 4]}) == 4


def test_blank_formatted_cells_below_are_free(tmp_path: Path) -> None:
    book = simple()
    book.sheets[0].put(5, 2, None)
    book.sheets[0].styles[5, 2] = 3
    assert cells(refreshed(book, tmp_path, volume=[1, 2, 3, 4])[SHEET])["B5"] == "><v>4</v></c>"


def test_a_table_at_the_foot_of_the_sheet(tmp_path: Path) -> None:
    book = Workbook()
    book.table(book.sheet(), "tblPlan", ["q"], [["a"]], at=(1_048_574, 1))
    opened = FileBook.open(book.save(tmp_path / "plan.xlsx"))
    with pytest.raises(WorkbookError, match="1,048,576"):
        opened.write("tblPlan", {"q": ["a", "b", "c"]})
    assert opened.write("tblPlan", {"q": ["a", "b"]}) == 1


@pytest.mark.parametrize("kind", ['t="array" ref="B2:B4"', 't="dataTable" ref="B2:B4" r1="H1"'])
def test_array_formulas_of_several_cells_are_refused(tmp_path: Path, kind: str) -> None:
    book = simple([["a", Raw(f"><f {kind}>SUM(1)</f><v>1</v></c>"), 1], ["b", 2, 2], ["c", 3, 3]])
    opened = FileBook.open(book.save(tmp_path / "plan.xlsx"))
    with pytest.raises(WorkbookError, match=r"B2"):
        opened.write("tblPlan", {"aht_s": [1, 2]})


def test_an_array_formula_of_one_cell_is_kept_or_replaced(tmp_path: Path) -> None:
    book = simple([["a", Raw(' cm="1"><f t="array" ref="B2">SUM(C2:C4)</f><v>6</v></c>'), 1], ["b", 2, 2], ["c", 3, 3]])
    kept = cells(refreshed(book, tmp_path, aht_s=[1, 2, 3, 4])[SHEET])
    assert kept["B2"] == ' cm="1"><f t="array" ref="B2">SUM(C2:C5)</f></c>'
    assert cells(refreshed(book, tmp_path, volume=[7])[SHEET])["B2"] == "><v>7</v></c>"


def array_column() -> Workbook:
    book = Workbook()
    body = [
        [row, Raw(f' cm="1"><f t="array" ref="B{row}">SUM(A{row}*$D$1:$D$2)</f><v>1</v></c>')] for row in range(2, 5)
    ]
    book.table(book.sheet("Data"), "tblPlan", ["volume", "x"], body, calculated={"x": "SUM(A2*$D$1:$D$2)"})
    text = str(book.extra[TABLE])
    book.extra[TABLE] = text.replace("<calculatedColumnFormula>", '<calculatedColumnFormula array="1">')
    return book


def test_a_column_of_array_formulas_is_filled_down(tmp_path: Path) -> None:
    found = cells(refreshed(array_column(), tmp_path, volume=[2, 9, 8, 7, 6])[SHEET])
    assert [found[f"B{row}"] for row in range(2, 7)] == [
        f' cm="1"><f t="array" ref="B{row}">SUM(A{row}*$D$1:$D$2)</f></c>' for row in range(2, 7)
    ]


def test_an_equal_refresh_keeps_a_column_of_array_formulas(tmp_path: Path) -> None:
    path = array_column().save(tmp_path / "plan.xlsx")
    before = path.read_bytes()
    opened = FileBook.open(path)
    assert opened.write("tblPlan", {"volume": [2, 3, 4]}) == 0
    opened.save(path)
    assert path.read_bytes() == before


def test_tables_filled_by_a_query_are_refused(tmp_path: Path) -> None:
    book = Workbook()
    book.table(book.sheet("Data"), "tblPlan", ["q"], [["a"]], attributes=' tableType="queryTable"')
    opened = FileBook.open(book.save(tmp_path / "plan.xlsx"))
    with pytest.raises(WorkbookError, match="query"):
        opened.write("tblPlan", {"q": ["b"]})
    with pytest.raises(WorkbookError, match="query"):
        opened.write_cells("Data", {"A2": "b"})


@pytest.mark.parametrize("kind", ["signed", "shared"])
def test_signed_and_shared_workbooks_are_read_and_never_changed(tmp_path: Path, kind: str) -> None:
    book = simple()
    book.names["Stamp"] = "Data!$H$1"
    if kind == "signed":
        signature = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin"
        book.root_relationships.append((signature, "_xmlsignatures/origin.sigs"))
        book.part("_xmlsignatures/origin.sigs", b"", "application/x")
    else:
        book.workbook_relationships.append(("revisionHeaders", "revisions/revisionHeaders.xml"))
        book.part("xl/revisions/revisionHeaders.xml", "<headers/>", "application/x")
    path = book.save(tmp_path / "plan.xlsx")
    opened = FileBook.open(path)
    assert opened.read("tblPlan").place.rows == 3
    for act in (
        lambda: opened.write("tblPlan", {"volume": [1, 2, 3]}),
        lambda: opened.write_name("Stamp", 1),
        lambda: opened.write_cells("Data", {"H1": 1}),
    ):
        with pytest.raises(WorkbookError, match=kind):
            act()
    opened.save(tmp_path / "copy.xlsx")
    assert (tmp_path / "copy.xlsx").read_bytes() == path.read_bytes()


def test_the_dimension_covers_the_new_rows(tmp_path: Path) -> None:
    book = simple()
    book.sheets[0].head = '<dimension ref="A1:C4"/>'
    assert b'<dimension ref="A1:C9"/>' in refreshed(book, tmp_path, volume=list(range(8)))[SHEET]
