"""Functions of xlplan in formulas get their values while no spreadsheet has the workbook open, or wait for one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.workbook.package.build import Raw, SheetSpec, Workbook, formula, read_parts, simple
from tests.workbook.package.test_living import let_formulas_spill
from tests.workbook.test_recalculation import CALC, VOLUME, Wrong, shown, use
from xlplan.workbook.book import CellValue, ErrorValue
from xlplan.workbook.freeze import freeze
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.recalculation import answers, holding
from xlplan.workbook.recalculation.engine import Answer


class Few:
    """Three functions: the sum of all cells, twice each cell, and one that never knows; texts are an error."""

    names = frozenset(("XP_SUM", "XP_TWICE", "XP_NEVER"))

    def __init__(self, book: Callable[[], FileBook]) -> None:
        self.calls: list[tuple[str, Sequence[object]]] = []

    def answers(self, name: str, calls: Sequence[Sequence[object]]) -> list[Answer | None]:
        return [self.answer(name, arguments) for arguments in calls]

    def answer(self, name: str, arguments: Sequence[object]) -> Answer | None:
        self.calls.append((name, arguments))
        if name == "XP_NEVER":
            return None
        rows: list[list[Any]] = [
            row for cells in arguments for row in (cells if isinstance(cells, list) else [[cells]])
        ]
        if any(isinstance(cell, str | ErrorValue) for row in rows for cell in row):
            return Answer([[ErrorValue("#VALUE!")]], "type a number")
        if name == "XP_SUM":
            return Answer([[sum(cell or 0 for row in rows for cell in row)]])
        return Answer([[None if cell is None else cell * 2 for cell in row] for row in rows])


def with_calc() -> tuple[Workbook, SheetSpec]:
    book = simple()
    return book, book.sheet("Calc")


def changed(book: Workbook, tmp_path: Path) -> FileBook:
    """The workbook after its volumes became 200, 40 and 60 (from 100, 50 and 75) and it was saved."""
    path = book.save(tmp_path / "plan.xlsx")
    opened = FileBook.open(path, functions=Few)
    opened.write("tblPlan", {"volume": VOLUME})
    opened.save(path)
    return opened


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("XP_SUM(Data!B2:B4)", 300),
        ("xp_sum(tblPlan[volume],1,TRUE)", 302),
        ("XP_SUM(Data!B2)", 200),
        ("XP_SUM(volumes,half)", 300.5),
        ("XP_SUM({1,2;3,4},Data!B3)", 50),
        ("XP_SUM(80%,-1,Data!B3)", 39.8),
        ("XP_SUM(Data!B:B)", "#VALUE!"),
        ("XP_SUM(Data!B3:B9,,Data!B2)", 300),
        ("XP_SUM(Data!B2/60,Data!B3*2)", 200 / 60 + 80),
        ("XP_SUM(SUM(tblPlan[volume]),1)", 301),
        ("XP_TWICE(tblPlan[volume])", 400),
        ("ROUND(XP_SUM(Data!B2)/7,1)", 28.6),
        ("SUM(XP_TWICE(tblPlan[volume]))", 600),
        ("IF(XP_SUM(Data!B2)>150,\"busy\",\"calm\")", "busy"),
        ("XP_SUM(XP_TWICE(Data!B2:B4),XP_SUM(Data!B2/2))", 700),
        ("XP_SUM(Data!B2)-XP_SUM(-500)", 700),
        ("XP_TWICE(Data!A2:B2)", "#VALUE!"),
        ("IFERROR(XP_TWICE(Data!A2),-1)*Data!B3", -40),
        ("XP_TWICE(Data!B9)+Data!B3", None),
        ("XP_NEVER(Data!B2)", None),
        ("XP_SUM(Data!B2)+XP_NEVER(1)", None),
        ("XP_OTHER(Data!B2)", None),
        ("XP_SUM(Nowhere!B2,Data!B2)", None),
        ("XP_SUM(ROW(),Data!B2)", None),
        ("XP_SUM(Data!B2:B4*2)", None),
        ("XP_SUM(TODAY(),Data!B2)", None),
        ("XP_SUM(OFFSET(Data!B2,1,0))", None),
        ("XP_SUM([1]Plan!A1,Data!B2)", None),
    ],
)  # fmt: skip
def test_a_formula_shows_what_its_functions_give_or_nothing(tmp_path: Path, text: str, value: CellValue) -> None:
    book, calc = with_calc()
    book.names.update({"volumes": "Data!$B$2:$B$4", "half": "0.5"})
    calc.put(1, 1, formula(text, 7))
    opened = changed(book, tmp_path)
    assert shown(tmp_path).get("A1") == (pytest.approx(value) if isinstance(value, float) else value)
    assert any("no value until" in remark for remark in opened.remarks) == (value is None)


def test_whole_columns_end_together_where_they_are_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As hosts hand them over: blanks at the end are left out, and two columns stay of one length."""
    asked: list[Sequence[Any]] = []
    monkeypatch.setattr(Few, "answer", lambda self, name, arguments: asked.append(arguments) or Answer([[1]]))
    book, calc = with_calc()
    book.sheets[0].put(6, 3, "far")
    calc.put(1, 1, formula("XP_SUM(Data!B:B,Data!$C:$C,Data!D:D,Data!B2:B9)", 7))
    changed(book, tmp_path)
    volumes, handling, nothing, area = asked[0]
    assert volumes == [["volume"], [200], [40], [60], [None], [None]]
    assert [row[0] for row in handling] == ["aht_s", 300.5, 240, None, None, "far"]
    assert nothing == [[None]] * 6
    assert len(area) == 8


