"""Bounds, method and rest of the day as a cell calls them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlplan.functions import CellError, call
from xlplan.functions.registry import plain

WEEKS = [[float(46027 + 7 * week)] for week in range(70)]
DAYS = [[float(46027 + day)] for day in range(98)]
HALF_HOURS = [[46027 + day + slot / 48] for day in range(42) for slot in range(16, 40)]


def volumes(dates: list[list[float]], cycle: int) -> list[list[float]]:
    level = 200 + 50 * np.sin(np.arange(len(dates)) * 2 * np.pi / cycle)
    return [[float(value)] for value in np.random.default_rng(3).poisson(level)]


SERIES = {
    "weeks": (volumes(WEEKS[:60], 13), WEEKS[:60], WEEKS[60:]),
    "days": (volumes(DAYS[:84], 7), DAYS[:84], DAYS[84:]),
    "intervals": (volumes(HALF_HOURS[:-48], 24), HALF_HOURS[:-48], HALF_HOURS[-48:]),
}


@pytest.mark.parametrize("grain", SERIES)
def test_the_middle_is_the_forecast_and_a_higher_level_is_wider(grain: str) -> None:
    narrow = np.array(call("XP_FORECAST_PI", *SERIES[grain], None, None, 0.5))
    wide = np.array(call("XP_FORECAST_PI", *SERIES[grain], None, None, 0.95))
    middle = np.array(call("XP_FORECAST", *SERIES[grain])).ravel()
    assert np.array_equal(narrow[:, 1], middle)
    assert np.array_equal(wide[:, 1], middle)
    assert (wide[:, 0] <= narrow[:, 0]).all()
    assert (narrow[:, 0] <= middle).all()
    assert (middle <= narrow[:, 2]).all()
    assert (narrow[:, 2] < wide[:, 2]).all()
    assert (wide[:, 0] >= 0).all()


def test_bounds_of_a_named_day_method() -> None:
    rows = call("XP_FORECAST_PI", *SERIES["days"], call("XP_FORECAST_METHOD", *SERIES["days"][:2])[0][0].split("+")[0])
    assert all(low <= middle <= high for low, middle, high in rows)


def test_rows_keep_the_order_of_the_targets_and_a_blank_its_place() -> None:
    values, dates, targets = SERIES["weeks"]
    rows = call("XP_FORECAST_PI", values, dates, targets[:3], "theta")
    mixed = call("XP_FORECAST_PI", values[::-1], dates[::-1], [targets[2], [None], targets[0]], "theta")
    assert [mixed[0], mixed[2]] == [rows[2], rows[0]]
    assert plain(mixed)[1] == ["#N/A"] * 3


def test_one_cell_of_history_has_bounds() -> None:
    ((low, middle, high),) = call("XP_FORECAST_PI", 100, 46027, 46034)
    assert low < middle == 100 < high


@pytest.mark.parametrize(
    ("level", "code"), [(80, "#NUM!"), (0, "#NUM!"), (1, "#NUM!"), (-0.5, "#NUM!"), ("x", "#VALUE!")]
)
def test_a_level_is_a_share(level: object, code: str) -> None:
    with pytest.raises(CellError) as failed:
        call("XP_FORECAST_PI", *SERIES["weeks"], None, None, level)
    assert failed.value.code == code


@pytest.mark.parametrize("grain", SERIES)
def test_the_method_is_tested_on_what_it_had_not_seen(grain: str) -> None:
    ((method, wape, bias, naive),) = call("XP_FORECAST_METHOD", *SERIES[grain][:2])
    assert isinstance(method, str)
    assert method
    assert 0 < wape < 0.3
    assert abs(bias) <= wape
    assert wape <= naive


def test_a_cycle_without_noise_is_forecast_without_error() -> None:
    values = [[float(10 + 5 * (week % 4))] for week in range(40)]
    ((_, wape, bias, naive),) = call("XP_FORECAST_METHOD", values, WEEKS[:40], 4, 4)
    assert wape == pytest.approx(0, abs=1e-6)
    assert bias == pytest.approx(0, abs=1e-6)
    assert naive == 0


def test_a_history_too_short_to_test_says_so() -> None:
    ((method, *measures),) = plain(call("XP_FORECAST_METHOD", [[10], [12]], WEEKS[:2]))
    assert method
    assert measures == ["#N/A"] * 3


@pytest.mark.parametrize("horizon", [0, -1, 1.5, 5000])
def test_a_horizon_that_is_none_is_refused(horizon: float) -> None:
    with pytest.raises(CellError) as failed:
        call("XP_FORECAST_METHOD", *SERIES["weeks"][:2], horizon)
    assert failed.value.code == "#NUM!"


@given(
    came=st.lists(st.integers(0, 500), min_size=1, max_size=6),
    later=st.lists(st.floats(0.1, 10), min_size=1, max_size=6),
    forecast=st.floats(1, 5000),
    cv=st.floats(0, 2),
)
def test_the_rest_of_the_day_lies_between_forecast_and_what_the_day_says(
    came: list[int], later: list[float], forecast: float, cv: float
) -> None:
    profile = [1.0] * len(came) + later
    day = [row[0] for row in call("XP_REFORECAST", came, profile, forecast, cv)]
    assert day[: len(came)] == [float(value) for value in came]
    factor = sum(came) / (forecast * len(came) / sum(profile))
    for value, share in zip(day[len(came) :], later, strict=True):
        planned = forecast * share / sum(profile)
        low, high = sorted((planned, planned * factor))
        assert low * (1 - 1e-9) - 1e-9 <= value <= high * (1 + 1e-9) + 1e-9


def test_the_rest_of_the_day_by_hand() -> None:
    """Half the day: 120 came where 100 were forecast; cv 0.1 weighs the forecast as 100 contacts."""
    day = [row[0] for row in call("XP_REFORECAST", [60, 60], [1, 1, 1, 1], 200, 0.1)]
    assert day == pytest.approx([60, 60, 50 * (100 + 120) / (100 + 100), 55])
    assert [row[0] for row in call("XP_REFORECAST", [60, 60], [1, 1, 1, 1], 200, 0)] == [60, 60, 50, 50]


def test_an_interval_that_is_not_known_is_expected_like_the_others() -> None:
    day = [row[0] for row in call("XP_REFORECAST", [60, None, 60], [1, 1, 1, 1], 200, 0.1)]
    assert day == pytest.approx([60, 55, 60, 55])
    assert [row[0] for row in call("XP_REFORECAST", [None, None], [2, 1, 1], 200)] == pytest.approx([100, 50, 50])


@pytest.mark.parametrize(
    "cells", [([1, 2], 1, 10), (1, [0, 0], 10), (-1, [1, 1], 10), (1, [1, -1], 10), (1, [1, 1], -1), (1, [1, 1], 1, -1)]
)
def test_reforecast_refuses(cells: tuple[object, ...]) -> None:
    with pytest.raises(CellError) as failed:
        call("XP_REFORECAST", *cells)
    assert failed.value.code == "#NUM!"
