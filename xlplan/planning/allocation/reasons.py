"""Why the work is where it is: one sentence per lane used, with the saving against the next best site."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from xlplan.planning.allocation.inputs import Inputs
from xlplan.planning.allocation.solve import Allocation
from xlplan.planning.budget.contract import reached
from xlplan.tables.plan import Plan

FULL = 1e-6
SMALL = 0.005
"""Cents an hour: prices closer than this are called equal."""


@dataclass(frozen=True)
class _Case:
    """One lane in the first period that it works, and the best other lane there."""

    site: str
    other: str
    share: float
    locked: bool
    cost: float
    other_cost: float
    other_full: str
    short: bool
    currency: str


def reason_rows(plan: Plan, given: Inputs, answer: Allocation) -> pd.DataFrame:
    """TblReason.

    Returns
    -------
    DataFrame
        One row per lane used, for the first period in which it is. Costs are per reference hour at the prices of the
        tier that the plan reaches; what hires or a commitment already paid would change is said in the sentence.
    """
    problem = given.problem
    served = answer.hours * problem.lanes.productivity[:, None]
    total = np.zeros(problem.streams.required.shape)
    np.add.at(total, problem.lanes.stream, served)
    cost = marginal_cost(given, answer)
    full = _full(given, answer)
    short = _short(given, answer)
    sites = np.array(problem.sites.name, dtype=object)[problem.lane_site]
    rows = []
    for lane in np.flatnonzero((served > FULL).any(axis=1)):
        period = int(np.argmax(served[lane] > FULL))
        stream = problem.lanes.stream[lane]
        mates = np.flatnonzero((problem.lanes.stream == stream) & problem.lanes.open[:, period])
        mates = mates[mates != lane]
        best = int(mates[np.argmin(cost[mates, period])]) if mates.size else -1
        case = _Case(
            site=str(sites[lane]),
            other=str(sites[best]) if best >= 0 else "",
            share=float(served[lane, period] / total[stream, period]),
            locked=bool(~np.isnan(problem.lanes.locked_share[lane, period])),
            cost=float(cost[lane, period]),
            other_cost=float(cost[best, period]) if best >= 0 else np.nan,
            other_full=full[best][period] if best >= 0 else "",
            short=bool(short[lane, period]),
            currency=str(plan.name("PlanCurrency")),
        )
        kind, sentence = _say(case)
        a_month = float(served[lane, period] / problem.length[period])
        own, other = problem.lanes.quality[lane], problem.lanes.quality[best] if best >= 0 else np.nan
        rows.append(
            {
                **given.lanes.iloc[lane][["queue", "language", "site"]],
                "period": problem.periods[period],
                "kind": kind,
                "saving": (case.other_cost - case.cost) * a_month,
                "quality_change": own - other,
                "sentence": sentence,
            }
        )
    columns = ["queue", "language", "site", "period", "kind", "saving", "quality_change", "sentence"]
    return pd.DataFrame(rows, columns=columns)


def marginal_cost(given: Inputs, answer: Allocation) -> np.ndarray:
    """What one more reference hour costs on each lane, shape (L, T), plan currency: pay, or the tier's price."""
    problem = given.problem
    cost = (problem.pools.fte_cost * problem.pools.fte_per_hour)[problem.lanes.pool]
    bill = problem.billing
    units = np.bincount(bill.window, weights=bill.units * answer.hours[bill.index, bill.period],
                        minlength=len(problem.cards))  # fmt: skip
    price = np.array([c.prices[reached(c, float(u))] * c.fx for c, u in zip(problem.cards, units, strict=True)])
    np.add.at(cost, (bill.index, bill.period), bill.units * price[bill.window])
    return np.asarray(cost / problem.lanes.productivity[:, None])


def _full(given: Inputs, answer: Allocation) -> list[list[str]]:
    """What keeps a lane from taking more, in words; empty where nothing does."""
    problem, pools = given.problem, given.problem.pools
    used = np.zeros(answer.fte.shape)
    np.add.at(used, problem.lanes.pool, answer.hours)
    room = answer.fte * pools.hours_per_fte + answer.overtime
    busy = pools.limited[:, None] & (used >= room * (1 - FULL) - FULL)
    fte = np.zeros(problem.sites.seats.shape)
    np.add.at(fte, pools.site, answer.fte)
    seated = fte >= problem.sites.seats * (1 - FULL)
    served = answer.hours * problem.lanes.productivity[:, None]
    total = np.zeros(problem.streams.required.shape)
    np.add.at(total, problem.lanes.stream, served)
    share = np.divide(served, total[problem.lanes.stream], out=np.zeros_like(served), where=served > 0)
    capped = share >= problem.lanes.max_share - FULL
    limited = np.zeros(served.shape, dtype=bool)
    for limit in problem.share_limits:
        weighed = answer.hours * limit.weight[:, None]
        inside, base = weighed[limit.inside].sum(axis=0), weighed[limit.base].sum(axis=0)
        reached_here = limit.most & (inside >= np.nan_to_num(limit.share, nan=np.inf) * base * (1 - FULL)) & (base > 0)
        limited |= limit.inside[:, None] & reached_here
    words = np.full(served.shape, "", dtype=object)
    words[busy[problem.lanes.pool]] = "its people are fully used"
    words[seated[problem.lane_site]] = "its seats are taken"
    words[limited] = "a share limit is reached"
    words[capped] = "its largest share is reached"
    words[~np.isnan(problem.lanes.locked_share)] = "its share is locked"
    return [list(row) for row in words]


def _short(given: Inputs, answer: Allocation) -> np.ndarray:
    """Lanes whose contract has a minimum that its units do not reach, shape (L, T)."""
    problem, bill = given.problem, given.problem.billing
    short = np.zeros(problem.lanes.open.shape, dtype=bool)
    if not problem.cards:
        return short
    units = np.bincount(bill.window, weights=bill.units * answer.hours[bill.index, bill.period],
                        minlength=len(problem.cards))  # fmt: skip
    least = np.array([card.min_units for card in problem.cards])
    amount = np.array([card.min_amount for card in problem.cards])
    below = (units < least - FULL) | ((amount > 0) & (answer.invoice <= amount + FULL))
    short[bill.index[below[bill.window]], bill.period[below[bill.window]]] = True
    return short


def _say(case: _Case) -> tuple[str, str]:
    part = f"{case.site} has {case.share:.0%}"
    if case.locked:
        return "locked", f"{part}: the planner locked this share."
    if not case.other:
        return "only_site", f"{part}: no other site is eligible and open."
    saving = case.other_cost - case.cost
    price = f"{case.currency} {case.cost:,.2f} per hour of work, {case.other} {case.other_cost:,.2f}"
    if saving > SMALL:
        return "cheapest", f"{part}: it is the cheaper by {case.currency} {saving:,.2f} ({price})."
    if saving >= -SMALL:
        return "cheapest", f"{part}: it costs no more than {case.other} ({price})."
    if case.short:
        return "commitment", f"{part}: its minimum commitment is paid for anyway ({price})."
    if case.other_full in {"a share limit is reached", "its largest share is reached", "its share is locked"}:
        return "limit", f"{part}: {case.other} is cheaper by {-saving:,.2f}, but {case.other_full} ({price})."
    if case.other_full:
        return "capacity", f"{part}: {case.other} is cheaper by {-saving:,.2f}, but {case.other_full} ({price})."
    return (
        "limit",
        f"{part}: {case.other} is cheaper by {-saving:,.2f} an hour, but limits elsewhere outweigh it ({price}).",
    )