def test_formulas_that_read_one_another_are_answered_in_turn(tmp_path: Path) -> None:
    book, calc = with_calc()
    calc.put(1, 1, formula("XP_TWICE(B1)", 404), formula("C1+1", 202), formula("XP_SUM(D1,1)", 201))
    calc.put(1, 4, formula("Data!B2*2", 200)).put(2, 1, formula("SUM(A1:D1)", 1007))
    assert changed(book, tmp_path).remarks == ()
    assert shown(tmp_path) == {"A1": 804, "B1": 402, "C1": 401, "D1": 400, "A2": 2007}


def test_a_circle_waits(tmp_path: Path) -> None:
    book, calc = with_calc()
    calc.put(1, 1, formula("XP_SUM(B1,Data!B2)", 1), formula("XP_SUM(A1)", 1), formula("XP_SUM(C1)", 1))
    changed(book, tmp_path)
    assert shown(tmp_path) == {"C1": 1}  # nothing that it reads has changed


def test_calculated_columns_are_answered_in_the_rows_that_they_grow_into(tmp_path: Path) -> None:
    book = Workbook()
    text = "XP_SUM(tblQ[[#This Row],[volume]],tblQ[[#This Row],[volume]]/2)"
    rows: list[list[object]] = [["a", 10, formula(text, 15)]]
    book.table(book.sheet("Plan"), "tblQ", ["queue", "volume", "both"], rows, calculated={"both": text})
    book.sheet("Calc").put(1, 1, formula("SUM(tblQ[both])", 15))
    path = book.save(tmp_path / "plan.xlsx")
    opened = FileBook.open(path, functions=Few)
    opened.write("tblQ", {"queue": ["a", "b", "c"], "volume": [10, 20, 30]})
    assert opened.save(path).remarks == ()
    assert FileBook.open(path).read("tblQ").columns["both"] == [15, 30, 45]
    assert shown(tmp_path) == {"A1": 90}


def test_shared_formulas_are_answered_each_for_its_own_cell(tmp_path: Path) -> None:
    book, calc = with_calc()
    calc.put(2, 1, Raw('><f t="shared" ref="A2:A4" si="0">XP_TWICE(Data!B2)</f><v>1</v></c>'))
    calc.put(3, 1, Raw('><f t="shared" si="0"/><v>1</v></c>')).put(4, 1, Raw('><f t="shared" si="0"/><v>1</v></c>'))
    changed(book, tmp_path)
    assert shown(tmp_path) == {"A2": 400, "A3": 80, "A4": 120}


# -- arrays ----------------------------------------------------------------------------------------------


def array(text: str, area: str, marks: str = "") -> Raw:
    return Raw(f'{marks}><f t="array" ref="{area}">{text}</f><v>1</v></c>')


@pytest.mark.parametrize("spills", [False, True])
def test_an_array_fills_its_cells_and_feeds_their_readers(tmp_path: Path, spills: bool) -> None:
    book, calc = with_calc()
    if spills:
        let_formulas_spill(book)
    calc.put(2, 2, array("XP_TWICE(tblPlan[volume])", "B2:B4", ' cm="1"' if spills else ""))
    calc.put(4, 2, 3)  # B3 holds no cell yet
    calc.put(1, 5, formula("SUM(B2:B4)", 9), formula("XP_SUM(B3:B4)", 9))
    assert changed(book, tmp_path).remarks == ()
    assert shown(tmp_path) == {"B2": 400, "B3": 80, "B4": 120, "E1": 600, "F1": 200}


