"""Defined names that are one cell each: the named inputs and stamps of a plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlplan.workbook.package.formulas import Reference, sheet_of, tokens
from xlplan.workbook.package.markup import find_all, is_true
from xlplan.workbook.package.parts import Package
from xlplan.workbook.package.references import cell_address, quote_sheet


@dataclass(frozen=True)
class NamedCell:
    """The one cell that a defined name stands for."""

    sheet: str
    row: int
    column: int

    @property
    def address(self) -> str:
        return cell_address(self.row, self.column)

    @property
    def place(self) -> str:
        """``Sheet!A1``, the sheet quoted where a formula would quote it."""
        return f"{quote_sheet(self.sheet)}!{self.address}"


def reference_names(package: Package) -> Iterator[str]:
    """Texts of the names that formulas may use: not those in which Excel keeps print areas and filters."""
    for entry in find_all(package.tree(package.workbook), "definedName"):
        if not (entry.get("name") or "").startswith("_xlnm."):
            yield entry.text or ""


def named_cells(package: Package) -> dict[str, NamedCell]:
    """Names of the whole workbook that stand for one fixed cell of a worksheet."""
    sheets = {entry.name.casefold(): entry.name for entry in package.sheets if entry.kind == "worksheet"}
    found: dict[str, NamedCell] = {}
    for entry in find_all(package.tree(package.workbook), "definedName"):
        name = entry.get("name") or ""
        if entry.get("localSheetId") is not None or is_true(entry.get("hidden")) or name.startswith("_xlnm."):
            continue
        parts = tokens((entry.text or "").strip().removeprefix("="))
        if len(parts) != 1 or not isinstance(parts[0], Reference):
            continue
        reference = parts[0]
        sheet = sheets.get((sheet_of(reference.prefix, "") or "").casefold())
        if sheet is not None and not reference.relative and reference.area.is_cell:
            found[name] = NamedCell(sheet, reference.area.top, reference.area.left)
    return found
