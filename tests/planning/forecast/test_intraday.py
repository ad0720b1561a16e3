from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from xlplan.errors import PlanError
from xlplan.planning.forecast.accuracy import wape
from xlplan.planning.forecast.day_members import DAY_MEMBERS
from xlplan.planning.forecast.intraday import DayForecasts, forecast_days

WEEK = np.arange(1, 8)


def sound(outlook: DayForecasts) -> None:
    low_80, high_80 = outlook.bounds[0.8]
    low_95, high_95 = outlook.bounds[0.95]
    for values in (outlook.mean, low_80, high_80, low_95, high_95):
        assert np.isfinite(values).all()
        assert (values >= 0).all()
    assert (low_95 <= low_80).all()
    assert (low_80 <= outlook.mean).all()
    assert (outlook.mean <= high_80).all()
    assert (high_80 <= high_95).all()


def service(count: int, *, intervals: int = 48, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """A service that never closes: (count, intervals) calls and the ISO weekdays, from a Wednesday."""
    weekday = (np.arange(count) + 2) % 7 + 1
    by_day = np.array([1.2, 1.1, 1.0, 1.0, 0.9, 0.5, 0.4])[weekday - 1]
    by_hour = 20 * (1.1 - np.cos(2 * np.pi * np.arange(intervals) / intervals))
    return np.random.default_rng(seed).poisson(by_day[:, None] * by_hour).astype(float), weekday


def test_us_bank_two_weeks_ahead(bank: ModuleType) -> None:
    volume, weekday = bank.days()
    made: dict[str, list[np.ndarray]] = {"auto": [], "last_week": []}
    came = []
    for row in bank.origins(len(volume)):
        ahead = slice(row, row + bank.AHEAD)
        came.append(volume[ahead])
        for method, forecasts in made.items():
            outlook = forecast_days(volume[:row], weekday=weekday[:row], future_weekday=weekday[ahead], method=method)
            sound(outlook)
            forecasts.append(outlook.mean)
    assert len(came) == 17
    auto, naive = (wape(np.array(came), np.array(made[method])) for method in ("auto", "last_week"))
    assert auto <= naive
    assert auto <= 0.065


def test_a_service_that_never_closes() -> None:
    volume, weekday = service(70)
    future = (np.arange(70, 84) + 2) % 7 + 1
    outlook = forecast_days(volume, weekday=weekday, future_weekday=future)
    sound(outlook)
    expected = np.array([1.2, 1.1, 1.0, 1.0, 0.9, 0.5, 0.4])[future - 1] * 20 * 1.1 * 48
    np.testing.assert_allclose(outlook.totals, expected, rtol=0.08)
    assert outlook.wape < outlook.naive_wape
    assert outlook.window_forecast.shape == outlook.window_actual.shape == (6, 14)


def test_daily_data_is_one_interval_a_day() -> None:
    volume, weekday = service(70)
    outlook = forecast_days(volume.sum(axis=1)[:, None], weekday=weekday, future_weekday=WEEK)
    sound(outlook)
    assert outlook.mean.shape == (7, 1)


def test_one_day_is_repeated_on_its_weekday_and_others_were_never_open() -> None:
    outlook = forecast_days(np.array([[4.0, 6.0]]), weekday=np.array([1]), future_weekday=np.array([1, 2, 1]))
    np.testing.assert_array_equal(outlook.mean, [[4, 6], [0, 0], [4, 6]])
    assert np.isnan(outlook.wape)
    assert outlook.method == "median"


@pytest.mark.parametrize("closed", [np.nan, 0.0])
def test_a_weekday_never_open_is_zero(closed: float) -> None:
    volume, weekday = service(56)
    volume[weekday == 7] = closed
    outlook = forecast_days(volume, weekday=weekday, future_weekday=WEEK)
    sound(outlook)
    assert not outlook.mean[6].any()
    assert (outlook.totals[:6] > 0).all()


@pytest.mark.parametrize("method", [*DAY_MEMBERS, "auto"])
def test_a_weekday_that_is_not_in_the_history_is_zero_for_every_member(method: str) -> None:
    volume, weekday = service(56)
    open_days = weekday <= 5
    outlook = forecast_days(volume[open_days], weekday=weekday[open_days], future_weekday=WEEK, method=method)
    sound(outlook)
    assert not outlook.mean[5:].any()
    assert (outlook.totals[:5] > 0).all()


def test_a_closed_holiday_is_kept_out() -> None:
    volume, weekday = service(84)
    plain = forecast_days(volume, weekday=weekday, future_weekday=WEEK)
    volume[70] = 0
    holiday = forecast_days(volume, weekday=weekday, future_weekday=WEEK)
    np.testing.assert_allclose(holiday.totals, plain.totals, rtol=0.06)


def test_a_day_of_23_hours_is_not_a_day_without_night_calls() -> None:
    volume, weekday = service(56)
    short = volume.copy()
    short[-5, 4:6] = np.nan
    whole, spring = (forecast_days(v, weekday=weekday, future_weekday=WEEK) for v in (volume, short))
    np.testing.assert_allclose(spring.mean, whole.mean, rtol=0.05, atol=0.5)


def test_a_day_of_25_hours_does_not_double_the_night() -> None:
    volume, weekday = service(56)
    long = volume.copy()
    long[-5, 20:22] *= 8
    whole, autumn = (forecast_days(v, weekday=weekday, future_weekday=WEEK) for v in (volume, long))
    np.testing.assert_allclose(autumn.mean[:, 20:22], whole.mean[:, 20:22], rtol=0.05)


def test_an_interval_never_observed_is_zero() -> None:
    volume, weekday = service(28)
    volume[:, 3] = np.nan
    outlook = forecast_days(volume, weekday=weekday, future_weekday=WEEK)
    sound(outlook)
    assert not outlook.mean[:, 3].any()


def test_all_days_zero_is_zero() -> None:
    outlook = forecast_days(np.zeros((30, 4)), weekday=np.arange(30) % 7 + 1, future_weekday=WEEK)
    assert not outlook.mean.any()
    assert np.isnan(outlook.wape)


def test_growth_is_followed_better_than_by_last_week() -> None:
    volume, weekday = service(120, intervals=8)
    volume *= (1.01 ** np.arange(120))[:, None]
    outlook = forecast_days(volume, weekday=weekday, future_weekday=(np.arange(120, 134) + 2) % 7 + 1)
    assert outlook.wape < outlook.naive_wape


@settings(max_examples=40, deadline=None)
@given(
    arrays(
        float,
        st.tuples(st.integers(1, 40), st.integers(1, 6)),
        elements=st.one_of(st.just(np.nan), st.just(0.0), st.floats(0, 1e6)),
    ),
    st.integers(1, 7),
    st.integers(1, 15),
)
def test_any_days_with_an_observation_are_forecast(volume: np.ndarray, first: int, horizon: int) -> None:
    days = (np.arange(len(volume) + horizon) + first) % 7 + 1
    weekday, future = days[: len(volume)], days[len(volume) :]
    if np.isnan(volume).all():
        with pytest.raises(PlanError, match="no volume was observed"):
            forecast_days(volume, weekday=weekday, future_weekday=future)
    else:
        sound(forecast_days(volume, weekday=weekday, future_weekday=future))


def test_sums_of_weeks_come_from_paths() -> None:
    volume, weekday = service(84)
    outlook = forecast_days(volume, weekday=weekday, future_weekday=np.tile((np.arange(84, 91) + 2) % 7 + 1, 2))
    sums = outlook.sums(np.repeat([1, 2], 7))
    np.testing.assert_allclose(sums.mean, outlook.totals.reshape(2, 7).sum(axis=1))
    low, high = sums.bounds[0.95]
    assert (low < sums.mean).all()
    # Independent noise of intervals cancels out in a week: adding up bounds would be far too wide.
    added = (outlook.bounds[0.95][1] - outlook.bounds[0.95][0]).sum(axis=1).reshape(2, 7).sum(axis=1)
    assert (high - low < 0.5 * added).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"volume": np.array([[1.0, -2.0], [1, 1]])}, "day 1, interval 2: found -2"),
        ({"volume": np.array([[1.0, 1.0], [np.inf, 1]])}, "day 2, interval 1: found inf"),
        ({"volume": np.ones(2)}, "expected days x intervals"),
        ({"weekday": np.array([1])}, "1 weekdays"),
        ({"weekday": np.array([0, 1])}, "weekday must be"),
        ({"future_weekday": np.array([8])}, "future_weekday must be"),
        ({"future_weekday": np.array([], dtype=int)}, "future_weekday must be"),
        ({"method": "theta"}, "method 'theta' is not known"),
    ],
)
def test_what_cannot_be_forecast_is_refused(change: dict[str, object], message: str) -> None:
    arguments = {"volume": np.ones((2, 2)), "weekday": np.array([1, 2]), "future_weekday": np.array([3])} | change
    with pytest.raises(PlanError, match=message):
        forecast_days(arguments.pop("volume"), **arguments)
