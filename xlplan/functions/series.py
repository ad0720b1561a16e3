"""The series that forecasting functions are given: values with their dates, whole numbers of periods."""

from __future__ import annotations

import datetime as dt
from typing import Any

from xlplan.functions.cellvalues import NA, NUM, VALUE, CellError, at_most

MOST_VALUES = 250_000
"""Values of one series: two years of five-minute intervals, and the days of six centuries."""


def history(values: list[float | None], dates: list[dt.datetime | None]) -> tuple[Any, Any]:
    """Values and dates of a series as arrays, rows without either left out.

    Raises
    ------
    CellError
        Ranges of different length, a value without a date, no value at all or one below 0, or too long a series.
    """
    import numpy as np

    if len(values) != len(dates):
        raise CellError(VALUE, f"values has {len(values)} cells and dates {len(dates)}; give as many of both")
    if any(value is not None and date is None for value, date in zip(values, dates, strict=True)):
        raise CellError(VALUE, "a value has no date; fill the date or clear the value")
    known = [(value, date) for value, date in zip(values, dates, strict=True) if date is not None]
    if not known:
        raise CellError(NA, "there is nothing to forecast; give values with their dates")
    at_most("values", len(known), MOST_VALUES, what="dates")
    filled = [(value, date) for value, date in known if value is not None]
    if not filled:
        raise CellError(NA, "values is blank throughout; type the volumes of the past")
    below = next((f"{value:g} on {date:%Y-%m-%d}" for value, date in filled if value < 0), "")
    if below:
        raise CellError(NUM, f"values holds {below}; type 0 or more, or leave it blank if it is not known")
    volume = np.array([np.nan if value is None else value for value, _ in known])
    return volume, moments([date for _, date in known])


def whole_periods(number: float | None, name: str = "season") -> int | None:
    """A number of periods that must be whole; None stays None."""
    if number is None:
        return None
    if number < 1 or number != int(number):
        raise CellError(NUM, f"{name} is {number:g}; type a whole number of periods")
    return int(number)


def moments(dates: list[dt.datetime]) -> Any:
    """Dates as an array, to the second."""
    import numpy as np

    return np.array(dates, dtype="datetime64[s]")
