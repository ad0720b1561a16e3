"""Tables that need the rows in which something stands: an open document makes room as the closed file does."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.worksheet.table import Table, TableColumn

from tests.hosts.calc.office import Office, Sheet
from tests.workbook.package.build import Raw, Workbook, formula
from xlplan.errors import HostError, WorkbookError
from xlplan.hosts.calc.door import HeldDoor
from xlplan.workbook.book import Book, CellValue, column_letters
from xlplan.workbook.live_calc import CalcBook
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.package.references import LAST_ROW, Area

pytestmark = pytest.mark.xdist_group("office")

SHOWN = "A1:P70"
STAYING = 3
"""Conditional formats whose first cell never moves: LibreOffice lets the formulas of others look at their own row."""


@pytest.fixture
def opened(office: Office) -> Iterator[Any]:
    """Opens workbooks, and closes them after the test."""
    documents: list[Sheet] = []

    def open_workbook(path: Path) -> Sheet:
        documents.append(office.document(path))
        return documents[-1]

    yield open_workbook
    for document in documents:
        document.close()


def held(document: Sheet) -> HeldDoor:
    """The door as the worker has it: nothing is changed before it is released."""
    return HeldDoor(lambda kind, *content: document.ask("door", "apply" if kind == "write" else kind, *content))


def shown(document: Sheet) -> dict[str, Any]:
    """All that an open document and a file must have in common."""
    document.ask("calculate_all")
    found: dict[str, Any] = {}
    for sheet in document.ask("sheets"):
        found[f"{sheet} values"] = document.cells(SHOWN, sheet)
        found[f"{sheet} formulas"] = document.ask("texts", sheet, SHOWN)
        found[f"{sheet} things"] = sorted(document.ask("door", "things", sheet))
        found[f"{sheet} formats"] = sorted(document.ask("formats", sheet))
    found["tables"] = document.ask("door", "tables")
    found["names"] = document.ask("door", "names")
    found["charts"] = document.ask("charts")
    return found


def text_of(found: dict[str, Any]) -> dict[str, str]:
    """The same as text, in which an error equals itself."""
    return {name: repr(value) for name, value in found.items()}


# ---- generated layouts ----------------------------------------------------------------------------------------------


class Layout:
    """A workbook with tables one above another and beside each other, and other things below and around them."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.book = Workbook()
        self.data, self.other = self.book.sheet("Data"), self.book.sheet("Team's plan")
        self.tables: dict[str, list[str]] = {}
        self.texts: list[str] = ["SUM(A1:H60)", "SUM(I5:J8)", "Data!J4*2"]
        self.merged: list[str] = []
        self.formats = ["A1:L60", "B1:B1048576"]
        for row in range(1, 31):
            self.data.put(row, 9, self.number(), self.number())
        row = self.table("tblMain", 3, 2, self.rng.randint(1, 3), totals=self.rng.random() < 0.4)
        if self.rng.random() < 0.5:
            self.data.put(row + 1, 7, "beside")
            self.table("tblSide", 2, 7, 1)
        for number in range(self.rng.randint(2, 4)):
            row = self.thing(row + self.rng.randint(0, 2), number)
        self.around()

    def number(self) -> int:
        return self.rng.randint(1, 99)

    def table(self, name: str, top: int, left: int, width: int, *, totals: bool = False) -> int:
        """Put a table somewhere; returns the row below it."""
        rows = self.rng.randint(2, 4)
        columns = [f"c{index}" for index in range(width)]
        body: list[list[object]] = [[self.number() for _ in columns] for _ in range(rows)]
        calculated = {}
        if width > 1 and self.rng.random() < 0.5:
            calculated = {columns[-1]: f"{name}[[#This Row],[c0]]*2"}
            for line in body:
                line[-1] = formula(calculated[columns[-1]], 0)
        letters = [column_letters(left + index) for index in range(width)]
        sums: list[object] = [formula(f"SUM({a}{top + 1}:{a}{top + rows})", 0) for a in letters]
        self.book.table(
            self.data, name, columns, body, at=(top, left), totals=sums if totals else None, calculated=calculated
        )
        self.tables[name] = [column for column in columns if column not in calculated]
        self.texts += [f"SUM(Data!{a}{top + 1}:{a}{top + rows})" for a in letters]
        self.texts.append(f"SUM(Data!${letters[0]}$1:${letters[0]}$60)")
        self.formats.append(f"{letters[0]}{top + 1}:{letters[-1]}{top + rows}")
        return top + rows + 1 + totals

    def thing(self, row: int, number: int) -> int:
        """Put something below the table; returns the row below it."""
        kind = self.rng.choice(("note", "formula", "merged", "table", "array"))
        left = self.rng.randint(2, 4)
        place = f"{column_letters(left)}{row}"
        if kind == "table":
            return self.table(f"tblBelow{number}", row, left, self.rng.randint(1, 3))
        if kind == "note":
            self.data.put(row, left, self.number())
            self.book.names[f"note{number}"] = f"Data!${column_letters(left)}${row}"
        elif kind == "formula":
            self.data.put(row, left, formula(f"I{row}+$J$3+C2", 0))
        else:
            right = left + self.rng.randint(1, 3)
            area = Area(row, left, row, right)
            if kind == "merged":
                self.data.put(row, left, self.number())
                self.merged.append(str(area))
            else:
                self.data.put(row, left, Raw(f'><f t="array" ref="{area}">$I${row}+$J$2+{place[0]}1</f><v>0</v></c>'))
                for column in range(left + 1, right + 1):
                    self.data.put(row, column, 0)
            self.texts.append(f"SUM(Data!{area})+1")
        self.texts.append(f"Data!{place}")
        self.formats.append(place)
        return row + 1

    def around(self) -> None:
        for row, text in enumerate(self.texts, start=1):
            self.data.put(row, 13, formula(text, 0))
            self.other.put(row, 1, formula(text if "Data!" in text else "1", 0))
        rules = "".join(
            f'<conditionalFormatting sqref="{area}"><cfRule type="expression" priority="{number}">'
            f"<formula>$I{Area.parse(area).top if number <= STAYING else '$3'}&gt;$J$4</formula></cfRule>"
            "</conditionalFormatting>"
            for number, area in enumerate(self.formats, start=1)
        )
        cells = "".join(f'<mergeCell ref="{area}"/>' for area in self.merged)
        joined = f'<mergeCells count="{len(self.merged)}">{cells}</mergeCells>' if cells else ""
        self.data.tail = joined + rules

    def writes(self) -> Iterator[tuple[str, dict[str, list[CellValue]]]]:
        """Tables with new values, some of them more than once."""
        for _ in range(self.rng.randint(2, 5)):
            name = self.rng.choice(list(self.tables))
            rows = self.rng.randint(2, 8)
            yield name, {column: [self.number() for _ in range(rows)] for column in self.tables[name]}
        yield "tblMain", {column: [self.number() for _ in range(9)] for column in self.tables["tblMain"]}


