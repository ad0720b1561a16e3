"""Work against a turnaround: the fewest agents on duty who, oldest item first, have it done in time.

Every cohort, the items of one interval, has an interval at whose end its share ``p`` must be done. With A_j the
items that have arrived by the end of j, a window from i to j asks of the capacity between the start of i and the due
end e_j of cohort j

    A_{j-1} + p a_j - A_{i-1}   items,

and first in, first out meets every deadline exactly when every window has them. With a constant number of agents the
requirement is therefore the largest ratio over all windows, and never less than what arrives in a cycle over what one
agent completes in it. The cycle repeats for ever, so that no work can be pushed past the end. A window longer than a
cycle asks for no more than its parts do. An interval in which nothing arrives is the limit of one with very few items:
all that came before it is due when they would be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xlplan.errors import PlanError
from xlplan.planning.staffing.columns import Flags, Floats, amounts, numbers, rates

Ints = NDArray[np.intp]

# A clock is a sum of interval lengths: a deadline this much of an hour after the end of an interval is at its end.
_HOUR_SLACK = 1e-9
_FINEST = 12


@dataclass(frozen=True)
class Level:
    """A constant staff for each of R rows.

    Attributes
    ----------
    agents : ndarray, shape (R,)
        Agents on duty whenever it is open, fractional.
    workload : ndarray, shape (R,)
        Agents that the workload of a cycle asks for alone, however late it is done.
    unreachable : ndarray, shape (R,)
        Share of the items that no staff can have done in time, because it is closed from their arrival until they
        are due; ``agents`` are those that the rest asks for.
    """

    agents: Floats
    workload: Floats
    unreachable: Floats


def due_intervals(clock: ArrayLike, tat_h: float) -> Ints:
    """Last interval of each cohort of a cycle in which it is in time.

    Parameters
    ----------
    clock : array_like, shape (T,)
        Hours by which the clock of the turnaround advances in each interval of a cycle: its length on a calendar
        clock, its open hours on a clock that stands still while it is closed.
    tat_h : float
        Hours from the end of the cohort's interval.

    Returns
    -------
    ndarray of int, shape (T,)
        Counted from the start of the cycle, beyond T in later cycles; where the turnaround ends inside an interval,
        the one before it.

    Raises
    ------
    PlanError
        A clock that never advances, or a turnaround that is no number of 0 or more.

    Examples
    --------
    >>> due_intervals([1, 1, 1, 1], 2).tolist()
    [2, 3, 4, 5]
    >>> due_intervals([0, 1, 1, 0], 1).tolist()  # open in the second and third hour only
    [1, 4, 5, 5]
    """
    hours = amounts("clock", clock)
    tat = float(amounts("tat_h", tat_h))
    total = float(hours.sum())
    if not total > 0:
        raise PlanError("found a cycle without an open hour", where="clock", do="type opening hours")
    cycles = int(tat // total) + 3
    ends = np.cumsum(np.tile(hours, cycles))
    own: Ints = np.searchsorted(ends, ends[: len(hours)] + tat + _HOUR_SLACK, side="right") - 1
    # Nothing is due before it has arrived, not even with a clock that is still standing when it does.
    return np.maximum(own, np.arange(len(hours)))


def constant_staff(arrivals: ArrayLike, capacity: ArrayLike, due: ArrayLike, *, compliance: ArrayLike = 1.0) -> Level:
    """Fewest agents, the same in every open interval, who meet the turnaround of every cohort.

    Parameters
    ----------
    arrivals : array_like, shape (R, T) or (T,)
        Items in each interval of a cycle that repeats.
    capacity : array_like, same shape
        Items that one agent completes in each interval; 0 while it is closed.
    due : array_like of int, same shape
        As ``due_intervals`` gives it; must not fall from one interval to the next.
    compliance : array_like, shape (R,), optional
        Share of each cohort that must be done in time, 0 to 1.

    Returns
    -------
    Level
        One element per row.

    Raises
    ------
    PlanError
        Negative or missing values, or items that arrive where no agent ever works.

    Notes
    -----
    Checked against linear programmes over all schedules: equal to 1e-12 (tests/truth/deferred_constant_staff.json).

    Examples
    --------
    >>> arrivals, always = [0.0, 12, 0, 0], [1.0, 1, 1, 1]
    >>> constant_staff(arrivals, always, due_intervals([1] * 4, 0)).agents.tolist()
    [12.0]
    >>> constant_staff(arrivals, always, due_intervals([1] * 4, 2)).agents.tolist()
    [4.0]
    >>> constant_staff(arrivals, always, due_intervals([1] * 4, 12)).agents.tolist()  # the workload alone
    [3.0]
    """
    came, rate, last, share = _columns(arrivals, capacity, due, compliance)
    rows, width = came.shape
    volume, cycle = came.sum(axis=1), rate.sum(axis=1)
    _refuse_closed(volume, cycle)
    workload = np.divide(volume, cycle, out=np.zeros(rows), where=cycle > 0)
    agents = workload.copy()
    before = _running(came, 2)
    done_by = before[:, :-1] + share[:, None] * np.tile(came, (1, 2))
    able = _running(rate, 1)
    by_due = _at(able, last + 1)
    by_due = np.concatenate([by_due, by_due + cycle[:, None]], axis=1)
    lost = (by_due[:, :width] - able[:, :width] <= 0) & (share[:, None] * came > 0)
    done_by[np.tile(lost, (1, 2))] = -np.inf
    for first in range(width):
        window = slice(first, first + width)
        asked = done_by[:, window] - before[:, first, None]
        given = by_due[:, window] - able[:, first, None]
        # No capacity and something asked is a cohort that is lost already; nothing asked is no constraint.
        ratio = np.divide(asked, given, out=np.zeros_like(asked), where=(given > 0) & (asked > 0))
        np.maximum(agents, ratio.max(axis=1), out=agents)
    late = np.divide((came * lost).sum(axis=1), volume, out=np.zeros(rows), where=volume > 0)
    return Level(agents=agents, workload=workload, unreachable=late)


def refinement(interval_h: float, tat_h: float) -> int:
    """Parts into which intervals are cut so that a turnaround is a whole number of them, at least one.

    A turnaround that is none of up to twelfths is cut short to a whole number: the answer errs to the safe side.

    >>> refinement(1.0, 24), refinement(1.0, 1.5), refinement(1.0, 0.25)
    (1, 2, 4)
    """
    least = max(1, int(np.ceil(interval_h / tat_h * (1 - _HOUR_SLACK))))
    for parts in range(least, least + _FINEST):
        whole = tat_h * parts / interval_h
        if abs(whole - round(whole)) <= 1e-9 * whole:
            return parts
    return least


def deferred_agents(
    arrivals: ArrayLike,
    open_share: ArrayLike,
    *,
    interval_h: float,
    aht_s: float,
    tat_h: float,
    compliance: float = 1.0,
    open_clock: bool = False,
    max_occupancy: float = 1.0,
) -> float:
    """Agents on duty, fractional, for one queue whose arrivals repeat in a cycle.

    Parameters
    ----------
    arrivals : array_like, shape (T,)
        Items in each interval of the cycle (a day, a week).
    open_share : array_like, shape (T,)
        Share of each interval in which it is staffed, 0 to 1.
    interval_h, aht_s, tat_h : float
        Length of an interval in hours, handling time in seconds, turnaround in hours.
    compliance : float, optional
        Share of each interval's items to complete in time.
    open_clock : bool, optional
        Whether the turnaround runs in open hours only; calendar hours otherwise.
    max_occupancy : float, optional
        Highest share of their time on items.

    Raises
    ------
    PlanError
        Values out of range, or a turnaround that ends while it is closed.

    Examples
    --------
    >>> day = [40, 30, 25, 20, 20, 25, 40, 70, 110, 150, 170, 180]
    >>> day += [175, 170, 165, 160, 150, 140, 130, 120, 105, 90, 70, 55]
    >>> always = dict(interval_h=1, aht_s=120, max_occupancy=0.85)
    >>> deferred_agents(day, [1] * 24, tat_h=4, compliance=0.95, **always)
    4.4549019608
    >>> deferred_agents(day, [0] * 8 + [1] * 12 + [0] * 4, tat_h=12, **always)
    7.8758169935
    """
    came, opened = amounts("arrivals", arrivals), rates("open_share", open_share)
    length, handling = float(amounts("interval_h", interval_h)), float(amounts("aht_s", aht_s))
    cap, tat = float(rates("max_occupancy", max_occupancy)), float(amounts("tat_h", tat_h))
    if not (length > 0 and cap > 0 and tat > 0):
        raise PlanError("found a length, turnaround or occupancy of 0, expected more", where="interval_h, tat_h")
    parts = refinement(length, tat)
    came, opened = np.repeat(came, parts) / parts, np.repeat(opened, parts)
    step = length / parts
    due = due_intervals(opened * step if open_clock else np.full(len(opened), step), tat)
    level = constant_staff(came * handling / 3600, opened * step * cap, due, compliance=compliance)
    if level.unreachable[0] > 0:
        raise PlanError(
            f"{level.unreachable[0]:.1%} of the items are due while it is closed: no number of agents has them in time",
            where="tat_h",
            do="type a turnaround as long as the longest closed stretch, or let its clock run in open hours only",
        )
    return float(level.agents[0])


def _columns(
    arrivals: ArrayLike, capacity: ArrayLike, due: ArrayLike, compliance: ArrayLike
) -> tuple[Floats, Floats, Ints, Floats]:
    came, rate = np.atleast_2d(amounts("arrivals", arrivals)), np.atleast_2d(amounts("capacity", capacity))
    last = np.atleast_2d(np.asarray(due, dtype=np.intp))
    if not came.shape[1] == rate.shape[1] == last.shape[1]:
        raise PlanError(
            f"found {came.shape[1]}, {rate.shape[1]} and {last.shape[1]} intervals, expected one number",
            where="arrivals, capacity, due",
        )
    shape = np.broadcast_shapes(came.shape, rate.shape, last.shape)
    came, rate, last = np.broadcast_to(came, shape), np.broadcast_to(rate, shape), np.broadcast_to(last, shape)
    if (last < np.arange(shape[1])).any() or (np.diff(last, axis=1) < 0).any():
        raise PlanError("found a cohort that is due before it arrives or before an older one", where="due")
    share = np.broadcast_to(rates("compliance", numbers("compliance", compliance)), shape[:1])
    return came, rate, last, share


def _refuse_closed(volume: Floats, cycle: Floats) -> None:
    never: Flags = (volume > 0) & (cycle <= 0)
    if never.any():
        raise PlanError(
            f"found items but no open interval in {int(never.sum())} of {len(volume)} rows",
            where="capacity",
            do="type opening hours",
        )


def _running(values: Floats, cycles: int) -> Floats:
    """Sum of the values before each interval of so many cycles, and after the last: shape (R, cycles x T + 1)."""
    total = np.zeros((values.shape[0], cycles * values.shape[1] + 1))
    np.cumsum(np.tile(values, (1, cycles)), axis=1, out=total[:, 1:])
    return total


def _at(running: Floats, place: Ints) -> Floats:
    """A cyclic running sum of one cycle, read at any interval from the start on."""
    cycles, within = np.divmod(place, running.shape[1] - 1)
    found: Floats = np.take_along_axis(running, within, axis=1) + cycles * running[:, -1:]
    return found
