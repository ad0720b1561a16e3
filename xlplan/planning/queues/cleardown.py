"""Clear-down: the least extra work, the same in every period, that brings a backlog to a level by a day.

Whatever rate is added, the backlog at the end is the largest of what has piled up since any earlier period, because an
empty queue stores no work (the reflection of D. V. Lindley, The theory of queues with a single server, 1952). So the
least rate is the steepest of those piles, spread over the periods that are left to work them off.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from xlplan.errors import PlanError
from xlplan.planning.staffing.columns import amounts


def extra_items(backlog: float, *, inflow: ArrayLike, capacity: ArrayLike, normal_level: float) -> float:
    """Extra items per period that bring the backlog down to its normal level by the end of the last period.

    Parameters
    ----------
    backlog : float
        Items open now.
    inflow, capacity : array_like, shape (T,)
        Items that come, and items that are done anyway, in each period.
    normal_level : float
        Items open that count as normal.

    Returns
    -------
    float
        0 where what is done anyway is enough.

    Raises
    ------
    PlanError
        No periods, ranges of different length, or numbers below 0.

    Examples
    --------
    >>> extra_items(1000, inflow=[100] * 5, capacity=[120] * 5, normal_level=300)
    120.0
    """
    came, done = amounts("inflow", inflow).ravel(), amounts("capacity", capacity).ravel()
    opening, normal = float(amounts("backlog", backlog)), float(amounts("normal_level", normal_level))
    if len(came) != len(done) or not len(came):
        raise PlanError(
            f"found {len(came)} periods of inflow and {len(done)} of capacity",
            where="inflow",
            do="give as many of both",
        )
    # Piles since each period's start, the oldest first; the first of them has the opening backlog on top.
    pile = np.cumsum((came - done)[::-1])[::-1]
    pile[0] += opening
    periods = np.arange(len(pile), 0, -1)
    return float(max(((pile - normal) / periods).max(), 0.0))
