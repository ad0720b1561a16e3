"""Volumes to every grain with one total, and the grain of a file's stamps."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlplan.errors import PlanError
from xlplan.planning.calendar import FiscalRule, Grain, build_periods, infer_grain, interval_to_period, local_grid
from xlplan.planning.calendar.rollup import GRAINS

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
MONDAYS = st.dates(date(2000, 1, 1), date(2050, 1, 1)).map(lambda day: day - timedelta(days=day.weekday()))
DATES = st.dates(date(2000, 1, 1), date(2050, 1, 1))


@given(
    MONDAYS,
    st.integers(1, 120),
    st.sampled_from([30, 60]),
    st.sampled_from(ZONES),
    st.sampled_from(["calendar", "445", "454", "544"]),
    st.integers(1, 12),
    st.integers(0, 2**32 - 1),
)
def test_all_grains_have_one_total(
    start: date, days: int, interval_min: int, zone: str, pattern: str, first: int, seed: int
) -> None:
    grid = local_grid([start + timedelta(days=n) for n in range(days)], interval_min=interval_min, time_zone=zone)
    volume = np.random.default_rng(seed).poisson(20, len(grid))
    periods = build_periods(start, "13w+4m")
    sums = {
        to: interval_to_period(grid["start"], volume, to=to, fiscal=FiscalRule(pattern, first), periods=periods)
        for to in GRAINS
    }
    for table in sums.values():
        assert table["volume"].sum() == volume.sum()
        assert table["rows"].sum() == len(grid)
        assert table["label"].is_unique
        assert table["start"].is_monotonic_increasing
    # Days carry every coarser grain: summing days gives what summing intervals gives.
    day = sums["day"]
    for to in GRAINS:
        again = interval_to_period(
            day["start"], day["volume"], to=to, fiscal=FiscalRule(pattern, first), periods=periods
        )
        pd.testing.assert_frame_equal(again.drop(columns="rows"), sums[to].drop(columns="rows"))
    if pattern == "calendar":
        pd.testing.assert_frame_equal(sums["fiscal_month"], sums["month"])


def test_labels_and_starts() -> None:
    starts = [date(2026, 12, 27), date(2026, 12, 28), date(2027, 1, 3), date(2027, 1, 4)]
    volume = [1, 2, 4, 8]
    week = interval_to_period(starts, volume, to="week")
    assert dict(zip(week["label"], week["volume"], strict=True)) == {"2026-W52": 1, "2026-W53": 6, "2027-W01": 8}
    month = interval_to_period(starts, volume, to="month")
    assert dict(zip(month["label"], month["volume"], strict=True)) == {"2026-12": 3, "2027-01": 12}
    fiscal = interval_to_period(starts, volume, to="fiscal_month", fiscal=FiscalRule("445"))
    assert dict(zip(fiscal["label"], fiscal["volume"], strict=True)) == {"2026-12": 7, "2027-01": 8}
    day = interval_to_period(starts, volume, to="day")
    assert day["label"].tolist() == [str(start) for start in starts]


def test_a_missing_day_is_no_zero() -> None:
    day = interval_to_period([date(2026, 1, 1), date(2026, 1, 3)], [0, 5], to="day")
    assert day["label"].tolist() == ["2026-01-01", "2026-01-03"]


@pytest.mark.parametrize("to", ["day", "week", "month", "fiscal_month"])
def test_no_rows_give_no_labels(to: str) -> None:
    table = interval_to_period([], [], to=to)
    assert len(table) == 0
    assert table["volume"].sum() == 0.0


@pytest.mark.parametrize(
    ("volume", "words"),
    [
        ([1.0, np.nan], "found nan in row 2"),
        ([1.0, -2.0], "found -2.0 in row 2"),
        ([np.inf, 1.0], "found inf in row 1"),
        (["3", 1.0], "found 3 in row 1"),
        ([1.0], "1 volumes for 2 starts"),
    ],
)
def test_wrong_volumes_are_refused(volume: list[float], words: str) -> None:
    with pytest.raises(PlanError, match=words):
        interval_to_period([date(2026, 1, 1), date(2026, 1, 2)], volume, to="week")


def test_wrong_targets_are_refused() -> None:
    with pytest.raises(PlanError, match="give day, week, month, fiscal_month, period"):
        interval_to_period([date(2026, 1, 1)], [1], to="quarter")
    with pytest.raises(PlanError, match="give tblPeriod"):
        interval_to_period([date(2026, 1, 1)], [1], to="period")
    with pytest.raises(PlanError, match="outside the horizon"):
        interval_to_period([date(2026, 1, 1)], [1], to="period", periods=build_periods(date(2026, 2, 1), "1m"))


@given(
    DATES,
    st.sampled_from([5, 10, 15, 20, 30, 60, 120]),
    st.integers(4, 200),
    st.sets(st.integers(0, 199)),
    st.randoms(use_true_random=False),
)
def test_interval_grain(start: date, minutes: int, count: int, gaps: set[int], random: object) -> None:
    first = np.datetime64(start, "us")
    starts = first + np.arange(count) * np.timedelta64(minutes, "m")
    kept = [k for k in range(count) if k not in gaps or k < 4]
    if np.bincount(np.diff(kept)).argmax() != 1:
        return
    column = np.repeat(starts[kept], 2)
    random.shuffle(column)  # type: ignore[attr-defined]
    assert infer_grain(column) == Grain("interval", minutes=minutes)


@given(DATES, st.integers(2, 100))
def test_day_week_and_month_grain(start: date, count: int) -> None:
    assert infer_grain([start + timedelta(days=n) for n in range(count)]) == Grain("day")
    weeks = [start + timedelta(days=7 * n) for n in range(count)]
    assert infer_grain(weeks[::-1]) == Grain("week", week_start=start.isoweekday())
    months = pd.date_range(start.replace(day=1), periods=count, freq="MS")
    assert infer_grain(months) == Grain("month")


@pytest.mark.parametrize("zone", ZONES)
def test_half_hours_across_clock_changes(zone: str) -> None:
    grid = local_grid(np.arange("2026-01-01", "2027-01-01", dtype="M8[D]"), interval_min=30, time_zone=zone)
    assert infer_grain(grid["start"]) == Grain("interval", minutes=30)


def test_business_days_and_missing_weeks_are_regular() -> None:
    assert infer_grain(pd.bdate_range("2026-01-01", "2026-02-01")) == Grain("day")
    weeks = ["2026-01-05", "2026-01-12", "2026-02-02", "2026-02-09"]
    assert infer_grain(np.array(weeks, "M8[D]")) == Grain("week", week_start=1)


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["2026-01-05"], "found 1 start, expected two or more"),
        ([], "found 0 start"),
        (["2026-01-05", "2026-01-05"], "found 1 start"),
        (["2026-01-05T09:00", "2026-01-05T09:30", "2026-01-05T10:07", "2026-01-05T10:30"], r"10:07 \(row 3\)"),
        (["2026-01-05T00:15", "2026-01-05T01:15", "2026-01-05T02:15"], "every 60 minutes from local midnight"),
        (["2026-01-05", "2026-01-12", "2026-01-20", "2026-01-26", "2026-02-02"], r"2026-01-20.*row 3.*on a Monday"),
        (["2026-01-31", "2026-02-28", "2026-03-31"], "start on the 1st"),
        (["2026-01-01", "2026-04-01", "2026-07-01"], "steps of mostly 9[01] days"),
        (["2026-01-01", "2026-01-15", "2026-01-29"], "steps of mostly 14 days"),
        (["2026-01-05T08:00", "2026-01-06T08:00", "2026-01-07T08:00"], r"08:00 \(row 1\).*whole dates"),
        (["2026-01-05T00:00:00", "2026-01-05T00:00:01", "2026-01-05T00:00:02"], "5 or more"),
        (["2026-01-05T00:00", "2026-01-05T00:07", "2026-01-05T00:14"], "that divide a day"),
    ],
)
def test_irregular_stamps_are_named(texts: list[str], words: str) -> None:
    with pytest.raises(PlanError, match=words):
        infer_grain(np.array(texts, "datetime64[us]"))


def test_long_lists_are_cut_to_five() -> None:
    good = np.datetime64("2026-01-05", "us") + np.arange(100) * np.timedelta64(30, "m")
    bad = np.datetime64("2026-01-10T00:07", "us") + np.arange(9) * np.timedelta64(1, "D")
    with pytest.raises(PlanError, match=r"\(row 105\) \.\.\. 9 in all"):
        infer_grain(np.concatenate([good, bad]))
