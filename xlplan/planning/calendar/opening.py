"""Opening hours: how much of every interval of the local clock is open.

Times of day are minutes after midnight. A row whose ``close`` is not after its ``open`` runs into the next day, so
``0`` to ``1440``, ``0`` to ``0`` and ``540`` to ``540`` are all round the clock, the last one from 09:00 to 09:00.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from xlplan.errors import PlanError
from xlplan.planning.calendar.days import WEEKDAYS, Floats, Ints, as_days, need_columns, numbers, one_group, shown
from xlplan.planning.calendar.grid import DAY_MIN, intervals_per_day
from xlplan.planning.calendar.weeks import iso_weekday

WEEK_MIN = 7 * DAY_MIN


def open_mask(open_hours: pd.DataFrame, days: Any, *, interval_min: int) -> Floats:
    """Share of each clock interval that is open.

    Parameters
    ----------
    open_hours : DataFrame
        weekday (1 = Monday), open, close (minutes after midnight) of one set of tblOpenHours; weekdays without a row
        are closed.
    days : sequence of int, or array-like of dates, shape (D,)
        ISO weekdays 1 to 7, or dates. Hours that run over midnight count on the day that they run into.
    interval_min : int
        Length in minutes, a divisor of 1440.

    Returns
    -------
    ndarray of float, shape (D, P)
        0 closed, 1 open, between where opening or closing falls inside the interval. It speaks of the clock face:
        multiply by ``interval_occurrences`` for the real time of a day with a clock change.

    Raises
    ------
    PlanError
        No rows, rows of several sets, times outside the day, or hours that overlap.

    Examples
    --------
    >>> night = pd.DataFrame({"weekday": [5], "open": [22 * 60], "close": [6 * 60]})
    >>> open_mask(night, [5, 6], interval_min=240)
    array([[0. , 0. , 0. , 0. , 0. , 0.5],
           [1. , 0.5, 0. , 0. , 0. , 0. ]])
    """
    count = intervals_per_day(interval_min)
    low = np.arange(0, WEEK_MIN, interval_min, dtype=np.float64)
    opened = np.zeros(7 * count)
    for start, stop in _week_spans(open_hours):
        overlap = np.minimum(low + interval_min, stop) - np.maximum(low, start)
        opened += np.maximum(overlap, 0.0) / interval_min
    mask: Floats = opened.reshape(7, count)[_weekday_rows(days)]
    return mask


def open_hours_per_week(open_hours: pd.DataFrame) -> float:
    """Hours open in a plain week of 168.

    Examples
    --------
    >>> office = pd.DataFrame({"weekday": [1, 2, 3, 4, 5], "open": [540] * 5, "close": [1020] * 5})
    >>> open_hours_per_week(office)
    40.0
    """
    return float(sum(stop - start for start, stop in _week_spans(open_hours)) / 60)


def _week_spans(open_hours: pd.DataFrame) -> list[tuple[float, float]]:
    """Minutes of the week from Monday 00:00, in order, cut where Sunday night runs into Monday."""
    where = "tblOpenHours"
    need_columns(open_hours, ["weekday", "open", "close"], where=where)
    one_group(open_hours, "open_hours", where=where)
    if open_hours.empty:
        raise PlanError("found no opening hours", where=where, do="type a row per weekday: weekday, open, close")
    weekday = numbers(open_hours["weekday"], where=f"{where}.weekday", low=1, high=7)
    opens = numbers(open_hours["open"], where=f"{where}.open", high=np.nextafter(DAY_MIN, 0))
    close = numbers(open_hours["close"], where=f"{where}.close", high=DAY_MIN)
    if (weekday % 1).any():
        raise PlanError("found a weekday that is no whole number", where=f"{where}.weekday", do="type 1 to 7")

    start = (weekday - 1) * DAY_MIN + opens
    stop = (weekday - 1) * DAY_MIN + close + np.where(close <= opens, DAY_MIN, 0)
    spans = [(a, min(b, WEEK_MIN), row) for row, (a, b) in enumerate(zip(start, stop, strict=True), 1)]
    spans += [(0.0, b - WEEK_MIN, row) for row, b in enumerate(stop, 1) if b > WEEK_MIN]
    spans.sort()
    for (_, before, one), (after, _, other) in pairwise(spans):
        if after < before:
            raise PlanError(
                f"found hours of rows {min(one, other)} and {max(one, other)} that overlap from {_clock(after)}",
                where=where,
                do="join them to one row or move one",
            )
    return [(float(a), float(b)) for a, b, _ in spans]


def _clock(minute: float) -> str:
    day, rest = divmod(int(minute), DAY_MIN)
    return f"{WEEKDAYS[day]} {rest // 60:02d}:{rest % 60:02d}"


def _weekday_rows(days: Any) -> Ints:
    """Row of the week, 0 = Monday, of ISO weekdays or dates."""
    given = pd.Series(days)
    if not pd.api.types.is_integer_dtype(given):
        return iso_weekday(as_days(days, where="days")) - 1
    wrong = ~given.isin(range(1, 8)).to_numpy(dtype=bool)
    if wrong.any():
        raise PlanError(
            f"found the weekdays {shown(given[wrong])}", where="days", do="give ISO weekdays, 1 = Monday to 7 = Sunday"
        )
    weekday: Ints = given.to_numpy(dtype=np.int64)
    return weekday - 1
