"""tblBacklog and tblAge from a plan's tables."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from tests.planning.queues.conftest import AHT_S, OCCUPANCY, START, build, queues
from xlplan.planning.tie_outs import backlog_ages, backlog_closes, backlog_opening, blowout_parts
from xlplan.tables.plan import Plan
from xlplan.tables.rules import backlog as rules

TIES = (backlog_closes, backlog_opening, backlog_ages, blowout_parts)
LIVE = {"channel": "voice", "work_type": "live", "target": 0.8, "target_s": 20.0, "tat_h": None, "compliance": None}


def opening(*items: tuple[float, float], hours_before: float = 0.0) -> list[dict[str, object]]:
    as_of = dt.datetime.combine(START, dt.time()) - dt.timedelta(hours=hours_before)
    return [
        {"queue": "work", "language": "DE", "age_from_h": age, "as_of": as_of, "items": count} for age, count in items
    ]


@pytest.mark.parametrize("queue", [{}, LIVE])
@pytest.mark.parametrize(
    "need",
    [
        {},
        {"chain_hours": 20.0, "required_hours": (np.array([100.0, 140.0, 60.0]) + 20) / OCCUPANCY},
        {"required_hours": np.array([300.0, 300.0, 300.0])},  # a minimum crew
        {"required_hours": np.array([40.0, 56.0, 24.0])},  # chats side by side
    ],
)
def test_required_hours_handle_the_volume(queue: dict[str, object], need: dict[str, object]) -> None:
    bounds = {"required_low_80": 0.0, "required_high_80": 1e6}
    table = queues(build([1000.0, 1400.0, 600.0], queue=queue, need={**need, **bounds} if need else None))["tblBacklog"]
    assert_allclose(table["handled"], [1000.0, 1400.0, 600.0], rtol=1e-12)
    assert_allclose(table["closing"], 0.0, atol=1e-9)
    assert (table["capacity_items"] >= table["handled"] * (1 - 1e-12)).all()


def test_backlog_hours_in_the_requirement_work_the_backlog_off() -> None:
    need = {
        "backlog_hours": np.array([20.0, 0.0]),
        "required_hours": np.array([120.0, 100.0]) / OCCUPANCY,
        "required_high_80": 1e6,
    }
    plan = build([1000.0, 1000.0], need=need, tables={"tblBacklogOpening": opening((0.0, 200.0))})
    table = queues(plan)["tblBacklog"]
    assert_allclose(table["handled"], [1200.0, 1000.0], rtol=1e-12)
    assert_allclose(table["opening"], [200.0, 0.0], atol=1e-9)


def test_capacity_is_served_hours_at_the_highest_occupancy() -> None:
    table = queues(build([1000.0, 1000.0], served=[0.5, 2.0]))["tblBacklog"]
    hours = 1000 * AHT_S / 3600 / OCCUPANCY * np.array([0.5, 2.0])
    assert_allclose(table["capacity_items"], hours * OCCUPANCY * 3600 / AHT_S, rtol=1e-12)
    assert_allclose(table["closing"], [500.0, 0.0], atol=1e-9)


def test_live_contacts_that_nobody_serves_are_gone() -> None:
    done = queues(build([1000.0, 1000.0], served=[0.6, 1.5], queue=LIVE))
    table = done["tblBacklog"]
    assert_allclose(table["auto_closed"], [400.0, 0.0], atol=1e-9)
    assert_allclose(table[["opening", "closing", "at_risk", "oldest_age_h"]], 0.0)
    assert table["compliance"].isna().all()
    assert done["tblAge"].empty
    assert all(check(done).passed for check in TIES)


@pytest.mark.parametrize("tat_h", [1.0, 8.0, 24.0, 168.0])
def test_turnaround_is_judged_item_by_item(tat_h: float) -> None:
    """At 80 % of the work, who comes t after the start waits t / 4: in time up to four turnarounds... 5 weeks."""
    done = queues(build([1680.0] * 5, served=0.8, queue={"tat_h": tat_h}))
    table = done["tblBacklog"]
    expected = np.clip((4 * tat_h - 168.0 * np.arange(5)) / 168, 0, 1)
    assert_allclose(table["compliance"], expected, rtol=1e-9, atol=1e-9)
    assert_allclose(table["oldest_age_h"], 168 * np.arange(1, 6) * 0.2, rtol=1e-9)
    assert all(check(done).passed for check in TIES)


def test_open_hours_stretch_the_turnaround_and_a_statutory_clock_runs_on() -> None:
    open_clock = queues(build([1680.0], served=0.8, queue={"tat_h": 4.0, "tat_clock": "open"}))["tblBacklog"]
    assert open_clock["compliance"].iloc[0] == pytest.approx(4 * 4.0 * 168 / 40 / 168, rel=1e-9)
    clock = {"work_type": "clock", "clock_h": 10.0, "compliance": None, "tat_clock": "open"}
    done = queues(build([1680.0], served=0.8, queue=clock))
    assert done["tblBacklog"]["compliance"].iloc[0] == pytest.approx(40 / 168, rel=1e-9)
    assert done["tblBlowout"]["first_breach"].notna().all()


def test_opening_backlog_has_aged_since_it_was_counted() -> None:
    plan = build(
        [1680.0, 1680.0],
        served=[0.5, 1.0],
        tables={"tblBacklogOpening": opening((0.0, 300.0), (12.0, 200.0), (48.0, 100.0), hours_before=6.0)},
    )
    done = queues(plan)
    table, ages = done["tblBacklog"], done["tblAge"]
    assert table["opening"].iloc[0] == 600.0
    # 840 are done in the first week: all 600 old ones and the 240 that came in the first 24 hours.
    assert table["oldest_age_h"].iloc[0] == pytest.approx(168 - 24)
    first = ages.loc[ages["period"].eq(ages["period"].iloc[0])]
    assert first["age_from_h"].tolist() == [0.0, 12.0, 24.0, 48.0]
    assert_allclose(first["items"], [120.0, 120.0, 240.0, 960.0], rtol=1e-9)
    assert first["age_to_h"].isna().tolist() == [False, False, False, True]
    assert all(check(done).passed for check in TIES)


def test_opening_ages_of_several_workstreams_share_one_grid() -> None:
    """Another workstream's ages change nothing: a bucket stays evenly spread over its own width."""
    streams = [{"queue": "work", "language": language, "active": True} for language in ("DE", "FR")]
    own = opening((0.0, 300.0), (30.0, 100.0))
    other = [{**row, "language": "FR", "age_from_h": age} for row, age in zip(own, (0.0, 7.0), strict=True)]

    def oldest(rows: list[dict[str, object]]) -> float:
        plan = build([168.0], served=[1.25], tables={"tblWorkstream": streams, "tblBacklogOpening": rows})
        for name in ("tblForecast", "tblReq", "tblAllocation"):
            both = [plan[name].assign(language=language) for language in ("DE", "FR")]
            plan = plan.with_table(name, pd.concat(both))
        table = queues(plan)["tblBacklog"]
        return float(table.loc[table["language"].eq("DE"), "oldest_age_h"].iloc[0])

    # 210 done: the 100 of just 30 h and 110 of the 300 spread over 0 to 30 h.
    assert oldest(own) == pytest.approx(30 * 190 / 300 + 168, rel=1e-12)
    assert oldest([*own, *other]) == pytest.approx(30 * 190 / 300 + 168, rel=1e-12)


