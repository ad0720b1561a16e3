from __future__ import annotations

from pathlib import Path

import pytest

from tests.workbook.contract import COLUMNS, ROWS, BookContract
from tests.workbook.package.build import Workbook
from xlplan.workbook.book import TableCells
from xlplan.workbook.package.file_book import FileBook


def contract_workbook(**options: object) -> Workbook:
    book = Workbook(**options)  # type: ignore[arg-type]
    data = book.sheet("Data")
    book.table(data, "tblPlan", list(COLUMNS), [list(row) for row in ROWS])
    book.table(data, "tblEmpty", ["key", "value"], [], at=(1, 6))
    book.sheet("My inputs").put(2, 2, "never")
    book.names["Stamp"] = "'My inputs'!$B$2"
    return book


class TestFileBook(BookContract):
    def make(self, tmp_path: Path) -> FileBook:
        return FileBook.open(contract_workbook().save(tmp_path / "plan.xlsx"))


class TestStrictFileBook(BookContract):
    def make(self, tmp_path: Path) -> FileBook:
        return FileBook.open(contract_workbook(strict=True).save(tmp_path / "strict.xlsx"))


class TestPrefixedFileBook(BookContract):
    def make(self, tmp_path: Path) -> FileBook:
        return FileBook.open(contract_workbook(prefix="x:").save(tmp_path / "prefixed.xlsx"))


class Test1904FileBook(BookContract):
    def make(self, tmp_path: Path) -> FileBook:
        return FileBook.open(contract_workbook(date1904=True).save(tmp_path / "mac.xlsx"))


class SavedBook(FileBook):
    """Saved before every read, and read from the file, so that what counts is what stands there."""

    def read(self, table: str) -> TableCells:
        path = Path(self.label)
        self.save(path)
        return FileBook.open(path).read(table)


class TestSavedFileBook(BookContract):
    @pytest.fixture(autouse=True)
    def _in_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)

    def make(self, tmp_path: Path) -> FileBook:
        return SavedBook.open(contract_workbook().save(tmp_path / "saved.xlsx"))


@pytest.mark.parametrize("kind", [str, Path])
def test_label_is_the_files_name(tmp_path: Path, kind: type) -> None:
    made = contract_workbook().save(tmp_path / "plan.xlsx")
    assert FileBook.open(kind(made)).label == "plan.xlsx"
