"""The allocation of a small organisation: gates, shares, limits, headcount, seats, contracts and money."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.planning.allocation.plans import (
    SITES,
    START,
    capacity,
    contracts,
    done,
    lane,
    line,
    organisation,
    pay,
    roster,
    share,
    supplied,
    with_lanes,
)
from xlplan.planning import pipeline
from xlplan.tables.plan import Plan
from xlplan.tables.rules import check_plan

BASE = organisation()
HOURS = float(BASE["tblReq"]["required_hours"].sum())


def set_site(site: str, **values: Any) -> pd.DataFrame:
    rows = BASE["tblSite"]
    for column, value in values.items():
        rows.loc[rows["site"].eq(site), column] = value
    return rows


def set_queue(**values: Any) -> pd.DataFrame:
    return BASE["tblQueue"].assign(**values)


def rules_of(plan: Plan) -> set[str]:
    return {finding.rule for finding in check_plan(plan)}


def test_one_site_serves_everything_at_its_pay() -> None:
    plan = pipeline.run(Plan.sample(), ["calendar", "forecast", "staffing", "supply", "allocation", "budget"])
    placed = plan["tblAllocation"].merge(plan["tblFteHours"], on=["site", "period"], suffixes=("", "_fte"))
    assert placed["served_hours"].tolist() == pytest.approx(plan["tblReq"]["required_hours"].tolist(), rel=1e-12)
    cost = placed["hours"] / placed["productive_hours"] * placed["paid_hours_fte"] * 25.0
    assert placed["cost"].tolist() == pytest.approx(cost.tolist(), rel=1e-12)
    assert plan["tblGap"]["unmet_hours"].sum() == 0.0
    assert plan["tblReason"]["kind"].tolist() == ["only_site"]


def test_the_cheapest_site_takes_all() -> None:
    plan = done(BASE)  # in-house 25 / 0.7 = 35.71, ALFA 15, BETA 18 x 1.1 = 19.80
    assert share(plan) == {"MNL": 1.0}
    assert line(plan, "vendor") == pytest.approx(15.0 * HOURS, rel=1e-9)
    reason = plan["tblReason"].iloc[0]
    assert reason["kind"] == "cheapest"
    assert "KRK 19.80" in reason["sentence"]


def test_a_productive_site_is_the_cheaper() -> None:
    plan = done(with_lanes(BASE, lane("KRK", productivity=1.4)))
    assert share(plan) == {"KRK": 1.0}
    assert plan["tblAllocation"]["hours"].sum() == pytest.approx(HOURS / 1.4)
    assert line(plan, "vendor") == pytest.approx(18.0 * 1.1 * HOURS / 1.4, rel=1e-9)


def test_a_rate_multiplier_counts() -> None:
    plan = done(with_lanes(BASE, lane("MNL", rate_multiplier=1.5)))
    assert share(plan) == {"KRK": 1.0}


@pytest.mark.parametrize(
    ("gate", "change"),
    [
        ("language", {"tblSiteLanguage": {"language": ["EN", "EN"], "site": ["HQ", "KRK"]}}),
        ("security", {"tblQueue": set_queue(security_tier=2)}),
        ("security", {"tblWorkstream": {"queue": ["support"], "language": ["EN"], "security_tier": [2]}}),
        ("region", {"tblQueueRegion": {"queue": ["support"], "language": ["ANY"], "region": ["EU"]}}),
        ("planner", {"tblLane": [lane("MNL", eligible=False, reason="launch")]}),
        ("dates", {"tblSite": set_site("MNL", valid_from=pd.Timestamp("2027-01-01"))}),
        ("contract", {"tblContract": contracts(valid_to=[pd.Timestamp("2026-03-31"), pd.NaT])}),
        (
            "skill",
            {
                "tblQueue": set_queue(skill="T2"),
                "tblSiteSkill": {"skill": ["T2", "T2"], "site": ["HQ", "KRK"]},
            },
        ),
        (
            "no-apac",
            {
                "tblGate": {
                    "gate": ["no-apac"],
                    "active": [True],
                    "queue_field": ["severity"],
                    "queue_op": [">="],
                    "queue_value": ["1"],
                    "site_field": ["region"],
                    "site_op": ["<>"],
                    "site_value": ["APAC"],
                    "reason": ["policy"],
                }
            },
        ),
    ],
)
def test_a_gate_blocks_the_cheapest_site(gate: str, change: dict[str, Any]) -> None:
    plan = BASE
    for name, rows in change.items():
        plan = plan.with_table(name, pd.DataFrame(rows))
    plan = done(plan)
    assert share(plan) == {"KRK": 1.0}
    placement = plan["tblPlacement"].set_index("site")
    assert placement.loc["MNL", "blocked_by"] == gate
    assert placement["eligible"].tolist() == [True, False, True]
    assert placement.loc["MNL", "explanation"].startswith("blocked")


@pytest.mark.parametrize(
    ("table", "rows", "overruled"),
    [
        ("tblSiteLanguage", {"language": ["EN", "EN"], "site": ["HQ", "KRK"]}, False),
        ("tblQueueRegion", {"queue": ["support"], "language": ["EN"], "region": ["EU"]}, False),
        ("tblQueue", set_queue(security_tier=2), False),
        ("tblSiteSkill", {"skill": ["T2", "T2"], "site": ["HQ", "KRK"]}, True),
    ],
)
def test_true_overrules_skill_alone(table: str, rows: Any, overruled: bool) -> None:
    plan = BASE if overruled is False else BASE.with_table("tblQueue", set_queue(skill="T2"))
    plan = with_lanes(plan.with_table(table, rows), lane("MNL", eligible=True, reason="agreed"))
    assert share(done(plan)) == ({"MNL": 1.0} if overruled else {"KRK": 1.0})


def test_a_site_that_opens_later_is_used_from_its_first_whole_period() -> None:
    plan = done(BASE.with_table("tblSite", set_site("MNL", valid_from=pd.Timestamp("2026-04-15"))))
    used = plan["tblAllocation"].groupby("period")["site"].agg(list)
    assert used.tolist() == [["KRK"], ["KRK"], ["MNL"], ["MNL"]]


def test_a_workstream_without_a_site_names_the_gates() -> None:
    plan = BASE.with_table("tblQueueRegion", {"queue": ["support"], "language": ["EN"], "region": ["LATAM"]})
    found = [finding for finding in check_plan(plan) if finding.rule == "eligible"]
    assert [finding.found for finding in found] == ["no eligible site for support EN: blocked by region at 3"]
    assert "tblQueueRegion" in found[0].fix


@pytest.mark.parametrize("shares", [(0.6, 0.4), (0.333333, 0.666667), (1.0, 0.0)])
def test_locked_shares_place_all(shares: tuple[float, float]) -> None:
    lanes = [lane("HQ", locked_share=shares[0]), lane("KRK", locked_share=shares[1]), lane("MNL", eligible=False)]
    plan = done(with_lanes(BASE, *lanes))
    assert plan["tblGap"]["unmet_hours"].sum() == pytest.approx(0.0, abs=1e-6)
    found = share(plan)
    assert found["HQ"] == pytest.approx(shares[0], abs=1e-6)
    assert plan["tblAllocation"]["locked"].all()
    assert set(plan["tblReason"]["kind"]) == {"locked"}


def test_a_locked_share_leaves_the_rest_to_the_cheapest() -> None:
    found = share(done(with_lanes(BASE, lane("HQ", locked_share=0.25))))
    assert found == pytest.approx({"HQ": 0.25, "MNL": 0.75})


def test_a_lock_ends_with_its_last_day() -> None:
    plan = done(with_lanes(BASE, lane("HQ", locked_share=1.0, locked_until=pd.Timestamp("2026-04-19"))))
    assert plan["tblAllocation"].groupby("period")["site"].agg(list).tolist() == [["HQ"], ["HQ"], ["MNL"], ["MNL"]]


def test_least_and_most_shares() -> None:
    found = share(done(with_lanes(BASE, lane("HQ", min_share=0.2), lane("MNL", max_share=0.5))))
    assert found == pytest.approx({"HQ": 0.2, "MNL": 0.5, "KRK": 0.3})


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"kind": "max_share", "vendor": "ALFA", "value": 0.4}, {"MNL": 0.4, "KRK": 0.6}),
        ({"kind": "max_share", "country": "PH", "value": 0.0}, {"KRK": 1.0}),
        ({"kind": "min_share", "site": "HQ", "value": 0.3}, {"HQ": 0.3, "MNL": 0.7}),
        ({"kind": "max_share", "vendor": "ALFA", "queue": "support", "value": 0.1}, {"MNL": 0.1, "KRK": 0.9}),
    ],
)
def test_share_limits(row: dict[str, Any], expected: dict[str, float]) -> None:
    assert share(done(with_limit(row))) == pytest.approx(expected, abs=1e-6)


def with_limit(*rows: dict[str, Any]) -> Plan:
    names = ("lob", "queue", "language", "site", "vendor", "country")
    filled = [
        {**dict.fromkeys(names, "ANY"), "limit": f"L{number}", "reason": "test", **row}
        for number, row in enumerate(rows)
    ]
    return BASE.with_table("tblLimit", pd.DataFrame(filled))


def test_fte_limits() -> None:
    plan = done(
        with_limit({"kind": "max_fte", "site": "MNL", "value": 8.0}, {"kind": "min_fte", "site": "HQ", "value": 2.0})
    )
    fte = plan["tblAllocation"].groupby(["site", "period"])["fte"].sum().unstack()
    assert fte.loc["MNL"].tolist() == pytest.approx([8.0] * 4)
    assert fte.loc["HQ"].tolist() == pytest.approx([2.0] * 4)


def test_a_limit_that_is_not_kept_is_told() -> None:
    plan = with_limit({"kind": "survive_site_loss", "value": 0.5})
    found = [finding for finding in check_plan(plan) if finding.rule == "limit_kind"]
    assert [(finding.severity, finding.found) for finding in found] == [("info", "survive_site_loss")]


def test_a_shortfall_is_stated_with_its_price() -> None:
    plan = supplied(BASE.with_table("tblRoster", roster(HQ=5.0, MNL=5.0, KRK=5.0)))
    plan = plan.with_table("tblQueue", set_queue(unmet_penalty=80.0))
    lobs = {
        "lob": ["User support"],
        "name": ["User support"],
        "owner": ["x"],
        "moderation": [False],
        "priority_weight": [2.0],
    }
    plan = done(plan.with_table("tblLob", lobs))
    gap = plan["tblGap"]
    supply = plan["tblFteHours"].groupby("period")["productive_hours"].sum() * 5.0
    assert gap["supplied"].tolist() == pytest.approx(supply.tolist(), rel=1e-9)
    assert gap["unmet_hours"].tolist() == pytest.approx((gap["required"] - supply.to_numpy()).tolist(), rel=1e-9)
    assert gap["penalty"].tolist() == pytest.approx((gap["unmet_hours"] * 160.0).tolist(), rel=1e-9)
    assert plan["tblSolve"]["penalties"].iloc[-1] == pytest.approx(gap["penalty"].sum(), rel=1e-9)
    assert (plan["tblSiteUse"]["utilisation"] > 1 - 1e-6).all()


def test_hires_work_after_their_lead() -> None:
    plan = BASE.with_table("tblRoster", roster(HQ=5.0, MNL=5.0, KRK=5.0))
    terms = {
        "language": ["ANY"], "site": ["MNL"], "role": ["agent"], "recruit_weeks": [1.0], "training_weeks": [0.5],
        "nesting_weeks": [0.0], "training_yield": [0.8], "nesting_yield": [1.0], "hire_cost": [100.0],
        "currency": ["USD"],
    }  # fmt: skip
    plan = done(supplied(plan.with_table("tblHiring", terms)))
    use = plan["tblPoolUse"].loc[lambda f: f["site"].eq("MNL")].set_index("period")
    # Decided in the first week, ready in the middle of the second, at work in the third.
    assert use["fte"].iloc[:2].tolist() == pytest.approx([5.0, 5.0])
    assert use["fte"].iloc[2] == pytest.approx(5.0 + 0.8 * use["hires"].iloc[0])
    assert use["fte"].iloc[3] == pytest.approx(use["fte"].iloc[2] + 0.8 * use["hires"].iloc[1])
    assert use["hires"].iloc[2:].tolist() == [0.0, 0.0]
    assert plan["tblGap"]["unmet_hours"].iloc[2:].sum() == pytest.approx(0.0, abs=1e-5)
    assert line(plan, "hiring") == pytest.approx(100.0 * use["hires"].sum())


def test_recruiters_bound_hires_by_month() -> None:
    plan = BASE.with_table("tblRoster", roster(HQ=5.0, MNL=5.0, KRK=5.0))
    terms = {
        "language": ["ANY"], "site": ["MNL"], "role": ["agent"], "recruit_weeks": [0.0], "training_weeks": [0.0],
        "nesting_weeks": [0.0], "training_yield": [1.0], "nesting_yield": [1.0], "currency": ["USD"],
    }  # fmt: skip
    plan = plan.with_table("tblHiring", terms).with_table("tblSiteCapacity", capacity("MNL", max_hires_month=3.0))
    plan = done(supplied(plan))
    use = plan["tblPoolUse"].loc[lambda f: f["site"].eq("MNL")]
    fraction = plan["tblPeriod"]["month_fraction"].to_numpy()
    assert use["hires"].tolist() == pytest.approx((3.0 * fraction).tolist())


def test_releases_save_idle_pay_where_they_are_allowed() -> None:
    plan = BASE.with_table("tblRoster", roster(HQ=40.0))
    plan = with_lanes(plan, lane("MNL", eligible=False), lane("KRK", eligible=False))
    idle = done(supplied(plan))
    assert idle["tblSiteUse"].loc[lambda f: f["site"].eq("HQ"), "fte"].tolist() == pytest.approx([40.0] * 4)
    paid = (idle["tblFteHours"].loc[lambda f: f["site"].eq("HQ"), "paid_hours"] * 40.0 * 25.0).sum()
    assert line(idle, "labour") == pytest.approx(paid, rel=1e-9)
    allowed = plan.with_table("tblSiteCapacity", capacity("HQ", max_releases_month=1000.0))
    smaller = done(supplied(allowed))
    assert line(smaller, "labour") < line(idle, "labour")
    assert smaller["tblGap"]["unmet_hours"].sum() == pytest.approx(0.0, abs=1e-5)


def test_hard_seats_bound_who_works_and_never_fail() -> None:
    plan = BASE.with_table("tblRoster", roster(HQ=20.0, MNL=20.0, KRK=20.0))
    plan = plan.with_table("tblSiteCapacity", capacity("MNL").assign(seats=10.0))
    plan = done(supplied(plan))
    used = plan["tblAllocation"].loc[lambda f: f["site"].eq("MNL")]
    assert (used["fte"] <= 10.0 + 1e-6).all()
    assert plan["tblSiteUse"].loc[lambda f: f["site"].eq("MNL"), "seats_over"].tolist() == pytest.approx([10.0] * 4)


def test_soft_seats_give_way_at_their_price() -> None:
    plan = BASE.with_table("tblSite", set_site("MNL", seat_penalty=40.0))
    plan = done(plan.with_table("tblSiteCapacity", capacity("MNL").assign(seats=10.0)))
    over = plan["tblSiteUse"].loc[lambda f: f["site"].eq("MNL"), "seats_over"]
    assert (over > 1).all()  # a week of one FTE saves 120 x 4.80 and costs 9 of penalty
    fraction = plan["tblPeriod"]["month_fraction"].to_numpy()
    assert plan["tblSolve"]["penalties"].iloc[-1] == pytest.approx((over.to_numpy() * 40.0 * fraction).sum(), rel=1e-6)


def test_overtime_at_a_vendor_bills_its_factor_and_its_premium() -> None:
    plan = BASE.with_table("tblRoster", roster(MNL=18.0))
    plan = with_lanes(plan, lane("HQ", eligible=False), lane("KRK", eligible=False))
    plan = plan.with_table("tblSiteCapacity", capacity("MNL", max_overtime_share=0.5))
    plan = done(supplied(plan.with_table("tblContract", contracts(ot_factor=[1.5, 1.0]))))
    extra = plan["tblPoolUse"]["overtime_hours"].sum()
    regular = 18.0 * plan["tblFteHours"].loc[lambda f: f["site"].eq("MNL"), "productive_hours"].sum()
    assert extra == pytest.approx(HOURS - regular, rel=1e-6)
    assert line(plan, "vendor") == pytest.approx(15.0 * (HOURS + 0.5 * extra), rel=1e-9)
    assert line(plan, "overtime") == pytest.approx(10.0 * extra, rel=1e-9)


def test_a_commitment_attracts_work_and_its_shortfall_is_shown() -> None:
    commit = {"contract": ["K-B"], "window_start": [dt.date(2026, 4, 1)], "min_units": [1500.0]}
    plan = done(BASE.with_table("tblCommit", commit))
    invoices = plan["tblInvoicePlan"].set_index(["contract", "window_start"])
    # 25 of the 30 days of April lie in the plan, so that 1,250 of the 1,500 units do.
    april = invoices.loc[("K-B", pd.Timestamp("2026-04-01"))]
    assert april["units"] == pytest.approx(1250.0)
    assert april["shortfall_pay"] == pytest.approx(0.0, abs=1e-6)
    large = done(BASE.with_table("tblCommit", {**commit, "min_units": [6000.0]}))
    april = large["tblInvoicePlan"].set_index(["contract", "window_start"]).loc[("K-B", pd.Timestamp("2026-04-01"))]
    assert april["amount"] == pytest.approx(5000.0 * 18.0)
    assert line(large, "commitment_shortfall") == pytest.approx((5000.0 - april["units"]) * 18.0 * 1.1, rel=1e-9)
    shortfall = large["tblBudget"].loc[lambda f: f["line"].eq("commitment_shortfall")]
    assert shortfall["lob"].tolist() == ["ANY"]


def test_a_discount_is_earned_where_it_pays() -> None:
    tiers = {"contract": ["K-A", "K-B", "K-B"], "from_units": [0.0, 0.0, 1000.0], "price": [15.0, 18.0, 2.0]}
    plan = done(BASE.with_table("tblTier", tiers))
    # April takes 2,199 hours: K-B costs 833 x 18 + 1,366 x 2, in EUR, less than 15 each.
    invoices = plan["tblInvoicePlan"].set_index(["contract", "window_start"])["units"]
    assert invoices["K-B", pd.Timestamp("2026-04-01")] > 2000.0
    assert invoices["K-A", pd.Timestamp("2026-04-01")] == pytest.approx(0.0, abs=1e-6)
    assert plan["tblSolve"]["integers"].iloc[0] > 0


@pytest.mark.parametrize(
    ("unit", "price", "expected"),
    [
        ("paid_hour", 15.0, 15.0 / 0.75),
        ("transaction", 1.5, 1.5 * 10.0),
        ("minute", 0.4, 0.4 * 10.0 * 5.0),
        ("outcome", 2.0, 2.0 * 10.0 * 0.5),
    ],
)
def test_pricing_units(unit: str, price: float, expected: float) -> None:
    rows = contracts(pricing_unit=[unit, "productive_hour"], outcome_rate=[0.5, 1.0])
    tiers = {"contract": ["K-A", "K-B"], "from_units": [0.0, 0.0], "price": [price, 1000.0]}
    plan = done(BASE.with_table("tblContract", rows).with_table("tblTier", tiers))
    volume = plan["tblReq"]["volume"].sum() / HOURS  # items an hour, about 10
    scale = volume / 10.0 if unit in {"transaction", "minute", "outcome"} else 1.0
    assert line(plan, "vendor") == pytest.approx(expected * scale * HOURS, rel=2e-3)


def test_fte_pricing_bills_fte_months() -> None:
    rows = contracts(pricing_unit=["fte", "productive_hour"])
    tiers = {"contract": ["K-A", "K-B"], "from_units": [0.0, 0.0], "price": [1800.0, 1000.0]}
    plan = done(BASE.with_table("tblContract", rows).with_table("tblTier", tiers))
    fraction = plan["tblAllocation"]["period"].map(plan["tblPeriod"].set_index("period")["month_fraction"])
    months = float((plan["tblAllocation"]["fte"] * fraction).sum())
    assert line(plan, "vendor") == pytest.approx(1800.0 * months, rel=1e-9)


def test_indexation_and_billable_time_reach_the_invoice() -> None:
    rows = contracts(cola=[0.10, 0.0], index_date=[pd.Timestamp("2026-04-01")] * 2)
    billable = {"contract": ["K-A"], "component": ["away"], "share": [0.3]}
    plan = done(BASE.with_table("tblContract", rows).with_table("tblBillable", billable))
    # A quarter is lost, a third of an hour per productive hour, of which 30 % bills: 1.1 units of 16.50.
    assert line(plan, "vendor") == pytest.approx(16.5 * 1.1 * HOURS, rel=1e-9)


def test_a_contract_gap_is_told_and_takes_no_work() -> None:
    plan = BASE.with_table("tblContract", contracts(valid_to=[pd.Timestamp("2026-04-19"), pd.NaT]))
    gap = [finding for finding in check_plan(plan) if finding.rule == "contract_gap"]
    assert [(finding.severity, finding.found) for finding in gap] == [
        ("warning", "no signed contract at MNL in 2026-05")
    ]
    used = done(plan)["tblAllocation"].groupby("period")["site"].agg(list)
    assert used.tolist() == [["MNL"], ["MNL"], ["KRK"], ["KRK"]]


def test_no_hour_is_left_undone_for_being_dear_in_the_plan_currency() -> None:
    dear = done(BASE.with_table("tblTier", {"contract": ["K-A", "K-B"], "from_units": [0, 0], "price": [9e5, 9e5]})
                .with_table("tblPay", pay(HQ=1e6, MNL=0.0, KRK=0.0)))  # fmt: skip
    assert dear["tblGap"]["unmet_hours"].sum() == 0.0
    stated = done(BASE.with_table("tblQueue", set_queue(unmet_penalty=5.0)))
    assert stated["tblGap"]["unmet_hours"].sum() == pytest.approx(HOURS)
    assert stated["tblAllocation"].empty


def test_moves_cost_what_the_lane_says() -> None:
    lanes = [lane("MNL", transfer_cost=2.0), lane("KRK", opening_hours=2000.0)]
    plan = done(with_lanes(BASE, *lanes))
    moved = plan["tblAllocation"].loc[lambda f: f["site"].eq("MNL"), "moved_in_hours"].sum()
    assert share(plan) == {"MNL": 1.0}
    assert moved >= plan["tblAllocation"]["hours"].iloc[0]
    assert line(plan, "transfer") == pytest.approx(2.0 * moved, rel=1e-9)


def test_staying_is_cheaper_than_a_dear_move() -> None:
    lanes = [lane("MNL", transfer_cost=500.0), lane("KRK", opening_hours=3000.0)]
    assert share(done(with_lanes(BASE, *lanes))) == {"KRK": 1.0}


def test_small_lots_are_all_or_nothing() -> None:
    lanes = [lane("MNL", max_share=0.1, min_lot_hours=2000.0)]
    assert share(done(with_lanes(BASE, *lanes))) == {"KRK": 1.0}


def test_whole_teams() -> None:
    plan = BASE.with_table("tblSite", set_site("MNL", whole_teams=True, team_size=4.0))
    plan = plan.with_table("tblRoster", roster(MNL=21.0, HQ=10.0))
    plan = done(supplied(plan))
    use = plan["tblPoolUse"].loc[lambda f: f["site"].eq("MNL")]
    assert use["teams"].tolist() == [5, 5, 5, 5]
    assert use["fte"].tolist() == [20.0] * 4


def test_objectives_in_order() -> None:
    lanes = [
        lane("MNL", quality=0.90, csat=0.9),
        lane("KRK", quality=0.95, csat=0.8),
        lane("HQ", quality=0.93, csat=0.85),
    ]
    plan = with_lanes(BASE, *lanes)
    for objective, site in (("quality", "KRK"), ("satisfaction", "MNL"), ("lexicographic", "MNL")):
        assert share(done(plan.with_names(Objective=objective))) == {site: 1.0}


def test_a_quality_floor_mixes_sites() -> None:
    lanes = [lane("MNL", quality=0.90), lane("KRK", quality=0.96), lane("HQ", quality=0.96)]
    plan = done(with_lanes(BASE.with_table("tblQueue", set_queue(quality_floor=0.94)), *lanes))
    assert share(plan) == pytest.approx({"MNL": 1 / 3, "KRK": 2 / 3})
    assert plan["tblGap"]["quality"].tolist() == pytest.approx([0.94] * 4)


def test_a_budget_cap_moves_money_or_is_overspent_at_its_price() -> None:
    centres = {"cost_centre": ["BPO", "OWN"], "name": ["b", "o"], "owner": ["x", "y"], "over_penalty": [3.0, 3.0]}
    maps = {
        "lob": ["ANY"] * 2,
        "site": ["ANY"] * 2,
        "vendor": ["ALFA", "ANY"],
        "line": ["ANY"] * 2,
        "cost_centre": ["BPO", "OWN"],
    }
    caps = {"cost_centre": ["BPO"], "month": [dt.date(2026, 4, 1)], "cap": [15000.0]}
    plan = BASE.with_table("tblCostCentre", centres).with_table("tblCostMap", maps).with_table("tblBudgetCap", caps)
    plan = done(plan)
    use = plan["tblBudgetUse"].iloc[0]
    assert use["cost"] == pytest.approx(15000.0)
    assert use["over"] == pytest.approx(0.0, abs=1e-4)
    assert share(plan)["KRK"] > 0.3


def test_the_order_of_rows_does_not_matter() -> None:
    lanes = [lane(site, quality=0.9 + 0.01 * place) for place, site in enumerate(SITES)]
    one = done(with_lanes(BASE, *lanes))
    two = done(with_lanes(BASE, *lanes[::-1]).with_table("tblContract", contracts().iloc[::-1]))
    for name in ("tblAllocation", "tblSiteUse", "tblInvoicePlan", "tblBudget", "tblReason"):
        pd.testing.assert_frame_equal(one[name], two[name])


def test_equal_sites_are_told_apart_by_their_order() -> None:
    tiers = {"contract": ["K-A", "K-B"], "from_units": [0.0, 0.0], "price": [22.0, 20.0]}
    assert share(done(BASE.with_table("tblTier", tiers))) == {"MNL": 1.0}


def test_two_runs_give_the_same_bytes() -> None:
    plan = BASE.with_table("tblRoster", roster(HQ=5.0, MNL=9.0, KRK=9.0))
    one, two = done(supplied(plan)), done(supplied(plan))
    for name in ("tblAllocation", "tblPoolUse", "tblSolve", "tblBudget"):
        assert one[name].to_csv() == two[name].to_csv()


@pytest.mark.parametrize(
    ("rule", "table", "rows"),
    [
        ("shares", "tblLane", [lane("HQ", locked_share=0.7), lane("MNL", locked_share=0.6)]),
        ("shares", "tblLane", [lane("HQ", locked_share=0.7), lane("MNL", min_share=0.6)]),
        ("tiers", "tblTier", {"contract": ["K-A"], "from_units": [0.0], "price": [1.0]}),
        ("tiers", "tblTier", {"contract": ["K-A", "K-B"], "from_units": [10.0, 0.0], "price": [1.0, 1.0]}),
        ("fx_contract", "tblContract", contracts(currency=["USD", "PLN"])),
        ("commit", "tblCommit", {"contract": ["K-A"], "window_start": [dt.date(2026, 4, 2)], "min_units": [1.0]}),
        ("contract_rival", "tblContract", contracts(vendor=["ALFA", "ALFA"], site=["MNL", "MNL"])),
        ("lane_contract", "tblLane", [lane("MNL", contract="K-B")]),
    ],
)
def test_what_cannot_be_right_is_refused(rule: str, table: str, rows: Any) -> None:
    assert rule not in rules_of(BASE)
    plan = BASE.with_table(table, pd.DataFrame(rows))
    assert rule in rules_of(plan)


def test_a_share_asked_of_a_blocked_lane_is_refused() -> None:
    plan = with_lanes(BASE.with_table("tblQueue", set_queue(security_tier=3)), lane("MNL", locked_share=0.4))
    found = [finding for finding in check_plan(plan) if finding.rule == "blocked_lane"]
    assert ["the gate security blocks" in finding.found for finding in found] == [True]


def test_limits_that_cross_are_refused() -> None:
    plan = with_limit(
        {"kind": "min_share", "vendor": "ALFA", "value": 0.6}, {"kind": "max_share", "vendor": "ALFA", "value": 0.5}
    )
    assert "limits" in rules_of(plan)


def test_a_vendor_that_no_table_names_is_in_house() -> None:
    kept = {name: rows for name, rows in BASE.tables.items() if name not in {"tblVendor", "tblContract", "tblTier"}}
    plan = done(Plan(kept, BASE.names).with_table("tblPay", pay(HQ=25.0, MNL=10.0, KRK=30.0)))
    assert share(plan) == {"MNL": 1.0}
    assert line(plan, "labour") == pytest.approx(10.0 * HOURS / 0.75, rel=1e-9)
    assert line(plan, "vendor") == 0.0


def test_attrition_takes_its_part_of_every_period() -> None:
    attrition = {"language": ["ANY"], "site": ["MNL"], "role": ["ANY"], "tenure_band": ["ANY"],
                 "month": [dt.date(2026, 4, 1)], "rate": [0.02], "per": ["week"]}  # fmt: skip
    plan = done(supplied(BASE.with_table("tblRoster", roster(MNL=10.0)).with_table("tblAttrition", attrition)))
    use = plan["tblPoolUse"].loc[lambda f: f["site"].eq("MNL"), "fte"]
    assert use.tolist() == pytest.approx((10.0 * 0.98 ** np.arange(1, 5)).tolist(), rel=1e-9)
    assert pd.Timestamp(START) == plan["tblPeriod"]["start"].iloc[0]
