"""Exposure: people who may see harmful content for so many hours of a day, and are owed wellness time for it.

Hours are those of people at work: a person-day has its productive hours, of which wellness takes some, and the rest is
spent on the content only up to the limit. What the limit leaves of a day is not counted on for other work.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from xlplan.errors import PlanError
from xlplan.planning.staffing.columns import Flags, Floats, amounts, refuse


@dataclass(frozen=True)
class Exposure:
    """Hours with exposure limits in them, one element per row.

    Attributes
    ----------
    required : ndarray
        Productive hours of the people that the work takes, wellness time and what the limit leaves idle included.
    wellness : ndarray
        Hours of wellness time among them.
    limited : ndarray of bool
        Whether the limit, and not the length of the day, decides how much one person does.
    """

    required: Floats
    wellness: Floats
    limited: Flags


def with_exposure(
    required: ArrayLike,
    content: ArrayLike,
    *,
    max_hours_day: ArrayLike,
    wellness_min_day: ArrayLike,
    hours_day: ArrayLike,
) -> Exposure:
    """Hours of people for work under an exposure limit.

    Parameters
    ----------
    required : array_like
        On-task hours, time between items included.
    content : array_like
        Hours of them in which content is seen, at most ``required``.
    max_hours_day : array_like
        Most content hours of one person in a day; infinite or blank (NaN): no limit.
    wellness_min_day : array_like
        Minutes of wellness time in a person-day.
    hours_day : array_like
        Productive hours of one person-day.

    Raises
    ------
    PlanError
        A limit or day of 0, or wellness time that fills the day.

    Examples
    --------
    >>> day = dict(wellness_min_day=30, hours_day=6.5)
    >>> with_exposure(120, 108, max_hours_day=5.4, **day).required  # 20 person-days of six hours on task
    array(130.)
    >>> with_exposure(120, 108, max_hours_day=2.7, **day).required  # the limit halves what a day does
    array(260.)
    """
    hours, seen = amounts("required", required), amounts("content", content)
    limit = np.asarray(np.where(np.isnan(max_hours_day), np.inf, max_hours_day), dtype=np.float64)
    refuse("max_hours_day", limit, ~(limit > 0), "hours above 0", "type 4, or leave the tier blank")
    wellness, day = amounts("wellness_min_day", wellness_min_day) / 60, amounts("hours_day", hours_day)
    on_task = np.asarray(day - wellness)
    if not (on_task > 0).all():
        raise PlanError(
            "found wellness time that fills the productive hours of a day, expected less",
            where="tblExposure.wellness_min_day",
            do="type fewer minutes",
        )
    by_day, by_limit = hours / on_task, seen / limit
    days = np.maximum(by_day, by_limit)
    return Exposure(np.asarray(days * day), np.asarray(days * wellness), np.asarray(by_limit > by_day * (1 + 1e-12)))


def exposure_fte(
    content_hours: ArrayLike, *, max_hours_day: ArrayLike, wellness_min_day: ArrayLike, hours_day: ArrayLike
) -> Floats:
    """FTE at work for a day's hours of content.

    Parameters
    ----------
    content_hours : array_like
        Hours of content to see in a day.
    max_hours_day, wellness_min_day, hours_day : array_like
        As ``with_exposure``.

    Raises
    ------
    PlanError
        As ``with_exposure``.

    Examples
    --------
    >>> float(exposure_fte(120, max_hours_day=4, wellness_min_day=30, hours_day=6.5))  # the limit decides
    30.0
    >>> float(exposure_fte(120, max_hours_day=8, wellness_min_day=30, hours_day=6.5))  # the day decides
    20.0
    """
    need = with_exposure(
        content_hours,
        content_hours,
        max_hours_day=max_hours_day,
        wellness_min_day=wellness_min_day,
        hours_day=hours_day,
    )
    return np.asarray(need.required / amounts("hours_day", hours_day))