Writes = Iterable[tuple[str, dict[str, list[CellValue]]]]


def compared(path: Path, opened: Any, writes: Writes) -> Sheet:
    """Make the same changes to an open document, in one go, and to the file; they must show the same."""
    document, closed = opened(path), FileBook.open(path)
    door = held(document)
    book = CalcBook(door)
    before = text_of(shown(document))
    for name, columns in writes:
        refusal = refused(closed, name, columns)
        assert refused(book, name, columns) == refusal
        assert book.places() == closed.places()
        assert book.names() == closed.names()
        if not refusal:
            assert {column: book.read(name).columns[column] for column in columns} == columns
    for number, name in enumerate(closed.names()):
        closed.write_name(name, number)
        book.write_name(name, number)
    assert text_of(shown(document)) == before  # nothing is written before all is known
    door.release()
    closed.save(path.with_name("closed.xlsx"))
    found = text_of(shown(document))
    for name, value in text_of(shown(opened(path.with_name("closed.xlsx")))).items():
        assert found[name] == value, name
    return document


def refused(book: Book, name: str, columns: dict[str, list[CellValue]]) -> str:
    try:
        book.write(name, columns)
    except WorkbookError as error:
        return error.what
    return ""


@pytest.mark.parametrize("seed", range(16))
def test_an_open_document_shows_what_the_closed_file_shows(tmp_path: Path, opened: Any, seed: int) -> None:
    layout = Layout(seed)
    compared(layout.book.save(tmp_path / "plan.xlsx"), opened, layout.writes())


