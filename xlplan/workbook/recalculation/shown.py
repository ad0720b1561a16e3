"""What formula cells of a package show, and which of them show nothing that was ever calculated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from xlplan.workbook.book import CellValue
from xlplan.workbook.package.markup import child, is_true
from xlplan.workbook.package.parts import Package
from xlplan.workbook.package.sheet import FormulaCell, Sheet
from xlplan.workbook.recalculation.engine import Place


def shown_values(sheet: Sheet, cells: Iterable[FormulaCell]) -> dict[Place, CellValue]:
    """Values of the formula cells that show one."""
    columns: dict[int, set[int]] = defaultdict(set)
    for formula in cells:
        if formula.has_value:
            columns[formula.row].add(formula.column)
    found: dict[Place, CellValue] = {}
    for row in sheet.stream().rows() if columns else ():
        wanted = columns.get(row.number)
        if wanted:
            for cell in sheet.grammar.cells(row, sheet.where):
                if cell.column in wanted:
                    found[row.number, cell.column] = sheet.value(row.number, cell)
    return found


def calculated_formulas(package: Package, sheets: Mapping[str, Sheet]) -> dict[str, list[FormulaCell]]:
    """Formula cells by sheet, in which one that shows a 0 that may be no result counts as one without a value.

    Some programs write a 0 into every formula cell, and ask Excel to calculate the workbook when it opens it.

    Parameters
    ----------
    package : Package
        The package as it now stands; what it asked for when it was read says whether a 0 may be such a one.
    sheets : mapping
        Its worksheets by name.
    """
    found = {name: sheet.facts.formulas for name, sheet in sheets.items()}
    if not _asks_for_calculation(Package(package.archive.as_read())):
        return found
    return {name: _without_zeros(sheets[name], cells) for name, cells in found.items()}


def _asks_for_calculation(package: Package) -> bool:
    calc = child(package.tree(package.workbook), "calcPr")
    return calc is not None and is_true(calc.get("fullCalcOnLoad"))


def _without_zeros(sheet: Sheet, cells: list[FormulaCell]) -> list[FormulaCell]:
    shown = shown_values(sheet, cells)
    zeros = {place for place, value in shown.items() if value == 0 and not isinstance(value, bool)}
    return [cell._replace(has_value=cell.has_value and (cell.row, cell.column) not in zeros) for cell in cells]
