"""Hours of one FTE per period: contract hours paid, days off, shrinkage, and what is left as productive hours.

Working days of a week: up to five ``days_week`` are spread evenly over Monday to Friday (4 counts each of them as 0.8,
because a team's free days are), the part above five falls on Saturday, the part above six on Sunday.

Everything is worked out per period x calendar month and then summed, so weeks that straddle a month end take each day
at its own month's terms, and weeks and months of one horizon tie out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlplan.errors import PlanError
from xlplan.planning.calendar.days import (
    DAY,
    Days,
    Floats,
    Ints,
    as_days,
    month_after,
    months_of,
    need_columns,
    numbers,
    one_group,
    shown,
)
from xlplan.planning.calendar.spans import month_pieces, read_spans
from xlplan.planning.calendar.weeks import iso_weekday

_OVERRIDES = ("working_days", "holiday_days", "contract_hours_week", "hours_per_fte")
_SLACK = 1e-9  # sums of day shares differ in the last bits


def working_share(dates: Any, *, days_week: float) -> Floats:
    """Share of an FTE's working day that falls on each date, before holidays, shape (n,).

    Parameters
    ----------
    dates : array-like of dates, shape (n,)
    days_week : float
        Working days of one FTE in a week, above 0 up to 7.

    Examples
    --------
    >>> week = np.arange("2026-01-05", "2026-01-12", dtype="datetime64[D]")
    >>> working_share(week, days_week=5.5).tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.0]
    """
    _positive(days_week, "days_week", 7.0)
    weekdays = min(days_week, 5.0) / 5.0
    shares = np.array([weekdays] * 5 + [np.clip(days_week - 5.0, 0.0, 1.0), max(days_week - 6.0, 0.0)])
    by_date: Floats = shares[iso_weekday(as_days(dates, where="dates")) - 1]
    return by_date


def productive_hours(
    periods: pd.DataFrame,
    *,
    contract_hours_week: float,
    days_week: float,
    shrinkage_by_month: float | pd.Series[float],
    holidays: pd.DataFrame | None = None,
    overrides: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Paid and productive hours of one FTE of one site: tblFteHours without its site column.

    ``paid_hours = contract_hours_week / days_week x working_days``, days off being paid;
    ``productive_hours = (paid - holiday hours) x (1 - shrinkage)``, with shrinkage applied here and nowhere else.

    Parameters
    ----------
    periods : DataFrame
        tblPeriod (period, start, end).
    contract_hours_week : float
        Paid hours of one FTE in a week, above 0 up to 168.
    days_week : float
        Working days of one FTE in a week; see the head of this module for fractions.
    shrinkage_by_month : float or Series
        Combined rate, 0 up to below 1: one for all months, or a Series by first of month that has every month of the
        horizon.
    holidays : DataFrame, optional
        date, staff_off (0-1) of one calendar of tblHoliday. A holiday counts as the working share of its date, so one
        on a free day costs nothing.
    overrides : DataFrame, optional
        Rows of one site of tblSiteCalendar by month: working_days, holiday_days, contract_hours_week, hours_per_fte;
        blank (NaN) or absent means computed. Monthly figures are spread over the month's working days as computed, so
        that a week that straddles two months gets each month's part. A stated ``working_days`` that leaves fewer
        days than there are dated holidays in a period caps those; ``hours_per_fte`` is taken outright.

    Returns
    -------
    DataFrame
        period, working_days, holiday_days, paid_hours, shrinkage, productive_hours, hours_overridden. Shrinkage is the
        mean of the months' rates by the hours that they apply to, by days where there are none; it is shown, not
        applied, where hours_overridden is True (any part of the period has hours_per_fte).

    Raises
    ------
    PlanError
        A rate, day count or number of hours out of range, a month without shrinkage, a repeated holiday or month,
        more days off than working days, or more productive than paid hours.

    Examples
    --------
    >>> from datetime import date
    >>> from xlplan.planning.calendar.periods import build_periods
    >>> may = pd.DataFrame({"date": [date(2026, 5, 1)], "staff_off": [1.0]})
    >>> hours = productive_hours(
    ...     build_periods(date(2026, 5, 1), "1m"),
    ...     contract_hours_week=40, days_week=5, shrinkage_by_month=0.3, holidays=may,
    ... )
    >>> hours[["working_days", "holiday_days", "paid_hours", "productive_hours"]].iloc[0].tolist()
    [21.0, 1.0, 168.0, 112.0]
    """
    _positive(contract_hours_week, "contract_hours_week", 168.0)
    spans = read_spans(periods)
    row, month, days = month_pieces(spans.start, spans.stop)
    months, at = np.unique(month, return_inverse=True)
    shrinkage = _shrinkage(shrinkage_by_month, months)[at]
    stated = {name: values[at] for name, values in _stated(overrides, months).items()}

    # Whole months, not only the days of the horizon: a stated month is spread over all of its working days.
    dates = np.arange(months[0], month_after(months[-1:])[0], dtype=DAY)
    share = working_share(dates, days_week=days_week)
    off = share * _staff_off(holidays, dates)
    piece_of = _piece_index(row, spans.start[row], month, days, dates)
    inside = piece_of >= 0
    computed = _sums(piece_of[inside], share[inside], len(row))
    dated_off = _sums(piece_of[inside], off[inside], len(row))
    month_days = _sums(np.searchsorted(months, months_of(dates)), share, len(months))[at]
    part = computed / month_days

    working = _or(stated["working_days"] * part, computed)
    holiday = _or(stated["holiday_days"] * part, np.minimum(dated_off, working))
    _check(holiday > working + _SLACK, month, "more holiday_days than working_days", "lower holiday_days")
    hours_day = _or(stated["contract_hours_week"], np.full(len(row), float(contract_hours_week))) / days_week
    paid = hours_day * working
    available = np.maximum(hours_day * (working - holiday), 0.0)
    outright = stated["hours_per_fte"] * part
    productive = _or(outright, available * (1.0 - shrinkage))
    _check(
        productive > paid * (1 + _SLACK) + _SLACK, month, "more hours_per_fte than paid hours", "lower hours_per_fte"
    )

    def total(values: Floats) -> Floats:
        return _sums(row, values, len(spans))

    # A stub of weekend days has no hours to weigh by; its days do as well.
    weight = np.where(total(available)[row] > 0, available, days.astype(np.float64))
    return pd.DataFrame(
        {
            "period": spans.period,
            "working_days": total(working),
            "holiday_days": total(holiday),
            "paid_hours": total(paid),
            "shrinkage": total(weight * shrinkage) / total(weight),
            "productive_hours": total(productive),
            "hours_overridden": total((~np.isnan(outright)).astype(np.float64)) > 0,
        }
    )


