"""What would keep a goal, how much of it, what it costs and by when to decide: a class, or overtime.

Both give the same hours. A class is decided one hiring lead (recruiting, training, nesting) of the quickest serving
pool before the breach; its cost is what its heads cost to hire and train, and the hours they work. Overtime costs the
hours and the premium. The cheaper one is named as far as it is possible: overtime within the share that the serving
sites allow, a class while its day has not passed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from xlplan.planning.budget.money import fx_rate
from xlplan.planning.queues.causes import serving_sites
from xlplan.planning.queues.fluid import Floats, Ints
from xlplan.planning.queues.lack import lacking_fte, lacking_hours
from xlplan.planning.queues.work import KEY, Work
from xlplan.planning.staffing.rounding import round_up
from xlplan.planning.supply.pools import hiring_terms
from xlplan.planning.workstreams import most_specific
from xlplan.tables.eligibility import candidates
from xlplan.tables.plan import Plan

ROLE = "agent"


@dataclass(frozen=True)
class Fix:
    """The day by which to decide, what to do, and what it costs in plan currency."""

    act_by: pd.Timestamp
    what: str
    cost: float


@dataclass(frozen=True)
class _Need:
    """One breach: where it is, and the served hours that it lacks by period."""

    language: str
    breach: pd.Timestamp
    sites: list[str]
    allowed: list[str]
    """Sites that no gate keeps from the work."""
    hours: pd.Series
    fte: float
    placed: pd.DataFrame
    """Rows of tblAllocation that serve the work."""

    @property
    def total(self) -> float:
        return float(self.hours.sum())

    def cost_per_hour(self, placed: pd.DataFrame) -> float:
        """Plan currency per served hour: the work's own, or else that of everything placed."""
        for rows in (self.placed, placed):
            served = float(rows["served_hours"].sum())
            if served > 0:
                return float(rows["cost"].sum()) / served
        return 0.0


def fixes(plan: Plan, work: Work, *, rows: Ints, first: Ints) -> list[Fix]:
    """The fix of every breach.

    Parameters
    ----------
    plan : Plan
        tblAllocation, tblHiring, tblSiteCapacity, tblPay, tblFx.
    work : Work
    rows, first : ndarray of int, shape (M,)
        Workstreams that break, and the period of the breach.

    Raises
    ------
    PlanError
        Hiring or overtime paid in a currency without a rate.
    """
    hours = lacking_hours(work, rows=rows, first=first)
    fte = lacking_fte(work, hours, rows=rows)
    sites = serving_sites(plan, work)
    placed = plan["tblAllocation"]
    lanes = dict(iter(placed.groupby(KEY)))
    may = candidates(plan).loc[lambda f: f["blocked_by"].isna()]
    allowed = may.groupby(KEY)["site"].agg(list).to_dict()
    found = []
    for place, (row, period) in enumerate(zip(rows.tolist(), first.tolist(), strict=True)):
        stream = work.streams.iloc[row]
        need = _Need(
            language=stream["language"],
            breach=pd.Timestamp(work.periods["start"].iloc[period]),
            sites=list(sites.columns[sites.to_numpy(dtype=bool)[row]]),
            allowed=allowed.get((stream["queue"], stream["language"]), []),
            hours=pd.Series(hours[place], index=work.periods["period"]),
            fte=float(fte[place]),
            placed=lanes.get((stream["queue"], stream["language"]), placed.iloc[:0]),
        )
        found.append(_cheapest(plan, need, placed))
    return found


