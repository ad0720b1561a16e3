"""From a typical week to a period: how often each weekday, and each interval of it, occurs."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from xlplan.errors import PlanError
from xlplan.planning.calendar.days import ONE_DAY, Floats, Ints, as_day, day_range, unique_days
from xlplan.planning.calendar.grid import interval_occurrences, intervals_per_day
from xlplan.planning.calendar.spans import read_spans
from xlplan.planning.calendar.weeks import iso_weekday


def occurrences(start: date, end: date, *, closed_dates: Any = None) -> Ints:
    """Count each ISO weekday from ``start`` to ``end`` inclusive, without closed dates.

    Parameters
    ----------
    start, end : date
    closed_dates : array-like of dates, optional
        Dates that do not count; those outside the span do not matter.

    Returns
    -------
    ndarray of int, shape (7,)
        Monday first.

    Examples
    --------
    >>> occurrences(date(2026, 2, 1), date(2026, 2, 28), closed_dates=[date(2026, 2, 16)]).tolist()
    [3, 4, 4, 4, 4, 4, 4]
    """
    first, last = as_day(start, where="start"), as_day(end, where="end")
    if last < first:
        raise PlanError(f"found the end {last} before the start {first}", where="end", do="swap them")
    days = day_range(first, last + ONE_DAY)
    days = days[~np.isin(days, unique_days(closed_dates, where="closed_dates"))]
    return np.bincount(iso_weekday(days) - 1, minlength=7).astype(np.int64)


def typical_week_occurrences(
    periods: pd.DataFrame, *, interval_min: int, time_zone: str, closed_dates: Any = None
) -> Floats:
    """Count how often each interval of a typical week occurs in each period.

    A typical-week quantity ``x`` of shape (7, P) becomes a period's by ``(x * result[i]).sum()``; a four-week month
    then has four times the week, a day of 23 hours less, a closed date nothing.

    Parameters
    ----------
    periods : DataFrame
        tblPeriod (period, start, end).
    interval_min : int
        Length in minutes, a divisor of 1440.
    time_zone : str
        IANA name of the clock that the week is told by.
    closed_dates : array-like of dates, optional
        Local dates on which nothing occurs, from 00:00 to 24:00.

    Returns
    -------
    ndarray of float, shape (periods, 7, P)
        Monday first. Whole numbers, except in intervals that a clock change cuts in two.

    Examples
    --------
    >>> from xlplan.planning.calendar.periods import build_periods
    >>> march = build_periods(date(2026, 3, 1), "1m")
    >>> often = typical_week_occurrences(march, interval_min=60, time_zone="Europe/Berlin")
    >>> often[0, 6, :4].tolist(), float(often.sum())  # the Sunday hour from 02:00 fell out once; 31 x 24 - 1
    ([5.0, 5.0, 4.0, 5.0], 743.0)
    """
    spans = read_spans(periods)
    count = intervals_per_day(interval_min)
    days = spans.days
    real = interval_occurrences(days, interval_min, time_zone=time_zone)
    real[np.isin(days, unique_days(closed_dates, where="closed_dates"))] = 0.0
    result = np.zeros((len(spans) * 7, count))
    np.add.at(result, spans.index * 7 + iso_weekday(days) - 1, real)
    return result.reshape(len(spans), 7, count)
