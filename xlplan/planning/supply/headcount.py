"""The headcount of a plan by pool and week: tables in, the walk and everything measured on it out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from xlplan.planning.calendar.days import Floats
from xlplan.planning.supply.attrition import leave_rates
from xlplan.planning.supply.classes import read_classes
from xlplan.planning.supply.cohorts import cohorts
from xlplan.planning.supply.movements import read_moves
from xlplan.planning.supply.pools import POOL, as_of_days, hiring_terms, pools, position
from xlplan.planning.supply.walk import Walk, walk
from xlplan.planning.supply.weeks import Weeks, week_grid
from xlplan.tables.plan import Plan

LONGEST_RAMP = 52
"""Last tenure week that a ramp curve can name; output is full after it."""


@dataclass(frozen=True)
class Headcount:
    """Heads of every pool in every week; arrays of shape (T, P) unless said otherwise.

    Parameters
    ----------
    pools : DataFrame, P rows
        language, site, role.
    weeks : Weeks
    walk : Walk
    levels : dict
        starts, training, nesting (heads on the last day), mean_training, mean_nesting (mean of the week).
    nesting_productivity, fte_per_head : ndarray of float, shape (P,)
    empty_rate : ndarray of float
        Share that leaves of heads in the last tenure band: the rate of a pool while it is empty.
    """

    pools: pd.DataFrame
    weeks: Weeks
    walk: Walk
    levels: dict[str, Floats]
    nesting_productivity: Floats
    fte_per_head: Floats
    empty_rate: Floats

    @property
    def ramped_fte(self) -> Floats:
        """Fully productive equivalents, ramping and nesting heads by their output."""
        nesting = self.levels["mean_nesting"] * self.nesting_productivity
        return (self.walk.ramped + nesting) * self.fte_per_head

    @property
    def paid_fte(self) -> Floats:
        """FTE in production, training and nesting."""
        present = self.walk.closing - self.walk.absent
        return (present + self.levels["mean_training"] + self.levels["mean_nesting"]) * self.fte_per_head


def headcount(plan: Plan) -> Headcount:
    """Walk the headcount of a plan.

    Parameters
    ----------
    plan : Plan
        tblPeriod, and tblRoster, tblTenureBand, tblAttrition, tblRamp, tblHiring, tblClass, tblMovement as far as
        there are any.

    Raises
    ------
    PlanError
        No periods, or a class without terms.
    """
    weeks = week_grid(plan["tblPeriod"])
    found = pools(plan)
    as_of = as_of_days(found)
    start = weeks.start[0]
    classes = read_classes(plan, found, start=start, as_of=as_of)
    people = cohorts(plan["tblRoster"], plan["tblTenureBand"], found, start=start, later=classes.join)
    terms = hiring_terms(plan, found)
    leave = leave_rates(plan, found, bands=people.bands, weeks=weeks)
    joining = len(np.unique(classes.join))
    first = people.opening.shape[1] - joining
    done = walk(
        people.opening,
        leave_rate=leave,
        band=people.band(weeks),
        output=ramp_curves(plan["tblRamp"], terms["ramp_curve"]),
        tenure_week=people.tenure_week(weeks, longest=LONGEST_RAMP),
        joins=classes.joins(weeks, people.born[first:], first),
        moves=read_moves(plan, found, weeks=weeks, as_of=as_of),
    )
    return Headcount(
        pools=found[POOL],
        weeks=weeks,
        walk=done,
        levels=classes.levels(weeks, len(found)),
        nesting_productivity=terms["nesting_productivity"].fillna(0.0).to_numpy(dtype=float),
        fte_per_head=_fte_per_head(plan["tblRoster"], found),
        empty_rate=leave[:, :, int(people.listed[-1]) if len(people.listed) else -1],
    )


def ramp_curves(ramp: pd.DataFrame, curve: pd.Series) -> Floats:
    """Output of a head by week in production.

    Parameters
    ----------
    ramp : DataFrame
        tblRamp.
    curve : Series of str, length P
        Curve of each pool; blank is full output at once.

    Returns
    -------
    ndarray of float, shape (P, 53)
        Full output after the last week that the curve names.

    Examples
    --------
    >>> rows = pd.DataFrame({"ramp_curve": ["new"] * 2, "tenure_week": [1, 2], "productivity": [0.6, 0.8]})
    >>> ramp_curves(rows, pd.Series(["new", None]))[:, :4]
    array([[0.6, 0.8, 1. , 1. ],
           [1. , 1. , 1. , 1. ]])
    """
    output = np.ones((len(curve), LONGEST_RAMP + 1))
    for name, rows in ramp.groupby("ramp_curve"):
        own = curve.eq(name).to_numpy(dtype=bool)
        week = rows["tenure_week"].to_numpy(dtype=np.int64) - 1
        output[np.ix_(own, week)] = rows["productivity"].to_numpy(dtype=float)
    return output


def _fte_per_head(roster: pd.DataFrame, found: pd.DataFrame) -> Floats:
    """FTE of one head by pool, as the roster has it; 1 where the pool has no heads yet."""
    heads, fte = np.zeros(len(found)), np.zeros(len(found))
    pool = position(found, roster, POOL)
    np.add.at(heads, pool, roster["heads"].to_numpy(dtype=float))
    np.add.at(fte, pool, roster["fte"].to_numpy(dtype=float))
    return np.divide(fte, heads, out=np.ones(len(found)), where=heads > 0)
