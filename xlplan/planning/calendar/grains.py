"""What a column of start stamps is: intervals of so many minutes, days, weeks or months."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlplan.errors import PlanError
from xlplan.planning.calendar.days import DAY, ONE_DAY, WEEKDAYS, Stamps, as_stamps, months_of, shown
from xlplan.planning.calendar.grid import DAY_MIN
from xlplan.planning.calendar.weeks import iso_weekday

_MINUTE = np.timedelta64(1, "m")
_ONE_WEEK = np.timedelta64(7, "D")
_FINEST_MIN = 5


@dataclass(frozen=True)
class Grain:
    """Length of the steps of a series.

    Parameters
    ----------
    kind : {"interval", "day", "week", "month"}
    minutes : int, optional
        Length of an interval.
    week_start : int, optional
        ISO weekday on which the weeks begin.
    """

    kind: Literal["interval", "day", "week", "month"]
    minutes: int | None = None
    week_start: int | None = None


def infer_grain(starts: Any) -> Grain:
    """Infer the grain of start stamps from the most common step between them.

    Stamps may repeat (a long table of several queues) and come in any order; gaps of whole steps are allowed, because
    a missing row is another matter than an irregular one. Intervals count from local midnight.

    Parameters
    ----------
    starts : array-like of date-times, shape (n,)
        Local times of one zone, or dates.

    Returns
    -------
    Grain

    Raises
    ------
    PlanError
        Fewer than two stamps, a step that is none of the grains, or stamps off the grid, with their rows (1 = first).

    Examples
    --------
    >>> infer_grain(np.array(["2026-01-05T09:00", "2026-01-05T09:30", "2026-01-05T10:30"], "datetime64[us]"))
    Grain(kind='interval', minutes=30, week_start=None)
    >>> infer_grain(np.array(["2026-01-05", "2026-01-12", "2026-01-19"], "datetime64[D]"))
    Grain(kind='week', minutes=None, week_start=1)
    """
    stamps = as_stamps(starts, where="start")
    once = np.unique(stamps)
    if len(once) < 2:
        raise PlanError(f"found {len(once)} start, expected two or more", where="start", do="give more history")
    step = _usual_step(np.diff(once))
    if step < ONE_DAY:
        off = (stamps - stamps.astype(DAY)) % step != np.timedelta64(0, "us")
        minutes = int(step // _MINUTE)
        _need_regular(stamps, off, f"starts every {minutes} minutes from local midnight")
        return Grain("interval", minutes=minutes)
    days = stamps.astype(DAY)
    _need_regular(stamps, stamps != days, f"whole dates, the usual step being {step.astype('timedelta64[D]')}")
    if step == ONE_DAY:
        return Grain("day")
    if step == _ONE_WEEK:
        weekday = iso_weekday(days)
        usual = int(np.bincount(weekday).argmax())
        _need_regular(stamps, weekday != usual, f"weeks that start on a {WEEKDAYS[usual - 1]}")
        return Grain("week", week_start=usual)
    _need_regular(stamps, days != months_of(days), "months that start on the 1st")
    return Grain("month")


def _usual_step(between: NDArray[np.timedelta64]) -> np.timedelta64:
    """The most common step; where several are as common, one that is a grain, then the shortest."""
    steps, count = np.unique(between, return_counts=True)
    minutes = steps // _MINUTE
    grain = (minutes >= _FINEST_MIN) & (DAY_MIN % np.maximum(minutes, 1) == 0) & (minutes * _MINUTE == steps)
    grain |= np.isin(steps, [_ONE_WEEK, *(days * ONE_DAY for days in (28, 29, 30, 31))])
    first = np.lexsort((steps, ~grain, -count))[0]
    if not grain[first]:
        raise PlanError(
            f"found steps of mostly {pd.Timedelta(steps[first])}, expected minutes that divide a day ({_FINEST_MIN} or "
            "more), days, weeks or months",
            where="start",
            do="sum the rows to one of these",
        )
    return np.timedelta64(steps[first])


def _need_regular(stamps: Stamps, off: NDArray[np.bool_], expected: str) -> None:
    if off.any():
        rows = np.flatnonzero(off)
        found = shown(f"{str(stamps[row])[:16].replace('T', ' ')} (row {row + 1})" for row in rows)
        raise PlanError(f"found {found}, expected {expected}", where="start", do="correct or drop these rows")
