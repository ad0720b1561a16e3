"""Exponential smoothing with additive error and no, damped or full trend, averaged over a grid.

ETS(A,N,N), ETS(A,Ad,N) and ETS(A,A,N) of Hyndman, Koehler, Ord and Snyder (2008) on the adjusted
history. Averaging by Akaike weights instead of choosing one set keeps a forecast steady when one more
period comes in.
"""

from __future__ import annotations

import numpy as np

from xlplan.planning.forecast.members.base import Member
from xlplan.planning.forecast.members.likelihood import akaike_weights
from xlplan.planning.forecast.panel import FloatArray, IntArray, Panel
from xlplan.planning.forecast.sums import ratio, total

_LEVEL_ONLY = [(a, 0.0, 1.0) for a in (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.85, 0.99)]
_DAMPED = [(a, b, phi) for a in (0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9) for b in (0.05, 0.2) for phi in (0.8, 0.9, 0.97)]
_LINEAR = [(a, b, 1.0) for a in (0.2, 0.5, 0.9) for b in (0.02, 0.1)]
GRID = np.array(_LEVEL_ONLY + _DAMPED + _LINEAR)
"""Rows of alpha (level), beta (trend, as a share of alpha) and phi (damping)."""
PARAMETERS = np.where(GRID[:, 1] == 0, 2.0, np.where(GRID[:, 2] < 1, 5.0, 4.0))
FIRST_PERIODS = 10
"""Periods from which the first level and trend are read."""
FIRST_TREND = 0.5
"""Share of the trend over those periods that the recursion starts with."""


def damped_ets(panel: Panel) -> FloatArray:
    """Forecasts of the adjusted history by the averaged grid, season put back.

    NaN for histories of fewer than three observations.

    Examples
    --------
    >>> from xlplan.planning.forecast.panel import align
    >>> damped_ets(align([np.array([7.0, 7, 7, 7])], season=1, horizon=2)).round(6)
    array([[7., 7.]])
    """
    history = panel.adjusted
    known = ~np.isnan(history)
    count = total(known.astype(float))
    first = np.asarray(known.argmax(axis=1), dtype=np.intp)
    level, trend, squares = _smooth(history, first)
    weights = akaike_weights(squares, count, PARAMETERS)
    forecast = total(weights * level, axis=0)[:, None] + _trend_ahead(weights * trend, panel.horizon)
    return np.where(count[:, None] >= 3, panel.with_season(forecast), np.nan)


def _trend_ahead(trend: FloatArray, horizon: int) -> FloatArray:
    """Sum over the grid of the damped trend to each lead, (R, H)."""
    damping = np.unique(GRID[:, 2])
    result = np.zeros((trend.shape[1], horizon))
    for phi in damping:
        reach = np.cumsum(phi ** np.arange(1, horizon + 1))
        result += total(trend[GRID[:, 2] == phi], axis=0)[:, None] * reach
    return result


def _first_state(history: FloatArray, first: IntArray) -> tuple[FloatArray, FloatArray]:
    """Level at the first observation and trend, from a line through the first periods, (R,) each."""
    length = history.shape[1]
    at = np.arange(FIRST_PERIODS)
    index = first[:, None] + at
    inside = index < length
    part = np.take_along_axis(history, np.minimum(index, length - 1), axis=1)
    known = inside & ~np.isnan(part)
    part = np.where(known, part, 0.0)
    count = np.maximum(total(known.astype(float)), 1.0)
    time_mean = total(np.where(known, at, 0.0)) / count
    value_mean = total(part) / count
    offset = np.where(known, at - time_mean[:, None], 0.0)
    slope = FIRST_TREND * ratio(total(offset * (part - value_mean[:, None])), total(offset**2), empty=0.0)
    return value_mean - slope * time_mean, slope


def _smooth(history: FloatArray, first: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Level, trend after the last period and sum of squared one-step errors, each (grid, R)."""
    length = history.shape[1]
    alpha, share, damping = (GRID[:, [column]] for column in range(3))
    beta = alpha * share
    start_level, start_trend = _first_state(history, first)
    level = np.repeat(start_level[None, :], len(GRID), axis=0)
    start = np.where(share > 0, start_trend, 0.0)
    trend = start.copy()
    squares = np.zeros_like(level)
    error = np.empty_like(level)
    step = np.empty_like(level)
    columns = np.ascontiguousarray(history.T)
    now_running = np.arange(length)[:, None] > first
    usable = ~np.isnan(columns) & now_running
    ready = np.asarray(usable.all(axis=1))
    columns = np.where(usable, columns, 0.0)
    last_start = int(first.max()) + 1
    for now in range(int(first.min()) + 1, length):
        trend *= damping
        if now <= last_start:
            np.copyto(trend, 0.0, where=~now_running[now])
            np.copyto(trend, start * damping, where=now == first + 1)
        level += trend
        np.subtract(columns[now], level, out=error)
        if not ready[now]:
            error *= usable[now]
        np.multiply(alpha, error, out=step)
        level += step
        np.multiply(beta, error, out=step)
        trend += step
        error *= error
        squares += error
    return level, trend, squares


MEMBERS = (Member("damped_ets", damped_ets),)
