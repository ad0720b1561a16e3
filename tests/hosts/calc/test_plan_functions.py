"""Functions that read the plan in a real LibreOffice: each document its own plan, each refresh a new reading."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hosts.calc.office import Office, Sheet
from xlplan import macros
from xlplan.functions import call
from xlplan.functions.plan.example import example_plan
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.template.files import template_path

pytestmark = pytest.mark.xdist_group("office")
HOURS = '=XP_RESULT("required";"support";Stamp)'


def planned(folder: Path, *, factor: float = 1.0) -> Path:
    """A workbook that holds the example's plan, with another requirement."""
    plan = example_plan().plan.with_names(Stamp="first")
    need = plan["tblReq"]
    hours = [name for name in need if name.startswith("required_")]
    book = FileBook.open(template_path("plan_organisation.xlsx"))
    macros.fill(book, plan.with_table("tblReq", need.assign(**{name: need[name] * factor for name in hours})))
    folder.mkdir(parents=True)
    book.save(folder / "plan.xlsx")
    return folder / "plan.xlsx"


def required() -> Any:
    return call("XP_RESULT", "required", "support", "x", plan=example_plan())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("plans")


@pytest.fixture(scope="module")
def one(office: Office, folder: Path) -> Iterator[Sheet]:
    opened = office.document(planned(folder / "one"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def other(office: Office, folder: Path) -> Iterator[Sheet]:
    opened = office.document(planned(folder / "other", factor=2.0))
    yield opened
    opened.close()


def place_of(sheet: Sheet, name: str) -> tuple[str, str]:
    """Sheet and first cell of a table's body or of a named cell."""
    book = FileBook.open(template_path("plan_organisation.xlsx"))
    if name in book.names():
        where, _, cell = book.names()[name].rpartition("!")
        return where.strip("'"), cell
    place = book.places()[name]
    return place.sheet, place.address(0, place.columns[-1])


def test_two_documents_of_one_name_and_stamp_have_each_their_own_plan(one: Sheet, other: Sheet) -> None:
    assert one.type("Z60", HOURS) == pytest.approx(required())
    assert other.type("Z60", HOURS) == pytest.approx(2 * required())


def test_unchanged_cells_run_no_engine_and_a_new_stamp_runs_it(one: Sheet, office: Office) -> None:
    one.type("Z61", HOURS)
    runs = office.runs
    one.ask("calculate_all")
    assert office.runs == runs
    sheet, cell = place_of(one, "Stamp")
    one.put(cell, [["second"]], sheet)
    assert one.cells("Z61") == [[pytest.approx(required())]]
    assert office.runs > runs


def test_a_formula_in_a_column_beside_the_table_that_it_reads(one: Sheet) -> None:
    """What stands beside the dictionary's columns is not read, so that nothing waits for itself."""
    sheet, _ = place_of(one, "tblReq")
    one.ask("formula", sheet, "Z6", HOURS, False)
    assert one.cells("Z6", sheet) == [[pytest.approx(required())]]


def test_a_document_without_a_plan_says_so(sheet: Sheet) -> None:
    sheet.type("B1", '=XP_RESULT("required";"support";"a stamp")')
    assert "has never been refreshed" in sheet.type("C1", f'=XP_WHY("{sheet.first}!B1")')


def test_why_knows_what_the_plan_lacks(one: Sheet) -> None:
    one.type("Z62", '=XP_RESULT("required";"suport";Stamp)')
    said = one.type("Z63", f'=XP_WHY("{one.first}!Z62")')
    assert said == "XP_RESULT: tblReq has no queue suport; did you mean support?"


def test_cells_that_fail_are_found_for_the_log(sheet: Sheet) -> None:
    sheet.put("A1:A3", [[100.0], ["few"], [-5.0]])
    sheet.type_array("B1:B3", "=XP_AGENTS(A1:A3;180;30;80%;20)")
    sheet.type("C1", "=1/0")
    sheet.type("D1", "=XP_GROSS_UP(100;30)")
    found = sheet.ask("failing")
    assert [address.rpartition("!")[2] for address, _ in found] == ["B2", "B3", "C1", "D1"]
    assert "XP" in found[0][1]
