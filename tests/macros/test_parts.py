"""Run forecast and Optimise allocation: a part of the plan is computed, written, and said to be a part."""

from __future__ import annotations

import datetime as dt

import pytest

from xlplan import macros
from xlplan.errors import PlanError
from xlplan.functions.errorlog import Entry
from xlplan.planning.pipeline import STEPS
from xlplan.tables import dictionary
from xlplan.tables.plan import Plan
from xlplan.tables.typed import typed
from xlplan.workbook.cells import encode
from xlplan.workbook.memory import MemoryBook
from xlplan.workbook.plans import read_plan

NOW = dt.datetime(2026, 3, 2, 8, 30, tzinfo=dt.UTC)
GIVEN = {step.name: step.gives for step in STEPS}
ORDER = [step.name for step in STEPS]
NAMED = dictionary.names()


def book_of(plan: Plan, *, without: set[str]) -> MemoryBook:
    """A workbook with every table of a plan; of some only the headers."""
    tables = {
        name: {
            column.name: [] if name in without else encode(plan[name][column.name], column)
            for column in dictionary.table(name).columns
        }
        for name in plan.tables
    }
    names = {name: encode(typed([plan.names.get(name)], column)[0], column)[0] for name, column in NAMED.items()}
    return MemoryBook(tables, names)


@pytest.fixture(scope="module")
def sample() -> MemoryBook:
    """Every input of the sample plan, and every result table without rows."""
    plan = Plan.sample()
    results = macros.refresh(book_of(plan, without=set()), now=NOW).plan
    tables = {**results.tables, "tblLog": plan["tblLog"], **plan.tables}
    return book_of(Plan(tables, plan.names), without=set(tables) - set(plan.tables))


@pytest.fixture
def book(sample: MemoryBook) -> MemoryBook:
    return MemoryBook(
        {name: sample.read(name).columns for name in sample.places()},
        {name: sample.read_name(name) for name in sample.names()},
    )


@pytest.mark.parametrize(("name", "last"), [("forecast", "forecast"), ("allocate", "allocation")])
def test_what_comes_after_a_part_stays_as_it_was(book: MemoryBook, name: str, last: str) -> None:
    macros.refresh(book, now=NOW)
    book.write("tblForecast", {"volume": [1.0] * book.places()["tblForecast"].rows})
    later = [table for step in ORDER[ORDER.index(last) + 1 :] for table in GIVEN[step] if table in book.places()]
    kept = {table: book.read(table).columns for table in [*later, "tblKpi", "tblCheck"]}
    done = getattr(macros, name)(book, now=NOW + dt.timedelta(hours=1))
    assert {table: book.read(table).columns for table in kept} == kept
    assert book.read("tblForecast").columns["volume"] == done.plan["tblForecast"]["volume"].tolist()
    assert {change.table for change in done.changed.tables}.isdisjoint(kept)


def test_a_part_is_not_fit_for_sign_off(book: MemoryBook) -> None:
    macros.refresh(book, now=NOW)
    assert book.read_name("MasterCheck") is True
    whole = book.read_name("Stamp")
    macros.forecast(book, now=NOW)
    assert book.read_name("Stamp") == f"{whole} / up to forecast only"
    assert book.read_name("MasterCheck") is False
    macros.refresh(book, now=NOW)
    assert (book.read_name("Stamp"), book.read_name("MasterCheck")) == (whole, True)


def test_parts_give_what_a_refresh_gives(book: MemoryBook) -> None:
    macros.allocate(book, now=NOW)
    parts = {name: book.read(name).columns for step in ORDER[:5] for name in GIVEN[step] if name in book.places()}
    macros.refresh(book, now=NOW)
    assert {name: book.read(name).columns for name in parts} == parts


def test_the_run_is_recorded_under_its_own_name(book: MemoryBook) -> None:
    macros.forecast(book, now=NOW)
    macros.allocate(book, now=NOW + dt.timedelta(minutes=1))
    assert book.read("tblRun").columns["command"][-2:] == ["forecast", "allocate"]


def test_the_sentences_of_a_part_name_what_is_older(book: MemoryBook) -> None:
    said = macros.forecast(book, now=NOW).sentences("plan.xlsx")
    assert said[-1] == (
        "In plan.xlsx, staffing, allocation, budget and queues still show the run before: "
        "press Refresh plan to carry this through."
    )
    said = macros.allocate(book, now=NOW).sentences("plan.xlsx")
    assert any("there is nobody" in line for line in said)
    assert said[-1].startswith("In plan.xlsx, budget and queues still show")


@pytest.mark.parametrize("run", [macros.forecast, macros.allocate, macros.refresh])
def test_a_locked_plan_is_not_written(book: MemoryBook, run: object) -> None:
    book.write_name("State", "locked")
    with pytest.raises(PlanError, match="the plan is locked; type draft there"):
        run(book, now=NOW)  # type: ignore[operator]
    assert book.read_name("Stamp") is None


def test_a_locked_plan_may_be_reviewed(book: MemoryBook) -> None:
    book.write_name("State", "locked")
    assert macros.compute(book, now=NOW).failed == 0


# ---- what changed ---------------------------------------------------------------------------------------------------


def test_the_first_run_has_no_totals_before(book: MemoryBook) -> None:
    changed = macros.refresh(book, now=NOW).changed
    assert changed.cells == sum(change.cells for change in changed.tables) > 0
    assert [total.before for total in changed.totals] == [None] * len(changed.totals)
    cells, totals = changed.sentences()
    assert cells.endswith("more.")
    assert totals.startswith("Items ")


def test_totals_stand_before_and_after(book: MemoryBook) -> None:
    before = macros.refresh(book, now=NOW).plan["tblForecast"]["volume"].sum()
    volumes = book.read("tblInterval").columns["volume"]
    book.write("tblInterval", {"volume": [None if v is None else v * 2 for v in volumes]})  # type: ignore[operator]
    changed = macros.refresh(book, now=NOW).changed
    items = next(total for total in changed.totals if total.name == "items")
    assert (items.before, items.after) == pytest.approx((before, 2 * before))
    assert items.sentence().endswith("(+100.0%)")
    assert "cost in USD" in changed.sentences()[1]


def test_the_same_run_again_changes_nothing(book: MemoryBook) -> None:
    macros.refresh(book, now=NOW)
    changed = macros.refresh(book, now=NOW + dt.timedelta(days=1)).changed
    assert changed.sentences() == ["Nothing changed: these are the results that were there."]


def test_errors_of_formulas_are_written_into_the_log(book: MemoryBook) -> None:
    failed = Entry("Notes!B7", "XP_AGENTS", "#NUM!", "target: found 80, expected a share; type 0.80 for 80 %")
    book.write("tblLog", {name: [] for name in book.places()["tblLog"].columns})
    for _ in range(2):  # an error that stays is said once
        macros.refresh(book, now=NOW, noted=[failed])
    shown = book.read("tblLog").columns
    assert [shown[name] for name in ("cell", "source", "code", "message")] == [[value] for value in failed]
    assert macros.refresh(book, now=NOW).plan["tblLog"]["line"].tolist() == [1]


def test_what_was_read_is_what_is_planned(book: MemoryBook) -> None:
    """The workbook of these tests reads back without a finding, or the tests above would test another plan."""
    assert read_plan(book).findings == []
