"""Formulas taken apart: which calls they make, and which cells or constants their arguments are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workbook.package.build import Workbook
from xlplan.workbook.book import CellValue, ErrorValue
from xlplan.workbook.package.archive import Archive
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.package.parts import Package
from xlplan.workbook.package.references import Area
from xlplan.workbook.recalculation.calls import answered, innermost, is_whole, literal
from xlplan.workbook.recalculation.operands import Listed, Region, Workings, constant, listed, scoped_names, structured
from xlplan.workbook.recalculation.sums import placeless

NAMES = frozenset(("XP_AGENTS", "XP_FTE"))


@pytest.mark.parametrize(
    ("formula", "calls"),
    [
        ("XP_AGENTS(A1,180)", [("XP_AGENTS", ("A1", "180"))]),
        ("xp_agents( A1 , 180 )", [("XP_AGENTS", ("A1", "180"))]),
        ("_xll.XP_AGENTS(A1)", [("XP_AGENTS", ("A1",))]),
        ("XP_FTE()", [("XP_FTE", ())]),
        ("XP_FTE(,2,)", [("XP_FTE", ("", "2", ""))]),
        ('IF(XP_FTE("a,(b",{1,2;3,4})>1,SUM(A:A,B:B),XP_AGENTS(2))',
         [("XP_FTE", ('"a,(b"', "{1,2;3,4}")), ("XP_AGENTS", ("2",))]),
        ("XP_FTE(XP_AGENTS(A1,2),3)", [("XP_AGENTS", ("A1", "2"))]),
        ("XP_FTE(SUM(1,XP_AGENTS(A1,2)),3)", [("XP_AGENTS", ("A1", "2"))]),
        ("XP_FTE(tblQ[[#This Row],[a, b (c)]],'My, sheet'!A1)",
         [("XP_FTE", ("tblQ[[#This Row],[a, b (c)]]", "'My, sheet'!A1"))]),
        ("XP_AGENTS", []), ("XP_OTHER(1)", []), ("other!XP_FTE(1)", []), ('"XP_FTE(1)"', []), ("XP_FTE(1", []),
        ("XP_FTE(1))", []),
    ],
)  # fmt: skip
def test_calls_of_a_formula(formula: str, calls: list[tuple[str, tuple[str, ...]]]) -> None:
    assert [(call.name, call.arguments) for call in innermost(formula, NAMES)] == calls


def test_a_formula_is_one_call_when_only_blanks_stand_around_it() -> None:
    for formula, whole in [(" XP_FTE(1)\n", True), ("-XP_FTE(1)", False), ("XP_FTE(1)+0", False)]:
        assert is_whole(formula, innermost(formula, NAMES)[0]) is whole


def test_answers_take_the_place_of_calls() -> None:
    formula = 'IF(XP_FTE(A1)>2,XP_AGENTS(B1),"XP_FTE(A1)")'
    calls = innermost(formula, NAMES)
    spelled = dict(zip(calls, [literal([[-1.5]]), literal([['a "b"']])], strict=True))
    assert answered(formula, spelled) == 'IF((-1.5)>2,"a ""b""","XP_FTE(A1)")'


def test_values_are_spelled_so_that_they_are_read_back() -> None:
    rows: list[list[CellValue]] = [[1e-7, 1e300, -3], [True, 'a "b", c;', ErrorValue("#N/A")]]
    found = constant(literal(rows))
    assert found is not None
    assert [list(row) for row in found.rows] == rows
    assert literal([[0.1 + 0.2]]) == "0.30000000000000004"
    assert literal([[1]] * 5000) == ""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("80%", 0.8), ("-5", -5), ("+2", 2), ("--2", 2), (".5", 0.5), ("1E3", 1000.0), ("5%%", 0.0005),
        ('"a ""b"""', 'a "b"'), ('""', ""), ("TRUE", True), ("false", False), ("TRUE()", True),
        ("#N/A", ErrorValue("#N/A")), ("#DIV/0!", ErrorValue("#DIV/0!")),
    ],
)  # fmt: skip
def test_constants(text: str, value: CellValue) -> None:
    found = constant(text)
    assert found is not None
    assert found.rows == ((value,),)
    assert type(found.rows[0][0]) is type(value)


