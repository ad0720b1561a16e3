"""Rules on events: each says how its effect comes and goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from xlplan.tables.rules import Rule
from xlplan.tables.schema import Finding

if TYPE_CHECKING:
    from xlplan.tables.plan import Plan


def shapes(plan: Plan) -> list[Finding]:
    """An effect that decays has a half-life; one that ramps has a half-life or an end."""
    found = []

    def missing(row: int, expected: str, fix: str) -> None:
        found.append(Finding("event_shape", "error", "tblEvent", "half_life", row, "a blank", expected, fix))

    for position, event in enumerate(plan["tblEvent"].itertuples(index=False)):
        if pd.notna(event.half_life):
            continue
        if event.shape == "decay":
            missing(position + 1, "weeks until a decaying effect halves", "type 2 (weeks), or shape step")
        elif event.shape == "ramp" and pd.isna(event.end):
            missing(position + 1, "half the weeks that the ramp takes", "type 2 (weeks), or the last day in end")
    return found


RULES = (Rule("event_shape", "Effects that ramp or decay say how fast", "error", shapes),)
