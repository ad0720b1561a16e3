"""A disk that is full, a right that is missing, a process that is ended: the planner's file is as it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.workbook.package.build import formula, simple
from tests.workbook.package.faults import ACTS, KILLED, NAME, Faulted, run
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.package.save import ABANDONED_S, PREFIX, SUFFIX
from xlplan.workbook.snapshots import FOLDER, TEMPORARY

WRITES = {
    "save": NAME,
    "save_elsewhere": "other.xlsx",
    "attached": "plan.xlsm",
    "frozen": "frozen.xlsx",
    "reviewed": "review.xlsx",
    "snapshot": f"{FOLDER}/plan.20260101T000000.json.gz",
}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    book = simple()
    book.sheet("Calc").put(1, 1, formula("SUM(tblPlan[volume])", 225))
    return book.save(tmp_path_factory.mktemp("source") / NAME)


@pytest.fixture(scope="module", params=list(ACTS))
def faulted(request: pytest.FixtureRequest, source: Path) -> tuple[str, list[Faulted]]:
    return request.param, run(request.param, source)


def is_left_over(name: str) -> bool:
    return (name.startswith(PREFIX) and name.endswith(SUFFIX)) or name == f"{FOLDER}/{TEMPORARY}"


def test_every_fault_is_met(faulted: tuple[str, list[Faulted]]) -> None:
    act, found = faulted
    assert found[-1].outcome == "done"
    assert WRITES[act] in found[-1].files
    assert sum(fault.outcome == KILLED for fault in found) >= 7
    assert sum(fault.outcome == "refused" for fault in found) >= 7


def test_the_workbook_is_as_it_was_or_wholly_new(faulted: tuple[str, list[Faulted]]) -> None:
    act, found = faulted
    for fault in found:
        whole = ("same", "sound") if act == "save" and fault.outcome in ("done", KILLED) else ("same",)
        assert fault.files[NAME] in whole, fault


def test_nothing_half_written_is_ever_in_place(faulted: tuple[str, list[Faulted]]) -> None:
    act, found = faulted
    for fault in found:
        target = fault.files.get(WRITES[act])
        assert target in ((None, "same", "sound") if act != "snapshot" else (None, "part")), fault


def test_a_refusal_is_one_sentence_and_leaves_nothing_behind(faulted: tuple[str, list[Faulted]]) -> None:
    for fault in faulted[1]:
        assert fault.outcome in ("done", "refused", KILLED), fault
        if fault.outcome == "refused":
            assert fault.said.count("\n") == 0, fault
            assert ";" in fault.said, fault
            assert set(fault.files) == {NAME}, fault


def test_what_is_left_by_an_ended_process_is_told_by_its_name(faulted: tuple[str, list[Faulted]]) -> None:
    act, found = faulted
    for fault in found:
        left = [name for name in fault.files if name not in (NAME, WRITES[act])]
        if fault.outcome == "done" and left:  # the target could not be replaced: the new file stands beside it
            assert fault.fault.startswith("EACCES"), fault
            assert [fault.files[name] for name in left] == ["sound"], fault
            assert fault.files[NAME] == "same", fault
            continue
        assert all(map(is_left_over, left)), fault
        assert not left or fault.outcome == KILLED, fault


def test_a_later_save_removes_what_an_ended_one_left(tmp_path: Path) -> None:
    path = simple().save(tmp_path / NAME)
    old, young, other = (tmp_path / f"{name}{SUFFIX}" for name in (f"{PREFIX}old", f"{PREFIX}young", "other"))
    for file in (old, young, other):
        file.write_bytes(b"half a workbook")
    age = path.stat().st_mtime - 2 * ABANDONED_S
    os.utime(old, (age, age))
    os.utime(other, (age, age))
    book = FileBook.open(path)
    book.write("tblPlan", {"volume": [1, 2]})
    book.save(path)
    assert not old.exists()
    assert young.exists()
    assert other.exists()
