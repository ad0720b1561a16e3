"""The staffing step on small plans: every requirement judged by replaying the work, first in, first out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from xlplan.planning.calendar.step import STEP as CALENDAR
from xlplan.planning.staffing.replay import completed, share_in_time
from xlplan.planning.staffing.step import STEP
from xlplan.planning.tie_outs import tie_outs
from xlplan.tables.plan import Plan
from xlplan.tables.rules import check_plan

START = dt.date(2026, 3, 2)  # a Monday
HOURS = 168
ALWAYS = [(day, 0, 1440) for day in range(1, 8)]
OFFICE = [(day, 480, 1080) for day in range(1, 6)]
WAVE = 1 + 0.8 * np.sin(2 * np.pi * (np.arange(24) - 8) / 24)


def waiting_plan(
    volumes: list[float],
    *,
    hours: list[tuple[int, int, int]] = ALWAYS,
    aht_s: float = 300,
    shape: np.ndarray = WAVE,
    work_type: str = "deferrable",
    grain: str = "",
    **queue: Any,
) -> Plan:
    """One queue of work that waits, with a volume for each week and one shape for each day."""
    start = dt.date(2026, 3, 1) if grain else START
    plan = Plan.sample().with_names(PlanStart=start, Grain=grain or f"{len(volumes)}w")
    columns = {"tat_h": 24.0, "compliance": 0.95, "max_occupancy": 0.9} | queue
    plan = plan.with_table(
        "tblQueue",
        {"queue": ["desk"], "channel": ["ticket"], "work_type": [work_type], "open_hours": ["set"]}
        | {name: [value] for name, value in columns.items()},
    )
    plan = plan.with_table("tblWorkstream", {"queue": ["desk"], "language": ["EN"]})
    plan = plan.with_table(
        "tblOpenHours",
        pd.DataFrame([("set", *row) for row in hours], columns=["open_hours", "weekday", "open", "close"]),
    )
    for name, frame in CALENDAR.run(plan).items():
        plan = plan.with_table(name, frame)
    return forecast(plan, {("desk", "EN"): volumes}, aht_s=aht_s, shape=shape)


def forecast(plan: Plan, volumes: dict[tuple[str, str], list[float]], *, aht_s: float, shape: np.ndarray) -> Plan:
    periods = plan["tblPeriod"]["period"].tolist()
    rows = [
        {"queue": queue, "language": code, "period": period, "volume": volume}
        for (queue, code), weekly in volumes.items()
        for period, volume in zip(periods, weekly, strict=True)
    ]
    frame = pd.DataFrame(rows)
    volume = frame["volume"]
    nothing = dict.fromkeys(["event_effect", "ai_effect", "chain_inflow", "overlay_effect", "override_effect"], 0.0)
    plan = plan.with_table(
        "tblForecast",
        frame.assign(
            base=volume, **nothing, low_80=0.8 * volume, low_95=0.7 * volume, high_80=1.2 * volume,
            high_95=1.4 * volume, aht_s=aht_s, method="given",
        ),
    )  # fmt: skip
    width = len(shape)
    week = pd.DataFrame(
        {
            "weekday": np.repeat(np.arange(1, 8), width),
            "interval_start": np.tile(np.arange(width) * (1440 // width), 7),
            "share": np.tile(shape, 7) / shape.sum() / 7,
        }
    )
    profile = [week.assign(queue=queue, language=code) for queue, code in volumes]
    return plan.with_table(
        "tblProfile",
        pd.concat(profile).assign(period="ANY", interval_min=1440 // width, aht_index=1.0),
    )


def staffed(plan: Plan) -> Plan:
    for name, frame in STEP.run(plan).items():
        plan = plan.with_table(name, frame)
    return plan


def requirement(plan: Plan) -> pd.DataFrame:
    return staffed(plan)["tblReq"]


def open_mask(hours: list[tuple[int, int, int]]) -> np.ndarray:
    mask = np.zeros((7, 24))
    for day, first, last in hours:
        mask[day - 1, first // 60 : last // 60] = 1
    return mask.ravel()


def replay(plan: Plan, hours: list[tuple[int, int, int]], *, tat: int, opening: float = 0.0, less: float = 0.0) -> Any:
    """Share in time of every hourly cohort when the hours required are worked: extra ones first, the rest evenly."""
    rows = requirement(plan)
    queue = plan["tblQueue"].iloc[0]
    mask = open_mask(hours)
    came = np.concatenate([np.tile(WAVE, 7) / WAVE.sum() / 7 * volume for volume in rows["volume"]])
    per_hour = 3600 / rows["aht_s"].iloc[0] * queue["max_occupancy"]
    able = []
    for needed, carried in zip(rows["required_hours"], rows["backlog_hours"], strict=True):
        extra = carried / queue["max_occupancy"]
        week = mask * (needed - extra) / mask.sum() * (1 - less)
        week[int(np.flatnonzero(mask)[0])] += extra
        able.append(week * per_hour)
    done = completed(came, np.concatenate(able), opening=opening)
    return share_in_time(came, done, np.arange(len(came)) + tat, opening=opening), done


STEADY = [2000.0] * 6
SEASONAL = [2000.0, 2600, 1500, 900, 2400, 2400, 1000]


@pytest.mark.parametrize("hours", [ALWAYS, OFFICE], ids=["always", "office"])
@pytest.mark.parametrize("volumes", [STEADY, SEASONAL], ids=["steady", "seasonal"])
@pytest.mark.parametrize("tat", [4, 24, 72, 100])
def test_the_hours_required_make_every_cohort(volumes: list[float], hours: Any, tat: int) -> None:
    if hours is OFFICE and tat < 62:
        tat += 62  # closed from Friday 18:00 to Monday 08:00
    shares, _ = replay(waiting_plan(volumes, hours=hours, tat_h=tat), hours, tat=tat)
    assert np.nanmin(shares) >= 0.95 - 1e-6


@pytest.mark.parametrize("tat", [2, 4])
def test_one_per_cent_fewer_is_late(tat: int) -> None:
    plan = waiting_plan(STEADY, tat_h=tat)
    assert set(requirement(plan)["binding"]) == {"model"}
    shares, _ = replay(plan, ALWAYS, tat=tat, less=0.01)
    assert np.nanmin(shares) < 0.95


def test_a_long_turnaround_needs_the_workload_and_no_less() -> None:
    rows = requirement(waiting_plan(SEASONAL, tat_h=24 * 21))
    workload = rows["volume"] * 300 / 3600
    assert rows["workload_hours"].to_numpy() == pytest.approx(workload.to_numpy())
    assert rows["required_hours"].to_numpy() == pytest.approx(workload.to_numpy() / 0.9)
    assert set(rows["binding"]) == {"max_occupancy"}
    assert rows["occupancy"].to_numpy() == pytest.approx(0.9)


def test_tat_by_hand() -> None:
    # Everything comes at noon, an hour each, and has two hours more: three hours of staff round the clock.
    spike = np.zeros(24)
    spike[12] = 1
    rows = requirement(waiting_plan([70.0], shape=spike, aht_s=3600, tat_h=2, compliance=1.0, max_occupancy=1.0))
    assert rows["required_hours"].tolist() == pytest.approx([10 / 3 * HOURS])
    assert rows["agents_peak"].tolist() == [4]
    assert rows["model"].tolist() == ["deferred"]


def test_the_open_clock_waits_for_monday() -> None:
    # A day of ten open hours on an open clock, against sixty-eight calendar ones.
    standing = requirement(waiting_plan(STEADY, hours=OFFICE, tat_h=10, tat_clock="open"))
    calendar = requirement(waiting_plan(STEADY, hours=OFFICE, tat_h=68))
    assert (standing["required_hours"] >= standing["workload_hours"] / 0.9 - 1e-9).all()
    assert standing["required_hours"].sum() > calendar["required_hours"].sum() * 0.9


def test_minimum_crew_and_statutory_clock() -> None:
    thin = requirement(waiting_plan([10.0], work_type="clock", clock_h=1, compliance=None, tat_h=None, min_crew=2))
    assert thin["required_hours"].tolist() == [2 * HOURS]
    assert (thin["model"].tolist(), thin["binding"].tolist()) == (["cover"], ["min_crew"])
    busy = requirement(waiting_plan([9000.0], work_type="clock", clock_h=1, compliance=None, tat_h=None, min_crew=2))
    assert (busy["model"].tolist(), busy["binding"].tolist()) == (["deferred"], ["clock"])
    loose = requirement(waiting_plan([9000.0], tat_h=1, compliance=1.0))
    assert busy["required_hours"].tolist() == pytest.approx(loose["required_hours"].tolist())


def test_a_clock_is_kept_in_full_whatever_the_compliance() -> None:
    both = requirement(waiting_plan(STEADY, tat_h=24, clock_h=3, compliance=0.5))
    only = requirement(waiting_plan(STEADY, tat_h=3, compliance=1.0))
    assert both["required_hours"].to_numpy() == pytest.approx(only["required_hours"].to_numpy())
    assert set(both["binding"]) == {"clock"}


def backlogged(plan: Plan, items: dict[float, float]) -> Plan:
    return plan.with_table(
        "tblBacklogOpening",
        {
            "queue": ["desk"] * len(items),
            "language": ["EN"] * len(items),
            "age_from_h": list(items),
            "as_of": [dt.datetime(2026, 3, 1, 22)] * len(items),
            "items": list(items.values()),
        },
    )


def test_an_opening_backlog_is_worked_off_within_the_first_turnaround() -> None:
    plan = waiting_plan(STEADY, tat_h=24, shape=np.ones(24), normal_backlog_h=6)
    calm = requirement(plan)
    open_items = 1000.0
    rows = requirement(backlogged(plan, {0: open_items}))
    # Round the clock at an even inflow the level does just what comes: the rest above six hours of it is extra.
    extra = (open_items - 6 / HOURS * 2000) * 300 / 3600
    assert rows["backlog_hours"].tolist() == pytest.approx([extra, *([0.0] * 5)])
    gained = rows["required_hours"] - calm["required_hours"]
    assert gained.tolist() == pytest.approx([extra / 0.9, *([0.0] * 5)])
    assert rows["agents_peak"].iloc[0] == np.ceil((calm["required_hours"].iloc[0] / HOURS) + extra / 0.9 / 24)


def test_a_normal_backlog_asks_for_nothing() -> None:
    plan = waiting_plan(STEADY, tat_h=24, shape=np.ones(24))
    calm = requirement(plan)
    rows = requirement(backlogged(plan, {0: 0.95 * 24 / HOURS * 2000 * 0.999}))
    assert rows["required_hours"].to_numpy() == pytest.approx(calm["required_hours"].to_numpy())


def test_old_items_make_their_own_deadline() -> None:
    plan = waiting_plan(STEADY, tat_h=24, compliance=1.0, shape=np.ones(24))
    young = requirement(backlogged(plan, {0: 200.0}))["backlog_hours"].iloc[0]
    old = requirement(backlogged(plan, {0: 0.0, 22: 200.0}))["backlog_hours"].iloc[0]
    # Two hours are left of the turnaround of all: what two hours of the level do not do is extra.
    assert young == 0
    assert old == pytest.approx((200 - 2 * 2000 / HOURS) * 300 / 3600, rel=0.02)


def test_a_backlog_and_a_long_turnaround_reach_into_later_periods() -> None:
    plan = waiting_plan(STEADY, tat_h=14 * 24, shape=np.ones(24), normal_backlog_h=0)
    rows = requirement(backlogged(plan, {0: 1200.0}))
    assert rows["backlog_hours"].tolist() == pytest.approx([50.0, 50.0, 0, 0, 0, 0])


def test_a_quieter_week_works_off_what_a_busy_one_leaves() -> None:
    plan = waiting_plan([3000.0, 500, 500], hours=OFFICE, tat_h=64, compliance=1.0)
    rows = requirement(plan)
    assert rows["backlog_hours"].iloc[1] > 0
    assert rows["backlog_hours"].iloc[2] == 0
    shares, done = replay(plan, OFFICE, tat=64)
    assert np.nanmin(shares) >= 1 - 1e-6
    assert done.sum() <= 4000 + 1e-6


def test_bounds_are_those_of_the_volume() -> None:
    rows = requirement(waiting_plan(SEASONAL, tat_h=4))
    assert (rows["required_low_80"] < rows["required_hours"]).all()
    assert (rows["required_hours"] < rows["required_high_80"]).all()
    tight = rows.loc[rows["backlog_hours"].eq(0)]
    assert (tight["required_high_80"] / tight["required_hours"]).to_numpy() == pytest.approx(1.2, rel=1e-6)


def test_months_and_clock_changes_keep_at_least_the_workload() -> None:
    plan = waiting_plan([8000.0, 9000, 7000], hours=OFFICE, tat_h=100, grain="3m")
    rows = requirement(plan)
    assert (rows["required_hours"] >= rows["workload_hours"] / 0.9 * (1 - 1e-9)).all()
    assert rows["occupancy"].le(0.9 + 1e-9).all()


def test_nothing_comes_and_nobody_is_needed() -> None:
    rows = requirement(waiting_plan([0.0, 0.0]))
    assert rows["required_hours"].tolist() == [0, 0]
    assert rows["occupancy"].isna().all()


def test_work_that_waits_has_no_intervals_and_ties_out_with_live_work() -> None:
    waiting = staffed(waiting_plan(STEADY))
    assert waiting["tblIntervalReq"].empty
    for check in tie_outs_of(waiting):
        assert check.passed, check


def tie_outs_of(plan: Plan) -> list[Any]:
    from xlplan.planning import tie_outs as module

    checks = (module.forecast_parts, module.intervals_volume, module.intervals_hours, module.service_met)
    return [check(plan) for check in checks]


def live_plan(**queue: Any) -> Plan:
    """Chats, calls with little patience, and tickets, in one plan."""
    plan = Plan.sample().with_names(PlanStart=START, Grain="2w")
    none = [None] * 3
    columns: dict[str, Any] = {
        "queue": ["chats", "calls", "desk"],
        "channel": ["chat", "voice", "ticket"],
        "work_type": ["live", "live", "deferrable"],
        "open_hours": ["set"] * 3,
        "target": [0.8, 0.5, None],
        "target_s": [60, 20, None],
        "patience_s": [240, 60, None],
        "concurrency": [3, None, None],
        "interval_min": [30, 30, 60],
        "max_occupancy": none,
        "tat_h": [None, None, 48],
        "compliance": [None, None, 0.9],
        "min_crew": none,
        "review_chain": none,
    } | queue
    plan = plan.with_table("tblQueue", columns)
    plan = plan.with_table("tblWorkstream", {"queue": ["chats", "calls", "desk"], "language": ["EN"] * 3})
    opened = pd.DataFrame([("set", *row) for row in ALWAYS], columns=["open_hours", "weekday", "open", "close"])
    plan = plan.with_table("tblOpenHours", opened)
    for name, frame in CALENDAR.run(plan).items():
        plan = plan.with_table(name, frame)
    volumes = {(name, "EN"): [20_000.0, 15_000] for name in ("chats", "calls", "desk")}
    plan = forecast(plan, volumes, aht_s=400, shape=np.repeat(WAVE, 2))
    profile = plan["tblProfile"]
    hourly = profile.loc[profile["queue"].eq("desk") & profile["interval_start"].mod(60).eq(0)]
    both = [profile.loc[profile["queue"].ne("desk")], hourly.assign(share=hourly["share"] * 2, interval_min=60)]
    return plan.with_table("tblProfile", pd.concat(both, ignore_index=True))


def test_a_mixed_plan_ties_out_and_meets_every_target() -> None:
    plan = staffed(live_plan())
    rows = plan["tblReq"].set_index("queue")
    assert rows["model"].groupby(level=0, sort=False).first().to_dict() == {
        "chats": "chat", "calls": "erlang_a", "desk": "deferred",
    }  # fmt: skip
    for check in tie_outs_of(plan):
        assert check.passed, check
    # Three chats at a time take about a third of the agents; callers who give up take none.
    hours = rows["required_hours"]
    assert hours.loc["chats"].sum() < 0.5 * hours.loc["desk"].sum()
    assert hours.loc["calls"].sum() < rows.loc["calls", "workload_hours"].sum()
    assert rows["occupancy"].between(0.3, 1.0).all()
    intervals = plan["tblIntervalReq"]
    assert set(intervals["queue"]) == {"chats", "calls"}
    assert intervals["occupancy"].le(0.85 + 1e-9).all()


def test_chats_with_stated_handling_times_need_more() -> None:
    plan = live_plan()
    usual = requirement(plan).set_index("queue")["required_hours"].loc["chats"].sum()
    stated = plan.with_table("tblConcurrency", {"queue": ["chats"] * 2, "contacts": [1, 3], "aht_s": [400, 800]})
    slower = staffed(stated)
    more = slower["tblReq"].set_index("queue")["required_hours"].loc["chats"].sum()
    assert 1.5 * usual < more < 2.1 * usual
    for check in tie_outs_of(slower):
        assert check.passed, check


def test_the_review_chain_of_a_live_queue_is_added_to_its_intervals() -> None:
    chain: dict[str, Any] = {
        "review_chain": ["checks"], "reviews": [1], "double_rate": [0.0], "qa_rate": [0.1], "appeal_rate": [0.0],
        "esc_rate": [0.0],
    }  # fmt: skip
    plain = requirement(live_plan())
    with_chain = staffed(live_plan(review_chain=["checks", "checks", None]).with_table("tblReviewChain", chain))
    rows = with_chain["tblReq"]
    live = rows["queue"].ne("desk")
    assert rows.loc[live, "chain_hours"].to_numpy() == pytest.approx(0.1 * rows.loc[live, "workload_hours"].to_numpy())
    gained = (rows["required_hours"] - plain["required_hours"]).to_numpy()
    assert gained == pytest.approx(rows["chain_hours"].to_numpy() / 0.85)
    for check in tie_outs_of(with_chain):
        assert check.passed, check


def exposed(plan: Plan, limit: float, minutes: float = 30) -> pd.DataFrame:
    columns = {"exposure_tier": ["E3"], "max_hours_day": [limit], "wellness_min_day": [minutes]}
    return requirement(plan.with_table("tblExposure", columns))


def test_exposure_limits_and_wellness_are_people() -> None:
    plan = waiting_plan(STEADY, exposure_tier="E3")
    plain = requirement(waiting_plan(STEADY))
    day = 40 / 5 * (1 - 0.16) * (1 - 0.14)  # productive hours of a person-day at the site
    loose, tight = exposed(plan, 12), exposed(plan, 2)
    days = plain["required_hours"] / (day - 0.5)
    assert loose["wellness_hours"].to_numpy() == pytest.approx((days * 0.5).to_numpy())
    assert loose["required_hours"].to_numpy() == pytest.approx((days * day).to_numpy())
    assert loose["exposure_hours"].to_numpy() == pytest.approx(plain["workload_hours"].to_numpy())
    assert set(loose["binding"]) == set(plain["binding"])
    assert tight["required_hours"].to_numpy() == pytest.approx((plain["workload_hours"] / 2 * day).to_numpy())
    assert set(tight["binding"]) == {"exposure"}
    off = exposed(plan, 12, minutes=0)
    assert off["required_hours"].to_numpy() == pytest.approx(plain["required_hours"].to_numpy())
    (finding,) = sentences(plan, "exposure_tier")
    assert "E3" in finding


@pytest.mark.parametrize("limit", [12, 1])
def test_live_work_under_a_limit_still_ties_out(limit: float) -> None:
    tier = {"exposure_tier": ["E3"], "max_hours_day": [limit], "wellness_min_day": [20]}
    plan = staffed(live_plan(exposure_tier=["E3", None, "E3"]).with_table("tblExposure", tier))
    assert plan["tblReq"].groupby("queue")["wellness_hours"].sum().gt(0).to_dict() == {
        "calls": False, "chats": True, "desk": True,
    }  # fmt: skip
    for check in tie_outs_of(plan):
        assert check.passed, check


def test_a_queue_crew_is_shared_by_volume() -> None:
    plan = live_plan(min_crew=[None, None, 6])
    streams = {"queue": ["chats", "calls", "desk", "desk"], "language": ["EN", "EN", "EN", "DE"]}
    plan = plan.with_table("tblWorkstream", streams)
    volumes = {
        ("chats", "EN"): [1.0, 1],
        ("calls", "EN"): [1.0, 1],
        ("desk", "EN"): [20.0, 20],
        ("desk", "DE"): [10.0, 10],
    }
    rows = requirement(forecast(plan, volumes, aht_s=60, shape=WAVE)).set_index(["queue", "language"])
    assert rows["required_hours"].loc[("desk", "EN")].tolist() == pytest.approx([4 * HOURS] * 2)
    assert rows["required_hours"].loc[("desk", "DE")].tolist() == pytest.approx([2 * HOURS] * 2)


def sentences(plan: Plan, rule: str) -> list[str]:
    return [finding.sentence() for finding in check_plan(plan) if finding.rule == rule]


def test_turnarounds_that_closing_hours_forbid_are_found() -> None:
    assert sentences(waiting_plan(STEADY, hours=OFFICE, tat_h=62), "turnaround") == []
    (short,) = sentences(waiting_plan(STEADY, hours=OFFICE, tat_h=24), "turnaround")
    assert "62 h" in short
    assert "type open in tat_clock" in short
    assert sentences(waiting_plan(STEADY, hours=OFFICE, tat_h=24, tat_clock="open"), "turnaround") == []
    clock = waiting_plan(STEADY, hours=OFFICE, work_type="clock", clock_h=1)
    (legal,) = (finding for finding in check_plan(clock) if finding.rule == "turnaround")
    assert (legal.severity, legal.column) == ("error", "clock_h")
    # With the warning alone the plan still runs: the rest is staffed.
    assert requirement(waiting_plan(STEADY, hours=OFFICE, tat_h=24))["required_hours"].gt(0).all()


def test_contacts_at_once_only_where_they_help() -> None:
    assert sentences(live_plan(), "concurrency") == []
    (voice,) = sentences(live_plan(concurrency=[3, 2, None]), "concurrency")
    assert "live voice" in voice
    slow = {"queue": ["chats"] * 3, "contacts": [1, 2, 3], "aht_s": [300, 500, 900]}
    (third,) = sentences(live_plan().with_table("tblConcurrency", slow), "concurrency")
    assert "type 2 in tblQueue.concurrency" in third


def test_every_tie_out_of_the_sample_still_holds() -> None:
    import xlplan

    done = xlplan.run(Plan.sample())
    assert [check for check in tie_outs(done) if not check.passed and check.severity == "error"] == []
