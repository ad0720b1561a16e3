"""How good a forecast was: WAPE, bias, MASE and the value a change added.

WAPE is the headline. There is no MAPE: on night slots with one or two contacts it is near 90 % whatever
the forecast.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from xlplan.errors import PlanError
from xlplan.planning.forecast.panel import FloatArray


def wape(actual: ArrayLike, forecast: ArrayLike) -> float:
    """Sum of absolute errors over the sum of actuals, as a fraction.

    Parameters
    ----------
    actual, forecast : array_like, same shape
        What happened and what was forecast.

    Raises
    ------
    PlanError
        A value is not a number (its row is named), shapes differ, or the actual is zero throughout.

    Examples
    --------
    >>> wape([100, 0, 50], [90, 5, 60])
    0.1666
    """
    happened, said = _pair(actual, forecast)
    return float(np.abs(said - happened).sum() / _volume(happened, "wape"))


def bias(actual: ArrayLike, forecast: ArrayLike) -> float:
    """Sum of (forecast - actual) over the sum of actuals, as a fraction; over is positive.

    Raises
    ------
    PlanError
        As `wape`.

    Examples
    --------
    >>> bias([100, 100], [90, 120])
    0.05
    """
    happened, said = _pair(actual, forecast)
    return float((said - happened).sum() / _volume(happened, "bias"))


def mase(actual: ArrayLike, forecast: ArrayLike, *, history: ArrayLike, season: int = 1) -> float:
    """Mean absolute error over the mean absolute change of the history from one cycle to the next.

    Below 1 the forecast beats what seasonal naive did in the history, one step ahead (Hyndman and
    Koehler 2006, Another look at measures of forecast accuracy).

    Parameters
    ----------
    actual, forecast : array_like, same shape
        What happened and what was forecast.
    history : array_like
        What was known when the forecast was made, oldest first; NaN is a gap and is left out.
    season : int, optional
        Periods per cycle.

    Raises
    ------
    PlanError
        As `wape`; or the history holds no two observations one season apart, or never changes.

    Examples
    --------
    >>> mase([5, 6], [5, 5], history=[1, 2, 3])
    0.5
    """
    happened, said = _pair(actual, forecast)
    if isinstance(season, bool) or not isinstance(season, int | np.integer) or season < 1:
        raise PlanError(f"season is {season!r}, expected a whole number", where="mase", do="type 1 or more")
    known = np.asarray(history, dtype=float).ravel()
    change = np.abs(known[season:] - known[:-season])
    change = change[~np.isnan(change)]
    if not change.size or not change.sum() > 0:
        raise PlanError(
            f"the history shows no change over {season} periods to measure by",
            where="mase",
            do="give a longer history or a shorter season",
        )
    return float(np.abs(said - happened).mean() / change.mean())


def fva(actual: ArrayLike, forecast: ArrayLike, *, reference: ArrayLike) -> float:
    """Forecast value added: WAPE of the reference less WAPE of the forecast; positive is better.

    Parameters
    ----------
    actual, forecast : array_like, same shape
        What happened and what was forecast.
    reference : array_like
        The forecast it replaced: the statistical one before an override, or seasonal naive.

    Raises
    ------
    PlanError
        As `wape`.

    Examples
    --------
    >>> fva([100, 100], [95, 105], reference=[80, 120])
    0.15
    """
    return wape(actual, reference) - wape(actual, forecast)


def _pair(actual: ArrayLike, forecast: ArrayLike) -> tuple[FloatArray, FloatArray]:
    happened = np.asarray(actual, dtype=float).ravel()
    said = np.asarray(forecast, dtype=float).ravel()
    if happened.size != said.size or not happened.size:
        raise PlanError(
            f"found {happened.size} actuals and {said.size} forecasts, expected as many of both",
            where="accuracy",
            do="give ranges of one size",
        )
    for name, values in (("actual", happened), ("forecast", said)):
        wrong = np.flatnonzero(~np.isfinite(values))
        if wrong.size:
            rows = ", ".join(str(row + 1) for row in wrong[:5])
            more = f" and {wrong.size - 5} more" if wrong.size > 5 else ""
            raise PlanError(
                f"the {name} is not a number in row {rows}{more}", where="accuracy", do="leave those rows out"
            )
    return happened, said


def _volume(happened: FloatArray, measure: str) -> float:
    volume = float(happened.sum())
    if not happened.any():
        raise PlanError("the actual is zero throughout", where=measure, do="measure over periods with some volume")
    if volume <= 0:
        raise PlanError(f"the actual adds up to {volume:g}, expected more than zero", where=measure)
    return volume
