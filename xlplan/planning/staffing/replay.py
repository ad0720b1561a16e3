"""First in, first out, interval by interval: what a capacity completes, what is left, and what was in time.

The judge of every turnaround answer: it knows nothing of the formulas that found the staff.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xlplan.planning.staffing.columns import Floats

Ints = NDArray[np.intp]

# Items summed over a long horizon differ in the last digits; a cohort short of this share of itself is not late.
_SLACK = 1e-9


def completed(arrivals: Floats, capacity: Floats, *, opening: float = 0.0) -> Floats:
    """Items completed in each interval by staff who work the oldest first.

    Parameters
    ----------
    arrivals, capacity : ndarray, shape (..., T)
        Items that arrive in each interval and items that can be done in it.
    opening : float, optional
        Items open before the first interval.

    Returns
    -------
    ndarray, shape (..., T)
        Never more than has arrived.

    Examples
    --------
    >>> completed(np.array([10.0, 0, 0]), np.array([4.0, 4, 4]), opening=1).tolist()
    [4.0, 4.0, 3.0]
    """
    arrivals, capacity = np.broadcast_arrays(arrivals, capacity)
    done = np.empty(arrivals.shape)
    backlog = np.full(arrivals.shape[:-1], float(opening))
    for interval in range(arrivals.shape[-1]):
        waiting = backlog + arrivals[..., interval]
        done[..., interval] = np.minimum(waiting, capacity[..., interval])
        backlog = waiting - done[..., interval]
    return done


def cyclic_backlog(arrivals: Floats, capacity: Floats) -> Floats:
    """Items open at the end of each interval of a cycle that repeats for ever.

    Parameters
    ----------
    arrivals, capacity : ndarray, shape (R, T)
        Items; the capacity of a cycle is at least what arrives in it.

    Examples
    --------
    >>> cyclic_backlog(np.array([[0.0, 6, 0]]), np.array([[2.0, 2, 2]])).tolist()
    [[0.0, 4.0, 2.0]]
    """
    backlog = np.zeros(arrivals.shape)
    left = np.zeros(arrivals.shape[0])
    for _ in range(2):  # the first pass, from empty, ends where every later cycle begins
        for interval in range(arrivals.shape[1]):
            left = np.maximum(left + arrivals[:, interval] - capacity[:, interval], 0.0)
            backlog[:, interval] = left
    return backlog


def share_in_time(arrivals: Floats, done: Floats, due: Ints, *, opening: float = 0.0) -> Floats:
    """Share of each cohort that is completed by the end of its due interval, first in, first out.

    Parameters
    ----------
    arrivals, done : ndarray, shape (T,)
        Items that arrive and that are completed in each interval.
    due : ndarray of int, shape (T,)
        Last interval in which each cohort is in time.
    opening : float, optional
        Items open before the first interval; they go first.

    Returns
    -------
    ndarray, shape (T,)
        1 for a cohort without items, NaN where it is due after the last interval.

    Examples
    --------
    >>> share_in_time(np.array([10.0, 0, 0]), np.array([4.0, 4, 2]), np.array([1, 2, 3])).tolist()
    [0.8, 1.0, nan]
    """
    ahead = opening + np.cumsum(arrivals) - arrivals
    total = np.cumsum(done)
    known = due < len(total)
    by_due = np.where(known, total[np.where(known, due, 0)], np.nan)
    slack = _SLACK * np.maximum(arrivals, 1e-3 * total[-1] / max(len(total), 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.clip((by_due - ahead + slack) / arrivals, 0.0, 1.0)
    return np.where(arrivals > 0, np.where(known, share, np.nan), np.where(known, 1.0, np.nan))
