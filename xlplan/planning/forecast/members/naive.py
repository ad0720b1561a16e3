"""Seasonal naive: the last cycle again, with or without the drift of the level."""

from __future__ import annotations

import numpy as np

from xlplan.planning.forecast.members.base import Member
from xlplan.planning.forecast.panel import FloatArray, IntArray, Panel
from xlplan.planning.forecast.seasonality import places
from xlplan.planning.forecast.sums import ratio, total


def seasonal_naive(panel: Panel) -> FloatArray:
    """The last observed value at the same place of the cycle; where there is none, the last value.

    Examples
    --------
    >>> from xlplan.planning.forecast.panel import align
    >>> seasonal_naive(align([np.array([5.0, 1, 6, 2])], season=2, horizon=3))
    array([[6., 2., 6.]])
    """
    latest = _latest(panel)
    source = np.where(latest >= 0, latest, latest.max(axis=1, keepdims=True))
    return np.take_along_axis(panel.values, source, axis=1)[:, panel.slots]


def seasonal_drift(panel: Panel) -> FloatArray:
    """Seasonal naive plus the mean change per period between observations one cycle apart.

    NaN without two observations one cycle apart. The drift is taken over at most the last three cycles.
    """
    season = panel.season
    length = panel.values.shape[1]
    if length <= season:
        return np.full((len(panel.values), panel.horizon), np.nan)
    recent = panel.values[:, -max(4 * season, 24) :]
    change = recent[:, season:] - recent[:, :-season]
    known = ~np.isnan(change)
    count = total(known.astype(float))
    drift = ratio(total(np.where(known, change, 0.0)), count, empty=np.nan) / season
    latest = _latest(panel)
    source = np.where(latest >= 0, latest, latest.max(axis=1, keepdims=True))[:, panel.slots]
    ahead = length + np.arange(panel.horizon) - source
    return np.asarray(seasonal_naive(panel) + drift[:, None] * ahead)


def _latest(panel: Panel) -> IntArray:
    """Column of the last observation at each place of the cycle, -1 for none, (R, m)."""
    rows, length = panel.values.shape
    columns = np.where(panel.observed, np.arange(length), -1)
    latest = np.full((rows, panel.season), -1, dtype=np.intp)
    slots = places(length, panel.season)
    for first in range(0, length, panel.season):
        part = slice(first, min(first + panel.season, length))
        latest[:, slots[part]] = np.maximum(latest[:, slots[part]], columns[:, part])
    return latest


MEMBERS = (Member("seasonal_naive", seasonal_naive), Member("seasonal_drift", seasonal_drift))
