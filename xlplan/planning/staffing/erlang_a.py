"""Erlang A: those who wait give up after an exponential patience.

Seen from a waiting contact, with s = wait / patience, c = agents x patience / aht, r = load x patience / aht:

    density of the wait an endlessly patient contact would have  ~  f(s) = exp(r (1 - e^-s) - c s)

and everything below is a ratio of integrals of f, which are all positive (A. Mandelbaum, S. Zeltyn, Service
engineering in action: the Palm/Erlang-A queue, 2007, there as building blocks J). With
v = 1 / (r * integral of f) and b = B(n - 1, A) a contact waits with probability b / (b + v); patience -> inf
turns v into (n - A) / A, which is Erlang C. No reciprocal here overflows: v -> 0 far below the load, b -> 0
far above it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from xlplan.planning.staffing.columns import Floats
from xlplan.planning.staffing.erlang_b import FAR, blocking_one_fewer
from xlplan.planning.staffing.poisson import nodes, probability
from xlplan.planning.staffing.queue import Queue

# A fraction of an agent this small answers nobody; its reciprocal would overflow.
_NOBODY = 1e-100


class _Waiting(NamedTuple):
    """Of those who wait: v, and the shares abandoned, served, served late, and still waiting at the target."""

    v: Floats
    abandoned: Floats
    served: Floats
    served_late: Floats
    still: Floats


def queue(agents: Floats, load: Floats, patience: Floats, target: Floats, *, blocked: Floats | None = None) -> Queue:
    """Return the Erlang A queue.

    Parameters
    ----------
    agents, load : ndarray
        Real agents, 0 or more, and erlangs above 0; 1-d, of one length.
    patience, target : ndarray
        Mean patience, 0 or more and finite, and answer target, in units of aht. The target may be infinite.
    blocked : ndarray, optional
        B(n - 1, A) of a system that differs from this one only while not everyone is busy.
    """
    columns = [np.ones(load.shape) for _ in _Waiting._fields]
    none = agents < _NOBODY
    columns[0][none] = columns[2][none] = columns[3][none] = 0.0
    spare = agents - load
    far = patience * spare >= np.maximum(FAR * np.sqrt(agents * patience), FAR * FAR)
    b = np.ones(load.shape)
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        for rows, method in ((~far & ~none, _by_gamma), (far, _by_quadrature)):
            if rows.any():
                waiting = method(agents[rows], load[rows], patience[rows], target[rows])
                for column, values in zip(columns, waiting, strict=True):
                    column[rows] = values
        b[~none] = blocking_one_fewer(agents[~none], load[~none]) if blocked is None else blocked[~none]
        some = _Waiting(*columns)
        wait = b / (b + some.v)
        at_once = some.v / (b + some.v)
        at_once[np.isinf(some.v)] = 1.0
        answered = np.minimum(at_once + wait * some.served, 1.0)
        abandon = wait * some.abandoned
        late_answered = np.where(answered > 0, wait * some.served_late / answered, 1.0)
    return Queue(
        wait=wait,
        abandon=abandon,
        answered=answered,
        mean_wait=patience * abandon,
        late_offered=wait * np.minimum(some.abandoned + some.served_late, 1.0),
        late_answered=np.where(none, 1.0, np.minimum(late_answered, 1.0)),
        late_virtual=wait * some.still,
    )


def _by_gamma(agents: Floats, load: Floats, patience: Floats, target: Floats) -> _Waiting:
    """Waiting by incomplete gamma functions: integral of f = gamma(c, r) e^r r^-c."""
    from scipy.special import gammainc

    c, r = agents * patience, load * patience
    ratio = agents / load
    nobody_waits = c == 0  # no patience at all: who finds no agent is gone, and gamma is at its limit
    poisson = np.where(nobody_waits, 1.0, probability(c, r, patience * (load - agents)))
    whole = np.where(nobody_waits, 1.0, gammainc(c, r))
    v = ratio * poisson / whole
    served = np.clip(ratio - v, 0.0, 1.0)
    abandoned = np.clip(v + (load - agents) / load, 0.0, 1.0)
    quiet = (r < 1.0) & (ratio > 8.0)
    if quiet.any():
        abandoned[quiet] = _abandoned_when_quiet(c[quiet], r[quiet])
    late, still = _beyond(c, r, target / patience, agents * target, patience * (load - agents))
    at_once = target == 0
    return _Waiting(
        v=v,
        abandoned=abandoned,
        served=served,
        served_late=np.where(at_once, served, np.minimum(ratio * late / whole, served)),
        still=np.where(at_once, 1.0, np.minimum(still / whole, 1.0)),
    )


def _beyond(c: Floats, r: Floats, decay: Floats, work: Floats, excess: Floats) -> tuple[Floats, Floats]:
    """Regularised gamma functions P(c + 1, r e^-decay) and P(c, r e^-decay).

    ``work`` is c x decay and ``excess`` is r - c, both exact where decay is endless or r is near c.
    """
    from scipy.special import gammainc, gammaln, xlogy

    left = r * np.exp(-decay)
    excess = excess + r * np.expm1(-decay)
    # For large c the library's series needs thousands of terms, and stops before it is done.
    steep = (c > 1e3) & (-excess > FAR * np.sqrt(c))
    late = gammainc(c + 1.0, np.where(steep, 0.0, left))
    # As x -> 0 it is x itself that underflows before x^c does.
    vanishing = left < 1e-100
    some = ~(steep | vanishing)
    still = np.empty_like(c)
    still[some] = late[some] + probability(c[some], left[some], excess[some])
    if vanishing.any():
        count = c[vanishing]
        still[vanishing] = np.exp(xlogy(count, r[vanishing]) - work[vanishing] - gammaln(count + 1.0))
    if steep.any():
        mass = probability(c[steep], left[steep], excess[steep])
        whole, served, _ = _integrals(-excess[steep], left[steep])
        late[steep], still[steep] = left[steep] * mass * served, c[steep] * mass * whole
    return late, still


def _abandoned_when_quiet(c: Floats, r: Floats) -> Floats:
    """Abandoned share of those who wait, for r below 1: ``v + 1 - agents / load`` cancels at tiny loads.

    Integrating f by parts gives share(c) = (1 + r share(c+1)) / (c + 1 + r share(c+1)): all terms are
    positive, and twenty steps down forget where they began.
    """
    share = np.zeros_like(c)
    for step in range(20, 0, -1):
        share *= r
        share = (1.0 + share) / (c + step + share)
    return share


def _by_quadrature(agents: Floats, load: Floats, patience: Floats, target: Floats) -> _Waiting:
    """Waiting by quadrature, for agents well above the load: there gamma functions would cancel."""
    spare = patience * (agents - load)
    r = load * patience
    whole, served, abandoned = _integrals(spare, r)
    decay = target / patience
    fading = np.exp(-decay)
    # What is left at the target is the same integral, with r e^-decay in the place of r.
    left, left_served, _ = _integrals(spare - r * np.expm1(-decay), r * fading)
    beyond = np.where(np.isinf(target), 0.0, np.exp(-(agents - load) * target - r * (decay + np.expm1(-decay))))
    return _Waiting(
        v=1.0 / (r * whole),
        abandoned=abandoned / whole,
        served=served / whole,
        served_late=fading * beyond * left_served / whole,
        still=beyond * left / whole,
    )


def _integrals(spare: Floats, r: Floats) -> tuple[Floats, Floats, Floats]:
    """Integrals of f, e^-s f and (1 - e^-s) f, with c - r = spare."""
    s, weight = nodes(spare, r)
    lost = -np.expm1(-s)
    weight *= np.exp(-spare[:, None] * s - r[:, None] * (s - lost))
    gone = weight * lost
    return weight.sum(axis=1), (weight - gone).sum(axis=1), gone.sum(axis=1)
