"""Rules on queues, their hours, their history and their events."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from xlplan.tables.plan import Plan
from xlplan.tables.schema import Finding


def found(plan: Plan, rule: str) -> list[Finding]:
    return [finding for finding in plan.check() if finding.rule == rule]


def queue(**values: Any) -> Plan:
    plan = Plan.sample()
    frame = plan["tblQueue"]
    for column, value in values.items():
        frame.loc[0, column] = value
    return plan.with_table("tblQueue", frame)


@pytest.mark.parametrize(
    ("values", "column", "fix"),
    [
        ({"target": None}, "target", "type 0.80 in target and 20 in target_s"),
        ({"target_s": None}, "target_s", "type 20 (seconds)"),
        ({"max_abandon": 0.05, "patience_s": None}, "patience_s", "type 180 (seconds)"),
        ({"target": 1.0}, "target", "type 0.95"),
        ({"work_type": "deferrable", "compliance": 0.9}, "tat_h", "type 24 (hours)"),
        ({"work_type": "deferrable", "tat_h": 24}, "compliance", "type 0.90"),
        ({"work_type": "clock"}, "clock_h", "type 24 (hours)"),
    ],
)
def test_a_service_goal_that_is_not_stated(values: dict[str, Any], column: str, fix: str) -> None:
    (finding,) = found(queue(**values), "service_goal")
    assert (finding.where, finding.fix) == (f"tblQueue.{column}, row 1", fix)


@pytest.mark.parametrize(
    "values",
    [
        {"target": None, "asa_s": 15},
        {"target": None, "max_abandon": 0.05},
        {"work_type": "deferrable", "tat_h": 24, "compliance": 0.9},
        {"work_type": "clock", "clock_h": 24},
    ],
)
def test_a_service_goal_that_is_stated(values: dict[str, Any]) -> None:
    assert found(queue(**values), "service_goal") == []


def test_handling_time_is_stated_or_measured_before_the_plan() -> None:
    plan = Plan.sample()
    bare = plan.with_table("tblAht", {"queue": [], "language": [], "month": [], "aht_s": []})
    (finding,) = found(bare, "handling_time")
    assert finding.where == "tblWorkstream.queue, row 1"
    assert finding.fix == "add a row to tblAht: support, EN, first month, seconds per item"
    history = bare["tblInterval"]
    history.loc[5, "aht_s"] = 240
    assert found(bare.with_table("tblInterval", history), "handling_time") == []
    late = bare.with_table("tblInterval", history).with_names(PlanStart=dt.date(2026, 1, 5))
    assert len(found(late, "handling_time")) == 1, "what is measured after PlanStart is not known yet"


def test_handling_time_of_a_call_in_minutes() -> None:
    frame = Plan.sample()["tblAht"]
    frame["aht_s"] = 5.5
    (finding,) = found(Plan.sample().with_table("tblAht", frame), "handling_time")
    assert (finding.where, finding.fix) == ("tblAht.aht_s, row 1", "5.5 looks like minutes; type 330")


@pytest.mark.parametrize(
    ("rows", "overlaps"),
    [
        ([(1, 480, 1080), (1, 1020, 1200)], [2]),
        ([(1, 480, 1080), (1, 1080, 1200)], []),
        ([(1, 1320, 360), (2, 300, 600)], [2]),
        ([(1, 1320, 360), (2, 360, 600)], []),
        ([(7, 1320, 360), (1, 0, 60)], [2]),
        ([(1, 0, 1440), (2, 0, 1440)], []),
        ([(1, 540, 540), (2, 480, 600)], [2]),
        ([(1, 480, 1080)], []),
    ],
)
def test_opening_hours_that_overlap(rows: list[tuple[int, int, int]], overlaps: list[int]) -> None:
    weekday, begin, end = zip(*rows, strict=True)
    hours = {"open_hours": ["office"] * len(rows), "weekday": weekday, "open": begin, "close": end}
    assert [f.row for f in found(Plan.sample().with_table("tblOpenHours", hours), "opening_hours")] == overlaps


def open_from(weekdays: list[int], begin: int, end: int) -> Plan:
    days = len(weekdays)
    hours = {"open_hours": ["office"] * days, "weekday": weekdays, "open": [begin] * days, "close": [end] * days}
    return Plan.sample().with_table("tblOpenHours", hours)


@pytest.mark.parametrize(
    "plan",
    [
        open_from([1, 2, 3, 4, 5], 480, 1080),
        open_from([1, 2, 3, 4, 5], 480, 479),
        open_from([1, 2, 3, 4, 5, 6, 7], 0, 1440),
        open_from([7, 1, 2, 3, 4], 1140, 1080),  # from the evening before
    ],
)
def test_contacts_in_opening_hours(plan: Plan) -> None:
    assert found(plan, "outside_hours") == []


@pytest.mark.parametrize(("begin", "end"), [(540, 1080), (480, 540), (1080, 480)])
def test_live_contacts_outside_opening_hours(begin: int, end: int) -> None:
    plan = open_from([1, 2, 3, 4, 5], begin, end)
    history = plan["tblInterval"]
    minute = history["start"].dt.hour * 60 + history["start"].dt.minute
    inside = minute.ge(begin) & minute.lt(end)
    share = history.loc[~inside, "volume"].sum() / history["volume"].sum()
    (warning,) = found(plan, "outside_hours")
    assert warning.found == f"{share:.1%} of the volume of support EN outside opening hours"
    assert (warning.where, warning.severity) == ("tblWorkstream.open_hours, row 1", "warning")
    deferrable = plan["tblQueue"].assign(work_type="deferrable", tat_h=24, compliance=0.9)
    assert found(plan.with_table("tblQueue", deferrable), "outside_hours") == [], "other work waits till it opens"


def test_no_history_before_the_plan() -> None:
    plan = Plan.sample().with_names(PlanStart=dt.date(2026, 1, 5))
    (finding,) = found(plan, "no_history")
    assert finding.found == "no history of support EN before 2026-01-05"
    assert finding.where == "tblWorkstream.queue, row 1"
    idle = plan.with_table("tblWorkstream", {"queue": ["support"], "language": ["EN"], "active": [False]})
    assert found(idle, "no_history") == []


def test_a_blank_id_is_said_once() -> None:
    plan = Plan.sample()
    frame = plan["tblWorkstream"]
    frame.loc[0, "language"] = None
    rules = {finding.rule for finding in Plan({**plan.tables, "tblWorkstream": frame}, plan.names).check()}
    assert rules == {"blank"}


def without(plan: Plan, *days: str) -> Plan:
    history = plan["tblInterval"]
    return plan.with_table("tblInterval", history.loc[~history["start"].dt.strftime("%Y-%m-%d").isin(days)])


def test_a_gap_in_the_history() -> None:
    plan = without(Plan.sample(), "2026-02-04", "2026-03-10")
    (finding,) = found(plan, "history_gap")
    assert finding.severity == "warning"
    assert finding.found == "2 days without rows for support EN: Wed 2026-02-04, Tue 2026-03-10"
    place = plan["tblInterval"]["start"].iloc[(finding.row or 0) - 1]
    assert place == pd.Timestamp("2026-02-05 08:00"), "the first row after the gap"


def test_a_gap_is_found_in_rows_of_any_order() -> None:
    plan = without(Plan.sample(), "2026-02-04")
    backwards = plan.with_table("tblInterval", plan["tblInterval"].iloc[::-1])
    (finding,) = found(backwards, "history_gap")
    place = backwards["tblInterval"]["start"].iloc[(finding.row or 0) - 1]
    assert place == pd.Timestamp("2026-02-05 08:00")


def test_a_long_list_of_days_is_cut() -> None:
    days = [f"{day:%Y-%m-%d}" for day in pd.date_range("2026-02-02", "2026-02-13")]
    (finding,) = found(without(Plan.sample(), *days), "history_gap")
    assert finding.found.endswith("Fri 2026-02-06 ... 10 in all")


def test_a_closed_day_is_no_gap() -> None:
    plan = without(Plan.sample(), "2026-02-04")
    holiday = {"holiday_calendar": ["IE"], "date": [dt.date(2026, 2, 4)], "name": ["Day off"], "volume_effect": [-1.0]}
    streams = plan["tblWorkstream"].assign(holiday_calendar="IE")
    closed = plan.with_table("tblHoliday", holiday).with_table("tblWorkstream", streams)
    assert closed.check() == []


@pytest.mark.parametrize(
    ("grain", "starts", "found_"),
    [
        ("week", ["2026-03-02", "2026-03-09", "2026-03-30"], "2 weeks without rows"),
        ("month", ["2025-12-01", "2026-02-01", "2026-03-01"], "1 month without rows"),
        ("week", ["2026-03-16", "2026-03-23", "2026-03-30"], None),
    ],
)
def test_a_gap_in_weeks_or_months(grain: str, starts: list[str], found_: str | None) -> None:
    plan = Plan.sample()
    tables = {name: frame for name, frame in plan.tables.items() if name != "tblInterval"}
    columns = {
        "queue": ["support"] * 3,
        "language": ["EN"] * 3,
        "start": pd.to_datetime(starts),
        "grain": [grain] * 3,
        "volume": [100.0] * 3,
    }
    gaps = found(Plan(tables, plan.names).with_table("tblActual", columns), "history_gap")
    assert [finding.found.split(" for")[0] for finding in gaps] == ([found_] if found_ else [])


def test_history_that_ends_long_before_the_plan() -> None:
    plan = Plan.sample()
    assert found(plan.with_names(PlanStart=dt.date(2026, 4, 6)), "history_end") == []
    (finding,) = found(plan.with_names(PlanStart=dt.date(2026, 5, 4)), "history_end")
    assert finding.severity == "warning"
    assert finding.found == "history of support EN ends 2026-04-03"


def test_starts_off_the_grid_and_two_lengths() -> None:
    plan = Plan.sample()
    history = plan["tblInterval"]
    history.loc[3, "start"] += pd.Timedelta(minutes=10)
    (finding,) = found(plan.with_table("tblInterval", history), "interval_grid")
    assert (finding.where, finding.found) == ("tblInterval.start, row 4", "2026-01-05 09:40:00")
    history = plan["tblInterval"]
    history.loc[6, "interval_min"] = 15
    (finding,) = found(plan.with_table("tblInterval", history), "interval_grid")
    assert (finding.where, finding.found) == (
        "tblInterval.interval_min, row 7",
        "intervals of 15, 30 minutes in support",
    )


@pytest.mark.parametrize(
    ("shape", "end", "half_life", "fix"),
    [
        ("decay", None, None, "type 2 (weeks), or shape step"),
        ("decay", "2026-06-01", None, "type 2 (weeks), or shape step"),
        ("decay", None, 2.0, None),
        ("ramp", None, None, "type 2 (weeks), or the last day in end"),
        ("ramp", "2026-06-01", None, None),
        ("step", None, None, None),
    ],
)
def test_an_event_that_does_not_say_how_fast(shape: str, end: str | None, half_life: float | None, fix: str) -> None:
    event = {
        "event": ["launch"],
        "name": ["Launch"],
        "lob": ["ANY"],
        "queue": ["ANY"],
        "language": ["ANY"],
        "start": [dt.date(2026, 4, 6)],
        "end": [None if end is None else dt.date.fromisoformat(end)],
        "uplift": [0.2],
        "shape": [shape],
        "half_life": [half_life],
        "in_history": [False],
        "owner": ["me"],
    }
    fixes = [finding.fix for finding in found(Plan.sample().with_table("tblEvent", event), "event_shape")]
    assert fixes == ([fix] if fix else [])
