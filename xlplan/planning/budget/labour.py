"""Labour cost of in-house work: paid hours or FTE-months by pay, currency and billing month."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlplan.planning.budget.money import fx_rate, pay_rates
from xlplan.tables.plan import Plan

ROLE = "agent"


def labour(plan: Plan, work: pd.DataFrame) -> pd.DataFrame:
    """Cost of placed work by billing month.

    Parameters
    ----------
    plan : Plan
        For tblPeriodBill, tblPay, tblFx.
    work : DataFrame
        queue, language, site, period, fte, paid_hours: one row per lane and period.

    Returns
    -------
    DataFrame
        The rows of ``work`` by bill_month: qty and unit as the pay counts them, price, currency, amount, fx and
        amount_plan. A week that straddles two months bills to each by its days; a day of a month is one part of its
        28 to 31, so that one FTE paid by the month costs one wage in every full month.
    """
    rows = work.merge(plan["tblPeriodBill"], on="period")
    months = pd.DatetimeIndex(rows["bill_month"].unique()).sort_values()
    pools = rows[["site", "language"]].drop_duplicates()
    pay = pd.concat(
        [
            pay_rates(plan, site=site, language=language, role=ROLE, months=months)
            .rename_axis("bill_month")
            .reset_index()
            .assign(site=site, language=language)
            for site, language in pools.itertuples(index=False, name=None)
        ]
        or [pd.DataFrame(columns=["bill_month", "wage", "per", "currency", "site", "language"])]
    )
    rows = rows.merge(pay, on=["site", "language", "bill_month"])
    hourly = rows["per"].eq("hour").to_numpy(dtype=bool)
    fte_months = rows["fte"] * rows["days"] / rows["bill_month"].dt.days_in_month
    rows["qty"] = np.where(hourly, rows["paid_hours"] * rows["weight"], fte_months)
    rows["unit"] = np.where(hourly, "paid hour", "FTE-month")
    rows["price"] = rows["wage"]
    rows["amount"] = rows["qty"] * rows["price"]
    pairs = rows[["currency", "bill_month"]].drop_duplicates().itertuples(index=False, name=None)
    rates = {pair: fx_rate(plan, *pair) for pair in pairs}
    rows["fx"] = [rates[pair] for pair in rows[["currency", "bill_month"]].itertuples(index=False, name=None)]
    rows["amount_plan"] = rows["amount"] * rows["fx"]
    return rows
