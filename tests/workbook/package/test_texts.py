"""References, formulas and values as text, and back."""

from __future__ import annotations

import datetime as dt
import math
import string
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlplan.errors import WorkbookError
from xlplan.workbook.book import CellValue, ErrorValue, Formula, column_letters
from xlplan.workbook.package.celltext import CellText
from xlplan.workbook.package.formulas import has_relative, join, moved, precedents, redirected, sheet_of, tokens
from xlplan.workbook.package.markup import escape, from_coded, to_coded, unescape
from xlplan.workbook.package.references import (
    LAST_COLUMN,
    LAST_ROW,
    Area,
    column_number,
    parse_areas,
    parse_cell,
    quote_sheet,
)
from xlplan.workbook.package.rows import Row, attributes, grammar, without
from xlplan.workbook.package.values import number, same, stored

ROWS, COLUMNS = st.integers(1, LAST_ROW), st.integers(1, LAST_COLUMN)


@given(COLUMNS)
def test_columns_go_to_letters_and_back(column: int) -> None:
    assert column_number(column_letters(column)) == column


@given(ROWS, COLUMNS, ROWS, COLUMNS)
def test_areas_go_to_text_and_back(top: int, left: int, bottom: int, right: int) -> None:
    area = Area(min(top, bottom), min(left, right), max(top, bottom), max(left, right))
    assert Area.parse(str(area)) == Area.parse(area.range_text()) == area
    assert area.meets(area)
    assert area.holds(top, left)
    assert area.union(Area(1, 1, 1, 1)).top == 1


@pytest.mark.parametrize("text", ["", "A", "7", "A0", "A1048577", "XFE1", "AAAA1", "A-1", "A1B", "Ä1", "A1 ", "A１"])
def test_what_is_no_cell(text: str) -> None:
    with pytest.raises(WorkbookError, match="B7"):
        parse_cell(text)


def test_areas_of_a_list() -> None:
    assert parse_areas("A1 $B$2:C3 D:E 4:5") == [
        Area(1, 1, 1, 1),
        Area(2, 2, 3, 3),
        Area(1, 4, LAST_ROW, 5),
        Area(4, 1, 5, LAST_COLUMN),
    ]


@given(st.text(min_size=1, max_size=31))
def test_quoted_sheet_names_come_back(name: str) -> None:
    written = quote_sheet(name)
    if "[" not in name and ":" not in name:
        assert sheet_of(f"{written}!", "") == name


FORMULAS = [
    "SUM(A1:B2)",
    "tbl[[#This Row],[a'[b]]*2",
    "LOG10(A1)+Sheet1!B2",
    "'It''s'!$A$1:$A$9+'[Book 1.xlsx]S'!A1",
    "A:A+$B:$C+1:5+$7:$8",
    "[1]S!A1:A3",
    "S1:S3!A1+'S 1:S 3'!A1",
    'IF(A1>1,"A1:B2 ""x""",Name.x)',
    "tbl[a]:tbl[b]",
    "A1:INDEX(B:B,3)",
    '{1,2;3,"A1"}',
    "1E5+A1#+1.5e-3+.5",
    "Sheet1!Name+[0]!Other",
    "#REF!+Sheet1!#REF!+#N/A",
    "FY26+XFE1+A1048577+R1C1",
    "_xlfn.XLOOKUP(A1,tbl[x],tbl[y])",
    "-A1%^2",
    "A1 B2,C3",
    "T[@[a b]]+[@x]",
    "überlauf+Ä1!A1",
    "'unclosed!A1",
    '"unclosed A1',
    "tbl[unclosed",
    "",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_tokens_give_the_formula_again(text: str) -> None:
    assert join(tokens(text)) == text


@given(st.text(alphabet=string.ascii_letters + string.digits + "$!'\"[]()#:,; .+-*@{}äß", max_size=60))
def test_tokens_give_any_text_again(text: str) -> None:
    assert join(tokens(text)) == text
    precedents(text)
    assert redirected(text, "Data", "Data", lambda area, _: area) == text


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("A1+$A1+A$1+$A$1", "C4+$A4+C$1+$A$1"),
        ("SUM(A1:B2,A:A,$1:1)", "SUM(C4:D5,C:C,$1:4)"),
        ("LOG10(A1)&\"A1\"&tbl[A1]&'A1'!A1", "LOG10(C4)&\"A1\"&tbl[A1]&'A1'!C4"),
        ("XFD1048576", "B3"),
        ("A1_name+A1.b+A1(2)", "A1_name+A1.b+A1(2)"),
    ],
)
def test_formulas_move_with_their_cell(text: str, after: str) -> None:
    assert moved(text, 3, 2) == after
    assert moved(after, -3, -2) == text


