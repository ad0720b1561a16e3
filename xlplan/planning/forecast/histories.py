"""History of one workstream as an array: days x intervals, or weeks, or months, up to a given day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlplan.errors import PlanError
from xlplan.planning.calendar import iso_weekday, open_mask
from xlplan.planning.workstreams import Workstream
from xlplan.tables.plan import Plan

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DayGrid:
    """Volumes by day and interval of the local clock; NaN where there is no row.

    ``days`` are consecutive from the first observed day; ``volume`` has shape (D, P).
    """

    days: NDArray[np.datetime64]
    volume: Floats
    interval_min: int


@dataclass(frozen=True)
class Series:
    """Volumes by week or month, consecutive; NaN where there is no row."""

    grain: Literal["week", "month"]
    starts: NDArray[np.datetime64]
    volume: Floats


def history(plan: Plan, stream: Workstream, *, before: np.datetime64) -> DayGrid | Series:
    """History of a workstream: weeks or months where the plan holds them, else its intervals.

    Weeks reach back years where intervals reach back weeks; a workstream that has both takes its level and season from
    the weeks and its shape from the intervals (see :func:`week_shape`).

    Parameters
    ----------
    plan : Plan
        For tblInterval and tblActual.
    stream : Workstream
    before : datetime64
        Days from it on are left out, and the array ends the day (week, month) before it: history that ends earlier is
        filled up with NaN, so that the forecast's first step is always PlanStart.

    Raises
    ------
    PlanError
        No rows before the day, or intervals that do not fit the queue's interval.
    """
    rows = _before(plan["tblActual"], stream, before)
    if not rows.empty:
        return _series(rows, before)
    rows = _before(plan["tblInterval"], stream, before)
    if rows.empty:
        raise PlanError(f"{stream.label} has no history before {before}", where="tblInterval, tblActual")
    return day_grid(rows, stream, last=before - np.timedelta64(1, "D"))


def known_volumes(plan: Plan) -> pd.DataFrame:
    """Every volume that the plan knows, once: queue, language, start, volume.

    A workstream with weeks or months has its intervals in them.
    """
    key = ["queue", "language"]
    weeks, intervals = plan["tblActual"], plan["tblInterval"]
    summed = pd.MultiIndex.from_frame(weeks[key].drop_duplicates())
    alone = ~pd.MultiIndex.from_frame(intervals[key]).isin(summed)
    rows = pd.concat([weeks[[*key, "start", "volume"]], intervals.loc[alone, [*key, "start", "volume"]]])
    return rows.loc[rows["volume"].notna()].reset_index(drop=True)


def week_shape(plan: Plan, stream: Workstream, *, before: np.datetime64) -> Floats | None:
    """Mean volume by weekday and interval, shape (7, P), from the intervals before a day; None without them.

    A weekday's mean is over the days that have rows; closed dates do not count.
    """
    rows = _before(plan["tblInterval"], stream, before)
    if rows.empty or int(rows["interval_min"].iloc[0]) == 1440:
        return None
    grid = day_grid(rows, stream, last=before - np.timedelta64(1, "D"))
    worked = np.asarray(~np.isnan(grid.volume).all(axis=1)) & ~np.isin(grid.days, stream.closed_dates)
    weekday = iso_weekday(grid.days)
    shape = np.zeros((7, grid.volume.shape[1]))
    for day in range(7):
        days = grid.volume[worked & (weekday == day + 1)]
        if len(days):
            shape[day] = np.nan_to_num(days).mean(axis=0)
    return shape if shape.sum() > 0 else None


def day_grid(rows: pd.DataFrame, stream: Workstream, *, last: np.datetime64) -> DayGrid:
    """Rows of tblInterval as a grid of the queue's interval, through ``last``.

    Shorter intervals are summed to the queue's; a label that a clock change repeats holds both of its hours. Work of
    live queues outside opening hours has nobody to meet it and is left out; the check ``outside_hours`` counts it.
    """
    source = int(rows["interval_min"].iloc[0])
    target = max(stream.interval_min, source) if source == 1440 else stream.interval_min
    if target % source:
        raise PlanError(
            f"history of {stream.label} is by {source} minutes, its queue is staffed by {target}",
            where="tblQueue.interval_min",
            do=f"type {source} or a multiple of it",
        )
    stamps = rows["start"].to_numpy(dtype="datetime64[m]")
    days = stamps.astype("datetime64[D]")
    slot = ((stamps - days).astype(int)) // target
    span = np.arange(days.min(), max(last, days.max()) + np.timedelta64(1, "D"))
    width = 1440 // target
    flat = (days - span[0]).astype(int) * width + slot
    volume = np.bincount(flat, weights=rows["volume"].to_numpy(dtype=float), minlength=len(span) * width)
    seen = np.bincount(flat, minlength=len(span) * width) > 0
    grid = np.where(seen, volume, np.nan).reshape(len(span), width)
    worked = np.asarray(seen.reshape(len(span), width).any(axis=1))
    # Exports either write a 0 for a quiet interval or leave it out. Where no 0 is ever written, none was missing.
    if not (rows["volume"] == 0).any():
        grid[worked] = np.nan_to_num(grid[worked])
    if stream.work_type == "live" and target < 1440:
        grid[(open_mask(stream.open_hours, span, interval_min=target) == 0) & worked[:, None]] = 0.0
    return DayGrid(span, grid, target)


def _before(table: pd.DataFrame, stream: Workstream, before: np.datetime64) -> pd.DataFrame:
    rows = _own(table, stream)
    return rows.loc[rows["start"].to_numpy(dtype="datetime64[D]") < before]


def _own(table: pd.DataFrame, stream: Workstream) -> pd.DataFrame:
    own = table["queue"].eq(stream.queue) & table["language"].eq(stream.language) & table["volume"].notna()
    return table.loc[own].sort_values("start", kind="stable")


def _series(rows: pd.DataFrame, before: np.datetime64) -> Series:
    grain: Literal["week", "month"] = "week" if rows["grain"].iloc[0] == "week" else "month"
    starts = rows["start"].to_numpy(dtype="datetime64[D]")
    if grain == "week":
        step = (before - starts.min()).astype(int) // 7
        grid = starts.min() + 7 * np.arange(max(step, 1))
        place = (starts - starts.min()).astype(int) // 7
    else:
        months = starts.astype("datetime64[M]")
        grid = np.arange(months.min(), max(before.astype("datetime64[M]"), months.min() + 1)).astype("datetime64[D]")
        place = (months - months.min()).astype(int)
    volume = np.full(max(len(grid), place.max() + 1), np.nan)
    volume[place] = rows["volume"].to_numpy(dtype=float)
    return Series(grain, grid, volume[: len(grid)])
