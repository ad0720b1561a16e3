from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from xlplan import macros
from xlplan.hosts import shell
from xlplan.workbook.package.file_book import FileBook

ROOT = Path(__file__).resolve().parents[2]
CALLS = ROOT / "workbooks" / "data" / "calls_bank_us_30min.csv"
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def refresh(path: Path, *, now: dt.datetime = NOW) -> macros.Refreshed:
    """Press the button on a file."""
    book = FileBook.open(path)
    done = macros.refresh(book, now=now)
    book.save(path)
    return done


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bank") / "made.xlsx"
    assert shell.main(["new", str(path), "--volumes", str(CALLS), "--hold-back", "4", "--id", "bank"]) == shell.OK
    return path


@pytest.fixture(scope="session")
def refreshed_once(made_once: Path) -> Path:
    path = made_once.with_name("refreshed.xlsx")
    shutil.copy(made_once, path)
    assert refresh(path).passed
    return path


@pytest.fixture
def made(made_once: Path, tmp_path: Path) -> Path:
    """Real calls of a bank as a new plan, four weeks held back."""
    return Path(shutil.copy(made_once, tmp_path / "plan.xlsx"))


@pytest.fixture
def refreshed(refreshed_once: Path, tmp_path: Path) -> Path:
    """The same after its first refresh."""
    return Path(shutil.copy(refreshed_once, tmp_path / "plan.xlsx"))