def test_what_does_not_move_keeps_its_spelling() -> None:
    assert redirected("sum(a1:b2)+Data!c3", "Data", "Data", lambda a, single: a) == "sum(a1:b2)+Data!c3"


@given(st.sampled_from(FORMULAS), st.integers(0, 50), st.integers(0, 50))
def test_moving_there_and_back_changes_nothing(text: str, rows: int, columns: int) -> None:
    assert moved(moved(text, rows, columns), -rows, -columns) == text


def test_what_formulas_read() -> None:
    found = precedents("SUM(Data!A1:B2,tbl[x],rate)*'My sheet'!C3+[1]S!D4")
    assert [str(reference) for reference in found.references] == ["Data!A1:B2", "'My sheet'!C3"]
    assert found.names == {"tbl", "rate"}
    assert not found.unbounded
    unbounded = [
        "OFFSET(A1,1,1)",
        "indirect(A1)",
        "A1:INDEX(A:A,2)",
        "S1:S2!A1",
        "_xll.F(A1)",
        "A" * 9000,
    ]
    assert all(precedents(text).unbounded for text in unbounded)
    assert precedents("[@x]").own_table
    assert not precedents("[@x]+tbl[y]").unbounded
    assert not found.own_table
    assert precedents("[b.xlsx]S!A1+A2").references == precedents("A2").references
    assert not precedents("[b.xlsx]S!A1").own_table
    assert not has_relative("$A$1+tbl[x]")
    assert has_relative("$A1")


def test_the_rule_sees_only_its_sheet() -> None:
    seen = []

    def rule(area: Area, single: bool) -> Area:
        seen.append((str(area), single))
        return area

    redirected("A1+Data!B2:B3+data!C3+Other!D4+[1]Data!E5+Data!F:F", "Home", "Data", rule)
    assert seen == [("B2:B3", False), ("C3", True)]


TEXTS = st.text(max_size=40)


@given(TEXTS)
def test_any_text_survives_xml(text: str) -> None:
    coded = to_coded(text)
    assert from_coded(coded) == text
    assert unescape(escape(coded)) == coded


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_are_exact(value: float) -> None:
    content = stored(value, date1904=False)
    assert content is not None
    assert number(content[1]) == value


CODEC = CellText("", None, date1904=False)  # type: ignore[arg-type]
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXTS,
    st.sampled_from([ErrorValue("#N/A"), ErrorValue("#DIV/0!"), ErrorValue("#NAME?")]),
)


@given(VALUES)
def test_any_value_goes_through_a_cell(value: CellValue) -> None:
    payload = CODEC.encode(value)
    back = CODEC.decode(payload)
    assert back == (None if value == "" else value)
    assert CODEC.holds(payload, payload, value)
    cell = grammar("").cells(Row(7, ' r="7"', grammar("").cell(7, 28, ' s="3"', payload)), "")
    assert [(c.column, c.style, c.payload) for c in cell] == [(28, ' s="3"', payload)]


@given(VALUES, VALUES)
def test_a_cell_holds_a_value_exactly_when_it_reads_as_it(old: CellValue, new: CellValue) -> None:
    held, wanted = CODEC.encode(old), CODEC.encode(new)
    kinds = isinstance(old, bool) == isinstance(new, bool)
    equal = kinds and CODEC.decode(held) == CODEC.decode(wanted)
    assert CODEC.holds(held, wanted, new) == equal
    assert same(old, new, date1904=False) == equal


