"""Cell functions of backlog: the walk, ages, turnaround."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlplan.functions.cellvalues import NUM, VALUE, CellError, at_most
from xlplan.functions.registry import Argument, cell_function

if TYPE_CHECKING:
    from xlplan.planning.queues.walk import Backlog

INFLOW = Argument("inflow", "new items, one cell per period", "items", kind="numbers")
CAPACITY = Argument("capacity", "items that can be done, as many cells or one", "items", kind="numbers")
OPENING = Argument("opening", "open items at the start", "items", kind="single")
PERIOD = Argument("period_h", "length of a period", "hours", kind="single")
TAT = Argument("tat_h", "turnaround limit", "hours", kind="single")
MOST_PERIODS = 100_000
MOST_CELLS = 1_000_000
FAULTS = [(NUM, "a number below 0, or ranges of different length")]


def periods(
    inflow: list[float | None],
    capacity: list[float | None],
    *,
    opening: float,
    period_h: float = 1.0,
    tat_h: float = 1.0,
) -> tuple[list[float], list[float]]:
    """Inflow and capacity of as many periods, checked together with the numbers beside them.

    Raises
    ------
    CellError
        A blank, ranges of different length or beyond the limit, numbers below 0, a period or turnaround of no hours.
    """
    at_most("inflow", len(inflow), MOST_PERIODS)
    came = [value for value in inflow if value is not None]
    done = [value for value in capacity if value is not None]
    if len(came) < len(inflow) or len(done) < len(capacity):
        raise CellError(VALUE, "inflow or capacity has a blank; type 0 where nothing comes or is done")
    done = done * len(came) if len(done) == 1 else done
    if len(done) != len(came):
        raise CellError(NUM, f"inflow has {len(came)} periods and capacity {len(done)}; give as many of both")
    if min(*came, *done, opening) < 0:
        raise CellError(NUM, "inflow, capacity or the items open at the start are below 0; type 0 or more")
    if period_h <= 0:
        raise CellError(NUM, f"period_h is {period_h:g}; type the hours of a period, such as 24")
    if tat_h <= 0:
        raise CellError(NUM, f"tat_h is {tat_h:g}; type the hours of the limit, above 0")
    return came, done


def _walk(
    opening: float, came: list[float], done: list[float], *, hours: Any = 1.0, tat_h: float | None = None
) -> Backlog:
    """One queue, first in first out; the opening items arrived just before the first period."""
    import numpy as np

    from xlplan.planning.queues.walk import backlog_walk

    return backlog_walk(
        np.array([came]),
        np.array([done]),
        hours=hours,
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

    found = _walk(opening, *periods(inflow, capacity, opening=opening))
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
    came, done = periods(inflow, capacity, opening=opening, period_h=period_h)
    at_most("inflow by buckets_h", len(came) * len(floors), MOST_CELLS, what="cells")
    return _walk(opening, came, done, hours=period_h).ages(floors)[0]


@cell_function(
    "XP_COMPLIANCE",
    group="Queue health",
    arguments=[
        INFLOW,
        CAPACITY,
        OPENING,
        PERIOD,
        TAT,
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
    import numpy as np

    came, done = periods(inflow, capacity, opening=opening, period_h=period_h, tat_h=tat_h)
    # Items of the last periods are done later, by the capacity of the last one; first in, first out, so that what
    # comes after them changes nothing.
    later = tat_h + period_h
    hours = np.append(np.full(len(came), period_h), later)
    found = _walk(opening, [*came, 0.0], [*done, done[-1] * later / period_h], hours=hours, tat_h=tat_h)
    return found.compliance[0][: len(came)]
