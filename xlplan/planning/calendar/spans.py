"""Periods as spans of days: the checked reading of tblPeriod that the rest of the calendar builds on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlplan.errors import PlanError
from xlplan.planning.calendar.days import (
    ONE_DAY,
    Days,
    Ints,
    as_days,
    day_range,
    month_after,
    months_of,
    need_columns,
    shown,
)


@dataclass(frozen=True)
class Spans:
    """Periods one after the other, without gap or overlap.

    Parameters
    ----------
    period : ndarray of str, shape (n,)
    start, stop : ndarray of datetime64[D], shape (n,)
        First day, and the day after the last one.
    """

    period: NDArray[np.object_]
    start: Days
    stop: Days

    def __len__(self) -> int:
        return len(self.period)

    @property
    def days(self) -> Days:
        """Every day of the horizon, shape (d,)."""
        return day_range(self.start[0], self.stop[-1])

    @property
    def lengths(self) -> Ints:
        """Days in each period, shape (n,)."""
        return (self.stop - self.start).astype(np.int64)

    @property
    def index(self) -> Ints:
        """Position of the period of every day of the horizon, shape (d,)."""
        return np.repeat(np.arange(len(self)), self.lengths)


def read_spans(periods: pd.DataFrame) -> Spans:
    """Read period, start and end of tblPeriod.

    Raises
    ------
    PlanError
        No rows, a blank or repeated id, an end before its start, or a gap or overlap between neighbours.
    """
    where = "tblPeriod"
    need_columns(periods, ["period", "start", "end"], where=where)
    if periods.empty:
        raise PlanError("found no periods", where=where, do="build them with build_periods")
    ids = periods["period"].to_numpy(dtype=object)
    if pd.isna(ids).any() or len(set(ids)) < len(ids):
        twice = sorted({str(item) for item in ids if pd.isna(item) or (ids == item).sum() > 1})
        raise PlanError(f"found blank or repeated periods: {shown(twice)}", where=where, do="give each its own id")
    start = as_days(periods["start"], where=f"{where}.start")
    stop = as_days(periods["end"], where=f"{where}.end") + ONE_DAY
    if (stop <= start).any():
        raise PlanError(f"found an end before its start in {shown(ids[stop <= start])}", where=where)
    apart = start[1:] != stop[:-1]
    if apart.any():
        raise PlanError(
            f"found a gap or an overlap before {shown(ids[1:][apart])}",
            where=where,
            do="let every period start on the day after the one before",
        )
    return Spans(ids, start, stop)


def period_index(dates: Any, periods: pd.DataFrame) -> Ints:
    """Position of the period that holds each date.

    Parameters
    ----------
    dates : array-like of dates, shape (n,)
    periods : DataFrame
        tblPeriod (period, start, end).

    Returns
    -------
    ndarray of int, shape (n,)
        Row of ``periods``, 0 = first.

    Raises
    ------
    PlanError
        A date lies outside the horizon.
    """
    spans = read_spans(periods)
    days = as_days(dates, where="dates")
    outside = (days < spans.start[0]) | (days >= spans.stop[-1])
    if outside.any():
        raise PlanError(
            f"found dates outside the horizon {spans.start[0]} to {spans.stop[-1] - ONE_DAY}: {shown(days[outside])}",
            where="dates",
            do="drop them or lengthen the horizon",
        )
    return np.searchsorted(spans.start, days, side="right").astype(np.int64) - 1


def month_pieces(start: Days, stop: Days) -> tuple[Ints, Days, Ints]:
    """Cut spans at month ends.

    Parameters
    ----------
    start, stop : ndarray of datetime64[D], shape (n,)

    Returns
    -------
    row, month, days : ndarray, shape (pieces,)
        Position of the span, first of the month, days of the span in that month; in order of span and month.
    """
    row = np.arange(len(start))
    month = months_of(start)
    last = months_of(stop - ONE_DAY)
    parts: list[tuple[Ints, Days, Ints]] = []
    while row.size:
        days = np.minimum(stop[row], month_after(month)) - np.maximum(start[row], month)
        parts.append((row, month, days.astype(np.int64)))
        more = month < last[row]
        row, month = row[more], month_after(month[more])
    rows, months, counts = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((months, rows))
    return rows[order], months[order], counts[order]
