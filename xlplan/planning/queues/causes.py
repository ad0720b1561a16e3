"""Why a goal breaks: what changed between the first period of the plan and the period of the breach, in shares.

Each cause is counted in hours of work an hour, where it makes the breach worse, and the parts are scaled to sum to 1:

- volume: items that are more than in the first period, at the handling time of the breach;
- handling time: the hours that longer handling adds to the volume of the breach;
- shrinkage: served hours lost because a larger share of the paid time is not worked;
- attrition: leavers of the pools at the serving sites that nobody replaced, as a share of the first served hours;
- routing: served hours lost because a smaller share of the hours at the serving sites goes to this work;
- hiring: hours that were short in the first period already. Where nothing else changed it is the cause: the people
  were never there.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlplan.planning.queues.fluid import Floats, Ints
from xlplan.planning.queues.work import KEY, Work
from xlplan.tables.plan import Plan
from xlplan.tables.schema import ANY

CAUSES = ("volume", "aht", "shrinkage", "attrition", "hiring", "routing")


def causes(plan: Plan, work: Work, *, rows: Ints, first: Ints) -> Floats:
    """Shares of each breach by cause.

    Parameters
    ----------
    plan : Plan
        For tblAllocation and tblWalk.
    work : Work
    rows : ndarray of int, shape (M,)
        Workstreams that break.
    first : ndarray of int, shape (M,)
        Period of each breach.

    Returns
    -------
    ndarray of float, shape (M, 6)
        In the order of ``CAUSES``; each row sums to 1.
    """
    per_hour = 1 / work.hours

    def at(table: Floats) -> tuple[Floats, Floats]:
        return table[rows, 0], table[rows, first]

    v0, v1 = at(work.volume * per_hour)
    t0, t1 = at(work.aht_s)
    _, rate = at(work.items_per_hour)
    s0, s1 = at(work.shrinkage)
    served0, served1 = at(work.served * per_hour)
    need0, _ = at(work.required * per_hour)
    hours_per_item = np.divide(1.0, rate, out=np.zeros_like(rate), where=rate > 0)
    longer = 1 - np.divide(t0, t1, out=np.ones_like(t1), where=t1 > 0)
    lost = _unreplaced(plan, work, rows=rows, first=first)
    share0, share1, total1 = _site_shares(plan, work, rows=rows, first=first)
    parts = np.stack(
        [
            (v1 - v0) * hours_per_item,
            v1 * hours_per_item * longer,
            served1 * (s1 - s0) / np.maximum(1 - s1, 1e-9),
            served0 * lost,
            need0 - served0,
            (share0 - share1) * total1,
        ],
        axis=1,
    )
    parts = np.maximum(parts, 0.0)
    parts[parts <= 1e-9 * np.maximum(need0, 1e-9)[:, None]] = 0.0  # rounding is no cause
    parts[parts.sum(axis=1) == 0, CAUSES.index("hiring")] = 1.0
    share: Floats = parts / parts.sum(axis=1, keepdims=True)
    return share


def serving_sites(plan: Plan, work: Work) -> pd.DataFrame:
    """Sites that do some of a workstream's work, shape (N, sites), True or False."""
    placed = plan["tblAllocation"]
    sites = pd.Index(sorted(placed["site"].unique()))
    streams = pd.MultiIndex.from_frame(work.streams[KEY])
    used = placed.loc[placed["served_hours"].gt(0), [*KEY, "site"]].drop_duplicates()
    row = streams.get_indexer(pd.MultiIndex.from_frame(used[KEY]))
    table = np.zeros((len(streams), len(sites)), dtype=bool)
    table[row[row >= 0], sites.get_indexer(used["site"])[row >= 0]] = True
    return pd.DataFrame(table, index=streams, columns=sites)


def _unreplaced(plan: Plan, work: Work, *, rows: Ints, first: Ints) -> Floats:
    """Leavers less joiners before the breach, as a share of the opening heads of the pools that serve the work."""
    walk = plan["tblWalk"]
    sites = serving_sites(plan, work)
    order = {period: place for place, period in enumerate(work.periods["period"])}
    walk = walk.assign(at=walk["period"].map(order), net=walk["attrition"] - walk["joins"])
    language = work.streams["language"].to_numpy()
    result = np.zeros(len(rows))
    for place, (row, period) in enumerate(zip(rows, first, strict=True)):
        here = list(sites.columns[sites.to_numpy(dtype=bool)[row]])
        own = walk.loc[walk["site"].isin(here) & walk["language"].isin([language[row], ANY])]
        heads = float(own.loc[own["at"].eq(0), "opening"].sum())
        if heads > 0:
            result[place] = max(float(own.loc[own["at"].lt(period), "net"].sum()) / heads, 0.0)
    return result


def _site_shares(plan: Plan, work: Work, *, rows: Ints, first: Ints) -> tuple[Floats, Floats, Floats]:
    """Share of the hours at the serving sites in the first period and at the breach, and their hours then."""
    sites = serving_sites(plan, work)
    total = (
        plan["tblAllocation"]
        .pivot_table(index="site", columns="period", values="served_hours", aggfunc="sum", fill_value=0.0)
        .reindex(index=sites.columns, columns=work.periods["period"], fill_value=0.0)
        .to_numpy(dtype=float)
    )
    around = sites.to_numpy(dtype=float)[rows] @ total
    share = np.divide(work.served[rows], around, out=np.zeros_like(around), where=around > 0)
    at = np.arange(len(rows))
    return share[:, 0], share[at, first], around[at, first] / work.hours[first]
