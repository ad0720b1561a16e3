"""The whole run: what goes in comes out, whatever the grain, the calendar, the history and the currency."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

import xlplan
from xlplan.planning.tie_outs import tie_outs
from xlplan.tables.plan import Plan

BOUNDS = ["low_95", "low_80", "volume", "high_80", "high_95"]


def run(plan: Plan) -> Plan:
    """A run whose every tie-out of severity error holds, and whose tables conserve what they pass on."""
    done = xlplan.run(plan)
    assert [tie.what for tie in tie_outs(done) if not tie.passed and tie.severity == "error"] == []
    forecast, req, allocation = done["tblForecast"], done["tblReq"], done["tblAllocation"]
    keys = ["queue", "language", "period"]
    intervals = done["tblIntervalReq"]
    staffed = forecast["queue"].isin(plan["tblQueue"].loc[lambda f: f["work_type"].eq("live"), "queue"])
    volume = forecast.loc[staffed].set_index(keys)["volume"]
    by_interval = (intervals["volume"] * intervals["occurrences"]).groupby([intervals[k] for k in keys]).sum()
    assert by_interval.reindex(volume.index).to_numpy() == pytest.approx(volume.to_numpy(), rel=1e-9)
    assert (forecast[BOUNDS].diff(axis=1).iloc[:, 1:] >= -1e-9).all().all()
    served = allocation.groupby(keys)["served_hours"].sum()
    required = req.set_index(keys)["required_hours"]
    assert served.reindex(required.index, fill_value=0.0).to_numpy() == pytest.approx(required.to_numpy(), rel=1e-9)
    workload = (forecast["volume"] * forecast["aht_s"] / 3600).to_numpy()
    assert req["workload_hours"].to_numpy() == pytest.approx(workload)
    assert (req["required_hours"] >= req["workload_hours"] - 1e-9).all(), "nobody works above full occupancy"
    return done


def history(starts: pd.DatetimeIndex, volume: Any, *, grain: str = "", minutes: int = 30) -> dict[str, Any]:
    length = {"grain": grain} if grain else {"interval_min": minutes}
    rows = pd.DataFrame({"queue": "support", "language": "EN", "start": starts, "volume": volume, **length})
    return rows.to_dict("list")


def with_history(table: str, rows: dict[str, Any], **names: Any) -> Plan:
    plan = Plan.sample()
    kept = {name: frame for name, frame in plan.tables.items() if name != "tblInterval"}
    return Plan(kept, plan.names).with_table(table, rows).with_names(**names)


def open_around_the_clock(plan: Plan) -> Plan:
    hours = {"open_hours": ["office"] * 7, "weekday": list(range(1, 8)), "open": [0] * 7, "close": [1440] * 7}
    return plan.with_table("tblOpenHours", hours)


def test_the_sample() -> None:
    done = run(Plan.sample())
    assert done["tblPeriod"]["period"].tolist() == ["2026-W15", "2026-W16", "2026-W17", "2026-W18"]
    weekly = Plan.sample()["tblInterval"].set_index("start")["volume"].resample("W").sum()
    assert done["tblForecast"]["volume"].to_numpy() == pytest.approx(np.full(4, weekly.iloc[-4:].mean()), rel=0.05)
    req = done["tblIntervalReq"]
    assert req["service_level"].min() >= 0.8
    assert req["occupancy"].max() <= 0.85 + 1e-9
    assert set(zip(req["weekday"], req["interval_start"], strict=True)) == {
        (day, minute) for day in range(1, 6) for minute in range(480, 1080, 30)
    }
    fte = done["tblAllocation"]
    paid = fte["hours"] / ((1 - 0.16) * (1 - 0.14))  # two components, multiplied, no holiday
    assert fte["paid_hours"].tolist() == pytest.approx(paid.tolist())
    assert fte["fte"].tolist() == pytest.approx((paid / 40).tolist())
    assert done["tblBudget"]["amount_plan"].sum() == pytest.approx(25.0 * paid.sum())


def test_two_runs_give_the_same_numbers() -> None:
    first, second = run(Plan.sample()), run(Plan.sample())
    for name in first.tables:
        pd.testing.assert_frame_equal(first[name], second[name], check_exact=True)
    again = run(first)
    pd.testing.assert_frame_equal(again["tblBudget"], first["tblBudget"], check_exact=True)


def test_the_week_in_which_the_clock_goes_forward_lacks_an_hour() -> None:
    """In Dublin 29 March 2026 has 23 hours, and the hour from 01:00 to 02:00 is the one that it lacks."""
    starts = pd.date_range("2026-01-05", "2026-03-22 23:30", freq="30min")
    plan = open_around_the_clock(with_history("tblInterval", history(starts, 20.0), PlanStart=dt.date(2026, 3, 23)))
    dublin = run(plan.with_names(PlanTimeZone="Europe/Dublin", Grain="2w"))["tblIntervalReq"]
    plain = run(plan.with_names(PlanTimeZone="UTC", Grain="2w"))["tblIntervalReq"]
    key = ["period", "weekday", "interval_start"]
    both = plain.merge(dublin, on=key, how="left", suffixes=("", "_dublin"))
    lost = both.loc[both["occurrences_dublin"].ne(both["occurrences"]), key]
    assert lost.to_numpy().tolist() == [["2026-W13", 7, 60], ["2026-W13", 7, 90]]


def test_a_year_with_a_week_53() -> None:
    starts = pd.date_range("2025-10-06", periods=60, freq="W-MON")
    plan = with_history("tblActual", history(starts, 900.0, grain="week"), PlanStart=dt.date(2026, 11, 30), Grain="8w")
    done = run(plan)
    assert done["tblPeriod"]["iso_week"].tolist()[3:7] == ["2026-W52", "2026-W53", "2027-W01", "2027-W02"]
    assert done["tblForecast"]["volume"].to_numpy() == pytest.approx(np.full(8, 900.0), rel=1e-6)


def test_a_closed_holiday_takes_its_volume_and_its_agents() -> None:
    monday = dt.date(2026, 4, 13)
    holiday = {
        "holiday_calendar": ["IE"],
        "date": [monday],
        "name": ["Day"],
        "staff_off": [1.0],
        "volume_effect": [-1.0],
    }
    plan = Plan.sample().with_table("tblHoliday", holiday)
    plan = plan.with_table("tblWorkstream", plan["tblWorkstream"].assign(holiday_calendar="IE"))
    plan = plan.with_table("tblSite", plan["tblSite"].assign(holiday_calendar="IE"))
    done, plain = run(plan), run(Plan.sample())
    forecast, usual = done["tblForecast"].iloc[1], plain["tblForecast"].iloc[1]
    assert forecast["base"] == pytest.approx(usual["base"])
    assert -forecast["event_effect"] / forecast["base"] == pytest.approx(0.2, abs=0.05), "a fifth of the week's days"
    req = done["tblIntervalReq"]
    week = req.loc[req["period"].eq(done["tblPeriod"]["period"].iloc[1])]
    assert week.loc[week["weekday"].eq(1), "occurrences"].sum() == 0
    other = plain["tblIntervalReq"].loc[lambda f: f["period"].eq("2026-W16") & f["weekday"].eq(3)]
    wednesday = week.loc[week["weekday"].eq(3)]
    assert wednesday["agents"].tolist() == pytest.approx(other["agents"].tolist())
    hours = done["tblFteHours"].iloc[1]
    assert (hours["holiday_days"], hours["paid_hours"]) == (1.0, 40.0)
    assert hours["productive_hours"] == pytest.approx(32 * 0.84 * 0.86)


def test_no_volume_at_all() -> None:
    starts = pd.date_range("2026-01-05 09:00", periods=60, freq="B")
    done = run(with_history("tblInterval", history(starts, 0.0)))
    assert done["tblForecast"]["volume"].tolist() == [0.0] * 4
    assert done["tblReq"]["required_hours"].tolist() == [0.0] * 4
    assert done["tblBudget"]["amount_plan"].sum() == 0.0


def test_what_an_override_adds_to_nothing_is_staffed_in_opening_hours() -> None:
    starts = pd.date_range("2026-01-05 09:00", periods=60, freq="B")
    row = {"override": ["o"], "lob": ["ANY"], "queue": ["support"], "language": ["EN"],
           "start": [dt.date(2026, 4, 6)], "end": [dt.date(2026, 5, 3)], "measure": ["volume"], "op": ["set"],
           "value": [1000.0], "who": ["me"], "decided_on": [dt.date(2026, 4, 1)], "reason": ["new"],
           "active": [True]}  # fmt: skip
    done = run(with_history("tblInterval", history(starts, 0.0)).with_table("tblOverride", row))
    assert done["tblForecast"]["volume"].tolist() == [1000.0] * 4
    assert done["tblIntervalReq"]["volume"].tolist() == pytest.approx([10.0] * 4 * 100)


def test_a_minimum_crew_is_there_where_nothing_comes() -> None:
    starts = pd.date_range("2026-01-05 09:00", periods=60, freq="B")
    plan = with_history("tblInterval", history(starts, 0.0))
    done = run(plan.with_table("tblQueue", plan["tblQueue"].assign(min_crew=2.0)))
    assert done["tblReq"]["required_hours"].tolist() == [2.0 * 50] * 4
    assert done["tblReq"]["binding"].unique().tolist() == ["min_crew"]


@pytest.mark.parametrize(
    ("start", "grain", "periods"),
    [
        ("2026-04-01", "3m", ["2026-04", "2026-05", "2026-06"]),
        ("2026-04-06", "2w+2m", ["2026-W15", "2026-W16", "2026-04s", "2026-05", "2026-06"]),
    ],
)
def test_months(start: str, grain: str, periods: list[str]) -> None:
    done = run(Plan.sample().with_names(PlanStart=dt.date.fromisoformat(start), Grain=grain))
    assert done["tblPeriod"]["period"].tolist() == periods
    days = done["tblPeriod"]["working_days"].astype(float)
    daily = done["tblForecast"]["volume"] / days
    assert daily.to_numpy() == pytest.approx(np.full(len(periods), daily.mean()), rel=0.05)


def test_thirteen_weeks_and_fifteen_months() -> None:
    done = run(Plan.sample().with_names(Grain="13w+15m"))
    periods = done["tblPeriod"]
    assert periods["grain"].value_counts().to_dict() == {"month": 15, "week": 13} or len(periods) == 29
    assert periods["end"].iloc[-1] >= pd.Timestamp("2027-09-30")
    shapes = done["tblProfile"].groupby("period", sort=False).size()
    assert shapes.index.tolist() == [*periods["period"].iloc[:13], "ANY"]
    assert len(shapes) == 14
    forecast = done["tblForecast"].set_index("period")
    width = (forecast["high_80"] - forecast["low_80"]) / forecast["volume"]
    months = periods.loc[periods["days"].ge(28), "period"]
    assert width[months].iloc[-1] > width[months].iloc[0], "the far future is less certain"


@pytest.mark.parametrize(
    ("table", "rows", "start", "weekly"),
    [
        ("tblActual", history(pd.date_range("2025-03-31", periods=53, freq="W-MON"), 4000.0, grain="week"),
         "2026-04-06", 4000.0),
        ("tblActual", history(pd.date_range("2024-01-01", periods=27, freq="MS"), 22000.0, grain="month"),
         "2026-04-06", 5000.0),
        ("tblInterval", history(pd.date_range("2025-10-06", "2026-04-03", freq="B"), 800.0, minutes=1440),
         "2026-04-06", 4000.0),
    ],
)  # fmt: skip
def test_history_by_week_month_or_day(table: str, rows: dict[str, Any], start: str, weekly: float) -> None:
    done = run(with_history(table, rows, PlanStart=dt.date.fromisoformat(start)))
    assert done["tblForecast"]["volume"].to_numpy() == pytest.approx(np.full(4, weekly), rel=0.06)
    assert done["tblIntervalReq"]["interval_min"].unique().tolist() == [30]
    per_interval = done["tblIntervalReq"]["volume"]
    assert per_interval.to_numpy() == pytest.approx(np.full(len(per_interval), weekly / 100), rel=0.06), (
        "flat while open"
    )


def test_a_month_that_reaches_into_the_plan_is_not_learned_from() -> None:
    known = history(pd.date_range("2024-01-01", periods=27, freq="MS"), 22000.0, grain="month")
    plan = with_history("tblActual", known, PlanStart=dt.date(2026, 4, 6), Grain="3w")
    seen = {name: [*values, extra] for (name, values), extra in zip(
        known.items(), ["support", "EN", pd.Timestamp("2026-04-01"), 1e6, "month"], strict=True)}  # fmt: skip
    peeked = plan.with_table("tblActual", seen)
    pd.testing.assert_frame_equal(run(peeked)["tblForecast"], run(plan)["tblForecast"])


def test_workstreams_of_three_grains_in_one_plan() -> None:
    plan = Plan.sample()
    weeks = pd.DataFrame(history(pd.date_range("2025-03-31", periods=53, freq="W-MON"), 500.0, grain="week"))
    months = pd.DataFrame(history(pd.date_range("2024-01-01", periods=27, freq="MS"), 9000.0, grain="month"))
    actual = pd.concat([weeks.assign(language="DE"), months.assign(language="FR")])
    plan = plan.with_table("tblActual", actual)
    plan = plan.with_table("tblWorkstream", {"queue": ["support"] * 3, "language": ["EN", "DE", "FR"]})
    done = run(plan)
    assert done["tblForecast"].groupby("language")["period"].count().to_dict() == {"DE": 4, "EN": 4, "FR": 4}
    alone = run(Plan.sample())["tblForecast"]
    own = done["tblForecast"].loc[lambda f: f["language"].eq("EN")].reset_index(drop=True)
    pd.testing.assert_frame_equal(own, alone)


def test_two_sites_by_locked_shares_and_a_second_currency() -> None:
    plan = Plan.sample().with_table(
        "tblSite",
        {"site": ["HQ", "Warsaw"], "vendor": ["In-house"] * 2, "contract_hours_week": [40, 35],
         "currency": [None, "PLN"]},
    )  # fmt: skip
    january = dt.date(2026, 1, 1)
    plan = plan.with_table(
        "tblPay",
        {"language": ["ANY"] * 2, "site": ["HQ", "Warsaw"], "role": ["agent"] * 2, "valid_from": [january] * 2,
         "wage": [25.0, 60.0], "per": ["hour"] * 2},
    )  # fmt: skip
    plan = plan.with_table(
        "tblLane",
        {"queue": ["support"] * 2, "language": ["EN"] * 2, "site": ["HQ", "Warsaw"], "locked_share": [0.25, 0.75],
         "productivity": [None, 0.8]},
    )  # fmt: skip
    rates = {"currency": ["PLN"], "rate_type": ["budget"], "month": [january], "rate": [0.25]}
    done = run(plan.with_table("tblFx", rates))
    lanes = done["tblAllocation"].groupby("site")[["served_hours", "hours", "paid_hours", "cost", "items"]].sum()
    total = done["tblReq"]["required_hours"].sum()
    assert lanes["served_hours"].to_dict() == pytest.approx({"HQ": 0.25 * total, "Warsaw": 0.75 * total})
    assert lanes.loc["Warsaw", "hours"] == pytest.approx(0.75 * total / 0.8), "slower hands need more hours"
    assert lanes.loc["Warsaw", "cost"] == pytest.approx(lanes.loc["Warsaw", "paid_hours"] * 60 * 0.25)
    lines = done["tblBudget"].loc[lambda f: f["line"].eq("labour")].groupby("currency")[["amount", "amount_plan"]].sum()
    assert lines.loc["PLN", "amount_plan"] == pytest.approx(lines.loc["PLN", "amount"] * 0.25)
    assert lines["amount_plan"].sum() == pytest.approx(lanes["cost"].sum())


def test_deferrable_work_needs_little_more_than_its_workload() -> None:
    plan = Plan.sample()
    queue = plan["tblQueue"].assign(work_type="deferrable", tat_h=24.0, compliance=0.9, max_occupancy=0.9)
    done = run(plan.with_table("tblQueue", queue))
    req = done["tblReq"]
    at_least = req["workload_hours"] / 0.9
    assert (req["required_hours"] >= at_least * (1 - 1e-9)).all()
    assert (req["required_hours"] <= at_least * 1.1).all(), "it waits for its turn: no queue of callers to keep short"
    live = run(plan)["tblReq"]
    assert (req["required_hours"] < live["required_hours"]).all()


def test_what_came_is_put_beside_the_plan() -> None:
    done = run(Plan.sample().with_names(PlanStart=dt.date(2026, 3, 9)))
    rows, weeks = done["tblOutcome"], done["tblOutcomePeriod"]
    actual = Plan.sample()["tblInterval"].loc[lambda f: f["start"].ge("2026-03-09")]
    assert rows["actual"].sum() == actual["volume"].sum()
    assert rows["error"].tolist() == pytest.approx((rows["forecast"] - rows["actual"]).tolist())
    assert rows["over_under"].tolist() == (rows["agents_planned"] - rows["agents_needed"]).tolist()
    assert weeks["days"].tolist() == [5] * 4
    assert weeks["forecast"].tolist() == pytest.approx(done["tblForecast"]["volume"].tolist())
    hours = weeks["hours_planned"] - weeks["hours_needed"]
    assert (weeks["over_hours"] - weeks["under_hours"]).tolist() == pytest.approx(hours.tolist())
    assert (weeks["wape"] < 0.1).all()
    assert run(Plan.sample())["tblOutcomePeriod"].empty, "nothing came yet"
