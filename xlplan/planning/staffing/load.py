"""Work that arrives: offered load in erlangs and workload in hours."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from xlplan.planning.staffing.columns import Floats, amounts, common_shape, refuse

# Beyond this the integers around a load are no longer told apart within the promised accuracy, and no floor
# of agents is that large: a unit is wrong.
LARGEST_LOAD = 1e7
LARGEST_CREW = 1e9


def load_erlangs(volume: ArrayLike, aht_s: ArrayLike, *, interval_min: ArrayLike) -> Floats:
    """Offered load: contacts being handled at once if none had to wait, volume x aht / interval.

    Parameters
    ----------
    volume : array_like
        Contacts offered in the interval, 0 or more.
    aht_s : array_like
        Average handling time in seconds, 0 or more.
    interval_min : array_like
        Length of the interval in minutes, above 0.

    Returns
    -------
    ndarray of float64
        Erlangs, in the broadcast shape.

    Raises
    ------
    PlanError
        For negative, infinite or missing values, an interval of 0, or a load above 1e7 erlangs.

    Examples
    --------
    >>> float(load_erlangs(100, 180, interval_min=30))
    10.0
    """
    count, handling = amounts("volume", volume), amounts("aht_s", aht_s)
    minutes = amounts("interval_min", interval_min)
    refuse("interval_min", minutes, minutes == 0, "minutes above 0", "type 30 for half-hours")
    shape = common_shape(volume=count, aht_s=handling, interval_min=minutes)
    with np.errstate(over="ignore"):
        load = np.asarray(count * handling / (minutes * 60.0)).reshape(shape)
    refuse(
        "volume x aht_s / interval_min",
        load,
        ~(load <= LARGEST_LOAD),
        f"at most {LARGEST_LOAD:g} erlangs",
        "check the units: aht_s in seconds, interval_min in minutes",
    )
    return load


def workload_hours(volume: ArrayLike, aht_s: ArrayLike) -> Floats:
    """Hours of handling in a volume: volume x aht / 3600.

    Parameters
    ----------
    volume : array_like
        Contacts or items, 0 or more.
    aht_s : array_like
        Average handling time in seconds, 0 or more.

    Returns
    -------
    ndarray of float64
        Hours, in the broadcast shape.

    Raises
    ------
    PlanError
        For negative, infinite or missing values.

    Examples
    --------
    >>> float(workload_hours(20_000, 330).round(2))
    1833.33
    """
    count, handling = amounts("volume", volume), amounts("aht_s", aht_s)
    common_shape(volume=count, aht_s=handling)
    return np.asarray(count * handling / 3600.0)
