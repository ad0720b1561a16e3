from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from xlplan.hosts import shell
from xlplan.workbook.book import CellValue
from xlplan.workbook.package.file_book import FileBook

HEADER = "unique_id,ds,y"


def volumes() -> list[tuple[str, str, float]]:
    """Eight weeks of half-hours of a small queue, weekdays from nine to five, no two days alike."""
    first = dt.datetime(2026, 1, 5)
    return [
        (
            "support",
            (first + dt.timedelta(days=day, minutes=30 * slot)).isoformat(" "),
            40 + 3 * slot - (day * day + slot) % 11,
        )
        for day in range(56)
        if day % 7 < 5
        for slot in range(18, 34)
    ]


def write_csv(path: Path, rows: Sequence[Sequence[object]], header: str = HEADER, separator: str = ",") -> Path:
    lines = [header, *(separator.join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook as ``xlplan new`` makes it: not to be changed."""
    folder = tmp_path_factory.mktemp("made")
    source = write_csv(folder / "volumes.csv", volumes())
    assert shell.main(["new", str(folder / "plan.xlsx"), "--volumes", str(source), "--horizon", "4w"]) == shell.OK
    return folder / "plan.xlsx"


@pytest.fixture
def plan(made: Path, tmp_path: Path) -> Path:
    """A copy of it, alone in its folder."""
    folder = tmp_path / "plans"
    folder.mkdir()
    return Path(shutil.copy(made, folder / "plan.xlsx"))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file of volumes."""
    return write_csv(tmp_path / "volumes.csv", volumes())


def change(path: Path, table: str, column: str, value: CellValue, row: int = 0) -> str:
    """Type into one cell of a table, as a planner does; returns its address."""
    book = FileBook.open(path)
    place = book.places()[table]
    address = place.address(row, column)
    book.write_cells(place.sheet, {address: value})
    book.save(path)
    return f"{place.sheet}!{address}"
