"""Tables grow by xlplan and, on a real LibreOffice's screen, by inserting cells or rows: both must show the same.

The workbooks are generated; each holds formulas above, below and beside its table and on another sheet, names, merged
cells, formats, validations, a second table and a chart. Left out is where the two differ by design: LibreOffice inserts
before the table's last row, so a reference that begins or ends in just that row goes another way, and so does what
stands beside it when whole rows are inserted. The formulas of validations are left out as well: LibreOffice does not
send them after their cells.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.formatting.rule import FormulaRule
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table, TableColumn

from tests.office import told
from xlplan.workbook.book import column_letters
from xlplan.workbook.package.file_book import FileBook
from xlplan.workbook.package.references import Area
from xlplan.workbook.package.room import Below

GROWTH = Path(__file__).with_name("office_growth.py")
SEEDS = range(12)
POLICIES: tuple[Below, ...] = ("shift", "insert")
SHEETS = ("Data", "Team's plan")


@dataclass
class Layout:
    """A table, what stands below it, and the columns that have to move."""

    top: int
    left: int
    right: int
    last: int
    totals: bool
    rows: int
    block: int  # first row of the cells below
    wide: Area | None  # merged cells below that reach out to the right

    @property
    def body(self) -> Area:
        return Area(self.top + 1, self.left, self.last, self.right)

    @property
    def zone_right(self) -> int:
        return self.wide.right if self.wide else self.right

    def is_comparable(self, area: Area, below: Below) -> bool:
        """True unless LibreOffice's own place of insertion would make a difference."""
        line = self.last
        inside = self.left <= area.left and area.right <= self.right
        moved = inside or below == "insert" or (self.left <= area.left and area.right <= self.zone_right)
        if not moved:
            return True
        if area.top == line or (area.bottom == line and not (inside and area.top <= self.top + 1)):
            return False
        if self.wide and not inside and below == "shift":  # beside the table these columns move only further down
            return all(row < line or row >= self.wide.top for row in (area.top, area.bottom))
        return True


def laid_out(rng: random.Random) -> Layout:
    top, left = rng.randint(3, 5), rng.randint(2, 4)
    last, totals = top + rng.randint(3, 6), rng.random() < 0.5
    right = left + rng.randint(1, 2)
    block = last + totals + rng.randint(1, 3)
    wide = Area(block + 4, right, block + 4, right + rng.randint(1, 2)) if rng.random() < 0.5 else None
    return Layout(top, left, right, last, totals, rng.randint(3, 6), block, wide)


def any_area(rng: random.Random, layout: Layout) -> Area:
    """An area that may lie above, in, below or beside the table."""
    rows = sorted(rng.randint(1, layout.block + 8) for _ in range(2))
    columns = sorted(rng.randint(1, layout.right + 3) for _ in range(2))
    choice = rng.random()
    if choice < 0.25:
        rows = [layout.top + rng.randint(0, 1), layout.last + (layout.totals and rng.random() < 0.5)]
        columns = sorted(rng.randint(layout.left, layout.right) for _ in range(2))
    elif choice < 0.5:
        columns = sorted(rng.randint(layout.left, layout.right) for _ in range(2))
    if rng.random() < 0.4:
        rows[1], columns[1] = rows[0], columns[0]
    return Area(rows[0], columns[0], rows[1], columns[1])


def spelled(rng: random.Random, area: Area) -> str:
    def corner(row: int, column: int) -> str:
        return f"{rng.choice(('', '$'))}{column_letters(column)}{rng.choice(('', '$'))}{row}"

    first = corner(area.top, area.left)
    return first if area.is_cell else f"{first}:{corner(area.bottom, area.right)}"


