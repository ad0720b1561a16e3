"""Staff against a turnaround that may change from period to period: as even as the deadlines allow.

Completed work must stay between two staircases: nothing is done before it arrives, and nothing later than it is due.
The tightest string between them is the one path with the lowest peak and the fewest changes; its steepest stretch is
the constant staff that ``deferred`` finds.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from xlplan.errors import PlanError
from xlplan.planning.staffing.columns import Floats, amounts, rates

_POINTS = 400
"""Items of a period that are looked at."""
_CLOSE = 1 / _POINTS
_HALVINGS = 20


def horizon_fte(
    inflow: ArrayLike,
    *,
    period_h: float,
    aht_s: float,
    opening_backlog: float,
    tat_h: float,
    compliance: float,
    hours_per_fte: float,
    max_occupancy: float = 1.0,
) -> Floats:
    """FTE at work in each period so that each period's items are in time, oldest first.

    Parameters
    ----------
    inflow : array_like, shape (N,)
        Items that arrive in each period, evenly.
    period_h, aht_s, tat_h : float
        Hours of a period and of the turnaround on one clock, handling time in seconds. The turnaround counts from the
        end of the period in which an item comes, in whole periods, rounded down.
    opening_backlog : float
        Items open at the start, as old as if they had just come.
    compliance : float
        Share of each period's items to complete in time.
    hours_per_fte : float
        Productive hours of one FTE in a period.
    max_occupancy : float, optional
        Highest share of their time on items.

    Returns
    -------
    ndarray, shape (N,)
        The peak is the lowest possible. After the last period the mean inflow is taken to go on for one turnaround,
        and no more may be open then than at the start: work is not pushed past the end.

    Raises
    ------
    PlanError
        No periods, or values out of range.

    Examples
    --------
    >>> week = dict(period_h=24, aht_s=360, opening_backlog=0, compliance=1, hours_per_fte=7.5)
    >>> horizon_fte([100, 300, 100, 100], tat_h=0, **week).round(3).tolist()
    [1.333, 4.0, 1.333, 1.333]
    >>> horizon_fte([100, 300, 100, 100], tat_h=24, **week).round(3).tolist()
    [1.333, 2.133, 2.133, 2.133]
    """
    came = amounts("inflow", inflow)
    if came.ndim != 1 or not came.size:
        raise PlanError("found no periods, expected one number of items for each", where="inflow")
    given = {
        "period_h": period_h,
        "aht_s": aht_s,
        "opening_backlog": opening_backlog,
        "tat_h": tat_h,
        "hours_per_fte": hours_per_fte,
    }
    period, handling, backlog, tat, hours = (float(amounts(name, value)) for name, value in given.items())
    share, cap = float(rates("compliance", compliance)), float(rates("max_occupancy", max_occupancy))
    for name, value in {"period_h": period, "hours_per_fte": hours, "max_occupancy": cap}.items():
        if value == 0:
            raise PlanError("found 0, expected more", where=name)
    lag = int(tat / period * (1 + 1e-12))
    long = np.concatenate([came, np.full(lag + 1, came.mean())])
    after = min(backlog, share * lag * came.mean())

    def path(asked: float) -> Floats:
        return _string(long, backlog, lag, asked, after)

    done = path(share)
    if _worst_share(long, done, backlog, lag) < share - _CLOSE:
        # A share of a period's items by the end of its last turnaround is less than that share of them each in its
        # own: the deadlines are drawn tighter until both hold.
        low, high = share, 1.0
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            low, high = (low, middle) if _worst_share(long, path(middle), backlog, lag) >= share else (middle, high)
        done = path(high)
    return np.asarray(np.diff(done)[: len(came)] * handling / 3600.0 / cap / hours)


def _string(long: Floats, backlog: float, lag: int, share: float, after: float) -> Floats:
    """Completed items at the end of each period, from 0 on, for deadlines of a share of each period's items."""
    arrived = backlog + np.concatenate([[0.0], np.cumsum(long)])
    due = np.zeros(len(arrived))
    ends = np.arange(1, len(arrived) - lag)
    due[ends + lag] = (arrived[:-1] + share * long)[: len(ends)]
    due[max(lag, 1)] = max(due[max(lag, 1)], share * backlog)
    due[-1] = max(due[-1], arrived[-1] - after)
    return taut_string(np.maximum.accumulate(due), arrived)


def _worst_share(long: Floats, done: Floats, backlog: float, lag: int) -> float:
    """Lowest share of a period's items that are each done within the turnaround of their own arrival."""
    arrived = backlog + np.concatenate([[0.0], np.cumsum(long)])
    points = (np.arange(_POINTS) + 0.5) / _POINTS
    periods = np.flatnonzero(long[: len(long) - lag - 1] > 0)
    if not periods.size:
        return 1.0
    when = periods[:, None] + points + lag
    level = arrived[periods][:, None] + long[periods][:, None] * points
    by_then = np.interp(when, np.arange(len(done)), done)
    return float((by_then >= level * (1 - 1e-12) - 1e-9).mean(axis=1).min())


def taut_string(low: ArrayLike, high: ArrayLike) -> Floats:
    """The shortest path from 0 to the last low that stays between two rising staircases.

    Parameters
    ----------
    low, high : array_like, shape (N + 1,)
        Bounds at the points 0 ... N, low at most high; the path starts at 0.

    Examples
    --------
    >>> taut_string([0, 0, 2, 4], [0, 3, 3, 4]).round(3).tolist()
    [0.0, 1.333, 2.667, 4.0]
    """
    floor, roof = np.array(low, dtype=np.float64), np.array(high, dtype=np.float64)
    path = np.zeros(floor.shape)
    roof[-1] = floor[-1]
    place, last = 0, len(path) - 1
    while place < last:
        ahead = np.arange(1, last - place + 1)
        up, down = (floor[place + 1 :] - path[place]) / ahead, (roof[place + 1 :] - path[place]) / ahead
        steepest, flattest = np.maximum.accumulate(up), np.minimum.accumulate(down)
        crossed = np.flatnonzero(steepest > flattest + 1e-12 * np.abs(flattest))
        if not crossed.size or crossed[0] == 0:
            bend, target = last - place - 1, floor[last]
            if crossed.size:  # one step cannot keep both bounds: they differ by rounding alone
                bend, target = 0, roof[place + 1]
        elif up[crossed[0]] > flattest[crossed[0] - 1]:  # the floor rises above the line that the roof holds down
            bend = int(crossed[0]) - 1 - int(np.argmin(down[: crossed[0]][::-1]))
            target = roof[place + 1 + bend]
        else:
            bend = int(crossed[0]) - 1 - int(np.argmax(up[: crossed[0]][::-1]))
            target = floor[place + 1 + bend]
        path[place + 1 : place + bend + 2] = path[place] + (target - path[place]) * ahead[: bend + 1] / (bend + 1)
        place += bend + 1
    return path
