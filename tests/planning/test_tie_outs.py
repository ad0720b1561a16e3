"""Tie-outs: all hold after a run, and a fault planted in a result breaks exactly those that guard it."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

import xlplan
from xlplan.planning.tie_outs import CHECKS, tie_outs
from xlplan.tables import dictionary
from xlplan.tables.plan import Plan


def computed() -> Plan:
    """The sample, planned for its last four weeks so that outcomes are known too."""
    return xlplan.run(Plan.sample().with_names(PlanStart=pd.Timestamp("2026-03-09").date()))


DONE = computed()


def failing(plan: Plan) -> set[str]:
    return {tie.check for tie in tie_outs(plan) if not tie.passed}


def planted(table: str, column: str, change: Callable[[float], float], row: int = 0) -> Plan:
    frame = DONE[table]
    frame[column] = frame[column].astype("float64")
    frame.loc[row, column] = change(frame.loc[row, column])
    return Plan({**DONE.tables, table: frame}, DONE.names)


def test_all_hold_after_a_run() -> None:
    assert failing(DONE) <= {"cost_centre"}
    assert not DONE["tblOutcome"].empty
    with_centre = DONE["tblBudget"].assign(cost_centre="4711")
    assert failing(DONE.with_table("tblBudget", with_centre)) == set()


def test_each_is_named_once_and_says_what_must_hold() -> None:
    ties = tie_outs(DONE)
    assert len({tie.check for tie in ties}) == len(ties) == len(CHECKS)
    assert all(tie.what for tie in ties)
    assert {tie.table for tie in ties} <= {name for name, table in dictionary.tables().items() if table.by_engine}


@pytest.mark.parametrize(
    ("table", "column", "change", "broken"),
    [
        ("tblPeriod", "days", lambda days: days + 1, {"periods"}),
        ("tblPeriodBill", "weight", lambda weight: weight * 0.9, {"bill_weights"}),
        ("tblForecast", "base", lambda base: base + 1, {"forecast_parts"}),
        ("tblForecast", "event_effect", lambda effect: effect - 1, {"forecast_parts"}),
        ("tblForecast", "low_80", lambda low: low * 10, {"forecast_bounds"}),
        ("tblForecast", "high_95", lambda high: high / 10, {"forecast_bounds"}),
        ("tblProfile", "share", lambda share: share + 0.01, {"profile"}),
        ("tblIntervalReq", "volume", lambda volume: volume + 1, {"interval_volume"}),
        ("tblIntervalReq", "agents", lambda agents: agents + 0.01, {"interval_hours"}),
        ("tblIntervalReq", "service_level", lambda level: 0.5, {"service_level"}),
        ("tblReq", "volume", lambda volume: volume + 1, {"requirement_volume"}),
        ("tblReq", "required_hours", lambda hours: hours + 1, {"interval_hours", "allocation_hours"}),
        ("tblFteHours", "productive_hours", lambda hours: hours * 0.7, {"fte_hours"}),
        ("tblAllocation", "served_hours", lambda hours: hours - 1, {"allocation_hours"}),
        ("tblAllocation", "items", lambda items: items - 1, {"allocation_items"}),
        ("tblAllocation", "fte", lambda fte: fte * 1.3, {"fte_hours"}),
        ("tblAllocation", "cost", lambda cost: cost + 1, {"budget_total"}),
        ("tblBudget", "qty", lambda qty: qty + 1, {"budget_lines"}),
        ("tblBudget", "price", lambda price: price * 1.01, {"budget_lines"}),
        ("tblBudget", "fx", lambda fx: 1.1, {"budget_lines"}),
        ("tblBudget", "amount_plan", lambda amount: amount + 1, {"budget_lines", "budget_total", "solve_cost"}),
        ("tblOutcome", "actual", lambda actual: actual + 1, {"outcome"}),
        ("tblOutcomePeriod", "actual", lambda actual: actual + 1, {"outcome"}),
    ],
)
def test_a_planted_fault_breaks_what_guards_it(
    table: str, column: str, change: Callable[[float], float], broken: set[str]
) -> None:
    assert failing(planted(table, column, change)) - failing(DONE) == broken


def test_a_volume_that_is_not_the_sum_of_its_parts() -> None:
    found = failing(planted("tblForecast", "volume", lambda volume: volume + 1)) - failing(DONE)
    assert found == {"forecast_parts", "interval_volume", "requirement_volume", "allocation_items"}


def test_a_level_far_from_the_last_quarter_is_a_warning() -> None:
    frame = DONE["tblForecast"]
    frame["volume"] *= 3
    (tie,) = (tie for tie in tie_outs(Plan({**DONE.tables, "tblForecast": frame}, DONE.names))
              if tie.check == "forecast_level")  # fmt: skip
    assert (tie.passed, tie.severity) == (False, "warning")
    assert tie.left == pytest.approx(3 * 884.6, rel=0.05)


def test_a_period_that_is_left_out_and_a_row_that_is_lost() -> None:
    periods = Plan({**DONE.tables, "tblPeriod": DONE["tblPeriod"].drop(index=1)}, DONE.names)
    assert "periods" in failing(periods)
    lost = Plan({**DONE.tables, "tblIntervalReq": DONE["tblIntervalReq"].iloc[1:]}, DONE.names)
    assert {"interval_volume", "interval_hours"} <= failing(lost)


def test_a_number_that_is_none_never_passes() -> None:
    assert "budget_lines" in failing(planted("tblBudget", "amount", lambda amount: float("nan")))
    assert "forecast_parts" in failing(planted("tblForecast", "base", lambda base: float("inf")))
