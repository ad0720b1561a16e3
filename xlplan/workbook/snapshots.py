"""What a workbook showed before a run, kept beside it so that the run can be undone.

A run is rehearsed on a Book that writes nothing but remembers what stands where it would write. What it remembers is
kept in the folder ``.xlplan`` beside the workbook, the last 20 of each plan: one file per run, JSON lines packed by
gzip, the head first. JSON holds what cells hold, numbers, texts, truths, blanks and errors in one column, just so.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from xlplan.errors import WorkbookError
from xlplan.workbook.book import Book, CellValue, ErrorValue, Saved, TableCells, TablePlace
from xlplan.workbook.package.references import cell_address, parse_cell, parse_place

FOLDER = ".xlplan"
KEPT = 20
VERSION = 1
ENDING = ".json.gz"
TEMPORARY = "being-written.tmp"


@dataclass(frozen=True)
class Snapshot:
    """What stood where a run wrote.

    Parameters
    ----------
    command : str
        The run that is undone by it.
    at : datetime
        When that run was, UTC.
    stamp : str
        The stamp that the run left: only a workbook that shows it can go back to this.
    tables : mapping
        Cells by table and column.
    names : mapping
        Cells by name.
    cells : mapping
        Cells by sheet and address.
    corners : mapping
        Named cells among them, by name, with their ``Sheet!A1`` place then: they show where a view stands now.
    """

    command: str
    at: dt.datetime
    stamp: str
    tables: Mapping[str, Mapping[str, Sequence[CellValue]]]
    names: Mapping[str, CellValue]
    cells: Mapping[str, Mapping[str, CellValue]]
    corners: Mapping[str, str] = field(default_factory=dict)

    def restore(self, book: Book) -> int:
        """Put everything back; returns how many cells changed."""
        places = book.places()
        gone = [name for name in self.tables if name not in places]
        gone += [name for name in (*self.names, *self.corners) if name not in book.names()]
        if gone:
            raise WorkbookError(
                f"{', '.join(gone[:5])} is not there any more", where=book.label, do="take back what was renamed"
            )
        changed = sum(book.write(name, columns) for name, columns in self.tables.items())
        changed += sum(book.write_name(name, value) for name, value in self.names.items())
        return changed + sum(book.write_cells(sheet, values) for sheet, values in self._cells_now(book).items())

    def _cells_now(self, book: Book) -> dict[str, dict[str, CellValue]]:
        """The cells by where they stand now: a view that was pushed down since then goes by its named corner."""
        names = book.names()
        before = {name: parse_place(place) for name, place in self.corners.items()}
        found: dict[str, dict[str, CellValue]] = {}
        for sheet, values in self.cells.items():
            corners = [(row, column, name) for name, (home, row, column) in before.items() if home == sheet]
            for address, value in values.items():
                row, column = parse_cell(address)
                own = max((c for c in corners if c[0] <= row and c[1] <= column), default=None)
                home, now = sheet, address
                if own is not None:
                    home, top, left = parse_place(names[own[2]])
                    now = cell_address(row - own[0] + top, column - own[1] + left)
                found.setdefault(home, {})[now] = value
        return found

    # -- on disk -------------------------------------------------------------------------------------------------------

    def keep(self, folder: Path) -> Path:
        """Write it into ``.xlplan`` in a folder, and let the oldest of the same plan go.

        Raises
        ------
        WorkbookError
            When the disk or the operating system refuses.
        """
        home = folder / FOLDER
        plan = "".join(c if c.isalnum() or c in "-_" else "-" for c in self.stamp.partition(" / ")[0]) or "plan"
        try:
            home.mkdir(exist_ok=True)
            first = f"{plan}.{self.at:%Y%m%dT%H%M%S}"
            same = sum(path.name.startswith(first) for path in home.iterdir())
            names = (f"{first}_{number:02}" if number else first for number in count(same))
            path = next(p for name in names if not (p := home / f"{name}{ENDING}").exists())
            temporary = home / TEMPORARY  # one name, so that what a run that was ended left is written over
            written = False
            try:
                with gzip.open(temporary, "wt", encoding="utf-8", compresslevel=4) as file:
                    file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in self._lines())
                temporary.replace(path)
                written = True
            finally:
                if not written:
                    temporary.unlink(missing_ok=True)
            for old in sorted(home.glob(f"{plan}.*{ENDING}"))[:-KEPT]:
                old.unlink()
        except OSError as error:
            raise WorkbookError(
                f"what the workbook showed before cannot be kept ({error.strerror or error})",
                where=str(home),
                do="make room or give rights there; without it this run cannot be undone",
            ) from error
        return path

    def _lines(self) -> Iterator[Any]:
        yield {"xlplan": VERSION, "command": self.command, "at": self.at.isoformat(), "stamp": self.stamp}
        for table, columns in self.tables.items():
            yield {"table": table, "columns": {name: list(map(_packed, values)) for name, values in columns.items()}}
        yield {"names": {name: _packed(value) for name, value in self.names.items()}}
        yield {"corners": dict(self.corners)}
        for sheet, values in self.cells.items():
            yield {"sheet": sheet, "cells": {address: _packed(value) for address, value in values.items()}}


def find(folder: Path, stamp: str) -> Snapshot:
    """The snapshot of the run that left a stamp.

    Runs within one minute on the same inputs leave the same stamp and the same results: the first of them counts.

    Raises
    ------
    WorkbookError
        There is none.
    """
    found = sorted((folder / FOLDER).glob(f"*{ENDING}"), key=lambda path: path.name)
    for path in found:
        if _head(path).get("stamp") == stamp:
            return _read(path)
    kept = f"{len(found)} earlier runs are kept there" if found else "no run is kept there"
    raise WorkbookError(
        f"the run that left the stamp {stamp!r} cannot be undone: {kept}, that one is not among them",
        where=str(folder / FOLDER),
        do=f"go back to an earlier copy of the workbook; the last {KEPT} runs of a plan are kept beside it",
    )


def _head(path: Path) -> dict[str, Any]:
    return next(_lines_of(path), {})


def _read(path: Path) -> Snapshot:
    head, tables, names, cells, corners = {}, {}, {}, {}, {}
    for line in _lines_of(path):
        if "table" in line:
            tables[line["table"]] = {name: list(map(_unpacked, v)) for name, v in line["columns"].items()}
        elif "sheet" in line:
            cells[line["sheet"]] = {address: _unpacked(value) for address, value in line["cells"].items()}
        elif "corners" in line:
            corners = line["corners"]
        elif "names" in line:
            names = {name: _unpacked(value) for name, value in line["names"].items()}
        else:
            head = line
    at = dt.datetime.fromisoformat(head["at"])
    return Snapshot(head["command"], at, head["stamp"], tables, names, cells, corners)


def _lines_of(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise WorkbookError(
            f"the kept run cannot be read ({error})", where=str(path), do="delete this file and undo again"
        ) from error


def _packed(value: CellValue) -> Any:
    return {"error": value.code} if isinstance(value, ErrorValue) else value


def _unpacked(value: Any) -> CellValue:
    if isinstance(value, dict):
        return ErrorValue(value["error"])
    cell: CellValue = value
    return cell


# ---- rehearsal ------------------------------------------------------------------------------------------------------


@dataclass
class Rehearsal:
    """A Book that takes every write and makes none: it remembers what stands there, and refuses locked cells.

    Parameters
    ----------
    book : Book
        The workbook; only read.
    """

    book: Book
    tables: dict[str, Mapping[str, Sequence[CellValue]]] = field(default_factory=dict)
    kept_names: dict[str, CellValue] = field(default_factory=dict)
    cells: dict[str, Mapping[str, CellValue]] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The workbook's own."""
        return self.book.label

    @property
    def date1904(self) -> bool:
        """The workbook's own."""
        return self.book.date1904

    def places(self) -> dict[str, TablePlace]:
        """The workbook's own."""
        return self.book.places()

    def names(self) -> dict[str, str]:
        """The workbook's own."""
        return self.book.names()

    def read(self, table: str) -> TableCells:
        """The workbook's own."""
        return self.book.read(table)

    def read_name(self, name: str) -> CellValue:
        """The workbook's own."""
        return self.book.read_name(name)

    def name_waits(self, name: str) -> bool:
        """The workbook's own."""
        return self.book.name_waits(name)

    def read_cells(self, sheet: str, area: str) -> list[list[CellValue]]:
        """The workbook's own."""
        return self.book.read_cells(sheet, area)

    def locked(self, sheet: str, areas: Iterable[str]) -> str:
        """The workbook's own."""
        return self.book.locked(sheet, areas)

    def write(self, table: str, columns: Mapping[str, Sequence[CellValue]]) -> int:
        """Remember the columns that would be written; all that are no formulas where rows come or go."""
        cells = self.book.read(table)
        place = cells.place
        rows = max((len(values) for values in columns.values()), default=place.rows)
        kept = [name for name in place.columns if name in columns or (rows != place.rows and _own(name, place))]
        top, bottom = place.header_row + 1, place.header_row + max(rows, place.rows, 1)
        numbers = [place.first_column + place.columns.index(name) for name in kept]
        areas = [f"{cell_address(top, number)}:{cell_address(bottom, number)}" for number in numbers]
        self._refuse_locked(place.sheet, f"table {place.name}", areas)
        self.tables[table] = {name: cells.columns[name] for name in kept}
        return 0

    def write_name(self, name: str, value: CellValue) -> int:
        """Remember the named cell."""
        sheet, row, column = parse_place(self.book.names()[name])
        self._refuse_locked(sheet, f"named cell {name}", [cell_address(row, column)])
        self.kept_names[name] = self.book.read_name(name)
        return 0

    def write_cells(self, sheet: str, values: Mapping[str, CellValue]) -> int:
        """Remember the cells."""
        places = {address: parse_cell(address) for address in values}
        if not places:
            return 0
        rows, columns = [row for row, _ in places.values()], [column for _, column in places.values()]
        top, left = min(rows), min(columns)
        area = f"{cell_address(top, left)}:{cell_address(max(rows), max(columns))}"
        self._refuse_locked(sheet, "the view there", [area])
        block = self.book.read_cells(sheet, area)
        self.cells[sheet] = {address: block[row - top][column - left] for address, (row, column) in places.items()}
        return 0

    def save(self, path: Path) -> Saved:
        """Refused: there is nothing to save."""
        raise WorkbookError("a rehearsal writes nothing", where=str(path))

    def snapshot(self, *, command: str, at: dt.datetime, stamp: str) -> Snapshot:
        """All that was remembered."""
        corners = {}
        for name, place in self.book.names().items():
            sheet, row, column = parse_place(place)
            if cell_address(row, column) in self.cells.get(sheet, ()):
                corners[name] = place
        return Snapshot(command, at.replace(tzinfo=None), stamp, self.tables, self.kept_names, self.cells, corners)

    def _refuse_locked(self, sheet: str, what: str, areas: list[str]) -> None:
        address = self.book.locked(sheet, areas)
        if address:
            raise WorkbookError(
                f"{what} would be written, but the sheet is protected and {address} is locked",
                where=f"{sheet}!{address}",
                do="take off the protection (Review, Unprotect Sheet), or unlock these cells; nothing was written",
            )


def _own(name: str, place: TablePlace) -> bool:
    return name not in place.calculated
