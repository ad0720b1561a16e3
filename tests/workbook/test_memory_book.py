"""MemoryBook: a Book for tests and Python callers, as strict as a file."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from xlplan.errors import WorkbookError
from xlplan.workbook.book import Formula
from xlplan.workbook.memory import MemoryBook


def book() -> MemoryBook:
    return MemoryBook({"tblA": {"key": ["a", "b"], "value": [1, 2]}}, {"Stamp": None, "Total": Formula("1+1", 2)})


def test_places_and_addresses() -> None:
    place = book().places()["tblA"]
    assert (place.columns, place.rows) == (("key", "value"), 2)
    assert (place.address(-1, "key"), place.address(0, "key"), place.address(1, "value")) == ("A1", "A2", "B3")


def test_a_write_counts_the_cells_that_change() -> None:
    one = book()
    assert one.write("tblA", {"value": [1, 3]}) == 1
    assert one.write("tblA", {"value": [1, 3]}) == 0
    assert one.write("tblA", {"key": ["a"], "value": [1]}) == 2
    assert one.read("tblA").columns == {"key": ["a"], "value": [1]}


def test_columns_not_given_keep_the_rows_that_remain() -> None:
    one = book()
    one.write("tblA", {"value": [7, 8, 9]})
    assert one.read("tblA").columns == {"key": ["a", "b", None], "value": [7, 8, 9]}
    one.write("tblA", {"value": [7]})
    assert one.read("tblA").columns == {"key": ["a"], "value": [7]}


def test_the_caller_s_lists_are_not_shared() -> None:
    values = [1, 2]
    one = MemoryBook({"tblA": {"value": values}})
    one.write("tblA", {"value": [3, 4]})
    assert values == [1, 2]
    one.read("tblA").columns["value"].append(5)
    assert one.read("tblA").columns["value"] == [3, 4]


def test_names() -> None:
    one = book()
    assert one.names() == {"Stamp": "Control!B1", "Total": "Control!B2"}
    assert one.read_name("Total") == 2, "a formula reads as its value"
    assert (one.write_name("Stamp", "x"), one.write_name("Stamp", "x")) == (1, 0)


def test_what_is_not_there_is_refused_with_what_is() -> None:
    one = book()
    with pytest.raises(WorkbookError, match="no table tblB in memory; its tables are tblA"):
        one.read("tblB")
    with pytest.raises(WorkbookError, match="no column other in tblA; use one of key, value"):
        one.write("tblA", {"other": [1]})
    with pytest.raises(WorkbookError, match="columns of tblA differ in length: key 1, value 2"):
        one.write("tblA", {"key": ["a"], "value": [1, 2]})
    with pytest.raises(WorkbookError, match="no named cell Other"):
        one.read_name("Other")
    with pytest.raises(WorkbookError, match="no named cell Other"):
        one.write_name("Other", 1)


def test_save(tmp_path: Path) -> None:
    book().save(tmp_path / "plan.bin")
    tables, names, _ = pickle.loads((tmp_path / "plan.bin").read_bytes())
    assert tables["tblA"]["key"] == ["a", "b"]
    assert set(names) == {"Stamp", "Total"}
