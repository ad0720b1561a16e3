"""Cell values <-> the typed columns of the dictionary.

A file holds a date as a serial number and knows no types; the dictionary says what the number means. An error cell, a
text number or a serial that is no date becomes a finding, never a guess.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd

from xlplan.tables.schema import Column
from xlplan.workbook.book import CellValue, ErrorValue, Formula

LAST_SERIAL = 2_958_465
"""Serial of 9999-12-31, the last date that Excel knows."""


class Unreadable:
    """A cell that cannot be the column's type; prints as a finding quotes it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text


def decode(values: Sequence[CellValue], column: Column, *, date1904: bool = False) -> list[Any]:
    """Python values of a column's cells.

    Serial numbers of date, datetime and time columns become dates, datetimes and minutes after midnight; error
    cells become :class:`Unreadable`, so that the type check names them.
    """
    values = [value.value if isinstance(value, Formula) else value for value in values]
    if column.type in {"date", "datetime"}:
        decoded = [_moment(value, date1904=date1904) for value in values]
    elif column.type == "time":
        decoded = [_minutes(value) for value in values]
    else:
        decoded = list(values)
    return [Unreadable(f"the error {value.code}") if isinstance(value, ErrorValue) else value for value in decoded]


def encode(values: pd.Series[Any], column: Column) -> list[CellValue]:
    """Cell values of a typed column; blanks become empty cells."""
    blanks = values.isna().to_numpy(dtype=bool)
    if column.type == "date":
        items: list[Any] = [None if b else v.date() for v, b in zip(values, blanks, strict=True)]
    elif column.type == "datetime":
        items = [None if b else v.to_pydatetime() for v, b in zip(values, blanks, strict=True)]
    elif column.type == "time":
        items = [None if b else _clock(int(v)) for v, b in zip(values, blanks, strict=True)]
    else:
        items = [None if b else v for v, b in zip(values.astype(object), blanks, strict=True)]
    return items


def _moment(value: CellValue, *, date1904: bool) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    # Excel's serial 60 is a day that never was (1900-02-29): earlier serials are a day off and never plan dates.
    since_1900 = value + (1462 if date1904 else 0)
    # A serial is a float of days: half a second is far above its rounding and far below any real resolution.
    if not 61 <= since_1900 < LAST_SERIAL + 1 - 0.5 / 86400:
        return Unreadable(f"{value:.15g}")
    return dt.datetime(1899, 12, 30) + dt.timedelta(seconds=round(since_1900 * 86400))


def _minutes(value: CellValue) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    minutes = round(value * 1440, 6)
    if not (0 <= value <= 1) or minutes != int(minutes):
        return Unreadable(f"{value:.15g}")
    return int(minutes)


def _clock(minutes: int) -> CellValue:
    """A time of day; 24:00 is the whole day, which no time value holds."""
    return 1.0 if minutes == 1440 else dt.time(minutes // 60, minutes % 60)
