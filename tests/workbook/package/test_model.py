"""Any sequence of refreshes against a table kept as plain lists, read back by another library."""

from __future__ import annotations

import tempfile
from pathlib import Path

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workbook.package.build import Workbook, formula
from xlplan.workbook.package.file_book import FileBook

COLUMNS = ["queue", "volume", "note", "double"]
CALCULATED = "tblPlan[[#This Row],[volume]]*2"
CELL = st.one_of(st.none(), st.integers(-9, 9), st.sampled_from(["a", "=b", " c "]), st.just(0.5))


def workbook() -> Workbook:
    book = Workbook()
    spec = book.sheet("Data")
    spec.put(1, 9, "beside", 1).put(7, 9, "beside", 7).put(30, 2, "far below")
    body: list[list[object]] = [[f"q{i}", i, f"n{i}", formula(CALCULATED, 2 * i)] for i in range(3)]
    total: list[object] = ["Total", formula("SUBTOTAL(109,tblPlan[volume])", 3), None, formula("SUM(F3:F5)", 6)]
    book.table(spec, "tblPlan", COLUMNS, body, at=(2, 3), totals=total, calculated={"double": CALCULATED})
    book.sheet("Calc").put(1, 1, formula("SUM(Data!D3:D5)", 3))
    return book


@st.composite
def refreshes(draw: st.DrawFn) -> list[dict[str, list[object]]]:
    found = []
    for _ in range(draw(st.integers(1, 4))):
        rows = draw(st.integers(0, 8))
        given_columns = draw(st.sets(st.sampled_from(COLUMNS[:3]), min_size=1))
        cells = st.lists(CELL, min_size=rows, max_size=rows)
        found.append({column: draw(cells) for column in COLUMNS if column in given_columns})
    return found


@settings(max_examples=60, deadline=None)
@given(refreshes(), st.booleans())
def test_refreshes_against_plain_lists(changes: list[dict[str, list[object]]], reopen: bool) -> None:
    model = [[f"q{i}", i, f"n{i}"] for i in range(3)]
    with tempfile.TemporaryDirectory() as folder:
        path = workbook().save(Path(folder) / "plan.xlsx")
        book = FileBook.open(path)
        for change in changes:
            rows = len(next(iter(change.values())))
            kept = model[:rows] + [[None, None, None] for _ in range(rows - len(model))]
            model = [
                [change[c][i] if c in change else kept[i][j] for j, c in enumerate(COLUMNS[:3])] for i in range(rows)
            ]
            model = model or [[None, None, None]]
            book.write("tblPlan", change)  # type: ignore[arg-type]
            if reopen:
                book.save(path)
                book = FileBook.open(path)
        book.save(path)
        seen = openpyxl.load_workbook(path)
        sheet = seen["Data"]
        end = 2 + len(model)
        assert sheet.tables["tblPlan"].ref == f"C2:F{end + 1}"
        body = [[cell.value for cell in row] for row in sheet.iter_rows(3, end, 3, 6)]
        assert [row[:3] for row in body] == model
        assert all(row[3] == f"={CALCULATED}" for row in body)
        assert all(cell.data_type != "f" for row in sheet.iter_rows(3, end, 3, 5) for cell in row)
        totals = [cell.value for cell in next(sheet.iter_rows(end + 1, end + 1, 3, 6))]
        assert totals == ["Total", "=SUBTOTAL(109,tblPlan[volume])", None, f"=SUM(F3:F{end})"]
        below = [cell.value for row in sheet.iter_rows(end + 2, 29, 3, 6) for cell in row]
        assert set(below) <= {None}
        assert [sheet.cell(*at).value for at in ((1, 9), (7, 10), (30, 2))] == ["beside", 7, "far below"]
        assert seen["Calc"]["A1"].value == f"=SUM(Data!D3:D{end})"
        seen.close()
