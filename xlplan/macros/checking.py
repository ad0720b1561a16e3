"""Check: what the cells, the tables and the steps have to say; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from xlplan.macros.renamed import renamed, renamed_tables
from xlplan.tables.schema import Finding, errors

if TYPE_CHECKING:
    from xlplan.workbook.book import Book
    from xlplan.workbook.plans import Reading


@dataclass(frozen=True)
class Checked:
    """Result of Check: all findings, those of severity error stop a refresh."""

    findings: list[Finding]

    @property
    def passed(self) -> bool:
        """True when nothing stops a refresh."""
        return not errors(self.findings)


def check(book: Book) -> Checked:
    """Read the plan and check it; nothing is written."""
    return Checked(findings_of(reading_of(book)))


def reading_of(book: Book) -> Reading:
    """The plan that a book holds, and where each row of it stands."""
    from xlplan.workbook.plans import read_plan

    return read_plan(book)


def findings_of(reading: Reading) -> list[Finding]:
    """What the cells, the tables and the steps have to say; a cell that did not fit is named once."""
    from xlplan.planning.pipeline import STEPS
    from xlplan.planning.steps import missing

    named = {(f.table, f.column, f.row) for f in reading.findings}
    columns = {(f.table, f.column) for f in reading.findings if f.rule == "missing_column"}
    absent = [_to_fill(finding, reading) for finding in missing(reading.plan, STEPS)]
    found = [
        f
        for f in absent + reading.plan.check()
        if (f.table, f.column, f.row) not in named and not (f.rule == "blank" and (f.table, f.column) in columns)
    ]
    return reading.findings + reading.locate(found) + renamed(reading)


def _to_fill(finding: Finding, reading: Reading) -> Finding:
    """A missing table with the workbook's own sheet, which need not be the one that the dictionary names."""
    place = reading.places.get(finding.table)
    other = renamed_tables(reading).get(finding.table)
    if other is not None:
        fix = f"rename the table {other.name} on the sheet {other.sheet} to {finding.table}, if it is that table"
        return replace(finding, fix=fix)
    if place is None:
        return replace(finding, fix=f"start from xlplan new, whose workbooks have {finding.table}")
    return replace(finding, fix=f"add rows to {finding.table} on the sheet {place.sheet}, or start from xlplan new")
