"""ISO 8601 weeks: Monday to Sunday, named by the year that holds their Thursday, 52 or 53 in a year."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlplan.errors import PlanError
from xlplan.planning.calendar.days import DAY, Days, Ints, as_days

_WEEK_ID = re.compile(r"(\d{4})-W(\d{2})")


def iso_weekday(days: Days) -> Ints:
    """ISO weekday of each day, 1 = Monday to 7 = Sunday.

    >>> iso_weekday(np.array(["2026-01-05", "2026-01-11"], "datetime64[D]")).tolist()
    [1, 7]
    """
    # Day 0 of the epoch, 1970-01-01, was a Thursday.
    return (days.astype(DAY).astype(np.int64) + 3) % 7 + 1


def monday_of(days: Days) -> Days:
    """Monday of each day's ISO week."""
    back: Days = days - (iso_weekday(days) - 1).astype("timedelta64[D]")
    return back


def iso_year_week(days: Days) -> tuple[Ints, Ints]:
    """ISO year and ISO week number of each day.

    >>> year, week = iso_year_week(np.array(["2027-01-03"], "datetime64[D]"))
    >>> int(year[0]), int(week[0])
    (2026, 53)
    """
    thursday = monday_of(days) + np.timedelta64(3, "D")
    year = thursday.astype("datetime64[Y]")
    week = (thursday - year.astype(DAY)).astype(np.int64) // 7 + 1
    return year.astype(np.int64) + 1970, week


def iso_week_ids(dates: Any) -> NDArray[np.object_]:
    """Name the ISO week of each date, such as ``2026-W07``.

    Parameters
    ----------
    dates : array-like of dates, shape (n,)

    Returns
    -------
    ndarray of str, shape (n,)

    Examples
    --------
    >>> from datetime import date
    >>> iso_week_ids([date(2026, 2, 9), date(2021, 1, 3), date(2024, 12, 30)]).tolist()
    ['2026-W07', '2020-W53', '2025-W01']
    """
    year, week = iso_year_week(as_days(dates, where="dates"))
    return np.array([f"{y:04d}-W{w:02d}" for y, w in zip(year, week, strict=True)], dtype=object)


def weeks_in_year(year: int) -> int:
    """Count the ISO weeks of a year: 53 when it begins or, in a leap year, ends on a Thursday; else 52.

    >>> [weeks_in_year(year) for year in (2020, 2025, 2026)]
    [53, 52, 53]
    """
    # 28 December always lies in the last ISO week.
    return int(iso_year_week(np.array([f"{year:04d}-12-28"], DAY))[1][0])


def iso_week_start(week: str) -> np.datetime64:
    """Monday of a week id.

    Raises
    ------
    PlanError
        The text is no week id, or the year has no such week.

    Examples
    --------
    >>> str(iso_week_start("2026-W53"))
    '2026-12-28'
    """
    match = _WEEK_ID.fullmatch(week)
    if match is None:
        raise PlanError(f"found {week!r}, expected an ISO week", do="type a week such as 2026-W07")
    year, number = int(match[1]), int(match[2])
    last = weeks_in_year(year)
    if not 1 <= number <= last:
        raise PlanError(f"found {week!r}, but {year} has weeks 1 to {last}", do=f"type {year}-W01 to {year}-W{last}")
    first = monday_of(np.array([f"{year:04d}-01-04"], DAY))[0]
    return np.datetime64(first + np.timedelta64(7 * (number - 1), "D"))
