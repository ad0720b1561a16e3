"""The grain of dates: intervals of a day, days, weeks or months; found from the dates, or refused."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlplan.errors import PlanError
from xlplan.planning.forecast.panel import IntArray

Dates = NDArray[np.datetime64]

DAY_SECONDS = 86_400
SHORTEST, LONGEST = 5, 60
"""Shortest and longest interval of a day, in minutes."""
SEASONS = {"day": 7, "week": 52, "month": 12}
NAMES = {"D": "day", "DAY": "day", "W": "week", "WEEK": "week", "M": "month", "MS": "month", "ME": "month"}
NAMES |= {"MONTH": "month", "H": "60min", "HOUR": "60min"}


@dataclass(frozen=True)
class Grain:
    """Length of a period.

    Parameters
    ----------
    name : str
        'day', 'week', 'month' or the minutes of an interval, for instance '30min'.
    minutes : int
        Minutes of an interval; 0 for the others.
    """

    name: str
    minutes: int = 0

    @property
    def season(self) -> int:
        """Periods per cycle: a week of intervals or days, a year of weeks or months."""
        return SEASONS[self.name] if not self.minutes else 7 * DAY_SECONDS // (60 * self.minutes)

    def index(self, dates: Dates, origin: np.datetime64) -> IntArray:
        """Periods from `origin` to each date."""
        if self.name == "month":
            months = dates.astype("datetime64[M]") - origin.astype("datetime64[M]")
            return np.asarray(months.astype(np.intp))
        seconds = {"day": DAY_SECONDS, "week": 7 * DAY_SECONDS}.get(self.name, 60 * self.minutes)
        away = (dates.astype("datetime64[s]") - origin.astype("datetime64[s]")).astype(np.int64)
        whole, rest = np.divmod(away, seconds)
        if rest.any():
            wrong = dates[np.flatnonzero(rest)[0]]
            raise PlanError(
                f"{_shown(wrong)} is not a whole number of periods ({self.name}) from {_shown(origin)}",
                where="dates",
                do="correct the date",
            )
        return np.asarray(whole, dtype=np.intp)

    def dates(self, origin: np.datetime64, first: int, count: int) -> Dates:
        """Dates of `count` periods from period `first` after `origin` on."""
        ahead = np.arange(first, first + count)
        if self.name == "month":
            months = origin.astype("datetime64[M]") + ahead
            if _month_end(origin):
                return np.asarray(((months + 1).astype("datetime64[D]") - 1).astype("datetime64[s]"))
            return np.asarray(months.astype("datetime64[s]"))
        seconds = {"day": DAY_SECONDS, "week": 7 * DAY_SECONDS}.get(self.name, 60 * self.minutes)
        return np.asarray(origin.astype("datetime64[s]") + ahead * seconds)


def parse_grain(freq: str) -> Grain:
    """Grain by name: 'D', 'W', 'MS', 'h' or minutes such as '15min'.

    Examples
    --------
    >>> parse_grain("30min")
    Grain(name='30min', minutes=30)
    """
    name = NAMES.get(freq.strip().upper(), freq.strip().lower())
    if name in SEASONS:
        return Grain(name)
    number = name.removesuffix("min")
    if name.endswith("min") and number.isdigit() and _divides_day(int(number)):
        return Grain(name, int(number))
    raise PlanError(f"grain {freq!r} is not known", where="freq", do="type 5min, 15min, 30min, 60min, D, W or MS")


def infer_grain(dates: Dates) -> Grain:
    """Grain of a set of dates: gaps are allowed, anything off the grid is refused.

    Parameters
    ----------
    dates : (N,) datetime64 array
        In any order, repeated or not.

    Raises
    ------
    PlanError
        Fewer than two different dates, or no grain fits them all.

    Examples
    --------
    >>> infer_grain(np.array(["2025-01-06", "2025-01-13", "2025-01-27"], dtype="datetime64[s]")).name
    'week'
    """
    found = np.unique(dates.astype("datetime64[s]"))
    if len(found) < 2:
        raise PlanError("one date has no grain", where="dates", do="give freq, for instance W")
    if _all_month_starts(found) or all(_month_end(date) for date in found):
        return Grain("month")
    steps = np.diff(found).astype(np.int64)
    step = int(np.gcd.reduce(steps))
    if step % (7 * DAY_SECONDS) == 0:
        return Grain("week")
    if step % DAY_SECONDS == 0:
        return Grain("day")
    if step % 60 == 0 and _divides_day(step // 60) and steps.min() < DAY_SECONDS:
        return Grain(f"{step // 60}min", step // 60)
    odd = found[1:][steps % int(steps.min()) != 0]
    shown = ", ".join(_shown(date) for date in (odd if len(odd) else found)[:5])
    raise PlanError(
        f"dates are irregular, for instance {shown}; expected intervals of {SHORTEST} to {LONGEST} minutes, "
        "days, weeks or months",
        where="dates",
        do="correct them or give freq",
    )


def _divides_day(minutes: int) -> bool:
    return SHORTEST <= minutes <= LONGEST and DAY_SECONDS // 60 % minutes == 0


def _all_month_starts(dates: Dates) -> bool:
    return bool((dates == dates.astype("datetime64[M]").astype("datetime64[s]")).all())


def _month_end(date: np.datetime64) -> bool:
    day = date.astype("datetime64[D]")
    midnight = day.astype("datetime64[s]") == date.astype("datetime64[s]")
    return bool(midnight and (day + 1).astype("datetime64[M]") != day.astype("datetime64[M]"))


def _shown(date: np.datetime64) -> str:
    return str(date.astype("datetime64[m]")).replace("T", " ")


def iso_weekday(days: Dates) -> IntArray:
    """ISO weekday of each date, 1 Monday to 7 Sunday.

    Examples
    --------
    >>> iso_weekday(np.array(["2025-01-06", "2025-01-12"], dtype="datetime64[D]")).tolist()
    [1, 7]
    """
    # 1970-01-01 was a Thursday.
    return np.asarray((days.astype("datetime64[D]").astype(np.int64) + 3) % 7 + 1, dtype=np.intp)