@pytest.mark.parametrize("area", ["B2:B3", "B2:B5", "B2:C4", "B2:B2"])
def test_an_array_of_another_size_waits_with_its_readers(tmp_path: Path, area: str) -> None:
    book, calc = with_calc()
    calc.put(2, 2, array("XP_TWICE(tblPlan[volume])", area)).put(3, 2, 2).put(1, 5, formula("SUM(B2:B4)", 9))
    changed(book, tmp_path)
    found = shown(tmp_path)
    assert "B2" not in found
    assert "E1" not in found


def test_blanks_and_errors_among_the_cells_of_an_array(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = Answer([[1], [None], [ErrorValue("#N/A")]], "no such queue")
    monkeypatch.setattr(Few, "answer", lambda self, name, arguments: answer)
    book, calc = with_calc()
    calc.put(2, 2, array("XP_TWICE(tblPlan[volume])", "B2:B4"))
    opened = changed(book, tmp_path)
    assert shown(tmp_path) == {"B2": 1, "B4": "#N/A"}
    assert opened.remarks == ("Calc!B2:B4 shows #N/A of XP_TWICE (no such queue).",)


def test_an_array_over_other_formulas_waits(tmp_path: Path) -> None:
    book, calc = with_calc()
    calc.put(2, 2, array("XP_TWICE(tblPlan[volume])", "B2:B4")).put(3, 2, formula("Data!B2+5", 105))
    changed(book, tmp_path)
    assert "B2" not in shown(tmp_path)
    assert shown(tmp_path).get("B3") in (None, 205)


def test_an_array_around_a_call_waits(tmp_path: Path) -> None:
    book, calc = with_calc()
    calc.put(2, 2, array("XP_TWICE(tblPlan[volume])*2", "B2:B4"))
    changed(book, tmp_path)
    assert shown(tmp_path) == {}


# -- what may be believed --------------------------------------------------------------------------------


def test_values_that_are_shown_count_for_their_readers(tmp_path: Path) -> None:
    """What a spreadsheet computed and nothing changed stays, and formulas that read it can be calculated."""
    book, calc = with_calc()
    calc.put(1, 1, formula("XP_NEVER(5)", 17), formula("A1+Data!B2", 117), array("XP_NEVER(6)", "C1:C2"))
    calc.put(2, 3, 4).put(3, 1, formula("SUM(C1:C2)+Data!B2", 105))
    assert changed(book, tmp_path).remarks == ()
    assert shown(tmp_path) == {"A1": 17, "B1": 217, "C1": 1, "C2": 4, "A3": 205}


def test_arguments_that_no_one_can_vouch_for_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book, calc = with_calc()
    calc.put(1, 1, formula("ROUND(2.5,0)", 2))  # whoever stored this rounds otherwise
    calc.put(2, 1, formula("ROUND(Data!B2/7,0)", 14), formula("XP_SUM(A2,1)", 15), formula("B2+Data!B2", 115))
    calc.put(3, 1, formula("XP_SUM(ROUND(Data!B2/7,0),1)", 15), formula("XP_SUM(Data!B2)", 100))
    changed(book, tmp_path)
    assert shown(tmp_path) == {"A1": 2, "B3": 200}


def test_what_the_engine_gets_wrong_does_not_go_through_a_function(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book, calc = with_calc()
    calc.put(1, 1, formula("5+1", 6), formula("A1+Data!B2", 106), formula("XP_SUM(B1)", 106))
    calc.put(2, 1, formula("XP_SUM(Data!B2)", 100))
    use(monkeypatch, Wrong({"A1": 5, "B1": 205}))
    changed(book, tmp_path)
    assert shown(tmp_path) == {"A1": 6, "A2": 200}


def test_without_an_engine_functions_answer_what_they_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, None)
    book, calc = with_calc()
    calc.put(1, 1, formula("XP_SUM(Data!B2:B4)", 7), formula("A1+1", 8), formula("XP_SUM(Data!B2/2)", 1))
    calc.put(2, 1, formula("XP_SUM(B1)", 1), formula("XP_SUM(A1)", 1))
    opened = changed(book, tmp_path)
    assert shown(tmp_path) == {"A1": 300, "B2": 300}
    assert opened.remarks == ("3 formula cells show no value until Excel calculates the workbook.",)


def test_without_functions_such_formulas_wait(tmp_path: Path) -> None:
    book, calc = with_calc()
    calc.put(1, 1, formula("XP_SUM(Data!B2:B4)", 7))
    path = book.save(tmp_path / "plan.xlsx")
    opened = FileBook.open(path)
    opened.write("tblPlan", {"volume": VOLUME})
    opened.save(path)
    assert shown(tmp_path) == {}


def test_dates_that_count_from_1904_wait(tmp_path: Path) -> None:
    book, calc = with_calc()
    book.date1904 = True
    calc.put(1, 1, formula("XP_SUM(Data!B2:B4)", 7))
    changed(book, tmp_path)
    assert shown(tmp_path) == {}


def test_functions_that_take_too_long_are_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "PATIENCE_S", -1.0)
    book, calc = with_calc()
    calc.put(1, 1, formula("XP_SUM(Data!B2:B4)", 7), formula("Data!B2", 100))
    changed(book, tmp_path)
    assert shown(tmp_path) == {"B1": 200}


