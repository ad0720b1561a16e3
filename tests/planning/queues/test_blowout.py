"""The warning before a goal breaks: how likely, when, by when to act, with what, at what cost, and why."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.stats import norm

from tests.planning.queues.conftest import PER_FTE, START, WEEK, build, queues
from tests.planning.queues.test_tables import LIVE
from xlplan.planning.queues import backlog_walk
from xlplan.planning.queues.breach import breaches
from xlplan.planning.queues.causes import CAUSES
from xlplan.planning.queues.lack import lacking_hours
from xlplan.planning.queues.project import project
from xlplan.planning.queues.work import read_work
from xlplan.tables.plan import Plan

HIRING = {
    "language": "DE",
    "site": "HQ",
    "role": "agent",
    "recruit_weeks": 2,
    "training_weeks": 1,
    "nesting_weeks": 1,
    "training_yield": 0.8,
    "nesting_yield": 1.0,
    "hire_cost": 100.0,
    "training_cost": 50.0,
    "currency": "USD",
}


def warning(plan: Plan) -> pd.Series:
    table = queues(plan)["tblBlowout"]
    assert len(table) == 1
    return table.iloc[0]


@pytest.mark.parametrize("room", [0.8, 0.95, 1.0, 1.05, 1.3])
def test_live_chance_is_that_of_the_forecast_error(room: float) -> None:
    found = warning(build([1000.0] * 4, served=room, queue=LIVE, cv=0.1))
    assert found["breach_probability"] == pytest.approx(norm.sf((room - 1) / 0.1), rel=1e-6)
    assert pd.isna(found["first_breach"]) == (room >= 1)


def test_a_live_queue_without_error_breaks_for_sure_or_never() -> None:
    assert warning(build([1000.0], served=0.99, queue=LIVE, cv=0.0))["breach_probability"] == 1.0
    assert warning(build([1000.0], served=1.0, queue=LIVE, cv=0.0))["breach_probability"] == 0.0


def test_waiting_work_breaks_as_often_as_draws_do() -> None:
    """A closed form against draws of the same error: all periods miss by the same number of deviations."""
    served, cv = [1.02, 1.0, 1.05, 1.02, 1.1], 0.06
    volume = np.array([1000.0, 1100.0, 1250.0, 1200.0, 1000.0])
    found = warning(build(volume.tolist(), served=served, cv=cv))
    z = np.random.default_rng(2).standard_normal(20_000)[:, None]
    capacity = np.broadcast_to(volume * served, (len(z), 5))
    longer = np.concatenate([volume, volume[-1:]]), np.concatenate([capacity, capacity[:, -1:]], axis=1)
    told = backlog_walk(np.maximum(longer[0] * (1 + cv * z), 0), longer[1], hours=168.0, limit_h=24.0)
    share = float((told.compliance[:, :5] < 0.9 - 1e-9).any(axis=1).mean())
    assert 0.05 < share < 0.5
    assert found["breach_probability"] == pytest.approx(share, abs=0.012)


def many(volume: np.ndarray, served: np.ndarray, *, cv: float = 0.1) -> Plan:
    """A plan of N workstreams over T weeks, arrays of shape (N, T)."""
    streams = [{"queue": "work", "language": f"L{n:03d}", "active": True} for n in range(len(volume))]
    plan = build(volume[0].tolist(), tables={"tblWorkstream": streams}, cv=cv)
    for name in ("tblForecast", "tblReq", "tblAllocation"):
        copies = []
        for number, stream in enumerate(streams):
            rows = plan[name].assign(language=stream["language"])
            scale = volume[number] / volume[0]
            sizes = {column: rows[column] * scale for column in SIZES if column in rows}
            if "served_hours" in rows:
                sizes["served_hours"] = sizes["served_hours"] * served[number]
            copies.append(rows.assign(**sizes))
        plan = plan.with_table(name, pd.concat(copies))
    return plan


SIZES = [
    *("base", "volume", "low_80", "high_80", "low_95", "high_95", "workload_hours", "required_hours"),
    *("required_low_80", "required_high_80", "served_hours", "hours"),
]


def test_more_hours_never_make_a_breach_likelier() -> None:
    volume = np.repeat([[1000.0, 1300.0, 900.0]], 15, axis=0)
    served = np.repeat(np.linspace(0.7, 1.4, 15)[:, None], 3, axis=1)
    chances = breaches(read_work(many(volume, served))).probability
    assert (np.diff(chances) <= 1e-12).all()
    assert chances[0] > 0.99
    assert chances[-1] < 0.01


def test_a_breach_as_projected_is_one_that_is_more_likely_than_not() -> None:
    rng = np.random.default_rng(5)
    done = queues(many(rng.uniform(900, 1100, (25, 6)), rng.uniform(0.85, 1.1, (25, 6))))
    found = done["tblBlowout"]
    compliance = done["tblBacklog"]["compliance"].to_numpy().reshape(25, 6)
    broken = compliance < 0.9 - 1e-9
    assert 3 < broken.any(axis=1).sum() < 25
    assert found["first_breach"].notna().tolist() == broken.any(axis=1).tolist()
    assert (found["breach_probability"] > 0.5).tolist() == broken.any(axis=1).tolist()
    starts = pd.Timestamp(START) + pd.to_timedelta(7 * broken.argmax(axis=1), unit="D")
    said = found["first_breach"].notna()
    assert found.loc[said, "first_breach"].tolist() == starts[said.to_numpy()].tolist()


def short(served: float = 0.7, *, at: int = 5, **tables: list[dict[str, Any]]) -> Plan:
    """Eight weeks, the hours fall short from one of them on."""
    return build([1000.0] * 8, served=[1.0] * at + [served] * (8 - at), tables=tables)


def test_act_by_is_a_hiring_lead_before_the_breach() -> None:
    found = warning(short(tblHiring=[HIRING]))
    assert found["first_breach"].date() == START + 5 * WEEK
    assert found["act_by"].date() == START + 1 * WEEK
    quicker = {**HIRING, "language": "ANY", "site": "HQ", "recruit_weeks": 0}
    assert warning(short(tblHiring=[quicker]))["act_by"].date() == START + 3 * WEEK
    assert warning(short(tblHiring=[HIRING, quicker]))["act_by"].date() == START + 1 * WEEK
    assert warning(short())["act_by"] == warning(short())["first_breach"]


def test_the_fix_is_enough_and_not_more() -> None:
    work = read_work(short())
    found = breaches(work)
    rows = np.array([0])
    hours = lacking_hours(work, rows=rows, first=found.first[rows])

    def kept(part: float) -> bool:
        extra = part * hours * work.items_per_hour
        return bool((project(work, rows=rows, extra=extra).compliance[0, :-1] >= 0.9 - 1e-9).all())

    assert found.first[0] == 5
    assert kept(1.0)
    assert not kept(0.999)
    assert_allclose(hours[0, :5], 0.0)


def test_a_class_is_sized_in_heads_and_priced() -> None:
    plan = short(tblHiring=[HIRING])
    found = warning(plan)
    work = read_work(plan)
    hours = lacking_hours(work, rows=np.array([0]), first=np.array([5]))[0]
    fte = hours.max() / PER_FTE
    heads = np.ceil(fte / 0.8)
    assert found["fix"].startswith(f"class of {heads:.0f} heads in DE at HQ, decided by 2026-04-06")
    assert f"({fte:.1f} FTE)" in found["fix"]
    assert found["fix_cost"] == pytest.approx(heads * (100 + 2 * 50) + hours.sum() * 30.0, rel=1e-9)


def test_overtime_where_it_is_allowed_and_cheaper() -> None:
    pay = {"language": "ANY", "site": "HQ", "role": "agent", "valid_from": START, "wage": 20.0, "per": "hour"}
    capacity = {"site": "HQ", "valid_from": START, "seats": 100.0, "max_overtime_share": 0.5}
    plan = short(tblHiring=[HIRING], tblPay=[{**pay, "ot_premium": 2.0}], tblSiteCapacity=[capacity])
    hours = lacking_hours(read_work(plan), rows=np.array([0]), first=np.array([5]))[0].sum()
    found = warning(plan)
    assert found["fix"].startswith("overtime of")
    assert f"{hours:,.0f} hours" in found["fix"]
    assert found["fix_cost"] == pytest.approx(hours * 32.0, rel=1e-9)
    dear = short(tblHiring=[HIRING], tblPay=[{**pay, "ot_premium": 90.0}], tblSiteCapacity=[capacity])
    assert warning(dear)["fix"].startswith("class of")
    little = {**capacity, "max_overtime_share": 0.01}
    assert warning(short(tblHiring=[HIRING], tblSiteCapacity=[little]))["fix"].startswith("class of")


def test_a_day_that_has_passed_is_said() -> None:
    found = warning(short(at=1, tblHiring=[HIRING]))
    assert found["act_by"].date() == START - 3 * WEEK
    assert "that day has passed" in found["fix"]
    capacity = {"site": "HQ", "valid_from": START, "seats": 100.0, "max_overtime_share": 0.9}
    assert warning(short(at=1, tblHiring=[HIRING], tblSiteCapacity=[capacity]))["fix"].startswith("overtime")


def test_without_terms_and_overtime_the_size_is_said() -> None:
    found = warning(short())
    assert "FTE more at HQ from 2026-05-04 on" in found["fix"]
    assert found["fix_cost"] > 0


def test_no_breach_says_nothing() -> None:
    found = warning(build([1000.0] * 4, served=1.5))
    assert found["breach_probability"] < 0.01
    said = ["first_breach", "act_by", "fix", "fix_cost", *(f"cause_{name}" for name in CAUSES)]
    assert found[said].isna().all()


def shares(plan: Plan) -> dict[str, float]:
    found = warning(plan)
    parts = {name: float(found[f"cause_{name}"]) for name in CAUSES}
    assert sum(parts.values()) == pytest.approx(1.0, abs=1e-12)
    return parts


def test_causes_name_what_changed() -> None:
    growth = build([1000.0, 1000.0, 2000.0], served=[1.0, 1.0, 0.5])
    assert shares(growth)["volume"] == 1.0
    slower = {"aht_s": np.array([360.0, 360.0, 720.0]), "workload_hours": np.array([100.0, 100.0, 200.0])}
    need = {**slower, "required_hours": np.array([100.0, 100.0, 200.0]) / 0.9, "required_high_80": 1e6}
    assert shares(build([1000.0] * 3, served=[1.0, 1.0, 0.5], need=need))["aht"] == 1.0
    away = {"mix_shrinkage": np.array([0.3, 0.3, 0.6])}
    assert shares(build([1000.0] * 3, served=[1.0, 1.0, 0.6], need=away))["shrinkage"] == 1.0
    assert shares(build([1000.0] * 3, served=0.6))["hiring"] == 1.0


def test_leavers_nobody_replaced_are_a_cause() -> None:
    roster = {"language": "DE", "site": "HQ", "role": "agent", "tenure_band": "all", "heads": 10.0, "fte": 10.0}
    roster |= {"as_of": START - dt.timedelta(days=1), "source": "HR"}
    leave = {"language": "ANY", "site": "HQ", "role": "ANY", "tenure_band": "ANY", "rate": 0.1, "per": "week"}
    leave["month"] = START.replace(day=1)
    plan = build([1000.0] * 4, served=[1.0, 0.99, 0.98, 0.6], tables={"tblRoster": [roster], "tblAttrition": [leave]})
    assert shares(plan)["attrition"] == 1.0


def test_work_that_goes_elsewhere_is_a_cause() -> None:
    plan = build([1000.0] * 3, served=[1.0, 1.0, 0.5])
    other = plan["tblAllocation"].assign(queue="other", served_hours=[50.0, 50.0, 105.0])
    plan = plan.with_table("tblAllocation", pd.concat([plan["tblAllocation"], other]))
    assert shares(plan)["routing"] == 1.0


def test_warnings_two_weeks_ahead_are_mostly_right() -> None:
    """200 queues of random room, each with its own misses by week: precision and recall of P > 1/2."""
    rng = np.random.default_rng(11)
    count, cv = 200, 0.08
    room = np.repeat(rng.uniform(0.85, 1.15, count)[:, None], 2, axis=1)
    plan = many(np.full((count, 2), 1000.0), room, cv=cv)
    said = breaches(read_work(plan)).probability > 0.5
    came = 1000 * np.maximum(1 + cv * rng.standard_normal((count, 3)), 0)
    capacity = np.repeat(1000 * room[:, :1], 3, axis=1)
    broke = (backlog_walk(came, capacity, hours=168.0, limit_h=24.0).compliance[:, :2] < 0.9).any(axis=1)
    hits = float((said & broke).sum())
    assert hits / said.sum() >= 0.7
    assert hits / broke.sum() >= 0.7
