"""Forecast days of intervals: 5 to 60 minutes, or whole days with one interval each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from xlplan.errors import PlanError
from xlplan.planning.forecast.backtest import place_origins
from xlplan.planning.forecast.combination import Combined, combine, describe
from xlplan.planning.forecast.day_history import DayHistory, calendar_days
from xlplan.planning.forecast.day_members import BASELINE, DAY_MEMBERS
from xlplan.planning.forecast.intervals import Bounds, bounds, count_spread
from xlplan.planning.forecast.panel import BoolArray, FloatArray, IntArray
from xlplan.planning.forecast.paths import SumBounds, sum_bounds
from xlplan.planning.forecast.scores import Scores, score_windows

AUTO = "auto"
LONGEST_HISTORY = 730
"""Days of history that count: two years of a service that never closes."""


@dataclass(frozen=True)
class DayForecasts:
    """Forecast of H days of P intervals, with its back-test over K rolling origins.

    Parameters
    ----------
    mean : (H, P) float array
        Never negative, never NaN.
    bounds : dict of float to pair of (H, P) float arrays
        Level -> (low, high) of each interval. For sums use `sums`.
    method : str
        Members by weight, joined by '+'; the number is the half-life in weeks.
    wape, bias, mase, naive_wape : float
        Over the intervals of all origins; NaN where the history is too short.
    window_forecast, window_actual : (K, H) float array
        Day totals by origin and lead, over observed intervals; the outcome is NaN where not scored.
    """

    mean: FloatArray
    bounds: Bounds
    method: str
    wape: float
    bias: float
    mase: float
    naive_wape: float
    window_forecast: FloatArray = field(repr=False)
    window_actual: FloatArray = field(repr=False)

    @property
    def totals(self) -> FloatArray:
        """Forecast of the day totals, (H,)."""
        return np.asarray(self.mean.sum(axis=1))

    def sums(self, group: IntArray, *, levels: Sequence[float] = (0.8, 0.95)) -> SumBounds:
        """Sums over groups of days (weeks, months) with bounds by paths; `group` is (H,)."""
        return sum_bounds(
            self.totals,
            group,
            window_forecast=self.window_forecast,
            window_actual=self.window_actual,
            levels=levels,
        )


def forecast_days(
    volume: FloatArray,
    *,
    weekday: IntArray,
    future_weekday: IntArray,
    origins: int = 6,
    method: str | tuple[str, ...] = AUTO,
    levels: tuple[float, ...] = (0.8, 0.95),
) -> DayForecasts:
    """Forecast the intervals of the days ahead.

    Members are weighed by their error at rolling origins; those that lose to last week are left out.
    A weekday that was never seen open, be it absent, missing or zero throughout, is forecast as zero.
    A day that is zero throughout although its weekday is open otherwise is a closed day, kept out.

    Parameters
    ----------
    volume : (D, P) float array
        Days x intervals, oldest first. NaN is a missing interval; a row of NaN a closed or missing day.
    weekday : (D,) int array
        ISO weekday of each row, 1 Monday to 7 Sunday. A row is the next such weekday after the row
        before, so business days alone are fine.
    future_weekday : (H,) int array
        ISO weekdays to forecast, the first being the next such weekday after the history.
    origins : int, optional
        Rolling origins to test at; fewer are used where the history is short.
    method : str or tuple of str, optional
        'auto', or names among `DAY_MEMBERS`.
    levels : tuple of float, optional
        Shares of outcomes that the bounds shall hold.

    Raises
    ------
    PlanError
        Shapes do not fit, a weekday is not 1 to 7, a volume is negative or infinite, nothing was observed.

    Examples
    --------
    >>> outlook = forecast_days(np.array([[4.0, 6.0]]), weekday=np.array([1]), future_weekday=np.array([1, 2]))
    >>> outlook.mean
    array([[4., 6.],
           [0., 0.]])
    """
    volume, weekday, future = _checked(volume, weekday, future_weekday)
    names = _member_names(method)
    day = calendar_days(np.concatenate([weekday, future]))
    volume = _without_closed(volume, weekday)
    span, horizon = len(volume), len(future)
    week = max(len(np.unique(weekday)), 1)
    first = int((~np.isnan(volume).all(axis=1)).argmax())
    placed = place_origins(np.array([span - first]), season=week, horizon=horizon, origins=origins)
    cuts = [0, *(cut for cut in placed.cuts[0].tolist() if cut)]
    weekdays = np.concatenate([weekday, future])
    histories = [_known_at(volume, weekdays, day, span - cut, horizon) for cut in cuts]
    actual = np.full((len(cuts) - 1, horizon, volume.shape[1]), np.nan)
    for window, cut in enumerate(cuts[1:]):
        known = volume[span - cut : span - cut + int(placed.leads[0])]
        actual[window, : len(known)] = known
    combined, naive = _combined(histories, actual, names)
    return _result(combined, naive, actual, volume, week, names, levels)


def _member_names(method: str | tuple[str, ...]) -> tuple[str, ...]:
    if method in (AUTO, (AUTO,)):
        return tuple(DAY_MEMBERS)
    names = (method,) if isinstance(method, str) else tuple(dict.fromkeys(method))
    unknown = [name for name in names if name not in DAY_MEMBERS]
    if unknown or not names:
        raise PlanError(
            f"method {', '.join(map(repr, unknown)) or 'is empty, which'} is not known",
            where="forecast_days",
            do=f"type {AUTO} or one of {', '.join(DAY_MEMBERS)}",
        )
    return names


def _checked(volume: FloatArray, weekday: IntArray, future: IntArray) -> tuple[FloatArray, IntArray, IntArray]:
    volume = np.asarray(volume, dtype=float)
    if volume.ndim != 2 or volume.shape[1] < 1 or len(volume) != len(weekday):
        raise PlanError(
            f"found volumes of shape {volume.shape} and {len(weekday)} weekdays, expected days x intervals",
            where="forecast_days",
            do="give one weekday per row",
        )
    for name, days in (("weekday", weekday), ("future_weekday", future)):
        found = np.asarray(days)
        if found.ndim != 1 or not len(found) or not np.isin(found, np.arange(1, 8)).all():
            raise PlanError(f"{name} must be whole numbers 1 (Monday) to 7 (Sunday)", where="forecast_days")
    wrong = np.argwhere((volume < 0) | np.isinf(volume))
    if len(wrong):
        row, column = wrong[0]
        raise PlanError(
            f"found {volume[row, column]:g}, expected zero or more",
            where=f"forecast_days: day {row + 1}, interval {column + 1}",
            do="correct it or leave it blank",
        )
    if np.isnan(volume).all():
        raise PlanError("no volume was observed", where="forecast_days", do="give one day at least")
    recent = volume[-LONGEST_HISTORY:]
    kept = len(recent) if not np.isnan(recent).all() else len(volume)
    return volume[-kept:], np.asarray(weekday, dtype=np.intp)[-kept:], np.asarray(future, dtype=np.intp)


def _without_closed(volume: FloatArray, weekday: IntArray) -> FloatArray:
    """Volume in which days that are zero throughout are missing, unless all days are."""
    known = ~np.isnan(volume)
    zero = known.any(axis=1) & (np.where(known, volume, 0.0).sum(axis=1) == 0)
    positive = known.any(axis=1) & ~zero
    if not positive.any():
        return volume
    return np.where(zero[:, None], np.nan, volume)


def _known_at(volume: FloatArray, weekdays: IntArray, day: IntArray, origin: int, horizon: int) -> DayHistory:
    """What is known before row `origin`, and the days from there on."""
    open_days: BoolArray = np.asarray(~np.isnan(volume[:origin]).all(axis=1))
    today = day[origin - 1]
    return DayHistory(
        volume=volume[:origin][open_days],
        weekday=weekdays[:origin][open_days],
        ahead=today + 1 - day[:origin][open_days],
        future_weekday=weekdays[origin : origin + horizon],
        future_lead=day[origin : origin + horizon] - today,
    )


def _combined(histories: list[DayHistory], actual: FloatArray, names: tuple[str, ...]) -> tuple[Combined, FloatArray]:
    """The combination of the members, and the baseline at the origins, (K, H, P)."""
    horizon, intervals = actual.shape[1:]
    naive = DAY_MEMBERS[BASELINE](histories)
    made = [naive if name == BASELINE else DAY_MEMBERS[name](histories) for name in names]
    forecasts = np.stack(made).reshape(len(names), 1, len(histories), -1)
    baseline = names.index(BASELINE) if BASELINE in names else None
    combined = combine(forecasts, actual.reshape(1, len(actual), horizon * intervals), baseline=baseline)
    return combined, naive[1:]


def _result(
    combined: Combined,
    naive: FloatArray,
    actual: FloatArray,
    volume: FloatArray,
    week: int,
    names: tuple[str, ...],
    levels: tuple[float, ...],
) -> DayForecasts:
    """Bounds and scores around a combination."""
    windows = combined.windows.reshape(actual.shape)
    mean = combined.mean.reshape(actual.shape[1:])
    scored = ~np.isnan(actual)
    intervals = volume.shape[1]
    flat = (1, len(actual), len(mean) * intervals)
    scores: Scores = score_windows(
        actual.reshape(flat), windows.reshape(flat), naive.reshape(flat), volume.reshape(1, -1), week * intervals
    )
    some = np.asarray(scored.any(axis=2))
    spread = count_spread(mean, windows, actual)
    return DayForecasts(
        mean=mean,
        bounds=bounds(mean, spread, np.full(len(mean), float(some.any(axis=1).sum())), levels),
        method=describe(names, combined)[0],
        wape=float(scores.wape[0]),
        bias=float(scores.bias[0]),
        mase=float(scores.mase[0]),
        naive_wape=float(scores.naive_wape[0]),
        window_forecast=np.where(scored, windows, 0.0).sum(axis=2),
        window_actual=np.where(some, np.where(scored, actual, 0.0).sum(axis=2), np.nan),
    )
