"""Exposure, support and classes as a cell calls them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlplan.functions import CellError, call


def test_the_limit_or_the_day_decides_about_exposure() -> None:
    assert call("XP_EXPOSURE_FTE", 120, 4, 30, 6.5) == pytest.approx(120 / 4)
    assert call("XP_EXPOSURE_FTE", 120, 8, 30, 6.5) == pytest.approx(120 / 6)
    assert call("XP_EXPOSURE_FTE", 120, None, None, 6) == pytest.approx(20)
    assert call("XP_EXPOSURE_FTE", [[0], [12]], 4, 30, 6.5) == [[0.0], [pytest.approx(3)]]


@pytest.mark.parametrize("cells", [(10, 0, 30, 6.5), (10, 4, 390, 6.5), (10, 4, 0, 0), (-1, 4, 0, 6)])
def test_exposure_refuses(cells: tuple[float, ...]) -> None:
    with pytest.raises(CellError) as failed:
        call("XP_EXPOSURE_FTE", *cells)
    assert failed.value.code == "#NUM!"


@given(
    agents=st.floats(0.01, 5000), ratio=st.floats(0.5, 100), step=st.sampled_from([0.25, 0.5, 1.0]),
    least=st.sampled_from([0.0, 1.0, 3.0]),
)  # fmt: skip
def test_support_is_the_fewest_steps_that_carry_all_agents(
    agents: float, ratio: float, step: float, least: float
) -> None:
    support = call("XP_SUPPORT_FTE", agents, ratio, step, least)
    assert support * ratio >= agents * (1 - 1e-8)
    assert support >= least
    assert support == least or (support - step) * ratio < agents
    assert math.isclose(support / step, round(support / step), abs_tol=1e-9)
    assert call("XP_SUPPORT_FTE", agents, ratio) == pytest.approx(agents / ratio)


def test_nobody_needs_no_support() -> None:
    assert call("XP_SUPPORT_FTE", [[0], [1]], 15, 1, 2) == [[0.0], [2.0]]
    assert call("XP_SUPPORT_FTE", 21 / 0.7, 10, 1) == 3.0
    with pytest.raises(CellError, match="ratio"):
        call("XP_SUPPORT_FTE", 10, 0)


weeks = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=20)


@settings(max_examples=60)
@given(weeks=weeks, lead=st.integers(0, 6), size=st.integers(1, 20), graduates=st.sampled_from([0.5, 0.8, 1.0]))
def test_classes_close_every_gap_that_they_can_reach_with_none_to_spare(
    weeks: list[tuple[int, int]], lead: int, size: int, graduates: float
) -> None:
    need, there = [[need] for need, _ in weeks], [[there] for _, there in weeks]
    rows = call("XP_HIRES_NEEDED", need, there, lead, size, graduates)
    hired = 0.0
    for week, (required, supplied) in enumerate(weeks):
        started = rows[week - lead][0] if week >= lead else 0.0
        if started:
            assert supplied + hired + (started - 1) * size * graduates < required
        hired += started * size * graduates
        short = max(required - supplied - hired, 0)
        assert rows[week][2] == pytest.approx(short, abs=1e-6)
        assert week < lead or short == pytest.approx(0, abs=1e-6)
        assert rows[week][1] == rows[week][0] * size
    assert all(row[0] == 0 for row in rows[len(rows) - lead :]) or lead == 0


def test_those_who_leave_are_hired_again() -> None:
    rows = call("XP_HIRES_NEEDED", [[0], [10], [10]], [[0], [0], [0]], 1, 10, 1, 0.5)
    assert [row[0] for row in rows] == [1.0, 1.0, 0.0]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (([1, 2], [1], 1, 10), "#NUM!"),
        (([1, None], [1, 1], 1, 10), "#VALUE!"),
        (([1, 2], [1, 1], 1.5, 10), "#NUM!"),
        (([1, 2], [1, 1], -1, 10), "#NUM!"),
        (([1, 2], [1, 1], 1, 0), "#NUM!"),
        (([1, 2], [1, 1], 1, 10, 80), "#NUM!"),
        (([1, -2], [1, 1], 1, 10), "#NUM!"),
    ],
)
def test_classes_refuse(cells: tuple[object, ...], code: str) -> None:
    with pytest.raises(CellError) as failed:
        call("XP_HIRES_NEEDED", *cells)
    assert failed.value.code == code
