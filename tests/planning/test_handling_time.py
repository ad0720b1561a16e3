"""Handling time: stated from its month on, else measured over the last quarter by volume."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pandas as pd
import pytest

from xlplan.errors import PlanError
from xlplan.planning.handling_time import handling_times
from xlplan.planning.workstreams import workstreams
from xlplan.tables.plan import Plan

NONE = {"queue": [], "language": [], "month": [], "aht_s": []}


def times(plan: Plan) -> Callable[[pd.Timestamp], float]:
    return handling_times(plan, workstreams(plan)[0])


def test_a_stated_row_holds_until_a_later_one() -> None:
    rows = {"queue": ["support"] * 3, "language": ["ANY"] * 3, "aht_s": [320.0, 300.0, 280.0],
            "month": [dt.date(2026, 6, 1), dt.date(2026, 3, 1), dt.date(2026, 9, 1)]}  # fmt: skip
    at = times(Plan.sample().with_table("tblAht", rows))
    days = ["2026-01-01", "2026-03-01", "2026-05-31", "2026-06-01", "2026-12-31"]
    assert [at(pd.Timestamp(day)) for day in days] == [300.0, 300.0, 300.0, 320.0, 280.0]


def test_a_row_of_the_language_replaces_the_general_ones() -> None:
    rows = {"queue": ["support"] * 2, "language": ["ANY", "EN"], "aht_s": [300.0, 420.0],
            "month": [dt.date(2026, 6, 1), dt.date(2026, 3, 1)]}  # fmt: skip
    assert times(Plan.sample().with_table("tblAht", rows))(pd.Timestamp("2026-07-01")) == 420.0


def test_the_measured_mean_is_weighted_by_volume_over_the_last_quarter_before_the_plan() -> None:
    plan = Plan.sample().with_table("tblAht", NONE).with_names(PlanStart=dt.date(2027, 1, 4))
    history = {
        "queue": ["support"] * 5,
        "language": ["EN"] * 5,
        "start": pd.to_datetime(["2026-07-01", "2026-12-01", "2026-12-02", "2026-12-03", "2027-01-04"]),
        "interval_min": [1440] * 5,
        "volume": [1000.0, 100.0, 300.0, 500.0, 900.0],
        "aht_s": [900.0, 200.0, 400.0, None, 900.0],
    }
    assert times(plan.with_table("tblInterval", history))(pd.Timestamp("2027-02-01")) == pytest.approx(350.0)


def test_weeks_where_no_interval_is_measured() -> None:
    plan = Plan.sample().with_table("tblAht", NONE)
    weeks = {
        "queue": ["support"],
        "language": ["EN"],
        "start": [dt.date(2026, 3, 30)],
        "grain": ["week"],
        "volume": [10.0],
        "aht_s": [250.0],
    }
    assert times(plan.with_table("tblActual", weeks))(pd.Timestamp("2026-05-01")) == 250.0


def test_neither_stated_nor_measured() -> None:
    with pytest.raises(PlanError, match="tblAht: support EN has no handling time; add a row: support, EN, seconds"):
        times(Plan.sample().with_table("tblAht", NONE))
