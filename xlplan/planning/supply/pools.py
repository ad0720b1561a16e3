"""Pools: who may sit where. A pool is a language, a site and a role; ``ANY`` is the pool of no language."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlplan.planning.calendar.days import DAY, Days, Ints
from xlplan.tables.plan import Plan
from xlplan.tables.schema import ANY

POOL = ["language", "site", "role"]
GIVER = ["from_language", "from_site", "from_role"]
RECEIVER = ["to_language", "to_site", "to_role"]
NEVER = np.datetime64("1900-01-01", "D")
"""As-of day of a pool that no roster counts: everything that happened, happened after it."""


def pools(plan: Plan) -> pd.DataFrame:
    """Every pool with heads, classes or movements.

    Returns
    -------
    DataFrame
        language, site, role, in that order of sorting; as_of, the day its roster was counted.
    """
    classes, moves = given_classes(plan), decided_moves(plan)
    ends = [moves[names].dropna().set_axis(POOL, axis="columns") for names in (GIVER, RECEIVER)]
    found = (
        pd.concat([plan["tblRoster"][POOL], classes[POOL], *ends])
        .drop_duplicates()
        .sort_values(POOL, ignore_index=True)
    )
    counted = plan["tblRoster"].groupby(POOL, as_index=False)["as_of"].max()
    return found.merge(counted, on=POOL, how="left")


def as_of_days(found: pd.DataFrame) -> Days:
    """As-of day of each pool; ``NEVER`` where no roster counts it."""
    days: Days = found["as_of"].to_numpy(dtype=DAY)
    return np.where(np.isnat(days), NEVER, days)


def given_classes(plan: Plan) -> pd.DataFrame:
    """Classes that run or are approved."""
    rows = plan["tblClass"]
    return rows.loc[rows["status"].isin(["running", "approved"])].reset_index(drop=True)


def decided_moves(plan: Plan) -> pd.DataFrame:
    """Movements that are approved or done."""
    rows = plan["tblMovement"]
    return rows.loc[rows["status"].isin(["approved", "done"])].reset_index(drop=True)


def position(found: pd.DataFrame, rows: pd.DataFrame, names: list[str]) -> Ints:
    """Position of the pool that each row names; -1 where it names none."""
    index = pd.MultiIndex.from_frame(found[POOL])
    return index.get_indexer(pd.MultiIndex.from_frame(rows[names].set_axis(POOL, axis="columns"))).astype(np.int64)


def hiring_terms(plan: Plan, found: pd.DataFrame) -> pd.DataFrame:
    """Row of tblHiring for each pool, the language's own before ``ANY``; all blank where there is none.

    Parameters
    ----------
    found : DataFrame
        language, site, role.

    Returns
    -------
    DataFrame
        The terms in the order of ``found``.
    """
    rows = plan.filled("tblHiring")
    terms = [name for name in rows.columns if name not in POOL]
    own = found[POOL].merge(rows, on=POOL, how="left")
    general = rows.loc[rows["language"].eq(ANY)].drop(columns="language")
    fallback = found[POOL].merge(general, on=["site", "role"], how="left")
    stated = own["recruit_weeks"].notna()
    return own[terms].where(stated, fallback[terms])
