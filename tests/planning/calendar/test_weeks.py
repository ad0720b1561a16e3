"""ISO weeks against the standard library."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlplan.errors import PlanError
from xlplan.planning.calendar import iso_week_ids, iso_week_start, iso_weekday, weeks_in_year

# ISO 8601 long years of the first half of the century (https://en.wikipedia.org/wiki/ISO_week_date).
LONG_YEARS = {2004, 2009, 2015, 2020, 2026, 2032, 2037, 2043, 2048}


def test_every_day_of_a_400_year_cycle() -> None:
    days = np.arange("1900-01-01", "2300-01-01", dtype="datetime64[D]")
    python = [day.isocalendar() for day in days.tolist()]
    assert iso_week_ids(days).tolist() == [f"{year}-W{week:02d}" for year, week, _ in python]
    assert iso_weekday(days).tolist() == [weekday for _, _, weekday in python]


def test_long_years() -> None:
    assert {year for year in range(2000, 2051) if weeks_in_year(year) == 53} == LONG_YEARS


@given(st.dates(date(1000, 1, 1), date(9000, 1, 1)))
def test_week_id_and_back(day: date) -> None:
    start = iso_week_start(iso_week_ids([day])[0]).astype(object)
    assert start == day - timedelta(days=day.weekday())


@pytest.mark.parametrize("text", ["2026-W54", "2025-W53", "2026-W00"])
def test_weeks_that_a_year_lacks(text: str) -> None:
    with pytest.raises(PlanError, match=r"has weeks 1 to 5[23]"):
        iso_week_start(text)


@pytest.mark.parametrize("text", ["2026W07", "2026-W7", "2026-07", "W07", ""])
def test_no_week_id(text: str) -> None:
    with pytest.raises(PlanError, match="type a week such as 2026-W07"):
        iso_week_start(text)
