"""Workbook -> Plan -> workbook: which cells are the plan, and where a finding of the plan stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from xlplan.tables import dictionary
from xlplan.tables.checks import conform
from xlplan.tables.plan import Plan, conform_names
from xlplan.tables.schema import NAMES, Finding, Table
from xlplan.tables.typed import blank, show, typed
from xlplan.workbook.book import Book, CellValue, TableCells, TablePlace
from xlplan.workbook.cells import decode, encode
from xlplan.workbook.source import SAVE


@dataclass(frozen=True)
class Reading:
    """What was read: the plan, the cells that did not fit, and where every row of it stands.

    ``others`` are the planner's own tables, of which the plan knows nothing.
    """

    plan: Plan
    findings: list[Finding]
    places: dict[str, TablePlace]
    names: dict[str, str]
    rows: dict[str, list[int]] = field(default_factory=dict)
    others: dict[str, TablePlace] = field(default_factory=dict)

    def locate(self, findings: Sequence[Finding]) -> list[Finding]:
        """The findings with their sheet and cell, where they have one."""
        return [self._located(finding) for finding in findings]

    def _located(self, finding: Finding) -> Finding:
        if finding.table == NAMES:
            sheet, _, cell = self.names.get(finding.column, "").rpartition("!")
            return (finding if cell else _unnamed(finding)).at(sheet.strip("'"), cell)
        place = self.places.get(finding.table)
        if place is None:
            return finding
        if finding.found == BLANK:
            finding = _why_blank(finding, place)
        column = finding.column if finding.column in place.columns else place.columns[0]
        rows = self.rows.get(finding.table, [])
        if finding.row is None or not 0 < finding.row <= len(rows):
            return finding.at(place.sheet, place.address(-1, column))
        return finding.at(place.sheet, place.address(rows[finding.row - 1], column))


BLANK = show(None)
WAITS = "a formula without a value"


def _unnamed(finding: Finding) -> Finding:
    """A named cell that the workbook lacks is not one that was left blank."""
    if finding.found != BLANK:
        return finding
    give = f"give a cell the name {finding.column} (in Excel: Formulas, Define Name), and in it {finding.fix}"
    return replace(finding, found="no cell of this name", fix=give)


def _why_blank(finding: Finding, place: TablePlace) -> Finding:
    """A blank that nobody left, of a column that is not there."""
    if finding.column and finding.column not in place.columns:
        add = f"add a column {finding.column} to {finding.table} and {finding.fix}"
        return replace(finding, found=f"no column {finding.column}", fix=add)
    return finding


def _waiting(cells: TableCells, table: Table, rows: list[int]) -> list[Finding]:
    """A finding for each of the planner's formulas that was never calculated: its cell is no blank."""
    places = {row: at for at, row in enumerate(rows, start=1)}
    own = [(places[row], table[name]) for row, name in cells.waiting if name in table and row in places]
    return [
        Finding("blank", "error", table.name, column.name, at, WAITS, column.expects, SAVE)
        for at, column in own
        if not column.by_engine
    ]


@dataclass(frozen=True)
class Change:
    """What a write did to one table."""

    table: str
    rows_before: int
    rows_after: int
    cells: int


def read_plan(book: Book) -> Reading:
    """The plan that a workbook holds.

    Tables and named cells that the dictionary does not know are the planner's own and are left alone. Rows that are
    blank throughout are no rows.
    """
    everywhere = book.places()
    places = {name: place for name, place in everywhere.items() if name in dictionary.tables()}
    others = {name: place for name, place in everywhere.items() if name not in places}
    frames: dict[str, pd.DataFrame] = {}
    findings: list[Finding] = []
    rows: dict[str, list[int]] = {}
    for name in places:
        table = dictionary.table(name)
        cells = book.read(name)
        rows[name] = _filled_rows(cells, table)
        columns = {
            column: decode([cells.columns[column][row] for row in rows[name]], table[column], date1904=book.date1904)
            for column in cells.columns
            if column in table
        }
        frames[name], found = conform(columns, table)
        if not table.by_engine:  # the engine's own tables are rebuilt by a run, whatever stands there
            waiting = _waiting(cells, table, rows[name])
            there = {(finding.column, finding.row) for finding in waiting}
            findings += waiting + [finding for finding in found if (finding.column, finding.row) not in there]
    known = book.names()
    values = {
        name: decode([book.read_name(name)], column, date1904=book.date1904)[0]
        for name, column in dictionary.names().items()
        if name in known
    }
    typed_names, found = conform_names(values)
    uncalculated = [
        name
        for name, value in values.items()
        if value is None and not dictionary.names()[name].by_engine and book.name_waits(name)
    ]
    found = [finding for finding in found if finding.column not in uncalculated]
    for name in uncalculated:
        expected = dictionary.names()[name].expects
        found.append(Finding("blank", "error", NAMES, name, None, WAITS, expected, SAVE))
    plan = Plan(frames, typed_names)
    reading = Reading(plan, [], places, known, rows)
    return Reading(plan, reading.locate(findings + found), places, known, rows, others)


