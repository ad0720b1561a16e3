"""Exchange rates for whole columns of currencies and months."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlplan.planning.budget.money import fx_rate
from xlplan.tables.plan import Plan


def rates(plan: Plan, currency: pd.Series[str], month: pd.Series[pd.Timestamp]) -> NDArray[np.float64]:
    """Plan currency per 1 unit of each row's currency in its month.

    The rates of :func:`xlplan.planning.budget.money.fx_rate`, for columns.

    Raises
    ------
    PlanError
        A currency without a rate on or before the month.
    """
    codes = currency.to_numpy(dtype=object)
    months = month.to_numpy(dtype="datetime64[D]")
    known = plan["tblFx"].loc[lambda f: f["rate_type"].eq(plan.name("RateType"))].sort_values("month")
    found = np.full(len(codes), np.nan)
    for code in dict.fromkeys(codes.tolist()):
        own = codes == code
        if code == plan.name("PlanCurrency"):
            found[own] = 1.0
            continue
        rows = known.loc[known["currency"].eq(code)]
        at = np.searchsorted(rows["month"].to_numpy(dtype="datetime64[D]"), months[own], side="right") - 1
        if (at < 0).any():
            fx_rate(plan, str(code), pd.Timestamp(months[own][at < 0].min()))  # raises, in the planner's words
        found[own] = rows["rate"].to_numpy(dtype=float)[at]
    return found
