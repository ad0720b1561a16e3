"""The allocation as a programme: its columns, its constraints in order, and what each column costs."""

from __future__ import annotations

import numpy as np

from xlplan.planning.allocation import constraints, rate_cards
from xlplan.planning.allocation.columns import Columns, add_columns
from xlplan.planning.allocation.problem import AllocationProblem
from xlplan.planning.lp import Programme

FAMILIES = (
    constraints.demand,
    constraints.quality,
    constraints.hours,
    constraints.overtime,
    constraints.seats,
    constraints.seated,
    constraints.flow,
    constraints.site_hires,
    constraints.site_releases,
    constraints.share_limits,
    constraints.fte_limits,
    constraints.locked_shares,
    constraints.least_shares,
    constraints.most_shares,
    constraints.moves,
    constraints.lots,
    rate_cards.volume,
    rate_cards.least_units,
    rate_cards.tiers,
    rate_cards.invoices,
    rate_cards.budgets,
)
"""Every family of rows, in the order of the model."""

TIE_PER_HOUR, TIE_PER_HIRE = 1e-5, 1e-3
"""Between equal plans the one with earlier sites and fewer hires wins; in plan currency, far below a cent a day."""


def build(problem: AllocationProblem) -> tuple[Programme, Columns]:
    """The programme of a problem.

    Returns
    -------
    programme : Programme
        With the objectives ``cost`` (money), ``service`` (penalties), ``overspend`` (money over budget caps),
        ``accuracy`` and ``satisfaction`` (reference hours weighted by what is missing to 1) and ``tie`` (what decides
        between equals).
    columns : Columns
        Which column is which decision.
    """
    programme = Programme("allocation")
    columns = add_columns(programme, problem)
    for family in FAMILIES:
        family(programme, problem, columns)
    _costs(programme, problem, columns)
    _penalties(programme, problem, columns)
    _preferences(programme, problem, columns)
    return programme, columns


def _costs(programme: Programme, problem: AllocationProblem, c: Columns) -> None:
    """Invoices, pay, overtime, hires, releases and moves."""
    pools, lanes = problem.pools, problem.lanes
    free = (~pools.limited[lanes.pool])[:, None] * (pools.fte_cost * pools.fte_per_hour)[lanes.pool]
    _price(programme, "cost", c.invoice, np.array([card.fx for card in problem.cards]))
    _price(programme, "cost", c.teams, pools.fte_cost * pools.team_size[:, None])
    _price(programme, "cost", c.hours, free)
    _price(programme, "cost", c.overtime, pools.overtime_cost)
    _price(programme, "cost", c.hires, pools.hire_cost)
    _price(programme, "cost", c.releases, pools.release_cost)
    _price(programme, "cost", c.moved, lanes.move_cost[:, None])


def _penalties(programme: Programme, problem: AllocationProblem, c: Columns) -> None:
    """Work unmet, seats, budgets and soft limits exceeded."""
    periods = len(problem.periods)
    _price(programme, "service", c.unmet, problem.streams.unmet_penalty)
    _price(programme, "service", c.seats_over, problem.sites.seat_penalty)
    _price(programme, "service", c.over_budget, np.array([cap.penalty for cap in problem.budgets]))
    shares = np.array([limit.penalty for limit in problem.share_limits])
    heads = np.array([limit.penalty for limit in problem.fte_limits])
    _price(programme, "service", c.over_share, shares[:, None] * np.ones(periods))
    _price(programme, "service", c.over_fte, heads[:, None] * np.ones(periods))


def _preferences(programme: Programme, problem: AllocationProblem, c: Columns) -> None:
    """What other objectives than money ask for, and the tie-break. What is not measured counts as perfect."""
    lanes = problem.lanes
    for name, measure in (("accuracy", lanes.quality), ("satisfaction", lanes.csat)):
        missing = np.where(np.isnan(measure), 0.0, 1 - measure) * lanes.productivity
        _price(programme, name, c.hours, missing[:, None])
    _price(programme, "overspend", c.over_budget, 1.0)
    rank = problem.lane_site / max(len(problem.sites.name), 1)
    _price(programme, "tie", c.hours, TIE_PER_HOUR * rank[:, None])
    _price(programme, "tie", c.hires, TIE_PER_HIRE)
    _price(programme, "tie", c.releases, TIE_PER_HIRE)


def _price(programme: Programme, objective: str, columns: np.ndarray, coefficients: np.ndarray | float) -> None:
    column, coefficient = np.broadcast_arrays(columns, np.asarray(coefficients, dtype=float))
    exists = column >= 0
    programme.price(objective, column[exists], coefficient[exists])
