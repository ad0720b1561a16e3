"""Forecasting: speed against a plain loop of the same Theta, and WAPE on the calls of a US bank.

Run with `pytest benchmarks/test_forecast.py -s` to see the tables.
"""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from xlplan.planning.forecast.accuracy import bias, wape
from xlplan.planning.forecast.day_members import DAY_MEMBERS
from xlplan.planning.forecast.engine import ForecastSpec, forecast_series
from xlplan.planning.forecast.intraday import forecast_days
from xlplan.planning.forecast.members.theta import ALPHA, theta
from xlplan.planning.forecast.panel import Panel, align
from xlplan.planning.forecast.values import forecast_values

SERIES, WEEKS, HORIZON = 1_000, 156, 26


@pytest.fixture(scope="module")
def weekly() -> list[np.ndarray]:
    """1,000 weekly queues of three years."""
    random = np.random.default_rng(7)
    season = 1 + 0.25 * np.sin(2 * np.pi * np.arange(WEEKS) / 52)
    return [random.poisson(level * season).astype(float) for level in random.uniform(50, 5000, SERIES)]


def plain_theta(panel: Panel) -> np.ndarray:
    """The same Theta, one series, one grid point and one week at a time; deseasonalised as in the engine."""
    forecasts = []
    for history in panel.adjusted:
        drift = 0.5 * np.polyfit(np.arange(len(history)), history, 1)[0]
        levels, squares = [], []
        for alpha in ALPHA.tolist():
            level, total = float(history[0]), 0.0
            for value in history[1:].tolist():
                error = value - level - drift
                level += drift + alpha * error
                total += error * error
            levels.append(level)
            squares.append(total)
        mean = np.array(squares) / (len(history) - 1)
        score = (len(history) - 1) * np.log(mean + 1e-9 * mean.mean())
        weight = np.exp(-(score - score.min()) / 2)
        forecasts.append(weight @ levels / weight.sum() + drift * np.arange(1, panel.horizon + 1))
    return panel.with_season(np.array(forecasts))


def test_theta_against_a_plain_loop(benchmark: BenchmarkFixture, weekly: list[np.ndarray]) -> None:
    batched = benchmark(lambda: theta(align(weekly, season=52, horizon=HORIZON)))
    started = time.perf_counter()
    plain = plain_theta(align(weekly, season=52, horizon=HORIZON))
    loop = time.perf_counter() - started
    np.testing.assert_allclose(batched, plain, rtol=1e-8)
    ours = benchmark.stats.stats.median
    print(f"\nTheta, {SERIES} x {WEEKS} weeks: {SERIES / ours:,.0f} series/s; plain loop {SERIES / loop:,.0f}/s; "
          f"{loop / ours:.1f} x")  # fmt: skip


def test_all_members_with_bounds(benchmark: BenchmarkFixture, weekly: list[np.ndarray]) -> None:
    outlook = benchmark.pedantic(
        forecast_series, (weekly, ForecastSpec(52, HORIZON)), rounds=3, iterations=1, warmup_rounds=1
    )
    assert outlook.mean.shape == (SERIES, HORIZON)
    print(f"\nauto, six origins, bounds: {SERIES / benchmark.stats.stats.median:,.0f} series/s")


def test_all_members_point_only(benchmark: BenchmarkFixture, weekly: list[np.ndarray]) -> None:
    spec = ForecastSpec(52, HORIZON, origins=0, levels=())
    benchmark.pedantic(forecast_series, (weekly, spec), rounds=3, iterations=1, warmup_rounds=1)
    print(f"\nmedian of members, no origins: {SERIES / benchmark.stats.stats.median:,.0f} series/s")


def test_one_cell(benchmark: BenchmarkFixture, weekly: list[np.ndarray]) -> None:
    serials = 45_000 + 7.0 * np.arange(WEEKS + HORIZON)
    benchmark(forecast_values, weekly[0], serials[:WEEKS], serials[WEEKS:])
    print(f"\none cell, {WEEKS} weeks: p50 {1000 * benchmark.stats.stats.median:.1f} ms")


def bank_calls() -> ModuleType:
    path = Path(__file__).parents[1] / "tests" / "planning" / "forecast" / "bank.py"
    spec = importlib.util.spec_from_file_location("bank_calls", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_us_bank_two_weeks_ahead(benchmark: BenchmarkFixture) -> None:
    """17 origins four days apart from day 90, ten days ahead, all half hours."""
    bank = bank_calls()
    volume, weekday = bank.days()

    def table() -> dict[str, tuple[float, float]]:
        rows = {}
        for method in ("auto", *DAY_MEMBERS):
            said, came = [], []
            for row in bank.origins(len(volume)):
                ahead = slice(row, row + bank.AHEAD)
                made = forecast_days(volume[:row], weekday=weekday[:row], future_weekday=weekday[ahead], method=method)
                said.append(made.mean)
                came.append(volume[ahead])
            rows[method] = (wape(np.array(came), np.array(said)), bias(np.array(came), np.array(said)))
        return rows

    rows = benchmark.pedantic(table, rounds=1, iterations=1)
    print("\nUS bank, 30 min, two weeks ahead     WAPE %   bias %")
    for method, (error, lean) in rows.items():
        print(f"{method:34s} {100 * error:8.2f} {100 * lean:+8.2f}")
    assert rows["auto"][0] <= rows["last_week"][0]
