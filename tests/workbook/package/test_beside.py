"""A file that must not be overwritten now is left alone: the result stands beside it, and the reason is said."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workbook.package.build import simple
from xlplan.errors import WorkbookError
from xlplan.workbook.book import Saved
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.package.save import free_name


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return simple().save(tmp_path / "plan.xlsx")


def changed(path: Path) -> FileBook:
    book = FileBook.open(path)
    book.write("tblPlan", {"volume": [1, 2, 3, 4]})
    return book


def open_in_excel(path: Path) -> None:
    path.with_name(f"~${path.name}").write_bytes(b"planner")


def open_in_calc(path: Path) -> None:
    path.with_name(f".~lock.{path.name}#").write_bytes(b"planner")


def read_only(path: Path) -> None:
    path.chmod(stat.S_IREAD)


def changed_by_another(path: Path) -> None:
    changed(path).save(path)


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (open_in_excel, "plan.xlsx is open elsewhere (~$plan.xlsx stands beside it)"),
        (open_in_calc, "plan.xlsx is open elsewhere (.~lock.plan.xlsx# stands beside it)"),
        (read_only, "plan.xlsx is read-only"),
        (changed_by_another, "plan.xlsx changed on disk since it was read"),
    ],
)
def test_the_result_goes_beside_and_says_why(path: Path, happens: Callable[[Path], None], reason: str) -> None:
    book = changed(path)
    happens(path)
    before = path.read_bytes()
    saved = book.save(path)
    assert saved == Saved(path.with_name("plan.xlplan-1.xlsx"), reason)
    assert saved.sentences() == [f"{reason}, so the result is in plan.xlplan-1.xlsx."]
    assert path.read_bytes() == before
    assert FileBook.open(saved.path).read("tblPlan").columns["volume"] == [1, 2, 3, 4]


def test_what_may_be_written_is_written_where_it_was_asked(path: Path) -> None:
    saved = changed(path).save(path)
    assert (saved, saved.sentences()) == (Saved(path), [])
    assert [file.name for file in path.parent.iterdir()] == ["plan.xlsx"]


def test_a_second_result_does_not_replace_the_first(path: Path) -> None:
    book, other = changed(path), changed(path)
    open_in_excel(path)
    first = book.save(path)
    before = first.path.read_bytes()
    other.write("tblPlan", {"volume": [9]})
    assert other.save(path).path.name == "plan.xlplan-2.xlsx"
    assert first.path.read_bytes() == before


def test_when_the_file_is_closed_it_is_written_again(path: Path) -> None:
    book = changed(path)
    open_in_excel(path)
    book.save(path)
    path.with_name("~$plan.xlsx").unlink()
    assert book.save(path) == Saved(path)


def test_the_copy_is_a_file_like_any_other(path: Path) -> None:
    """Saved again it is replaced, and open it counts on from its own number."""
    book = changed(path)
    read_only(path)
    copy = book.save(path).path
    assert copy.stat().st_mode & stat.S_IWUSR
    book.write("tblPlan", {"volume": [9]})
    assert book.save(copy) == Saved(copy)
    book.write("tblPlan", {"volume": [7]})
    open_in_excel(copy)
    assert book.save(copy).path.name == "plan.xlplan-2.xlsx"


def test_others_see_no_more_of_the_copy_than_of_the_file(path: Path) -> None:
    path.chmod(0o600)
    book = changed(path)
    open_in_excel(path)
    group_and_others = stat.S_IRWXG | stat.S_IRWXO
    assert book.save(path).path.stat().st_mode & group_and_others == path.stat().st_mode & group_and_others


def test_names_that_are_open_or_taken_are_not_given(path: Path) -> None:
    path.with_name("plan.xlplan-1.xlsx").touch()
    open_in_excel(path.with_name("plan.xlplan-2.xlsx"))
    assert free_name(path).name == "plan.xlplan-3.xlsx"
    assert free_name(path.with_name("plan.xlplan-1.xlsx")).name == "plan.xlplan-3.xlsx"
    assert free_name(path.with_name("Plan Q1.2026.xlsm")).name == "Plan Q1.2026.xlplan-1.xlsm"


def test_a_file_that_another_program_holds(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows says so only when the file is to be replaced."""
    replace = os.replace

    def held(source: Path, target: Path) -> None:
        if Path(target) == path.resolve():
            raise PermissionError(errno.EACCES, "The process cannot access the file")
        replace(source, target)

    book = changed(path)
    before = path.read_bytes()
    monkeypatch.setattr(os, "replace", held)
    saved = book.save(path)
    assert saved == Saved(path.with_name("plan.xlplan-1.xlsx"), "plan.xlsx is held by another program")
    assert path.read_bytes() == before
    assert sorted(file.name for file in path.parent.iterdir()) == ["plan.xlplan-1.xlsx", "plan.xlsx"]


def test_a_relative_path_stays_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = changed(path)
    monkeypatch.chdir(path.parent)
    open_in_excel(path)
    assert book.save(Path("plan.xlsx")).path == Path("plan.xlplan-1.xlsx")


def test_beside_a_link_is_beside_what_it_points_to(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    folder.mkdir()
    link = folder / "plan.xlsx"
    try:
        link.symlink_to(path)
    except OSError:
        return  # no right to make links here
    book = changed(link)
    open_in_excel(path)
    assert book.save(link).path == path.resolve().with_name("plan.xlplan-1.xlsx")
    assert list(folder.iterdir()) == [link]


@pytest.mark.parametrize("target", ["none/plan.xlsx", "folder"])
def test_where_no_file_can_be_nothing_is_written(path: Path, target: str) -> None:
    path.with_name("folder").mkdir()
    before = sorted(path.parent.rglob("*"))
    with pytest.raises(WorkbookError):
        changed(path).save(path.parent / target)
    assert sorted(path.parent.rglob("*")) == before
