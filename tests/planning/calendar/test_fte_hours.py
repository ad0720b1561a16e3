"""Hours per FTE against a day-by-day twin, a month by hand, and tie-outs between weeks and months."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlplan.errors import PlanError
from xlplan.planning.calendar import build_periods, productive_hours, working_share

START = date(2026, 3, 30)
PERIODS = build_periods(START, "6w+2m")  # a stub from 11 May
TERMS = {"contract_hours_week": 40.0, "days_week": 5.0, "shrinkage_by_month": 0.3}
EASTER = pd.DataFrame({"date": [date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1)], "staff_off": [1.0, 1.0, 0.5]})


def month_days(day: date) -> list[date]:
    return [day.replace(day=n + 1) for n in range(calendar.monthrange(day.year, day.month)[1])]


def twin(
    periods: pd.DataFrame,
    contract: float,
    days_week: float,
    rates: dict[date, float],
    off: dict[date, float],
    stated: dict[date, dict[str, float]],
) -> list[list[float]]:
    """Every day on its own: its working share, its day off, its month's terms."""

    def share(day: date) -> float:
        wish = [min(days_week, 5) / 5] * 5 + [min(max(days_week - 5, 0), 1), max(days_week - 6, 0)]
        return wish[day.weekday()]

    result = []
    for period in periods.itertuples():
        total = [0.0] * 4
        days = [period.start.date() + timedelta(days=n) for n in range(period.days)]
        for month in sorted({day.replace(day=1) for day in days}):
            terms = stated.get(month, {})
            inside = [day for day in days if day.replace(day=1) == month]
            part = sum(map(share, inside)) / sum(map(share, month_days(month)))
            working = terms["working_days"] * part if "working_days" in terms else sum(map(share, inside))
            dated = min(sum(share(day) * off.get(day, 0.0) for day in inside), working)
            holiday = terms["holiday_days"] * part if "holiday_days" in terms else dated
            per_day = terms.get("contract_hours_week", contract) / days_week
            productive = per_day * (working - holiday) * (1 - rates[month])
            if "hours_per_fte" in terms:
                productive = terms["hours_per_fte"] * part
            total = [a + b for a, b in zip(total, [working, holiday, per_day * working, productive], strict=True)]
        result.append(total)
    return result


STATED = st.fixed_dictionaries(
    {},
    optional={
        "working_days": st.floats(8, 23),
        "holiday_days": st.floats(0, 4),
        "contract_hours_week": st.floats(30, 60),
        "hours_per_fte": st.floats(0, 20),
    },
)


@settings(max_examples=60)
@given(
    st.dates(date(2000, 1, 1), date(2050, 1, 1)).map(lambda day: day - timedelta(days=day.weekday())),
    st.sampled_from(["1w", "6w+2m", "13w+5m"]),
    st.floats(10, 60),
    st.floats(1, 7),
    st.lists(st.floats(0, 0.9), min_size=12, max_size=12),
    st.dictionaries(st.integers(0, 250), st.floats(0, 1), max_size=8),
    st.dictionaries(st.integers(0, 8), STATED, max_size=4),
)
def test_against_the_day_by_day_twin(
    start: date,
    grain: str,
    contract: float,
    days_week: float,
    rates: list[float],
    off: dict[int, float],
    stated: dict[int, dict[str, float]],
) -> None:
    periods = build_periods(start, grain)
    months = [m.date() for m in pd.date_range(start.replace(day=1), periods=12, freq="MS")]
    off_by_date = {start + timedelta(days=n): share for n, share in off.items()}
    stated_by_month = {months[n]: terms for n, terms in stated.items()}
    found = productive_hours(
        periods,
        contract_hours_week=contract,
        days_week=days_week,
        shrinkage_by_month=pd.Series(rates, index=pd.to_datetime(months)),
        holidays=pd.DataFrame({"date": list(off_by_date), "staff_off": list(off_by_date.values())}),
        overrides=pd.DataFrame([{"month": month, **terms} for month, terms in stated_by_month.items()]),
    )
    expected = twin(periods, contract, days_week, dict(zip(months, rates, strict=True)), off_by_date, stated_by_month)
    columns = ["working_days", "holiday_days", "paid_hours", "productive_hours"]
    assert found[columns].to_numpy() == pytest.approx(np.array(expected), rel=1e-9, abs=1e-9)
    assert (found["productive_hours"] <= found["paid_hours"] + 1e-6).all()
    plain = ~found["hours_overridden"]
    if not stated_by_month:
        hours = (found["paid_hours"] - found["holiday_days"] * contract / days_week) * (1 - found["shrinkage"])
        assert found.loc[plain, "productive_hours"].to_numpy() == pytest.approx(hours[plain].to_numpy(), abs=1e-6)


