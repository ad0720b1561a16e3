"""Workstreams: blanks resolved in the order workstream, queue, settings; the most specific row wins."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from xlplan.planning.workstreams import Workstream, most_specific, workstreams
from xlplan.tables.plan import Plan


def stream(
    queue: dict[str, Any] | None = None, own: dict[str, Any] | None = None, plan: Plan | None = None
) -> Workstream:
    plan = plan or Plan.sample()
    plan = plan.with_table("tblQueue", plan["tblQueue"].assign(**(queue or {})))
    plan = plan.with_table("tblWorkstream", plan["tblWorkstream"].assign(**(own or {})))
    (found,) = workstreams(plan)
    return found


def test_the_sample() -> None:
    found = stream()
    assert (found.queue, found.language, found.lob, found.label) == ("support", "EN", "User support", "support EN")
    assert (found.target, found.target_s, found.patience_s, found.interval_min) == (0.8, 20.0, 180.0, 30)
    assert np.isnan([found.asa_s, found.max_abandon]).all()
    assert (found.time_zone, found.method, found.min_crew) == ("UTC", "auto", 0.0)
    assert len(found.open_hours) == 5
    assert found.holidays.empty
    assert len(found.closed_dates) == 0


@pytest.mark.parametrize(
    ("queue", "own", "field", "value"),
    [
        ({"patience_s": None}, {}, "patience_s", np.inf),
        ({"max_occupancy": None}, {}, "max_occupancy", 0.85),
        ({"max_occupancy": 0.7}, {}, "max_occupancy", 0.7),
        ({"work_type": "deferrable", "tat_h": 24.0, "compliance": 0.9}, {}, "max_occupancy", 0.95),
        ({"interval_min": None}, {}, "interval_min", 30),
        ({"interval_min": None, "work_type": "deferrable"}, {}, "interval_min", 60),
        ({"min_crew": 2.0}, {}, "min_crew", 2.0),
        ({"min_crew": 2.0}, {"min_crew": 1.0}, "min_crew", 1.0),
        ({"time_zone": "Asia/Manila"}, {}, "time_zone", "Asia/Manila"),
        ({"lob": None}, {}, "lob", None),
        ({}, {"method": "theta"}, "method", "theta"),
    ],
)
def test_a_blank_takes_the_next_best_value(
    queue: dict[str, Any], own: dict[str, Any], field: str, value: object
) -> None:
    assert getattr(stream(queue, own), field) == value


def test_settings_change_the_defaults() -> None:
    plan = Plan.sample().with_table("tblSetting", {"setting": ["max_occupancy_live"], "value": ["0.75"]})
    assert stream({"max_occupancy": None}, plan=plan).max_occupancy == 0.75


def test_own_opening_hours() -> None:
    hours = Plan.sample()["tblOpenHours"]
    short = hours.assign(open_hours="short").iloc[:2]
    plan = Plan.sample().with_table("tblOpenHours", pd.concat([hours, short]))
    assert len(stream(own={"open_hours": "short"}, plan=plan).open_hours) == 2
    assert len(stream(plan=plan).open_hours) == 5


def test_the_calendar_of_the_workstream_before_that_of_its_language() -> None:
    languages = {
        "language": ["EN"],
        "name": ["English"],
        "eu_official": [True],
        "tier": [1],
        "holiday_calendar": ["IE"],
    }
    holidays = {
        "holiday_calendar": ["IE", "IE", "UK"],
        "date": [dt.date(2026, 4, 6), dt.date(2026, 5, 4), dt.date(2026, 5, 25)],
        "name": ["Easter", "May", "Spring"],
        "volume_effect": [-1.0, -0.4, -1.0],
    }
    plan = Plan.sample().with_table("tblLanguage", languages).with_table("tblHoliday", holidays)
    assert stream(plan=plan).closed_dates.tolist() == [dt.date(2026, 4, 6)], "a weaker day is not closed"
    assert stream(own={"holiday_calendar": "UK"}, plan=plan).closed_dates.tolist() == [dt.date(2026, 5, 25)]


def test_inactive_workstreams_are_left_out_and_blank_means_active() -> None:
    columns = {"queue": ["support"] * 3, "language": ["EN", "DE", "FR"], "active": [True, False, None]}
    plan = Plan.sample().with_table("tblWorkstream", columns)
    assert [found.language for found in workstreams(plan)] == ["EN", "FR"]


@pytest.mark.parametrize(
    ("keys", "wage"),
    [
        ({"language": "DE", "site": "A"}, [3.0]),
        ({"language": "DE", "site": "B"}, [2.0]),
        ({"language": "FR", "site": "A"}, [4.0]),
        ({"language": "FR", "site": "B"}, [1.0]),
        ({"language": None, "site": "B"}, [1.0]),
    ],
)
def test_the_most_specific_row_wins(keys: dict[str, str | None], wage: list[float]) -> None:
    rows = pd.DataFrame(
        {"language": ["ANY", "DE", "DE", "ANY"], "site": ["ANY", "ANY", "A", "A"], "wage": [1.0, 2.0, 3.0, 4.0]}
    )
    assert most_specific(rows, **keys)["wage"].tolist() == wage
    assert most_specific(rows.iloc[2:3], language="FR", site="B").empty