# ---- what stands below ----------------------------------------------------------------------------------------------


def two_tables() -> Workbook:
    """A table with another one below it, which is wider, and numbers beside both."""
    book = Workbook()
    data = book.sheet("Data")
    book.table(data, "tblTop", ["a", "b"], [[1, 2], [3, 4], [5, 6]], at=(2, 2))
    book.table(data, "tblNext", ["c", "d", "e"], [[1, 2, 3], [4, 5, 6]], at=(8, 2))
    for row in range(1, 15):
        data.put(row, 6, row * 100)
    data.put(1, 8, formula("SUM(B3:B5)", 9), formula("SUM(B9:B10)", 5), formula("SUM(D9:D10)", 9), formula("F9", 900))
    data.put(2, 8, formula("SUM(B9:D9)", 6), formula("D7", 0))
    book.names["first"] = "Data!$B$9"
    book.names["beside"] = "Data!$F$9"
    return book


def rows(count: int, *columns: str) -> dict[str, list[CellValue]]:
    return {column: [row + 10 * place for row in range(1, count + 1)] for place, column in enumerate(columns, start=1)}


@pytest.mark.parametrize(
    "writes",
    [
        [("tblTop", rows(8, "a", "b"))],
        [("tblTop", rows(8, "a", "b")), ("tblNext", rows(5, "c", "d", "e"))],
        [("tblNext", rows(5, "c", "d", "e")), ("tblTop", rows(8, "a", "b"))],
        [("tblTop", rows(8, "a", "b")), ("tblTop", rows(12, "a", "b"))],
        [("tblTop", rows(8, "a", "b")), ("tblTop", rows(2, "a", "b")), ("tblTop", rows(9, "a", "b"))],
        [("tblTop", rows(2, "a", "b")), ("tblNext", rows(1, "c", "d", "e")), ("tblTop", rows(7, "a", "b"))],
    ],
    ids=["one", "upper first", "lower first", "twice", "there and back", "shorter"],
)
def test_tables_above_one_another(tmp_path: Path, opened: Any, writes: Writes) -> None:
    document = compared(two_tables().save(tmp_path / "plan.xlsx"), opened, writes)
    beside = [cell for (cell,) in document.cells("F1:F14")]
    assert beside == [*(100.0 * row for row in range(1, 9)), 1.0, *(100.0 * row for row in range(10, 15))]


def test_a_named_cell_that_moved_is_written_where_it_went(tmp_path: Path, opened: Any) -> None:
    document = opened(two_tables().save(tmp_path / "plan.xlsx"))
    door = held(document)
    book = CalcBook(door)
    book.write("tblTop", rows(8, "a", "b"))
    assert book.names()["first"] == "Data!B14"
    assert book.read_name("first") == 1
    book.write_name("first", 77)
    assert book.read_name("first") == 77
    assert book.read("tblNext").columns["c"] == [77, 4]
    door.release()
    assert document.cells("B12:B15") == [[None], ["c"], [77.0], [4.0]]
    assert document.cells("I1:K1") == [[81.0, 9.0, 900.0]]


def test_the_same_values_twice_are_no_change(tmp_path: Path, opened: Any) -> None:
    document = opened(two_tables().save(tmp_path / "plan.xlsx"))
    book = CalcBook(held(document))
    assert book.write("tblTop", rows(8, "a", "b")) > 0
    assert book.write("tblTop", rows(8, "a", "b")) == 0
    assert book.write("tblTop", {"a": [1, 3, 5], "b": [2, 4, 6]}) > 0
    assert book.read("tblTop").columns == {"a": [1, 3, 5], "b": [2, 4, 6]}