def _or(stated: Floats, computed: Floats) -> Floats:
    """What is stated, else what is computed."""
    return np.where(np.isnan(stated), computed, stated)


def _sums(group: NDArray[np.integer[Any]], values: Floats, groups: int) -> Floats:
    return np.bincount(group, weights=values, minlength=groups).astype(np.float64)


def _positive(value: float, where: str, high: float) -> None:
    if not 0 < value <= high:
        raise PlanError(f"found {value}, expected a number above 0 up to {high:g}", where=where)


def _check(bad: NDArray[np.bool_], month: Days, what: str, do: str) -> None:
    if bad.any():
        months = shown(np.unique(month[bad]).astype("datetime64[M]"))
        raise PlanError(f"found {what} in {months}", where="tblSiteCalendar", do=do)


def _piece_index(row: Ints, start: Days, month: Days, days: Ints, dates: Days) -> Ints:
    """Position of the period x month piece that holds each date; -1 outside the horizon."""
    first = np.maximum(start, month)
    index = np.searchsorted(first, dates, side="right") - 1
    beyond = (index < 0) | (dates >= first[-1] + days[-1].astype("timedelta64[D]"))
    return np.where(beyond, -1, index).astype(np.int64)


def _shrinkage(rates: float | pd.Series[float], months: Days) -> Floats:
    where = "shrinkage_by_month"
    if not isinstance(rates, pd.Series):
        rates = pd.Series(float(rates), index=months)
    values = numbers(rates, where=where, high=np.nextafter(1.0, 0.0))
    index = as_days(rates.index, where=where)
    if (index != months_of(index)).any() or len(np.unique(index)) < len(index):
        raise PlanError("found months that repeat or are no first of month", where=where, do="give each month once")
    missing = ~np.isin(months, index)
    if missing.any():
        raise PlanError(
            f"found no rate for {shown(months[missing].astype('datetime64[M]'))}",
            where=where,
            do="give every month of the horizon a rate",
        )
    order = np.argsort(index)
    return values[order[np.searchsorted(index, months, sorter=order)]]


def _staff_off(holidays: pd.DataFrame | None, dates: Days) -> Floats:
    where = "tblHoliday"
    share = np.zeros(len(dates))
    if holidays is None or holidays.empty:
        return share
    need_columns(holidays, ["date", "staff_off"], where=where)
    one_group(holidays, "holiday_calendar", where=where)
    days = as_days(holidays["date"], where=f"{where}.date")
    off = numbers(holidays["staff_off"], where=f"{where}.staff_off", high=1.0)
    if len(np.unique(days)) < len(days):
        days_once, count = np.unique(days, return_counts=True)
        raise PlanError(
            f"found {shown(days_once[count > 1])} more than once", where=where, do="join the rows of a date"
        )
    inside = (days >= dates[0]) & (days <= dates[-1])
    share[(days[inside] - dates[0]).astype(np.int64)] = off[inside]
    return share


def _stated(overrides: pd.DataFrame | None, months: Days) -> dict[str, Floats]:
    """Stated figures per month of the horizon, NaN where none."""
    where = "tblSiteCalendar"
    stated = {name: np.full(len(months), np.nan) for name in _OVERRIDES}
    if overrides is None or overrides.empty:
        return stated
    need_columns(overrides, ["month"], where=where)
    one_group(overrides, "site", where=where)
    month = as_days(overrides["month"], where=f"{where}.month")
    if (month != months_of(month)).any() or len(np.unique(month)) < len(month):
        raise PlanError("found months that repeat or are no first of month", where=where, do="give each month one row")
    inside = np.isin(month, months)
    highs = {"working_days": 31.0, "holiday_days": 31.0, "contract_hours_week": 168.0, "hours_per_fte": 744.0}
    for name in _OVERRIDES:
        if name in overrides.columns:
            values = numbers(overrides[name], where=f"{where}.{name}", high=highs[name], blank=True)
            stated[name][np.searchsorted(months, month[inside])] = values[inside]
    return stated
