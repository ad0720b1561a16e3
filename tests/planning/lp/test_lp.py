"""Programmes against published optima, on both solvers; and the traps that a solver sets."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.planning.lp.instances import NAMES, mps, programme_of, read
from xlplan.planning.lp import Programme, Solver, solve

BOTH = ("highs", "cbc")


@pytest.mark.parametrize("solver", BOTH)
@pytest.mark.parametrize("name", NAMES)
def test_published_optimum(name: str, solver: Solver) -> None:
    truth = read(name)
    programme, sign = programme_of(truth["lp"])
    best = solve(programme, programme.objective("goal"), solver=solver)
    assert best.status == "optimal"
    assert sign * best.objective == pytest.approx(truth["expected"], rel=1e-6)
    assert best.max_violation < {"highs": 1e-6, "cbc": 1e-3}[solver]  # CBC writes eight digits


@pytest.mark.parametrize("solver", BOTH)
@pytest.mark.parametrize(("name", "expected"), [("afiro", -464.75314286), ("flugpl", 1201500.0)])
def test_library_optimum(name: str, expected: float, solver: Solver) -> None:
    programme = mps(name)
    best = solve(programme, programme.objective("goal"), solver=solver)
    assert best.status == "optimal"
    assert best.objective == pytest.approx(expected, rel=1e-8)
    assert best.gap < 1e-6


@pytest.mark.parametrize("solver", BOTH)
@pytest.mark.parametrize("name", ["klein1", "woodinfe"])
def test_infeasible_library_programme(name: str, solver: Solver) -> None:
    programme = mps(name)
    best = solve(programme, programme.objective("goal"), solver=solver)
    assert best.status == "infeasible"
    assert not best.found
    assert np.isnan(best.objective)
    assert best.prices == {}


@pytest.mark.parametrize("solver", BOTH)
def test_unbounded(solver: Solver) -> None:
    programme = Programme("free fall")
    column = programme.columns((1,), low=-np.inf)
    programme.price("goal", column, 1.0)
    programme.rows("most", (1,), "<=", 3.0, (0, column, 1.0))
    assert solve(programme, programme.objective("goal"), solver=solver).status in {"unbounded", "infeasible"}


@pytest.mark.parametrize("solver", BOTH)
def test_a_time_limit_without_a_point_is_no_optimum(solver: Solver) -> None:
    programme, rng = Programme("large"), np.random.default_rng(3)
    columns = programme.columns((400, 60))
    programme.price("goal", columns, rng.uniform(1, 2, (400, 60)))
    at, column = np.broadcast_arrays(np.arange(400)[:, None], columns)
    programme.rows("each", (400,), "=", rng.uniform(1, 9, 400), (at, column, rng.uniform(0.5, 1.5, (400, 60))))
    across = np.broadcast_to(np.arange(60), (400, 60))
    programme.rows("cap", (60,), "<=", 60.0, (across, columns, 1.0))
    best = solve(programme, programme.objective("goal"), solver=solver, seconds=1e-6)
    assert best.status in {"time_limit", "error", "infeasible"}
    assert not best.found


def test_prices_of_an_integer_programme_come_with_its_integers_fixed() -> None:
    programme = Programme("teams")
    teams, spare = programme.columns((1,), whole=True), programme.columns((1,))
    programme.price("goal", teams, 100.0)
    programme.price("goal", spare, 30.0)
    programme.rows("demand", (1,), ">=", 25.0, (0, teams, 10.0), (0, spare, 1.0))
    best = solve(programme, programme.objective("goal"))
    assert (best.objective, best.basis) == (300.0, "integers_fixed")
    assert solve_relaxed_price(programme) == pytest.approx(10.0)
    assert best.prices["demand"][0] == 0.0  # three whole teams: the next hour is free


def solve_relaxed_price(programme: Programme) -> float:
    whole = [member for member in programme.variables if member.cat == "Integer"]
    relaxed = Programme("relaxed")
    columns = relaxed.columns((2,))
    relaxed.price("goal", columns, programme.objective("goal"))
    relaxed.rows("demand", (1,), ">=", 25.0, (0, columns, np.array([10.0, 1.0])))
    best = solve(relaxed, relaxed.objective("goal"))
    assert len(whole) == 1
    assert best.basis == "lp"
    return float(best.prices["demand"][0])


@given(st.integers(0, 2**31), st.integers(2, 6), st.integers(2, 6))
@settings(max_examples=40, deadline=None)
def test_both_solvers_agree_and_duals_close_the_gap(seed: int, rows: int, width: int) -> None:
    rng = np.random.default_rng(seed)
    programme = Programme("random")
    columns = programme.columns((width,))
    matrix, right = rng.uniform(0.1, 2, (rows, width)), rng.uniform(1, 9, rows)
    programme.price("goal", columns, rng.uniform(1, 5, width))
    programme.rows("cover", (rows,), ">=", right, (np.arange(rows)[:, None], columns[None, :], matrix))
    best, other = (solve(programme, programme.objective("goal"), solver=solver) for solver in BOTH)
    assert best.objective == pytest.approx(other.objective, rel=1e-7)
    assert best.prices["cover"] @ right == pytest.approx(best.objective, rel=1e-7)  # strong duality
    assert other.prices["cover"] @ right == pytest.approx(best.objective, rel=1e-5)
    assert (best.prices["cover"] >= -1e-9).all()


def test_coefficients_that_meet_are_added() -> None:
    programme = Programme("twice")
    column = programme.columns((1,))
    programme.price("goal", column, 1.0)
    programme.price("goal", column, 2.0)
    programme.rows("demand", (1,), ">=", 12.0, (0, column, 1.0), (np.array([0]), column, 3.0))
    best = solve(programme, programme.objective("goal"))
    assert (best.values.tolist(), best.objective) == ([3.0], 9.0)


def test_a_family_is_added_once() -> None:
    programme = Programme("once")
    programme.rows("demand", (0,), ">=", 0.0)
    with pytest.raises(ValueError, match="rows demand already"):
        programme.rows("demand", (0,), ">=", 0.0)


def test_equal_programmes_give_equal_bytes() -> None:
    programme, _ = programme_of(read("williams_factory_planning_2")["lp"])
    again, _ = programme_of(read("williams_factory_planning_2")["lp"])
    one, two = (solve(made, made.objective("goal")).values for made in (programme, again))
    assert one.tobytes() == two.tobytes()


def test_an_empty_programme_is_solved() -> None:
    programme = Programme("nothing")
    best = solve(programme, programme.objective("goal"))
    assert (best.status, best.objective, best.columns) == ("optimal", 0.0, 0)


def test_neither_library_loads_before_it_is_needed() -> None:
    told = "import sys, xlplan.planning.lp; print('pulp' in sys.modules, 'highspy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
