"""Members for days of intervals: last week, weekday means, factors, and the daily model's total.

Factors are the singular vectors of the day x interval matrix of square roots of counts (Shen and Huang
2008, Interday forecasting and intraday updating of call center arrivals, M&SOM 10): each day becomes a
handful of scores, and a score is forecast by its weekday mean and what is left of its last deviation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from xlplan.planning.forecast.day_history import DayHistory
from xlplan.planning.forecast.engine import ForecastSpec, forecast_series
from xlplan.planning.forecast.panel import FloatArray
from xlplan.planning.forecast.sums import ratio, total

SHORT, MEDIUM, LONG = 4.0, 8.0, 26.0
"""Half-lives in weeks."""
FACTORS = 5
"""Singular vectors kept."""
SHIFT = 0.25
"""Added to counts before the root, so that its variance hardly depends on their mean (Brown et al. 2005)."""
LONGEST_MEMORY = 0.95
"""Bound of the autocorrelation of a factor's deviation."""
INNER_ORIGINS = 6
"""Rolling origins of the daily model within each forecast."""

DayMember = Callable[[Sequence[DayHistory]], FloatArray]


def last_week(histories: Sequence[DayHistory]) -> FloatArray:
    """The latest plausible value of each interval on the same weekday, (W, H, P); the baseline."""
    return np.stack([_latest(history) for history in histories])


def _latest(history: DayHistory) -> FloatArray:
    by_weekday = np.full((7, history.volume.shape[1]), np.nan)
    for day, volume in zip(history.weekday.tolist(), history.clean, strict=True):
        by_weekday[day - 1] = np.where(np.isnan(volume), by_weekday[day - 1], volume)
    return _ahead(history, by_weekday)


def _ahead(history: DayHistory, by_weekday: FloatArray) -> FloatArray:
    """Values by weekday laid out on the days ahead; zero for a weekday or interval never seen open."""
    return np.nan_to_num(by_weekday[history.future_weekday - 1], nan=0.0)


def weekday_mean(histories: Sequence[DayHistory], *, half_life: float) -> FloatArray:
    """Mean of the same weekday, recent weeks counting more, (W, H, P)."""
    return np.stack([_ahead(history, history.weekday_means(history.clean, half_life)) for history in histories])


def factors(histories: Sequence[DayHistory], *, half_life: float) -> FloatArray:
    """Few factors of the square roots, each forecast by weekday mean and fading deviation, (W, H, P)."""
    return np.stack([_factors(history, half_life) for history in histories])


def _factors(history: DayHistory, half_life: float) -> FloatArray:
    root = np.sqrt(_completed(history) + SHIFT)
    centre = root.mean(axis=0)
    left, size, right = np.linalg.svd(root - centre, full_matrices=False)
    kept = min(FACTORS, len(size))
    scores = left[:, :kept] * size[:kept]
    means = history.weekday_means(scores, half_life)
    deviation = scores - means[history.weekday - 1]
    memory = (
        np.clip(
            ratio(total(deviation[1:] * deviation[:-1], axis=0), total(deviation[:-1] ** 2, axis=0), empty=0.0),
            -LONGEST_MEMORY,
            LONGEST_MEMORY,
        )
        if len(scores) > 1
        else np.zeros(kept)
    )
    step = np.arange(1, len(history.future_weekday) + 1)[:, None]
    ahead = means[history.future_weekday - 1] + deviation[-1] * memory**step
    expected = centre + np.nan_to_num(ahead, nan=0.0) @ right[:kept]
    # The mean of a square is the square of the mean plus the variance.
    scatter = root - centre - means[history.weekday - 1] @ right[:kept]
    recent = history.weights(half_life).sum(axis=0)
    variance = recent @ scatter**2 / recent.sum()
    forecast = np.maximum(expected, 0.0) ** 2 + variance - SHIFT
    seen = ~np.isnan(history.volume).all(axis=0)
    return np.where(~history.never_open[:, None] & seen, np.maximum(forecast, 0.0), 0.0)


def _completed(history: DayHistory) -> FloatArray:
    """Volume with each unknown interval at its weekday's mean, scaled to the level of its day."""
    volume = history.clean
    known = ~np.isnan(volume)
    if known.all():
        return volume
    usual = np.nan_to_num(history.weekday_means(volume, MEDIUM)[history.weekday - 1], nan=0.0)
    level = ratio(total(np.where(known, volume, 0.0)), total(np.where(known, usual, 0.0)), empty=1.0)
    return np.where(known, volume, usual * level[:, None])


def daily_total(histories: Sequence[DayHistory]) -> FloatArray:
    """Weekday shape of the factors, day totals from the daily model with a season of a week, (W, H, P)."""
    shape = factors(histories, half_life=MEDIUM)
    series = []
    for history in histories:
        calendar = np.full(int(history.ahead.max()), np.nan)
        calendar[len(calendar) - history.ahead] = total(_completed(history))
        series.append(calendar)
    horizon = max(int(history.future_lead.max()) for history in histories)
    spec = ForecastSpec(season=7, horizon=horizon, origins=INNER_ORIGINS, levels=())
    leads = np.stack([history.future_lead - 1 for history in histories])
    wanted = np.take_along_axis(forecast_series(series, spec).mean, leads, axis=1)
    closed = np.stack([history.never_open for history in histories])
    wanted = np.where(closed, 0.0, wanted)
    shape_total = total(shape)
    flat = np.full(shape.shape[2], 1.0 / shape.shape[2])
    share = np.where(
        (shape_total > 0)[:, :, None], shape / np.where(shape_total > 0, shape_total, 1.0)[:, :, None], flat
    )
    return np.asarray(share * wanted[:, :, None])


BASELINE = "last_week"

DAY_MEMBERS: dict[str, DayMember] = {
    BASELINE: last_week,
    "weekday_mean_4": partial(weekday_mean, half_life=SHORT),
    "weekday_mean_8": partial(weekday_mean, half_life=MEDIUM),
    "weekday_mean_26": partial(weekday_mean, half_life=LONG),
    "factors_4": partial(factors, half_life=SHORT),
    "factors_8": partial(factors, half_life=MEDIUM),
    "factors_26": partial(factors, half_life=LONG),
    "daily_total": daily_total,
}
"""Members by name; the number is the half-life in weeks."""
