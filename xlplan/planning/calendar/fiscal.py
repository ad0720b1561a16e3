"""Fiscal months: calendar months, or years of whole weeks cut 4-4-5, 4-5-4 or 5-4-4.

A week-based fiscal year begins on a fixed weekday close to the first of its first month:

- ``nearest``: on that weekday nearest to the first of the month, three days before to three days after. With Monday
  and January this is exactly the ISO year; with Sunday and February it is the NRF retail year.
- ``last``: on that weekday on or last before the first of the month, so that the year before ends in its last month.

Every quarter has 13 weeks. A year of 53 weeks gives its leap week to the last fiscal month. A fiscal month is named
by the first of the calendar month that it stands for: the n-th fiscal month of a year that begins in April 2026 is
the n-th calendar month from 2026-04-01, whatever days it holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from xlplan.errors import PlanError
from xlplan.planning.calendar.days import DAY, MONTH, STAMP, WEEKDAYS, Days, Ints, as_days, months_of
from xlplan.planning.calendar.weeks import iso_weekday

QUARTERS = {"445": (4, 4, 5), "454": (4, 5, 4), "544": (5, 4, 4)}
ANCHORS = ("nearest", "last")


@dataclass(frozen=True)
class FiscalRule:
    """How days roll up to fiscal months.

    Parameters
    ----------
    pattern : {"calendar", "445", "454", "544"}
        Calendar months, or weeks per month of each quarter (``4-4-5`` is read as ``445``).
    first_month : int
        Calendar month in which the fiscal year begins, 1 = January.
    anchor : {"nearest", "last"}
        Which weekday close to the first of ``first_month`` begins the year.
    week_start : int
        ISO weekday on which fiscal weeks begin, 1 = Monday.

    Raises
    ------
    PlanError
        A value is none of these.

    Examples
    --------
    >>> FiscalRule("4-4-5").pattern
    '445'
    """

    pattern: str = "calendar"
    first_month: int = 1
    anchor: str = "nearest"
    week_start: int = 1

    def __post_init__(self) -> None:
        pattern = str(self.pattern).replace("-", "").strip().lower()
        object.__setattr__(self, "pattern", pattern)
        if pattern != "calendar" and pattern not in QUARTERS:
            raise PlanError(
                f"found the fiscal pattern {self.pattern!r}", where="FiscalPattern", do="type calendar, 445, 454 or 544"
            )
        if self.anchor not in ANCHORS:
            raise PlanError(f"found the anchor {self.anchor!r}", where="fiscal anchor", do="type nearest or last")
        if self.first_month not in range(1, 13):
            raise PlanError(
                f"found the first month {self.first_month!r}",
                where="fiscal year start",
                do="type a month number, 1 = January to 12",
            )
        if self.week_start not in range(1, 8):
            raise PlanError(
                f"found the week start {self.week_start!r}",
                where="fiscal week start",
                do=f"type 1 = {WEEKDAYS[0]} to 7 = {WEEKDAYS[6]}",
            )

    @property
    def by_weeks(self) -> bool:
        """True when fiscal months are whole weeks."""
        return self.pattern in QUARTERS

    def year_starts(self, years: Ints) -> Days:
        """First day of the fiscal years whose first month lies in the given calendar years, shape (n,)."""
        first = ((years - 1970) * 12 + self.first_month - 1).astype(MONTH).astype(DAY)
        if not self.by_weeks:
            return first
        # Days from the first of the month back to the weekday, 0..6; "nearest" goes forward where that is shorter.
        back = (iso_weekday(first) - self.week_start) % 7
        if self.anchor == "nearest":
            back = np.where(back > 3, back - 7, back)
        start: Days = first - back.astype("timedelta64[D]")
        return start


CALENDAR = FiscalRule()
"""Fiscal months are calendar months, the year begins in January."""


def fiscal_months(dates: Any, rule: FiscalRule = CALENDAR) -> Days:
    """Name the fiscal month of each date.

    Parameters
    ----------
    dates : array-like of dates, shape (n,)
    rule : FiscalRule

    Returns
    -------
    ndarray of datetime64[D], shape (n,)
        First of the calendar month that the fiscal month stands for.

    Examples
    --------
    >>> from datetime import date
    >>> fiscal_months([date(2026, 1, 31), date(2027, 1, 3)], FiscalRule("445")).astype(str).tolist()
    ['2026-02-01', '2026-12-01']
    """
    days = as_days(dates, where="dates")
    if not rule.by_weeks:
        return months_of(days)
    lead = rule.first_month - 1
    # A year begins at most six days off the first of the month, so the right year is this one or a neighbour.
    year = (days.astype(MONTH).astype(np.int64) - lead) // 12 + 1970
    year = year + (days >= rule.year_starts(year + 1)) - (days < rule.year_starts(year))
    week = (days - rule.year_starts(year)).astype(np.int64) // 7
    month = np.searchsorted(np.cumsum(QUARTERS[rule.pattern] * 4)[:-1], week, side="right")
    return ((year - 1970) * 12 + lead + month).astype(MONTH).astype(DAY)


def fiscal_calendar(year: int, rule: FiscalRule = CALENDAR) -> pd.DataFrame:
    """List the twelve fiscal months of a fiscal year.

    Parameters
    ----------
    year : int
        Calendar year in which the fiscal year's first month lies.
    rule : FiscalRule

    Returns
    -------
    DataFrame
        fiscal_month, start, end (inclusive), days, weeks (days / 7).

    Examples
    --------
    >>> months = fiscal_calendar(2026, FiscalRule("445"))
    >>> months["weeks"].tolist()  # 2026 has 53 weeks; the leap week is December's
    [4.0, 4.0, 5.0, 4.0, 4.0, 5.0, 4.0, 4.0, 5.0, 4.0, 4.0, 6.0]
    """
    first, after = rule.year_starts(np.array([year, year + 1], dtype=np.int64))
    days = np.arange(first, after, dtype=DAY)
    label, start = np.unique(fiscal_months(days, rule), return_index=True)
    stop = np.append(start[1:], len(days))
    return pd.DataFrame(
        {
            "fiscal_month": label.astype(STAMP),
            "start": days[start].astype(STAMP),
            "end": days[stop - 1].astype(STAMP),
            "days": stop - start,
            "weeks": (stop - start) / 7,
        }
    )
