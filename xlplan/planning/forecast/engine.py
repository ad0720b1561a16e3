"""Forecast many series at once: members, rolling origins, combination, bounds.

Each series is forecast from its own history alone. Which other series share the call changes speed,
never a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from xlplan.errors import PlanError
from xlplan.planning.forecast.backtest import cut_histories, known_future, place_origins
from xlplan.planning.forecast.combination import Combined, combine, describe
from xlplan.planning.forecast.intervals import Bounds, bounds, floor_variance, spread_by_lead
from xlplan.planning.forecast.members import BASELINE, MEMBERS
from xlplan.planning.forecast.panel import FloatArray, IntArray, Panel, align
from xlplan.planning.forecast.scores import Scores, score_windows
from xlplan.planning.forecast.sums import NOTHING

AUTO = "auto"
CHUNK = 48
"""Series per pass: small enough for the grid of all their origins to stay in the processor's cache."""
HIGHEST = 3.0
"""No forecast exceeds this many times the largest value of the history."""
HISTORY = {7: 730, 12: 240, 24: 960, 52: 260}
"""Periods of history that count, by season: two years of days, twenty of months, forty days of hours,
five years of weeks. Other seasons: five cycles, and 400 periods at least."""


@dataclass(frozen=True)
class ForecastSpec:
    """What to forecast and how.

    Parameters
    ----------
    season : int
        Periods per cycle: 52 for weeks, 12 for months, 7 for days, 1 for none.
    horizon : int
        Periods to forecast.
    method : str or tuple of str, optional
        'auto' weighs all members by rolling-origin error; a member's name uses that one; a tuple of
        names weighs those.
    origins : int, optional
        Rolling origins to test at; fewer are used where the history is short.
    levels : tuple of float, optional
        Shares of outcomes that the bounds shall hold.
    """

    season: int
    horizon: int
    method: str | tuple[str, ...] = AUTO
    origins: int = 6
    levels: tuple[float, ...] = (0.8, 0.95)

    def __post_init__(self) -> None:
        for name, least in (("season", 1), ("horizon", 1), ("origins", 0)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
                raise PlanError(
                    f"{name} is {value!r}, expected a whole number", where="forecast", do=f"type {least} or more"
                )
        for level in self.levels:
            if not 0 < level < 1:
                raise PlanError(f"level is {level!r}, expected a share", where="forecast", do="type e.g. 0.95")
        _ = self.members

    @property
    def members(self) -> tuple[str, ...]:
        """Names of the members to weigh; the baseline is always computed beside them."""
        if self.method == AUTO or self.method == (AUTO,):
            return tuple(MEMBERS)
        names = (self.method,) if isinstance(self.method, str) else tuple(self.method)
        unknown = [name for name in names if name not in MEMBERS]
        if unknown or not names:
            raise PlanError(
                f"method {', '.join(map(repr, unknown)) or 'is empty, which'} is not known",
                where="forecast",
                do=f"type {AUTO} or one of {', '.join(MEMBERS)}",
            )
        return tuple(dict.fromkeys(names))

    @property
    def history(self) -> int:
        """Periods of history that count."""
        return HISTORY.get(self.season, max(5 * self.season, 400))


@dataclass(frozen=True)
class Forecasts:
    """Forecasts of S series over H periods, with their back-test.

    Parameters
    ----------
    mean : (S, H) float array
        Never negative, never NaN.
    bounds : dict of float to pair of (S, H) float arrays
        Level -> (low, high), low <= mean <= high.
    method : tuple of str
        Members by weight, joined by '+'; 'median' where the history is too short to weigh them.
    cv : (S, H) float array
        Standard deviation of the error over the mean, by lead; NaN where the mean is zero.
    scores : Scores
        Rolling-origin wape, bias, mase and the baseline's wape, (S,) each.
    errors : (S, K, H) float array
        Rolling-origin forecast - actual, NaN where not scored.
    """

    mean: FloatArray
    bounds: Bounds
    method: tuple[str, ...]
    cv: FloatArray
    scores: Scores
    errors: FloatArray = field(repr=False)

    @property
    def wape(self) -> FloatArray:
        """Rolling-origin WAPE, (S,); NaN where the history is too short or its test periods are zero."""
        return self.scores.wape

    @property
    def bias(self) -> FloatArray:
        """Rolling-origin (forecast - actual) / actual, (S,)."""
        return self.scores.bias

    @property
    def mase(self) -> FloatArray:
        """Rolling-origin error over the seasonal step of the history, (S,)."""
        return self.scores.mase

    @property
    def naive_wape(self) -> FloatArray:
        """WAPE of the seasonal naive forecast at the same origins, (S,)."""
        return self.scores.naive_wape


def forecast_series(
    series: Sequence[FloatArray], spec: ForecastSpec, *, names: Sequence[str] | None = None
) -> Forecasts:
    """Forecast many series of one grain.

    Parameters
    ----------
    series : sequence of 1-d float arrays
        Histories, oldest first, of any length; NaN is a gap or a closed period.
    spec : ForecastSpec
        Season, horizon, method.
    names : sequence of str, optional
        Names of the series for messages; else their numbers from 1.

    Returns
    -------
    Forecasts
        A series gets the same numbers alone or among others.

    Raises
    ------
    PlanError
        A series has no observation, a negative or an infinite value, or is not one row of numbers.

    Examples
    --------
    >>> week = np.array([100.0, 90, 80, 85, 95, 30, 20])
    >>> outlook = forecast_series([np.tile(week, 8)], ForecastSpec(season=7, horizon=7))
    >>> outlook.mean.round(1)
    array([[100.,  90.,  80.,  85.,  95.,  30.,  20.]])
    """
    histories = _checked(series, spec, names)
    order = np.argsort([len(history) for history in histories], kind="stable")
    parts = [
        _forecast_chunk([histories[index] for index in order[first : first + CHUNK]], spec)
        for first in range(0, len(order), CHUNK)
    ]
    return _joined(parts, np.argsort(order, kind="stable"), spec)


def _checked(series: Sequence[FloatArray], spec: ForecastSpec, names: Sequence[str] | None) -> list[FloatArray]:
    """Histories from their first observation on, no longer than counts."""
    if not len(series):
        raise PlanError("there is no series to forecast", where="forecast", do="give at least one")
    histories = []
    for number, given in enumerate(series):
        where = f"series {names[number] if names is not None else number + 1}"
        history = np.asarray(given, dtype=float)
        if history.ndim != 1:
            raise PlanError(f"found {history.ndim} dimensions, expected one row of numbers", where=where)
        observed = ~np.isnan(history)
        if not observed.any():
            raise PlanError("no observation in the history", where=where, do="give at least one number")
        wrong = np.flatnonzero(observed & ((history < 0) | np.isinf(history)))
        if wrong.size:
            raise PlanError(
                f"found {history[wrong[0]]:g} in period {wrong[0] + 1}, expected zero or more",
                where=where,
                do="correct it or leave it blank",
            )
        recent = history[-spec.history :]
        if np.isnan(recent).all():
            recent = history
        histories.append(recent[int((~np.isnan(recent)).argmax()) :])
    return histories


def _forecast_chunk(histories: list[FloatArray], spec: ForecastSpec) -> Forecasts:
    spans = np.array([len(history) for history in histories], dtype=np.intp)
    origins = place_origins(spans, season=spec.season, horizon=spec.horizon, origins=spec.origins)
    panel = align(cut_histories(histories, origins.cuts), season=spec.season, horizon=spec.horizon)
    actual = known_future(histories, origins, spec.horizon)
    combined, naive = _combined(panel, actual, spec)
    errors = combined.windows - actual
    whole = panel.values[:: 1 + spec.origins]
    spread = spread_by_lead(errors, floor_variance(combined.mean, whole, spec.season))
    windows = (~np.isnan(actual)).any(axis=2).sum(axis=1).astype(float)
    cv = np.full(spread.shape, np.nan)
    np.divide(spread, combined.mean, out=cv, where=combined.mean > NOTHING)
    return Forecasts(
        mean=combined.mean,
        bounds=bounds(combined.mean, spread, windows, spec.levels),
        method=describe(spec.members, combined),
        cv=cv,
        scores=score_windows(actual, combined.windows, naive, whole, spec.season),
        errors=errors,
    )


def _combined(panel: Panel, actual: FloatArray, spec: ForecastSpec) -> tuple[Combined, FloatArray]:
    """The combination, and the baseline's forecasts at the origins, (S, K, H)."""
    shape = (-1, 1 + spec.origins, spec.horizon)
    highest = HIGHEST * np.nanmax(panel.values, axis=1)[:, None]
    naive = MEMBERS[BASELINE].forecast(panel)
    names = spec.members
    forecasts = []
    for name in names:
        forecast = naive if name == BASELINE else MEMBERS[name].forecast(panel)
        # Where a history is too short for a member, the baseline speaks in its place.
        forecast = np.where(np.isnan(forecast), naive, forecast)
        forecasts.append(np.clip(forecast, 0.0, highest).reshape(shape))
    baseline = names.index(BASELINE) if BASELINE in names else None
    return combine(np.stack(forecasts), actual, baseline=baseline), naive.reshape(shape)[:, 1:]


def _joined(parts: list[Forecasts], order: IntArray, spec: ForecastSpec) -> Forecasts:
    """Chunks as one, in the order of the call."""
    methods = [name for part in parts for name in part.method]
    return Forecasts(
        mean=np.concatenate([part.mean for part in parts])[order],
        bounds={
            level: (
                np.concatenate([part.bounds[level][0] for part in parts])[order],
                np.concatenate([part.bounds[level][1] for part in parts])[order],
            )
            for level in spec.levels
        },
        method=tuple(methods[index] for index in order),
        cv=np.concatenate([part.cv for part in parts])[order],
        scores=Scores.joined([part.scores for part in parts], order),
        errors=np.concatenate([part.errors for part in parts])[order],
    )
