"""From the plan's tables to the problem that is solved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from xlplan.planning.allocation.caps import budget_caps
from xlplan.planning.allocation.eligibility import open_periods
from xlplan.planning.allocation.limits import FIRM_FACTOR, lane_shares, limits
from xlplan.planning.allocation.moves import opening_hours
from xlplan.planning.allocation.pools import lane_pool, pool_arrays, pools_of, site_arrays
from xlplan.planning.allocation.problem import AllocationProblem, Billing, Lanes, Pools, Streams
from xlplan.planning.budget.billing import lane_units, overtime_units
from xlplan.planning.budget.contract import RateCard
from xlplan.planning.budget.pieces import vendor_sites
from xlplan.planning.budget.terms import Windows, contract_windows
from xlplan.planning.budget.vendors import lane_facts
from xlplan.tables.eligibility import KEY, candidates
from xlplan.tables.plan import Plan

DEAREST = 10.0
"""Where no penalty is stated, an hour unserved costs this many times the dearest way to serve it, so that nothing is
left undone because it is cheaper in the plan's currency."""


@dataclass(frozen=True)
class Inputs:
    """The problem with the names behind its numbers.

    ``streams``, ``lanes``, ``pools`` and ``windows`` are in the order of the problem's axes; ``placement`` is every
    workstream x site with the gate that blocks it.
    """

    problem: AllocationProblem
    streams: pd.DataFrame
    lanes: pd.DataFrame
    pools: pd.DataFrame
    windows: Windows
    placement: pd.DataFrame


def inputs(plan: Plan) -> Inputs:
    """Build the allocation problem of a plan whose requirement is known."""
    placement = candidates(plan)
    order = {site: place for place, site in enumerate(plan["tblSite"]["site"])}
    lanes = placement.loc[placement["blocked_by"].isna(), ["lob", *KEY, "vendor"]]
    lanes = lanes.assign(order=lanes["site"].map(order)).sort_values(["queue", "language", "order"], ignore_index=True)
    dated, contracted = open_periods(plan, lanes)
    placement = _never_open(placement, lanes, dated, contracted)
    facts = lane_facts(plan, lanes)
    windows = contract_windows(plan)
    streams, required = _streams(plan)
    pools = pools_of(plan, lanes)
    sites = site_arrays(plan)
    people = pool_arrays(plan, pools, sites)
    number = {
        stream: row for row, stream in enumerate(streams[["queue", "language"]].itertuples(index=False, name=None))
    }
    stream = np.array(
        [number[own] for own in lanes[["queue", "language"]].itertuples(index=False, name=None)], dtype=int
    )
    pool = lane_pool(lanes, pools)
    open_ = dated & contracted & (people.hours_per_fte[pool] > 0) & (required[stream] > 0)
    productivity = facts["productivity"].to_numpy(dtype=float)
    billing, extra = _billing(plan, facts, pools, windows)
    least, most, locked = lane_shares(plan, lanes, open_)
    hourly = _hour_cost(people, pool, billing, windows.cards) / productivity[:, None]
    penalty = _penalties(plan, streams, stream, hourly)
    stated = lanes[KEY].merge(plan.filled("tblLane"), on=KEY, how="left")
    fraction = plan["tblPeriod"]["month_fraction"].to_numpy(dtype=float)
    described = lanes.merge(plan["tblSite"][["site", "country"]], on="site").merge(
        streams[["queue", "language", "needs"]], on=["queue", "language"]
    )
    described = lanes[KEY].merge(described, on=KEY)
    firm = FIRM_FACTOR * float((penalty * people.hours_per_fte.max(initial=1.0)).max(initial=1.0))
    shares, heads = limits(plan, described, productivity=productivity, firm=firm)
    problem = AllocationProblem(
        periods=tuple(plan["tblPeriod"]["period"]),
        length=fraction,
        streams=Streams(
            tuple(f"{row.queue} {row.language}" for row in streams.itertuples()),
            required,
            penalty,
            streams["quality_floor"].to_numpy(dtype=float),
        ),
        lanes=Lanes(
            stream=stream,
            pool=pool,
            open=open_,
            productivity=productivity,
            quality=_measure(plan, lanes, "quality"),
            csat=_measure(plan, lanes, "csat"),
            move_cost=stated["transfer_cost"].fillna(0.0).to_numpy(dtype=float),
            opening_hours=opening_hours(plan, lanes) * fraction[0],
            least_hours=stated["min_lot_hours"].fillna(0.0).to_numpy(dtype=float)[:, None] * fraction,
            min_share=least,
            max_share=most,
            locked_share=locked,
        ),
        pools=people,
        sites=sites,
        cards=windows.cards,
        billing=billing,
        overtime_billing=extra,
        share_limits=shares,
        fte_limits=heads,
        budgets=budget_caps(plan, pools, windows),
    )
    names = lanes.drop(columns="order").assign(quality=problem.lanes.quality, csat=problem.lanes.csat)
    return Inputs(problem, streams, names, pools, windows, placement)


