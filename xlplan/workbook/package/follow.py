"""What follows a table when it grows or shrinks, as Excel's own screen would have it: formulas and names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from xlplan.errors import WorkbookError
from xlplan.workbook.package.celltext import FormulaText
from xlplan.workbook.package.formulas import (
    ALONE,
    Reference,
    Sharing,
    is_positional,
    precedents,
    reads_alike,
    redirected,
    sheet_of,
    tokens,
)
from xlplan.workbook.package.markup import find_all
from xlplan.workbook.package.parts import Package
from xlplan.workbook.package.references import Area, cell_address, parse_areas
from xlplan.workbook.package.rows import attributes, without
from xlplan.workbook.package.sheet import FormulaCell, Sheet
from xlplan.workbook.package.slide import Slide

_NUMBER = re.compile(r"[0-9]+")


@dataclass(frozen=True)
class TableMove:
    """A table's body before and after: rows 1-based, columns ``left`` to ``right`` of ``sheet``.

    ``slide`` is what moves out of its way, None when the rows it needs are free.
    """

    sheet: str
    header: int
    first: int
    left: int
    right: int
    old_last: int
    new_last: int
    totals: int
    slide: Slide | None = None

    @property
    def shift(self) -> int:
        """Rows by which the body's end, and with it the totals row, moves down."""
        return self.new_last - self.old_last

    @property
    def cells(self) -> Area:
        """Everything that may change: header, old and new body, totals before and after, and what moves below."""
        bottom = max(self.old_last, self.new_last) + self.totals
        if self.slide is not None and self.slide.last:
            bottom = max(bottom, self.slide.last + self.slide.rows)
        return Area(self.header, self.left, bottom, self.right)

    @property
    def moves_cells(self) -> bool:
        """True when any cell that stays in being goes elsewhere: totals, or what stands below."""
        return self.slide is not None or bool(self.shift and self.totals)

    def area_after(self, area: Area, single: bool = False) -> Area:
        """The area that a reference to ``area`` means when the table has moved.

        A reference to the whole body of some columns (and what is above) keeps covering it, one that ends in the
        totals row keeps ending there, and what stands below goes where it is pushed; any other stays.
        ``single`` marks a reference written as one cell, which stays one cell even in a table of one row.
        """
        if area.left < self.left or area.right > self.right:
            return area if self.slide is None else self.slide.area_after(area)
        if area.top <= self.first and area.bottom == self.old_last and not single:
            return Area(area.top, area.left, self.new_last, area.right)
        top, bottom = self._row_after(area.top), self._row_after(area.bottom)
        if self.totals and area.bottom == self.old_last + 1:  # rows above the totals may have gone
            top = min(top, bottom)
        return Area(top, area.left, max(top, bottom), area.right)

    def _row_after(self, row: int) -> int:
        """Where a row goes in the table's own columns."""
        if self.totals and row == self.old_last + 1:
            return row + self.shift
        return row if self.slide is None else self.slide.area_after(Area(row, self.left, row, self.left)).top

    def cell_after(self, row: int, column: int) -> tuple[int, int]:
        """Where a cell goes."""
        after = self.area_after(Area(row, column, row, column), single=True)
        return after.top, after.left

    def formula_after(self, text: str, home: str, *, sharing: Sharing | None = ALONE) -> str:
        """A formula's text when the table has moved; ``home`` is the sheet the formula stands on."""
        if not self.shift or not self.may_name(text, home):
            return text
        return redirected(text, home, self.sheet, self.area_after, sharing=sharing)

    def sqref_after(self, text: str) -> str:
        """A list of areas when the table has moved."""
        try:
            areas = parse_areas(text)
        except WorkbookError:
            return text
        after = [self.area_after(area) for area in areas]
        if after == areas:
            return text
        return " ".join(
            written if new == old else str(new) for written, old, new in zip(text.split(), areas, after, strict=True)
        )

    def may_name(self, text: str, home: str) -> bool:
        """A quick no for texts that cannot refer to anything that moves."""
        if home.casefold() != self.sheet.casefold():
            spelled = self.sheet.replace("'", "''").casefold()
            if spelled not in text.casefold():
                return False
        end = self.old_last + self.totals if self.slide is None else 10**9
        return any(self.old_last <= int(number[:9]) <= end for number in _NUMBER.findall(text))


# -- formulas in cells ---------------------------------------------------------------------------------------


@dataclass
class Followed:
    """Formulas of one sheet that the move changes, by the place where they stood.

    ``outdated`` are those whose result the move changes although what they read stays the same (ROW).
    """

    formulas: dict[tuple[int, int], FormulaText] = field(default_factory=dict)
    outdated: set[tuple[int, int]] = field(default_factory=set)

    def note(self, cell: FormulaCell, formula: FormulaText) -> None:
        """Note a cell's new formula, if it is another."""
        if formula != cell.formula:
            self.formulas[cell.row, cell.column] = formula


def follow_formulas(sheet: Sheet, move: TableMove) -> Followed:
    """Formulas of the sheet that refer to the table, or to what it pushes down, by address.

    Members of a shared formula that no longer read as one come back with texts of their own.
    """
    found = Followed()
    if not move.shift:
        return found
    own = sheet.name.casefold() == move.sheet.casefold()
    groups: dict[tuple[int, int, str], list[FormulaCell]] = {}
    for cell in sheet.facts.formulas:
        if cell.formula.kind == "shared":
            key = cell.anchor or (cell.row, cell.column, cell.formula.text)
            groups.setdefault(key, []).append(cell)
            continue
        text = move.formula_after(cell.formula.text, sheet.name)
        if own and cell.formula.area:
            found.note(cell, _with_cells_after(cell.formula, move)._replace(text=text))
        elif text != cell.formula.text:
            found.note(cell, cell.formula._replace(text=text))
        _note_outdated(found, cell, cell.formula.text, sheet, move)
    for (_, _, text), members in groups.items():
        if (own and _any_carried(members, move)) or _refers(text, sheet.name, move.sheet):
            members.sort(key=lambda cell: cell.anchor is not None)  # the one with the text first
            _follow_shared(found, members, sheet, move)
    return found


