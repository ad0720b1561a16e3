"""The open document of LibreOffice Calc as a Book.

Tables of an .xlsx file are database ranges in Calc, under the same names.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from xlplan.errors import WorkbookError
from xlplan.workbook.book import CellValue, ErrorValue, Formula, Saved, TableCells, TablePlace, column_letters
from xlplan.workbook.calc_door import KINDS, Area, Door, TableFacts, asked, counted
from xlplan.workbook.package.references import LAST_ROW, parse_cell
from xlplan.workbook.package.references import Area as Range
from xlplan.workbook.package.values import number, same, stored

if TYPE_CHECKING:
    from xlplan.workbook.package.slide import Slide

EPOCHS = {(1899, 12, 30): False, (1904, 1, 1): True}


class CalcBook:
    """A document that is open in Calc: what is written stands there at once, and Calc recalculates what depends on it.

    Parameters
    ----------
    door : Door
        The way into LibreOffice.
    """

    def __init__(self, door: Door) -> None:
        self._door = door

    @property
    def label(self) -> str:
        """The document's name."""
        return str(self._door.facts()["label"])

    @property
    def folder(self) -> Path | None:
        """Where the document lies; None before it is first saved, and where that is no folder of this computer."""
        path = Path(str(self._door.facts()["path"]))
        return path.parent if path.is_absolute() and path.parent.is_dir() else None

    @property
    def date1904(self) -> bool:
        """True when serial numbers count from 1904."""
        facts = self._door.facts()
        year, month, day = facts["epoch"]
        if (year, month, day) not in EPOCHS:
            raise WorkbookError(
                f"its dates count from {dt.date(year, month, day)}",
                where=str(facts["label"]),
                do="choose 12/30/1899 under Tools > Options > LibreOffice Calc > Calculate",
            )
        return EPOCHS[year, month, day]

    # ---- tables -----------------------------------------------------------------------------------------------------

    def places(self) -> dict[str, TablePlace]:
        """Every named table and where it stands; an empty table counts its one blank row."""
        return {name: _place(name, facts) for name, facts in self._door.tables().items()}

    def read(self, table: str) -> TableCells:
        """The body of one table, column by column; a table whose only row is blank is empty."""
        place = self._place(table)
        rows = self._body(place)
        columns = {name: [row[number] for row in rows] for number, name in enumerate(place.columns)}
        return TableCells(replace(place, rows=len(rows)), columns)

    def write(self, table: str, columns: Mapping[str, Sequence[CellValue]]) -> int:
        """Replace the body of one table; returns cells changed.

        Columns that are not given are the planner's own: those with a formula in every row are filled down, others
        keep the values of the rows that remain. No rows leave one blank row. What stands below and is in the way moves
        down, in the table's columns and whole where it is wider; a table that becomes shorter leaves it where it is.

        Raises
        ------
        WorkbookError
            A column is unknown, a value cannot stand in a cell, or what stands below cannot move; the table is then as
            it was.
        """
        place = self._place(table)
        old = self._body(place)
        new = self._filled(place, old, columns)
        rows = len(next(iter(columns.values()), old))
        changed = sum(
            not same(was, now, date1904=False)
            for number, name in enumerate(place.columns)
            if name in new
            for was, now in _pairs([row[number] for row in old], new[name])
        )
        if not changed and rows == len(old):
            return 0
        shown, before = max(rows, 1), place.rows
        self._refuse_arrays(place)
        if shown > before:
            self._refuse_uneven(place, columns)
        if shown != before:
            self._door.resize(place.name, shown, self._claim(place, shown))
            place = replace(place, rows=shown)
        written = new if shown > before or not rows else columns  # rows that stay keep what is not given
        for block in _blocks(place, written):
            values = [[new[name][row] if row < rows else None for name in block] for row in range(shown)]
            self._door.write(_area(place, block), values)
        for name in place.calculated:
            if shown > before and name not in new:
                self._door.fill_down(_area(place, [name]))
        return changed

    def _place(self, table: str) -> TablePlace:
        places = {name.casefold(): place for name, place in self.places().items()}
        if table.casefold() not in places:
            known = ", ".join(sorted(place.name for place in places.values())) or "none"
            raise WorkbookError(f"no table named {table!r}", where=self.label, do=f"its tables: {known}")
        place = places[table.casefold()]
        if self._door.tables()[place.name][4]:
            raise WorkbookError(
                "merged cells lie inside it",
                where=f"table {place.name} on {place.sheet}",
                do="unmerge them; a table has one value per cell",
            )
        return place

    def _body(self, place: TablePlace) -> list[list[CellValue]]:
        rows = (
            [[_cell(value) for value in row] for row in self._door.read(_area(place, place.columns))]
            if place.rows
            else []
        )
        own = [number for number, name in enumerate(place.columns) if name not in place.calculated]
        return [] if len(rows) == 1 and all(rows[0][number] is None for number in own) else rows

    def _filled(
        self, place: TablePlace, old: list[list[CellValue]], columns: Mapping[str, Sequence[CellValue]]
    ) -> dict[str, list[CellValue]]:
        """The new body, column by column, without the columns that stay as they stand."""
        where = f"table {place.name} on {place.sheet}"
        unknown = [name for name in columns if name not in place.columns]
        if unknown:
            raise WorkbookError(f"no column {unknown[0]!r}", where=where, do=f"its columns: {', '.join(place.columns)}")
        date1904 = self.date1904
        given = {name: [_held(value, date1904=date1904) for value in values] for name, values in columns.items()}
        lengths = {name: len(values) for name, values in given.items()}
        if len(set(lengths.values())) > 1:
            counts = ", ".join(f"{name} {length}" for name, length in lengths.items())
            raise WorkbookError(f"columns differ in length: {counts}", where=where, do="give columns of one length")
        rows = next(iter(lengths.values()), len(old))
        if rows == len(old):
            return given
        own = [name for name in place.columns if name not in place.calculated]
        kept = {name: [row[place.columns.index(name)] for row in old[:rows]] for name in own}
        return {name: given.get(name, kept[name] + [None] * (rows - len(kept[name]))) for name in own} | given

    def _claim(self, place: TablePlace, rows: int) -> Slide | None:
        """What has to move so that the rows are free into which the table grows; None when they are."""
        where = f"table {place.name} on {place.sheet}"
        _, table = counted(self._door.tables()[place.name][0])
        if table.bottom + rows - place.rows > LAST_ROW:
            raise WorkbookError(f"it would end below row {LAST_ROW:,}", where=where, do="write fewer rows")
        if rows <= place.rows:
            return None
        from xlplan.workbook.package.room import Thing, check_foot, pushed
        from xlplan.workbook.package.slide import Band, Slide

        needed = Range(table.bottom + 1, table.left, table.bottom + rows - place.rows, table.right)
        things = [Thing(what, area) for what, area in self._things(place)]
        free = not any(thing.area.meets(needed) for thing in things) and not self._occupied(place.sheet, needed)
        slide = None if free else pushed(needed, things, where)
        # where the rows are free, what is below makes way too for as long as it takes
        moving = slide or Slide((Band(needed.left, needed.right, needed.top),), rows - place.rows)
        feet = [
            Range(max(band.top, LAST_ROW - moving.rows + 1), band.left, LAST_ROW, band.right) for band in moving.bands
        ]
        fallen = [area.bottom for foot in feet for area in self._occupied(place.sheet, foot)]
        check_foot(moving, things, max(fallen, default=0), where)
        return slide

    def _things(self, place: TablePlace) -> list[tuple[str, Range]]:
        """What on the table's sheet must not be torn, but the table itself."""
        found = [(KINDS[kind], counted(area)) for kind, area in self._door.things(place.sheet)]
        found += [
            (f"table {name} at", counted(area))
            for name, (area, *_) in self._door.tables().items()
            if name != place.name
        ]
        return [(what, area) for what, (sheet, area) in found if sheet == place.sheet]

    def _occupied(self, sheet: str, area: Range) -> list[Range]:
        """Cells of an area that hold anything, a comment, or a name."""
        found = [counted(one)[1] for one in self._door.filled(asked(sheet, area))]
        names = [(row + 1, column + 1) for home, row, column in self._door.names().values() if home == sheet]
        return found + [Range(*cell, *cell) for cell in names if area.holds(*cell)]

    def _refuse_uneven(self, place: TablePlace, given: Iterable[str]) -> None:
        uneven = self._door.tables()[place.name][3]
        columns = [name for number, name in enumerate(place.columns) if number in uneven and name not in given]
        if columns:
            raise WorkbookError(
                f"column {columns[0]} holds formulas that differ from row to row, and rows have to come in between",
                where=f"table {place.name} on {place.sheet}",
                do="write one formula into all of its rows, or close the document and type xlplan refresh",
            )

    def _refuse_arrays(self, place: TablePlace) -> None:
        _, body = counted(_area(place, place.columns))
        for kind, area in self._door.things(place.sheet):
            if kind == "array" and (found := counted(area)[1]).meets(body):
                raise WorkbookError(
                    f"{found} inside the table holds an array formula of several cells",
                    where=f"table {place.name} on {place.sheet}",
                    do="replace it by formulas of one cell each",
                )

    # ---- cells ------------------------------------------------------------------------------------------------------

    def names(self) -> dict[str, str]:
        """Every named cell with its ``Sheet!A1`` place."""
        return {
            name: f"{_quoted(sheet)}!{column_letters(column + 1)}{row + 1}"
            for name, (sheet, row, column) in self._door.names().items()
        }

    def read_name(self, name: str) -> CellValue:
        """The value of a named cell."""
        return _cell(self._door.read(self._named(name))[0][0])

    def name_waits(self, name: str) -> bool:
        """False: Calc has calculated every formula."""
        return False

    def write_name(self, name: str, value: CellValue) -> int:
        """Set a named cell; returns 1 if its value changed, else 0."""
        sheet, row, column, _, _ = self._named(name)
        return self.write_cells(sheet, {f"{column_letters(column + 1)}{row + 1}": value})

    def read_cells(self, sheet: str, area: str) -> list[list[CellValue]]:
        """Values of an area, row by row."""
        return [[_cell(value) for value in row] for row in self._door.read(_from_zero(sheet, area))]

    def locked(self, sheet: str, areas: Iterable[str]) -> str:
        """First cell of some areas that is locked on a protected sheet; empty when there is none."""
        return next((cell for area in areas if (cell := self._door.locked(_from_zero(sheet, area)))), "")

    def write_cells(self, sheet: str, values: Mapping[str, CellValue]) -> int:
        """Set single cells of a sheet by address; returns how many changed."""
        date1904 = self.date1904
        wanted = {parse_cell(address): _held(value, date1904=date1904) for address, value in values.items()}
        if not wanted:
            return 0
        rows, columns = [row - 1 for row, _ in wanted], [column - 1 for _, column in wanted]
        top, left = min(rows), min(columns)
        old = self._door.read((sheet, top, left, max(rows), max(columns)))
        changed = {
            (row - 1, column - 1): value
            for (row, column), value in wanted.items()
            if not same(_cell(old[row - 1 - top][column - 1 - left]), value, date1904=False)
        }
        for row, first, run in _runs(changed):
            self._door.write((sheet, row, first, row, first + len(run) - 1), [run])
        return len(changed)

    def _named(self, name: str) -> Area:
        places = {known.casefold(): place for known, place in self._door.names().items()}
        if name.casefold() not in places:
            known = ", ".join(sorted(self._door.names())) or "none"
            raise WorkbookError(f"no named cell {name!r}", where=self.label, do=f"its named cells: {known}")
        sheet, row, column = places[name.casefold()]
        return sheet, row, column, row, column

    def save(self, path: Path) -> Saved:
        """Save a copy of the document; the document itself stays open under its own name."""
        self._door.store(str(Path(path).resolve()))
        return Saved(Path(path))


