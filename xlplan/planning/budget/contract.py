"""The contract engine: what a window's units cost under tiers, indexation and minimum commitments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from xlplan.errors import PlanError

Floats = NDArray[np.float64]
PRICING_UNITS = ("productive_hour", "paid_hour", "fte", "transaction", "minute", "outcome")
"""What one billed unit is."""
FLOOR_SLACK = 1e-4
"""Units that fall short of a tier's floor by no more than this have reached it: an hour's last bits are rounding."""


@dataclass(frozen=True)
class RateCard:
    """A contract's prices in one billing window, in the contract's currency.

    Parameters
    ----------
    floors, prices : tuple of float
        Tiers: floor, inclusive, in units of the window, and price of a unit after indexation.
    all_units : bool
        True if the reached tier prices all units, False if only those above its floor.
    min_units, min_amount : float
        Paid for even if not used.
    fx : float
        Plan currency per unit of the contract's currency.
    """

    floors: tuple[float, ...]
    prices: tuple[float, ...]
    all_units: bool
    min_units: float = 0.0
    min_amount: float = 0.0
    fx: float = 1.0

    @property
    def convex(self) -> bool:
        """True where cheapest first is the right order of the tiers, so that a linear programme needs no binaries."""
        steps = np.diff(self.prices)
        return len(self.prices) == 1 or (not self.all_units and bool((steps >= 0).all()))

    @property
    def concave(self) -> bool:
        """True where each tier is cheaper than the one before, for the units above its floor alone."""
        return len(self.prices) > 1 and not self.all_units and bool((np.diff(self.prices) <= 0).all())


@dataclass(frozen=True)
class Invoice:
    """What a window's units come to.

    Parameters
    ----------
    units : float
        Units used, rate multipliers and overtime factors included.
    tier : int
        Position of the tier reached.
    price : float
        Its price.
    amount : float
        To pay: tiers and minimum.
    shortfall_pay : float
        Part of it that is paid only because of the commitment.
    """

    units: float
    tier: int
    price: float
    amount: float
    shortfall_pay: float

    @property
    def effective_rate(self) -> float:
        """Amount per unit; NaN without units."""
        return self.amount / self.units if self.units > 0 else float("nan")


def invoice(card: RateCard, units: float) -> Invoice:
    """Price the units of a window.

    Parameters
    ----------
    card : RateCard
    units : float
        Units used in the window.

    Returns
    -------
    Invoice
        Units below the minimum are filled up to it, at the price that they would have; an amount below the minimum
        amount is raised to it.

    Examples
    --------
    All units at the price of the tier reached: 12,000 hours at 12.60, not 13.50.

    >>> card = RateCard((0.0, 11_000.0), (13.5, 12.6), all_units=True, min_amount=115_000.0)
    >>> invoice(card, 12_000.0).amount
    151200.0
    >>> short = invoice(card, 8_000.0)
    >>> short.amount, short.shortfall_pay
    (115000.0, 7000.0)
    """
    billed = max(units, card.min_units)
    tier = reached(card, billed)
    if card.all_units:
        filled, used = billed * card.prices[tier], units * card.prices[tier]
    else:
        filled, used = _filled(card, billed), _filled(card, units)
    amount = max(filled, card.min_amount)
    return Invoice(units, tier, card.prices[tier], amount, amount - used)


def reached(card: RateCard, units: float) -> int:
    """Position of the tier that so many units reach; a floor is inclusive.

    >>> reached(RateCard((0.0, 100.0), (2.0, 1.0), all_units=True), 100.0)
    1
    """
    return int(np.flatnonzero(units >= np.array(card.floors) - FLOOR_SLACK)[-1])


def _filled(card: RateCard, units: float) -> float:
    """Cost of units that fill tier after tier."""
    floors = np.array(card.floors)
    inside = np.clip(units - floors, 0.0, np.append(np.diff(floors), np.inf))
    return float(inside @ np.array(card.prices))


def units_per_hour(
    pricing_unit: str,
    *,
    billable: ArrayLike = 0.0,
    paid_per_productive: ArrayLike = 1.0,
    fte_months: ArrayLike = 0.0,
    items: ArrayLike = 0.0,
    aht_s: ArrayLike = 0.0,
    outcome_rate: float = 1.0,
) -> Floats:
    """Billed units of one productive hour, before rate multipliers.

    Parameters
    ----------
    pricing_unit : str
        One of :data:`PRICING_UNITS`.
    billable : array_like
        Hours off work that the vendor may bill beside a productive hour; counts where hours or minutes are priced.
    paid_per_productive : array_like
        Paid hours behind a productive hour.
    fte_months : array_like
        FTE-months behind a productive hour.
    items : array_like
        Items handled in it.
    aht_s : array_like
        Handling time of an item, seconds: a price per minute is one of handling time.
    outcome_rate : float
        Share of items that count as an outcome.

    Raises
    ------
    PlanError
        No such pricing unit.

    Examples
    --------
    >>> float(units_per_hour("minute", items=10.0, aht_s=300.0))
    50.0
    """
    if pricing_unit == "productive_hour":
        return np.asarray(1.0 + np.asarray(billable, dtype=float))
    if pricing_unit == "paid_hour":
        return np.asarray(paid_per_productive, dtype=float)
    if pricing_unit == "fte":
        return np.asarray(fte_months, dtype=float)
    if pricing_unit == "transaction":
        return np.asarray(items, dtype=float)
    if pricing_unit == "minute":
        handled = np.asarray(items, dtype=float) * np.asarray(aht_s, dtype=float) / 60
        return np.asarray(handled + 60 * np.asarray(billable, dtype=float))
    if pricing_unit == "outcome":
        return np.asarray(np.asarray(items, dtype=float) * outcome_rate)
    raise PlanError(
        f"{pricing_unit!r} is no pricing unit", where="tblContract.pricing_unit", do=f"use {', '.join(PRICING_UNITS)}"
    )


def indexation(cola: float, index_date: pd.Timestamp, months: pd.DatetimeIndex) -> Floats:
    """Price factor of each month: ``1 + cola`` for every index date on or before its first day.

    Parameters
    ----------
    cola : float
        Share per year.
    index_date : Timestamp
        First date of indexation; the same day of each later year follows.
    months : DatetimeIndex
        First days of months.

    Examples
    --------
    >>> months = pd.DatetimeIndex(["2027-03-01", "2027-04-01", "2028-04-01"])
    >>> indexation(0.03, pd.Timestamp("2027-04-01"), months).tolist()
    [1.0, 1.03, 1.0609]
    """
    years = (months.year - index_date.year).to_numpy()
    due = (months.month > index_date.month) | ((months.month == index_date.month) & (index_date.day == 1))
    return np.asarray((1.0 + cola) ** np.maximum(years + due, 0), dtype=float)