def _any_carried(cells: Iterable[FormulaCell], move: TableMove) -> bool:
    return move.moves_cells and any(
        cell.row > move.old_last and move.cell_after(cell.row, cell.column)[0] != cell.row for cell in cells
    )


def _note_outdated(found: Followed, cell: FormulaCell, text: str, sheet: Sheet, move: TableMove) -> None:
    """Note a cell whose formula tells of places, where it or what it names goes to another one."""
    if move.slide is None or not is_positional(text):
        return
    carried = sheet.name.casefold() == move.sheet.casefold() and move.slide.moves(cell.row, cell.column)
    if carried or move.formula_after(text, sheet.name) != text:
        place = cell.row, cell.column
        found.outdated.add(place)
        found.formulas.setdefault(place, cell.formula)


def _with_cells_after(formula: FormulaText, move: TableMove) -> FormulaText:
    """An array formula or what-if table with the cells that it fills and reads as inputs."""
    given = attributes(formula.attributes)
    kept = formula.attributes
    area = formula.area
    for name in ("ref", "r1", "r2"):
        try:
            old = Area.parse(given.get(name, ""))
        except WorkbookError:
            continue
        new = str(move.area_after(old, single=old.is_cell))
        if new != str(old):
            kept = f'{without(kept, name)} {name}="{new}"'
            area = new if name == "ref" else area
    return formula._replace(area=area, attributes=kept)


def _follow_shared(found: Followed, members: Sequence[FormulaCell], sheet: Sheet, move: TableMove) -> None:
    """Follow with a shared formula: as one while every member still reads what the first says."""
    own = sheet.name.casefold() == move.sheet.casefold()
    first = members[0]
    text = first.formula.text
    positional = is_positional(text)
    places = [move.cell_after(cell.row, cell.column) if own else (cell.row, cell.column) for cell in members]
    row, column = places[0]
    together = first.anchor is None and all(
        reads_alike(
            text,
            sheet.name,
            move.sheet,
            move.area_after,
            (cell.row - first.row, cell.column - first.column),
            (place[0] - row, place[1] - column),
        )
        for cell, place in zip(members, places, strict=True)
    )
    if together:
        area = _around(places)
        if (row, column) != (first.row, first.column) or area != _around((c.row, c.column) for c in members):
            kept = f'{without(first.formula.attributes, "ref")} ref="{area}"'
            found.note(first, first.formula._replace(area=area, attributes=kept))
        formula = found.formulas.get((first.row, first.column), first.formula)
        found.note(first, formula._replace(text=move.formula_after(text, sheet.name)))
    for cell in members if positional or not together else ():
        if not together:
            new = move.formula_after(cell.text, sheet.name)
            found.formulas[cell.row, cell.column] = plain(cell.formula, new)
        _note_outdated(found, cell, cell.text, sheet, move)


def _around(places: Iterable[tuple[int, int]]) -> str:
    rows, columns = zip(*places, strict=True)
    return f"{cell_address(min(rows), min(columns))}:{cell_address(max(rows), max(columns))}"


def plain(formula: FormulaText, text: str) -> FormulaText:
    """A member of a shared formula with a text of its own."""
    return FormulaText("normal", "", "", text, without(formula.attributes, "t", "ref", "si"))


def _refers(text: str, home: str, sheet: str) -> bool:
    return any(
        isinstance(token, Reference) and (sheet_of(token.prefix, home) or "").casefold() == sheet.casefold()
        for token in tokens(text)
    )


# -- names ---------------------------------------------------------------------------------------------------


def follow_names(package: Package, move: TableMove) -> None:
    """Move defined names that cover the table or what it pushes down."""
    if not move.shift:
        return
    changed = False
    for name in find_all(package.tree(package.workbook), "definedName"):
        text = name.text or ""
        after = move.formula_after(text, "", sharing=None)
        if after != text:
            name.text = after
            changed = True
    if changed:
        package.store(package.workbook)


# -- what no longer reads the same cells ---------------------------------------------------------------------


def cut_areas(sheets: Mapping[str, Sheet], texts: Iterable[str], move: TableMove) -> set[Area]:
    """Parts of areas that moved away from the rest: whoever reads such an area now reads other cells.

    Parameters
    ----------
    sheets : mapping
        Worksheets by name; the formulas in their cells are looked at.
    texts : iterable of str
        References that stand elsewhere (names, charts).
    move : TableMove
        The move, already made.
    """
    if move.slide is None or move.slide.whole:
        return set()
    found = set()
    for text in texts:
        found |= _cuts(text, "", move, move.slide)
    for sheet in sheets.values():
        for cell in sheet.facts.formulas:
            row, column, text = cell.anchor or (cell.row, cell.column, cell.formula.text)
            found |= _cuts(text, sheet.name, move, move.slide, cell.row - row, cell.column - column)
    return found


def _cuts(text: str, home: str, move: TableMove, slide: Slide, rows: int = 0, columns: int = 0) -> set[Area]:
    return {
        cut
        for reference in precedents(text).references
        if (sheet_of(reference.prefix, home) or "").casefold() == move.sheet.casefold()
        for cut in slide.cuts(reference.moved(rows, columns).area)
    }
