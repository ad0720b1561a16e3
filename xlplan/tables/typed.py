"""Values of any origin -> the typed column of the dictionary, with every value that does not fit named.

Nothing is coerced silently: ``"007"`` in a number column, 3.5 in a whole-number column or a time of day in a date
column becomes a blank in the frame *and* a finding.
"""

from __future__ import annotations

import datetime as dt
import math
import sys
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from xlplan.tables.schema import Column

DTYPES = {
    "text": "str",
    "enum": "str",
    "number": "float64",
    "rate": "float64",
    "money": "float64",
    "integer": "Int64",
    "boolean": "boolean",
    "date": "datetime64[us]",
    "datetime": "datetime64[us]",
    "time": "Int64",
}
"""pandas type of each dictionary type; a time of day is whole minutes after midnight."""

LARGEST = sys.float_info.max
LARGEST_WHOLE = 2**53
"""Beyond it a cell, which is a float, no longer tells one whole number from the next."""

_MISFIT = object()


def typed(values: Iterable[Any], column: Column) -> tuple[pd.Series[Any], list[int]]:
    """Convert values to the column's type.

    Parameters
    ----------
    values : iterable
        A Series, an array or a list of Python values; None, NaN, NaT, empty and all-space text are blanks.
    column : Column
        The dictionary's column.

    Returns
    -------
    series : Series
        Typed, blank where a value does not fit.
    misfits : list of int
        Positions of the values that do not fit.
    """
    if isinstance(values, pd.Series):
        fast = _fast(values, column)
        if fast is not None:
            return fast, []
        values = values.astype(object)
    items = [None if blank(value) else value for value in values]
    convert = _CONVERT[column.type]
    converted = [None if item is None else convert(item) for item in items]
    misfits = [position for position, item in enumerate(converted) if item is _MISFIT]
    for position in misfits:
        converted[position] = None
    return pd.Series(converted, dtype=DTYPES[column.type], name=column.name), misfits


def empty(column: Column, rows: int = 0) -> pd.Series[Any]:
    """A blank column of the right type."""
    return pd.Series([None] * rows, dtype=DTYPES[column.type], name=column.name)


def blank(value: object) -> bool:
    """True for what a planner sees as an empty cell."""
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, np.datetime64):
        return bool(np.isnat(value))
    return isinstance(value, float | np.floating) and math.isnan(value)


def show(value: object) -> str:
    """A value as a finding quotes it."""
    if blank(value):
        return "a blank"
    if isinstance(value, str):
        return f"'{value}'" if len(value) <= 40 else f"'{value[:37]}...'"
    if isinstance(value, bool | np.bool_):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float | np.floating):
        return f"{float(value):.15g}"
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d}" if value.time() == dt.time() else f"{value:%Y-%m-%d %H:%M}"
    return str(value)


def _fast(values: pd.Series[Any], column: Column) -> pd.Series[Any] | None:
    """The same values under the right type where no value can misfit, else None."""
    dtype = DTYPES[column.type]
    values = values.reset_index(drop=True).rename(column.name)
    if str(values.dtype) == dtype and column.type not in {"text", "enum", "date"}:
        if dtype == "float64" and np.isinf(values.to_numpy()).any():
            return None
        return values
    if dtype == "float64" and pd.api.types.is_integer_dtype(values.dtype):
        return values.astype("float64")
    if dtype == "Int64" and pd.api.types.is_integer_dtype(values.dtype):
        return values.astype("Int64")
    if dtype == "boolean" and pd.api.types.is_bool_dtype(values.dtype):
        return values.astype("boolean")
    if pd.api.types.is_datetime64_dtype(values.dtype) and dtype == "datetime64[us]":
        whole_days = bool((values.dropna() == values.dropna().dt.normalize()).all())
        if column.type == "datetime" or whole_days:
            return values.astype(dtype)
    return None


def _number(value: Any) -> Any:
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.integer | np.floating):
        return _MISFIT
    if isinstance(value, int) and abs(value) > LARGEST:  # Python counts further than a cell does
        return _MISFIT
    return float(value) if math.isfinite(value) else _MISFIT


def _integer(value: Any) -> Any:
    number = _number(value)
    if number is _MISFIT or number != round(number) or abs(number) > LARGEST_WHOLE:
        return _MISFIT
    return int(number)


def _boolean(value: Any) -> Any:
    return bool(value) if isinstance(value, bool | np.bool_) else _MISFIT


def _text(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return "TRUE" if value else "FALSE"
    number = _number(value)  # an id such as 1001 is stored as a number by every spreadsheet
    return _MISFIT if number is _MISFIT else f"{number:.15g}"


def _datetime(value: Any) -> Any:
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    if isinstance(value, dt.datetime):
        return value if value.tzinfo is None else _MISFIT
    return dt.datetime(value.year, value.month, value.day) if isinstance(value, dt.date) else _MISFIT


def _date(value: Any) -> Any:
    moment = _datetime(value)
    return moment if moment is _MISFIT or moment.time() == dt.time() else _MISFIT


def _time(value: Any) -> Any:
    if isinstance(value, dt.time):
        minutes = value.hour * 60 + value.minute + (value.second + value.microsecond / 1e6) / 60
        return int(minutes) if minutes == int(minutes) else _MISFIT
    return _integer(value)


_CONVERT: dict[str, Callable[[Any], Any]] = {
    "text": _text,
    "enum": _text,
    "number": _number,
    "rate": _number,
    "money": _number,
    "integer": _integer,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "time": _time,
}
