"""The allocation against instances with proven optima, on both solvers."""

from __future__ import annotations

import numpy as np
import pytest

from tests.planning.allocation.bpo import instance, problem_of
from xlplan.planning.allocation.solve import allocate
from xlplan.planning.budget.contract import invoice
from xlplan.planning.lp import Solver

OPTIMA = [
    ("bpo_small", 1_424_878.433852, 0.0),
    ("bpo_small_stress", 1_629_110.544801, 0.0),
    ("bpo_small_shortage", 2_186_915.771004, 347_239.697253),
]


@pytest.mark.parametrize("solver", ["highs", "cbc"])
@pytest.mark.parametrize(("name", "optimum", "penalties"), OPTIMA)
def test_optimum(name: str, optimum: float, penalties: float, solver: Solver) -> None:
    answer = allocate(problem_of(instance(name)), solver=solver)
    assert answer is not None
    stage = answer.last
    assert stage.solution.status == "optimal"
    assert stage.cost + stage.penalties == pytest.approx(optimum, rel=1e-8)
    assert stage.penalties == pytest.approx(penalties, abs=0.1)


@pytest.mark.parametrize("solver", ["highs", "cbc"])
@pytest.mark.parametrize(
    ("name", "penalties", "cost"),
    [
        ("bpo_small", 0.0, 1_424_878.433852),
        ("bpo_small_stress", 0.0, 1_629_110.544801),
        ("bpo_small_shortage", 327_250.048237, 1_928_037.330309),
    ],
)
def test_lexicographic_optimum(name: str, penalties: float, cost: float, solver: Solver) -> None:
    answer = allocate(problem_of(instance(name)), objective="lexicographic", solver=solver)
    assert answer is not None
    assert [stage.name for stage in answer.stages] == ["service", "cost"]
    assert answer.last.penalties == pytest.approx(penalties, abs=0.05)
    assert answer.last.cost == pytest.approx(cost, rel=1e-6)


@pytest.mark.parametrize(("name", "optimum", "penalties"), OPTIMA)
def test_cost_replayed_from_the_decisions(name: str, optimum: float, penalties: float) -> None:
    problem = problem_of(instance(name))
    answer = allocate(problem)
    assert answer is not None
    bill, pools = problem.billing, problem.pools
    units = np.bincount(bill.window, weights=bill.units * answer.hours[bill.index, bill.period])
    bills = sum(invoice(card, own).amount * card.fx for card, own in zip(problem.cards, units.tolist(), strict=True))
    people = (answer.fte * pools.fte_cost + answer.overtime * pools.overtime_cost).sum()
    changes = (answer.hires * pools.hire_cost + answer.releases * pools.release_cost).sum()
    before = np.column_stack([problem.lanes.opening_hours, answer.hours[:, :-1]])
    moved = (np.maximum(answer.hours - before, 0.0) * problem.lanes.move_cost[:, None]).sum()
    assert bills + people + changes + moved == pytest.approx(optimum - penalties, abs=1.0)


def test_integers_are_whole_and_prices_say_where_they_come_from() -> None:
    problem = problem_of(instance("bpo_small"))
    answer = allocate(problem)
    assert answer is not None
    teams = answer.fte / problem.pools.team_size[:, None]
    assert np.array_equal(teams, np.round(teams))
    assert answer.last.solution.basis == "integers_fixed"
    assert answer.last.solution.prices["demand"].shape == (4, 3)