def test_april_2026_by_hand() -> None:
    # 22 weekdays, two of them holidays: 22 x 8 = 176 paid, (176 - 16) x 0.7 = 112 productive.
    april = productive_hours(build_periods(date(2026, 4, 1), "1m"), **TERMS, holidays=EASTER).iloc[0]
    assert april.tolist() == ["2026-04", 22.0, 2.0, 176.0, pytest.approx(0.3), pytest.approx(112.0), False]


@given(st.floats(1, 7), st.floats(0, 0.5), st.floats(0, 0.5))
def test_weeks_and_months_tie_out(days_week: float, march: float, april: float) -> None:
    # 2026-03-02 to 2026-05-31 is 13 ISO weeks; March begins on a Sunday, so it lacks one day.
    rates = pd.Series([march, april, 0.2], index=pd.to_datetime(["2026-03-01", "2026-04-01", "2026-05-01"]))
    terms = {
        "contract_hours_week": 38.5,
        "days_week": days_week,
        "shrinkage_by_month": rates,
        "holidays": EASTER,
        "overrides": pd.DataFrame({"month": [date(2026, 4, 1)], "hours_per_fte": [60.0]}),
    }
    weeks = productive_hours(build_periods(date(2026, 3, 2), "13w"), **terms)
    months = productive_hours(build_periods(date(2026, 3, 1), "3m"), **terms)
    sunday = pd.DataFrame({"period": ["x"], "start": [date(2026, 3, 1)], "end": [date(2026, 3, 1)]})
    first = productive_hours(sunday, **terms)
    for column in ("working_days", "holiday_days", "paid_hours", "productive_hours"):
        assert weeks[column].sum() + first[column].sum() == pytest.approx(months[column].sum(), rel=1e-12)


def test_a_week_across_two_months_takes_each_day_at_its_own_rate() -> None:
    rates = pd.Series([0.2, 0.4], index=pd.to_datetime(["2026-03-01", "2026-04-01"]))
    week = productive_hours(build_periods(START, "1w"), **{**TERMS, "shrinkage_by_month": rates}).iloc[0]
    assert week["productive_hours"] == pytest.approx(2 * 8 * 0.8 + 3 * 8 * 0.6)
    assert week["shrinkage"] == pytest.approx(0.4 * 0.2 + 0.6 * 0.4)


def test_a_stub_of_a_weekend_has_no_hours_but_a_rate() -> None:
    stub = pd.DataFrame({"period": ["2026-05s"], "start": [date(2026, 5, 30)], "end": [date(2026, 5, 31)]})
    hours = productive_hours(stub, **TERMS).iloc[0]
    assert hours.tolist() == ["2026-05s", 0.0, 0.0, 0.0, pytest.approx(0.3), 0.0, False]


def test_holidays_on_free_days_cost_nothing() -> None:
    august = build_periods(date(2026, 8, 1), "1m")
    saturday = pd.DataFrame({"date": [date(2026, 8, 15)], "staff_off": [1.0]})
    five, six = (productive_hours(august, **{**TERMS, "days_week": days}, holidays=saturday).iloc[0] for days in (5, 6))
    assert (five["holiday_days"], six["holiday_days"]) == (0.0, 1.0)
    assert (five["working_days"], six["working_days"]) == (21.0, 26.0)


def test_stated_month_hours_are_spread_over_its_working_days() -> None:
    overrides = pd.DataFrame({"month": [date(2026, 4, 1)], "hours_per_fte": [110.0]})
    hours = productive_hours(PERIODS, **TERMS, holidays=EASTER, overrides=overrides)
    # The first week holds 3 of April's 22 weekdays and two of March at 8 x 0.7 hours.
    assert hours["productive_hours"].iloc[0] == pytest.approx(110 * 3 / 22 + 2 * 8 * 0.7)
    assert hours["hours_overridden"].tolist() == [True] * 5 + [False] * 4
    assert hours["shrinkage"].to_numpy() == pytest.approx(0.3)


