"""Cell functions around a forecast: its bounds, its method, the rest of the day."""

from __future__ import annotations

import datetime as dt
from typing import Any

from xlplan.functions.cellvalues import NA, NUM, CellError
from xlplan.functions.forecasting import DATES, METHOD, SEASON, TARGET_DATES, VALUES, WEEKS
from xlplan.functions.registry import Argument, cell_function
from xlplan.functions.series import history, moments, whole_periods

HISTORY = [[10], [20], [10], [20], [10], [20], [10], [20]]


@cell_function(
    "XP_FORECAST_PI",
    group="Forecast",
    arguments=[
        VALUES,
        DATES,
        TARGET_DATES,
        METHOD,
        SEASON,
        Argument("level", "share of outcomes between low and high", "0-1", kind="single", default=0.8,
                 default_words="0.8"),
    ],
    returns="one row per target date: low, forecast, high; the forecast is that of XP_FORECAST",
    example=(HISTORY, WEEKS, [[45719], [45726]], "seasonal_naive", 2, 0.9),
    formula='=XP_FORECAST_PI(B2:B9,A2:A9,A10:A11,"seasonal_naive",2,90%)',
    errors=[(NUM, "as XP_FORECAST, or a level that is not between 0 and 1")],
)  # fmt: skip
def forecast_bounds(
    values: list[float | None],
    dates: list[dt.datetime | None],
    target_dates: list[dt.datetime | None],
    method: str,
    season: float | None,
    level: float,
) -> Any:
    """Forecast a series with its bounds, from the errors that its method made in a back-test."""
    from xlplan.planning.forecast.values import forecast_outlook

    volume, known = history(values, dates)
    wanted = [date for date in target_dates if date is not None]
    if not wanted:
        raise CellError(NA, "there is nothing to forecast; give target dates")
    found = forecast_outlook(
        volume, known, moments(wanted), method=method.lower(), season=whole_periods(season), levels=(level,)
    )
    low, high = found.bounds[level]
    rows = iter(zip(low.tolist(), found.mean.tolist(), high.tolist(), strict=True))
    blank = CellError(NA, "the target date is blank")
    return [[blank] * 3 if date is None else list(next(rows)) for date in target_dates]


@cell_function(
    "XP_FORECAST_METHOD",
    group="Forecast",
    arguments=[
        VALUES,
        DATES,
        Argument(
            "horizon",
            "periods ahead to test on; days, for intervals",
            "periods",
            kind="single",
            default=None,
            default_words="13 weeks, 6 months, 28 days, 14 days of intervals",
        ),
        SEASON,
    ],
    returns="one row: method, WAPE of its back-test, bias, WAPE of seasonal naive; #N/A where history is short",
    example=(HISTORY, WEEKS, 1, 2),
    formula="=XP_FORECAST_METHOD(B2:B9,A2:A9,1,2)",
    errors=[(NUM, "dates that are irregular or twice, a negative volume, a horizon below 1")],
)
def forecast_method(
    values: list[float | None], dates: list[dt.datetime | None], horizon: float | None, season: float | None
) -> Any:
    """The method that a forecast takes, and how good it was on the past that it had not seen.

    A back-test forecasts from earlier dates and compares with what came; bias above 0 is over-forecasting.
    """
    from xlplan.planning.forecast.values import best_method

    volume, known = history(values, dates)
    found = best_method(volume, known, horizon=whole_periods(horizon, "horizon"), season=whole_periods(season))
    return [[found.method, found.wape, found.bias, found.naive_wape]]


@cell_function(
    "XP_REFORECAST",
    group="Queue health",
    arguments=[
        Argument(
            "actual_so_far",
            "what came, from the first interval of the day on; a blank is not known",
            "items",
            kind="numbers",
        ),
        Argument("profile", "share of every interval of the day, on any scale; a blank is 0", "share", kind="numbers"),
        Argument("forecast_day", "forecast of the whole day", "items", kind="single"),
        Argument(
            "cv_day",
            "standard deviation of the day forecast's error over the forecast",
            "ratio",
            kind="single",
            default=0.1,
            default_words="0.1",
        ),
    ],
    returns="one row per interval of profile: what came, then what is to be expected; the sum is the day",
    example=([[60], [60]], [[1], [1], [1], [1]], 200),
    formula="=XP_REFORECAST(B2:B3,C2:C5,200)",
    errors=[(NUM, "more intervals so far than the profile has, a profile of zeros, a number below 0")],
)
def reforecast(
    actual_so_far: list[float | None], profile: list[float | None], forecast_day: float, cv_day: float
) -> Any:
    """Re-forecast of a day from what came so far: early the forecast counts, late the day itself.

    A blank in actual_so_far is an interval that is not known: it is expected like the others. A blank in profile is 0.
    """
    from xlplan.planning.forecast.so_far import reforecast_day

    came = [float("nan") if value is None else value for value in actual_so_far]
    return reforecast_day(came, profile=[value or 0.0 for value in profile], forecast=forecast_day, cv=cv_day)
