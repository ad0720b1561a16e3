"""Cohorts: the heads of a pool by the day on which they entered production, and what tenure makes of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from xlplan.planning.calendar.days import Days, Floats, Ints
from xlplan.planning.supply.pools import POOL, position
from xlplan.planning.supply.weeks import Weeks

RAMPED_DAYS = 364
"""Tenure given to heads whose band has no end: past the last week that a ramp curve can name."""


@dataclass(frozen=True)
class Cohorts:
    """Opening heads by cohort, and the tenure of every cohort.

    Parameters
    ----------
    bands : list of str, length B
        Tenure bands, those of tblTenureBand first.
    opening : ndarray of float, shape (P, C)
    born : ndarray of datetime64[D], shape (C,)
        First day in production.
    fixed : ndarray of int, shape (C,)
        Band in which the cohort stays because tblTenureBand does not know it; -1 where tenure decides.
    from_days, to_days : ndarray of float, shape (listed bands,)
        Tenure at which the listed bands begin and end, in rising order.
    listed : ndarray of int, shape (listed bands,)
        Their positions in ``bands``.
    """

    bands: list[str]
    opening: Floats
    born: Days
    fixed: Ints
    from_days: Floats
    to_days: Floats
    listed: Ints

    def band(self, weeks: Weeks) -> Ints:
        """Band on the first day of each week, shape (T, C); B outside every band."""
        tenure = np.maximum((weeks.start[:, None] - self.born[None, :]).astype(np.int64), 0)
        if not len(self.from_days):
            by_tenure = np.full(tenure.shape, len(self.bands))
        else:
            place = np.searchsorted(self.from_days, tenure, side="right") - 1
            inside = (place >= 0) & (tenure <= self.to_days[np.maximum(place, 0)])
            by_tenure = np.where(inside, self.listed[np.maximum(place, 0)], len(self.bands))
        return np.where(self.fixed >= 0, self.fixed, by_tenure).astype(np.int64)

    def tenure_week(self, weeks: Weeks, *, longest: int) -> Ints:
        """Week in production, 0 = first, that each week ends in, shape (T, C); at most ``longest``."""
        tenure = (weeks.stop[:, None] - self.born[None, :]).astype(np.int64) - 1
        return np.clip(tenure // 7, 0, longest)


def cohorts(
    roster: pd.DataFrame, bands: pd.DataFrame, found: pd.DataFrame, *, start: np.datetime64, later: Days
) -> Cohorts:
    """Spread the roster over cohorts, and add those that will join.

    Parameters
    ----------
    roster : DataFrame
        tblRoster. The heads of a band are spread evenly over its days, week by week; a band without an end holds
        ramped heads.
    bands : DataFrame
        tblTenureBand.
    found : DataFrame, P rows
        The pools.
    start : datetime64[D]
        First day of the walk.
    later : ndarray of datetime64[D]
        First days in production of heads that join; they may repeat.
    """
    bands = bands.dropna(subset=["from_days"]).sort_values("from_days")
    names = bands["tenure_band"].tolist()
    names += sorted(set(roster["tenure_band"]) - set(names))
    known = len(bands)
    low = bands["from_days"].to_numpy(dtype=float)
    high = bands["to_days"].astype("float64").fillna(np.inf).to_numpy(dtype=float)
    tenures = [_tenures(a, b) for a, b in zip(low, high, strict=True)]
    tenures += [(np.array([RAMPED_DAYS]), np.ones(1))] * (len(names) - known)
    first = np.concatenate([[0], np.cumsum([len(days) for days, _ in tenures])]).astype(np.int64)
    joining = np.unique(later)
    opening = np.zeros((len(found), int(first[-1]) + len(joining)))
    pool = position(found, roster, POOL)
    place = {name: number for number, name in enumerate(names)}
    heads = roster["heads"].to_numpy(dtype=float)
    for row, name in enumerate(roster["tenure_band"]):
        band = place[name]
        opening[pool[row], first[band] : first[band + 1]] += heads[row] * tenures[band][1]
    days = [days for days, _ in tenures]
    tenure = np.concatenate(days) if days else np.zeros(0, dtype=np.int64)
    unlisted = np.repeat(np.arange(len(names)), np.diff(first))
    return Cohorts(
        bands=names,
        opening=opening,
        born=np.concatenate([start - tenure.astype("timedelta64[D]"), joining]),
        fixed=np.concatenate([np.where(unlisted >= known, unlisted, -1), np.full(len(joining), -1)]).astype(np.int64),
        from_days=low,
        to_days=high,
        listed=np.arange(known),
    )


def _tenures(low: float, high: float) -> tuple[Ints, Floats]:
    """Tenure in days of the middle of each week of a band, and the share of the band's heads in it."""
    if np.isinf(high):
        return np.array([max(int(low), RAMPED_DAYS)]), np.ones(1)
    begin = np.arange(int(low), int(high) + 1, 7)
    length = np.minimum(begin + 7, int(high) + 1) - begin
    return begin + length // 2, length / length.sum()
