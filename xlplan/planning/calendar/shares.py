"""Shares of periods: to calendar months for billing, to fiscal months for the budget, as a fraction of a month."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlplan.planning.calendar.days import STAMP, Days, Floats, Ints, month_lengths
from xlplan.planning.calendar.fiscal import CALENDAR, FiscalRule, fiscal_months
from xlplan.planning.calendar.spans import month_pieces, read_spans


def month_fraction(start: Days, stop: Days) -> Floats:
    """Sum of the day shares of calendar months that each span covers; a full month is exactly 1.

    Parameters
    ----------
    start, stop : ndarray of datetime64[D], shape (n,)
        First day, and the day after the last one.

    Examples
    --------
    >>> week = np.array(["2026-01-26"], "datetime64[D]")  # six days of January, one of February
    >>> float(month_fraction(week, week + 7)[0]) == 6 / 31 + 1 / 28
    True
    """
    row, month, days = month_pieces(start, stop)
    total = np.bincount(row, weights=days / month_lengths(month), minlength=len(start))
    return total.astype(np.float64)


def bill_weights(periods: pd.DataFrame) -> pd.DataFrame:
    """Split every period over the calendar months that its days bill to: tblPeriodBill.

    Parameters
    ----------
    periods : DataFrame
        tblPeriod (period, start, end).

    Returns
    -------
    DataFrame
        period, bill_month (first of month), days, weight (share of the period's days; exactly 1 in sum per period).

    Examples
    --------
    >>> from datetime import date
    >>> from xlplan.planning.calendar.periods import build_periods
    >>> bill_weights(build_periods(date(2026, 1, 26), "2w"))[["period", "bill_month", "days"]]
         period bill_month  days
    0  2026-W05 2026-01-01     6
    1  2026-W05 2026-02-01     1
    2  2026-W06 2026-02-01     7
    """
    spans = read_spans(periods)
    row, month, days = month_pieces(spans.start, spans.stop)
    return pd.DataFrame(
        {
            "period": spans.period[row],
            "bill_month": month.astype(STAMP),
            "days": days,
            "weight": _weights(row, days),
        }
    )


def fiscal_weights(periods: pd.DataFrame, rule: FiscalRule = CALENDAR) -> pd.DataFrame:
    """Split every period over the fiscal months that its days lie in.

    ``tblPeriod.fiscal_month`` names one fiscal month per period; these weights tie out to the day.

    Returns
    -------
    DataFrame
        period, fiscal_month, days, weight (exactly 1 in sum per period).
    """
    spans = read_spans(periods)
    label = fiscal_months(spans.days, rule)
    index = spans.index
    first = np.append(True, (index[1:] != index[:-1]) | (label[1:] != label[:-1]))
    at = np.flatnonzero(first)
    days = np.diff(np.append(at, len(index)))
    return pd.DataFrame(
        {
            "period": spans.period[index[at]],
            "fiscal_month": label[at].astype(STAMP),
            "days": days,
            "weight": _weights(index[at], days),
        }
    )


def _weights(row: Ints, days: Ints) -> Floats:
    """Day shares per row; the last part of each row is what is left, so that the sum is 1 to the last bit."""
    # On a grid of 2^-52 no sum of shares is rounded, in whatever order a later step adds them.
    weight = np.rint(days / np.bincount(row, weights=days)[row] * 2.0**52) / 2.0**52
    ends = np.flatnonzero(np.append(row[1:] != row[:-1], True))
    starts = np.append(0, ends[:-1] + 1)
    for start, end in zip(starts, ends, strict=True):
        weight[end] = 1.0 - weight[start:end].sum()
    return weight
