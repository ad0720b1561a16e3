"""Queue health: one score of 0 to 100 from age, compliance, trend, occupancy and quality.

Each part has full points up to one value and none from another on, a straight line between; what is not known is left
out, and the weights of the others are raised in proportion.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from xlplan.errors import PlanError
from xlplan.planning.staffing.columns import Floats, amounts, common_shape, numbers, rates, wide

FULL_AND_NONE = {
    "age_ratio": (0.5, 1.0),
    "compliance": (1.0, 0.0),
    "trend": (0.0, 0.2),
    "occupancy": (0.85, 1.0),
    "quality": (1.0, 0.0),
}
"""Values with all points and with none, by part, in the order of the weights."""


def health_score(
    *,
    age_ratio: ArrayLike = np.nan,
    compliance: ArrayLike = np.nan,
    trend: ArrayLike = np.nan,
    occupancy: ArrayLike = np.nan,
    quality: ArrayLike = np.nan,
    weights: Sequence[float] = (1.0, 1.0, 1.0, 1.0, 1.0),
) -> Floats:
    """Score of queues.

    Parameters
    ----------
    age_ratio : array_like, optional
        Age of the oldest open item over its turnaround; full points up to half of it.
    compliance, quality : array_like, optional
        Share in time, and share right, 0 to 1.
    trend : array_like, optional
        Growth of the backlog in a period over the inflow of it; no points from 20 % on.
    occupancy : array_like, optional
        Share of staffed time on items, 0 to 1; full points up to 85 %.
    weights : sequence of five floats, optional
        In the order of the parts, on any scale.

    Returns
    -------
    ndarray
        0 to 100; NaN where no part with a weight is known.

    Raises
    ------
    PlanError
        A share outside 0 to 1, a ratio below 0, or weights that are not five of 0 or more.

    Examples
    --------
    >>> float(health_score(age_ratio=0.75, compliance=0.9, trend=0.05, occupancy=0.88, quality=0.95).round(1))
    78.0
    """
    given = {
        "age_ratio": amounts("age_ratio", age_ratio, blank=True),
        "compliance": rates("compliance", compliance, blank=True),
        "trend": numbers("trend", trend, blank=True),
        "occupancy": rates("occupancy", occupancy, blank=True),
        "quality": rates("quality", quality, blank=True),
    }
    weight = amounts("weights", weights)
    if weight.shape != (len(given),) or not weight.any():
        raise PlanError(
            f"found {weight.size} weights", where="weights", do=f"give five, above 0 in all: {', '.join(given)}"
        )
    shape = common_shape(**given)
    points, counted = np.zeros(shape), np.zeros(shape)
    for part, (name, (full, none)) in zip(weight.tolist(), FULL_AND_NONE.items(), strict=True):
        values = wide(given[name], shape)
        known = ~np.isnan(values)
        share = np.clip((none - np.where(known, values, full)) / (none - full), 0.0, 1.0)
        points += np.where(known, part * share, 0.0)
        counted += np.where(known, part, 0.0)
    return np.divide(100 * points, counted, out=np.full(shape, np.nan), where=counted > 0)
