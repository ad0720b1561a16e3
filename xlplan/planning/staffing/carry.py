"""Work carried over a boundary: an opening backlog, or what a busier period leaves to a quieter one.

The level of a period serves its own typical week. What is open when it begins may be more than that level clears in
time; the extra work is the largest shortfall of its capacity against any deadline, and done as early as that, it
makes every deadline. Extra hours are worked once, at the start; the level itself need not rise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlplan.planning.staffing.columns import Floats

Ints = NDArray[np.intp]


@dataclass(frozen=True)
class Start:
    """R periods, each with what is open when it begins; work is in hours of handling.

    Attributes
    ----------
    first : ndarray of int, shape (R,)
        Interval of the typical week (T intervals) in which each period begins.
    due : ndarray of int, shape (R, T)
        As ``deferred.due_intervals`` gives it, for cohorts of any typical week.
    compliance : ndarray, shape (R,)
        Share of each cohort to have done in time.
    arrivals : ndarray, shape (R, T)
        Work that comes in each interval of the period's typical week.
    arrivals_before : ndarray, shape (R, T)
        Work that came in each interval of the typical week before.
    open_before : ndarray, shape (R,)
        Work open when the period begins.
    per_agent : ndarray, shape (R, T)
        Work that one agent does in each interval.
    level : ndarray, shape (R,)
        Agents on duty.
    """

    first: Ints
    due: Ints
    compliance: Floats
    arrivals: Floats
    arrivals_before: Floats
    open_before: Floats
    per_agent: Floats
    level: Floats


def carried_shortfall(start: Start) -> Floats:
    """Work beyond the level that makes every deadline of what is carried in and of the first week, shape (R,).

    Deadlines that fall while it is closed, from arrival or from the start of the period on, are left out: nothing
    makes them.
    """
    width = start.arrivals.shape[1]
    place = np.arange(-width, width)[None, :] + start.first[:, None]  # a week back, and a week ahead
    cycle, within = np.divmod(place, width)
    due = np.take_along_axis(start.due, within, axis=1) + cycle * width
    ahead = place >= start.first[:, None]
    before = np.where(ahead, 0.0, np.take_along_axis(start.arrivals_before, within, axis=1))
    new = np.where(ahead, np.take_along_axis(start.arrivals, within, axis=1), 0.0)
    # Work to have done since the start when each cohort is due: all that is open, less what came after the cohort.
    later = before.sum(axis=1, keepdims=True) - np.cumsum(before, axis=1)
    came = start.open_before[:, None] + np.cumsum(new, axis=1) - later
    asked = came - (1 - start.compliance[:, None]) * (before + new)
    begun = _until(start.per_agent, start.first[:, None] - 1)
    hours = _until(start.per_agent, due) - begun
    own = hours - np.where(ahead, _until(start.per_agent, place - 1) - begun, 0.0)
    counts = (due >= start.first[:, None]) & (own > 0) & (before + new > 0)
    short = np.where(counts, asked - start.level[:, None] * hours, 0.0)
    shortfall: Floats = np.maximum(short.max(axis=1), 0.0)
    return shortfall


def first_sum(values: Floats, first: Ints, count: Ints) -> Floats:
    """Sum over the first so many intervals from ``first`` on of a cycle that repeats, shape (R,).

    >>> first_sum(np.array([[1.0, 2, 3]]), np.array([2]), np.array([4]))
    array([9.])
    """
    total: Floats = (_until(values, (first + count - 1)[:, None]) - _until(values, first[:, None] - 1))[:, 0]
    return total


def _until(values: Floats, last: Ints) -> Floats:
    """Sum of a cycle that repeats, from its start to the end of an interval of any cycle."""
    running = np.concatenate([np.zeros((values.shape[0], 1)), np.cumsum(values, axis=1)], axis=1)
    cycles, within = np.divmod(last + 1, values.shape[1])
    found: Floats = np.take_along_axis(running, within, axis=1) + cycles * running[:, -1:]
    return found
