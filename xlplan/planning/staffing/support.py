"""Support staff beside agents: team leads, quality, trainers, in whole steps."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from xlplan.planning.staffing.columns import Floats, amounts, common_shape, refuse, wide
from xlplan.planning.staffing.rounding import round_up


def support_fte(agents_fte: ArrayLike, *, ratio: ArrayLike, step: ArrayLike = 0.0, minimum: ArrayLike = 0.0) -> Floats:
    """FTE of a supporting role that so many agents take.

    Parameters
    ----------
    agents_fte : array_like
        Agents in FTE.
    ratio : array_like
        Agent FTE that one support FTE carries, above 0.
    step : array_like, optional
        Support comes in whole steps of so many FTE, rounded up; 0: in fractions.
    minimum : array_like, optional
        Fewest support FTE where any agent works; none work, none is needed.

    Raises
    ------
    PlanError
        Numbers below 0, or a ratio of 0.

    Examples
    --------
    >>> support_fte([0, 20, 100, 106], ratio=15, step=1, minimum=2).tolist()
    [0.0, 2.0, 7.0, 8.0]
    """
    agents, each = amounts("agents_fte", agents_fte), amounts("ratio", ratio)
    steps, least = amounts("step", step), amounts("minimum", minimum)
    refuse("ratio", each, each == 0, "agents per support FTE above 0", "type 15 for one to fifteen")
    shape = common_shape(agents_fte=agents, ratio=each, step=steps, minimum=least)
    need = wide(np.asarray(agents / each), shape)
    whole = np.divide(need, steps, out=np.zeros(shape), where=steps > 0)
    stepped = np.where(steps > 0, round_up(whole) * steps, need)
    return np.where(agents > 0, np.maximum(stepped, least), 0.0)
