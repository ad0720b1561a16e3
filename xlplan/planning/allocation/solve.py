"""Solving an allocation: one objective, or several in order, each kept within its tolerance by the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from xlplan.planning.allocation.columns import Columns
from xlplan.planning.allocation.descent import descend, descends, settled
from xlplan.planning.allocation.model import build
from xlplan.planning.allocation.problem import AllocationProblem, Floats, Ints
from xlplan.planning.lp import Programme, Solution, Solver, solve

Objective = Literal["cost_and_penalty", "lexicographic", "service_within_budget", "quality", "satisfaction"]
STAGES: dict[Objective, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "cost_and_penalty": (("cost", ("cost", "service")),),
    "lexicographic": (("service", ("service",)), ("cost", ("cost",))),
    "service_within_budget": (("budget", ("overspend",)), ("service", ("service",)), ("cost", ("cost",))),
    "quality": (("service", ("service",)), ("quality", ("accuracy",)), ("cost", ("cost",))),
    "satisfaction": (("service", ("service",)), ("satisfaction", ("satisfaction",)), ("cost", ("cost",))),
}
"""What is minimised, in order: the name of the step and the objectives that it sums."""
SLACK = {"highs": 1e-9, "cbc": 1e-7}
"""A stage's optimum may be missed by this share in the stages after it: rounding, so that they stay feasible."""

CRUMB = 1e-7
"""A lane with less than this share of a requirement has none: the slack between stages leaves such crumbs."""


@dataclass(frozen=True)
class Stage:
    """One step of the solve, with the money and the penalties of its point."""

    name: str
    solution: Solution
    cost: float
    penalties: float


@dataclass(frozen=True)
class Allocation:
    """The answer.

    ``hours`` and ``moved`` (L, T); ``unmet`` (Q, T); ``fte``, ``hires``, ``releases``, ``overtime`` (P, T);
    ``seats_over`` (S, T); ``invoice`` and ``short`` (W,), in contract currency and units. Hours are worked hours,
    hires are heads, releases FTE.
    """

    stages: tuple[Stage, ...]
    hours: Floats
    moved: Floats
    unmet: Floats
    fte: Floats
    hires: Floats
    releases: Floats
    overtime: Floats
    seats_over: Floats
    invoice: Floats
    short: Floats
    over_budget: Floats

    @property
    def last(self) -> Stage:
        """The stage whose point this is."""
        return self.stages[-1]


def allocate(
    problem: AllocationProblem,
    *,
    objective: Objective = "cost_and_penalty",
    tolerance: float = 0.0,
    solver: Solver = "highs",
    gap: float = 1e-9,
    seconds: float | None = None,
    seed: int = 1,
) -> Allocation | None:
    """Solve an allocation.

    Parameters
    ----------
    problem : AllocationProblem
    objective : str
        ``cost_and_penalty``: least money and penalties together. ``lexicographic``: least penalties, then least
        money. ``service_within_budget``: least overspending of budget caps before that. ``quality`` and
        ``satisfaction``: least penalties, then best work, then least money.
    tolerance : float
        Share by which each objective may be missed for the sake of the next.
    solver, gap, seconds, seed
        See :func:`xlplan.planning.lp.solve`.

    Returns
    -------
    Allocation or None
        None if no stage found a point; the problem itself is always feasible, so that only a time limit does that.
    """
    programme, columns = build(problem)
    stages: list[Stage] = []
    point: Floats | None = None
    for number, (name, parts) in enumerate(STAGES[objective]):
        goal = programme.objective(*parts)
        final = number == len(STAGES[objective]) - 1
        aimed = goal + programme.objective("tie") if final else goal
        by_tiers = final and descends(programme, problem, columns)
        if by_tiers:
            found = descend(programme, problem, columns, aimed, solver=solver, gap=gap, seconds=seconds, seed=seed)
        else:
            found = solve(programme, aimed, solver=solver, gap=gap, seconds=seconds, seed=seed)
        if not found.found:
            break
        if final:
            found = settled(
                programme, problem, columns, aimed, found, solver=solver, gap=gap, seconds=seconds, seed=seed
            )
        point = found.values
        stages.append(
            Stage(
                name,
                found,
                float(programme.objective("cost") @ point),
                float(programme.objective("service") @ point),
            )
        )
        if not final:
            best = float(goal @ point)
            priced = np.flatnonzero(goal)
            room = best * (1 + tolerance) + max(1e-6, SLACK[solver] * abs(best))
            programme.rows(f"stage {name}", (1,), "<=", room, (0, priced, goal[priced]))
    return None if point is None else _read(programme, problem, columns, point, tuple(stages))


def _read(
    programme: Programme, problem: AllocationProblem, c: Columns, point: Floats, stages: tuple[Stage, ...]
) -> Allocation:
    """The point by decision; where a pool is not limited its FTE are those at work."""
    pools, lanes = problem.pools, problem.lanes
    hours = _values(point, c.hours)
    unmet = _values(point, c.unmet)
    hours = _exact(problem, hours, unmet) if problem.serve_exactly else hours
    teams = _values(point, c.teams)
    teams = np.where(pools.whole_teams[:, None], np.round(teams), teams)
    used = np.zeros(pools.pipeline.shape)
    np.add.at(used, lanes.pool, hours)
    return Allocation(
        stages=stages,
        hours=hours,
        moved=_values(point, c.moved),
        unmet=unmet,
        fte=np.where(pools.limited[:, None], teams * pools.team_size[:, None], used * pools.fte_per_hour),
        hires=_values(point, c.hires),
        releases=_values(point, c.releases),
        overtime=_values(point, c.overtime),
        seats_over=_values(point, c.seats_over),
        invoice=point[c.invoice],
        short=_values(point, c.short),
        over_budget=point[c.over_budget],
    )


def _values(point: Floats, columns: Ints) -> Floats:
    values = np.append(point, 0.0)[columns]
    return np.asarray(np.where(values > 1e-9, values, 0.0))


def _exact(problem: AllocationProblem, hours: Floats, unmet: Floats) -> Floats:
    """Hours without crumbs, scaled by the last bits so that served and unmet hours sum to the requirement."""
    stream, productivity = problem.lanes.stream, problem.lanes.productivity[:, None]
    hours = np.where(hours * productivity > CRUMB * problem.streams.required[stream], hours, 0.0)
    served = np.zeros(unmet.shape)
    np.add.at(served, stream, hours * productivity)
    wanted = problem.streams.required - unmet
    close = (served > 0) & (np.abs(served - wanted) <= 1e-6 * np.maximum(1.0, problem.streams.required))
    factor = np.divide(wanted, served, out=np.ones_like(served), where=close)
    return np.asarray(hours * factor[stream])
