"""The one rounding of agents: up, but not for a float's last digits."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from xlplan.planning.staffing.columns import Floats, amounts

# 21 / 0.7 is 30.000000000000004 in floats; a share this small of the value is noise, not a person.
NOISE = 1e-9


def round_up(values: Floats) -> Floats:
    """Round up as ``whole_agents`` does; the values have been checked."""
    return np.ceil(values - NOISE * values)


def whole_agents(agents: ArrayLike) -> Floats:
    """Round agents, FTE or heads up to whole ones: ``ceil(x - 1e-9 x)``.

    Parameters
    ----------
    agents : array_like
        Real numbers, 0 or more.

    Returns
    -------
    ndarray of float64
        In the shape of ``agents``.

    Raises
    ------
    PlanError
        For a negative, infinite or missing value.

    Examples
    --------
    >>> whole_agents([21 / 0.7, 30.01]).tolist()
    [30.0, 31.0]
    """
    return round_up(amounts("agents", agents))
