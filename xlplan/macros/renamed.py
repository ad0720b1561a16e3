"""Tables and columns that were renamed: to the plan they are gone, though the planner still sees them."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from xlplan.tables import dictionary
from xlplan.tables.schema import Finding, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlplan.workbook.book import TablePlace
    from xlplan.workbook.plans import Reading

FEWEST_COLUMNS = 3
LEAST_SHARE = 0.8
"""Share of a table's columns that must be those of the plan's table: planners' own tables may share a few names."""
ALIKE = 0.85
"""How near a header must be to the name of an absent column, from 0 to 1."""


def renamed(reading: Reading) -> list[Finding]:
    """Warnings about tables and columns that the plan would read or write, were it not for their names.

    Only where the workbook lacks the table or column of the right name: a copy beside it is the planner's own.
    """
    return [*_tables(reading), *_columns(reading)]


def renamed_tables(reading: Reading) -> dict[str, TablePlace]:
    """Tables of the plan that the workbook has under another name only, by their right name."""
    absent = [table for table in dictionary.tables().values() if table.name not in reading.places]
    found = ((_meant(place, absent), place) for place in reading.others.values())
    return {meant.name: place for meant, place in found if meant is not None}


def _tables(reading: Reading) -> Iterator[Finding]:
    for name, place in renamed_tables(reading).items():
        yield Finding(
            "renamed",
            "warning",
            name,
            found=f"a table {place.name} with the columns of {name}",
            expected=f"the name {name}: under another one it is neither read nor written",
            fix=f"rename it to {name} if it is that table (in Excel: Table Design, Table Name)",
        ).at(place.sheet, place.address(-1, place.columns[0]))


def _meant(place: TablePlace, absent: list[Table]) -> Table | None:
    """The absent table with most of the columns, if nearly all are its own and none that it needs is missing."""
    best, most = None, FEWEST_COLUMNS - 1
    for table in absent:
        # a result shows as much of its table as somebody wants to see
        needed = {c.name for c in table.columns if c.key or (c.required and not table.by_engine)}
        shared = sum(column in table for column in place.columns)
        if needed <= set(place.columns) and shared >= LEAST_SHARE * len(place.columns) and shared > most:
            best, most = table, shared
    return best


def _columns(reading: Reading) -> Iterator[Finding]:
    for name, place in reading.places.items():
        table = dictionary.table(name)
        absent = {_folded(column.name): column.name for column in table.columns if column.name not in place.columns}
        for header in place.columns:
            if header in table:
                continue
            near = get_close_matches(_folded(header), absent, n=1, cutoff=ALIKE)
            if near:
                yield Finding(
                    "renamed",
                    "warning",
                    name,
                    found=f"a column headed '{header}'",
                    expected=f"the header {absent[near[0]]}: under another one the column is not part of the plan",
                    fix=f"type {absent[near[0]]} as its header if it is that column",
                ).at(place.sheet, place.address(-1, header))


def _folded(header: str) -> str:
    """A header without capitals and spaces."""
    return "".join(header.split()).casefold().replace("_", "")
