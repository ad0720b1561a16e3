"""Dates, grain, the frame and the cell formula."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from xlplan.errors import PlanError
from xlplan.planning.forecast.engine import ForecastSpec, forecast_series
from xlplan.planning.forecast.frame import forecast, gaps
from xlplan.planning.forecast.grain import infer_grain, iso_weekday, parse_grain
from xlplan.planning.forecast.intraday import forecast_days
from xlplan.planning.forecast.values import forecast_values, to_dates

COLUMNS = ["unique_id", "ds", "mean", "low_80", "high_80", "low_95", "high_95", "method"]


def table(dates: pd.DatetimeIndex, *, seed: int = 0, name: str = "chat") -> pd.DataFrame:
    calls = np.random.default_rng(seed).poisson(80, len(dates)).astype(float)
    return pd.DataFrame({"unique_id": name, "ds": dates, "y": calls})


def checked(outlook: pd.DataFrame) -> pd.DataFrame:
    assert list(outlook.columns) == COLUMNS
    assert not outlook.isna().any().any()
    assert (outlook["low_95"] >= 0).all()
    for low, high in zip(COLUMNS[2:], ["high_80", None, None, None], strict=False):
        assert high is None or (outlook[low] <= outlook[high]).all()
    assert (outlook["low_95"] <= outlook["low_80"]).all()
    assert (outlook["low_80"] <= outlook["mean"]).all()
    assert (outlook["high_80"] <= outlook["high_95"]).all()
    return outlook


@pytest.mark.parametrize(
    ("freq", "name"),
    [
        ("5min", "5min"),
        ("15min", "15min"),
        ("30min", "30min"),
        ("60min", "60min"),
        ("D", "day"),
        ("7D", "week"),
        ("W-SUN", "week"),
        ("MS", "month"),
        ("ME", "month"),
        ("B", "day"),
    ],
)
def test_grain_is_found(freq: str, name: str) -> None:
    dates = pd.date_range("2025-01-01", periods=400, freq=freq).to_numpy(dtype="datetime64[s]")
    assert infer_grain(dates).name == name
    assert infer_grain(np.delete(dates, [3, 50, 51])[::-1]).name == name


@pytest.mark.parametrize(
    "dates",
    [
        ["2025-01-01T00:00", "2025-01-01T00:30", "2025-01-01T00:37"],
        ["2025-01-01T00:00", "2025-01-01T06:00", "2025-01-01T12:00"],
        ["2025-01-01T00:00", "2025-01-02T00:00", "2025-01-03T07:13"],
    ],
)
def test_irregular_dates_are_refused(dates: list[str]) -> None:
    with pytest.raises(PlanError, match="dates are irregular"):
        infer_grain(np.array(dates, dtype="datetime64[s]"))


def test_freq_by_name() -> None:
    assert [parse_grain(freq).name for freq in ("D", "w", "MS", "h", "15min")] == [
        "day", "week", "month", "60min", "15min",
    ]  # fmt: skip
    for bad in ("7min", "120min", "min", "Q", "1min", ""):
        with pytest.raises(PlanError, match="is not known"):
            parse_grain(bad)


def test_iso_weekday_against_pandas() -> None:
    dates = pd.date_range("1960-01-01", periods=30_000, freq="D")
    np.testing.assert_array_equal(iso_weekday(dates.to_numpy()), dates.isocalendar().day)


def test_serial_dates() -> None:
    assert to_dates([1, 45658, 45658 + 23 / 48], where="dates").astype(str).tolist() == [
        "1899-12-31T00:00:00",
        "2025-01-01T00:00:00",
        "2025-01-01T11:30:00",
    ]
    for bad in (0.0, -5.0, np.nan, np.inf, 3e6):
        with pytest.raises(PlanError, match="expected a date"):
            to_dates([45658, bad], where="dates")
    with pytest.raises(PlanError, match="row 1, expected a date"):
        to_dates(np.array(["NaT"], dtype="datetime64[s]"), where="dates")


def test_weekly_frame_is_the_engine() -> None:
    weeks = pd.date_range("2022-01-03", periods=156, freq="7D")
    long = pd.concat([table(weeks, seed=1), table(weeks, seed=2, name="voice")])
    outlook = checked(forecast(long, 13))
    assert outlook["ds"].min() == weeks[-1] + pd.Timedelta(days=7)
    expected = forecast_series([part["y"].to_numpy() for _, part in long.groupby("unique_id")], ForecastSpec(52, 13))
    np.testing.assert_allclose(outlook["mean"], expected.mean.ravel())
    assert outlook["unique_id"].tolist() == ["chat"] * 13 + ["voice"] * 13


def test_week_53_is_a_week_like_any_other() -> None:
    weeks = pd.date_range("2018-01-01", "2021-02-22", freq="7D")
    assert 53 in weeks.isocalendar().week.tolist()
    outlook = checked(forecast(table(weeks), 8))
    assert outlook["ds"].diff().dropna().eq(pd.Timedelta(days=7)).all()


@pytest.mark.parametrize("freq", ["MS", "ME"])
def test_monthly_frame(freq: str) -> None:
    months = pd.date_range("2020-01-01", periods=49, freq=freq)
    outlook = checked(forecast(table(months[:48]), 6))
    assert outlook["ds"].iloc[0] == months[48]


def test_daily_frame_takes_the_better_back_test() -> None:
    days = pd.date_range("2025-01-01", periods=120, freq="D")
    long = table(days)
    outlook = checked(forecast(long, 14))
    weekday = iso_weekday(pd.date_range("2025-01-01", periods=134, freq="D").to_numpy())
    calls = long["y"].to_numpy()
    by_days = forecast_days(calls[:, None], weekday=weekday[:120], future_weekday=weekday[120:])
    by_series = forecast_series([calls], ForecastSpec(7, 14))
    expected = by_days.totals if by_days.wape < by_series.wape[0] else by_series.mean[0]
    np.testing.assert_allclose(outlook["mean"], expected)


def test_interval_frame_covers_the_observed_intervals_of_each_day(bank: ModuleType) -> None:
    dates, calls = bank.read_calls()
    outlook = checked(forecast(pd.DataFrame({"unique_id": "bank", "ds": dates, "y": calls}), 7))
    assert len(outlook) == 7 * bank.HALF_HOURS
    assert outlook["ds"].iloc[0] == pd.Timestamp("2003-10-25 07:00")
    by_day = outlook.groupby(outlook["ds"].dt.day_of_week)["mean"].sum()
    assert by_day[[5, 6]].eq(0).all()
    assert by_day[:5].gt(1000).all()


def test_an_earlier_end_is_a_gap_not_an_earlier_forecast() -> None:
    weeks = pd.date_range("2023-01-02", periods=100, freq="7D")
    long = pd.concat([table(weeks), table(weeks[:90], name="email")])
    outlook = checked(forecast(long, 4))
    assert outlook.groupby("unique_id")["ds"].min().nunique() == 1
    missing = gaps(long)
    assert missing["unique_id"].tolist() == ["email"] * 10
    assert missing["ds"].tolist() == weeks[90:].tolist()


def test_gaps_lists_absent_and_blank_periods() -> None:
    days = pd.date_range("2025-01-01", periods=30, freq="D")
    long = table(days).drop(index=[4, 5])
    long.loc[9, "y"] = np.nan
    assert gaps(long)["ds"].tolist() == days[[4, 5, 9]].tolist()
    checked(forecast(long, 3))


def test_gaps_of_intervals_do_not_list_closed_hours() -> None:
    times = pd.date_range("2025-01-06", periods=5 * 48, freq="30min")
    opened = times[(times.hour >= 8) & (times.hour < 18)]
    long = table(opened).drop(index=[7])
    assert gaps(long)["ds"].tolist() == [opened[7]]


def test_the_order_of_rows_does_not_matter() -> None:
    long = pd.concat(
        table(pd.date_range("2023-01-02", periods=80, freq="7D"), seed=n, name=f"queue {n}") for n in range(3)
    )
    pd.testing.assert_frame_equal(forecast(long, 5), forecast(long.sample(frac=1, random_state=1), 5))


def test_frames_that_cannot_be_forecast_are_refused() -> None:
    weeks = pd.date_range("2025-01-06", periods=10, freq="7D")
    good = table(weeks)
    for bad, message in (
        (good.drop(columns="y"), "column y is missing"),
        (good.iloc[:0], "no rows"),
        (pd.concat([good, good.iloc[[2]]]), "1 rows are there twice, first chat 2025-01-20"),
        (good.assign(ds=good["ds"].astype(str)), "expected dates"),
        (good.assign(ds=good["ds"].dt.tz_localize("Europe/Berlin")), "carries a time zone"),
        (good.assign(y="many"), "expected numbers"),
        (good.assign(y=-1.0), "series chat: found -1"),
        (good.assign(y=np.nan), "series chat: no observation"),
        (good.assign(unique_id=None), "unique_id has blanks"),
        (good.iloc[:1], "one date has no grain"),
    ):
        with pytest.raises(PlanError, match=message):
            forecast(bad, 2)
    with pytest.raises(PlanError, match="not known for periods of a week"):
        forecast(good, 2, method="factors_8")
    with pytest.raises(PlanError, match="whole number of periods"):
        forecast(table(pd.date_range("2025-01-06", periods=9, freq="D")), 2, freq="W")
    assert len(forecast(good.iloc[:1], 2, freq="W")) == 2


def test_interval_frames_refuse_a_season_and_an_empty_series() -> None:
    times = pd.date_range("2025-01-06", periods=96, freq="30min")
    with pytest.raises(PlanError, match="season from the calendar"):
        forecast(table(times), 2, season=48)
    with pytest.raises(PlanError, match="series chat: no observation"):
        forecast(table(times).assign(y=np.nan), 2)
    with pytest.raises(PlanError, match="not known for periods of a 30min"):
        forecast(table(times), 2, method="theta")


@pytest.mark.parametrize("freq", ["7D", "MS", "D", "30min"])
def test_a_cell_and_the_frame_agree(freq: str) -> None:
    dates = pd.date_range("2024-01-01", periods=480, freq=freq)
    long = table(dates)
    outlook = forecast(long, 5)
    got = forecast_values(long["y"], dates.to_numpy(), outlook["ds"].to_numpy())
    np.testing.assert_allclose(got, outlook["mean"], rtol=1e-9)


def test_a_cell_takes_serials_and_targets_in_any_order_and_shape() -> None:
    serials = 45663 + 7 * np.arange(60)
    calls = np.random.default_rng(1).poisson(100, 60)
    plain = forecast_values(calls, serials, serials[-1] + 7 * np.arange(1, 5))
    mixed = forecast_values(calls[::-1], serials[::-1], serials[-1] + 7 * np.array([[4, 1], [2, 3]]))
    np.testing.assert_array_equal(mixed, plain[[3, 0, 1, 2]].reshape(2, 2))


def test_a_range_of_one_cell() -> None:
    assert forecast_values(12.0, 45663, 45670).tolist() == [12.0]


def test_cells_that_cannot_be_forecast_are_refused() -> None:
    serials = 45663.0 + 7 * np.arange(10)
    calls = np.full(10, 5.0)
    for arguments, message in (
        ((calls[:9], serials, [45740]), "9 values, 10 dates"),
        ((calls, serials, []), "0 target dates"),
        ((calls, np.append(serials[:9], serials[0]), [45740]), "is there 2 times"),
        ((calls, serials, [45700]), "is not after the history"),
        ((calls, serials, [45735]), "not a whole number of periods"),
        ((-calls, serials, [45733]), "found -5 in period 1"),
        ((calls * np.nan, serials, [45733]), "no observation"),
    ):
        with pytest.raises(PlanError, match=message):
            forecast_values(*arguments)
    with pytest.raises(PlanError, match="method 'arima' is not known"):
        forecast_values(calls, serials, [45733], method="arima")


def test_a_cell_formula_imports_neither_pandas_nor_scipy() -> None:
    code = (
        "import sys; from xlplan.planning.forecast.values import forecast_values;"
        "forecast_values([1.0, 2, 1, 2], [45663, 45664, 45665, 45666], [45667]);"
        "sys.exit('pandas' in sys.modules or 'scipy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
