"""What a cell formula calls: values, dates and the dates wanted; NumPy only."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xlplan.errors import PlanError
from xlplan.planning.forecast.dated import (
    Outlook,
    better_day_outlook,
    check_method,
    forecast_day_grid,
    forecast_intervals,
    of_days,
    of_series,
)
from xlplan.planning.forecast.engine import AUTO, ForecastSpec, forecast_series
from xlplan.planning.forecast.grain import DAY_SECONDS, Dates, Grain, infer_grain
from xlplan.planning.forecast.members import MEMBERS
from xlplan.planning.forecast.panel import BoolArray, FloatArray, IntArray

EXCEL_EPOCH = np.datetime64("1899-12-30", "s")
"""Day 0 of serial dates in the 1900 system, right for every date from March 1900 on."""
LARGEST_SERIAL = 2_958_466.0
"""One past 31 December 9999, the last date a sheet knows."""
FARTHEST = 1_830
"""Periods ahead that are forecast: five years of days. A target beyond it is a slip of the pen."""
LONGEST_SEASON = 1_000
"""Periods of the longest cycle that can be asked for."""
TESTED = {"day": 28, "week": 13, "month": 6}
"""Periods ahead that a method is tested on where nothing is said; 14 days for intervals."""


def forecast_values(
    values: ArrayLike,
    dates: ArrayLike,
    target_dates: ArrayLike,
    *,
    method: str = AUTO,
    season: int | None = None,
) -> FloatArray:
    """Forecast one series at given dates.

    The grain is found from the dates: intervals of 5 to 60 minutes, days, weeks or months. Periods
    without a row and blank values are gaps; they are kept out.

    Parameters
    ----------
    values : array_like of float, (N,)
        Volumes, one per date; NaN is a gap.
    dates : array_like, (N,)
        Serial dates of a sheet (1900 system) or datetime64, in any order.
    target_dates : array_like, any shape
        Dates to forecast, all after the last of `dates`.
    method : str, optional
        'auto' or a member's name.
    season : int, optional
        Periods per cycle; by default 7 days, 52 weeks, 12 months. Not for intervals.

    Returns
    -------
    float array, shape of `target_dates`

    Raises
    ------
    PlanError
        Sizes differ; dates are blank, repeated or irregular; a target is not after the history or
        off its grid; a volume is negative; nothing was observed.

    Examples
    --------
    >>> forecast_values([10.0, 20, 10, 20], [45663, 45670, 45677, 45684], [45691, 45698], season=2)
    array([10., 20.])
    """
    wanted = to_dates(target_dates, where="target dates")
    return forecast_outlook(values, dates, wanted, method=method, season=season).mean.reshape(wanted.shape)


def forecast_outlook(
    values: ArrayLike,
    dates: ArrayLike,
    target_dates: ArrayLike,
    *,
    method: str = AUTO,
    season: int | None = None,
    levels: tuple[float, ...] = (),
) -> Outlook:
    """Forecast one series at given dates, with bounds and the back-test of its method.

    Parameters
    ----------
    values, dates, target_dates, method, season
        As `forecast_values`.
    levels : tuple of float, optional
        Shares of outcomes that bounds shall hold, above 0 and below 1.

    Returns
    -------
    Outlook
        One value per target date, in their order.

    Raises
    ------
    PlanError
        As `forecast_values`; or a level that is no share.
    """
    for level in levels:
        if not 0 < level < 1:
            raise PlanError(f"level is {level:g}, expected a share above 0 and below 1", do="type 0.80 for 80 %")
    volume = np.asarray(values, dtype=float).ravel()
    known = to_dates(dates, where="dates").ravel()
    targets = to_dates(target_dates, where="target dates").ravel()
    _check(volume, known, targets)
    _check_season(season)
    order = np.argsort(known, kind="stable")
    volume, known = volume[order], known[order]
    grain = infer_grain(known if len(known) > 1 else np.concatenate([known, targets]))
    check_method(method, grain)
    made = _at_intervals if grain.minutes else _at_periods
    return made(volume, known, targets, grain, method=method, season=season, levels=levels)


def best_method(
    values: ArrayLike, dates: ArrayLike, *, horizon: int | None = None, season: int | None = None
) -> Outlook:
    """The method that a forecast of this history takes, with its back-test.

    Parameters
    ----------
    values, dates, season
        As `forecast_values`.
    horizon : int, optional
        Periods ahead (days, for intervals) that it is tested on; by default 28 days, 13 weeks, 6 months, 14 days of
        intervals.

    Returns
    -------
    Outlook
        Of the horizon.

    Raises
    ------
    PlanError
        As `forecast_values`; or a horizon below 1.

    Examples
    --------
    >>> found = best_method([10.0, 20] * 8, 45663 + 7 * np.arange(16), horizon=2, season=2)
    >>> found.wape, found.naive_wape
    (0.0, 0.0)
    """
    volume, known = np.asarray(values, dtype=float).ravel(), to_dates(dates, where="dates").ravel()
    if len(known) != len(volume) or not len(known):
        raise PlanError(f"found {len(volume)} values and {len(known)} dates", do="give as many dates as values")
    grain = infer_grain(known)
    ahead = TESTED.get(grain.name, 14) if horizon is None else horizon
    _check_reach(ahead)
    last = known.max()
    if grain.minutes:
        far = last.astype("datetime64[D]") + ahead + (known.min() - known.min().astype("datetime64[D]"))
        target = np.asarray([far], dtype="datetime64[s]")
    else:
        target = grain.dates(known.min(), int(grain.index(known, known.min()).max()) + ahead, 1)
    return forecast_outlook(volume, known, target, season=season)


def to_dates(dates: ArrayLike, *, where: str) -> NDArray[np.datetime64]:
    """Serial numbers or datetime64 as datetime64 in seconds, serials rounded to the nearest second.

    Examples
    --------
    >>> to_dates([45658.5], where="dates")
    array(['2025-01-01T12:00:00'], dtype='datetime64[s]')
    """
    found = np.atleast_1d(np.asarray(dates))
    if np.issubdtype(found.dtype, np.datetime64):
        result: NDArray[np.datetime64] = found.astype("datetime64[s]")
        wrong = np.isnat(result)
    else:
        serials = found.astype(float)
        wrong = ~((serials >= 1) & (serials < LARGEST_SERIAL))
        seconds = np.round(np.where(wrong, 1.0, serials) * DAY_SECONDS).astype(np.int64)
        result = np.asarray(EXCEL_EPOCH + seconds)
    if wrong.any():
        row = int(np.flatnonzero(wrong.ravel())[0])
        raise PlanError(f"found {found.ravel()[row]} in row {row + 1}, expected a date", where=where)
    return result


def _shown(date: np.datetime64) -> str:
    """A date as a sentence says it, with its time of day where it has one."""
    return str(date).removesuffix("T00:00:00").replace("T", " ")


def _check(volume: FloatArray, known: Dates, targets: Dates) -> None:
    if len(volume) != len(known) or not len(known) or not len(targets):
        raise PlanError(
            f"found {len(volume)} values, {len(known)} dates and {len(targets)} target dates",
            where="forecast",
            do="give as many dates as values, and one target at least",
        )
    unique, count = np.unique(known, return_counts=True)
    if (count > 1).any():
        raise PlanError(
            f"the date {_shown(unique[count > 1][0])} is there {count.max()} times",
            where="dates",
            do="keep one row each",
        )
    early = targets[targets <= known.max()]
    if len(early):
        raise PlanError(
            f"{_shown(early[0])} is not after the history, which ends {_shown(known.max())}",
            where="target dates",
            do="ask for later dates",
        )


def _check_season(season: int | None) -> None:
    if season is not None and season > LONGEST_SEASON:
        raise PlanError(
            f"season is {season:,} periods, expected at most {LONGEST_SEASON:,}",
            do="type the periods of one cycle, such as 52",
        )


def _check_reach(ahead: int) -> None:
    """Refuse forecasts of no period, or of so many that no forecast is meant."""
    if not 1 <= ahead <= FARTHEST:
        raise PlanError(
            f"found {ahead:,} periods ahead, expected 1 to {FARTHEST:,}",
            where="target dates",
            do="ask for earlier dates",
        )


def _at_periods(
    volume: FloatArray,
    known: Dates,
    targets: Dates,
    grain: Grain,
    *,
    method: str,
    season: int | None,
    levels: tuple[float, ...],
) -> Outlook:
    """Days, weeks, months."""
    origin = known[0]
    index = grain.index(known, origin)
    span = int(index[-1]) + 1
    ahead = grain.index(targets, origin) - span
    if ahead.min() < 0:
        raise PlanError("a target lies in the last period of the history", where="target dates")
    _check_reach(int(ahead.max()) + 1)
    grid = np.full(span, np.nan)
    grid[index] = volume
    member = method if method in MEMBERS else AUTO
    spec = ForecastSpec(season or grain.season, int(ahead.max()) + 1, member, levels=levels)
    return _taken(forecast_grid(grid, origin, grain, spec, method=method, weekly=season is None), ahead)


def _taken(outlook: Outlook, places: IntArray, seen: BoolArray | None = None) -> Outlook:
    """The outlook at some places of it; zero where `seen` is false."""

    def at(values: FloatArray) -> FloatArray:
        return values[places] if seen is None else np.where(seen, values[places], 0.0)

    bounds = {level: (at(low), at(high)) for level, (low, high) in outlook.bounds.items()}
    return replace(outlook, mean=at(outlook.mean), bounds=bounds)


def forecast_grid(
    grid: FloatArray, origin: np.datetime64, grain: Grain, spec: ForecastSpec, *, method: str, weekly: bool
) -> Outlook:
    """One series of days, weeks or months, one value per period from `origin` on.

    Days with a cycle of a week are forecast by both models; the better back-test is taken.
    """
    if grain.name != "day" or not weekly or method in MEMBERS:
        return of_series(forecast_series([grid], spec), 0)
    by_days = forecast_day_grid(grid, origin, spec, method=method)
    if method != AUTO:
        return of_days(by_days)
    return better_day_outlook(forecast_series([grid], spec), 0, by_days)


def _at_intervals(
    volume: FloatArray,
    known: Dates,
    targets: Dates,
    grain: Grain,
    *,
    method: str,
    season: int | None,
    levels: tuple[float, ...],
) -> Outlook:
    """Intervals of the days after the last day of history; never observed ones are zero."""
    if season is not None:
        raise PlanError("intervals have their season from the calendar", where="season", do="leave season blank")
    last_day = known[-1].astype("datetime64[D]")
    if (targets.astype("datetime64[D]") <= last_day).any():
        raise PlanError(
            f"a target lies on {last_day}, the last day of the history",
            where="target dates",
            do="ask for later days",
        )
    days = int((targets.max().astype("datetime64[D]") - last_day).astype(int))
    _check_reach(days)
    grain.index(targets, known[0])
    made = forecast_intervals(volume, known, grain, days=days, last_day=last_day, method=method, levels=levels)
    place = np.searchsorted(made.dates, targets).clip(max=len(made.dates) - 1)
    return _taken(made.outlook, place, made.dates[place] == targets)
