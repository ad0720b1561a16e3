"""Blow-out, clear-down and health as a cell calls them, against walks, draws and sums."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from xlplan.functions import CellError, call
from xlplan.functions.registry import plain
from xlplan.planning.queues import backlog_walk

STARTS = [[46083 + 7 * week] for week in range(6)]
INFLOW = [[1000.0], [1100.0], [1250.0], [1200.0], [1000.0], [900.0]]


def blowout(
    inflow: list[list[float]], capacity: object, *, cv: float, target: float = 0.9, opening: float = 0
) -> list[Any]:
    (row,) = call("XP_BLOWOUT", STARTS[: len(inflow)], inflow, capacity, opening, 168, 24, target, cv)
    return list(row)


def test_the_chance_is_the_share_of_draws_that_break() -> None:
    capacity, cv = [[1020.0], [1100.0], [1300.0], [1230.0], [1100.0], [1000.0]], 0.06
    first, chance = blowout(INFLOW, capacity, cv=cv)
    z = np.random.default_rng(5).standard_normal(20_000)[:, None]
    came = np.maximum(np.ravel(INFLOW) * (1 + cv * z), 0)
    room = np.append(np.ravel(capacity), capacity[-1][0])
    told = backlog_walk(
        np.append(came, np.zeros_like(z), axis=1), np.broadcast_to(room, (len(z), 7)), hours=168.0, limit_h=24.0
    )
    share = float((told.compliance[:, :6] < 0.9 - 1e-9).any(axis=1).mean())
    assert 0.05 < share < 0.95
    assert chance == pytest.approx(share, abs=0.012)
    assert (chance > 0.5) == isinstance(first, float)


def test_one_period_breaks_as_often_as_the_error_reaches_its_room() -> None:
    """All in time while inflow is at most capacity; a turnaround of no time at all would need just that."""
    ((_, chance),) = call("XP_BLOWOUT", 46083, 1000, 1100, 0, 168, 1e-6, 1, 0.1)
    assert chance == pytest.approx(norm.sf(1.0), rel=1e-3)


def test_the_first_break_is_that_of_the_compliance_of_the_forecast() -> None:
    capacity = 1100.0
    first, chance = blowout(INFLOW, capacity, cv=0.05)
    shares = [row[0] for row in call("XP_COMPLIANCE", INFLOW, capacity, 0, 168, 24)]
    broken = next(place for place, share in enumerate(shares) if share < 0.9)
    assert first == STARTS[broken][0]
    assert chance > 0.5
    reverse = call("XP_BLOWOUT", STARTS[::-1], INFLOW[::-1], capacity, 0, 168, 24, 0.9, 0.05)
    assert reverse == [[first, chance]]


def test_certain_and_impossible() -> None:
    assert plain([blowout(INFLOW, 5000, cv=0.05)]) == [["#N/A", 0.0]]
    assert blowout(INFLOW, 100, cv=0.05)[1] == 1.0
    assert blowout([[0.0]] * 6, 0, cv=0.05)[1] == 0.0
    assert blowout([[1.0]] * 6, 0, cv=0.05)[0] == STARTS[0][0]
    assert blowout(INFLOW, 5000, cv=0)[1] == 0.0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({0: [[46083], [None]]}, "#VALUE!"),
        ({0: [[46083], [46083]]}, "#NUM!"),
        ({0: [[46083]]}, "#NUM!"),
        ({1: [[1], [None]]}, "#VALUE!"),
        ({2: [[1], [2], [3]]}, "#NUM!"),
        ({3: -1}, "#NUM!"),
        ({4: 0}, "#NUM!"),
        ({5: 0}, "#NUM!"),
        ({6: 90}, "#NUM!"),
        ({7: -0.1}, "#NUM!"),
        ({7: 80}, "#NUM!"),
    ],
)
def test_blowout_refuses(change: dict[int, object], code: str) -> None:
    cells = {0: [[46083], [46090]], 1: [[1], [2]], 2: [[3], [3]], 3: 0, 4: 168, 5: 24, 6: 0.9, 7: 0.1} | change
    with pytest.raises(CellError) as failed:
        call("XP_BLOWOUT", *cells.values())
    assert failed.value.code == code


@settings(max_examples=80)
@given(
    backlog=st.integers(0, 3000),
    flows=st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=1, max_size=6),
    normal=st.integers(0, 400),
)
def test_the_extra_work_is_the_least_that_clears_down(backlog: int, flows: list[tuple[int, int]], normal: int) -> None:
    """Walked with it the backlog ends at its level, and with a little less above it."""
    dates, inflow = STARTS[: len(flows)], [[came] for came, _ in flows]
    capacity = [[done] for _, done in flows]
    after = STARTS[0][0] + 7 * len(flows)
    ((fte, hours),) = call("XP_CLEARDOWN", backlog, dates, inflow, capacity, 3600, 10, after, normal)
    assert hours == pytest.approx(fte * 10 * len(flows))
    closing = call("XP_BACKLOG_WALK", backlog, inflow, [[done + fte * 10] for _, done in flows])[-1][1]
    assert closing <= normal + 1e-6
    if fte > 0:
        less = call("XP_BACKLOG_WALK", backlog, inflow, [[done + fte * 10 * 0.99] for _, done in flows])[-1][1]
        assert less > normal


def test_clear_down_counts_the_periods_that_start_before_the_day() -> None:
    dates, inflow = [[46097], [46083], [46090]], [[9000], [100], [100]]
    ((fte, hours),) = call("XP_CLEARDOWN", 1000, dates, inflow, 120, 360, 30, 46097, 300)
    items = (1000 + 200 - 240 - 300) / 2
    assert fte == pytest.approx(items * 0.1 / 30)
    assert hours == pytest.approx(items * 0.1 * 2)


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ((10, [46083], [1], 1, 360, 30, 46083), "#NUM!"),
        ((10, [46083], [1], 1, 0, 30, 46090), "#NUM!"),
        ((10, [46083], [1], 1, 360, 0, 46090), "#NUM!"),
        ((-10, [46083], [1], 1, 360, 30, 46090), "#NUM!"),
        ((10, [46083], [1, 2], 1, 360, 30, 46090), "#NUM!"),
        ((10, [46083], [1], 1, 360, 30, "soon"), "#VALUE!"),
    ],
)
def test_clear_down_refuses(cells: tuple[object, ...], code: str) -> None:
    with pytest.raises(CellError) as failed:
        call("XP_CLEARDOWN", *cells)
    assert failed.value.code == code


def test_health_of_the_best_and_the_worst_queue() -> None:
    assert call("XP_QUEUE_HEALTH", 0.5, 1, 0, 0.85, 1) == 100.0
    assert call("XP_QUEUE_HEALTH", 1, 0, 0.2, 1, 0) == 0.0
    assert call("XP_QUEUE_HEALTH", 3, 0, 5, 1, 0) == 0.0
    assert call("XP_QUEUE_HEALTH", 0, 1, -3, 0.1, 1) == 100.0


def test_health_weighs_what_is_known() -> None:
    assert call("XP_QUEUE_HEALTH", None, 0.8, None, None, 0.6) == pytest.approx(70)
    assert call("XP_QUEUE_HEALTH", None, 0.8, None, None, 0.6, [1, 3, 1, 1, 1]) == pytest.approx(75)
    assert call("XP_QUEUE_HEALTH", 0.75, 1, 0.1, 0.925, 1) == pytest.approx((50 + 100 + 50 + 50 + 100) / 5)
    column = plain(call("XP_QUEUE_HEALTH", None, [[0.8], [None], ["x"], [80]]))
    assert column == [[pytest.approx(80)], ["#N/A"], ["#VALUE!"], ["#NUM!"]]


@pytest.mark.parametrize("weights", [[1, 1], [0, 0, 0, 0, 0], [1, 1, 1, 1, -1]])
def test_health_takes_five_weights(weights: list[float]) -> None:
    with pytest.raises(CellError) as failed:
        call("XP_QUEUE_HEALTH", 0.5, 1, 0, 0.85, 1, weights)
    assert failed.value.code == "#NUM!"


parts = st.tuples(st.floats(0, 2), st.floats(0, 1), st.floats(-1, 1), st.floats(0, 1), st.floats(0, 1))


@given(parts=parts)
def test_health_is_a_score(parts: tuple[float, ...]) -> None:
    assert 0 <= call("XP_QUEUE_HEALTH", *parts) <= 100


def test_compliance_of_a_turnaround_of_centuries_needs_no_memory() -> None:
    assert call("XP_COMPLIANCE", [[100], [160]], 120, 0, 1, 1e9) == [[1.0], [1.0]]
