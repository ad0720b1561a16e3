"""Addresses in Checks and Findings after a run: a table that grew may have pushed down what they point at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from xlplan.tables.schema import Finding

if TYPE_CHECKING:
    from xlplan.tables.plan import Plan
    from xlplan.workbook.book import Book, TablePlace
    from xlplan.workbook.plans import Reading

PLACED = {"tblCheck": ["link"], "tblFinding": ["sheet", "cell"]}
"""Columns that say where something stands in the workbook."""


def links(places: Mapping[str, TablePlace]) -> dict[str, str]:
    """The header of each table, as tblCheck points at it."""
    return {name: f"{place.sheet}!{place.address(-1, place.columns[0])}" for name, place in places.items()}


def relocated(book: Book, plan: Plan, findings: Sequence[Finding], reading: Reading) -> tuple[Plan, list[Finding]]:
    """The plan and its findings with the addresses that hold after the run was written, in the workbook too.

    Parameters
    ----------
    book : Book
        After the write.
    plan : Plan
        What was written, with its checks.
    findings : sequence of Finding
        Of the inputs, located before the write.
    reading : Reading
        What the book held before.
    """
    from xlplan.reports.checks import checks_table, findings_table
    from xlplan.workbook.plans import write_plan

    places = {name: place for name, place in book.places().items() if name in reading.places}
    names = book.names()
    if links(places) == links(reading.places) and names == reading.names:
        return plan, list(findings)
    found = [_moved(finding, reading, places, names) for finding in findings]
    plan = plan.with_table("tblCheck", checks_table(plan, found, links(places)))
    plan = plan.with_table("tblFinding", findings_table(found))
    write_plan(book, plan.without(*(name for name in plan.tables if name not in PLACED)))
    return plan, found


def _moved(finding: Finding, reading: Reading, places: Mapping[str, TablePlace], names: Mapping[str, str]) -> Finding:
    """A finding where its cell stands now."""
    from xlplan.workbook.package.references import cell_address, parse_cell, parse_place

    if finding.table in places and finding.cell:
        before, after = reading.places[finding.table], places[finding.table]
        row, column = parse_cell(finding.cell)
        down, right = after.header_row - before.header_row, after.first_column - before.first_column
        return finding.at(after.sheet, cell_address(row + down, column + right))
    if finding.cell and finding.column in names and reading.names.get(finding.column, "").endswith(f"!{finding.cell}"):
        sheet, row, column = parse_place(names[finding.column])
        return finding.at(sheet, cell_address(row, column))
    return finding
