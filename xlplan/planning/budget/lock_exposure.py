"""What a forecast lock costs: units paid for and not used, and units above the band that nobody must serve.

Units turn out normally distributed around the forecast. The expected part below or above a level is then the normal
loss function, ``phi(k) + k Phi(k)`` standard deviations at k of them (Hadley and Whitin, Analysis of Inventory
Systems, 1963).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from xlplan.errors import PlanError
from xlplan.planning.staffing.columns import Floats, amounts, common_shape, rates, refuse

BIND_RULES = ("pay_floor", "pay_lock")


@dataclass(frozen=True)
class LockExposure:
    """Expected units paid for and not used, and expected units above the band."""

    unused: Floats
    unserved: Floats


def lock_exposure(
    locked: ArrayLike,
    *,
    forecast: ArrayLike,
    cv_error: ArrayLike,
    band_down: ArrayLike,
    band_up: ArrayLike,
    bind_rule: str = "pay_floor",
) -> LockExposure:
    """Expected shortfall and excess of a lock.

    Parameters
    ----------
    locked : array_like
        Units locked.
    forecast : array_like
        Units now expected.
    cv_error : array_like
        Standard deviation of the forecast's error over the forecast.
    band_down, band_up : array_like
        Shares of the lock below which units are charged all the same, and above which the vendor need not serve.
    bind_rule : {"pay_floor", "pay_lock"}
        What is paid when units fall below the band: the lower end of the band, or the whole lock.

    Raises
    ------
    PlanError
        Numbers out of range, or another rule.

    Examples
    --------
    >>> terms = dict(band_down=0.1, band_up=0.1, cv_error=0.2)
    >>> found = lock_exposure(1000, forecast=1000, **terms)
    >>> float(found.unused.round(3)), float(found.unserved.round(3))
    (39.559, 39.559)
    """
    if bind_rule not in BIND_RULES:
        raise PlanError(
            f"found {bind_rule!r}, expected what is paid below the band",
            where="bind_rule",
            do=f"type {' or '.join(BIND_RULES)}",
        )
    units, mean = amounts("locked", locked), amounts("forecast", forecast)
    spread = amounts("cv_error", cv_error)
    refuse("cv_error", spread, spread > 10, "a ratio such as 0.1", "type 0.10 for 10 %")
    down, up = rates("band_down", band_down), rates("band_up", band_up)
    common_shape(locked=units, forecast=mean, cv_error=spread, band_down=down, band_up=up)
    floor, ceiling, deviation = units * (1 - down), units * (1 + up), np.asarray(mean * spread)
    unused = _expected_above(floor - mean, deviation)
    if bind_rule == "pay_lock":
        unused = unused + (units - floor) * _chance_above(floor - mean, deviation)
    return LockExposure(np.asarray(unused), _expected_above(mean - ceiling, deviation))


def _expected_above(distance: Floats, deviation: Floats) -> Floats:
    """Mean of what is positive of a normal variable around ``distance``."""
    k = np.divide(distance, deviation, out=np.where(distance > 0, np.inf, -np.inf), where=deviation > 0)
    density = np.exp(-0.5 * np.minimum(np.abs(k), 40.0) ** 2) / np.sqrt(2 * np.pi)
    return np.maximum(distance * ndtr(k) + deviation * density, 0.0)


def _chance_above(distance: Floats, deviation: Floats) -> Floats:
    """Chance that a normal variable around ``distance`` is positive."""
    k = np.divide(distance, deviation, out=np.where(distance > 0, np.inf, -np.inf), where=deviation > 0)
    return np.asarray(ndtr(k))
