"""Python values as a cell stores them, and back."""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import Decimal
from typing import Any

from xlplan.errors import WorkbookError
from xlplan.workbook.book import CellValue, ErrorValue, Formula, serial

LONGEST_TEXT = 32_767
LARGEST_WHOLE = 2**53
FIRST_SURE_SERIAL = 61
"""1 March 1900: before it, Excel counts a 29 February 1900 that never was."""

_ERROR = re.compile(r"#[A-Z0-9_/]+[!?]?")


def stored(value: object, *, date1904: bool) -> tuple[str, str] | None:
    """Cell type and text of a value; None for a blank.

    The types are those of SpreadsheetML: ``n`` number, ``b`` boolean, ``e`` error, ``inlineStr`` text. NaN, NaT
    and empty text are blanks.

    Raises
    ------
    WorkbookError
        For a value that no cell can hold as it is: infinity, a whole number past 2**53, text past 32,767
        characters, a date with a time zone or before 1 March 1900, any other type.

    Examples
    --------
    >>> stored(0.25, date1904=False), stored("=1+1", date1904=False), stored(float("nan"), date1904=False)
    (('n', '0.25'), ('inlineStr', '=1+1'), None)
    """
    if type(value) is float and value - value == 0.0:  # finite: what most cells of a plan hold
        return _number(value)
    value = native(value)
    if value is None or (isinstance(value, str) and not value):
        return None
    if isinstance(value, bool):
        return "b", "1" if value else "0"
    if isinstance(value, int):
        return "n", _whole(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, str):
        return "inlineStr", _text(value)
    if isinstance(value, dt.date | dt.time):
        return "n", _day(value, date1904=date1904)
    if isinstance(value, ErrorValue):
        if not _ERROR.fullmatch(value.code):
            raise WorkbookError(f"{value.code!r} is no error value", do="use a code such as #N/A")
        return "e", value.code
    raise WorkbookError(
        f"a {type(value).__name__} cannot stand in a cell", do="give a number, text, bool, date or None"
    )


def native(value: Any) -> Any:
    """numpy and pandas scalars as the Python values they stand for; NaN, NaT and NA as None."""
    module = type(value).__module__.partition(".")[0]
    if module == "numpy" and getattr(value, "ndim", None) == 0:
        if value.dtype.kind == "M":
            value = value.astype("datetime64[us]")
        value = value.item()
    elif module == "pandas" and type(value).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(value, Decimal):
        value = float(value)
    return None if isinstance(value, float) and math.isnan(value) else value


def _number(value: float) -> tuple[str, str]:
    if math.isinf(value):
        raise WorkbookError(
            "a cell cannot hold infinity", do="find what was divided by zero, or write None or an error value"
        )
    text = repr(value)
    if text.endswith(".0"):
        text = "0" if text == "-0.0" else text[:-2]
    return "n", text


def _whole(value: int) -> str:
    if abs(value) > LARGEST_WHOLE:
        raise WorkbookError(f"a cell cannot hold the whole number {value} exactly", do="write it as text")
    return str(value)


def _text(value: str) -> str:
    length = len(value) + sum(letter > "\uffff" for letter in value)  # Excel counts UTF-16 units
    if length > LONGEST_TEXT:
        raise WorkbookError(f"text of {length:,} characters; a cell holds {LONGEST_TEXT:,}", do="shorten the text")
    return value


def _day(value: dt.date | dt.time, *, date1904: bool) -> str:
    number = serial(value, date1904=date1904)
    if not isinstance(value, dt.time) and number < (0 if date1904 else FIRST_SURE_SERIAL):
        raise WorkbookError(
            f"{value.isoformat()} lies before the first day a workbook counts safely", do="write it as text"
        )
    return _number(number)[1]


def number(text: str) -> int | float:
    """Number of a cell's text.

    >>> number("12"), number("-0.5"), number("1E-3")
    (12, -0.5, 0.001)
    """
    bare = text[1:] if text[:1] == "-" else text
    if bare.isdigit() and len(bare) <= 15 and bare.isascii():
        return int(text)
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found) or "_" in text:
        raise WorkbookError(f"{text[:40]!r} stands where a number belongs", do="type the value again in Excel")
    return found


def moment(text: str, *, date1904: bool) -> float:
    """Serial number of an ISO 8601 date, which strict workbooks may store."""
    try:
        if re.match(r"\d\d:", text):
            return serial(dt.time.fromisoformat(text))
        when = dt.datetime.fromisoformat(text)
    except ValueError:
        raise WorkbookError(f"{text[:40]!r} stands where a date belongs", do="type the date again in Excel") from None
    return serial(when.replace(tzinfo=None), date1904=date1904)


def same(old: CellValue, new: object, *, date1904: bool) -> bool:
    """True when a cell that holds ``old`` already holds ``new``.

    >>> same(3, 3.0, date1904=False), same(1, True, date1904=False), same("", None, date1904=False)
    (True, False, True)
    """
    if isinstance(new, Formula):
        return False
    wanted = stored(new, date1904=date1904)
    held = stored(old, date1904=date1904)
    if wanted is None or held is None or wanted[0] != "n" or held[0] != "n":
        return wanted == held
    return float(wanted[1]) == float(held[1])
