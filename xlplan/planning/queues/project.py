"""The projected backlog of a plan: the walk over its periods, with what comes after them held as it is.

Volume and capacity are spread evenly over the hours of a period. The walk is exact for that, at any turnaround; what
it leaves out is the shape inside the week (nights, weekends, closed hours), which the requirement has seen already.
A turnaround that runs in open hours only is stretched to calendar hours by 168 / open hours per week.
"""

from __future__ import annotations

import numpy as np

from xlplan.planning.queues.fluid import Floats
from xlplan.planning.queues.walk import Backlog, backlog_walk
from xlplan.planning.queues.work import Work


def project(work: Work, *, rows: np.ndarray, volume: Floats | None = None, extra: Floats | None = None) -> Backlog:
    """Walk the backlog of some workstreams.

    Parameters
    ----------
    work : Work
        N workstreams over T periods.
    rows : ndarray of int, shape (M,)
        The workstreams, none of them live.
    volume : ndarray of float, shape (M, T), optional
        Items instead of the forecast.
    extra : ndarray of float, shape (M, T), optional
        Items of capacity beside the served hours.

    Returns
    -------
    Backlog
        Over T + 1 slots: the last one goes on like the last period, long enough to tell when its items are done.
    """
    items = work.volume[rows] if volume is None else volume
    able = work.capacity[rows] if extra is None else work.capacity[rows] + extra
    limit = work.streams["limit_h"].to_numpy(dtype=float)[rows]
    tail = float(np.nanmax(limit, initial=1.0))
    scale = tail / work.hours[-1]
    return backlog_walk(
        np.concatenate([items, items[:, -1:] * scale], axis=1),
        np.concatenate([able, able[:, -1:] * scale], axis=1),
        hours=np.append(work.hours, tail),
        opening=work.opening[rows],
        opening_age_h=work.opening_age_h,
        limit_h=limit,
    )
