"""A cell shows what planning computes: the same number, to the last bit."""

from __future__ import annotations

import math

import numpy as np
import pytest

from xlplan.functions import CellError, call
from xlplan.functions.registry import plain
from xlplan.planning import staffing
from xlplan.planning.forecast import accuracy
from xlplan.planning.forecast.values import forecast_values

VOLUMES = np.array([0.0, 1.0, 12.5, 100.0, 640.0])
HANDLING = np.array([30.0, 180.0, 600.0])


def column(values: np.ndarray) -> list[list[float]]:
    return [[float(value)] for value in values]


def grid(answer: object) -> np.ndarray:
    return np.array(answer, dtype=float)


def test_workload() -> None:
    expected = staffing.workload_hours(VOLUMES[:, None], HANDLING[None, :])
    assert np.array_equal(grid(call("XP_WORKLOAD_HOURS", column(VOLUMES), [HANDLING.tolist()])), expected)


@pytest.mark.parametrize("patience", [math.inf, 120.0])
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("occupancy", [None, 0.85])
def test_agents(patience: float, whole: bool, occupancy: float | None) -> None:
    expected = staffing.required_agents(
        VOLUMES[:, None],
        aht_s=HANDLING[None, :],
        interval_min=30,
        target=0.8,
        target_s=20,
        patience_s=patience,
        max_occupancy=math.nan if occupancy is None else occupancy,
        whole=whole,
    ).agents
    cell = None if math.isinf(patience) else patience
    answer = call("XP_AGENTS", column(VOLUMES), [HANDLING.tolist()], 30, 0.8, 20, cell, occupancy, whole)
    assert np.array_equal(grid(answer), expected)


@pytest.mark.parametrize("patience", [None, 90.0])
def test_service_level_asa_and_abandonment(patience: float | None) -> None:
    agents = np.arange(9.0, 20.0)
    shared = {"aht_s": 180.0, "interval_min": 30.0, "patience_s": math.inf if patience is None else patience}
    level = call("XP_SERVICE_LEVEL", column(agents), 100, 180, 30, 20, patience)
    assert np.array_equal(grid(level).ravel(), staffing.service_level(agents, 100.0, target_s=20.0, **shared))
    waits = staffing.asa_s(agents, 100.0, **shared)
    shown = [row[0] for row in plain(call("XP_ASA", column(agents), 100, 180, 30, patience))]
    assert shown == ["#NUM!" if math.isinf(wait) else wait for wait in waits.tolist()]
    if patience is not None:
        lost = call("XP_ABANDON", column(agents), 100, 180, 30, patience)
        assert np.array_equal(grid(lost).ravel(), staffing.abandon_rate(agents, 100.0, **shared))


def test_occupancy_is_work_over_staffed_time() -> None:
    work, staffed = np.array([0.0, 40.0, 80.0, 100.0]), np.array([50.0, 50.0, 100.0, 100.0])
    assert np.array_equal(grid(call("XP_OCCUPANCY", column(work), column(staffed))).ravel(), work / staffed)
    with pytest.raises(CellError, match="workload_h is more than staffed_h"):
        call("XP_OCCUPANCY", 110, 100)
    with pytest.raises(CellError, match="below 0"):
        call("XP_OCCUPANCY", 10, -1)


@pytest.mark.parametrize(("rule", "combined"), [("multiply", 1 - 0.9 * 0.8), ("ADD", 0.3)])
def test_gross_up_divides(rule: str, combined: float) -> None:
    answer = call("XP_GROSS_UP", [[7.0], [70.0]], [[0.1], [None], [0.2]], rule)
    assert grid(answer).ravel() == pytest.approx([7 / (1 - combined), 70 / (1 - combined)], rel=1e-15)


@pytest.mark.parametrize(
    ("shrinkage", "rule", "says"),
    [
        (30, "multiply", "type 0.30 for 30 %"),
        ([[0.5], [0.5]], "add", "the parts take all paid time"),
        ([[None], [None]], "multiply", "blank throughout"),
        (-0.1, "multiply", "-0.1"),
        (0.3, "divide", "type multiply or add"),
    ],
)
def test_gross_up_refuses(shrinkage: object, rule: str, says: str) -> None:
    with pytest.raises(CellError, match=says):
        call("XP_GROSS_UP", 100, shrinkage, rule)


DATES = np.datetime64("2025-01-06") + 7 * np.arange(60)
SERIALS = [[float(day)] for day in (DATES - np.datetime64("1899-12-30")).astype(int)]
HISTORY = 100 + 20 * np.sin(np.arange(60) * 2 * np.pi / 13) + np.arange(60) % 3