def with_a_chart(path: Path) -> Path:
    """A chart of a table and of what stands below it, itself below the table."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Data"
    for row, values in enumerate([("a", "b"), (1, 2), (3, 4), (5, 6), (), ("c", "d"), (7, 8), (9, 10)], start=2):
        for column, value in enumerate(values, start=2):
            sheet.cell(row, column, value)
    table = Table(displayName="tblTop", ref="B2:C5")
    table.tableColumns = [TableColumn(id=1, name="a"), TableColumn(id=2, name="b")]
    sheet.add_table(table)
    for first, last, place in ((3, 5, "B12"), (8, 9, "H2")):
        chart = BarChart()
        chart.add_data(Reference(sheet, 3, first, 3, last))
        sheet.add_chart(chart, place)
    book.save(path)
    return path


def test_charts_show_their_cells_and_those_below_move(tmp_path: Path, opened: Any) -> None:
    path = with_a_chart(tmp_path / "open.xlsx")
    document, closed = opened(path), FileBook.open(path)
    door = held(document)
    for book in (CalcBook(door), closed):
        book.write("tblTop", rows(6, "a", "b"))
    door.release()
    closed.save(tmp_path / "closed.xlsx")
    assert document.ask("charts") == opened(tmp_path / "closed.xlsx").ask("charts")
    assert document.ask("charts") == ["$Data.$C$3:$C$8", "$Data.$C$11:$C$12"]
    assert document.ask("anchors") == ["B15", "H2"]


# ---- wider than the table -------------------------------------------------------------------------------------------


def with_wide(kind: str, row: int, folder: Path) -> Path:
    """Something below a table that reaches beside it."""
    book = Workbook()
    data = book.sheet("Data")
    book.table(data, "tblTop", ["a", "b"], [[1, 2], [3, 4], [5, 6]], at=(2, 2))
    data.put(1, 8, formula("SUM(C3:C5)", 12), formula(f"SUM(C{row}:D{row})", 0), formula(f"C{row}", 0))
    for number in range(1, row + 4):
        data.put(number, 5, number)
    data.put(row - 1, 4, "beside").put(row + 2, 3, "under")
    if kind == "merged":
        data.put(row, 3, 7)
        data.tail = f'<mergeCells count="1"><mergeCell ref="C{row}:D{row}"/></mergeCells>'
    elif kind == "array":
        text = f'><f t="array" ref="C{row}:D{row}">B3:C3+E{row}+$E$2</f><v>0</v></c>'
        data.put(row, 3, Raw(text), 0)
    elif kind == "filter":
        data.put(row, 3, "k", "v").put(row + 1, 3, 1, 2)
    else:
        what_if = f'><f t="dataTable" ref="C{row}:C{row + 1}" dt2D="0" dtr="0" r1="E4"/><v>2</v></c>'
        data.put(row - 1, 3, formula("E4*2", 0)).put(row, 2, 1, Raw(what_if)).put(row + 1, 2, 2, 4)
    path = book.save(folder / "plan.xlsx")
    if kind == "filter":  # it has a name of its own, which belongs to the sheet
        filtered = openpyxl.load_workbook(path)
        filtered["Data"].auto_filter.ref = f"C{row}:D{row + 1}"
        filtered.save(path)
    return path


@pytest.mark.parametrize("kind", ["merged", "array", "filter", "what-if"])
@pytest.mark.parametrize("row", [8, 20], ids=["in the way", "far below"])
def test_what_reaches_beside_the_table_stays_whole(tmp_path: Path, opened: Any, kind: str, row: int) -> None:
    """Far below the rows are free; there the references to the body must grow all the same."""
    document = compared(with_wide(kind, row, tmp_path), opened, [("tblTop", rows(9, "a", "b"))])
    assert document.ask("texts", "Data", "H1:H1") == (("=SUM(C3:C11)",),)
    kinds = [found for found, _ in document.ask("door", "things", "Data")]
    assert kind in kinds


@pytest.mark.parametrize("kind", ["merged", "array"])
def test_a_table_shrinks_above_what_reaches_beside_it(tmp_path: Path, opened: Any, kind: str) -> None:
    document = compared(with_wide(kind, 8, tmp_path), opened, [("tblTop", rows(2, "a", "b"))])
    assert document.cells("B5:C6") == [[None, None], [None, None]]


@pytest.mark.parametrize(("left", "after"), [("B", (14, 1)), ("C", None)], ids=["below", "beside too"])
def test_a_pivot_table_moves_whole_or_not_at_all(
    tmp_path: Path, opened: Any, left: str, after: tuple[int, int] | None
) -> None:
    book = Workbook()
    book.table(book.sheet("Data"), "tblTop", ["a", "b"], [[1, 2], [3, 4], [5, 6]], at=(2, 2))
    document = opened(book.save(tmp_path / "plan.xlsx"))
    document.put("H1:I4", [["k", "v"], ["x", 1], ["y", 2], ["x", 3]])
    document.ask("pivot", "Data", "H1:I4", f"{left}10")
    door = held(document)
    before = document.ask("door", "things", "Data")
    if after is None:
        with pytest.raises(WorkbookError, match="a pivot table at C10:D15 below it reaches beside it") as refusal:
            CalcBook(door).write("tblTop", rows(8, "a", "b"))
        assert "close the document" in refusal.value.do
        door.release()
        assert document.ask("door", "things", "Data") == before
    else:
        CalcBook(door).write("tblTop", rows(8, "a", "b"))
        door.release()
        ((kind, (_, top, column, *_)),) = document.ask("door", "things", "Data")
        assert (kind, top, column) == ("pivot", *after)


# ---- what must not be lost ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "count", "after"), [("B7", 5, "B9"), ("C20", 8, "C25"), ("C20", 5, "C20"), ("F9", 8, "F9")]
)
def test_comments_below_a_table_stay_with_their_cells(
    tmp_path: Path, opened: Any, cell: str, count: int, after: str
) -> None:
    """A comment may stand at a blank cell; the rows are not free then."""
    document = opened(two_tables().save(tmp_path / "plan.xlsx"))
    document.ask("comment", "Data", cell, "ask Ann")
    door = held(document)
    CalcBook(door).write("tblTop", rows(count, "a", "b"))
    door.release()
    assert document.ask("comments", "Data") == [(after, "ask Ann")]


def test_a_named_blank_cell_below_a_table_keeps_its_name(tmp_path: Path, opened: Any) -> None:
    made = two_tables()
    made.names["answer"] = "Data!$C$6"
    document = opened(made.save(tmp_path / "plan.xlsx"))
    door = held(document)
    book = CalcBook(door)
    book.write("tblTop", rows(4, "a", "b"))
    assert book.names()["answer"] == "Data!C7"
    door.release()
    assert book.names()["answer"] == "Data!C7"


@pytest.mark.parametrize("row", [8, 100], ids=["in the way", "free"])
def test_nothing_is_pushed_off_the_foot_of_the_sheet(tmp_path: Path, opened: Any, row: int) -> None:
    made = Workbook()
    data = made.sheet("Data")
    made.table(data, "tblTop", ["a", "b"], [[1, 2], [3, 4], [5, 6]], at=(2, 2))
    data.put(row, 2, "note").put(LAST_ROW - 1, 3, "last")
    document = opened(made.save(tmp_path / "plan.xlsx"))
    door = held(document)
    book = CalcBook(door)
    with pytest.raises(WorkbookError, match="row 1,048,575 off the foot of the sheet"):
        book.write("tblTop", rows(8, "a", "b"))
    door.release()
    assert book.read("tblTop").columns == {"a": [1, 3, 5], "b": [2, 4, 6]}
    assert document.cells(f"B{row}:B{row}") == [["note"]]


def test_a_protected_sheet_is_refused_and_nothing_moves(tmp_path: Path, opened: Any) -> None:
    document = opened(two_tables().save(tmp_path / "plan.xlsx"))
    document.ask("protect", "Data")
    before = text_of(shown(document))
    door = held(document)
    CalcBook(door).write("tblTop", rows(8, "a", "b"))
    with pytest.raises(HostError, match="Data is protected"):
        door.release()
    assert text_of(shown(document)) == before


def test_cells_that_libreoffice_does_not_move_are_told(tmp_path: Path, opened: Any) -> None:
    """It says nothing itself; what was found beforehand never comes so far."""
    document = opened(with_wide("merged", 8, tmp_path))
    for more in (2, -1):
        said = document.ask("door", "apply", [("resize", ("tblTop", 3 + more, [(1, 2, 4, more)], []))])
        assert said.startswith("it refused in the middle (cells from Data.B")
        assert "close the document without saving" in said


def test_a_totals_row_is_no_row_of_the_table(tmp_path: Path, opened: Any) -> None:
    made = Workbook()
    total = [formula("SUBTOTAL(109,B3:B4)", 4), "of both"]
    made.table(made.sheet("Data"), "tblTop", ["a", "b"], [[1, 2], [3, 4]], at=(2, 2), totals=total)
    document = opened(made.save(tmp_path / "plan.xlsx"))
    book = CalcBook(held(document))
    assert book.read("tblTop").columns == {"a": [1, 3], "b": [2, 4]}
    assert document.ask("door", "columns", "tblTop", ["a"]) == {"a": [1.0, 3.0]}
    for count in (5, 2, 4):
        door = held(document)
        CalcBook(door).write("tblTop", rows(count, "a", "b"))
        door.release()
        assert document.cells(f"B{count + 3}:C{count + 3}") == [[sum(range(11, 11 + count)), "of both"]]


@pytest.mark.parametrize("count", [2, 3, 5])
def test_values_for_a_column_of_formulas_are_those_that_were_given(tmp_path: Path, opened: Any, count: int) -> None:
    document = opened(two_tables().save(tmp_path / "plan.xlsx"))
    for row in (3, 4, 5):
        document.type(f"C{row}", f"=B{row}*2")
    door = held(document)
    values: dict[str, list[CellValue]] = {"a": [1] * count, "b": [7, *range(20, 19 + count)]}
    CalcBook(door).write("tblTop", values)
    door.release()
    assert CalcBook(held(document)).read("tblTop").columns == values


def test_a_formula_among_values_stays_one_when_rows_go(tmp_path: Path, opened: Any) -> None:
    document = opened(two_tables().save(tmp_path / "plan.xlsx"))
    document.type("C4", "=B4*2")
    door = held(document)
    CalcBook(door).write("tblTop", {"a": [10, 20]})
    door.release()
    assert document.ask("texts", "Data", "B3:C5") == (("10", "2"), ("20", "=B4*2"), ("", ""))
    with pytest.raises(WorkbookError, match="column b holds formulas that differ"):
        CalcBook(held(document)).write("tblTop", {"a": [10, 20, 30]})


def test_formulas_that_differ_from_row_to_row_are_never_overwritten(tmp_path: Path, opened: Any) -> None:
    """A running total: its first formula is another one than those below it."""
    document = opened(two_tables().save(tmp_path / "plan.xlsx"))
    texts = ["=B3", "=C3+B4", "=C4+B5"]
    for row, text in enumerate(texts, start=3):
        document.type(f"C{row}", text)
    for count in (3, 2):
        door = held(document)
        CalcBook(door).write("tblTop", {"a": [10] * count})
        door.release()
        assert [text for (text,) in document.ask("texts", "Data", f"C3:C{2 + count}")] == texts[:count]
    assert document.cells("C3:C5") == [[10.0], [20.0], [None]]
    door = held(document)
    with pytest.raises(WorkbookError, match="column b holds formulas that differ from row to row") as refusal:
        CalcBook(door).write("tblTop", {"a": [10] * 4})
    assert "xlplan refresh" in refusal.value.do
    assert CalcBook(door).write("tblTop", {"a": [10] * 4, "b": [20] * 4}) > 0


@pytest.mark.parametrize("text", ["=B3*2", "=SUM($B$3:B3)", "=tblTop[[#This Row];[a]]*2", "=SUM(B$3:B$5)"])
def test_one_formula_in_every_row_is_filled_down(tmp_path: Path, opened: Any, text: str) -> None:
    document = opened(two_tables().save(tmp_path / "plan.xlsx"))
    document.type("C3", text)
    document.ask("door", "fill_down", ("Data", 2, 2, 4, 2))
    found = [text for (text,) in document.ask("texts", "Data", "C3:C5")]
    door = held(document)
    CalcBook(door).write("tblTop", {"a": [1, 2, 3, 4, 5, 6]})
    door.release()
    grown = [text for (text,) in document.ask("texts", "Data", "C3:C8")]
    assert len(set(grown)) == (6 if len(set(found)) == 3 else 1)
    assert grown[0] == found[0].replace("5", "8")


def test_nothing_to_write_writes_nothing(tmp_path: Path, opened: Any) -> None:
    document = opened(two_tables().save(tmp_path / "plan.xlsx"))
    book = CalcBook(held(document))
    assert book.write("tblTop", {}) == 0
    assert book.read("tblTop").columns == {"a": [1, 3, 5], "b": [2, 4, 6]}
