"""A first plan from volumes alone, at every grain; every bad row of the file is named."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

import xlplan
from xlplan.errors import PlanError, TableError
from xlplan.planning.observed_hours import observed_hours
from xlplan.planning.starter import Defaults, read_volumes, starter
from xlplan.planning.tie_outs import tie_outs
from xlplan.tables.plan import Plan


def series(freq: str, periods: int, *, name: str = "calls", start: str = "2026-01-05", **more: str) -> pd.DataFrame:
    """Volumes at a grain, by day only on weekdays from 9 to 17 where the grain has a time of day."""
    at = pd.date_range(start, periods=periods, freq=freq)
    if "min" in freq:
        at = at[(at.day_of_week < 5) & (at.hour >= 9) & (at.hour < 17)]
    size = 20 if "min" in freq else {"M": 9000, "W": 2000}.get(freq[0], 300)
    y = np.round(size * (1 + 0.2 * np.sin(np.arange(len(at)))))
    return pd.DataFrame({"unique_id": name, "ds": at, "y": y, **more})


def plan_of(frame: pd.DataFrame, **options: Any) -> Plan:
    return starter(read_volumes(frame), plan_id="trial", **options)


@pytest.mark.parametrize(
    ("freq", "periods", "interval", "table", "start", "pattern"),
    [
        ("5min", 12 * 24 * 42, 30, "tblInterval", "2026-02-16", "13w"),
        ("15min", 4 * 24 * 42, 30, "tblInterval", "2026-02-16", "13w"),
        ("20min", 3 * 24 * 42, 20, "tblInterval", "2026-02-16", "13w"),
        ("30min", 48 * 42, 30, "tblInterval", "2026-02-16", "13w"),
        ("60min", 24 * 42, 60, "tblInterval", "2026-02-16", "13w"),
        ("D", 100, 30, "tblInterval", "2026-04-20", "13w"),
        ("W-MON", 60, 30, "tblActual", "2027-03-01", "13w"),
        ("MS", 30, 30, "tblActual", "2028-08-01", "12m"),
    ],
)
def test_every_grain_makes_a_plan_that_runs(
    freq: str, periods: int, interval: int, table: str, start: str, pattern: str
) -> None:
    plan = plan_of(series(freq, periods))
    assert [f.sentence() for f in plan.check() if f.severity == "error"] == []
    assert plan["tblQueue"]["interval_min"].tolist() == [interval]
    assert not plan[table].empty
    assert (f"{plan.name('PlanStart'):%Y-%m-%d}", plan.name("Grain")) == (start, pattern)
    done = xlplan.run(plan)
    assert [tie.check for tie in tie_outs(done) if not tie.passed and tie.severity == "error"] == []
    assert done["tblForecast"]["volume"].gt(0).all()


def test_several_queues_and_a_language_column() -> None:
    frame = pd.concat(
        [
            series("30min", 48 * 28, name="billing", language="DE"),
            series("30min", 48 * 28, name="billing", language="EN"),
            series("30min", 48 * 28, name="cards", language="EN"),
        ]
    )
    frame.loc[frame["unique_id"].eq("cards"), "ds"] += pd.Timedelta(hours=2)
    plan = plan_of(frame)
    streams = plan["tblWorkstream"]
    assert list(zip(streams["queue"], streams["language"], strict=True)) == [
        ("billing", "DE"),
        ("billing", "EN"),
        ("cards", "EN"),
    ]
    queues = plan["tblQueue"].set_index("queue")["open_hours"]
    hours = plan["tblOpenHours"].groupby("open_hours")[["open", "close"]].agg("first")
    assert hours.loc[queues["billing"]].tolist() == [540, 1020]
    assert hours.loc[queues["cards"]].tolist() == [660, 1140]
    assert xlplan.run(plan)["tblForecast"].groupby(["queue", "language"]).ngroups == 3
    one = starter(read_volumes(frame, queues=["cards"]), plan_id="one")
    assert one["tblQueue"]["queue"].tolist() == ["cards"]


def test_weeks_held_back_are_kept_to_compare_with() -> None:
    plan = plan_of(series("30min", 48 * 70), hold_back_weeks=3)
    assert plan.name("PlanStart") == pd.Timestamp("2026-02-23")
    assert plan.name("Grain") == "3w"
    assert plan["tblInterval"]["start"].max() > pd.Timestamp("2026-03-12")
    outcome = xlplan.run(plan)["tblOutcomePeriod"]
    assert outcome["period"].tolist() == ["2026-W09", "2026-W10", "2026-W11"]
    assert outcome["wape"].lt(0.6).all()
    with pytest.raises(PlanError, match="the data covers 10 weeks, 10 cannot be held back; hold back 8 or fewer"):
        plan_of(series("30min", 48 * 70), hold_back_weeks=10)


def test_a_queue_that_began_in_the_weeks_held_back_is_not_planned_and_that_is_said() -> None:
    late = series("30min", 48 * 7, name="new", start="2026-03-09")
    plan = plan_of(pd.concat([series("30min", 48 * 70), late]), hold_back_weeks=3)
    assert plan["tblWorkstream"].set_index("queue")["active"].to_dict() == {"calls": True, "new": False}
    register = plan["tblAssumption"].set_index("assumption")["statement"]
    assert register["not_planned"].endswith("are not planned: 1")
    assert xlplan.run(plan)["tblForecast"]["queue"].unique().tolist() == ["calls"]
    assert "not_planned" not in plan_of(series("30min", 48 * 70))["tblAssumption"]["assumption"].tolist()


@pytest.mark.parametrize(
    ("freq", "periods", "horizon", "start"),
    [
        ("MS", 30, "13w", "2028-08-07"),
        ("W-MON", 60, "6m", "2027-03-01"),
        ("D", 100, "6m", "2026-05-01"),
        ("D", 100, "4w+2m", "2026-04-20"),
    ],
)
def test_the_plan_begins_where_its_pattern_can(freq: str, periods: int, horizon: str, start: str) -> None:
    plan = plan_of(series(freq, periods), horizon=horizon)
    assert f"{plan.name('PlanStart'):%Y-%m-%d}" == start
    done = xlplan.run(plan)
    assert [tie.check for tie in tie_outs(done) if not tie.passed and tie.severity == "error"] == []


@pytest.mark.parametrize(
    ("frame", "options", "sentence"),
    [
        (series("W-SUN", 60), {}, "weeks of the volumes begin on a Sunday, expected a Monday"),
        (series("MS", 30), {"hold_back_weeks": 4}, "weeks cannot be held back from monthly volumes"),
        (series("D", 60), {"currency": "usd"}, "named cell PlanCurrency: found 'usd'"),
        (series("D", 60), {"time_zone": "Mars/Base"}, "named cell PlanTimeZone: found 'Mars/Base'"),
        (series("D", 60), {"horizon": "13"}, "named cell Grain: found '13'"),
        (series("D", 1), {}, "found 1 start, expected two or more"),
        (series("2D", 60), {}, "expected minutes that divide a day"),
    ],
)
def test_what_cannot_be_planned_is_said(frame: pd.DataFrame, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(PlanError) as error:
        plan_of(frame, **options)
    assert sentence in error.value.sentence()


def test_assumptions_are_listed_and_may_be_changed() -> None:
    plan = plan_of(series("30min", 48 * 28), defaults=Defaults(aht_s=240.0, away=0.2))
    assert plan["tblAht"]["aht_s"].tolist() == [240.0]
    assert plan["tblShrink"]["rate"].tolist() == [0.2, 0.14]
    register = plan["tblAssumption"]
    assert len(register) == 10
    for table, column in register[["table", "column"]].itertuples(index=False, name=None):
        assert column in plan[table]


def test_the_plan_id_is_made_of_the_characters_it_may_have() -> None:
    volumes = read_volumes(series("D", 30))
    assert starter(volumes, plan_id="Bank – US (2026)").name("PlanId") == "Bank-US-2026"
    assert starter(volumes, plan_id="***").name("PlanId") == "plan"


ROWS = {"unique_id": ["a"] * 6, "ds": [f"2026-01-05 0{hour}:00" for hour in range(6)], "y": ["1"] * 6}


def spoilt(column: str, row: int, value: object) -> pd.DataFrame:
    frame = pd.DataFrame(ROWS)
    frame.loc[row, column] = value
    return frame


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (spoilt("ds", 2, "5.1.2026 02:00"), "calls.csv.ds, row 4: found '5.1.2026 02:00', expected a date and time"),
        (spoilt("ds", 2, None), "calls.csv.ds, row 4: found a blank, expected a date and time"),
        (
            spoilt("ds", 0, "2026-01-05T00:00:00Z"),
            "calls.csv.ds, row 2: found '2026-01-05T00:00:00Z', expected the local",
        ),
        (
            spoilt("ds", 5, "2026-01-05 05:00+01:00"),
            "calls.csv.ds, row 7: found '2026-01-05 05:00+01:00', expected the",
        ),
        (
            spoilt("ds", 5, "2026-01-05 04:00"),
            "calls.csv.ds, row 7: found '2026-01-05 04:00', expected each start once",
        ),
        (spoilt("y", 1, "1,234"), "calls.csv.y, row 3: found '1,234', expected a number"),
        (spoilt("y", 1, "-3"), "calls.csv.y, row 3: found '-3', expected 0 or more"),
        (spoilt("y", 1, "inf"), "calls.csv.y, row 3: found 'inf', expected a finite number"),
        (spoilt("unique_id", 3, " "), "calls.csv.unique_id, row 5: found a blank, expected the name of a series"),
    ],
)
def test_a_bad_row_is_named_by_its_row_of_the_file(frame: pd.DataFrame, sentence: str) -> None:
    with pytest.raises(TableError) as error:
        read_volumes(frame, name="calls.csv")
    (finding,) = error.value.findings
    assert finding.sentence().startswith(sentence)
    assert finding.fix


def test_every_bad_row_is_named() -> None:
    frame = pd.DataFrame(ROWS).assign(y=["x", "1", "-1", "1", "y", "1"])
    with pytest.raises(TableError) as error:
        read_volumes(frame)
    assert [finding.row for finding in error.value.findings] == [2, 6, 4]


def test_blanks_and_languages_and_order() -> None:
    frame = pd.DataFrame(
        {
            "unique_id": ["b", "a", " a", "a"],
            "ds": ["2026-01-05", "2026-01-06", "2026-01-05", "2026-01-07"],
            "y": [1, 2, 3, None],
            "language": ["", "EN", "EN", "EN"],
        }
    )
    volumes = read_volumes(frame)
    assert volumes["queue"].tolist() == ["a", "a", "b"]
    assert volumes["language"].tolist() == ["EN", "EN", "und"]
    assert volumes["volume"].tolist() == [3.0, 2.0, 1.0]


def test_a_file_of_other_columns_or_none_or_unknown_series() -> None:
    with pytest.raises(TableError, match="found columns queue, ds, y, expected a column unique_id; rename the columns"):
        read_volumes(pd.DataFrame(ROWS).rename(columns={"unique_id": "queue"}))
    with pytest.raises(PlanError, match="volumes holds no volume"):
        read_volumes(pd.DataFrame(ROWS).assign(y=""))
    with pytest.raises(PlanError, match="no series b in volumes; use a"):
        read_volumes(pd.DataFrame(ROWS), queues=["b"])


def hours(at: pd.DatetimeIndex, volume: Any = 10.0, width: int = 30) -> list[tuple[int, int, int]]:
    frame = observed_hours(pd.DataFrame({"start": at, "volume": volume}), interval_min=width)
    return list(frame.itertuples(index=False, name=None))


MONTH = pd.date_range("2026-01-05", "2026-02-01 23:30", freq="30min")


def test_opening_hours_of_an_office() -> None:
    office = MONTH[(MONTH.day_of_week < 5) & (MONTH.hour >= 8) & (MONTH.hour < 18)]
    assert hours(office) == [(day, 480, 1080) for day in range(1, 6)]


def test_opening_hours_around_the_clock() -> None:
    assert hours(MONTH) == [(day, 0, 1440) for day in range(1, 8)]


def test_opening_hours_overnight() -> None:
    night = MONTH[(MONTH.hour >= 22) | (MONTH.hour < 6)]
    spans = [(0, 360), (1320, 1440)]
    assert hours(night) == [(day, *span) for day in range(1, 8) for span in spans]


def test_a_stray_contact_opens_nothing() -> None:
    office = MONTH[(MONTH.day_of_week < 5) & (MONTH.hour >= 8) & (MONTH.hour < 18)]
    stray = office.append(pd.DatetimeIndex(["2026-01-10 12:00", "2026-01-14 03:00"]))
    assert hours(stray) == [(day, 480, 1080) for day in range(1, 6)]


def test_a_lunch_without_calls_closes_nothing() -> None:
    office = MONTH[(MONTH.day_of_week < 5) & MONTH.hour.isin([9, 10, 11, 15, 16])]
    assert hours(office) == [(day, 540, 1020) for day in range(1, 6)]


def test_sparse_contacts_open_the_hours_they_came_in() -> None:
    """A contact every other hour or so: hardly any interval is used on half of the days, yet none may be lost."""
    random = np.random.default_rng(7)
    fine = pd.date_range("2026-01-05", "2026-03-01 23:55", freq="5min")
    office = fine[(fine.day_of_week < 5) & (fine.hour >= 8) & (fine.hour < 18)]
    sparse = office[random.random(len(office)) < 0.05]
    found = hours(sparse, width=5)
    assert [day for day, _, _ in found] == [1, 2, 3, 4, 5]
    for day, begin, end in found:
        minute = sparse.hour * 60 + sparse.minute
        own = minute[sparse.day_of_week == day - 1]
        assert (begin, end) == (own.min(), own.max() + 5)


def test_two_languages_on_one_day_count_as_one_day() -> None:
    office = MONTH[(MONTH.day_of_week < 5) & (MONTH.hour >= 8) & (MONTH.hour < 18)]
    once = pd.DatetimeIndex(["2026-01-07 20:00"] * 2)  # both languages, one evening of four
    assert hours(office.append(once)) == [(day, 480, 1080) for day in range(1, 6)]


def test_dates_are_python_dates() -> None:
    assert plan_of(series("D", 30)).name("PlanStart").date() == dt.date(2026, 2, 9)
