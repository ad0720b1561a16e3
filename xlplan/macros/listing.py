"""Tables: what tables a workbook has, which of them a plan reads, and which can be written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from xlplan.errors import WorkbookError
from xlplan.tables import dictionary
from xlplan.tables.schema import Column, Table


@dataclass(frozen=True)
class Listed:
    """A named table of a workbook.

    Parameters
    ----------
    name, sheet, area : str
        What it is called and where it stands, with its header and totals.
    rows : int
        Rows of its body.
    columns, calculated : tuple of str
        Its columns, and those of them that a formula fills.
    of_the_plan : bool
        The data dictionary knows it: a plan reads it, or is written into it.
    missing, absent : tuple of str
        Columns of the dictionary that it lacks: those that a plan needs, and those that may be left out.
    own : tuple of str
        Columns that the dictionary does not know: the planner's own.
    refusal : str
        Why it cannot be written; empty when it can.
    """

    name: str
    sheet: str
    area: str
    rows: int
    columns: tuple[str, ...]
    calculated: tuple[str, ...]
    of_the_plan: bool
    missing: tuple[str, ...]
    absent: tuple[str, ...]
    own: tuple[str, ...]
    refusal: str

    def sentence(self) -> str:
        """The table in one line."""
        rows = f"{self.rows:,} rows" if self.rows != 1 else "1 row"
        said = [
            f"{self.name}: {self.sheet}!{self.area}, {rows}",
            "of the plan" if self.of_the_plan else "not of the plan",
        ]
        parts = [("lacks", self.missing), ("own columns", self.own if self.of_the_plan else ())]
        parts.append(("filled by formulas", self.calculated))
        said += [f"{what} {', '.join(names)}" for what, names in parts if names]
        if self.refusal:
            said.append(f"cannot be written: {self.refusal}")
        return "; ".join(said)


def tables_of(path: str | Path) -> list[Listed]:
    """Every named table of a workbook file, sheet by sheet.

    Parameters
    ----------
    path : str or Path
        The workbook; only read.

    Raises
    ------
    WorkbookError
        No workbook that can be read.
    """
    from xlplan.workbook.package.file_book import FileBook
    from xlplan.workbook.package.writable import refusal_of

    book = FileBook.open(Path(path))
    known = dictionary.tables()
    listed = []
    for name, place in book.places().items():
        try:
            refusal, area = refusal_of(book.table(name)), str(book.table(name).area)
        except WorkbookError as error:  # its part contradicts itself
            refusal, area = error.what, ""
        one_or_none = place.rows == 1 and not refusal  # an empty table keeps one blank row
        table = known.get(name)
        lacking = [column for column in table.columns if column.name not in place.columns] if table else []
        listed.append(
            Listed(
                name=name,
                sheet=place.sheet,
                area=area,
                rows=book.read(name).place.rows if one_or_none else place.rows,
                columns=place.columns,
                calculated=place.calculated,
                of_the_plan=table is not None,
                missing=tuple(column.name for column in lacking if _is_needed(table, column)),
                absent=tuple(column.name for column in lacking if not _is_needed(table, column)),
                own=tuple(column for column in place.columns if table is not None and column not in table),
                refusal=refusal,
            )
        )
    return listed


def _is_needed(table: Table | None, column: Column) -> bool:
    """True for what a plan cannot do without; a result that has no column is simply not shown."""
    return table is not None and not table.by_engine and not column.by_engine and column.required
