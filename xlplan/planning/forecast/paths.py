"""Bounds of sums: what a week's total was off by, not seven days' bounds added up.

Errors of neighbouring days go together, so the bounds of a sum are neither the sum of the bounds nor
their root of squares. Each rolling origin is one path of errors; sums are taken path by path.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xlplan.errors import PlanError
from xlplan.planning.forecast.intervals import PRIOR_WINDOWS, Bounds, bounds
from xlplan.planning.forecast.panel import FloatArray, IntArray
from xlplan.planning.forecast.sums import NOTHING


@dataclass(frozen=True)
class SumBounds:
    """Sums over G groups of periods, in the order of their labels.

    Parameters
    ----------
    group : (G,) int array
        Labels.
    mean : (G,) float array
        Sum of the forecast.
    bounds : dict of float to pair of (G,) float arrays
        Level -> (low, high).
    """

    group: IntArray
    mean: FloatArray
    bounds: Bounds


def sum_bounds(
    mean: FloatArray,
    group: IntArray,
    *,
    window_forecast: FloatArray,
    window_actual: FloatArray,
    levels: Sequence[float] = (0.8, 0.95),
) -> SumBounds:
    """Sum a forecast over groups of periods, with bounds from the paths of its rolling origins.

    The error of each path is taken relative to what it forecast for the group, so that a week ahead of
    a peak is not judged by calls of a quiet week. Poisson variance of the sum counts as one more path.

    Parameters
    ----------
    mean : (H,) float array
        Forecast by lead.
    group : (H,) int array
        Group of each lead, for instance the week it falls in.
    window_forecast, window_actual : (K, H) float array
        Forecast and outcome by origin and lead; NaN in the outcome where unknown. K may be 0.
    levels : sequence of float, optional
        Shares of outcomes that the bounds shall hold.

    Examples
    --------
    >>> paths = np.array([[10.0, 10.0], [10.0, 10.0]])
    >>> sums = sum_bounds(np.array([10.0, 10.0]), np.array([1, 1]),
    ...                   window_forecast=paths, window_actual=paths + 1)
    >>> sums.mean.tolist()
    [20.0]
    """
    if mean.ndim != 1 or group.shape != mean.shape:
        raise PlanError(
            f"found {mean.shape} forecasts and {group.shape} groups, expected one group per period",
            where="sum_bounds",
        )
    if window_forecast.shape != window_actual.shape or window_actual.shape[1:] != mean.shape:
        raise PlanError(
            f"found paths of {window_forecast.shape} and {window_actual.shape}, expected (origins, {len(mean)})",
            where="sum_bounds",
        )
    labels, member = np.unique(group, return_inverse=True)
    picks = (member[:, None] == np.arange(len(labels))).astype(float)
    known = ~np.isnan(window_actual)
    said = np.where(known, window_forecast, 0.0) @ picks
    came = np.where(known, window_actual, 0.0) @ picks
    usable = said > NOTHING
    relative = np.zeros(said.shape)
    np.divide(said - came, said, out=relative, where=usable)
    paths = usable.sum(axis=0)
    sums = mean @ picks
    variance = ((relative**2).sum(axis=0) * sums**2 + PRIOR_WINDOWS * sums) / (paths + PRIOR_WINDOWS)
    around = bounds(sums[:, None], np.sqrt(variance)[:, None], paths.astype(float), levels)
    return SumBounds(
        labels.astype(np.intp), sums, {level: (low[:, 0], high[:, 0]) for level, (low, high) in around.items()}
    )
