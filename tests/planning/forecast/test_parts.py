"""The parts of the engine against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from xlplan.errors import PlanError
from xlplan.planning.forecast.backtest import cut_histories, known_future, place_origins
from xlplan.planning.forecast.cleaning import tame_outliers
from xlplan.planning.forecast.combination import combine
from xlplan.planning.forecast.intervals import count_spread, floor_variance, spread_by_lead, student_quantile
from xlplan.planning.forecast.members.ets import GRID, PARAMETERS, damped_ets
from xlplan.planning.forecast.members.theta import ALPHA, theta
from xlplan.planning.forecast.panel import align
from xlplan.planning.forecast.paths import sum_bounds
from xlplan.planning.forecast.seasonality import estimate_seasonality


def akaike_mean(states: list[tuple[float, np.ndarray]], parameters: np.ndarray, count: int) -> np.ndarray:
    """Average of forecasts by corrected AIC, one grid point at a time."""
    many = count - 1
    floor = 1e-9 * np.mean([squares / many for squares, _ in states])
    score = np.array(
        [
            many * np.log(squares / many + floor) + 2 * k * (1 + (k + 1) / max(many - k - 1, 1))
            for (squares, _), k in zip(states, parameters, strict=True)
        ]
    )
    weight = np.exp(-(score - score.min()) / 2)
    return np.asarray(weight @ np.array([path for _, path in states]) / weight.sum())


NOISE = np.random.default_rng(11).normal(0, 3, 40) + 100 + 0.4 * np.arange(40)


def test_theta_against_its_scalar_definition() -> None:
    drift = 0.5 * np.polyfit(np.arange(40), NOISE, 1)[0]
    states = []
    for alpha in ALPHA:
        level, squares = NOISE[0], 0.0
        for value in NOISE[1:]:
            error = value - level - drift
            level += drift + alpha * error
            squares += error**2
        states.append((squares, level + drift * np.arange(1, 6)))
    expected = akaike_mean(states, np.zeros(len(ALPHA)), 40)
    np.testing.assert_allclose(theta(align([NOISE], season=1, horizon=5))[0], expected, rtol=1e-9)


def test_damped_ets_against_its_scalar_definition() -> None:
    slope, start = np.polyfit(np.arange(10), NOISE[:10], 1)
    slope, start = slope / 2, NOISE[:10].mean() - slope / 2 * 4.5
    states = []
    for alpha, share, phi in GRID:
        level, trend, squares = start, slope * (share > 0), 0.0
        for value in NOISE[1:]:
            error = value - level - phi * trend
            level += phi * trend + alpha * error
            trend = phi * trend + alpha * share * error
            squares += error**2
        states.append((squares, level + trend * np.cumsum(phi ** np.arange(1, 6))))
    expected = akaike_mean(states, PARAMETERS, 40)
    np.testing.assert_allclose(damped_ets(align([NOISE], season=1, horizon=5))[0], expected, rtol=1e-9)


def test_a_gap_is_passed_over_by_the_recursion() -> None:
    gappy = np.full(30, 50.0)
    gappy[[5, 6, 20, 29]] = np.nan
    panel = align([gappy], season=1, horizon=3)
    np.testing.assert_allclose(theta(panel), 50, rtol=1e-9)
    np.testing.assert_allclose(damped_ets(panel), 50, rtol=1e-9)


@pytest.mark.parametrize("season", [4, 7])
def test_multiplicative_factors_are_found(season: int) -> None:
    factor = np.linspace(0.5, 1.5, season)
    history = np.tile(factor, 12) * 200
    found = estimate_seasonality(history[None, :], season)
    np.testing.assert_allclose(found.factors[0], factor, rtol=1e-6)
    np.testing.assert_allclose(found.remove(history[None, :]), 200, rtol=1e-6)


def test_many_zeros_make_the_season_additive() -> None:
    random = np.random.default_rng(3)
    history = random.poisson(np.tile([0.4, 2.0, 3.0, 0.6], 40)).astype(float)
    found = estimate_seasonality(history[None, :], 4)
    assert not found.multiplicative[0]
    assert abs(found.factors.sum()) < 1e-9


def test_noise_without_a_season_is_shrunk_to_none() -> None:
    random = np.random.default_rng(8)
    history = random.normal(100, 10, (200, 60))
    shift = estimate_seasonality(history, 12).factors - 1
    cycles = history.reshape(200, 5, 12)
    raw = (cycles / cycles.mean(axis=2, keepdims=True)).mean(axis=1) - 1
    assert (shift**2).mean() < 0.35 * (raw**2).mean()


def test_a_closed_place_is_kept_out_but_a_sparse_series_is_not_closed() -> None:
    closed = np.tile([5.0, 6.0, 0.0], 10)
    assert estimate_seasonality(closed[None, :], 3).closed.tolist() == [[False, False, True]]
    sparse = np.zeros(30)
    sparse[[1, 13, 22]] = 1
    assert not estimate_seasonality(sparse[None, :], 3).closed.any()


def test_a_level_shift_is_not_an_outlier_after_two_periods() -> None:
    shifted = np.concatenate([np.tile([100.0, 102, 98], 8), np.tile([200.0, 202, 198], 2)])
    np.testing.assert_array_equal(tame_outliers(shifted[None, :])[0, 26:], shifted[26:])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_outliers_are_pulled_in_and_nothing_else_moves(seed: int) -> None:
    history = np.random.default_rng(seed).normal(100, 2, 50)
    spiked = history.copy()
    spiked[25] = 900
    cleaned = tame_outliers(spiked[None, :])[0]
    assert cleaned[25] < 150
    moved = cleaned != spiked
    assert (np.abs(cleaned - 100) <= np.abs(spiked - 100) + 5)[moved].all()


def test_origins_leave_a_horizon_to_score_and_a_history_to_learn_from() -> None:
    for span in range(1, 400):
        for season, horizon in ((52, 26), (7, 14), (1, 3), (12, 18)):
            placed = place_origins(np.array([span]), season=season, horizon=horizon, origins=6)
            cuts = placed.cuts[0][placed.cuts[0] > 0]
            assert (cuts >= placed.leads[0]).all()
            assert (span - cuts >= 3).all()
            assert len(set(cuts)) == len(cuts)
            if len(cuts):
                assert cuts[0] == placed.leads[0]


def test_cut_histories_and_known_futures_fit_together() -> None:
    series = [np.arange(30.0), np.arange(5.0)]
    placed = place_origins(np.array([30, 5]), season=1, horizon=4, origins=3)
    cut = cut_histories(series, placed.cuts)
    future = known_future(series, placed, 4)
    for row in range(2):
        for window in range(3):
            if placed.cuts[row, window]:
                assert future[row, window, 0] == cut[4 * row + 1 + window][-1] + 1


def test_a_member_that_loses_to_the_baseline_has_no_weight() -> None:
    actual = np.full((1, 4, 2), 10.0)
    forecasts = np.stack([np.full((1, 5, 2), 12.0), np.full((1, 5, 2), 13.0), np.full((1, 5, 2), 11.0)])
    combined = combine(forecasts, actual, baseline=0)
    assert combined.weights[1, 0] == 0
    assert combined.weights[2, 0] > combined.weights[0, 0] > 0
    assert combined.weights.sum() == pytest.approx(1)


def test_an_origin_is_scored_with_the_weights_of_the_others() -> None:
    actual = np.full((1, 4, 1), 10.0)
    forecasts = np.full((2, 1, 5, 1), 11.0)
    forecasts[1] = 10.0
    forecasts[1, 0, 1] = 500.0
    combined = combine(forecasts, actual, baseline=0)
    # At its bad origin the second member was trusted, as it was perfect at all others.
    assert combined.windows[0, 0, 0] > 480
    assert combined.mean[0, 0] == 11


def test_student_quantile_against_scipy() -> None:
    freedom = np.array([3.0, 4, 6, 8, 12, 40])
    for share in (0.9, 0.975):
        np.testing.assert_allclose(student_quantile(share, freedom), stats.t.ppf(share, freedom), rtol=0.01)


def test_spread_is_the_blend_of_windows_and_floor() -> None:
    errors = np.full((1, 3, 4), 2.0)
    floor = np.full((1, 4), 8.0)
    np.testing.assert_allclose(spread_by_lead(errors, floor), np.sqrt((3 * 4 + 8) / 4))
    np.testing.assert_allclose(spread_by_lead(np.full((1, 0, 4), np.nan), floor), np.sqrt(8))


def test_spread_grows_with_the_lead_and_never_falls() -> None:
    errors = np.array([[[1.0, 2, 3, 4], [1, 2, 3, 4]]])
    assert (np.diff(spread_by_lead(errors, np.zeros((1, 4)))) > 0).all()
    assert (np.diff(spread_by_lead(errors[:, :, ::-1], np.zeros((1, 4)))) == 0).all()


def test_floor_is_poisson_for_counts_and_from_the_history_otherwise() -> None:
    mean = np.array([[9.0], [300.0]])
    history = np.array([[9.0, 8, 10, 9], [300.5, 302.5, 300.5, 302.5]])
    assert floor_variance(mean, history, 1)[:, 0].tolist() == [9.0, 2.0]


def test_scatter_of_intervals_is_found() -> None:
    random = np.random.default_rng(2)
    said = np.broadcast_to(np.linspace(5, 200, 48), (6, 14, 48))
    whole_day = random.normal(1, 0.1, (6, 14, 1))
    came = random.poisson(said * whole_day).astype(float)
    spread = count_spread(said[0], said, came)
    np.testing.assert_allclose(spread, np.sqrt(said[0] + 0.01 * said[0] ** 2), rtol=0.25)


def test_coverage_of_bounds_of_poisson_weeks() -> None:
    random = np.random.default_rng(4)
    paths = np.full((6, 7), 50.0)
    inside = 0
    for _ in range(400):
        came = random.poisson(50.0, (6, 7)).astype(float)
        sums = sum_bounds(paths[0], np.ones(7, int), window_forecast=paths, window_actual=came)
        low, high = sums.bounds[0.95]
        inside += low[0] <= random.poisson(350) <= high[0]
    assert 0.92 <= inside / 400 <= 0.99


def test_sums_leave_unknown_days_out_and_do_without_paths() -> None:
    mean = np.array([10.0, 20.0])
    came = np.array([[12.0, np.nan]])
    sums = sum_bounds(mean, np.array([3, 3]), window_forecast=mean[None, :], window_actual=came)
    assert sums.group.tolist() == [3]
    assert sums.mean.tolist() == [30.0]
    none = sum_bounds(mean, np.array([1, 2]), window_forecast=np.empty((0, 2)), window_actual=np.empty((0, 2)))
    assert (none.bounds[0.8][1] > mean).all()


def test_sums_refuse_shapes_that_do_not_fit() -> None:
    mean = np.ones(3)
    with pytest.raises(PlanError, match="one group per period"):
        sum_bounds(mean, np.ones(2, int), window_forecast=np.ones((1, 3)), window_actual=np.ones((1, 3)))
    with pytest.raises(PlanError, match="expected \\(origins, 3\\)"):
        sum_bounds(mean, np.ones(3, int), window_forecast=np.ones((1, 2)), window_actual=np.ones((1, 2)))
