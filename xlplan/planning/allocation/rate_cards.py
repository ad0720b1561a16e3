"""The constraints of money: what the contracts bill for the hours, and what the budgets allow."""

from __future__ import annotations

import numpy as np

from xlplan.planning.allocation.columns import Columns
from xlplan.planning.allocation.constraints import most_hours, most_site_hours
from xlplan.planning.allocation.problem import AllocationProblem, Floats
from xlplan.planning.budget.contract import RateCard
from xlplan.planning.lp import Programme

BELOW = 1e-3
"""Where the next tier is dearer for all units, a tier ends this many units below its floor, which is inclusive."""


def volume(programme: Programme, problem: AllocationProblem, c: Columns) -> None:
    """9a. Units billed are those of the hours, filled up to the minimum: Σ y = Σ μ x + short."""
    rows = np.arange(len(problem.cards))
    programme.rows(
        "volume",
        rows.shape,
        "=",
        0.0,
        _units(problem, c),
        _overtime_units(problem, c),
        _of(rows[:, None], c.units, -1.0),
        _of(rows, c.short, 1.0),
    )


def least_units(programme: Programme, problem: AllocationProblem, c: Columns) -> None:
    """9b. A unit minimum is billed even if not used, and nothing is bought on top of it to reach a better tier."""
    least = np.array([card.min_units for card in problem.cards])
    most = np.maximum(most_units(problem), least)
    asked = np.flatnonzero(c.short >= 0)
    at = np.arange(len(asked))
    programme.rows("least_units", at.shape, ">=", least[asked], _of(at[:, None], c.units[asked], 1.0))
    guarded = np.flatnonzero(c.short_taken >= 0)
    at = np.arange(len(guarded))
    taken, floor, room = c.short_taken[guarded], least[guarded], (most - least)[guarded]
    programme.rows("short_most", at.shape, "<=", 0.0, (at, c.short[guarded], 1.0), (at, taken, -floor))
    programme.rows(
        "short_exact", at.shape, "<=", most[guarded], _of(at[:, None], c.units[guarded], 1.0), (at, taken, room)
    )


def tiers(programme: Programme, problem: AllocationProblem, c: Columns) -> None:
    """9c. Where cheaper tiers follow dearer ones, one tier counts and holds all units: L ζ <= y <= U ζ, Σ ζ = 1."""
    low, high = tier_edges(problem.cards, most_units(problem), c.tier.shape[1])
    window, tier = np.nonzero(c.tier >= 0)
    at = np.arange(len(window))
    units, chosen = c.units[window, tier], c.tier[window, tier]
    programme.rows("tier_low", at.shape, ">=", 0.0, (at, units, 1.0), (at, chosen, -low[window, tier]))
    programme.rows("tier_high", at.shape, "<=", 0.0, (at, units, 1.0), (at, chosen, -high[window, tier]))
    own, row = np.unique(window, return_inverse=True)
    programme.rows("tier_one", own.shape, "=", 1.0, (row, chosen, 1.0))


def invoices(programme: Programme, problem: AllocationProblem, c: Columns) -> None:
    """9d. An invoice covers its tiers: J >= Σ (F ζ + ρ y); its minimum amount is a bound."""
    windows = len(problem.cards)
    fixed, price = np.zeros(c.tier.shape), np.zeros(c.units.shape)
    for row, card in enumerate(problem.cards):
        price[row, : len(card.prices)] = card.prices
        fixed[row, : len(card.prices)] = fixed_parts(card)
    rows = np.arange(windows)
    programme.rows(
        "invoice",
        (windows,),
        ">=",
        0.0,
        (rows, c.invoice, 1.0),
        _of(rows[:, None], c.units, -price),
        _of(rows[:, None], c.tier, -fixed),
    )


