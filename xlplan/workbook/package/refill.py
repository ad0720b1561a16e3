"""The body of a table replaced, row by row, in the stream of its sheet's rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from xlplan.errors import WorkbookError
from xlplan.workbook.book import column_letters
from xlplan.workbook.package.edits import assembled, changed_rows, formula_changes, unshared
from xlplan.workbook.package.follow import Followed, TableMove, plain
from xlplan.workbook.package.formulas import has_relative, moved
from xlplan.workbook.package.references import Area, cell_address
from xlplan.workbook.package.rows import Cell, Row, attributes, without
from xlplan.workbook.package.slide import slid_rows
from xlplan.workbook.package.table import Table

BLOCK = 512
LOOK_AGAIN = 16
"""Once a row was another than what would be written, only every so many rows are compared as a whole."""


@dataclass
class _Column:
    """One table column: where it is, what fills it, how its new cells look.

    ``array`` marks a calculated column of array formulas, ``marks`` what Excel notes beside each of them.
    """

    number: int
    opening: str
    style: str
    values: Sequence[object] | None = None
    formula: str | None = None
    relative: bool = False
    array: bool = False
    marks: str = ""
    texts: list[str] = field(default_factory=list)
    changed: int = 0


class Refill:
    """One replacement of a table's body.

    Parameters
    ----------
    table : Table
        The table.
    values : mapping
        New values by column index; other columns are the planner's own: calculated ones are filled,
        the rest keeps its rows and stays blank below them.
    rows : int
        How many rows ``values`` have.
    move : TableMove
        The body before and after, and what moves out of its way.
    followed : Followed
        Formulas of the sheet that the move changes.
    """

    def __init__(
        self,
        table: Table,
        values: Mapping[int, Sequence[object]],
        rows: int,
        move: TableMove,
        followed: Followed,
    ) -> None:
        self.table = table
        self.sheet = table.sheet
        self.move = move
        self.rows = rows
        self._codec = self.sheet.codec
        self._filled_to = -1
        self._refuse_arrays()
        pattern, self._totals = self._survey()
        self._columns = self._plan(values, pattern)
        self._given = [column for column in self._columns if column.values is not None]
        self._owned = len(self._given) == len(self._columns)
        self._numbers = [column.number for column in self._columns]
        self._filtered = bool(table.filters)
        self._differing = False
        lost = self._overwritten()
        formulas = {place: formula for place, formula in followed.formulas.items() if place not in lost}
        orphans = unshared(self.sheet.facts.formulas, lost)
        for cell in self.sheet.facts.formulas if orphans else ():
            place = cell.row, cell.column
            if place in orphans:
                formulas[place] = plain(cell.formula, move.formula_after(orphans[place], self.sheet.name))
        self._formulas = formula_changes(formulas, followed.outdated, self.sheet)

    def _refuse_arrays(self) -> None:
        for cell in self.sheet.facts.formulas:
            alone = cell.formula.kind == "array" and cell.area.is_cell
            if cell.formula.kind in ("array", "dataTable") and not alone and cell.area.meets(self.table.body):
                raise WorkbookError(
                    f"{cell.area} inside the table holds an array formula of several cells or a data table",
                    where=f"table {self.table.name}",
                    do="replace it by formulas of one cell each",
                )

    # -- planning ----------------------------------------------------------------------------------------

    def _survey(self) -> tuple[tuple[str, dict[int, Cell]], list[dict[int, Cell]]]:
        """The first body row (its attributes and cells) and the cells of the totals rows."""
        move = self.move
        wanted = {move.first, *range(move.old_last + 1, move.old_last + move.totals + 1)}
        found: dict[int, dict[int, Cell]] = {}
        attributes = ""
        for row in self.sheet.stream().rows():
            if row.number > max(wanted):
                break
            if row.number in wanted:
                cells = self.sheet.grammar.cells(row, self.sheet.where)
                found[row.number] = {c.column: c for c in cells if move.left <= c.column <= move.right}
                if row.number == move.first:
                    attributes = row.attributes
        totals = [found.get(move.old_last + 1 + k, {}) for k in range(move.totals)]
        return (attributes, found.get(move.first, {})), totals

    def _plan(self, values: Mapping[int, Sequence[object]], pattern: tuple[str, dict[int, Cell]]) -> list[_Column]:
        row_attributes, first_cells = pattern
        self._row_attributes = without(row_attributes, "r", "spans", "hidden", "collapsed", "outlineLevel")
        # where no row comes or goes, a formula that merely stands in every row stays as it is spelled
        fills = self.move.shift > 0 or not self.rows
        calculated, arrays = self.table.calculated if fills else self.table.declared, self.table.arrays
        columns = []
        for index, number in enumerate(range(self.move.left, self.move.right + 1)):
            like = first_cells.get(number)
            style = like.style if like else self.sheet.default_style(row_attributes, number)
            opening = f'<{self.sheet.grammar.prefix}c r="{column_letters(number)}'
            column = _Column(number, opening, style, values.get(index))
            if column.values is None and index in calculated:
                column.formula = self._pattern_formula(number, calculated[index])
                column.relative = has_relative(column.formula)
                column.array = index in arrays
                if column.array and like is not None and "cm" in (given := attributes(like.payload.split(">")[0])):
                    column.marks = f' cm="{given["cm"]}"'
            columns.append(column)
        return columns

    def _pattern_formula(self, column: int, text: str) -> str:
        """A calculated column's formula as the first body row holds it.

        Its text is the same in every row unless it refers to cells by relative address: then the topmost
        formula that stands in the column shows from which row the text is meant.
        """
        move = self.move
        text = move.formula_after(text, self.sheet.name)
        if not has_relative(text):
            return text
        cells = [c for c in self.sheet.facts.formulas if c.column == column and move.first <= c.row <= move.old_last]
        if not cells or cells[0].text == moved(text, cells[0].row - move.first, 0):
            return text
        return move.formula_after(moved(cells[0].text, move.first - cells[0].row, 0), self.sheet.name)

    def _overwritten(self) -> set[tuple[int, int]]:
        """Formula cells whose text goes: in given and calculated columns, below the new end, in moved totals."""
        move = self.move
        kept = [c for c in self._columns if c.values is None and c.formula is None and self.rows]
        filled = {c.number for c in self._columns} - {c.number for c in kept}
        zone = Area(move.first, move.left, move.old_last + move.totals, move.right)
        return {
            (cell.row, cell.column)
            for cell in self.sheet.facts.formulas
            if zone.holds(cell.row, cell.column)
            and (
                (cell.row <= move.old_last and cell.column in filled)
                or cell.row > move.new_last + move.totals
                or (move.shift and cell.row > min(move.old_last, move.new_last))
            )
        }

    # -- the stream --------------------------------------------------------------------------------------

    @property
    def changed(self) -> int:
        """Cells whose value changed so far."""
        return sum(column.changed for column in self._columns)

    def worthwhile(self) -> bool:
        """True when any given value changes, or the number of rows."""
        return bool(self.changed or self.move.shift)

    def changed_areas(self) -> list[Area]:
        """Cells that may have changed: all columns when the table's rows did, else those with new values."""
        move = self.move
        if move.shift:
            return [Area(move.first, move.left, max(move.old_last, move.new_last) + move.totals, move.right)]
        return [Area(move.first, c.number, move.new_last, c.number) for c in self._given if c.changed]

    def edit(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The sheet's rows with the table's body replaced."""
        move = self.move
        last = max(move.old_last, move.new_last) + move.totals
        waiting = move.first
        rows = changed_rows(self.sheet, rows, self._formulas)
        for row in rows if move.slide is None else slid_rows(self.sheet, rows, move.slide):
            if row.number < move.first:
                yield row
                continue
            while waiting < row.number and waiting <= last:
                yield from self._fresh(waiting)
                waiting += 1
            if row.number > last:
                yield row
                continue
            yield self._refilled(row)
            waiting = row.number + 1
        while waiting <= last:
            yield from self._fresh(waiting)
            waiting += 1

    def _fresh(self, number: int) -> Iterator[Row]:
        """A row that the sheet does not have yet."""
        index = number - self.move.first
        if number > self.move.new_last:
            cells = self._moved_totals(number)
            if cells:
                yield Row(number, f' r="{number}"', "".join(cells.values()))
            return
        self._prepare(index)
        at = index % BLOCK
        texts = []
        for column in self._columns:
            if column.values is not None:
                payload = column.texts[at]
                column.changed += payload != "/>"
            else:
                payload = self._formula(column, index)
            if payload != "/>" or column.style:
                texts.append(f'{column.opening}{number}"{column.style}{payload}')
        yield Row(number, f' r="{number}"{self._row_attributes}', "".join(texts))

    def _refilled(self, row: Row) -> Row:
        """A row of the sheet with the table's cells in it replaced."""
        move, number = self.move, row.number
        index, row = number - move.first, self._shown(row)
        ordinary = self._owned and number <= min(move.old_last, move.new_last)
        if ordinary and self._is_as_written(row, index):
            return row
        found = self.sheet.grammar.cells(row, self.sheet.where)
        if ordinary and [cell.column for cell in found] == self._numbers:
            return row._replace(text=self._body_row(found, index, number))
        cells = {cell.column: cell for cell in found}
        texts = {column: cell.raw for column, cell in cells.items()}
        if number > move.new_last:
            return self._after_body(row, cells, texts)
        self._prepare(index)
        added = False
        for column in self._columns:
            cell = cells.get(column.number)
            new = self._body_text(column, index, number, cell)
            if new is not None:
                added |= cell is None
                texts[column.number] = new
        return assembled(self.sheet, row, texts, added=added)

    def _shown(self, row: Row) -> Row:
        """A row less its mark of being hidden, where a filter of the table hid it or the table comes into it.

        A row of the table that the planner hid, or folded away in a group, stays hidden.
        """
        if "hidden" not in row.attributes:
            return row
        move, number = self.move, row.number
        comes = move.shift and min(move.old_last, move.new_last) < number <= move.new_last + move.totals
        shows = comes or (self._filtered and number <= move.old_last)
        return row._replace(attributes=without(row.attributes, "hidden")) if shows else row

    def _is_as_written(self, row: Row, index: int) -> bool:
        """True when the row already reads as this would write it: what a refresh with equal data finds."""
        self._prepare(index)
        if self._differing and index % LOOK_AGAIN:
            return False
        at, number = index % BLOCK, row.number
        text = "".join([f'{c.opening}{number}"{c.style}{c.texts[at]}' for c in self._columns])
        self._differing = row.text != text
        return not self._differing

    def _body_row(self, cells: Sequence[Cell], index: int, number: int) -> str:
        """New text of a row that holds the table's cells and no others, all of them given: the quick way."""
        at, holds, texts = index % BLOCK, self._codec.holds, []
        for cell, column in zip(cells, self._columns, strict=True):
            payload, held = column.texts[at], cell.payload
            try:
                kept = payload == held or holds(held, payload, column.values[index] if column.values else None)
            except WorkbookError:
                kept = False  # what stands there makes no sense, and is replaced
            if kept:
                texts.append(cell.raw)
            else:
                column.changed += 1
                texts.append(f'{column.opening}{number}"{cell.style}{payload}')
        return "".join(texts)

    def _body_text(self, column: _Column, index: int, number: int, cell: Cell | None) -> str | None:
        """New text of one body cell; None when it stays as it is."""
        existing = number <= self.move.old_last
        if column.values is not None:
            payload = column.texts[index % BLOCK]
            if cell is None:
                if payload == "/>" and existing:
                    return None
            elif existing and (payload == cell.payload or self._keeps(cell, payload, column, index)):
                return None
            column.changed += existing or payload != "/>"
        elif column.formula is not None:
            payload = self._formula(column, index)
            if existing and cell is not None and self._same_formula(cell, column, index):
                payload = self._codec.without_value(cell.payload)
                if payload == cell.payload:
                    return None
        elif existing and (index < self.rows or cell is None or not self._codec.filled(cell.payload)):
            return None
        else:
            payload = "/>"
            column.changed += existing  # no rows: the one that is left is blank
        style = cell.style if cell is not None and existing else column.style
        return f'{column.opening}{number}"{style}{payload}'

    def _keeps(self, cell: Cell, payload: str, column: _Column, index: int) -> bool:
        value = column.values[index] if column.values is not None and index < self.rows else None
        try:
            return self._codec.holds(cell.payload, payload, value)
        except WorkbookError:
            return False  # what stands there makes no sense, and is replaced

    def _same_formula(self, cell: Cell, column: _Column, index: int) -> bool:
        formula = self._codec.formula(cell.payload)
        if formula is None or formula.kind != ("array" if column.array else "normal") or column.formula is None:
            return False
        return formula.text == (moved(column.formula, index, 0) if column.relative else column.formula)

    def _after_body(self, row: Row, cells: dict[int, Cell], texts: dict[int, str]) -> Row:
        """A row below the new body: totals that moved here, or what they and the old body left behind."""
        move, number = self.move, row.number
        if not move.shift:
            return row
        for column in self._columns:
            cell = cells.get(column.number)
            if cell is not None:
                del texts[column.number]
                column.changed += number <= move.old_last and self._codec.filled(cell.payload)
        texts.update(self._moved_totals(number))
        return assembled(self.sheet, row, texts, added=True)

    def _moved_totals(self, number: int) -> dict[int, str]:
        index = number - self.move.new_last - 1
        if not 0 <= index < self.move.totals:
            return {}
        old_row = self.move.old_last + 1 + index
        moved_in = {}
        for column, cell in self._totals[index].items():
            payload = cell.payload
            formula = self._codec.formula(payload)
            if formula is not None:
                text = self.move.formula_after(self._text_at(old_row, column), self.sheet.name)
                area = Area(number, column, number, column)
                payload = self._codec.with_formula(payload, text, area=str(area))
            moved_in[column] = self.sheet.grammar.cell(number, column, cell.style, payload)
        return moved_in

    def _text_at(self, row: int, column: int) -> str:
        return next(c.text for c in self.sheet.facts.formulas if (c.row, c.column) == (row, column))

    # -- texts -------------------------------------------------------------------------------------------

    def _formula(self, column: _Column, index: int) -> str:
        if column.formula is None:
            return "/>"
        text = moved(column.formula, index, 0) if column.relative else column.formula
        if column.array:
            address = cell_address(self.move.first + index, column.number)
            return self._codec.array_payload(text, address, column.marks)
        return self._codec.formula_payload(text)

    def _prepare(self, index: int) -> None:
        """Encode the given columns a block of rows at a time, so that a large table is never all text."""
        block = index // BLOCK
        if block == self._filled_to:
            return
        self._filled_to = block
        start = block * BLOCK
        for column in self._given:
            values = (column.values or ())[start : start + BLOCK]
            try:
                column.texts = self._codec.encode_all(values) or ["/>"]
            except WorkbookError:
                self._blame(column, start)
                raise

    def _blame(self, column: _Column, start: int) -> None:
        """Say which cell of a block holds the value that cannot be written."""
        for offset, value in enumerate((column.values or ())[start : start + BLOCK]):
            try:
                self._codec.encode(value)
            except WorkbookError as error:
                raise self.sheet.fault(self.move.first + start + offset, column.number, error) from None
