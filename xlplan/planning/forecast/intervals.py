"""How far off a forecast may be: spread by lead from rolling-origin errors, and bounds from it."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from xlplan.planning.forecast.panel import FloatArray
from xlplan.planning.forecast.sums import NOTHING, ratio, total

PRIOR_WINDOWS = 1.0
"""Windows that the floor counts for."""
GROWTH_PRIOR = 0.1
"""Growth per lead, as a share of the one-step variance, of the floor of a history without windows."""

QUIET = 0.01
"""Share of the mean below which an interval does not inform the scatter of the others."""

Bounds = dict[float, tuple[FloatArray, FloatArray]]


def spread_by_lead(errors: FloatArray, floor: FloatArray) -> FloatArray:
    """Standard deviation of the forecast error by lead, one row per series.

    The mean squared error of all windows is laid out over the leads along a rising line through the
    windows' errors, then blended with the floor, which counts as one window: with six origins the
    floor moves the variance by a seventh, with none it is all there is.

    Parameters
    ----------
    errors : (S, K, H) float array
        Rolling-origin errors, NaN where not scored.
    floor : (S, H) float array
        Variance to be expected of a history about which nothing else is known.
    """
    known = ~np.isnan(errors)
    squares = np.where(known, errors, 0.0) ** 2
    windows = known.any(axis=2).sum(axis=1)[:, None].astype(float)
    line = _rising_line(total(squares, axis=1), total(known.astype(float), axis=1))
    variance = (windows * line + PRIOR_WINDOWS * floor) / (windows + PRIOR_WINDOWS)
    return np.asarray(np.sqrt(variance))


def _rising_line(squares: FloatArray, count: FloatArray) -> FloatArray:
    """Weighted least squares line through the mean squares by lead, never falling, never negative."""
    lead = np.arange(squares.shape[1], dtype=float)
    weight = total(count)
    middle = ratio(total(count * lead), weight, empty=0.0)
    mean = ratio(total(squares), weight, empty=0.0)
    offset = lead - middle[:, None]
    slope = ratio(total(offset * (squares - count * mean[:, None])), total(count * offset**2), empty=0.0)
    steepest = ratio(mean, middle, empty=0.0)
    slope = np.clip(slope, 0.0, steepest)
    return mean[:, None] + slope[:, None] * offset


def floor_variance(mean: FloatArray, values: FloatArray, season: int) -> FloatArray:
    """Variance expected before any back-test: Poisson for counts, else from steps of the history.

    Whole-number histories, and those with a single observation, are taken as counts (variance = mean);
    others by the spread of their changes over one cycle, or one period where there is no full cycle.

    Parameters
    ----------
    mean : (S, H) float array
        The forecast.
    values : (S, L) float array
        Aligned histories.
    season : int
        Periods per cycle.
    """
    observed = ~np.isnan(values)
    whole = np.where(observed, values == np.round(values), True).all(axis=1)
    counts = whole | (observed.sum(axis=1) < 2)
    step, known = _step_variance(values, season)
    if season > 1:
        short, _ = _step_variance(values, 1)
        step = np.where(known, step, short)
    growth = 1.0 + GROWTH_PRIOR * np.arange(mean.shape[1])
    return np.where(counts[:, None], np.maximum(mean, 0.0), step[:, None] * growth)


def _step_variance(values: FloatArray, gap: int) -> tuple[FloatArray, np.typing.NDArray[np.bool_]]:
    """Half the mean squared change over `gap` periods, and whether there is any."""
    if values.shape[1] <= gap:
        return np.zeros(len(values)), np.zeros(len(values), bool)
    change = values[:, gap:] - values[:, :-gap]
    known = ~np.isnan(change)
    count = total(known.astype(float))
    return ratio(total(np.where(known, change, 0.0) ** 2), 2 * count, empty=0.0), count > 0


def bounds(mean: FloatArray, spread: FloatArray, windows: FloatArray, levels: Sequence[float]) -> Bounds:
    """Lower and upper bound per level; Student t, clipped at zero.

    Parameters
    ----------
    mean, spread : (S, H) float array
        Forecast and standard deviation of its error.
    windows : (S,) float array
        Rolling-origin windows behind the spread: they and the floor are its degrees of freedom.
    levels : sequence of float
        Shares of outcomes that the bounds shall hold, each between 0 and 1.
    """
    result: Bounds = {}
    for level in levels:
        reach = student_quantile((1 + level) / 2, windows + PRIOR_WINDOWS + 1)
        width = reach[:, None] * spread
        result[level] = (np.maximum(mean - width, 0.0), mean + width)
    return result


def student_quantile(share: float, freedom: FloatArray) -> FloatArray:
    """Quantile of Student's t from the normal one (Abramowitz and Stegun 26.7.5, four terms).

    Within 1 % for two degrees of freedom at 0.9, within 0.1 % for five at 0.975.

    Examples
    --------
    >>> student_quantile(0.975, np.array([8.0])).round(2).tolist()
    [2.31]
    """
    z = NormalDist().inv_cdf(share)
    v = np.asarray(freedom, dtype=float)
    return np.asarray(
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * v**4)
    )


def count_spread(mean: FloatArray, window_forecast: FloatArray, window_actual: FloatArray) -> FloatArray:
    """Standard deviation of the error of each interval of a day, (H, P).

    The variance of a count is taken as `a * mean + c * mean**2`: `a` is the scatter of arrivals within
    a day (1 is Poisson), `c` what the whole day is off by. Both come from the rolling origins, by least
    squares on error**2 / mean, neither below zero. Poisson counts as one more origin.

    Parameters
    ----------
    mean : (H, P) float array
        The forecast.
    window_forecast, window_actual : (K, H, P) float array
        Forecasts and outcomes at the rolling origins, NaN in the outcome where unknown.
    """
    used = ~np.isnan(window_actual)
    said = window_forecast[used]
    origins = float(used.any(axis=(1, 2)).sum())
    if not origins or said.mean() <= NOTHING:
        return np.asarray(np.sqrt(mean))
    # One call where next to none was forecast says nothing about the scatter of busy intervals.
    said = np.maximum(said, QUIET * said.mean())
    excess = (window_actual[used] - window_forecast[used]) ** 2 / said
    scatter, shared = _nonnegative_line(said, excess)
    scatter = (origins * scatter + PRIOR_WINDOWS) / (origins + PRIOR_WINDOWS)
    shared *= origins / (origins + PRIOR_WINDOWS)
    return np.asarray(np.sqrt(scatter * mean + shared * mean**2))


def _nonnegative_line(at: FloatArray, values: FloatArray) -> tuple[float, float]:
    """Intercept and slope of the least squares line, neither negative."""
    middle, mean = float(at.mean()), float(values.mean())
    offset = at - middle
    square = float(offset @ offset)
    slope = max(float(offset @ values) / square, 0.0) if square > 0 else 0.0
    slope = min(slope, mean / middle)
    return mean - slope * middle, slope
