"""What a part of a plan came to, in words."""

from __future__ import annotations

import pandas as pd
import pytest

import xlplan
from xlplan.reports.sentences import partial
from xlplan.tables.plan import Plan


@pytest.fixture(scope="module")
def placed() -> Plan:
    steps = ["calendar", "forecast", "staffing", "supply", "allocation"]
    return xlplan.run(Plan.sample(), steps)


def test_a_proven_solve_says_its_gap_and_cost(placed: Plan) -> None:
    (said,) = [line for line in partial(placed, "allocate", where="p.xlsx") if "proven" in line]
    assert said.startswith("The allocation is proven to 0.00% of the best: USD ")


@pytest.mark.parametrize(
    ("status", "cost", "says"),
    [
        ("time_limit", 1200.0, "The solve ended (time_limit) before a proof: USD 1,200."),
        ("time_limit", None, "The solve ended (time_limit) without a solution: what stands here is no "),
        ("infeasible", None, "The solve ended (infeasible) without a solution: what stands here is no "),
    ],
)
def test_a_solve_that_is_not_proven_claims_nothing(placed: Plan, status: str, cost: float | None, says: str) -> None:
    solved = placed["tblSolve"].iloc[[-1]].assign(status=status, cost=pd.array([cost], dtype="Float64"))
    lines = partial(placed.with_table("tblSolve", solved), "allocate", where="p.xlsx")
    assert any(line.startswith(says) for line in lines), lines
