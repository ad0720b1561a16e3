"""The rest of a day, seen from its middle: what came so far says how busy the day is.

The forecast of the day is taken as off by a factor around 1 that holds all day, Gamma distributed with the coefficient
of variation that the forecast's errors have; contacts come at random around it (Poisson). The factor given what came is
then ``(1/cv^2 + came) / (1/cv^2 + expected)``, the conjugate answer of Gamma and Poisson (Gelman et al., Bayesian Data
Analysis, 3rd ed., 2.6): early in the day the forecast stands, late in the day the day itself.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from xlplan.errors import PlanError
from xlplan.planning.staffing.columns import Floats, amounts, refuse


def reforecast_day(actual: ArrayLike, *, profile: ArrayLike, forecast: float, cv: float = 0.1) -> Floats:
    """A day's volume by interval: what came, then what is to be expected.

    Parameters
    ----------
    actual : array_like, shape (K,)
        What came in the first K intervals of the day; NaN where it is not known.
    profile : array_like, shape (N,)
        Share of each interval of the day, N at least K; any scale, it is divided by its sum.
    forecast : float
        Forecast of the whole day.
    cv : float, optional
        Standard deviation of the day forecast's error over the forecast; 0 keeps the forecast.

    Returns
    -------
    ndarray, shape (N,)
        Sums to the re-forecast of the day.

    Raises
    ------
    PlanError
        More intervals than the profile has, a profile of zeros, or numbers below 0.

    Examples
    --------
    >>> reforecast_day([60.0, 60.0], profile=[1, 1, 1, 1], forecast=200, cv=0.1).round(2).tolist()
    [60.0, 60.0, 55.0, 55.0]
    """
    came, share = amounts("actual_so_far", actual, blank=True), amounts("profile", profile)
    day, spread = amounts("forecast_day", forecast), float(amounts("cv_day", cv))
    refuse("cv_day", np.asarray(spread), np.asarray(spread > 10), "a ratio such as 0.1", "type 0.1 for 10 %")
    if len(came) > len(share):
        raise PlanError(
            f"found {len(came)} intervals so far and a profile of {len(share)}",
            where="actual_so_far",
            do="give the profile of the whole day",
        )
    if not 0 < share.sum() < np.inf:
        raise PlanError("the profile has no share above 0", where="profile", do="give the share of each interval")
    expected = share / share.sum() * day
    known = np.zeros(len(share), dtype=bool)
    known[: len(came)] = ~np.isnan(came)
    told = np.where(known, np.concatenate([came, np.zeros(len(share) - len(came))]), 0.0)
    # Both sides times cv^2, so that no spread at all is no division by zero.
    factor = (1 + spread**2 * told.sum()) / (1 + spread**2 * expected[known].sum())
    return np.where(known, told, expected * factor)
