"""One series on a regular grid of dates: which model forecasts which grain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlplan.errors import PlanError
from xlplan.planning.forecast.day_members import DAY_MEMBERS
from xlplan.planning.forecast.engine import AUTO, Forecasts, ForecastSpec
from xlplan.planning.forecast.grain import DAY_SECONDS, Grain, iso_weekday
from xlplan.planning.forecast.intervals import Bounds
from xlplan.planning.forecast.intraday import DayForecasts, forecast_days
from xlplan.planning.forecast.members import MEMBERS
from xlplan.planning.forecast.panel import FloatArray

NAN = float("nan")


@dataclass(frozen=True)
class Outlook:
    """Forecast of one series: mean (H,), level -> (low, high) of (H,) each, its method and its back-test.

    The measures of the back-test are NaN where the history is too short for one.
    """

    mean: FloatArray
    bounds: Bounds
    method: str
    wape: float = NAN
    bias: float = NAN
    naive_wape: float = NAN


def check_method(method: str, grain: Grain) -> None:
    """Refuse a method that no model of the grain knows.

    Raises
    ------
    PlanError
        Names the methods of the grain.
    """
    known = [AUTO]
    if not grain.minutes:
        known += list(MEMBERS)
    if grain.minutes or grain.name == "day":
        known += list(DAY_MEMBERS)
    if method not in known:
        raise PlanError(
            f"method {method!r} is not known for periods of a {grain.name}",
            where="forecast",
            do=f"type one of {', '.join(known)}",
        )


def of_series(forecasts: Forecasts, row: int) -> Outlook:
    """One series of a batch."""
    return Outlook(
        forecasts.mean[row],
        {level: (low[row], high[row]) for level, (low, high) in forecasts.bounds.items()},
        forecasts.method[row],
        float(forecasts.wape[row]),
        float(forecasts.bias[row]),
        float(forecasts.naive_wape[row]),
    )


def better_day_outlook(by_series: Forecasts, row: int, by_days: DayForecasts) -> Outlook:
    """The daily series model or the weekday model, whichever had the smaller rolling-origin WAPE."""
    days_win = by_days.wape < by_series.wape[row]
    return of_days(by_days) if days_win else of_series(by_series, row)


def forecast_day_grid(
    history: FloatArray, first_day: np.datetime64, spec: ForecastSpec, *, method: str = AUTO
) -> DayForecasts:
    """The weekday model on one value a day from `first_day` on, every calendar day present."""
    day = first_day.astype("datetime64[D]") + np.arange(len(history) + spec.horizon)
    weekday = iso_weekday(day)
    return forecast_days(
        history[:, None],
        weekday=weekday[: len(history)],
        future_weekday=weekday[len(history) :],
        origins=spec.origins,
        method=method,
        levels=spec.levels,
    )


@dataclass(frozen=True)
class IntervalOutlook:
    """Forecast of the intervals of the days after the last day of history.

    Parameters
    ----------
    dates : (N,) datetime64 array
        Start of each interval; intervals of the day that were never observed are left out.
    outlook : Outlook
        Values at those dates.
    """

    dates: np.typing.NDArray[np.datetime64]
    outlook: Outlook


def forecast_intervals(
    values: FloatArray,
    dates: np.typing.NDArray[np.datetime64],
    grain: Grain,
    *,
    days: int,
    last_day: np.datetime64,
    method: str = AUTO,
    levels: tuple[float, ...] = (0.8, 0.95),
) -> IntervalOutlook:
    """Forecast intervals of `days` days after `last_day` from values at dates in any order.

    A day is a row of intervals; what is absent is missing. The hour that a change of clocks skips is
    therefore missing, not zero.
    """
    today = dates.astype("datetime64[D]")
    first = today.min()
    row = (today - first).astype(np.intp)
    second = (dates.astype("datetime64[s]") - today.astype("datetime64[s]")).astype(np.int64)
    first_second = int(second.min()) % (60 * grain.minutes)
    column = ((second - first_second) // (60 * grain.minutes)).astype(np.intp)
    table = np.full((int((last_day - first).astype(int)) + 1, DAY_SECONDS // (60 * grain.minutes)), np.nan)
    table[row, column] = values
    seen = np.unique(column[~np.isnan(values)])
    if not len(seen):
        raise PlanError("no observation in the history", where="forecast", do="give at least one number")
    ahead = last_day + np.arange(1, days + 1)
    weekday = iso_weekday(first + np.arange(len(table)))
    made = forecast_days(
        table[:, seen], weekday=weekday, future_weekday=iso_weekday(ahead), method=method, levels=levels
    )
    starts = first_second + seen * 60 * grain.minutes
    return IntervalOutlook((ahead.astype("datetime64[s]")[:, None] + starts).ravel(), of_days(made))


def of_days(made: DayForecasts) -> Outlook:
    """The intervals of all days in a row."""
    return Outlook(
        made.mean.ravel(),
        {level: (low.ravel(), high.ravel()) for level, (low, high) in made.bounds.items()},
        made.method,
        made.wape,
        made.bias,
        made.naive_wape,
    )