def _place(name: str, facts: TableFacts) -> TablePlace:
    (sheet, top, left, bottom, _), header, formulas, _, _, totals = facts
    columns = tuple(
        column_letters(left + 1 + number) if cell is None else str(_cell(cell)) for number, cell in enumerate(header)
    )
    calculated = tuple(columns[number] for number in formulas)
    return TablePlace(name, sheet, top + 1, left + 1, columns, bottom - top - totals, calculated)


def _area(place: TablePlace, columns: Sequence[str]) -> Area:
    """The body of neighbouring columns."""
    left = place.first_column - 1 + place.columns.index(columns[0])
    return place.sheet, place.header_row, left, place.header_row + place.rows - 1, left + len(columns) - 1


def _blocks(place: TablePlace, new: Mapping[str, object]) -> Iterator[list[str]]:
    """Columns to write, neighbours together."""
    for wanted, names in groupby(place.columns, key=lambda name: name in new):
        if wanted:
            yield list(names)


def _runs(cells: Mapping[tuple[int, int], CellValue]) -> Iterator[tuple[int, int, list[CellValue]]]:
    """Neighbours in a row together: the row, the first column, the values."""
    places = sorted(cells)
    for _, run in groupby(enumerate(places), key=lambda found: (found[1][0], found[1][1] - found[0])):
        found = [place for _, place in run]
        yield *found[0], [cells[place] for place in found]


def _pairs(old: list[CellValue], new: list[CellValue]) -> Iterator[tuple[CellValue, CellValue]]:
    rows = max(len(old), len(new))
    return zip(old + [None] * (rows - len(old)), new + [None] * (rows - len(new)), strict=True)


def _from_zero(sheet: str, area: str) -> Area:
    """An area such as ``A1:C9`` as UNO counts."""
    return asked(sheet, Range.parse(area))


def _quoted(sheet: str) -> str:
    return sheet if sheet.replace("_", "a").isalnum() else "'" + sheet.replace("'", "''") + "'"


def _cell(value: CellValue) -> CellValue:
    """A value as the other Books read it: whole numbers as int."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value


def _held(value: CellValue, *, date1904: bool) -> CellValue:
    """The value as a cell gives it back; refuses what no cell holds."""
    if isinstance(value, Formula):
        raise WorkbookError(
            f"the formula ={value.text} cannot be written while Calc has the workbook open", do="close it"
        )
    form = stored(value, date1904=date1904)
    if form is None:
        return None
    kind, text = form
    if kind == "n":
        return number(text)
    if kind == "b":
        return text == "1"
    return ErrorValue(text) if kind == "e" else text