def test_arguments_of_more_cells_than_can_be_looked_at_are_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "MOST_CELLS", 6)
    monkeypatch.setattr(holding, "LARGE", 3)
    book, calc = with_calc()
    calc.put(1, 1, formula("XP_SUM(Data!B2:B4)", 7), formula("XP_SUM(Data!A1:D4)", 7), formula("XP_SUM(Data!B4)", 7))
    changed(book, tmp_path)
    assert shown(tmp_path) == {"A1": 300, "C1": 60}


def test_ranges_that_overlap_are_kept_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "MOST_CELLS", 3)
    book, calc = with_calc()
    calc.put(1, 1, *(formula(f"XP_SUM(Data!$B$2:B{row})", 7) for row in (2, 3, 4)), formula("XP_SUM(Data!B3:B4)", 7))
    changed(book, tmp_path)
    assert shown(tmp_path) == {"A1": 200, "B1": 240, "C1": 300, "D1": 100}


def test_a_call_of_too_many_cells_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "LARGEST_CALL", 10)
    book, calc = with_calc()
    calc.put(1, 1, formula("XP_SUM(Data!B2:B9,1)", 7), formula("XP_SUM(Data!B2:B12,1)", 7))
    calc.put(1, 3, formula("XP_SUM(Data!B2:XFD1048570)", 7), formula("XP_SUM(Data!D:D,Data!B2)", 7))
    changed(book, tmp_path)
    assert shown(tmp_path) == {"A1": 301, "D1": 200}


def test_calls_are_asked_in_portions_and_equal_ones_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    portions: list[int] = []
    answer = Few.answers
    monkeypatch.setattr(Few, "answers", lambda *given: portions.append(len(given[2])) or answer(*given))
    monkeypatch.setattr(answers, "MOST_CELLS", 3)
    monkeypatch.setattr(answers, "AT_ONCE", 2)
    book, calc = with_calc()
    texts = ["Data!B2:B4", "Data!B2:B3", "Data!B3", "Data!B4", "Data!B2", "Data!B2:B4", "1,Data!B2", "TRUE,Data!B2"]
    for row, text in enumerate(texts, start=1):
        calc.put(row, 1, formula(f"XP_SUM({text})", 7))
    changed(book, tmp_path)
    assert list(shown(tmp_path).values()) == [300, 240, 40, 60, 200, 300, 201, 201]
    assert portions == [1, 2, 2, 2]


def test_errors_are_told_with_their_reason_and_counted(tmp_path: Path) -> None:
    book, calc = with_calc()
    for row in range(1, 10):
        calc.put(row, 1, formula("XP_TWICE(Data!A2:B2)", 7))
    opened = changed(book, tmp_path)
    assert opened.remarks[0] == "Calc!A1 shows #VALUE! of XP_TWICE (type a number)."
    assert opened.remarks[-1].endswith("more cells show errors of functions of xlplan.")
    assert set(shown(tmp_path).values()) == {"#VALUE!"}


def test_errors_of_cells_that_are_left_alone_are_not_told(tmp_path: Path) -> None:
    """A formula that nobody has calculated yet, and that reads nothing that changed, is not the reader's concern."""
    book, calc = with_calc()
    calc.put(1, 1, formula("XP_TWICE(Data!A2)"), formula("XP_SUM(Data!B2)", 100))
    opened = changed(book, tmp_path)
    assert shown(tmp_path) == {"B1": 200}
    assert opened.remarks == ("1 formula cell shows no value until Excel calculates the workbook.",)


