"""Calendar days as numpy: checked on the way in, plain ``datetime64[D]`` inside, ``datetime64[us]`` in tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlplan.errors import SHOWN, PlanError

Days = NDArray[np.datetime64]
"""``datetime64[D]`` inside the calendar; every date that leaves it is ``datetime64[us]`` at midnight."""

Stamps = NDArray[np.datetime64]
"""``datetime64[us]`` without a zone."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

DAY = "datetime64[D]"
STAMP = "datetime64[us]"
MONTH = "datetime64[M]"
ONE_DAY = np.timedelta64(1, "D")

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def shown(items: Iterable[object]) -> str:
    """List the first five items, then the total.

    >>> shown(range(8))
    '0, 1, 2, 3, 4 ... 8 in all'
    """
    texts = [str(item) for item in items]
    head = ", ".join(texts[:SHOWN])
    return head if len(texts) <= SHOWN else f"{head} ... {len(texts)} in all"


def rows_of(mask: NDArray[np.bool_]) -> str:
    """Name the rows where the mask holds, first row = 1."""
    return shown(np.flatnonzero(mask) + 1)


def as_stamps(values: Any, *, where: str) -> Stamps:
    """Turn dates or date-times without a zone into ``datetime64[us]``, shape (n,).

    Parameters
    ----------
    values : array, Series, Index or sequence of date, datetime or Timestamp
        Blanks, numbers, texts and zoned times are refused: a number has no epoch of its own, a text no order of day
        and month.
    where : str
        Table and column or argument, for the error.

    Raises
    ------
    PlanError
        What was found, with the rows counted from 1.

    Examples
    --------
    >>> as_stamps([date(2026, 1, 5)], where="start")
    array(['2026-01-05T00:00:00.000000'], dtype='datetime64[us]')
    """
    dtype = getattr(values, "dtype", None)
    if isinstance(dtype, pd.DatetimeTZDtype):
        raise PlanError(
            f"found times with the zone {dtype.tz}, expected local times without a zone",
            where=where,
            do="convert them with to_local first",
        )
    array = np.asarray(values if dtype is not None else list(values))
    if array.ndim != 1:
        raise PlanError(f"found shape {array.shape}, expected one column of dates", where=where)
    if array.size == 0:
        return np.array([], dtype=STAMP)
    if array.dtype.kind == "O":
        array = _from_objects(array, where)
    if array.dtype.kind != "M":
        raise PlanError(
            f"found {array.dtype.name} values such as {array[0]!r}, expected dates",
            where=where,
            do="type a date such as 2026-01-05",
        )
    blank = np.isnat(array)
    if blank.any():
        raise PlanError(f"found no date in row {rows_of(blank)}", where=where, do="type a date")
    return array.astype(STAMP)


def _from_objects(array: NDArray[Any], where: str) -> Stamps:
    blank = np.asarray(pd.isna(array), dtype=bool)
    for row in np.flatnonzero(~blank):
        item = array[row]
        if not isinstance(item, date | np.datetime64) or getattr(item, "tzinfo", None) is not None:
            raise PlanError(
                f"found {item!r} in row {row + 1}, expected a date without a zone",
                where=where,
                do="type a date such as 2026-01-05",
            )
    return np.array([np.datetime64("NaT") if gap else item for item, gap in zip(array, blank, strict=True)], STAMP)


def as_days(values: Any, *, where: str) -> Days:
    """Turn whole dates into ``datetime64[D]``, shape (n,); a time of day is refused, never cut off.

    Examples
    --------
    >>> as_days([date(2026, 1, 5)], where="start")
    array(['2026-01-05'], dtype='datetime64[D]')
    """
    stamps = as_stamps(values, where=where)
    days = stamps.astype(DAY)
    timed = stamps != days
    if timed.any():
        first = int(np.flatnonzero(timed)[0])
        raise PlanError(
            f"found a time of day in row {rows_of(timed)} ({pd.Timestamp(stamps[first])}), expected whole dates",
            where=where,
            do=f"type {days[first]}",
        )
    return days


def as_day(value: date | np.datetime64, *, where: str) -> np.datetime64:
    """Turn one whole date into ``datetime64[D]``."""
    return np.datetime64(as_days([value], where=where)[0])


def months_of(days: Days) -> Days:
    """First day of each day's calendar month."""
    return days.astype(MONTH).astype(DAY)


def month_after(months: Days) -> Days:
    """First day of the following month."""
    return (months.astype(MONTH) + 1).astype(DAY)


def month_lengths(months: Days) -> Ints:
    """Days in each month.

    >>> month_lengths(as_days([date(2024, 2, 1), date(2026, 2, 1)], where="month")).tolist()
    [29, 28]
    """
    return (month_after(months) - months_of(months)).astype(np.int64)


def day_range(start: np.datetime64, stop: np.datetime64) -> Days:
    """All days from ``start`` up to, not including, ``stop``."""
    return np.arange(start, stop, dtype=DAY)


def unique_days(values: Any, *, where: str) -> Days:
    """Whole dates, sorted and each once; ``None`` is an empty list."""
    return np.unique(as_days(() if values is None else values, where=where))


def need_columns(frame: pd.DataFrame, columns: Sequence[str], *, where: str) -> None:
    """Raise ``PlanError`` when a column is absent."""
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise PlanError(f"found no column {shown(missing)}", where=where, do=f"give {', '.join(columns)}")


def one_group(frame: pd.DataFrame, column: str, *, where: str) -> None:
    """Raise ``PlanError`` when a key column, if present, holds more than one id."""
    if column in frame.columns and frame[column].nunique(dropna=False) > 1:
        raise PlanError(
            f"found {shown(sorted(map(str, frame[column].unique())))} in {column}, expected rows of one {column}",
            where=where,
            do=f"filter the rows to one {column}",
        )


def numbers(values: Any, *, where: str, low: float = 0.0, high: float = np.inf, blank: bool = False) -> Floats:
    """Finite numbers between ``low`` and ``high``, shape (n,); NaN passes only where ``blank`` is allowed."""
    series = pd.Series(values)
    if not pd.api.types.is_numeric_dtype(series):
        series = series.map(lambda item: item if isinstance(item, int | float | np.number) or pd.isna(item) else np.inf)
    array: Floats = series.to_numpy(dtype=np.float64, na_value=np.nan)
    bad = np.isinf(array) | (array < low) | (array > high)
    if not blank:
        bad |= np.isnan(array)
    if bad.any():
        span = f"at least {low:g}" if np.isinf(high) else f"{low:g} to {high:g}"
        found = list(values)[int(np.flatnonzero(bad)[0])]
        raise PlanError(f"found {found} in row {rows_of(bad)}, expected a number, {span}", where=where)
    return array
