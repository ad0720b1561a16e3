"""A copy of a workbook for people without Python: values where formulas stood, no macros, no links."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from xlplan.errors import SHOWN, WorkbookError
from xlplan.workbook.book import CellValue
from xlplan.workbook.package.archive import Archive
from xlplan.workbook.package.file_book import Answering, FileBook
from xlplan.workbook.package.gate import check_written
from xlplan.workbook.package.markup import child, find_all, is_true
from xlplan.workbook.package.parts import Package
from xlplan.workbook.package.references import LAST_ROW, quote_sheet
from xlplan.workbook.package.removal.macros import remove_macros
from xlplan.workbook.package.removal.outside import remove_links
from xlplan.workbook.package.removal.parts import drop
from xlplan.workbook.package.rows import Row
from xlplan.workbook.package.save import kept_because, save_file
from xlplan.workbook.package.settle import remove_calc_chain, show_values
from xlplan.workbook.package.sheet import Sheet, worksheets
from xlplan.workbook.recalculation.compute import compute, formula_cells
from xlplan.workbook.recalculation.engine import find_engine

ENDING = ".xlsx"


@dataclass(frozen=True)
class Frozen:
    """What was done: the file, how many formulas became values, those that had none, and sentences for the planner."""

    path: Path
    formulas: int
    without_value: tuple[str, ...]
    lines: tuple[str, ...]


def freeze(source: Path, target: Path, functions: Answering | None = None) -> Frozen:
    """Write a copy of a workbook that holds values only.

    Every formula cell keeps the value that it shows. One that shows none is calculated if it can be, and is left blank
    and named if not: never an old or a guessed number. Macros, connections, queries and links to other workbooks go;
    conditional formats, validations, charts, pivots and names stay.

    Parameters
    ----------
    source : Path
        An .xlsx or .xlsm workbook; left as it is.
    target : Path
        The .xlsx to write.
    functions : callable, optional
        See :meth:`~xlplan.workbook.package.file_book.FileBook.open`.

    Raises
    ------
    WorkbookError
        When the source cannot be read or is signed, or the target cannot be written, is the source, or is no .xlsx.
    """
    source, target = source.resolve(), target.resolve()
    if target.suffix.lower() != ENDING:
        raise WorkbookError(f"a frozen copy has no macros and ends in {ENDING}", where=target.name, do="name it so")
    if target == source:
        raise WorkbookError("a frozen copy cannot replace its workbook", where=target.name, do="give it another name")
    package = Package(Archive.read_file(source))
    if package.frozen_because:
        raise WorkbookError(package.frozen_because, where=package.where, do="freeze an unsigned, unshared copy")
    kept_because(target, None)  # a missing folder is told before the work is done
    sheets = worksheets(package)
    _forget_placeholders(package, sheets)
    answering = None if functions is None else functions(lambda: FileBook.open(source))
    computed = compute(find_engine(), package, sheets, formula_cells(sheets), answering)
    formulas, without_value = 0, []
    remove_macros(package)
    for name, sheet in worksheets(package).items():
        show_values(sheet, computed.values.get(name, {}))
        cells = sheet.facts.formulas
        formulas += len(cells)
        without_value += [_address(sheet, cell.row, cell.column) for cell in cells if not cell.has_value]
        if cells:
            sheet.rewrite(partial(_changed, sheet, change=sheet.codec.frozen))
    _freeze_tables(package)
    remove_calc_chain(package)
    connections = remove_links(package)
    _calculate_nothing_on_load(package)
    archive = package.archive
    changed = frozenset(archive.changed)

    def check(written: Path) -> None:
        check_written(written, archive.source, changed, package.where)

    saved = save_file(target, archive.write, check)
    lines = (*saved.sentences(), *_said(source, saved.path, formulas, without_value, connections))
    return Frozen(saved.path, formulas, tuple(without_value), lines)


def _address(sheet: Sheet, row: int, column: int) -> str:
    return sheet.address(row, column).replace(sheet.name, quote_sheet(sheet.name), 1)


def _forget_placeholders(package: Package, sheets: Mapping[str, Sheet]) -> None:
    """Take the zeros from formulas that nothing has calculated yet.

    Some programs write a 0 into every formula cell and ask Excel to calculate the workbook when it opens it.
    """
    calc = child(package.tree(package.workbook), "calcPr")
    if calc is None or not is_true(calc.get("fullCalcOnLoad")):
        return
    if all(value == 0 and not isinstance(value, bool) for sheet in sheets.values() for value in _shown(sheet)):
        for sheet in sheets.values():
            if sheet.facts.formulas:
                sheet.rewrite(partial(_changed, sheet, change=sheet.codec.without_value))


def _shown(sheet: Sheet) -> Iterator[CellValue]:
    """Values of the formula cells that show any."""
    places = {(cell.row, cell.column) for cell in sheet.facts.formulas if cell.has_value}
    for row, cells in sheet.rows(1, LAST_ROW) if places else ():
        yield from (sheet.value(row.number, cell) for cell in cells if (row.number, cell.column) in places)


def _changed(sheet: Sheet, rows: Iterator[Row], *, change: Callable[[str], str]) -> Iterator[Row]:
    """The rows with their formula cells changed."""
    mark = sheet.codec.formula_mark
    for row in rows:
        if mark not in row.text:
            yield row
            continue
        texts = []
        for cell in sheet.grammar.cells(row, sheet.where):
            payload = change(cell.payload) if mark in cell.payload else cell.payload
            same = payload == cell.payload
            texts.append(cell.raw if same else sheet.grammar.cell(row.number, cell.column, cell.style, payload))
        yield row._replace(text="".join(texts))


def _freeze_tables(package: Package) -> None:
    """Columns and totals that no longer fill themselves; labels of totals stay, as their cells do."""
    for part in package.parts_of_type("spreadsheetml.table+xml"):
        root = package.tree(part)
        formulas = find_all(root, "calculatedColumnFormula", "totalsRowFormula")
        totals = [column for column in find_all(root, "tableColumn") if column.get("totalsRowFunction")]
        for formula in formulas:
            drop(formula)
        for column in totals:
            del column.attrib["totalsRowFunction"]
        if formulas or totals:
            package.store(part)


def _calculate_nothing_on_load(package: Package) -> None:
    calc = child(package.tree(package.workbook), "calcPr")
    if calc is not None and calc.attrib.pop("fullCalcOnLoad", None) is not None:
        package.store(package.workbook)


def _said(source: Path, target: Path, formulas: int, without_value: list[str], connections: int) -> tuple[str, ...]:
    lines = [f"{target.name} holds the values of {formulas - len(without_value):,} formulas and no macros."]
    if without_value:
        shown = ", ".join(without_value[:SHOWN])
        more = f" and {len(without_value) - SHOWN:,} more" if len(without_value) > SHOWN else ""
        lines.append(
            f"{len(without_value):,} formulas had no value, and their cells are blank: {shown}{more}; "
            f"open {source.name} once in Excel, save it, then freeze it again."
        )
    if connections:
        lines.append(f"{connections} connections stay, because pivots read them.")
    return tuple(lines)
