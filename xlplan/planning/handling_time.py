"""Handling time by workstream and month: stated by the planner, or else measured in the history."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from xlplan.errors import PlanError
from xlplan.planning.workstreams import Workstream, most_specific
from xlplan.tables.plan import Plan

RECENT_DAYS = 91
"""Measured handling time is the volume-weighted mean of the last quarter of history."""


def handling_times(plan: Plan, stream: Workstream) -> Callable[[pd.Timestamp], float]:
    """AHT in seconds as a function of a day.

    A stated row applies from its month on, until a later row; days before the first stated month take the first.

    Raises
    ------
    PlanError
        Neither stated nor measured.
    """
    stated = plan["tblAht"].loc[lambda f: f["queue"].eq(stream.queue)]
    rows = most_specific(stated, language=stream.language).sort_values("month")
    if not rows.empty:
        months = rows["month"].to_numpy(dtype="datetime64[D]")
        seconds = rows["aht_s"].to_numpy(dtype=float)

        def at(day: pd.Timestamp) -> float:
            place = int(np.searchsorted(months, np.datetime64(day, "D"), side="right")) - 1
            return float(seconds[max(place, 0)])

        return at
    measured = _measured(plan, stream)
    return lambda day: measured


def _measured(plan: Plan, stream: Workstream) -> float:
    start = pd.Timestamp(plan.name("PlanStart"))
    for name in ("tblInterval", "tblActual"):
        rows = plan[name]
        own = rows["queue"].eq(stream.queue) & rows["language"].eq(stream.language) & rows["start"].lt(start)
        rows = rows.loc[own & rows["aht_s"].notna() & rows["volume"].gt(0)]
        if rows.empty:
            continue
        recent = rows.loc[rows["start"].ge(rows["start"].max() - pd.Timedelta(days=RECENT_DAYS))]
        return float((recent["aht_s"] * recent["volume"]).sum() / recent["volume"].sum())
    raise PlanError(
        f"{stream.label} has no handling time",
        where="tblAht",
        do=f"add a row: {stream.queue}, {stream.language}, seconds",
    )
