"""Cell functions of teams: people under exposure limits, support staff, classes to start."""

from __future__ import annotations

from typing import Any

from xlplan.functions.cellvalues import NUM, VALUE, CellError, at_most
from xlplan.functions.registry import Argument, cell_function

MOST_WEEKS = 10_000


@cell_function(
    "XP_EXPOSURE_FTE",
    group="Staffing",
    arguments=[
        Argument("content_h", "hours of the tier's content to see in a day", "hours", inside=("required",)),
        Argument(
            "max_h_day", "most hours of it for one person in a day", "hours", default=float("inf"),
            default_words="no limit", inside=("max_hours_day",),
        ),
        Argument("wellness_min_day", "wellness time of one person in a day", "minutes", default=0.0,
                 default_words="none", inside=("tblExposure.wellness_min_day",)),
        Argument("day_h", "hours at work of one person in a day, shrinkage taken out", "hours", default=6.5,
                 default_words="6.5", inside=("hours_day",)),
    ],
    returns="FTE at work that the day's content takes",
    example=(120, 4, 30, 6.5),
    formula="=XP_EXPOSURE_FTE(120,4,30,6.5)",
    errors=[(NUM, "a limit of 0, a number below 0, wellness time that fills the day")],
)  # fmt: skip
def exposure_fte(content_h: Any, max_h_day: Any, wellness_min_day: Any, day_h: Any) -> Any:
    """People for harmful content: as many as the exposure limit or the day less wellness time asks, whichever is more.

    What the limit leaves of a day is not counted on for other work.
    """
    from xlplan.planning.staffing.exposure import exposure_fte

    return exposure_fte(content_h, max_hours_day=max_h_day, wellness_min_day=wellness_min_day, hours_day=day_h)


@cell_function(
    "XP_SUPPORT_FTE",
    group="Staffing",
    arguments=[
        Argument("agents_fte", "agents", "FTE"),
        Argument("ratio", "agents that one support FTE carries", "FTE per FTE"),
        Argument("step_fte", "whole steps of so many FTE, rounded up", "FTE", default=0.0, default_words="fractions",
                 inside=("step",)),
        Argument("min_fte", "fewest support FTE where any agent works", "FTE", default=0.0, default_words="0",
                 inside=("minimum",)),
    ],
    returns="FTE of the supporting role",
    example=(106, 15, 1, 2),
    formula="=XP_SUPPORT_FTE(106,15,1,2)",
    errors=[(NUM, "a number below 0, or a ratio of 0")],
)  # fmt: skip
def support_fte(agents_fte: Any, ratio: Any, step_fte: Any, min_fte: Any) -> Any:
    """Team leads, quality, trainers: FTE by ratio to agents, in steps."""
    from xlplan.planning.staffing.support import support_fte

    return support_fte(agents_fte, ratio=ratio, step=step_fte, minimum=min_fte)


@cell_function(
    "XP_HIRES_NEEDED",
    group="Supply",
    arguments=[
        Argument("required_fte", "FTE required, one cell per week", "FTE", kind="numbers"),
        Argument("walk", "FTE there without new classes, as many cells", "FTE", kind="numbers"),
        Argument("lead_weeks", "weeks from class start to full output", "weeks", kind="single"),
        Argument("class_size", "people who start in one class", "heads", kind="single"),
        Argument("class_yield", "share of them who arrive in production", "0-1", kind="single", default=1.0),
        Argument(
            "attrition_rate", "share of those who arrived that leaves in a week", "0-1", kind="single", default=0.0,
            default_words="none",
        ),
    ],
    returns="one row per week: classes to start, people who start, FTE that stay short",
    example=([[10], [10], [22], [22]], [[10], [10], [10], [9]], 2, 15, 0.8),
    formula="=XP_HIRES_NEEDED(B2:B5,C2:C5,2,15,80%)",
    errors=[(NUM, "ranges of different length, a number below 0, a class that brings nobody"), (VALUE, "a blank")],
)  # fmt: skip
def hires_needed(
    required_fte: list[float | None],
    walk: list[float | None],
    lead_weeks: float,
    class_size: float,
    class_yield: float,
    attrition_rate: float,
) -> Any:
    """Classes that close a shortage: the fewest whole ones, each as late as it still helps.

    A shortage that comes sooner than a class can be through stays in the third column.
    """
    import numpy as np

    from xlplan.planning.supply.class_starts import class_starts

    at_most("required_fte", len(required_fte), MOST_WEEKS, what="weeks")
    if len(required_fte) != len(walk):
        raise CellError(NUM, f"required_fte has {len(required_fte)} weeks and walk {len(walk)}; give as many of both")
    if lead_weeks != int(lead_weeks):
        raise CellError(NUM, f"lead_weeks is {lead_weeks:g}; type whole weeks")
    found = class_starts(
        _weeks("required_fte", required_fte),
        _weeks("walk", walk),
        lead_weeks=int(lead_weeks),
        class_size=class_size,
        graduates=class_yield,
        attrition=attrition_rate,
    )
    return np.stack([found.classes, found.heads, found.short], axis=1)


def _weeks(name: str, values: list[float | None]) -> list[float]:
    if None in values:
        raise CellError(VALUE, f"{name} has a blank; type 0 where there is nobody")
    return [value for value in values if value is not None]
