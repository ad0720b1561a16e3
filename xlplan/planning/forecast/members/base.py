"""What a forecasting member is: a name and one batched function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from xlplan.planning.forecast.panel import FloatArray, Panel


@dataclass(frozen=True)
class Member:
    """One way to forecast a panel.

    Parameters
    ----------
    name : str
        What a planner types as the method.
    forecast : callable
        ``Panel -> (rows, horizon)``. Each row depends on its own history only. A row of NaN says that
        the history is too short for this member; the engine then goes on without it.
    """

    name: str
    forecast: Callable[[Panel], FloatArray]
