"""Why a cost moved: price, volume, mix and exchange rate, which add up to the whole difference.

Each line is taken from budget to actual in four steps, each at what the steps before it left: the volume of its group
at budget mix, the mix, the price, the rate. So nothing is left over, and no part is counted twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xlplan.errors import PlanError
from xlplan.planning.staffing.columns import Floats, amounts


@dataclass(frozen=True)
class Variance:
    """Parts of actual - budget by line, shape (N,) each, in plan currency; positive is dearer."""

    price: Floats
    volume: Floats
    mix: Floats
    fx: Floats


def price_volume_mix(
    *,
    budget_qty: ArrayLike,
    budget_price: ArrayLike,
    actual_qty: ArrayLike,
    actual_price: ArrayLike,
    budget_fx: ArrayLike = 1.0,
    actual_fx: ArrayLike = 1.0,
    group: NDArray[np.int64] | None = None,
) -> Variance:
    """Split the difference of every line.

    Parameters
    ----------
    budget_qty, budget_price, actual_qty, actual_price : array_like, shape (N,)
        Units and price per unit, in the currency of the line, 0 or more.
    budget_fx, actual_fx : array_like, shape (N,) or one, optional
        Plan currency per unit of the line's currency.
    group : ndarray of int, shape (N,), optional
        Lines of one number are one mix: their units can be added. One mix in all where it is left out.

    Returns
    -------
    Variance
        With Q the units of a line's group, p, q and x its price, units and rate: volume ``q0 (Q1 / Q0 - 1) p0 x0``,
        mix ``(q1 - q0 Q1 / Q0) p0 x0``, price ``q1 (p1 - p0) x0``, fx ``q1 p1 (x1 - x0)``. A group without units in the
        budget has no mix: all its units are volume.

    Raises
    ------
    PlanError
        Ranges of different length, or numbers below 0.

    Examples
    --------
    >>> found = price_volume_mix(
    ...     budget_qty=[100, 100], budget_price=[10, 20], actual_qty=[100, 140], actual_price=[11, 20]
    ... )
    >>> found.price.tolist(), found.volume.round(6).tolist(), found.mix.round(6).tolist()
    ([100.0, 0.0], [200.0, 400.0], [-200.0, 400.0])
    """
    given = {
        name: np.atleast_1d(amounts(name, values)).ravel()
        for name, values in {
            "budget_qty": budget_qty,
            "budget_price": budget_price,
            "actual_qty": actual_qty,
            "actual_price": actual_price,
            "budget_fx": budget_fx,
            "actual_fx": actual_fx,
        }.items()
    }
    lines = len(given["budget_qty"])
    for name, values in given.items():
        if len(values) != lines and not (len(values) == 1 and name.endswith("_fx")):
            raise PlanError(f"found {len(values)} lines, expected {lines}", where=name, do="give ranges of one length")
    q0, p0, q1, p1, x0, x1 = (np.broadcast_to(values, lines) for values in given.values())
    of = np.zeros(lines, dtype=np.int64) if group is None else np.unique(group, return_inverse=True)[1]
    if len(of) != lines:
        raise PlanError(f"found {len(of)} lines, expected {lines}", where="mix_group", do="give ranges of one length")
    planned, came = np.bincount(of, q0)[of], np.bincount(of, q1)[of]
    at_mix = np.divide(q0 * came, planned, out=q1.astype(float), where=planned > 0)
    return Variance(
        price=np.asarray(q1 * (p1 - p0) * x0),
        volume=np.asarray((at_mix - q0) * p0 * x0),
        mix=np.asarray((q1 - at_mix) * p0 * x0),
        fx=np.asarray(q1 * p1 * (x1 - x0)),
    )
