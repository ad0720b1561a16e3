"""The Summary, the Checks and the sentences: their figures are those of the plan."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

import xlplan
from xlplan.planning.tie_outs import CHECKS
from xlplan.reports.assumptions import assumption_values
from xlplan.reports.checks import OWN_RULES, all_pass, checks_table, findings_table
from xlplan.reports.sentences import sentences
from xlplan.reports.summary import PAST_PERIODS, day_figures, headlines, kpi_table, period_figures, volume_figures
from xlplan.tables.plan import Plan
from xlplan.tables.rules import rules
from xlplan.tables.schema import Finding
from xlplan.workbook.template.layout import KPIS


@pytest.fixture(scope="module")
def ahead() -> Plan:
    """A plan whose time has not come."""
    return xlplan.run(Plan.sample())


@pytest.fixture(scope="module")
def begun() -> Plan:
    """The same, begun two weeks before the end of its history."""
    sample = Plan.sample()
    start = pd.Timestamp(sample.name("PlanStart")) - pd.Timedelta(weeks=2)
    return xlplan.run(sample.with_names(PlanStart=start.date()))


# ---- headlines ------------------------------------------------------------------------------------------------------


def test_headlines_are_sums_of_the_tables(ahead: Plan) -> None:
    head = headlines(ahead)
    assert head.volume == pytest.approx(ahead["tblForecast"]["volume"].sum())
    assert head.hours == pytest.approx(ahead["tblReq"]["required_hours"].sum())
    assert head.paid_hours == pytest.approx(ahead["tblAllocation"]["paid_hours"].sum())
    assert head.cost == pytest.approx(ahead["tblBudget"]["amount_plan"].sum())
    assert head.peak == ahead["tblIntervalReq"]["agents_whole"].max()
    assert head.aht_s == pytest.approx(300.0)
    need = ahead["tblReq"]
    assert head.occupancy == pytest.approx(np.average(need["occupancy"], weights=need["required_hours"]))
    assert head.occupancy <= need["occupancy"].max()
    fte = ahead["tblAllocation"].set_index("period")["fte"]
    assert (head.fte_peak, head.fte_peak_period) == (fte.max(), fte.idxmax())
    assert min(fte) <= head.fte_mean <= max(fte)


def test_service_level_is_weighed_by_the_contacts(ahead: Plan) -> None:
    rows = ahead["tblIntervalReq"].dropna(subset="service_level")
    answered = sum(r.service_level * r.volume * r.occurrences for r in rows.itertuples())
    offered = sum(r.volume * r.occurrences for r in rows.itertuples())
    assert headlines(ahead).service_level == pytest.approx(answered / offered)


def test_nothing_is_said_of_what_has_not_come(ahead: Plan) -> None:
    head = headlines(ahead)
    assert (head.actual, head.actual_wape, head.actual_bias) == (None, None, None)
    assert (head.over_hours, head.under_hours) == (None, None)


def test_what_came_is_compared(begun: Plan) -> None:
    head = headlines(begun)
    rows = begun["tblOutcome"]
    assert head.actual == rows["actual"].sum() > 0
    assert head.actual_wape == pytest.approx((rows["forecast"] - rows["actual"]).abs().sum() / rows["actual"].sum())
    assert head.actual_bias == pytest.approx((rows["forecast"] - rows["actual"]).sum() / rows["actual"].sum())


def test_the_kpis_stand_in_the_order_of_the_sheet(ahead: Plan) -> None:
    table = kpi_table(ahead, failed=3, first_failure="One is two")
    assert table["kpi"].tolist() == [kpi.name for kpi in KPIS]
    last = table.iloc[-1]
    assert (last["value"], last["note"]) == (3.0, "One is two")
    units = dict(zip(table["kpi"], table["unit"], strict=True))
    for kpi in KPIS:
        assert units[kpi.name].replace("USD per item", "USD").replace("USD", "plan currency") == kpi.unit


# ---- figures behind the charts --------------------------------------------------------------------------------------


def test_the_volume_chart_shows_the_past_and_then_the_plan(ahead: Plan, begun: Plan) -> None:
    for plan in (ahead, begun):
        table = volume_figures(plan)
        start = pd.Timestamp(plan.name("PlanStart"))
        past, planned = table.loc[table["start"] < start], table.loc[table["start"] >= start]
        assert past["volume"].isna().all()
        assert len(past) <= PAST_PERIODS
        assert planned["period"].tolist() == plan["tblPeriod"]["period"].tolist()
        assert planned["volume"].sum() == pytest.approx(plan["tblForecast"]["volume"].sum())
        assert (planned["low_80"] <= planned["high_80"]).all()
        history = plan["tblInterval"]
        came = history["start"].ge(past["start"].min()) & history["start"].lt(start)
        assert past["actual"].sum() == history.loc[came, "volume"].sum()
    assert volume_figures(begun)["actual"].notna().sum() == volume_figures(ahead)["actual"].notna().sum()


def test_period_figures_sum_to_the_plan(ahead: Plan) -> None:
    table = period_figures(ahead)
    assert table["period"].tolist() == ahead["tblPeriod"]["period"].tolist()
    assert table["required_hours"].sum() == pytest.approx(ahead["tblReq"]["required_hours"].sum())
    for column in ("fte", "paid_hours", "cost"):
        assert table[column].sum() == pytest.approx(ahead["tblAllocation"][column].sum())


def test_the_day_is_the_mean_of_open_days(ahead: Plan, begun: Plan) -> None:
    intervals = ahead["tblIntervalReq"]
    table = day_figures(ahead).set_index("interval_start")
    for slot, rows in intervals.groupby("interval_start"):
        weights = rows["occurrences"].astype(float)
        assert table.loc[slot, "agents_mean"] == pytest.approx(np.average(rows["agents"], weights=weights))
        assert table.loc[slot, "volume"] == pytest.approx(np.average(rows["volume"], weights=weights))
        assert table.loc[slot, "agents_peak"] == rows["agents_whole"].max()
    assert table["agents_needed"].isna().all()
    needed = begun["tblOutcome"].groupby("interval_start")["agents_needed"].mean()
    assert day_figures(begun).set_index("interval_start")["agents_needed"].tolist() == pytest.approx(needed.tolist())


# ---- checks and findings --------------------------------------------------------------------------------------------


def test_every_check_is_listed_once(ahead: Plan) -> None:
    table = checks_table(ahead, [], {})
    assert table["check"].is_unique
    assert len(table) == len(OWN_RULES) + len(rules()) + len(CHECKS)
    assert table["what"].str.len().gt(10).all()
    assert all_pass(table)
    assert table.loc[table["severity"].eq("error"), "failures"].sum() == 0


def test_a_finding_is_counted_and_linked(ahead: Plan) -> None:
    bad = Finding("range", "error", "tblAht", "aht_s", 1, "-3", "a number", "type 180")
    here = [bad.at("Rates", "D7"), bad.at("Rates", "D9")]
    row = checks_table(ahead, here, {}).set_index("check").loc["range"]
    assert (row["failures"], row["status"], row["link"]) == (2, "fail", "Rates!D7")
    assert not all_pass(checks_table(ahead, here, {}))
    table = findings_table([*here, bad])
    assert table["finding"].tolist() == [1, 2, 3]
    assert table["cell"].tolist() == ["D7", "D9", "tblAht.aht_s, row 1"]
    assert table["sheet"].tolist() == ["Rates", "Rates", "not in the workbook"]
    assert list(findings_table([]).columns) == list(table.columns)


def test_a_sum_that_does_not_tie_out_fails_with_both_sides(ahead: Plan) -> None:
    budget = ahead["tblBudget"]
    budget.loc[0, "amount_plan"] += 100.0
    broken = checks_table(ahead.with_table("tblBudget", budget), [], {"tblBudget": "Budget!A6"}).set_index("check")
    row = broken.loc["budget_total"]
    assert (row["status"], row["link"]) == ("fail", "Budget!A6")
    assert row["left"] - row["right"] == pytest.approx(row["difference"]) == pytest.approx(100.0)


# ---- sentences ------------------------------------------------------------------------------------------------------


def test_sentences_name_time_need_cost_and_place(ahead: Plan) -> None:
    head = headlines(ahead)
    said = sentences(ahead, failed=0, where="plan.xlsx")
    assert said[0].startswith("From 6 April 2026 to 3 May 2026 the plan expects ")
    assert f"{head.volume:,.0f} items at 300 seconds each" in said[0]
    assert f"{head.hours:,.0f} hours on task" in said[1]
    assert f"USD {head.cost:,.0f}" in said[2]
    assert "when tested on the history" in said[3]
    assert said[-1] == "All checks pass; the plan is in plan.xlsx."
    assert sentences(ahead, failed=2, where="p")[-1].startswith("2 checks fail: see the sheet Checks")


def test_sentences_say_which_way_a_forecast_leaned(begun: Plan) -> None:
    (said,) = (line for line in sentences(begun, failed=0, where="p") if line.startswith("Of what came since"))
    head = headlines(begun)
    assert head.actual_bias is not None
    assert ("% over)" in said) is (head.actual_bias > 0)
    assert f"{head.over_hours:,.0f} staffed hours too many" in said


# ---- assumptions ----------------------------------------------------------------------------------------------------


def assumption(table: str, column: str, scope: str | None) -> float | None:
    row = {
        "assumption": "a",
        "statement": "as it is",
        "table": table,
        "column": column,
        "scope": scope,
        "owner": "me",
        "source": "here",
        "dated": dt.date(2026, 1, 1),
        "review_by": dt.date(2026, 1, 1),
        "confidence": "low",
    }
    plan = Plan.sample().with_table("tblAssumption", pd.DataFrame([row]))
    value = assumption_values(plan)["value"].iloc[0]
    return None if pd.isna(value) else float(value)


@pytest.mark.parametrize(
    ("table", "column", "scope", "value"),
    [
        ("tblAht", "aht_s", None, 300.0),
        ("tblShrink", "rate", None, 0.15),
        ("tblShrink", "rate", "component=leave and sickness", 0.16),
        ("tblShrink", "rate", "site=HQ; component=leave and sickness", 0.16),
        ("tblShrink", "rate", "site=Mars", None),
        ("tblShrink", "rate", "planet=Mars", None),
        ("tblQueue", "work_type", None, None),
        ("tblQueue", "no_such_column", None, None),
        ("tblNone", "aht_s", None, None),
    ],
)
def test_the_register_shows_the_number_that_the_plan_holds(
    table: str, column: str, scope: str | None, value: float | None
) -> None:
    found = assumption(table, column, scope)
    assert found == (None if value is None else pytest.approx(value))
