"""Cell functions of forecasting: the forecast itself, and how good one was."""

from __future__ import annotations

import datetime as dt
from typing import Any

from xlplan.functions.cellvalues import NA, NUM, CellError
from xlplan.functions.registry import Argument, cell_function
from xlplan.functions.series import history, moments, whole_periods

ACTUAL = Argument("actual", "what happened, one cell per period", "any", kind="numbers")
FORECAST = Argument("forecast", "what was forecast, as many cells", "as actual", kind="numbers")
PAIRED = (NUM, "ranges of different size, a blank in one of them, or actuals of zero throughout")
VALUES = Argument("values", "volumes of the past, one per date; a blank is a gap", "items", kind="numbers")
DATES = Argument("dates", "their dates: starts of intervals, days, weeks or months", "dates", kind="dates")
TARGET_DATES = Argument(
    "target_dates", "dates to forecast, after the last of dates", "dates", kind="dates", inside=("target dates",)
)
METHOD = Argument(
    "method", 'a method such as "theta"', kind="text", default="auto", default_words="the best in a back-test"
)
SEASON = Argument(
    "season", "periods per cycle", "periods", kind="single", default=None, default_words="52 weeks, 12 months, 7 days"
)
WEEKS = [[45663 + 7 * week] for week in range(8)]


@cell_function(
    "XP_FORECAST",
    group="Forecast",
    arguments=[VALUES, DATES, TARGET_DATES, METHOD, SEASON],
    returns="volume per target date",
    example=([[10], [20], [10], [20], [10], [20], [10], [20]], WEEKS, [[45719], [45726]], "seasonal_naive", 2),
    formula='=XP_FORECAST(B2:B9,A2:A9,A10:A11,"seasonal_naive",2)',
    errors=[(NUM, "dates that are irregular or twice, a target that is not after the history, a negative volume")],
)
def forecast(
    values: list[float | None],
    dates: list[dt.datetime | None],
    target_dates: list[dt.datetime | None],
    method: str,
    season: float | None,
) -> Any:
    """Forecast a series: the method that back-tests best, or the one that is named."""
    from xlplan.planning.forecast.values import forecast_values

    wanted = [date for date in target_dates if date is not None]
    volume, known = history(values, dates)
    if not wanted:
        raise CellError(NA, "there is nothing to forecast; give target dates")
    found = forecast_values(volume, known, moments(wanted), method=method.lower(), season=whole_periods(season))
    answers = iter(found.tolist())
    blank = CellError(NA, "the target date is blank")
    return [blank if date is None else next(answers) for date in target_dates]


@cell_function(
    "XP_WAPE",
    group="Forecast",
    arguments=[ACTUAL, FORECAST],
    returns="sum of absolute errors / sum of actuals, a share",
    example=([[100], [200]], [[110], [190]]),
    formula="=XP_WAPE(B2:B3,C2:C3)",
    errors=[PAIRED],
)
def wape(actual: list[float | None], forecast: list[float | None]) -> float:
    """Weighted absolute percentage error: the headline measure of a forecast."""
    from xlplan.planning.forecast import accuracy

    return accuracy.wape(_filled(actual), _filled(forecast))


@cell_function(
    "XP_BIAS",
    group="Forecast",
    arguments=[ACTUAL, FORECAST],
    returns="sum of (forecast - actual) / sum of actuals, a share; over is positive",
    example=([[100], [100]], [[90], [120]]),
    formula="=XP_BIAS(B2:B3,C2:C3)",
    errors=[PAIRED],
)
def bias(actual: list[float | None], forecast: list[float | None]) -> float:
    """Bias of a forecast: how far it lies above (+) or below (-) what happened, in all."""
    from xlplan.planning.forecast import accuracy

    return accuracy.bias(_filled(actual), _filled(forecast))


@cell_function(
    "XP_MASE",
    group="Forecast",
    arguments=[
        ACTUAL,
        FORECAST,
        Argument("history", "what was known when the forecast was made", "as actual", kind="numbers"),
        Argument("season", "periods per cycle", "periods", kind="single", default=1.0),
    ],
    returns="mean absolute error / mean seasonal step of the history; below 1 beats seasonal naive",
    example=([[12], [14]], [[11], [15]], [[10], [12], [10], [12]]),
    formula="=XP_MASE(B6:B7,C6:C7,B2:B5)",
    errors=[PAIRED, (NUM, "a history that never changes, or is shorter than a season")],
)
def mase(
    actual: list[float | None],
    forecast: list[float | None],
    history: list[float | None],
    season: float,
) -> float:
    """Mean absolute scaled error of a forecast, against seasonal naive on the history."""
    from xlplan.planning.forecast import accuracy

    return accuracy.mase(
        _filled(actual), _filled(forecast), history=_filled(history), season=whole_periods(season) or 1
    )


def _filled(values: list[float | None]) -> list[float]:
    return [float("nan") if value is None else value for value in values]
