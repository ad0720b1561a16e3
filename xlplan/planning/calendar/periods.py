"""Planning periods: ISO weeks near, calendar months far, and the stub part-month where the two meet.

Grain says how many of each: ``78w`` is 78 ISO weeks, ``18m`` 18 calendar months, ``13w+15m`` 13 ISO weeks, then the
rest of the month in which they end (the stub, named ``2026-04s``; left out when the weeks end on a month's last day),
then 15 full months. The stub is not counted among the 15, so the plan always covers 13 weeks and 15 months after
them: 18 months from its start and at most one more (a single day less where there is no stub because the plan begins
on the 2nd and three months of 92 days follow).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlplan.errors import PlanError
from xlplan.planning.calendar.days import (
    DAY,
    MONTH,
    ONE_DAY,
    STAMP,
    WEEKDAYS,
    Days,
    as_day,
    month_after,
    months_of,
)
from xlplan.planning.calendar.fiscal import FiscalRule, fiscal_months
from xlplan.planning.calendar.shares import month_fraction
from xlplan.planning.calendar.weeks import iso_week_ids, iso_weekday, monday_of

LONGEST_WEEKS = 520
LONGEST_MONTHS = 120
_GRAIN = re.compile(r"(?:(\d+)w)?(\+)?(?:(\d+)m)?")


@dataclass(frozen=True)
class Pattern:
    """Counts of weekly and of full monthly periods."""

    weeks: int
    months: int


def parse_pattern(grain: str) -> Pattern:
    """Read a grain text.

    Raises
    ------
    PlanError
        The text is none of ``Nw``, ``Nm``, ``Nw+Mm``, or a count is 0 or beyond ten years.

    Examples
    --------
    >>> parse_pattern("13w+15m")
    Pattern(weeks=13, months=15)
    """
    match = _GRAIN.fullmatch(str(grain).replace(" ", "").lower())
    weeks, plus, months = match.groups() if match else (None, None, None)
    if (weeks is None and months is None) or (plus is not None) != (weeks is not None and months is not None):
        raise PlanError(
            f"found {grain!r}, expected a number of weeks, of months, or both",
            where="Grain",
            do="type 13w+15m, 18m or 78w",
        )
    found = Pattern(int(weeks or 0), int(months or 0))
    empty = (weeks is not None and found.weeks == 0) or (months is not None and found.months == 0)
    if empty or found.weeks > LONGEST_WEEKS or found.months > LONGEST_MONTHS:
        raise PlanError(
            f"found {grain!r}, expected 1 to {LONGEST_WEEKS} weeks and 1 to {LONGEST_MONTHS} months",
            where="Grain",
            do="type 13w+15m, 18m or 78w",
        )
    return found


def build_periods(
    start: date,
    grain: str,
    *,
    fiscal_pattern: str = "calendar",
    fiscal_year_start: int = 1,
    fiscal_anchor: str = "nearest",
    fiscal_week_start: int = 1,
) -> pd.DataFrame:
    """Build tblPeriod from the plan's first day and grain.

    Parameters
    ----------
    start : date
        A Monday where the grain has weeks, else the first of a month.
    grain : str
        ``Nw``, ``Nm`` or ``Nw+Mm``; see the head of this module for the stub.
    fiscal_pattern, fiscal_year_start, fiscal_anchor, fiscal_week_start
        As in :class:`~xlplan.planning.calendar.fiscal.FiscalRule` (pattern, first_month, anchor, week_start).

    Returns
    -------
    DataFrame
        Columns of tblPeriod; start and end (inclusive) and fiscal_month are ``datetime64[us]``. working_days counts
        Monday to Friday. iso_week is blank for months and the stub. fiscal_month of a week is that of its last day;
        of a month or stub the one that holds most of its days (the later one on a tie), because the last day of a
        calendar month mostly lies in the next fiscal month of a 4-4-5 year.

    Raises
    ------
    PlanError
        Grain not understood, or start on the wrong day (with the nearest right dates to type).

    Examples
    --------
    >>> periods = build_periods(date(2026, 1, 5), "13w+15m")
    >>> periods["period"].tolist()[11:16], len(periods)
    (['2026-W13', '2026-W14', '2026-04s', '2026-05', '2026-06'], 29)
    """
    pattern = parse_pattern(grain)
    rule = FiscalRule(fiscal_pattern, fiscal_year_start, fiscal_anchor, fiscal_week_start)
    first = as_day(start, where="PlanStart")
    _check_start(first, pattern, grain)

    weeks = first + np.arange(pattern.weeks + 1) * np.timedelta64(7, "D")
    turn = weeks[-1:]  # the day after the last week
    stub = bool(pattern.weeks and pattern.months and turn[0] != months_of(turn)[0])
    month_1 = month_after(turn) if stub else turn
    full = (month_1.astype(MONTH) + np.arange(pattern.months + 1)).astype(DAY)
    bounds = np.concatenate([weeks[:-1], turn if stub else turn[:0], full if pattern.months else turn])
    begins, stops = bounds[:-1], bounds[1:]

    weekly = np.arange(len(begins)) < pattern.weeks
    week_id = iso_week_ids(begins)
    month_id = np.char.add(begins.astype(MONTH).astype(str), np.where(begins == months_of(begins), "", "s"))
    return pd.DataFrame(
        {
            "period": pd.Series([w if k else str(m) for w, m, k in zip(week_id, month_id, weekly, strict=True)]),
            "seq": np.arange(1, len(begins) + 1),
            "grain": pd.Series(["week" if k else "month" for k in weekly]),
            "start": begins.astype(STAMP),
            "end": (stops - ONE_DAY).astype(STAMP),
            "days": (stops - begins).astype(np.int64),
            "working_days": np.busday_count(begins, stops),
            "month_fraction": month_fraction(begins, stops),
            "fiscal_month": _fiscal_month(begins, stops, weekly, rule).astype(STAMP),
            "iso_week": pd.Series([w if k else None for w, k in zip(week_id, weekly, strict=True)], dtype="str"),
        }
    )


def _check_start(first: np.datetime64, pattern: Pattern, grain: str) -> None:
    day = np.array([first])
    if pattern.weeks:
        right, need, step = monday_of(day)[0], "a Monday", np.timedelta64(7, "D")
        after = right + step
    else:
        right, need, after = months_of(day)[0], "the first of a month", month_after(day)[0]
    if first == right:
        return
    nearest = sorted([right, after], key=lambda other: abs(int((other - first).astype(np.int64))))
    raise PlanError(
        f"found {first}, a {WEEKDAYS[int(iso_weekday(day)[0]) - 1]}, expected {need} for the grain {grain}",
        where="PlanStart",
        do=f"type {nearest[0]} or {nearest[1]}",
    )


def _fiscal_month(begins: Days, stops: Days, weekly: NDArray[np.bool_], rule: FiscalRule) -> Days:
    months = fiscal_months(stops - ONE_DAY, rule)
    for row in np.flatnonzero(~weekly):
        label, count = np.unique(fiscal_months(np.arange(begins[row], stops[row]), rule), return_counts=True)
        months[row] = label[len(count) - 1 - int(np.argmax(count[::-1]))]
    return months
