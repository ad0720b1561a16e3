"""Cell functions beside the forecast: bounds, the method chosen, seasons, events, added value, tie-out."""

from __future__ import annotations

import datetime as dt
from typing import Any

from xlplan.functions.cellvalues import NA, NUM, VALUE, CellError
from xlplan.functions.registry import Argument, cell_function

VALUES = Argument("values", "volumes of the past, one per date; a blank is a gap", "items", kind="numbers")
DATES = Argument("dates", "their dates", "dates", kind="dates")
MOST_UPLIFT = 10.0
"""Eleven times the volume: what is more is a percentage typed without its sign."""
PERIODS = {"week-of-year": 53, "day-of-week": 7, "month": 12}


def _known(values: list[float | None], dates: list[dt.datetime | None]) -> list[tuple[float, dt.datetime]]:
    if len(values) != len(dates):
        raise CellError(VALUE, f"values has {len(values)} cells and dates {len(dates)}; give as many of both")
    known = [(v, d) for v, d in zip(values, dates, strict=True) if v is not None and d is not None]
    if not known:
        raise CellError(NA, "there is no value with a date; give the history")
    return known


def _season(day: dt.datetime, period: str) -> int:
    """Place of a day in its season, from 0."""
    if period == "week-of-year":
        return day.isocalendar()[1] - 1
    return day.weekday() if period == "day-of-week" else day.month - 1


@cell_function(
    "XP_SEASONAL_INDEX",
    group="Forecast",
    arguments=[VALUES, DATES, Argument("period", '"week-of-year", "day-of-week" or "month"', kind="text")],
    returns="index of each season, mean 1: 53 weeks, 7 days from Monday, or 12 months; #N/A where none was seen",
    example=([[10], [20], [30], [20], [20], [5], [5]], [[46027 + day] for day in range(7)], "day-of-week"),
    formula='=XP_SEASONAL_INDEX(B2:B8,A2:A8,"day-of-week")',
    errors=[(NUM, "a volume below 0"), (NA, "no volume at all")],
)
def seasonal_index(values: list[float | None], dates: list[dt.datetime | None], period: str) -> Any:
    """Mean of each season over the mean of all seasons."""
    import numpy as np

    known = _known(values, dates)
    if period.lower() not in PERIODS:
        raise CellError(VALUE, f"period is '{period}'; type {', '.join(PERIODS)}")
    if any(value < 0 for value, _ in known):
        raise CellError(NUM, "a volume is below 0; type 0 or more")
    season = np.array([_season(day, period.lower()) for _, day in known])
    volume = np.array([value for value, _ in known])
    count = np.bincount(season, minlength=PERIODS[period.lower()])
    mean = np.divide(np.bincount(season, volume, len(count)), count, out=np.full(len(count), np.nan), where=count > 0)
    level = np.nanmean(mean)
    if level <= 0:
        raise CellError(NA, "every volume is 0: there is no season in them")
    return mean / level


