"""Erlang C: everyone waits until answered.

With b = B(n - 1, A) from Erlang B, a contact waits with probability b / (b + (n - A) / A), and those who wait
do so exponentially, with mean aht / (n - A). Stable only with more agents than erlangs.
"""

from __future__ import annotations

import numpy as np

from xlplan.planning.staffing.columns import Floats
from xlplan.planning.staffing.erlang_b import blocking_one_fewer
from xlplan.planning.staffing.queue import Queue


def queue(agents: Floats, load: Floats, target: Floats, *, blocked: Floats | None = None) -> Queue:
    """Return the Erlang C queue; unstable rows wait for ever.

    Parameters
    ----------
    agents, load : ndarray
        Real agents, 0 or more, and erlangs above 0; 1-d, of one length.
    target : ndarray
        Answer target in units of aht; may be infinite.
    blocked : ndarray, optional
        B(n - 1, A) of a system that differs from this one only while not everyone is busy.
    """
    wait, late = np.ones(load.shape), np.ones(load.shape)
    mean_wait = np.full(load.shape, np.inf)
    stable = agents > load
    n, a = agents[stable], load[stable]
    spare = n - a
    with np.errstate(over="ignore", under="ignore"):
        b = blocking_one_fewer(n, a) if blocked is None else blocked[stable]
        wait[stable] = b / (b + spare / a)
        late[stable] = wait[stable] * np.exp(-spare * target[stable])
        mean_wait[stable] = wait[stable] / spare
    return Queue(
        wait=wait,
        abandon=np.zeros(load.shape),
        answered=np.ones(load.shape),
        mean_wait=mean_wait,
        late_offered=late,
        late_answered=late,
        late_virtual=late,
    )
