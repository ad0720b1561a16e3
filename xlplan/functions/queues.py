"""Cell functions of backlog: the walk, ages, turnaround."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from xlplan.functions.cellvalues import NUM, VALUE, CellError
from xlplan.functions.registry import Argument, cell_function

if TYPE_CHECKING:
    from xlplan.planning.queues.walk import Backlog

INFLOW = Argument("inflow", "new items, one cell per period", "items", kind="numbers")
CAPACITY = Argument("capacity", "items that can be done, as many cells or one", "items", kind="numbers")
OPENING = Argument("opening", "open items at the start", "items", kind="single")
PERIOD = Argument("period_h", "length of a period", "hours", kind="single")
FAULTS = [(NUM, "a number below 0, or ranges of different length")]


def _walk(
    opening: float,
    inflow: list[float | None],
    capacity: list[float | None],
    *,
    period_h: float,
    tat_h: float | None = None,
) -> Backlog:
    """One queue, first in first out; the opening items arrived just before the first period."""
    import numpy as np

    from xlplan.planning.queues.walk import backlog_walk

    if any(value is None for value in [*inflow, *capacity]):
        raise CellError(VALUE, "inflow or capacity has a blank; type 0 where nothing comes or is done")
    done = capacity * len(inflow) if len(capacity) == 1 else capacity
    if len(done) != len(inflow):
        raise CellError(NUM, f"inflow has {len(inflow)} periods and capacity {len(capacity)}; give as many of both")
    numbers = np.array([inflow, done], dtype=float)
    if (numbers < 0).any() or opening < 0:
        raise CellError(NUM, "a number of items is below 0; type 0 or more")
    if period_h <= 0:
        raise CellError(NUM, f"period_h is {period_h:g}; type the hours of a period, such as 24")
    return backlog_walk(
        numbers[:1],
        numbers[1:],
        hours=period_h,
        opening=np.array([[opening]]),
        opening_age_h=np.array([0.0]),
        limit_h=np.nan if tat_h is None else tat_h,
    )


@cell_function(
    "XP_BACKLOG_WALK",
    group="Queue health",
    arguments=[OPENING, INFLOW, CAPACITY],
    returns="one row per period: items done, items open at the end",
    example=(60, [[100], [160]], 120),
    formula="=XP_BACKLOG_WALK(60,B2:B3,120)",
    errors=FAULTS,
)
def walk(opening: float, inflow: list[float | None], capacity: list[float | None]) -> Any:
    """Backlog period by period: opening + inflow - done = closing; nothing is done before it comes."""
    import numpy as np

    found = _walk(opening, inflow, capacity, period_h=1.0)
    return np.stack([found.handled[0], found.closing[0]], axis=1)


@cell_function(
    "XP_AGE_PROFILE",
    group="Queue health",
    arguments=[
        INFLOW,
        CAPACITY,
        OPENING,
        PERIOD,
        Argument("buckets_h", "ages at which buckets begin, rising from 0", "hours", kind="numbers"),
    ],
    returns="one row per period: open items in each age bucket",
    example=([[100], [160]], 60, 0, 24, [[0], [24]]),
    formula="=XP_AGE_PROFILE(B2:B3,60,0,24,D2:D3)",
    errors=[*FAULTS, (NUM, "buckets that do not rise from 0")],
)
def age_profile(
    inflow: list[float | None],
    capacity: list[float | None],
    opening: float,
    period_h: float,
    buckets_h: list[float | None],
) -> Any:
    """Age of the backlog at the end of each period, worked first in first out."""
    import numpy as np

    floors = np.array([np.nan if value is None else value for value in buckets_h])
    if floors[0] != 0 or not (np.diff(floors) > 0).all():
        raise CellError(NUM, "buckets_h must rise from 0; type 0, 24, 48 ...")
    return _walk(opening, inflow, capacity, period_h=period_h).ages(floors)[0]


@cell_function(
    "XP_COMPLIANCE",
    group="Queue health",
    arguments=[
        INFLOW,
        CAPACITY,
        OPENING,
        PERIOD,
        Argument("tat_h", "turnaround limit", "hours", kind="single"),
    ],
    returns="share of each period's items done in time; #N/A where nothing came",
    example=([[100], [160], [100]], 120, 0, 1, 1),
    formula="=XP_COMPLIANCE(B2:B4,120,0,1,1)",
    errors=FAULTS,
)
def compliance(
    inflow: list[float | None],
    capacity: list[float | None],
    opening: float,
    period_h: float,
    tat_h: float,
) -> Any:
    """Share of items done within the turnaround limit, by the period in which they came.

    After the last period its capacity goes on.
    """
    if tat_h <= 0:
        raise CellError(NUM, f"tat_h is {tat_h:g}; type the hours of the limit, above 0")
    # Items of the last periods are done later, by the capacity of the last one; first in, first out, so that what
    # comes after them changes nothing.
    later = math.ceil(tat_h / period_h) + 1
    done = capacity * len(inflow) if len(capacity) == 1 else capacity
    found = _walk(opening, inflow + [0.0] * later, done + done[-1:] * later, period_h=period_h, tat_h=tat_h)
    return found.compliance[0][: len(inflow)]