def budgets(programme: Programme, problem: AllocationProblem, c: Columns) -> None:
    """10. Invoices, pay and overtime stay within each cap, or are over it: Σ fx J + Σ fx (wage n + ot o) - e <= B."""
    pools, lanes = problem.pools, problem.lanes
    rate = np.array([card.fx for card in problem.cards])
    terms = []
    for row, cap in enumerate(problem.budgets):
        own = cap.pools[:, None] * cap.weight
        pay = own * pools.fte_cost
        free = (~pools.limited[lanes.pool])[:, None] * (pay * pools.fte_per_hour)[lanes.pool]
        terms += [
            (np.full(len(cap.windows), row), c.invoice[cap.windows], rate[cap.windows]),
            _of(np.full(c.teams.shape, row), c.teams, pay * pools.team_size[:, None]),
            _of(np.full(c.overtime.shape, row), c.overtime, own * pools.overtime_cost),
            _of(np.full(c.hours.shape, row), c.hours, free),
        ]
    caps = np.array([cap.cap for cap in problem.budgets])
    programme.rows("budget", caps.shape, "<=", caps, (np.arange(len(caps)), c.over_budget, -1.0), *terms)


def most_units(problem: AllocationProblem) -> Floats:
    """Units that a window can bill at most, shape (W,): by the work there is and the people that sites can have.

    The tighter it is, the closer the relaxed programme comes to the tiers' true prices.
    """
    bill, extra, pools = problem.billing, problem.overtime_billing, problem.pools
    most, shape = most_hours(problem), problem.sites.seats.shape
    windows = len(problem.cards)
    by_work, by_people = np.zeros(windows), np.zeros(windows)
    np.add.at(by_work, bill.window, bill.units * most[bill.index, bill.period])
    site = problem.lane_site[bill.index]
    place = (bill.window * shape[0] + site) * shape[1] + bill.period
    dearest = np.zeros(windows * shape[0] * shape[1])
    np.maximum.at(dearest, place, bill.units)
    hours = most_site_hours(problem)
    with np.errstate(invalid="ignore"):
        room = np.nan_to_num(dearest.reshape(windows, *shape) * hours, nan=0.0, posinf=np.inf)
    by_people += room.sum(axis=(1, 2))
    per_pool = np.zeros(pools.pipeline.shape)
    np.add.at(per_pool, problem.lanes.pool, most)
    overtime = np.minimum(per_pool, hours[pools.site])
    total = np.minimum(by_work, by_people)
    np.add.at(total, extra.window, extra.units * overtime[extra.index, extra.period])
    return total


def tier_edges(cards: tuple[RateCard, ...], most: Floats, width: int) -> tuple[Floats, Floats]:
    """Least and most units of every tier, shape (W, K).

    Where only units above a floor are cheaper, the invoice is the least of the tiers' lines (F + ρ y), so that every
    tier may hold any number of units and the cheapest line is the right one. Where all units are, tiers keep their
    floors.
    """
    low, high = np.zeros((len(cards), width)), np.zeros((len(cards), width))
    for row, card in enumerate(cards):
        floors = np.array(card.floors)
        top = max(most[row], card.min_units, floors[-1])
        ends = np.append(floors[1:], top)
        if card.concave:
            floors, ends = np.zeros(len(floors)), np.full(len(floors), top)
        dearer = np.append(np.diff(card.prices) > 0, False) & card.all_units
        ends = np.maximum(floors, np.where(dearer, ends - BELOW, ends))
        # Whatever is billed is at least the minimum, so that a tier need not reach below it.
        low[row, : len(floors)] = np.where(ends >= card.min_units, np.maximum(floors, card.min_units), floors)
        high[row, : len(floors)] = ends
    return low, high


def fixed_parts(card: RateCard) -> Floats:
    """F of every tier: with incremental tiers, the cost up to its floor beyond its own price times the floor."""
    price, floor = np.array(card.prices), np.array(card.floors)
    if card.all_units or card.convex:
        return np.zeros(len(price))
    below = np.concatenate([[0.0], np.cumsum(price[:-1] * np.diff(floor))])
    return np.asarray(below - price * floor)


def _units(problem: AllocationProblem, c: Columns) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    bill = problem.billing
    return _of(bill.window, c.hours[bill.index, bill.period], bill.units)


def _overtime_units(problem: AllocationProblem, c: Columns) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    bill = problem.overtime_billing
    return _of(bill.window, c.overtime[bill.index, bill.period], bill.units)


def _of(rows: np.ndarray, columns: np.ndarray, values: np.ndarray | float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    row, column, value = np.broadcast_arrays(rows, columns, np.asarray(values, dtype=float))
    keep = column >= 0
    return row[keep], column[keep], value[keep]
