"""Values of any origin become typed columns: what fits is kept to the last bit, what does not is named."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlplan.tables.allowed import parse
from xlplan.tables.schema import Column, Type
from xlplan.tables.typed import DTYPES, blank, empty, show, typed

WHOLE = st.integers(-(2**53), 2**53)
DAYS = st.dates(dt.date(1900, 3, 1), dt.date(9999, 12, 31))
MOMENTS = st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(9999, 12, 31, 23, 59, 59))
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).filter(lambda text: text.strip())
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
FITTING: dict[Type, st.SearchStrategy[Any]] = {
    "text": TEXTS,
    "enum": TEXTS,
    "number": NUMBERS,
    "rate": NUMBERS,
    "money": NUMBERS,
    "integer": WHOLE,
    "boolean": st.booleans(),
    "date": DAYS.map(lambda day: dt.datetime(day.year, day.month, day.day)),
    "datetime": MOMENTS,
    "time": st.integers(0, 1440),
}
ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    TEXTS,
    DAYS,
    MOMENTS,
    MOMENTS.map(lambda moment: moment.replace(tzinfo=dt.UTC)),
    st.times(),
    st.sampled_from([pd.NA, pd.NaT, np.float32("nan"), np.datetime64("NaT"), np.int64(3), np.float32(0.5), np.True_]),
    st.binary(max_size=3),
    st.complex_numbers(),
)


def column(type_: Type) -> Column:
    rule = parse("")
    return Column("x", type_, "", "A value", False, "input", rule, False, "", True, "", rule, "")


@pytest.mark.parametrize("type_", list(DTYPES))
@given(data=st.data())
def test_values_that_fit_come_back_as_they_were(type_: Type, data: st.DataObject) -> None:
    values = data.draw(st.lists(st.one_of(st.none(), FITTING[type_])))
    series, misfits = typed(values, column(type_))
    assert misfits == []
    assert str(series.dtype) == DTYPES[type_]
    assert [None if pd.isna(value) else value for value in series] == values
    again, misfits = typed(series, column(type_))
    assert misfits == []
    pd.testing.assert_series_equal(again, series)


@pytest.mark.parametrize("type_", list(DTYPES))
@given(values=st.lists(ANYTHING))
def test_every_value_is_kept_a_blank_or_named(type_: Type, values: list[Any]) -> None:
    series, misfits = typed(values, column(type_))
    assert len(series) == len(values)
    assert str(series.dtype) == DTYPES[type_]
    for position, value in enumerate(values):
        if blank(value) or position in misfits:
            assert pd.isna(series.iloc[position])
        else:
            assert not pd.isna(series.iloc[position])
    assert not any(blank(values[position]) for position in misfits)
    assert all(show(value) for value in values)


@pytest.mark.parametrize(
    ("type_", "fits", "misfits"),
    [
        ("text", {"a": "a", " a ": " a ", 1001.0: "1001", 0.1: "0.1"}, [b"a", dt.date(2026, 1, 1)]),
        ("number", {3: 3.0, np.float32(0.5): 0.5}, ["3", True, float("inf"), 10**400]),
        ("rate", {1: 1.0}, ["80 %", False]),
        ("integer", {3.0: 3, np.int64(4): 4}, [3.5, "3", True, 1e20, 2.0**53 + 2]),
        ("boolean", {True: True, np.False_: False}, [1, 0, "TRUE", "yes"]),
        (
            "date",
            {dt.date(2026, 1, 5): dt.datetime(2026, 1, 5), np.datetime64("2026-01-05"): dt.datetime(2026, 1, 5)},
            [dt.datetime(2026, 1, 5, 8), "2026-01-05", 46027, dt.datetime(2026, 1, 5, tzinfo=dt.UTC)],
        ),
        (
            "datetime",
            {dt.date(2026, 1, 5): dt.datetime(2026, 1, 5), dt.datetime(2026, 1, 5, 8): dt.datetime(2026, 1, 5, 8)},
            ["2026-01-05 08:00", 46027.5, dt.datetime(2026, 1, 5, tzinfo=dt.UTC)],
        ),
        ("time", {dt.time(8, 30): 510, 1440: 1440, 0: 0}, [dt.time(8, 30, 30), "08:30", 8.5, True]),
    ],
)
def test_what_fits_and_what_does_not(type_: Type, fits: dict[Any, Any], misfits: list[Any]) -> None:
    series, named = typed([*fits, *misfits], column(type_))
    assert series.tolist()[: len(fits)] == list(fits.values())
    assert named == list(range(len(fits), len(series)))


@pytest.mark.parametrize("value", [None, "", "  \t", float("nan"), np.float32("nan"), pd.NA, pd.NaT])
@pytest.mark.parametrize("type_", list(DTYPES))
def test_blanks_are_blanks_in_every_column(type_: Type, value: Any) -> None:
    series, misfits = typed([value], column(type_))
    assert misfits == []
    assert series.isna().all()
    pd.testing.assert_series_equal(series, empty(column(type_), 1))


@pytest.mark.parametrize(
    ("values", "type_", "misfits"),
    [
        (pd.Series([1.0, np.inf, np.nan]), "number", [1]),
        (pd.Series([1, 2], dtype="int32"), "rate", []),
        (pd.Series([1.0, 2.5]), "integer", [1]),
        (pd.Series([1, 2], dtype="uint8"), "integer", []),
        (pd.Series([True, False]), "boolean", []),
        (pd.Series([True, False]), "number", [0, 1]),
        (pd.Series([1, 0]), "boolean", [0, 1]),
        (pd.Series(["a", None], dtype="category"), "text", []),
        (pd.to_datetime(pd.Series(["2026-01-05", "2026-01-05 08:00"], index=[7, 7]), format="ISO8601"), "date", [1]),
        (pd.to_datetime(pd.Series(["2026-01-05", None])), "datetime", []),
        (pd.Series(pd.date_range("2026-01-05", periods=2, tz="UTC")), "date", [0, 1]),
        (pd.Series(["a", "  "]), "text", []),
    ],
)
def test_series_of_other_types(values: pd.Series[Any], type_: Type, misfits: list[int]) -> None:
    series, named = typed(values, column(type_))
    assert named == misfits
    assert str(series.dtype) == DTYPES[type_]
    assert series.index.tolist() == list(range(len(values)))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "a blank"),
        ("  ", "a blank"),
        ("a", "'a'"),
        ("x" * 50, "'" + "x" * 37 + "...'"),
        (True, "TRUE"),
        (0.1 + 0.2, "0.3"),
        (30.0, "30"),
        (dt.datetime(2026, 1, 5), "2026-01-05"),
        (pd.Timestamp("2026-01-05 08:30"), "2026-01-05 08:30"),
        (dt.time(8, 30), "08:30:00"),
    ],
)
def test_how_a_finding_quotes_a_value(value: object, text: str) -> None:
    assert show(value) == text
