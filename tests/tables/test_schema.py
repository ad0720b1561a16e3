"""Findings and errors: where, what was found, what was expected, what to type."""

from __future__ import annotations

import pickle

import pytest

from xlplan.errors import PlanError, TableError
from xlplan.tables.schema import NAMES, Finding, errors

FOUND = Finding("range", "error", "tblQueue", "patience_s", 3, "-5", "a number, above 0", "type 180")


@pytest.mark.parametrize(
    ("finding", "where"),
    [
        (FOUND, "tblQueue.patience_s, row 3"),
        (FOUND.at("LoB_Queues", "Q9"), "LoB_Queues!Q9 (tblQueue.patience_s, row 3)"),
        (Finding("missing_table", "error", "tblSite"), "tblSite"),
        (Finding("missing_table", "error", "tblSite").at("Sites_Vendors", ""), "Sites_Vendors (tblSite)"),
        (Finding("name_blank", "error", NAMES, "PlanStart"), "named cell PlanStart"),
        (Finding("name_blank", "error", NAMES, "PlanStart").at("Control", "B4"), "Control!B4 (named cell PlanStart)"),
    ],
)
def test_where(finding: Finding, where: str) -> None:
    assert finding.where == where
    assert finding.sentence().startswith(f"{where}: found ")


def test_only_errors_stop_a_refresh() -> None:
    warning = Finding("implausible", "warning", "tblAht")
    info = Finding("cost_centre", "info", "tblBudget")
    assert errors([warning, FOUND, info]) == [FOUND]


def test_an_error_is_one_sentence() -> None:
    error = PlanError("no rate of EUR", where="tblFx", do="add a row")
    assert str(error) == error.sentence() == "tblFx: no rate of EUR; add a row"
    assert str(PlanError("no rate of EUR")) == "no rate of EUR"
    assert str(TableError([FOUND])) == FOUND.sentence()


def test_a_finding_travels_between_processes() -> None:
    assert pickle.loads(pickle.dumps(FOUND)) == FOUND
