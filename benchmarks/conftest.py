from __future__ import annotations

import shutil
from pathlib import Path

import pytest

SAMPLE = Path(__file__).resolve().parents[1] / "workbooks" / "us_bank_calls.xlsx"


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """A copy of the sample workbook: 4,756 rows of history, one queue, four weeks of plan."""
    return Path(shutil.copy(SAMPLE, tmp_path / SAMPLE.name))
