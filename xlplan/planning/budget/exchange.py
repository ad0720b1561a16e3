"""Exchange rates for whole columns of currencies and months."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlplan.planning.budget.money import fx_rate
from xlplan.tables.plan import Plan


def rates(plan: Plan, currency: pd.Series[str], month: pd.Series[pd.Timestamp]) -> NDArray[np.float64]:
    """Plan currency per 1 unit of each row's currency in its month.

    Raises
    ------
    PlanError
        A currency without a rate on or before the month.
    """
    pairs = pd.DataFrame({"currency": currency.to_numpy(), "month": month.to_numpy()})
    known = pairs.drop_duplicates()
    rate = {pair: fx_rate(plan, *pair) for pair in known.itertuples(index=False, name=None)}
    return np.array([rate[pair] for pair in pairs.itertuples(index=False, name=None)], dtype=float)
