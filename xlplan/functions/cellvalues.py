"""Cells as hosts send them -> grids of numbers, texts and dates, each bad cell with its own error.

A host sends a number, a text, True, None for a blank, a date, an error, or rows of those. A flat list is one column.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

VALUE, NUM, NA = "#VALUE!", "#NUM!", "#N/A"
MAX_CELLS = 1_048_576
"""One whole column: more cells in an argument are refused, before they are looked at one by one."""

LARGEST, SMALLEST = 1e15, 1e-100
"""Sizes of numbers: beyond the first a sheet has no digits left, below the second stands what rounding leaves of 0."""

Grid = list[list[Any]]


class CellError(Exception):
    """A true error of a cell: its code, and the sentence that says what to type.

    >>> print(CellError("#NUM!", "shrinkage 30 looks like a percent; type 0.30"))
    #NUM! shrinkage 30 looks like a percent; type 0.30
    """

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        self.sentence = sentence
        super().__init__(f"{code} {sentence}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CellError) and (self.code, self.sentence) == (other.code, other.sentence)

    def __hash__(self) -> int:
        return hash((self.code, self.sentence))


def grid(name: str, value: Any) -> Grid:
    """The argument as rows of cells; a single value is one row of one cell.

    Raises
    ------
    CellError
        Ragged rows, an empty range, or more cells than a column has.
    """
    if hasattr(value, "tolist"):
        value = value.tolist()
    if not _is_range(value):
        return [[value]]
    too_many = CellError(VALUE, f"{name} has more than {MAX_CELLS:,} cells; give the filled part of the column")
    if len(value) > MAX_CELLS:
        raise too_many
    rows = [list(row) if _is_range(row) else [row] for row in value]
    widths = {len(row) for row in rows}
    if not rows or widths == {0}:
        raise CellError(VALUE, f"{name} is an empty range; give at least one cell")
    if len(widths) > 1:
        raise CellError(VALUE, f"{name} has rows of {sorted(widths)} cells; give a rectangular range")
    if len(rows) * widths.pop() > MAX_CELLS:
        raise too_many
    return rows


def _is_range(value: Any) -> bool:
    """True for rows of cells; a text and bytes are sequences too, but stand in one cell."""
    return isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray)


def at_most(name: str, count: int, limit: int, *, what: str = "periods") -> None:
    """Refuse a range that is longer than a function takes in bearable time.

    Raises
    ------
    CellError
        With the number found and the limit.
    """
    if count > limit:
        raise CellError(NUM, f"{name} has {count:,} {what}; give at most {limit:,}")


def is_blank(cell: Any) -> bool:
    """True for an empty cell; NaN is what some hosts send for one, and pandas has marks of its own."""
    if isinstance(cell, str):
        return not cell
    if isinstance(cell, float):
        return math.isnan(cell)
    return cell is None or type(cell).__name__ in {"NAType", "NaTType"}


def error_of(cell: Any) -> CellError | None:
    """The error that stands in a cell, if one does."""
    if isinstance(cell, CellError):
        return cell
    code = getattr(cell, "code", None)
    return CellError(str(code), "an argument holds this error") if isinstance(code, str) else None


def number(name: str, cell: Any) -> float | CellError | None:
    """A cell as a number; None for a blank."""
    if is_blank(cell):
        return None
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return error_of(cell) or CellError(VALUE, f"{name} is {shown(cell)}; type a number")
    if isinstance(cell, float) and math.isinf(cell):
        return CellError(NUM, f"{name} is not a finite number")
    if not -LARGEST <= cell <= LARGEST:
        return CellError(NUM, f"{name} is beyond {LARGEST:.0e}, where a sheet no longer counts; check its unit")
    return float(cell) if abs(cell) >= SMALLEST else 0.0


def seconds(name: str, value: float) -> float | CellError:
    """Seconds; a part of one is refused, because a cell that shows 0:03:00 holds a part of a day."""
    if not 0 < value < 1:
        return value
    minutes, rest = divmod(round(value * 86_400), 60)
    clock = f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
    return CellError(
        NUM,
        f"{name} is {value:g}, less than a second; the time of day {clock} is such a part of a day: "
        f"type its seconds, {value * 86_400:.0f}, or multiply the cell by 86400",
    )


def plain_numbers(cells: list[Any]) -> NDArray[np.float64] | None:
    """Cells as numbers, all at once; None where one of them is no number of usual size and needs a closer look."""
    if not set(map(type, cells)) <= {float, int}:
        return None
    import numpy as np

    try:
        numbers = np.array(cells, dtype=float)
    except OverflowError:
        return None
    size = np.abs(numbers)
    return np.where(size >= SMALLEST, numbers, 0.0) if (size <= LARGEST).all() else None


def text(name: str, cell: Any) -> str | CellError | None:
    """A cell as text; None for a blank."""
    if is_blank(cell):
        return None
    return (
        cell if isinstance(cell, str) else error_of(cell) or CellError(VALUE, f"{name} is {shown(cell)}; type a text")
    )


def label(name: str, cell: Any) -> str | CellError | None:
    """A cell as what it is called, be it a text, a number or TRUE; None for a blank."""
    if is_blank(cell):
        return None
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return shown(cell)
    found = number(name, cell)
    return f"{found:.15g}" if isinstance(found, float) else found


def flag(name: str, cell: Any) -> bool | CellError | None:
    """A cell as TRUE or FALSE; hosts that know no booleans send 1 and 0."""
    if is_blank(cell):
        return None
    if isinstance(cell, bool | int | float) and cell in {0, 1}:
        return bool(cell)
    return error_of(cell) or CellError(VALUE, f"{name} is {shown(cell)}; type TRUE or FALSE")


def date(name: str, cell: Any) -> dt.datetime | CellError | None:
    """A cell as a date: a serial number, a date, or text such as 2026-01-05; None for a blank."""
    if is_blank(cell):
        return None
    if isinstance(cell, dt.datetime):
        return cell.replace(tzinfo=None)  # COM marks a cell's local time as UTC
    if isinstance(cell, dt.date):
        return dt.datetime(cell.year, cell.month, cell.day)
    if isinstance(cell, str):
        try:
            moment = dt.datetime.fromisoformat(cell)
        except ValueError:
            return CellError(VALUE, f"{name} is {shown(cell)}; type a date such as 2026-01-05")
        if moment.tzinfo is not None:
            return CellError(VALUE, f"{name} is {shown(cell)}; type local time without a zone")
        return moment
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return error_of(cell) or CellError(VALUE, f"{name} is {shown(cell)}; type a date")
    if not 61 <= cell < 2_958_466:
        return CellError(NUM, f"{name} is {shown(cell)}, which is no date; type a date")
    return dt.datetime(1899, 12, 30) + dt.timedelta(seconds=round(cell * 86400))


def shown(cell: Any) -> str:
    """A cell as a sentence quotes it."""
    if isinstance(cell, str):
        return f"the text '{cell[:40]}'"
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return f"{cell:g}" if -LARGEST <= cell <= LARGEST else f"a number beyond {LARGEST:.0e}"
    return " ".join(str(cell).split())[:40]
