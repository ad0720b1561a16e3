"""History of one workstream as an array: days x intervals, or weeks, or months, up to a given day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlplan.errors import PlanError
from xlplan.planning.calendar import open_mask
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
    """History of a workstream, the finest grain that the plan holds.

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
    rows = _own(plan["tblInterval"], stream)
    rows = rows.loc[rows["start"].to_numpy(dtype="datetime64[D]") < before]
    if not rows.empty:
        return day_grid(rows, stream, last=before - np.timedelta64(1, "D"))
    rows = _own(plan["tblActual"], stream)
    rows = rows.loc[rows["start"].to_numpy(dtype="datetime64[D]") < before]
    if rows.empty:
        raise PlanError(f"{stream.label} has no history before {before}", where="tblInterval, tblActual")
    return _series(rows, before)


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
        stop = before.astype("datetime64[M]")
        grid = np.arange(months.min(), max(stop, months.max() + 1)).astype("datetime64[D]")
        place = (months - months.min()).astype(int)
    volume = np.full(max(len(grid), place.max() + 1), np.nan)
    volume[place] = rows["volume"].to_numpy(dtype=float)
    return Series(grain, grid[: len(volume)], volume[: len(grid)])
