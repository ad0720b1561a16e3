"""What reaches people: volume of a driver, what AI leaves of it, and how long that takes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from xlplan.planning.staffing.columns import Floats, amounts, common_shape, rates, refuse


def driver_volume(driver: ArrayLike, *, rate: ArrayLike, mix: ArrayLike = 1.0, human_share: ArrayLike = 1.0) -> Floats:
    """Volume that a driver makes: driver x rate x mix x share for people.

    Parameters
    ----------
    driver : array_like
        Units of what volume comes from: users, uploads, orders.
    rate : array_like
        Contacts or items per unit; may exceed 1.
    mix, human_share : array_like, optional
        Share of them that belongs to the queue, and share of those that people work, 0 to 1.

    Raises
    ------
    PlanError
        Numbers below 0, or shares above 1.

    Examples
    --------
    >>> float(driver_volume(2_000_000, rate=0.0025, mix=0.3, human_share=0.6))
    900.0
    """
    units, each = amounts("driver", driver), amounts("rate", rate)
    share, people = rates("mix", mix), rates("human_share", human_share)
    common_shape(driver=units, rate=each, mix=share, human_share=people)
    return np.asarray(units * each * share * people)


def human_volume(
    volume: ArrayLike,
    *,
    ai_share: ArrayLike,
    containment: ArrayLike,
    repeat_rate: ArrayLike = 0.0,
    escalation_rate: ArrayLike = 0.0,
) -> Floats:
    """Volume that people get where an AI answers first.

    Parameters
    ----------
    volume : array_like
        Contacts in all.
    ai_share : array_like
        Share of them offered to the AI first.
    containment : array_like
        Share of those that the AI finishes.
    repeat_rate, escalation_rate : array_like, optional
        Shares of the finished ones that come back to people, and that are escalated to them later; together at most 1.

    Returns
    -------
    ndarray
        volume x (1 - ai_share x containment x (1 - repeat_rate - escalation_rate)).

    Raises
    ------
    PlanError
        A volume below 0, a share outside 0 to 1, or more contacts coming back than were finished.

    Examples
    --------
    >>> float(human_volume(1000, ai_share=0.5, containment=0.4, repeat_rate=0.1, escalation_rate=0.05))
    830.0
    """
    count, offered = amounts("volume", volume), rates("ai_share", ai_share)
    finished, again = rates("containment", containment), rates("repeat_rate", repeat_rate)
    later = rates("escalation_rate", escalation_rate)
    common_shape(volume=count, ai_share=offered, containment=finished, repeat_rate=again, escalation_rate=later)
    back = np.asarray(again + later)
    refuse("repeat_rate + escalation_rate", back, back > 1 + 1e-12, "at most 1 together")
    return np.asarray(count * (1 - offered * finished * (1 - np.minimum(back, 1.0))))


def residual_aht(aht_s: ArrayLike, *, containment: ArrayLike, complexity_factor: ArrayLike) -> Floats:
    """Handling time of what an AI leaves to people, which is the harder part.

    The work of all contacts stays what it was before: with the share c taken away, and those left taking f times as
    long as those taken, ``aht = c x easy + (1 - c) x f x easy``, and what is left takes ``f x easy``.

    Parameters
    ----------
    aht_s : array_like
        Handling time before AI.
    containment : array_like
        Share of contacts that the AI finishes.
    complexity_factor : array_like
        Handling time of a contact that is left over that of one the AI finishes, 1 or more.

    Returns
    -------
    ndarray
        Seconds; from ``aht_s`` without containment up to ``complexity_factor x aht_s`` where nearly all is contained.

    Raises
    ------
    PlanError
        A time below 0, a share outside 0 to 1, or a factor below 1.

    Examples
    --------
    >>> float(residual_aht(300, containment=0.4, complexity_factor=1.5).round(1))
    346.2
    """
    handling, finished = amounts("aht_s", aht_s), rates("containment", containment)
    factor = amounts("complexity_factor", complexity_factor)
    refuse("complexity_factor", factor, factor < 1, "1 or more", "type 1 where what is left is no harder")
    common_shape(aht_s=handling, containment=finished, complexity_factor=factor)
    return np.asarray(handling * (factor / (finished + (1 - finished) * factor)))
