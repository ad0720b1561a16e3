"""The grid of the walk: ISO weeks, cut where a period ends, so that weeks and months both add up from whole steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlplan.planning.calendar.days import ONE_DAY, Days, Floats, Ints, months_of
from xlplan.planning.calendar.spans import month_pieces, read_spans
from xlplan.planning.calendar.weeks import monday_of


@dataclass(frozen=True)
class Weeks:
    """Weeks and part-weeks, one after the other, shape (T,).

    Parameters
    ----------
    start, stop : ndarray of datetime64[D], shape (T,)
        First day, and the day after the last one.
    period : ndarray of int, shape (T,)
        Position of the period that each belongs to.
    """

    start: Days
    stop: Days
    period: Ints

    def __len__(self) -> int:
        return len(self.start)

    @property
    def days(self) -> Ints:
        """Days of each week, 1 to 7, shape (T,)."""
        return (self.stop - self.start).astype(np.int64)

    @property
    def first_of_period(self) -> Ints:
        """Position of each period's first week, shape (periods,)."""
        return np.searchsorted(self.period, np.arange(self.period[-1] + 1))

    def at(self, dates: Days) -> Ints:
        """Week that holds each date; -1 before the first, T after the last."""
        place = np.searchsorted(self.start, dates, side="right") - 1
        return np.where(dates >= self.stop[-1], len(self), place).astype(np.int64)

    def overlap(self, begin: Days, end: Days) -> Floats:
        """Share of each week that lies in ``[begin, end)``, shape (n, T)."""
        first = np.maximum(self.start[None, :], begin[:, None])
        last = np.minimum(self.stop[None, :], end[:, None])
        share: Floats = np.maximum((last - first).astype(np.int64), 0) / self.days
        return share

    def days_by_month(self) -> tuple[Days, Floats]:
        """Months that the weeks touch, shape (M,), and the days of each week in them, shape (T, M)."""
        row, month, days = month_pieces(self.start, self.stop)
        months = np.unique(months_of(month))
        table = np.zeros((len(self), len(months)))
        table[row, np.searchsorted(months, month)] = days
        return months, table

    def sums(self, flow: Floats) -> Floats:
        """Flows of the weeks, shape (T, ...), summed to periods."""
        total: Floats = np.add.reduceat(flow, self.first_of_period, axis=0)
        return total

    def means(self, level: Floats) -> Floats:
        """Levels of the weeks, shape (T, P), averaged over the days of each period."""
        return self.sums(level * self.days[:, None]) / self.sums(self.days.astype(np.float64))[:, None]

    def opens(self, level: Floats) -> Floats:
        """Levels at the first week of each period."""
        return level[self.first_of_period]

    def closes(self, level: Floats) -> Floats:
        """Levels at the last week of each period."""
        last: NDArray[Any] = np.append(self.first_of_period[1:], len(self)) - 1
        return level[last]


def week_grid(periods: pd.DataFrame) -> Weeks:
    """Cut the periods into weeks that begin on Mondays and on first days of periods.

    Parameters
    ----------
    periods : DataFrame
        tblPeriod (period, start, end), without gap or overlap.

    Raises
    ------
    PlanError
        No periods, or a gap or overlap between them.

    Examples
    --------
    >>> from datetime import date
    >>> from xlplan.planning.calendar import build_periods
    >>> weeks = week_grid(build_periods(date(2026, 1, 1), "2m"))
    >>> weeks.days.tolist()
    [4, 7, 7, 7, 6, 1, 7, 7, 7, 6]
    """
    spans = read_spans(periods)
    mondays = np.arange(monday_of(spans.start[:1])[0], spans.stop[-1], np.timedelta64(7, "D"))
    start = np.unique(np.concatenate([spans.start, mondays[mondays > spans.start[0]]]))
    stop = np.append(start[1:], spans.stop[-1])
    period = np.searchsorted(spans.start, stop - ONE_DAY, side="right") - 1
    return Weeks(start, stop, period.astype(np.int64))