def _cheapest(plan: Plan, need: _Need, placed: pd.DataFrame) -> Fix:
    work_cost = need.total * need.cost_per_hour(placed)
    options = []
    overtime = _overtime_premium(plan, need)
    pool = _quickest_pool(plan, need)
    act_by = need.breach
    where = ", ".join(need.sites) or "a site that may serve it"
    if overtime is not None:
        what = f"overtime of {need.total:,.0f} hours in all at {where} from {need.breach:%Y-%m-%d} on"
        options.append((work_cost + overtime, f"{what} ({_size(need.fte)})"))
    late = ""
    if pool is not None:
        act_by = need.breach - pd.Timedelta(days=pool.lead_days)
        heads = max(float(round_up(np.array([need.fte / pool.yields]))[0]), pool.smallest)
        what = f"class of {heads:,.0f} heads in {need.language} at {pool.site}, decided by {act_by:%Y-%m-%d}"
        what += f" and in production on {need.breach:%Y-%m-%d} ({_size(need.fte)})"
        cost = work_cost + heads * pool.cost_per_head
        if act_by >= pd.Timestamp(plan.name("PlanStart")):
            options.append((cost, what))
        elif not options:
            late = "; that day has passed, so decide now and move or relax the work until it is there"
            options.append((cost, what + late))
    if not options:
        what = (
            f"{_size(need.fte)} more at {where} from {need.breach:%Y-%m-%d} on; tblHiring has no terms of such a pool"
        )
        options.append((work_cost, what + " and tblSiteCapacity allows too little overtime"))
    cost, what = min(options)
    return Fix(act_by, what, cost)


def _size(fte: float) -> str:
    return "FTE not known" if np.isnan(fte) else f"{fte:,.1f} FTE"


@dataclass(frozen=True)
class _Pool:
    site: str
    lead_days: int
    yields: float
    smallest: float
    cost_per_head: float


def _quickest_pool(plan: Plan, need: _Need) -> _Pool | None:
    """The serving pool with the shortest hiring lead, the cheaper one of two; None without hiring terms.

    Where no site serves the work yet, any that may do it can begin to.
    """
    sites = need.sites or sorted(need.allowed)
    found = pd.DataFrame({"language": need.language, "site": sites, "role": ROLE}).astype("str")
    terms = hiring_terms(plan, found)
    month = need.breach.replace(day=1)
    pools = []
    for site, row in zip(sites, terms.to_dict("records"), strict=True):
        if np.isnan(row["recruit_weeks"]):
            continue
        in_class = row["training_weeks"] + row["nesting_weeks"]
        per_head = row["hire_cost"] + in_class * float(np.nan_to_num(row["training_cost"]))
        pools.append(
            _Pool(
                site=site,
                lead_days=int(np.ceil(7 * (row["recruit_weeks"] + in_class) - 1e-9)),
                yields=row["training_yield"] * row["nesting_yield"],
                smallest=row["class_min"],
                cost_per_head=per_head * fx_rate(plan, row["currency"], month),
            )
        )
    return min(pools, key=lambda pool: (pool.lead_days, pool.cost_per_head, pool.site), default=None)


def _overtime_premium(plan: Plan, need: _Need) -> float | None:
    """Premium of the overtime in plan currency; None where the sites allow too little of it."""
    capacity = plan.filled("tblSiteCapacity")
    due = capacity.loc[capacity["valid_from"].le(need.breach)].sort_values("valid_from").groupby("site").last()
    share = due["max_overtime_share"].reindex(need.sites).fillna(0.0)
    served = need.placed.pivot_table(index="site", columns="period", values="served_hours", aggfunc="sum")
    served = served.reindex(index=need.sites, columns=need.hours.index).fillna(0.0)
    allowed = served.mul(share, axis=0).sum(axis=0)
    if (need.hours > allowed * (1 + 1e-9)).any():
        return None
    weight: Floats = (served.sum(axis=1) * share).to_numpy(dtype=float)
    premium = np.array([_premium(plan, site, need) for site in need.sites])
    productivity = float(need.placed["served_hours"].sum()) / float(need.placed["hours"].sum())
    return need.total / productivity * float((premium * weight).sum() / weight.sum())


def _premium(plan: Plan, site: str, need: _Need) -> float:
    """Premium of one overtime hour at a site on the day of the breach, in plan currency; 0 where no pay is stated."""
    pay = plan.filled("tblPay").loc[lambda f: f["site"].eq(site) & f["role"].eq(ROLE) & f["valid_from"].le(need.breach)]
    rows = most_specific(pay, language=need.language).sort_values("valid_from")
    if rows.empty:
        return 0.0
    row = rows.iloc[-1]
    home = plan["tblSite"].set_index("site")["currency"].get(site)
    named = [currency for currency in (row["currency"], home) if isinstance(currency, str)]
    currency = named[0] if named else plan.name("PlanCurrency")
    return float(row["ot_premium"]) * fx_rate(plan, currency, need.breach.replace(day=1))