def _streams(plan: Plan) -> tuple[pd.DataFrame, np.ndarray]:
    """Active workstreams with what they need, and their required hours, shape (Q, T)."""
    rows = plan.filled("tblWorkstream").loc[lambda f: f["active"].astype(bool)]
    queue = plan.filled("tblQueue")[["queue", "lob", "security_tier", "quality_floor", "unmet_penalty"]]
    rows = rows[["queue", "language", "security_tier", "quality_floor", "unmet_penalty"]].merge(
        queue, on="queue", suffixes=("", "_queue")
    )
    for column in ("security_tier", "quality_floor", "unmet_penalty"):
        rows[column] = rows[column].fillna(rows[f"{column}_queue"])
    weight = plan.filled("tblLob").set_index("lob")["priority_weight"]
    rows["weight"] = rows["lob"].map(weight).fillna(1.0).astype(float)
    rows["needs"] = rows["security_tier"].astype(int)
    required = plan["tblReq"].pivot(index=["queue", "language"], columns="period", values="required_hours")
    index = pd.MultiIndex.from_frame(rows[["queue", "language"]])
    hours = required.reindex(index=index, columns=plan["tblPeriod"]["period"]).fillna(0.0).to_numpy(dtype=float)
    keep = ["lob", "queue", "language", "needs", "quality_floor", "unmet_penalty", "weight"]
    return rows[keep].assign(quality_floor=rows["quality_floor"].fillna(0.0)), hours


def _penalties(plan: Plan, streams: pd.DataFrame, stream: np.ndarray, hourly: np.ndarray) -> np.ndarray:
    """Price of an unserved reference hour, shape (Q, T): stated, of tblSetting, or far above any cost."""
    typed = plan["tblSetting"].loc[lambda f: f["setting"].eq("unmet_penalty"), "value"].notna().any()
    dearest = np.zeros((len(streams), hourly.shape[1]))
    np.maximum.at(dearest, stream, hourly)
    usual = float(plan.setting("unmet_penalty"))
    default = np.full(dearest.shape, usual) if typed else np.maximum(usual, DEAREST * dearest)
    stated = streams["unmet_penalty"].to_numpy(dtype=float)[:, None]
    return np.asarray(np.where(np.isnan(stated), default, stated) * streams["weight"].to_numpy(dtype=float)[:, None])


def _hour_cost(pools: Pools, pool: np.ndarray, billing: Billing, cards: tuple[RateCard, ...]) -> np.ndarray:
    """What an hour on each lane costs at list price, shape (L, T)."""
    cost = (pools.fte_cost * pools.fte_per_hour)[pool]
    price = np.array([max(card.prices) * card.fx for card in cards])
    np.add.at(cost, (billing.index, billing.period), billing.units * price[billing.window])
    return np.asarray(cost)


def _billing(plan: Plan, facts: pd.DataFrame, pools: pd.DataFrame, windows: Windows) -> tuple[Billing, Billing]:
    lanes = facts.assign(lane=np.arange(len(facts)))
    outside = lanes.loc[lanes["site"].isin(vendor_sites(plan)["site"])]
    if outside.empty:
        return Billing.none(), Billing.none()
    hours = lane_units(plan, outside, windows)
    extra = overtime_units(plan, windows).merge(pools.reset_index(names="pool")[["pool", "site"]], on="site")
    return _entries(hours, "lane"), _entries(extra, "pool")


def _entries(rows: pd.DataFrame, index: str) -> Billing:
    at, period, window = (rows[name].to_numpy(dtype=np.int64) for name in (index, "seq", "window"))
    return Billing(at, period, window, rows["units"].to_numpy(dtype=float))


def _measure(plan: Plan, lanes: pd.DataFrame, measure: str) -> np.ndarray:
    """A lane's own measure, or its language's at the site; NaN where neither is stated."""
    own = lanes[KEY].merge(plan["tblLane"][[*KEY, measure]], on=KEY, how="left")[measure]
    usual = lanes[KEY].merge(
        plan["tblSiteLanguage"][["language", "site", measure]], on=["language", "site"], how="left"
    )
    return np.asarray(own.fillna(usual[measure]).to_numpy(dtype=float))


def _never_open(
    placement: pd.DataFrame, lanes: pd.DataFrame, dated: np.ndarray, contracted: np.ndarray
) -> pd.DataFrame:
    """The placement with the lanes that their dates or their contract close in every period."""
    reason = np.where(~dated.any(axis=1), "dates", np.where(~(dated & contracted).any(axis=1), "contract", ""))
    closed = lanes[KEY].assign(closed=reason).loc[reason != ""]
    found = placement.merge(closed, on=KEY, how="left")
    found["blocked_by"] = found["blocked_by"].fillna(found["closed"])
    return found.drop(columns="closed")
