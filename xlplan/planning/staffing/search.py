"""Fewest agents that meet a goal, found by bracketing: every measure improves with every agent."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from xlplan.planning.staffing.columns import Floats

Rows = NDArray[np.intp]


class Margin(Protocol):
    """How far rows are from their goal with so many agents: 0 or more where it is met, rising with agents."""

    def __call__(self, agents: Floats, rows: Rows) -> Floats: ...


def fewest_whole(margin: Margin, too_few: Floats, guess: Floats, scale: Floats) -> Floats:
    """Whole agents that meet the goal where one fewer do not.

    Parameters
    ----------
    margin : Margin
        For any real number of agents above ``too_few``.
    too_few : ndarray
        Whole agents known (or defined) not to meet the goal, one row each.
    guess : ndarray
        Where to look first.
    scale : ndarray
        Agents by which the margin changes by about 1, to step from the first look to the second.
    """
    low, high = too_few.copy(), np.full(too_few.shape, np.inf)
    at_low, at_high = np.full(low.shape, -np.inf), np.full(low.shape, np.inf)
    look = np.maximum(np.ceil(guess), low + 1.0)
    rows = np.arange(low.size)
    looks = 0
    while rows.size:
        found = margin(look[rows], rows)
        met = found >= 0
        yes, no = rows[met], rows[~met]
        high[yes], at_high[yes] = look[yes], found[met]
        low[no], at_low[no] = look[no], found[~met]
        rows = rows[high[rows] - low[rows] > 1]
        looks += 1
        look[rows] = _next_look(
            low[rows], high[rows], at_low[rows], at_high[rows], scale[rows] * 2.0**looks, halve=looks % 4 == 0
        )
    return high


def _next_look(low: Floats, high: Floats, at_low: Floats, at_high: Floats, step: Floats, *, halve: bool) -> Floats:
    """Whole number strictly between low and high where the margin should just turn positive."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        secant = low + (high - low) * (at_low / (at_low - at_high))
        upward = low + np.clip(-at_low * step, 1.0, step * 16.0)
        downward = high - np.clip(at_high * step, 1.0, step * 16.0)
    middle = 0.5 * (low + high)
    aim = np.where(np.isfinite(secant) & ~halve, secant, middle)
    aim = np.where(np.isinf(at_low) & np.isfinite(at_high), np.maximum(downward, middle), aim)
    aim = np.where(np.isinf(high), upward, aim)
    return np.clip(np.ceil(aim), low + 1.0, high - 1.0)


def fewest_real(margin: Margin, low: Floats, high: Floats) -> Floats:
    """Real agents in (low, high] where the margin turns positive, to 1e-12 relatively.

    Parameters
    ----------
    margin : Margin
        For any real number of agents inside the bracket.
    low, high : ndarray
        Agents that do not meet the goal, and that do.
    """
    low, high = low.copy(), high.copy()
    rows = np.arange(low.size)
    at_low, at_high = margin(low, rows), margin(high, rows)
    # Where the model ends, at no agents or at the load, the margin says nothing about agents just above.
    at_low[at_low >= 0] = -np.inf
    last_met = np.zeros(low.size)
    looks = 0
    while True:
        rows = rows[high[rows] - low[rows] > 1e-12 * high[rows]]
        if not rows.size:
            return high
        lo, hi = low[rows], high[rows]
        with np.errstate(invalid="ignore"):
            aim = lo + (hi - lo) * (at_low[rows] / (at_low[rows] - at_high[rows]))
        aim = np.where(np.isfinite(aim) & (looks % 5 < 4), aim, 0.5 * (lo + hi))
        nudge = np.minimum(4e-13 * hi, 0.25 * (hi - lo))
        look = np.clip(aim, lo + nudge, hi - nudge)
        found = margin(look, rows)
        met = found >= 0
        yes, no = rows[met], rows[~met]
        # Illinois: an end that is kept twice counts half, so that it moves too.
        at_low[yes] *= np.where(last_met[yes] > 0, 0.5, 1.0)
        at_high[no] *= np.where(last_met[no] < 0, 0.5, 1.0)
        last_met[yes], last_met[no] = 1.0, -1.0
        high[yes], at_high[yes] = look[met], found[met]
        low[no], at_low[no] = look[~met], found[~met]
        looks += 1
