"""Interval volumes to days, weeks, months, fiscal months or planning periods, all with the same total."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlplan.errors import PlanError
from xlplan.planning.calendar.days import DAY, STAMP, Days, as_stamps, months_of, numbers
from xlplan.planning.calendar.fiscal import CALENDAR, FiscalRule, fiscal_months
from xlplan.planning.calendar.spans import period_index, read_spans
from xlplan.planning.calendar.weeks import iso_week_ids, monday_of

GRAINS = ("day", "week", "month", "fiscal_month", "period")


def interval_to_period(
    starts: Any,
    volume: Any,
    *,
    to: str,
    fiscal: FiscalRule = CALENDAR,
    periods: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Sum volumes by the local date on which their interval starts.

    Parameters
    ----------
    starts : array-like of date-times, shape (n,)
        Local starts of intervals (or days), in any order; they may repeat.
    volume : array-like of float, shape (n,)
        Items, 0 or more, finite.
    to : {"day", "week", "month", "fiscal_month", "period"}
    fiscal : FiscalRule
        For ``fiscal_month``.
    periods : DataFrame, optional
        tblPeriod, for ``period``; every start must lie inside its horizon.

    Returns
    -------
    DataFrame
        label (2026-01-05, 2026-W02, 2026-01 or the period id), start (first day; of a fiscal month the first of the
        calendar month that names it), volume, rows (how many were summed; a day that misses intervals shows here).
        Only labels that have rows: nothing known is not a volume of zero.

    Raises
    ------
    PlanError
        Blank, negative or infinite volume, another number of starts, or dates outside the horizon.

    Examples
    --------
    >>> starts = np.array(["2026-01-31T23:30", "2026-02-01T00:00", "2026-02-02T09:00"], "datetime64[us]")
    >>> weeks = interval_to_period(starts, [10, 5, 20], to="week")
    >>> weeks[["label", "volume", "rows"]].to_numpy().tolist()
    [['2026-W05', 15.0, 2], ['2026-W06', 20.0, 1]]
    """
    stamps = as_stamps(starts, where="start")
    items = numbers(volume, where="volume")
    if len(items) != len(stamps):
        raise PlanError(f"found {len(items)} volumes for {len(stamps)} starts, expected one each", where="volume")
    days = stamps.astype(DAY)
    if to == "period":
        if periods is None:
            raise PlanError("found no periods to sum to", where="periods", do="give tblPeriod")
        spans = read_spans(periods)
        which, at = np.unique(period_index(days, periods), return_inverse=True)
        first, label = spans.start[which], spans.period[which]
    else:
        first, at = np.unique(_first_days(days, to, fiscal), return_inverse=True)
        label = _labels(first, to)
    return pd.DataFrame(
        {
            "label": pd.Series(label, dtype="str"),
            "start": first.astype(STAMP),
            "volume": np.bincount(at, weights=items, minlength=len(first)),
            "rows": np.bincount(at, minlength=len(first)),
        }
    )


def _first_days(days: Days, to: str, fiscal: FiscalRule) -> Days:
    if to == "day":
        return days
    if to == "week":
        return monday_of(days)
    if to == "month":
        return months_of(days)
    if to == "fiscal_month":
        return fiscal_months(days, fiscal)
    raise PlanError(f"found the grain {to!r}", where="to", do=f"give {', '.join(GRAINS)}")


def _labels(first: Days, to: str) -> NDArray[np.object_]:
    if to == "week":
        return iso_week_ids(first)
    return first.astype("datetime64[D]" if to == "day" else "datetime64[M]").astype(str).astype(object)