@pytest.mark.parametrize(
    "text", ["A1", "rate", "1+1", "{1,2;3}", "{1,A1}", "{1,}", "{}", "2x", "#", "#1", '"a"&"b"', "1 2", ""]
)
def test_what_is_no_constant(text: str) -> None:
    assert constant(text) is None


# -- cells -----------------------------------------------------------------------------------------------


TABLE = Listed(
    "Plan", Area(3, 2, 9, 5), Area(4, 2, 8, 5), ("queue", "aht [s]", "it's", "volume")
)  # a header, five rows, totals


@pytest.mark.parametrize(
    ("brackets", "area"),
    [
        ("[volume]", "E4:E8"), ("[ Volume ]", "E4:E8"), ("[VOLUME]", "E4:E8"), ("[]", "B4:E8"), ("[#Data]", "B4:E8"),
        ("[#All]", "B3:E9"), ("[#Headers]", "B3:E3"), ("[#Totals]", "B9:E9"),
        ("[[#This Row],[volume]]", "E6"), ("[@volume]", "E6"), ("[@]", "B6:E6"), ("[#This Row]", "B6:E6"),
        ("[@[aht '[s']]]", "C6"), ("[aht '[s']]", "C4:C8"), ("[it''s]", "D4:D8"),
        ("[[queue]:[it''s]]", "B4:D8"), ("[[it''s]:[queue]]", "B4:D8"), ("[@[queue]:[volume]]", "B6:E6"),
        ("[[#All],[volume]]", "E3:E9"), ("[[#Headers],[#Data],[queue]:[aht '[s']]]", "B3:C8"),
        ("[[#Data],[#Totals]]", "B4:E9"), ("[[#Totals],[volume]]", "E9"), ("[[queue],[volume]]", None),
        ("[nothing]", None), ("[#Nothing]", None), ("[[#This Row],[nothing]]", None),
    ],
)  # fmt: skip
def test_a_structured_reference_names_cells(brackets: str, area: str | None) -> None:
    found = structured(TABLE, brackets, row=6)
    assert found == (None if area is None else Region("Plan", Area.parse(area)))


def test_this_row_is_a_row_of_the_body() -> None:
    assert structured(TABLE, "[@volume]", row=3) is None
    assert structured(TABLE, "[@volume]", row=9) is None
    bare = TABLE._replace(area=Area(4, 2, 8, 5))
    assert structured(bare, "[#Headers]", row=6) is None
    assert structured(bare, "[#Totals]", row=6) is None


def test_a_table_is_known_by_what_its_part_says(tmp_path: Path) -> None:
    book = Workbook()
    book.table(book.sheet("Plan"), "tblQ", ["Queue", "volume"], [["a", 1], ["b", 2]], at=(2, 3), totals=["all", 3])
    table = FileBook.open(book.save(tmp_path / "plan.xlsx")).table("tblQ")
    assert listed(table) == ("Plan", Area(2, 3, 5, 4), Area(3, 3, 4, 4), ("queue", "volume"))


