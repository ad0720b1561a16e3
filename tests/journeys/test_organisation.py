"""The reference organisation, end to end: plan workbook, budget review, and what must hold between their tables."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.journeys.conftest import refresh
from tests.journeys.steady import steady
from tests.office import pages, recalculated
from xlplan import macros
from xlplan.macros import Refreshed
from xlplan.planning.pipeline import run
from xlplan.planning.reference.build import reference_plan
from xlplan.planning.tie_outs import tie_outs
from xlplan.tables.plan import Plan
from xlplan.workbook.package.file_book import FileBook

NOW = dt.datetime(2027, 1, 4, 8, 0)
KEY = ["queue", "language", "period"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("organisation")


@pytest.fixture(scope="module")
def done(folder: Path) -> Refreshed:
    """The demo, built once: it is the whole pipeline at full size."""
    return macros.demo(folder, now=NOW).refreshed


@pytest.fixture(scope="module")
def plan(done: Refreshed) -> Plan:
    return done.plan


# ---- the organisation itself ----


def test_it_is_as_large_as_a_real_one() -> None:
    inputs = reference_plan()
    counts = {name: len(inputs[name]) for name in ("tblLob", "tblQueue", "tblLanguage", "tblSite")}
    assert counts == {"tblLob": 12, "tblQueue": 60, "tblLanguage": 15, "tblSite": 10}
    assert 240 <= len(inputs["tblWorkstream"]) <= 265
    assert inputs["tblSite"]["currency"].nunique() == 9
    assert inputs["tblVendor"]["in_house"].sum() == 1
    assert len(inputs["tblVendor"]) == 5
    assert inputs["tblActual"].groupby(["queue", "language"]).size().max() == 104


def test_the_same_seed_gives_the_same_organisation_and_another_one_another() -> None:
    assert reference_plan(seed=3).input_hash() == reference_plan(seed=3).input_hash()
    assert reference_plan(seed=3).input_hash() != reference_plan(seed=4).input_hash()


@pytest.mark.parametrize("seed", [1, 99])
def test_any_seed_gives_a_plan_without_errors(seed: int) -> None:
    assert [finding.sentence() for finding in reference_plan(seed=seed).check() if finding.severity == "error"] == []


# ---- what must hold between the results ----


def test_every_tie_out_holds(plan: Plan) -> None:
    assert [tie.check for tie in tie_outs(plan) if not tie.passed and tie.severity == "error"] == []


def test_all_checks_pass(done: Refreshed) -> None:
    assert done.failed == 0
    assert len(done.plan["tblCheck"]) >= 20


def test_served_and_unmet_make_up_the_need_of_every_workstream(plan: Plan) -> None:
    need = plan["tblReq"].set_index(KEY)["required_hours"]
    served = plan["tblAllocation"].groupby(KEY)["served_hours"].sum().reindex(need.index).fillna(0.0)
    unmet = plan["tblGap"].set_index(KEY)["unmet_hours"].reindex(need.index)
    assert np.allclose(served + unmet, need, atol=1e-4, rtol=1e-6)


def test_every_lane_passes_its_gates(plan: Plan) -> None:
    """Language, skill and clearance, replayed from the tables lane by lane."""
    lanes = plan["tblAllocation"].loc[lambda f: f["hours"].gt(1e-6), ["queue", "language", "site"]].drop_duplicates()
    queues = plan["tblQueue"].set_index("queue")
    sites = plan["tblSite"].set_index("site")
    speaks = set(plan["tblSiteLanguage"][["language", "site"]].itertuples(index=False, name=None))
    offers = set(plan["tblSiteSkill"][["skill", "site"]].itertuples(index=False, name=None))
    assert len(lanes) > 250
    for queue, language, site in lanes.itertuples(index=False, name=None):
        assert (language, site) in speaks
        assert (queues.loc[queue, "skill"], site) in offers
        assert sites.loc[site, "security_tier"] >= queues.loc[queue, "security_tier"]


def test_no_site_works_more_hours_than_it_has(plan: Plan) -> None:
    use = plan["tblSiteUse"]
    assert (use["hours_used"] <= use["hours_available"] * (1 + 1e-6) + 1e-4).all()
    assert (use["fte"] <= use["seats"] + use["seats_over"] + 1e-4).all()


def test_no_vendor_has_more_than_its_share(plan: Plan) -> None:
    served = plan["tblAllocation"].pivot_table(index="period", columns="vendor", values="served_hours", aggfunc="sum")
    limits = plan["tblLimit"].loc[lambda f: f["kind"].eq("max_share")].set_index("vendor")["value"]
    share = served.div(served.sum(axis=1), axis=0)
    for vendor, limit in limits.items():
        assert (share[vendor].fillna(0.0) <= limit + 1e-6).all()


def test_the_budget_is_the_same_by_cost_centre_vendor_and_line_of_business(plan: Plan) -> None:
    budget = plan["tblBudget"]
    total = budget["amount_plan"].sum()
    for cut in ("cost_centre", "vendor", "lob", "month", "line"):
        assert budget.groupby(cut)["amount_plan"].sum().sum() == pytest.approx(total, abs=0.01)
    assert not budget["cost_centre"].eq("UNASSIGNED").any()


def test_vendor_lines_are_the_invoices_at_the_months_rate(plan: Plan) -> None:
    lines = plan["tblBudget"].loc[lambda f: f["line"].isin(["vendor", "commitment_shortfall"])]
    invoices = plan["tblInvoicePlan"].merge(plan["tblContract"][["contract", "currency"]], on="contract")
    assert lines.groupby("currency")["amount"].sum().to_dict() == pytest.approx(
        invoices.groupby("currency")["amount"].sum().to_dict(), rel=1e-6, abs=1.0
    )


def test_corkscrews_close(plan: Plan) -> None:
    order = {period: place for place, period in enumerate(plan["tblPeriod"]["period"])}
    for name, key in (("tblWalk", ["language", "site", "role"]), ("tblBacklog", ["queue", "language"])):
        rows = plan[name].assign(order=lambda f: f["period"].map(order)).sort_values([*key, "order"])
        following = rows.groupby(key)["opening"].shift(-1)
        known = following.notna()
        assert np.allclose(rows.loc[known, "closing"], following[known], atol=1e-6)
        assert (rows["closing"] >= -1e-9).all()


def test_opening_heads_are_the_roster(plan: Plan) -> None:
    first = plan["tblPeriod"]["period"].iloc[0]
    opening = plan["tblWalk"].loc[lambda f: f["period"].eq(first), "opening"].sum()
    assert opening == pytest.approx(plan["tblRoster"]["heads"].sum())


def test_the_queue_that_outgrows_its_people_is_named(done: Refreshed) -> None:
    breaking = done.plan["tblBlowout"].loc[lambda f: f["first_breach"].notna()]
    assert "AR" in set(breaking["language"])
    told = done.sentences("here")
    assert len(told) == 5
    assert any("first to miss its goal" in sentence for sentence in told)


# ---- the workbooks ----


@pytest.mark.xdist_group("office")
def test_libreoffice_shows_the_plan_without_an_error_and_with_its_totals(
    done: Refreshed, folder: Path, tmp_path: Path
) -> None:
    shown = recalculated(folder / "Plan_demo.xlsx", tmp_path)
    assert shown.errors == []
    plan = done.plan
    for sheet, column, table in (
        ("Requirement", "required_hours", "tblReq"),
        ("Allocation", "cost", "tblAllocation"),
        ("Budget", "amount_plan", "tblBudget"),
        ("Queue_Backlog", "closing", "tblBacklog"),
    ):
        assert sum(shown.column(sheet, column)) == pytest.approx(plan[table][column].sum(), rel=1e-9)


@pytest.mark.xdist_group("office")
def test_finance_opens_the_review_and_finds_the_plans_totals(done: Refreshed, folder: Path, tmp_path: Path) -> None:
    shown = recalculated(folder / "BudgetReview_demo.xlsx", tmp_path)
    assert shown.errors == []
    total = done.plan["tblBudget"]["amount_plan"].sum()
    for sheet in ("PnL_Month", "Summary"):
        rows = shown.sheets[sheet]
        bottom = next(row for row in rows if row and row[0] == "Total")
        assert max(cell for cell in bottom if isinstance(cell, int | float)) == pytest.approx(total, rel=1e-9)
    lobs = next(row for row in shown.sheets["LoB_View"] if row and row[0] == "Total")
    assert any(isinstance(cell, float) and cell == pytest.approx(total, rel=1e-9) for cell in lobs)


def test_the_review_is_values_sums_and_nothing_else(done: Refreshed, folder: Path) -> None:
    path = folder / "BudgetReview_demo.xlsx"
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
        sheets = [package.read(name).decode() for name in names if name.startswith("xl/worksheets/sheet")]
    assert not any("vba" in name.lower() or "externalLink" in name for name in names)
    formulas = re.findall(r"<f>(.*?)</f>", "".join(sheets))
    assert formulas
    assert all(formula.startswith("SUM(") for formula in formulas)
    assert not any("<f>" in cell and "<v>" not in cell for sheet in sheets for cell in sheet.split("</c>"))


def test_the_review_reads_back_without_computing(done: Refreshed, folder: Path) -> None:
    book = FileBook.open(folder / "BudgetReview_demo.xlsx")
    cover = book.read_cells("Cover", "A1:B14")
    assert any("USD" in str(cell) for row in cover for cell in row)


@pytest.mark.xdist_group("office")
def test_the_review_prints(done: Refreshed, folder: Path, tmp_path: Path) -> None:
    assert len(pages(folder / "BudgetReview_demo.xlsx", tmp_path, dpi=30)) >= 10


def test_views_hold_every_queue_and_period(done: Refreshed, folder: Path) -> None:
    book = FileBook.open(folder / "Plan_demo.xlsx")
    grid = book.read_cells("Gap_Map", "A6:AE66")
    assert [cell for cell in grid[0][2:] if cell] == done.plan["tblPeriod"]["period"].tolist()
    assert {row[1] for row in grid[1:] if row[1]} == set(done.plan["tblQueue"]["queue"])
    gap = done.plan["tblGap"]
    shown = sum(cell for row in grid[1:] for cell in row[2:] if isinstance(cell, int | float))
    assert shown == pytest.approx(gap["over_under_fte"].sum(), abs=0.1)


def test_a_second_refresh_changes_no_byte_outside_the_volatile_places(
    done: Refreshed, folder: Path, tmp_path: Path
) -> None:
    again = tmp_path / "Plan_demo.xlsx"
    shutil.copy(folder / "Plan_demo.xlsx", again)
    refresh(again, now=dt.datetime(2027, 1, 5, 9, 30))
    first, second = steady(folder / "Plan_demo.xlsx"), steady(again)
    assert [name for name in first if first[name] != second.get(name)] == []
    assert first.keys() == second.keys()


# ---- bad input ----


def _found(plan: Plan, name: str, **changes: object) -> list[str]:
    """New findings after the first row of a table was changed, as a planner's edit would."""
    frame = plan[name]
    for column, value in changes.items():
        frame.loc[frame.index[0], column] = value
    tables = {**plan.tables, name: frame}
    known = {finding.sentence() for finding in plan.check()}
    return [s for finding in Plan(tables, plan.names).check() if (s := finding.sentence()) not in known]


