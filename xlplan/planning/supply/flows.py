"""The flow of each pool as an allocation of heads needs it: what is there, what leaves, what is on its way."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlplan.planning.supply.headcount import headcount
from xlplan.tables.plan import Plan


def pool_supply(plan: Plan) -> pd.DataFrame:
    """What a decision on heads starts from: the flow of each pool as it stands, in FTE.

    Parameters
    ----------
    plan : Plan
        As for :func:`~xlplan.planning.supply.headcount.headcount`.

    Returns
    -------
    DataFrame
        One row per language, site, role and period: opening_fte and closing_fte of production; attrition_rate, the
        share of heads present all along that leave in the period; joins_fte, graduates of given classes; net_fte,
        everything that is not attrition on the opening heads, so that
        ``closing_fte = opening_fte x (1 - attrition_rate) + net_fte``.
    """
    done = headcount(plan)
    weeks, walk = done.weeks, done.walk
    rate = np.divide(walk.attrition, walk.opening, out=done.empty_rate.copy(), where=walk.opening > 0)
    stay = np.multiply.reduceat(1 - rate, weeks.first_of_period, axis=0)
    opening, closing = weeks.opens(walk.opening), weeks.closes(walk.closing)
    columns = {
        "opening_fte": opening * done.fte_per_head,
        "attrition_rate": 1 - stay,
        "joins_fte": weeks.sums(walk.joins) * done.fte_per_head,
        "net_fte": (closing - opening * stay) * done.fte_per_head,
        "closing_fte": closing * done.fte_per_head,
    }
    periods = plan["tblPeriod"]["period"].to_numpy()
    count = len(done.pools)
    rows = done.pools.loc[np.tile(np.arange(count), len(periods))].reset_index(drop=True)
    rows["period"] = np.repeat(periods, count)
    return rows.assign(**{name: values.ravel() for name, values in columns.items()})