@cell_function(
    "XP_EVENT_UPLIFT",
    group="Forecast",
    arguments=[
        DATES,
        Argument("start", "first day of the event", "date", kind="date"),
        Argument("end", "last day; blank for no end", "date", kind="date", nullable=True),
        Argument("uplift", "0.12 for 12 % more", "rate", kind="single"),
        Argument("shape", '"step", "ramp" or "decay"', kind="text", default="step"),
        Argument(
            "half_life", "weeks until the effect halves", "weeks", kind="single", default=None,
            default_words="required for decay",
        ),
    ],
    returns="factor on the volume of each date",
    example=([[46082], [46089]], 46082, None, 0.12, "decay", 1),
    formula='=XP_EVENT_UPLIFT(A2:A3,A2,,12%,"decay",1)',
    errors=[(NUM, "an uplift of -100 % or less or above 1000 %, a half-life of 0 or less, an end before the start")],
)  # fmt: skip
def event_uplift(
    dates: list[dt.datetime | None],
    start: dt.datetime,
    end: dt.datetime | None,
    uplift: float,
    shape: str,
    half_life: float | None,
) -> Any:
    """Factor of an event on each date: 1 where it does nothing."""
    import numpy as np
    import pandas as pd

    from xlplan.planning.forecast.effects import event_shape

    if shape.lower() not in {"step", "ramp", "decay"}:
        raise CellError(VALUE, f"shape is '{shape}'; type step, ramp or decay")
    if shape.lower() == "decay" and half_life is None:
        raise CellError(VALUE, "half_life is blank; a decay needs the weeks until it halves")
    if not -1 < uplift <= MOST_UPLIFT:
        fix = f"type {uplift / 100:g} for {uplift:g} %" if uplift > MOST_UPLIFT else "type a share above -1"
        raise CellError(NUM, f"uplift is {uplift:g}, expected a share such as 0.12 for 12 % more; {fix}")
    if half_life is not None and half_life <= 0:
        raise CellError(NUM, f"half_life is {half_life:g}; type weeks above 0")
    if end is not None and end < start:
        raise CellError(NUM, f"end is {end:%Y-%m-%d}, before start {start:%Y-%m-%d}; correct one of the two dates")
    known = [day for day in dates if day is not None]
    factors = 1 + uplift * event_shape(
        np.array(known, dtype="datetime64[D]"),
        start=pd.Timestamp(start),
        end=None if end is None else pd.Timestamp(end),
        shape=shape.lower(),
        half_life=half_life,
    )
    answers = iter(factors.tolist())
    return [CellError(NA, "the date is blank") if day is None else next(answers) for day in dates]


@cell_function(
    "XP_FVA",
    group="Forecast",
    arguments=[
        Argument("actual", "what happened", "any", kind="numbers"),
        Argument("system_forecast", "the forecast before the override", "as actual", kind="numbers"),
        Argument("override_forecast", "the forecast after it", "as actual", kind="numbers"),
    ],
    returns="WAPE of the system less WAPE of the override, a share; positive helped",
    example=([[100], [100]], [[80], [90]], [[95], [105]]),
    formula="=XP_FVA(B2:B3,C2:C3,D2:D3)",
    errors=[(NUM, "ranges of different size, blanks, or actuals of zero throughout")],
)
def forecast_value_added(
    actual: list[float | None], system_forecast: list[float | None], override_forecast: list[float | None]
) -> float:
    """What an override added to the forecast."""
    from xlplan.planning.forecast import accuracy

    nan = float("nan")
    rows = [[nan if v is None else v for v in values] for values in (actual, system_forecast, override_forecast)]
    return accuracy.fva(rows[0], rows[2], reference=rows[1])


@cell_function(
    "XP_RECONCILE",
    group="Forecast",
    arguments=[
        Argument("parent", "forecast of the whole", "items", kind="single"),
        Argument("children", "forecasts of its parts", "items", kind="numbers"),
        Argument("method", '"proportional", "ols" or "bottomup"', kind="text", default="proportional"),
    ],
    returns="children that sum to the parent (ols: to one that gives way too, none below 0; bottomup: as they are)",
    example=(120, [[40], [60]]),
    formula="=XP_RECONCILE(120,B2:B3)",
    errors=[(NUM, "a forecast below 0"), (VALUE, "a blank child"), (NA, "children of 0 under a parent above 0")],
)
def reconcile(parent: float, children: list[float | None], method: str) -> Any:
    """Parts of a forecast that tie out to the whole.

    ``ols`` shares the difference evenly over the children and the parent, which gives way too.
    """
    import numpy as np

    if None in children:
        raise CellError(VALUE, "children has a blank; type its forecast, 0 if nothing is expected")
    parts = np.array(children, dtype=float)
    if parent < 0 or (parts < 0).any():
        raise CellError(NUM, "parent or children hold a forecast below 0; type 0 or more")
    total = float(parts.sum())
    if method.lower() == "bottomup":
        return parts
    if method.lower() == "ols":
        return np.maximum(parts + (parent - total) / (len(parts) + 1), 0.0)
    if method.lower() != "proportional":
        raise CellError(VALUE, f"method is '{method}'; type proportional, ols or bottomup")
    if total == 0 and parent > 0:
        raise CellError(NA, "all children are 0, so nothing says how to share the parent")
    return parts * (parent / total) if total else parts