def test_nothing_planned_is_nothing_walked() -> None:
    plan = build([100.0])
    empty = plan.with_table("tblForecast", plan["tblForecast"].iloc[:0])
    assert all(table.empty for table in (queues(empty)[name] for name in ("tblBacklog", "tblAge", "tblBlowout")))


def test_work_that_nobody_does_piles_up() -> None:
    plan = build([100.0, 100.0])
    done = queues(plan.with_table("tblAllocation", plan["tblAllocation"].iloc[:0]))
    assert_allclose(done["tblBacklog"]["closing"], [100.0, 200.0])
    assert_allclose(done["tblBacklog"]["compliance"], 0.0)
    assert done["tblBlowout"]["breach_probability"].tolist() == [1.0]
    assert all(check(done).passed for check in TIES)


def test_months_and_weeks_close() -> None:
    rng = np.random.default_rng(4)
    volume = np.concatenate([rng.uniform(800, 1200, 13), [3000.0], rng.uniform(3500, 5000, 15)])
    done = queues(
        build(volume.tolist(), grain="13w+15m", served=rng.uniform(0.9, 1.1, 29).tolist(),
              tables={"tblBacklogOpening": opening((0.0, 50.0), (24.0, 20.0))})
    )  # fmt: skip
    assert len(done["tblBacklog"]) == 29
    assert all(check(done).passed for check in TIES)
    assert done["tblBacklog"]["compliance"].between(0, 1).all()


class TestRules:
    def find(self, plan: Plan, rule: str) -> list[tuple[str, int | None, str]]:
        by_id = {item.id: item for item in rules.RULES}
        return [(finding.column, finding.row, finding.found) for finding in by_id[rule].find(plan)]

    def test_counted_up_to_the_start_once_and_for_work_that_waits(self) -> None:
        good = build([1.0], tables={"tblBacklogOpening": opening((0.0, 5.0), (8.0, 1.0), hours_before=2.0)})
        assert self.find(good, "backlog_opening") == []
        late = build([1.0], tables={"tblBacklogOpening": opening((0.0, 5.0), hours_before=-1.0)})
        assert self.find(late, "backlog_opening") == [("as_of", 1, "2026-03-30 01:00")]
        twice = opening((0.0, 5.0), hours_before=9.0) + opening((8.0, 5.0), hours_before=1.0)
        assert [
            place[:2] for place in self.find(build([1.0], tables={"tblBacklogOpening": twice}), "backlog_opening")
        ] == [("as_of", 2)]
        live = build([1.0], queue=LIVE, tables={"tblBacklogOpening": opening((0.0, 5.0))})
        assert self.find(live, "backlog_opening") == [("queue", 1, "open items of the live queue work")]

    def test_missing_where_others_have_one(self) -> None:
        assert self.find(build([1.0]), "backlog_missing") == []
        rows = [{**row, "language": "FR"} for row in opening((0.0, 5.0))]
        plan = build([1.0], tables={"tblBacklogOpening": rows})
        assert self.find(plan, "backlog_missing") == [("queue", 1, "no opening backlog of work DE")]
