"""Small sums of headcount that planners do in a cell: rates, ramps, dates, one pool's corkscrew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xlplan.errors import PlanError

Floats = NDArray[np.float64]


def monthly_attrition(annual: ArrayLike, *, method: Literal["compound", "simple"] = "compound") -> Floats:
    """Monthly attrition of a yearly rate.

    Parameters
    ----------
    annual : array_like
        Share of heads that leave in a year, 0 up to below 1.
    method : {"compound", "simple"}
        ``compound`` 1 - (1 - a)^(1/12), of those who are still there each month; ``simple`` a / 12.

    Examples
    --------
    >>> float(monthly_attrition(0.36).round(5)), float(monthly_attrition(0.36, method="simple").round(5))
    (0.03651, 0.03)
    """
    rate = np.asarray(annual, dtype=float)
    if not ((rate >= 0) & (rate < 1)).all():
        raise PlanError("found a yearly rate outside 0 to below 1", where="annual", do="type 0.36 for 36 %")
    if method not in ("compound", "simple"):
        raise PlanError(f"found method {method!r}", where="method", do="type compound or simple")
    return np.asarray(1 - (1 - rate) ** (1 / 12) if method == "compound" else rate / 12)


def ramped(joins: ArrayLike, curve: ArrayLike) -> Floats:
    """Productive equivalents of people who join week by week.

    Parameters
    ----------
    joins : array_like, shape (T,)
        People entering production in each week.
    curve : array_like, shape (K,)
        Share of full output in each week of tenure; full output after the last.

    Returns
    -------
    ndarray, shape (T,)
        FTE in each week.

    Examples
    --------
    >>> ramped([10, 0, 0], [0.5, 0.8]).tolist()
    [5.0, 8.0, 10.0]
    """
    heads, share = np.asarray(joins, dtype=float).ravel(), np.asarray(curve, dtype=float).ravel()
    if (heads < 0).any() or not np.isfinite(heads).all():
        raise PlanError("found joins below 0 or blank", where="joins", do="type 0 in weeks without a class")
    if not ((share >= 0) & (share <= 1)).all() or not share.size:
        raise PlanError("found shares outside 0 to 1", where="ramp_curve", do="type 0.6 for 60 %")
    output = np.ones(len(heads))
    output[: len(share)] = share[: len(heads)]
    return np.array([heads[: week + 1] @ output[: week + 1][::-1] for week in range(len(heads))])


@dataclass(frozen=True)
class Corkscrew:
    """Movements and closing heads of one pool, shape (T,) each: opening + in - out = closing."""

    opening: Floats
    attrition: Floats
    transfers_out: Floats
    rampdown: Floats
    closing: Floats


def corkscrew(
    opening: float,
    joins: ArrayLike,
    *,
    transfers_in: ArrayLike = 0.0,
    attrition_rate: ArrayLike = 0.0,
    transfers_out: ArrayLike = 0.0,
    rampdown: ArrayLike = 0.0,
) -> Corkscrew:
    """Walk one pool's heads.

    In each period leavers are taken from the opening heads first, then people join and arrive, then leave for other
    pools and are released. Nobody can leave who is not there: movements out are cut at what is left.

    Parameters
    ----------
    opening : float
        Heads at the start.
    joins, transfers_in, attrition_rate, transfers_out, rampdown : array_like
        By period, or one value for all; attrition as a share of opening heads per period.

    Examples
    --------
    >>> corkscrew(100, [0, 10], attrition_rate=0.02).closing.tolist()
    [98.0, 106.04]
    """
    given = [
        np.asarray(item, dtype=float).ravel() for item in (joins, transfers_in, attrition_rate, transfers_out, rampdown)
    ]
    names = ("joins", "transfers_in", "attrition_rate", "transfers_out", "rampdown")
    span = max(len(item) for item in given)
    for name, item in zip(names, given, strict=True):
        if len(item) not in (1, span):
            raise PlanError(f"found {len(item)} periods, expected {span} or one", where=name)
        if not (np.isfinite(item).all() and (item >= 0).all()):
            raise PlanError("found a blank or a value below 0", where=name, do="type 0 or more")
    if not (given[2] < 1).all():
        raise PlanError("found attrition of 100 % or more", where="attrition_rate", do="type 0.03 for 3 %")
    if not (np.isfinite(opening) and opening >= 0):
        raise PlanError(f"found {opening:g}", where="opening", do="type heads of 0 or more")
    joined, arrived, rate, moved, released = (np.broadcast_to(item, span) for item in given)
    rows = np.zeros((5, span))
    heads = float(opening)
    for period in range(span):
        leavers = heads * rate[period]
        there = heads - leavers + joined[period] + arrived[period]
        out = min(moved[period], there)
        down = min(released[period], there - out)
        rows[:, period] = heads, leavers, out, down, there - out - down
        heads = rows[4, period]
    return Corkscrew(*rows)
