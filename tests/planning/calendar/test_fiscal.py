"""Fiscal months: published year ends, pandas' 52-53 week year, and tie-outs.

Published: the National Retail Federation's 4-5-4 calendar (nrf.com/resources/4-5-4-calendar) and the lists of both
52-53-week methods in https://en.wikipedia.org/wiki/4-4-5_calendar.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.tseries.offsets import FY5253

from xlplan.errors import PlanError
from xlplan.planning.calendar import FiscalRule, fiscal_calendar, fiscal_months, weeks_in_year

YEARS = range(1990, 2060)
RULES = st.builds(
    FiscalRule,
    st.sampled_from(["calendar", "445", "454", "544"]),
    st.integers(1, 12),
    st.sampled_from(["nearest", "last"]),
    st.integers(1, 7),
)


def starts(rule: FiscalRule, years: range = YEARS) -> list[date]:
    return rule.year_starts(np.array(years)).astype(object).tolist()


@pytest.mark.parametrize(
    ("year", "first", "last", "weeks"),
    [
        (2012, date(2012, 1, 29), date(2013, 2, 2), 53),
        (2017, date(2017, 1, 29), date(2018, 2, 3), 53),
        (2022, date(2022, 1, 30), date(2023, 1, 28), 52),
        (2023, date(2023, 1, 29), date(2024, 2, 3), 53),
        (2024, date(2024, 2, 4), date(2025, 2, 1), 52),
        (2025, date(2025, 2, 2), date(2026, 1, 31), 52),
    ],
)
def test_nrf_retail_years(year: int, first: date, last: date, weeks: int) -> None:
    months = fiscal_calendar(year, FiscalRule("4-5-4", 2, week_start=7))
    assert months["start"].iloc[0].date() == first
    assert months["end"].iloc[-1].date() == last
    assert months["weeks"].tolist() == [4, 5, 4] * 3 + [4, 5, 4 + weeks - 52]
    assert months["fiscal_month"].iloc[[0, 11]].dt.strftime("%Y-%m").tolist() == [f"{year}-02", f"{year + 1}-01"]


@pytest.mark.parametrize(
    ("anchor", "ends"),
    [
        ("last", ["2006-08-26", "2007-08-25", "2008-08-30", "2009-08-29", "2010-08-28", "2011-08-27", "2012-08-25"]),
        ("nearest", ["2006-09-02", "2007-09-01", "2008-08-30", "2009-08-29", "2010-08-28", "2011-09-03", "2012-09-01"]),
    ],
)
def test_year_ends_on_saturday_in_august(anchor: str, ends: list[str]) -> None:
    rule = FiscalRule("445", 9, anchor, week_start=7)
    assert [str(day - timedelta(days=1)) for day in starts(rule, range(2006, 2013))] == ends


def test_nearest_monday_to_january_is_the_iso_year() -> None:
    assert starts(FiscalRule("445")) == [date.fromisocalendar(year, 1, 1) for year in YEARS]
    for year in (2020, 2025, 2026):
        assert fiscal_calendar(year, FiscalRule("544"))["weeks"].sum() == weeks_in_year(year)


@pytest.mark.parametrize("anchor", ["nearest", "last"])
@pytest.mark.parametrize("first", [1, 2, 4, 7, 10])
@pytest.mark.parametrize("week_start", [1, 6, 7])
def test_year_starts_against_pandas(anchor: str, first: int, week_start: int) -> None:
    ends_weekday = (week_start - 2) % 7
    offset = FY5253(weekday=ends_weekday, startingMonth=(first - 2) % 12 + 1, variation=anchor)
    days = pd.date_range("1990-01-01", "2059-12-31")
    pandas_starts = [day.date() + timedelta(days=1) for day in days if offset.is_on_offset(day)]
    ours = starts(FiscalRule("445", first, anchor, week_start))
    inside = [day for day in ours if date(1990, 1, 2) <= day <= date(2060, 1, 1)]
    assert inside == [day for day in pandas_starts if day <= ours[-1]]
    assert len(inside) >= 69


@pytest.mark.parametrize(("pattern", "weeks"), [("445", [4, 4, 5]), ("454", [4, 5, 4]), ("544", [5, 4, 4])])
def test_leap_week_goes_to_the_last_month(pattern: str, weeks: list[int]) -> None:
    plain, leap = (fiscal_calendar(year, FiscalRule(pattern))["weeks"].tolist() for year in (2025, 2026))
    assert plain == weeks * 4
    assert leap == [*(weeks * 4)[:-1], weeks[-1] + 1]
    assert fiscal_months([date(2026, 12, 31), date(2027, 1, 3), date(2027, 1, 4)], FiscalRule(pattern)).astype(
        "datetime64[M]"
    ).astype(str).tolist() == ["2026-12", "2026-12", "2027-01"]


@given(RULES, st.integers(1971, 2100))
def test_fiscal_year_tiles(rule: FiscalRule, year: int) -> None:
    months = fiscal_calendar(year, rule)
    assert len(months) == 12
    assert (months["start"].iloc[1:].to_numpy() == (months["end"].iloc[:-1] + pd.Timedelta(days=1)).to_numpy()).all()
    following = fiscal_calendar(year + 1, rule)
    assert following["start"].iloc[0] == months["end"].iloc[-1] + pd.Timedelta(days=1)
    labels = pd.period_range(f"{year}-{rule.first_month:02d}", periods=12, freq="M")
    assert months["fiscal_month"].dt.to_period("M").tolist() == labels.tolist()
    if rule.by_weeks:
        assert months["days"].sum() in (364, 371)
        assert (months["start"].dt.day_of_week == rule.week_start - 1).all()
    else:
        assert (months["start"] == months["fiscal_month"]).all()


def scalar_fiscal_month(day: date, rule: FiscalRule) -> date:
    """The definition, month by month: the last fiscal month whose start is not after the day."""
    table = pd.concat([fiscal_calendar(day.year + k, rule) for k in (-2, -1, 0, 1)])
    return table.loc[table["start"] <= pd.Timestamp(day), "fiscal_month"].iloc[-1].date()


@given(RULES, st.lists(st.dates(date(1971, 1, 1), date(2100, 1, 1)), min_size=1, max_size=5))
def test_vector_against_scalar(rule: FiscalRule, days: list[date]) -> None:
    assert fiscal_months(days, rule).astype(object).tolist() == [scalar_fiscal_month(day, rule) for day in days]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"pattern": "455"}, "type calendar, 445, 454 or 544"),
        ({"anchor": "first"}, "type nearest or last"),
        ({"first_month": 0}, "1 = January to 12"),
        ({"week_start": 8}, "1 = Monday to 7 = Sunday"),
    ],
)
def test_unknown_rules_are_refused(rule: dict[str, object], words: str) -> None:
    with pytest.raises(PlanError, match=words):
        FiscalRule(**rule)  # type: ignore[arg-type]
