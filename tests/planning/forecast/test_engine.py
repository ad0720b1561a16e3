from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from xlplan.errors import PlanError
from xlplan.planning.forecast.engine import CHUNK, Forecasts, ForecastSpec, forecast_series
from xlplan.planning.forecast.members import MEMBERS

WEEKLY = ForecastSpec(season=52, horizon=26)
DAILY = ForecastSpec(season=7, horizon=14)


def sound(outlook: Forecasts) -> None:
    """What every forecast keeps: no gaps, nothing negative, bounds in order."""
    low_80, high_80 = outlook.bounds[0.8]
    low_95, high_95 = outlook.bounds[0.95]
    for values in (outlook.mean, low_80, high_80, low_95, high_95):
        assert np.isfinite(values).all()
        assert (values >= 0).all()
    assert (low_95 <= low_80).all()
    assert (low_80 <= outlook.mean).all()
    assert (outlook.mean <= high_80).all()
    assert (high_80 <= high_95).all()


def weeks(seed: int, *, count: int = 156) -> np.ndarray:
    """A seasonal, growing, noisy weekly queue."""
    random = np.random.default_rng(seed)
    time = np.arange(count)
    return random.poisson((800 + 2 * time) * (1 + 0.25 * np.sin(2 * np.pi * time / 52))).astype(float)


def mixed_batch() -> list[np.ndarray]:
    """Every kind of history, of different lengths, more of them than one pass takes."""
    random = np.random.default_rng(5)
    gappy = weeks(3)
    gappy[[4, 60, 61, 155]] = np.nan
    sparse = random.poisson(0.2, 200).astype(float)
    odd = [gappy, sparse, np.zeros(90), np.full(120, 12.5), np.array([7.0]), np.array([3.0, np.nan])]
    return odd + [weeks(seed, count=int(random.integers(2, 300))) for seed in range(CHUNK + 10)]


@pytest.mark.parametrize("season", [1, 7, 52])
def test_a_series_gets_the_same_numbers_alone_and_in_a_batch(season: int) -> None:
    spec = ForecastSpec(season=season, horizon=20)
    batch = mixed_batch()
    together = forecast_series(batch, spec)
    for row, history in enumerate(batch):
        alone = forecast_series([history], spec)
        np.testing.assert_allclose(together.mean[row], alone.mean[0], rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(together.cv[row], alone.cv[0], rtol=1e-12)
        np.testing.assert_allclose(together.errors[row], alone.errors[0], rtol=1e-9, atol=1e-9)
        assert together.method[row] == alone.method[0]
        for level in spec.levels:
            for side in (0, 1):
                np.testing.assert_allclose(
                    together.bounds[level][side][row], alone.bounds[level][side][0], rtol=1e-12, atol=1e-9
                )


def test_the_order_of_a_batch_does_not_matter() -> None:
    batch = mixed_batch()
    forward = forecast_series(batch, DAILY)
    backward = forecast_series(batch[::-1], DAILY)
    np.testing.assert_allclose(forward.mean, backward.mean[::-1], rtol=1e-12, atol=1e-12)
    assert forward.method == backward.method[::-1]


def test_every_kind_of_history_gets_a_sound_forecast() -> None:
    for spec in (WEEKLY, DAILY, ForecastSpec(season=1, horizon=3), ForecastSpec(season=12, horizon=18)):
        sound(forecast_series(mixed_batch(), spec))


@settings(max_examples=60, deadline=None)
@given(
    arrays(
        float,
        st.integers(1, 60),
        elements=st.one_of(st.just(np.nan), st.just(0.0), st.floats(0, 1e6), st.floats(0, 1e-6)),
    ),
    st.sampled_from([1, 2, 7, 12, 52]),
    st.integers(1, 20),
)
def test_any_history_with_an_observation_is_forecast(history: np.ndarray, season: int, horizon: int) -> None:
    spec = ForecastSpec(season=season, horizon=horizon)
    if np.isnan(history).all():
        with pytest.raises(PlanError, match="no observation"):
            forecast_series([history], spec)
    else:
        outlook = forecast_series([history], spec)
        sound(outlook)
        assert outlook.mean.max() <= 3.0 * np.nanmax(history) * (1 + 1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 1000))
