"""What the add-in Erlang for Excel (ErlangXL) computes in its own way: agents between whole ones, capacity, lines.

Erlang C throughout, nobody abandons. The add-in's own definitions are kept where they are published; everything else
of it is in ``measures``, ``required`` and ``erlang_b``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from xlplan.planning.staffing.columns import Flags, Floats, amounts, common_shape, flat, rates, refuse
from xlplan.planning.staffing.erlang_b import blocking
from xlplan.planning.staffing.load import LARGEST_LOAD, load_erlangs
from xlplan.planning.staffing.measures import service_level, wait_probability
from xlplan.planning.staffing.required import required_agents
from xlplan.planning.staffing.rounding import round_up

HOUR_MIN = 60.0
BLOCKED = 0.001
"""Share of calls that find no free line, by which the add-in counts lines."""
LARGEST_TEAM = 10_000.0


def fractional_agents(calls_per_hour: ArrayLike, aht_s: ArrayLike, *, target: ArrayLike, target_s: ArrayLike) -> Floats:
    """Agents between two whole numbers, in a straight line between the service levels of those.

    Parameters
    ----------
    calls_per_hour, aht_s : array_like
        Calls in an hour, and seconds of each.
    target, target_s : array_like
        Service level, 0 to below 1, and the seconds that it is measured at.

    Returns
    -------
    ndarray
        At most one below the whole number that ``required_agents`` gives; the Erlang C formula itself, continued to
        real agents, gives slightly less.

    Raises
    ------
    PlanError
        As ``required_agents``.

    Examples
    --------
    >>> float(fractional_agents(200, 180, target=0.8, target_s=20).round(6))
    13.047493
    """
    goal = rates("target", target)
    whole = required_agents(calls_per_hour, aht_s=aht_s, interval_min=HOUR_MIN, target=goal, target_s=target_s).agents
    fewer = np.maximum(whole - 1, 0.0)

    def level(agents: Floats) -> Floats:
        return service_level(agents, calls_per_hour, aht_s=aht_s, interval_min=HOUR_MIN, target_s=target_s)

    below, above = level(fewer), level(whole)
    step = np.divide(goal - below, above - below, out=np.ones(whole.shape), where=above > below)
    return np.where(whole > 0, fewer + np.clip(step, 0.0, 1.0), 0.0)


def call_capacity(agents: ArrayLike, *, target: ArrayLike, target_s: ArrayLike, aht_s: ArrayLike) -> Floats:
    """Most whole calls in an hour that so many agents answer at a service level.

    Parameters
    ----------
    agents : array_like
        Agents at work; the fraction of one is left out, as the add-in does.
    target, target_s, aht_s : array_like
        Service level, the seconds that it is measured at, and seconds of a call, above 0.

    Raises
    ------
    PlanError
        Numbers out of range.

    Examples
    --------
    >>> float(call_capacity(14, target=0.8, target_s=20, aht_s=180))
    217.0
    """
    staff, goal = np.floor(amounts("agents", agents)), rates("target", target)
    within, handling = amounts("target_s", target_s), amounts("aht_s", aht_s)
    refuse("agents", staff, staff > LARGEST_TEAM, f"at most {LARGEST_TEAM:,.0f} agents")
    refuse("aht_s", handling, handling == 0, "seconds above 0", "type 180")
    shape = common_shape(agents=staff, target=goal, target_s=within, aht_s=handling)
    n, share, seconds, each = (flat(values, shape) for values in (staff, goal, within, handling))

    def kept(calls: Floats) -> Flags:
        level = service_level(n, calls, aht_s=each, interval_min=HOUR_MIN, target_s=seconds)
        return np.asarray((level >= share) & (calls * each < n * 3600.0))

    low, high = np.zeros(n.shape), np.floor(n * 3600.0 / each) + 1
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        enough = kept(middle)
        low, high = np.where(enough, middle, low), np.where(enough, high, np.maximum(middle, low + 1))
    return low.reshape(shape)


def answer_time_s(agents: ArrayLike, calls_per_hour: ArrayLike, *, target: ArrayLike, aht_s: ArrayLike) -> Floats:
    """Seconds within which a share of the calls is answered; infinite where the queue never settles.

    Solves ``1 - C exp(-(agents - load) t / aht) = target``, C being the share of calls that wait.

    Parameters
    ----------
    agents, calls_per_hour, target, aht_s : array_like
        The target below 1.

    Raises
    ------
    PlanError
        Numbers out of range.

    Examples
    --------
    >>> float(answer_time_s(14, 200, target=0.888350019179467, aht_s=180).round(6))
    20.0
    """
    goal = rates("target", target)
    refuse("target", goal, goal == 1, "a share below 1", "no finite time answers every call; type 0.99")
    waits = wait_probability(agents, calls_per_hour, aht_s=aht_s, interval_min=HOUR_MIN)
    # The shorter wait of two is 0, and 0 times an endless one is none.
    late = np.log(np.maximum(waits / (1 - goal), 1.0))
    each = np.broadcast_to(queue_time_s(agents, calls_per_hour, aht_s=aht_s), late.shape)
    return np.multiply(each, late, out=np.zeros(late.shape), where=late > 0)


def queue_time_s(agents: ArrayLike, calls_per_hour: ArrayLike, *, aht_s: ArrayLike) -> Floats:
    """Mean wait of the calls that wait, ``aht / (agents - load)``; infinite where the queue never settles.

    Parameters
    ----------
    agents, calls_per_hour, aht_s : array_like

    Raises
    ------
    PlanError
        Numbers out of range.

    Examples
    --------
    >>> queue_time_s([14, 10], 200, aht_s=180).tolist()
    [45.0, inf]
    """
    staff, handling = amounts("agents", agents), amounts("aht_s", aht_s)
    spare = staff - load_erlangs(calls_per_hour, handling, interval_min=HOUR_MIN)
    shape = common_shape(spare=spare, aht_s=handling)
    return np.divide(handling, spare, out=np.full(shape, np.inf), where=spare > 0)


def trunks(agents: ArrayLike, calls_per_hour: ArrayLike, *, aht_s: ArrayLike, asa_s: ArrayLike) -> Floats:
    """Telephone lines for calls that are answered or wait: fewest with 0.1 % blocked, never fewer than agents.

    Parameters
    ----------
    agents, calls_per_hour : array_like
    aht_s, asa_s : array_like
        Seconds of a call, and mean seconds that it waits on the line before.

    Raises
    ------
    PlanError
        Numbers out of range.

    Examples
    --------
    >>> float(trunks(8, 100, aht_s=180, asa_s=10))
    14.0
    """
    staff, calls = amounts("agents", agents), amounts("calls_per_hour", calls_per_hour)
    on_line = amounts("aht_s", aht_s) + amounts("asa_s", asa_s)
    shape = common_shape(agents=staff, calls_per_hour=calls, on_line=on_line)
    load = load_erlangs(calls, on_line, interval_min=HOUR_MIN)
    return np.maximum(lines(load, blocked=BLOCKED), round_up(staff)).reshape(shape)


def lines(load: ArrayLike, *, blocked: ArrayLike) -> Floats:
    """Fewest whole lines that lose at most so large a share of a load (Erlang B).

    Parameters
    ----------
    load : array_like
        Erlangs, at most 1e7.
    blocked : array_like
        Share that may be lost, above 0.

    Raises
    ------
    PlanError
        Numbers out of range.

    Examples
    --------
    >>> lines([0.0, 5.0, 10.0], blocked=0.01).tolist()
    [0.0, 11.0, 18.0]
    """
    erlangs, share = amounts("load", load), rates("blocked", blocked)
    refuse("load", erlangs, erlangs > LARGEST_LOAD, f"at most {LARGEST_LOAD:g} erlangs")
    refuse("blocked", share, share == 0, "a share above 0", "no number of lines blocks nobody; type 0.001")
    shape = common_shape(load=erlangs, blocked=share)
    a, most = flat(erlangs, shape), flat(share, shape)

    def enough(count: Floats) -> Flags:
        return np.asarray((blocking(count, a) <= most) | (a == 0))

    low, high = np.full(a.shape, -1.0), np.ceil(a) + 1
    while not enough(high).all():
        high = np.where(enough(high), high, 2 * high + 8)
    while (high - low > 1).any():
        middle = np.maximum(np.floor((low + high) / 2), 0.0)
        good = enough(middle)
        low, high = np.where(good, low, middle), np.where(good, middle, high)
    return high.reshape(shape)
