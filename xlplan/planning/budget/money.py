"""Exchange rates and pay: amounts of one currency, dated."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlplan.errors import PlanError
from xlplan.planning.workstreams import most_specific
from xlplan.tables.plan import Plan


def fx_rate(plan: Plan, currency: str, month: pd.Timestamp) -> float:
    """Plan currency per 1 unit of ``currency`` in a month, from tblFx and the plan's RateType.

    A rate applies from its month on, until a later row.

    Raises
    ------
    PlanError
        No rate on or before the month.
    """
    home = plan.name("PlanCurrency")
    if currency == home:
        return 1.0
    rate_type = plan.name("RateType")
    rows = plan["tblFx"].loc[lambda f: f["currency"].eq(currency) & f["rate_type"].eq(rate_type)]
    due = rows.loc[rows["month"].le(month)].sort_values("month")
    if due.empty:
        raise PlanError(
            f"no {rate_type} rate of {currency} for {month:%Y-%m}",
            where="tblFx",
            do=f"add a row: {currency}, {rate_type}, {month:%Y-%m-01}, {home} per 1 {currency}",
        )
    return float(due["rate"].iloc[-1])


def pay_rates(plan: Plan, *, site: str, language: str, role: str, months: pd.DatetimeIndex) -> pd.DataFrame:
    """Pay of a pool by month: wage, whether per hour or month, overtime premium, and its currency.

    Parameters
    ----------
    plan : Plan
    site, language, role : str
        The pool; a row of tblPay with language ANY serves where none names the language.
    months : DatetimeIndex
        First days of months. The row valid on the first day of the month counts, or the first row of a month in
        which pay begins.

    Returns
    -------
    DataFrame
        wage, per, ot_premium, currency by month, in the order of ``months``.

    Raises
    ------
    PlanError
        A month before the first row.
    """
    pool = plan["tblPay"].loc[lambda f: f["site"].eq(site) & f["role"].eq(role)]
    rows = most_specific(pool, language=language).sort_values("valid_from")
    begins = rows["valid_from"].to_numpy(dtype="datetime64[D]")
    ends = (months + pd.offsets.MonthEnd(0)).to_numpy(dtype="datetime64[D]")
    at = np.searchsorted(begins, months.to_numpy(dtype="datetime64[D]"), side="right") - 1
    at = np.where(at < 0, np.searchsorted(begins, ends, side="right") - 1, at)
    if rows.empty or (at < 0).any():
        early = months[at < 0][0] if not rows.empty else months[0]
        raise PlanError(
            f"no pay of {role} at {site} in {early:%Y-%m}",
            where="tblPay",
            do=f"add a row: {language} or ANY, {site}, {role}, {early:%Y-%m-%d}, the wage",
        )
    home = plan.filled("tblSite").set_index("site")["currency"].get(site)
    found = rows.iloc[at]
    return pd.DataFrame(
        {
            "wage": found["wage"].to_numpy(dtype=float),
            "per": found["per"].fillna("month").to_numpy(),
            "ot_premium": found["ot_premium"].fillna(0.0).to_numpy(dtype=float),
            "currency": found["currency"].fillna(home).fillna(plan.name("PlanCurrency")).to_numpy(),
        },
        index=months,
    )
