"""Can a table be written at all?  Asked before anybody tries, for a list of tables."""

from __future__ import annotations

from xlplan.workbook.package.table import Table


def refusal_of(table: Table) -> str:
    """Why the body of a table cannot be replaced, whatever the rows; empty when it can."""
    if table.package.frozen_because:
        return table.package.frozen_because
    for merge in table.sheet.merges:
        if merge.meets(table.area):
            return f"merged cells {merge} lie inside it"
    for cell in table.sheet.facts.formulas:
        if cell.formula.kind in ("array", "dataTable") and not cell.area.is_cell and cell.area.meets(table.body):
            return f"{cell.area} inside it holds an array formula of several cells or a data table"
    return f"it {table.refusal}" if table.refusal else ""
