"""Classes that close a shortage: as late as they still help, as few as do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from xlplan.errors import PlanError
from xlplan.planning.calendar.days import Floats
from xlplan.planning.staffing.rounding import round_up


@dataclass(frozen=True)
class ClassStarts:
    """By week, shape (T,) each: classes that start, people who start in them, FTE that stay short."""

    classes: Floats
    heads: Floats
    short: Floats


def class_starts(
    required: ArrayLike,
    supplied: ArrayLike,
    *,
    lead_weeks: int,
    class_size: float,
    graduates: float = 1.0,
    attrition: float = 0.0,
) -> ClassStarts:
    """Whole classes that bring supply up to what is required.

    Week by week, a shortage is closed by the fewest classes that can, started just in time. A shortage that comes
    sooner than a class can be through stays; no class is started for it alone.

    Parameters
    ----------
    required, supplied : array_like, shape (T,)
        FTE required, and FTE there without any of these classes: the walk.
    lead_weeks : int
        Weeks from the start of a class to full output; 0 or more.
    class_size : float
        People who start in one class.
    graduates : float, optional
        Share of them who arrive in production, above 0.
    attrition : float, optional
        Share of those who arrived that leaves in each later week.

    Returns
    -------
    ClassStarts

    Raises
    ------
    PlanError
        Ranges of different length, numbers below 0, or a class that brings nobody.

    Examples
    --------
    >>> found = class_starts([10, 10, 22, 22], [10, 10, 10, 9], lead_weeks=2, class_size=15, graduates=0.8)
    >>> found.classes.tolist(), found.heads.tolist(), found.short.tolist()
    ([1.0, 1.0, 0.0, 0.0], [15.0, 15.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0])
    """
    need, there = np.asarray(required, dtype=float).ravel(), np.asarray(supplied, dtype=float).ravel()
    if len(need) != len(there):
        raise PlanError(f"found {len(need)} weeks required and {len(there)} of supply", do="give as many of both")
    for name, values in (("required_fte", need), ("walk", there)):
        if not (np.isfinite(values) & (values >= 0)).all():
            raise PlanError("found a blank or a number below 0", where=name, do="type FTE of 0 or more")
    if lead_weeks < 0:
        raise PlanError(f"found {lead_weeks} weeks", where="lead_weeks", do="type 0 or more")
    if not (0 < graduates <= 1 and 0 <= attrition < 1):
        raise PlanError("found a share outside 0 to 1", where="class_yield, attrition_rate", do="type 0.85 for 85 %")
    arrive = class_size * graduates
    if not 0 < arrive < np.inf:
        raise PlanError(f"a class of {class_size:g} brings nobody", where="class_size", do="type people per class")
    classes, short = np.zeros(len(need)), np.zeros(len(need))
    hired = 0.0
    for week in range(len(need)):
        hired *= 1 - attrition
        gap = need[week] - there[week] - hired
        if gap > 1e-9 * need[week] and week >= lead_weeks:
            count = float(round_up(np.array(gap / arrive)))
            classes[week - lead_weeks] = count
            hired += count * arrive
        short[week] = max(need[week] - there[week] - hired, 0.0)
    return ClassStarts(classes, classes * class_size, np.where(short > 1e-9 * need, short, 0.0))
