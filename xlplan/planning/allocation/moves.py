"""Moves of work: what each lane did before the plan, and what it takes on from one period to the next."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlplan.tables.plan import Plan

KEY = ["queue", "language", "site"]


def opening_hours(plan: Plan, lanes: pd.DataFrame) -> np.ndarray:
    """Productive hours a month on each lane before the plan, shape (L,).

    Stated in tblLane, else delivered in the last month before PlanStart. A lane with neither had none if another lane
    of its workstream has some; if no lane of the workstream has, nobody knows, and the value is NaN.
    """
    stated = lanes[KEY].merge(plan["tblLane"][[*KEY, "opening_hours"]], on=KEY, how="left")["opening_hours"]
    delivered = plan["tblDelivery"].loc[lambda f: f["month"].lt(pd.Timestamp(plan.name("PlanStart")))]
    last = delivered.loc[delivered["month"].eq(delivered["month"].max()), [*KEY, "hours"]]
    found = stated.fillna(lanes[KEY].merge(last, on=KEY, how="left")["hours"])
    known = found.notna().groupby([lanes["queue"], lanes["language"]]).transform("any")
    return np.asarray(found.fillna(0.0).where(known).to_numpy(dtype=float))


def moved_in(hours: np.ndarray, *, opening: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Hours above those of the period before, both at the period's length.

    Parameters
    ----------
    hours : ndarray, shape (L, T)
    opening : ndarray, shape (L,)
        Hours before the first period, at its length; NaN where unknown: then nothing moves in the first.
    length : ndarray, shape (T,)

    Returns
    -------
    ndarray, shape (L, T)

    Examples
    --------
    >>> moved_in(np.array([[80.0, 500.0]]), opening=np.array([60.0]), length=np.array([0.25, 1.0])).tolist()
    [[20.0, 180.0]]
    """
    before = np.empty_like(hours)
    before[:, 0] = np.where(np.isnan(opening), hours[:, 0], opening)
    before[:, 1:] = hours[:, :-1] * (length[1:] / length[:-1])
    return np.asarray(np.maximum(hours - before, 0.0))
