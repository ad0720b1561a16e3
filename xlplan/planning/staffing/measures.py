"""What a crew delivers: service level, ASA, abandonment and occupancy, with or without patience.

A row whose patience is blank (NaN) or infinite is Erlang C, any other Erlang A: one column may mix them.
Where nothing is offered nobody waits; where no agent is on, nobody is answered.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from xlplan.planning.staffing.columns import Floats, amounts, blocks, common_shape, flat, numbers, refuse
from xlplan.planning.staffing.load import LARGEST_CREW, load_erlangs
from xlplan.planning.staffing.model import (
    Definition,
    carried_share,
    check_definition,
    in_handling_times,
    patience_column,
    queue,
)


def _each(
    measure: str,
    agents: ArrayLike,
    volume: ArrayLike,
    *,
    aht_s: ArrayLike,
    interval_min: ArrayLike,
    patience_s: ArrayLike,
    target_s: ArrayLike = 0.0,
) -> tuple[Floats, Floats, Floats, Floats]:
    """Check and broadcast the arguments; return one field of the queue, agents, load and aht_s, in one shape."""
    staff = amounts("agents", agents)
    refuse("agents", staff, staff > LARGEST_CREW, f"at most {LARGEST_CREW:g} agents")
    load = load_erlangs(volume, aht_s, interval_min=interval_min)
    patience, target = patience_column(patience_s), amounts("target_s", target_s, limit=False)
    shape = common_shape(agents=staff, volume=load, patience_s=patience, target_s=target)
    n, a, handling = flat(staff, shape), flat(load, shape), flat(numbers("aht_s", aht_s), shape)
    endurance = in_handling_times(flat(patience, shape), handling)
    within = in_handling_times(flat(target, shape), handling)
    out = np.empty(a.shape)
    for rows in blocks(out.size):
        out[rows] = getattr(queue(n[rows], a[rows], endurance[rows], within[rows]), measure)
    return out.reshape(shape), n.reshape(shape), a.reshape(shape), handling.reshape(shape)


def service_level(
    agents: ArrayLike,
    volume: ArrayLike,
    *,
    aht_s: ArrayLike,
    interval_min: ArrayLike,
    target_s: ArrayLike,
    patience_s: ArrayLike = np.inf,
    definition: Definition = "offered",
) -> Floats:
    """Share of contacts answered within the target.

    Parameters
    ----------
    agents : array_like
        Agents at once, 0 or more; may be fractional.
    volume : array_like
        Contacts offered in the interval, 0 or more.
    aht_s, interval_min : array_like
        Handling time in seconds, interval in minutes.
    target_s : array_like
        Answer target in seconds, 0 or more; infinite asks for those answered at all.
    patience_s : array_like, optional
        Mean patience in seconds; blank (NaN) or infinite: nobody abandons (Erlang C). 0: nobody waits.
    definition : {"offered", "answered", "virtual"}
        "offered": answered within the target / all offered, early abandons count against;
        "answered": the same / answered; "virtual": share that would have been answered within the target
        had they stayed.

    Returns
    -------
    ndarray of float64
        0 to 1, in the broadcast shape; 1 where nothing is offered, 0 where Erlang C is unstable.

    Raises
    ------
    PlanError
        Naming the argument and its first bad rows.

    Examples
    --------
    >>> crew = dict(aht_s=180, interval_min=30, target_s=20)
    >>> service_level([13, 14], 100, **crew).round(6).tolist()
    [0.795595, 0.88835]
    >>> float(service_level(8, 100, patience_s=60, **crew).round(6))
    0.527552
    """
    check_definition(definition)
    late, *_ = _each(
        f"late_{definition}",
        agents,
        volume,
        aht_s=aht_s,
        interval_min=interval_min,
        patience_s=patience_s,
        target_s=target_s,
    )
    return np.asarray(1.0 - late)


def wait_probability(
    agents: ArrayLike,
    volume: ArrayLike,
    *,
    aht_s: ArrayLike,
    interval_min: ArrayLike,
    patience_s: ArrayLike = np.inf,
) -> Floats:
    """Share of contacts that find every agent busy.

    Parameters, errors and shapes are those of ``service_level``.

    Examples
    --------
    >>> float(wait_probability(14, 100, aht_s=180, interval_min=30).round(7))
    0.1741319
    """
    wait, *_ = _each("wait", agents, volume, aht_s=aht_s, interval_min=interval_min, patience_s=patience_s)
    return wait


def asa_s(
    agents: ArrayLike,
    volume: ArrayLike,
    *,
    aht_s: ArrayLike,
    interval_min: ArrayLike,
    patience_s: ArrayLike = np.inf,
) -> Floats:
    """Average speed of answer in seconds: mean time in queue of all arrivals, abandoned ones included.

    Parameters, errors and shapes are those of ``service_level``. Infinite where Erlang C is unstable;
    the patience itself where no agent is on.

    Examples
    --------
    >>> asa_s(14, 100, aht_s=180, interval_min=30, patience_s=[float("inf"), 300]).round(3).tolist()
    [7.836, 4.195]
    """
    mean_wait, _, _, handling = _each(
        "mean_wait", agents, volume, aht_s=aht_s, interval_min=interval_min, patience_s=patience_s
    )
    with np.errstate(invalid="ignore"):
        return np.where(mean_wait == 0, 0.0, mean_wait * handling)


def abandon_rate(
    agents: ArrayLike,
    volume: ArrayLike,
    *,
    aht_s: ArrayLike,
    interval_min: ArrayLike,
    patience_s: ArrayLike,
) -> Floats:
    """Share of contacts that give up waiting; 0 with endless patience.

    Parameters, errors and shapes are those of ``service_level``.

    Examples
    --------
    >>> float(abandon_rate(13, 100, aht_s=180, interval_min=30, patience_s=300).round(6))
    0.024963
    """
    abandon, *_ = _each("abandon", agents, volume, aht_s=aht_s, interval_min=interval_min, patience_s=patience_s)
    return abandon


def occupancy(
    agents: ArrayLike,
    volume: ArrayLike,
    *,
    aht_s: ArrayLike,
    interval_min: ArrayLike,
    patience_s: ArrayLike = np.inf,
) -> Floats:
    """Share of staffed time spent on contacts: answered load / agents.

    Abandoned contacts take no handling time. Parameters, errors and shapes are those of ``service_level``.
    At most 1; 1 where no agent is on and something is offered, 0 where nothing is.

    Examples
    --------
    >>> occupancy(14, 100, aht_s=180, interval_min=30, patience_s=[float("nan"), 60]).round(4).tolist()
    [0.7143, 0.6926]
    """
    answered, count, load, _ = _each(
        "answered", agents, volume, aht_s=aht_s, interval_min=interval_min, patience_s=patience_s
    )
    return carried_share(count, load, answered)
