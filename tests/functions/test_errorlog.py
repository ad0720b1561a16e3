"""What failed and where: every cell of an array, each workbook for itself, in the order of the sheet."""

from __future__ import annotations

import pytest

from xlplan.functions import CellError, call, errorlog
from xlplan.functions.errorlog import Entry

GOAL = (180, 30, 0.8, 20)


def fails(cell: str, volume: object = -5) -> str:
    """Let a call fail in a cell; returns the sentence."""
    with pytest.raises(CellError) as failed:
        call("XP_AGENTS", volume, *GOAL, cell=cell)
    return failed.value.sentence


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("Plan!B7", ("", "Plan", "B7")),
        ("[My plan.xlsm]A sheet!$b$7", ("My plan.xlsm", "A sheet", "B7")),
        ("'[Plan.xlsm]It''s here'!B7", ("Plan.xlsm", "It's here", "B7")),
        ("B7", ("", "", "B7")),
        ("'Jan!Feb'!B7", ("", "Jan!Feb", "B7")),
    ],
)
def test_an_address_has_three_parts(address: str, parts: tuple[str, str, str]) -> None:
    assert errorlog.parts(address) == parts


def test_entries_are_rows_for_the_log_in_the_order_of_the_sheet() -> None:
    said = fails("Plan!B10")
    fails("Plan!B9")
    fails("Plan!AA1")
    fails("Data!C1")
    assert [entry.cell for entry in errorlog.entries()] == ["Data!C1", "Plan!B9", "Plan!B10", "Plan!AA1"]
    assert errorlog.entries()[2] == Entry("Plan!B10", "XP_AGENTS", "#NUM!", said)


def test_every_failing_cell_of_an_array_is_an_entry_of_its_own() -> None:
    call("XP_AGENTS", [[100], ["x"], [-5]], *GOAL, cell="[P.xlsm]Plan!Z9")
    entries = errorlog.entries("P.xlsm")
    assert [(entry.cell, entry.code) for entry in entries] == [("Plan!Z10", "#VALUE!"), ("Plan!Z11", "#NUM!")]
    assert "the text 'x'" in entries[0].sentence
    assert call("XP_WHY", "Plan!Z11", cell="[P.xlsm]Plan!A1").startswith("XP_AGENTS: volume")


def test_columns_go_on_after_z() -> None:
    call("XP_WORKLOAD_HOURS", [[1, "x", 1, "y"]], 60, cell="Plan!Y1")
    assert [entry.cell for entry in errorlog.entries()] == ["Plan!Z1", "Plan!AB1"]


def test_an_array_that_is_mended_leaves_nothing() -> None:
    call("XP_AGENTS", [[100], ["x"], [-5]], *GOAL, cell="Plan!B1")
    call("XP_AGENTS", [[100], ["x"], [5]], *GOAL, cell="Plan!B1")
    assert [entry.cell for entry in errorlog.entries()] == ["Plan!B2"]
    call("XP_AGENTS", [[100], [50], [5]], *GOAL, cell="Plan!B1")
    assert not errorlog.entries()


def test_workbooks_are_kept_apart() -> None:
    fails("[A.xlsm]Plan!B1")
    fails("[B.xlsm]Plan!B2")
    fails("Plan!B3")
    assert [entry.cell for entry in errorlog.entries("a.xlsm")] == ["Plan!B1", "Plan!B3"]
    assert call("XP_WHY", "Plan!B1", cell="[A.xlsm]Plan!C1").startswith("XP_AGENTS")
    with pytest.raises(CellError, match="has failed in"):
        call("XP_WHY", "Plan!B1", cell="[B.xlsm]Plan!C1")


def test_to_ask_why_is_no_failure() -> None:
    with pytest.raises(CellError):
        call("XP_WHY", "Plan!B1", cell="Plan!C1")
    assert not errorlog.entries()
