"""The headcount walk itself: arrays in, arrays out, all pools at once.

Order inside a week: attrition on the production heads that opened it, then joins from nesting, then loans that end,
transfers and loans that begin, and ramp-downs last. Nobody who joins in a week leaves in it, and no move takes more
heads than the pool has left.

Heads are kept by cohort, the day on which they entered production, because leaving and output both depend on tenure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlplan.planning.calendar.days import Floats, Ints


@dataclass(frozen=True)
class Joins:
    """Heads that enter production, each array of shape (n,).

    Parameters
    ----------
    week, pool, cohort : ndarray of int
        Where they join.
    heads : ndarray of float
    absent : ndarray of float
        Share of the joining week that passes before they come, 0 to below 1.
    """

    week: Ints
    pool: Ints
    cohort: Ints
    heads: Floats
    absent: Floats


@dataclass(frozen=True)
class Moves:
    """Decided movements, each array of shape (n,) in the order in which they are done.

    Parameters
    ----------
    week : ndarray of int
        Week of the move; -1 where the heads are with the receiver when the walk opens.
    source, target : ndarray of int
        Pools that give and receive; a target of -1 leaves the plan (ramp-down).
    heads : ndarray of float
        Heads wished; the walk moves what the pool has.
    back : ndarray of int
        Week in which those who are still there come back; T or more where none do.
    idle : ndarray of float, shape (n, T)
        Share of each week in which the moved heads give no output.
    """

    week: Ints
    source: Ints
    target: Ints
    heads: Floats
    back: Ints
    idle: Floats


@dataclass(frozen=True)
class Walk:
    """Heads by week and pool, each array of shape (T, P).

    ``closing = opening + joins + transfers_in - attrition - transfers_out - rampdown``; ``ramped`` is the closing
    headcount weighted by output, 1 for a fully ramped head that is there the whole week; ``absent`` are joiners times
    the share of their first week that they miss.
    """

    opening: Floats
    joins: Floats
    transfers_in: Floats
    attrition: Floats
    transfers_out: Floats
    rampdown: Floats
    closing: Floats
    ramped: Floats
    absent: Floats


def no_joins() -> Joins:
    """No classes."""
    none = np.zeros(0, dtype=np.int64)
    return Joins(none, none, none, np.zeros(0), np.zeros(0))


def no_moves(weeks: int) -> Moves:
    """No movements over ``weeks`` weeks."""
    none = np.zeros(0, dtype=np.int64)
    return Moves(none, none, none, np.zeros(0), none, np.zeros((0, weeks)))


def walk(
    opening: Floats,
    *,
    leave_rate: Floats,
    band: Ints,
    output: Floats,
    tenure_week: Ints,
    joins: Joins | None = None,
    moves: Moves | None = None,
) -> Walk:
    """Walk the headcount of every pool through the weeks.

    Parameters
    ----------
    opening : ndarray of float, shape (P, C)
        Production heads by pool and cohort, 0 or more.
    leave_rate : ndarray of float, shape (T, P, B)
        Share of heads that leave in each week, by tenure band, 0 to 1.
    band : ndarray of int, shape (T, C)
        Tenure band of each cohort in each week.
    output : ndarray of float, shape (P, W)
        Output of a head by tenure week, 0 to 1: the ramp curve of the pool.
    tenure_week : ndarray of int, shape (T, C)
        Column of ``output`` of each cohort in each week.
    joins : Joins, optional
    moves : Moves, optional

    Returns
    -------
    Walk

    Examples
    --------
    200 heads lose 1.5 % in a week; 17 join in the second and give 60 % of full output:

    >>> found = walk(
    ...     np.array([[200.0, 0.0]]),
    ...     leave_rate=np.full((2, 1, 1), 0.015),
    ...     band=np.zeros((2, 2), dtype=int),
    ...     output=np.array([[0.6, 1.0]]),
    ...     tenure_week=np.array([[1, 0], [1, 0]]),
    ...     joins=Joins(*(np.array([n]) for n in (1, 0, 1)), heads=np.array([17.0]), absent=np.array([0.0])),
    ... )
    >>> found.closing[:, 0].tolist(), found.ramped[:, 0].round(6).tolist()
    ([197.0, 211.045], [197.0, 204.245])
    """
    weeks, pools = leave_rate.shape[:2]
    joins = joins if joins is not None else no_joins()
    moves = moves if moves is not None else no_moves(weeks)
    flows = {name: np.zeros((weeks, pools)) for name in Walk.__dataclass_fields__}
    heads = opening.astype(np.float64)
    away = _already_there(heads, moves)
    level = heads.sum(axis=1)
    every_pool = np.arange(pools)[:, None]
    for week in range(weeks):
        flow = {name: values[week] for name, values in flows.items()}
        flow["opening"][:] = level
        rate = leave_rate[week][:, band[week]]
        leavers = heads * rate
        heads -= leavers
        flow["attrition"][:] = leavers.sum(axis=1)
        for move, people in away.items():
            away[move] = people * (1 - rate[moves.target[move]])
        idle = np.zeros_like(heads)
        for row in np.flatnonzero(joins.week == week):
            pool, cohort, count = joins.pool[row], joins.cohort[row], joins.heads[row]
            heads[pool, cohort] += count
            idle[pool, cohort] += count * joins.absent[row]
            flow["joins"][pool] += count
            flow["absent"][pool] += count * joins.absent[row]
        _end_loans(week, heads, moves, away, flow)
        for move in np.flatnonzero(moves.week == week).tolist():
            _move(move, heads, moves, away, flow)
        for move, people in away.items():
            idle[moves.target[move]] += people * moves.idle[move, week]
        level = heads.sum(axis=1)
        flow["closing"][:] = level
        working = np.maximum(heads - idle, 0.0)
        flow["ramped"][:] = (working * output[every_pool, tenure_week[week]]).sum(axis=1)
    return Walk(**flows)


def _already_there(heads: Floats, moves: Moves) -> dict[int, Floats]:
    """Heads that earlier moves left with their receivers, taken from all cohorts alike."""
    away = {}
    for move in np.flatnonzero(moves.week < 0).tolist():
        there = heads[moves.target[move]]
        away[move] = there * _share(moves.heads[move], there)
    return away


def _end_loans(
    week: int, heads: Floats, moves: Moves, away: dict[int, Floats], flow: dict[str, NDArray[np.float64]]
) -> None:
    for move in [move for move in away if moves.back[move] == week]:
        source, target = moves.source[move], moves.target[move]
        people = np.minimum(away.pop(move), heads[target])
        heads[target] -= people
        heads[source] += people
        flow["transfers_out"][target] += people.sum()
        flow["transfers_in"][source] += people.sum()


def _move(
    move: int, heads: Floats, moves: Moves, away: dict[int, Floats], flow: dict[str, NDArray[np.float64]]
) -> None:
    source, target = moves.source[move], moves.target[move]
    people = heads[source] * _share(moves.heads[move], heads[source])
    heads[source] -= people
    if target < 0:
        flow["rampdown"][source] += people.sum()
        return
    heads[target] += people
    away[move] = people
    flow["transfers_out"][source] += people.sum()
    flow["transfers_in"][target] += people.sum()


def _share(wish: float, there: Floats) -> float:
    total = float(there.sum())
    return min(float(wish) / total, 1.0) if total > 0 else 0.0