# -- what a formula means where it stands ----------------------------------------------------------------


def own_name(text: str, sheet: int, name: str = "mine") -> str:
    return f'<definedName name="{name}" localSheetId="{sheet}">{text}</definedName>'


def test_a_sheet_may_have_a_name_of_its_own(tmp_path: Path) -> None:
    book, calc = with_calc()
    texts = ["XP_SUM(mine)", "XP_SUM(mine*2,1)", "XP_SUM(both,Data!B9)", "XP_SUM(theirs,Data!B2)", "XP_SUM(chain)"]
    calc.put(1, 1, *(formula(text, 7) for text in texts))
    whole = '<definedName name="both">Data!$B$2</definedName><definedName name="chain">mine</definedName>'
    own = own_name("Data!$B$3", 1) + own_name("Data!$B$4", 1, "both") + own_name("Data!$B$4", 0, "theirs")
    book.workbook_tail = f"<definedNames>{whole}{own}</definedNames>"
    changed(book, tmp_path)
    assert shown(tmp_path) == {"A1": 40, "C1": 60}


def test_a_name_that_a_function_has_too_stands_for_the_name(tmp_path: Path) -> None:
    book, calc = with_calc()
    book.names["xp_sum"] = "_xlfn.LAMBDA(_xlpm.a,_xlpm.a*10)"
    calc.put(1, 1, formula("XP_SUM(Data!B2)", 7), formula("XP_TWICE(Data!B2)", 7))
    changed(book, tmp_path)
    assert shown(tmp_path) == {"B1": 400}


@pytest.mark.parametrize(
    ("agreed", "text"),
    [
        (("SUM(_xlfn.SEQUENCE(3))", 6), "XP_SUM(_xlfn.SEQUENCE(3),Data!B2)"),
        (("ROWS(_xlfn.MUNIT(2))", 2), "XP_SUM(_xlfn.MUNIT(2),Data!B2)"),
        (('ROWS(_xlfn.TEXTSPLIT("1,2",,","))', 2), 'XP_SUM(LEN(_xlfn.TEXTSPLIT("1,2",,",")),Data!B2)'),
        (("_xlfn.SHEET()", 2), "XP_SUM(_xlfn.SHEET(),Data!B2)"),
        (("_xlfn.SHEETS()", 2), "XP_SUM(_xlfn.SHEETS(),Data!B2)"),
    ],
)
def test_arguments_of_many_values_or_about_their_place_wait(tmp_path: Path, agreed: tuple[str, int], text: str) -> None:
    """However well the engine knows their functions."""
    book, calc = with_calc()
    calc.put(1, 1, formula(*agreed), formula(text, 7))
    changed(book, tmp_path)
    assert shown(tmp_path) == {"A1": agreed[1]}


@pytest.mark.parametrize(
    "text",
    [
        "SUBTOTAL(9,XP_TWICE(tblPlan[volume]))", "RANK(80,XP_TWICE(tblPlan[volume]))", "SUBTOTAL(9,XP_SUM(Data!B2))",
        "SUBTOTAL(9,Data!B2:B4,XP_SUM(-5))", 'COUNTIF(XP_TWICE(tblPlan[volume]),">100")+Data!B2',
    ],
)  # fmt: skip
def test_answers_are_no_cells_of_a_sheet(tmp_path: Path, text: str) -> None:
    book, calc = with_calc()
    calc.put(1, 1, formula(text, 7))
    changed(book, tmp_path)
    assert shown(tmp_path) == {}


def test_cells_and_bounds_of_answers_are_still_calculated(tmp_path: Path) -> None:
    book, calc = with_calc()
    calc.put(1, 1, formula("SUBTOTAL(9,(tblPlan[volume]))+XP_SUM(1)", 7))
    calc.put(2, 1, formula('SUMIF(Data!B2:B4,">"&XP_SUM(50))+XP_SUM(Data!B2)', 7))
    calc.put(3, 1, formula("RANK(XP_SUM(40),Data!B2:B4)", 7))
    changed(book, tmp_path)
    assert shown(tmp_path) == {"A1": 301, "A2": 460, "A3": 3}


# -- formulas that nobody has calculated -----------------------------------------------------------------


CALCULATE_ALL = '<calcPr calcId="191029" fullCalcOnLoad="1"/>'


