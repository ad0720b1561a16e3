"""Decided transfers, loans, cross-training and ramp-downs as moves of the walk."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlplan.planning.calendar.days import DAY, Days
from xlplan.planning.supply.pools import GIVER, RECEIVER, decided_moves, position
from xlplan.planning.supply.walk import Moves
from xlplan.planning.supply.weeks import Weeks
from xlplan.tables.plan import Plan


def read_moves(plan: Plan, found: pd.DataFrame, *, weeks: Weeks, as_of: Days) -> Moves:
    """Approved and done movements in the order of their dates, ramp-downs of a day last.

    A movement up to the day on which the giver's roster was counted is on the roster already: only its return is
    still to come. One after that day and before the plan is done in the first week. Heads that return are those who
    did not leave meanwhile.

    Parameters
    ----------
    plan : Plan
    found : DataFrame, P rows
        The pools.
    weeks : Weeks
    as_of : ndarray of datetime64[D], shape (P,)
    """
    rows = decided_moves(plan)
    rows = rows.assign(leaves=rows["to_site"].isna()).sort_values(["start", "leaves", "movement"], kind="stable")
    source, target = position(found, rows, GIVER), position(found, rows, RECEIVER)
    begin, back = rows["start"].to_numpy(dtype=DAY), rows["return_on"].to_numpy(dtype=DAY)
    counted = as_of[source]
    on_roster = begin <= counted
    over = on_roster & ((target < 0) | np.isnat(back) | (back <= counted))
    begin_week = np.maximum(weeks.at(begin), 0)
    back_week = np.where(np.isnat(back), len(weeks), np.maximum(weeks.at(back), 0))
    ready = begin + np.rint(7 * rows["training_weeks"].fillna(0.0).to_numpy(dtype=float)).astype("timedelta64[D]")
    keep = ~over & (on_roster | (begin_week < len(weeks)))
    return Moves(
        week=np.where(on_roster, -1, begin_week)[keep],
        source=source[keep],
        target=target[keep],
        heads=rows["heads"].to_numpy(dtype=float)[keep],
        back=back_week[keep],
        idle=weeks.overlap(np.minimum(begin, weeks.start[0])[keep], ready[keep]),
    )
