"""Placement score: weighted criteria of a lane, unless a gate blocks it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlplan.errors import PlanError
from xlplan.planning.staffing.columns import amounts, rates


def placement_score(criteria: Sequence[float], *, weights: Sequence[float]) -> float:
    """Points of a lane: the weighted mean of its criteria.

    Parameters
    ----------
    criteria : sequence of float
        Score on each criterion, 0 (worst) to 1 (best).
    weights : sequence of float
        Weight of each, on any scale.

    Returns
    -------
    float
        0 to 100.

    Raises
    ------
    PlanError
        As many weights as criteria are not given, none is above 0, or a score is outside 0 to 1.

    Examples
    --------
    >>> placement_score([1.0, 0.5, 0.8], weights=[2, 1, 1])
    82.5
    """
    score, weight = rates("criteria", criteria), amounts("weights", weights)
    if score.shape != weight.shape:
        raise PlanError(
            f"found {score.size} criteria and {weight.size} weights", where="weights", do="give as many of both"
        )
    if not weight.any():
        raise PlanError("all weights are 0", where="weights", do="type a weight above 0")
    return float(100 * np.average(score, weights=weight))
