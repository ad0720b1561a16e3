"""Effective cost, lock, variance and placement as a cell calls them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from xlplan.functions import CellError, call


def test_a_correct_decision_by_hand() -> None:
    """40 decisions an hour at 18 are 0.45 each; one in ten costs 0.45 again; nine of ten count."""
    assert call("XP_EFFECTIVE_COST", 18, 40, 0.9, 0.45) == pytest.approx((0.45 + 0.1 * 0.45) / 0.9)
    dear = call("XP_EFFECTIVE_COST", 18, 40, 0.9, 0.45, 0.1, 0.2)
    assert dear == pytest.approx((0.45 * 1.1 / 0.8 + 0.045) / 0.9)
    assert call("XP_EFFECTIVE_COST", [[18], [12]], [[40], [20]], 1) == [[0.45], [0.6]]


@pytest.mark.parametrize(
    "cells", [(18, 0, 0.9), (18, 40, 0), (18, 40, 90), (18, 40, 0.9, 0, 30), (18, 40, 0.9, 0, 0, 1), (-18, 40, 1)]
)
def test_effective_cost_refuses(cells: tuple[float, ...]) -> None:
    with pytest.raises(CellError) as failed:
        call("XP_EFFECTIVE_COST", *cells)
    assert failed.value.code == "#NUM!"


@pytest.mark.parametrize("forecast", [700.0, 1000.0, 1300.0])
@pytest.mark.parametrize("cv", [0.05, 0.2])
@pytest.mark.parametrize("band", [0.0, 0.1])
def test_lock_exposure_is_the_mean_over_all_errors(forecast: float, cv: float, band: float) -> None:
    spread = forecast * cv
    units = norm(forecast, spread)
    floor, ceiling = 1000 * (1 - band), 1000 * (1 + band)

    def mean(of: Callable[[float], float], low: float, high: float) -> float:
        low, high = (min(max(edge, forecast - 12 * spread), forecast + 12 * spread) for edge in (low, high))
        return float(
            quad(lambda x: of(x) * units.pdf(x), low, high, points=[forecast] if low < forecast < high else [])[0]
        )

    unused = mean(lambda x: floor - x, -1e9, floor)
    over = mean(lambda x: x - ceiling, ceiling, 1e9)
    ((pay, unserved),) = call("XP_LOCK_EXPOSURE", 1000, band, "pay_floor", 12, cv, forecast)
    assert pay == pytest.approx(12 * unused, rel=1e-6, abs=1e-6)
    assert unserved == pytest.approx(over, rel=1e-6, abs=1e-6)
    ((whole, _),) = call("XP_LOCK_EXPOSURE", 1000, band, "PAY_LOCK", 12, cv, forecast)
    assert whole == pytest.approx(12 * mean(lambda x: 1000 - x, -1e9, floor), rel=1e-6, abs=1e-6)


def test_a_lock_without_error_costs_what_is_short() -> None:
    assert call("XP_LOCK_EXPOSURE", 1000, 0.1, "pay_floor", 2, 0) == [[0.0, 0.0]]
    assert call("XP_LOCK_EXPOSURE", 1000, 0.1, "pay_floor", 2, 0, 800) == [[pytest.approx(200), 0.0]]
    assert call("XP_LOCK_EXPOSURE", 1000, 0.1, "pay_lock", 2, 0, 800) == [[pytest.approx(400), 0.0]]
    assert call("XP_LOCK_EXPOSURE", 1000, 0.1, "pay_lock", 2, 0, 1300) == [[0.0, pytest.approx(200)]]


@pytest.mark.parametrize(
    "cells",
    [
        (1000, 0.1, "share_loss", 2, 0.1),
        (1000, 10, "pay_floor", 2, 0.1),
        (-1, 0.1, "pay_floor", 2, 0.1),
        (1000, 0.1, "pay_floor", -2, 0.1),
        (1000, 0.1, "pay_floor", 2, 20),
    ],
)
def test_lock_exposure_refuses(cells: tuple[object, ...]) -> None:
    with pytest.raises(CellError) as failed:
        call("XP_LOCK_EXPOSURE", *cells)
    assert failed.value.code == "#NUM!"


amount = st.floats(0, 1e6).map(lambda value: round(value, 3))
lines = st.lists(
    st.tuples(amount, amount, amount, amount, st.floats(0.01, 100), st.floats(0.01, 100), st.sampled_from("abc")),
    min_size=1,
    max_size=12,
)


@given(lines=lines)
def test_the_four_parts_of_every_line_add_up_to_its_variance(lines: list[tuple[float, ...]]) -> None:
    q0, p0, q1, p1, x0, x1, group = ([[value] for value in column] for column in zip(*lines, strict=True))
    parts = np.array(call("XP_PVM", q0, p0, q1, p1, x0, x1, group))
    actual = np.ravel(q1) * np.ravel(p1) * np.ravel(x1)
    budget = np.ravel(q0) * np.ravel(p0) * np.ravel(x0)
    size = np.abs(parts).sum(axis=1) + actual + budget
    assert (np.abs(parts.sum(axis=1) - (actual - budget)) <= 1e-12 * size).all()
    for name in "abc":
        rows = np.ravel(group) == name
        at_budget_price = (np.ravel(q1) - np.ravel(q0))[rows] * np.ravel(p0)[rows] * np.ravel(x0)[rows]
        moved = parts[rows, 1].sum() + parts[rows, 2].sum()
        assert moved == pytest.approx(at_budget_price.sum(), rel=1e-9, abs=1e-9 * size.sum())


def test_each_part_alone() -> None:
    def part(**change: object) -> list[float]:
        cells = {"q0": [100, 100], "p0": [10, 20], "q1": [100, 100], "p1": [10, 20], "x0": 1, "x1": 1} | change
        return list(np.array(call("XP_PVM", *cells.values())).sum(axis=0))

    assert part(p1=[11, 20]) == pytest.approx([100, 0, 0, 0])
    assert part(q1=[150, 150]) == pytest.approx([0, 1500, 0, 0])
    assert part(q1=[150, 50]) == pytest.approx([0, 0, -500, 0])
    assert part(x1=1.1) == pytest.approx([0, 0, 0, 300])


def test_lines_of_different_mixes_are_not_added() -> None:
    apart = call("XP_PVM", [100, 100], [10, 20], [150, 50], [10, 20], None, None, ["hours", "items"])
    assert np.array(apart) == pytest.approx(np.array([[0, 500, 0, 0], [0, -1000, 0, 0]]))
    new = call("XP_PVM", [0, 0], [10, 20], [5, 0], [10, 20])
    assert np.array(new) == pytest.approx(np.array([[0, 50, 0, 0], [0, 0, 0, 0]]))


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (([1, 2], [1, 2], [1, 2], [1]), "#NUM!"),
        (([1, 2], [1, None], [1, 2], [1, 2]), "#VALUE!"),
        (([1, 2], [1, -2], [1, 2], [1, 2]), "#NUM!"),
        (([1, 2], [1, 2], [1, 2], [1, 2], [1, 1, 1]), "#NUM!"),
        (([1, 2], [1, 2], [1, 2], [1, 2], 1, 1, ["a"]), "#NUM!"),
        (([1, 2], [1, 2], [1, 2], [1, 2], 1, 1, ["a", None]), "#VALUE!"),
    ],
)
def test_variance_refuses(cells: tuple[object, ...], code: str) -> None:
    with pytest.raises(CellError) as failed:
        call("XP_PVM", *cells)
    assert failed.value.code == code


def test_placement_is_a_weighted_mean_that_a_gate_overrules() -> None:
    scores, weights = [[1], [0.5], [0.8]], [[2], [1], [1]]
    assert call("XP_PLACEMENT_SCORE", scores, weights) == pytest.approx(100 * (2 + 0.5 + 0.8) / 4)
    for passing in (True, 1, "TRUE", "true", [[True], [None], [1]]):
        assert call("XP_PLACEMENT_SCORE", scores, weights, passing) == pytest.approx(82.5)
    assert call("XP_PLACEMENT_SCORE", scores, weights, [[True], [False]]) == "blocked: gate 2"
    assert call("XP_PLACEMENT_SCORE", scores, weights, [[1], ["security tier"]]) == "blocked: security tier"
    assert call("XP_PLACEMENT_SCORE", [[None]] * 3, weights, 0) == "blocked: gate 1"


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (([1, 0.5], [1]), "#NUM!"),
        (([1, 50], [1, 1]), "#NUM!"),
        (([1, 0.5], [0, 0]), "#NUM!"),
        (([1, 0.5], [1, -1]), "#NUM!"),
        (([1, None], [1, 1]), "#VALUE!"),
    ],
)
def test_placement_refuses(cells: tuple[object, ...], code: str) -> None:
    with pytest.raises(CellError) as failed:
        call("XP_PLACEMENT_SCORE", *cells)
    assert failed.value.code == code
