"""A typical week in a period: tie-outs with the days and hours that the period really has."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlplan.errors import PlanError
from xlplan.planning.calendar import (
    build_periods,
    hours_in_day,
    interval_occurrences,
    occurrences,
    typical_week_occurrences,
)

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Australia/Sydney", "Asia/Kathmandu"]
DATES = st.dates(date(2000, 1, 1), date(2050, 1, 1))


@given(DATES, st.integers(0, 400), st.lists(st.integers(-5, 405), max_size=20))
def test_weekdays_against_counting(start: date, length: int, offsets: list[int]) -> None:
    closed = [start + timedelta(days=n) for n in offsets]
    end = start + timedelta(days=length)
    days = [start + timedelta(days=n) for n in range(length + 1)]
    expected = [sum(day.isoweekday() == k and day not in closed for day in days) for k in range(1, 8)]
    assert occurrences(start, end, closed_dates=closed).tolist() == expected


def test_an_end_before_its_start_is_refused() -> None:
    with pytest.raises(PlanError, match="end 2026-01-01 before the start 2026-01-02"):
        occurrences(date(2026, 1, 2), date(2026, 1, 1))


@settings(max_examples=40)
@given(
    DATES.map(lambda day: day - timedelta(days=day.weekday())),
    st.sampled_from(["4w", "13w+3m", "3w+14m"]),
    st.sampled_from(ZONES),
    st.sampled_from([30, 60]),
    st.lists(st.integers(0, 200), max_size=8),
)
def test_hours_tie_out(start: date, grain: str, zone: str, interval_min: int, offsets: list[int]) -> None:
    periods = build_periods(start, grain)
    closed = [start + timedelta(days=n) for n in offsets]
    often = typical_week_occurrences(periods, interval_min=interval_min, time_zone=zone, closed_dates=closed)
    assert often.shape == (len(periods), 7, 1440 // interval_min)
    for row, period in enumerate(periods.itertuples()):
        days = [period.start.date() + timedelta(days=n) for n in range(period.days)]
        worked = [day for day in days if day not in closed]
        assert often[row].sum() * interval_min / 60 == pytest.approx(hours_in_day(worked, zone).sum(), abs=1e-9)
        counted = np.zeros((7, 1440 // interval_min))
        for day in worked:
            counted[day.weekday()] += interval_occurrences([day], interval_min, time_zone=zone)[0]
        assert often[row] == pytest.approx(counted, abs=1e-9)


def test_without_clock_changes_it_is_the_weekday_count() -> None:
    periods = build_periods(date(2026, 2, 2), "4w+2m")
    closed = [date(2026, 2, 16), date(2026, 4, 3)]
    often = typical_week_occurrences(periods, interval_min=60, time_zone="Asia/Kathmandu", closed_dates=closed)
    for row, period in enumerate(periods.itertuples()):
        count = occurrences(period.start.date(), period.end.date(), closed_dates=closed)
        assert (often[row] == count[:, None]).all()
