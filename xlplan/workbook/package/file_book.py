"""A workbook file as a Book: read without loss, changed only where it was asked to change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from xlplan.errors import WorkbookError
from xlplan.workbook.book import CellValue, Formula, Saved, TableCells, TablePlace
from xlplan.workbook.package.archive import Archive
from xlplan.workbook.package.cells import check_cells, set_cells
from xlplan.workbook.package.dress import dress
from xlplan.workbook.package.follow import TableMove
from xlplan.workbook.package.gate import check_written
from xlplan.workbook.package.names import named_cells
from xlplan.workbook.package.parts import Package
from xlplan.workbook.package.protection import first_locked
from xlplan.workbook.package.references import Area, parse_cell
from xlplan.workbook.package.replacement import replace_body
from xlplan.workbook.package.room import Below, claim, policy
from xlplan.workbook.package.save import Seen, check_ending, save_file
from xlplan.workbook.package.settle import Settled, remove_calc_chain, renew_charts, settle, show_values
from xlplan.workbook.package.sheet import Sheet, worksheets
from xlplan.workbook.package.slide import Slide
from xlplan.workbook.package.table import Table, load_tables
from xlplan.workbook.recalculation.compute import compute
from xlplan.workbook.recalculation.engine import Functions, find_engine

Answering = Callable[[Callable[[], "FileBook"]], Functions]
"""Gives the functions of xlplan for the formulas of a book, which they may read."""


class FileBook:
    """An .xlsx or .xlsm file that was read once and is written back as a whole.

    Only the tables, named cells and cells that are written change, and what must follow them: references to a
    table that grew, cached values that are no longer true. Every other part stays byte for byte.
    """

    def __init__(
        self,
        archive: Archive,
        seen: Mapping[Path, Seen],
        *,
        below: Below = "shift",
        functions: Answering | None = None,
    ) -> None:
        self._package = Package(archive)
        self._below = policy(below)
        self._answering = functions
        self._seen = dict(seen)
        self._sheets = worksheets(self._package)
        self._tables = self._load_tables()
        self._changed: list[tuple[str, Area]] = []
        self._fresh: dict[str, list[Area]] = {}
        self._settled: list[Settled] = []
        self.remarks: tuple[str, ...] = ()
        self.slides: list[tuple[str, Slide]] = []
        """What moved out of the way of growing tables, by sheet, in order."""

    @classmethod
    def open(cls, path: Path | str, *, below: Below = "shift", functions: Answering | None = None) -> FileBook:
        """Read a workbook.

        Parameters
        ----------
        path : Path or str
            An .xlsx or .xlsm file.
        below : {"shift", "insert", "refuse"}, optional
            What :meth:`write` does with what stands below a table that grows.
        functions : callable, optional
            Takes a callable that gives this book, and gives the functions of xlplan that its formulas call.

        Raises
        ------
        WorkbookError
            When the file is something else (which the sentence names), damaged, encrypted or hostile.
        """
        path = Path(path).resolve()
        archive = Archive.read_file(path)
        return cls(archive, {path: Seen.of(path, archive.source)}, below=below, functions=functions)

    @classmethod
    def of(cls, data: bytes, label: str) -> FileBook:
        """A workbook that is not on disk yet.

        Parameters
        ----------
        data : bytes
            The file's content.
        label : str
            What to call it in a sentence.
        """
        return cls(Archive(data, label), {})

    def _load_tables(self) -> dict[str, Table]:
        tables: dict[str, Table] = {}
        for sheet in self._sheets.values():
            for table in load_tables(sheet):
                other = tables.setdefault(table.name.casefold(), table)
                if other is not table:
                    raise WorkbookError(
                        f"two tables are named {table.name!r}: {other.sheet.name}!{other.area} and "
                        f"{sheet.name}!{table.area}",
                        where=self.label,
                        do="rename one of them",
                    )
        return tables

    # -- what it is --------------------------------------------------------------------------------------

    @property
    def label(self) -> str:
        """The file's name."""
        return self._package.where

    @property
    def date1904(self) -> bool:
        """True when serial numbers count from 1904."""
        return self._package.date1904

    def places(self) -> dict[str, TablePlace]:
        """Every named table and where it stands; an empty table counts its one blank row."""
        return {table.name: table.place for table in self._tables.values()}

    def names(self) -> dict[str, str]:
        """Every named cell with its ``Sheet!A1`` place."""
        return {name: cell.place for name, cell in named_cells(self._package).items()}

    # -- tables ------------------------------------------------------------------------------------------

    def _table(self, name: str) -> Table:
        found = self._tables.get(name.casefold())
        if found is None:
            known = ", ".join(sorted(table.name for table in self._tables.values())) or "none"
            raise WorkbookError(f"no table named {name!r}", where=self.label, do=f"its tables: {known}")
        found.check()
        return found

    def read(self, table: str) -> TableCells:
        """The body of one table, column by column.

        Numbers are int or float (dates are serial numbers), blanks None, errors :class:`ErrorValue`; a formula
        cell gives its cached value, None when it waits for recalculation. A table whose only row is blank is
        empty.

        Raises
        ------
        WorkbookError
            When there is no such table, cells in it are merged, or a cell makes no sense.
        """
        self._settle()
        found = self._table(table)
        for merge in found.sheet.merges:
            if merge.meets(found.area):
                raise WorkbookError(
                    f"merged cells {merge} lie inside it",
                    where=f"table {found.name} on {found.sheet.name}",
                    do="unmerge them; a table has one value per cell",
                )
        columns = found.sheet.read(found.body)
        place = found.place
        if place.rows == 1 and self._is_blank(found, columns):
            place, columns = replace(place, rows=0), [[] for _ in columns]
        return TableCells(place, dict(zip(place.columns, columns, strict=True)), found.waiting())

    def table(self, name: str) -> Table:
        """The table itself, for those who ask more of it than where it stands and what it holds."""
        return self._table(name)

    def _is_blank(self, table: Table, columns: Sequence[Sequence[CellValue]]) -> bool:
        calculated = table.calculated
        return all(column[0] is None for index, column in enumerate(columns) if index not in calculated)

    def write(self, table: str, columns: Mapping[str, Sequence[CellValue]], *, below: Below | None = None) -> int:
        """Replace the body of one table.

        Parameters
        ----------
        table : str
            Name of the table.
        columns : mapping
            New values by column name, all of one length; no rows leave one blank row. Columns that are not
            given are the planner's own: calculated ones are filled down, others keep the values of the rows
            that remain. Dates are written as serial numbers; text is never taken for a formula.
        below : {"shift", "insert", "refuse"}, optional
            What to do with what stands below a table that needs its rows: move the cells in the table's columns
            down, insert whole sheet rows, or change nothing and say what stands there; without it, as the book
            was opened. A table that becomes shorter leaves what is below where it is, and the rows that it left
            are the first that it uses when it grows again.

        Returns
        -------
        int
            Cells whose value changed; with 0 and an unchanged number of rows nothing was touched.

        Raises
        ------
        WorkbookError
            When the table cannot be replaced without losing something, or a value cannot stand in a cell;
            the book is then as it was.
        """
        found = self._table(table)
        self._allow_change(f"table {found.name}", found.refusal)
        values, rows = found.match(columns)
        move = found.move(rows)
        move = replace(move, slide=claim(found, move, self._tables.values(), policy(below or self._below)))
        with self._all_or_nothing():
            return self._replace(found, values, rows, move)

    def _replace(self, table: Table, values: Mapping[int, Sequence[object]], rows: int, move: TableMove) -> int:
        own = table.sheet
        before = own.formula_places()
        dress(table, values)
        done = replace_body(self._sheets, list(self._tables.values()), table, values, rows, move)
        if move.slide is not None:
            self.slides.append((own.name, move.slide))
            self._carry_notes(own.name, move, move.slide)
        if done.unknown:
            self._note(own, before, done.unknown)
        for index, given in values.items():
            self._note_fresh(own, move.first, move.left + index, given)
        return done.cells

    # -- cells -------------------------------------------------------------------------------------------

    def _sheet(self, name: str) -> Sheet:
        for sheet in self._sheets.values():
            if sheet.name.casefold() == name.casefold():
                return sheet
        raise WorkbookError(
            f"no worksheet named {name!r}", where=self.label, do=f"its worksheets: {', '.join(self._sheets)}"
        )

    def read_cells(self, sheet: str, area: str) -> list[list[CellValue]]:
        """Values of an area such as ``A1:C9``, row by row."""
        self._settle()
        columns = self._sheet(sheet).read(Area.parse(area))
        return [list(row) for row in zip(*columns, strict=True)]

    def locked(self, sheet: str, areas: Iterable[str]) -> str:
        """First cell of some areas that is locked on a protected sheet; empty when there is none."""
        return first_locked(self._sheet(sheet), [Area.parse(area) for area in areas])

    def write_cells(self, sheet: str, values: Mapping[str, CellValue]) -> int:
        """Set single cells by address; returns how many changed.

        Raises
        ------
        WorkbookError
            For a cell in a table's header, in a query's table, under a merged cell or in an array formula.
        """
        found = self._sheet(sheet)
        self._allow_change(f"sheet {found.name}")
        cells = {parse_cell(address): value for address, value in values.items()}
        check_cells(found, cells, self._tables.values())
        before = found.formula_places()
        changed = set_cells(found, cells)
        self._note(found, before, [(found.name, Area(*place, *place)) for place in changed])
        for (row, column), value in cells.items():
            self._note_fresh(found, row, column, [value])
        return len(changed)

    def _named(self, name: str) -> tuple[str, str]:
        cells = named_cells(self._package)
        for known, cell in cells.items():
            if known.casefold() == name.casefold():
                return cell.sheet, cell.address
        known_names = ", ".join(sorted(cells)) or "none"
        raise WorkbookError(f"no named cell {name!r}", where=self.label, do=f"its named cells: {known_names}")

    def read_name(self, name: str) -> CellValue:
        """The value of a named cell."""
        sheet, address = self._named(name)
        return self.read_cells(sheet, address)[0][0]

    def name_waits(self, name: str) -> bool:
        """True when a named cell holds a formula that shows no value until somebody calculates it."""
        sheet, address = self._named(name)
        self._settle()
        return parse_cell(address) in self._sheet(sheet).waiting_places()

    def write_name(self, name: str, value: CellValue) -> int:
        """Set a named cell; returns 1 if its value changed, else 0."""
        sheet, address = self._named(name)
        return self.write_cells(sheet, {address: value})

    # -- keeping what is shown true ----------------------------------------------------------------------

    def _allow_change(self, what: str, refusal: str = "") -> None:
        frozen = self._package.frozen_because
        if frozen:
            raise WorkbookError(frozen, where=self.label, do="save an unsigned, unshared copy and use that")
        if refusal:
            raise WorkbookError(f"it {refusal}", where=what, do="use another table")

    def _note(self, sheet: Sheet, before: set[tuple[int, int]], areas: Iterable[tuple[str, Area]]) -> None:
        self._changed += areas
        if sheet.formula_places() != before:
            remove_calc_chain(self._package)

    def _carry_notes(self, own: str, move: TableMove, slide: Slide) -> None:
        """Tell what earlier changes noted by the places to which cells have moved."""
        for name, area in list(self._changed):
            if name == own:
                parts = slide.cuts(area) or [area]
                self._changed += [(own, slide.area_after(part)) for part in parts]
        if own in self._fresh:
            self._fresh[own] = [slide.area_after(area) for area in self._fresh[own]]
        for settled in self._settled:
            if own in settled.waiting:
                settled.waiting[own] = {move.cell_after(*place) for place in settled.waiting[own]}
            for area in slide.zone:
                settled.readers.changed(own, area)

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """Bring the book back to what it was when a change fails half-way."""
        done = False
        try:
            with self._package.all_or_nothing():
                yield
            done = True
        finally:
            if not done:
                self._sheets = worksheets(self._package)
                self._tables = self._load_tables()

    def _note_fresh(self, sheet: Sheet, top: int, column: int, values: Sequence[object]) -> None:
        """Formulas written with their values are true until something else changes."""
        if not any(isinstance(value, Formula) for value in values):
            return
        row = top
        for fresh, run in groupby(values, lambda v: isinstance(v, Formula) and v.value is not None):
            length = sum(1 for _ in run)
            if fresh:
                area = Area(row, column, row + length - 1, column)
                self._fresh.setdefault(sheet.name, []).append(area)
            row += length

    def _settle(self) -> None:
        if self._changed:
            tables = list(self._tables.values())
            self._settled.append(settle(self._package, self._sheets, tables, self._changed, self._fresh))
        self._changed, self._fresh = [], {}

    def _show(self) -> None:
        """Give waiting formulas their values where an engine can vouch for them, and charts theirs."""
        self._settle()
        if not self._settled:
            return
        waiting = {
            name: set().union(*(change.waiting.get(name, ()) for change in self._settled)) for name in self._sheets
        }
        # new ones for every save, since they remember what they have read of the book
        functions = None if self._answering is None else self._answering(lambda: self)
        computed = compute(find_engine(), self._package, self._sheets, waiting, functions)
        for name, values in computed.values.items():
            show_values(self._sheets[name], values)
        renew_charts(self._package, self._sheets, self._settled)
        self.remarks = computed.remarks
        self._settled = []

    # -- saving ------------------------------------------------------------------------------------------

    def save(self, path: Path | str) -> Saved:
        """Write the workbook to ``path``: all of it, or nothing.

        A book in which nothing changed is copied byte for byte. Afterwards ``remarks`` says, in sentences, what
        formulas still wait for Excel.

        Returns
        -------
        Saved
            Where it was written: beside a target that is open elsewhere, read-only or changed on disk since it was
            read, and why.

        Raises
        ------
        WorkbookError
            When the folder is missing, the disk refuses, or what was written is not sound; the target is then as
            it was.
        """
        asked, path = Path(path), Path(path).resolve()
        self._show()
        archive = self._package.archive
        if not archive.changed and path in self._seen and path.exists():
            return Saved(asked, remarks=self.remarks)
        check_ending(path, macros="macroEnabled" in self._package.content_type(self._package.workbook))
        changed = frozenset(archive.changed)

        def check(written: Path) -> None:
            check_written(written, archive.source, changed, self.label)

        saved = save_file(asked, archive.write, check, seen=self._seen.get(path))
        self._seen[saved.path.resolve()] = Seen.of(saved.path)
        return replace(saved, remarks=self.remarks)
