"""What a function reads of a plan: present, remembered until a refresh, and an error that says what is missing."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd
import pytest

from xlplan.functions import CellError, call
from xlplan.functions.plan import state as planstate
from xlplan.functions.plan.example import example_plan
from xlplan.functions.plan.state import PLANS_KEPT, PlanInMemory
from xlplan.tables import dictionary
from xlplan.workbook.memory import MemoryBook
from xlplan.workbook.plans import write_plan
from xlplan.workbook.source import BookSource


class Counted:
    """A source that counts what is asked of it."""

    def __init__(self, stamp: str = "1", key: str = "counted") -> None:
        self.label = self.key = key
        self.stamp = stamp
        self.asked: Counter[str] = Counter()
        self.plan = example_plan().plan

    def table(self, name: str) -> pd.DataFrame | None:
        self.asked[name] += 1
        return self.plan.tables.get(name)

    def name(self, name: str) -> Any:
        return self.stamp if name == "Stamp" else self.plan.names.get(name)


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planstate, "_known", type(planstate._known)())


def workbook() -> MemoryBook:
    """A workbook that holds the example plan."""
    plan = example_plan().plan.with_names(Stamp="first")
    book = MemoryBook(
        {name: {c: [] for c in frame} for name, frame in plan.tables.items()}, dict.fromkeys(dictionary.names())
    )
    write_plan(book, plan, inputs=True)
    return book


def failure(name: str, *cells: Any, plan: Any = None) -> CellError:
    with pytest.raises(CellError) as failed:
        call(name, *cells, plan=plan)
    return failed.value


def test_without_a_plan_the_error_says_where_one_is() -> None:
    error = failure("XP_RESULT", "volume", None, "stamp")
    assert error.code == "#N/A"
    assert "xlplan call ... --plan PLAN.xlsx" in error.sentence


def test_a_plan_that_was_never_refreshed_says_so() -> None:
    error = failure("XP_RESULT", "volume", None, "stamp", plan=Counted(stamp=""))
    assert (error.code, "press Refresh plan" in error.sentence) == ("#N/A", True)


def test_a_table_is_read_once_until_the_stamp_changes() -> None:
    source = Counted()
    for _ in range(3):
        call("XP_RESULT", "required", ["support"], "any stamp", plan=source)
    assert source.asked["tblReq"] == 1
    source.stamp = "2"
    call("XP_RESULT", "required", ["support"], "any stamp", plan=source)
    assert source.asked["tblReq"] == 2


def test_no_more_than_the_tables_that_an_answer_needs_are_read() -> None:
    source = Counted()
    call("XP_RESULT", "volume", ["support"], "1", plan=source)
    assert dict(source.asked) == {"tblForecast": 1}


def test_an_old_stamp_is_answered_from_the_present_plan() -> None:
    book = workbook()
    source = BookSource(lambda: book, label="Plan.xlsx")
    keys = [["support", "EN", "2026-W15"]]
    before = call("XP_RESULT", "volume", keys, "first", plan=source)
    plan = example_plan().plan
    doubled = plan["tblForecast"].assign(volume=lambda f: f["volume"] * 2)
    book.write("tblForecast", {"volume": doubled["volume"].tolist()})
    book.write_name("Stamp", "second")
    assert call("XP_RESULT", "volume", keys, "first", plan=source) == 2 * before


def test_two_plans_of_one_stamp_are_two_plans() -> None:
    first, second = Counted(key="one"), Counted(key="two")
    second.plan = second.plan.with_table("tblFx", second.plan["tblFx"].assign(rate=2.0))
    rate = [call("XP_FX", 1, "EUR", "USD", "2026-W15", "1", plan=source) for source in (first, second)]
    assert rate == [1.1, 2.0]


def test_the_number_of_plans_in_memory_has_a_bound() -> None:
    sources = [Counted(key=str(number)) for number in range(PLANS_KEPT + 1)]
    for source in sources:
        call("XP_RESULT", "volume", None, "1", plan=source)
    assert len(planstate._known) == PLANS_KEPT
    call("XP_RESULT", "volume", None, "1", plan=sources[-1])
    call("XP_RESULT", "volume", None, "1", plan=sources[0])
    assert (sources[-1].asked["tblForecast"], sources[0].asked["tblForecast"]) == (1, 2)


def test_a_workbook_without_the_table_names_it() -> None:
    book = MemoryBook({"tblPeriod": {"period": []}}, {"Stamp": "1"})
    error = failure("XP_RESULT", "volume", None, "1", plan=BookSource(lambda: book, label="Plan.xlsx"))
    assert error.code == "#N/A"
    assert "Plan.xlsx has no table tblForecast" in error.sentence


def test_a_cell_of_the_table_that_is_no_number_is_not_guessed_at() -> None:
    book = workbook()
    rows = len(example_plan().plan["tblForecast"])
    book.write("tblForecast", {"volume": ["many", *[1.0] * (rows - 1)]})
    error = failure("XP_RESULT", "volume", ["support"], "1", plan=BookSource(lambda: book, label="Plan.xlsx"))
    assert error.code == "#N/A"
    assert "'many'" in error.sentence


def test_a_workbook_gives_what_the_plan_in_memory_gives() -> None:
    book = workbook()
    opened = []

    def open_book() -> MemoryBook:
        opened.append(book)
        return book

    source = BookSource(open_book, label="Plan.xlsx")
    assert not opened
    for name, cells in {
        "XP_RESULT": ("cost", None, "1"),
        "XP_FX": (10, "EUR", "USD", "2026-05-20", "1", "spot"),
        "XP_CONTRACT_COST": ("Acme", 700, "2026-W15", "1"),
        "XP_FTE_HOURS": ("HQ", 46119, "1"),
        "XP_EXPLAIN": (["support", "EN", "2026-W18"], "1"),
    }.items():
        shaped = [[list(cells[0])], *cells[1:]] if name == "XP_EXPLAIN" else cells
        assert call(name, *shaped, plan=source) == call(name, *shaped, plan=example_plan())
    assert len(opened) == 1


def test_a_plan_in_memory_needs_no_stamp_of_its_own() -> None:
    plan = example_plan().plan
    assert call("XP_CHECK", "periods", "x", plan=PlanInMemory(plan)) is True
    failed = plan.with_table("tblCheck", plan["tblCheck"].assign(status="fail"))
    assert call("XP_CHECK", "periods", "x", plan=PlanInMemory(failed)) is False


def test_a_column_that_the_workbook_does_not_show_is_missed_by_who_needs_it_alone() -> None:
    book = workbook()
    frame = example_plan().plan["tblReq"]
    shown = ["queue", "language", "period", "required_hours"]
    kept = MemoryBook(
        {"tblReq": {name: frame[name].tolist() for name in shown}, "tblPeriod": book.read("tblPeriod").columns},
        {"Stamp": "1"},
    )
    source = BookSource(lambda: kept, label="Plan.xlsx")
    assert call("XP_RESULT", "required", ["support"], "1", plan=source) == pytest.approx(frame["required_hours"].sum())
    error = failure("XP_RESULT", "workload", ["support"], "1", plan=source)
    assert (error.code, "tblReq shows no column workload_hours" in error.sentence) == ("#N/A", True)
