"""Attrition by pool, tenure band and week, from dated rates per week, month or year.

Rates compound: a month's rate spread over the days of that month gives the month's rate again when the month is over.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd

from xlplan.planning.calendar.days import DAY, Days, Floats, month_lengths, months_of
from xlplan.planning.supply.weeks import Weeks
from xlplan.tables.plan import Plan
from xlplan.tables.schema import ANY

KEY = ["language", "site", "role", "tenure_band"]


def leave_rates(plan: Plan, found: pd.DataFrame, *, bands: list[str], weeks: Weeks) -> Floats:
    """Share of heads that leave in each week.

    Parameters
    ----------
    plan : Plan
        For tblAttrition. A row applies from its month until the next row of the same key; the row with most keys
        other than ANY wins, and while it has not begun the next specific one does. Nothing stated is no attrition
        (the check ``attrition`` names the pools).
    found : DataFrame, P rows
        language, site, role.
    bands : list of str, length B
        Tenure bands.
    weeks : Weeks

    Returns
    -------
    ndarray of float, shape (T, P, B + 1)
        The last column is for heads outside every band: the rates of band ANY.
    """
    months, days = weeks.days_by_month()
    log_stay = daily_log_stay(plan["tblAttrition"], found, bands=bands, months=months)
    rate: Floats = -np.expm1(np.tensordot(days, np.nan_to_num(log_stay, nan=0.0), axes=([1], [2])))
    return np.maximum(rate, 0.0)


def daily_log_stay(rows: pd.DataFrame, found: pd.DataFrame, *, bands: list[str], months: Days) -> Floats:
    """Logarithm of the daily chance to stay, shape (P, B + 1, M); NaN where nothing is stated."""
    stated = _stated(rows, months)
    result = np.full((len(found), len(bands) + 1, len(months)), np.nan)
    for pool, (language, site, role) in enumerate(found[["language", "site", "role"]].itertuples(index=False)):
        for place, band in enumerate([*bands, ANY]):
            for key in _by_specificity(language, site, role, band):
                if key in stated:
                    line = result[pool, place]
                    result[pool, place] = np.where(np.isnan(line), stated[key], line)
    return result


def _stated(rows: pd.DataFrame, months: Days) -> dict[tuple[str, ...], Floats]:
    """Log of the daily chance to stay by key, shape (M,); NaN before the key's first row."""
    year = months.astype("datetime64[Y]")
    spans = {
        "week": np.full(len(months), 7.0),
        "month": month_lengths(months).astype(np.float64),
        "year": ((year + 1).astype(DAY) - year.astype(DAY)).astype(np.float64),
    }
    found = {}
    for key, own in rows.loc[rows["rate"].notna()].sort_values("month").groupby(KEY, sort=False):
        place = np.searchsorted(months_of(own["month"].to_numpy(dtype=DAY)), months, side="right") - 1
        log_stay = np.log1p(-own["rate"].to_numpy(dtype=float))
        length = np.stack([spans[unit] for unit in own["per"]])
        at = np.maximum(place, 0)
        found[key] = np.where(place >= 0, log_stay[at] / length[at, np.arange(len(months))], np.nan)
    return found


def _by_specificity(language: str, site: str, role: str, band: str) -> list[tuple[str, ...]]:
    """Keys that apply to a pool and band, most keys other than ANY first, then by language, role, band."""
    options = product(*(dict.fromkeys((own, ANY)) for own in (language, role, band)))
    ordered = sorted(options, key=lambda names: sum(name == ANY for name in names))
    return [(first, site, second, third) for first, second, third in ordered]
