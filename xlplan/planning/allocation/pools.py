"""Pools of the allocation: who is there, who leaves, who is on the way, and what may change."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xlplan.planning.allocation.problem import Pools, Sites
from xlplan.planning.budget.labour import ROLE, pool_pay
from xlplan.planning.budget.people import head_prices
from xlplan.planning.supply import pool_supply
from xlplan.planning.supply.pools import hiring_terms
from xlplan.tables.plan import Plan
from xlplan.tables.schema import ANY

POOL = ["language", "site"]


def pools_of(plan: Plan, lanes: pd.DataFrame) -> pd.DataFrame:
    """The pools that serve lanes, and the lanes' place among them.

    Parameters
    ----------
    lanes : DataFrame
        language, site.

    Returns
    -------
    DataFrame
        language (or ANY), site, limited. A language has its own pool, or that of ANY where the roster counts only that,
        or an empty one of its own that hires can fill. A site that neither tblRoster nor tblClass knows has no limit
        on headcount.
    """
    agents = pd.concat([plan["tblRoster"], plan["tblClass"].loc[lambda f: f["status"].ne("cancelled")]])
    agents = agents.loc[agents["role"].eq(ROLE), POOL].drop_duplicates()
    counted, known = set(agents["site"]), set(agents.itertuples(index=False, name=None))
    wanted = set(known)
    for language, site in lanes[POOL].drop_duplicates().itertuples(index=False, name=None):
        if (language, site) not in known and (ANY, site) not in known:
            wanted.add((language, site))
    order = {site: place for place, site in enumerate(plan["tblSite"]["site"])}
    ordered = sorted((pool for pool in wanted if pool[1] in order), key=lambda pool: (order[pool[1]], pool[0]))
    found = pd.DataFrame(ordered, columns=POOL)
    return found.assign(limited=found["site"].isin(counted))


def lane_pool(lanes: pd.DataFrame, pools: pd.DataFrame) -> np.ndarray:
    """Row of ``pools`` that serves each lane: its language's, or else that of ANY."""
    place = {pool: row for row, pool in enumerate(pools[POOL].itertuples(index=False, name=None))}
    return np.array(
        [place.get((code, site), place.get((ANY, site), -1)) for code, site in lanes[POOL].itertuples(index=False)],
        dtype=np.int64,
    )


def pool_arrays(plan: Plan, pools: pd.DataFrame, sites: Sites) -> Pools:
    """Pools as the programme takes them."""
    periods = plan["tblPeriod"]
    count = len(pools)
    place = {site: row for row, site in enumerate(sites.name)}
    at = pools["site"].map(place).to_numpy(dtype=np.int64)
    limited = pools["limited"].to_numpy(dtype=bool)
    opening, attrition, pipeline = _supply(plan, pools, limited)
    terms = hiring_terms(plan, pools.assign(role=ROLE))
    known = terms["recruit_weeks"].notna().to_numpy(dtype=bool)
    lead = terms[["recruit_weeks", "training_weeks", "nesting_weeks"]].fillna(0.0).sum(axis=1).to_numpy(dtype=float)
    kept = (terms["training_yield"].fillna(1.0) * terms["nesting_yield"].fillna(1.0)).to_numpy(dtype=float)
    settings = plan.filled("tblSite").set_index("site").loc[pools["site"]]
    whole = settings["whole_teams"].fillna(False).to_numpy(dtype=bool)
    team = np.where(whole, settings["team_size"].fillna(1.0).to_numpy(dtype=float), 1.0)
    pay = pool_pay(plan, pools)
    heads = head_prices(plan, pools) if limited.any() else None
    return Pools(
        site=at,
        limited=limited,
        hours_per_fte=_by_period(plan, pools),
        opening_fte=opening,
        attrition=attrition,
        pipeline=pipeline,
        arrival=np.array([arrival(periods, weeks) for weeks in lead], dtype=np.int64).reshape(count, -1),
        hire_yield=kept,
        max_hire=np.where(known[:, None], sites.max_hire[at], 0.0),
        max_release=sites.max_release[at],
        max_fte=_most(plan, pools, opening, attrition, pipeline),
        overtime_share=_dated(plan, "max_overtime_share", 0.0)[at],
        fte_cost=_spread(pay.assign(value=pay["wage"] * pay["qty_per_fte"] * pay["fx"]), pools, len(periods)),
        overtime_cost=_spread(pay.assign(value=pay["overtime"] * pay["weight"] * pay["fx"]), pools, len(periods)),
        hire_cost=_heads(plan, heads, ("hiring", "training"), pools, len(periods)),
        release_cost=_heads(plan, heads, ("release",), pools, len(periods)),
        team_size=team,
        whole_teams=whole,
        part_team=np.where(whole, team, 0.0),
    )