WHOLE_WORKBOOK = {
    "rate": "Rates!$B$2", "share": "0.8", "volumes": "tblQ[volume]", "other": "=rate", "left": "Plan!A1",
    "here": "$B$2", "loop": "loop", "sum": "SUM(Plan!$A$1:$A$2)", "chain": "own",
}  # fmt: skip
WORKINGS = Workings(
    {"tblq": TABLE},
    {
        **{name: {"": text} for name, text in WHOLE_WORKBOOK.items()},
        "twice": {"": "Plan!$A$1", "calc": "Calc!$A$1"},
        "own": {"calc": "Calc!$A$2"},
        "others": {"plan": "Plan!$A$2"},
    },
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("B7", "Calc!B7"), ("$B$7:C9", "Calc!B7:C9"), ("'Other''s'!B7", "Other's!B7"), ("B:B", "Calc!B1:B1048576"),
        ("tblQ[volume]", "Plan!E4:E8"), ("tblQ", "Plan!B4:E8"), ("TBLQ[@queue]", "Plan!B6"), ("rate", "Rates!B2"),
        ("other", "Rates!B2"), ("Volumes", "Plan!E4:E8"), ("left", None), ("here", None),
        ("twice", "Calc!A1"), ("own", "Calc!A2"), ("others", None), ("chain", None), ("Calc!own", None),
        ("loop", None), ("sum", None), ("B7*2", None), ("[1]Plan!B7", None), ("Jan:Dec!B7", None), ("nothing", None),
        ("tblX[volume]", None), ("ROW(B7)", None), ("B7 B8", None), ("(B7)", None),
    ],
)  # fmt: skip
def test_operands(text: str, found: str | None) -> None:
    operand = WORKINGS.operand(text, "Calc", (6, 1))
    shown = None if operand is None else f"{operand[0]}!{operand[1]}" if isinstance(operand, Region) else operand
    assert shown == found


def test_a_table_need_not_be_named_within_itself() -> None:
    volume = Region("Plan", Area.parse("E6"))
    assert WORKINGS.operand("[[#This Row],[volume]]", "Plan", (6, 3)) == volume
    assert WORKINGS.operand("[@volume]", "Plan", (6, 1)) is None
    assert WORKINGS.operand("[@volume]", "Calc", (6, 3)) is None
    assert placeless("2*[@volume]+B1", "Plan", (6, 3), WORKINGS) == "2*Plan!E6+Plan!B1"
    assert placeless("2*[@volume]", "Calc", (6, 3), WORKINGS) is None


def test_a_name_means_what_its_sheet_says(tmp_path: Path) -> None:
    book = Workbook()
    book.sheet("Plan")
    book.sheet("Größe")
    own = (("0", "Plan!$A$1"), ("1", "Plan!$A$2"), ("7", "Plan!$A$3"), ("x", "Plan!$A$4"))
    listed_names = "".join(
        f'<definedName name="Rate" localSheetId="{sheet}">{text}</definedName>' for sheet, text in own
    )
    book.workbook_tail = f'<definedNames>{listed_names}<definedName name="rate">Plan!$A$5</definedName></definedNames>'
    names = scoped_names(Package(Archive.read_file(book.save(tmp_path / "plan.xlsx"))))
    workings = Workings({}, names)
    found = {sheet: workings.operand("RATE", sheet, (1, 1)) for sheet in ("Plan", "GRÖSSE", "größe", "Calc")}
    assert found == {
        sheet: Region("Plan", Area.parse(cell))
        for sheet, cell in {"Plan": "A1", "GRÖSSE": "A2", "größe": "A2", "Calc": "A5"}.items()
    }


def test_a_name_may_be_a_constant() -> None:
    assert WORKINGS.operand("share", "Calc", (1, 1)) == constant("0.8")


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("B7/60", "Calc!B7/60"), ("SUM(B7:C9)*rate", "SUM(Calc!B7:C9)*rate"), ("Plan!B7+$A1", "Plan!B7+Calc!$A1"),
        ("tblQ[[#This Row],[volume]]*2", "Plan!E6*2"), ("SUM(tblQ[volume])", "SUM(Plan!E4:E8)"),
        ("ROW()", None), ("B7+COLUMN(A1)", None), ("twice+1", None), ("others+1", None),
        ("_xlfn.SHEET()", None), ('SUM(INDIRECT("A1:A3"))', None), ("tblQ[nothing]+1", None), ("tblX[a]+1", None),
        ('"ROW()"&B7', '"ROW()"&Calc!B7'),
    ],
)  # fmt: skip
def test_expressions_mean_the_same_elsewhere(text: str, alone: str | None) -> None:
    assert placeless(text, "Calc", (6, 1), WORKINGS) == alone
