"""Given classes by the day: who trains, who nests, and who joins production when.

Those who drop out leave at the end of training and at the end of nesting. The heads of a running class are counted as
of the start of the plan: one that already nests has its training drop-outs behind it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from xlplan.errors import PlanError
from xlplan.planning.calendar.days import DAY, Days, Floats, Ints
from xlplan.planning.supply.pools import POOL, given_classes, hiring_terms, position
from xlplan.planning.supply.walk import Joins
from xlplan.planning.supply.weeks import Weeks
from xlplan.tables.plan import Plan

TERMS = ("training_weeks", "nesting_weeks", "training_yield", "nesting_yield")


@dataclass(frozen=True)
class Classes:
    """Classes with every date and yield known, each array of shape (n,).

    ``heads`` train from ``start`` to ``nest``, ``nesters`` nest to ``join``, ``graduates`` enter production then.
    """

    pool: Ints
    start: Days
    nest: Days
    join: Days
    heads: Floats
    nesters: Floats
    graduates: Floats

    def joins(self, weeks: Weeks, born: Days, first: int) -> Joins:
        """Joins of the walk; graduates from before the first week join in it.

        Parameters
        ----------
        weeks : Weeks
        born : ndarray of datetime64[D]
            First days in production of the cohorts that join, rising, each once.
        first : int
            Position of the first of these cohorts.
        """
        week = np.maximum(weeks.at(self.join), 0)
        inside = week < len(weeks)
        week = week[inside]
        missed = (self.join[inside] - weeks.start[week]).astype(np.int64)
        return Joins(
            week=week,
            pool=self.pool[inside],
            cohort=first + np.searchsorted(born, self.join[inside]),
            heads=self.graduates[inside],
            absent=np.maximum(missed, 0) / weeks.days[week],
        )

    def by_pool(self, per_class: Floats, count: int) -> Floats:
        """Sum of a figure by class and week, shape (n, T), over the classes of each pool, shape (T, P)."""
        total = np.zeros((count, per_class.shape[1]))
        np.add.at(total, self.pool, per_class)
        return total.T

    def levels(self, weeks: Weeks, count: int) -> dict[str, Floats]:
        """Starters, and trainees and nesters as a mean of each week and on its last day, each of shape (T, P)."""
        last = weeks.stop - np.timedelta64(1, "D")
        began = (self.start[:, None] >= weeks.start) & (self.start[:, None] <= last)
        trains = (self.start[:, None] <= last) & (last < self.nest[:, None])
        nests = (self.nest[:, None] <= last) & (last < self.join[:, None])
        heads, nesters = self.heads[:, None], self.nesters[:, None]
        figures = {
            "starts": heads * began,
            "training": heads * trains,
            "nesting": nesters * nests,
            "mean_training": heads * weeks.overlap(self.start, self.nest),
            "mean_nesting": nesters * weeks.overlap(self.nest, self.join),
        }
        return {name: self.by_pool(values, count) for name, values in figures.items()}


def read_classes(plan: Plan, found: pd.DataFrame, *, start: np.datetime64, as_of: Days) -> Classes:
    """Running and approved classes with their blanks filled from the hiring terms.

    Parameters
    ----------
    plan : Plan
    found : DataFrame, P rows
        The pools.
    start : datetime64[D]
        First day of the walk.
    as_of : ndarray of datetime64[D], shape (P,)
        Day on which each pool's roster was counted: graduates up to it are on the roster.

    Raises
    ------
    PlanError
        A class without terms of its own in a pool without hiring terms.
    """
    rows = given_classes(plan)
    terms = hiring_terms(plan, rows)
    stated = {name: rows[name].fillna(terms[name]) for name in TERMS}
    blank = pd.DataFrame(stated).isna().any(axis=1).to_numpy(dtype=bool)
    if blank.any():
        row = rows.loc[blank].iloc[0]
        raise PlanError(
            f"class {row['class_id']} has no training terms, and its pool no hiring terms",
            where="tblClass",
            do=f"fill the class, or add {row['language']}, {row['site']}, {row['role']} to tblHiring",
        )
    begins = rows["start"].to_numpy(dtype=DAY)
    nest = begins + _days(stated["training_weeks"])
    own = rows["production_start"].to_numpy(dtype=DAY)
    join = np.where(np.isnat(own), nest + _days(stated["nesting_weeks"]), own)
    nest = np.minimum(nest, join)
    heads = rows["heads"].to_numpy(dtype=float)
    behind = rows["status"].eq("running").to_numpy(dtype=bool) & (begins < start) & (nest <= start)
    nesters = heads * np.where(behind, 1.0, stated["training_yield"].to_numpy(dtype=float))
    graduates = nesters * stated["nesting_yield"].to_numpy(dtype=float)
    pool = position(found, rows, POOL)
    keep = join > as_of[pool]
    return Classes(*(column[keep] for column in (pool, begins, nest, join, heads, nesters, graduates)))


def _days(weeks: pd.Series) -> Days:
    return np.rint(7 * weeks.to_numpy(dtype=float)).astype("timedelta64[D]")
