"""XP_WHY: the sentence behind the error that a cell shows."""

from __future__ import annotations

import pytest

from xlplan.functions import CellError, call, errorlog

GOAL = (180, 30, 0.8, 20)


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errorlog, "_noted", type(errorlog._noted)())


def test_a_failed_cell_is_explained() -> None:
    with pytest.raises(CellError) as failed:
        call("xp_agents", -5, *GOAL, cell="Plan!B7")
    assert call("XP_WHY", "Plan!B7") == f"XP_AGENTS: {failed.value.sentence}"


@pytest.mark.parametrize("spelling", ["plan a!$b$7", "'Plan A'!B7", " 'PLAN A'!$B7 "])
def test_an_address_has_many_spellings(spelling: str) -> None:
    with pytest.raises(CellError):
        call("XP_AGENTS", -5, *GOAL, cell="Plan A!B7")
    assert call("XP_WHY", spelling).startswith("XP_AGENTS: volume")


def test_another_cell_has_not_failed() -> None:
    with pytest.raises(CellError):
        call("XP_AGENTS", -5, *GOAL, cell="Plan!B7")
    for address in ("Plan!B8", "Other!B7", "B7"):
        with pytest.raises(CellError, match="has failed in") as asked:
            call("XP_WHY", address)
        assert asked.value.code == "#N/A"


def test_a_cell_that_is_mended_is_forgotten() -> None:
    with pytest.raises(CellError):
        call("XP_AGENTS", -5, *GOAL, cell="Plan!B7")
    assert call("XP_AGENTS", 100, *GOAL, cell="Plan!B7") == 14.0
    with pytest.raises(CellError):
        call("XP_WHY", "Plan!B7")


def test_an_array_is_explained_by_its_first_bad_cell() -> None:
    call("XP_AGENTS", [[100], ["x"], [-5]], *GOAL, cell="Plan!C1")
    assert call("XP_WHY", "Plan!C1") == "XP_AGENTS: volume is the text 'x'; type a number"


def test_a_result_that_does_not_exist_is_explained_too() -> None:
    with pytest.raises(CellError):
        call("XP_OCCUPANCY", 80, 0, cell="Plan!D1")
    assert call("XP_WHY", "Plan!D1").startswith("XP_OCCUPANCY: ")


def test_calls_without_an_address_leave_no_trace() -> None:
    with pytest.raises(CellError):
        call("XP_AGENTS", -5, *GOAL)
    assert not errorlog._noted


def test_the_oldest_errors_are_forgotten_first() -> None:
    error = CellError("#NUM!", "too much")
    for row in range(1, errorlog.KEPT + 3):
        errorlog.note(f"Plan!A{row}", "XP_AGENTS", error)
    errorlog.note("Plan!A3", "XP_AGENTS", error)
    assert len(errorlog._noted) == errorlog.KEPT
    assert errorlog.noted("Plan!A2") is None
    assert errorlog.noted("Plan!A3") == ("XP_AGENTS", error)
