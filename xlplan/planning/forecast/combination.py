"""Weights of the members, per series, from rolling-origin errors only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlplan.planning.forecast.backtest import LEAST_WINDOWS
from xlplan.planning.forecast.panel import FloatArray
from xlplan.planning.forecast.sums import ratio, total

SHARPNESS = 8.0
"""Power of the inverse error; the best of 1, 2, 4, 8, 16 on held-out ends of M4 training histories."""
PERFECT = 0.01
"""Error, as a share of the baseline's, that a perfect member is credited with."""
TIE = 1e-9
"""A member whose error is this close to the baseline's has not lost."""
NAMED = 0.05
"""Weight from which a member is named in the method of a series."""


@dataclass(frozen=True)
class Combined:
    """A combination of members for S series.

    Parameters
    ----------
    mean : (S, H) float array
        Forecast from the whole history.
    windows : (S, K, H) float array
        What the same rule would have forecast at each origin, its weights taken from the other
        origins, so that an origin is never scored with weights that have seen it.
    weights : (M, S) float array
        Weight of each member; equal where `chosen` is false.
    chosen : (S,) bool array
        Whether errors chose the weights; else the forecast is the median of the members.
    """

    mean: FloatArray
    windows: FloatArray
    weights: FloatArray
    chosen: np.typing.NDArray[np.bool_]


def combine(forecasts: FloatArray, actual: FloatArray, *, baseline: int | None) -> Combined:
    """Combine members by inverse validation error; those that lose to the baseline are left out.

    With fewer than three windows the median of the members stands in, as there is nothing to weigh by.

    Parameters
    ----------
    forecasts : (M, S, 1 + K, H) float array
        Of each member from the whole history and from each origin.
    actual : (S, K, H) float array
        What happened; NaN where unknown.
    baseline : int or None
        Index of the seasonal naive member; None leaves no member out.
    """
    scored = ~np.isnan(actual)
    window_error = total(np.where(scored, np.abs(forecasts[:, :, 1:] - actual), 0.0))
    window_count = total(scored.astype(float))
    weights = _weights(total(window_error), total(window_count), baseline)
    others_error = total(window_error)[:, :, None] - window_error
    others_count = total(window_count)[:, None] - window_count
    others_weights = _weights(others_error, others_count, baseline)
    mean = total(weights[:, :, None] * forecasts[:, :, 0], axis=0)
    windows = total(others_weights[:, :, :, None] * forecasts[:, :, 1:], axis=0)
    chosen = (window_count > 0).sum(axis=1) >= LEAST_WINDOWS
    if not chosen.all():
        middle = np.median(forecasts[:, ~chosen], axis=0)
        mean[~chosen] = middle[:, 0]
        windows[~chosen] = middle[:, 1:]
        weights[:, ~chosen] = 1.0 / len(forecasts)
    return Combined(mean, windows, weights, chosen)


def _weights(error: FloatArray, count: FloatArray, baseline: int | None) -> FloatArray:
    """Inverse error weights over the first axis, adding to one."""
    score = np.asarray(error / np.maximum(count, 1.0))
    if baseline is None:
        base = total(score, axis=0) / len(score)
        lost = np.zeros(score.shape, bool)
    else:
        base = score[baseline]
        lost = score > base * (1 + TIE)
    relative = ratio(score, np.broadcast_to(base, score.shape), empty=0.0)
    weight = np.where(lost, 0.0, (relative + PERFECT) ** -SHARPNESS)
    return np.asarray(weight / total(weight, axis=0))


def describe(names: tuple[str, ...], combined: Combined) -> tuple[str, ...]:
    """Name the method of each series: its members by weight, or the median of all."""
    described = []
    for weights, chosen in zip(combined.weights.T, combined.chosen.tolist(), strict=True):
        if not chosen and len(names) > 1:
            described.append("median")
            continue
        order = np.argsort(-weights, kind="stable")
        described.append("+".join(names[index] for index in order if weights[index] >= NAMED))
    return tuple(described)