def arrival(periods: pd.DataFrame, weeks: float) -> np.ndarray:
    """First period that starts on or after each period's start plus so many weeks; the number of periods if none."""
    start = periods["start"].to_numpy(dtype="datetime64[D]")
    ready = start + np.timedelta64(int(np.ceil(7 * weeks - 1e-9)), "D")
    return np.searchsorted(start, ready, side="left").astype(np.int64)


def site_arrays(plan: Plan) -> Sites:
    """Seats and limits of sites; a period has the row that is valid on its first day."""
    rows, fraction = plan.filled("tblSite"), _fraction(plan)
    shape = (len(rows), len(fraction))
    penalty = rows["seat_penalty"].to_numpy(dtype=float)[:, None] * fraction
    seats = _dated(plan, "seats", np.inf) * rows["heads_per_seat"].fillna(1.0).to_numpy(dtype=float)[:, None]
    return Sites(
        name=tuple(rows["site"]),
        seats=seats,
        seat_penalty=np.broadcast_to(penalty, shape).copy(),
        max_hire=_dated(plan, "max_hires_month", np.inf) * fraction,
        max_release=_dated(plan, "max_releases_month", 0.0) * fraction,
    )


def _fraction(plan: Plan) -> np.ndarray:
    return np.asarray(plan["tblPeriod"]["month_fraction"].to_numpy(dtype=float))


def _dated(plan: Plan, column: str, blank: float) -> np.ndarray:
    """A column of tblSiteCapacity by site and period; ``blank`` where nothing is stated."""
    start = plan["tblPeriod"]["start"].to_numpy()
    found = []
    for site in plan["tblSite"]["site"]:
        own = plan["tblSiteCapacity"].loc[lambda f, s=site: f["site"].eq(s)].sort_values("valid_from")
        values = np.append(own[column].fillna(blank).to_numpy(dtype=float), blank)
        at = np.searchsorted(own["valid_from"].to_numpy(), start, side="right") - 1
        found.append(values[np.where(at < 0, len(own), at)])
    return np.array(found, dtype=float).reshape(-1, len(start))


def _supply(plan: Plan, pools: pd.DataFrame, limited: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Opening FTE (P,), attrition (P, T) and given changes (P, T)."""
    periods = plan["tblPeriod"]["period"]
    shape = (len(pools), len(periods))
    if not limited.any():
        return np.zeros(shape[0]), np.zeros(shape), np.zeros(shape)
    flows = pool_supply(plan).loc[lambda f: f["role"].eq(ROLE)].set_index([*POOL, "period"])
    index = pd.MultiIndex.from_tuples([(*pool, period) for pool in pools[POOL].values for period in periods])
    flows = flows[["opening_fte", "attrition_rate", "net_fte"]].reindex(index).fillna(0.0)
    opening, rate, net = flows.to_numpy(dtype=float).T.reshape(3, *shape)
    return opening[:, 0], rate, net


def _most(
    plan: Plan, pools: pd.DataFrame, opening: np.ndarray, attrition: np.ndarray, pipeline: np.ndarray
) -> np.ndarray:
    """max_heads of the language at the site, never below what given headcount comes to."""
    served = plan["tblSiteLanguage"].set_index(POOL)["max_heads"]
    most = served.reindex(pd.MultiIndex.from_frame(pools[POOL])).to_numpy(dtype=float)
    most = np.where(np.isnan(most), np.inf, most)
    given, before = np.zeros(pipeline.shape), opening
    for period in range(pipeline.shape[1]):
        before = given[:, period] = (1 - attrition[:, period]) * before + pipeline[:, period]
    return np.asarray(np.maximum(most[:, None], given))


def _by_period(plan: Plan, pools: pd.DataFrame) -> np.ndarray:
    hours = plan["tblFteHours"].pivot(index="site", columns="period", values="productive_hours")
    return np.asarray(hours.loc[pools["site"], plan["tblPeriod"]["period"]].to_numpy(dtype=float))


def _spread(rows: pd.DataFrame, pools: pd.DataFrame, periods: int) -> np.ndarray:
    """Sum of ``value`` by pool and period."""
    place = {pool: row for row, pool in enumerate(pools[POOL].itertuples(index=False, name=None))}
    total = np.zeros((len(pools), periods))
    at = np.array([place[pool] for pool in rows[POOL].itertuples(index=False, name=None)], dtype=np.int64)
    np.add.at(total, (at, rows["seq"].to_numpy(dtype=np.int64)), rows["value"].to_numpy(dtype=float))
    return total


def _heads(
    plan: Plan, prices: pd.DataFrame | None, lines: tuple[str, ...], pools: pd.DataFrame, periods: int
) -> np.ndarray:
    """Cost of one head in each period, shape (P, T), plan currency."""
    if prices is None:
        return np.zeros((len(pools), periods))
    seq = {period: place for place, period in enumerate(plan["tblPeriod"]["period"])}
    rows = prices.loc[prices["line"].isin(lines)]
    value = rows["price"] * rows["fx"] * rows["weight"]
    return _spread(rows.assign(value=value, seq=rows["period"].map(seq)), pools, periods)
