"""Review chains: hand figures, what stays and what leaves, and volumes that tie out through the forecast."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from xlplan.errors import PlanError
from xlplan.functions import CellError, call
from xlplan.planning.pipeline import run
from xlplan.planning.staffing.review_chain import Chain, chain_factors, chain_inflow, review_factor, review_workload
from xlplan.planning.tie_outs import forecast_parts, intervals_hours, intervals_volume
from xlplan.planning.workstreams import workstreams
from xlplan.tables.plan import Plan
from xlplan.tables.rules import check_plan

CHAIN: dict[str, Any] = {
    "review_chain": ["first"],
    "reviews": [1],
    "double_rate": [0.2],
    "qa_rate": [0.05],
    "appeal_rate": [0.03],
    "appeal_aht_factor": [2.0],
    "esc_rate": [0.0],
}


def test_a_thousand_items_by_hand() -> None:
    factor = review_factor(double=(0.2, 1), qa=(0.05, 1), appeal=(0.03, 2))
    assert review_workload(1000, 3600, factor=factor) == pytest.approx(1000 + 200 + 50 + 60)
    assert review_workload(1000, 3600, factor=review_factor()) == 1000
    assert call("XP_REVIEW_WORKLOAD", 1000, 3600, 0.2, 0.05, 0.03, 0, [[1, 1, 2, 1]]) == pytest.approx(1310)
    assert call("XP_REVIEW_WORKLOAD", 1000, 3600) == 1000
    with pytest.raises(CellError, match="four"):
        call("XP_REVIEW_WORKLOAD", 1000, 3600, 0.2, 0.05, 0.03, 0, [[1, 2]])


def test_two_reviewers_and_training_cases() -> None:
    chain = Chain(reviews=2, training_rate=0.1, training_aht_factor=1.5, esc_rate=0.02, esc_aht_factor=3)
    assert chain.factor("reports") == pytest.approx(2 + 0.15 + 0.06)


def test_what_another_queue_gets_is_no_work_here() -> None:
    chain = Chain(appeal_rate=0.03, appeal_aht_factor=2, appeal_queue="appeals", esc_rate=0.01, esc_queue="appeals")
    assert chain.factor("reports") == 1.0
    assert chain.sent("reports") == {"appeals": pytest.approx(0.04)}
    assert chain.factor("appeals") == pytest.approx(1.07)  # its own appeals are worked where they are
    assert chain.sent("appeals") == {}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [({"reviews": 0.5}, "1 or more"), ({"qa": (5, 1)}, "0.05"), ({"double": (0.1, -1)}, "double AHT factor")],
)
def test_bad_rates_are_named(arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(PlanError, match=says):
        review_factor(**arguments)


def organisation() -> Plan:
    """Reports in two languages that send appeals on, and appeals that escalate to a legal queue."""
    weeks = 60
    queues = ["reports", "appeals", "legal"]
    streams = [(queue, language) for queue in queues for language in ("EN", "DE")]
    volume = {"reports": 10_000, "appeals": 400, "legal": 50}
    start = np.datetime64("2025-01-06")
    plan = Plan.sample()
    plan = plan.with_table(
        "tblQueue",
        {
            "queue": queues,
            "channel": ["review", "appeal", "ticket"],
            "work_type": ["deferrable"] * 3,
            "open_hours": ["always"] * 3,
            "tat_h": [24.0, 48, 72],
            "compliance": [0.95] * 3,
            "review_chain": ["first", "second", None],
        },
    )
    plan = plan.with_table(
        "tblOpenHours", {"open_hours": ["always"] * 7, "weekday": range(1, 8), "open": [0] * 7, "close": [1440] * 7}
    )
    plan = plan.with_table(
        "tblWorkstream", {"queue": [q for q, _ in streams], "language": [code for _, code in streams]}
    )
    plan = plan.with_table(
        "tblAht",
        {"queue": queues, "language": ["ANY"] * 3, "month": [dt.date(2026, 1, 1)] * 3, "aht_s": [60, 120, 600]},
    )
    chains = {name: [*values, *values] for name, values in CHAIN.items()} | {
        "review_chain": ["first", "second"],
        "appeal_rate": [0.03, 0.0],
        "appeal_queue": ["appeals", None],
        "esc_rate": [0.0, 0.1],
        "esc_queue": [None, "legal"],
    }
    plan = plan.with_table("tblReviewChain", chains)
    rows = [(q, code, start + 7 * week, volume[q]) for q, code in streams for week in range(weeks)]
    plan = plan.with_table(
        "tblActual",
        {
            "queue": [row[0] for row in rows],
            "language": [row[1] for row in rows],
            "start": [row[2].astype("datetime64[us]").item() for row in rows],
            "grain": ["week"] * len(rows),
            "volume": [row[3] for row in rows],
        },
    )
    empty = {name: [] for name in ("queue", "language", "start", "interval_min", "volume")}
    return plan.with_table("tblInterval", empty).with_names(PlanStart=dt.date(2026, 3, 2))


def test_appeals_and_escalations_flow_down_the_chain() -> None:
    plan = organisation()
    streams = workstreams(plan)
    volumes = np.full((6, 1), 1000.0)
    inflow = chain_inflow(plan, volumes, streams=streams)
    assert inflow.ravel().tolist() == pytest.approx([0, 0, 30, 30, 100, 100])
    assert chain_factors(plan, streams).tolist() == pytest.approx([1.25] * 4 + [1.0] * 2)


def test_the_whole_plan_ties_out() -> None:
    plan = organisation()
    done = run(plan, ["calendar", "forecast", "staffing"])
    forecast = done["tblForecast"].set_index(["queue", "language"])
    volume = forecast["volume"]
    for code in ("EN", "DE"):
        appealed = forecast["chain_inflow"].loc[("appeals", code)].to_numpy()
        assert appealed == pytest.approx(0.03 * volume.loc[("reports", code)].to_numpy())
        escalated = forecast["chain_inflow"].loc[("legal", code)].to_numpy()
        assert escalated == pytest.approx(0.1 * volume.loc[("appeals", code)].to_numpy())
    assert (volume.loc[("appeals", "EN")] > 600).all()  # 400 of their own and 300 sent on
    required = done["tblReq"]
    own = required["queue"].eq("reports")
    assert (required["chain_hours"] / required["workload_hours"])[own].to_numpy() == pytest.approx(0.25)
    assert required.loc[required["queue"].eq("legal"), "chain_hours"].eq(0).all()
    for check in (forecast_parts, intervals_volume, intervals_hours):
        assert check(done).passed, check(done)


def test_an_override_of_the_first_queue_reaches_the_last() -> None:
    plan = organisation().with_table(
        "tblOverride",
        {
            "override": ["o1"], "queue": ["reports"], "language": ["ANY"], "lob": ["ANY"], "measure": ["volume"],
            "op": ["multiply"], "value": [2.0], "start": [dt.date(2026, 3, 1)], "end": [dt.date(2027, 3, 1)],
            "reason": ["test"],
            "who": ["test"], "decided_on": [dt.date(2026, 2, 1)], "active": [True],
        },
    )  # fmt: skip
    usual = run(organisation(), ["calendar", "forecast"])["tblForecast"].set_index(["queue", "language"])
    doubled = run(plan, ["calendar", "forecast"])["tblForecast"].set_index(["queue", "language"])
    gained = doubled["chain_inflow"] - usual["chain_inflow"]
    assert gained.loc[("appeals", "EN")].to_numpy() == pytest.approx(300, rel=0.05)
    assert gained.loc[("legal", "EN")].to_numpy() == pytest.approx(30, rel=0.05)
    parts = ["base", "event_effect", "ai_effect", "chain_inflow", "overlay_effect", "override_effect"]
    assert doubled[parts].sum(axis=1).to_numpy() == pytest.approx(doubled["volume"].to_numpy())


def findings(plan: Plan, rule: str) -> list[str]:
    return [finding.sentence() for finding in check_plan(plan) if finding.rule == rule]


def test_loops_gaps_and_unknown_chains_are_found() -> None:
    plan = organisation()
    assert findings(plan, "review_chain") == []
    chains = plan["tblReviewChain"]
    looping = chains.assign(esc_queue=[None, "reports"])
    (loop,) = findings(plan.with_table("tblReviewChain", looping), "review_chain")
    assert "reports > appeals > reports" in loop
    streams = plan["tblWorkstream"].iloc[:3]  # no German appeals
    sentences = findings(plan.with_table("tblWorkstream", streams), "review_chain")
    assert any("does not work DE of reports" in sentence for sentence in sentences)
    queues = plan["tblQueue"].assign(review_chain=["third", None, None])
    (unknown,) = findings(plan.with_table("tblQueue", queues), "review_chain")
    assert "third" in unknown
