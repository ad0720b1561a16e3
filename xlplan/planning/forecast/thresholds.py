"""Where to let a score decide: what it leaves to people, and what its errors cost.

Items at or above a threshold are decided without anybody looking; all others go to people. Wrong decisions are
false positives; items below the threshold that should have been acted on are false negatives, which stay up until a
person comes to them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from xlplan.errors import PlanError
from xlplan.planning.staffing.columns import Floats, amounts, rates


def threshold_curve(
    items: ArrayLike, precision: ArrayLike, *, thresholds: ArrayLike, cost_fp: float, cost_fn: float
) -> Floats:
    """Volume left to people and cost of errors at each threshold.

    Parameters
    ----------
    items : array_like, shape (B,)
        Items by score: B bins of one width from score 0 to 1, spread evenly within each.
    precision : array_like, shape (B,)
        Share of each bin's items that should be acted on.
    thresholds : array_like, shape (N,)
        Scores from 0 to 1 at or above which the score decides.
    cost_fp, cost_fn : float
        Cost of an item acted on wrongly, and of one that should have been acted on and was left to people.

    Returns
    -------
    ndarray, shape (N, 3)
        Threshold, items left to people, cost of errors.

    Raises
    ------
    PlanError
        As many precisions as bins are not given, a share outside 0 to 1, or a number below 0.

    Examples
    --------
    >>> threshold_curve([900, 100], [0.1, 0.8], thresholds=[0.5, 1.0], cost_fp=2, cost_fn=1).tolist()
    [[0.5, 900.0, 130.0], [1.0, 1000.0, 170.0]]
    """
    count, right = amounts("score_hist", items).ravel(), rates("precision_by_bin", precision).ravel()
    score = rates("thresholds", thresholds).ravel()
    false_positive, false_negative = float(amounts("cost_fp", cost_fp)), float(amounts("cost_fn", cost_fn))
    if len(count) != len(right):
        raise PlanError(
            f"found {len(count)} bins of items and {len(right)} of precision",
            where="precision_by_bin",
            do="give as many of both",
        )
    edges = np.arange(len(count) + 1) / len(count)

    def below(values: Floats) -> Floats:
        return np.interp(score, edges, np.concatenate([[0.0], np.cumsum(values)]))

    wrong, missed = count * (1 - right), count * right
    cost = false_positive * (wrong.sum() - below(wrong)) + false_negative * below(missed)
    return np.stack([score, below(count), np.maximum(cost, 0.0)], axis=1)
