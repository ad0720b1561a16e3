"""From a file of volumes to a refreshed workbook: what Python computes is what stands in the cells."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import xlplan
from tests.journeys.conftest import CALLS, NOW, ROOT, refresh
from tests.journeys.steady import steady
from xlplan.hosts import shell
from xlplan.planning.pipeline import STEPS
from xlplan.workbook.package.file_book import FileBook

LATER = NOW + dt.timedelta(days=3, hours=5)
SAMPLE = ROOT / "workbooks" / "us_bank_calls.xlsx"


@pytest.fixture(scope="module")
def computed(made_once: Path) -> xlplan.Plan:
    """The plan computed in Python, with no workbook between."""
    return xlplan.run(xlplan.read_plan(made_once))


def raw_total(path: Path, table: str, column: str) -> float:
    """The sum of a column's cells as they stand in the file."""
    cells = FileBook.open(path).read(table).columns[column]
    assert all(isinstance(cell, int | float) for cell in cells)
    return float(sum(cells))  # type: ignore[arg-type]


# ---- what is written is what is computed ----------------------------------------------------------------------------


def test_a_new_plan_holds_every_call(made: Path) -> None:
    calls = pd.read_csv(CALLS)
    history = xlplan.read_plan(made)["tblInterval"]
    assert len(history) == len(calls)
    assert history["volume"].sum() == calls["y"].sum()
    assert raw_total(made, "tblInterval", "volume") == calls["y"].sum()


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("tblForecast", "volume"),
        ("tblReq", "required_hours"),
        ("tblIntervalReq", "agents_whole"),
        ("tblAllocation", "cost"),
        ("tblAllocation", "fte"),
        ("tblBudget", "amount_plan"),
        ("tblOutcomePeriod", "actual"),
    ],
)
def test_totals_in_the_cells_are_those_of_a_run_in_python(
    computed: xlplan.Plan, refreshed: Path, table: str, column: str
) -> None:
    expected = float(computed[table][column].sum())
    assert expected > 0
    assert raw_total(refreshed, table, column) == pytest.approx(expected, rel=1e-12)
    assert float(xlplan.read_plan(refreshed)[table][column].sum()) == pytest.approx(expected, rel=1e-12)


def test_every_result_is_read_back_as_it_was_computed(computed: xlplan.Plan, refreshed: Path) -> None:
    shown = FileBook.open(refreshed).places()
    back = xlplan.read_plan(refreshed)
    results = {name for step in STEPS for name in step.gives} & set(shown)
    assert len(results) >= 9
    for name in sorted(results):
        columns = [column for column in shown[name].columns if column in computed[name]]
        pd.testing.assert_frame_equal(back[name][columns], computed[name][columns], rtol=1e-12)


def test_the_summary_shows_the_totals(computed: xlplan.Plan, refreshed: Path) -> None:
    table = xlplan.read_plan(refreshed)["tblKpi"].set_index("kpi")
    shown = table["value"]
    assert shown["Volume"] == pytest.approx(computed["tblForecast"]["volume"].sum())
    assert shown["Hours required"] == pytest.approx(computed["tblReq"]["required_hours"].sum())
    assert shown["Cost"] == pytest.approx(computed["tblAllocation"]["cost"].sum())
    assert shown["Cost"] == pytest.approx(computed["tblBudget"]["amount_plan"].sum())
    assert shown["Volume that came"] == computed["tblOutcomePeriod"]["actual"].sum()
    assert shown["Checks failed"] == 0


def test_a_planner_can_redo_the_sums(refreshed: Path) -> None:
    """Workload, hours, FTE and cost of each week from the numbers that stand beside them."""
    plan = xlplan.read_plan(refreshed)
    need, placed, hours = plan["tblReq"], plan["tblAllocation"], plan["tblFteHours"]
    assert np.allclose(need["workload_hours"], need["volume"] * need["aht_s"] / 3600)
    assert np.allclose(placed["hours"], need["required_hours"])
    shrinkage = 1 - np.prod(1 - plan["tblShrink"]["rate"])
    contract = float(plan["tblSite"]["contract_hours_week"].iloc[0])
    assert np.allclose(hours["productive_hours"], contract * (1 - shrinkage))
    assert np.allclose(placed["fte"], placed["hours"] / hours["productive_hours"])
    assert np.allclose(placed["cost"], placed["fte"] * contract * float(plan["tblPay"]["wage"].iloc[0]))


