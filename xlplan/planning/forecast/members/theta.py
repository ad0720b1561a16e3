"""Theta: simple exponential smoothing with half the slope of the trend line as drift.

Assimakopoulos and Nikolopoulos (2000); that Theta is smoothing with drift is Hyndman and Billah (2003).
"""

from __future__ import annotations

import numpy as np

from xlplan.planning.forecast.members.base import Member
from xlplan.planning.forecast.members.likelihood import akaike_weights
from xlplan.planning.forecast.panel import FloatArray, Panel
from xlplan.planning.forecast.sums import ratio, total

ALPHA = np.array([0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99])


def theta(panel: Panel) -> FloatArray:
    """Theta forecasts of the adjusted history, averaged over a grid of smoothing weights by likelihood.

    NaN for histories of fewer than two observations.

    Examples
    --------
    >>> from xlplan.planning.forecast.panel import align
    >>> theta(align([np.array([7.0, 7, 7, 7])], season=1, horizon=2)).round(6)
    array([[7., 7.]])
    """
    history = panel.adjusted
    known = ~np.isnan(history)
    count = total(known.astype(float))
    drift = 0.5 * _slope(history, known, count)
    first = known.argmax(axis=1)
    level, error = _smooth(history, first, drift)
    weights = akaike_weights(error, count, np.zeros(len(ALPHA)))
    ahead = np.arange(1, panel.horizon + 1)
    forecast = total(weights * level, axis=0)[:, None] + drift[:, None] * ahead
    return np.where(count[:, None] >= 2, panel.with_season(forecast), np.nan)


def _slope(history: FloatArray, known: np.typing.NDArray[np.bool_], count: FloatArray) -> FloatArray:
    """Slope of the least squares line through each row; time is counted back from the end."""
    time = np.arange(history.shape[1], dtype=float) - history.shape[1]
    values = np.where(known, history, 0.0)
    at = np.where(known, time, 0.0)
    many = np.maximum(count, 1.0)
    time_mean = total(at) / many
    value_mean = total(values) / many
    offset = np.where(known, time - time_mean[:, None], 0.0)
    return ratio(total(offset * (values - value_mean[:, None])), total(offset**2), empty=0.0)


def _smooth(history: FloatArray, first: np.typing.NDArray[np.intp], drift: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Level after the last period and sum of squared one-step errors, both (grid, R)."""
    rows, length = history.shape
    columns = np.ascontiguousarray(history.T)
    gaps = np.isnan(columns)
    start = np.where(gaps[first, np.arange(rows)], 0.0, columns[first, np.arange(rows)])
    level = np.repeat(start[None, :], len(ALPHA), axis=0)
    squares = np.zeros_like(level)
    error = np.empty_like(level)
    alpha = ALPHA[:, None]
    step = np.where(np.arange(length)[:, None] > first, drift, 0.0)
    usable = ~gaps & (np.arange(length)[:, None] > first)
    ready = np.asarray(usable.all(axis=1))
    columns = np.where(gaps, 0.0, columns)
    for now in range(int(first.min()) + 1, length):
        level += step[now]
        np.subtract(columns[now], level, out=error)
        if not ready[now]:
            error *= usable[now]
        level += alpha * error
        error *= error
        squares += error
    return level, squares


MEMBERS = (Member("theta", theta),)