def write_plan(book: Book, plan: Plan, *, inputs: bool = False) -> list[Change]:
    """Write what the engine owns into the tables and named cells that the workbook holds.

    A workbook holds only the tables that it needs: a result without a table there is simply not shown. Columns that
    planners added beside an engine's table follow their row by its key.

    Parameters
    ----------
    book : Book
        The workbook; nothing is saved here.
    plan : Plan
        The plan after a run.
    inputs : bool, optional
        Write the planner's tables and names too, as a new workbook is filled.
    """
    changes = []
    for name, place in book.places().items():
        if name not in plan.tables or name not in dictionary.tables():
            continue
        table = dictionary.table(name)
        columns = _columns(book, plan, table, place, inputs=inputs)
        if columns:
            cells = book.write(name, columns)
            changes.append(Change(name, place.rows, max((len(v) for v in columns.values()), default=0), cells))
    for name, column in dictionary.names().items():
        if (column.by_engine or inputs) and name in book.names() and name in plan.names:
            book.write_name(name, encode(typed([plan.names[name]], column)[0], column)[0])
    return changes


def _filled_rows(cells: TableCells, table: Table) -> list[int]:
    known = [values for column, values in cells.columns.items() if column in table]
    if not known:
        return []
    waiting = {row for row, column in cells.waiting if column in table}
    return [
        row
        for row, values in enumerate(zip(*known, strict=True))
        if row in waiting or not all(blank(value) for value in values)
    ]


def _columns(book: Book, plan: Plan, table: Table, place: TablePlace, *, inputs: bool) -> dict[str, list[CellValue]]:
    """Cells to write: all columns of the engine's tables, its own columns of the planner's."""
    frame = plan.tables[table.name]
    whole = inputs or table.by_engine or table.name in ENGINE_LOGS
    mine = [
        column
        for column in table.columns
        if column.name in place.columns
        and (column.by_engine or (whole and (table.by_engine or column.name not in place.calculated)))
    ]
    if not whole and len(frame) != place.rows:
        return {}  # blank rows between the planner's own: nothing to put beside them
    columns = {column.name: encode(frame[column.name], column) for column in mine}
    own = [name for name in place.columns if name not in columns and name not in place.calculated]
    if whole and own and table.key:
        columns |= _carried(book.read(table.name), frame, table, own, date1904=book.date1904)
    return columns


def _carried(
    cells: TableCells, frame: pd.DataFrame, table: Table, own: list[str], *, date1904: bool
) -> dict[str, list[CellValue]]:
    """Planners' own columns, each value beside the row whose key it stood beside."""
    if not set(table.key) <= set(cells.columns):
        return {}
    key = list(table.key)
    old_frame = conform({k: decode(cells.columns[k], table[k], date1904=date1904) for k in key}, table)[0]
    old = list(old_frame[key].astype(str).itertuples(index=False, name=None))
    new = list(frame[key].astype(str).itertuples(index=False, name=None))
    carried: dict[str, list[CellValue]] = {}
    for name in own:
        kept = dict(zip(old, cells.columns[name], strict=True))
        carried[name] = [kept.get(row) for row in new]
    return carried


ENGINE_LOGS = frozenset({"tblRun", "tblLog", "tblChange", "tblSheet"})
"""Control tables that every run writes: the engine owns their rows though planners may read them as control."""