def test_the_unit_of_volume_does_not_matter(seed: int, unit: float) -> None:
    history = weeks(seed, count=60)
    spec = ForecastSpec(season=7, horizon=5)
    plain = forecast_series([history], spec).mean
    np.testing.assert_allclose(forecast_series([history * unit], spec).mean, plain * unit, rtol=1e-6)


def test_one_observation_is_repeated() -> None:
    outlook = forecast_series([np.array([40.0])], DAILY)
    np.testing.assert_array_equal(outlook.mean, np.full((1, 14), 40.0))
    assert np.isnan(outlook.wape[0])
    low, high = outlook.bounds[0.95]
    assert low[0, 0] < 40 < high[0, 0]


@pytest.mark.parametrize("value", [0.0, 12.5, 1e6])
def test_a_constant_history_stays_constant(value: float) -> None:
    outlook = forecast_series([np.full(120, value)], WEEKLY)
    np.testing.assert_allclose(outlook.mean, value, rtol=1e-9)


def test_all_zero_history_has_no_wape_and_a_zero_forecast() -> None:
    outlook = forecast_series([np.zeros(60)], DAILY)
    assert not outlook.mean.any()
    assert np.isnan(outlook.wape[0])
    assert np.isnan(outlook.cv).all()


def test_a_week_with_closed_days_is_repeated_with_zeros() -> None:
    week = np.array([100.0, 90, 80, 85, 95, 0, 0])
    random = np.random.default_rng(0)
    history = np.tile(week, 20) * random.uniform(0.97, 1.03, 140)
    outlook = forecast_series([history], DAILY)
    np.testing.assert_allclose(outlook.mean[0], np.tile(week, 2), rtol=0.06, atol=1e-9)


def test_stray_zero_days_do_not_break_a_multiplicative_week() -> None:
    week = np.array([100.0, 90, 80, 85, 95, 60, 40])
    history = np.tile(week, 30)
    history[[33, 70, 131]] = 0
    outlook = forecast_series([history], DAILY)
    assert np.abs(outlook.mean[0] - np.tile(week, 2)).sum() / (2 * week.sum()) < 0.05


def test_missing_values_leave_a_plain_season_untouched() -> None:
    week = np.array([100.0, 90, 80, 85, 95, 60, 40])
    history = np.tile(week, 30)
    history[[3, 50, 51, 52, 120, 209]] = np.nan
    np.testing.assert_allclose(forecast_series([history], DAILY).mean[0], np.tile(week, 2), rtol=0.01)


def test_leading_gaps_change_nothing() -> None:
    history = weeks(1)
    padded = np.concatenate([np.full(30, np.nan), history])
    np.testing.assert_array_equal(forecast_series([padded], WEEKLY).mean, forecast_series([history], WEEKLY).mean)


def test_a_season_longer_than_the_history() -> None:
    history = weeks(2, count=20)
    outlook = forecast_series([history], WEEKLY)
    sound(outlook)
    assert 0.5 * history.mean() < outlook.mean.mean() < 2 * history.mean()


def test_one_spike_hardly_moves_the_forecast() -> None:
    history = np.tile([100.0, 102, 98, 101], 20)
    spiked = history.copy()
    spiked[-6] = 5000
    for method in ("theta", "damped_ets"):
        spec = ForecastSpec(season=1, horizon=6, method=method)
        np.testing.assert_allclose(
            forecast_series([spiked], spec).mean, forecast_series([history], spec).mean, rtol=0.03
        )


def test_exponential_growth_does_not_explode() -> None:
    history = 1.5 ** np.arange(40)
    assert forecast_series([history], WEEKLY).mean.max() <= 3 * history.max()


def test_a_trend_is_followed() -> None:
    history = 100 + 5 * np.arange(80, dtype=float)
    outlook = forecast_series([history], ForecastSpec(season=1, horizon=4))
    np.testing.assert_allclose(outlook.mean[0], 100 + 5 * np.arange(80, 84), rtol=0.02)


