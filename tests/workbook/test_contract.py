from __future__ import annotations

from pathlib import Path

from tests.workbook.contract import COLUMNS, ROWS, BookContract
from xlplan.workbook.memory import MemoryBook


class TestMemoryBook(BookContract):
    def make(self, tmp_path: Path) -> MemoryBook:
        columns = {name: [row[place] for row in ROWS] for place, name in enumerate(COLUMNS)}
        return MemoryBook({"tblPlan": columns, "tblEmpty": {"key": [], "value": []}}, {"Stamp": "never"})
