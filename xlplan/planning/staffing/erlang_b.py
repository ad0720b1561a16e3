"""Erlang B: the share of contacts that find every agent (or line) busy and are lost.

    1 / B(n, A) = gamma(n + 1, A) e^A A^-n = A * integral over y from 0 of (1 + y)^n e^-Ay

for real n, the continuous extension of ``A^n / n!`` over its sum (D. Jagerman, Some properties of the Erlang
loss function, 1974). Erlang C and A stand on B(n - 1, A).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from xlplan.planning.staffing.columns import Floats, amounts, blocks, common_shape, flat, rates, refuse, wide
from xlplan.planning.staffing.load import LARGEST_LOAD
from xlplan.planning.staffing.poisson import nodes, probability

# From this many standard deviations on, integrals are computed by quadrature: the ratio of gamma functions
# ends as 0 / 0.
FAR = 4.0
# Halvings that bring the range of logarithms of a load, some 700 wide, down to the last digit of a float.
_HALVINGS = 62


def blocking_one_fewer(agents: Floats, load: Floats) -> Floats:
    """B(agents - 1, load): the ratio Erlang C and A are made of; above 1 below one agent.

    Parameters
    ----------
    agents, load : ndarray
        Real agents above 0 and erlangs above 0, 1-d, of one length.
    """
    from scipy.special import gammaincc

    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        excess = load - agents
        ratio = agents / load * probability(agents, load, excess) / gammaincc(agents, load)
        far = (excess >= FAR * np.sqrt(load)) & (load >= FAR * FAR)
        if far.any():
            ratio[far] = 1.0 / _inverse_far(agents[far], load[far])
    return ratio


def _inverse_far(agents: Floats, load: Floats) -> Floats:
    """1 / B(agents - 1, load) by quadrature; load well above agents."""
    steep = load - agents + 1.0
    power = (agents - 1.0)[:, None]
    y, weight = nodes(steep, np.maximum(agents, 1.0))
    integrand = np.exp(-steep[:, None] * y - power * (y - np.log1p(y)))
    return np.asarray(load * np.sum(weight * integrand, axis=1))


def blocking(agents: ArrayLike, load: ArrayLike) -> Floats:
    """Erlang B blocking probability: contacts lost when nobody may wait.

    Parameters
    ----------
    agents : array_like
        Agents or lines, 0 or more; may be fractional.
    load : array_like
        Offered load in erlangs, 0 or more, at most 1e7.

    Returns
    -------
    ndarray of float64
        Probability in the broadcast shape, within 1e-12 of the exact value up to 1e5 erlangs; 0 where it is below
        1e-308. Without agents everything is lost, whatever the load.

    Raises
    ------
    PlanError
        For negative, infinite or missing values.

    Examples
    --------
    >>> float(blocking(10, 8).round(6))
    0.121661
    """
    count, erlangs = amounts("agents", agents), amounts("load", load)
    refuse("load", erlangs, erlangs > LARGEST_LOAD, f"at most {LARGEST_LOAD:g} erlangs")
    shape = common_shape(agents=count, load=erlangs)
    n, a = flat(count, shape), flat(erlangs, shape)
    out = np.where(n == 0, 1.0, 0.0)
    rows = np.flatnonzero((n > 0) & (a > 0))
    for part in blocks(rows.size):
        some = rows[part]
        out[some] = blocking_one_fewer(n[some] + 1.0, a[some])
    return out.reshape(shape)


def load_for_blocking(lines: ArrayLike, blocking_target: ArrayLike) -> Floats:
    """Largest load that so many lines carry at a blocking probability (the trunk table, read backwards).

    Parameters
    ----------
    lines : array_like
        Lines or agents, above 0, at most 1e6; may be fractional.
    blocking_target : array_like
        Accepted share of lost contacts, above 0 and below 1.

    Returns
    -------
    ndarray of float64
        Erlangs in the broadcast shape, to 1e-12 relatively.

    Raises
    ------
    PlanError
        For arguments outside these ranges, or a blocking so near 1 that the load passes 1e7 erlangs.

    Examples
    --------
    >>> float(load_for_blocking(15, 0.01).round(3))
    8.108
    """
    count, target = amounts("lines", lines), rates("blocking_target", blocking_target)
    refuse("lines", count, (count == 0) | (count > 1e6), "lines above 0 and at most 1e6")
    refuse("blocking_target", target, (target == 0) | (target == 1), "a share above 0 and below 1")
    shape = common_shape(lines=count, blocking_target=target)
    target = wide(target, shape)
    n, goal = flat(count, shape), flat(target, shape)
    # At most all of the lines can be carried, so B >= 1 - n / A bounds the load from above.
    low, high = np.log(np.full(n.shape, 1e-300)), np.log(n / (1.0 - goal))
    refuse(
        "blocking_target",
        target,
        (high > np.log(LARGEST_LOAD)).reshape(shape),
        f"a share that keeps the load below {LARGEST_LOAD:g} erlangs",
        "lower the blocking target",
    )
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        over = blocking(n, np.exp(middle)) > goal
        low, high = np.where(over, low, middle), np.where(over, middle, high)
    return np.asarray(np.exp(0.5 * (low + high))).reshape(shape)
