"""The chance that one queue breaks its turnaround, and when it does as forecast: ``breach`` without a plan.

As there, one draw decides: all volumes miss their forecasts in the same direction, by z standard deviations each, z
standard normal. More volume never helps, so that the goal breaks for draws above some z*, found by halving.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from xlplan.planning.queues.fluid import Floats
from xlplan.planning.queues.walk import backlog_walk, first_breach

Z_LIMIT = 6.0
"""Draws beyond it are left out: one in a thousand million."""
HALVINGS = 40


@dataclass(frozen=True)
class Chance:
    """Chance of a breach, and the first period that breaks as forecast; -1 if none does."""

    probability: float
    first: int


def breach_chance(
    volume: Floats, capacity: Floats, *, hours: float, opening: float, limit_h: float, target: float, cv: float
) -> Chance:
    """Chance that some period's items are late.

    Parameters
    ----------
    volume, capacity : ndarray of float, shape (T,)
        Items that come, as forecast, and items that can be done in each period. After the last one its capacity goes
        on for as long as its items have.
    hours : float
        Length of a period.
    opening : float
        Items open at the start, as old as if they had just come.
    limit_h, target : float
        Turnaround, and share of each period's items to complete within it.
    cv : float
        Standard deviation of the volume's error over the volume.

    Returns
    -------
    Chance

    Raises
    ------
    PlanError
        As ``backlog_walk``.

    Examples
    --------
    >>> load, room = np.full(3, 1000.0), np.full(3, 1100.0)
    >>> breach_chance(load, room, hours=24, opening=0, limit_h=24, target=0.9, cv=0.05).first
    -1
    """
    length = np.append(np.full(len(volume), hours), limit_h + hours)
    can = np.append(capacity, capacity[-1] * length[-1] / hours)

    def first_at(z: float) -> int:
        came = np.append(volume * max(1 + cv * z, 0.0), 0.0)
        found = backlog_walk(
            came[None, :],
            can[None, :],
            hours=length,
            opening=np.array([[opening]]),
            opening_age_h=np.array([0.0]),
            limit_h=limit_h,
        )
        return int(first_breach(found.compliance[:, :-1], np.array([target]))[0])

    forecast = first_at(0.0)
    low, high = (-Z_LIMIT, 0.0) if forecast >= 0 else (0.0, Z_LIMIT)
    if first_at(low) >= 0:
        return Chance(1.0, forecast)
    if first_at(high) < 0:
        return Chance(0.0, forecast)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if first_at(middle) >= 0 else (middle, high)
    return Chance(float(ndtr(-high)), forecast)
