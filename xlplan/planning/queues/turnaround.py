"""Who is done in time: the share of each slot's arrivals that meets a turnaround, and the open items that will not.

The line of arrivals is cut wherever the line of completions, moved back by the limit, bends; between two cuts the
margin ``D(s + limit) - y`` is straight, so the items on its good side are exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlplan.planning.queues.fluid import Floats, Fluid, Ints

SLACK = 1e-11
"""A margin this close to zero, as a share of all items that ever arrived, is an item done just in time."""


@dataclass(frozen=True)
class Turnaround:
    """What a limit makes of the arrivals; NaN where the slots end before the answer is known.

    Parameters
    ----------
    in_time : ndarray of float, shape (N, S)
        Items of each slot that are done within the limit.
    late_open : ndarray of float, shape (N, S + 1)
        Items open at each edge that are late already or will be before they are done.
    """

    in_time: Floats
    late_open: Floats


def turnaround(queue: Fluid, *, limit_h: Floats) -> Turnaround:
    """Judge every arrival against a turnaround limit.

    Parameters
    ----------
    queue : Fluid
        N queues over S slots.
    limit_h : ndarray of float, shape (N,)
        Hours from arrival to completion.
    """
    edges = queue.edges
    count = len(edges)
    limit = limit_h[:, None]
    oldest = queue.oldest()
    at_edges = np.broadcast_to(edges, (len(limit), count))
    shifted = np.clip(np.concatenate([edges - limit, queue.run_out() - limit], axis=1), edges[0], edges[-1])
    times = np.concatenate([at_edges, oldest, shifted], axis=1)
    places = np.concatenate([queue.arrived, queue.done, queue.arrived_by(shifted)], axis=1)
    order = np.lexsort((places, times), axis=1)
    times, places = (np.take_along_axis(values, order, axis=1) for values in (times, places))
    margin = queue.done_by(times + limit) - places
    margin[np.abs(margin) <= SLACK * np.maximum(queue.arrived[:, -1:], 1.0)] = 0.0
    good = np.diff(places, axis=1) * _share_above(margin[:, :-1], margin[:, 1:])
    in_time = np.concatenate([np.zeros((len(limit), 1)), np.cumsum(good, axis=1)], axis=1)
    rank: Ints = np.empty(order.shape, dtype=np.int64)
    np.put_along_axis(rank, order, np.arange(order.shape[1])[None, :], axis=1)
    by_edge = np.take_along_axis(in_time, rank[:, :count], axis=1)
    by_oldest = np.take_along_axis(in_time, rank[:, count : 2 * count], axis=1)
    known = edges + limit <= edges[-1] * (1 + SLACK)
    late = np.clip(queue.open - (by_edge - by_oldest), 0.0, queue.open)
    late[queue.open <= 0] = 0.0
    return Turnaround(
        in_time=np.where(known[:, 1:], np.clip(np.diff(by_edge, axis=1), 0.0, queue.arrivals), np.nan),
        late_open=np.where(known, late, np.nan),
    )


def _share_above(first: Floats, last: Floats) -> Floats:
    """Share of a straight line from ``first`` to ``last`` that is 0 or above."""
    low, high = np.minimum(first, last), np.maximum(first, last)
    width = high - low
    crossing = np.divide(high, width, out=np.ones_like(width), where=width > 0)
    share: Floats = np.where(low >= 0, 1.0, np.where(high < 0, 0.0, np.clip(crossing, 0.0, 1.0)))
    return share