@pytest.mark.parametrize(
    ("payload", "value", "holds"),
    [
        ("><v>1.50</v></c>", 1.5, True),
        ("><v>0.30000000000000004</v></c>", 0.1 + 0.2, True),
        ("><v>1_0</v></c>", 10, False),
        (' t="inlineStr"><is><t>a&#98;</t></is></c>', "ab", True),
        (' t="inlineStr"><is><t>a</t></is></c>', "b", False),
        (' t="inlineStr"><is><r><t>a</t></r></is></c>', "a", True),
        ("><f>1+1</f><v>2</v></c>", 2, False),
        ("><f>1+1</f><v>2</v></c>", Formula("1+1", 2), True),
        ("><f>1+1</f><v>2</v></c>", Formula("=1+1"), True),
        ("><f>1+1</f><v>2</v></c>", Formula("1+1", 3), False),
        ("><f>1+2</f><v>2</v></c>", Formula("1+1", 2), False),
        ("><v>2</v></c>", Formula("1+1", 2), False),
        ('><f t="shared" si="0"/><v>2</v></c>', Formula("1+1", 2), False),
        ("></c>", None, True),
        (' t="str"><v></v></c>', "", True),
    ],
)
def test_what_a_cell_holds(payload: str, value: CellValue, holds: bool) -> None:
    if "1_0" in payload:
        with pytest.raises(WorkbookError):
            CODEC.holds(payload, CODEC.encode(value), value)
    else:
        assert CODEC.holds(payload, CODEC.encode(value), value) == holds


@pytest.mark.parametrize(
    ("value", "content"),
    [
        (-0.0, ("n", "0")),
        (1e22, ("n", "1e+22")),
        (Decimal("0.1"), ("n", "0.1")),
        (np.int8(3), ("n", "3")),
        (np.str_("x"), ("inlineStr", "x")),
        (np.datetime64("2026-01-02"), ("n", "46024")),
        (np.datetime64("2026-01-02T12:00", "ns"), ("n", "46024.5")),
        (dt.date(1900, 3, 1), ("n", "61")),
        (dt.time(18), ("n", "0.75")),
        (math.nan, None),
        ("", None),
    ],
)
def test_how_values_are_stored(value: object, content: tuple[str, str] | None) -> None:
    assert stored(value, date1904=False) == content


@pytest.mark.parametrize(
    "value",
    [
        math.inf,
        2**53 + 1,
        "🙂" * 16_384,
        dt.date(1900, 2, 28),
        dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        dt.timedelta(hours=1),
        np.timedelta64(1, "h"),
        np.array([1, 2]),
        b"x",
        ErrorValue("N/A"),
        1j,
    ],
)
def test_what_cannot_be_stored(value: object) -> None:
    with pytest.raises(WorkbookError):
        stored(value, date1904=False)


def test_a_day_of_1904() -> None:
    assert stored(dt.date(1904, 1, 2), date1904=True) == ("n", "1")
    with pytest.raises(WorkbookError):
        stored(dt.date(1903, 12, 31), date1904=True)


@pytest.mark.parametrize("text", ["", "=", "A1\x00", "1+" * 5000 + "1"])
def test_formulas_that_no_cell_holds(text: str) -> None:
    with pytest.raises(WorkbookError, match="formula"):
        CODEC.encode(Formula(text))
    with pytest.raises(WorkbookError, match="formula"):
        CODEC.encode(Formula("A1", Formula("1")))


def test_a_cells_value_and_formula_can_change_alone() -> None:
    payload = ' t="str" cm="1" vm="2"><f t="shared" ref="A1:A2" si="0">B1</f><v>x</v></c>'
    assert CODEC.without_value(payload) == ' cm="1"><f t="shared" ref="A1:A2" si="0">B1</f></c>'
    assert CODEC.with_formula(payload, "A1<2") == ' t="str" cm="1" vm="2"><f>A1&lt;2</f><v>x</v></c>'
    array = '><f t="array" ref="A1">B1</f></c>'
    assert CODEC.with_formula(array, r"C\1", area="A9") == r'><f t="array" ref="A9">C\1</f></c>'
    assert CODEC.without_value(' t="inlineStr"><is><t>a</t></is></c>') == "/>"
    assert CODEC.without_value("/>") == "/>"
    assert CODEC.with_formula("><v>1</v></c>", "A1") == "><v>1</v></c>"


def test_attributes_in_every_spelling() -> None:
    assert attributes(""" r="A1"\n x:y = 'a"b'""") == {"r": "A1", "x:y": 'a"b'}
    assert without(""" r="1" spans='1:2' ht="3\"""", "spans", "r") == ' ht="3"'