def test_held_back_weeks_are_compared_with_the_plan(refreshed: Path) -> None:
    plan = xlplan.read_plan(refreshed)
    start = pd.Timestamp(plan.name("PlanStart"))
    came = pd.read_csv(CALLS, parse_dates=["ds"]).loc[lambda f: f["ds"] >= start, "y"].sum()
    assert came > 0
    assert plan["tblOutcomePeriod"]["actual"].sum() == came
    assert plan["tblOutcome"]["actual"].sum() == came


def test_the_stamp_and_the_log_say_what_ran(refreshed: Path) -> None:
    plan = xlplan.read_plan(refreshed)
    (run,) = plan["tblRun"].to_dict("records")
    assert (run["run"], run["command"], run["status"]) == ("20260101T000000Z", "refresh", "ok")
    assert run["input_hash"] == plan.name("InputHash") == plan.input_hash()
    assert plan.name("Stamp").startswith(f"bank / inputs {run['input_hash'][:8]} / xlplan {xlplan.__version__} / 2026")
    assert plan.name("MasterCheck") is True


def test_write_plan_makes_the_same_workbook_from_python(computed: xlplan.Plan, tmp_path: Path) -> None:
    path = xlplan.write_plan(computed, tmp_path / "python.xlsx")
    assert raw_total(path, "tblAllocation", "cost") == pytest.approx(computed["tblAllocation"]["cost"].sum(), rel=1e-12)


# ---- a second refresh -----------------------------------------------------------------------------------------------


def test_a_second_refresh_changes_only_the_volatile_places(refreshed: Path) -> None:
    before, raw = steady(refreshed), refreshed.read_bytes()
    refresh(refreshed, now=LATER)
    assert refreshed.read_bytes() != raw, "the stamp is of another time"
    after = steady(refreshed)
    assert list(after) == list(before)
    assert [name for name in before if before[name] != after[name]] == []
    runs = xlplan.read_plan(refreshed)["tblRun"]
    assert runs["run"].tolist() == ["20260101T000000Z", "20260104T050000Z"]
    assert runs["output_hash"].nunique() == 1


def test_the_same_minute_the_same_plan_the_same_results(made: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.xlsx"
    other.write_bytes(made.read_bytes())
    for path in (made, other):
        refresh(path)
    assert steady(made) == steady(other)


def test_what_is_blanked_is_little(refreshed: Path) -> None:
    """The comparison above compares: another number anywhere else would show."""
    before = steady(refreshed)
    book = FileBook.open(refreshed)
    for table, column in (("tblForecast", "volume"), ("tblCheck", "failures"), ("tblKpi", "value")):
        place = book.places()[table]
        book.write_cells(place.sheet, {place.address(0, column): 123.456})
    book.save(refreshed)
    after = steady(refreshed)
    assert sum(before[name] != after[name] for name in before) == 3


def test_the_committed_sample_is_a_fresh_build(tmp_path: Path) -> None:
    """Part by part: bytes where nothing is computed, numbers to nine digits where something is."""
    again = tmp_path / SAMPLE.name
    again.write_bytes(SAMPLE.read_bytes())
    refresh(again)
    assert_same_parts(steady(again), steady(SAMPLE))
    made = ["new", str(tmp_path / "new.xlsx"), "--volumes", str(CALLS), "--hold-back", "4"]
    assert shell.main([*made, "--time-zone", "America/New_York", "--id", "us_bank_calls"]) == shell.OK
    refresh(tmp_path / "new.xlsx")
    assert_same_parts(steady(tmp_path / "new.xlsx"), steady(SAMPLE))


def assert_same_parts(found: dict[str, bytes], expected: dict[str, bytes]) -> None:
    assert list(found) == list(expected)
    for name, text in expected.items():
        if found[name] == text:
            continue
        assert name.startswith(("xl/worksheets/sheet", "xl/charts/")), f"{name} differs"
        pieces = [re.split(rb"(<(?:c:)?v>[^<]*)", part) for part in (found[name], text)]
        assert len(pieces[0]) == len(pieces[1]), f"{name} differs in its cells"
        for mine, theirs in zip(*pieces, strict=True):
            if mine == theirs:
                continue
            assert float(mine.rpartition(b">")[2]) == pytest.approx(
                float(theirs.rpartition(b">")[2]), rel=1e-9, abs=1e-9
            )
