"""Planning periods: ids, grains, the stub, the start's weekday, and what ties to what."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlplan.errors import PlanError
from xlplan.planning.calendar import bill_weights, build_periods, fiscal_weights, parse_pattern, period_index
from xlplan.planning.calendar.fiscal import FiscalRule

MONDAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1)).map(lambda day: day - timedelta(days=day.weekday()))
FIRSTS = st.dates(date(1990, 1, 1), date(2090, 1, 1)).map(lambda day: day.replace(day=1))
PATTERNS = st.sampled_from(["calendar", "445", "454", "544"])


@st.composite
def plans(draw: st.DrawFn) -> tuple[date, str]:
    weeks, months = draw(st.integers(0, 60)), draw(st.integers(0, 30))
    if weeks and months:
        return draw(MONDAYS), f"{weeks}w+{months}m"
    if weeks:
        return draw(MONDAYS), f"{weeks}w"
    return draw(FIRSTS), f"{months or 1}m"


def horizon(periods: pd.DataFrame) -> list[date]:
    first, last = periods["start"].iloc[0].date(), periods["end"].iloc[-1].date()
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def test_reference_plan_by_hand() -> None:
    periods = build_periods(date(2026, 1, 5), "13w+15m")
    assert periods["period"].tolist() == [
        *(f"2026-W{week:02d}" for week in range(2, 15)),
        "2026-04s",
        *(f"2026-{month:02d}" for month in range(5, 13)),
        *(f"2027-{month:02d}" for month in range(1, 8)),
    ]
    stub = periods.iloc[13]
    assert (stub["start"].date(), stub["end"].date(), stub["grain"]) == (date(2026, 4, 6), date(2026, 4, 30), "month")
    assert stub["month_fraction"] == pytest.approx(25 / 30, abs=1e-15)
    assert stub["working_days"] == 19
    assert periods["seq"].tolist() == list(range(1, 30))
    assert periods["iso_week"].notna().sum() == 13
    assert periods["iso_week"].iloc[0] == "2026-W02"


def test_no_stub_where_the_weeks_end_a_month() -> None:
    periods = build_periods(date(2025, 6, 2), "13w+15m")
    assert periods["period"].iloc[12:14].tolist() == ["2025-W35", "2025-09"]
    assert len(periods) == 28


def test_a_stub_of_one_day() -> None:
    periods = build_periods(date(2026, 6, 1), "13w+2m")
    assert periods["period"].tolist()[13:] == ["2026-08s", "2026-09", "2026-10"]
    assert periods["days"].tolist()[13:] == [1, 30, 31]


def test_13w_15m_covers_18_months_and_at_most_one_more() -> None:
    for monday in pd.date_range("2000-01-03", "2028-12-25", freq="7D"):
        periods = build_periods(monday.date(), "13w+15m")
        end = periods["end"].iloc[-1]
        # The documented exception: no stub, because three months of 92 days follow a start on the 2nd.
        short = monday.day == 2 and len(periods) == 28
        assert end >= monday + pd.DateOffset(months=18) - pd.Timedelta(days=1 + short)
        assert end <= monday + pd.DateOffset(months=19)


def test_week_53_gets_its_own_period() -> None:
    assert build_periods(date(2026, 12, 21), "3w")["period"].tolist() == ["2026-W52", "2026-W53", "2027-W01"]
    assert build_periods(date(2020, 12, 28), "2w")["period"].tolist() == ["2020-W53", "2021-W01"]


def test_leap_february() -> None:
    february = build_periods(date(2028, 2, 1), "1m").iloc[0]
    assert (february["days"], february["month_fraction"], february["working_days"]) == (29, 1.0, 21)


@given(plans())
def test_periods_cover_every_day_once(plan: tuple[date, str]) -> None:
    periods = build_periods(*plan)
    days = horizon(periods)
    assert days[0] == plan[0]
    assert periods["days"].sum() == len(days)
    index = period_index(days, periods)
    assert np.array_equal(np.bincount(index), periods["days"])
    assert (np.diff(index) >= 0).all()
    assert periods["period"].is_unique
    assert periods["start"].dtype == periods["end"].dtype == periods["fiscal_month"].dtype == "datetime64[us]"


@given(plans())
def test_columns_against_counting_days(plan: tuple[date, str]) -> None:
    periods = build_periods(*plan)
    for row in periods.itertuples():
        days = [row.start.date() + timedelta(days=n) for n in range(row.days)]
        assert days[-1] == row.end.date()
        assert row.working_days == sum(day.isoweekday() <= 5 for day in days)
        share = sum(1 / calendar.monthrange(day.year, day.month)[1] for day in days)
        assert row.month_fraction == pytest.approx(share, abs=1e-12)
        assert row.fiscal_month.date() == days[-1].replace(day=1)
        if row.grain == "week":
            year, week, _ = days[0].isocalendar()
            assert row.period == row.iso_week == f"{year}-W{week:02d}"
            assert len(days) == 7
        else:
            full = days[0].day == 1
            assert row.period == f"{days[0]:%Y-%m}" + ("" if full else "s")
            assert (row.month_fraction == 1.0) == full
            assert pd.isna(row.iso_week)


@given(plans())
def test_month_fractions_add_up_to_months(plan: tuple[date, str]) -> None:
    periods = build_periods(*plan)
    exact = sum(1 / calendar.monthrange(day.year, day.month)[1] for day in horizon(periods))
    assert periods["month_fraction"].sum() == pytest.approx(exact, rel=1e-12)


@given(plans())
def test_bill_weights_tie_out(plan: tuple[date, str]) -> None:
    periods = build_periods(*plan)
    bill = bill_weights(periods)
    assert (bill.groupby("period")["weight"].sum() == 1.0).all()
    assert bill.groupby("period", sort=False)["days"].sum().tolist() == periods["days"].tolist()
    assert not bill.duplicated(["period", "bill_month"]).any()
    counted = pd.Series(pd.to_datetime(horizon(periods))).dt.to_period("M").value_counts()
    assert {pd.Period(m, "M"): d for m, d in bill.groupby("bill_month")["days"].sum().items()} == counted.to_dict()
    length = bill["period"].map(periods.set_index("period")["days"])
    assert np.allclose(bill["weight"], bill["days"] / length, rtol=0, atol=1e-15)


@given(plans(), PATTERNS, st.integers(1, 12), st.sampled_from(["nearest", "last"]), st.integers(1, 7))
def test_fiscal_weights_tie_out(plan: tuple[date, str], pattern: str, first: int, anchor: str, weekday: int) -> None:
    rule = FiscalRule(pattern, first, anchor, weekday)
    periods = build_periods(*plan)
    split = fiscal_weights(periods, rule)
    assert (split.groupby("period")["weight"].sum() == 1.0).all()
    assert split.groupby("period", sort=False)["days"].sum().tolist() == periods["days"].tolist()
    if pattern == "calendar":
        assert np.array_equal(split.to_numpy(), bill_weights(periods).to_numpy())


@given(FIRSTS, st.sampled_from(["445", "454", "544"]), st.integers(1, 12), st.sampled_from(["nearest", "last"]))
def test_full_months_keep_their_own_name_in_week_based_years(day: date, pattern: str, first: int, anchor: str) -> None:
    periods = build_periods(day, "30m", fiscal_pattern=pattern, fiscal_year_start=first, fiscal_anchor=anchor)
    assert (periods["fiscal_month"] == periods["start"]).all()


def test_a_week_takes_the_fiscal_month_of_its_last_day() -> None:
    by_calendar = build_periods(date(2026, 1, 26), "1w")
    assert by_calendar["fiscal_month"].iloc[0] == pd.Timestamp("2026-02-01")
    by_weeks = build_periods(date(2026, 1, 19), "2w", fiscal_pattern="4-4-5")
    assert by_weeks["fiscal_month"].tolist() == [pd.Timestamp("2026-01-01"), pd.Timestamp("2026-02-01")]


@pytest.mark.parametrize("text", ["13w+15m", "13W + 15M", " 13w+15m "])
def test_pattern_is_read_whatever_its_case_and_spaces(text: str) -> None:
    assert (parse_pattern(text).weeks, parse_pattern(text).months) == (13, 15)


@pytest.mark.parametrize(
    "text",
    ["", "w", "13", "+", "13w+", "+15m", "13w15m", "15m+13w", "0w", "0w+3m", "3w+0m", "-1w", "1.5m", "9999w", "12d"],
)
def test_other_patterns_are_refused_with_one_to_type(text: str) -> None:
    with pytest.raises(PlanError, match=r"Grain.*type 13w\+15m, 18m or 78w"):
        parse_pattern(text)


def test_wrong_start_names_the_nearest_right_dates() -> None:
    with pytest.raises(PlanError, match=r"2026-01-10, a Saturday.*Monday.*type 2026-01-12 or 2026-01-05"):
        build_periods(date(2026, 1, 10), "13w+15m")
    with pytest.raises(PlanError, match=r"first of a month.*type 2026-01-01 or 2026-02-01"):
        build_periods(date(2026, 1, 10), "18m")


def test_week_grain_wins_over_the_first_of_a_month() -> None:
    with pytest.raises(PlanError, match="type 2026-06-29 or 2026-07-06"):
        build_periods(date(2026, 7, 1), "13w+15m")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: p.drop(columns="end"), "no column end"),
        (lambda p: p.iloc[:0], "no periods"),
        (lambda p: p.iloc[[0, 2]], "gap or an overlap before 2026-W04"),
        (lambda p: p.iloc[[1, 0]], "gap or an overlap before 2026-W02"),
        (lambda p: p.assign(period="x"), "repeated periods: x"),
        (lambda p: p.assign(period=[None, "a", "b"]), "blank or repeated"),
        (lambda p: p.assign(end=p["start"] - pd.Timedelta(days=3)), "end before its start in 2026-W02"),
        (lambda p: p.assign(start=[pd.NaT, *p["start"][1:]]), "tblPeriod.start.*no date in row 1"),
        (lambda p: p.assign(start=p["start"] + pd.Timedelta(hours=3)), "time of day"),
    ],
)
def test_broken_periods_are_refused(change: object, words: str) -> None:
    periods = build_periods(date(2026, 1, 5), "3w")
    assert callable(change)
    with pytest.raises(PlanError, match=words):
        bill_weights(change(periods))


def test_dates_outside_the_horizon_are_named() -> None:
    periods = build_periods(date(2026, 1, 5), "3w")
    with pytest.raises(PlanError, match="horizon 2026-01-05 to 2026-01-25: 2026-01-04, 2026-01-26"):
        period_index([date(2026, 1, 4), date(2026, 1, 5), date(2026, 1, 26)], periods)
