"""XP_EXPLAIN: parts that sum to what they are parts of, and to what the plan shows."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import pytest

from xlplan.functions import CellError, call
from xlplan.functions.plan.example import example_plan
from xlplan.functions.plan.state import PlanInMemory

PLAN = example_plan()


def explained(*key: Any) -> list[list[Any]]:
    rows: list[list[Any]] = call("XP_EXPLAIN", [list(key)], "stamp", plan=PLAN)
    return rows


@pytest.mark.parametrize("period", PLAN.plan["tblPeriod"]["period"])
def test_the_parts_of_every_unit_sum_to_their_total(period: str) -> None:
    sums = 0
    for _, steps in groupby(explained("support", "EN", period), key=lambda step: step[2]):
        parts = 0.0
        for label, value, _ in steps:
            if label.startswith("="):
                assert value == pytest.approx(parts, rel=1e-12)
                sums += 1
            else:
                parts += value
    assert sums == 4


def test_totals_are_those_of_the_plan() -> None:
    totals = {label: value for label, value, _ in explained("support", "EN", "2026-W16")}
    need = PLAN.plan["tblReq"].set_index("period").loc["2026-W16"]
    gap = PLAN.plan["tblGap"].set_index("period").loc["2026-W16"]
    assert totals["= volume"] == need["volume"]
    assert totals["= required"] == need["required_hours"]
    assert totals["= required at the present mix of sites"] == need["gross_fte"]
    assert totals["= supplied"] == pytest.approx(gap["supplied"])
    assert totals["over or under"] == pytest.approx(gap["over_under"], abs=1e-9)


def test_sites_come_with_the_reason_that_still_holds() -> None:
    """Reasons stand in the first period alone, because nothing changes after it."""
    labels = [label for label, _, _ in explained("support", "EN", "2026-W18")]
    assert any(label.startswith("HQ: HQ has 60%") for label in labels)


def test_the_shape_does_not_depend_on_the_period() -> None:
    assert [row[0] for row in explained("support", "EN", 46118)] == [
        row[0] for row in explained("support", "EN", 46135)
    ]


@pytest.mark.parametrize(
    ("key", "code", "says"),
    [
        (["support", "EN"], "#VALUE!", "row_key is 1x2; give queue, language, period side by side"),
        (["support", None, "2026-W15"], "#VALUE!", "row_key has no language"),
        (["suport", "EN", "2026-W15"], "#N/A", "did you mean support?"),
        (["support", "EN", "2027-01-01"], "#N/A", "lies outside the plan"),
    ],
)
def test_a_key_that_names_no_row_says_what_is_amiss(key: list[Any], code: str, says: str) -> None:
    with pytest.raises(CellError) as failed:
        explained(*key)
    assert failed.value.code == code
    assert says in failed.value.sentence


def test_parts_that_a_workbook_does_not_show_stand_in_one_row() -> None:
    plan = PLAN.plan
    fewer = {
        "tblForecast": ["queue", "language", "period", "base", "volume"],
        "tblReq": ["queue", "language", "period", "workload_hours", "required_hours", "gross_fte"],
    }
    tables = {name: plan[name][columns] for name, columns in fewer.items()}
    source = PlanInMemory(type(plan)({**plan.tables, **tables}, plan.names))
    rows = call("XP_EXPLAIN", [["support", "EN", "2026-W15"]], "x", plan=source)
    full = {label: value for label, value, _ in explained("support", "EN", "2026-W15")}
    found = {label: value for label, value, _ in rows}
    assert found["effects that the workbook has no columns for"] == pytest.approx(
        full["= volume"] - full["forecast before effects"]
    )
    for total in ("= volume", "= required", "= required at the present mix of sites", "shrinkage"):
        assert found[total] == pytest.approx(full[total])
