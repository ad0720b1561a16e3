"""Shifts against a turnaround: the cheapest heads per shift whose cover completes work in time, oldest first.

A linear programme over one cycle that repeats. With x_t items done in interval t, D_t done in all by its end and A_t
arrived, capacity bounds x_t, nothing is done before it arrives, and every cohort has its share by its due interval:

    min cost . heads,   x_t <= rate . cover_t . heads,   D_t <= A_t,   D_due(t) >= A_{t-1} + p a_t,   sum x = V

where D may start below zero by a backlog that the cycle carries over.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xlplan.errors import PlanError
from xlplan.planning.staffing.columns import Floats, amounts, rates

Ints = NDArray[np.intp]


@dataclass(frozen=True)
class ShiftCover:
    """Heads per shift.

    Attributes
    ----------
    heads : ndarray, shape (J,)
    cost : float
        Their cost.
    feasible : bool
        False where no number of heads makes every deadline; heads are then NaN and the cost infinite.
    """

    heads: Floats
    cost: float
    feasible: bool


def shift_cover(
    arrivals: ArrayLike,
    cover: ArrayLike,
    *,
    rate: float,
    due: ArrayLike,
    compliance: float = 1.0,
    cost: ArrayLike | None = None,
    whole: bool = True,
) -> ShiftCover:
    """Fewest or cheapest heads on given shifts.

    Parameters
    ----------
    arrivals : array_like, shape (T,)
        Items in each interval of a cycle that repeats.
    cover : array_like, shape (T, J)
        Share of each interval that one head of each shift works, 0 to 1.
    rate : float
        Items that one head completes in an interval.
    due : array_like of int, shape (T,)
        As ``deferred.due_intervals`` gives it.
    compliance : float, optional
        Share of each cohort to complete in time.
    cost : array_like, shape (J,), optional
        Cost of one head on each shift; 1 each where not given.
    whole : bool, optional
        Whole heads (default), or their linear relaxation.

    Raises
    ------
    PlanError
        Arguments out of range or of different lengths.

    Examples
    --------
    >>> nights_and_days = [[1, 0], [1, 0], [0, 1], [0, 1]]
    >>> found = shift_cover([2, 2, 8, 4], nights_and_days, rate=2, due=[1, 2, 3, 4])
    >>> found.heads.tolist(), found.cost
    ([1.0, 3.0], 4.0)
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    came, works = amounts("arrivals", arrivals), rates("cover", cover)
    last = np.asarray(due, dtype=np.intp)
    share, speed = float(rates("compliance", compliance)), float(amounts("rate", rate))
    if came.ndim != 1 or works.ndim != 2 or not len(came) == len(works) == len(last):
        raise PlanError(
            f"found {came.shape} arrivals, {works.shape} cover and {last.shape} due, expected one row per interval",
            where="arrivals, cover, due",
        )
    shifts = works.shape[1]
    price = np.ones(shifts) if cost is None else amounts("cost", cost)
    if price.shape != (shifts,):
        raise PlanError(f"found {price.size} costs for {shifts} shifts", where="cost", do="give one per shift")
    width, volume = len(came), float(came.sum())
    arrived = np.cumsum(came)

    def done(place: Ints) -> tuple[Floats, Floats]:
        """Rows of D at the end of intervals of any cycle, and what whole cycles add to it."""
        cycles, within = np.divmod(place, width)
        rows = np.zeros((len(place), shifts + 1 + width))
        rows[:, shifts] = -1.0
        rows[:, shifts + 1 :] = np.arange(width)[None, :] <= within[:, None]
        return rows, cycles * volume

    capacity = np.concatenate([-speed * works, np.zeros((width, 1)), np.eye(width)], axis=1)
    own, _ = done(np.arange(width))
    by_due, added = done(last)
    total = np.concatenate([np.zeros((1, shifts + 1)), np.ones((1, width))], axis=1)
    endless = np.full(width, np.inf)
    constraint = LinearConstraint(
        np.concatenate([capacity, own, by_due, total]),
        np.concatenate([-endless, -endless, arrived - came + share * came - added, [volume]]),
        np.concatenate([np.zeros(width), arrived, endless, [volume]]),
    )
    objective = np.concatenate([price, np.zeros(1 + width)])
    integral = np.concatenate([np.full(shifts, float(whole)), np.zeros(1 + width)])
    found = milp(objective, constraints=constraint, bounds=Bounds(0, np.inf), integrality=integral)
    if found.x is None:
        return ShiftCover(np.full(shifts, np.nan), np.inf, feasible=False)
    heads = np.rint(found.x[:shifts]) if whole else found.x[:shifts]
    return ShiftCover(heads + 0.0, float(price @ heads), feasible=True)