class Made:
    """One workbook, written with openpyxl."""

    def __init__(self, seed: int, below: Below, folder: Path) -> None:
        self.rng = rng = random.Random(seed)
        self.below = below
        self.layout = layout = laid_out(rng)
        self.path = folder / f"{below}{seed}.xlsx"
        self.book = openpyxl.Workbook()
        self.data = self.book.active
        self.data.title = SHEETS[0]
        self.other = self.book.create_sheet(SHEETS[1])
        self._tables()
        self._below()
        self._formulas()
        self._around()
        self.book.save(self.path)
        names = [f"c{i}" for i in range(layout.right - layout.left + 1)]
        count = layout.last - layout.top + layout.rows
        self.values: dict[str, list[Any]] = {name: [rng.randint(1, 99) for _ in range(count)] for name in names}

    def rows_beside(self, last: int) -> list[int]:
        """Rows in which something may stand beside the table."""
        return [row for row in range(1, last + 1) if row != self.layout.last]

    def area(self) -> Area:
        """A random area that both programs treat alike."""
        while True:
            area = any_area(self.rng, self.layout)
            if self.layout.is_comparable(area, self.below):
                return area

    def formula(self, home: str) -> str:
        prefix = "" if home == SHEETS[0] else "Data!"
        first, second = (prefix + spelled(self.rng, self.area()) for _ in range(2))
        return self.rng.choice((f"=SUM({first})", f"=COUNT({first})+SUM({second})", f"=MAX({first},{second})"))

    def _tables(self) -> None:
        layout, sheet = self.layout, self.data
        for index, column in enumerate(range(layout.left, layout.right + 1)):
            sheet.cell(layout.top, column, f"c{index}")
            for row in range(layout.top + 1, layout.last + 1):
                sheet.cell(row, column, self.rng.randint(1, 99))
            if layout.totals:
                letters = column_letters(column)
                sheet.cell(layout.last + 1, column, f"=SUM({letters}{layout.top + 1}:{letters}{layout.last})")
        area = Area(layout.top, layout.left, layout.last + layout.totals, layout.right)
        self._table("tblPlan", area, totals=layout.totals)

    def _table(self, name: str, area: Area, *, totals: bool = False) -> None:
        table = Table(displayName=name, ref=area.range_text(), totalsRowCount=int(totals))
        titles = [self.data.cell(area.top, column).value for column in range(area.left, area.right + 1)]
        table.tableColumns = [TableColumn(id=i, name=str(title)) for i, title in enumerate(titles, 1)]
        self.data.add_table(table)

    def _below(self) -> None:
        """Numbers in the first rows, merged cells, and a second table further down; numbers beside all of it."""
        layout, sheet = self.layout, self.data
        for row in range(layout.block, layout.block + 3):
            for column in range(layout.left, layout.right + 1):
                sheet.cell(row, column, self.rng.randint(1, 99))
        for row in self.rows_beside(layout.block + 8):
            sheet.cell(row, layout.right + 3, self.rng.randint(1, 99))
        if layout.wide:
            sheet.cell(layout.wide.top, layout.wide.left, 7)
            sheet.merge_cells(layout.wide.range_text())
        top = layout.block + 6
        for row, value in enumerate(("next", 4, 5)):
            sheet.cell(top + row, layout.left, value)
        self._table("tblNext", Area(top, layout.left, top + 2, layout.left))

    def _formulas(self) -> None:
        layout, rng = self.layout, self.rng
        for column in range(layout.left, layout.right + 1):
            self.data.cell(layout.block + 3, column, self.formula(SHEETS[0]))
            self.data.cell(1, column, self.formula(SHEETS[0]))
        for row in rng.sample(self.rows_beside(layout.block + 7), 5):
            self.data.cell(row, layout.right + 5, self.formula(SHEETS[0]))
            self.other.cell(row, 1, self.formula(SHEETS[1]))

    def _around(self) -> None:
        layout, letters = self.layout, column_letters(self.layout.right)
        for number in range(3):
            text = f"Data!{spelled_fixed(self.area())}"
            self.book.defined_names[f"name{number}"] = DefinedName(f"name{number}", attr_text=text)
        for first, last in ((layout.top + 1, layout.last), (layout.block, layout.block + 2)):
            rule = FormulaRule(formula=[f"{letters}{first}>${letters}${layout.block}"])
            self.data.conditional_formatting.add(f"{letters}{first}:{letters}{last}", rule)
        checked = DataValidation("whole", operator="greaterThan", formula1=f"${letters}${layout.block}")
        checked.add(f"{letters}{layout.block + 1}:{letters}{layout.block + 2}")
        self.data.add_data_validation(checked)
        chart = BarChart()
        for first, last in ((layout.top + 1, layout.last), (layout.block, layout.block + 2)):
            chart.add_data(Reference(self.data, layout.right, first, layout.right, last))
        self.other.add_chart(chart, "H2")

    def job(self, after: Path) -> dict[str, Any]:
        """The same growth for LibreOffice, positions from 0."""
        layout = self.layout
        body = [[layout.left - 1, *row] for row in zip(*self.values.values(), strict=True)]
        growth = {
            "whole": self.below == "insert",
            "rows": layout.rows,
            "line": layout.last - 1,
            "left": layout.left - 1,
            "right": layout.zone_right - 1,
            "top": layout.top,
            "values": body,
        }
        return {"before": self.path.as_uri(), "after": after.as_uri(), "sheet": SHEETS[0], "growth": growth}


def spelled_fixed(area: Area) -> str:
    first = f"${column_letters(area.left)}${area.top}"
    return first if area.is_cell else f"{first}:${column_letters(area.right)}${area.bottom}"


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[int, Below], list[dict[str, Any]]]:
    """What LibreOffice shows of every workbook that it grew itself, and of the one that xlplan grew."""
    folder = tmp_path_factory.mktemp("growth")
    jobs = {}
    for below in POLICIES:
        for seed in SEEDS:
            made = Made(seed, below, folder)
            after = folder / f"after_{made.path.name}"
            book = FileBook.open(made.path)
            book.write("tblPlan", made.values, below=below)
            book.save(after)
            jobs[seed, below] = made.job(after)
    listed = folder / "jobs.json"
    listed.write_text(json.dumps(list(jobs.values())), encoding="utf-8")
    return dict(zip(jobs, told(GROWTH, str(listed), folder), strict=True))


@pytest.mark.parametrize("below", POLICIES)
@pytest.mark.parametrize("seed", SEEDS)
def test_both_show_the_same(shown: dict[tuple[int, Below], list[dict[str, Any]]], seed: int, below: Below) -> None:
    by_office, by_xlplan = shown[seed, below]
    assert len(by_office) > 40
    assert by_xlplan == by_office