def test_a_zero_that_may_be_no_result_is_no_argument(tmp_path: Path) -> None:
    """XlsxWriter writes 0 into every formula cell and has Excel calculate the workbook on opening it."""
    book, calc = with_calc()
    book.workbook_tail = CALCULATE_ALL
    calc.put(1, 1, formula("XP_SUM(B1,Data!B2)", 0), formula("C1*2", 0), 90)
    calc.put(2, 1, formula("XP_SUM(B2,Data!B2)", 0), formula("NOSUCH(C1)", 0))
    calc.put(3, 1, formula("XP_SUM(B3,Data!B2)", 0), formula("XP_SUM(C1)", 0))
    opened = changed(book, tmp_path)
    assert shown(tmp_path) == {"A1": 380, "B1": 0, "C1": 90, "B2": 0, "A3": 290, "B3": 0}
    assert opened.remarks == ("1 formula cell shows no value until Excel calculates the workbook.",)
    again = FileBook.open(tmp_path / "plan.xlsx", functions=Few)
    again.write("tblPlan", {"volume": [10, 40, 60]})
    again.save(tmp_path / "plan.xlsx")
    assert shown(tmp_path) == {"A1": 190, "B1": 0, "C1": 90, "B2": 0, "A3": 100, "B3": 0}


def test_a_zero_of_a_calculated_workbook_is_a_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, None)
    book, calc = with_calc()
    calc.put(1, 1, formula("XP_SUM(B1,Data!B2)", 0), formula("NOSUCH(C1)", 0))
    changed(book, tmp_path)
    assert shown(tmp_path) == {"A1": 200, "B1": 0}


def test_other_values_are_results_whatever_the_workbook_asks_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, None)
    book, calc = with_calc()
    book.workbook_tail = CALCULATE_ALL
    calc.put(1, 1, formula("XP_SUM(B1:C1,Data!B2)", 7), formula("NOSUCH(1)", 5), formula("NOSUCH(2)", 0, "b"))
    changed(book, tmp_path)
    assert shown(tmp_path) == {"A1": 205, "B1": 5, "C1": False}


def test_what_was_said_of_an_error_is_not_kept_after_a_change(tmp_path: Path) -> None:
    book, calc = with_calc()
    calc.put(1, 1, formula('XP_WHY("Calc!B1")', "type a number", "str"), formula("XP_SUM(Data!B2)", 1))
    changed(book, tmp_path)
    assert shown(tmp_path) == {"B1": 200}


# -- what is written -------------------------------------------------------------------------------------


def test_a_value_is_stored_as_a_spreadsheet_stores_it(tmp_path: Path) -> None:
    book, calc = with_calc()
    calc.put(1, 1, formula("XP_TWICE(Data!B2)", 7), formula("XP_TWICE(Data!A2:B2)", 7))
    changed(book, tmp_path)
    text = read_parts(tmp_path / "plan.xlsx")[CALC].decode()
    assert '<c r="A1"><f>XP_TWICE(Data!B2)</f><v>400</v></c>' in text
    assert '<c r="B1" t="e"><f>XP_TWICE(Data!A2:B2)</f><v>#VALUE!</v></c>' in text


def test_equal_data_gives_equal_bytes(tmp_path: Path) -> None:
    book, calc = with_calc()
    calc.put(1, 1, formula("XP_SUM(Data!B2:B4)", 7), array("XP_TWICE(tblPlan[volume])", "B1:B3"))
    changed(book, tmp_path)
    first = (tmp_path / "plan.xlsx").read_bytes()
    again = FileBook.open(tmp_path / "plan.xlsx", functions=Few)
    again.write("tblPlan", {"volume": VOLUME})
    again.save(tmp_path / "plan.xlsx")
    assert (tmp_path / "plan.xlsx").read_bytes() == first


def test_a_frozen_copy_holds_the_answers(tmp_path: Path) -> None:
    book, calc = with_calc()
    calc.put(1, 1, formula("XP_SUM(Data!B2:B4)"), Raw('><f t="array" ref="B1:B3">XP_TWICE(tblPlan[volume])</f></c>'))
    calc.put(1, 3, formula("A1+B2"))
    done = freeze(book.save(tmp_path / "living.xlsx"), tmp_path / "plan.xlsx", Few)
    assert (done.formulas, done.without_value) == (3, ())
    assert shown(tmp_path) == {"A1": 225, "B1": 200, "B2": 100, "B3": 150, "C1": 325}
    assert b"<f" not in read_parts(tmp_path / "plan.xlsx")[CALC]
