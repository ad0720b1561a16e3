"""Large programmes with volume discounts: descend over the contracts' tiers, and prove how far the best can be.

A discount for units above a floor makes an invoice concave: it is the least of the tiers' lines. With every window's
line chosen the rest is linear, and the line that the solved units really fall on is never dearer. Choosing it and
solving again therefore goes down, in a few quick solves, where branching over hundreds of binaries found nothing in
minutes. The relaxed programme bounds the optimum from below.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from xlplan.planning.allocation.columns import Columns
from xlplan.planning.allocation.problem import AllocationProblem, Floats, Ints
from xlplan.planning.budget.contract import reached
from xlplan.planning.lp import PROVEN, Programme, Runs, Solution, Solver, Status, relative_gap, solve

LARGE = 5_000
"""Columns from which the descent takes the place of branching."""
LESS = 1e-9
"""A step down smaller than this share of the objective ends the descent."""


def descends(programme: Programme, problem: AllocationProblem, columns: Columns) -> bool:
    """True where the only integers are the tiers of volume discounts, and branching would be slow."""
    whole = int(programme.bounds[2].sum())
    tiers = int((columns.tier >= 0).sum())
    discounts = all(card.concave or card.convex for card in problem.cards)
    return whole > 0 and whole == tiers and discounts and len(programme.variables) >= LARGE


def descend(
    programme: Programme,
    problem: AllocationProblem,
    columns: Columns,
    objective: Floats,
    *,
    solver: Solver,
    gap: float,
    seconds: float | None,
    seed: int,
) -> Solution:
    """Minimise by descent; if the gap asked for is not proven, branch after all, for what is left of the time.

    Returns
    -------
    Solution
        With the relaxed programme's objective as bound.
    """
    runs = Runs(programme, objective, relaxed=True, solver=solver, gap=gap, seconds=seconds, seed=seed)
    relaxed = runs.first()
    if relaxed.status != "optimal":
        return relaxed
    where = np.argwhere(columns.tier >= 0)
    at = columns.tier[where[:, 0], where[:, 1]]
    best, spent = None, relaxed.seconds
    tiers = _tiers(problem, columns, relaxed.values)
    while True:
        found = runs.fixed(at, (tiers[where[:, 0]] == where[:, 1]).astype(float))
        spent += found.seconds
        if not found.found or (best is not None and found.objective > best.objective * (1 - LESS)):
            break
        best = found
        after = _tiers(problem, columns, found.values)
        if (after == tiers).all():
            break
        tiers = after
    if best is None:
        return solve(programme, objective, solver=solver, gap=gap, seconds=seconds, seed=seed)
    best = _proven(best, relaxed.objective, gap=gap, seconds=spent)
    left = None if seconds is None else seconds - spent
    if best.status != "time_limit" or (left is not None and left <= 0):
        return best
    branched = solve(programme, objective, solver=solver, gap=gap, seconds=left, seed=seed)
    spent += branched.seconds
    if branched.found and branched.objective < best.objective:
        return replace(branched, seconds=spent)
    return _proven(best, max(best.bound, np.nan_to_num(branched.bound, nan=-np.inf)), gap=gap, seconds=spent)


def settled(
    programme: Programme,
    problem: AllocationProblem,
    columns: Columns,
    objective: Floats,
    found: Solution,
    *,
    solver: Solver,
    gap: float,
    seconds: float | None,
    seed: int,
) -> Solution:
    """The solution with every discount contract on the tier that its units reach.

    Branching ends within a gap of the optimum, and may leave an invoice on a dearer line than its own units stand on:
    the plan would then cost more in the solve than on the invoice.
    """
    where = np.argwhere(columns.tier >= 0)
    if not len(where) or not any(card.concave for card in problem.cards):
        return found
    at = columns.tier[where[:, 0], where[:, 1]]
    runs = Runs(programme, objective, relaxed=False, solver=solver, gap=gap, seconds=seconds, seed=seed)
    while True:
        reached_now = (_tiers(problem, columns, found.values)[where[:, 0]] == where[:, 1]).astype(float)
        if np.allclose(reached_now, found.values[at], atol=0.5):
            return found
        better = runs.fixed(at, reached_now)
        if not better.found or better.objective > found.objective * (1 - LESS):
            return found
        bound = found.bound
        apart = relative_gap(better.objective, bound)
        found = replace(better, status=found.status, bound=bound, gap=apart, seconds=found.seconds + better.seconds)


def _proven(found: Solution, bound: float, *, gap: float, seconds: float) -> Solution:
    """A solution with a bound from elsewhere, and the status that it proves."""
    apart = relative_gap(found.objective, bound)
    status: Status = "optimal" if apart <= PROVEN else "gap_reached" if apart <= gap else "time_limit"
    return replace(found, status=status, bound=bound, gap=apart, seconds=seconds)


def _tiers(problem: AllocationProblem, columns: Columns, point: Floats) -> Ints:
    """Tier that each window's billed units reach, shape (W,)."""
    units = np.append(point, 0.0)[columns.units].sum(axis=1)
    pairs = zip(problem.cards, units.tolist(), strict=True)
    return np.array([reached(card, max(own, card.min_units)) for card, own in pairs], dtype=np.int64)
