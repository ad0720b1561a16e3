"""Single cells of a sheet set by address, where nothing is lost by it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from xlplan.errors import WorkbookError
from xlplan.workbook.book import CellValue
from xlplan.workbook.package.edits import Change, as_changes, changed_rows, unshared
from xlplan.workbook.package.references import Area, cell_address
from xlplan.workbook.package.rows import Row
from xlplan.workbook.package.sheet import Sheet
from xlplan.workbook.package.table import Table

Place = tuple[int, int]


def check_cells(sheet: Sheet, places: Iterable[Place], tables: Iterable[Table]) -> None:
    """Refuse cells that cannot be set alone.

    Raises
    ------
    WorkbookError
        For a table's header, a query's table, a cell under merged cells, or part of an array formula.
    """
    blocked: list[tuple[Area, str, str]] = []
    for table in tables:
        if table.sheet is sheet:
            header = Area(table.area.top, table.area.left, table.body.top - 1, table.area.right)
            blocked.append((header, f"the cell is a header of table {table.name}", "rename the column in Excel"))
            if table.refusal:
                blocked.append((table.area, f"its table {table.name} {table.refusal}", "use another cell"))
    for cell in sheet.facts.formulas:
        if cell.formula.kind in ("array", "dataTable"):
            what = f"the cell belongs to an array formula or data table at {cell.area}"
            blocked.append((cell.area, what, "use another cell"))
    merges = sheet.merges
    for row, column in places:
        for area, what, do in blocked:
            if area.holds(row, column):
                raise WorkbookError(what, where=sheet.address(row, column), do=do)
        for merge in merges:
            if merge.holds(row, column) and (row, column) != (merge.top, merge.left):
                raise WorkbookError(
                    f"the cell lies under merged cells {merge}",
                    where=sheet.address(row, column),
                    do=f"set {cell_address(merge.top, merge.left)} instead",
                )


def set_cells(sheet: Sheet, cells: Mapping[Place, CellValue]) -> list[Place]:
    """Set cells; returns those whose value changed.

    Raises
    ------
    WorkbookError
        For a value that no cell can hold; nothing has changed then.
    """
    changed: set[Place] = set()
    changes = as_changes(unshared(sheet.facts.formulas, cells), sheet)
    for (row, column), value in cells.items():
        changes.setdefault(row, {})[column] = _setter(sheet, (row, column), value, changed)

    def edit(rows: Iterator[Row]) -> Iterator[Row]:
        return changed_rows(sheet, rows, changes)

    if cells:
        rows, columns = [row for row, _ in cells], [column for _, column in cells]
        touched = Area(min(rows), min(columns), max(rows), max(columns))
        sheet.rewrite(edit, touched=touched, worthwhile=lambda: bool(changed))
    return sorted(changed)


def _setter(sheet: Sheet, place: Place, value: CellValue, changed: set[Place]) -> Change:
    codec = sheet.codec
    try:
        wanted = codec.encode(value)
    except WorkbookError as error:
        raise sheet.fault(*place, error) from None

    def change(payload: str | None) -> str | None:
        try:
            if codec.holds("/>" if payload is None else payload, wanted, value):
                return payload
        except WorkbookError:
            pass  # what stands there makes no sense, and is replaced
        changed.add(place)
        return wanted

    return change
