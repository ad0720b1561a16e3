"""Mean of the last four cycles, place by place: what most planners do by hand."""

from __future__ import annotations

import numpy as np

from xlplan.planning.forecast.members.base import Member
from xlplan.planning.forecast.panel import FloatArray, Panel
from xlplan.planning.forecast.sums import ratio, total

CYCLES = 4


def cycle_mean(panel: Panel) -> FloatArray:
    """Mean of the observations at the same place in the last four cycles.

    NaN in places of the cycle without any observation there.

    Examples
    --------
    >>> from xlplan.planning.forecast.panel import align
    >>> cycle_mean(align([np.array([4.0, 1, 6, 3])], season=2, horizon=3))
    array([[5., 2., 5.]])
    """
    season = panel.season
    rows = len(panel.values)
    recent = panel.values[:, -CYCLES * season :]
    front = np.full((rows, -recent.shape[1] % season), np.nan)
    cycles = np.concatenate([front, recent], axis=1).reshape(rows, -1, season)
    known = ~np.isnan(cycles)
    count = total(known.astype(float), axis=1)
    mean = ratio(total(np.where(known, cycles, 0.0), axis=1), count, empty=np.nan)
    return mean[:, panel.slots]


MEMBERS = (Member("cycle_mean", cycle_mean),)
