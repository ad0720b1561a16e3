"""Cover: people who must be there whatever the volume, for statutory clocks and thin languages."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from xlplan.planning.staffing.columns import Floats, amounts, common_shape, refuse
from xlplan.planning.staffing.shrinkage import gross_up

WEEK_H = 168.0


def cover_fte(
    open_hours_week: ArrayLike, min_crew: ArrayLike, *, hours_per_fte: ArrayLike, shrinkage: ArrayLike = 0.0
) -> Floats:
    """FTE behind a crew that is there in every open hour.

    Parameters
    ----------
    open_hours_week : array_like
        Hours open in a week, 0 to 168.
    min_crew : array_like
        People present at once.
    hours_per_fte : array_like
        Paid hours of one FTE in a week, above 0.
    shrinkage : array_like, optional
        Share of paid time not available, 0 to below 1; leave it at 0 where ``hours_per_fte`` are productive hours.

    Returns
    -------
    ndarray
        open hours x crew / hours per FTE / (1 - shrinkage), in the broadcast shape.

    Raises
    ------
    PlanError
        More than 168 hours a week, no hours per FTE, or a shrinkage of 100 %.

    Examples
    --------
    >>> float(cover_fte(168, 1, hours_per_fte=40, shrinkage=0.3))  # one seat round the clock
    6.0
    """
    hours, crew = amounts("open_hours_week", open_hours_week), amounts("min_crew", min_crew)
    each = amounts("hours_per_fte", hours_per_fte)
    refuse("open_hours_week", hours, hours > WEEK_H, "at most 168 hours", "type 168 for round the clock")
    refuse("hours_per_fte", each, each == 0, "hours above 0", "type 40")
    common_shape(open_hours_week=hours, min_crew=crew, hours_per_fte=each)
    return gross_up(np.asarray(hours * crew / each), shrinkage)
