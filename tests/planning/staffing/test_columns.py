"""What the staffing functions accept, and the sentences they refuse the rest with."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlplan.errors import PlanError
from xlplan.planning.staffing import (
    combined_shrinkage,
    gross_up,
    load_erlangs,
    load_for_blocking,
    service_level,
    whole_agents,
    workload_hours,
)


def test_load_and_workload() -> None:
    assert load_erlangs([0, 100], [180, 180], interval_min=[15, 30]).tolist() == [0, 10]
    assert workload_hours([20_000, 0], 330) == pytest.approx([20_000 * 330 / 3600, 0])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((np.nan, 180, 30), "volume: found nan, expected a number"),
        (([5, np.nan, 5, np.nan], 180, 30), "volume, rows 2, 4 (2 of 4): found nan"),
        (([-1.0] * 7, 180, 30), "volume, rows 1, 2, 3, 4, 5, ... (7 of 7): found -1"),
        (([[5, 5], [5, -2]], 180, 30), "volume, row (2, 2) (1 of 4): found -2"),
        ((5, np.inf, 30), "aht_s: found inf"),
        ((5, 180, 0), "interval_min: found 0, expected minutes above 0"),
        ((5, "180", 30), "aht_s: found <U3 values, expected numbers; type numbers, not text"),
        ((["5", None], 180, 30), "volume: found object values"),
        (([None, 5], 180, 30), "volume, row 1 (1 of 2): found nan"),
        (([5, [6]], 180, 30), "volume: found rows of unequal length"),
        ((5 + 2j, 180, 30), "volume: found complex128 values"),
        ((np.array(["2026-01-01"], dtype="datetime64[D]"), 180, 30), "volume: found datetime64[D] values"),
        (([object()], 180, 30), "volume: found values that are not numbers"),
        ((np.ma.masked_array([5.0, 6.0], mask=[False, True]), 180, 30), "volume, row 2 (1 of 2): found nan"),
        (([1, 2], [1, 2, 3], 30), "shapes do not fit: volume (2,), aht_s (3,)"),
        ((1e9, 86_400, 1), "at most 1e+07 erlangs; check the units"),
        ((1e308, 1e308, 1), "found inf, expected at most 1e+07 erlangs"),
    ],
)
def test_refused(arguments: tuple[Any, Any, Any], sentence: str) -> None:
    volume, aht_s, interval_min = arguments
    with pytest.raises(PlanError) as caught:
        load_erlangs(volume, aht_s, interval_min=interval_min)
    assert sentence in str(caught.value)


def test_series_integers_and_masks_are_numbers() -> None:
    frame = pd.DataFrame({"volume": [50, 100], "aht_s": pd.array([180, 180], dtype="Int64")})
    assert load_erlangs(frame["volume"], frame["aht_s"], interval_min=30).tolist() == [5, 10]
    unmasked = np.ma.masked_array([100], mask=[False])
    assert load_erlangs(unmasked, 180, interval_min=30).tolist() == [10]


def test_row_is_counted_in_the_column_it_stands_in() -> None:
    with pytest.raises(PlanError, match=r"^agents, row 2 \(1 of 3\): found -1"):
        service_level([5, -1, 5], 100, aht_s=180, interval_min=30, target_s=20)


def test_arguments_are_left_as_they_were() -> None:
    volume = np.array([100.0, 50.0])
    volume.setflags(write=False)
    service_level([10.0, 0.0], volume, aht_s=180, interval_min=30, target_s=20, patience_s=60)
    assert volume.tolist() == [100, 50]


@settings(deadline=None)
@given(st.lists(st.floats(0, 0.5), max_size=6))
def test_parts_multiply_or_add(parts: list[float]) -> None:
    multiplied = float(combined_shrinkage(parts, rule="multiply"))
    assert multiplied == pytest.approx(1 - np.prod([1 - part for part in parts]), abs=1e-12)
    if sum(parts) < 0.999:
        added = float(combined_shrinkage(parts, rule="add"))
        assert added == pytest.approx(sum(parts), abs=1e-12)
        assert added >= multiplied - 1e-12


@settings(deadline=None)
@given(st.integers(0, 100_000), st.integers(0, 99))
def test_whole_gross_up_is_exact_in_integers(agents: int, percent: int) -> None:
    paid = gross_up(agents, percent / 100, whole=True)
    assert paid == -(-agents * 100 // (100 - percent))


def test_gross_up_divides() -> None:
    assert gross_up(100, 0.3) == pytest.approx(142.857142857)
    assert gross_up([10, 20], [0.0, 0.5]).tolist() == [10, 40]
    parts = combined_shrinkage([[0.1, 0.2], 0.2], rule="add")
    assert gross_up(7, parts) == pytest.approx([10, 7 / 0.6])


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: gross_up(10, 30), "shrinkage: found 30, expected a share below 1; type 0.30 for 30 %"),
        (lambda: gross_up(10, 12.5), "type 0.125 for 12.5 %"),
        (lambda: gross_up(10, 1), "at 100 % nobody is left to work"),
        (lambda: gross_up(10, -0.1), "shrinkage: found -0.1"),
        (lambda: gross_up(10, np.nan), "shrinkage: found nan"),
        (lambda: gross_up(-1, 0.1), "productive: found -1"),
        (lambda: gross_up([1, 2], [0.1, 0.2, 0.3]), "shapes do not fit"),
        (lambda: combined_shrinkage([0.6, 0.4], rule="add"), "sum of parts: found 1, expected less than 1"),
        (lambda: combined_shrinkage([0.2, 30]), "shrinkage part 2: found 30"),
        (lambda: combined_shrinkage([0.2], rule="max"), "rule: found 'max'"),  # type: ignore[arg-type]
        (lambda: combined_shrinkage(0.2), "found a single value, expected a list of parts"),  # type: ignore[arg-type]
        (lambda: whole_agents(np.inf), "agents: found inf"),
        (lambda: load_for_blocking(10, 1), "blocking_target: found 1"),
        (lambda: service_level(1e10, 1, aht_s=1, interval_min=1, target_s=1), "agents: found 1e+10, expected at most"),
        (lambda: load_for_blocking(0, 0.5), "lines: found 0"),
        (lambda: load_for_blocking(1e6, 0.99), "keeps the load below 1e+07 erlangs"),
    ],
)
def test_other_refusals(call: Any, sentence: str) -> None:
    with pytest.raises(PlanError) as caught:
        call()
    assert sentence in str(caught.value)
