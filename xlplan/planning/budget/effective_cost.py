"""Effective cost: what a correct decision costs, once slow, wrong and ramping work is paid for."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from xlplan.planning.staffing.columns import Floats, amounts, common_shape, rates, refuse


def effective_cost(
    rate: ArrayLike,
    *,
    productivity: ArrayLike,
    accuracy: ArrayLike,
    rework_cost: ArrayLike = 0.0,
    oversight_rate: ArrayLike = 0.0,
    ramp_drag: ArrayLike = 0.0,
) -> Floats:
    """Cost per correct decision.

    Parameters
    ----------
    rate : array_like
        Price of a productive hour.
    productivity : array_like
        Decisions in a productive hour of somebody fully ramped, above 0.
    accuracy : array_like
        Share of decisions that are right, above 0.
    rework_cost : array_like, optional
        Cost of putting one wrong decision right.
    oversight_rate : array_like, optional
        Cost of quality checks and vendor management, as a share of the rate.
    ramp_drag : array_like, optional
        Share of output lost to people who still ramp, 0 to below 1.

    Returns
    -------
    ndarray
        ((rate x (1 + oversight_rate)) / (productivity x (1 - ramp_drag)) + (1 - accuracy) x rework_cost) / accuracy

    Raises
    ------
    PlanError
        Numbers out of range, naming them.

    Examples
    --------
    >>> float(effective_cost(18, productivity=40, accuracy=0.9, rework_cost=0.45))
    0.55
    """
    price, speed = amounts("rate", rate), amounts("productivity", productivity)
    right, again = rates("accuracy", accuracy), amounts("rework_cost", rework_cost)
    watched, lost = amounts("oversight_rate", oversight_rate), rates("ramp_drag", ramp_drag)
    refuse("productivity", speed, speed == 0, "decisions per hour above 0")
    refuse("accuracy", right, right == 0, "a share above 0", "at 0 no decision is right")
    refuse("oversight_rate", watched, watched > 5, "a share of the rate", "type 0.10 for 10 %")
    refuse("ramp_drag", lost, lost == 1, "a share below 1", "at 100 % nothing is produced")
    common_shape(
        rate=price,
        productivity=speed,
        accuracy=right,
        rework_cost=again,
        oversight_rate=watched,
        ramp_drag=lost,
    )
    decision = price * (1 + watched) / (speed * (1 - lost))
    return np.asarray((decision + (1 - right) * again) / right)