def test_blank_overrides_change_nothing() -> None:
    blank = pd.DataFrame(
        {"site": ["A"], "month": [date(2026, 4, 1)], "working_days": [np.nan], "hours_per_fte": [None]}
    )
    plain = productive_hours(PERIODS, **TERMS, holidays=EASTER)
    pd.testing.assert_frame_equal(productive_hours(PERIODS, **TERMS, holidays=EASTER, overrides=blank), plain)
    other = pd.DataFrame({"month": [date(2031, 1, 1)], "working_days": [3.0]})
    pd.testing.assert_frame_equal(productive_hours(PERIODS, **TERMS, holidays=EASTER, overrides=other), plain)


def test_a_closed_month_has_no_hours_and_no_holidays() -> None:
    closed = pd.DataFrame({"month": [date(2026, 4, 1)], "working_days": [0.0]})
    april = productive_hours(build_periods(date(2026, 4, 1), "1m"), **TERMS, holidays=EASTER, overrides=closed).iloc[0]
    assert april[["working_days", "holiday_days", "paid_hours", "productive_hours"]].tolist() == [0.0] * 4


def test_working_share_of_part_weeks() -> None:
    week = np.arange("2026-01-05", "2026-01-12", dtype="datetime64[D]")
    assert working_share(week, days_week=4).tolist() == [0.8] * 5 + [0.0, 0.0]
    assert working_share(week, days_week=6.25).tolist() == [1.0] * 6 + [0.25]
    for days in (1, 3.5, 5, 5.5, 6, 7):
        assert working_share(week, days_week=days).sum() == pytest.approx(days)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"days_week": 0}, "days_week: found 0"),
        ({"days_week": 7.5}, "days_week: found 7.5"),
        ({"days_week": float("nan")}, "days_week: found nan"),
        ({"contract_hours_week": 0}, "contract_hours_week: found 0"),
        ({"contract_hours_week": -40}, "contract_hours_week: found -40"),
        ({"contract_hours_week": float("inf")}, "contract_hours_week: found inf"),
        ({"shrinkage_by_month": 1.0}, "shrinkage_by_month: found 1.0"),
        ({"shrinkage_by_month": -0.1}, "shrinkage_by_month: found -0.1"),
        ({"shrinkage_by_month": float("nan")}, "shrinkage_by_month: found nan"),
        (
            {"shrinkage_by_month": pd.Series([0.3], index=pd.to_datetime(["2026-04-01"]))},
            "no rate for 2026-03, 2026-05, 2026-06, 2026-07",
        ),
        ({"shrinkage_by_month": pd.Series([0.3], index=pd.to_datetime(["2026-04-02"]))}, "no first of month"),
        ({"holidays": pd.concat([EASTER, EASTER])}, "2026-04-03, 2026-04-06, 2026-05-01 more than once"),
        ({"holidays": EASTER.assign(staff_off=1.5)}, "staff_off: found 1.5"),
        ({"holidays": EASTER.assign(holiday_calendar=["DE", "DE", "FR"])}, "rows of one holiday_calendar"),
        ({"holidays": EASTER.drop(columns="staff_off")}, "no column staff_off"),
        ({"overrides": pd.DataFrame({"month": [date(2026, 4, 2)]})}, "no first of month"),
        ({"overrides": pd.DataFrame({"month": [date(2026, 4, 1)] * 2})}, "months that repeat"),
        (
            {"overrides": pd.DataFrame({"month": [date(2026, 4, 1)], "working_days": [32]})},
            "working_days: found 32",
        ),
        (
            {"overrides": pd.DataFrame({"month": [date(2026, 4, 1)], "working_days": ["20"]})},
            "working_days: found 20",
        ),
        (
            {"overrides": pd.DataFrame({"month": [date(2026, 4, 1)], "holiday_days": [23]})},
            "more holiday_days than working_days in 2026-04",
        ),
        (
            {"overrides": pd.DataFrame({"month": [date(2026, 4, 1)], "hours_per_fte": [180]})},
            "more hours_per_fte than paid hours in 2026-04",
        ),
        (
            {"overrides": pd.DataFrame({"site": ["A", "B"], "month": [date(2026, 4, 1)] * 2})},
            "rows of one site",
        ),
    ],
)
def test_wrong_input_is_refused(change: dict[str, object], words: str) -> None:
    with pytest.raises(PlanError, match=words):
        productive_hours(PERIODS, **{**TERMS, **change})
