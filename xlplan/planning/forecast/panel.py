"""A panel of histories, aligned on their last period, so that one pass forecasts all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xlplan.planning.forecast.cleaning import tame_outliers
from xlplan.planning.forecast.seasonality import Seasonality, estimate_seasonality

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]


@dataclass(frozen=True)
class Panel:
    """Histories of many series as one array.

    Parameters
    ----------
    values : (R, L) float array
        One history per row, the last period in the last column; NaN where nothing was observed,
        and in front of shorter histories. Every row holds at least one observation.
    season : int
        Periods per cycle, 1 for none.
    horizon : int
        Periods to forecast after the last column.
    """

    values: FloatArray
    season: int
    horizon: int

    @cached_property
    def observed(self) -> BoolArray:
        """Where a value was observed, (R, L)."""
        return ~np.isnan(self.values)

    @cached_property
    def start(self) -> IntArray:
        """Column of the first observation, (R,)."""
        return np.asarray(self.observed.argmax(axis=1), dtype=np.intp)

    @cached_property
    def slots(self) -> IntArray:
        """Place in the cycle of each future period, (H,); the cycle is counted from the end of history."""
        return np.arange(self.horizon, dtype=np.intp) % self.season

    @cached_property
    def seasonality(self) -> Seasonality:
        """Seasonal factors of every row, from its own history."""
        return estimate_seasonality(self.values, self.season)

    @cached_property
    def adjusted(self) -> FloatArray:
        """The history without its season and with outliers tamed, (R, L); NaN where not observed."""
        return tame_outliers(self.seasonality.remove(self.values))

    def with_season(self, forecast: FloatArray) -> FloatArray:
        """Put the season back on a forecast of the adjusted history, (R, H)."""
        return self.seasonality.restore(forecast, self.slots)


def align(series: Sequence[FloatArray], *, season: int, horizon: int) -> Panel:
    """Lay histories of different lengths side by side, aligned on their last period.

    Parameters
    ----------
    series : sequence of 1-d float arrays
        NaN is a gap.
    season, horizon : int
        As in `Panel`.

    Examples
    --------
    >>> align([np.array([1.0, 2.0, 3.0]), np.array([9.0])], season=1, horizon=2).values
    array([[ 1.,  2.,  3.],
           [nan, nan,  9.]])
    """
    length = max(len(history) for history in series)
    values = np.full((len(series), length), np.nan)
    for row, history in zip(values, series, strict=True):
        row[length - len(history) :] = history
    return Panel(values, season, horizon)