def test_a_seasonal_series_beats_seasonal_naive_in_its_back_test() -> None:
    batch = [weeks(seed) for seed in range(20)]
    outlook = forecast_series(batch, WEEKLY)
    assert (outlook.wape <= outlook.naive_wape * (1 + 1e-9)).mean() >= 0.9


def test_back_test_scores_against_the_definition() -> None:
    history = weeks(9)
    outlook = forecast_series([history], ForecastSpec(season=52, horizon=26, method="seasonal_naive"))
    absolute = signed = volume = 0.0
    steps = 0
    for cut in (26, 31, 36, 41, 46, 51):
        known, future = history[:-cut], history[len(history) - cut :][:26]
        naive = known[-52:][:26]
        absolute += np.abs(naive - future).sum()
        signed += (naive - future).sum()
        volume += future.sum()
        steps += 26
    assert outlook.wape[0] == pytest.approx(absolute / volume)
    assert outlook.naive_wape[0] == pytest.approx(absolute / volume)
    assert outlook.bias[0] == pytest.approx(signed / volume)
    assert outlook.mase[0] == pytest.approx(absolute / steps / np.abs(history[52:] - history[:-52]).mean())


def test_the_future_of_an_origin_is_not_known_at_it() -> None:
    history = weeks(4)
    changed = history.copy()
    changed[-20:] *= 3
    for method in MEMBERS:
        spec = ForecastSpec(season=52, horizon=26, method=method)
        before, after = forecast_series([history], spec), forecast_series([changed], spec)
        # The earliest origin is 51 weeks back: what it said about its first 26 weeks cannot have changed.
        np.testing.assert_array_equal(before.errors[0, -1], after.errors[0, -1])


@pytest.mark.parametrize("method", list(MEMBERS))
def test_each_member_can_be_asked_for(method: str) -> None:
    outlook = forecast_series([weeks(6)], ForecastSpec(season=52, horizon=26, method=method))
    sound(outlook)
    assert outlook.method == (method,)


def test_a_choice_of_members_is_kept_to() -> None:
    outlook = forecast_series([weeks(6)], ForecastSpec(season=52, horizon=26, method=("theta", "damped_ets")))
    assert set(outlook.method[0].split("+")) <= {"theta", "damped_ets"}


@pytest.mark.parametrize("bad", [-1.0, np.inf, -np.inf])
def test_impossible_volumes_are_refused_by_name(bad: float) -> None:
    with pytest.raises(PlanError, match=f"series chat: found {bad:g} in period 2"):
        forecast_series([np.array([1.0, bad])], DAILY, names=["chat"])


def test_what_cannot_be_forecast_is_refused() -> None:
    with pytest.raises(PlanError, match="series 2: no observation"):
        forecast_series([np.array([1.0]), np.array([np.nan])], DAILY)
    with pytest.raises(PlanError, match="no observation"):
        forecast_series([np.array([])], DAILY)
    with pytest.raises(PlanError, match="2 dimensions"):
        forecast_series([np.ones((2, 2))], DAILY)
    with pytest.raises(PlanError, match="no series"):
        forecast_series([], DAILY)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"season": 0}, "season is 0"),
        ({"horizon": 0}, "horizon is 0"),
        ({"horizon": 2.5}, "horizon is 2.5"),
        ({"origins": -1}, "origins is -1"),
        ({"levels": (95,)}, "level is 95"),
        ({"method": "arima"}, "method 'arima' is not known"),
        ({"method": ()}, "is empty"),
    ],
)
def test_a_spec_that_means_nothing_is_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(PlanError, match=message):
        ForecastSpec(**({"season": 7, "horizon": 7} | arguments))


def test_no_origins_gives_a_forecast_without_scores() -> None:
    outlook = forecast_series([weeks(1)], ForecastSpec(season=52, horizon=4, origins=0))
    sound(outlook)
    assert np.isnan(outlook.wape[0])
    assert outlook.method == ("median",)
