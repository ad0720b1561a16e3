"""Days of intervals: what is known when a forecast is made, and the days it is made for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xlplan.planning.forecast.panel import BoolArray, FloatArray, IntArray
from xlplan.planning.forecast.sums import ratio, total

DAYS_A_WEEK = 7
FAR = 8.0
"""Robust standard deviations from which one interval of a day is an outlier."""
FEWEST_DAYS = 3
"""Days of a weekday that must be known before an interval can be called an outlier."""


@dataclass(frozen=True)
class DayHistory:
    """The open days known at an origin and the days ahead of it.

    Parameters
    ----------
    volume : (D, P) float array
        Open days only, oldest first; NaN where an interval was not observed.
    weekday : (D,) int array
        ISO weekday of each, 1 Monday to 7 Sunday.
    ahead : (D,) int array
        Calendar days from each to the first day after the history; 1 for the latest possible day.
    future_weekday, future_lead : (H,) int array
        ISO weekday of the days to forecast and their calendar days after the history, from 1.
    """

    volume: FloatArray
    weekday: IntArray
    ahead: IntArray
    future_weekday: IntArray
    future_lead: IntArray

    @cached_property
    def weeks_ago(self) -> FloatArray:
        """Age of each day in weeks, (D,)."""
        return self.ahead / DAYS_A_WEEK

    @cached_property
    def clean(self) -> FloatArray:
        """Volume without intervals that are far off their weekday and their day; those become NaN."""
        root = np.sqrt(self.volume)
        off = np.full(root.shape, np.nan)
        for day in np.unique(self.weekday):
            same = self.weekday == day
            if same.sum() >= FEWEST_DAYS:
                off[same] = root[same] - _median(root[same], axis=0)
        if root.shape[1] > 1:
            off = off - _median(off, axis=1)[:, None]
        # Half is the standard deviation of the root of a Poisson count: noise is never less.
        scale = max(1.4826 * float(_median(np.abs(off).reshape(-1), axis=0)), 0.5)
        with np.errstate(invalid="ignore"):
            return np.where(np.abs(off) > FAR * scale, np.nan, self.volume)

    def weights(self, half_life: float) -> FloatArray:
        """Weight of each day in the mean of each ISO weekday, (7, D), halved every `half_life` weeks."""
        same = np.arange(1, DAYS_A_WEEK + 1)[:, None] == self.weekday
        return np.where(same, 0.5 ** (self.weeks_ago / half_life), 0.0)

    def weekday_means(self, values: FloatArray, half_life: float) -> FloatArray:
        """Recency-weighted mean by ISO weekday of (D, N) values, (7, N); NaN for what was never seen."""
        known = ~np.isnan(values)
        weights = self.weights(half_life)
        top = total(weights[:, :, None] * np.where(known, values, 0.0), axis=1)
        return ratio(top, total(weights[:, :, None] * known, axis=1), empty=np.nan)

    @cached_property
    def never_open(self) -> BoolArray:
        """Which days ahead fall on a weekday without any open day in the history, (H,)."""
        return ~np.isin(self.future_weekday, self.weekday)


def _median(values: FloatArray, *, axis: int) -> FloatArray:
    """Median of what is known along an axis; 0 where nothing is."""
    known = ~np.isnan(values)
    empty = ~known.any(axis=axis, keepdims=True)
    return np.asarray(np.nanmedian(np.where(empty, 0.0, values), axis=axis))


def calendar_days(weekday: IntArray) -> IntArray:
    """Calendar day of each row, from 0, each being the next such weekday after the row before.

    Examples
    --------
    >>> calendar_days(np.array([4, 5, 1, 1])).tolist()
    [0, 1, 4, 11]
    """
    steps = (np.diff(weekday) - 1) % DAYS_A_WEEK + 1
    return np.concatenate([[0], np.cumsum(steps)]).astype(np.intp)
