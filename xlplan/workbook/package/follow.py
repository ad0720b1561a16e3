"""What follows a table when it grows or shrinks, as Excel's own screen would have it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from xlplan.errors import WorkbookError
from xlplan.workbook.package.formulas import Reference, redirected, sheet_of, tokens
from xlplan.workbook.package.markup import find_all, local
from xlplan.workbook.package.parts import Package
from xlplan.workbook.package.references import LAST_COLUMN, LAST_ROW, Area, parse_areas
from xlplan.workbook.package.sheet import FormulaCell, Sheet


@dataclass(frozen=True)
class TableMove:
    """A table's body before and after: rows 1-based, columns ``left`` to ``right`` of ``sheet``."""

    sheet: str
    header: int
    first: int
    left: int
    right: int
    old_last: int
    new_last: int
    totals: int

    @property
    def shift(self) -> int:
        """Rows by which the body's end, and with it the totals row, moves down."""
        return self.new_last - self.old_last

    @property
    def cells(self) -> Area:
        """Everything that may change: header, old and new body, totals before and after."""
        bottom = max(self.old_last, self.new_last) + self.totals
        return Area(self.header, self.left, bottom, self.right)

    def area_after(self, area: Area, single: bool = False) -> Area:
        """The area that a reference to ``area`` means when the table has moved.

        A reference to the whole body of some columns (with or without header and totals) keeps covering it,
        one to the totals row moves with it, any other stays. ``single`` marks a reference written as one
        cell, which stays one cell even in a table of one row.
        """
        if area.left < self.left or area.right > self.right:
            return area
        end = self.old_last + self.totals
        if self.totals and area.top > self.old_last and area.bottom <= end:
            return Area(area.top + self.shift, area.left, area.bottom + self.shift, area.right)
        whole = area.top in (self.header, self.first) and area.bottom in (self.old_last, end)
        if whole and not single:
            return Area(area.top, area.left, area.bottom + self.shift, area.right)
        return area

    def formula_after(self, text: str, home: str, *, fixed_only: bool = False) -> str:
        """A formula's text when the table has moved; ``home`` is the sheet the formula stands on."""
        if not self.shift or not self.may_name(text, home):
            return text
        return redirected(text, home, self.sheet, self.area_after, fixed_only=fixed_only)

    def sqref_after(self, text: str) -> str:
        """A list of areas when the table has moved."""
        try:
            areas = parse_areas(text)
        except WorkbookError:
            return text
        whole = {LAST_ROW: "bottom", LAST_COLUMN: "right"}
        if any(a.bottom in whole or a.right in whole for a in areas):
            return text
        after = [self.area_after(area) for area in areas]
        return text if after == areas else " ".join(map(str, after))

    def may_name(self, text: str, home: str) -> bool:
        """A quick no for texts that cannot refer to the end of the table."""
        if home.casefold() != self.sheet.casefold():
            spelled = self.sheet.replace("'", "''").casefold()
            if spelled not in text.casefold():
                return False
        return _row_pattern(self.old_last, self.old_last + self.totals).search(text) is not None


@lru_cache(maxsize=16)
def _row_pattern(low: int, high: int) -> re.Pattern[str]:
    """Any of some row numbers, standing as a number of its own."""
    return re.compile(rf"(?<![0-9])(?:{'|'.join(str(row) for row in range(low, high + 1))})(?![0-9])")


def follow_formulas(sheet: Sheet, move: TableMove) -> dict[tuple[int, int], str]:
    """New texts of the sheet's formulas that refer to the table by address.

    When one member of a shared formula changes, all of its members come back with texts of their own.
    """
    if not move.shift:
        return {}
    after: dict[tuple[int, int], str] = {}
    groups: dict[tuple[int, int, str], list[FormulaCell]] = {}
    for cell in sheet.facts.formulas:
        if cell.formula.kind == "shared":
            key = cell.anchor or (cell.row, cell.column, cell.formula.text)
            groups.setdefault(key, []).append(cell)
            continue
        new = move.formula_after(cell.formula.text, sheet.name)
        if new != cell.formula.text:
            after[cell.row, cell.column] = new
    for (_, _, text), members in groups.items():
        if not _refers(text, sheet.name, move.sheet):
            continue
        texts = [(cell, cell.text) for cell in members]
        new_texts = [move.formula_after(text, sheet.name) for _, text in texts]
        if any(new != text for (_, text), new in zip(texts, new_texts, strict=True)):
            after.update({(c.row, c.column): n for (c, _), n in zip(texts, new_texts, strict=True)})
    return after


def _refers(text: str, home: str, sheet: str) -> bool:
    return any(
        isinstance(token, Reference) and (sheet_of(token.prefix, home) or "").casefold() == sheet.casefold()
        for token in tokens(text)
    )


_RANGED = ("conditionalFormatting", "dataValidation", "ignoredError", "protectedRange")
_WITH_FORMULA = ("formula", "formula1", "formula2", "f")


def follow_skeleton(root: etree._Element, home: str, move: TableMove) -> bool:
    """Move what stands around a sheet's rows: formats, validations, sparklines; True when anything moved."""
    if not move.shift:
        return False
    changed = False
    own = home.casefold() == move.sheet.casefold()
    for element in find_all(root, *_RANGED) if own else ():
        text = element.get("sqref") or ""
        after = move.sqref_after(text)
        if after != text:
            element.set("sqref", after)
            changed = True
    for element in find_all(root, "sqref") if own else ():
        text = element.text or ""
        # a sparkline's own cell never grows into a range
        sparkline = any(local(a) == "sparkline" for a in element.iterancestors())
        after = text if sparkline else move.sqref_after(text)
        if after != text:
            element.text = after
            changed = True
    for element in find_all(root, *_WITH_FORMULA):
        text = element.text or ""
        parent = element.getparent()
        sparkline = parent is not None and local(parent) == "sparkline"
        after = move.formula_after(text, home, fixed_only=not sparkline)
        if after != text:
            element.text = after
            changed = True
    for element in find_all(root, "cfvo"):
        text = element.get("val") or ""
        after = move.formula_after(text, home, fixed_only=True)
        if after != text:
            element.set("val", after)
            changed = True
    return changed


def follow_names(package: Package, move: TableMove) -> None:
    """Move defined names that cover the table."""
    if not move.shift:
        return
    changed = False
    for name in find_all(package.tree(package.workbook), "definedName"):
        text = name.text or ""
        after = move.formula_after(text, "", fixed_only=True)
        if after != text:
            name.text = after
            changed = True
    if changed:
        package.store(package.workbook)
