"""Drivers, AI and thresholds as a cell calls them, against the sums that define them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlplan.functions import CellError, call
from xlplan.functions.registry import plain

shares = st.floats(0, 1)


def test_driver_volume_by_row() -> None:
    assert call("XP_DRIVER_VOLUME", [[1000], [2000], [0]], 0.05, 0.5) == [[25.0], [50.0], [0.0]]
    assert call("XP_DRIVER_VOLUME", 1000, 3) == 3000.0
    with pytest.raises(CellError, match=r"type 0\.30 for 30 %"):
        call("XP_DRIVER_VOLUME", 1000, 0.05, 30)


@given(volume=st.floats(0, 1e6), ai=shares, done=shares, repeat=st.floats(0, 0.5), escalated=st.floats(0, 0.5))
def test_contacts_are_people_s_or_the_ai_s(
    volume: float, ai: float, done: float, repeat: float, escalated: float
) -> None:
    offered = volume * ai
    finished = offered * done
    people = (volume - offered) + (offered - finished) + finished * repeat + finished * escalated
    assert call("XP_CONTAINMENT", volume, ai, done, repeat, escalated) == pytest.approx(people, abs=1e-6)


def test_what_comes_back_is_no_more_than_was_finished() -> None:
    with pytest.raises(CellError, match="at most 1 together"):
        call("XP_CONTAINMENT", 1000, 0.5, 0.4, 0.7, 0.4)
    assert call("XP_CONTAINMENT", 1000, 1, 1, 0.5, 0.5) == pytest.approx(1000)


@given(aht=st.floats(1, 3600), done=st.floats(0, 0.99), factor=st.floats(1, 10))
def test_the_work_of_all_contacts_stays_what_it_was(aht: float, done: float, factor: float) -> None:
    left = call("XP_RESIDUAL_AHT", aht, done, factor)
    easy = left / factor
    assert done * easy + (1 - done) * left == pytest.approx(aht)
    assert aht * (1 - 1e-12) <= left <= aht * factor * (1 + 1e-12)


def test_residual_handling_time_without_ai_is_the_old_one() -> None:
    assert call("XP_RESIDUAL_AHT", 300, 0, 2) == 300.0
    assert call("XP_RESIDUAL_AHT", 300, 0.5, 1) == 300.0
    with pytest.raises(CellError, match="1 or more"):
        call("XP_RESIDUAL_AHT", 300, 0.5, 0.9)


HIST, RIGHT = [400, 300, 200, 100], [0.05, 0.2, 0.6, 0.95]


@pytest.mark.parametrize("threshold", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_threshold_at_the_edge_of_a_bin(threshold: float) -> None:
    bins = round(threshold * 4)
    left = sum(HIST[:bins])
    missed = sum(n * p for n, p in zip(HIST[:bins], RIGHT[:bins], strict=True))
    wrong = sum(n * (1 - p) for n, p in zip(HIST[bins:], RIGHT[bins:], strict=True))
    ((_, people, cost),) = call("XP_THRESHOLD_CURVE", HIST, RIGHT, threshold, 3, 0.5)
    assert people == pytest.approx(left)
    assert cost == pytest.approx(3 * wrong + 0.5 * missed)


def test_thresholds_inside_a_bin_are_in_a_straight_line_and_in_their_order() -> None:
    rows = call("XP_THRESHOLD_CURVE", HIST, RIGHT, [[0.5], [0.375], [0.25]], 3, 0)
    assert rows[1][1:] == pytest.approx([(rows[0][1] + rows[2][1]) / 2, (rows[0][2] + rows[2][2]) / 2])
    assert [row[0] for row in rows] == [0.5, 0.375, 0.25]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (([1, None], [0.5, 0.5], 0.5, 1, 1), "#VALUE!"),
        (([1, 2], [0.5], 0.5, 1, 1), "#NUM!"),
        (([1, 2], [0.5, 50], 0.5, 1, 1), "#NUM!"),
        (([1, 2], [0.5, 0.5], 1.5, 1, 1), "#NUM!"),
        (([1, 2], [0.5, 0.5], 0.5, -1, 1), "#NUM!"),
    ],
)
def test_threshold_refuses(cells: tuple[object, ...], code: str) -> None:
    assert plain([[_failed("XP_THRESHOLD_CURVE", *cells)]]) == [[code]]


def _failed(name: str, *cells: object) -> CellError:
    with pytest.raises(CellError) as failed:
        call(name, *cells)
    return failed.value
