"""Forecast a long table of any grain: the frame in, the frame out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

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
from xlplan.planning.forecast.grain import Dates, Grain, infer_grain, parse_grain
from xlplan.planning.forecast.members import MEMBERS

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("unique_id", "ds", "y")
LEVELS = (0.8, 0.95)


def forecast(
    volumes: pd.DataFrame,
    horizon: int,
    *,
    freq: str | None = None,
    season: int | None = None,
    method: str = AUTO,
) -> pd.DataFrame:
    """Forecast every series of a long table.

    All series are forecast from the period after the last one of the table, so that a queue whose
    data end earlier has a gap, not an earlier forecast. Periods without a row, and rows whose y is
    blank, are gaps: they are kept out, and `gaps` lists them.

    Parameters
    ----------
    volumes : DataFrame
        unique_id, ds (local time without zone), y >= 0; one row per series and period.
    horizon : int
        Periods to forecast; days if the grain is an interval of a day.
    freq : str, optional
        Grain: '5min' to '60min', 'D', 'W', 'MS'; by default found from ds.
    season : int, optional
        Periods per cycle; by default 7 days, 52 weeks, 12 months. Not for intervals.
    method : str, optional
        'auto', or the name of one member.

    Returns
    -------
    DataFrame
        unique_id, ds, mean, low_80, high_80, low_95, high_95, method; series in order of their names.
        Intervals of the day at which a series was never observed are left out.

    Raises
    ------
    PlanError
        A column is missing, ds is irregular, repeated or zoned, y is negative or not a number, a
        series has no observation.

    Examples
    --------
    >>> import pandas as pd
    >>> weeks = pd.date_range("2025-01-06", periods=4, freq="7D")
    >>> table = pd.DataFrame({"unique_id": "chat", "ds": weeks, "y": [10.0, 20.0, 10.0, 20.0]})
    >>> forecast(table, 2, season=2)["mean"].tolist()
    [10.0, 20.0]
    """
    import pandas as pd

    series, grain = _series(volumes, freq)
    check_method(method, grain)
    if grain.minutes:
        if season is not None:
            raise PlanError("intervals have their season from the calendar", where="season", do="leave it out")
        made = _intervals(series, grain, horizon, method)
    else:
        made = _periods(series, grain, horizon, season, method)
    parts = [_rows(name, dates, outlook) for name, (dates, outlook) in made.items()]
    return pd.concat(parts, ignore_index=True)


def gaps(volumes: pd.DataFrame, *, freq: str | None = None) -> pd.DataFrame:
    """Periods that `forecast` takes as missing: absent or blank between the ends of a series.

    Parameters
    ----------
    volumes, freq
        As in `forecast`.

    Returns
    -------
    DataFrame
        unique_id, ds. A series begins with its first observation and ends with the table. Intervals
        of the day at which a series was never observed are not gaps.
    """
    import pandas as pd

    series, grain = _series(volumes, freq)
    origin, last = _ends(series)
    parts = []
    for name, (dates, values) in series.items():
        known = dates[~np.isnan(values)]
        count = int(grain.index(np.array([last]), origin)[0]) + 1
        grid = grain.dates(origin, 0, count)
        grid = grid[grid >= known.min()]
        if grain.minutes:
            time = grid - grid.astype("datetime64[D]")
            grid = grid[np.isin(time, known - known.astype("datetime64[D]"))]
        missing = np.setdiff1d(grid, known)
        parts.append(pd.DataFrame({"unique_id": [name] * len(missing), "ds": missing}))
    return pd.concat(parts, ignore_index=True)


Series = dict[str, tuple[Dates, np.typing.NDArray[np.float64]]]
Made = dict[str, tuple[Dates, Outlook]]


def _series(volumes: pd.DataFrame, freq: str | None) -> tuple[Series, Grain]:
    """Dates and values of each series, sorted, and the grain of the table."""
    import pandas as pd

    missing = [column for column in COLUMNS if column not in volumes.columns]
    if missing:
        raise PlanError(
            f"column {', '.join(missing)} is missing; found {', '.join(map(str, volumes.columns))}",
            where="volumes",
            do="name the columns unique_id, ds and y",
        )
    if volumes.empty:
        raise PlanError("the table has no rows", where="volumes")
    if not pd.api.types.is_datetime64_any_dtype(volumes["ds"]) or volumes["ds"].isna().any():
        raise PlanError(f"ds is {volumes['ds'].dtype} or has blanks, expected dates", where="volumes.ds")
    if getattr(volumes["ds"].dt, "tz", None) is not None:
        raise PlanError("ds carries a time zone", where="volumes.ds", do="use local time: ds.dt.tz_localize(None)")
    if volumes["unique_id"].isna().any():
        raise PlanError("unique_id has blanks", where="volumes.unique_id", do="name every series")
    if not pd.api.types.is_numeric_dtype(volumes["y"]):
        raise PlanError(f"y is {volumes['y'].dtype}, expected numbers", where="volumes.y")
    twice = volumes.duplicated(["unique_id", "ds"])
    if twice.any():
        row = volumes[twice].iloc[0]
        raise PlanError(
            f"{int(twice.sum())} rows are there twice, first {row['unique_id']} {row['ds']}",
            where="volumes",
            do="keep one row per series and period, or add them up",
        )
    table = volumes.sort_values(["unique_id", "ds"])
    grain = parse_grain(freq) if freq is not None else infer_grain(_dates(table["ds"]))
    return {
        str(name): (_dates(part["ds"]), part["y"].to_numpy(dtype=float, na_value=np.nan))
        for name, part in table.groupby("unique_id", sort=True)
    }, grain


def _dates(column: pd.Series) -> Dates:
    return np.asarray(column.to_numpy(dtype="datetime64[s]"))


def _ends(series: Series) -> tuple[np.datetime64, np.datetime64]:
    return (
        min(dates[0] for dates, _ in series.values()),
        max(dates[-1] for dates, _ in series.values()),
    )


def _periods(series: Series, grain: Grain, horizon: int, season: int | None, method: str) -> Made:
    """Days, weeks or months: one batch; days also by the weekday model."""
    origin, last = _ends(series)
    length = int(grain.index(np.array([last]), origin)[0]) + 1
    grids = []
    for dates, values in series.values():
        grid = np.full(length, np.nan)
        grid[grain.index(dates, origin)] = values
        grids.append(grid)
    names = list(series)
    spec = ForecastSpec(season or grain.season, horizon, method if method in MEMBERS else AUTO, levels=LEVELS)
    ahead = grain.dates(origin, length, horizon)
    by_series = forecast_series(grids, spec, names=names)
    outlooks = [of_series(by_series, row) for row in range(len(names))]
    if grain.name == "day" and season is None and method not in MEMBERS:
        for row, grid in enumerate(grids):
            by_days = forecast_day_grid(grid, origin, spec, method=method)
            outlooks[row] = better_day_outlook(by_series, row, by_days) if method == AUTO else of_days(by_days)
    return {name: (ahead, outlook) for name, outlook in zip(names, outlooks, strict=True)}


def _intervals(series: Series, grain: Grain, horizon: int, method: str) -> Made:
    """Intervals of the day: each series by itself."""
    _, last = _ends(series)
    made: Made = {}
    for name, (dates, values) in series.items():
        if np.isnan(values).all():
            raise PlanError("no observation in the history", where=f"series {name}")
        each = forecast_intervals(
            values, dates, grain, days=horizon, last_day=last.astype("datetime64[D]"), method=method
        )
        made[name] = (each.dates, each.outlook)
    return made


def _rows(name: str, dates: Dates, outlook: Outlook) -> pd.DataFrame:
    import pandas as pd

    columns: dict[str, object] = {"unique_id": [name] * len(dates), "ds": dates, "mean": outlook.mean}
    for level in LEVELS:
        columns[f"low_{level * 100:.0f}"], columns[f"high_{level * 100:.0f}"] = outlook.bounds[level]
    columns["method"] = outlook.method
    return pd.DataFrame(columns)