@pytest.mark.parametrize(
    ("table", "changes", "said"),
    [
        ("tblWorkstream", {"language": "XX"}, "tblWorkstream.language"),
        ("tblSite", {"currency": "JPY"}, "JPY without a rate"),
        ("tblSite", {"holiday_calendar": "ZZ"}, "holiday_calendar"),
        ("tblClass", {"start": pd.Timestamp("2027-01-05"), "status": "approved"}, "tblClass"),
        ("tblContract", {"valid_to": pd.Timestamp("2027-03-01")}, "contract"),
        ("tblShrink", {"rate": 1.0}, "shrinkage"),
    ],
)
def test_a_planners_slip_is_found_before_anything_is_computed(
    table: str, changes: dict[str, object], said: str
) -> None:
    found = _found(reference_plan(), table, **changes)
    assert any(said in sentence for sentence in found), found[:5]


def test_a_plan_that_asks_for_the_impossible_states_its_shortfall() -> None:
    """Ten times the volume: nobody can do it, and the plan says how much is missing and what it costs."""
    inputs = reference_plan()
    few = inputs["tblWorkstream"].iloc[:6]
    keep = few[["queue", "language"]]
    actual = inputs["tblActual"].merge(keep, on=["queue", "language"])
    plan = Plan(
        {
            **inputs.tables,
            "tblWorkstream": few,
            "tblActual": actual.assign(volume=actual["volume"] * 50),
            "tblInterval": inputs["tblInterval"].iloc[:0],
            "tblBacklogOpening": inputs["tblBacklogOpening"].iloc[:0],
        },
        {**inputs.names, "Grain": "4w"},
    )
    computed = run(plan)
    gap = computed["tblGap"]
    assert gap["unmet_hours"].sum() > 0.5 * gap["required"].sum()
    assert gap["penalty"].sum() > 0
    assert [tie.check for tie in tie_outs(computed) if not tie.passed and tie.severity == "error"] == []
