"""Cell functions of supply: attrition, ramp, classes, the headcount walk."""

from __future__ import annotations

import datetime as dt
from typing import Any

from xlplan.functions.cellvalues import NUM, VALUE, CellError, at_most
from xlplan.functions.registry import Argument, cell_function

MOST_WEEKS = 10_000
MOST_PERIODS = 100_000
MOST_LEAD_WEEKS = 1_000
EPOCH = dt.datetime(1899, 12, 30)
"""Day 0 of serial dates."""


def _movement(name: str, meaning: str, unit: str = "heads") -> Argument:
    """A range of movements by period, or one value for all; none where it is left out."""
    return Argument(name, meaning, unit, kind="numbers", default=(0.0,), default_words="0")


def _numbers(values: Any) -> list[float]:
    """Blanks in a range of movements are periods without any."""
    return [0.0 if value is None else value for value in values]


@cell_function(
    "XP_ATTR_MONTHLY",
    group="Supply",
    arguments=[
        Argument("annual_rate", "share of heads that leave in a year", "0-1", inside=("annual",)),
        Argument("method", '"compound" or "simple"', kind="text", default="compound"),
    ],
    returns="share of heads that leave in a month, 0-1",
    example=(0.36,),
    formula="=XP_ATTR_MONTHLY(36%)",
    errors=[(NUM, "a rate of 100 % or more, or below 0")],
)
def attrition_monthly(annual_rate: Any, method: str) -> Any:
    """Monthly attrition of a yearly rate; compounding is of those who are still there."""
    from xlplan.planning.supply.rates import monthly_attrition

    if method.lower() not in {"compound", "simple"}:
        raise CellError(VALUE, f"method is '{method}'; type compound or simple")
    return monthly_attrition(annual_rate, method="simple" if method.lower() == "simple" else "compound")


@cell_function(
    "XP_RAMP_FTE",
    group="Supply",
    arguments=[
        Argument("joins", "people entering production, one cell per week; a blank is none", "heads", kind="numbers"),
        Argument("ramp_curve", "share of full output by week of tenure", "0-1", kind="numbers"),
    ],
    returns="productive FTE, one per week of joins",
    example=([[10], [0], [0]], [[0.5], [0.8]]),
    formula="=XP_RAMP_FTE(B2:B4,D2:D3)",
    errors=[(NUM, "joins below 0, or a curve outside 0-1"), (VALUE, "a blank in the curve")],
)
def ramp_fte(joins: list[float | None], ramp_curve: list[float | None]) -> Any:
    """Productive equivalents of new people as they ramp up."""
    from xlplan.planning.supply.rates import ramped

    at_most("joins", len(joins), MOST_WEEKS, what="weeks")
    if None in ramp_curve:
        raise CellError(VALUE, "ramp_curve has a blank; type the share of full output of that week")
    return ramped(_numbers(joins), _numbers(ramp_curve))


@cell_function(
    "XP_ACT_BY",
    group="Supply",
    arguments=[
        Argument("need_date", "day on which people must be productive", "date", kind="dates"),
        Argument("recruit_weeks", "from decision to class start", "weeks", kind="single"),
        Argument("training_weeks", "weeks of training", "weeks", kind="single"),
        Argument("nesting_weeks", "weeks of nesting", "weeks", kind="single"),
    ],
    returns="last day to decide, as a serial date",
    example=(46113, 6, 3, 2),
    formula="=XP_ACT_BY(A2,6,3,2)",
    errors=[(NUM, "weeks below 0 or beyond 1,000")],
)
def act_by(
    need_date: list[dt.datetime | None], recruit_weeks: float, training_weeks: float, nesting_weeks: float
) -> Any:
    """The latest day on which a hiring decision still helps by a date."""
    weeks = {"recruit_weeks": recruit_weeks, "training_weeks": training_weeks, "nesting_weeks": nesting_weeks}
    for name, value in weeks.items():
        if not 0 <= value <= MOST_LEAD_WEEKS:
            raise CellError(NUM, f"{name} is {value:g}; type weeks, 0 to {MOST_LEAD_WEEKS:,}")
    lead = dt.timedelta(weeks=sum(weeks.values()))
    days = [_act_by(day, lead) for day in need_date]
    return days if len(days) > 1 else days[0]


def _act_by(day: dt.datetime | None, lead: dt.timedelta) -> float | CellError:
    if day is None:
        return CellError(VALUE, "need_date is blank; type a date")
    if day - EPOCH < lead:
        return CellError(NUM, f"need_date is {day:%Y-%m-%d}, too early for so many weeks; check the date and the weeks")
    return float((day - lead - EPOCH).days)


@cell_function(
    "XP_HC_WALK",
    group="Supply",
    arguments=[
        Argument("opening", "heads at the start", "heads", kind="single"),
        Argument("joins", "entering production, one cell per period; a blank is none", "heads", kind="numbers"),
        _movement("transfers_in", "from other pools", "heads"),
        _movement("attrition_rate", "share of heads that leave in a period", "0-1"),
        _movement("transfers_out", "to other pools", "heads"),
        _movement("rampdown", "released by decision", "heads"),
    ],
    returns="one row per period: opening, attrition, transfers out, ramp-down, closing",
    example=(100, [[0], [10]], None, 0.02),
    formula="=XP_HC_WALK(100,B2:B3,,2%)",
    errors=[(NUM, "a movement below 0, attrition of 100 % or more, ranges of different length")],
)
def headcount_walk(
    opening: float,
    joins: list[float | None],
    transfers_in: Any,
    attrition_rate: Any,
    transfers_out: Any,
    rampdown: Any,
) -> Any:
    """The headcount corkscrew of one pool: opening + joins + transfers - leavers - ramp-down = closing."""
    import numpy as np

    from xlplan.planning.supply.rates import corkscrew

    for name, values in {"joins": joins, "transfers_in": transfers_in, "attrition_rate": attrition_rate}.items():
        at_most(name, len(values), MOST_PERIODS)
    walk = corkscrew(
        opening,
        _numbers(joins),
        transfers_in=_numbers(transfers_in),
        attrition_rate=_numbers(attrition_rate),
        transfers_out=_numbers(transfers_out),
        rampdown=_numbers(rampdown),
    )
    return np.stack([walk.opening, walk.attrition, walk.transfers_out, walk.rampdown, walk.closing], axis=1)
