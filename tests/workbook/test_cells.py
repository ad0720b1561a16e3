"""Cell values and typed columns: serial dates of both epochs, times to 24:00, errors, blanks."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlplan.tables.dictionary import table
from xlplan.tables.schema import Column
from xlplan.tables.typed import typed
from xlplan.workbook.book import CellValue, ErrorValue, Formula, column_letters, serial
from xlplan.workbook.cells import LAST_SERIAL, decode, encode

NUMBER, RATE = table("tblAht")["aht_s"], table("tblShrink")["rate"]
TEXT, WHOLE = table("tblQueue")["queue"], table("tblQueue")["severity"]
FLAG, DATE = table("tblWorkstream")["active"], table("tblHoliday")["date"]
MOMENT, TIME = table("tblInterval")["start"], table("tblOpenHours")["close"]

FITTING: list[tuple[Column, st.SearchStrategy[Any]]] = [
    (NUMBER, st.floats(allow_nan=False, allow_infinity=False)),
    (TEXT, st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).filter(str.strip)),
    (WHOLE, st.integers(-(2**53), 2**53)),
    (FLAG, st.booleans()),
    (DATE, st.dates(dt.date(1904, 1, 2), dt.date(9999, 12, 31)).map(pd.Timestamp)),
    (
        MOMENT,
        st.datetimes(dt.datetime(1904, 1, 2), dt.datetime(9999, 12, 31, 23, 59, 59)).map(
            lambda moment: pd.Timestamp(moment.replace(microsecond=0))
        ),
    ),
    (TIME, st.integers(0, 1440)),
]


def stored(cells: list[CellValue], *, date1904: bool) -> list[CellValue]:
    """The same cells as a file gives them back: dates and times as serial numbers, numbers as floats."""
    return [
        serial(cell, date1904=date1904)
        if isinstance(cell, dt.date | dt.datetime | dt.time)
        else float(cell)
        if isinstance(cell, int) and not isinstance(cell, bool)
        else cell
        for cell in cells
    ]


@pytest.mark.parametrize("date1904", [False, True])
@pytest.mark.parametrize(("column", "values"), FITTING, ids=lambda value: getattr(value, "type", ""))
@given(data=st.data())
def test_what_is_written_is_read_again(
    column: Column, values: st.SearchStrategy[Any], date1904: bool, data: st.DataObject
) -> None:
    series, misfits = typed(data.draw(st.lists(st.one_of(st.none(), values), min_size=1)), column)
    assert misfits == []
    cells = encode(series, column)
    for read in (cells, stored(cells, date1904=date1904)):
        again, misfits = typed(decode(read, column, date1904=date1904), column)
        assert misfits == []
        pd.testing.assert_series_equal(again, series)


@given(value=st.floats(), date1904=st.booleans())
@pytest.mark.parametrize("column", [DATE, MOMENT, TIME], ids=lambda column: column.type)
def test_any_number_in_a_date_column_is_read_or_named(column: Column, value: float, date1904: bool) -> None:
    (read,) = decode([value], column, date1904=date1904)
    series, misfits = typed([read], column)
    assert series.isna().tolist() == [bool(misfits)]
    if misfits:
        assert str(read)


@pytest.mark.parametrize(
    ("cell", "date1904", "day"),
    [
        (61.0, False, dt.datetime(1900, 3, 1)),
        (46027, False, dt.datetime(2026, 1, 5)),
        (44565, True, dt.datetime(2026, 1, 5)),
        (0, True, dt.datetime(1904, 1, 1)),
        (float(LAST_SERIAL), False, dt.datetime(9999, 12, 31)),
        (LAST_SERIAL - 1462, True, dt.datetime(9999, 12, 31)),
        (dt.date(2026, 1, 5), False, dt.date(2026, 1, 5)),
        (Formula("TODAY()", 46027), False, dt.datetime(2026, 1, 5)),
    ],
)
def test_serial_dates(cell: CellValue, date1904: bool, day: dt.date) -> None:
    assert decode([cell], DATE, date1904=date1904) == [day]


@pytest.mark.parametrize(
    ("cell", "date1904", "quoted"),
    [
        (60, False, "60"),  # 1900-02-29, a day that never was
        (59.0, False, "59"),
        (0, False, "0"),
        (-1, False, "-1"),
        (20260105, False, "20260105"),
        (LAST_SERIAL + 1, False, "2958466"),
        (LAST_SERIAL + 0.9999999, False, "2958465.9999999"),
        (LAST_SERIAL - 1461, True, "2957004"),
    ],
)
def test_serials_that_are_no_date(cell: float, date1904: bool, quoted: str) -> None:
    (read,) = decode([cell], DATE, date1904=date1904)
    assert str(read) == quoted
    assert typed([read], DATE)[1] == [0]


def test_a_date_with_a_time_in_a_date_column_is_a_misfit() -> None:
    assert typed(decode([46027.5], DATE), DATE)[1] == [0]
    assert typed(decode([46027.5], MOMENT), MOMENT)[0].tolist() == [pd.Timestamp("2026-01-05 12:00")]


@pytest.mark.parametrize(
    ("cell", "minutes"),
    [(0.0, 0), (1.0, 1440), (0.5, 720), (9.5 / 24, 570), (1439 / 1440, 1439), (dt.time(8, 30), dt.time(8, 30))],
)
def test_times_of_day(cell: CellValue, minutes: object) -> None:
    assert decode([cell], TIME) == [minutes]


@pytest.mark.parametrize("cell", [1.5, -0.25, 0.0001, 930.0])
def test_numbers_that_are_no_time(cell: float) -> None:
    assert typed(decode([cell], TIME), TIME)[1] == [0]


def test_midnight_at_both_ends_is_written_apart() -> None:
    assert encode(pd.Series([0, 510, 1440, None], dtype="Int64"), TIME) == [dt.time(0), dt.time(8, 30), 1.0, None]


@pytest.mark.parametrize("column", [NUMBER, TEXT, WHOLE, FLAG, DATE, MOMENT, TIME], ids=lambda column: column.type)
def test_an_error_cell_is_named_in_every_column(column: Column) -> None:
    (read,) = decode([ErrorValue("#N/A")], column)
    series, misfits = typed([read], column)
    assert (misfits, str(read)) == ([0], "the error #N/A")
    assert series.isna().all()


@pytest.mark.parametrize(
    ("column", "cell"),
    [(NUMBER, "300"), (RATE, "80 %"), (DATE, "2026-01-05"), (TIME, "08:30"), (DATE, True), (TIME, False)],
)
def test_text_and_flags_are_never_guessed_at(column: Column, cell: CellValue) -> None:
    assert typed(decode([cell], column), column)[1] == [0]


def test_cells_hold_plain_python_values() -> None:
    kinds = {
        NUMBER.name: encode(pd.Series([1.5]), NUMBER),
        WHOLE.name: encode(pd.Series([4], dtype="Int64"), WHOLE),
        FLAG.name: encode(pd.Series([True], dtype="boolean"), FLAG),
        DATE.name: encode(pd.Series(pd.to_datetime(["2026-01-05"])), DATE),
        MOMENT.name: encode(pd.Series(pd.to_datetime(["2026-01-05 08:30"])), MOMENT),
        TEXT.name: encode(pd.Series(["=1+1"]), TEXT),
    }
    assert [type(cells[0]) for cells in kinds.values()] == [float, int, bool, dt.date, dt.datetime, str]


@given(st.integers(1, 16384))
def test_column_letters(number: int) -> None:
    back = 0
    for letter in column_letters(number):
        back = back * 26 + ord(letter) - 64
    assert back == number
