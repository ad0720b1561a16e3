"""Chats routed to the agent with the fewest open and never moved: the exact steady state of a small crew.

A state is how many agents hold 0, 1 ... K chats; (agents + K over K) of them, solved as one sparse linear system. It is
the yardstick of the even spreading that ``chat`` assumes, which stays a chain of one number and fits any crew.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from xlplan.errors import PlanError
from xlplan.planning.staffing import erlang_a, erlang_c
from xlplan.planning.staffing.chat import ChatService
from xlplan.planning.staffing.columns import Floats, amounts

LARGEST_STATES = 10_000
"""More states than this take longer than a planner waits."""


def least_loaded_service(
    agents: int,
    volume: float,
    *,
    aht_by_chats_s: ArrayLike,
    interval_min: float,
    target_s: float = 0.0,
    patience_s: float = np.inf,
) -> ChatService:
    """Service of one crew whose new chats go to the agent with the fewest open.

    Parameters
    ----------
    agents : int
        Whole agents, 1 or more.
    volume : float
        Chats offered in the interval, above 0.
    aht_by_chats_s : array_like, shape (K,)
        Handling time in seconds with 1, 2 ... K chats open.
    interval_min, target_s, patience_s : float
        Minutes; seconds; infinite patience: nobody gives up.

    Raises
    ------
    PlanError
        More than 10,000 states, or arguments out of range.

    Examples
    --------
    >>> found = least_loaded_service(
    ...     5, 60, aht_by_chats_s=[240, 300, 390, 500], interval_min=30, target_s=60, patience_s=600
    ... )
    >>> float(found.wait.round(5)), float(found.service_level.round(5))
    (0.09565, 0.95041)
    """
    times = amounts("aht_by_chats_s", aht_by_chats_s)
    if agents != int(agents) or agents < 1 or not volume > 0 or times.ndim != 1 or not (times > 0).all():
        raise PlanError("found no agents, chats or handling times, expected some of each", where="agents, volume")
    levels = len(times)
    finish = np.arange(1, levels + 1) / times
    arrive = volume / (60.0 * interval_min)
    states = _states(int(agents), levels)
    chance, busy_chats = _below(states, finish, arrive)
    # The states with a place left hand over to Erlang A or C with every place taken, as in ``chat_chain``.
    places, handling = float(agents * levels), float(times[-1])
    columns = (np.array([places]), np.array([arrive * handling]))
    within, blocked = np.array([target_s / handling]), np.array([chance])
    if np.isinf(patience_s):
        queue = erlang_c.queue(*columns, within, blocked=blocked)
    else:
        queue = erlang_a.queue(*columns, np.array([patience_s / handling]), within, blocked=blocked)
    chats = (1.0 - queue.wait) * busy_chats + queue.wait * places
    return ChatService(
        wait=queue.wait[0],
        abandon=queue.abandon[0],
        service_level=1.0 - queue.late_offered[0],
        asa_s=queue.mean_wait[0] * handling,
        chats=chats[0],
        occupancy=chats[0] / places,
    )


def _states(agents: int, levels: int) -> list[tuple[int, ...]]:
    """Every way to have agents at 0, 1 ... levels chats."""
    from math import comb

    count = comb(agents + levels, levels)
    if count > LARGEST_STATES:
        raise PlanError(
            f"{agents} agents with up to {levels} chats have {count} states, at most {LARGEST_STATES} are solved",
            where="agents",
            do="use even spreading, which fits any crew",
        )
    found = []
    for bars in combinations(range(agents + levels), levels):
        edges = (-1, *bars, agents + levels)
        found.append(tuple(edges[place + 1] - edges[place] - 1 for place in range(levels + 1)))
    return found


def _below(states: list[tuple[int, ...]], finish: Floats, arrive: float) -> tuple[float, float]:
    """Rate at which the last place is taken over the arrival rate, while one is left; mean chats open then."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.linalg import spsolve

    index = {state: place for place, state in enumerate(states)}
    levels = len(finish)
    rows: list[int] = []
    columns: list[int] = []
    rates: list[float] = []

    def move(state: tuple[int, ...], level: int, to: int, rate: float) -> None:
        after = list(state)
        after[level] -= 1
        after[to] += 1
        here, there = index[state], index[tuple(after)]
        rows.extend((there, here))
        columns.extend((here, here))
        rates.extend((rate, -rate))

    for state in states:
        fewest = next(level for level in range(levels + 1) if state[level])
        if fewest < levels:
            move(state, fewest, fewest + 1, arrive)
        for level in range(1, levels + 1):
            if state[level]:
                move(state, level, level - 1, state[level] * finish[level - 1])
    place = (np.array(rows), np.array(columns))
    balance = coo_matrix((np.array(rates), place), shape=(len(states), len(states))).tolil()
    balance[0, :] = 1.0
    share = np.maximum(spsolve(balance.tocsc(), np.eye(1, len(states))[0]), 0.0)
    counts = np.array(states)
    open_now = counts @ np.arange(levels + 1)
    full = index[(*([0] * levels), counts[0].sum())]
    left = np.arange(len(states)) != full
    weight = share[left].sum()
    # In balance the last place is taken as often as one of a full house comes free.
    taken = share[full] * counts[0].sum() * finish[-1] / arrive
    return float(taken / weight), float((share[left] * open_now[left]).sum() / weight)
