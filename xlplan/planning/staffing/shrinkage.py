"""From productive to paid: shrinkage divides, its parts multiply or add as declared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from xlplan.errors import PlanError
from xlplan.planning.staffing.columns import Floats, amounts, as_share, common_shape, numbers, refuse
from xlplan.planning.staffing.rounding import round_up

Rule: TypeAlias = Literal["multiply", "add"]


def _shrinkage(name: str, given: ArrayLike) -> Floats:
    """Check shares of paid time lost, each from 0 to below 1."""
    share = numbers(name, given)
    refuse(name, share, share > 1, "a share below 1", as_share)
    refuse(name, share, share == 1, "a share below 1", "at 100 % nobody is left to work")
    refuse(name, share, share < 0, "a share from 0 to below 1")
    return share


def combined_shrinkage(parts: Sequence[ArrayLike], *, rule: Rule = "multiply") -> Floats:
    """One shrinkage from several parts (leave, sickness, training, meetings ...).

    Parameters
    ----------
    parts : sequence of array_like
        One entry per part: a share of paid time, or a column of shares. No part at all is no shrinkage.
    rule : {"multiply", "add"}
        "multiply": each part is a share of what the others leave, 1 - (1-a)(1-b)...;
        "add": each part is a share of all paid time, a + b + ...

    Returns
    -------
    ndarray of float64
        Shrinkage in the broadcast shape of the parts, below 1.

    Raises
    ------
    PlanError
        For an unknown rule, a part outside [0, 1), or parts that leave nobody (sum of 100 % or more).

    Examples
    --------
    >>> float(combined_shrinkage([0.1, 0.2], rule="multiply").round(4))
    0.28
    >>> float(combined_shrinkage([0.1, 0.2], rule="add").round(4))
    0.3
    """
    if rule not in ("multiply", "add"):
        raise PlanError(f"found {rule!r}, expected a rule for the parts", where="rule", do="type multiply or add")
    if isinstance(parts, str) or not isinstance(parts, Sequence | np.ndarray):
        raise PlanError("found a single value, expected a list of parts", where="parts", do="type [0.30]")
    several = len(parts) > 1
    named = {f"shrinkage part {number}" if several else "shrinkage": part for number, part in enumerate(parts, 1)}
    shares = {name: _shrinkage(name, part) for name, part in named.items()}
    shape = common_shape(**shares)
    if rule == "add":
        total = np.zeros(shape)
        for share in shares.values():
            total += share
        refuse("sum of parts", total, total >= 1, "less than 1", "the parts take all paid time or more")
        return total
    left = np.ones(shape)
    for share in shares.values():
        left *= 1.0 - share
    return np.asarray(1.0 - left)


def gross_up(productive: ArrayLike, shrinkage: ArrayLike, *, whole: bool = False) -> Floats:
    """Paid agents, hours or FTE that give so much productive time: productive / (1 - shrinkage).

    Never ``x (1 + shrinkage)``, which is short: 100 at 30 % shrinkage need 142.9, not 130.

    Parameters
    ----------
    productive : array_like
        Agents, hours or FTE at work, 0 or more.
    shrinkage : array_like
        Share of paid time not available, 0 to below 1, one value or a column beside ``productive``;
        several parts go through ``combined_shrinkage`` first.
    whole : bool, optional
        Round up to whole ones, ``ceil(x - 1e-9 x)``.

    Returns
    -------
    ndarray of float64
        In the broadcast shape.

    Raises
    ------
    PlanError
        For shrinkage of 100 % or more, a percentage typed as 30, negative or missing values.

    Examples
    --------
    >>> float(gross_up(100, 0.3).round(3))
    142.857
    >>> float(gross_up(21, 0.3, whole=True))
    30.0
    """
    work, share = amounts("productive", productive), _shrinkage("shrinkage", shrinkage)
    common_shape(productive=work, shrinkage=share)
    paid = np.asarray(work / (1.0 - share))
    return round_up(paid) if whole else paid
