"""The intervals that a local day really has: 92 quarters of an hour on a day of 23 hours, 100 on one of 25.

An interval label is a stretch of the 24-hour clock face, such as 02:00-02:30. A clock change skips labels or repeats
them; where the change is no multiple of the interval it does so in part, so every count here is a number, not a flag.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from xlplan.errors import PlanError
from xlplan.planning.calendar.days import STAMP, Days, Floats, Ints, as_days
from xlplan.planning.calendar.zones import SECOND_US, Segments, offset_text, segments

DAY_MIN = 1440
_MINUTE_US = 60 * SECOND_US


def intervals_per_day(interval_min: int) -> int:
    """Count the interval labels of a clock face, P.

    Raises
    ------
    PlanError
        The length does not divide a day.

    Examples
    --------
    >>> intervals_per_day(15)
    96
    """
    if not 1 <= interval_min <= DAY_MIN or interval_min != int(interval_min) or DAY_MIN % interval_min:
        raise PlanError(
            f"found {interval_min!r} minutes, expected a length that divides a day",
            where="interval_min",
            do="type 5, 15, 30, 60 or 1440",
        )
    return DAY_MIN // int(interval_min)


def interval_occurrences(dates: Any, interval_min: int, *, time_zone: str) -> Floats:
    """Count how often each clock interval occurs on each local date.

    Parameters
    ----------
    dates : array-like of dates, shape (D,)
        Any order.
    interval_min : int
        Length in minutes, a divisor of 1440.
    time_zone : str
        IANA name.

    Returns
    -------
    ndarray of float, shape (D, P)
        1 on a plain day; 0 where the clock jumped over the interval, 2 where it showed it twice, and the share of
        real time where a change cuts through it (1.5 for the hour from 01:00 that Lord Howe Island lengthens by 30
        minutes). Times ``interval_min`` it sums to the minutes of the day.

    Examples
    --------
    >>> from datetime import date
    >>> interval_occurrences([date(2026, 3, 29), date(2026, 10, 25)], 60, time_zone="Europe/Berlin")[:, :4]
    array([[1., 1., 0., 1.],
           [1., 1., 2., 1.]])
    """
    return _real_us(dates, interval_min, time_zone) / (interval_min * _MINUTE_US)


def hours_in_day(dates: Any, time_zone: str) -> Floats:
    """Hours that each local date really has: 24, but 23 or 25 at a clock change; 0 for a date that a zone left out.

    Parameters
    ----------
    dates : array-like of dates, shape (D,)
    time_zone : str
        IANA name.

    Returns
    -------
    ndarray of float, shape (D,)

    Examples
    --------
    >>> from datetime import date
    >>> hours_in_day([date(2026, 3, 29), date(2026, 10, 25), date(2026, 12, 25)], "Europe/Berlin").tolist()
    [23.0, 25.0, 24.0]
    """
    return _real_us(dates, DAY_MIN, time_zone)[:, 0] / (60 * _MINUTE_US)


def local_grid(dates: Any, *, interval_min: int, time_zone: str) -> pd.DataFrame:
    """List the intervals that really exist on local dates, in the order in which they pass.

    Parameters
    ----------
    dates : array-like of dates, shape (D,)
        Each once, in rising order.
    interval_min : int
        Length in minutes, a divisor of 1440.
    time_zone : str
        IANA name.

    Returns
    -------
    DataFrame
        date, interval (label, 0 = the one from 00:00), start (local), utc_offset (such as ``+02:00``), utc, minutes
        (real length; less than ``interval_min`` only where a clock change cuts the interval).

    Examples
    --------
    >>> from datetime import date
    >>> grid = local_grid([date(2026, 10, 25)], interval_min=60, time_zone="Europe/Berlin")
    >>> len(grid), grid["interval"].tolist()[:5], grid["utc_offset"].tolist()[1:4]
    (25, [0, 1, 2, 2, 3], ['+02:00', '+02:00', '+01:00'])
    """
    count = intervals_per_day(interval_min)
    days = as_days(dates, where="dates")
    if not len(days) or (days[1:] <= days[:-1]).any():
        raise PlanError("found no dates, or dates that do not rise", where="dates", do="give each date once, in order")
    starts = _label_starts(days, interval_min)
    found = segments(time_zone, days[0], days[-1])
    parts = [
        (np.arange(rows.start, rows.stop), low, np.full(len(low), found.offset[k]), (high - low) / _MINUTE_US)
        for k, rows, low, high in _pieces(starts, interval_min * _MINUTE_US, found)
    ]
    label, start, offset, minutes = (np.concatenate(column) for column in zip(*parts, strict=True))
    names = {int(value): offset_text(int(value) // SECOND_US) for value in np.unique(offset)}
    return pd.DataFrame(
        {
            "date": days[label // count].astype(STAMP),
            "interval": label % count,
            "start": start.astype(STAMP),
            "utc_offset": pd.Series([names[int(value)] for value in offset]),
            "utc": (start - offset).astype(STAMP),
            "minutes": minutes,
        }
    )


def _real_us(dates: Any, interval_min: int, time_zone: str) -> Ints:
    """Real time for which each label of each date is on the clock, whole microseconds, shape (D, P)."""
    count = intervals_per_day(interval_min)
    days, inverse = np.unique(as_days(dates, where="dates"), return_inverse=True)
    if not len(days):
        return np.zeros((0, count), dtype=np.int64)
    starts = _label_starts(days, interval_min)
    real = np.zeros(len(starts), dtype=np.int64)
    for _, rows, low, high in _pieces(starts, interval_min * _MINUTE_US, segments(time_zone, days[0], days[-1])):
        real[rows] += high - low
    by_day: Ints = real.reshape(len(days), count)[inverse]
    return by_day


def _label_starts(days: Days, interval_min: int) -> Ints:
    """Clock readings at which the labels of rising days begin, microseconds, shape (D x P,)."""
    labels = np.arange(0, DAY_MIN, interval_min, dtype=np.int64) * _MINUTE_US
    return (days.astype(STAMP).astype(np.int64)[:, None] + labels).ravel()


def _pieces(starts: Ints, length: int, parts: Segments) -> Iterator[tuple[int, slice, Ints, Ints]]:
    """Per segment of constant offset: its labels, and from and to where its clock runs through each of them."""
    for k, (begin, end) in enumerate(zip(parts.local_from, parts.local_to, strict=True)):
        rows = slice(
            int(np.searchsorted(starts, begin - length, side="right")), int(np.searchsorted(starts, end, side="left"))
        )
        if rows.start < rows.stop:
            inside = starts[rows]
            yield k, rows, np.maximum(inside, begin), np.minimum(inside + length, end)
