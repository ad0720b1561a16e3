"""How much is lacking: the hours beside the plan that would keep each goal from its breach on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xlplan.planning.queues.fluid import Floats, Ints
from xlplan.planning.queues.project import project
from xlplan.planning.queues.walk import SAME_SHARE
from xlplan.planning.queues.work import Work

DOUBLINGS = 30
HALVINGS = 30


def lacking_hours(work: Work, *, rows: Ints, first: Ints) -> Floats:
    """Served hours that each breach lacks, by period.

    A live queue lacks what the requirement has above the served hours. One whose work waits lacks the least rate of
    work, the same from the breach to the end of the plan, with which every period from the breach on is in time.

    Parameters
    ----------
    work : Work
    rows, first : ndarray of int, shape (M,)
        Workstreams that break, and the period of the breach.

    Returns
    -------
    ndarray of float, shape (M, T)
    """
    live = work.streams["live"].to_numpy(dtype=bool)[rows]
    hours = np.zeros((len(rows), len(work.hours)))
    hours[live] = np.maximum(work.required[rows] - work.served[rows], 0.0)[live]
    items = _least_items(work, rows=rows[~live], first=first[~live])
    rate = work.items_per_hour[rows[~live]]
    hours[~live] = np.divide(items, rate, out=np.zeros_like(items), where=rate > 0)
    return hours


def lacking_fte(work: Work, hours: Floats, *, rows: Ints) -> Floats:
    """Most FTE at once behind lacking hours, at the current mix of sites, shape (M,); NaN where an FTE is unknown."""
    per_fte = work.hours_per_fte[rows]
    fte: Floats = np.divide(hours, per_fte, out=np.zeros_like(hours), where=hours > 0)
    return fte.max(axis=1, initial=0.0)


def _least_items(work: Work, *, rows: Ints, first: Ints) -> Floats:
    target = work.streams["target"].to_numpy(dtype=float)[rows][:, None] - SAME_SHARE
    after = np.arange(len(work.hours)) >= first[:, None]

    def kept(rate: Floats) -> NDArray[np.bool_]:
        extra = np.where(after, rate[:, None] * work.hours, 0.0)
        late = project(work, rows=rows, extra=extra).compliance[:, :-1] < target
        return ~(late & after).any(axis=1)

    # From the mean rate of all the work on, doubled until it is enough: some burst always is.
    high = (work.volume[rows].sum(axis=1) + work.opening[rows].sum(axis=1)) / work.hours.sum()
    low = np.zeros(len(rows))
    for _ in range(DOUBLINGS):
        enough = kept(high)
        low, high = np.where(enough, low, high), np.where(enough, high, 2 * high)
        if enough.all():
            break
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        enough = kept(middle)
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.where(after, high[:, None] * work.hours, 0.0)
