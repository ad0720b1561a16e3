"""Events, holidays and overrides: their shapes by hand, and parents that tie out with their children."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import xlplan
from xlplan.errors import PlanError
from xlplan.planning.calendar.periods import build_periods
from xlplan.planning.forecast.effects import day_factors, event_shape, holiday_factors, overridden
from xlplan.planning.workstreams import Workstream, workstreams
from xlplan.tables.plan import Plan

DAYS = np.arange("2026-04-06", "2026-05-04", dtype="datetime64[D]")
STREAM = workstreams(Plan.sample())[0]
PERIODS = build_periods(dt.date(2026, 4, 6), "4w")


def shape(**event: Any) -> list[float]:
    return event_shape(DAYS, **{"start": pd.Timestamp("2026-04-13"), "end": None, **event}).tolist()


def test_a_step_holds_from_its_first_day_to_its_last() -> None:
    assert shape(shape="step") == [0.0] * 7 + [1.0] * 21
    assert shape(shape="step", end=pd.Timestamp("2026-04-14")) == [0.0] * 7 + [1.0] * 2 + [0.0] * 19


def test_a_ramp_rises_evenly_to_its_end_or_over_twice_its_half_life() -> None:
    assert shape(shape="ramp", end=pd.Timestamp("2026-04-16"))[6:12] == [0.0, 0.25, 0.5, 0.75, 1.0, 0.0]
    rise = shape(shape="ramp", half_life=1.0)
    assert rise[7:] == pytest.approx([min(day / 14, 1.0) for day in range(1, 22)])
    assert rise[13] == 0.5, "half of it after one half-life"


def test_a_decay_halves_every_half_life_from_its_start_or_its_end() -> None:
    fall = shape(shape="decay", half_life=1.0)
    assert fall[:7] == [0.0] * 7
    assert (fall[7], fall[14], fall[21]) == (1.0, 0.5, 0.25)
    later = shape(shape="decay", half_life=1.0, end=pd.Timestamp("2026-04-20"))
    assert (later[7], later[14], later[21]) == (1.0, 1.0, 0.5)


@pytest.mark.parametrize("kind", ["decay", "ramp"])
def test_how_fast_is_never_guessed(kind: str) -> None:
    with pytest.raises(PlanError, match="without a half-life; type half_life in weeks"):
        shape(shape=kind)


@given(
    kind=st.sampled_from(["step", "ramp", "decay"]),
    start=st.dates(dt.date(2026, 3, 1), dt.date(2026, 5, 30)),
    days=st.integers(0, 60),
    half_life=st.floats(0.1, 20),
)
def test_a_shape_is_a_share_and_nothing_before_its_start(
    kind: str, start: dt.date, days: int, half_life: float
) -> None:
    found = event_shape(
        DAYS,
        start=pd.Timestamp(start),
        end=pd.Timestamp(start + dt.timedelta(days=days)),
        shape=kind,
        half_life=half_life,
    )
    assert ((found >= 0) & (found <= 1)).all()
    assert not found[np.datetime64(start) > DAYS].any()


def holidays(**values: Any) -> pd.DataFrame:
    rows = {"holiday_calendar": ["IE"], "date": [pd.Timestamp("2026-04-20")], "name": ["Day"],
            **{name: [value] for name, value in values.items()}}  # fmt: skip
    return Plan().with_table("tblHoliday", rows)["tblHoliday"]


def test_a_holiday_closes_its_day_and_touches_its_neighbours() -> None:
    closed = holiday_factors(holidays(volume_effect=-1.0), DAYS)
    assert closed[14] == 0.0
    assert np.delete(closed, 14).tolist() == [1.0] * 27
    wide = holiday_factors(holidays(volume_effect=-0.6, lead_days=1, lag_days=2), DAYS)
    assert wide[12:18].tolist() == pytest.approx([1.0, 0.7, 0.4, 0.6, 0.8, 1.0])
    assert holiday_factors(holidays(staff_off=1.0), DAYS).tolist() == [1.0] * 28, (
        "no stated effect: learned, not guessed"
    )


def events(*rows: dict[str, Any]) -> Plan:
    base = {"name": "E", "lob": "ANY", "queue": "ANY", "language": "ANY", "start": dt.date(2026, 4, 13), "end": None,
            "uplift": 0.5, "aht_uplift": None, "shape": "step", "half_life": None, "probability": None,
            "in_history": False, "owner": "me"}  # fmt: skip
    table = pd.DataFrame([{"event": f"e{place}", **base, **row} for place, row in enumerate(rows)])
    return Plan.sample().with_table("tblEvent", table)


def factors(*rows: dict[str, Any], measure: str = "volume", stream: Workstream = STREAM) -> tuple[float, float]:
    found = day_factors(events(*rows), stream, DAYS, measure=measure)
    return float(found[0]), float(found[-1])


@pytest.mark.parametrize(
    ("rows", "last"),
    [
        ([{}], 1.5),
        ([{"probability": 0.5}], 1.25),
        ([{}, {"uplift": -0.2}], 1.2),
        ([{"in_history": True}], 1.0),
        ([{"queue": "support", "language": "EN", "lob": "User support"}], 1.5),
        ([{"queue": "other"}], 1.0),
        ([{"language": "DE"}], 1.0),
        ([{"lob": "Sales"}], 1.0),
    ],
)
def test_events_multiply_where_they_concern_the_workstream(rows: list[dict[str, Any]], last: float) -> None:
    assert factors(*rows) == pytest.approx((1.0, last))


def test_an_event_may_lengthen_handling_and_a_holiday_does_not() -> None:
    assert factors({"uplift": 0.0, "aht_uplift": 0.1}, measure="aht_s") == pytest.approx((1.0, 1.1))
    closed = replace(STREAM, holidays=holidays(volume_effect=-1.0))
    assert day_factors(Plan.sample(), closed, DAYS, measure="aht_s").tolist() == [1.0] * 28


STREAMS = [replace(STREAM, language=language) for language in ("EN", "DE", "FR")]
VALUES = np.array([[100.0, 100, 100, 0], [50, 50, 50, 0], [50, 0, 50, 0]])


def override(values: np.ndarray = VALUES, measure: str = "volume", **row: Any) -> np.ndarray:
    base = {"override": "o", "lob": "ANY", "queue": "ANY", "language": "ANY", "start": dt.date(2026, 4, 6),
            "end": dt.date(2026, 5, 3), "measure": measure, "op": "set", "value": 400.0, "who": "me",
            "decided_on": dt.date(2026, 4, 1), "reason": "because", "active": True}  # fmt: skip
    plan = Plan.sample().with_table("tblOverride", pd.DataFrame([{**base, **row}]))
    return overridden(plan, STREAMS, PERIODS, values, measure=measure)


def test_a_total_that_is_set_is_shared_out_in_proportion() -> None:
    found = override()
    assert found.sum(axis=0).tolist() == pytest.approx([400.0] * 4)
    assert found[:, 0].tolist() == pytest.approx([200.0, 100.0, 100.0])
    assert found[2, 1] == 0.0, "a child without a forecast gets nothing while others have one"
    assert found[:, 3].tolist() == pytest.approx([400 / 3] * 3), "where nobody has one, all alike"


def test_a_total_that_is_added_or_multiplied() -> None:
    assert override(op="add", value=-40.0).sum(axis=0).tolist() == pytest.approx([160, 110, 160, 0])
    assert override(op="multiply", value=1.5).tolist() == (VALUES * 1.5).tolist()


def test_one_child_alone() -> None:
    found = override(language="DE", value=80.0)
    assert found[1].tolist() == [80.0] * 4
    assert np.delete(found, 1, axis=0).tolist() == np.delete(VALUES, 1, axis=0).tolist()


def test_an_override_counts_by_the_days_it_covers() -> None:
    found = override(op="multiply", value=2.0, start=dt.date(2026, 4, 9), end=dt.date(2026, 4, 12))
    assert found[0].tolist() == pytest.approx([100 * (1 + 4 / 7), 100, 100, 0])


def test_an_override_that_is_not_active_or_of_another_measure_or_time() -> None:
    assert override(active=False).tolist() == VALUES.tolist()
    assert override(start=dt.date(2027, 1, 1), end=dt.date(2027, 2, 1)).tolist() == VALUES.tolist()
    aht = np.full((3, 4), 300.0)
    assert override(aht, "aht_s", value=240.0).tolist() == [[240.0] * 4] * 3, "seconds are set, not shared out"
    assert override(aht, "aht_s", op="add", value=30.0).tolist() == [[330.0] * 4] * 3


@given(value=st.floats(0, 1e6), values=st.lists(st.floats(0, 1e5), min_size=12, max_size=12))
def test_parent_and_children_tie_out(value: float, values: list[float]) -> None:
    found = override(np.array(values).reshape(3, 4), value=value)
    # A tiny total shared out over large parts keeps the rounding of the parts.
    slack = 1e-12 * max(1.0, *values)
    assert found.sum(axis=0) == pytest.approx(np.full(4, value), rel=1e-9, abs=slack)
    assert (found >= 0).all()


def test_an_override_and_an_event_reach_the_forecast() -> None:
    plan = events({"start": dt.date(2026, 4, 6)})
    row = {"override": ["o"], "lob": ["ANY"], "queue": ["ANY"], "language": ["ANY"], "start": [dt.date(2026, 4, 20)],
           "end": [dt.date(2026, 4, 26)], "measure": ["volume"], "op": ["set"], "value": [5000.0], "who": ["me"],
           "decided_on": [dt.date(2026, 4, 1)], "reason": ["launch"], "active": [True]}  # fmt: skip
    before = xlplan.run(Plan.sample())["tblForecast"]
    after = xlplan.run(plan.with_table("tblOverride", row))["tblForecast"]
    assert after["event_effect"].tolist() == pytest.approx((before["base"] * 0.5).tolist())
    assert after["volume"].tolist()[2] == pytest.approx(5000.0)
    assert after["override_effect"].tolist() == pytest.approx([0, 0, 5000 - after.loc[2, "base"] * 1.5, 0])
