"""Cell functions before a goal breaks: when and how likely, what clears the backlog, how healthy the queue is."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from xlplan.functions.cellvalues import NA, NUM, VALUE, CellError, at_most
from xlplan.functions.queues import CAPACITY, INFLOW, OPENING, PERIOD, TAT, periods
from xlplan.functions.registry import Argument, cell_function
from xlplan.functions.supply import EPOCH

MOST_PERIODS = 2_000
UNSET = float("nan")
DATES = Argument("dates", "start of each period", "dates", kind="dates")


@cell_function(
    "XP_BLOWOUT",
    group="Queue health",
    arguments=[
        DATES,
        INFLOW,
        CAPACITY,
        OPENING,
        PERIOD,
        TAT,
        Argument("compliance", "share of each period's items to complete in time", "0-1", kind="single"),
        Argument("cv_inflow", "standard deviation of the forecast's error over the forecast", "ratio", kind="single"),
    ],
    returns="one row: start of the first period that breaks as forecast, as a serial date; probability of a break",
    example=([[46082], [46089], [46096]], [[1000], [1100], [1400]], 1100, 0, 168, 24, 0.9, 0.08),
    formula="=XP_BLOWOUT(A2:A4,B2:B4,1100,0,168,24,90%,0.08)",
    errors=[
        (NUM, "a number below 0, a compliance above 1, ranges of different length"),
        (NA, "in place of the date: no period breaks as forecast"),
    ],
)
def blowout(
    dates: list[dt.datetime | None],
    inflow: list[float | None],
    capacity: list[float | None],
    opening: float,
    period_h: float,
    tat_h: float,
    compliance: float,
    cv_inflow: float,
) -> Any:
    """When a turnaround breaks, and how likely: all periods miss their forecast in the same direction, by one draw.

    Worked first in first out; the opening items are as old as if they had just come. The probability is exact: there
    are no random draws.
    """
    import numpy as np

    from xlplan.planning.queues.chance import breach_chance

    if len(dates) != len(inflow):
        raise CellError(NUM, f"dates has {len(dates)} cells and inflow {len(inflow)}; give as many of both")
    at_most("inflow", len(inflow), MOST_PERIODS)
    came, done = periods(inflow, capacity, opening=opening, period_h=period_h, tat_h=tat_h)
    if not 0 <= compliance <= 1:
        raise CellError(NUM, f"compliance is {compliance:g}; type a share such as 0.90")
    if not 0 <= cv_inflow <= 10:
        raise CellError(NUM, f"cv_inflow is {cv_inflow:g}; type a ratio such as 0.08 for 8 %")
    order = _in_order(dates)
    found = breach_chance(
        np.array(came)[order],
        np.array(done)[order],
        hours=period_h,
        opening=opening,
        limit_h=tat_h,
        target=compliance,
        cv=cv_inflow,
    )
    first: Any = CellError(NA, "no period breaks as forecast")
    if found.first >= 0:
        first = serial(dates[order[found.first]])
    return [[first, found.probability]]


@cell_function(
    "XP_CLEARDOWN",
    group="Queue health",
    arguments=[
        Argument("backlog", "items open now", "items", kind="single"),
        DATES,
        INFLOW,
        CAPACITY,
        Argument("aht_s", "mean handling time", "seconds", kind="single"),
        Argument("hours_per_fte", "productive hours of one FTE in a period", "hours", kind="single"),
        Argument("by_date", "day by which it must be normal: periods that start before it count", "date", kind="date"),
        Argument("normal_level", "open items that count as normal", "items", kind="single", default=0.0,
                 default_words="none"),
    ],
    returns="one row: FTE at work on top until then, and the hours of that in all (the same as overtime)",
    example=(1000, [[46082], [46089], [46096]], [[100], [100], [100]], 120, 360, 30, 46103, 300),
    formula="=XP_CLEARDOWN(1000,A2:A4,B2:B4,120,360,30,46103,300)",
    errors=[(NUM, "a number below 0, no hours per FTE, no period before by_date, ranges of different length")],
)  # fmt: skip
def cleardown(
    backlog: float,
    dates: list[dt.datetime | None],
    inflow: list[float | None],
    capacity: list[float | None],
    aht_s: float,
    hours_per_fte: float,
    by_date: dt.datetime,
    normal_level: float,
) -> Any:
    """Clear-down: the least extra FTE, the same in every period, that makes a backlog normal by a day."""
    import numpy as np

    from xlplan.planning.queues.cleardown import extra_items

    if len(dates) != len(inflow):
        raise CellError(NUM, f"dates has {len(dates)} cells and inflow {len(inflow)}; give as many of both")
    for name, value in {"aht_s": aht_s, "hours_per_fte": hours_per_fte}.items():
        if value <= 0:
            raise CellError(NUM, f"{name} is {value:g}; type more than 0")
    came, done = periods(inflow, capacity, opening=backlog)
    order = [row for row in _in_order(dates) if dates[row] < by_date]  # type: ignore[operator]
    if not order:
        raise CellError(NUM, f"no period starts before {by_date:%Y-%m-%d}; type a later by_date")
    extra = extra_items(
        backlog, inflow=np.array(came)[order], capacity=np.array(done)[order], normal_level=normal_level
    )
    hours = extra * aht_s / 3600
    return [[hours / hours_per_fte, hours * len(order)]]


@cell_function(
    "XP_QUEUE_HEALTH",
    group="Queue health",
    arguments=[
        Argument("age_ratio", "age of the oldest item over its turnaround", "ratio", default=UNSET,
                 default_words="left out"),
        Argument("compliance", "share of items in time", "0-1", default=UNSET, default_words="left out"),
        Argument("trend", "growth of the backlog in a period over its inflow", "ratio", default=UNSET,
                 default_words="left out"),
        Argument("occupancy", "share of staffed time on items", "0-1", default=UNSET, default_words="left out"),
        Argument("quality", "share of items done right", "0-1", default=UNSET, default_words="left out"),
        Argument("weights", "range of five, in this order, on any scale", "weights", kind="numbers",
                 default=(1.0,) * 5, default_words="all equal"),
    ],
    returns="score, 0-100; each part in a straight line from all points to none",
    example=(0.75, 0.9, 0.05, 0.88, 0.95),
    formula="=XP_QUEUE_HEALTH(0.75,90%,0.05,88%,95%)",
    errors=[(NUM, "a share outside 0 to 1, a ratio below 0, not five weights"), (NA, "no part is known")],
)  # fmt: skip
def queue_health(age_ratio: Any, compliance: Any, trend: Any, occupancy: Any, quality: Any, weights: Any) -> Any:
    """Queue health: 100 where the oldest item is at most half-way, all is in time and right, nothing grows.

    No points for: age from the turnaround on, a backlog that grows by 20 % of inflow, occupancy of 100 % (all points up
    to 85 %). A blank part is left out and the weights of the others count for more.
    """
    from xlplan.planning.queues.health import health_score

    return health_score(
        age_ratio=age_ratio,
        compliance=compliance,
        trend=trend,
        occupancy=occupancy,
        quality=quality,
        weights=[0.0 if weight is None else weight for weight in weights],
    )


def serial(day: dt.datetime | None) -> float:
    """A date as a sheet counts it; NaN for none."""
    return math.nan if day is None else (day - EPOCH) / dt.timedelta(days=1)


def _in_order(dates: list[dt.datetime | None]) -> list[int]:
    """Places of dates from the first to the last."""
    known = [date for date in dates if date is not None]
    if len(known) < len(dates):
        raise CellError(VALUE, "dates has a blank; type the start of each period")
    if len(set(known)) < len(known):
        raise CellError(NUM, "a date stands twice in dates; keep one row for each period")
    return sorted(range(len(known)), key=known.__getitem__)
