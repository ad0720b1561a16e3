"""Weights of the points of a parameter grid by how well each explains the history."""

from __future__ import annotations

import numpy as np

from xlplan.planning.forecast.panel import FloatArray
from xlplan.planning.forecast.sums import total

EXACT = 1e-9
"""One-step error, as a share of the mean one of the grid, below which two fits are equally perfect."""


def akaike_weights(squares: FloatArray, count: FloatArray, parameters: FloatArray) -> FloatArray:
    """Akaike weights (Burnham and Anderson 2002) with the small-sample correction.

    Parameters
    ----------
    squares : (G, R) float array
        Sum of squared one-step errors of each grid point and row.
    count : (R,) float array
        Observations behind each sum.
    parameters : (G,) float array
        Free parameters of each grid point.

    Returns
    -------
    (G, R) float array
        Adding to one over the grid.
    """
    many = np.maximum(count - 1, 1.0)
    spare = np.maximum(many - parameters[:, None] - 1, 1.0)
    mean = squares / many
    floor = EXACT * total(mean, axis=0) / len(mean) + np.finfo(float).tiny
    penalty = 2 * parameters[:, None] * (1 + (parameters[:, None] + 1) / spare)
    score = many * np.log(mean + floor) + penalty
    weights = np.exp(-0.5 * (score - score.min(axis=0)))
    return np.asarray(weights / total(weights, axis=0))