@pytest.mark.parametrize("method", ["auto", "theta", "seasonal_naive", "damped_ets"])
@pytest.mark.parametrize("season", [None, 13])
def test_forecast(method: str, season: int | None) -> None:
    expected = forecast_values(
        HISTORY[:50],
        DATES[:50].astype("datetime64[s]"),
        DATES[50:].astype("datetime64[s]"),
        method=method,
        season=season,
    )
    answer = call("XP_FORECAST", column(HISTORY[:50]), SERIALS[:50], SERIALS[50:], method, season)
    assert np.array_equal(grid(answer).ravel(), expected)


def test_forecast_keeps_the_place_of_a_blank_target() -> None:
    full = call("XP_FORECAST", column(HISTORY[:50]), SERIALS[:50], SERIALS[50:53], "theta")
    gap = call("XP_FORECAST", column(HISTORY[:50]), SERIALS[:50], [SERIALS[50], [None], SERIALS[52]], "theta")
    assert [gap[0], gap[2]] == [full[0], full[2]]
    assert plain(gap)[1] == ["#N/A"]


def test_forecast_takes_a_blank_volume_for_a_gap_and_rows_without_either_for_nothing() -> None:
    values: list[list[float | None]] = [*column(HISTORY[:50])]
    dates: list[list[float | None]] = [*SERIALS[:50]]
    long = call("XP_FORECAST", [*values, [None]], [*dates, [None]], SERIALS[50:], "theta")
    assert long == call("XP_FORECAST", values, dates, SERIALS[50:], "theta")
    values[20] = [None]
    gap = np.where(np.arange(50) == 20, np.nan, HISTORY[:50])
    expected = forecast_values(
        gap, DATES[:50].astype("datetime64[s]"), DATES[50:].astype("datetime64[s]"), method="theta", season=None
    )
    assert np.array_equal(grid(call("XP_FORECAST", values, dates, SERIALS[50:], "theta")).ravel(), expected)


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        ({"values": column(HISTORY[:49])}, "#VALUE!", "values has 49 cells and dates 50"),
        ({"dates": [[None], *SERIALS[1:50]]}, "#VALUE!", "a value has no date"),
        ({"dates": [SERIALS[1], *SERIALS[1:50]]}, "#NUM!", "2 times; keep one row each"),
        ({"targets": [SERIALS[10]]}, "#NUM!", "not after the history"),
        ({"targets": [[None], [None]]}, "#N/A", "nothing to forecast"),
        ({"method": "magic"}, "#NUM!", "method 'magic' is not known"),
        ({"method": 5}, "#VALUE!", "method is 5; type a text"),
        ({"season": 1.5}, "#NUM!", "season is 1.5; type a whole number"),
        ({"season": 0}, "#NUM!", "season is 0; type a whole number"),
        ({"values": [[-1.0], *column(HISTORY[1:50])]}, "#NUM!", "values holds -1 on "),
    ],
)
def test_forecast_refuses(change: dict[str, object], code: str, says: str) -> None:
    cells: dict[str, object] = {
        "values": column(HISTORY[:50]),
        "dates": SERIALS[:50],
        "targets": SERIALS[50:],
        "method": "theta",
        "season": None,
    } | change
    with pytest.raises(CellError, match=says) as failed:
        call("XP_FORECAST", *cells.values())
    assert failed.value.code == code


def test_accuracy() -> None:
    actual, shown = HISTORY[50:], HISTORY[50:] * 1.1 - 5
    assert call("XP_WAPE", column(actual), column(shown)) == accuracy.wape(actual, shown)
    assert call("XP_BIAS", column(actual), column(shown)) == accuracy.bias(actual, shown)
    for season in (None, 13):
        expected = accuracy.mase(actual, shown, history=HISTORY[:50], season=season or 1)
        assert call("XP_MASE", column(actual), column(shown), column(HISTORY[:50]), season) == expected


def test_accuracy_of_a_row_and_a_column_is_the_same() -> None:
    assert call("XP_WAPE", [[100, 200]], [[110], [190]]) == call("XP_WAPE", [[100], [200]], [[110], [190]])


@pytest.mark.parametrize("name", ["XP_WAPE", "XP_BIAS"])
@pytest.mark.parametrize("pair", [([1, 2], [1]), ([1, None], [1, 2]), ([0, 0], [1, 1])])
def test_accuracy_of_what_has_none_is_an_error(name: str, pair: tuple[list[float], list[float]]) -> None:
    with pytest.raises(CellError) as failed:
        call(name, *pair)
    assert failed.value.code == "#NUM!"


@pytest.mark.parametrize("season", [0, 1.5, 99])
def test_mase_refuses_a_season_that_is_none(season: float) -> None:
    with pytest.raises(CellError) as failed:
        call("XP_MASE", [12, 14], [11, 15], [10, 12, 9], season)
    assert failed.value.code == "#NUM!"
